"""The plain programme of the fixed-time core: one column per pair of person and task, one per person.

Complete, but large: it settles small cases that days leave open, and is the peer of a benchmark.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.crew.problem import FixedTimeProblem, IntArray
from vitri.optimise.crew.programme import Programme


def busy_sets(problem: FixedTimeProblem) -> list[IntArray]:
    """Return the largest sets of tasks under way together, none inside another, in order of time."""
    sets: list[IntArray] = []
    events = np.unique(problem.starts)
    for index, moment in enumerate(events):
        now = np.flatnonzero((problem.starts <= moment) & (problem.ends > moment))
        # a set stays largest until the first end before the next start
        after = events[index + 1] if index + 1 < len(events) else None
        if after is None or bool((problem.ends[now] <= after).any()):
            sets.append(now)
    return sets


def plain_programme(
    problem: FixedTimeProblem, most: int | None = None
) -> tuple[Programme, IntArray, IntArray]:
    """Build the programme for the fewest people, or for at most `most`; also the pairs' people and tasks.

    Columns: the pairs in order of person and task, then one per person who is used.
    """
    staff, tasks = problem.qualified.shape
    person, task = np.nonzero(problem.qualified)
    number = np.full((staff, tasks), -1, dtype=np.int64)
    number[person, task] = np.arange(len(person))
    rows, columns, values = [task], [np.arange(len(person))], [np.ones(len(person), dtype=np.int64)]
    row = tasks
    for together in busy_sets(problem):
        for who in range(staff):
            inside = number[who, together]
            inside = inside[inside >= 0]
            if not len(inside):
                continue
            rows.append(np.full(len(inside) + 1, row))
            columns.append(np.append(inside, len(person) + who))
            values.append(np.append(np.ones(len(inside), dtype=np.int64), -1))
            row += 1
    upper = [np.zeros(row - tasks, dtype=np.int64)]
    if most is not None:
        rows.append(np.full(staff, row))
        columns.append(len(person) + np.arange(staff))
        values.append(np.ones(staff, dtype=np.int64))
        upper.append(np.array([most]))
    programme = Programme(
        costs=np.concatenate([np.zeros(len(person), dtype=np.int64), np.ones(staff, dtype=np.int64)]),
        rows=np.concatenate(rows).astype(np.int64),
        columns=np.concatenate(columns).astype(np.int64),
        values=np.concatenate(values).astype(np.int64),
        exact_rows=tasks,
        upper=np.concatenate(upper),
    )
    return programme, person, task
