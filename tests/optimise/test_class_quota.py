"""Quotas by class of post bind the sizing: at the edge, one past it, absent; against trying everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from benchmarks.oracles.office import tiny
from test_size import size

from vitri.data import read
from vitri.data.instance import Instance
from vitri.errors import NoPlanError
from vitri.optimise import class_options
from vitri.optimise.class_options import Options, Room, bundle_label, bundles_of, office_options, way_labels
from vitri.optimise.class_share import share_again
from vitri.optimise.class_sides import ClassSides, implied_tree
from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.office_plan import OfficePlan, Positions, Setting, plan_office
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.search import Task
from vitri.optimise.side_excess import least_excess
from vitri.optimise.side_limits import Choices, SideLimit
from vitri.rules.class_quota import ClassLimit, check_class_quotas

ROOT = Path(__file__).resolve().parents[2]
WIDE = Room(99, (99, 99, 99), (0, 1, 2), trim=False)
Counts = tuple[int, ...]


def labels_of(seed: int, groups: int) -> tuple[int, ...]:
    """Return a class for every group."""
    return tuple(np.random.default_rng(seed + 500).integers(0, 3, groups).tolist())


def every_way(plan: OfficePlan, label_of: Counts) -> dict[Counts, Counts]:
    """Cover the nodes of every part by its ways in every manner: (posts by class) → least cost."""

    def covers(part: int, open_: int) -> Iterator[list[int]]:
        if not open_:
            yield []
            return
        ways = plan.parts[part][1].ways
        low = open_ & -open_
        for i, mask in enumerate(ways.masks.tolist()):
            if mask & low and mask & open_ == mask:
                for rest in covers(part, open_ & ~mask):
                    yield [i, *rest]

    total: dict[Counts, Counts] = {(0, 0, 0): (0,) * plan.curve.cost.shape[1]}
    for part, (nodes, curve) in enumerate(plan.parts):
        labels = way_labels(nodes, curve.ways, label_of)
        grown: dict[Counts, Counts] = {}
        for chosen in covers(part, (1 << len(nodes)) - 1):
            count = [0, 0, 0]
            for i in chosen:
                count[labels[i]] += int(curve.ways.quota[i])
            cost = curve.ways.costs[chosen].sum(axis=0)
            for before, paid in total.items():
                key = tuple(a + b for a, b in zip(before, count, strict=True))
                value = tuple(int(a) + int(b) for a, b in zip(paid, cost, strict=True))
                grown[key] = min(grown.get(key, value), value)
        total = grown
    return total


def table_of(options: Options) -> dict[Counts, Counts]:
    """Return options as (posts by class) → cost."""
    return {
        tuple(count): tuple(cost)
        for count, cost in zip(options.classes.tolist(), options.costs.tolist(), strict=True)
    }


def planned(cube: Cube, setting: Setting, positions: Positions, office: int = 0) -> OfficePlan:
    """Plan one office without limits."""
    return plan_office(cube, cube.minutes, office, positions, setting, most_posts=6)


@pytest.mark.parametrize("by_need", [False, True])
def test_alternatives_by_class_equal_every_way_to_staff_an_office(by_need: bool) -> None:
    """In 30 random offices every mix of classes within six posts has its least cost, and reads back."""
    mixes = 0
    for seed in range(30):
        cube, setting, positions = tiny(seed, by_need=by_need)
        label_of = labels_of(seed, len(cube.groups))
        plan = planned(cube, setting, positions)
        options = office_options(plan, label_of, replace(WIDE, posts=len(plan.curve.cost) - 1))
        expected = {
            count: cost
            for count, cost in every_way(plan, label_of).items()
            if sum(count) < len(plan.curve.cost)
        }
        assert table_of(options) == expected, seed
        mixes += len(expected)
        for i in range(len(options)):
            held = [0, 0, 0]
            for bundle in bundles_of(plan, options.picks[i]):
                held[bundle_label(bundle, label_of)] += bundle.quota
            assert held == options.classes[i].tolist()
    assert mixes > (30 if by_need else 200)


def test_alternatives_of_some_partitions_are_real_and_never_too_cheap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the exact table would be too large, every alternative is one there is, at its cost or above."""
    monkeypatch.setattr(class_options, "_ROWS", 0)
    met = 0
    for seed in range(30):
        cube, setting, positions = tiny(seed, by_need=False)
        label_of = labels_of(seed, len(cube.groups))
        plan = planned(cube, setting, positions)
        expected = every_way(plan, label_of)
        for count, cost in table_of(office_options(plan, label_of, WIDE)).items():
            assert cost >= expected[count]
            met += cost == expected[count]
    assert met > 150


def two_offices(seed: int) -> tuple[Task, tuple[Positions, ...], ClassSides]:
    """Return two random offices under one area, with a ceiling and one or two limits on classes."""
    rng = np.random.default_rng(seed)
    cube, setting, positions = tiny(seed, by_need=bool(seed % 2))
    units = len(cube.units)
    cube = Cube(
        ("X", "Y"),
        tuple([(0, pool) for _, pool in cube.units] + [(1, pool) for _, pool in cube.units]),
        cube.groups,
        cube.months,
        np.concatenate([cube.minutes, rng.permutation(cube.minutes, axis=1) * 2]),
        np.repeat(cube.fund, 2, axis=0),
    )
    assert len(cube.minutes) == 2 * units
    tree = Tree(
        (
            Node("X", 5, 0, office=0),
            Node("Y", 5, 0, office=1),
            Node("T", int(rng.integers(2, 9)), 0, (0, 1)),
        )
    )
    pairs = setting.cover & ~np.eye(len(cube.groups), dtype=bool)
    task = Task(cube, cube.minutes, tree, setting, pairs, 9, (0, 0))
    limits = tuple(
        SideLimit(int(rng.choice([0, 2, 2])), int(label), int(rng.integers(0, 4)))
        for label in rng.choice(3, size=int(rng.integers(1, 3)), replace=False)
    )
    rows = tuple(ClassLimit("T", "I", limit.most, 0, None) for limit in limits)
    label_of = labels_of(seed, len(cube.groups))
    return task, (positions,), ClassSides(label_of, limits, rows, (0,) * len(rows))


def least_of(task: Task, positions: Positions, sides: ClassSides) -> Counts | None:
    """Try every pair of alternatives of the two offices: the least cost that keeps all limits."""
    tables = []
    for office in range(2):
        plan = plan_office(task.cube, task.minutes, office, positions, task.setting, most_posts=5)
        tables.append({k: v for k, v in every_way(plan, sides.label_of).items() if sum(k) <= 5})
    best: Counts | None = None
    for (one, paid), (two, more) in product(tables[0].items(), tables[1].items()):
        if sum(one) + sum(two) > task.tree.nodes[2].ceiling:
            continue
        used = {0: one, 2: tuple(a + b for a, b in zip(one, two, strict=True))}
        if any(used[limit.node][limit.label] > (limit.most or 0) for limit in sides.limits):
            continue
        cost = tuple(a + b for a, b in zip(paid, more, strict=True))
        best = cost if best is None else min(best, cost)
    return best


def test_sharing_by_class_equals_trying_every_pair() -> None:
    """On 60 random cases of two offices the cost is least in all levels, or both say there is no plan."""
    possible = impossible = 0
    for seed in range(60):
        task, positions, sides = two_offices(seed)
        found, excess = share_again(task, positions, sides, Watch(SolveOptions()), {})
        expected = least_of(task, positions[0], sides)
        assert (found is None) == (expected is None), seed
        if found is None:
            impossible += 1
            assert excess is None or sum(excess) > 0
            continue
        possible += 1
        assert tuple(found.share.cost.tolist()) == expected, seed
    assert possible > 30
    assert impossible > 5


def test_the_least_excess_is_told_per_limit() -> None:
    """Two offices that need two posts of a class each, four allowed nowhere: one post over, or one short."""
    one = Choices(np.zeros(2, dtype=np.int64), np.array([2, 3]), np.array([[2], [3]]))
    tree = Tree((Node("a", 9, 0, office=0), Node("b", 9, 0, office=1), Node("*", NO_CEILING, 0, (0, 1))))
    assert least_excess([one, one], tree, [SideLimit(2, 0, 3)]) == (1,)
    assert least_excess([one, one], tree, [SideLimit(2, 0, None, 7)]) == (-1,)
    assert least_excess([one, one], tree, [SideLimit(2, 0, 4, 4)]) == (0,)


def test_quotas_of_all_classes_with_work_are_a_ceiling() -> None:
    """Limits on every class with work below a unit add up to its ceiling; one class left open gives none."""
    ceilings = set()
    for seed in range(12):
        task, _, sides = two_offices(seed)
        worked = [g for g in range(len(sides.label_of)) if task.minutes[:, g].any()]
        every = [SideLimit(2, label, 1) for label in sorted({sides.label_of[g] for g in worked})]
        free = (False,) * len(sides.label_of)
        top = task.tree.nodes[2].ceiling
        for limits, ceiling in ((every, min(top, len(every))), (every[1:], top)):
            tight = implied_tree(
                replace(sides, limits=tuple(limits)), task.tree, task.cube, task.minutes, free
            )
            assert tight.nodes[2].ceiling == ceiling, seed
        ceilings.add(len(every))
    assert ceilings >= {1, 2}


def quoted(instance: Instance, *rows: Mapping[str, Any]) -> Instance:
    """Add rows to the quotas of a scenario."""
    table = instance.table("quotas")
    frame = pd.concat([table, pd.DataFrame(list(rows))], ignore_index=True)
    kept = {column: frame[column].astype(table[column].dtype) for column in table.columns}
    return instance.with_tables(quotas=pd.DataFrame(kept))


@pytest.fixture(scope="module")
def example() -> Instance:
    """The tiny example: three leaders, an accountant and a cashier of class II, sized by need."""
    return read(ROOT / "tests" / "fixtures" / "vi-du-nho")


def test_a_cap_of_a_class_is_feasible_at_the_edge_and_refused_one_past_it(example: Instance) -> None:
    """A cap of just the posts sized: the plan stays; one fewer is refused, with class and by how many."""
    free = size(example)
    office = str(example.table("offices")["code"].iloc[0])
    group_class = dict(zip(*(example.table("task_groups")[c] for c in ("code", "class")), strict=True))
    duties = free.duties.merge(free.post_groups, on="post_group")
    main = duties[(duties["kind"] == "sized") & duties["main"]]
    classes = main["task_group"].map(group_class).groupby(main["post_group"]).min()
    klass = str(classes.iloc[0])
    number = int((classes == klass).sum())
    row = {"unit": office, "position_class": klass, "status": "allocated"}
    kept = size(quoted(example, {**row, "cap": number}))
    pd.testing.assert_frame_equal(kept.posts, free.posts)
    informed = size(quoted(example, {**row, "posts": 0}))
    assert informed.totals["posts"] == free.totals["posts"]
    with pytest.raises(NoPlanError) as refused:
        size(quoted(example, {**row, "cap": number - 1}))
    (finding,) = refused.value.findings
    assert (finding.code, finding.row_key, finding.value) == ("class_quota_missed", office, klass)
    assert finding.fields["short"] == 1


def test_fewer_posts_of_a_class_than_are_fixed_are_refused() -> None:
    """Leaders given beyond the quota of class I are said at once, by how many."""
    instance = read(ROOT / "scenarios" / "bac-kan-2021")
    row = {"unit": "BK", "position_class": "I", "status": "allocated", "posts": 40}
    with pytest.raises(NoPlanError) as refused:
        size(quoted(instance, row))
    (finding,) = refused.value.findings
    assert (finding.code, finding.fields["excess"]) == ("fixed_over_class_quota", 7)


def test_a_quota_of_a_class_binds_under_ceilings_and_its_bound_stays_below() -> None:
    """Thirty posts of class II in a province of 103: they are kept, and the first level is honest."""
    instance = quoted(
        read(ROOT / "scenarios" / "bac-kan-2021"),
        {"unit": "BK", "position_class": "II", "status": "allocated", "posts": 30},
    )
    found = size(instance)
    sized = found.post_groups[found.post_groups["kind"] == "sized"]
    held = found.duties[found.duties["main"]].merge(sized, on="post_group")
    group_class = dict(zip(*(instance.table("task_groups")[c] for c in ("code", "class")), strict=True))
    held = held.assign(klass=held["task_group"].map(group_class))
    posts = held.groupby("post_group").agg(klass=("klass", "min"), posts=("posts", "first"))
    assert int(posts.loc[posts["klass"] == "II", "posts"].sum()) == 30
    first = found.levels[0]
    assert first.bound is not None
    assert first.bound <= first.value
    assert found.quotas["value_of_post_minutes"].isna().all()
    assert not check_class_quotas(instance, _model(instance))


def _model(instance: Instance) -> Any:
    from vitri.policy import load_model

    return load_model(instance.info.model, instance.local_model).in_force(instance.info.as_of)
