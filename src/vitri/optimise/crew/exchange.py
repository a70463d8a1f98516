"""Local search on a hand-out of jobs: shift a job, exchange two jobs, forbid going back for a while.

Too much time is allowed on the way at a penalty that follows the search (strategic oscillation; Yagiura,
Ibaraki and Glover 2004). Every step looks at all shifts and all exchanges at once; steps are counted, so that
the search repeats itself.
"""

from __future__ import annotations

import time

import numpy as np

from vitri.optimise.crew.knapsack_bound import Matrix
from vitri.optimise.crew.problem import IntArray

_FORBIDDEN = 1e15


def exchange(
    matrix: Matrix, owners: IntArray, steps: int, until: float, seed: int
) -> tuple[IntArray | None, int | None]:
    """Return the best hand-out within all limits that was met from `owners`, and its cost; None if none was.

    `until` is a moment of the clock. Only open pairs are used.
    """
    jobs = len(owners)
    every = np.arange(jobs)
    draw = np.random.default_rng(seed)
    costs = np.where(matrix.open, matrix.costs, _FORBIDDEN)
    minutes = matrix.minutes.astype(np.float64)
    most = matrix.capacities.astype(np.float64)
    owner = owners.copy()
    load = np.zeros(len(most))
    np.add.at(load, owner, minutes[owner, every])
    spread = float(np.ptp(matrix.costs[matrix.open])) if matrix.open.any() else 1.0
    penalty = max(1.0, spread) / max(1.0, float(np.median(minutes[matrix.open])))
    tabu = np.zeros(jobs, dtype=np.int64)
    best: IntArray | None = None
    value: int | None = None
    for step in range(steps):
        over = np.maximum(load - most, 0.0)
        if not over.any():
            cost = int(matrix.costs[owner, every].sum())
            if matrix.open[owner, every].all() and (value is None or cost < value):
                best, value = owner.copy(), cost
        penalty *= 0.97 if not over.any() else 1.03
        if step % 16 == 0 and time.monotonic() > until:
            break
        held, used = costs[owner, every], minutes[owner, every]
        # what it saves to take each job away, then what it costs to put it with each person
        leaves = penalty * (np.maximum(load[owner] - used - most[owner], 0.0) - over[owner])
        arrives = np.maximum(load[:, None] + minutes - most[:, None], 0.0) - over[:, None]
        shift = costs + penalty * arrives + (leaves - held)[None, :]
        shift[owner, every] = np.inf
        here = np.maximum((load[owner] - used - most[owner])[:, None] + minutes[owner], 0.0)
        half = costs[owner] - held[None, :] + penalty * (here - over[owner][:, None])
        swap = half + half.T
        swap[owner[:, None] == owner[None, :]] = np.inf
        closed = tabu > step
        shift[:, closed] = np.inf
        swap[closed] = np.inf
        swap[:, closed] = np.inf
        to, moved = divmod(int(shift.argmin()), jobs)
        one, other = divmod(int(swap.argmin()), jobs)
        if not np.isfinite(min(shift[to, moved], swap[one, other])):
            continue
        moves = [(moved, to)]
        if swap[one, other] < shift[to, moved]:
            moves = [(one, int(owner[other])), (other, int(owner[one]))]
        for job, person in moves:
            load[owner[job]] -= minutes[owner[job], job]
            load[person] += minutes[person, job]
            owner[job] = person
            tabu[job] = step + 5 + int(draw.integers(0, 10))
    return best, value
