"""Work that nobody registered: estimates for missing and half-registered months, from comparable months.

For a member organisation, a task group and a month the expectation comes from all complete months of the same
organisation (`vitri.workload.comparison`): the donors' mean, scaled by what the office is like (drivers,
coefficient, its own complete months) and by the season, each pulled back where there is little evidence.

What the organisation already registered or inventoried in that cell is taken off, so nothing is counted
twice; where a yearly inventory covers more than is expected in some months, the surplus is taken off its
other months. Only regular work is estimated, and it stays apart from registered work everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, Findings
from vitri.i18n import N_, month_text
from vitri.workload.arrays import Bools, Ints, half_up, half_up_ratio, sorted_order, texts
from vitri.workload.comparison import UNIT, Fit, fit
from vitri.workload.coverage import STATES, Coverage, coverage
from vitri.workload.demand import Rows
from vitri.workload.drivers import UNKNOWN
from vitri.workload.evidence import Evidence, gather, targets
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.pools import OUTSIDE_ID, Pools, expand
from vitri.workload.register import Register

#: How an estimate was made, see `_methods`.
METHODS = ("mean", "drivers", "season", "average", "own")
MEAN, DRIVERS, SEASON, AVERAGE, OWN = range(len(METHODS))


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimated cells: positions in `Pools`, month in the horizon, minutes by priority (1, 2, 3), range.

    `low`, `high` hold eight in ten cells, `reach` half the range of everything estimated for the organisation
    in the office (the same in all its cells). `donors`, `donor_months` count whom the organisation's figures
    come from, `donor_minutes` are their minutes of the group. `factor` = expected ÷ donors' mean month;
    `size`, `habit`, `season` as in `Fit`; all in millionths.
    """

    office: Ints
    organisation: Ints
    pool: Ints
    group: Ints
    month: Ints
    by_priority: Ints
    low: Ints
    high: Ints
    reach: Ints
    expected: Ints
    covered: Ints
    donors: Ints
    donor_months: Ints
    donor_minutes: Ints
    factor: Ints
    size: Ints
    habit: Ints
    season: Ints
    method: Ints
    state: Ints

    @property
    def minutes(self) -> Ints:
        """Estimated minutes of each cell."""
        total: Ints = self.by_priority.sum(axis=1)
        return total


def estimate(
    instance: Instance,
    register: Register,
    rows: Rows,
    pools: Pools,
    levers: Levers = NO_LEVERS,
    cover: Coverage | None = None,
) -> tuple[Estimates, Findings]:
    """Estimate every missing or partial month of organisations with donors; nothing if switched off.

    `levers` change the coefficients of offices; `cover` is who registered what, where it is known already.
    """
    if not instance.info.estimate_enabled:
        return _join([]), Findings()
    if cover is None:
        cover = coverage(instance, register, pools)
    target = targets(cover)
    if not target.any():
        return _join([]), Findings()
    evidence = gather(instance, register, rows, pools, cover, levers)
    known = {one.organisation for one in evidence}
    alone = {
        str(pools.organisations[organisation]): int(target[cover.organisation == organisation].sum())
        for organisation in np.unique(cover.organisation[target.any(axis=1)]).tolist()
        if organisation >= 0 and organisation not in known
    }
    if not evidence:
        return _join([]), _lonely(alone)
    anywhere = np.zeros(target.shape[1], dtype=np.bool_)
    asked = np.zeros(target.shape[1], dtype=np.bool_)
    for one in evidence:
        anywhere |= one.gives.any(axis=0)
        asked |= target[one.pair].any(axis=0)
    if not asked.any():
        return _join([]), _lonely(alone)
    blocks = [
        _estimate_one(pools, cover, target, anywhere, one, fitted)
        for one, fitted in zip(evidence, fit(evidence), strict=True)
        if target[one.pair].any()
    ]
    unseen = [instance.info.months[month] for month in np.flatnonzero(asked & ~anywhere).tolist()]
    return _join(blocks), _lonely(alone) + _unseen(unseen)


def _lonely(months: dict[str, int]) -> Findings:
    """Return the warning about months without a complete register and without a comparable office."""
    if not months:
        return Findings()
    names = sorted(months)
    fields = {
        "count": sum(months.values()),
        "names": ", ".join(names[:8]) + (" ..." if len(names) > 8 else ""),
    }
    return Findings.of(
        [
            Finding(
                code="no_donor",
                severity="warning",
                table="submissions",
                row_key=names[0],
                column="state",
                value=str(fields["count"]),
                message=N_("{count} months without a complete register have no comparable office: {names}."),
                advice=N_("Nothing is estimated for them. Register them, or add an estimate of your own."),
                fields=fields,
            )
        ]
    )


def _unseen(months: list[str]) -> Findings:
    """Return the warning about months that nobody registered completely, so that no season is known."""
    if not months:
        return Findings()
    return Findings.of(
        [
            Finding(
                code="no_season",
                severity="warning",
                table="submissions",
                row_key=months[0],
                column="state",
                value=str(len(months)),
                message=N_("{count} months have no complete register at all: {first} to {last}."),
                advice=N_("They are estimated as average months; their season is not known."),
                fields={
                    "count": len(months),
                    "first": month_text(months[0], "vi"),
                    "last": month_text(months[-1], "vi"),
                },
            )
        ]
    )


def _estimate_one(
    pools: Pools, cover: Coverage, target: Bools, anywhere: Bools, evidence: Evidence, fitted: Fit
) -> Estimates:
    """Estimate one organisation in all its offices that ask for it."""
    rows = np.flatnonzero(target[evidence.pair].any(axis=1))
    pairs = evidence.pair[rows]
    asked = target[pairs][:, None, :]
    expected = fitted.expected(rows) * asked
    covered = evidence.known[rows]
    surplus = np.minimum(evidence.stock[rows], np.maximum(covered - expected, 0)) * asked
    gap = _take_off(np.maximum(expected - covered, 0), surplus)
    half = fitted.reach(rows, expected)
    total = fitted.total_reach(rows, expected * (gap > 0))
    cell = np.nonzero(gap)
    at, group, month = cell
    expected, covered, gap, half = expected[cell], covered[cell], gap[cell], half[cell]
    office, organisation = cover.office[pairs][at], cover.organisation[pairs][at]
    no = np.zeros(len(at), np.bool_)
    routes = pools.route(office, organisation, group, pools.epoch[month], no, no)
    # Office work without shared staff goes to several pools, in equal parts.
    row, pool, within, parts = expand(routes, np.arange(len(at), dtype=np.int64))
    keep = pool != OUTSIDE_ID
    row, pool, within, parts = row[keep], pool[keep], within[keep], parts[keep]

    def shared_out(values: Ints) -> Ints:
        return half_up_ratio(values[row], within + 1, parts) - half_up_ratio(values[row], within, parts)

    gap = shared_out(gap)
    at, group, month = at[row], group[row], month[row]
    levels = evidence.by_priority[group, month]
    levels = np.where(levels.any(axis=1, keepdims=True), levels, evidence.by_priority.sum(axis=1)[group])
    running = np.cumsum(levels, axis=1)
    split = half_up_ratio(gap[:, None], running, np.maximum(running[:, -1:], 1))
    place = rows[at]
    size, habit, season = fitted.size[place, group], fitted.habit[place, group], fitted.season[group, month]
    factor = half_up(half_up(size * habit, UNIT) * season, UNIT)
    return Estimates(
        office=office[row],
        organisation=organisation[row],
        pool=pool,
        group=group,
        month=month,
        by_priority=np.diff(split, axis=1, prepend=0),
        low=np.minimum(shared_out(np.maximum(expected - half - covered, 0)), gap),
        high=np.maximum(shared_out(np.maximum(expected + half - covered, 0)), gap),
        reach=total[at],
        expected=shared_out(expected),
        covered=shared_out(covered),
        donors=np.full(len(at), fitted.offices),
        donor_months=np.full(len(at), fitted.months),
        donor_minutes=fitted.donated[group],
        factor=half_up_ratio(factor, fitted.months * UNIT, np.maximum(fitted.weight[group], 1)),
        size=size,
        habit=habit,
        season=season,
        method=_methods(evidence, anywhere, place, month),
        state=cover.state[pairs][at, month],
    )


def _methods(evidence: Evidence, anywhere: Bools, place: Ints, month: Ints) -> Ints:
    """Say how each cell was estimated: the first that applies, the most telling first.

    ``own``: the office has complete months of the organisation itself; ``average``: nobody registered that
    month; ``season``: the organisation has no donor in that month, the season comes from the other
    organisations; ``drivers``: scaled by drivers; ``mean``: the donors' mean.
    """
    own: Bools = np.asarray(evidence.gives.any(axis=1))[place]
    there: Bools = np.asarray(evidence.gives.any(axis=0))[month]
    scaled: Bools = np.asarray((evidence.drivers != UNKNOWN).any(axis=1))[place]
    return np.select([own, ~anywhere[month], ~there, scaled], [OWN, AVERAGE, SEASON, DRIVERS], MEAN)


def _take_off(gap: Ints, surplus: Ints) -> Ints:
    """Lower the gaps of a cell's months by the surplus of its other months, in proportion."""
    total, over = gap.sum(axis=2, keepdims=True), surplus.sum(axis=2, keepdims=True)
    if not (over > 0).any():
        return gap
    allowed = np.maximum(total - over, 0)
    running = np.cumsum(gap, axis=2)
    scaled: Ints = np.diff(half_up_ratio(running, allowed, np.maximum(total, 1)), axis=2, prepend=0)
    return scaled


def _join(blocks: list[Estimates]) -> Estimates:
    names = list(Estimates.__dataclass_fields__)
    empty = np.zeros(0, dtype=np.int64)
    if not blocks:
        return Estimates(**{name: empty.reshape(0, 3) if name == "by_priority" else empty for name in names})
    joined = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in names}
    order = sorted_order([joined[name] for name in ("office", "organisation", "group", "month", "pool")])
    return Estimates(**{name: values[order] for name, values in joined.items()})


def estimates_frame(estimates: Estimates, pools: Pools, months: tuple[str, ...]) -> pd.DataFrame:
    """Return the table of estimates, sorted: every cell with its donors, factors and range.

    `minutes` = `expected` − `covered` (what the organisation had in the cell already), less any surplus of an
    inventory; `low`, `high` hold eight in ten cells; `total_reach` is half the range of all minutes estimated
    for the organisation in the office, the same on each of its rows. `donors` are offices, `donor_months`
    their complete months, `donor_mean` the minutes of one of these months on average; `expected` =
    `donor_mean` × `factor_dec6` (but for rounding), and the factor is size × habit × season, as an office of
    average size without a habit in an average month has 1,000,000 in each. `method`: see `METHODS`.
    """
    return pd.DataFrame(
        {
            "office": texts(estimates.office, pools.offices),
            "organisation": texts(estimates.organisation, pools.organisations),
            "pool": texts(estimates.pool, pools.names),
            "task_group": texts(estimates.group, pools.groups),
            "month": texts(estimates.month, months),
            "minutes": estimates.minutes,
            "low": estimates.low,
            "high": estimates.high,
            "total_reach": estimates.reach,
            "donors": estimates.donors,
            "donor_months": estimates.donor_months,
            "method": texts(estimates.method, METHODS),
            "state": texts(estimates.state, STATES),
            "expected": estimates.expected,
            "covered": estimates.covered,
            "donor_mean": half_up(estimates.donor_minutes, np.maximum(estimates.donor_months, 1)),
            "factor_dec6": estimates.factor,
            "size_dec6": estimates.size,
            "habit_dec6": estimates.habit,
            "season_dec6": estimates.season,
        }
    )


def estimate_totals(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the table of estimates (`Workload.estimates`) by office and organisation, sorted.

    `minutes` with a range `low` to `high` that holds eight in ten totals (narrower than the sum of the cells'
    ranges, because cells deviate in both directions); `months` with an estimate; `donors`, `donor_months`;
    `methods`, one or more, split by semicolons. A blank organisation is the office's own work.
    """
    keys = ["office", "organisation"]
    groups = estimates.groupby(keys, sort=True, dropna=False)
    result = groups.agg(
        minutes=("minutes", "sum"),
        reach=("total_reach", "first"),
        months=("month", "nunique"),
        donors=("donors", "first"),
        donor_months=("donor_months", "first"),
        methods=("method", lambda column: ";".join(sorted(set(column)))),
    ).reset_index()
    result.insert(3, "low", (result["minutes"] - result["reach"]).clip(lower=0))
    result.insert(4, "high", result["minutes"] + result.pop("reach"))
    return result
