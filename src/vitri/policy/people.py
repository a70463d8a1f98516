"""The time of each official: presence, dated absences, what is left of the leave, part time, overtime.

Days are counted in the units of `vitri.policy.presence`, exactly, until minutes are rounded, once.
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
from vitri.policy.presence import DAY, HALF, Presence, absences_by_official, whole


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


def undated_units(
    instance: Instance, model: PlanningModel, calendar: WorkCalendar, person: Presence, official: Any
) -> Ints:
    """Return the leave and other absence of an official that has no date, by month, in units of a day.

    Never more than the days that are left of the month. Where the model gives a year's time, leave is taken
    off that already, and nothing is left to spread.
    """
    fund = model.time_fund
    if fund.method != "calendar":
        return np.zeros_like(person.free)
    entitled = (
        standard_leave(model, None if pd.isna(official.seniority_years) else int(official.seniority_years))
        if pd.isna(official.leave_days)
        else Fraction(int(official.leave_days), 100)
    )
    works = calendar.count(calendar.works)
    spread = np.zeros_like(person.free)
    for start in range(0, calendar.months, MONTHS):
        year = slice(start, start + MONTHS)
        weights = leave_weights(instance, model, [int(count) for count in works[year]])
        full, employed = works[year] * DAY, person.employed[year]
        rest = _rest(entitled, person.leave[year], weights, employed, full)
        other = _rest(
            Fraction(fund.other_absence_days_per_year),
            person.other[year],
            [Fraction(1)] * MONTHS,
            employed,
            full,
        )
        spread[year] = rest + other
    return np.minimum(spread, person.free)


def _calendar_minutes(
    instance: Instance,
    model: PlanningModel,
    calendar: WorkCalendar,
    person: Presence,
    official: Any,
    useful: int,
) -> list[int]:
    """Return the minutes of every month where the model counts days."""
    per_day, fte = model.time_fund.minutes_per_day, whole(official.fte_pct, HALF)
    units = person.free - undated_units(instance, model, calendar, person, official)
    lost = person.reduced(calendar, per_day, fte)
    return [
        max(0, half_up(Fraction(int(days) * per_day * fte - int(off), DAY * HALF) * useful / 10_000))
        for days, off in zip(units, lost, strict=True)
    ]


def _fixed_minutes(
    model: PlanningModel,
    calendar: WorkCalendar,
    person: Presence,
    official: Any,
    useful: int,
    month: Ints,
) -> list[int]:
    """Return the minutes of every month where the model gives a year's time: the share of days present.

    Dated annual leave takes nothing off: the year's figure has leave taken off already.
    """
    fte = whole(official.fte_pct, HALF)
    reduced = person.reduced(calendar, model.time_fund.minutes_per_day, fte)
    full = calendar.count(calendar.works)
    minutes = []
    for standard, free, leave, lost, days in zip(
        month, person.free, person.leave, reduced, full, strict=True
    ):
        share = Fraction(int(free + leave), int(days) * DAY) if days else Fraction(0)
        gross = int(standard) * share * fte / 10_000 - Fraction(int(lost) * useful, DAY * HALF * 10_000)
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
    absences = absences_by_official(instance)
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
            *(whole(getattr(row, name), -1) for name in ("fte_pct", "leave_days", "seniority_years")),
            allowed,
        )
        usual = not own and pd.isna(row.from_date) and pd.isna(row.to_date)
        if usual and alike in cache:
            blocks.append(cache[alike])
            continue
        calendar = found[place]
        person = Presence(calendar, row, own)
        if model.time_fund.method == "calendar":
            minutes = _calendar_minutes(instance, model, calendar, person, row, share)
        else:
            year = years.get(str(row.office), 0)
            month = fixed.setdefault((place, share, year), month_minutes(model, days[place], share, year))
            minutes = _fixed_minutes(model, calendar, person, row, share, month)
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
