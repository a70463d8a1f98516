"""The month as a linear model: owners of tasks, people sent to events, overtime by day, and Hall rows.

There are no variables for sessions. Work that may be interrupted fits into a person's days if, and only if,
for every window from a release to a deadline the work that lies wholly inside is not more than the time
inside (Hall's condition for earliest-deadline-first; J. R. Jackson 1955, W. A. Horn 1974). Overtime is chosen
by day: chosen by week, two windows could use the same hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

import numpy as np

from vitri.optimise.month.linear import Linear
from vitri.optimise.month.windows import most_overtime, window_sums
from vitri.workload.month.problem import Event, Ints, MonthProblem


@dataclass
class MonthModel:
    """The linear model of a month and the meaning of its variables; amounts are in `unit` minutes."""

    problem: MonthProblem
    unit: int
    linear: Linear = field(default_factory=Linear)
    owner: dict[tuple[int, int], int] = field(default_factory=dict)
    undone: dict[int, int] = field(default_factory=dict)
    on_day: dict[tuple[int, int, int], int] = field(default_factory=dict)
    sent: dict[tuple[int, int], int] = field(default_factory=dict)
    overtime: dict[tuple[int, int], int] = field(default_factory=dict)
    empty: dict[int, int] = field(default_factory=dict)
    peak: int | None = None


def overlap(first: Event, second: Event) -> bool:
    """Whether two events share clock time."""
    return first.day == second.day and first.start < second.end and second.start < first.end


def build(problem: MonthProblem) -> MonthModel:
    """Lay out the model of a month."""
    model = MonthModel(problem, _unit(problem))
    linear = model.linear
    for k, task in enumerate(problem.tasks):
        model.undone[k] = linear.variable()
        terms = [(model.undone[k], task.crew)]
        for p in task.people:
            model.owner[k, p] = linear.variable()
            terms.append((model.owner[k, p], 1))
            if not task.split:
                days = [d for d in range(task.first, task.last + 1) if _room(problem, p, d) >= task.minutes]
                for d in days:
                    model.on_day[k, p, d] = linear.variable()
                chosen = [(model.on_day[k, p, d], 1) for d in days]
                linear.row([*chosen, (model.owner[k, p], -1)], low=0, high=0)
        linear.row(terms, low=task.crew, high=task.crew)
        for p in task.must:
            if (k, p) in model.owner:
                linear.row([(model.owner[k, p], 1), (model.undone[k], 1)], low=1)
    _events(model)
    for p in range(len(problem.people)):
        _overtime(model, p)
        _alone(model, p)
        _windows(model, p)
    return model


def _unit(problem: MonthProblem) -> int:
    """Return the greatest number of minutes that divides every amount."""
    amounts = [task.minutes for task in problem.tasks] + [limit.minutes for limit in problem.limits]
    found = gcd(*amounts) if amounts else 0
    return gcd(found, *np.unique(problem.regular).tolist(), *np.unique(problem.extra).tolist()) or 1


def _room(problem: MonthProblem, person: int, day: int) -> int:
    return int(problem.regular[person, day].sum() + problem.extra[person, day].sum())


def _events(model: MonthModel) -> None:
    """Who is sent to which event: enough people, an expert among them, nobody in two places."""
    problem, linear = model.problem, model.linear
    for i, event in enumerate(problem.events):
        if event.places == 0:
            continue
        model.empty[i] = linear.variable(0, event.places)
        terms = [(model.empty[i], 1)]
        for p in event.people:
            model.sent[i, p] = linear.variable()
            terms.append((model.sent[i, p], 1))
        linear.row(terms, low=event.places, high=event.places)
        able = [(model.sent[i, p], 1) for p in event.experts if (i, p) in model.sent]
        if able:
            linear.row([*able, (model.empty[i], 1)], low=1)
    by_slot: dict[tuple[int, int, int], list[int]] = {}
    for (i, p), variable in model.sent.items():
        event = problem.events[i]
        for session in event.sessions:
            by_slot.setdefault((p, event.day, session), []).append(variable)
    for variables in by_slot.values():
        if len(variables) > 1:
            linear.row([(variable, 1) for variable in variables], high=1)


def _overtime(model: MonthModel, p: int) -> None:
    """Overtime by day within what evenings and weekends hold, and within the caps."""
    problem, linear, unit = model.problem, model.linear, model.unit
    held = problem.extra[p].sum(axis=1)
    used: dict[int, list[tuple[int, int]]] = {}
    for i, event in enumerate(problem.events):
        if (i, p) in model.sent:
            taken = problem.taken(event, p)[1]
            if taken:
                used.setdefault(event.day, []).append((model.sent[i, p], taken // unit))
    caps = [limit for limit in problem.limits if limit.person == p]
    most = min((limit.minutes for limit in caps), default=int(held.sum()))
    for d in np.flatnonzero(held).tolist():
        if most <= 0:
            continue
        model.overtime[p, d] = linear.variable(0, min(int(held[d]), most) // unit)
        if d in used:
            linear.row([(model.overtime[p, d], 1), *used[d]], high=int(held[d]) // unit)
    for limit in caps:
        inside = range(limit.first, limit.last + 1)
        terms = [(model.overtime[p, d], 1) for d in inside if (p, d) in model.overtime]
        terms += [term for d in inside for term in used.get(d, ())]
        if sum(linear.highs[variable] * factor for variable, factor in terms) > limit.minutes // unit:
            linear.row(terms, high=limit.minutes // unit)


def _alone(model: MonthModel, p: int) -> None:
    """Say what each task asks by itself: nobody has what exceeds their time, and what is more is overtime.

    Whole plans keep these rows anyway. The linear relaxation does not: it would share a long task out over
    half persons, none of whom is late, and see neither undone work nor overtime.
    """
    problem, linear, unit = model.problem, model.linear, model.unit
    regular = window_sums(problem.regular[p].sum(axis=1))
    extra = most_overtime(problem, p)
    jobs = [
        (variable, problem.tasks[k].first, problem.tasks[k].last, problem.tasks[k].minutes)
        for (k, q), variable in model.owner.items()
        if q == p and problem.tasks[k].split
    ]
    jobs += [
        (variable, d, d, problem.tasks[k].minutes) for (k, q, d), variable in model.on_day.items() if q == p
    ]
    for variable, first, last, minutes in jobs:
        more = minutes - int(regular[first, last])
        if more > int(extra[first, last]):
            linear.highs[variable] = 0
        elif more > 0:
            over = [(model.overtime[p, d], -1) for d in range(first, last + 1) if (p, d) in model.overtime]
            linear.row([(variable, more // unit), *over], high=0)


def _jobs(model: MonthModel, p: int) -> list[tuple[int, int, int, int]]:
    """Return what a person may have to do: first day, last day, amount, variable."""
    jobs = []
    for (k, q), variable in model.owner.items():
        task = model.problem.tasks[k]
        if q == p and task.split:
            jobs.append((task.first, task.last, task.minutes // model.unit, variable))
    for (k, q, d), variable in model.on_day.items():
        if q == p:
            jobs.append((d, d, model.problem.tasks[k].minutes // model.unit, variable))
    return jobs


def _windows(model: MonthModel, p: int) -> None:
    """Add the Hall rows of a person; a row that cannot bind, or that a longer window implies, is left out."""
    problem, linear, unit = model.problem, model.linear, model.unit
    jobs = _jobs(model, p)
    if not jobs:
        return
    first, last, amount = (np.array([job[c] for job in jobs], dtype=np.int64) for c in range(3))
    variables = [job[3] for job in jobs]
    free = problem.regular[p].sum(axis=1) // unit
    calls = [
        (problem.events[i].day, problem.taken(problem.events[i], p)[0] // unit, variable)
        for (i, q), variable in model.sent.items()
        if q == p
    ]
    before: Ints = np.concatenate([[0], np.cumsum(free)])
    for a in np.unique(first).tolist():
        for b in np.unique(last[last >= a]).tolist():
            inside = np.flatnonzero((first >= a) & (last <= b))
            if not len(inside) or first[inside].min() != a or last[inside].max() != b:
                continue
            called = [(variable, taken) for day, taken, variable in calls if a <= day <= b and taken]
            room = int(before[b + 1] - before[a])
            if int(amount[inside].sum()) + sum(taken for _, taken in called) <= room:
                continue
            terms = [(variables[j], int(amount[j])) for j in inside.tolist()]
            terms += called
            terms += [(model.overtime[p, d], -1) for d in range(a, b + 1) if (p, d) in model.overtime]
            linear.row(terms, high=room)


def add_peak(model: MonthModel) -> int:
    """Add the heaviest load, in thousandths of the time someone has, what was carried before included."""
    problem, linear, unit = model.problem, model.linear, model.unit
    model.peak = linear.variable(0, 4_000)
    for p in range(len(problem.people)):
        time = int(problem.regular[p].sum()) // unit
        carried = (problem.carry[p] if problem.carry else 0) // unit
        if time == 0:
            continue
        terms = [
            (variable, 1000 * (problem.tasks[k].minutes // unit))
            for (k, q), variable in model.owner.items()
            if q == p
        ]
        terms += [
            (variable, 1000 * (problem.taken(problem.events[i], p)[0] // unit))
            for (i, q), variable in model.sent.items()
            if q == p
        ]
        linear.row([*terms, (model.peak, -time)], high=-1000 * carried)
    return model.peak
