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
from vitri.optimise.frontier.columns import Columns, lowest_bit, narrow_order, relabelled
from vitri.optimise.frontier.subsets import SubsetTable, layout
from vitri.optimise.lex import INFEASIBLE, Packing
from vitri.optimise.lex import packing as best_packing
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
    """A way to staff a set of nodes: `posts` posts, `quota` of which count against ceilings.

    All posts hold the nodes of `main`; only `holders` of them hold the others.
    """

    mask: int
    posts: int
    quota: int
    holders: int
    main: int


@dataclass(frozen=True)
class Ways:
    """All ways to staff the nodes of a component, row by row: bit masks, posts, posts in the quota, costs.

    `holders` of the posts hold all nodes, the rest of them only those of `main` (see `partial_cover`);
    `costs` is ways × limbs (see `lex`).
    """

    masks: IntArray
    posts: IntArray
    quota: IntArray
    holders: IntArray
    main: IntArray
    costs: IntArray

    def joined(self, other: Ways) -> Ways:
        """Return the rows of both."""
        names = ("masks", "posts", "quota", "holders", "main", "costs")
        return Ways(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))


@dataclass(frozen=True)
class OfficeCurve:
    """Least cost by number of posts, with what is needed to read the bundles back."""

    curve: Curve
    ways: Ways
    table: SubsetTable

    def bundles(self, posts: int) -> list[Column]:
        """Return the bundles of the best plan with exactly `posts` posts."""
        chosen = self.table.plan(posts)
        ways = self.ways
        found = [
            Column(*(int(part[i]) for part in (ways.masks, ways.posts, ways.quota, ways.holders, ways.main)))
            for i in chosen
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


def office_curve(
    nodes: int, ways: Ways, most_posts: int, most_work: int | None = None, packing: Packing | None = None
) -> OfficeCurve | None:
    """Compute the least cost of covering all nodes with exactly 0 … `most_posts` posts in the quota.

    Dynamic programming over sets of nodes in an order that touches few of them at a time (see `frontier`);
    None where it would take more than `most_work` extensions. With the `packing` of the costs, they are
    packed again for totals of this office alone where that takes fewer limbs.
    """
    plain = Columns(nodes, ways.masks, ways.quota, np.zeros(len(ways.masks), dtype=np.int64))
    plan = layout(relabelled(plain, narrow_order(plain)), most_posts, None, most_work)
    if plan is None:
        return None
    tight = None if packing is None else _tight(nodes, ways, packing)
    if packing is None or tight is None:
        table = plan.fill(ways.costs)
        return OfficeCurve(Curve(table.values()), ways, table)
    table = plan.fill(tight.pack(packing.unpack(ways.costs)))
    values = table.values()
    possible = values[:, 0] < INFEASIBLE
    cost = np.zeros((len(values), packing.limbs), dtype=np.int64)
    cost[~possible, 0] = INFEASIBLE
    cost[possible] = packing.pack(tight.unpack(values[possible]))
    return OfficeCurve(Curve(cost), ways, table)


def _tight(nodes: int, ways: Ways, packing: Packing) -> Packing | None:
    """Return a packing with fewer limbs that holds every total of these ways, None where there is none.

    A partition takes at most one way of each lowest node.
    """
    if packing.limbs == 1 or not len(ways.masks):
        return None
    levels = packing.unpack(ways.costs)
    largest = np.zeros((nodes, levels.shape[1]), dtype=np.int64)
    np.maximum.at(largest, lowest_bit(ways.masks), levels)
    tight = best_packing(largest.sum(axis=0).tolist())
    return tight if tight.limbs < packing.limbs else None
