"""Demand scenarios: the futures a model declares, how often each is drawn, and with what weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from vitri.errors import DataError
from vitri.optimise.engine import IntArray
from vitri.policy import PlanningModel
from vitri.policy.demand_scenarios import group_findings, scenario_findings

#: Factors on minutes are whole millionths.
UNIT = 1_000_000
#: Probabilities and absence are hundredths of a percent.
WHOLE = 10_000


@dataclass(frozen=True)
class Futures:
    """The declared futures in whole numbers; without any, one in which all goes as planned.

    `probability_bp` adds up to 10,000; `volume_dec6` is (future, group, month), `absence_bp` (future).
    """

    names: tuple[str, ...]
    probability_bp: IntArray
    volume_dec6: IntArray
    absence_bp: IntArray


@dataclass(frozen=True)
class Draws:
    """Which future each draw follows, and its weight, a whole number; `weight` adds up to `total`."""

    future: IntArray
    weight: IntArray

    @property
    def total(self) -> int:
        """The sum of all weights."""
        return int(self.weight.sum())


def futures_of(model: PlanningModel, groups: Sequence[str], months: Sequence[str]) -> Futures:
    """Read the model's demand scenarios; growth of p % gives (1 + p)^(years begun) × the volume.

    Raises `DataError` where the scenarios in force do not add up to 100 % (one may be switched off by its
    dates), or speak of a task group that does not exist.
    """
    rows = model.demand_scenario
    findings = [*scenario_findings(rows, model.file), *group_findings(rows, groups, model.file)]
    if findings:
        raise DataError(findings)
    if not rows:
        volume = np.full((1, len(groups), len(months)), UNIT, dtype=np.int64)
        return Futures(("",), np.array([WHOLE]), volume, np.zeros(1, dtype=np.int64))
    volume = np.zeros((len(rows), len(groups), len(months)), dtype=np.int64)
    for index, row in enumerate(rows):
        step = 1 + Fraction(row.growth_pct) / 100
        for m, month in enumerate(months):
            season = Fraction(row.month_pct[int(month[5:]) - 1] if row.month_pct else Decimal(100)) / 100
            for g, group in enumerate(groups):
                share = Fraction(row.group_pct.get(group, Decimal(100))) / 100
                volume[index, g, m] = int(step ** (m // 12 + 1) * season * share * UNIT + Fraction(1, 2))
    return Futures(
        tuple(row.name for row in rows),
        np.array([int(row.probability_pct * 100) for row in rows], dtype=np.int64),
        volume,
        np.array([int(row.absence_pct * 100) for row in rows], dtype=np.int64),
    )


def planned_draws(futures: Futures, count: int, *, random: bool) -> Draws:
    """Return the draws a plan is made on.

    Where nothing but the futures varies, each is one draw with its exact probability as weight. Otherwise
    `count` draws of one weight are shared out to the futures in proportion (largest remainder, so that no
    future is missed by chance).
    """
    if not random:
        kept = np.flatnonzero(futures.probability_bp > 0)
        return Draws(kept, futures.probability_bp[kept])
    parts = futures.probability_bp * count
    draws = parts // WHOLE
    order = np.argsort(-(parts % WHOLE), kind="stable")
    draws[order[: count - int(draws.sum())]] += 1
    future = np.repeat(np.arange(len(draws)), draws)
    return Draws(future, np.ones(count, dtype=np.int64))


def fresh_draws(futures: Futures, count: int, rng: np.random.Generator) -> Draws:
    """Return draws as the world would make them: each follows a future by chance."""
    edges = np.cumsum(futures.probability_bp)
    future = np.searchsorted(edges, rng.integers(0, WHOLE, count), side="right")
    return Draws(future.astype(np.int64), np.ones(count, dtype=np.int64))
