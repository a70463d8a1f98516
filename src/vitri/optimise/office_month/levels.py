"""What an assignment of a month is judged by, level by level, and the value of each for a given one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitri.i18n import N_
from vitri.optimise.office_month.case import Given, OfficeMonth, share_up, work_of

if TYPE_CHECKING:
    from vitri.policy import PlanningModel


@dataclass(frozen=True)
class Level:
    """One level: its key, how it is reported, the priorities it is about, the tolerance kept below it."""

    key: str
    order: int
    name: str
    measure: str
    unit: str = "minutes"
    priorities: tuple[int, ...] = ()
    tolerance: int = 0


REST = (
    Level("roles", 95, N_("Main and backup officials missing"), "missing_roles", "roles"),
    Level("highest", 96, N_("Highest load over the months"), "highest_load_pct", "percent"),
    Level("uneven", 96, N_("Uneven load over the months"), "imbalance_minutes"),
    Level("foreign", 97, N_("Minutes outside one's own position"), "foreign_minutes"),
    Level("changed", 98, N_("Registrations that change hands"), "changed_lines", "lines"),
    Level("spread", 99, N_("Minutes away from the main official"), "spread_minutes"),
)
"""The levels after undone work and overtime: they only choose among plans that are equal there."""


def levels_of(model: PlanningModel, tolerance: int = 0) -> tuple[Level, ...]:
    """Return the levels in order: the planning model's undone work and overtime, then the rest.

    `tolerance` is how many percentage points the highest load may rise for the levels after it; the uneven
    load may rise by that share of the even one.
    """
    from vitri.optimise.people_month import goals_of

    service = [
        Level(goal.key, goal.order, goal.name, goal.measure, priorities=goal.priorities)
        for goal in goals_of(model)
        if goal.key in ("unmet", "overtime")
    ]
    rest = [
        Level(level.key, level.order, level.name, level.measure, level.unit, tolerance=tolerance)
        if level.key in ("highest", "uneven")
        else level
        for level in REST
    ]
    return (*service, *rest)


def levels_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Level, ...]:
    """Return the levels that a saved run was assigned by."""
    return tuple(
        Level(
            row["key"],
            int(row["order"]),
            row["name"],
            row["measure"],
            row["unit"],
            tuple(row["priorities"]),
            int(row["tolerance"]),
        )
        for row in rows
    )


def values(case: OfficeMonth, given: Given, levels: Sequence[Level]) -> list[int]:
    """Return the value of every level for an assignment."""
    work = work_of(case, given)
    load = {who: sum(minutes for _, minutes, _ in rows) for who, rows in work.items()}
    foreign = changed = spread = 0
    for who, rows in work.items():
        for line, minutes, _ in rows:
            fit = case.fits.get(line.cell, {}).get(who)
            foreign += minutes * (fit is None or not fit.own)
            spread += minutes * (given.main.get(line.cell) != who)
    for line in case.lines:
        doer = given.responsible.get(line.code)
        changed += bool(line.before) and doer is not None and doer != line.before
    found = {
        "overtime": sum(max(0, load[person.code] - person.time) for person in case.people),
        "roles": sum((cell not in given.main) + (cell not in given.backup) for cell in case.cells),
        "highest": max(
            (
                share_up(person.past_work + load[person.code], person.past_time + person.time)
                for person in case.people
                if person.past_time + person.time > 0
            ),
            default=0,
        ),
        "uneven": sum(
            max(0, person.past_work + load[person.code] - step)
            for person in case.people
            for step in case.steps[person.code]
        ),
        "foreign": foreign,
        "changed": changed,
        "spread": spread,
    }
    return [
        sum(
            line.minutes
            for line in case.lines
            if line.priority in level.priorities and line.code not in given.responsible
        )
        if level.key == "unmet"
        else int(found[level.key])
        for level in levels
    ]


def broken(case: OfficeMonth, given: Given) -> list[tuple[str, str]]:
    """Return the limits that an assignment breaks, as (limit, whose): empty for one that may stand."""
    work = work_of(case, given)
    wrong: list[tuple[str, str]] = []
    in_cell: dict[str, set[tuple[str, str]]] = {
        who: {line.cell for line, _, _ in rows} for who, rows in work.items()
    }
    for roles in (given.main, given.backup):
        for cell, who in roles.items():
            in_cell[who].add(cell)
    wrong += [("backup_is_main", "/".join(c)) for c, who in given.backup.items() if given.main.get(c) == who]
    for person in case.people:
        rows, cells = work[person.code], in_cell[person.code]
        if sum(minutes for _, minutes, _ in rows) > person.time + person.extra:
            wrong.append(("time", person.code))
        fits = {cell: case.fits.get(cell, {}).get(person.code) for cell in cells}
        outside = sum(m for line, m, _ in rows if (fit := fits[line.cell]) is not None and fit.free)
        if person.free is not None and outside > person.free:
            wrong.append(("free_share", person.code))
        if len({group for _, group in cells}) > person.groups:
            wrong.append(("groups", person.code))
        tags = {case.duty[cell] for cell in cells if case.duty.get(cell)}
        wrong += [("forbidden_pair", person.code) for pair in case.apart if len(pair) == 2 and pair <= tags]
    for cell in case.cells:
        if sum(cell in cells for cells in in_cell.values()) > case.people_per_group:
            wrong.append(("people", "/".join(cell)))
    return wrong
