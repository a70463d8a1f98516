"""What bundles cost at one price of posts, exactly: the posts of every pair are found, no table is kept.

The cost of a pair is convex in its posts, so with a price on them the best number is where one step either
way no longer helps. It is looked for from the number that the work would fill.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.columns import BoolArray, Bundles, DemandBundles, PricedBundles

# (bundle, unit) pairs in one go: what fits the cache of a core
PAIRS = 30_000


def cost_at(data: Bundles, price: IntArray, watch: Watch) -> IntArray | None:
    """Return the least cost of every bundle, all units together, with `price` (unit) paid for every post.

    None if time runs out first.
    """
    number = len(data.membership)
    total = np.zeros(number, dtype=np.int64)
    step = max(1, PAIRS // max(1, len(data.office_of)))
    if not isinstance(data, PricedBundles | DemandBundles):
        raise TypeError(type(data).__name__)
    walker = _Walker(data, price) if isinstance(data, DemandBundles) else None

    def fill(start: int) -> None:
        if watch.over():
            return
        asked = slice(start, start + step)
        if walker is not None:
            total[asked] = walker.cost(data.membership[asked])
        elif isinstance(data, PricedBundles):
            total[asked] = _of_table(data, asked, price)

    with ThreadPoolExecutor(max(1, min(2, watch.options.workers))) as pool:
        list(pool.map(fill, range(0, number, step)))
    return None if watch.over() else total


def _of_table(data: PricedBundles, asked: slice, price: IntArray) -> IntArray:
    table = data.cost[asked]
    start = min(data.least, table.shape[2] - 1)
    posts = data.least + np.arange(table.shape[2] - start)
    return np.asarray((table[:, :, start:] + price[None, :, None] * posts).min(axis=2).sum(axis=1))


@dataclass(frozen=True)
class _Hinge:
    """Σ over months of weight · max(0, base − posts · slope); `base` (month, pair) may be shared.

    `even`: the slope (month, 1 or pair) is that of the first month all year.
    """

    weight: int
    base: IntArray
    slope: IntArray
    even: bool


class _Prefixes:
    """Bundles as a tree of first groups: those that begin alike are added up once.

    Bundles listed by growing cliques stand side by side with their extensions, so that nearly every sum is
    that of another bundle and one group more.
    """

    def __init__(self, held: BoolArray) -> None:
        row, group = np.nonzero(held)
        size = held.sum(axis=1)
        depth = int(size.max(initial=0))
        first = np.cumsum(size) - size
        members = np.full((len(held), depth), -1, dtype=np.int64)
        members[row, np.arange(len(row)) - first[row]] = group
        changed = np.zeros(len(held), dtype=bool)
        changed[:1] = True
        above = np.zeros(len(held), dtype=np.int64)
        # by depth: the node above, the group added, and the bundles that end there with their nodes
        self.levels: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
        self.count = len(held)
        for level in range(depth):
            changed[1:] |= members[1:, level] != members[:-1, level]
            inside = members[:, level] >= 0
            starts = np.flatnonzero(changed & inside)
            node = np.cumsum(changed & inside) - 1
            ending = np.flatnonzero(size == level + 1)
            self.levels.append((above[starts], members[starts, level], ending, node[ending]))
            above = node

    def sums(self, minutes: IntArray) -> IntArray:
        """Add up (month, group, unit) by bundle: (month, bundle, unit)."""
        months, _, units = minutes.shape
        total = np.zeros((months, self.count, units), dtype=minutes.dtype)
        for month in range(months):
            before: IntArray | None = None
            for above, group, ending, node in self.levels:
                now = minutes[month].take(group, axis=0)
                if before is not None:
                    now += before.take(above, axis=0)
                total[month][ending] = now.take(node, axis=0)
                before = now
        return total


class _Walker:
    """Finds the best posts of all pairs of a few bundles; arrays are laid out (month, pair)."""

    def __init__(self, data: DemandBundles, price: IntArray) -> None:
        self.work = data.work
        self.least = data.least
        self.price = price
        self.dtype = data.work.minutes.dtype
        self.even = [bool((slope == slope[:1]).all()) for slope in self.work.slope]
        # (month, group, unit) of every hinge with a base of its own
        self.minutes = [np.ascontiguousarray(m.transpose(1, 0, 2)) for m in self.work.minutes]

    def cost(self, held: BoolArray) -> IntArray:
        """Return the cost of the bundles held, with the price of the posts that are best for them."""
        if not self.work.weight:
            return np.full(len(held), self.least * int(self.price.sum()), dtype=np.int64)
        months, units = self.work.minutes.shape[2:]
        hinges: list[_Hinge] = []
        prefixes = _Prefixes(held)
        for index, weight in enumerate(self.work.weight):
            if self.work.same[index]:
                base = hinges[-1].base
            else:
                base = prefixes.sums(self.minutes[index]).reshape(months, -1)
            slope = self.work.slope[index]
            slope = slope if slope.shape[1] == 1 else np.tile(slope, (1, len(held)))
            hinges.append(_Hinge(weight, base, slope, self.even[index]))
        rate = np.tile(self.price, len(held))
        time = np.maximum(1, hinges[0].slope.sum(axis=0, dtype=np.int64))
        posts = np.maximum(self.least, hinges[0].base.sum(axis=0, dtype=np.int64) // time).astype(self.dtype)
        now = self._priced(hinges, posts, rate)
        more = self._priced(hinges, posts + 1, rate)
        rising = more < now
        falling = np.flatnonzero(~rising & (posts > self.least))
        up = np.flatnonzero(rising)
        now[up] = more[up]
        self._walk(hinges, up, posts[up] + 1, now, rate, 1)
        self._walk(hinges, falling, posts[falling], now, rate, -1)
        return np.asarray(now.reshape(len(held), units).sum(axis=1), dtype=np.int64)

    def _walk(
        self, hinges: list[_Hinge], ids: IntArray, at: IntArray, now: IntArray, rate: IntArray, step: int
    ) -> None:
        """Change the posts of some pairs one by one as long as that helps; `now` keeps their cost."""
        keep = ids
        while len(ids):
            hinges = _only(hinges, keep)
            at = at + step
            cost = self._priced(hinges, at, rate[ids])
            better = cost < now[ids]
            if step < 0:
                better &= at >= self.least
            keep = np.flatnonzero(better)
            now[ids[keep]] = cost[keep]
            ids, at = ids[keep], at[keep]

    def _priced(self, hinges: list[_Hinge], posts: IntArray, rate: IntArray) -> IntArray:
        total = rate * posts
        given = np.empty(len(posts), dtype=self.dtype)
        part = np.empty(len(posts), dtype=self.dtype)
        for hinge in hinges:
            subtotal = np.zeros(len(posts), dtype=self.dtype)
            for month, base in enumerate(hinge.base):
                if month == 0 or not hinge.even:
                    np.multiply(posts, hinge.slope[month], out=given)
                # max(0, base − given)
                np.subtract(base, given, out=part)
                np.maximum(part, 0, out=part)
                subtotal += part
            total += hinge.weight * subtotal.astype(np.int64)
        return np.asarray(total)


def _only(hinges: list[_Hinge], keep: IntArray) -> list[_Hinge]:
    found: list[_Hinge] = []
    for place, hinge in enumerate(hinges):
        shared = place > 0 and hinge.base is hinges[place - 1].base
        base = found[-1].base if shared else np.ascontiguousarray(hinge.base[:, keep])
        slope = hinge.slope if hinge.slope.shape[1] == 1 else hinge.slope[:, keep]
        found.append(_Hinge(hinge.weight, base, slope, hinge.even))
    return found
