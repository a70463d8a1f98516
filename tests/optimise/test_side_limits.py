"""Limits on classes of posts across the quota tree: against trying every combination, and at larger size."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from vitri.optimise import side_limits
from vitri.optimise.engine import UndecidedError
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.side_limits import Choices, SideLimit, share_with_sides

#: An area of offices 0 and 1, beside office 2, below the root: nodes 0, 1, 2 (area), 3, 4 (root).
AREA, ROOT = 2, 4


def tree_of(area: int, root: int, floor: int = 0) -> Tree:
    """Return the tree of three offices with ceilings on the area and the root and a floor on the root."""
    return Tree(
        (
            Node("a", NO_CEILING, 0, office=0),
            Node("b", NO_CEILING, 0, office=1),
            Node("X", area, 0, (0, 1)),
            Node("c", NO_CEILING, 0, office=2),
            Node("*", root, floor, (2, 3)),
        )
    )


def office(rng: random.Random, options: int, labels: int = 3) -> Choices:
    """Return an office whose cost falls, unevenly, with its posts of three classes."""
    classes = np.array([[rng.randint(0, 2) for _ in range(labels)] for _ in range(options)])
    posts = classes.sum(axis=1)
    cost = np.array([max(0, 120 - 14 * int(k) + rng.randint(-12, 12)) for k in posts])
    return Choices(cost, posts, classes)


def best_of(choices: list[Choices], tree: Tree, sides: list[SideLimit]) -> int | None:
    """Try every combination: the least cost that keeps all limits, None where none does."""
    below = [{0}, {1}, {0, 1}, {2}, {0, 1, 2}]
    best: int | None = None
    for option in itertools.product(*(range(len(c.cost)) for c in choices)):
        posts = [int(c.posts[j]) for c, j in zip(choices, option, strict=True)]
        kept = all(
            node.floor <= sum(posts[o] for o in below[index]) <= node.ceiling
            for index, node in enumerate(tree.nodes)
        )
        for side in sides:
            used = sum(int(choices[o].classes[option[o], side.label]) for o in below[side.node])
            kept = kept and used >= side.least and (side.most is None or used <= side.most)
        cost = sum(int(c.cost[j]) for c, j in zip(choices, option, strict=True))
        if kept and (best is None or cost < best):
            best = cost
    return best


def case_of(seed: int) -> tuple[list[Choices], Tree, list[SideLimit]]:
    """Return a random case of three offices with one to three limits on classes, some of them floors."""
    rng = random.Random(seed)
    choices = [office(rng, rng.randint(3, 6)) for _ in range(3)]
    tree = tree_of(rng.randint(3, 8), rng.randint(4, 11), rng.choice([0, 0, 3]))
    sides = [
        SideLimit(
            rng.choice([0, AREA, ROOT, ROOT]),
            rng.randint(0, 2),
            rng.choice([0, 1, 2, 3, 4]),
            rng.choice([0, 0, 0, 1]),
        )
        for _ in range(rng.randint(1, 3))
    ]
    sides = [SideLimit(s.node, s.label, max(s.most or 0, s.least), s.least) for s in sides]
    return choices, tree, sides


@cache
def least_of(seed: int) -> int | None:
    """Return the least cost of a random case, tried out once for all tests."""
    return best_of(*case_of(seed))


def test_enumeration_and_programme_equal_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 160 random cases, closed by enumeration or by programme, the cost is the least there is, gap 0."""
    possible = impossible = 0
    for seed in range(160):
        choices, tree, sides = case_of(seed)
        expected = least_of(seed)
        monkeypatch.setattr(side_limits, "_FEW", 2_000 if seed % 2 else 0)
        share = share_with_sides(choices, tree, sides)
        assert (share is None) == (expected is None), seed
        if share is None:
            impossible += 1
            continue
        possible += 1
        assert (share.cost, share.bound, share.gap, share.status) == (expected, expected, 0, "optimal"), seed
        assert share.cost == sum(int(c.cost[j]) for c, j in zip(choices, share.option, strict=True))
    assert possible > 80
    assert impossible > 10


def test_prices_alone_bound_the_least_cost_and_often_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 160 random cases the bound never lies above the least cost, a plan never below, gap 0 is true."""
    monkeypatch.setattr(side_limits, "_FEW", 0)
    closed = told = 0
    for seed in range(160):
        choices, tree, sides = case_of(seed)
        expected = least_of(seed)
        try:
            share = share_with_sides(choices, tree, sides, effort=0)
        except UndecidedError:
            continue
        if share is None:
            assert expected is None, seed
            continue
        assert expected is not None
        assert share.bound <= expected <= share.cost, seed
        assert share.gap == share.cost - share.bound
        assert (share.status == "optimal") == (share.gap == 0)
        told += 1
        closed += share.gap == 0
    assert told > 60
    assert closed > 30


def test_without_side_limits_it_is_the_nested_share() -> None:
    """No limit on classes: the first price step is exact, and there is no price."""
    choices, tree, _ = case_of(4)
    share = share_with_sides(choices, tree, [])
    assert share is not None
    assert (share.cost, share.gap, share.prices) == (best_of(choices, tree, []), 0, ())


def test_a_limit_that_does_not_bind_has_no_price_and_one_that_binds_is_worth_what_it_costs() -> None:
    """Each post of class II saves 10, three offices, two posts: the price of a third is 10, of a fifth 0."""
    posts = np.arange(3)
    one = Choices(100 - 10 * posts, posts, posts[:, None])
    tree = tree_of(NO_CEILING, NO_CEILING)
    tight = share_with_sides([one] * 3, tree, [SideLimit(ROOT, 0, 2)])
    wide = share_with_sides([one] * 3, tree, [SideLimit(ROOT, 0, 6)])
    assert tight is not None
    assert wide is not None
    assert (tight.cost, tight.gap) == (280, 0)
    assert abs(tight.prices[0] - 10) <= Fraction(1, 2)
    assert (wide.cost, wide.gap, wide.prices) == (240, 0, (0,))


def test_forty_offices_are_proven_with_two_limits_on_classes() -> None:
    """Forty offices in four areas, limits on classes I and III of all: the gap told is 0."""
    rng = random.Random(7)
    choices = [office(rng, 12) for _ in range(40)]
    nodes: list[Node] = []
    areas = []
    for area in range(4):
        first = len(nodes)
        nodes += [Node(f"o{o}", NO_CEILING, 0, office=o) for o in range(10 * area, 10 * area + 10)]
        nodes.append(Node(f"x{area}", 34, 5, tuple(range(first, first + 10))))
        areas.append(len(nodes) - 1)
    tree = Tree((*nodes, Node("*", 125, 0, tuple(areas))))
    sides = [SideLimit(len(nodes), 0, 30), SideLimit(len(nodes), 2, 40), SideLimit(areas[0], 1, 9)]
    share = share_with_sides(choices, tree, sides)
    assert share is not None
    assert share.gap == 0
    assert share.prices[0] > 0
    used = [sum(int(c.classes[j, k]) for c, j in zip(choices, share.option, strict=True)) for k in (0, 2)]
    assert used[0] <= 30
    assert used[1] <= 40
    assert int(share.posts.sum()) <= 125


def test_costs_that_do_not_fit_are_refused() -> None:
    """Costs beyond fifty bits are an error, never a wrong bound."""
    one = Choices(np.array([1 << 51]), np.array([0]), np.array([[0]]))
    with pytest.raises(OverflowError):
        share_with_sides([one] * 3, tree_of(5, 5), [SideLimit(ROOT, 0, 1)])
