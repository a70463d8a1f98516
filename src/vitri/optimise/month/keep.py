"""Stay close to a published calendar: fewest changes of people, then most work left in its sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vitri.i18n import N_
from vitri.optimise.month.build import MonthModel
from vitri.optimise.month.plan import MonthPlan, Piece, free_time
from vitri.optimise.month.search import Level
from vitri.workload.month.problem import MonthProblem

_MOVED = 1_000


@dataclass(frozen=True)
class Published:
    """What was published, in the numbers of the new problem: owners, people sent, minutes of each piece."""

    owners: tuple[tuple[int, ...], ...]
    sent: tuple[tuple[int, ...], ...]
    pieces: Mapping[tuple[int, int, int, int], int]


class Changes:
    """Counts the tasks and events whose people change; `budget` is the most there may be (None: no limit)."""

    def __init__(self, published: Published, budget: int | None = None) -> None:
        self.published, self.budget = published, budget
        self.variables: list[int] = []

    def __call__(self, model: MonthModel) -> None:
        """Add the count to a model; where a published person is no longer possible it is a change anyway."""
        self.variables = []
        for known, chosen in ((model.owner, self.published.owners), (model.sent, self.published.sent)):
            for number, people in enumerate(chosen):
                if not people:
                    continue
                changed = model.linear.variable()
                self.variables.append(changed)
                for p in people:
                    if (number, p) in known:
                        model.linear.row([(changed, 1), (known[number, p], 1)], low=1)
                    else:
                        model.linear.row([(changed, 1)], low=1)
        if self.budget is not None:
            model.linear.row([(variable, 1) for variable in self.variables], high=self.budget)

    def prefer(self) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
        """Return the people published, by task and by event."""
        return self.published.owners, self.published.sent

    def complete(self, model: MonthModel, values: list[int]) -> None:
        """Count the changes of a plan in its values."""
        variables = iter(self.variables)
        for known, chosen in ((model.owner, self.published.owners), (model.sent, self.published.sent)):
            for number, people in enumerate(chosen):
                if people:
                    kept = all(values[known[number, p]] if (number, p) in known else 0 for p in people)
                    values[next(variables)] = 0 if kept else 1

    def level(self) -> Level:
        """Return the level that minimises the count."""
        return Level(
            N_("Tasks and events with other people"),
            "changed_people",
            "changes",
            lambda model: [(variable, 1) for variable in self.variables],
            lambda model: 1,
        )


def keep_places(plan: MonthPlan, published: Published) -> MonthPlan:
    """Lay the work of a plan out again so that most minutes stay in their published sessions.

    One least-cost flow per person, from tasks through sessions to the time of each, so the number of minutes
    that move is the least that the owners and the overtime of the plan allow.
    """
    regular, extra = free_time(plan.problem, plan.sent)
    pieces: list[Piece] = []
    by_person: dict[int, list[int]] = defaultdict(list)
    for k, who in enumerate(plan.owners):
        for p in who:
            by_person[p].append(k)
    for p, tasks in sorted(by_person.items()):
        pieces += _person(plan, published, p, tasks, regular[p].tolist(), extra[p].tolist())
    ordered = sorted(pieces, key=lambda piece: (piece.day, piece.session, piece.person, piece.task))
    return replace(plan, pieces=tuple(ordered))


def _person(
    plan: MonthPlan,
    published: Published,
    p: int,
    tasks: Sequence[int],
    regular: list[list[int]],
    extra: list[list[int]],
) -> list[Piece]:
    from ortools.graph.python import min_cost_flow

    problem: MonthProblem = plan.problem
    days = len(problem.days)
    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink = 0, 1
    first_slot = 2 + len(tasks)
    first_day = first_slot + 3 * days
    arcs: list[tuple[int, int, int, int]] = []

    def arc(tail: int, head: int, capacity: int, cost: int, what: tuple[int, int, int] | None = None) -> None:
        if capacity > 0:
            number = flow.add_arc_with_capacity_and_unit_cost(tail, head, capacity, cost)
            if what is not None:
                arcs.append((number, *what))

    total = 0
    for place, k in enumerate(tasks):
        task = problem.tasks[k]
        total += task.minutes
        arc(source, 2 + place, task.minutes, 0)
        day = plan.unsplit.get((k, p))
        window = range(task.first, task.last + 1) if day is None else range(day, day + 1)
        for d in window:
            for s in range(3):
                room = regular[d][s] + extra[d][s]
                if not room:
                    continue
                slot = first_slot + 3 * d + s
                kept = min(published.pieces.get((k, p, d, s), 0), task.minutes)
                arc(2 + place, slot, kept, 0, (k, d, s))
                arc(2 + place, slot, task.minutes - kept, _MOVED + d, (k, d, s))
    for d in range(days):
        arc(first_day + d, sink, int(plan.overtime[p, d]), 0)
        for s in range(3):
            arc(first_slot + 3 * d + s, sink, regular[d][s], 0)
            arc(first_slot + 3 * d + s, first_day + d, extra[d][s], 0)
    flow.set_node_supply(source, total)
    flow.set_node_supply(sink, -total)
    status = flow.solve()
    assert status == flow.OPTIMAL, "the plan's work fits, so it flows"
    amount: dict[tuple[int, int, int], int] = defaultdict(int)
    for number, k, d, s in arcs:
        amount[k, d, s] += flow.flow(number)
    return [
        Piece(task=k, person=p, day=d, session=s, minutes=minutes)
        for (k, d, s), minutes in amount.items()
        if minutes
    ]
