"""Working days: weekdays, public holidays, days off and make-up days, by calendar instead of by office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, ModelError
from vitri.i18n import N_
from vitri.policy.planning_model import PlanningModel

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: The calendar of every office that has no rows of its own in the table `calendar`.
COMMON = ""


@dataclass(frozen=True)
class WorkCalendar:
    """The days of whole calendar years: which are weekdays and which are worked.

    Arrays have one entry per day. `month` counts months from January of the first year.
    """

    dates: pd.DatetimeIndex
    weekday: Flags
    works: Flags
    month: Ints

    @property
    def months(self) -> int:
        """The number of months covered, whole years."""
        return int(self.month[-1]) + 1

    def count(self, flags: Flags) -> Ints:
        """Count flagged days by month."""
        return np.bincount(self.month[flags], minlength=self.months).astype(np.int64)


@cache
def public_holidays(
    country: str, first_year: int, last_year: int
) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Return the days off and the working weekend days of a country, as published or by rule.

    Raises
    ------
    ModelError
        If the country has no calendar.
    """
    if not country:
        return frozenset(), frozenset()
    import holidays

    try:
        days = holidays.country_holidays(country, years=range(first_year, last_year + 1), observed=True)
    except NotImplementedError:
        raise ModelError(
            Finding(
                code="unknown_calendar",
                table="model.toml",
                column="time_fund.holidays",
                value=country,
                allowed=N_('a country such as "VN", or "" for no holidays'),
                message=N_('There is no holiday calendar "{name}".'),
                advice=N_("Write another country, or list the days off in the table calendar."),
                fields={"name": country},
            )
        ) from None
    return frozenset(days), frozenset(days.weekend_workdays)


def years(instance: Instance) -> tuple[int, int]:
    """Return the first and last calendar year of the horizon."""
    return int(instance.info.first_month[:4]), int(instance.info.last_month[:4])


def _rows(instance: Instance, model: PlanningModel) -> tuple[tuple[dt.date, str, bool], ...]:
    """Join the model's days and the scenario's as (date, office, works), in rising order of weight.

    Weight: the model's file, then the scenario's table; within each a row for one office beats one for all.
    """
    own = sorted((day.office != COMMON, day.date, day.office, day.kind == "work") for day in model.calendar)
    given: list[tuple[bool, dt.date, str, bool]] = []
    if instance.has("calendar"):
        frame = instance.table("calendar")
        offices = frame["office"].astype("str").fillna(COMMON)
        given = sorted(
            (office != COMMON, day.date(), office, kind == "work")
            for day, office, kind in zip(frame["date"], offices, frame["kind"], strict=True)
        )
    return tuple((date, office, works) for _, date, office, works in [*own, *given])


def calendars(instance: Instance, model: PlanningModel) -> Mapping[str, WorkCalendar]:
    """Return one calendar for all offices (key blank) and one for each office with days of its own.

    They cover the whole calendar years of the horizon, since leave is counted by the year.
    """
    first, last = years(instance)
    return _calendars(first, last, model.time_fund.holidays, _rows(instance, model))


@lru_cache(maxsize=64)
def _calendars(
    first: int, last: int, country: str, rows: tuple[tuple[dt.date, str, bool], ...]
) -> Mapping[str, WorkCalendar]:
    """Build the calendars of some years; kept, because every office asks for them."""
    dates = pd.date_range(f"{first}-01-01", f"{last}-12-31", freq="D")
    weekday = np.asarray(dates.day_of_week < 5)
    month = np.asarray((dates.year - first) * 12 + dates.month - 1, dtype=np.int64)
    start = dt.date(first, 1, 1).toordinal()
    base = weekday.copy()
    for days, works in zip(public_holidays(country, first, last), (False, True), strict=True):
        inside = [day.toordinal() - start for day in days if first <= day.year <= last]
        base[inside] = works
    result: dict[str, WorkCalendar] = {}
    for office in [COMMON, *sorted({office for _, office, _ in rows} - {COMMON})]:
        flags = base.copy()
        for day, place, works in rows:
            if place in (COMMON, office) and first <= day.year <= last:
                flags[day.toordinal() - start] = works
        result[office] = WorkCalendar(dates, weekday, flags, month)
    return MappingProxyType(result)


def working_days(instance: Instance, model: PlanningModel, office: str = COMMON) -> pd.DatetimeIndex:
    """Return the working days of an office in the horizon, make-up days among them, in order.

    A blank office means one without days of its own. Where the model has no holidays, these are its weekdays
    after the overrides.
    """
    found = calendars(instance, model)
    calendar = found.get(office, found[COMMON])
    info = instance.info
    inside = (calendar.dates >= pd.Timestamp(info.first_month)) & (
        calendar.dates < pd.Timestamp(info.last_month) + pd.DateOffset(months=1)
    )
    return calendar.dates[calendar.works & np.asarray(inside)]
