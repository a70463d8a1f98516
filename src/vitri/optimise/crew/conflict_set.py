"""Tasks no two of which one person can do: the bound on people that can be checked by hand.

Two tasks conflict when they overlap or when nobody can do both. Any set of tasks that conflict pairwise needs
as many people as it has tasks. The largest such set at one moment is found exactly; larger ones by local
search (swaps with tabu, counted in steps and not in seconds).
"""

from __future__ import annotations

import random

import numpy as np

from vitri.optimise.crew.problem import BoolArray, FixedTimeProblem, IntArray

_RESTART = 400


def overlaps(problem: FixedTimeProblem) -> BoolArray:
    """Which tasks overlap in time (task × task, not with themselves)."""
    starts, ends = problem.starts, problem.ends
    result: BoolArray = (starts[:, None] < ends[None, :]) & (starts[None, :] < ends[:, None])
    np.fill_diagonal(result, False)
    return result


def busiest_moment(problem: FixedTimeProblem) -> IntArray:
    """Return the tasks under way at the moment with most tasks (the earliest such moment)."""
    best = np.zeros(0, dtype=np.int64)
    for moment in np.unique(problem.starts):
        now = np.flatnonzero((problem.starts <= moment) & (problem.ends > moment))
        if len(now) > len(best):
            best = now
    return best


def largest_conflict_set(
    problem: FixedTimeProblem, first: IntArray, steps: int, seed: int = 0, enough: int | None = None
) -> IntArray:
    """Return the largest set of pairwise conflicting tasks found from `first`, in rising order.

    Stops after `steps` or at a set of `enough` tasks.
    """
    able = problem.qualified.astype(np.float32)
    friendly = ~(overlaps(problem) | ((able.T @ able) < 0.5))
    np.fill_diagonal(friendly, False)
    friends = [np.flatnonzero(row) for row in friendly]
    count = len(friends)
    draw = random.Random(seed)
    inside = np.zeros(count, dtype=np.bool_)
    inside[first] = True
    against = friendly[first].sum(axis=0).astype(np.int32)
    tabu = np.zeros(count, dtype=np.int64)
    size, best = len(first), np.sort(first)

    def move(task: int, enters: bool) -> None:
        inside[task] = enters
        against[friends[task]] += 1 if enters else -1

    improved = 0
    for step in range(steps):
        if enough is not None and len(best) >= enough:
            break
        usable = (~inside) & (tabu <= step)
        free = np.flatnonzero(usable & (against == 0))
        if not len(free):
            free = np.flatnonzero(usable & (against == 1))
        if not len(free):
            members = np.flatnonzero(inside)
            if not len(members):
                break
            task = int(members[draw.randrange(len(members))])
            move(task, False)
            size -= 1
            tabu[task] = step + 7
            continue
        task = int(free[draw.randrange(len(free))])
        for other in friends[task][inside[friends[task]]].tolist():
            move(other, False)
            size -= 1
            tabu[other] = step + 5 + draw.randrange(5)
        move(task, True)
        size += 1
        if size > len(best):
            best, improved = np.flatnonzero(inside), step
        if step - improved > 0 and (step - improved) % _RESTART == 0:
            for member in np.flatnonzero(inside).tolist():
                move(member, False)
            size = 0
    return best
