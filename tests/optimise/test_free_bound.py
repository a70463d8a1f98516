"""The bound for every structure: below each, often above the pooled bound, and the search meets it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from benchmarks.oracles.office import set_partitions, tiny
from test_class_quota import two_offices

from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.free_bound import FreeBound, fewest_positions
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.office_plan import Positions, plan_office, pooled_curve
from vitri.optimise.search import Task, evaluate, improve

MOST = 6


def structures(task_groups: list[int], position: np.ndarray, most: int) -> list[Positions]:
    """List every partition of groups into admissible positions."""
    return [
        tuple(tuple(sorted(part)) for part in parts)
        for parts in set_partitions(task_groups)
        if all(len(part) <= most and all(position[a, b] for a, b in combinations(part, 2)) for part in parts)
    ]


@pytest.mark.parametrize("by_need", [False, True])
def test_no_structure_beats_the_bound_of_an_office(by_need: bool) -> None:
    """In 40 random offices every structure costs at least the bound at every number of posts."""
    raised = compared = 0
    for seed in range(40):
        cube, setting, _ = tiny(seed, by_need=by_need)
        groups = len(cube.groups)
        rng = np.random.default_rng(seed + 900)
        upper = np.triu(rng.random((groups, groups)) < 0.6, 1)
        position = (upper | upper.T) & setting.cover
        most = int(rng.integers(1, 4))
        low = FreeBound(setting, position, most).curve(cube, cube.minutes, 0, MOST)
        if low is None:
            continue
        pooled = pooled_curve(cube, cube.minutes, 0, setting, most_posts=MOST).cost
        for n in range(min(len(pooled), MOST + 1)):
            raised += bool(less(pooled[n], low[n]))
        for positions in structures(list(range(groups)), position, most):
            curve = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=MOST, extra_posts=2)
            for n, cost in enumerate(curve.curve.cost):
                if cost[0] < INFEASIBLE:
                    assert not bool(less(cost, low[n])), (seed, n)
                    compared += 1
    assert compared > (40 if by_need else 200)
    assert raised > (0 if by_need else 15)


def test_leaving_cells_out_bounds_still() -> None:
    """A bound over fewer cells never lies above the bound over all."""
    weaker = 0
    for seed in range(30):
        cube, setting, _ = tiny(seed, by_need=False)
        position = setting.cover & ~np.eye(len(cube.groups), dtype=bool)
        whole = FreeBound(setting, position, 3).curve(cube, cube.minutes, 0, MOST)
        part = FreeBound(setting, position, 3, most_cells=4).curve(cube, cube.minutes, 0, MOST)
        if whole is None or part is None:
            continue
        for one, two in zip(part, whole, strict=True):
            assert not bool(less(two, one))
            weaker += bool(less(one, two))
    assert weaker > 5


def test_fewest_positions_equals_trying_every_partition() -> None:
    """For 20 random compatibilities the fewest positions of every set are those of its best partition."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        upper = np.triu(rng.random((5, 5)) < 0.5, 1)
        position = upper | upper.T
        fewest = fewest_positions(position, 2 + seed % 2)
        for mask in range(1, 32):
            groups = [g for g in range(5) if mask >> g & 1]
            expected = min(len(parts) for parts in structures(groups, position, 2 + seed % 2))
            assert fewest(mask) == expected


def test_the_search_lies_between_the_bound_and_every_structure() -> None:
    """On 16 random cases of two offices the bound holds for all structures, and the best one is found."""
    found_best = tried = 0
    for seed in range(16):
        task, _, _ = two_offices(seed)
        found = improve(task, Watch(SolveOptions()))
        groups = [int(g) for g in np.flatnonzero(task.needed()[0])]
        costs = []
        for positions in structures(groups, task.position, task.most_groups):
            plan = evaluate(task, (tuple(sorted(positions)),))
            if plan is not None:
                costs.append(tuple(plan.share.cost.tolist()))
        if found.plan is None or not costs:
            assert found.plan is None
            assert not costs
            continue
        tried += 1
        value, best = tuple(found.plan.share.cost.tolist()), min(costs)
        assert value >= best
        found_best += value == best
        assert found.bound is not None
        assert tuple(found.bound.cost.tolist()) <= best, seed
    assert tried > 8
    assert found_best >= tried - 1


def test_freedom_never_costs() -> None:
    """Structures of single offices are never worse than the common one."""
    better = 0
    for seed in range(16):
        task, _, _ = two_offices(seed)
        common = improve(task, Watch(SolveOptions()))
        free = improve(_apart(task), Watch(SolveOptions()))
        if common.plan is None:
            continue
        assert free.plan is not None
        assert tuple(free.plan.share.cost.tolist()) <= tuple(common.plan.share.cost.tolist()), seed
        better += bool(less(free.plan.share.cost, common.plan.share.cost))
    assert better > 0


def _apart(task: Task) -> Task:
    return replace(task, scope_of=(0, 1))
