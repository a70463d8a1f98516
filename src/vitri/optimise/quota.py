"""Sharing out posts under nested ceilings: greedy for convex gains, min-plus for any office curve.

A `Tree` nests offices under areas. Its limits are on *sized* posts: fixed posts were taken off first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.laminar import hand_out, laminar_of, values_of
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.quota_tree import NO_CEILING, Node, Tree

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
    limbs = curves[0].cost.shape[1] if curves else 1
    tables: list[IntArray] = []
    splits: list[list[IntArray]] = []
    open_tables: list[IntArray] = []
    for node in tree.nodes:
        if node.office is not None:
            table = curves[node.office].cost.copy()
            splits.append([])
        else:
            table = np.zeros((1, limbs), dtype=np.int64)
            chosen: list[IntArray] = []
            for child in node.children:
                table, choice = min_plus(table, tables[child])
                chosen.append(choice)
            splits.append(chosen)
        open_tables.append(table.copy())
        if node.ceiling + 1 < len(table):
            table = table[: node.ceiling + 1]
        if node.floor > 0:
            table = table.copy()
            table[: min(node.floor, len(table)), 0] = INFEASIBLE
        tables.append(table)
    root = len(tree.nodes) - 1
    best = _argmin(tables[root])
    if best is None:
        return None
    used = [0] * len(tree.nodes)
    used[root] = best
    posts = np.zeros(len(curves), dtype=np.int64)
    for index in range(root, -1, -1):
        node = tree.nodes[index]
        if node.office is not None:
            posts[node.office] = used[index]
            continue
        left = used[index]
        for child, choice in zip(reversed(node.children), reversed(splits[index]), strict=True):
            used[child] = int(choice[left])
            left -= used[child]
    return CurveShare(posts, tables[root][best], tuple(open_tables), tuple(used))


def min_plus(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Convolve two cost tables; the choice is the posts given to the right one."""
    size = len(left) + len(right) - 1
    table = np.zeros((size, left.shape[1]), dtype=np.int64)
    table[:, 0] = INFEASIBLE
    choice = np.zeros(size, dtype=np.int64)
    usable = left[:, 0] < INFEASIBLE
    for posts in range(len(right)):
        if right[posts, 0] >= INFEASIBLE:
            continue
        candidate = left + right[posts]
        candidate[~usable, 0] = INFEASIBLE
        target = table[posts : posts + len(left)]
        better = less(candidate, target)
        target[better] = candidate[better]
        choice[posts : posts + len(left)][better] = posts
    return table, choice


def _argmin(table: IntArray) -> int | None:
    best: int | None = None
    for index in range(len(table)):
        if table[index, 0] < INFEASIBLE and (best is None or bool(less(table[index], table[best]))):
            best = index
    return best
