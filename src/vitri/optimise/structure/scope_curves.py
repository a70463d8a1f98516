"""Structures that meet only in the ceilings: a curve for each, made exact only where it matters.

Where every scope pays one price (one office, or all under one ceiling), its least cost is a curve over its
own posts, and curves of any shape are shared out exactly. Each starts as the lower hull that a few prices
prove. The share of the hulls is a bound and says for how many posts each scope must be known better: those
points are solved, until the share stands on solved points only.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray, UndecidedError, Watch
from vitri.optimise.laminar import Laminar
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import Curve, share_by_curve
from vitri.optimise.quota_tree import NO_CEILING, Node, Tree
from vitri.optimise.structure.columns import Bundles
from vitri.optimise.structure.master import Prices
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.price import Cells
from vitri.optimise.structure.relax import Part, Relaxation

HULL_PRICES = 9
MOST_POSTS = 4_000
MOST_SOLVED = 3_000
# finds the plan and the bound of a scope under its own ceiling
Solver = Callable[[Relaxation, Plans, Watch], tuple[int, int, tuple[int, ...]] | None]


def one_node(ceiling: int, offices: int) -> Laminar:
    """Return a single limit above all offices."""
    return Laminar(
        np.array([-1], dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.array([ceiling], dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(offices, dtype=np.int64),
        (-1,),
    )


@dataclass
class ScopeCurve:
    """One scope: its bundles, its relaxation, and what is known of its curve over posts.

    `lower` holds at every number of posts; `upper` is the cost of the best structure found (`INFEASIBLE`:
    none yet), `held[n]` that structure; `solved` marks the numbers that were solved.
    """

    bundles: Bundles
    relaxation: Relaxation
    plans: Plans
    lower: IntArray
    upper: IntArray
    solved: set[int]
    held: dict[int, tuple[int, ...]]

    @classmethod
    def begin(cls, bundles: Bundles, relaxation: Relaxation, plans: Plans, most: int) -> ScopeCurve:
        """Start with the hull that a few prices prove."""
        grid = relaxation.table.grid
        lower = np.zeros(most + 1, dtype=np.int64)
        posts = np.arange(most + 1, dtype=np.int64)
        places = np.unique(np.linspace(0, len(grid) - 1, HULL_PRICES).astype(np.int64))
        part = Part(0, (min(1, len(relaxation.groups[0])),), (len(relaxation.groups[0]),), (), places[:1])
        for place in places.tolist():
            solved = relaxation.solve(part, np.array([place]))
            relaxed = None if solved is None else solved.scopes[0]
            if relaxed is not None:
                value = -(-relaxed.base >> relaxation.shift)
                # beyond the largest cost there is nothing that a price could prove
                lower = np.maximum(lower, min(value, 1 << 60) - int(grid[place]) * posts)
        return cls(bundles, relaxation, plans, lower, np.full(most + 1, INFEASIBLE), set(), {})

    def solve(self, posts: int, solver: Solver, watch: Watch) -> None:
        """Find the least cost with so many posts at most."""
        limits = one_node(posts, len(self.plans.limits.node_of))
        relaxation = copy.copy(self.relaxation)
        relaxation.prices = Prices(limits, relaxation.table.cells, relaxation.table.grid)
        relaxation.pool, relaxation.pool_worth = {}, np.zeros(0, dtype=np.int64)
        relaxation.dead = [np.zeros_like(dead) for dead in relaxation.dead]
        plans = Plans(self.bundles, limits, 0)
        plans.known = self.plans.known
        self.solved.add(posts)
        try:
            found = solver(relaxation, plans, watch)
        except UndecidedError:
            return
        if found is None:
            self.lower[: posts + 1] = INFEASIBLE
            return
        cost, bound, held = found
        # fewer posts never cost less, more never cost more
        self.lower[: posts + 1] = np.maximum(self.lower[: posts + 1], bound)
        better = self.upper[posts:] > cost
        self.upper[posts:][better] = cost
        for place in (np.flatnonzero(better) + posts).tolist():
            self.held[place] = held


def tree_of(limits: Laminar, node_of_scope: list[int], most: list[int]) -> tuple[Tree, list[int]]:
    """Return the limits with scopes (and idle offices) as leaves, and the most posts of every leaf."""
    nodes = [Node(f"s{s}", NO_CEILING, 0, (), s) for s in range(len(node_of_scope))]
    lengths = list(most)
    children: dict[int, list[int]] = {}
    for leaf, node in enumerate(node_of_scope):
        children.setdefault(node, []).append(leaf)
    for node in sorted({int(n) for n in limits.node_of} - set(node_of_scope)):
        if limits.floor[node] > 0:
            # an office without work whose floor holds idle posts
            children.setdefault(node, []).append(len(nodes))
            nodes.append(Node(f"i{node}", NO_CEILING, 0, (), len(lengths)))
            lengths.append(int(limits.floor[node]))
    at: dict[int, int] = {}
    for node in np.argsort(-limits.depth, kind="stable").tolist():
        below = [*children.get(node, [])]
        below += [at[child] for child in np.flatnonzero(limits.parent == node).tolist()]
        at[node] = len(nodes)
        nodes.append(Node(f"n{node}", int(limits.ceiling[node]), int(limits.floor[node]), tuple(below)))
    return Tree(tuple(nodes)), lengths


def most_posts(bundles: Bundles, limits: Laminar, node: int) -> int | None:
    """Return how many posts are worth looking at in a scope; None if they are too many for a curve."""
    single = np.flatnonzero(bundles.membership[:, bundles.needed[0]].sum(axis=1) == 1)
    alone = [int(b) for b in single if not (bundles.membership[b] & ~bundles.needed[0]).any()]
    held = {int(np.argmax(bundles.membership[b])) for b in alone}
    if held != set(np.flatnonzero(bundles.needed[0]).tolist()):
        return None
    chain = limits.chain(node)
    ceiling = min(int(limits.ceiling[n]) for n in chain)
    floor = max(int(limits.floor[n]) for n in chain)
    useful = int(bundles.runs(alone).count.sum()) if alone else 0
    useful += bundles.least * len(alone) * len(bundles.office_of)
    reach = max(0, min(ceiling, max(useful, floor)))
    return None if reach > MOST_POSTS else reach


def share_scopes(
    scopes: list[ScopeCurve], tree: Tree, lengths: list[int], solver: Solver, watch: Watch
) -> tuple[int, Chosen | None] | None:
    """Return the bound and the structures of the best share found; None if the limits cannot be kept."""
    idle = [Curve(np.zeros((length + 1, 1), dtype=np.int64)) for length in lengths[len(scopes) :]]
    bound, best, chosen = 0, INFEASIBLE, None
    solved = 0
    while True:
        low = share_by_curve([*(Curve(s.lower[:, None]) for s in scopes), *idle], tree)
        if low is None:
            return None
        bound = max(bound, int(low.cost[0]))
        asked = [
            (scope, int(posts))
            for scope, posts in zip(scopes, low.posts, strict=False)
            if int(posts) not in scope.solved
        ]
        for scope, posts in asked:
            if watch.over() and chosen is not None:
                break
            scope.solve(posts, solver, watch)
            solved += 1
        high = share_by_curve([*(Curve(s.upper[:, None]) for s in scopes), *idle], tree)
        if high is not None and int(high.cost[0]) < best:
            best = int(high.cost[0])
            chosen = tuple(s.held.get(int(n), ()) for s, n in zip(scopes, high.posts, strict=False))
            watch.tell("structure", best, bound, "cost")
        if not asked or bound >= best or watch.over() or solved >= MOST_SOLVED:
            low = share_by_curve([*(Curve(s.lower[:, None]) for s in scopes), *idle], tree)
            return (max(bound, int(low.cost[0])) if low is not None else bound), chosen


def cells_apart(cells: Cells, scopes: int) -> bool:
    """Whether every scope pays one price."""
    return len(cells.scope) == scopes and len(set(cells.scope.tolist())) == scopes
