"""The register as the signs look at it: lines, totals of a task in a position, and positions' needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.fold import fold
from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.workload.arrays import Bools, Columns, Ints, Objects, group_rows, sum_by
from vitri.workload.assemble import Workload
from vitri.workload.quality.statistics import Floats

#: Quantities of work that simply follows the calendar (yearly counts of months, weeks, working days ...).
RHYTHMS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 18, 20, 22, 24, 26, 36, 48, 50, 52, 60, 72, 96, 100, 104,
           120, 144, 156, 208, 240, 250, 260, 300, 312, 360, 365, 366, 480, 500, 520, 730)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Names:
    """The codes behind the numbers of `Figures`, each sorted."""

    offices: list[str]
    organisations: list[str]
    groups: list[str]
    tasks: list[str]
    items: list[str]
    months: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Figures:
    """Counted lines (arrays of one length) and positions (`cell_...`), in numbers that index `names`.

    `task` numbers what is the same work: a work item, or a task name within a group; `item` is -1 without an
    item. `month` is -1 unless the period is one month; `period` numbers equal periods, `details` equal
    remaining cells. `quantity_dec2` is the quantity that counts, `unit` the minutes of one product with the
    factors of the norm and the line. `minutes` is what counts in the horizon. `cell` is the position (office,
    pool, task group) that the line's regular work falls to, or -1. `cell_minutes` holds allowances,
    `cell_fund` the minutes of one post; `past_dec4` the fraction of a post above which one more is given, -1
    if the model's rounding has no single one. `drivers` is [office, driver], nan where unknown.
    """

    names: Names
    code: Objects
    office: Ints
    organisation: Ints
    group: Ints
    task: Ints
    item: Ints
    period: Ints
    month: Ints
    yearly: Bools
    inventory: Bools
    details: Ints
    quantity_dec2: Ints
    unit: Floats
    own_norm: Bools
    minutes: Ints
    cell: Ints
    cell_office: Ints
    cell_group: Ints
    cell_minutes: Ints
    cell_fund: Ints
    office_class: Ints
    drivers: Floats
    past_dec4: int = 0

    @property
    def rhythmic(self) -> Bools:
        """Which lines have a quantity that follows the calendar."""
        return np.isin(self.quantity_dec2, np.array(RHYTHMS) * 100)


@dataclass(frozen=True, eq=False)
class Totals:
    """One task of one organisation in one position: its lines of the whole horizon added up."""

    cell: Ints
    organisation: Ints
    task: Ints
    quantity_dec2: Ints
    minutes: Ints
    line: Ints
    of_line: Ints


def totals_of(figures: Figures) -> Totals:
    """Add up the lines that fall to positions; `line` is the first line of each, `of_line` -1 elsewhere."""
    rows = np.flatnonzero((figures.cell >= 0) & (figures.quantity_dec2 > 0))
    number, first = group_rows([figures.cell[rows], figures.organisation[rows], figures.task[rows]])
    of_line = np.full(len(figures.code), -1, dtype=np.int64)
    of_line[rows] = number
    line = rows[first] if len(rows) else rows
    _, (quantity, minutes) = sum_by([number], [figures.quantity_dec2[rows], figures.minutes[rows]])
    return Totals(
        figures.cell[line], figures.organisation[line], figures.task[line], quantity, minutes, line, of_line
    )


def places(values: pd.Series, known: Sequence[str]) -> Ints:
    """Return the position of each text in a list; -1 for a blank or an unknown one."""
    codes, distinct = pd.factorize(values)
    lookup = np.append(
        pd.Index(np.array([*known, None], dtype=object)[:-1]).get_indexer(pd.Index(distinct, dtype=object)),
        -1,
    )
    return lookup.astype(np.int64)[codes]


def figures_of(
    instance: Instance, model: PlanningModel, workload: Workload, time_fund: pd.DataFrame
) -> Figures:
    """Return the figures of a register whose workload has been computed."""
    frame = workload.lines
    counted = frame["counted"].to_numpy(dtype=np.bool_)
    if not counted.all():
        frame = frame[counted]
    number, codes = pd.factorize(frame["registration"])
    first = np.empty(len(codes), dtype=np.int64)
    first[number[::-1]] = np.arange(len(number) - 1, -1, -1, dtype=np.int64)
    minutes = np.zeros(len(codes), dtype=np.int64)
    minutes += np.bincount(
        number, weights=frame["minutes"].to_numpy(dtype=np.float64), minlength=len(codes)
    ).astype(np.int64)
    lines = frame.iloc[first]
    table = instance.tables["registrations"]
    rows = pd.Index(table["code"], dtype=object).get_indexer(pd.Index(codes, dtype=object))
    table = table.iloc[rows]
    names = [
        sorted(set(instance.tables[name]["code"])) for name in ("offices", "organisations", "task_groups")
    ]
    offices, organisations, groups = names
    items = sorted(set(table["work_item"].dropna()))
    group = places(lines["task_group"], groups)
    item = places(table["work_item"], items)
    task, labels = _tasks(table, group, item, items)
    needs = workload.needs
    needs = needs[needs["task_group"].notna() & needs["pool"].notna() & needs["office"].notna()]
    fund = np.zeros(len(offices), dtype=np.int64)
    np.add.at(fund, places(time_fund["office"], offices), time_fund["minutes"].to_numpy(dtype=np.int64))
    cell_office, cell_group = places(needs["office"], offices), places(needs["task_group"], groups)
    pools = sorted(set(needs["pool"]))
    office = places(lines["office"], offices)
    organisation = places(lines["organisation"], organisations)
    quantity = lines["quantity_dec2"].to_numpy(dtype=np.int64)
    regular = lines["regular"].to_numpy(dtype=np.bool_) | bool(model.workload.count_irregular_in_quota)
    cell = _cells(
        (office, places(lines["pool"], pools), group),
        (cell_office, places(needs["pool"], pools), cell_group),
        (len(pools), len(groups)),
    )
    periods, distinct = pd.factorize(table["period"])
    months = pd.Index(instance.info.months, dtype=object).get_indexer(pd.Index(distinct, dtype=object))
    factor = lines["coefficient_norm_dec3"].to_numpy(np.float64) * lines["coefficient_line_dec3"].to_numpy()
    classes = Columns(instance, "offices")
    office_class = np.zeros(len(offices), dtype=np.int64)
    office_class[classes.places("code", pd.Index(offices, dtype=object))] = classes.coded("office_class")[0]
    rule = {"up": 0, "half_up": 5_000}
    return Figures(
        names=Names(offices, organisations, groups, labels, items, instance.info.months),
        code=np.asarray(codes, dtype=object),
        office=office,
        organisation=organisation,
        group=group,
        task=task,
        item=item,
        period=periods.astype(np.int64),
        month=months.astype(np.int64)[periods],
        yearly=np.array([len(str(period)) == 4 for period in distinct], dtype=np.bool_)[periods],
        inventory=(table["basis"] == "inventory").fillna(False).to_numpy(dtype=np.bool_),
        details=_details(table, [office, organisation, task, periods.astype(np.int64), quantity]),
        quantity_dec2=quantity,
        unit=lines["unit_minutes_dec2"].to_numpy(dtype=np.float64) * factor / 1e8,
        own_norm=(lines["norm_source"] == "own").to_numpy(dtype=np.bool_),
        minutes=minutes,
        cell=np.where(regular, cell, -1),
        cell_office=cell_office,
        cell_group=cell_group,
        cell_minutes=needs["minutes"].to_numpy(dtype=np.int64),
        cell_fund=fund[cell_office],
        office_class=office_class,
        drivers=_drivers(instance, offices),
        past_dec4=rule.get(model.rounding.rule, -1),
    )


def _tasks(table: pd.DataFrame, group: Ints, item: Ints, items: list[str]) -> tuple[Ints, list[str]]:
    """Number the tasks: items first, then task names (marks and case do not count) within their groups."""
    task = item.copy()
    rows = np.flatnonzero(item < 0)
    labels = list(items)
    if len(rows):
        number, distinct = pd.factorize(table["task_name"].iloc[rows])
        folded, _ = pd.factorize(np.array([fold(str(name)) for name in distinct] or [""], dtype=object))
        own, first = group_rows([group[rows], np.append(folded, -1)[number]])
        task[rows] = own + len(items)
        names = table["task_name"].iloc[rows].to_numpy(dtype=object)[first]
        labels += ["" if pd.isna(name) else str(name) for name in names]
    return task, labels


def _details(table: pd.DataFrame, keys: Sequence[Ints]) -> Ints:
    """Number rows that agree in dates, session, kind and norm: lines that differ in them are not twins.

    Only rows that are equal in `keys` are compared; what stands alone needs no number.
    """
    result = np.zeros(len(table), dtype=np.int64)
    same, _ = group_rows(keys)
    rows = np.flatnonzero(np.bincount(same)[same] > 1) if len(table) else same
    if len(rows):
        part = table.iloc[rows]
        columns = [
            pd.factorize(part[name])[0].astype(np.int64)
            for name in ("task_name", "release_date", "due_date", "session", "kind", "unit_minutes")
        ]
        result[rows] = group_rows(columns)[0]
    return result


def _cells(line: tuple[Ints, Ints, Ints], cell: tuple[Ints, Ints, Ints], sizes: tuple[int, int]) -> Ints:
    """Return the position of each line's office, pool and group among the cells; -1 if there is none."""

    def key(parts: tuple[Ints, Ints, Ints]) -> Ints:
        return (parts[0] * (sizes[0] + 1) + parts[1] + 1) * (sizes[1] + 1) + parts[2] + 1

    return pd.Index(key(cell)).get_indexer(pd.Index(key(line))).astype(np.int64)


def _drivers(instance: Instance, offices: list[str]) -> Floats:
    """Return the newest figure of each driver for whole offices, [office, driver]."""
    frame = instance.tables["drivers"]
    frame = frame[frame["organisation"].isna() & frame["value"].notna()]
    names = sorted(set(frame["driver"]))
    result = np.full((len(offices), len(names)), np.nan)
    frame = frame.sort_values(["office", "driver", "year"], kind="stable")
    office, driver = places(frame["office"], offices), places(frame["driver"], names)
    keep = office >= 0
    result[office[keep], driver[keep]] = frame["value"].to_numpy(dtype=np.float64)[keep] / 100
    result[~(result > 0)] = np.nan
    return result
