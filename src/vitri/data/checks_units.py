"""Checks of units and rhythms: a figure that would be right in another unit, with the cause suspected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from vitri.data.checks_work import (
    LINES,
    cell_numbers,
    item_rows,
    live_lines,
    number,
    number_values,
    period_days,
)
from vitri.data.draft import Draft
from vitri.data.fields import number_text
from vitri.data.findings import Both
from vitri.data.tables import TABLES
from vitri.i18n import N_

_MINUTE = 100
_HOUR = 60 * _MINUTE
#: A week of work for one product is usual in few registers; half of all norms above it is a wrong unit.
_LONG_MEDIAN = 40 * _HOUR
#: Thirty days of work and more for one product.
_VERY_LONG = 200 * _HOUR
_WEEKS = (5_200, 5_300)


def check_minutes_as_hours(draft: Draft) -> None:
    """A column `unit_hours` that seems to hold minutes; else single figures that would be months of work."""
    for table, fewest in (("work_items", 5), (LINES, 20)):
        hours = draft.hours.get(table)
        if hours is None or not hours.any():
            continue
        values, given = number_values(draft, table, "unit_minutes")
        rows = np.flatnonzero(hours & given)
        if not len(rows):
            continue
        median = int(np.median(values[rows]))
        if len(rows) >= fewest and median >= _LONG_MEDIAN:
            draft.report(
                "minutes_as_hours",
                table,
                None,
                "unit_minutes",
                value=f"{_hours(values[rows].min())}..{_hours(values[rows].max())}",
                message=N_(
                    "Half of the {count} figures in unit_hours are {median} hours or more: perhaps minutes."
                ),
                advice=N_("If so, name the column unit_minutes."),
                allowed=N_("hours for one product"),
                fields={"count": len(rows), "median": number(median // 60 // 100 * 100)},
            )
            continue
        for position in draft.some(
            "minutes_as_hours", table, "unit_minutes", rows[values[rows] >= _VERY_LONG]
        ):
            draft.report(
                "minutes_as_hours",
                table,
                position,
                "unit_minutes",
                value=_hours(values[position]),
                message=N_(
                    "{hours} hours for one product are {minutes} minutes: perhaps {hours} minutes are meant."
                ),
                advice=N_("If so, put {hours} in the column unit_minutes."),
                allowed=N_("hours for one product"),
                fields={
                    "hours": number(int(values[position]) // 60),
                    "minutes": number(int(values[position])),
                },
            )


def _hours(minutes_dec2: int | np.int64) -> str:
    return number_text(int(minutes_dec2) // 60, "dec2")


def check_norm_beside_item(draft: Draft) -> None:
    """A line's own minutes that are its item's times 60, a sixtieth, or times the people needed."""
    if not draft.has("work_items"):
        return
    own, given = number_values(draft, LINES, "unit_minutes")
    item = item_rows(draft)
    norms, known = number_values(draft, "work_items", "unit_minutes")
    at = np.where(item >= 0, item, 0)
    usable = given & (item >= 0) & known[at] & (own > 0)
    norm = norms[at]
    item_people, _ = number_values(draft, "work_items", "people_needed")
    people, has_people = number_values(draft, LINES, "people_needed")
    people = np.where(has_people, people, item_people[at])
    cases: tuple[tuple[str, np.ndarray, str, str], ...] = (
        (
            "minutes_as_hours",
            usable & (own == 60 * norm),
            N_(
                "{seen} minutes is sixty times the norm of {item} ({norm}):"
                " perhaps minutes were written as hours."
            ),
            N_("If {norm} minutes are meant, clear the cell or write {norm}."),
        ),
        (
            "hours_as_minutes",
            usable & (60 * own == norm),
            N_("{seen} minutes is a sixtieth of the norm of {item} ({norm}): perhaps hours."),
            N_("If hours are meant, write {norm} or use the column unit_hours."),
        ),
        (
            "people_twice",
            usable & (people > 1) & (own == people * norm),
            N_("{seen} minutes is the norm of {item} ({norm}) times {people} people."),
            N_("The norm holds the minutes of all people together: if it does here too, write {norm}."),
        ),
    )
    for code, mask, message, advice in cases:
        for position in draft.some(code, LINES, "unit_minutes", np.flatnonzero(mask)):
            draft.report(
                code,
                LINES,
                position,
                "unit_minutes",
                message=message,
                advice=advice,
                allowed=N_("minutes of all people together"),
                fields={
                    "seen": number(int(own[position])),
                    "norm": str(number(int(norm[position]))),
                    "people": int(people[position]),
                    "item": draft.text(LINES, "work_item", position),
                },
            )


def _monthly(draft: Draft) -> tuple[np.ndarray, np.ndarray, np.ndarray, pd.DataFrame]:
    """Return which lines are monthly ones of an item, their unit and item, and what each unit registers."""
    item = item_rows(draft)
    _, _, kind = period_days(draft)
    values, given = number_values(draft, LINES, "quantity")
    rows = np.flatnonzero((item >= 0) & given & live_lines(draft) & (kind == 7))
    unit = cell_numbers(draft, ("office", "organisation", "work_item"))[rows]
    months = draft.coded(LINES, "period")[0][rows]
    frame = pd.DataFrame(
        {"unit": unit, "value": values[rows], "month": months, "item": item[rows], "row": rows}
    )
    groups = frame.groupby("unit")
    units = pd.DataFrame(
        {
            "item": groups["item"].first(),
            "row": groups["row"].first(),
            "low": groups["value"].min(),
            "high": groups["value"].max(),
            "median": groups["value"].median(),
            "months": groups["month"].nunique(),
        }
    )
    return rows, values, item, units


def check_weekly_as_monthly(draft: Draft) -> None:
    """52 a month where a year has 52 weeks; or 1 a month where all others have four or five."""
    if not draft.has("work_items"):
        return
    rows, values, item, units = _monthly(draft)
    if not len(rows):
        return
    named = (
        draft.frames["work_items"]["name"].fillna("") + " " + draft.frames["work_items"]["product"].fillna("")
    )
    words = named.str.casefold().str.contains(r"\b(?:tuần|hàng tuần|weekly|week)\b", regex=True)
    weekly = words.to_numpy(dtype=bool)
    of_year = rows[np.isin(values[rows], _WEEKS) & weekly[item[rows]]]
    same = units[(units["low"] == units["high"]) & units["low"].isin(_WEEKS) & (units["months"] >= 3)]
    found = np.union1d(of_year, same["row"].to_numpy(dtype=np.int64))
    for position in draft.some("weekly_as_monthly", LINES, "quantity", found):
        _report_weekly(
            draft, position,
            N_("{quantity} in one month is as many as a year has weeks: perhaps the year's figure."),
            N_("For work of every week write 4 or 5 a month, or give the year as the period."),
        )  # fmt: skip
    few = (units["low"] == 100) & (units["high"] == 100) & (units["months"] >= 3)
    usual = units["median"].between(400, 500)
    share = usual.groupby(units["item"]).agg(["sum", "size"])
    items = share.index[(share["sum"] >= 4) & (3 * share["sum"] >= 2 * share["size"])]
    once = units.loc[few & units["item"].isin(items), "row"].to_numpy(dtype=np.int64)
    for position in draft.some("weekly_as_monthly", LINES, "quantity", np.sort(once)):
        _report_weekly(
            draft, position,
            N_("{quantity} every month, where others register 4 or 5: perhaps the figure of one week."),
            N_("If it is done every week, write 4 or 5 a month."),
        )  # fmt: skip


def _report_weekly(draft: Draft, position: int, message: str, advice: str) -> None:
    draft.report(
        "weekly_as_monthly",
        LINES,
        position,
        "quantity",
        message=message,
        advice=advice,
        allowed=N_("4 or 5 a month for work of every week"),
        fields={"quantity": draft.text(LINES, "quantity", position)},
    )


def check_yearly_as_monthly(draft: Draft) -> None:
    """A yearly quantity that is a twelfth of what nearly all others register for a year."""
    if not draft.has("work_items"):
        return
    item = item_rows(draft)
    _, _, kind = period_days(draft)
    values, given = number_values(draft, LINES, "quantity")
    rows = np.flatnonzero((item >= 0) & given & live_lines(draft) & (kind == 4) & (values > 0))
    if not len(rows):
        return
    frame = pd.DataFrame({"item": item[rows], "value": values[rows]})
    median = frame.groupby("item")["value"].transform("median").to_numpy()
    like = np.abs(values[rows] - median) <= 0.1 * median
    share = (
        pd.DataFrame({"item": item[rows], "like": like}).groupby("item")["like"].transform("mean").to_numpy()
    )
    size = frame.groupby("item")["value"].transform("size").to_numpy()
    twelfth = np.abs(12 * values[rows] - median) <= 0.15 * median
    found = (size >= 5) & (share >= 2 / 3) & (median >= 1_200) & twelfth
    for place in np.flatnonzero(found)[
        : draft.room("yearly_as_monthly", LINES, "quantity", int(found.sum()))
    ]:
        position = int(rows[place])
        draft.report(
            "yearly_as_monthly",
            LINES,
            position,
            "quantity",
            message=N_(
                "Period is {period} but {quantity} is a twelfth of the usual {usual}: perhaps one month's."
            ),
            advice=N_("Write the quantity of the whole period, or give the month as the period."),
            allowed=N_("about {usual} a year"),
            fields={
                "period": draft.text(LINES, "period", position),
                "quantity": number(int(values[position])),
                "usual": number(int(median[place]) // 100 * 100),
            },
        )


def check_fractions(draft: Draft) -> None:
    """A percentage of at most 1: perhaps a fraction. Profiles are looked at whole, see `check_profiles`."""
    for table, spec in TABLES.items():
        if table == "profiles" or not draft.has(table):
            continue
        for field in spec.fields:
            if field.type != "pct":
                continue
            values, given = number_values(draft, table, field.name)
            small = np.flatnonzero(
                given & (values > 0) & (values <= 100) & ~draft.frames[table][field.name].isna()
            )
            for position in draft.some("fraction_as_percent", table, field.name, small):
                draft.report(
                    "fraction_as_percent",
                    table,
                    position,
                    field.name,
                    message=N_("{title} is {value} %: perhaps a fraction of one."),
                    advice=N_("If {meant} % is meant, write {meant}."),
                    allowed=N_("percent, 0 to 100"),
                    fields={
                        "title": Both(field.title_vi, field.title_en),
                        "value": number(int(values[position])),
                        "meant": int(values[position]),
                    },
                )


UNIT_LINE_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_norm_beside_item,
    check_weekly_as_monthly,
    check_yearly_as_monthly,
)
"""Checks of units that need registrations."""

UNIT_CHECKS: tuple[Callable[[Draft], None], ...] = (check_minutes_as_hours, check_fractions)
"""Checks of units that do not need registrations."""
