"""Structures under nested ceilings, floors and caps, against brute force; bounds, ties and hard cases."""

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from benchmarks.oracles.structure import MONTHS, SERVICE, brute_force, check, partitions, tiny

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.cost import price
from vitri.optimise.engine import SolveOptions, UndecidedError, Watch
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.structure import DemandBundles, PricedBundles, StructurePlan, design_structure


@cache
def solved(seed: int) -> StructurePlan | None:
    """The plan of a tiny case, found once."""
    data, tree = tiny(seed, floors=seed % 2 == 0)
    return design_structure(data, tree, Watch(SolveOptions()))


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
