"""Posts shared out: random curves and limits, and every way to share out."""

from __future__ import annotations

from itertools import product

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree


def random_curve(rng: np.random.Generator, longest: int, limbs: int) -> IntArray:
    """A table of any shape or a convex one, with some numbers impossible."""
    posts = int(rng.integers(1, longest))
    if rng.random() < 0.5:
        steps = np.sort(rng.integers(-9, 4, posts - 1))
        table = np.zeros((posts, limbs), dtype=np.int64)
        table[:, 0] = 60
        table[1:, 0] += np.cumsum(steps)
    else:
        table = rng.integers(0, 7, (posts, limbs))
    if rng.random() < 0.4:
        table[rng.random(posts) < 0.3, 0] = INFEASIBLE
    return np.asarray(table)


def nested(rng: np.random.Generator, offices: int) -> Tree:
    """Two areas under a root, with floors, ceilings, and ceilings of single offices."""
    leaves = [
        Node(f"o{o}", int(rng.choice([NO_CEILING, rng.integers(1, 5)])), int(rng.integers(0, 2)), office=o)
        for o in range(offices)
    ]
    cut = int(rng.integers(0, offices + 1))
    areas = [
        Node(f"a{i}", int(rng.integers(2, 9)), int(rng.integers(0, 3)), tuple(children))
        for i, children in enumerate((range(cut), range(cut, offices)))
        if children
    ]
    top = tuple(range(offices, offices + len(areas)))
    return Tree((*leaves, *areas, Node("root", int(rng.integers(3, 14)), 0, top)))


def capped(tree: Tree, ceiling: int) -> Tree:
    """The same tree with a tighter ceiling at the root."""
    root = tree.nodes[-1]
    return Tree((*tree.nodes[:-1], Node("root", min(ceiling, root.ceiling), root.floor, root.children)))


def keeps(tree: Tree, posts: tuple[int, ...]) -> bool:
    """Whether posts per office keep every floor and ceiling."""
    used: list[int] = []
    for node in tree.nodes:
        used.append(posts[node.office] if node.office is not None else sum(used[c] for c in node.children))
    return all(n.floor <= u <= n.ceiling for n, u in zip(tree.nodes, used, strict=True))


def shares(curves: list[Curve], tree: Tree) -> list[tuple[int, tuple[int, ...]]]:
    """Every way to share out that keeps the tree: posts in all, and the lexicographic cost."""
    return [
        (sum(p), tuple(np.sum([c.cost[k] for c, k in zip(curves, p, strict=True)], axis=0).tolist()))
        for p in product(*(range(len(c.cost)) for c in curves))
        if keeps(tree, p) and all(c.cost[k, 0] < INFEASIBLE for c, k in zip(curves, p, strict=True))
    ]


def tiny(seed: int) -> tuple[list[Curve], Tree]:
    """At most four offices, with curves of any shape under nested floors and ceilings."""
    rng = np.random.default_rng(1_000 + seed)
    offices = int(rng.integers(1, 5))
    return [Curve(random_curve(rng, 5, 2)) for _ in range(offices)], nested(rng, offices)
