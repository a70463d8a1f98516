"""Structure and quotas together, against brute force over all partitions and all ways to share out."""

from itertools import product

import numpy as np
import pytest
from benchmarks.oracles.structure import partitions

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.cost import Service, price
from vitri.optimise.engine import SolveOptions, Watch, set_partition
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.structure import PricedBundles, design_structure

MONTHS = 3
FUND = np.full(MONTHS, 100, dtype=np.int64)
SERVICE = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 0, 0), (0,) * MONTHS)


def tiny(seed: int) -> tuple[PricedBundles, Tree, list[int], int]:
    """At most 6 groups, 3 offices, nested ceilings."""
    rng = np.random.default_rng(seed)
    groups, offices = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    upper = np.triu(rng.random((groups, groups)) < rng.choice([0.3, 0.6, 0.9]), 1)
    masks = bundles(upper | upper.T, int(rng.integers(2, 5)))
    held = membership(masks, groups)
    minutes = rng.integers(0, 120, (offices, groups, 3, MONTHS)) * (rng.random((offices, groups, 1, 1)) < 0.8)
    demand = np.einsum("bg,ugpm->bupm", held.astype(np.int64), minutes)
    cost = np.stack([price(demand, FUND, k, SERVICE) for k in range(4)], axis=-1)
    nodes = [
        Node(f"o{o}", int(rng.choice([NO_CEILING, rng.integers(1, 5)])), 0, (), o) for o in range(offices)
    ]
    nodes.append(Node("root", int(rng.integers(1, 4 * offices + 1)), 0, tuple(range(offices))))
    data = PricedBundles(held, cost, tuple(range(offices)), (0,) * offices, np.ones((1, groups), dtype=bool))
    return data, Tree(tuple(nodes)), masks, (1 << groups) - 1


def brute_force(data: PricedBundles, tree: Tree, masks: list[int], full: int) -> int:
    """Least cost over every partition and every number of posts; offices combine by their own totals."""
    offices = len(data.office_of)
    root = tree.nodes[-1].ceiling
    best = None
    for chosen in set(partitions(masks, full)):
        curves = []
        for office in range(offices):
            curve: dict[int, int] = {}
            for posts in product(range(4), repeat=len(chosen)):
                total = sum(posts)
                if total <= min(tree.nodes[office].ceiling, root):
                    cost = sum(int(data.cost[b, office, k]) for b, k in zip(chosen, posts, strict=True))
                    curve[total] = min(cost, curve.get(total, cost))
            curves.append(curve)
        for split in product(*curves):
            if sum(split) <= root:
                cost = sum(curve[k] for curve, k in zip(curves, split, strict=True))
                best = cost if best is None else min(best, cost)
    assert best is not None
    return best


@pytest.mark.parametrize("block", range(10))
def test_structure_and_quota_equal_brute_force(block: int) -> None:
    """On 100 random tiny cases the plan found is the proven optimum and equals full enumeration."""
    for seed in range(block * 10, block * 10 + 10):
        data, tree, masks, full = tiny(seed)
        plan = design_structure(data, tree, Watch(SolveOptions()))
        assert plan is not None
        assert plan.status == "optimal"
        assert plan.cost == plan.bound == brute_force(data, tree, masks, full), seed


def test_posts_of_a_plan_keep_every_ceiling_and_add_up_to_its_cost() -> None:
    """The posts returned are the ones whose cost is reported, within office and root ceilings."""
    for seed in range(300, 330):
        data, tree, _, _ = tiny(seed)
        plan = design_structure(data, tree, Watch(SolveOptions()))
        assert plan is not None
        by_office = plan.posts.sum(axis=0)
        assert by_office.sum() <= tree.nodes[-1].ceiling
        assert all(by_office[o] <= tree.nodes[o].ceiling for o in range(len(by_office)))
        cost = sum(
            int(data.cost[b, u, plan.posts[b, u]]) for b in plan.positions[0] for u in range(len(by_office))
        )
        assert cost == plan.cost


def test_the_bound_never_exceeds_the_optimum_when_stopped_at_once() -> None:
    """A stopped search keeps its best plan and an honest bound."""

    class Stopped:
        def progress(self, progress: object) -> None:
            """Nobody looks."""

        def stopped(self) -> bool:
            """Stop at once."""
            return True

    below = 0
    for seed in range(40):
        data, tree, masks, full = tiny(seed)
        plan = design_structure(data, tree, Watch(SolveOptions(), Stopped()))
        assert plan is not None
        optimum = brute_force(data, tree, masks, full)
        assert plan.bound <= optimum <= plan.cost
        below += plan.bound < plan.cost
    assert below >= 5


def test_classes_have_structures_of_their_own() -> None:
    """With one scope for each office nothing is tied: the cost is never above the common structure's."""
    better = 0
    for seed in range(40):
        data, tree, _, _ = tiny(seed)
        offices = len(data.office_of)
        free = PricedBundles(
            data.membership,
            data.cost,
            data.office_of,
            tuple(range(offices)),
            np.repeat(data.needed, offices, axis=0),
        )
        common = design_structure(data, tree, Watch(SolveOptions()))
        apart = design_structure(free, tree, Watch(SolveOptions()))
        assert common is not None
        assert apart is not None
        assert apart.bound <= common.cost
        better += apart.cost < common.cost
    assert better >= 3


def test_set_partition_says_none_where_no_partition_exists() -> None:
    """A group in no bundle cannot be covered."""
    assert set_partition(np.array([[True, False]]), np.array([1])) is None
