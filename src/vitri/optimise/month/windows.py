"""Sums over every window of days at once, and the most overtime that a window can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from vitri.workload.month.problem import Ints, MonthProblem


def window_sums(by_day: Ints) -> Ints:
    """Return the sum from day a to day b, both inside, at [a, b]; no meaning where b is before a."""
    total = np.concatenate([[0], np.cumsum(by_day)])
    sums: Ints = total[None, 1:] - total[:-1, None]
    return sums


def most_overtime(problem: MonthProblem, person: int) -> Ints:
    """Return a bound of the overtime minutes that someone may work inside each window, at [first, last].

    Each limit bounds the days that it covers; of limits that overlap the tightest counts, days outside every
    limit count in full. So nothing that the limits allow is more than this.
    """
    held = problem.extra[person].sum(axis=1)
    left = held.copy()
    most = np.zeros((len(held), len(held)), dtype=np.int64)
    taken = np.zeros(len(held), dtype=bool)
    mine = [limit for limit in problem.limits if limit.person == person]
    for limit in sorted(mine, key=lambda limit: (limit.minutes, limit.first)):
        days = slice(limit.first, limit.last + 1)
        if taken[days].any():
            continue
        taken[days] = True
        inside = np.zeros_like(held)
        inside[days] = held[days]
        left[days] = 0
        most += np.minimum(window_sums(inside), limit.minutes)
    return most + window_sums(left)
