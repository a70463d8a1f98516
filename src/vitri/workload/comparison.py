"""How comparable offices' months become an expectation: level, size, season and an office's own habit.

For one organisation and one task group, the minutes of an office in a month are expected to be

    level × size of the office × habit of the office × season of the month

level   minutes of all donor months ÷ Σ their size × season: the donors' mean.
size    coefficient × (1 + Σ slope × (driver ÷ donors' mean driver − 1)). The slopes of a task group come from
        one regression over all organisations (`vitri.workload.credibility.slopes`).
season  the organisation's own months, pulled towards the group's months in all organisations, and those
        towards the months of all work.
habit   the office's own complete months ÷ what the donors' mean says for them, pulled towards 1.

Every pull is a credibility z = w × between / (w × between + within): w expected minutes behind the
observation, the variances between (offices, organisations, groups) and within (per expected minute) found in
the register itself, with a weak prior for when there are few donors. The range is expected ± Student's t ×
√(variance of level, habit, size and season + variance within): eight in ten values lie in it if deviations
are bell-shaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.workload.arrays import Ints, half_up, half_up_ratio
from vitri.workload.credibility import (
    PRIOR_VARIANCE,
    PRIOR_WEIGHT,
    STUDENT,
    Floats,
    credibility,
    exact_sum,
    ratio,
    slopes,
    variance_between,
)
from vitri.workload.drivers import UNKNOWN
from vitri.workload.evidence import Evidence

#: Scale of sizes, habits, seasons and factors.
UNIT = 10**6
#: Scale of relative drivers and relative minutes in the regression.
_DEC4 = 10**4
#: A driver counts as at most this many times the mean, so that sums of products stay exact.
_LARGEST = 1_000


@dataclass(frozen=True, eq=False)
class Fit:
    """The expectation for one organisation. Sizes, habits and seasons are in millionths.

    `donated[group]` minutes of all donor months, `weight[group]` Σ size × season of these; `offices` and
    `months` count them. `of_level[office, group]` and `of_season[group, month]` are relative variances,
    `within[group]` minutes of variance per expected minute; `student` the factor of the range.
    """

    size: Ints
    habit: Ints
    season: Ints
    donated: Ints
    weight: Ints
    offices: int
    months: int
    of_level: Floats
    of_season: Floats
    within: Floats
    student: float

    def factor(self, rows: Ints) -> Ints:
        """Return size × habit × season of some offices, [row, group, month]."""
        office = half_up(self.size[rows] * self.habit[rows], UNIT)
        return half_up(office[:, :, None] * self.season, UNIT)

    def expected(self, rows: Ints) -> Ints:
        """Return the expected minutes of some offices, [row, group, month]."""
        weight = np.maximum(self.weight, 1)
        return half_up_ratio(self.donated[:, None], self.factor(rows), weight[:, None])

    def reach(self, rows: Ints, expected: Ints) -> Ints:
        """Return half the width of the range around expected minutes, [row, group, month]."""
        mean = expected.astype(np.float64)
        relative = self.of_level[rows][:, :, None] + self.of_season
        variance = mean * mean * relative + mean * self.within[:, None]
        return self._whole(np.sqrt(variance))

    def total_reach(self, rows: Ints, expected: Ints) -> Ints:
        """Return half the width of the range around all expected minutes of some offices together, [row].

        A group's level is off in all its months alike; groups and months deviate independently.
        """
        mean = expected.astype(np.float64)
        level = expected.sum(axis=2).astype(np.float64) ** 2 * self.of_level[rows]
        months = exact_sum(mean * mean * self.of_season + mean * self.within[:, None], axis=2)
        return self._whole(np.sqrt(exact_sum(level + months, axis=1)))

    def _whole(self, deviation: Floats) -> Ints:
        return np.floor(self.student * deviation + 0.5).astype(np.int64)


@dataclass(eq=False)
class _Part:
    """One organisation while it is being fitted."""

    evidence: Evidence
    #: Minutes of donor months: [office, group, month], by month and by office.
    work: Ints
    by_month: Ints
    by_office: Ints
    #: Size from the coefficient alone; size; habit.
    bare: Ints
    size: Ints
    habit: Ints
    #: Relative drivers in 1/10,000, [office, driver]; 0 is the donors' mean.
    drivers: Ints
    season: Ints
    of_season: Floats
    #: Variance of the size through its slopes, [office, group].
    of_size: Floats

    @classmethod
    def of(cls, evidence: Evidence) -> _Part:
        work = evidence.known * evidence.gives[:, None, :]
        by_month, by_office = work.sum(axis=0), work.sum(axis=2)
        bare = np.repeat(evidence.coefficient[:, None], work.shape[1], axis=1)
        return cls(
            evidence, work, by_month, by_office, bare, bare, np.full_like(bare, UNIT),
            _relative_drivers(evidence), np.full_like(by_month, UNIT), np.zeros(by_month.shape),
            np.zeros(bare.shape),
        )  # fmt: skip

    def exposure(self) -> Ints:
        """Return Σ size × habit of the donors of each month, [group, month]."""
        return half_up(self.size * self.habit, UNIT).T @ self.evidence.gives.astype(np.int64)

    def behind(self, size: Ints) -> Ints:
        """Return size × season of each office's donor months, [office, group]."""
        return half_up(size * (self.evidence.gives.astype(np.int64) @ self.season.T), UNIT)

    def mean(self, size: Ints) -> Floats:
        """Return what the donors' mean says for each office's donor months, in minutes [office, group]."""
        behind = self.behind(size)
        total = np.maximum(behind.sum(axis=0), 1)
        result: Floats = behind * (self.by_office.sum(axis=0) / total)
        return result


def _relative_drivers(evidence: Evidence) -> Ints:
    """Return driver ÷ mean of the organisation's offices − 1 in 1/10,000; 0 where it is unknown."""
    value = evidence.drivers
    known = value != UNKNOWN
    total, count = np.where(known, value, 0).sum(axis=0), known.sum(axis=0)
    usable = known & (total > 0)
    scaled = half_up_ratio(np.where(usable, value, 0), count * _DEC4, np.maximum(total, 1))
    return np.where(usable, np.minimum(scaled, _LARGEST * _DEC4) - _DEC4, 0)


def fit(evidence: Sequence[Evidence]) -> list[Fit]:
    """Fit all organisations of a scenario together: they share slopes, group seasons and variances.

    Two passes: the second sees the seasons cleared of the sizes and habits of whoever donated which month.
    """
    parts = [_Part.of(one) for one in evidence]
    _set_sizes(parts)
    for _ in range(2):
        within = _within(parts)
        _set_seasons(parts, within)
        _set_sizes(parts)
        between = _between(parts, within)
        of_level = [_set_habit(part, between, within) for part in parts]
    donors = np.unique(np.concatenate([one.office[one.gives.any(axis=1)] for one in evidence]))
    student = STUDENT[min(max(len(donors) - 1, 0) + int(PRIOR_WEIGHT), len(STUDENT)) - 1]
    return [
        Fit(
            size=part.size,
            habit=part.habit,
            season=part.season,
            donated=part.by_month.sum(axis=1),
            weight=part.behind(part.size).sum(axis=0),
            offices=int(part.evidence.gives.any(axis=1).sum()),
            months=int(part.evidence.gives.sum()),
            of_level=level,
            of_season=part.of_season,
            within=within,
            student=student,
        )
        for part, level in zip(parts, of_level, strict=True)
    ]


def _within(parts: list[_Part]) -> Floats:
    """Return the variance of a month around its office's level and season, per expected minute, [group]."""
    squares = freedom = cells = total = np.zeros(parts[0].by_month.shape[0])
    for part in parts:
        gives = part.evidence.gives
        # in 1/10,000 minute, so that whole numbers add up in any order and little work is not lost
        rate = half_up_ratio(part.by_month * _DEC4, UNIT, np.maximum(part.exposure(), 1))
        whole = gives.astype(np.int64) @ rate.T
        share = np.where(whole > 0, part.by_office / np.maximum(whole, 1), 0.0)
        mean = share[:, :, None] * rate * gives[:, None, :]
        some = mean > 0
        off = np.where(some, part.work - mean, 0.0)
        squares = squares + exact_sum(off * off / np.where(some, mean, 1.0), axis=(0, 2))
        count = some.sum(axis=(0, 2))
        lost = some.any(axis=2).sum(axis=0) + np.maximum(some.any(axis=0).sum(axis=1) - 1, 0)
        freedom = freedom + np.maximum(count - lost, 0)
        cells = cells + count
        total = total + exact_sum(mean, axis=(0, 2))
    typical = total / np.maximum(cells, 1)
    result: Floats = (squares + PRIOR_WEIGHT * PRIOR_VARIANCE * typical) / (freedom + PRIOR_WEIGHT)
    return result


def _prior_months(exposure: Ints, season: Ints, minutes: Ints) -> Floats:
    """Share an organisation's minutes out over its donor months by exposure × season, [group, month]."""
    weight = half_up(exposure * season, UNIT)
    total = np.maximum(weight.sum(axis=1), 1)
    result: Floats = weight * (minutes.sum(axis=1) / total)[:, None]
    return result


def _set_seasons(parts: list[_Part], within: Floats) -> None:
    """Set the seasons of all organisations and their relative variances, [group, month]."""
    exposures = [part.exposure() for part in parts]
    minutes: Ints = np.sum([part.by_month for part in parts], axis=0)
    flat = np.full_like(minutes, UNIT)

    def pooled(season: Ints) -> Floats:
        shares = [_prior_months(e, season, part.by_month) for e, part in zip(exposures, parts, strict=True)]
        result: Floats = exact_sum(np.stack(shares), axis=0)
        return result

    expected = pooled(flat)
    all_work = ratio(minutes.sum(axis=0), exact_sum(expected, axis=0))
    known = expected.sum(axis=0) > 0
    swing = exact_sum((all_work - 1) ** 2 * known) / max(int(known.sum()), 1)
    common = np.broadcast_to(_scaled(all_work), minutes.shape)

    # Groups around all work: one variance for all groups.
    expected = pooled(common)
    seen = ratio(minutes, expected)
    cells = (expected > 0).sum()
    total = exact_sum(expected)
    off = exact_sum(expected * (seen - 1) ** 2)
    free = np.maximum((expected > 0).sum(axis=1) - 1, 0)
    of_groups = variance_between(off, np.asarray(1.0), exact_sum(free * within), total, total / max(cells, 1))
    trust = credibility(expected, of_groups, within[:, None])
    group = half_up(common * _scaled(1 + trust * (seen - 1)), UNIT)
    of_group = (1 - trust) * of_groups + np.where(known, 0.0, swing)

    # Organisations around the group: one variance for each group.
    shares = [_prior_months(e, group, part.by_month) for e, part in zip(exposures, parts, strict=True)]
    ratios = [ratio(part.by_month, share) for part, share in zip(parts, shares, strict=True)]
    stacked, seen = np.stack(shares), np.stack(ratios)
    cells = (stacked > 0).sum(axis=(0, 2))
    bodies = (stacked > 0).any(axis=2).sum(axis=0)
    free = np.maximum(cells - (stacked > 0).any(axis=0).sum(axis=1) - bodies + 1, 0)
    total = exact_sum(stacked, axis=(0, 2))
    off = exact_sum(stacked * (seen - 1) ** 2, axis=(0, 2))
    mean = total / np.maximum(cells, 1)
    between = variance_between(off, free, within, mean * free, mean)
    for part, share, own in zip(parts, shares, ratios, strict=True):
        trust = credibility(share, between[:, None], within[:, None])
        part.season = half_up(group * _scaled(1 + trust * (own - 1)), UNIT)
        part.of_season = (1 - trust) * between[:, None] + (1 - trust) ** 2 * of_group


def _scaled(values: Floats) -> Ints:
    """Round to millionths."""
    return np.floor(np.maximum(values, 0.0) * UNIT + 0.5).astype(np.int64)


def _set_sizes(parts: list[_Part]) -> None:
    """Set the sizes: the coefficient, and the drivers as far as the donors' work follows them."""
    drivers = parts[0].drivers.shape[1]
    if drivers == 0:
        return
    groups = parts[0].bare.shape[1]
    squares, products = np.zeros((groups, drivers, drivers)), np.zeros((groups, drivers))
    rest, count = np.zeros(groups), np.zeros(groups)
    seen: list[Ints] = []
    for part in parts:
        mean = part.mean(part.bare)
        weight = part.evidence.gives.sum(axis=1)[:, None] * (mean > 0)
        total = np.maximum(weight.sum(axis=0), 1)
        # Relative to the level of an office of average size, not of the donors', as drivers are.
        typical = half_up(part.size * _DEC4, part.bare)
        donors = np.where(weight.any(axis=0), half_up((weight * typical).sum(axis=0), total), _DEC4) / _DEC4
        level = _rounded(ratio(part.by_office, mean) * donors)
        months = part.work.shape[2] * float(_DEC4) ** 2
        off = np.where(weight > 0, level - half_up((weight * level).sum(axis=0), total), 0)
        away = [
            np.where(weight > 0, x[:, None] - np.floor_divide((weight * x[:, None]).sum(axis=0), total), 0)
            for x in part.drivers.T
        ]
        for k in range(drivers):
            products[:, k] += (weight * off * away[k]).sum(axis=0) / months
            for j in range(drivers):
                squares[:, k, j] += (weight * away[k] * away[j]).sum(axis=0) / months
        rest += exact_sum(weight * off.astype(np.float64) ** 2, axis=0) / months
        count += (weight > 0).sum(axis=0)
        seen.append(np.where(weight > 0, part.evidence.office[:, None], -1))
    offices = _distinct(seen)
    # Organisations of one office are one witness, not several.
    voices = np.maximum(count / np.maximum(offices, 1), 1)
    slope, covariance = slopes(
        squares / voices[:, None, None], products / voices[:, None], rest / voices, np.maximum(offices - 1, 0)
    )
    slope_dec4 = _rounded(slope)
    for part in parts:
        scale = np.maximum(_DEC4 + np.floor_divide(part.drivers @ slope_dec4.T, _DEC4), 1)
        part.size = half_up(part.bare * scale, _DEC4)
        x = part.drivers / _DEC4
        bent = sum(
            covariance[:, k, j] * (x[:, k] * x[:, j])[:, None] for k in range(drivers) for j in range(drivers)
        )
        part.of_size = bent / (scale / _DEC4) ** 2


def _rounded(values: Floats) -> Ints:
    """Round to 1/10,000."""
    return np.floor(values * _DEC4 + 0.5).astype(np.int64)


def _distinct(offices: list[Ints]) -> Ints:
    """Return how many different offices stand in each column; -1 is none."""
    table = np.concatenate(offices)
    size = int(table.max(initial=-1)) + 1
    seen = np.zeros((size + 1, table.shape[1]), dtype=np.bool_)
    seen[table, np.arange(table.shape[1])] = True
    count: Ints = seen[:size].sum(axis=0).astype(np.int64)
    return count


def _between(parts: list[_Part], within: Floats) -> Floats:
    """Return the relative variance between offices, beyond size, [group]."""
    squares = freedom = spread = weight = count = np.zeros(len(within))
    seen: list[Ints] = []
    for part in parts:
        mean = part.mean(part.size)
        off = mean * (ratio(part.by_office, mean) - 1) ** 2
        total, number = exact_sum(mean, axis=0), (mean > 0).sum(axis=0)
        squares = squares + exact_sum(off, axis=0)
        freedom = freedom + np.maximum(number - 1, 0)
        spread = spread + total - exact_sum(mean * (mean / np.maximum(total, 1.0)), axis=0)
        weight, count = weight + total, count + number
        seen.append(np.where(mean > 0, part.evidence.office[:, None], -1))
    voices = np.maximum(count / np.maximum(_distinct(seen), 1), 1)
    spread, mean = np.maximum(spread, 0.0) / voices, weight / np.maximum(count, 1)
    return variance_between(squares / voices, freedom / voices, within, spread, mean)


def _set_habit(part: _Part, between: Floats, within: Floats) -> Floats:
    """Set the habits of an organisation's offices; return the relative variance of their level."""
    mean = part.mean(part.size)
    trust = credibility(mean, between, within)
    part.habit = _scaled(1 + trust * (ratio(part.by_office, mean) - 1))
    total = np.maximum(exact_sum(mean, axis=0), 1.0)
    crowd = exact_sum(mean * (mean / total), axis=0) / total
    of_mean = between * crowd + within / total
    return (1 - trust) * between + (1 - trust) ** 2 * (of_mean + part.of_size)
