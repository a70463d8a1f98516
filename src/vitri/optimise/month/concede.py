"""What must give where work of a month is left undone: the least change in one place that is enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vitri.optimise.month.plan import MonthPlan, free_time, lay_out
from vitri.workload.month.problem import MonthProblem

#: As many tasks are looked at.
MOST = 12
Kind = Literal["overtime", "due", "release"]


@dataclass(frozen=True, kw_only=True)
class Concession:
    """A task left undone, who would do it, and what has to give: all else stays as planned.

    `amount` is minutes of overtime above the caps, or days by which the due date moves back or the release
    forward; `day` the new due or release day, `first` and `last` the days of the overtime.
    """

    task: int
    person: int
    kind: Kind
    amount: int
    day: int | None = None
    first: int = 0
    last: int = 0


def concessions(plan: MonthPlan) -> tuple[Concession, ...]:
    """Return for each undone task the least change of each kind, verified by laying the month out with it.

    The least urgent tasks come first; for one task days come before overtime, each the smallest there is with
    everything else as planned. Work that nobody may do has no such way, and a team's work is not looked at.
    """
    problem = plan.problem
    found: list[Concession] = []
    order = sorted(plan.undone, key=lambda k: (-problem.tasks[k].priority, problem.tasks[k].cost, k))[:MOST]
    for k in order:
        if problem.tasks[k].crew > 1 or not problem.tasks[k].split:
            continue
        ways = [way for way in (_days(plan, k), _overtime(plan, k)) if way is not None]
        found += [way for way in ways if holds(plan, way)]
    return tuple(found)


def conceded(problem: MonthProblem, way: Concession) -> MonthProblem:
    """Return the month with a concession made."""
    tasks = list(problem.tasks)
    if way.kind == "due":
        assert way.day is not None
        tasks[way.task] = replace(tasks[way.task], last=way.day)
    elif way.kind == "release":
        assert way.day is not None
        tasks[way.task] = replace(tasks[way.task], first=way.day)
    else:
        limits = tuple(
            replace(limit, minutes=limit.minutes + way.amount) if limit.person == way.person else limit
            for limit in problem.limits
        )
        return replace(problem, limits=limits)
    return replace(problem, tasks=tuple(tasks))


def holds(plan: MonthPlan, way: Concession) -> bool:
    """Whether the month can be laid out with a concession: the task done, everybody else's work unchanged."""
    return _with(plan, conceded(plan.problem, way), way.task, way.person, _most(plan, way)) is not None


def _most(plan: MonthPlan, way: Concession) -> int:
    return way.amount if way.kind == "overtime" else 0


def _with(plan: MonthPlan, problem: MonthProblem, k: int, p: int, over_cap: int) -> MonthPlan | None:
    """Return the plan with a task given to someone, None if their days cannot hold it with the caps so much
    higher."""
    owners = tuple((p,) if j == k else who for j, who in enumerate(plan.owners))
    _, extra = free_time(problem, plan.sent)
    caps = [limit.minutes for limit in plan.problem.limits if limit.person == p]
    spent = sum(
        plan.problem.taken(event, p)[1]
        for event, who in zip(plan.problem.events, plan.sent, strict=True)
        if p in who
    )
    room = max(0, min(caps, default=int(extra[p].sum())) - spent) + over_cap
    task = problem.tasks[k]
    over = plan.overtime.copy()
    room -= int(over[p].sum())
    held = extra[p].sum(axis=1)
    unsplit = dict(plan.unsplit)
    for _ in range(len(problem.days) + 1):
        pieces = lay_out(problem, owners, plan.sent, over, unsplit)
        if pieces is not None:
            return replace(plan, problem=problem, owners=owners, pieces=pieces, overtime=over)
        days = [d for d in range(task.last, -1, -1) if held[d] > over[p, d]]
        if room <= 0 or not days:
            return None
        day = next((d for d in days if task.first <= d), days[0])
        more = min(room, int(held[day] - over[p, day]))
        over[p, day] += more
        room -= more
    return None


def _days(plan: MonthPlan, k: int) -> Concession | None:
    """Return the fewest days by which the task's window has to grow, at its end or at its start."""
    problem = plan.problem
    task = problem.tasks[k]
    days = len(problem.days)
    for more in range(1, days):
        for kind, day in (("due", task.last + more), ("release", task.first - more)):
            if not 0 <= day < days:
                continue
            for p in task.people:
                way = Concession(task=k, person=p, kind=kind, amount=more, day=day)  # type: ignore[arg-type]
                if holds(plan, way):
                    return way
    return None


def _overtime(plan: MonthPlan, k: int) -> Concession | None:
    """Return the least overtime above a cap with which someone can do the task in its days."""
    problem = plan.problem
    task = problem.tasks[k]
    best: Concession | None = None
    for p in task.people:
        held = int(np.asarray(problem.extra[p, task.first : task.last + 1]).sum())
        low, high = 0, min(task.minutes, held)
        way = Concession(task=k, person=p, kind="overtime", amount=high, first=task.first, last=task.last)
        if not high or not holds(plan, way):
            continue
        while low < high:
            middle = (low + high) // 2
            if holds(plan, replace(way, amount=middle)):
                high = middle
            else:
                low = middle + 1
        if best is None or high < best.amount:
            best = replace(way, amount=high)
    return best
