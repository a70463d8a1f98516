"""Posts of which only some cover another position, and groups that need several holders."""

from dataclasses import replace

import numpy as np
import pytest
from ortools.sat.python import cp_model

from vitri.optimise.combine import Node
from vitri.optimise.cost import Service, outcome
from vitri.optimise.demand_cube import Cube
from vitri.optimise.lex import INFEASIBLE, packing
from vitri.optimise.office_plan import Objective, Setting, plan_office, pooled_curve
from vitri.optimise.office_ways import missing_holders
from vitri.optimise.partial_cover import partial_outcome

MONTHS = ("2021-01", "2021-02")
FUND = np.array([10, 7], dtype=np.int64)
LEVELS = (
    ("unmet_minutes", (1,)),
    ("unmet_minutes", (2, 3)),
    ("overtime_minutes", ()),
    ("missing_holders", ()),
    ("posts", ()),
    ("extra_duties", ()),
)


def service(allowed: tuple[bool, bool, bool]) -> Service:
    """Three tenths of overtime on the priorities allowed."""
    return Service(3000, allowed, (100, 10, 1), 2, (0, 0, 0), (0, 0))


def by_flow(
    main: np.ndarray, second: np.ndarray, posts: int, holders: int, rule: Service
) -> tuple[list[int], int]:
    """Serve by integer programs: normal time by priority, then overtime by priority, one after the other."""
    unmet, spent = [0, 0, 0], 0
    for month, fund in enumerate(FUND.tolist()):
        room = {"normal": fund, "over": fund * rule.overtime_bp // 10_000}
        fixed: list[tuple[str, int, int]] = []
        goals = [("normal", p) for p in range(3)] + [("over", p) for p in range(3) if rule.overtime_for[p]]
        for goal in goals:
            model = cp_model.CpModel()
            x = {
                (time, p, side, who): model.new_int_var(0, 60, "")
                for time in room
                for p in range(3)
                for side in (0, 1)
                for who in (0, 1)
                if side == 0 or who == 1
            }
            for p in range(3):
                for side, work in enumerate((main, second)):
                    model.add(sum(v for k, v in x.items() if k[1:3] == (p, side)) <= int(work[p, month]))
            for time, minutes in room.items():
                for who, count in enumerate((posts - holders, holders)):
                    model.add(sum(v for k, v in x.items() if (k[0], k[3]) == (time, who)) <= count * minutes)
            for time, p, value in fixed:
                model.add(sum(v for k, v in x.items() if k[:2] == (time, p)) == value)
            model.maximize(sum(v for k, v in x.items() if k[:2] == goal))
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            assert solver.solve(model) == cp_model.OPTIMAL
            fixed.append((*goal, round(solver.objective_value)))
        spent += sum(value for time, _, value in fixed if time == "over")
        for p in range(3):
            asked = int(main[p, month] + second[p, month])
            unmet[p] += asked - sum(value for _, q, value in fixed if q == p)
    return unmet, spent


def test_the_min_cut_equals_serving_by_flow() -> None:
    """On 40 random months, what k posts with j holders leave over is what the best flow leaves over."""
    differs = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rule = service([(True, True, True), (True, True, False), (False, False, False)][seed % 3])
        main, second = rng.integers(0, 16, (2, 3, 2))
        posts = int(rng.integers(1, 5))
        holders = int(rng.integers(0, posts + 1))
        unmet, overtime = partial_outcome(main, second, FUND, np.array(posts), np.array(holders), rule)
        assert (unmet.tolist(), int(overtime)) == by_flow(main, second, posts, holders, rule)
        pooled, _ = outcome(main + second, FUND, posts, rule)
        assert (unmet.cumsum() >= pooled.cumsum()).all()
        differs += int(unmet.sum() > pooled.sum())
    assert differs >= 5


@pytest.mark.parametrize("allowed", [(True, True, True), (True, True, False)])
def test_with_as_many_holders_as_posts_it_is_the_pooled_outcome(allowed: tuple[bool, bool, bool]) -> None:
    """If every post holds both positions, pooling them is right."""
    rng = np.random.default_rng(1)
    main, second = rng.integers(0, 30, (2, 50, 3, 2))
    posts = rng.integers(0, 4, 50)
    rule = service(allowed)
    unmet, overtime = partial_outcome(main, second, FUND, posts, posts, rule)
    expected, extra = outcome(main + second, FUND, posts, rule)
    assert unmet.tolist() == expected.tolist()
    assert overtime.tolist() == extra.tolist()


def test_overtime_that_skips_a_priority_is_refused() -> None:
    """The closed form needs overtime on the first priorities only."""
    rule = service((False, True, True))
    with pytest.raises(ValueError, match="earlier"):
        partial_outcome(np.ones((3, 2)), np.ones((3, 2)), FUND, np.array(2), np.array(1), rule)


def office(seed: int, wanted: tuple[int, ...] = ()) -> tuple[Cube, Setting, tuple[tuple[int, ...], ...]]:
    """One office with four positions of one group each, a post may combine two, one post a combination."""
    rng = np.random.default_rng(seed)
    minutes = rng.integers(0, 14, (1, 4, 3, 2))
    cube = Cube(("X",), ((0, "shared"),), tuple("ABCD"), MONTHS, minutes, FUND[None])
    upper = np.triu(rng.random((4, 4)) < 0.7, 1)
    setting = Setting(
        upper | upper.T | np.eye(4, dtype=bool),
        2,
        4,
        1,
        (False,) * 4,
        service((True, True, True)),
        Objective(LEVELS, packing([10_000] * len(LEVELS))),
        by_need=False,
        min_holders=wanted,
    )
    return cube, setting, ((0,), (1,), (2,), (3,))


def recomputed(setting: Setting, cube: Cube, plan: object, posts: int) -> tuple[int, ...]:
    """Cost of bundles from their parts: work left over, overtime, holders, posts, combined duties."""
    total = np.zeros(len(LEVELS), dtype=np.int64)
    seen: list[int] = []
    for bundle in plan.bundles(posts):  # type: ignore[attr-defined]
        main = np.sum([n.minutes for n in bundle.nodes if n.position == bundle.nodes[0].position], axis=0)
        second = np.sum([n.minutes for n in bundle.nodes], axis=0) - main
        unmet, overtime = partial_outcome(
            main, second, FUND, np.array(bundle.posts), np.array(bundle.holders), setting.service
        )
        short = 0
        for node in bundle.nodes:
            seen.append(node.position)
            count = bundle.posts if node.position == bundle.nodes[0].position else bundle.holders
            if setting.min_holders:
                short += sum(max(0, setting.min_holders[g] - count) for g in node.groups)
        more = len({n.position for n in bundle.nodes}) - 1
        total += [unmet[0], unmet[1] + unmet[2], overtime, short, bundle.posts, more * bundle.holders]
        assert bundle.holders == bundle.posts or bundle.holders <= setting.most_combined
    assert sorted(seen) == [0, 1, 2, 3]
    return tuple(total.tolist())


def test_letting_some_posts_cover_never_costs_more_and_is_what_it_says() -> None:
    """Curves with partly covering posts lie between the bound and those without, and recompute."""
    better = checked = 0
    for seed in range(12):
        cube, setting, positions = office(seed)
        plain = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=6)
        some = plan_office(cube, cube.minutes, 0, positions, replace(setting, partial=True), most_posts=6)
        bound = pooled_curve(cube, cube.minutes, 0, setting, most_posts=6)
        for posts in np.flatnonzero(some.curve.cost[:, 0] < INFEASIBLE).tolist():
            cost = tuple(some.curve.cost[posts].tolist())
            if posts < len(plain.curve.cost) and plain.curve.cost[posts, 0] < INFEASIBLE:
                assert cost <= tuple(plain.curve.cost[posts].tolist())
                better += cost < tuple(plain.curve.cost[posts].tolist())
            assert tuple(bound.cost[posts].tolist()) <= cost
            levels = setting.objective.packing.unpack(some.curve.cost[posts])
            assert tuple(levels.tolist()) == recomputed(setting, cube, some, posts)
            checked += 1
    assert checked >= 30
    assert better >= 10


def test_groups_that_need_several_holders_get_them_where_nothing_more_important_is_lost() -> None:
    """Asking for two holders changes no level before it, and never leaves more holders missing."""
    fewer = 0
    for seed in range(12):
        cube, setting, positions = office(seed, (2, 1, 2, 1))
        deaf = replace(setting, min_holders=())
        for partial in (False, True):
            plan = plan_office(
                cube, cube.minutes, 0, positions, replace(setting, partial=partial), most_posts=6
            )
            without = plan_office(
                cube, cube.minutes, 0, positions, replace(deaf, partial=partial), most_posts=6
            )
            for posts in np.flatnonzero(plan.curve.cost[:, 0] < INFEASIBLE).tolist():
                now = recomputed(setting, cube, plan, posts)
                assert now == tuple(setting.objective.packing.unpack(plan.curve.cost[posts]).tolist())
                before = recomputed(setting, cube, without, posts)
                assert now[:3] == before[:3]
                assert now[3] <= before[3]
                fewer += now[3] < before[3]
    assert fewer >= 5


def test_missing_holders_are_counted_by_cell() -> None:
    """Two cells of a group that wants two holders, one post: each lacks one."""
    zero = np.zeros((3, 2), dtype=np.int64)
    nodes = [Node(0, "shared", (0,), zero), Node(0, "own.A", (0, 1), zero)]
    held = np.array([[True, False], [True, True]])
    assert missing_holders(nodes, held, np.array([1, 1]), (2, 3)).tolist() == [1, 4]
    assert missing_holders(nodes, held, np.array([2, 5]), (2, 3)).tolist() == [0, 0]
