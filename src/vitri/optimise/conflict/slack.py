"""The cheapest way to bend limits on a tree of posts: exact, by dynamic programming over the tree.

Every node has a cost for every number of posts below it (what its own limits would have to give), every
office a cost for every number of its posts. Costs of children are joined by min-plus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.quota_tree import Tree

IMPOSSIBLE = 1 << 60


@dataclass(frozen=True)
class Bent:
    """The least cost, and the posts below every node of the tree in the plan that has it."""

    cost: int
    posts: tuple[int, ...]


def bend(tree: Tree, offices: Sequence[IntArray], local: Sequence[IntArray]) -> Bent | None:
    """Return the cheapest numbers of posts; None where nothing is possible.

    `offices[o][t]` is the cost of office o with t posts, `local[n][t]` what t posts below node n cost at its
    own limits; both are at least `IMPOSSIBLE` where t is not possible. Ties go to fewer posts.
    """
    tables: list[IntArray] = []
    choices: list[list[IntArray]] = []
    for index, node in enumerate(tree.nodes):
        own = offices[node.office] if node.office is not None else np.zeros(1, dtype=np.int64)
        made: list[IntArray] = []
        for child in node.children:
            own, choice = _join(own, tables[child])
            made.append(choice)
        limit = local[index]
        own = own[: len(limit)] + limit[: len(own)]
        tables.append(np.minimum(own, IMPOSSIBLE))
        choices.append(made)
    root = tables[-1]
    if not len(root) or int(root.min()) >= IMPOSSIBLE:
        return None
    posts = [0] * len(tree.nodes)
    posts[-1] = int(root.argmin())
    for index in range(len(tree.nodes) - 1, -1, -1):
        left = posts[index]
        node = tree.nodes[index]
        for child, choice in zip(reversed(node.children), reversed(choices[index]), strict=True):
            posts[child] = int(choice[left])
            left -= posts[child]
    return Bent(int(root.min()), tuple(posts))


def _join(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Return the min-plus convolution of two tables, and what of each number is the right one's."""
    size = len(left) + len(right) - 1 if len(left) and len(right) else 0
    best = np.full(size, IMPOSSIBLE, dtype=np.int64)
    choice = np.zeros(size, dtype=np.int64)
    for given in range(len(right)):
        if right[given] >= IMPOSSIBLE:
            continue
        part = left + right[given]
        target = best[given : given + len(left)]
        better = part < target
        target[better] = part[better]
        choice[given : given + len(left)][better] = given
    return best, choice
