"""`compute`: registrations → `Workload`, the minutes that everything downstream plans with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Findings
from vitri.policy import PlanningModel
from vitri.workload.arrays import (
    Ints,
    half_up,
    half_up_ratio,
    name_ranks,
    running_sums,
    segments,
    sorted_order,
    sum_by,
    texts,
)
from vitri.workload.demand import Rows, lines_frame
from vitri.workload.estimate import Estimates, estimates_frame
from vitri.workload.ground import areas_of, lay_ground, people_today
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.needs import DEC4, needs_frame
from vitri.workload.pools import Pools
from vitri.workload.register import Register


@dataclass(frozen=True)
class Workload:
    """How much work there is, in whole minutes; every frame is sorted and carries its factors.

    `lines`: one row per registration, month and pool with quantity, norm and coefficients (integers:
    ``_dec2`` in hundredths, ``_dec3`` in thousandths); rows that do not count say why. `demand`: office,
    pool, task_group, month, priority, regular, estimated, minutes (allowances included); rows above zero
    only. `cells`: office, pool, task_group, month, minutes (all, as in `demand`), of which
    estimated_minutes and allowance_minutes, low_minutes, high_minutes, fte_dec4 (1/10,000). `needs`: posts
    that the regular work asks for, see `vitri.workload.needs`. `estimates`: cells that nobody registered.
    `findings`: warnings.
    """

    lines: pd.DataFrame
    demand: pd.DataFrame
    cells: pd.DataFrame
    needs: pd.DataFrame
    estimates: pd.DataFrame
    findings: Findings

    @property
    def minutes(self) -> int:
        """All minutes of the horizon, estimates and allowances included."""
        return int(self.demand["minutes"].sum())

    @property
    def estimated_minutes(self) -> int:
        """Minutes of the horizon that are estimated."""
        return int(self.demand.loc[self.demand["estimated"], "minutes"].sum())


def compute(
    instance: Instance, model: PlanningModel, time_fund: pd.DataFrame, *, levers: Levers = NO_LEVERS
) -> Workload:
    """Compute the workload of a checked instance under a planning model in force.

    `time_fund` has one row per office and month with the minutes of one post
    (`vitri.policy.worktime.time_fund`). `levers` change norms, volumes, coefficients and the useful day of
    allowances; the time fund that belongs to them comes from `time_fund` with the same changes. Raises
    `DataError` when a line has no norm, group or period, or an office no time, or a lever names what is
    not there.
    """
    months = instance.info.months
    ground = lay_ground(instance, model, time_fund, levers)
    pools, fund, register, estimates = ground.pools, ground.fund, ground.register, ground.estimates
    pile = _Pile.of(register, ground.counted, estimates, ground.top, ground.bottom, ground.classes)
    return Workload(
        lines=lines_frame(register, ground.items, ground.rows, pools, months),
        demand=_demand_frame(pile, pools, months),
        cells=_cells_frame(pile, estimates, fund, pools, months),
        needs=needs_frame(
            ground.regular(model),
            fund,
            model.rounding,
            _policy_name(instance, model),
            pools.offices,
            pools.names,
            pools.groups,
            months,
            areas_of(instance, pools),
            people_today(instance, pools),
        ),
        estimates=estimates_frame(estimates, pools, months),
        findings=ground.findings,
    )


def _policy_name(instance: Instance, model: PlanningModel) -> str:
    return str(model.policy or instance.info.policy or model.name)


@dataclass(frozen=True, eq=False)
class _Pile:
    """Demand in integers: one entry per office, pool, group, month, priority, regular and estimated.

    `minutes` without allowance, of which `individual` is not multiplied; `allowance` comes on top. `cell`
    numbers the entries of one office, pool, group and month; `top / bottom` is their allowance per minute.
    """

    office: Ints
    pool: Ints
    group: Ints
    month: Ints
    priority: Ints
    regular: Ints
    estimated: Ints
    minutes: Ints
    individual: Ints
    allowance: Ints
    cell: Ints
    top: Ints
    bottom: Ints

    @classmethod
    def of(
        cls, register: Register, rows: Rows, estimates: Estimates, top: Ints, bottom: Ints, classes: Ints
    ) -> _Pile:
        """Add up counted rows and estimates; share the allowance of a cell out over its entries."""
        line = rows.line
        cell, level = np.nonzero(estimates.by_priority)
        ones = np.ones(len(cell), dtype=np.int64)
        keys = [
            np.concatenate([register.office[line], estimates.office[cell]]),
            np.concatenate([rows.pool, estimates.pool[cell]]),
            np.concatenate([register.group[line], estimates.group[cell]]),
            np.concatenate([rows.month, estimates.month[cell]]),
            np.concatenate([register.priority[line], level + 1]),
            np.concatenate([register.regular[line].astype(np.int64), ones]),
            np.concatenate([(register.basis[line] == "estimated").astype(np.int64), ones]),
        ]
        minutes = np.concatenate([rows.minutes, estimates.by_priority[cell, level]])
        individual = np.concatenate([np.where(register.individual[line], rows.minutes, 0), ones * 0])
        keys, (total, alone) = sum_by(keys, [minutes, individual])
        office, pool, group, month, priority, regular, guess = keys
        number, starts = segments([office, pool, group, month])
        over, under = top[office, classes[group]], bottom[office, classes[group]]
        times = total - alone
        after = running_sums(times, number, starts)
        allowance = half_up_ratio(after, over, under) - half_up_ratio(after - times, over, under)
        return cls(
            office, pool, group, month, priority, regular, guess, total, alone, allowance, number, over, under
        )


def _demand_frame(pile: _Pile, pools: Pools, months: tuple[str, ...]) -> pd.DataFrame:
    minutes = pile.minutes + pile.allowance
    rows = _order(
        pile.office,
        pile.pool,
        pile.group,
        pile.month,
        pile.priority,
        -pile.regular,
        pile.estimated,
        pools=pools,
    )
    rows = rows[minutes[rows] > 0]
    return pd.DataFrame(
        {
            "office": texts(pile.office[rows], list(pools.offices)),
            "pool": texts(pile.pool[rows], pools.names),
            "task_group": texts(pile.group[rows], list(pools.groups)),
            "month": texts(pile.month[rows], months),
            "priority": pile.priority[rows],
            "regular": pile.regular[rows].astype(np.bool_),
            "estimated": pile.estimated[rows].astype(np.bool_),
            "minutes": minutes[rows],
        }
    )


def _order(office: Ints, pool: Ints, *rest: Ints, pools: Pools) -> Ints:
    """Return the row order by office, pool name and further columns."""
    return sorted_order([office, name_ranks(pools.names)[pool], *rest])


def _cells_frame(
    pile: _Pile, estimates: Estimates, fund: Ints, pools: Pools, months: tuple[str, ...]
) -> pd.DataFrame:
    """Return the cells: all minutes, what is estimated, the range, and what allowances add."""
    starts = np.flatnonzero(np.diff(pile.cell, prepend=-1))

    def total(values: Ints) -> Ints:
        return np.add.reduceat(values, starts) if len(starts) else values[:0]

    office, pool, group, month = (key[starts] for key in (pile.office, pile.pool, pile.group, pile.month))
    plain, individual, allowance = total(pile.minutes), total(pile.individual), total(pile.allowance)
    estimated = total(np.where(pile.estimated == 1, pile.minutes + pile.allowance, 0))
    # The range of the estimates of a cell, with the allowance that belongs to it.
    (o, p, g, m), sums = sum_by(
        [estimates.office, estimates.pool, estimates.group, estimates.month],
        [estimates.minutes, estimates.low, estimates.high],
    )
    shift = np.zeros((2, len(starts)), dtype=np.int64)
    if len(o):
        width = (len(pools.names), len(pools.groups), len(months))
        key = ((office * width[0] + pool) * width[1] + group) * width[2] + month
        where = np.searchsorted(key, ((o * width[0] + p) * width[1] + g) * width[2] + m)
        shift[0, where], shift[1, where] = sums[1] - sums[0], sums[2] - sums[0]
    service = plain - individual
    top, bottom = pile.top[starts], pile.bottom[starts]
    low, high = (individual + service + part + half_up_ratio(service + part, top, bottom) for part in shift)
    minutes = plain + allowance
    rows = _order(office, pool, group, month, pools=pools)
    rows = rows[minutes[rows] > 0]
    return pd.DataFrame(
        {
            "office": texts(office[rows], list(pools.offices)),
            "pool": texts(pool[rows], pools.names),
            "task_group": texts(group[rows], list(pools.groups)),
            "month": texts(month[rows], months),
            "minutes": minutes[rows],
            "estimated_minutes": estimated[rows],
            "low_minutes": low[rows],
            "high_minutes": high[rows],
            "allowance_minutes": allowance[rows],
            "fte_dec4": half_up(minutes[rows] * DEC4, fund[office[rows], month[rows]]),
        }
    )
