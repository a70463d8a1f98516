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
#: One whole in the unit of changes, 1/100 %.
BP = 10_000


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


def own_years(instance: Instance, model: PlanningModel) -> dict[str, int]:
    """Return the minutes a year of each office that states its own, where the method asks for them."""
    if model.time_fund.method != "office_year":
        return {}
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
    none = np.zeros(1, dtype=np.int64)
    months: Ints = changed_minutes(model, frame, useful, none, none, own_year)[0]
    return months


def changed_useful(useful: int, change_bp: Ints) -> list[int]:
    """Return a useful time (1/100 %) under changes in 1/100 %, times 10,000; at most 100 %."""
    return [min(useful * (BP + int(change)), max(useful, BP) * BP) for change in change_bp]


def changed_minutes(
    model: PlanningModel,
    frame: pd.DataFrame,
    useful: int,
    time_bp: Ints,
    useful_bp: Ints,
    own_year: int = 0,
) -> Ints:
    """Return the minutes of one post under several changes of the time fund and of useful time.

    `time_bp` and `useful_bp` are equally long, in 1/100 %; the result is [change, month]. A change joins the
    product before its one rounding: half-up in each month, cumulative where a year is shared out. `own_year`
    is as in `month_minutes`.
    """
    fund = model.time_fund
    # Python integers: a year's minutes × two factors of 10,000 × useful time does not always fit into int64.
    factor = np.array(
        [
            share * (BP + int(change))
            for share, change in zip(changed_useful(useful, useful_bp), time_bp, strict=True)
        ],
        dtype=object,
    )[:, None]
    unit = BP**3
    if fund.method == "calendar":
        exact = (
            frame["time_dec2"].to_numpy(dtype=np.int64).astype(object)[None] * fund.minutes_per_day * factor
        )
        return np.asarray((2 * exact + 100 * unit) // (200 * unit), dtype=np.int64)
    years: list[Ints] = []
    running = np.arange(MONTHS + 1).astype(object)[None]
    for start in range(0, len(frame), MONTHS):
        if fund.method in CONSTANT:
            own = own_year if fund.method == "office_year" else 0
            year, scale = int(own or fund.minutes_per_year or 0), unit
        else:
            days = int(frame["time_dec2"].iloc[start : start + MONTHS].sum())
            year, scale = days * fund.minutes_per_day, 100 * unit
        upto = (2 * year * factor * running + MONTHS * scale) // (2 * MONTHS * scale)
        years.append(np.diff(upto.astype(np.int64), axis=1))
    return np.concatenate(years, axis=1)


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


def time_fund(
    instance: Instance, model: PlanningModel, *, change_bp: int = 0, useful_change_bp: int = 0
) -> pd.DataFrame:
    """Return the time of one standard post in each office and month of the horizon.

    `change_bp` changes the minutes of a post, `useful_change_bp` the useful time (which stays at most
    100 %), both in 1/100 %.

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
    time_bp, useful_bp = np.array([change_bp], np.int64), np.array([useful_change_bp], np.int64)
    found, days = days_by_calendar(instance, model)
    horizon, months = horizon_months(instance), instance.info.months
    years = own_years(instance, model)
    cache: dict[tuple[str, int, int], pd.DataFrame] = {}
    blocks: list[pd.DataFrame] = []
    for office, share in useful.items():
        key = (str(office) if office in found else COMMON, int(share), years.get(str(office), 0))
        if key not in cache:
            frame = days[key[0]].drop(columns="time_dec2").astype("int64")
            frame["minutes_per_day"] = model.time_fund.minutes_per_day
            frame["useful_time_pct"] = half_up(Fraction(changed_useful(key[1], useful_bp)[0], BP))
            frame["minutes"] = changed_minutes(model, days[key[0]], key[1], time_bp, useful_bp, key[2])[0]
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


def funds_under(
    instance: Instance, model: PlanningModel, time_bp: Ints, useful_bp: Ints
) -> tuple[Ints, list[int], Ints]:
    """Return the time funds under several changes at once (see `changed_minutes`).

    Returns the kind of each office, by office code; the useful time of each kind; and the minutes [kind,
    change, month of the horizon].
    """
    useful = useful_times(instance, model).sort_index(kind="stable")
    found, days = days_by_calendar(instance, model)
    horizon = horizon_months(instance)
    years = own_years(instance, model)
    kinds: dict[tuple[str, int, int], int] = {}
    of_office: list[int] = []
    for office, share in useful.items():
        key = (str(office) if office in found else COMMON, int(share), years.get(str(office), 0))
        of_office.append(kinds.setdefault(key, len(kinds)))
    minutes = [
        changed_minutes(model, days[code], share, time_bp, useful_bp, year)[:, horizon]
        for code, share, year in kinds
    ]
    shape = (0, len(time_bp), len(instance.info.months))
    table = np.stack(minutes) if minutes else np.zeros(shape, dtype=np.int64)
    return np.array(of_office, dtype=np.int64), [share for _, share, _ in kinds], table


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
