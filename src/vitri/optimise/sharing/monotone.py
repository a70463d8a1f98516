"""A share-out that never takes back: posts by falling marginal value on each office's convex envelope.

The order in which offices receive posts does not depend on the ceiling, so a higher ceiling never takes a
post from anyone: the rule is a divisor method with the marginal value of a post in place of the quotient
(Balinski and Young, 1982). Its price against the exact optimum is stated at every ceiling.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import Curve, Tree
from vitri.optimise.sharing.ceilings import CeilingCurve, Share, budget_curve, ceiling_curve

Value = tuple[Fraction, ...]


@dataclass(frozen=True)
class MonotoneShares:
    """The rule beside the optimum: the order of offices, the share-outs, and the optimum's ceiling curve.

    `start` are the posts that floors and least feasible numbers ask for; `order[i]` the office that gets
    the i-th post after them. `shares[c]` is None below the start.
    """

    start: IntArray
    order: tuple[int, ...]
    shares: tuple[Share | None, ...]
    exact: CeilingCurve

    def excess(self) -> list[IntArray | None]:
        """Return for every ceiling the cost beyond the optimum, limb by limb (None: the rule has no plan)."""
        found: list[IntArray | None] = []
        for ceiling, share in enumerate(self.shares):
            best = self.exact.shares[min(ceiling, len(self.exact.shares) - 1)]
            found.append(None if share is None or best is None else share.cost - best.cost)
        return found


def monotone_shares(curves: Sequence[Curve], tree: Tree, most: int | None = None) -> MonotoneShares | None:
    """Share out by the monotone rule under every ceiling of the root; None where the floors do not fit.

    Curves are taken with at most so many posts. Ceilings and floors below the root bind; posts that a floor
    asks for come first, by the same values. Ties go to the lower office.
    """
    flat = [budget_curve(curve) for curve in curves]
    exact = ceiling_curve(flat, tree, most)
    nodes = tree.nodes
    chains = tree.ancestors()
    start = np.zeros(len(curves), dtype=np.int64)
    for office, chain in enumerate(chains):
        possible = np.flatnonzero(flat[office].cost[:, 0] < INFEASIBLE)
        if not len(possible):
            return None
        start[office] = max(int(possible[0]), nodes[chain[0]].floor)
    used = _totals(start, tree)
    inner = range(len(nodes) - 1)
    if any(used[i] > nodes[i].ceiling for i in inner) or (start >= [len(c.cost) for c in flat]).any():
        return None
    values = [_values(curve, int(start[o])) for o, curve in enumerate(flat)]
    order: list[int] = []
    for needed in (True, False):
        _hand_out(order, values, start, used, chains, tree, needed=needed)
    if any(used[i] < nodes[i].floor for i in inner):
        return None
    posts = start.copy()
    first = int(start.sum())
    last = len(exact.shares) - 1
    shares: list[Share | None] = [None] * min(first, last + 1)
    floors = _floor_posts(order, start, chains, tree)
    for at, office in enumerate([-1, *order]):
        if office >= 0:
            posts = posts.copy()
            posts[office] += 1
        ceiling = first + at
        if ceiling > min(last, nodes[-1].ceiling):
            break
        cost = np.sum([flat[o].cost[posts[o]] for o in range(len(flat))], axis=0)
        shares.append(Share(ceiling, ceiling, posts, cost) if at >= floors else None)
    while len(shares) <= last:
        final = shares[-1]
        shares.append(None if final is None else Share(len(shares), final.used, final.posts, final.cost))
    return MonotoneShares(start, tuple(order), tuple(shares), exact)


def _totals(posts: IntArray, tree: Tree) -> list[int]:
    used: list[int] = []
    for node in tree.nodes:
        used.append(
            int(posts[node.office]) if node.office is not None else sum(used[c] for c in node.children)
        )
    return used


def _values(curve: Curve, start: int) -> list[Value]:
    """Return the falling savings of the convex envelope from `start` on, one for each further post."""
    rows = [tuple(int(v) for v in row) for row in curve.cost[start:].tolist()]
    corners = [0]
    for at in range(1, len(rows)):
        while len(corners) > 1 and _slope(rows, corners[-1], at) <= _slope(rows, corners[-2], corners[-1]):
            corners.pop()
        corners.append(at)
    values: list[Value] = []
    for a, b in itertools.pairwise(corners):
        values += [tuple(-part for part in _slope(rows, a, b))] * (b - a)
    return values


def _slope(rows: Sequence[tuple[int, ...]], a: int, b: int) -> Value:
    """Return the cost of one further post between two corners, level by level."""
    return tuple(Fraction(y - x, b - a) for x, y in zip(rows[a], rows[b], strict=True))


def _hand_out(
    order: list[int],
    values: Sequence[Sequence[Value]],
    start: IntArray,
    used: list[int],
    chains: Sequence[Sequence[int]],
    tree: Tree,
    *,
    needed: bool,
) -> None:
    """Give posts by falling value under the ceilings below the root; with `needed` only below open floors."""
    taken = [0] * len(values)
    for office in order:
        taken[office] += 1
    nodes = tree.nodes
    heap: list[tuple[Value, int]] = []

    def offer(office: int) -> None:
        if taken[office] < len(values[office]):
            heapq.heappush(heap, (tuple(-part for part in values[office][taken[office]]), office))

    for office in range(len(values)):
        offer(office)
    while heap:
        value, office = heapq.heappop(heap)
        below = chains[office][:-1]
        if any(used[i] >= nodes[i].ceiling for i in below):
            continue
        if needed and not any(used[i] < nodes[i].floor for i in below):
            continue
        if not needed and value >= (Fraction(0),) * len(value):
            break
        for i in chains[office]:
            used[i] += 1
        taken[office] += 1
        order.append(office)
        offer(office)


def _floor_posts(order: Sequence[int], start: IntArray, chains: Sequence[Sequence[int]], tree: Tree) -> int:
    """Return how many posts of the order it takes to meet every floor."""
    used = _totals(start, tree)
    floors = {i: node.floor for i, node in enumerate(tree.nodes)}
    if all(used[i] >= floor for i, floor in floors.items()):
        return 0
    for at, office in enumerate(order, start=1):
        for i in chains[office]:
            used[i] += 1
        if all(used[i] >= floor for i, floor in floors.items()):
            return at
    return len(order) + 1
