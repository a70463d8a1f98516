"""What an office must leave undone under any structure: posts still hold only what one person may hold.

Pooling lets every post do everything. Here each post still keeps the rule of combined duties (pairs that one
person may not hold, the pools, groups per person), no more positions than a post may have could hold its
groups, and only as many posts may share a combination as the rules say. The structure alone is free, office
by office, so that the least cost of such an office is a lower bound for every structure. It is exact dynamic
programming over cells (pool, group); where cells are too many the smallest are left out, which bounds still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vitri.optimise.bundles import bundles, members
from vitri.optimise.combine import Node, Ways, office_curve
from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.office_ways import office_ways
from vitri.optimise.setting import Setting

#: Steps of the dynamic programme of one office, at most; and cells tried at first.
MOST_WORK = 500_000
MOST_CELLS = 13
_FEWEST = 4


class FreeBound:
    """Bounds offices of one problem; what posts may hold is listed once for offices with the same cells.

    `position` says which groups may share a position, `most_groups` how many a position may have.
    """

    def __init__(
        self,
        setting: Setting,
        position: npt.NDArray[np.bool_],
        most_groups: int,
        *,
        most_cells: int = MOST_CELLS,
        most_work: int = MOST_WORK,
    ) -> None:
        self.setting = setting
        # a position of its own may be larger than what a person may combine
        self.rules = replace(setting, most_groups=max(setting.most_groups, most_groups), known={})
        self.position, self.most_groups = position, most_groups
        self.most_cells, self.most_work = most_cells, most_work
        self.known: dict[tuple[tuple[str, int], ...], tuple[list[int], IntArray] | None] = {}

    def curve(self, cube: Cube, minutes: IntArray, office: int, most_posts: int) -> IntArray | None:
        """Return a lower bound on an office's cost for 0 … `most_posts` posts (posts × limbs); None for none.

        Posts may stand idle. Rows of `INFEASIBLE` say that so few posts cannot do.
        """
        cells = [
            Node(0, cube.units[unit][1], (g,), minutes[unit, g])
            for unit in cube.units_of(office)
            for g in range(len(cube.groups))
            if minutes[unit, g].any() and not self.setting.quota_free[g]
        ]
        cells.sort(key=lambda cell: (-self._weight(cell), cell.pool, cell.groups))
        cells = cells[: self.most_cells]
        while len(cells) >= _FEWEST:
            found = self._curve(
                sorted(cells, key=lambda cell: (cell.pool, cell.groups)), cube.fund[office], most_posts
            )
            if found is not None:
                return self._with_idle(found, most_posts)
            cells = cells[: -max(1, len(cells) // 8)]
        return None

    def _weight(self, cell: Node) -> int:
        """Return how much a cell's work matters, so that the least is left out first."""
        weights = self.setting.service.unmet_weight
        return sum(w * int(m) for w, m in zip(weights, cell.minutes.sum(axis=1), strict=True))

    def _held(self, cells: Sequence[Node]) -> tuple[list[int], IntArray] | None:
        """Return the sets of cells that one post may hold, and the fewest positions that could hold each."""
        key = tuple((cell.pool, cell.groups[0]) for cell in cells)
        if key not in self.known:
            self.known[key] = self._list(cells)
        return self.known[key]

    def _list(self, cells: Sequence[Node]) -> tuple[list[int], IntArray] | None:
        masks = self.rules.unions(cells)
        if masks is None:
            return None
        groups = sorted({cell.groups[0] for cell in cells})
        fewest = fewest_positions(self.position[np.ix_(groups, groups)], self.most_groups)
        bits = [1 << groups.index(cell.groups[0]) for cell in cells]
        kept, numbers = [], []
        for mask in masks:
            held = 0
            for cell in members(mask):
                held |= bits[cell]
            number = fewest(held)
            if number <= self.setting.most_positions:
                kept.append(mask)
                numbers.append(number)
        return kept, np.array(numbers, dtype=np.int64)

    def _curve(self, cells: Sequence[Node], fund: IntArray, most_posts: int) -> IntArray | None:
        held = self._held(cells)
        if held is None or 2 * len(held[0]) > self.most_work:
            return None
        masks, fewest = held
        setting = self.setting
        ways = office_ways(cells, masks, fund, self.rules, most_posts, 0)
        order = np.argsort(np.array(masks, dtype=np.int64), kind="stable")
        number = fewest[order[np.searchsorted(np.array(masks, dtype=np.int64)[order], ways.masks)]]
        kept = np.ones(len(number), dtype=bool)
        extra = np.zeros_like(number)
        if not setting.partial:
            # posts of which only some cover others are not listed: then any number may
            kept = (number <= 1) | (ways.posts <= setting.most_combined)
            extra = (number - 1) * ways.posts
        costs = ways.costs + self._levels("extra_duties", extra)
        parts = [part[kept] for part in (ways.masks, ways.posts, ways.quota, ways.holders, ways.main)]
        usable = Ways(parts[0], parts[1], parts[2], parts[3], parts[4], costs[kept])
        packing = setting.objective.packing
        curve = office_curve(len(cells), usable, most_posts, self.most_work, packing)
        return None if curve is None else curve.curve.cost

    def _levels(self, measure: str, values: IntArray) -> IntArray:
        """Pack values of one level."""
        levels = np.zeros((len(values), len(self.setting.objective.levels)), dtype=np.int64)
        for index, (name, _) in enumerate(self.setting.objective.levels):
            if name == measure:
                levels[:, index] = values
                break
        return self.setting.objective.packing.pack(levels)

    def _with_idle(self, cost: IntArray, most_posts: int) -> IntArray:
        """Let posts stand idle: with n posts never worse than with fewer, but for the posts themselves."""
        step = self._levels("posts", np.ones(1, dtype=np.int64))[0]
        best = np.zeros((most_posts + 1, cost.shape[1]), dtype=np.int64)
        best[:, 0] = INFEASIBLE
        best[: len(cost)] = cost[: most_posts + 1]
        for n in range(1, most_posts + 1):
            idle = best[n - 1] + step
            if best[n - 1, 0] < INFEASIBLE and bool(less(idle, best[n])):
                best[n] = idle
        return best


def fewest_positions(position: npt.NDArray[np.bool_], most_groups: int) -> Callable[[int], int]:
    """Return a function: the fewest positions that could hold a set of groups (a bit mask), remembered.

    `position` says which groups may share a position, `most_groups` how many.
    """
    by_lowest: dict[int, list[int]] = {}
    for mask in bundles(position, most_groups):
        by_lowest.setdefault(mask & -mask, []).append(mask)
    known = {0: 0}

    def fewest(mask: int) -> int:
        number = known.get(mask)
        if number is None:
            inside = [held for held in by_lowest[mask & -mask] if held & ~mask == 0]
            number = known[mask] = 1 + min(fewest(mask & ~held) for held in inside)
        return number

    return fewest
