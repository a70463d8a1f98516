"""Sharing out posts under nested ceilings, against brute force."""

from itertools import product

import numpy as np
import pytest

from vitri.optimise.lex import INFEASIBLE, less, packing
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree, share_by_curve, share_by_gain


def random_tree(rng: np.random.Generator, offices: int, *, floors: bool) -> Tree:
    """Two areas under a root, with random ceilings and floors."""
    nodes = [
        Node(
            f"o{o}",
            int(rng.choice([NO_CEILING, rng.integers(0, 5)])),
            int(rng.integers(0, 2)) * floors,
            (),
            o,
        )
        for o in range(offices)
    ]
    cut = int(rng.integers(1, offices)) if offices > 1 else 1
    areas = [tuple(range(cut)), tuple(range(cut, offices))]
    for index, children in enumerate(areas):
        nodes.append(Node(f"a{index}", int(rng.integers(1, 8)), int(rng.integers(0, 2)) * floors, children))
    nodes.append(Node("root", int(rng.integers(1, 10)), 0, (offices, offices + 1)))
    return Tree(tuple(nodes))


def keeps(tree: Tree, posts: tuple[int, ...]) -> bool:
    """Whether posts per office keep every floor and ceiling."""
    used: list[int] = []
    for node in tree.nodes:
        at = posts[node.office] if node.office is not None else sum(used[c] for c in node.children)
        if not node.floor <= at <= node.ceiling:
            return False
        used.append(at)
    return True


@pytest.mark.parametrize("seed", range(60))
def test_curves_of_any_shape_are_shared_exactly(seed: int) -> None:
    """Min-plus over the tree reaches the least lexicographic cost of all ways to share out."""
    rng = np.random.default_rng(seed)
    offices = int(rng.integers(1, 4))
    tree = random_tree(rng, offices, floors=True)
    curves = [Curve(rng.integers(0, 6, (int(rng.integers(1, 5)), 2))) for _ in range(offices)]
    for curve in curves:
        curve.cost[rng.random(len(curve.cost)) < 0.2, 0] = INFEASIBLE
    options = [
        tuple(sum(int(c.cost[k, limb]) for c, k in zip(curves, posts, strict=True)) for limb in (0, 1))
        for posts in product(*(range(len(c.cost)) for c in curves))
        if keeps(tree, posts) and all(c.cost[k, 0] < INFEASIBLE for c, k in zip(curves, posts, strict=True))
    ]
    share = share_by_curve(curves, tree)
    if not options:
        assert share is None
        return
    assert share is not None
    assert tuple(share.cost.tolist()) == min(options)
    assert keeps(tree, tuple(share.posts.tolist()))
    reached = tuple(
        sum(int(c.cost[k, limb]) for c, k in zip(curves, share.posts, strict=True)) for limb in (0, 1)
    )
    assert reached == min(options)


@pytest.mark.parametrize("seed", range(60))
def test_falling_gains_are_shared_exactly(seed: int) -> None:
    """Greedy by falling gain saves as much as any way to share out under nested ceilings."""
    rng = np.random.default_rng(seed)
    offices = int(rng.integers(1, 4))
    tree = random_tree(rng, offices, floors=False)
    office_of = [int(rng.integers(0, offices)) for _ in range(int(rng.integers(1, 5)))]
    gains = [np.sort(rng.integers(0, 20, 3))[::-1].astype(np.int64) for _ in office_of]
    best = 0
    for posts in product(range(4), repeat=len(office_of)):
        by_office = tuple(
            sum(k for k, at in zip(posts, office_of, strict=True) if at == o) for o in range(offices)
        )
        if keeps(tree, by_office):
            best = max(best, sum(int(g[:k].sum()) for g, k in zip(gains, posts, strict=True)))
    share = share_by_gain(gains, office_of, tree)
    saved = sum(int(g[:k].sum()) for g, k in zip(gains, share.posts, strict=True))
    assert saved == best


@pytest.mark.parametrize("seed", range(20))
def test_packed_levels_compare_and_add_like_tuples(seed: int) -> None:
    """Packing keeps order and sums exactly, however large the levels are."""
    rng = np.random.default_rng(seed)
    largest = [int(rng.integers(1, 1 << 40)) for _ in range(5)]
    pack = packing([2 * value for value in largest])
    left = np.array([int(rng.integers(0, v + 1)) for v in largest])
    changed = int(rng.integers(0, 5))
    right = left.copy()
    right[changed] = int(rng.integers(0, largest[changed] + 1))
    assert pack.unpack(pack.pack(left)).tolist() == left.tolist()
    assert pack.unpack(pack.pack(left) + pack.pack(right)).tolist() == (left + right).tolist()
    assert bool(less(pack.pack(left), pack.pack(right))) == (tuple(left) < tuple(right))


@pytest.mark.parametrize("seed", range(120))
def test_falling_gains_under_floors_are_shared_exactly(seed: int) -> None:
    """With floors, which may take room from better gains, the greedy share still saves the most."""
    rng = np.random.default_rng(seed)
    offices = int(rng.integers(1, 4))
    tree = random_tree(rng, offices, floors=True)
    office_of = [*range(offices), *(int(rng.integers(0, offices)) for _ in range(int(rng.integers(0, 2))))]
    gains = [np.sort(rng.integers(0, 20, 3))[::-1].astype(np.int64) for _ in office_of]
    best = None
    for posts in product(range(6), repeat=len(office_of)):
        by_office = tuple(
            sum(k for k, at in zip(posts, office_of, strict=True) if at == o) for o in range(offices)
        )
        if keeps(tree, by_office):
            saved = sum(int(g[:k].sum()) for g, k in zip(gains, posts, strict=True))
            best = saved if best is None else max(best, saved)
    share = share_by_gain(gains, office_of, tree)
    if best is None:
        assert share is None
        return
    assert share is not None
    assert sum(int(g[:k].sum()) for g, k in zip(gains, share.posts, strict=True)) == best


def test_the_value_at_the_root_is_what_one_more_post_saves() -> None:
    """The root's value is exactly the saving of a ceiling one higher; elsewhere it is never less."""
    checked = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        tree = random_tree(rng, 3, floors=False)
        gains = [np.sort(rng.integers(1, 30, 4))[::-1].astype(np.int64) for _ in range(3)]
        share = share_by_gain(gains, [0, 1, 2], tree)
        assert share is not None
        saved = sum(int(g[:k].sum()) for g, k in zip(gains, share.posts, strict=True))
        for index, node in enumerate(tree.nodes):
            nodes = list(tree.nodes)
            nodes[index] = Node(node.code, node.ceiling + 1, node.floor, node.children, node.office)
            more = share_by_gain(gains, [0, 1, 2], Tree(tuple(nodes)))
            assert more is not None
            gained = sum(int(g[:k].sum()) for g, k in zip(gains, more.posts, strict=True)) - saved
            assert gained <= int(share.values[index])
            if index == len(nodes) - 1:
                assert gained == int(share.values[index])
                checked += gained > 0
    assert checked >= 20
