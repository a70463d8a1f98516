"""Structures from more bundles than a table can hold: priced at one price after the other, then fixed.

The relaxation is solved over all bundles at one price of posts (`wide`), better prices and cuts are found on
the few thousand bundles of lowest reduced cost, and so in turn until the bound is close to the best plan. A
bundle whose reduced cost exceeds what is left between them is in no better plan (reduced-cost fixing). The
search then goes on with the few that remain, and what it proves holds for all bundles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vitri.optimise.engine import IntArray, UndecidedError, Watch
from vitri.optimise.laminar import Laminar
from vitri.optimise.structure.at_price import cost_at
from vitri.optimise.structure.branch import dive
from vitri.optimise.structure.columns import Bundles
from vitri.optimise.structure.exchange import Exchange
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.raise_bound import Raiser
from vitri.optimise.structure.relax import Part, Relaxation
from vitri.optimise.structure.wide import Priced, WideCover

ROUNDS = 8
PRICE_ROUNDS = 20
# so many bundles are few enough to be searched as a list
ENOUGH = 6_000
SAMPLED = 20_000
MOST_PARTS = 12

# the price search on a list of bundles; the whole search on one: cost, bound, structure
Relax = Callable[[Bundles, Plans], Relaxation | None]
Narrow = Callable[[Bundles, Chosen | None], tuple[int, int, Chosen] | None]


@dataclass(frozen=True)
class Range:
    """A part of the search: how many positions, and the price per unit to begin with."""

    low: int
    high: int
    price: IntArray
    pool: IntArray
    bound: int = 0


@dataclass(frozen=True)
class Settled:
    """What is left of a part: bundles that a better plan may use (`whole`: all of them), and its bound."""

    bundles: IntArray
    bound: int
    whole: bool
    positions: float
    price: IntArray
    pool: IntArray


class PriceOut:
    """The search over all bundles of one structure."""

    def __init__(self, data: Bundles, limits: Laminar, relax: Relax, narrow: Narrow, watch: Watch) -> None:
        self.data = data
        self.limits = limits
        self.relax = relax
        self.narrow = narrow
        self.watch = watch
        needed = data.needed[0]
        held = data.membership
        self.usable = np.flatnonzero(held.any(axis=1) & ~(held & ~needed).any(axis=1))
        self.all = data.only(self.usable)
        self.cover = WideCover(held[self.usable][:, needed], watch)
        singles = self.all.runs(self.cover.singles).first
        self.worst = max(1, min(data.largest, int(singles.sum())))
        self.shift = max(0, min(16, 44 - self.worst.bit_length()))
        self.best: tuple[int, tuple[int, ...]] | None = None
        self.priced_at: tuple[bytes, IntArray] | None = None
        self.exchange: Exchange | None = None
        self.starts: dict[int, list[int] | None] = {}

    def run(self, pool: IntArray) -> tuple[int, int, IntArray, int] | None:
        """Return cost, bound, the bundles of the best structure and the number of parts; None for no plan.

        `pool` are bundles to begin with, as places among those usable.
        """
        first = self._first(pool)
        if first is None:
            return None
        parts = [first]
        kept: list[IntArray] = []
        bounds: list[int] = []
        unsettled: list[int] = []
        count = 0
        while parts:
            part = parts.pop(0)
            count += 1
            settled = self._settle(part)
            if settled is None:
                continue
            inner = [] if settled.whole or self.watch.over() or count >= MOST_PARTS else _split(part, settled)
            parts += inner
            if not inner:
                kept.append(settled.bundles)
                (bounds if settled.whole else unsettled).append(settled.bound)
        bound = self._finish(kept, min(bounds, default=0))
        if self.best is None:
            raise UndecidedError
        cost, chosen = self.best
        return cost, min([bound, cost, *unsettled]), self.usable[list(chosen)], count

    def _finish(self, kept: list[IntArray], bound: int) -> int:
        """Search what no bound has ruled out, `bound` being proven for it; return what is proven then."""
        bundles = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *kept]))
        if not len(bundles):
            return self.best[0] if self.best is not None else bound
        start: Chosen | None = None
        if self.best is not None:
            bundles = np.union1d(bundles, self.best[1])
            start = (tuple(np.searchsorted(bundles, self.best[1]).tolist()),)
        try:
            found = self.narrow(self.all.only(bundles), start)
        except UndecidedError:
            return bound
        if found is None:
            return self.best[0] if self.best is not None else bound
        cost, proven, chosen = found
        self._better(cost, bundles[list(chosen[0])])
        return max(bound, proven)

    def _plan(self, cost: IntArray, part: Range) -> None:
        """Look for a plan: a partition improved at these costs, and the best so far."""
        if self.exchange is None:
            self.exchange = Exchange(self.cover.held, self.watch)
        starts: list[list[int]] = []
        if part.low not in self.starts:
            self.starts[part.low] = self.exchange.start(part.low)
        start = self.starts[part.low]
        if start is not None:
            starts.append(start)
        if self.best is not None:
            rows = [np.flatnonzero(self.cover.held[bundle]) for bundle in self.best[1]]
            starts.append([sum(1 << int(group) for group in row) for row in rows])
        for begin in starts:
            found = self.exchange.improve(begin, cost)
            self._value(np.array([self.exchange.at[mask] for mask in found], dtype=np.int64))

    def _value(self, bundles: IntArray) -> None:
        plans = Plans(self.all.only(bundles), self.limits, 0)
        value = plans.value((tuple(range(len(bundles))),))
        if value is not None:
            self._better(value, bundles)

    def _better(self, cost: int, bundles: IntArray) -> None:
        plan = cost, tuple(sorted(int(b) for b in bundles))
        if self.best is None or plan < self.best:
            self.best = plan

    def _first(self, pool: IntArray) -> Range | None:
        """Take the price at which simple structures use up the ceilings, and count positions."""
        sample = np.unique(np.linspace(0, len(self.usable) - 1, SAMPLED).astype(np.int64))
        bundles = np.union1d(np.union1d(sample, self.cover.singles), pool).astype(np.int64)
        plans = Plans(self.all.only(bundles), self.limits, 0)
        plans.simple()
        price = np.zeros(len(self.limits.parent), dtype=np.int64)
        if plans.best is not None:
            price = np.maximum(0, plans.prices(plans.best[1]))
            self._better(plans.best[0], bundles[list(plans.best[1][0])])
        low = self.cover.fewest()
        high = self.cover.groups
        while self.data.least and high and not plans.holds([high]):
            high -= 1
        if high < low:
            return None
        offices = np.array(self.data.office_of, dtype=np.int64)
        return Range(low, high, price[self.limits.node_of[offices]], pool)

    def _cost(self, price: IntArray) -> IntArray | None:
        key = price.tobytes()
        if self.priced_at is None or self.priced_at[0] != key:
            cost = cost_at(self.all, price, self.watch)
            if cost is None:
                return None
            self.priced_at = key, cost
        return self.priced_at[1]

    def _limit(self, base: int) -> int | None:
        return None if self.best is None else ((self.best[0] - 1) << self.shift) - base

    def _settle(self, part: Range) -> Settled | None:
        """Raise the bound of a part until few bundles are left; None if no better plan is in it."""
        price, pool = part.price, part.pool
        worth: int | None = None
        bound = part.bound
        cuts: list[tuple[int, ...]] = []
        positions = float(part.low)
        seen: set[bytes] = set()
        if len(pool):
            # bundles to begin with are worth a price search before all others are priced
            price, worth, cuts = self._prices(part, price, pool, cuts)
        left = pool
        for _ in range(ROUNDS):
            key = price.tobytes() + repr(cuts).encode()
            cost = None if key in seen else self._cost(price)
            if cost is None:
                break
            seen.add(key)
            if worth is None:
                self._plan(cost, part)
            priced = self.cover.solve(cost, pool, part.low, part.high, cuts, self.shift, self.worst)
            positions = priced.positions
            pool = left = self.cover.lowest(priced)
            if self.best is not None:
                pool = np.union1d(pool, self.best[1])
            if worth is not None:
                base = priced.base - (worth << self.shift)
                if -(-base >> self.shift) >= bound:
                    bound = int(-(-base >> self.shift))
                kept = self._kept(base, priced)
                if kept is None or len(kept) > ENOUGH:
                    self._plan(cost, part)
                    kept = self._kept(base, priced)
                if self.best is not None:
                    self.watch.tell("structure", self.best[0], min(bound, self.best[0]), "cost")
                if kept is not None and len(kept) <= ENOUGH:
                    return Settled(kept, bound, True, positions, price, pool) if len(kept) else None
            if self.watch.over():
                break
            price, worth, cuts = self._prices(part, price, pool, cuts)
        return Settled(left, bound, False, positions, price, pool)

    def _kept(self, base: int, priced: Priced) -> IntArray | None:
        """Return the bundles that a better plan may use; None where no plan is known."""
        limit = self._limit(base)
        return None if limit is None else np.flatnonzero(priced.reduced <= limit)

    def _prices(
        self, part: Range, price: IntArray, pool: IntArray, cuts: list[tuple[int, ...]]
    ) -> tuple[IntArray, int | None, list[tuple[int, ...]]]:
        """Search prices and cuts on a list of bundles; return the price per unit, its worth, and the cuts."""
        plans = Plans(self.all.only(pool.astype(np.int64)), self.limits, 0)
        relaxation = self.relax(plans.bundles, plans)
        if relaxation is None or relaxation.programs[0] is None:
            return price, None, cuts
        program = relaxation.programs[0]
        program.add_cuts(cuts)
        program.cuts.seen.update(cuts)
        cells = relaxation.table.cells
        by_node = np.zeros(len(relaxation.prices.nodes), dtype=np.int64)
        by_node[relaxation.prices.node_at[cells.of_unit]] = price
        places = relaxation.prices.nearest(by_node)
        raiser = Raiser(relaxation, plans, self.watch)
        inner = Part(0, (part.low,), (part.high,), (), places)
        solved = raiser.raise_bound(inner, PRICE_ROUNDS)
        if solved is None or solved.scopes[0] is None:
            return price, None, cuts
        if plans.best is None:
            dive(relaxation, plans, inner, solved)
        if plans.best is not None:
            self._better(plans.best[0], pool[list(plans.best[1][0])])
        paid = solved.scopes[0].duals.cut
        kept = [program.subsets[i] for i in np.flatnonzero(paid).tolist()]
        at = relaxation.table.grid[relaxation.prices.of_cells(solved.places)]
        return at[cells.of_unit], relaxation.prices.limits_worth(solved.places), kept


def _split(part: Range, settled: Settled) -> list[Range]:
    """Split a part by the number of positions; nothing where it has one."""
    if part.low == part.high:
        return []
    near = round(settled.positions)
    if abs(settled.positions - near) > 1e-3:
        cut = int(np.floor(settled.positions))
        ranges = [(part.low, cut), (cut + 1, part.high)]
    else:
        ranges = [(part.low, near - 1), (near, near), (near + 1, part.high)]
    begin = replace(part, price=settled.price, pool=settled.pool, bound=settled.bound)
    return [replace(begin, low=low, high=high) for low, high in ranges if low <= high]
