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
from vitri.optimise.frontier.columns import Columns, narrow_order, relabelled
from vitri.optimise.frontier.subsets import SubsetTable, layout
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
class Ways:
    """All ways to staff the nodes of a component, row by row: bit masks, posts, posts in the quota, costs.

    `costs` is ways × limbs (see `lex`).
    """

    masks: IntArray
    posts: IntArray
    quota: IntArray
    costs: IntArray


@dataclass(frozen=True)
class OfficeCurve:
    """Least cost by number of posts, with what is needed to read the bundles back."""

    curve: Curve
    ways: Ways
    table: SubsetTable

    def bundles(self, posts: int) -> list[Column]:
        """Return the bundles of the best plan with exactly `posts` posts."""
        chosen = self.table.plan(posts)
        found = [
            Column(int(self.ways.masks[i]), int(self.ways.posts[i]), int(self.ways.quota[i])) for i in chosen
        ]
        return sorted(found, key=lambda column: members(column.mask))


def unions(
    nodes: Sequence[Node],
    joinable: Callable[[Sequence[Node]], bool],
    most_positions: int,
    most: int | None = None,
) -> list[int] | None:
    """List the sets of nodes that one person may hold, as bit masks in a stable order; None beyond `most`.

    `joinable` must be monotone: a set that may not be held has no superset that may. A set counts its
    distinct positions against `most_positions`.
    """
    found: list[int] = []

    def grow(mask: int, chosen: list[Node], start: int) -> bool:
        found.append(mask)
        if most is not None and len(found) > most:
            return False
        for index in range(start, len(nodes)):
            more = [*chosen, nodes[index]]
            if len({node.position for node in more}) > most_positions or not joinable(more):
                continue
            if not grow(mask | 1 << index, more, index + 1):
                return False
        return True

    complete = all(grow(1 << first, [nodes[first]], first + 1) for first in range(len(nodes)))
    return found if complete else None


def office_curve(nodes: int, ways: Ways, most_posts: int, most_work: int | None = None) -> OfficeCurve | None:
    """Compute the least cost of covering all nodes with exactly 0 … `most_posts` posts in the quota.

    Dynamic programming over sets of nodes in an order that touches few of them at a time (see `frontier`);
    None where it would take more than `most_work` extensions.
    """
    plain = Columns(nodes, ways.masks, ways.quota, np.zeros(len(ways.masks), dtype=np.int64))
    plan = layout(relabelled(plain, narrow_order(plain)), most_posts, None, most_work)
    if plan is None:
        return None
    table = plan.fill(ways.costs)
    return OfficeCurve(Curve(table.values()), ways, table)
