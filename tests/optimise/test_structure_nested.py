"""Structures under nested ceilings, floors and caps, against brute force; bounds, ties and hard cases."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.cost import Service, price
from vitri.optimise.engine import SolveOptions, UndecidedError, Watch
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree, share_by_curve
from vitri.optimise.structure import DemandBundles, PricedBundles, StructurePlan, design_structure

MONTHS = 3
SERVICE = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 0, 0), (0,) * MONTHS)
FORBIDDEN = 1 << 50


def nested(rng: np.random.Generator, offices: int, *, floors: bool) -> Tree:
    """Offices in two areas of a country, each with a random ceiling, floor or neither."""

    def limits(most: int) -> tuple[int, int]:
        ceiling = int(rng.choice([NO_CEILING, rng.integers(1, most)]))
        floor = int(rng.integers(0, 3)) if floors and rng.random() < 0.4 else 0
        return ceiling, floor

    nodes = [Node(f"o{o}", *limits(6), (), o) for o in range(offices)]
    cut = int(rng.integers(1, offices)) if offices > 1 else 1
    areas = [part for part in (tuple(range(cut)), tuple(range(cut, offices))) if part]
    nodes += [Node(f"a{i}", *limits(9), part) for i, part in enumerate(areas)]
    nodes.append(
        Node("root", int(rng.integers(2, 4 * offices + 2)), 0, tuple(range(offices, offices + len(areas))))
    )
    return Tree(tuple(nodes))


def tiny(seed: int, *, floors: bool, scopes: int = 1) -> tuple[DemandBundles, Tree]:
    """At most 6 groups, 4 offices, 2 areas; every position may have to have a post in every office."""
    rng = np.random.default_rng(seed)
    groups, offices = int(rng.integers(2, 7 if scopes == 1 else 5)), int(rng.integers(max(1, scopes), 5))
    upper = np.triu(rng.random((groups, groups)) < rng.choice([0.3, 0.6, 0.9]), 1)
    held = membership(bundles(upper | upper.T, int(rng.integers(2, 5))), groups)
    size = int(rng.choice([4, 120, 120, 900]))
    minutes = rng.integers(0, size, (offices, groups, 3, MONTHS)) * (
        rng.random((offices, groups, 1, 1)) < 0.8
    )
    fund = rng.integers(60, 140, (offices, MONTHS)) if seed % 2 else np.full((offices, MONTHS), 100)
    data = DemandBundles(
        held,
        minutes,
        fund,
        SERVICE,
        tuple(range(offices)),
        tuple(o % scopes for o in range(offices)),
        np.ones((scopes, groups), dtype=bool),
        int(rng.random() < 0.3),
    )
    return data, nested(rng, offices, floors=floors)


@cache
def solved(seed: int) -> StructurePlan | None:
    """The plan of a tiny case, found once."""
    data, tree = tiny(seed, floors=seed % 2 == 0)
    return design_structure(data, tree, Watch(SolveOptions()))


def partitions(masks: list[int], full: int) -> Iterator[tuple[int, ...]]:
    """Every way to cover `full` by disjoint masks, as indices."""
    if full == 0:
        yield ()
        return
    lowest = full & -full
    for index, mask in enumerate(masks):
        if mask & lowest and mask & full == mask:
            for rest in partitions(masks, full ^ mask):
                yield (index, *rest)


def brute_force(data: DemandBundles, tree: Tree) -> int | None:
    """Least cost over all partitions: office curves by trying all numbers of posts, shared by min-plus."""
    offices, reach = len(data.office_of), 26
    demand = np.einsum("bg,ugpm->bupm", data.membership.astype(np.int64), data.minutes)
    table = np.stack([price(demand, data.fund, k, SERVICE) for k in range(reach)], axis=-1)
    table[:, :, : data.least] = FORBIDDEN
    masks = [sum(1 << int(g) for g in np.flatnonzero(row)) for row in data.membership]
    every = list(partitions(masks, (1 << data.membership.shape[1]) - 1))
    known: dict[tuple[int, tuple[int, ...]], np.ndarray] = {}

    def curve(office: int, chosen: tuple[int, ...]) -> np.ndarray:
        if not chosen:
            return np.zeros(reach, dtype=np.int64)
        if (office, chosen) not in known:
            rest, own = curve(office, chosen[1:]), table[chosen[0], office]
            best = np.full(reach, 2 * FORBIDDEN, dtype=np.int64)
            for posts in range(reach):
                best[posts:] = np.minimum(best[posts:], rest[: reach - posts] + own[posts])
            known[office, chosen] = best
        return known[office, chosen]

    best: int | None = None
    scopes = max(data.scope_of) + 1
    for together in product(every, repeat=scopes):
        curves = [
            Curve(np.minimum(curve(o, together[data.scope_of[o]]), 4 * FORBIDDEN)[:, None])
            for o in range(offices)
        ]
        share = share_by_curve(curves, tree)
        if share is not None and int(share.cost[0]) < FORBIDDEN:
            best = int(share.cost[0]) if best is None else min(best, int(share.cost[0]))
    return best


def check(data: DemandBundles, tree: Tree, plan: StructurePlan) -> None:
    """The posts reported keep every ceiling and cost what is reported; floors are kept up to idle posts."""
    demand = np.einsum("bg,ugpm->bupm", data.membership.astype(np.int64), data.minutes)
    cost = 0
    for unit, scope in enumerate(data.scope_of):
        for bundle in plan.positions[scope]:
            posts = int(plan.posts[bundle, unit])
            assert posts >= data.least
            cost += int(price(demand[bundle, unit], data.fund[unit], posts, SERVICE))
    assert cost == plan.cost
    used: list[int] = []
    for node in tree.nodes:
        if node.office is not None:
            used.append(int(plan.posts[:, node.office].sum()))
        else:
            used.append(sum(used[child] for child in node.children))
        assert used[-1] <= node.ceiling


@pytest.mark.parametrize("block", range(30))
def test_nested_limits_equal_brute_force(block: int) -> None:
    """On 300 random cases with nested ceilings, half with floors, the proven plan is the least of all."""
    for seed in range(block * 10, block * 10 + 10):
        data, tree = tiny(seed, floors=seed % 2 == 0)
        plan = solved(seed)
        expected = brute_force(data, tree)
        if plan is None:
            assert expected is None, seed
            continue
        assert plan.status == "optimal"
        assert plan.cost == plan.bound == expected, seed
        check(data, tree, plan)


def test_nested_cases_are_of_every_kind() -> None:
    """The random cases have floors that bind, ceilings below floors, posts in every position, many posts."""
    kinds = {"none": 0, "least": 0, "floor": 0, "many": 0}
    for seed in range(300):
        plan = solved(seed)
        kinds["none"] += plan is None
        if plan is not None:
            kinds["least"] += tiny(seed, floors=seed % 2 == 0)[0].least
            kinds["floor"] += min(plan.values) < 0
            kinds["many"] += int(plan.posts.max()) > 5
    assert min(kinds.values()) >= 3, kinds


def test_two_structures_are_bounded_and_mostly_proven() -> None:
    """With two scopes the bound never exceeds the optimum, and most small cases are proven."""
    proven = cases = 0
    for seed in range(400, 430):
        data, tree = tiny(seed, floors=seed % 2 == 0, scopes=2)
        expected = brute_force(data, tree)
        plan = design_structure(data, tree, Watch(SolveOptions()))
        if plan is None:
            assert expected is None
            continue
        assert expected is not None
        assert plan.bound <= expected <= plan.cost
        check(data, tree, plan)
        cases += 1
        proven += plan.status == "optimal"
    assert cases >= 15
    assert proven >= 0.9 * cases


class Stopped:
    """A user who stops at once."""

    def progress(self, progress: object) -> None:
        """Nobody looks."""

    def stopped(self) -> bool:
        """Stop at once."""
        return True


def test_a_stopped_search_keeps_a_valid_bound() -> None:
    """Whatever is stopped, value and bound enclose the optimum."""
    for seed in range(60):
        data, tree = tiny(seed, floors=seed % 2 == 0)
        expected = brute_force(data, tree)
        try:
            plan = design_structure(data, tree, Watch(SolveOptions(), Stopped()))
        except UndecidedError:
            continue
        if plan is not None:
            assert expected is not None
            assert plan.bound <= expected <= plan.cost


def test_a_higher_ceiling_never_costs_more() -> None:
    """Cost falls with the country's ceiling, and by the root's value at most for the structure kept."""
    for seed in range(0, 30, 3):
        data, tree = tiny(seed, floors=False)
        costs = []
        for ceiling in range(8, 14):
            wider = Tree((*tree.nodes[:-1], replace(tree.nodes[-1], ceiling=ceiling)))
            plan = design_structure(data, wider, Watch(SolveOptions()))
            costs.append(None if plan is None else plan.cost)
        known = [cost for cost in costs if cost is not None]
        assert known == sorted(known, reverse=True)
        assert costs[: len(costs) - len(known)] == [None] * (len(costs) - len(known))


def test_scaling_work_and_time_together_changes_nothing_but_the_unit() -> None:
    """Seven times the minutes of work and of every post: seven times the cost, the same plan."""
    plain = replace(SERVICE, overtime_bp=0)
    for seed in range(24):
        data, tree = tiny(seed, floors=seed % 2 == 0)
        data = replace(data, service=plain)
        larger = replace(data, minutes=data.minutes * 7, fund=data.fund * 7)
        one, seven = (design_structure(d, tree, Watch(SolveOptions())) for d in (data, larger))
        assert (one is None) == (seven is None)
        if one is not None and seven is not None:
            assert seven.cost == 7 * one.cost
            assert one.status == seven.status == "optimal"


def test_near_ties_are_told_apart_exactly() -> None:
    """Costs near 10^13 that differ by a few units: the least is found and proven, no float hides it."""
    rng = np.random.default_rng(11)
    for _ in range(40):
        groups = 4
        held = membership(bundles(np.ones((groups, groups), dtype=bool), 2), groups)
        first = 10**12 * held.sum(axis=1)[:, None] + rng.integers(0, 5, (len(held), 2))
        gain = 10**11 + rng.integers(0, 5, (len(held), 2))
        cost = np.stack([first, first - gain, first - gain], axis=-1)
        tree = Tree((Node("a", NO_CEILING, 0, (), 0), Node("b", 1, 0, (), 1), Node("root", 2, 0, (0, 1))))
        data = PricedBundles(held, cost, (0, 1), (0, 0), np.ones((1, groups), dtype=bool))
        best = None
        masks = [sum(1 << int(g) for g in np.flatnonzero(row)) for row in held]
        for chosen in partitions(masks, 15):
            gains = [sorted((int(gain[b, o]) for b in chosen), reverse=True) for o in (0, 1)]
            taken = max(sum(gains[0][:2]), gains[0][0] + gains[1][0])
            total = int(first[list(chosen)].sum()) - taken
            best = total if best is None else min(best, total)
        plan = design_structure(data, tree, Watch(SolveOptions()))
        assert plan is not None
        assert plan.cost == plan.bound == best


def one_ceiling(minutes: np.ndarray, held: np.ndarray, ceiling: int) -> tuple[DemandBundles, Tree]:
    """Offices of equal time under one ceiling."""
    offices, groups = minutes.shape[:2]
    data = DemandBundles(
        held,
        minutes,
        np.full((offices, MONTHS), 9000),
        SERVICE,
        tuple(range(offices)),
        (0,) * offices,
        np.ones((1, groups), dtype=bool),
    )
    leaves = tuple(Node(f"o{o}", NO_CEILING, 0, (), o) for o in range(offices))
    return data, Tree((*leaves, Node("root", ceiling, 0, tuple(range(offices)))))


ALL_OF_EIGHT = membership(bundles(np.ones((8, 8), dtype=bool), 3), 8)


def test_no_work_costs_nothing() -> None:
    """All-zero work is proven to cost zero."""
    data, tree = one_ceiling(np.zeros((3, 8, 3, MONTHS), dtype=np.int64), ALL_OF_EIGHT, 5)
    plan = design_structure(data, tree, Watch(SolveOptions()))
    assert plan is not None
    assert (plan.cost, plan.bound, int(plan.posts.sum())) == (0, 0, 0)


def test_equal_work_everywhere_is_proven() -> None:
    """When every group weighs the same in every office and month, all prices tie and nothing hangs."""
    data, tree = one_ceiling(np.full((5, 8, 3, MONTHS), 3000, dtype=np.int64), ALL_OF_EIGHT, 37)
    plan = design_structure(data, tree, Watch(SolveOptions(time_limit_s=20)))
    assert plan is not None
    assert plan.bound <= plan.cost
    assert plan.status == "optimal"


def test_a_thousand_million_minutes_neither_overflow_nor_hang() -> None:
    """Work of 10^9 minutes a cell is priced in whole numbers, by runs of equal gains."""
    minutes = np.random.default_rng(3).integers(10**8, 10**9, (3, 8, 3, MONTHS))
    data, tree = one_ceiling(minutes, ALL_OF_EIGHT, 500_000)
    started = time.monotonic()
    plan = design_structure(data, tree, Watch(SolveOptions(time_limit_s=20)))
    assert time.monotonic() - started < 25
    assert plan is not None
    assert 0 < plan.bound <= plan.cost
    assert int(plan.posts.sum()) == 500_000
    demand = np.einsum("bg,ugpm->bupm", data.membership.astype(np.int64), minutes)
    cost = sum(
        int(price(demand[b, u], data.fund[u], int(plan.posts[b, u]), SERVICE))
        for b in plan.positions[0]
        for u in range(3)
    )
    assert cost == plan.cost


def test_costs_beyond_whole_numbers_are_refused() -> None:
    """Where sums could overflow 64 bits there is no answer rather than a wrong one."""
    data, tree = one_ceiling(np.full((3, 8, 3, MONTHS), 10**14), ALL_OF_EIGHT, 5)
    with pytest.raises(UndecidedError):
        design_structure(data, tree, Watch(SolveOptions()))


def test_one_office_and_one_group_are_cases_too() -> None:
    """The smallest case has one structure, and its posts are the ceiling's."""
    data, tree = one_ceiling(np.full((1, 1, 3, MONTHS), 50_000), np.ones((1, 1), dtype=bool), 3)
    plan = design_structure(data, tree, Watch(SolveOptions()))
    assert plan is not None
    assert plan.status == "optimal"
    assert plan.positions == ((0,),)
    assert int(plan.posts.sum()) == 3
    assert plan.values[-1] > 0


def test_what_cannot_be_is_none() -> None:
    """A floor above a ceiling, or a group that no bundle holds, leaves no plan."""
    data, tree = one_ceiling(np.full((2, 2, 3, MONTHS), 100), np.eye(2, dtype=bool), 3)
    floors = Tree((replace(tree.nodes[0], floor=4), *tree.nodes[1:]))
    assert design_structure(data, floors, Watch(SolveOptions())) is None
    uncovered = replace(data, membership=np.array([[True, False]]))
    assert design_structure(uncovered, tree, Watch(SolveOptions())) is None


def test_runs_repeat_themselves() -> None:
    """The same input gives the same plan and the same counts of work, with one worker or two."""
    for seed in (3, 8, 21):
        data, tree = tiny(seed, floors=True)
        plans = [design_structure(data, tree, Watch(SolveOptions(workers=w))) for w in (1, 2, 2)]
        shown = [None if p is None else (p.positions, p.posts.tolist(), p.cost, p.listed) for p in plans]
        assert shown[0] == shown[1] == shown[2]
