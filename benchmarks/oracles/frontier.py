"""One office: random columns, and the least cost for every number of posts by enumeration."""

from __future__ import annotations

from functools import cache

import numpy as np

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.frontier import Columns, falling_columns

MOST = 7


def tiny(seed: int) -> Columns:
    """At most six duties; dense and sparse graphs, pairs and larger sets that may not be held together."""
    rng = np.random.default_rng(seed)
    duties = int(rng.integers(1, 7))
    upper = np.triu(rng.random((duties, duties)) < rng.choice([0.2, 0.5, 0.9]), 1)
    masks = bundles(upper | upper.T, int(rng.integers(1, 5)))
    if rng.random() < 0.5:
        # a forbidden set: no bundle may hold all of it, though every pair may be held
        banned = sum(1 << int(d) for d in rng.choice(duties, min(duties, 3), replace=False))
        masks = [mask for mask in masks if mask & banned != banned or mask.bit_count() == 1]
    minutes = rng.integers(0, 160, (duties, 3))
    demand = membership(masks, duties).astype(np.int64) @ minutes
    first = int(rng.integers(0, 2))
    posts = np.arange(first, first + 4)[None, :, None]
    table = (np.maximum(0, demand[:, None] - 100 * posts) * 10).sum(axis=2) + np.maximum(
        0, demand[:, None] - 130 * posts
    ).sum(axis=2)
    return falling_columns(masks, duties, table, first)


def odd(seed: int) -> Columns:
    """Columns of any cost and posts, duties that only few of them hold, and free posts: nothing is convex."""
    rng = np.random.default_rng(10_000 + seed)
    duties = int(rng.integers(1, 6))
    count = int(rng.integers(1, 16))
    masks = rng.integers(1, 1 << duties, count)
    return Columns(duties, masks, rng.integers(0, 4, count), rng.integers(0, 30, count))


def enumerate_frontier(columns: Columns) -> list[int | None]:
    """Least cost with at most 0 … MOST posts over all choices of disjoint columns that hold every duty."""
    ways = [
        (int(mask), int(posts), int(cost))
        for mask, posts, cost in zip(columns.masks, columns.posts, columns.costs, strict=True)
    ]
    full = (1 << columns.duties) - 1

    @cache
    def rest(mask: int) -> dict[int, int]:
        """Least cost by exact number of posts for the duties outside `mask`."""
        if mask == full:
            return {0: 0}
        found: dict[int, int] = {}
        for held, count, price in ways:
            if held & ~mask & (mask + 1) and not held & mask:
                for posts, cost in rest(mask | held).items():
                    at = posts + count
                    found[at] = min(found.get(at, cost + price), cost + price)
        return found

    exact = rest(0)
    return [min((c for k, c in exact.items() if k <= most), default=None) for most in range(MOST + 1)]
