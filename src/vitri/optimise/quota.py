"""Sharing out posts under nested ceilings: greedy for convex gains, min-plus for any office curve.

A `Tree` nests offices under areas. Its limits are on *sized* posts: fixed posts were taken off first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.sharing.convolution import min_plus
from vitri.optimise.sharing.tree_tables import first_least, tree_tables

NO_CEILING = 1 << 40

__all__ = [
    "NO_CEILING",
    "Curve",
    "CurveShare",
    "GreedyShare",
    "Node",
    "Tree",
    "min_plus",
    "share_by_curve",
    "share_by_gain",
]


@dataclass(frozen=True)
class Node:
    """A unit of the quota tree: limits on the sized posts of everything below it.

    `children` are nodes; `office` is the office's index for a leaf and None otherwise.
    """

    code: str
    ceiling: int
    floor: int
    children: tuple[int, ...] = ()
    office: int | None = None


@dataclass(frozen=True)
class Tree:
    """Nested units, children before parents; the last node is the root."""

    nodes: tuple[Node, ...]

    def ancestors(self) -> list[list[int]]:
        """Return for every office index its nodes from the leaf up to the root."""
        parent = {child: i for i, node in enumerate(self.nodes) for child in node.children}
        chains: dict[int, list[int]] = {}
        for index, node in enumerate(self.nodes):
            if node.office is not None:
                chain = [index]
                while chain[-1] in parent:
                    chain.append(parent[chain[-1]])
                chains[node.office] = chain
        return [chains[office] for office in sorted(chains)]


@dataclass(frozen=True)
class GreedyShare:
    """The result of `share_by_gain`: posts per item, and the largest gain refused per office (0: none)."""

    posts: IntArray
    refused: IntArray


def share_by_gain(gains: Sequence[IntArray], office_of: Sequence[int], tree: Tree) -> GreedyShare:
    """Hand out posts by falling gain; exact where every item's gains never rise (convex cost).

    `gains[i][k]` is what post k + 1 saves on item i, `office_of[i]` its office. Only ceilings are looked
    at: floors never bind a saving. Ties go to the lower item, so the answer is stable.
    """
    chains = tree.ancestors()
    room = [node.ceiling for node in tree.nodes]
    items = np.concatenate([np.full(len(g), i) for i, g in enumerate(gains)]) if gains else np.zeros(0, int)
    values = np.concatenate(list(gains)) if gains else np.zeros(0, np.int64)
    order = np.lexsort((items, -values))
    posts = np.zeros(len(gains), dtype=np.int64)
    refused = np.zeros(len(chains), dtype=np.int64)
    for position in order:
        value = int(values[position])
        if value <= 0:
            break
        item = int(items[position])
        office = office_of[item]
        if all(room[node] > 0 for node in chains[office]):
            for node in chains[office]:
                room[node] -= 1
            posts[item] += 1
        else:
            refused[office] = max(int(refused[office]), value)
    return GreedyShare(posts, refused)


@dataclass(frozen=True)
class Curve:
    """Least cost of a unit for every number of sized posts `0..len(cost) - 1`.

    `cost` is (posts + 1) × limbs in lexicographic packing (see `lex`); impossible numbers are marked.
    """

    cost: IntArray


@dataclass(frozen=True)
class CurveShare:
    """The result of `share_by_curve`: posts per office, the cost reached, and every node's own curve."""

    posts: IntArray
    cost: IntArray
    curves: tuple[IntArray, ...]
    used: tuple[int, ...]


def share_by_curve(curves: Sequence[Curve], tree: Tree) -> CurveShare | None:
    """Share out posts at least lexicographic cost, exactly, for curves of any shape; None if impossible.

    Min-plus convolution of the curves, children before parents; a node's floor and ceiling cut its curve.
    The curve kept for a node is the one before its own ceiling, so that the value of one more post can be
    read off it.
    """
    tables = tree_tables([curve.cost for curve in curves], tree.nodes)
    best = int(first_least(tables.cut[-1])[-1])
    if best < 0:
        return None
    used = tables.used(best)
    return CurveShare(tables.by_office(used), tables.cut[-1][best], tables.open, tuple(used))
