"""Checks of calendar and capacity that need the scenario and the model together."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, Findings, ModelError
from vitri.i18n import N_, date_text
from vitri.policy.calendars import COMMON, calendars, public_holidays, years
from vitri.policy.fund import time_fund
from vitri.policy.planning_model import PlanningModel
from vitri.policy.sessions import HALF_DAYS, clock_minutes


def check_time(instance: Instance, model: PlanningModel) -> Findings:
    """Check the working time of a scenario under a planning model in force.

    Errors: a holiday calendar that nobody has, a month in which an office has no working time. Warnings: days
    of the table `calendar` outside the scenario's years or without any effect, a year without public
    holidays, half-days that do not add up to the working day.
    """
    try:
        first, last = years(instance)
        public_holidays(model.time_fund.holidays, first, last)
        time_fund(instance, model)
    except ModelError as problem:
        return problem.findings
    return Findings.of([*_holidays(instance, model), *_overrides(instance, model), *_half_days(model)])


def _holidays(instance: Instance, model: PlanningModel) -> list[Finding]:
    """Name the years of the scenario for which the holiday calendar knows no day."""
    country = model.time_fund.holidays
    first, last = years(instance)
    known = {day.year for day in public_holidays(country, first, last)[0]}
    return [
        Finding(
            code="no_holidays",
            severity="warning",
            table=model.file,
            column="time_fund.holidays",
            value=country,
            message=N_("The holiday calendar {name} knows no public holiday in {year}."),
            advice=N_("List the days off in the table calendar."),
            fields={"name": country, "year": year},
        )
        for year in range(first, last + 1)
        if country and year not in known
    ]


def _overrides(instance: Instance, model: PlanningModel) -> list[Finding]:
    """Name the rows of the table `calendar` without effect, each compared with what holds below."""
    if not instance.has("calendar"):
        return []
    first, last = years(instance)
    frame = instance.table("calendar")
    frame["office"] = frame["office"].astype("str").fillna(COMMON)
    frame = frame.sort_values(["date", "office"], kind="stable")
    given = instance.tables["calendar"]
    general = given[given["office"].isna()]
    below = calendars(instance.with_tables(calendar=given.iloc[:0]), model)
    office = calendars(instance.with_tables(calendar=general), model)
    found: list[Finding] = []
    for day, place, kind in zip(frame["date"], frame["office"], frame["kind"], strict=True):
        date = pd.Timestamp(day)
        if not first <= date.year <= last:
            found.append(_finding("calendar_outside", date.date(), place, kind, first, last))
            continue
        before = below if place == COMMON else office
        calendar = before.get(place, before[COMMON])
        at = int(calendar.dates.get_indexer(pd.DatetimeIndex([date]))[0])
        if bool(calendar.works[at]) == (kind == "work"):
            found.append(_finding("calendar_no_effect", date.date(), place, kind, first, last))
    return found


def _finding(code: str, day: dt.date, office: str, kind: str, first: int, last: int) -> Finding:
    """Return the warning about one row of the table `calendar`."""
    outside = code == "calendar_outside"
    message = (
        N_("{day} is outside the years of the scenario: the row is not used.")
        if outside
        else N_("{day} is a working day already: the row changes nothing.")
        if kind == "work"
        else N_("{day} is a day off already: the row changes nothing.")
    )
    return Finding(
        code=code,
        severity="warning",
        table="calendar",
        row_key=",".join(part for part in (day.isoformat(), office) if part),
        column="date" if outside else "kind",
        value=day.isoformat() if outside else kind,
        allowed=N_("a day from {first} to {last}") if outside else N_("a day that the row changes"),
        message=message,
        advice=N_("Mend the date, or take the row out."),
        fields={"day": date_text(day, "vi"), "first": first, "last": last},
    )


def _half_days(model: PlanningModel) -> list[Finding]:
    """Warn where morning and afternoon are longer or shorter than the working day of the time fund."""
    by_clock = sum(clock_minutes(getattr(model.sessions, name)) for name in HALF_DAYS)
    per_day = model.time_fund.minutes_per_day
    if model.time_fund.method != "calendar" or by_clock == per_day:
        return []
    return [
        Finding(
            code="half_days_differ",
            severity="warning",
            table=model.file,
            column="sessions",
            value=str(by_clock),
            allowed=N_("{minutes} minutes"),
            message=N_("Morning and afternoon last {clock} minutes, the working day {minutes}."),
            advice=N_("Mend the clock times of the sessions or minutes_per_day."),
            fields={"clock": by_clock, "minutes": per_day},
        )
    ]
