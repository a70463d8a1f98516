"""The time of each official: presence, dated absences, what is left of the leave, part time, overtime.

A day is counted in units of 1/20,000 (two halves, each in hundredths of a percent), so that half days and
shares stay exact until minutes are rounded, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy.calendars import COMMON, Ints, WorkCalendar
from vitri.policy.fund import (
    MONTHS,
    days_by_calendar,
    half_up,
    horizon_months,
    leave_weights,
    month_minutes,
    own_years,
    parts,
    standard_leave,
    useful_times,
)
from vitri.policy.planning_model import PlanningModel

DAY = 20_000
HALF = 10_000
#: Kinds of dated absence that use up the model's yearly days of other absence.
COUNTED_AS_OTHER = frozenset({"sick", "training", "other"})


def _whole(value: Any, default: int) -> int:
    """Read a cell that may be blank."""
    return default if pd.isna(value) else int(value)


def _spans(dates: pd.DatetimeIndex, row: Any) -> tuple[int, int]:
    """Return the first day of a span and the day after its last, as positions among the dates."""
    start = 0 if pd.isna(row.from_date) else int(dates.searchsorted(pd.Timestamp(row.from_date)))
    stop = (
        len(dates)
        if pd.isna(row.to_date)
        else int(dates.searchsorted(pd.Timestamp(row.to_date), side="right"))
    )
    return start, max(start, stop)


def _absent_halves(calendar: WorkCalendar, row: Any) -> tuple[Ints, Ints]:
    """Return how much of each morning and each afternoon an absence takes, in hundredths of a percent."""
    morning = np.zeros(len(calendar.dates), dtype=np.int64)
    afternoon = np.zeros(len(calendar.dates), dtype=np.int64)
    start, stop = _spans(calendar.dates, row)
    share = _whole(row.share_pct, HALF)
    morning[start:stop] = share
    afternoon[start:stop] = share
    inside = stop > start
    if (
        inside
        and calendar.dates[start] == pd.Timestamp(row.from_date)
        and row.from_session in ("afternoon", "evening")
    ):
        morning[start] = 0
        afternoon[start] = 0 if row.from_session == "evening" else afternoon[start]
    if inside and calendar.dates[stop - 1] == pd.Timestamp(row.to_date) and row.to_session == "morning":
        afternoon[stop - 1] = 0
    return morning, afternoon


def _by_month(calendar: WorkCalendar, values: Ints) -> Ints:
    """Add up daily figures by month."""
    return np.bincount(calendar.month, weights=values, minlength=calendar.months).astype(np.int64)


class _Person:
    """The units of presence and of each kind of absence of one official, by month."""

    def __init__(self, calendar: WorkCalendar, official: Any, absences: list[Any]) -> None:
        start, stop = _spans(calendar.dates, official)
        present = np.zeros(len(calendar.dates), dtype=bool)
        present[start:stop] = True
        works = calendar.works & present
        free = [np.where(works, HALF, 0).astype(np.int64) for _ in range(2)]
        self.employed = _by_month(calendar, free[0] + free[1])
        taken = {"annual_leave": np.zeros_like(self.employed), "other": np.zeros_like(self.employed)}
        for row in absences:
            if row.kind == "reduced_hours":
                continue
            gone = [
                np.minimum(half, loss) for half, loss in zip(free, _absent_halves(calendar, row), strict=True)
            ]
            free = [half - loss for half, loss in zip(free, gone, strict=True)]
            kind = (
                "annual_leave"
                if row.kind == "annual_leave"
                else "other"
                if row.kind in COUNTED_AS_OTHER
                else ""
            )
            if kind:
                taken[kind] = taken[kind] + _by_month(calendar, gone[0] + gone[1])
        self.free = _by_month(calendar, free[0] + free[1])
        self.leave, self.other = taken["annual_leave"], taken["other"]
        self.reduced = np.zeros_like(self.employed)
        for row in absences:
            if row.kind == "reduced_hours":
                begin, end = _spans(calendar.dates, row)
                daily = np.where((free[0] + free[1]) > 0, _whole(row.minutes_per_day, 0), 0)
                daily[:begin] = 0
                daily[end:] = 0
                self.reduced = self.reduced + _by_month(calendar, daily)


def _rest(entitled: Fraction, dated: Ints, weights: list[Fraction], employed: Ints, full: Ints) -> Ints:
    """Spread what dated days leave of a year's entitlement over its months, in units of a day.

    Who serves only part of the year is entitled to that part.
    """
    here = [
        Fraction(int(days), int(whole)) if whole else Fraction(0)
        for days, whole in zip(employed, full, strict=True)
    ]
    shares = [weight * part for weight, part in zip(weights, here, strict=True)]
    earned = entitled * sum(shares, Fraction(0)) / sum(weights, Fraction(0))
    left = max(Fraction(0), earned - Fraction(int(dated.sum()), DAY))
    return np.array(parts(left * 100, shares), dtype=np.int64) * (DAY // 100)


def _calendar_minutes(
    instance: Instance,
    model: PlanningModel,
    calendar: WorkCalendar,
    person: _Person,
    official: Any,
    useful: int,
) -> list[int]:
    """Return the minutes of every month where the model counts days."""
    fund = model.time_fund
    fte = _whole(official.fte_pct, 10_000)
    entitled = (
        standard_leave(model, None if pd.isna(official.seniority_years) else int(official.seniority_years))
        if pd.isna(official.leave_days)
        else Fraction(int(official.leave_days), 100)
    )
    works = calendar.count(calendar.works)
    minutes: list[int] = []
    for start in range(0, calendar.months, MONTHS):
        year = slice(start, start + MONTHS)
        weights = leave_weights(instance, model, [int(count) for count in works[year]])
        full, employed, free = works[year] * DAY, person.employed[year], person.free[year]
        rest = _rest(entitled, person.leave[year], weights, employed, full)
        other = _rest(
            Fraction(fund.other_absence_days_per_year),
            person.other[year],
            [Fraction(1)] * MONTHS,
            employed,
            full,
        )
        for units, lost in zip(np.maximum(free - rest - other, 0), person.reduced[year], strict=True):
            gross = Fraction(int(units), DAY) * fund.minutes_per_day * fte / 10_000 - int(lost)
            minutes.append(max(0, half_up(gross * useful / 10_000)))
    return minutes


def _fixed_minutes(
    model: PlanningModel, person: _Person, official: Any, useful: int, month: Ints, full: Ints
) -> list[int]:
    """Return the minutes of every month where the model gives a year's time: the share of days present.

    Dated annual leave takes nothing off: the year's figure has leave taken off already.
    """
    fte = _whole(official.fte_pct, 10_000)
    minutes = []
    for standard, free, leave, lost, days in zip(
        month, person.free, person.leave, person.reduced, full, strict=True
    ):
        share = Fraction(int(free + leave), int(days) * DAY) if days else Fraction(0)
        gross = int(standard) * share * fte / 10_000 - Fraction(int(lost) * useful, 10_000)
        minutes.append(max(0, half_up(gross)))
    return minutes


def _overtime(model: PlanningModel, minutes: list[int], allowed: bool) -> list[int]:
    """Return the overtime of every month: a share of its time, under the monthly and the yearly cap."""
    rule = model.overtime
    if not allowed or rule.max_share_pct == 0:
        return [0] * len(minutes)
    share, cap = Fraction(rule.max_share_pct) / 100, rule.max_hours_month * 60
    months = [min(int(share * value), cap) for value in minutes]
    result: list[int] = []
    for start in range(0, len(months), MONTHS):
        year = months[start : start + MONTHS]
        limit = rule.max_hours_year * 60
        if sum(year) > limit:
            year = parts(Fraction(limit), [Fraction(value) for value in year])
        result += [min(value, most) for value, most in zip(year, months[start : start + MONTHS], strict=True)]
    return result


def person_time(instance: Instance, model: PlanningModel) -> pd.DataFrame:
    """Return the minutes each official has in each month of the horizon, and the overtime allowed.

    Dated annual leave uses up the entitlement and only the rest is spread as the model says; dated sickness,
    training and other absence use up the model's average of other absence in the same way. Years of service
    add leave, `fte_pct` scales, reduced hours take minutes off each day worked, and a month outside the
    official's dates has no minutes. A month never goes below zero.

    Returns
    -------
    DataFrame
        official, month, minutes, overtime_minutes; one row for each official and month, sorted.
    """
    officials = instance.table("officials").sort_values("code", kind="stable")
    months, horizon = instance.info.months, horizon_months(instance)
    found, days = days_by_calendar(instance, model)
    useful = useful_times(instance, model)
    absences: dict[str, list[Any]] = {}
    if instance.has("absences"):
        ordered = instance.table("absences").sort_values(["official", "from_date", "kind"], kind="stable")
        for row in ordered.itertuples(index=False):
            absences.setdefault(str(row.official), []).append(row)
    years = own_years(instance, model)
    fixed: dict[tuple[str, int, int], Ints] = {}
    cache: dict[tuple[Any, ...], tuple[list[int], list[int]]] = {}
    blocks: list[tuple[list[int], list[int]]] = []
    rows: Iterator[Any] = officials.itertuples(index=False)
    for row in rows:
        place = str(row.office) if row.office in found else COMMON
        share = int(useful[row.office])
        own = absences.get(str(row.code), [])
        allowed = bool(pd.isna(row.overtime) or row.overtime)
        alike = (
            place,
            share,
            years.get(str(row.office), 0),
            *(_whole(getattr(row, name), -1) for name in ("fte_pct", "leave_days", "seniority_years")),
            allowed,
        )
        usual = not own and pd.isna(row.from_date) and pd.isna(row.to_date)
        if usual and alike in cache:
            blocks.append(cache[alike])
            continue
        calendar = found[place]
        person = _Person(calendar, row, own)
        if model.time_fund.method == "calendar":
            minutes = _calendar_minutes(instance, model, calendar, person, row, share)
        else:
            year = years.get(str(row.office), 0)
            month = fixed.setdefault((place, share, year), month_minutes(model, days[place], share, year))
            minutes = _fixed_minutes(model, person, row, share, month, calendar.count(calendar.works))
        block = (minutes[horizon], _overtime(model, minutes, allowed)[horizon])
        blocks.append(block)
        if usual:
            cache[alike] = block
    result = pd.DataFrame(
        {
            "official": np.repeat(officials["code"].to_numpy(), len(months)),
            "month": np.tile(np.array(months, dtype=object), len(officials)),
        }
    ).astype("str")
    for position, column in enumerate(("minutes", "overtime_minutes")):
        values = [value for block in blocks for value in block[position]]
        result[column] = pd.array(values, dtype="Int64")
    return result
