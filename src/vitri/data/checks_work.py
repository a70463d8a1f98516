"""Checks of the work: registrations, the catalogue of work items, norms and profiles."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.draft import Draft
from vitri.data.fields import number_text, period_bounds
from vitri.data.tables import TABLES
from vitri.i18n import N_

LINES = "registrations"
_DEAD = ("returned", "merged", "cancelled")


def number_values(draft: Draft, table: str, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a number column as plain integers and which rows have one."""
    series = draft.filled(table, column)
    given = series.notna().to_numpy(dtype=bool).copy()
    return series.fillna(0).to_numpy(dtype=np.int64).copy(), given


def number(value: int, type_: Any = "dec2") -> Decimal:
    """Return a stored number as a decimal, for messages."""
    return Decimal(number_text(value, type_))


def item_rows(draft: Draft) -> np.ndarray:
    """Return for every registration the row of its work item, -1 without one."""
    codes, distinct = draft.coded(LINES, "work_item")
    rows = {code: row for row, code in enumerate(draft.frames["work_items"]["code"])}
    lookup = np.array([*(rows.get(code, -1) for code in distinct), -1], dtype=np.int64)
    return np.take(lookup, codes)


def live_lines(draft: Draft) -> np.ndarray:
    """Return which registrations are not returned, merged or cancelled."""
    codes, distinct = draft.coded(LINES, "status")
    dead = np.array([*(status in _DEAD for status in distinct), False], dtype=bool)
    return np.take(~dead, codes)


def which_lines(draft: Draft, column: str, *wanted: str) -> np.ndarray:
    """Return which registrations have one of the values in a column, its default filled in."""
    codes, distinct = draft.coded(LINES, column)
    blank = TABLES[LINES].by_name[column].stored_default
    hit = np.array([*(value in wanted for value in distinct), blank in wanted], dtype=bool)
    return np.take(hit, codes)


def cell_numbers(draft: Draft, columns: tuple[str, ...]) -> np.ndarray:
    """Return a number for each registration: equal for rows alike in these columns of codes."""
    key = np.zeros(len(draft.frames[LINES]), dtype=np.int64)
    for column in columns:
        codes, distinct = draft.coded(LINES, column)
        key = key * (len(distinct) + 1) + codes + 1
        key = pd.factorize(key)[0].astype(np.int64)
    return key


def _blank(draft: Draft, column: str) -> np.ndarray:
    """Return which registrations have a blank cell that was not merely unreadable."""
    blank = draft.frames[LINES][column].isna().to_numpy(dtype=bool)
    return np.asarray(blank & ~draft.is_bad(LINES, column), dtype=bool)


def period_days(draft: Draft) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return first day, last day (datetime64[D], NaT if unknown) and kind of every registration's period.

    The kind is the length of its text: 4 a year, 7 a half, quarter or month, 10 a day, 0 unknown; a half or a
    quarter counts as 5.
    """
    codes, distinct = draft.coded(LINES, "period")
    first = np.full(len(distinct) + 1, np.datetime64("NaT", "D"))
    last = first.copy()
    kind = np.zeros(len(distinct) + 1, dtype=np.int64)
    for index, period in enumerate(distinct):
        start, end = period_bounds(period)
        first[index], last[index] = np.datetime64(start, "D"), np.datetime64(end, "D")
        kind[index] = 5 if period[5:6] in {"H", "Q"} else len(period)
    return first[codes], last[codes], kind[codes]


def check_work_named(draft: Draft) -> None:
    """18: a line has a work item, or a name, a group and a norm of its own."""
    lacking = np.zeros(len(draft.frames[LINES]), dtype=bool)
    for column in ("task_name", "task_group", "unit_minutes"):
        lacking |= _blank(draft, column)
    rows = np.flatnonzero(_blank(draft, "work_item") & lacking)
    draft.report_rows(
        "no_work",
        LINES,
        rows,
        "work_item",
        message=N_("The line has neither a work item nor its own group and norm."),
        advice=N_("Give one or the other."),
        allowed=N_("work_item, or task_name + task_group + unit_minutes"),
    )


def check_group_agrees(draft: Draft) -> None:
    """19: the group of a line is that of its work item; only the owner registers an item."""
    if not draft.has("work_items"):
        return
    rows = item_rows(draft)
    known = rows >= 0
    _compare_with_item(draft, rows, known, "task_group", "group_conflict")
    _compare_with_item(draft, rows, known, "organisation", "item_of_other")


def _compare_with_item(draft: Draft, rows: np.ndarray, known: np.ndarray, column: str, code: str) -> None:
    own = draft.frames[LINES][column]
    theirs = draft.frames["work_items"][column].to_numpy(dtype=object)
    mine = own.to_numpy(dtype=object)
    expected = np.where(known, theirs[np.where(known, rows, 0)], np.nan)
    differs = own.notna().to_numpy() & pd.notna(expected)
    differs[differs] = mine[differs] != expected[differs]
    for position in draft.some(code, LINES, column, np.flatnonzero(differs)):
        item = draft.text(LINES, "work_item", int(position))
        group = code == "group_conflict"
        draft.report(
            code,
            LINES,
            int(position),
            column,
            message=N_("{item} belongs to {expected} but the line says {value}."),
            advice=N_("Clear the cell or mend the catalogue.")
            if group
            else N_("Let {expected} register it, or clear the owner in the catalogue."),
            allowed=N_("{expected}, the item's"),
            fields={"item": item, "expected": expected[position], "value": mine[position]},
        )


def check_line_dates(draft: Draft) -> None:
    """15 and 17: a due date not before its start; a period inside the horizon."""
    frame = draft.frames[LINES]
    first, last, _ = period_days(draft)
    release = frame["release_date"].to_numpy().astype("datetime64[D]")
    due = frame["due_date"].to_numpy().astype("datetime64[D]")
    start = np.where(np.isnat(release), first, release)
    end = np.where(np.isnat(due), last, due)
    given = ~np.isnat(release) | ~np.isnat(due)
    late = np.flatnonzero(given & (end < start))
    for position in draft.some("date_order", LINES, "due_date", late):
        has_due = not np.isnat(due[position])
        draft.report(
            "date_order",
            LINES,
            int(position),
            "due_date" if has_due else "release_date",
            message=N_("Due {due} is before the start {start}."),
            advice=N_("Change one of the two."),
            allowed=N_("not before the start"),
            fields={"due": end[position].item(), "start": start[position].item()},
        )
    if draft.horizon_known:
        _outside_horizon(draft, first, last)


def _outside_horizon(draft: Draft, first: np.ndarray, last: np.ndarray) -> None:
    info = draft.info
    start, _ = period_bounds(info.first_month)
    _, end = period_bounds(info.last_month)
    outside = (last < np.datetime64(start, "D")) | (first > np.datetime64(end, "D"))
    horizon = f"{info.first_month}..{info.last_month}"
    for position in draft.some("outside_horizon", LINES, "period", np.flatnonzero(outside)):
        draft.report(
            "outside_horizon",
            LINES,
            int(position),
            "period",
            message=N_("Period {value} is outside {horizon} and is not counted."),
            advice=N_("Mend the period or the horizon."),
            allowed=N_("inside {horizon}"),
            fields={"value": draft.text(LINES, "period", int(position)), "horizon": horizon},
        )


def check_line_conditions(draft: Draft) -> None:
    """Cells of a line that another cell makes necessary or rules out."""
    frame = draft.frames[LINES]
    _, _, kind = period_days(draft)
    merged, estimated = which_lines(draft, "status", "merged"), which_lines(draft, "basis", "estimated")
    conditions: tuple[tuple[np.ndarray, str, str, str], ...] = (
        (
            merged & _blank(draft, "merged_into"),
            "merged_into",
            N_("The line is merged, but not said into which."),
            N_("Give the code of the line that took it over."),
        ),
        (
            estimated & _blank(draft, "basis_note"),
            "basis_note",
            N_("The line is an estimate without a ground."),
            N_("Say what the estimate rests on."),
        ),
        (
            frame["session"].notna().to_numpy() & (kind > 0) & (kind < 10),
            "session",
            N_("A session is given, but the period is not one day."),
            N_("Write the day as the period, or clear the session."),
        ),
        (
            frame["acceptance"].notna().to_numpy() & ~which_lines(draft, "kind", "order"),
            "acceptance",
            N_("Acceptance is given, but the line is not an order."),
            N_("Clear the cell or make it an order."),
        ),
    )
    for mask, column, message, advice in conditions:
        draft.report_rows("conditional", LINES, np.flatnonzero(mask), column, message=message, advice=advice)


def check_merge_circles(draft: Draft) -> None:
    """A line is not merged into itself, not even by way of others."""
    report_circles(draft, LINES, "merged_into")


def report_circles(draft: Draft, table: str, column: str) -> None:
    """Note every row whose chain of references comes back to it; each circle once."""
    frame = draft.frames[table]
    rows = np.flatnonzero(frame[column].notna())
    codes, targets = frame["code"].to_numpy(dtype=object), frame[column].to_numpy(dtype=object)
    following = {codes[row]: targets[row] for row in rows}
    seen: set[str] = set()
    for row in rows:
        chain: list[str] = []
        code = codes[row]
        while code in following and code not in chain and code not in seen:
            chain.append(code)
            code = following[code]
        if code in chain:
            circle = chain[chain.index(code) :]
            draft.report(
                "circle",
                table,
                int(np.flatnonzero(codes == circle[0])[0]),
                column,
                message=N_("{codes} point to each other in a circle."),
                advice=N_("Clear the cell in one of them."),
                fields={"codes": ", ".join(circle)},
            )
        seen.update(chain)


def check_hours(draft: Draft) -> None:
    """20: norms that look like hours."""
    for table, fewest in (("work_items", 5), (LINES, 20)):
        if not draft.has(table):
            continue
        values, given = number_values(draft, table, "unit_minutes")
        norms = values[given]
        if len(norms) < fewest:
            continue
        below = int((norms < 6_000).sum())
        if below * 10 < len(norms) * 9:
            continue
        low, high = number(int(norms.min())), number(int(norms.max()))
        draft.report(
            "hours_as_minutes",
            table,
            None,
            "unit_minutes",
            value=f"{low}..{high}",
            message=N_("{share} % of norms are below 60: perhaps hours."),
            advice=N_("If so, name the column unit_hours."),
            allowed=N_("minutes"),
            fields={"share": 100 * below // len(norms)},
        )


def check_norms(draft: Draft) -> None:
    """24: every work item has a norm, or posts per unit if it goes by ratio."""
    if not draft.has("work_items"):
        return
    frame = draft.frames["work_items"]
    ratio = (draft.filled("work_items", "method") == "ratio").to_numpy()
    for column, mask in (("unit_minutes", ~ratio), ("posts_per_unit", ratio)):
        blank = frame[column].isna().to_numpy() & ~draft.is_bad("work_items", column)
        blank &= ~draft.is_bad("work_items", "method")
        for position in np.flatnonzero(blank & mask):
            minutes = column == "unit_minutes"
            draft.report(
                "norm_missing",
                "work_items",
                int(position),
                column,
                message=N_("{item} has no norm.") if minutes else N_("{item} has no posts per unit."),
                advice=N_("Give minutes per product.") if minutes else N_("Give the posts for one unit."),
                allowed=N_("more than 0"),
                fields={"item": draft.text("work_items", "code", int(position))},
            )


def _mend_shares(total: int) -> str:
    """Say how to bring shares to 100: a sum of 1 means fractions, of 10,000 percentages times a hundred."""
    if 99 <= total <= 101:
        return N_("They look like fractions of one: multiply each of them by 100.")
    return N_("Add {missing} %.") if total < 10_000 else N_("Take off {missing} %.")


def check_profiles(draft: Draft) -> None:
    """27: the shares of each profile add up to 100."""
    if not draft.has("profiles"):
        return
    frame = draft.frames["profiles"]
    bad = draft.is_bad("profiles", "share_pct") | draft.is_bad("profiles", "month")
    spoilt = set(frame["profile"][bad].dropna())
    totals = frame.groupby("profile", sort=False)["share_pct"].sum()
    for profile, total in totals.items():
        if total == 10_000 or profile in spoilt:
            continue
        missing = 10_000 - int(total)
        draft.report(
            "shares_not_100",
            "profiles",
            int(np.flatnonzero((frame["profile"] == profile).to_numpy())[0]),
            "share_pct",
            value=number_text(int(total), "pct"),
            row_key=str(profile),
            message=N_("The shares of {profile} add up to {total} %."),
            advice=_mend_shares(int(total)),
            allowed=N_("100 in all"),
            fields={"profile": profile, "total": number(int(total)), "missing": number(abs(missing))},
        )


LINE_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_work_named,
    check_group_agrees,
    check_line_dates,
    check_line_conditions,
    check_merge_circles,
)
"""Checks that need registrations."""

WORK_CHECKS: tuple[Callable[[Draft], None], ...] = (check_hours, check_norms, check_profiles)
"""Checks of work that do not need registrations."""
