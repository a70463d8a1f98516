"""Assignment: each office's work of each month handed to the people in its seats, within their time.

For every office and month an exact integer flow runs from the cells (pool, task group, priority) to the
holders of posts whose duties include them, and on into their normal time and their overtime; what cannot flow
is unmet. A fixed (elected or leading) post does its own cells with its whole time and others only from its
free share. Levels, each optimal before the next: the planning model's `unmet_minutes` and `overtime_minutes`
in its order; own work of fixed posts done by others; `imbalance_minutes` (normal time above the middle load
band while colleagues are below it) and minutes of combined duties in the model's order; minutes away from the
main official. See `people_flow` for why one flow proves all of them.

One main official a cell for the whole horizon, and backups, are chosen first (`people_duty`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.optimise.engine import LevelValue
from vitri.optimise.people_data import Sized, read_groups
from vitri.optimise.people_duty import Cell, Duties, Holder, share_out
from vitri.optimise.people_month import Goal, MonthFlow, Team, goals_of, load_band
from vitri.rules.pins import YearPins, year_pins

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel
    from vitri.workload import Workload

ASSIGNMENT_COLUMNS = (
    "office",
    "month",
    "official",
    "pool",
    "task_group",
    "registration",
    "role",
    "minutes",
    "overtime_minutes",
    "pinned",
)
UNMET_COLUMNS = ("office", "pool", "task_group", "month", "priority", "minutes")
LOAD_COLUMNS = ("official", "month", "available_minutes", "assigned_minutes", "load_pct_dec2")
_BATCH_ROWS = 6_000


@dataclass(frozen=True)
class Assigned:
    """Who does what: the run tables `assignments`, `unmet` and `load`, and the proven levels.

    `load_pct_dec2` is in hundredths of a percent. `warnings` lists limits that are preferred, not enforced:
    a cell without backup, too few people who know it, too many task groups for one person.
    """

    assignments: pd.DataFrame
    unmet: pd.DataFrame
    load: pd.DataFrame
    levels: tuple[LevelValue, ...]
    warnings: Findings


def assign(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    sized: Sized,
    staffing: pd.DataFrame,
    person_time: pd.DataFrame,
    time_fund: pd.DataFrame,
) -> Assigned:
    """Hand out the demand of every office and month; empty if the scenario names no officials.

    `staffing` is the table of `vitri.optimise.staffing.place`, `person_time` and `time_fund` those of
    `vitri.policy.worktime`. A seat without official works the standard time fund as ``VAC-…``, without
    overtime; so does the seat of someone who leaves during the horizon, from the month after.
    """
    goals = goals_of(model)
    months = instance.info.months
    team = Team.of(instance, model, sized, staffing, person_time, time_fund, months)
    demand = _demand_rows(workload.demand, months)
    if not team.holders:
        return _empty(goals)
    pins = year_pins(instance)
    duties, warnings = _duties(instance, model, demand, team, pins)
    flows: list[pd.DataFrame] = []
    loads: list[pd.DataFrame] = []
    unmet: list[pd.DataFrame] = []
    totals = [0] * len(goals)
    for batch in _batches(demand):
        part = MonthFlow(batch, team, duties, goals, model.staffing.max_people_per_group, load_band(model))
        done, load, undone, values = part.solve()
        flows.append(done)
        loads.append(load)
        unmet.append(undone)
        totals = [a + b for a, b in zip(totals, values, strict=True)]
    levels = tuple(
        LevelValue(
            order=goal.order,
            name=goal.name,
            measure=goal.measure,
            value=total,
            unit="minutes",
            bound=total,
            gap=0,
            status="optimal",
        )
        for goal, total in zip(goals, totals, strict=True)
    )
    load = (
        pd.concat(loads, ignore_index=True)
        if loads
        else pd.DataFrame(columns=["agent", "month", "normal", "overtime"])
    )
    return Assigned(
        _assignments(demand, flows, load, team, duties, months, pins),
        _unmet(unmet, months),
        _load(load, team, months),
        levels,
        warnings,
    )


def _demand_rows(demand: pd.DataFrame, months: Sequence[str]) -> pd.DataFrame:
    """Join regular and irregular work: one row per office, pool, task group, month (number) and priority."""
    keys = ["office", "month", "pool", "task_group", "priority"]
    frame = demand[[*keys, "minutes"]].copy()
    frame["month"] = frame["month"].map({month: i for i, month in enumerate(months)}).astype("int64")
    frame["priority"] = frame["priority"].astype("int64")
    frame["minutes"] = frame["minutes"].astype("int64")
    frame = frame.groupby(keys, sort=True)["minutes"].sum().reset_index()
    return frame[frame["minutes"] > 0].reset_index(drop=True)


def _batches(demand: pd.DataFrame) -> list[pd.DataFrame]:
    """Split the demand into runs of whole offices of about a fixed number of rows."""
    if demand.empty:
        return []
    offices = demand["office"].to_numpy()
    starts = np.flatnonzero(np.r_[True, offices[1:] != offices[:-1]])
    cuts = [0]
    for start in starts[1:]:
        if start - cuts[-1] >= _BATCH_ROWS:
            cuts.append(int(start))
    return [
        demand.iloc[a:b].reset_index(drop=True) for a, b in zip(cuts, [*cuts[1:], len(demand)], strict=True)
    ]


def _duties(
    instance: Instance, model: PlanningModel, demand: pd.DataFrame, team: Team, pins: YearPins
) -> tuple[Duties, Findings]:
    """Choose main officials and backups office by office, and note which preferred limits are missed."""
    groups = read_groups(instance, model)
    yearly = demand.groupby(["office", "pool", "task_group"], sort=True)["minutes"].sum().reset_index()
    by_office: dict[str, list[tuple[Cell, int]]] = {}
    for office, pool, group, minutes in yearly.itertuples(index=False, name=None):
        by_office.setdefault(office, []).append(((office, pool, group), int(minutes)))
    holders: dict[str, list[Holder]] = {}
    for holder in team.holders:
        holders.setdefault(holder.post.office, []).append(holder)
    every = Duties()
    found: list[Finding] = []
    for office, cells in by_office.items():
        part = share_out(cells, holders.get(office, []), groups, model, pins)
        every.main |= part.main
        every.heirs |= part.heirs
        every.backups |= part.backups
        every.order |= part.order
        every.groups_of |= part.groups_of
        alone = [c for c, _ in cells if c in part.main and model.staffing.backup and not part.backups.get(c)]
        few = [
            c
            for c, _ in cells
            if c in part.main
            and c[2] in groups
            and 1 + len(part.backups.get(c, [])) < groups[c[2]].min_holders
        ]
        found += [_finding("no_backup", cell, _NO_BACKUP, _NO_BACKUP_ADVICE) for cell in sorted(alone)]
        found += [_finding("few_holders", cell, _FEW, _FEW_ADVICE) for cell in sorted(few)]
        for holder, held in sorted(part.groups_of.items(), key=lambda item: item[0].code):
            if holder.person is not None and len(held) > holder.person.max_groups:
                found.append(
                    Finding(
                        code="many_groups",
                        severity="warning",
                        table="officials",
                        row_key=holder.code,
                        column="max_groups",
                        value=str(len(held)),
                        allowed=_MANY_ALLOWED,
                        message=_MANY,
                        advice=_MANY_ADVICE,
                        fields={
                            "official": holder.code,
                            "groups": len(held),
                            "most": holder.person.max_groups,
                        },
                    )
                )
    found += [_unkept(group, who) for group, who in _unkept_mains(every, pins)]
    return every, Findings.of(found)


def _unkept_mains(duties: Duties, pins: YearPins) -> list[tuple[str, str]]:
    """Return the (task group, official) pinned as main who are main official of no such cell."""
    mains = {(cell[2], holder.code) for cell, holder in duties.main.items()}
    return sorted((g, who) for g, people in pins.main.items() for who in people if (g, who) not in mains)


def _unkept(group: str, who: str) -> Finding:
    return Finding(
        code="pin_not_kept",
        severity="warning",
        table="pins",
        row_key=who,
        column="task_group",
        value=group,
        allowed=N_("work that the official's post holds"),
        message=N_("{official} is pinned to {task_group} but cannot be its main official."),
        advice=N_("Pin somebody whose post holds this work, or fix the official to another position."),
        fields={"official": who, "task_group": group},
    )


_NO_BACKUP = N_("No backup official at {office} for {task_group} ({pool}).")
_NO_BACKUP_ADVICE = N_("Train a colleague in this work, or recruit.")
_FEW = N_("Too few people at {office} know {task_group} ({pool}).")
_FEW_ADVICE = N_("Train further colleagues, or lower the number of people who must know it.")
_MANY = N_("{official} has {groups} task groups as main or backup official; the limit is {most}.")
_MANY_ALLOWED = N_("at most {most} task groups")
_MANY_ADVICE = N_("Spread the work over more people, or raise the limit.")


def _finding(code: str, cell: Cell, message: str, advice: str) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        table="assignments",
        row_key=",".join(cell),
        column="official",
        message=message,
        advice=advice,
        fields={"office": cell[0], "pool": cell[1], "task_group": cell[2]},
    )


def _assignments(
    demand: pd.DataFrame,
    flows: Sequence[pd.DataFrame],
    load: pd.DataFrame,
    team: Team,
    duties: Duties,
    months: Sequence[str],
    pins: YearPins,
) -> pd.DataFrame:
    """Build the table of assignments: who works, and main and backup officials even with nothing to do."""
    keys = ["office", "month", "pool", "task_group", "agent"]
    number = {holder: index for index, holder in enumerate(team.holders)}
    worked = pd.concat(flows, ignore_index=True) if flows else pd.DataFrame(columns=[*keys, "minutes"])
    worked = worked.groupby(keys)["minutes"].sum().reset_index()
    named: list[tuple[str, str, str, int, int]] = []
    for cell, holder in duties.main.items():
        named.append((*cell, number[holder], 0))
        if cell in duties.heirs:
            named.append((*cell, number[duties.heirs[cell]], 0))
        named += [(*cell, number[other], 1) for other in duties.backups.get(cell, [])]
    roles = pd.DataFrame(named, columns=["office", "pool", "task_group", "agent", "role"])
    cells = demand[["office", "pool", "task_group", "month"]].drop_duplicates()
    idle = cells.merge(roles, on=["office", "pool", "task_group"])
    here = team.present[idle["agent"].to_numpy(dtype=np.int64), idle["month"].to_numpy(dtype=np.int64)]
    frame = worked.astype({"agent": "int64", "month": "int64"}).merge(idle[here], on=keys, how="outer")
    frame["minutes"] = frame["minutes"].fillna(0).astype("int64")
    frame["role"] = frame["role"].fillna(2).astype("int64")
    frame["overtime_minutes"] = _overtime_rows(frame, load)
    frame["official"] = [team.holders[i].code for i in frame["agent"].tolist()]
    frame["month"] = [months[i] for i in frame["month"].tolist()]
    frame = frame.sort_values(["office", "month", "pool", "task_group", "role", "official"], kind="stable")
    frame["role"] = frame["role"].map({0: "main", 1: "backup", 2: "helper"})
    frame["registration"] = None
    fixed_by = {"main": pins.main, "backup": pins.backup}
    frame["pinned"] = [
        who in fixed_by.get(role, {}).get(group, ())
        for role, group, who in zip(frame["role"], frame["task_group"], frame["official"], strict=True)
    ]
    return _typed(frame, ASSIGNMENT_COLUMNS, ("minutes", "overtime_minutes"))


def _overtime_rows(frame: pd.DataFrame, load: pd.DataFrame) -> pd.Series:
    """Split each person's overtime of a month over the rows, the largest first."""
    budget = load.groupby(["agent", "month"])["overtime"].sum()
    order = frame.sort_values(
        ["agent", "month", "minutes", "pool", "task_group"], ascending=[True, True, False, True, True]
    )
    before = order.groupby(["agent", "month"])["minutes"].cumsum() - order["minutes"]
    total = budget.reindex(pd.MultiIndex.from_frame(order[["agent", "month"]]), fill_value=0).to_numpy(
        dtype=np.int64
    )
    part = np.clip(total - before.to_numpy(dtype=np.int64), 0, order["minutes"].to_numpy(dtype=np.int64))
    return pd.Series(part, index=order.index).reindex(frame.index)


def _unmet(parts: Sequence[pd.DataFrame], months: Sequence[str]) -> pd.DataFrame:
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(UNMET_COLUMNS))
    frame["month"] = [months[i] for i in frame["month"].tolist()]
    frame = frame.sort_values(["office", "pool", "task_group", "month", "priority"], kind="stable")
    return _typed(frame, UNMET_COLUMNS, ("priority", "minutes"))


def _load(load: pd.DataFrame, team: Team, months: Sequence[str]) -> pd.DataFrame:
    """Return the load of everyone in a seat, each month they are there."""
    used = np.zeros_like(team.time)
    at = load["agent"].to_numpy(dtype=np.int64), load["month"].to_numpy(dtype=np.int64)
    np.add.at(used, at, load["normal"].to_numpy(dtype=np.int64) + load["overtime"].to_numpy(dtype=np.int64))
    agent, month = np.nonzero(team.present)
    time, work = team.time[agent, month], used[agent, month]
    share = (work * 20_000 + time) // np.maximum(2 * time, 1)
    frame = pd.DataFrame(
        {
            "official": [team.holders[i].code for i in agent.tolist()],
            "month": [months[i] for i in month.tolist()],
            "available_minutes": time,
            "assigned_minutes": work,
            "load_pct_dec2": pd.Series(share, dtype="Int64").mask(pd.Series(time == 0)),
        }
    ).sort_values(["official", "month"], kind="stable")
    return _typed(frame, LOAD_COLUMNS, ("available_minutes", "assigned_minutes", "load_pct_dec2"))


def _typed(frame: pd.DataFrame, columns: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    frame = frame.reindex(columns=list(columns)).reset_index(drop=True)
    types: Mapping[str, str] = {
        column: "Int64" if column in numbers else "boolean" if column == "pinned" else "str"
        for column in columns
    }
    return frame.astype(dict(types))


def _empty(goals: Sequence[Goal]) -> Assigned:
    """Return what a scenario without officials gets: nothing is assigned, so nothing is claimed."""
    del goals
    return Assigned(
        _typed(pd.DataFrame(), ASSIGNMENT_COLUMNS, ("minutes", "overtime_minutes")),
        _typed(pd.DataFrame(), UNMET_COLUMNS, ("priority", "minutes")),
        _typed(pd.DataFrame(), LOAD_COLUMNS, ("available_minutes", "assigned_minutes", "load_pct_dec2")),
        (),
        Findings(),
    )
