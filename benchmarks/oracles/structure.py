"""Structure and quotas under nested limits: random cases, and the least cost over all partitions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.cost import Service, price
from vitri.optimise.quota import NO_CEILING, Curve, Node, Tree, share_by_curve
from vitri.optimise.structure import DemandBundles, StructurePlan

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
