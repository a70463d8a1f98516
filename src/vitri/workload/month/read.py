"""Read one office's month from the tables of a scenario."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vitri.errors import Findings
from vitri.policy.sessions import HALF_DAYS, known_place, session_grid
from vitri.policy.worktime import person_time
from vitri.workload.month.checks import MonthFacts, month_findings
from vitri.workload.month.events import given_events
from vitri.workload.month.people import Staff
from vitri.workload.month.problem import SESSIONS, Event, Ints, MonthProblem, OvertimeLimit, each_row
from vitri.workload.month.work import Work

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel


def minute(clock: str) -> int:
    """Return the minutes after midnight of a clock time."""
    return int(clock[:2]) * 60 + int(clock[3:])


def read_month(
    instance: Instance, model: PlanningModel, lines: pd.DataFrame, office: str, month: str
) -> tuple[MonthProblem, Findings]:
    """Return the month of an office and everything that is wrong or odd about it.

    `lines` are the workload lines of the scenario (`vitri.workload.compute`). Leave without a date is not in
    a calendar: give its dates in the table of absences. Raises `UsageError` for an unknown office or month.
    """
    known_place(instance, office, month)
    year, number = int(month[:4]), int(month[5:])
    days = tuple(
        dt.date(year, number, 1) + dt.timedelta(d) for d in range(calendar.monthrange(year, number)[1])
    )
    staff = Staff.of(instance, model, office)
    clock = tuple((minute(s.start), minute(s.end)) for s in (getattr(model.sessions, n) for n in SESSIONS))
    regular, extra = _time(instance, model, staff, office, month, days, clock)
    offers = regular + extra
    events = given_events(instance, staff, office, days, clock, model.workload.attendance)
    _take_off(regular, extra, events, clock)
    served = {event.registration: event for event, _ in events if event.registration}
    work = Work(instance, staff, days, clock, regular, extra, offers, served)
    tasks, sessions = work.read(lines, office, month)
    problem = MonthProblem(
        office=office,
        days=days,
        people=staff.codes,
        regular=regular,
        extra=extra,
        limits=_limits(instance, model, staff, month, len(days)),
        tasks=tuple(tasks),
        events=tuple(
            sorted([event for event, _ in events] + sessions, key=lambda e: (e.day, e.start, e.code))
        ),
        carry=_carried(instance, staff, month),
        clock=clock,
        names=_names(instance, office),
    )
    facts = MonthFacts(instance, problem, offers, model.sessions.weekend, month)
    return problem, month_findings(facts)


def _names(instance: Instance, office: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for table in ("offices", "organisations", "resources", "task_groups"):
        frame = instance.table(table)
        names |= {
            f"{table}.{code}": str(name) for code, name in zip(frame["code"], frame["name"], strict=True)
        }
    return names


def _time(
    instance: Instance,
    model: PlanningModel,
    staff: Staff,
    office: str,
    month: str,
    days: tuple[dt.date, ...],
    clock: tuple[tuple[int, int], ...],
) -> tuple[Ints, Ints]:
    """Return the regular minutes of mornings and afternoons, and the overtime that sessions may hold."""
    people = len(staff.codes)
    regular = np.zeros((people, len(days), 3), dtype=np.int64)
    extra = np.zeros_like(regular)
    grid = session_grid(instance, model, office, month)
    if people:
        assert grid["official"].drop_duplicates().tolist() == list(staff.codes)
        regular[:, :, :2] = grid["minutes"].to_numpy(dtype=np.int64).reshape(people, len(days), 2)
    worked = regular[:, :, : len(HALF_DAYS)].sum(axis=2) > 0
    for p, official in enumerate(staff.codes):
        for d, day in enumerate(days):
            useful = int(model.time_fund.useful_time_pct * 100) if model.sessions.use_k else 10_000
            offered = [(end - start) * useful // 10_000 for start, end in clock]
            if worked[p, d]:
                extra[p, d, 2] = offered[2]
            elif model.sessions.weekend and day.weekday() >= 5 and staff.here(official, day):
                extra[p, d] = offered
    return regular, extra


def _take_off(
    regular: Ints,
    extra: Ints,
    events: list[tuple[Event, bool]],
    clock: tuple[tuple[int, int], ...],
) -> None:
    """Take fixed events off the sessions of those who are there.

    A meeting that counts as load takes its share of the session's useful minutes; one covered by the useful
    time only takes the clock time that is left of it.
    """
    people, days, _ = regular.shape
    counted = np.zeros((people, days, 3), dtype=np.int64)
    busy = np.zeros_like(counted)
    for event, covered in events:
        for session in event.sessions:
            start, end = clock[session]
            shared = max(0, min(end, event.end) - max(start, event.start))
            for p in event.fixed:
                busy[p, event.day, session] += shared
                counted[p, event.day, session] += 0 if covered else shared
    length = np.array([end - start for start, end in clock], dtype=np.int64)
    left = np.maximum(length - busy, 0)
    for time in (regular, extra):
        time[:] = np.minimum(time * np.maximum(length - counted, 0) // length, left)


def _limits(
    instance: Instance, model: PlanningModel, staff: Staff, month: str, days: int
) -> tuple[OvertimeLimit, ...]:
    """Return each person's overtime of the month, the yearly cap shared out over the months."""
    time = person_time(instance, model)
    most = {str(row.official): int(row.overtime_minutes) for row in each_row(time[time["month"] == month])}
    return tuple(OvertimeLimit(p, 0, days - 1, most.get(code, 0)) for p, code in enumerate(staff.codes))


def _carried(instance: Instance, staff: Staff, month: str) -> tuple[int, ...]:
    """Return the overtime of the month before, by person."""
    before = str(pd.Period(month, freq="M") - 1)
    frame = instance.filled("previous_assignments")
    total: dict[str, int] = defaultdict(int)
    for row in each_row(frame[frame["month"] == before]):
        total[str(row.official)] += int(row.overtime_minutes)
    return tuple(total[code] for code in staff.codes)
