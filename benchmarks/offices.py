"""Synthetic offices for the benchmarks: task groups, who may hold what together, and columns with prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.frontier.columns import Columns, falling_columns

MONTHS = 12
FUND_MINUTES = 9_000
OVERTIME_PCT = 15
UNMET_WEIGHT = 9
MOST_POSTS_OF_A_BUNDLE = 6


@dataclass(frozen=True)
class Office:
    """An office to plan: its name in a table, and how it is drawn.

    `graph` is ``family`` (levels and families one step apart go together) or ``random`` with the `density`
    of compatible pairs; `size` the groups of a bundle; `fte_dec1` the work in tenths of a post.
    """

    groups: int
    graph: str
    density_pct: int
    size: int
    fte_dec1: int
    seed: int

    @property
    def name(self) -> str:
        """Return a short name."""
        kind = self.graph if self.graph == "family" else f"{self.graph} {self.density_pct} %"
        return f"{self.groups} {kind} K{self.size} {self.fte_dec1 / 10:g} FTE #{self.seed}"


def draw(office: Office) -> tuple[Columns, int]:
    """Draw an office; return its columns and the number of bundles they come from."""
    rng = np.random.default_rng(office.seed)
    groups = office.groups
    family, level = rng.integers(0, 5, groups), rng.integers(1, 4, groups)
    share = rng.lognormal(0.0, 0.8, groups)[:, None] * rng.gamma(6, 1 / 6, (groups, MONTHS))
    minutes = np.rint(share / share.sum() * office.fte_dec1 * FUND_MINUTES * MONTHS / 10).astype(np.int64)
    if office.graph == "family":
        near = (np.abs(level[:, None] - level) <= 1) & (np.abs(family[:, None] - family) <= 1)
    else:
        upper = np.triu(rng.random((groups, groups)), 1)
        near = (upper + upper.T) * 100 < office.density_pct
    np.fill_diagonal(near, False)
    masks = bundles(near, office.size)
    demand = membership(masks, groups).astype(np.int64) @ minutes
    posts = np.arange(1, MOST_POSTS_OF_A_BUNDLE + 1)[None, :, None]
    over = np.maximum(0, demand[:, None, :] - posts * FUND_MINUTES)
    beyond = np.maximum(0, over - posts * (FUND_MINUTES * OVERTIME_PCT // 100))
    table = (over + UNMET_WEIGHT * beyond).sum(axis=2)
    return falling_columns(masks, groups, table), len(masks)
