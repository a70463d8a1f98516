"""The fixed events of a month, from the table `events`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.data.fields import split_list
from vitri.workload.month.people import Staff
from vitri.workload.month.problem import Event, each_row

if TYPE_CHECKING:
    from vitri.data.instance import Instance

_TAKES = {"morning": (0,), "afternoon": (1,), "evening": (2,), "full_day": (0, 1)}


def minute(clock: str) -> int:
    """Return the minutes after midnight of a clock time."""
    return int(clock[:2]) * 60 + int(clock[3:])


def text(value: object) -> str:
    """Return a cell as text, a blank one as ``""``."""
    return value if isinstance(value, str) else ""


def takes(session: str) -> tuple[int, ...]:
    """Return the numbers of the sessions that a session of the tables stands for."""
    return _TAKES[session]


def given_events(
    instance: Instance,
    staff: Staff,
    office: str,
    days: tuple[dt.date, ...],
    clock: tuple[tuple[int, int], ...],
    attendance: str,
) -> list[tuple[Event, bool]]:
    """Return the events of the month that are not cancelled, each with whether useful time covers it.

    Drivers of the vehicles booked take part. People meant by ``@`` who are away that day are left out.
    """
    drivers = {
        str(row.code): row.driver
        for row in each_row(instance.filled("resources"))
        if isinstance(row.driver, str)
    }
    found: list[tuple[Event, bool]] = []
    frame = instance.filled("events").sort_values("code", kind="stable")
    for row in each_row(frame[frame["office"] == office]):
        if row.status == "cancelled" or pd.isna(row.date) or row.date.date() not in days:
            continue
        found.append(
            (_event(row, staff, days, clock, drivers), (text(row.attendance) or attendance) == "covered")
        )
    return found


def _event(
    row: Any,
    staff: Staff,
    days: tuple[dt.date, ...],
    clock: tuple[tuple[int, int], ...],
    drivers: dict[str, str],
) -> Event:
    day: dt.date = row.date.date()
    sessions = takes(str(row.session))
    named, meant = staff.named(row.participants)
    things = tuple(split_list(row.resources))
    chair = staff.codes.index(row.chair) if row.chair in staff.codes else None
    people = set(named) | {p for p in meant if staff.here(staff.codes[p], day)}
    people |= {staff.codes.index(drivers[thing]) for thing in things if drivers.get(thing) in staff.codes}
    if chair is not None:
        people.add(chair)
    return Event(
        code=str(row.code),
        day=days.index(day),
        sessions=sessions,
        start=minute(row.start_time) if isinstance(row.start_time, str) else clock[sessions[0]][0],
        end=minute(row.end_time) if isinstance(row.end_time, str) else clock[sessions[-1]][1],
        fixed=tuple(sorted(people)),
        chair=chair,
        title=text(row.title),
        place=text(row.place),
        organisation=text(row.organisation),
        resources=things,
        preparation=text(row.preparation),
        registration=text(row.registration),
        movable=row.mobility == "movable",
    )
