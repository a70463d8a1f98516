"""The ground that a workload is added up from: lines placed in months and pools, estimates, allowances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.heads import heads_today
from vitri.data.instance import Instance
from vitri.errors import DataError, Finding, Findings
from vitri.i18n import N_, month_text
from vitri.policy import PlanningModel
from vitri.workload.allowances import CLASSES, allowance_shares
from vitri.workload.arrays import Bools, Columns, Ints, half_up_ratio, running_sums, segments, sum_by
from vitri.workload.demand import Rows, build_rows
from vitri.workload.estimate import Estimates, estimate
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.needs import Regular
from vitri.workload.pools import Pools
from vitri.workload.register import Items, Register, read_register
from vitri.workload.spread import Patterns


@dataclass(frozen=True, eq=False)
class Registered:
    """The register laid out in months and pools, before estimates and allowances.

    `fund[office, month]` in minutes; `rows` are all rows, `counted` those that count.
    """

    pools: Pools
    fund: Ints
    register: Register
    items: Items
    patterns: Patterns
    rows: Rows
    counted: Rows
    findings: Findings


def registered(
    instance: Instance, model: PlanningModel, time_fund: pd.DataFrame, levers: Levers = NO_LEVERS
) -> Registered:
    """Lay the registrations of a checked instance out in months and pools; raises as `compute` does."""
    pools = Pools(instance)
    fund = fund_matrix(time_fund, pools.offices, instance.info.months)
    register, items, patterns, findings = read_register(instance, model, pools, fund, levers)
    rows, more = build_rows(register, items, patterns, pools)
    return Registered(pools, fund, register, items, patterns, rows, _counted(rows), findings + more)


@dataclass(frozen=True, eq=False)
class Ground(Registered):
    """The register with its estimates and allowances.

    `top / bottom` (office, class) is the allowance for each minute, `classes` the class of each task group.
    """

    estimates: Estimates
    top: Ints
    bottom: Ints
    classes: Ints

    def regular(self, model: PlanningModel) -> Regular:
        """Return the work that counts for quotas, allowances included."""
        return _regular(
            self.register, self.counted, self.patterns, self.estimates, model, self.top, self.bottom,
            self.classes,
        )  # fmt: skip


def lay_ground(
    instance: Instance, model: PlanningModel, time_fund: pd.DataFrame, levers: Levers = NO_LEVERS
) -> Ground:
    """Read, place and estimate all work; raises as `compute` does."""
    read = registered(instance, model, time_fund, levers)
    estimates, findings = estimate(instance, read.register, read.counted, read.pools, levers)
    top, bottom = allowance_shares(instance, model, read.fund, read.pools.offices, levers.useful_time_bp)
    known = {name: getattr(read, name) for name in Registered.__dataclass_fields__}
    known["findings"] = read.findings + findings
    classes = classes_of(instance, read.pools)
    return Ground(**known, estimates=estimates, top=top, bottom=bottom, classes=classes)


def areas_of(instance: Instance, pools: Pools) -> Ints:
    """Return the number of the area directly above each office; offices without one share a number."""
    columns = Columns(instance, "offices")
    codes, _ = columns.coded("area")
    result = np.empty(len(pools.offices), dtype=np.int64)
    result[columns.places("code", pools.offices)] = codes
    return result


def people_today(instance: Instance, pools: Pools) -> Ints:
    """Return the people of each office today; -1 for all where the scenario does not say who is there."""
    if not (instance.has("current_posts") or instance.has("officials")):
        return np.full(len(pools.offices), -1, dtype=np.int64)
    heads = heads_today(instance)
    people = heads.groupby("office")["incumbents"].sum()
    return people.reindex(pools.offices, fill_value=0).to_numpy(dtype=np.int64)


def fund_matrix(time_fund: pd.DataFrame, offices: pd.Index, months: tuple[str, ...]) -> Ints:
    """Return the time fund as [office, month]; a missing or empty one is an error."""
    matrix = np.zeros((len(offices), len(months)), dtype=np.int64)
    office = offices.get_indexer(pd.Index(time_fund["office"], dtype=object))
    month = pd.Index(months, dtype=object).get_indexer(pd.Index(time_fund["month"], dtype=object))
    keep = (office >= 0) & (month >= 0)
    matrix[office[keep], month[keep]] = time_fund["minutes"].to_numpy(dtype=np.int64)[keep]
    empty = np.argwhere(matrix <= 0)
    if len(empty):
        raise DataError(
            Finding(
                code="no_time_fund",
                table="model.toml",
                row_key=str(offices[o]),
                column="time_fund",
                value=months[m],
                message=N_("Office {office} has no working time in {month}."),
                advice=N_("Mend the time fund of the model or the calendar."),
                fields={"office": str(offices[o]), "month": month_text(months[m], "vi")},
            )
            for o, m in empty.tolist()
        )
    return matrix


def classes_of(instance: Instance, pools: Pools) -> Ints:
    """Return the class of each task group as a position in `CLASSES`."""
    columns = Columns(instance, "task_groups")
    result = np.zeros(len(pools.groups), dtype=np.int64)
    places = columns.places("code", pools.groups)
    result[places] = [CLASSES.index(name) if name in CLASSES else 0 for name in columns.text("class")]
    return result


def _counted(rows: Rows) -> Rows:
    """Return only the rows that count."""
    keep = rows.reason == 0
    if keep.all():
        return rows
    return Rows(*(getattr(rows, name)[keep] for name in Rows.__dataclass_fields__))


def _regular(
    register: Register,
    rows: Rows,
    patterns: Patterns,
    estimates: Estimates,
    model: PlanningModel,
    top: Ints,
    bottom: Ints,
    classes: Ints,
) -> Regular:
    """Return the work that counts for quotas, with the months in which it may be done."""
    counts: Bools = register.regular[rows.line] | bool(model.workload.count_irregular_in_quota)
    if not counts.all():
        rows = Rows(*(getattr(rows, name)[counts] for name in Rows.__dataclass_fields__))
    pattern = patterns.of_line[rows.line]
    begin, end = patterns.from_month[pattern], patterns.to_month[pattern]
    begin, end = np.where(begin < 0, rows.month, begin), np.where(end < 0, rows.month, end)
    keys = [
        np.concatenate([register.office[rows.line], estimates.office]),
        np.concatenate([rows.pool, estimates.pool]),
        np.concatenate([register.group[rows.line], estimates.group]),
        np.concatenate([rows.month, estimates.month]),
        np.concatenate([begin, estimates.month]),
        np.concatenate([end, estimates.month]),
    ]
    service = np.where(register.individual[rows.line], 0, rows.minutes)
    keys, (minutes, times) = sum_by(
        keys,
        [np.concatenate([rows.minutes, estimates.minutes]), np.concatenate([service, estimates.minutes])],
    )
    # The allowance of a cell is shared out over its windows, so that cells keep their totals.
    office, pool, group, month, begin, end = keys
    after = running_sums(times, *segments([office, pool, group, month]))
    over, under = top[office, classes[group]], bottom[office, classes[group]]
    allowance = half_up_ratio(after, over, under) - half_up_ratio(after - times, over, under)
    return Regular(office, pool, group, month, begin, end, minutes + allowance)
