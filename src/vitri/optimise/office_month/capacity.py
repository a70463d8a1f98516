"""Undone work of an office's month as a capacity problem: a start and a proven bound for its level.

Whole lines go to one responsible within their time and overtime; the number of groups, the roles and the
helpers are left out, so that no assignment of the month leaves less undone than this bound.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.crew import CapacityAnswer, CapacityProblem, CrewOptions, solve_capacity
from vitri.optimise.office_month.case import OfficeMonth
from vitri.optimise.office_month.levels import Level

_ROUNDS = 1


def capacity_problem(case: OfficeMonth, level: Level) -> CapacityProblem:
    """Return the capacity problem of a level of undone work (person × line, in the order of the case).

    Lines of other priorities are left out: they can only make more undone.
    """
    lines = [line for line in case.lines if line.priority in level.priorities]
    people = {person.code: place for place, person in enumerate(case.people)}
    allowed = np.zeros((len(people), len(lines)), dtype=np.bool_)
    for place, line in enumerate(lines):
        allowed[[people[who] for who in case.able(line) if who in people], place] = True
    own = np.array([line.own_minutes for line in lines], dtype=np.int64)
    return CapacityProblem(
        minutes=np.tile(own, (len(people), 1)),
        costs=np.zeros((len(people), len(lines)), dtype=np.int64),
        capacities=np.array([max(0, p.time + p.extra) for p in case.people], dtype=np.int64),
        allowed=allowed,
        optional=np.ones(len(lines), dtype=np.bool_),
        undone_costs=np.array([line.minutes for line in lines], dtype=np.int64),
    )


def undone_at_least(
    case: OfficeMonth, level: Level, *, seconds: float | None = None, seed: int = 0
) -> CapacityAnswer:
    """Return the least undone minutes of a level's lines by capacity alone, with a proven bound."""
    options = CrewOptions(time_limit_s=seconds, rounds=_ROUNDS, seed=seed)
    return solve_capacity(capacity_problem(case, level), options)


def responsible_of(case: OfficeMonth, level: Level, answer: CapacityAnswer) -> dict[str, str]:
    """Return who is responsible for each line of the level in a capacity answer (undone lines left out)."""
    lines = [line for line in case.lines if line.priority in level.priorities]
    return {
        line.code: case.people[owner].code
        for line, owner in zip(lines, answer.owners or (), strict=False)
        if owner is not None
    }
