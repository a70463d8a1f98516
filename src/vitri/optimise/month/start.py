"""A first plan by hand rules: events, then tasks by how tight they are, each to whoever keeps most room.

It is only a start for the engines: where it leaves nothing undone and needs no overtime, these levels are
proven at once, because nothing is less than 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from vitri.optimise.month.build import MonthModel
from vitri.optimise.month.windows import most_overtime, window_sums
from vitri.workload.month.problem import Ints, MonthProblem

Job = tuple[int, int, int, int]


class _Days:
    """One person's days while the plan grows: jobs as (last, first, minutes, task), free time, overtime."""

    def __init__(self, problem: MonthProblem, p: int, most: Ints) -> None:
        self.most = most
        self.rooms: tuple[Ints, Ints] | None = None
        self.regular = [int(value) for value in problem.regular[p].sum(axis=1)]
        self.extra = [int(value) for value in problem.extra[p].sum(axis=1)]
        self.limits = [limit for limit in problem.limits if limit.person == p]
        self.jobs: list[Job] = []
        self.spent: dict[int, int] = {}
        self.over: list[int] = [0] * len(self.regular)

    def left(self) -> int:
        """The minutes that nobody has asked for."""
        return sum(self.regular) - sum(job[2] for job in self.jobs)

    def take(self, job: Job, over: list[int]) -> None:
        """Give the person a job; `over` is their overtime with it."""
        self.jobs.append(job)
        self.over = over
        self.rooms = None

    def with_one(self, job: Job) -> list[int] | None:
        """Return overtime by day with which all jobs and one more fit, None if this rule finds none.

        The room of every window (Hall's condition) says at once whether the job fits without more overtime,
        and whether it cannot fit at all; only in between are the days replayed.
        """
        if self.rooms is None:
            work = np.zeros((len(self.regular), len(self.regular)), dtype=np.int64)
            for last, first, minutes, _ in self.jobs:
                work[: first + 1, last:] += minutes
            regular = np.array(self.regular, dtype=np.int64)
            now = window_sums(regular + np.array(self.over, dtype=np.int64)) - work
            self.rooms = now, window_sums(regular) + self.most - work
        last, first, minutes, _ = job
        if int(self.rooms[0][: first + 1, last:].min()) >= minutes:
            return self.over
        if int(self.rooms[1][: first + 1, last:].min()) < minutes:
            return None
        return self.fits([*self.jobs, job])

    def fits(self, jobs: list[Job]) -> list[int] | None:
        """Return overtime by day with which jobs meet their deadlines, None if this rule finds none."""
        over = [0] * len(self.regular)
        ordered = sorted(jobs)
        for _ in range(40):
            late = self._late(ordered, over)
            if late is None:
                return over if self._capped(over) else None
            day, first, missing = late
            for d in range(day, first - 1, -1):
                more = min(missing, self.extra[d] - over[d])
                if more > 0:
                    over[d] += more
                    missing -= more
                if missing == 0:
                    break
            if missing:
                return None
        return None

    def _late(self, ordered: list[Job], over: list[int]) -> tuple[int, int, int] | None:
        """Replay the earliest deadline first; return day, first day that may help and minutes of lateness."""
        rest = [job[2] for job in ordered]
        busy = start = 0
        for d, regular in enumerate(self.regular):
            room = regular + over[d]
            j = start
            while room and j < len(rest):
                if rest[j] and ordered[j][1] <= d:
                    now = min(room, rest[j])
                    rest[j] -= now
                    room -= now
                j += 1
            while start < len(rest) and not rest[start]:
                start += 1
            if start == len(rest):
                return None
            if ordered[start][0] <= d:
                return d, busy, sum(rest[j] for j in range(start, len(rest)) if ordered[j][0] <= d)
            if room:
                busy = d + 1
        return None

    def _capped(self, over: list[int]) -> bool:
        return all(
            sum(over[limit.first : limit.last + 1])
            + sum(self.spent.get(d, 0) for d in range(limit.first, limit.last + 1))
            <= limit.minutes
            for limit in self.limits
        )


_ROUNDS = 12
_IDLE = 4


class Known(Protocol):
    """Something added to a model: whom it would rather keep, and the values of its own variables."""

    def prefer(self) -> tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]:
        """Return people by task and by event (those who were published)."""

    def complete(self, model: MonthModel, values: list[int]) -> None:
        """Fill in the values of what was added."""

    def __call__(self, model: MonthModel) -> None:
        """Add variables and rows to a model."""


def first_values(model: MonthModel, known: Known | None = None) -> list[int] | None:
    """Return values of a model's variables that keep every row, None if the rules find none.

    Tasks that a round leaves undone come earlier in the next one (D. E. Joslin and D. P. Clements, squeaky
    wheel optimisation, 1999); the best of a few rounds is kept, and no clock decides.
    """
    problem = model.problem
    most = [most_overtime(problem, p) for p in range(len(problem.people))]
    pushed = [0] * len(problem.tasks)
    best: tuple[tuple[int, ...], list[int]] | None = None
    hopeless = {k for k in range(len(problem.tasks)) if not _possible(problem, most, k)}
    idle = 0
    for _ in range(_ROUNDS):
        values, undone = _round(model, most, pushed, known)
        cost: dict[int, int] = {}
        for k in undone:
            task = problem.tasks[k]
            cost[task.priority] = cost.get(task.priority, 0) + task.cost
        places = sum(values[variable] for variable in model.empty.values())
        over = sum(values[variable] for variable in model.overtime.values())
        key = (places, *(cost.get(priority, 0) for priority in range(1, 4)), over)
        idle += 1
        if (best is None or key < best[0]) and model.linear.holds(values):
            best, idle = (key, values), 0
        if set(undone) <= hopeless or idle == _IDLE:
            break
        for k in set(undone) - hopeless:
            pushed[k] += 1
    return None if best is None else best[1]


def _possible(problem: MonthProblem, most: list[Ints], k: int) -> bool:
    """Whether enough people could do a task if they had nothing else to do."""
    task = problem.tasks[k]
    able = 0
    for p in task.people:
        _, over = _place(_Days(problem, p, most[p]), task.first, task.last, task.minutes, k, task.split)
        able += over is not None
        if able == task.crew:
            return True
    return False


def _round(
    model: MonthModel, most: list[Ints], pushed: list[int], known: Known | None
) -> tuple[list[int], list[int]]:
    """Build one plan; return its values and the tasks it leaves undone."""
    problem = model.problem
    people = [_Days(problem, p, most[p]) for p in range(len(problem.people))]
    tasks, events = known.prefer() if known is not None else ((), ())
    liked = [frozenset(who) for who in tasks] or [frozenset()] * len(problem.tasks)
    asked = [frozenset(who) for who in events] or [frozenset()] * len(problem.events)
    sent = _send(problem, people, asked)
    owners: dict[int, list[int]] = {}
    days: dict[tuple[int, int], int] = {}

    def slack(k: int) -> tuple[int, ...]:
        task = problem.tasks[k]
        return (
            -pushed[k] * bool(tasks),
            not liked[k],
            task.priority,
            -pushed[k],
            -task.weight,
            len(task.people),
            task.last - task.first,
            k,
        )

    for k in sorted(range(len(problem.tasks)), key=slack):
        task = problem.tasks[k]
        choices: list[tuple[tuple[int, ...], int, Job, list[int]]] = []
        for p in task.people:
            job, over = _place(people[p], task.first, task.last, task.minutes, k, task.split)
            if over is not None:
                more = sum(over) - sum(people[p].over)
                rank = (p not in task.must, p not in liked[k], more, -people[p].left(), p)
                choices.append((rank, p, job, over))
        choices.sort(key=lambda choice: choice[0])
        chosen = choices[: task.crew]
        if len(chosen) < task.crew or not set(task.must) <= {choice[1] for choice in chosen}:
            continue
        owners[k] = [choice[1] for choice in chosen]
        for _, p, job, over in chosen:
            people[p].take(job, over)
            if not task.split:
                days[k, p] = job[1]
    if known is None:
        _ease(problem, people, owners)
    undone = [k for k in range(len(problem.tasks)) if k not in owners and problem.tasks[k].people]
    values = _values(model, people, owners, days, sent)
    if known is not None:
        known.complete(model, values)
    return values, undone


def _place(
    person: _Days, first: int, last: int, minutes: int, k: int, split: bool
) -> tuple[Job, list[int] | None]:
    windows = [(first, last)] if split else [(d, d) for d in range(first, last + 1)]
    best: tuple[Job, list[int] | None] = ((last, first, minutes, k), None)
    for a, b in windows:
        job = (b, a, minutes, k)
        over = person.with_one(job)
        if over is not None and (best[1] is None or sum(over) < sum(best[1])):
            best = (job, over)
            if sum(over) == sum(person.over):
                break
    return best


def _send(
    problem: MonthProblem, people: list[_Days], asked: Sequence[frozenset[int]]
) -> dict[int, list[int]]:
    """Send people to events: an expert first, then whoever has most time left; nobody twice in a session."""
    sent: dict[int, list[int]] = {}
    taken: set[tuple[int, int, int]] = set()
    scarce = sorted(
        (i for i, event in enumerate(problem.events) if event.places),
        key=lambda i: (len(problem.events[i].experts) or 99, len(problem.events[i].people), i),
    )
    for i in scarce:
        event = problem.events[i]
        free = [p for p in event.people if not any((p, event.day, s) in taken for s in event.sessions)]
        was = asked[i]
        free.sort(key=lambda p: (p not in was, sum(problem.taken(event, p)[1:]), -people[p].left(), p))
        able = [p for p in free if p in event.experts]
        if event.experts and not able:
            continue
        first = able[:1]
        chosen = [*first, *(p for p in free if p not in first)][: event.places]
        sent[i] = chosen
        for p in chosen:
            regular, extra = problem.taken(event, p)
            people[p].regular[event.day] -= regular
            people[p].extra[event.day] -= extra
            if extra:
                people[p].spent[event.day] = people[p].spent.get(event.day, 0) + extra
            taken |= {(p, event.day, s) for s in event.sessions}
    return sent


def _ease(problem: MonthProblem, people: list[_Days], owners: dict[int, list[int]]) -> None:
    """Move tasks away from overtime as long as a move lessens it; then try exchanges of two tasks."""
    for _ in range(3):
        moved = False
        for p, person in enumerate(people):
            for job in sorted(person.jobs, reverse=True):
                if not sum(person.over):
                    break
                task = problem.tasks[job[3]]
                if task.crew > 1 or task.must or not task.split:
                    continue
                rest = [other for other in person.jobs if other != job]
                mine = person.fits(rest)
                if mine is None or sum(mine) >= sum(person.over):
                    continue
                moved = _hand_over(problem, people, owners, p, job, rest, mine) or moved
        if not moved:
            return


def _hand_over(
    problem: MonthProblem,
    people: list[_Days],
    owners: dict[int, list[int]],
    p: int,
    job: Job,
    rest: list[Job],
    mine: list[int],
) -> bool:
    """Give a job to someone else, directly or against one of theirs, if both together need less overtime."""
    person = people[p]
    for q in problem.tasks[job[3]].people:
        if q == p:
            continue
        other = people[q]
        before = sum(person.over) + sum(other.over)
        theirs = other.fits([*other.jobs, job])
        if theirs is not None and sum(mine) + sum(theirs) < before:
            person.jobs, person.over = rest, mine
            other.jobs, other.over = [*other.jobs, job], theirs
            owners[job[3]] = [q]
            return True
        for back in sorted(other.jobs):
            task = problem.tasks[back[3]]
            if p not in task.people or task.crew > 1 or task.must or not task.split or back[2] >= job[2]:
                continue
            kept = [one for one in other.jobs if one != back]
            theirs = other.fits([*kept, job])
            if theirs is None or sum(theirs) >= before:
                continue
            own = person.fits([*rest, back])
            if own is not None and sum(own) + sum(theirs) < before:
                person.jobs, person.over = [*rest, back], own
                other.jobs, other.over = [*kept, job], theirs
                owners[job[3]], owners[back[3]] = [q], [p]
                return True
    return False


def _values(
    model: MonthModel,
    people: list[_Days],
    owners: dict[int, list[int]],
    days: dict[tuple[int, int], int],
    sent: dict[int, list[int]],
) -> list[int]:
    values = [0] * len(model.linear.lows)
    for k, variable in model.undone.items():
        values[variable] = 0 if k in owners else 1
    for k, who in owners.items():
        for p in who:
            values[model.owner[k, p]] = 1
    for (k, p), d in days.items():
        if p in owners.get(k, ()):
            values[model.on_day[k, p, d]] = 1
    for i, variable in model.empty.items():
        values[variable] = model.problem.events[i].places - len(sent.get(i, ()))
        for p in sent.get(i, ()):
            values[model.sent[i, p]] = 1
    for (p, d), variable in model.overtime.items():
        values[variable] = people[p].over[d] // model.unit
    return values
