"""Bundles by the million at one price of posts: what they cost, and which of them a relaxation asks for.

A table over all prices, as the search keeps it for a few thousand bundles, is out of reach here; the cost at
one price is not. With it the relaxation over all bundles is solved by letting those of negative reduced cost
enter, and what it proves holds for every bundle, entered or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.columns import BoolArray
from vitri.optimise.structure.cover_lp import CoverLp, Duals

ENTER, ENTER_EACH = 600, 25
ENTRY_ROUNDS = 60
# columns kept of a relaxation when it is priced again, the lowest reduced costs first
MOST_POOL = 2_500
FEWEST_SHIFT = 20
# bundles of lowest reduced cost for which cuts are priced as well
CUT_PRICED = 60_000


@dataclass(frozen=True)
class Priced:
    """A relaxation over all bundles at one price, scaled: every partition costs at least base + Σ reduced.

    `reduced` is (bundle), none negative; `pool` the bundles that took part.
    """

    base: int
    reduced: IntArray
    pool: IntArray
    positions: float


class WideCover:
    """All bundles of one structure: their groups as arrays, and the relaxation over them."""

    def __init__(self, held: BoolArray, watch: Watch) -> None:
        self.watch = watch
        self.held = held
        self.number, self.groups = held.shape
        row, group = np.nonzero(held)
        self.size = held.sum(axis=1)
        first = np.cumsum(self.size) - self.size
        kind = np.uint8 if self.groups < 255 else np.int64
        # a place left over points behind the last group, where the price is 0
        self.places = np.full((int(self.size.max(initial=1)), self.number), self.groups, dtype=kind)
        self.places[np.arange(len(row)) - first[row], row] = group
        self.columns = np.ascontiguousarray(held.T).view(np.uint8)
        self.singles = np.flatnonzero(self.size == 1)

    def reduced(self, cost: IntArray, shift: int, duals: Duals, cuts: list[tuple[int, ...]]) -> IntArray:
        """Return the scaled reduced cost of every bundle."""
        price = np.r_[duals.group, 0]
        left = (cost << shift) - duals.position
        for places in self.places:
            left -= price[places]
        paid = [(cut, subset) for cut, subset in zip(duals.cut.tolist(), cuts, strict=True) if cut]
        if paid:
            # cuts only add: where they are left out the value is still proven
            near = np.argpartition(left, CUT_PRICED)[:CUT_PRICED] if len(left) > CUT_PRICED else slice(None)
            columns = self.columns[:, near]
            extra = np.zeros(columns.shape[1], dtype=np.int64)
            for cut, subset in paid:
                inside = columns[subset[0]].copy()
                for group in subset[1:]:
                    inside += columns[group]
                extra -= cut * (inside >> 1).astype(np.int64)
            left[near] += extra
        return np.asarray(left)

    def solve(
        self,
        cost: IntArray,
        pool: IntArray,
        low: int,
        high: int,
        cuts: list[tuple[int, ...]],
        shift: int,
        worst: int,
    ) -> Priced:
        """Solve the relaxation over all bundles, from those in `pool` on, with `low` to `high` positions."""
        pool = np.union1d(pool, self.singles)
        rhs = np.array([(len(subset) - 1) // 2 for subset in cuts], dtype=np.int64)
        best: Priced | None = None
        program = CoverLp(self.held[pool], shift, worst, self.watch)
        program.add_cuts(cuts)
        for _ in range(ENTRY_ROUNDS):
            none = np.zeros(len(pool), dtype=bool)
            relaxed = program.solve(cost[pool], none, low, high, worst << (shift + 10))
            duals = relaxed.duals
            reduced = self.reduced(cost, shift, duals, cuts)
            base = int(duals.group.sum()) + int((duals.cut * rhs[: len(duals.cut)]).sum())
            base += duals.position * (low if duals.position > 0 else high)
            base += high * min(0, int(reduced.min(initial=0)))
            if best is None or base > best.base:
                best = Priced(base, np.maximum(reduced, 0), pool, relaxed.positions)
            entering = self._entering(reduced, pool, max(1, abs(base) >> 34))
            if not len(entering) or self.watch.over():
                break
            program.extend(self.held[entering])
            pool = np.r_[pool, entering]
        assert best is not None
        return best

    def _entering(self, reduced: IntArray, pool: IntArray, slack: int) -> IntArray:
        """Return the bundles of lowest negative reduced cost, some for every group."""
        negative = reduced < -slack
        negative[pool] = False
        found = np.flatnonzero(negative)
        found = found[np.argsort(reduced[found], kind="stable")]
        chosen = [found[:ENTER]]
        for column in self.columns if len(found) > ENTER else ():
            chosen.append(found[column[found] > 0][:ENTER_EACH])
        return np.unique(np.concatenate(chosen))

    def fewest(self) -> int:
        """Return a proven lower bound on the positions of any partition."""
        large = np.argsort(-self.size, kind="stable")
        pool = np.concatenate([large[: 4 * self.groups], *(large[c[large] > 0][:20] for c in self.columns)])
        ones = np.ones(self.number, dtype=np.int64)
        found = self.solve(ones, np.unique(pool), 0, self.groups, [], FEWEST_SHIFT, self.groups)
        return max(1, int(-(-found.base >> FEWEST_SHIFT)))

    def lowest(self, priced: Priced, most: int = MOST_POOL) -> IntArray:
        """Return the bundles of lowest reduced cost, with those of one group."""
        order = np.argsort(priced.reduced, kind="stable")[:most]
        return np.union1d(order, self.singles)
