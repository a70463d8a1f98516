"""The worst case over a budget: at most Γ task groups of a crew rise to their upper value at once.

After Bertsimas and Sim (2004), "The price of robustness". A month's work is a sum, so in one service period
the worst Γ groups are those that add most: sorting is exact for the posts that the service rule asks for,
whose need is the largest over periods. The *cost* adds up over months with different worst groups; there
the worst set is found by enumeration, or by branch and bound with the sorted sums of each month as bound.
What deviates falls on the sized posts: fixed posts do their planned work.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from vitri.optimise.cost import Service, price
from vitri.optimise.engine import IntArray, Status

#: Sets listed outright; beyond, branch and bound looks at so many nodes at most.
LISTED = 5_000
NODES = 1_000
_BP = 10_000


@dataclass(frozen=True)
class WorstCost:
    """The worst cost of 0, 1, 2 … posts: reached by some set (`cost`), and not to be exceeded (`bound`)."""

    cost: IntArray
    bound: IntArray

    @property
    def status(self) -> Status:
        """Whether every point is proven."""
        return "optimal" if np.array_equal(self.cost, self.bound) else "feasible"


@dataclass(frozen=True)
class WorstNeed:
    """The posts that keep the service rule in every deviation; `bound` is the least that can be said."""

    posts: int
    bound: int

    @property
    def status(self) -> Status:
        """Whether fewer posts are proven to fail."""
        return "optimal" if self.posts == self.bound else "feasible"


def worst_need(base: IntArray, rise: IntArray, fund: IntArray, service: Service, budget: int) -> WorstNeed:
    """Return the fewest posts that keep the service rule whichever `budget` groups rise.

    `base` is (priority, month), `rise` (group, priority, month), `fund` (month). Sorting is exact but for
    the rounding of what may stay undone, which is bounded: less than one minute for each priority.
    """
    share = _BP - np.array(service.unmet_bp, dtype=np.int64)
    posts = bound = 0
    for period in range(service.periods):
        months = [m for m, p in enumerate(service.period_of) if p == period]
        grown = rise[:, :, months].sum(axis=2)
        worst = np.argsort(-(grown @ share), kind="stable")[: max(budget, 0)]
        asked = base[:, months].sum(axis=1) + grown[worst].sum(axis=0)
        time = int(fund[months].sum())
        must = int((asked - asked * (_BP - share) // _BP).sum())
        # no set asks for more than the largest exact sum, each priority rounded up
        limit = int(asked @ share) // _BP + int((share < _BP).sum())
        bound = max(bound, -(-must // time))
        posts = max(posts, -(-limit // time))
    work = int(base.sum() + (rise.sum() if budget > 0 else 0)) > 0
    return WorstNeed(max(posts, int(work)), max(bound, int(work)))


def worst_cost(
    base: IntArray, rise: IntArray, fund: IntArray, service: Service, budget: int, most: int
) -> WorstCost:
    """Return the worst cost by number of posts, up to `most` or until nothing costs anything.

    Arguments as in `worst_need`. A set of groups never costs less than its subsets, so only sets of
    `budget` groups are looked at, and groups that never rise are left out.
    """
    rise = rise[rise.any(axis=(1, 2))]
    size = max(0, min(budget, len(rise)))
    listed = comb(len(rise), size) <= LISTED
    sets = base[None] + rise.sum(axis=0)[None]
    if listed:
        members = np.array(list(combinations(range(len(rise)), size)), dtype=np.int64)
        sets = base[None] + (rise[members].sum(axis=1) if size else np.zeros((1, *base.shape), np.int64))
    cost: list[int] = []
    bound: list[int] = []
    while True:
        posts = len(cost)
        if listed:
            value = limit = int(price(sets, fund, posts, service).max())
        else:
            value, limit = _branch(base, rise, fund, service, size, posts)
        cost.append(value)
        bound.append(limit)
        if limit == 0 or posts >= most:
            return WorstCost(np.array(cost, dtype=np.int64), np.array(bound, dtype=np.int64))


def _branch(
    base: IntArray, rise: IntArray, fund: IntArray, service: Service, size: int, posts: int
) -> tuple[int, int]:
    """Return the worst cost found at a number of posts, and what no set can exceed.

    Depth first over groups by falling rise: take one or leave it. In each month and priority the sum of the
    largest rises left bounds what the free places can add; cost rises with every minute, so it is a bound.
    """
    rise = rise[np.argsort(-rise.sum(axis=(1, 2)), kind="stable")]
    count = len(rise)

    def limit(taken: IntArray, start: int, free: int) -> int:
        top = -np.sort(-rise[start:], axis=0)[:free].sum(axis=0)
        return int(price(taken + top, fund, posts, service))

    first = base + rise[:size].sum(axis=0)
    best = int(price(first, fund, posts, service))
    stack = [(limit(base, 0, size), 0, size, base)]
    left = NODES
    while stack:
        above, start, free, taken = stack.pop()
        if above <= best:
            continue
        if left <= 0:
            return best, max(above, *(entry[0] for entry in stack)) if stack else above
        left -= 1
        if free == 0 or count - start <= free:
            whole = taken + rise[start : start + free].sum(axis=0)
            best = max(best, int(price(whole, fund, posts, service)))
            continue
        stack.append((limit(taken, start + 1, free), start + 1, free, taken))
        grown = taken + rise[start]
        stack.append((limit(grown, start + 1, free - 1), start + 1, free - 1, grown))
    return best, best
