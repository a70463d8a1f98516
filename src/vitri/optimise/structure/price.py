"""Price tables: what a bundle costs at any price of a post, exactly, whatever the number of units.

Units that follow one structure and pay one price are a *cell*. For every bundle and cell the gains of all
posts are counted in bins between the prices of a grid; sums from the top make the priced cost
``Σ_units min_k (P(unit, bundle, k) + price · k)`` exact at every price of the grid: one look-up a cell.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.laminar import Laminar
from vitri.optimise.structure.columns import Bundles

FloatArray = npt.NDArray[np.float64]
# table entries (bundle, cell, price) that may stand in memory, at 12 bytes each
ENTRIES = 32_000_000
MOST_PRICES, FEWEST_PRICES = 2048, 24
# (bundle, unit) pairs priced in one go: what fits the cache of a core
CHUNK = 52_000
TOP_BINS = 1 << 16


@dataclass(frozen=True)
class Cells:
    """The cells: of every unit its cell, of every cell its scope, its node of the limits, and its units."""

    of_unit: IntArray
    scope: IntArray
    node: IntArray
    units: IntArray


def cells_of(bundles: Bundles, limits: Laminar) -> Cells:
    """Group units by structure and lowest limited node."""
    scope = np.array(bundles.scope_of, dtype=np.int64)
    node = limits.node_of[np.array(bundles.office_of, dtype=np.int64)]
    keys, of_unit, units = np.unique(
        scope * len(limits.parent) + node, return_inverse=True, return_counts=True
    )
    return Cells(of_unit, keys // len(limits.parent), keys % len(limits.parent), units)


@dataclass(frozen=True)
class PriceTable:
    """`first` (bundle, cell) is the cost of the least posts; `count` and `saved` (bundle, cell, price) count
    and add up the gains that are at least the price of the grid."""

    grid: IntArray
    first: IntArray
    count: npt.NDArray[np.int32]
    saved: IntArray
    cells: Cells
    least: int

    def at(self, index: IntArray) -> IntArray:
        """Return the priced cost (bundle, cell) at a grid place per cell."""
        cells = np.arange(len(self.cells.scope))
        price = self.grid[index]
        net = self.saved[:, cells, index] - price * self.count[:, cells, index]
        return np.asarray(self.first + self.least * self.cells.units * price - net, dtype=np.int64)

    def curve(self, bundles: IntArray, weight: FloatArray, cells: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return value and slope (cell, price) of a weighted sum of bundles at every price of the grid."""
        value = np.zeros((len(cells), len(self.grid)))
        slope = np.zeros((len(cells), len(self.grid)))
        for bundle, share in zip(bundles.tolist(), weight.tolist(), strict=True):
            slope += share * (self.least * self.cells.units[cells][:, None] + self.count[bundle, cells])
            value += share * (self.first[bundle, cells][:, None] - self.saved[bundle, cells])
        return np.asarray(value + slope * self.grid), slope


def grid_of(gains: IntArray, around: IntArray, places: int) -> IntArray:
    """Choose the prices of the grid: all gains if they are few, else dense where the prices are expected.

    Two thirds of the places lie around the prices expected, by what posts gain there, the others over all
    gains. Zero is always in.
    """
    distinct = np.unique(gains)
    if len(distinct) + 1 <= places:
        return np.concatenate([np.zeros(1, dtype=np.int64), distinct])
    ordered = np.sort(gains)
    inner = ordered
    if len(around):
        low, high = int(around.min()) * 3 // 4, int(around.max()) * 27 // 20 + 1
        inner = ordered[np.searchsorted(ordered, low) : np.searchsorted(ordered, high, side="right")]
    inner = inner if len(inner) else ordered
    part = (places - 2) // 6
    chosen = [
        inner[np.linspace(0, len(inner) - 1, places - 2 - 2 * part).astype(np.int64)],
        ordered[np.linspace(0, len(ordered) - 1, part).astype(np.int64)],
        np.linspace(0, int(ordered[-1]), part).astype(np.int64),
    ]
    return np.unique(np.r_[0, ordered[-1], np.concatenate(chosen)]).astype(np.int64)


def places_for(bundles: int, cells: int) -> int:
    """Return how many prices a table of that size can afford."""
    return max(FEWEST_PRICES, min(MOST_PRICES, ENTRIES // max(1, bundles * cells)))


def build_table(bundles: Bundles, cells: Cells, grid: IntArray, watch: Watch) -> PriceTable | None:
    """Price all bundles in chunks and count their gains; None if time runs out first."""
    count_units = len(cells.of_unit)
    number = len(bundles.membership)
    size = len(cells.scope), len(grid)
    first = np.zeros((number, size[0]), dtype=np.int64)
    count = np.zeros((number, *size), dtype=np.int32)
    saved = np.zeros((number, *size), dtype=np.int64)
    ordered = bool((np.diff(cells.of_unit) >= 0).all())
    starts = np.searchsorted(cells.of_unit, np.arange(size[0])) if ordered else None
    binned = _Bins(grid)
    chunk = max(1, CHUNK // max(1, count_units))
    beginnings = range(0, number, chunk)

    def fill(start: int) -> None:
        if len(beginnings) > 1 and watch.over():
            return
        asked = np.arange(start, min(number, start + chunk))
        runs = bundles.runs(asked)
        bundle, unit = np.divmod(runs.pair, count_units)
        key = (bundle * size[0] + cells.of_unit[unit]) * size[1] + binned.of(runs.gain)
        length = len(asked) * size[0] * size[1]
        many = bool((runs.count > 1).any())
        posts = np.bincount(key, weights=runs.count if many else None, minlength=length)
        worth = runs.gain * runs.count if many else runs.gain
        if int(worth.sum()) < 1 << 53:
            total = np.bincount(key, weights=worth, minlength=length).astype(np.int64)
        else:
            total = np.zeros(length, dtype=np.int64)
            np.add.at(total, key, worth)
        # from the top down, so that a place holds all gains at or above its price
        shape = (len(asked), *size)
        held = np.cumsum(posts.reshape(shape)[:, :, ::-1], axis=2)[:, :, ::-1]
        # a count cut short only lowers the bound
        count[asked] = np.minimum(held, np.iinfo(np.int32).max) if many else held
        saved[asked] = np.cumsum(total.reshape(shape)[:, :, ::-1], axis=2)[:, :, ::-1]
        if starts is not None:
            first[asked] = np.add.reduceat(runs.first, starts, axis=1)
        else:
            for cell in range(size[0]):
                first[asked, cell] = runs.first[:, cells.of_unit == cell].sum(axis=1)

    if watch.options.workers > 1 and len(beginnings) > 8:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(fill, beginnings))
    else:
        for beginning in beginnings:
            fill(beginning)
    if watch.over() and len(beginnings) > 1:
        return None
    return PriceTable(grid, first, count, saved, cells, bundles.least)


class _Bins:
    """Find the bin of a gain: the last grid price not above it, by one look-up where the grid allows."""

    def __init__(self, grid: IntArray) -> None:
        self.grid = grid
        top = int(grid[-1])
        self.shift = max(0, top.bit_length() - TOP_BINS.bit_length() + 1)
        self.table: IntArray | None = None
        if (grid & ((1 << self.shift) - 1) == 0).all():
            steps = np.arange((top >> self.shift) + 1, dtype=np.int64) << self.shift
            self.table = np.searchsorted(grid, steps, side="right").astype(np.int64) - 1

    def of(self, gain: IntArray) -> IntArray:
        if self.table is None:
            return np.asarray(np.searchsorted(self.grid, gain, side="right") - 1, dtype=np.int64)
        place = np.minimum(gain >> self.shift, len(self.table) - 1)
        return np.asarray(self.table[place], dtype=np.int64)


def aligned(grid: IntArray) -> IntArray:
    """Round a grid so that bins are found by one look-up."""
    shift = max(0, int(grid[-1]).bit_length() - TOP_BINS.bit_length() + 1)
    return np.unique(grid >> shift << shift)


def sample_units(bundles: Bundles, most: int) -> IntArray:
    """Return an even sample of units, in order."""
    units = len(bundles.office_of)
    if units <= most:
        return np.arange(units)
    return np.unique(np.linspace(0, units - 1, most).astype(np.int64))


def sample_gains(bundles: Bundles, most: int = 160) -> IntArray:
    """Return the gains of an even sample of bundles."""
    number = len(bundles.membership)
    asked = np.unique(np.linspace(0, number - 1, min(most, number)).astype(np.int64))
    return bundles.runs(asked).gain
