"""One office with kiêm nhiệm: dynamic programming against enumeration, and the bound against the plan."""

import numpy as np
import pytest
from benchmarks.oracles.office import CEILING, FUND, MONTHS, NEED, SERVICE, allowed, enumerate_curve, tiny

from vitri.optimise.cost import outcome
from vitri.optimise.demand_cube import Cube
from vitri.optimise.lex import INFEASIBLE, packing
from vitri.optimise.office_plan import Objective, Setting, plan_office, pooled_curve


@pytest.mark.parametrize("by_need", [False, True])
@pytest.mark.parametrize("block", range(4))
def test_the_curve_equals_enumeration(block: int, by_need: bool) -> None:
    """For every number of posts the dynamic programme reaches the least cost there is."""
    points = 0
    for seed in range(block * 10, block * 10 + 10):
        cube, setting, positions = tiny(seed, by_need=by_need)
        if not cube.minutes.any():
            continue
        plan = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=3)
        expected = enumerate_curve(cube, setting, positions)
        for posts in range(len(plan.curve.cost)):
            found = tuple(int(v) for v in plan.curve.cost[posts])
            if found[0] < INFEASIBLE:
                points += 1
                assert found == expected[posts], (seed, posts)
        if by_need and expected and min(expected) <= 3:
            assert plan.curve.cost[min(expected), 0] < INFEASIBLE
    assert points >= 3


@pytest.mark.parametrize("by_need", [False, True])
def test_bundles_read_back_add_up_to_the_curve(by_need: bool) -> None:
    """The bundles of a point hold every node once, use its posts, keep the rules and cost what it says."""
    checked = 0
    for seed in range(40):
        cube, setting, positions = tiny(seed, by_need=by_need)
        plan = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=6)
        for posts in np.flatnonzero(plan.curve.cost[:, 0] < INFEASIBLE):
            bundles = plan.bundles(int(posts))
            held = sorted((n.pool, n.position) for b in bundles for n in b.nodes)
            assert len(held) == len(set(held))
            assert sum(int(n.minutes.sum()) for b in bundles for n in b.nodes) == int(cube.minutes.sum())
            assert sum(b.quota for b in bundles) == posts
            assert all(allowed(list(b.nodes), setting) for b in bundles)
            cost = np.zeros(setting.objective.packing.limbs, dtype=np.int64)
            for b in bundles:
                demand = np.sum([n.minutes for n in b.nodes], axis=0)
                unmet, overtime = outcome(demand, FUND[0], b.posts, setting.service)
                more = (len({n.position for n in b.nodes}) - 1) * b.posts
                cost = cost + setting.objective.vector(
                    unmet, np.asarray(overtime), np.asarray(b.posts), np.asarray(more)
                )
            assert cost.tolist() == plan.curve.cost[posts].tolist()
            checked += 1
    assert checked >= 30


@pytest.mark.parametrize("by_need", [False, True])
def test_the_pooled_bound_is_never_above_a_plan(by_need: bool) -> None:
    """Whatever the structure, no number of posts costs less than with everything pooled."""
    tight = 0
    for seed in range(60):
        cube, setting, positions = tiny(seed, by_need=by_need)
        plan = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=6)
        bound = pooled_curve(cube, cube.minutes, 0, setting, most_posts=6)
        for posts in np.flatnonzero(plan.curve.cost[:, 0] < INFEASIBLE):
            low = tuple(bound.cost[min(posts, len(bound.cost) - 1)].tolist())
            assert low <= tuple(plan.curve.cost[posts].tolist())
            tight += low[0] == plan.curve.cost[posts, 0]
    assert tight >= 20


def test_own_work_of_two_organisations_never_shares_a_post() -> None:
    """Two organisations' own work asks for two posts; shared work may join either."""
    minutes = np.zeros((3, 2, 3, 2), dtype=np.int64)
    minutes[0, 0, 0] = minutes[1, 0, 0] = minutes[2, 1, 0] = 10
    cube = Cube(("X",), ((0, "own.A"), (0, "own.B"), (0, "shared")), ("G0", "G1"), MONTHS, minutes, FUND)
    setting = Setting(
        np.ones((2, 2), dtype=bool),
        3,
        5,
        2,
        (False, False),
        SERVICE,
        Objective(NEED, packing([100_000] * 3)),
        True,
    )
    plan = plan_office(cube, minutes, 0, ((0,), (1,)), setting, most_posts=5)
    fewest = int(np.flatnonzero(plan.curve.cost[:, 0] < INFEASIBLE)[0])
    assert fewest == 2
    assert sorted(len(b.nodes) for b in plan.bundles(2)) == [1, 2]


def test_one_post_leaves_the_smaller_of_two_incompatible_duties_undone() -> None:
    """The bound knows that one person may not hold both duties, whatever time is left; two people may."""
    minutes = np.zeros((1, 2, 3, 2), dtype=np.int64)
    minutes[0, 0, 0], minutes[0, 1, 0] = 10, 30
    cube = Cube(("X",), ((0, "shared"),), ("G0", "G1"), MONTHS, minutes, FUND)
    setting = Setting(
        np.eye(2, dtype=bool),
        3,
        5,
        2,
        (False, False),
        SERVICE,
        Objective(CEILING, packing([100_000] * 5)),
        False,
    )
    bound = pooled_curve(cube, minutes, 0, setting, most_posts=2)
    undone = setting.objective.packing.unpack(bound.cost)[:, 0]
    assert undone.tolist() == [80, 20, 0]
    plan = plan_office(cube, minutes, 0, ((0,), (1,)), setting, most_posts=2)
    assert setting.objective.packing.unpack(plan.curve.cost)[:, 0].tolist() == [80, 20, 0]
