"""Work that nobody registered: estimates for missing and half-registered months, from comparable offices.

For a member organisation, a task group and a month, the donors are the offices in which the same
organisation registered that month completely (``nil`` is a complete month of nothing; months the planner
guessed do not donate).

expected = donors' mean minutes × factor, where the factor compares the office's drivers (population,
communes ...) and coefficient with the donors' and is pulled towards 1 when there are few donors: factor =
(n × ratio + 2) / (n + 2), ratio = n × index / Σ donors' indices.

What the organisation already registered or inventoried in that cell is taken off, so nothing is counted
twice; where a yearly inventory covers more than is expected in some months, the surplus is taken off its
other months. The range comes from the quartiles of the donors' minutes, each scaled to the office. Only
regular work is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.workload.arrays import Bools, Columns, Ints, half_up, half_up_ratio, sorted_order, texts
from vitri.workload.coverage import COMPLETE, MISSING, NIL, PARTIAL, STATES, Coverage, coverage, is_inventory
from vitri.workload.demand import Rows
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.pools import OUTSIDE_ID, Pools, expand
from vitri.workload.register import Register

#: How an estimate was made: the plain mean of the donors, or scaled by drivers and coefficients.
METHODS = ("mean", "drivers")
#: Scale of indices and factors.
UNIT = 10**6
#: How many imaginary average donors the factor is pulled towards.
PULL = 2


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimated cells: positions in `Pools`, month in the horizon, minutes by priority (1, 2, 3), range."""

    office: Ints
    organisation: Ints
    pool: Ints
    group: Ints
    month: Ints
    by_priority: Ints
    low: Ints
    high: Ints
    expected: Ints
    covered: Ints
    donors: Ints
    donor_minutes: Ints
    factor: Ints
    method: Ints
    state: Ints

    @property
    def minutes(self) -> Ints:
        """Estimated minutes of each cell."""
        total: Ints = self.by_priority.sum(axis=1)
        return total


def driver_index(
    instance: Instance, pools: Pools, cover: Coverage, levers: Levers = NO_LEVERS
) -> tuple[Ints, bool]:
    """Return how large each member's work should be beside the average office's (1,000,000 = average).

    The mean, over the scenario's drivers, of the organisation's value divided by the mean of all values of
    that organisation (without one: the office's value by the mean of the offices), in the newest year not
    after the horizon (else the oldest); times the office's coefficient as `levers` change it. The second
    value says whether any driver was used.
    """
    offices = Columns(instance, "offices")
    coefficient = np.full(len(pools.offices), 1000, dtype=np.int64)
    coefficient[offices.places("code", pools.offices)] = offices.ints("coefficient")
    columns = Columns(instance, "drivers")
    value = columns.ints("value")
    names, year = columns.text("driver"), columns.ints("year")
    office, organisation = (
        columns.places("office", pools.offices),
        columns.places("organisation", pools.organisations),
    )
    blank = columns.text("organisation") == ""
    last = int(instance.info.last_month[:4])
    wanted = instance.info.estimate_drivers
    chosen: dict[tuple[str, int, int], tuple[tuple[bool, int], int]] = {}
    for i in range(columns.rows):
        if value[i] < 0 or office[i] < 0 or (organisation[i] < 0 and not blank[i]):
            continue
        if wanted is not None and names[i] not in wanted:
            continue
        rank = (bool(year[i] <= last), int(year[i]) if year[i] <= last else -int(year[i]))
        key = (names[i], int(office[i]), int(organisation[i]))
        if key not in chosen or rank > chosen[key][0]:
            chosen[key] = (rank, int(value[i]))
    used = sorted({key[0] for key in chosen})
    sums: dict[tuple[str, int], list[int]] = {}
    for (name, _, r), (_, amount) in chosen.items():
        total = sums.setdefault((name, r), [0, 0])
        total[0] += amount
        total[1] += 1
    factor = levers.office_factors(pools.offices)
    exact = [int(value) * UNIT * factor[o] / 1000 for o, value in enumerate(coefficient)]
    index = np.array([int(value + Fraction(1, 2)) for value in exact], dtype=np.int64)[cover.office]
    if not used:
        return index, False
    for pair, (o, r) in enumerate(zip(cover.office.tolist(), cover.organisation.tolist(), strict=True)):
        shares: list[Fraction] = []
        for name in used:
            of = r if (name, o, r) in chosen else -1
            if (name, o, of) in chosen and sums[name, of][0] > 0:
                shares.append(Fraction(chosen[name, o, of][1] * sums[name, of][1], sums[name, of][0]))
        scale = sum(shares, Fraction(0)) / len(shares) if shares else Fraction(1)
        index[pair] = max(int(scale * exact[o] + Fraction(1, 2)), 1)
    return index, True


@dataclass(frozen=True, eq=False)
class _Work:
    """Minutes of members' counted, regular, not ordered work, with their cell."""

    pair: Ints
    group: Ints
    month: Ints
    priority: Ints
    minutes: Ints
    inventory: Bools


def _known_work(register: Register, rows: Rows, cover: Coverage) -> _Work:
    line = rows.line
    keep = np.flatnonzero((rows.month >= 0) & register.regular[line] & ~register.order[line])
    line = line[keep]
    pair = cover.pair_of(register.office[line], register.organisation[line])
    keep, line, pair = keep[pair >= 0], line[pair >= 0], pair[pair >= 0]
    order = np.argsort(cover.organisation[pair], kind="stable")
    keep, line, pair = keep[order], line[order], pair[order]
    return _Work(
        pair,
        register.group[line],
        rows.month[keep],
        np.clip(register.priority[line], 1, 3) - 1,
        rows.minutes[keep],
        is_inventory(register)[line],
    )


def estimate(
    instance: Instance, register: Register, rows: Rows, pools: Pools, levers: Levers = NO_LEVERS
) -> tuple[Estimates, Findings]:
    """Estimate every missing or partial month that has donors; nothing if it is switched off."""
    if not instance.info.estimate_enabled:
        return _join([]), Findings()
    return fill_in(members_of(instance, register, pools, levers), register, rows, pools)


@dataclass(frozen=True, eq=False)
class Members:
    """Who registered what (`cover`), which months are asked for and which donate, and how large members are.

    `target`, `donor` are [pair, month], `index[pair]` as `driver_index` gives it; nothing of it depends on
    the minutes of lines.
    """

    cover: Coverage
    target: Bools
    donor: Bools
    index: Ints
    scaled: bool

    def asking(self) -> Bools:
        """Whether an office has a month to be estimated for which there is a donor, by pair."""
        result = np.zeros(len(self.target), dtype=np.bool_)
        for organisation in np.unique(self.cover.organisation):
            pairs = np.flatnonzero(self.cover.organisation == organisation)
            result[pairs] = (self.target[pairs] & self.donor[pairs].any(axis=0)).any(axis=1)
        return result


def members_of(instance: Instance, register: Register, pools: Pools, levers: Levers = NO_LEVERS) -> Members:
    """Return which months of which members are to be estimated, and from whom."""
    cover = coverage(instance, register, pools)
    target = (cover.state == MISSING) | (cover.state == PARTIAL)
    donor = ((cover.state == COMPLETE) | (cover.state == NIL)) & ~cover.guessed
    return Members(cover, target, donor, *driver_index(instance, pools, cover, levers))


def fill_in(members: Members, register: Register, rows: Rows, pools: Pools) -> tuple[Estimates, Findings]:
    """Estimate the months asked for from the counted rows of the register."""
    blocks: list[Estimates] = []
    alone: dict[str, int] = {}
    cover, target, donor = members.cover, members.target, members.donor
    work = _known_work(register, rows, cover)
    ends = cover.organisation[work.pair]
    for organisation in np.unique(cover.organisation[target.any(axis=1)]):
        pairs = np.flatnonzero(cover.organisation == organisation)
        lonely = int((target[pairs] & ~donor[pairs].any(axis=0)).sum())
        if lonely and organisation >= 0:
            alone[str(pools.organisations[organisation])] = lonely
        if donor[pairs].any():
            part = slice(*np.searchsorted(ends, [organisation, organisation + 1]).tolist())
            blocks.append(
                _estimate_one(pools, cover, target, donor, members.index, members.scaled, work, part, pairs)
            )
    return _join(blocks), _lonely(alone)


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


def _estimate_one(
    pools: Pools,
    cover: Coverage,
    target: Bools,
    donor: Bools,
    index: Ints,
    scaled: bool,
    work: _Work,
    part: slice,
    pairs: Ints,
) -> Estimates:
    """Estimate one organisation in all its offices."""
    groups, months = len(pools.groups), target.shape[1]
    local = np.full(len(cover.office), -1, dtype=np.int64)
    local[pairs] = np.arange(len(pairs))
    shape = (len(pairs), groups, months)
    known = np.zeros((*shape, 3), dtype=np.int64)
    where = (local[work.pair[part]], work.group[part], work.month[part], work.priority[part])
    np.add.at(known, where, work.minutes[part])
    stock = np.zeros(shape, dtype=np.int64)
    in_stock = work.inventory[part]
    np.add.at(stock, tuple(side[in_stock] for side in where[:3]), work.minutes[part][in_stock])

    gives = donor[pairs]
    count = gives.sum(axis=0).astype(np.int64)
    mine = index[pairs]
    donated = (known * gives[:, None, :, None]).sum(axis=0)
    mean_of = donated.sum(axis=2)
    asked = target[pairs] & (count > 0)
    n = np.maximum(count, 1)
    index_sum = np.maximum((gives * mine[:, None]).sum(axis=0), 1)
    # factor = (n × n × index / Σ indices + 2) / (n + 2)
    top = n * n * mine[:, None] + PULL * index_sum
    factor = half_up_ratio(top, UNIT, index_sum * (n + PULL))
    expected = half_up_ratio(mean_of[None], factor[:, None, :], n * UNIT) * asked[:, None, :]

    covered = known.sum(axis=3)
    low_at, high_at = _range(covered, gives, mine)
    gap = np.maximum(expected - covered, 0)
    surplus = np.minimum(stock, np.maximum(covered - expected, 0)) * asked[:, None, :]
    gap = _take_off(gap, surplus)
    cell = np.nonzero(gap)
    pair, group, month = cell
    expected, covered, gap = expected[cell], covered[cell], gap[cell]
    bounds = []
    for minutes, donors_index in (low_at, high_at):
        value = half_up_ratio(minutes[group, month], mine[pair], donors_index[group, month])
        bounds.append(np.maximum(value - covered, 0))
    office, organisation = cover.office[pairs][pair], cover.organisation[pairs][pair]
    routes = pools.route(
        office,
        organisation,
        group,
        pools.epoch[month],
        np.zeros(len(pair), np.bool_),
        np.zeros(len(pair), np.bool_),
    )
    # Office work without shared staff goes to several pools, in equal parts.
    row, pool, within, parts = expand(routes, np.arange(len(pair), dtype=np.int64))
    keep = pool != OUTSIDE_ID
    row, pool, within, parts = row[keep], pool[keep], within[keep], parts[keep]

    def shared_out(values: Ints) -> Ints:
        return half_up_ratio(values[row], within + 1, parts) - half_up_ratio(values[row], within, parts)

    gap = shared_out(gap)
    running = np.cumsum(donated[group[row], month[row]], axis=1)
    split = half_up_ratio(gap[:, None], running, np.maximum(running[:, -1:], 1))
    return Estimates(
        office=office[row],
        organisation=organisation[row],
        pool=pool,
        group=group[row],
        month=month[row],
        by_priority=np.diff(split, axis=1, prepend=0),
        low=np.minimum(shared_out(bounds[0]), gap),
        high=np.maximum(shared_out(bounds[1]), gap),
        expected=shared_out(expected),
        covered=shared_out(covered),
        donors=count[month[row]],
        donor_minutes=mean_of[group[row], month[row]],
        factor=factor[pair[row], month[row]],
        method=np.full(len(row), 1 if scaled else 0, dtype=np.int64),
        state=cover.state[pairs][pair[row], month[row]],
    )


def _range(known: Ints, gives: Bools, index: Ints) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return the donors at the quartiles (outwards) of minutes per index, as (minutes, index) each.

    `known[pair, group, month]`, `gives[pair, month]`, `index[pair]`; results are [group, month].
    """
    ratio = np.where(gives[:, None, :], known / index[:, None, None], np.inf)
    order = np.argsort(ratio, axis=0, kind="stable")
    n = np.maximum(gives.sum(axis=0), 1)
    result = []
    for rank in ((n - 1) // 4, (3 * (n - 1) + 3) // 4):
        place = np.broadcast_to(rank[None, None, :], (1, *known.shape[1:]))
        chosen = np.take_along_axis(order, place, axis=0)
        result.append((np.take_along_axis(known, chosen, axis=0)[0], index[chosen[0]]))
    return result[0], result[1]


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
    """Return the table of estimates, sorted: every cell with its donors, factor and range.

    minutes = expected − covered (what the organisation had in the cell already), less any surplus of an
    inventory.
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
            "donors": estimates.donors,
            "method": texts(estimates.method, METHODS),
            "state": texts(estimates.state, STATES),
            "expected": estimates.expected,
            "covered": estimates.covered,
            "donor_mean": half_up(estimates.donor_minutes, np.maximum(estimates.donors, 1)),
            "factor_dec6": estimates.factor,
        }
    )
