"""The time fund of a standard post by office and month: days, leave, useful time.

Figures are integers: days in hundredths, shares in hundredths of a percent, minutes rounded half-up once. The
chain of one row is (weekdays - holidays + make-up days - leave - other) x minutes a day x useful time.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, ModelError
from vitri.i18n import N_
from vitri.policy.calendars import COMMON, Ints, WorkCalendar, calendars
from vitri.policy.planning_model import PlanningModel

MONTHS = 12
#: The methods whose year is a number of minutes instead of a count of days.
CONSTANT = ("constant_year", "office_year")


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return int((2 * value + 1) // 2)


def hundredths(value: Decimal | int) -> int:
    """Write an exact number with two decimals as a whole number of hundredths."""
    return half_up(Fraction(value) * 100)


def parts(total: Fraction, weights: list[Fraction]) -> list[int]:
    """Share a total out over months by cumulative rounding, so that the whole numbers add up to it."""
    whole = sum(weights, Fraction(0))
    if whole == 0:
        return [0] * len(weights)
    result: list[int] = []
    running = Fraction(0)
    done = 0
    for weight in weights:
        running += weight
        upto = half_up(total * running / whole)
        result.append(upto - done)
        done = upto
    return result


def _profile(instance: Instance, model: PlanningModel, code: str) -> list[Fraction]:
    """Return the twelve weights of a profile; one of the scenario's own replaces the model's."""
    if instance.has("profiles"):
        frame = instance.table("profiles")
        frame = frame[frame["profile"] == code]
        if len(frame):
            shares = {
                int(month): Fraction(int(share))
                for month, share in zip(frame["month"], frame["share_pct"], strict=True)
            }
            return [shares.get(month, Fraction(0)) for month in range(1, MONTHS + 1)]
    shares_of = {profile.code: profile.shares for profile in model.profile}
    return [Fraction(share) for share in shares_of[code]]


def leave_weights(instance: Instance, model: PlanningModel, days: list[int]) -> list[Fraction]:
    """Return how one year's leave is spread over its twelve months, given the working days of each."""
    rule = model.time_fund.leave_spread
    if rule == "equal":
        return [Fraction(1)] * MONTHS
    if rule == "workdays":
        return [Fraction(count) for count in days]
    return _profile(instance, model, rule)


def standard_leave(model: PlanningModel, seniority: int | None = None) -> Fraction:
    """Return the days of annual leave a year after so many years of service (blank: a standard post's)."""
    fund = model.time_fund
    served = fund.standard_seniority_years if seniority is None else seniority
    extra = served // fund.leave_extra_day_per_years if fund.leave_extra_day_per_years else 0
    return Fraction(fund.leave_days_per_year) + extra


def useful_times(instance: Instance, model: PlanningModel) -> pd.Series:
    """Return the useful time of each office in hundredths of a percent: the office's own or the model's."""
    offices = instance.table("offices")
    own = offices["useful_time_pct"].astype("Int64").fillna(hundredths(model.time_fund.useful_time_pct))
    return pd.Series(own.to_numpy(dtype=np.int64), index=offices["code"].to_numpy())


def own_years(instance: Instance) -> dict[str, int]:
    """Return the minutes a year of each office that states its own."""
    offices = instance.table("offices")[["code", "minutes_per_year"]].dropna()
    return {str(code): int(minutes) for code, minutes in offices.itertuples(index=False, name=None)}


def _year_rows(instance: Instance, model: PlanningModel, calendar: WorkCalendar) -> pd.DataFrame:
    """Return the days of every month of one calendar, and its exact working time in hundredths of a day."""
    fund = model.time_fund
    weekend = ~calendar.weekday
    frame = pd.DataFrame(
        {
            "weekdays": calendar.count(calendar.weekday),
            "holidays": calendar.count(calendar.weekday & ~calendar.works),
            "makeup_days": calendar.count(weekend & calendar.works),
        }
    )
    works = calendar.count(calendar.works)
    leave: list[int] = []
    other: list[int] = []
    equal = [Fraction(1)] * MONTHS
    for start in range(0, calendar.months, MONTHS):
        days = [int(count) for count in works[start : start + MONTHS]]
        leave += parts(standard_leave(model) * 100, leave_weights(instance, model, days))
        other += parts(Fraction(fund.other_absence_days_per_year) * 100, equal)
    frame["leave_days_dec2"], frame["other_days_dec2"] = leave, other
    frame["time_dec2"] = works * 100 - frame["leave_days_dec2"] - frame["other_days_dec2"]
    return frame


def _fixed_rows(model: PlanningModel, calendar: WorkCalendar, frame: pd.DataFrame) -> pd.DataFrame:
    """Replace the days of a `weeks` model by twelfths of its year, or blank them for a constant year."""
    fund = model.time_fund
    equal = [Fraction(1)] * MONTHS
    frame = frame.copy()
    for start in range(0, calendar.months, MONTHS):
        rows = slice(start, start + MONTHS - 1)
        if fund.method in CONSTANT:
            frame.loc[rows, ["leave_days_dec2", "other_days_dec2"]] = 0
            continue
        gross = Fraction(fund.weeks or 0) * Fraction(fund.days_per_week or 0)
        off = Fraction(int((frame.loc[rows, "holidays"] - frame.loc[rows, "makeup_days"]).sum()))
        if fund.holidays_per_year is not None:
            off = Fraction(fund.holidays_per_year)
        leave = parts(standard_leave(model) * 100, equal)
        frame.loc[rows, "weekdays"] = parts(gross, equal)
        frame.loc[rows, "holidays"] = parts(off, equal)
        frame.loc[rows, "makeup_days"] = 0
        frame.loc[rows, "leave_days_dec2"] = leave
        net = (gross - off) * 100 - sum(leave) - int(frame.loc[rows, "other_days_dec2"].sum())
        frame.loc[rows, "time_dec2"] = parts(net, equal)
    return frame


def month_minutes(model: PlanningModel, frame: pd.DataFrame, useful: int, own_year: int = 0) -> Ints:
    """Return the minutes of one post in every month, for one useful time in hundredths of a percent.

    `own_year` is the office's own minutes a year where the method asks for them; 0 takes the model's.
    """
    fund = model.time_fund
    if fund.method in CONSTANT:
        whole = own_year if fund.method == "office_year" and own_year else fund.minutes_per_year or 0
        year = parts(Fraction(whole) * useful / 10_000, [Fraction(1)] * MONTHS)
        return np.array(year * (len(frame) // MONTHS), dtype=np.int64)
    if fund.method == "weeks":
        minutes: list[int] = []
        for start in range(0, len(frame), MONTHS):
            days = Fraction(int(frame["time_dec2"].iloc[start : start + MONTHS].sum()), 100)
            minutes += parts(days * fund.minutes_per_day * useful / 10_000, [Fraction(1)] * MONTHS)
        return np.array(minutes, dtype=np.int64)
    exact = frame["time_dec2"].to_numpy(dtype=np.int64) * fund.minutes_per_day * useful
    return np.asarray((2 * exact + 1_000_000) // 2_000_000, dtype=np.int64)


def horizon_months(instance: Instance) -> slice:
    """Return the months of the horizon, counted from January of its first year."""
    first, last = pd.Period(instance.info.first_month, "M"), pd.Period(instance.info.last_month, "M")
    return slice(first.month - 1, first.month - 1 + last.ordinal - first.ordinal + 1)


def days_by_calendar(
    instance: Instance, model: PlanningModel
) -> tuple[Mapping[str, WorkCalendar], dict[str, pd.DataFrame]]:
    """Return the calendars and the days of each month under each of them."""
    found = calendars(instance, model)
    days: dict[str, pd.DataFrame] = {}
    for office, calendar in found.items():
        frame = _year_rows(instance, model, calendar)
        days[office] = frame if model.time_fund.method == "calendar" else _fixed_rows(model, calendar, frame)
    return found, days


def time_fund(instance: Instance, model: PlanningModel) -> pd.DataFrame:
    """Return the time of one standard post in each office and month of the horizon.

    Returns
    -------
    DataFrame
        office, month, weekdays, holidays, makeup_days (days), leave_days_dec2, other_days_dec2 (hundredths of
        a day), minutes_per_day, useful_time_pct (hundredths of a percent), minutes; by office and month.

    Raises
    ------
    ModelError
        If a month leaves no time for work; every such office and month is named.
    """
    useful = useful_times(instance, model).sort_index(kind="stable")
    found, days = days_by_calendar(instance, model)
    horizon, months = horizon_months(instance), instance.info.months
    years = own_years(instance) if model.time_fund.method == "office_year" else {}
    cache: dict[tuple[str, int, int], pd.DataFrame] = {}
    blocks: list[pd.DataFrame] = []
    for office, share in useful.items():
        key = (str(office) if office in found else COMMON, int(share), years.get(str(office), 0))
        if key not in cache:
            frame = days[key[0]].drop(columns="time_dec2").astype("int64")
            frame["minutes_per_day"] = model.time_fund.minutes_per_day
            frame["useful_time_pct"] = key[1]
            frame["minutes"] = month_minutes(model, days[key[0]], key[1], key[2])
            cache[key] = frame.iloc[horizon]
        blocks.append(cache[key])
    order: list[str] = list(next(iter(cache.values())).columns) if cache else []
    values = (
        np.concatenate([block.to_numpy() for block in blocks])
        if blocks
        else np.empty((0, len(order)), np.int64)
    )
    result = pd.DataFrame(
        {
            "office": np.repeat(useful.index.to_numpy(), len(months)),
            "month": np.tile(np.array(months, dtype=object), len(useful)),
        }
    ).astype("str")
    for position, column in enumerate(order):
        result[column] = pd.array(values[:, position], dtype="Int64")
    _refuse_empty(result, model)
    return result


def _refuse_empty(frame: pd.DataFrame, model: PlanningModel) -> None:
    """Refuse a month in which a post has no time."""
    empty = frame[frame["minutes"] <= 0]
    if len(empty):
        raise ModelError(
            Finding(
                code="time_fund_not_positive",
                table=model.file,
                row_key=str(row["office"]),
                column="time_fund",
                value=f"{row['month']}: {row['minutes']}",
                allowed=N_("more than 0 minutes"),
                message=N_("{office} has no working time in {month}."),
                advice=N_("Mend the table calendar, or the leave and absence of the model."),
                fields={"office": row["office"], "month": row["month"]},
            )
            for row in empty.to_dict("records")
        )
