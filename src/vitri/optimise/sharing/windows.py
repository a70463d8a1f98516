"""Min-plus convolution of long cost tables that are nearly convex: most pairs are ruled out by a price.

For any price p of a post, cost + p · posts of both tables, each less its least, are reduced costs: never
negative, and what a pair of rows costs beyond the best one could hope for. Of a block of totals only the rows
whose reduced cost is no larger than that of the worst total's best known pair can matter. Any price gives the
exact answer; one near the slope of the block leaves few rows. All arithmetic is that of an ordered group
(limbs compared lexicographically, see `lex`), so nothing is rounded.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE, less

BLOCK = 192
_NEAR = 24
_ROOM = 1 << 58
_PAIRS = 400_000
_NEVER = np.iinfo(np.int64).max


def join_windows(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Join two tables of any shape; of equal splits the one that gives the right table the fewest posts."""
    ours, theirs = _Side(left), _Side(right)
    size = len(left) + len(right) - 1
    table = np.zeros((size, left.shape[1]), dtype=np.int64)
    choice = np.zeros(size, dtype=np.int64)
    edges = _Edges(ours, theirs)
    for start in range(0, size, BLOCK):
        totals = np.arange(start, min(size, start + BLOCK))
        price, unit, split = edges.at(int(totals[len(totals) // 2]))
        one, two = ours.reduced(price, unit), theirs.reduced(price, unit)
        tried = [
            _best(ours, theirs, totals, near, right=side)
            for side, near in ((False, ours.near(split[0])), (True, theirs.near(split[1])))
        ]
        known = np.where(less(tried[1][0].T, tried[0][0].T)[:, None], tried[1][0].T, tried[0][0].T).T
        limit = _worst(known, totals, price, unit, ours.least + theirs.least)
        inside = [_up_to(one, limit) & ours.possible, _up_to(two, limit) & theirs.possible]
        on_right = int(inside[1].sum()) <= int(inside[0].sum())
        rows = np.flatnonzero(inside[1] if on_right else inside[0])
        costs, given = _best(ours, theirs, totals, rows, right=on_right)
        table[totals] = costs.T
        choice[totals] = given
    return table, choice


class _Side:
    """One of the tables, limb by limb, with the rows that are possible."""

    def __init__(self, table: IntArray) -> None:
        self.limbs = np.ascontiguousarray(table.T)
        self.possible: npt.NDArray[np.bool_] = np.asarray(table[:, 0] < INFEASIBLE)
        self.rows = np.arange(table.shape[0], dtype=np.int64)
        self.least = np.zeros(table.shape[1], dtype=np.int64)

    def near(self, row: int) -> IntArray:
        """Return the rows around one."""
        return self.rows[max(0, row - _NEAR) : max(0, row + _NEAR) + 1]

    def reduced(self, price: IntArray, unit: int) -> IntArray:
        """Return limbs × rows of unit · cost + price · posts less the least of them."""
        value = unit * self.limbs + price[:, None] * self.rows
        value[0, ~self.possible] = INFEASIBLE
        rows = np.flatnonzero(self.possible)
        for limb in value:
            rows = rows[limb[rows] == limb[rows].min()]
        self.least = value[:, rows[0]].copy()
        result = value - self.least[:, None]
        result[0, ~self.possible] = INFEASIBLE
        return result


class _Edges:
    """The edges of both lower hulls by rising slope: how far each side has come, and what each edge saves."""

    def __init__(self, ours: _Side, theirs: _Side) -> None:
        found: list[tuple[float, int, int, IntArray]] = []
        starts = []
        # one scale for both, so that slopes compare; only the choice of a price hangs on it
        peaks = [np.abs(side.limbs[:, side.possible]).max(axis=1) for side in (ours, theirs)]
        largest = np.maximum(1, np.maximum(*peaks)).astype(np.float64).tolist()
        for which, side in enumerate((ours, theirs)):
            rows = np.flatnonzero(side.possible)
            starts.append(int(rows[0]))
            key = np.zeros(len(rows))
            for limb, most in zip(side.limbs, largest, strict=True):
                key = key * (1 + min(most, 1e9)) + limb[rows] / most * min(most, 1e9)
            hull = _lower_hull(rows, key)
            for a, b in pairwise(hull):
                x, y = int(rows[a]), int(rows[b])
                found.append(
                    (float(key[b] - key[a]) / (y - x), y - x, which, side.limbs[:, x] - side.limbs[:, y])
                )
        found.sort(key=lambda edge: edge[0])
        length = np.array([edge[1] for edge in found], dtype=np.int64)
        which_side = np.array([edge[2] for edge in found], dtype=np.int64)
        self.starts = starts
        self.ends = np.cumsum(length) + sum(starts)
        self.ours = np.cumsum(np.where(which_side == 0, length, 0)) + starts[0]
        self.length, self.which = length, which_side
        self.prices = [edge[3] for edge in found]
        self.none = np.zeros(len(ours.limbs), dtype=np.int64)
        self.largest = int(max(largest))

    def at(self, total: int) -> tuple[IntArray, int, tuple[int, int]]:
        """Return what `unit` posts cost at a total, that unit (prices may be fractions), and the split."""
        if not self.prices:
            return self.none, 1, (self.starts[0], self.starts[1])
        place = min(int(np.searchsorted(self.ends, total)), len(self.prices) - 1)
        left = int(self.ours[place])
        if self.which[place] == 0:
            left -= max(0, int(self.ends[place]) - total)
        price, unit = self.prices[place], int(self.length[place])
        if unit * self.largest >= _ROOM or int(np.abs(price).max()) * int(self.ends[-1]) >= _ROOM:
            price, unit = price // unit, 1
        return price, unit, (left, max(0, total - left))


def _lower_hull(x: IntArray, y: npt.NDArray[np.float64]) -> list[int]:
    """Return the places of the lower convex hull, left to right."""
    hull: list[int] = []
    for at in range(len(x)):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[at] - x[b]) >= (y[at] - y[b]) * (x[b] - x[a]):
                hull.pop()
            else:
                break
        hull.append(at)
    return hull


def _up_to(reduced: IntArray, limit: IntArray | None) -> npt.NDArray[np.bool_]:
    """Return the rows whose reduced cost is at most the limit (None: all)."""
    if limit is None:
        return np.ones(reduced.shape[1], dtype=bool)
    result: npt.NDArray[np.bool_] = np.asarray(reduced[-1] <= limit[-1])
    for limb in range(len(limit) - 2, -1, -1):
        result = (reduced[limb] < limit[limb]) | ((reduced[limb] == limit[limb]) & result)
    return result


def _worst(costs: IntArray, totals: IntArray, price: IntArray, unit: int, least: IntArray) -> IntArray | None:
    """Return the largest reduced cost of the pairs known for the totals; None where a total has none."""
    if bool((costs[0] >= INFEASIBLE).any()):
        return None
    value = unit * costs + price[:, None] * totals - least[:, None]
    return value[:, np.lexsort(value[::-1])[-1]]


def _best(
    ours: _Side, theirs: _Side, totals: IntArray, rows: IntArray, *, right: bool
) -> tuple[IntArray, IntArray]:
    """Return the least cost of every total over splits with the given rows of one side, and the choice."""
    limbs = len(ours.limbs)
    costs = np.zeros((limbs, len(totals)), dtype=np.int64)
    costs[0] = INFEASIBLE
    given = np.zeros(len(totals), dtype=np.int64)
    step = max(1, _PAIRS // max(1, len(rows)))
    for start in range(0, len(totals) if len(rows) else 0, step):
        some = totals[start : start + step]
        a = some[:, None] - rows if right else np.broadcast_to(rows, (len(some), len(rows)))
        b = some[:, None] - a
        valid = (a >= 0) & (a < len(ours.rows)) & (b >= 0) & (b < len(theirs.rows))
        a, b = np.where(valid, a, 0), np.where(valid, b, 0)
        valid &= ours.possible[a] & theirs.possible[b]
        reached = valid.any(axis=1)
        for limb in range(limbs):
            value = np.where(valid, ours.limbs[limb][a] + theirs.limbs[limb][b], _NEVER)
            least = value.min(axis=1)
            valid &= value == least[:, None]
            costs[limb, start : start + step] = np.where(reached, least, INFEASIBLE if limb == 0 else 0)
        given[start : start + step] = np.where(reached, np.where(valid, b, _NEVER).min(axis=1), 0)
    return costs, given
