"""One office: posts that hold one position or several (kiêm nhiệm), exactly, for every number of posts.

The work of a position in a pool is a *node*. A post bundle is a set of nodes that one person may hold; the
office's posts partition its nodes into bundles, k posts each. Dynamic programming over sets of nodes gives
the least lexicographic cost for every number of posts at once. Rounding therefore happens once per bundle,
not per position: a position whose node sits in a bundle led by another has no post of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.bundles import members
from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import Curve


@dataclass(frozen=True)
class Node:
    """The work of one position in one pool of an office: `minutes` is (priority, month)."""

    position: int
    pool: str
    groups: tuple[int, ...]
    minutes: IntArray


@dataclass(frozen=True)
class Column:
    """A way to staff a set of nodes: `posts` posts, `quota` of which count against ceilings."""

    mask: int
    posts: int
    quota: int


@dataclass(frozen=True)
class OfficeCurve:
    """Least cost by number of posts, with what is needed to read the bundles back."""

    curve: Curve
    columns: tuple[Column, ...]
    costs: IntArray
    table: IntArray
    nodes: int

    def bundles(self, posts: int) -> list[Column]:
        """Return the bundles of the best plan with exactly `posts` posts."""
        chosen: list[Column] = []
        mask = (1 << self.nodes) - 1
        left = posts
        starts: dict[int, list[int]] = {}
        for index, column in enumerate(self.columns):
            starts.setdefault(column.mask, []).append(index)
        while mask:
            target = self.table[mask, left]
            found = None
            for index, column in enumerate(self.columns):
                if column.mask & mask != column.mask or column.quota > left:
                    continue
                rest = mask ^ column.mask
                if not _closed(rest, column.mask):
                    continue
                before = self.table[rest, left - column.quota]
                if before[0] < INFEASIBLE and np.array_equal(before + self.costs[index], target):
                    found = column
                    break
            if found is None:
                raise ValueError("the table of an office curve does not lead back to its start")
            chosen.append(found)
            mask ^= found.mask
            left -= found.quota
        return sorted(chosen, key=lambda column: members(column.mask))


def _closed(rest: int, mask: int) -> bool:
    """Whether `mask` starts at the lowest node missing from `rest` (the order in which masks are built)."""
    return (~rest & (rest + 1)) == (mask & -mask)


def unions(
    nodes: Sequence[Node],
    joinable: Callable[[Sequence[Node]], bool],
    most_positions: int,
) -> list[int]:
    """List the sets of nodes that one person may hold, as bit masks in a stable order.

    `joinable` must be monotone: a set that may not be held has no superset that may. A set counts its
    distinct positions against `most_positions`.
    """
    found: list[int] = []

    def grow(mask: int, chosen: list[Node], start: int) -> None:
        found.append(mask)
        for index in range(start, len(nodes)):
            more = [*chosen, nodes[index]]
            if len({node.position for node in more}) > most_positions or not joinable(more):
                continue
            grow(mask | 1 << index, more, index + 1)

    for first in range(len(nodes)):
        grow(1 << first, [nodes[first]], first + 1)
    return found


def office_curve(nodes: int, columns: Sequence[Column], costs: IntArray, most_posts: int) -> OfficeCurve:
    """Compute the least cost of covering all nodes for every number of posts up to `most_posts`.

    `costs` is columns × limbs (see `lex`). Dynamic programming: a set of covered nodes is extended by a
    column that starts at its lowest uncovered node, so each partition is built once.
    """
    limbs = costs.shape[1] if len(columns) else 1
    tables = [np.zeros((1 << nodes, most_posts + 1), dtype=np.int64) for _ in range(limbs)]
    tables[0][:] = INFEASIBLE
    tables[0][0, 0] = 0
    by_lowest: list[dict[int, list[int]]] = [{} for _ in range(nodes)]
    for index, column in enumerate(columns):
        if column.quota <= most_posts:
            lowest = (column.mask & -column.mask).bit_length() - 1
            by_lowest[lowest].setdefault(column.mask, []).append(index)
    for low in range(nodes):
        upper = np.arange(1 << (nodes - low - 1), dtype=np.int64)
        sources = ((1 << low) - 1) | (upper << (low + 1))
        sources = sources[(tables[0][sources] < INFEASIBLE).any(axis=1)]
        for mask, ways in by_lowest[low].items():
            chosen = sources[(sources & mask) == 0]
            if len(chosen):
                _extend(tables, chosen, chosen | mask, [(columns[i].quota, costs[i]) for i in ways])
    table = np.stack(tables, axis=-1)
    return OfficeCurve(Curve(table[-1].copy()), tuple(columns), costs, table, nodes)


def _extend(
    tables: list[IntArray], sources: IntArray, targets: IntArray, ways: Sequence[tuple[int, IntArray]]
) -> None:
    """Improve the rows of `targets` by the rows of `sources` plus each way (posts in the quota, cost)."""
    before = [table[sources] for table in tables]
    now = [table[targets] for table in tables]
    width = before[0].shape[1]
    for quota, cost in ways:
        span = width - quota
        # an impossible start never beats anything: its first limb is INFEASIBLE or more
        better = before[0][:, :span] + cost[0] < now[0][:, quota:]
        equal = before[0][:, :span] + cost[0] == now[0][:, quota:]
        for limb in range(1, len(tables)):
            if not equal.any():
                break
            candidate = before[limb][:, :span] + cost[limb]
            current = now[limb][:, quota:]
            better |= equal & (candidate < current)
            equal &= candidate == current
        if better.any():
            for limb, column in enumerate(now):
                np.copyto(column[:, quota:], before[limb][:, :span] + cost[limb], where=better)
    for limb, table in enumerate(tables):
        table[targets] = now[limb]
