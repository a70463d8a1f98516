"""One office with combined duties (kiêm nhiệm): random cases, and the least cost by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from vitri.optimise.combine import Node
from vitri.optimise.cost import Service, outcome, posts_needed
from vitri.optimise.demand_cube import Cube
from vitri.optimise.lex import packing
from vitri.optimise.office_plan import Objective, Setting

MONTHS = ("2021-01", "2021-02")

FUND = np.full((1, 2), 100, dtype=np.int64)

SERVICE = Service(1000, (True, True, True), (100, 10, 1), 2, (0, 200, 2000), (0, 0))

CEILING = (
    ("unmet_minutes", (1,)),
    ("unmet_minutes", (2, 3)),
    ("overtime_minutes", ()),
    ("posts", ()),
    ("extra_duties", ()),
)

NEED = (("posts", ()), ("unmet_minutes", (1,)), ("extra_duties", ()))


def tiny(seed: int, *, by_need: bool) -> tuple[Cube, Setting, tuple[tuple[int, ...], ...]]:
    """An office with up to three pools, five groups and random compatibility."""
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(2, 5))
    pools = ["shared", "own.A", "own.B"][: int(rng.integers(1, 4))]
    minutes = rng.integers(0, 60, (len(pools), groups, 3, 2)) * (rng.random((len(pools), groups, 1, 1)) < 0.5)
    cube = Cube(
        ("X",),
        tuple(sorted((0, pool) for pool in pools)),
        tuple(f"G{g}" for g in range(groups)),
        MONTHS,
        minutes,
        FUND,
    )
    upper = np.triu(rng.random((groups, groups)) < 0.7, 1)
    levels = NEED if by_need else CEILING
    setting = Setting(
        upper | upper.T | np.eye(groups, dtype=bool),
        int(rng.integers(1, 4)),
        int(rng.integers(3, 6)),
        int(rng.integers(1, 4)),
        (False,) * groups,
        SERVICE,
        Objective(levels, packing([100_000] * len(levels))),
        by_need,
    )
    cut = int(rng.integers(1, groups + 1))
    positions = tuple((g,) for g in range(cut)) + ((tuple(range(cut, groups)),) if cut < groups else ())
    return cube, setting, positions


def set_partitions(items: list[int]) -> Iterator[list[list[int]]]:
    """Every partition of a list."""
    if not items:
        yield []
        return
    head, *rest = items
    for size in range(len(rest) + 1):
        for others in combinations(rest, size):
            for tail in set_partitions([i for i in rest if i not in others]):
                yield [[head, *others], *tail]


def allowed(nodes: list[Node], setting: Setting) -> bool:
    """The rules of one person, written out plainly."""
    if len(nodes) == 1:
        return True
    own = {n.pool for n in nodes if n.pool != "shared"}
    groups = {g for n in nodes for g in n.groups}
    pairs = all(setting.cover[a, b] for a, b in combinations(sorted(groups), 2))
    few = len({n.position for n in nodes}) <= setting.most_positions and len(groups) <= setting.most_groups
    return len(own) <= 1 and pairs and few


def enumerate_curve(
    cube: Cube, setting: Setting, positions: tuple[tuple[int, ...], ...]
) -> dict[int, tuple[int, ...]]:
    """Least cost for every number of posts over all partitions of the nodes and all posts per bundle."""
    nodes = []
    for unit, (_, pool) in enumerate(cube.units):
        for index, groups in enumerate(positions):
            held = tuple(g for g in groups if cube.minutes[unit, g].any())
            if held:
                nodes.append(Node(index, pool, held, cube.minutes[unit, list(held)].sum(axis=0)))
    best: dict[int, tuple[int, ...]] = {}
    for partition in set_partitions(list(range(len(nodes)))):
        bundles = [[nodes[i] for i in part] for part in partition]
        if not all(allowed(bundle, setting) for bundle in bundles):
            continue
        ways = []
        for bundle in bundles:
            demand = np.sum([n.minutes for n in bundle], axis=0)
            enough = int(posts_needed(demand, FUND[0], setting.service))
            more = len({n.position for n in bundle}) - 1
            counts = (
                []
                if more and enough > setting.most_combined and setting.by_need
                else [enough]
                if setting.by_need
                else range(0 if len(bundle) == 1 else 1, 1 + (setting.most_combined if more else 3))
            )
            options = []
            # more than three posts cannot be part of a plan of at most three
            for k in [c for c in counts if c <= 3]:
                unmet, overtime = outcome(demand, FUND[0], k, setting.service)
                options.append(
                    (
                        k,
                        setting.objective.vector(
                            unmet, np.asarray(overtime), np.asarray(k), np.asarray(more * k)
                        ),
                    )
                )
            ways.append(options)
        for choice in product(*ways):
            posts = sum(k for k, _ in choice)
            cost = tuple(int(v) for v in np.sum([c for _, c in choice], axis=0)) if choice else ()
            if posts not in best or cost < best[posts]:
                best[posts] = cost
    return best
