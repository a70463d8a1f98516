"""The bound of a part of the search: prices of posts and cuts of the partitions, raised in turn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.columns import BoolArray, Bundles
from vitri.optimise.structure.cover_lp import CoverLp, Relaxed
from vitri.optimise.structure.master import Curves, Prices
from vitri.optimise.structure.price import PriceTable

MODELS = 12
ROOT_ROUNDS, NODE_ROUNDS = 60, 14
CUTS_A_ROUND = 60
POOL_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Part:
    """A part of the search: pairs of groups kept together or apart, and how many positions, by scope.

    `pairs` are (scope, group, group, together); `low` and `high` limit the positions of every scope; `bound`
    is proven for the part; `places` are the prices to start from.
    """

    bound: int
    low: tuple[int, ...]
    high: tuple[int, ...]
    pairs: tuple[tuple[int, int, int, bool], ...]
    places: IntArray


@dataclass(frozen=True)
class Solved:
    """A part's best bound: scaled base over all scopes and per scope what the relaxation said."""

    base: int
    scopes: tuple[Relaxed | None, ...]
    places: IntArray


@dataclass
class Relaxation:
    """The relaxations of all scopes under one table of prices.

    `dead` marks the (scope, column) that no better plan can use. `columns[s]` are the bundles a scope may
    use, `groups[s]` the groups it needs. `pool` remembers what every price tried says about any partition.
    """

    bundles: Bundles
    table: PriceTable
    prices: Prices
    worst: int
    watch: Watch
    shift: int = 0
    columns: list[IntArray] = field(default_factory=list)
    groups: list[IntArray] = field(default_factory=list)
    programs: list[CoverLp | None] = field(default_factory=list)
    dead: list[BoolArray] = field(default_factory=list)
    pool: dict[tuple[int, ...], int] = field(default_factory=dict)
    pool_cost: IntArray = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int64))
    pool_worth: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    solves: int = 0

    def __post_init__(self) -> None:
        """Set up one program for every scope that has work."""
        held = self.bundles.membership
        first = self.table.first.sum(axis=1)
        single = held.sum(axis=1) == 1
        # an everyday bad plan: every group by itself with the least posts
        usual = max(int(first[single].sum()), int(first.max(initial=1)), 1)
        self.worst = min(self.worst, usual)
        self.shift = max(0, min(16, 44 - self.worst.bit_length()))
        for needed in self.bundles.needed:
            usable = np.flatnonzero(held.any(axis=1) & ~(held & ~needed).any(axis=1))
            groups = np.flatnonzero(needed)
            self.columns.append(usable)
            self.groups.append(groups)
            inside = held[usable][:, groups]
            self.programs.append(CoverLp(inside, self.shift, self.worst, self.watch) if len(groups) else None)
            self.dead.append(np.zeros(len(usable), dtype=bool))

    def barred(self, part: Part, scope: int) -> BoolArray:
        """Return the columns that a part rules out."""
        ruled = self.dead[scope].copy()
        program = self.programs[scope]
        assert program is not None
        for at, first, second, together in part.pairs:
            if at == scope:
                one, other = program.held[:, first] > 0, program.held[:, second] > 0
                ruled |= (one != other) if together else (one & other)
        return np.asarray(ruled)

    def priced(self, places: IntArray) -> IntArray:
        """Return the priced cost (bundle, scope)."""
        table = self.table.at(self.prices.of_cells(places))
        cost = np.zeros((len(table), len(self.columns)), dtype=np.int64)
        for cell, scope in enumerate(self.table.cells.scope.tolist()):
            cost[:, scope] += table[:, cell]
        return cost

    def solve(self, part: Part, places: IntArray) -> Solved | None:
        """Solve every scope at these prices; None if the limits clash."""
        worth = self.prices.limits_worth(places)
        if worth is None:
            return None
        cost = self.priced(places)
        self._remember(places, cost, worth)
        base = -(worth << self.shift)
        found: list[Relaxed | None] = []
        for scope, program in enumerate(self.programs):
            if program is None:
                found.append(None)
                continue
            relaxed = program.solve(
                cost[self.columns[scope], scope],
                self.barred(part, scope),
                part.low[scope],
                part.high[scope],
                (worth + 4 * self.worst) << self.shift,
            )
            base += relaxed.base
            found.append(relaxed)
        self.solves += 1
        return Solved(base, tuple(found), places)

    def bound(self, solved: Solved) -> int:
        """Return the bound in whole cost units."""
        return -(-solved.base >> self.shift)

    def _remember(self, places: IntArray, cost: IntArray, worth: int) -> None:
        """Keep what prices say about any partition; the oldest make room."""
        key = tuple(places.tolist())
        if key in self.pool:
            return
        room = max(1, min(256, POOL_ENTRIES // max(1, cost.size)))
        if not len(self.pool_worth):
            self.pool_cost = np.zeros((room, *cost.shape), dtype=np.int64)
            self.pool_worth = np.full(room, np.iinfo(np.int64).max // 4, dtype=np.int64)
        place = len(self.pool) % room
        self.pool[key] = place
        self.pool_cost[place] = cost
        self.pool_worth[place] = min(worth, 1 << 61)

    def partition_bound(self, chosen: tuple[tuple[int, ...], ...]) -> int:
        """Return the best bound that the prices remembered give for a partition (bundles by scope)."""
        held = [bundle for part in chosen for bundle in part]
        scopes = [scope for scope, part in enumerate(chosen) for _ in part]
        if not held:
            return 0
        value = self.pool_cost[:, held, scopes].sum(axis=1) - self.pool_worth
        return int(value.max())

    def curves(self, solved: Solved) -> list[Curves]:
        """Return the curves of a solved relaxation for the model of prices."""
        found = []
        for scope, relaxed in enumerate(solved.scopes):
            if relaxed is not None:
                used = np.flatnonzero(relaxed.value)
                cells = np.flatnonzero(self.table.cells.scope == scope)
                value, slope = self.table.curve(self.columns[scope][used], relaxed.value[used], cells)
                found.append(Curves(scope, cells, value, slope))
        return found

    def separate(self, solved: Solved, *, fives: bool) -> int:
        """Add the cuts that the solved relaxation violates; return how many."""
        added = 0
        for program, relaxed in zip(self.programs, solved.scopes, strict=True):
            if program is not None and relaxed is not None and not relaxed.whole:
                new = program.cuts.separate(relaxed.value, CUTS_A_ROUND, fives=fives)
                program.add_cuts(new)
                added += len(new)
        return added
