"""Sharing out posts under nested ceilings: greedy for convex gains, min-plus for any office curve.

A `Tree` nests offices under areas. Its limits are on *sized* posts: fixed posts were taken off first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.laminar import hand_out, laminar_of, values_of
from vitri.optimise.quota_tree import NO_CEILING, Node, Tree
from vitri.optimise.sharing.convolution import min_plus
from vitri.optimise.sharing.tree_tables import first_least, tree_tables

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
class GreedyShare:
    """The result of `share_by_gain`: posts per item, and what one more post is worth at each node's limit."""

    posts: IntArray
    values: IntArray


def share_by_gain(gains: Sequence[IntArray], office_of: Sequence[int], tree: Tree) -> GreedyShare | None:
    """Hand out posts by falling gain; exact where every item's gains never rise (convex cost).

    `gains[i][k]` is what post k + 1 saves on item i, `office_of[i]` its office. Floors take room that better
    gains elsewhere would use; posts that a floor asks for and that save nothing stand in no item. None if
    floors do not fit under a ceiling. Ties go to the lower item, so the answer is stable.
    """
    limits = laminar_of(tree)
    items = np.concatenate([np.full(len(g), i) for i, g in enumerate(gains)]) if gains else np.zeros(0, int)
    values = np.concatenate(list(gains)).astype(np.int64) if gains else np.zeros(0, np.int64)
    useful = values > 0
    items, values = items[useful], values[useful]
    offices = np.array(office_of, dtype=np.int64)
    share = hand_out(limits, limits.node_of[offices[items]], values, np.ones(len(values), dtype=np.int64))
    if share is None:
        return None
    posts = np.bincount(items, weights=share.taken, minlength=len(gains)).astype(np.int64)
    return GreedyShare(posts, values_of(limits, share, len(tree.nodes)))


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
