"""Columns of one office: a set of duties, how many posts hold it, and what that leaves undone costs.

An office's *frontier* is its least cost for every number of posts. It is a set partition: every duty lies in
exactly one chosen column, and the posts of the chosen columns are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray

WholeArray = npt.NDArray[Any]
"""Whole numbers of any size: 64-bit integers, or Python integers where those do not fit."""

MOST_DUTIES = 62
PART_BITS = 10


@dataclass(frozen=True)
class Columns:
    """All ways to staff a set of duties: bit masks, posts counted, and whole-number costs, one row each."""

    duties: int
    masks: IntArray
    posts: IntArray
    costs: WholeArray

    def __post_init__(self) -> None:
        """Refuse what the engine cannot hold; the texts are for programmers, not for planners."""
        if not 0 <= self.duties <= MOST_DUTIES:
            raise ValueError(f"a frontier holds at most {MOST_DUTIES} duties, got {self.duties}")
        if not len(self.masks) == len(self.posts) == len(self.costs):
            raise ValueError("masks, posts and costs differ in length")
        if len(self.masks) and (self.masks.min() < 1 or int(self.masks.max()) >= 1 << self.duties):
            raise ValueError("a column holds a duty that does not exist, or none")
        if len(self.posts) and self.posts.min() < 0:
            raise ValueError("a column has a negative number of posts")

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.masks)

    def membership(self) -> npt.NDArray[np.bool_]:
        """Return the columns × duties matrix."""
        return (self.masks[:, None] >> np.arange(self.duties, dtype=np.int64) & 1).astype(bool)

    def lowest(self) -> IntArray:
        """Return the lowest duty of every column."""
        return lowest_bit(self.masks)

    def take(self, chosen: IntArray) -> Columns:
        """Return some of the columns, in the order given."""
        return Columns(self.duties, self.masks[chosen], self.posts[chosen], self.costs[chosen])

    def cost(self, chosen: Sequence[int]) -> int:
        """Return the exact cost of chosen columns."""
        return int(sum(int(self.costs[i]) for i in chosen))

    def count(self, chosen: Sequence[int]) -> int:
        """Return the posts of chosen columns."""
        return int(sum(int(self.posts[i]) for i in chosen))

    def covers(self, chosen: Sequence[int]) -> bool:
        """Whether chosen columns hold every duty exactly once."""
        seen = 0
        for index in chosen:
            mask = int(self.masks[index])
            if seen & mask:
                return False
            seen |= mask
        return seen == (1 << self.duties) - 1


class DutySums:
    """Adds a figure of every duty over the duties of every mask, by tables of all sums of a few duties."""

    def __init__(self, masks: IntArray, duties: int) -> None:
        """Split the masks into parts of `PART_BITS` duties."""
        self.parts = [
            (start, bits, masks >> start & (1 << bits) - 1)
            for start in range(0, duties, PART_BITS)
            for bits in (min(PART_BITS, duties - start),)
        ]
        self.rows = len(masks)

    def of(self, figures: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the sum for every mask, in the type of the figures."""
        total = np.zeros(self.rows, dtype=figures.dtype)
        for start, bits, part in self.parts:
            table = np.zeros(1, dtype=figures.dtype)
            for figure in figures[start : start + bits]:
                table = np.concatenate([table, table + figure])
            total = total + table[part]
        return total


def lowest_bit(masks: IntArray) -> IntArray:
    """Return the index of the lowest set bit of every mask (all are above 0)."""
    return np.asarray(np.bitwise_count((masks & -masks) - 1), dtype=np.int64)


def whole(values: WholeArray, factor: int = 1) -> WholeArray:
    """Return whole numbers so that sums of up to `factor` of them are exact."""
    if values.dtype != object:
        largest = int(np.abs(values).max(initial=0))
        if largest * max(1, factor) < 1 << 62:
            return values.astype(np.int64)
        return values.astype(object)
    return values


def falling_columns(masks: Sequence[int], duties: int, table: IntArray, first: int = 1) -> Columns:
    """Make columns from a price table: `table[bundle, j]` is the cost with `first + j` posts.

    Where the next post saves nothing none is added: prices are convex and falling, so no later one helps.
    """
    which, count, costs = [], [], []
    for index in range(len(masks)):
        row = table[index]
        falls = np.flatnonzero(row[1:] >= row[:-1])
        last = int(falls[0]) if len(falls) else len(row) - 1
        which.append(np.full(last + 1, index))
        count.append(np.arange(first, first + last + 1))
        costs.append(row[: last + 1])
    if not which:
        empty = np.zeros(0, dtype=np.int64)
        return Columns(duties, empty, empty, empty)
    held = np.array(masks, dtype=np.int64)[np.concatenate(which)]
    return Columns(duties, held, np.concatenate(count).astype(np.int64), np.concatenate(costs))


def components(columns: Columns) -> list[tuple[tuple[int, ...], IntArray]]:
    """Split duties into sets that no column joins: (duties, indices of their columns), lowest duty first."""
    parts: list[int] = []
    for mask in np.unique(columns.masks).tolist():
        joined = mask
        apart = []
        for part in parts:
            if part & joined:
                joined |= part
            else:
                apart.append(part)
        parts = [*apart, joined]
    seen = 0
    for part in parts:
        seen |= part
    parts += [1 << duty for duty in range(columns.duties) if not seen >> duty & 1]
    found = []
    for part in sorted(parts, key=lambda mask: mask & -mask):
        held = tuple(duty for duty in range(columns.duties) if part >> duty & 1)
        found.append((held, np.flatnonzero(columns.masks & part).astype(np.int64)))
    return found


def relabelled(columns: Columns, order: Sequence[int]) -> Columns:
    """Return the columns with duty `order[i]` renamed `i`; duties not in `order` must not occur."""
    masks = np.zeros_like(columns.masks)
    for new, old in enumerate(order):
        masks |= (columns.masks >> old & 1) << new
    return Columns(len(order), masks, columns.posts, columns.costs)


def narrow_order(columns: Columns) -> list[int]:
    """Order the duties so that few of them are touched before they are finished.

    Greedy: the next duty is the one that leaves the fewest unfinished duties joined to finished ones; among
    equals, one already touched, then the one with the fewest columns, then the lowest. The states of the
    dynamic programme are unions of what earlier columns hold beyond the finished duties.
    """
    masks, count = np.unique(columns.masks, return_counts=True)
    near, weight = [], []
    for duty in range(columns.duties):
        holds = (masks >> duty & 1).astype(bool)
        near.append(int(np.bitwise_or.reduce(masks[holds], initial=0)))
        weight.append(int(count[holds].sum()))
    left = (1 << columns.duties) - 1
    touched = 0
    order: list[int] = []
    while left:
        scores = []
        for duty in range(columns.duties):
            bit = 1 << duty
            if left & bit:
                open_ = ((touched | near[duty]) & left & ~bit).bit_count()
                scores.append((open_, not touched & bit, weight[duty], duty))
        best = min(scores)[-1]
        left &= ~(1 << best)
        touched = (touched | near[best]) & left
        order.append(best)
    return order
