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


def _values(draft: Draft, table: str, column: str) -> tuple[np.ndarray, np.ndarray]:
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


def _is(draft: Draft, column: str, *wanted: str) -> np.ndarray:
    """Return which registrations have one of the values in a column, its default filled in."""
    codes, distinct = draft.coded(LINES, column)
    blank = TABLES[LINES].by_name[column].stored_default
    hit = np.array([*(value in wanted for value in distinct), blank in wanted], dtype=bool)
    return np.take(hit, codes)


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
    merged, estimated = _is(draft, "status", "merged"), _is(draft, "basis", "estimated")
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
            frame["acceptance"].notna().to_numpy() & ~_is(draft, "kind", "order"),
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
        values, given = _values(draft, table, "unit_minutes")
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


def check_quantities(draft: Draft) -> None:
    """21: a monthly quantity that looks like a yearly one."""
    if not draft.has("work_items"):
        return
    rows = item_rows(draft)
    _, _, kind = period_days(draft)
    values, given = _values(draft, LINES, "quantity")
    usable = (rows >= 0) & given & live_lines(draft)
    monthly = usable & (kind == 7)
    products = draft.frames["work_items"]["product"].to_numpy(dtype=object)
    by_day = np.array([str(product).casefold() in {"ngày", "day"} for product in products], dtype=bool)
    low = np.zeros(len(rows), dtype=np.int64)
    high = np.zeros(len(rows), dtype=np.int64)
    found = monthly & by_day[rows] & (values > 6_000)
    low[found], high[found] = 1_800, 2_400
    table = pd.DataFrame({"item": rows[monthly], "value": values[monthly]})
    groups = table.groupby("item")["value"]
    stats = pd.DataFrame({"size": groups.size(), "median": groups.median()})
    median = np.zeros(len(products))
    size = np.zeros(len(products), dtype=np.int64)
    median[stats.index], size[stats.index] = stats["median"], stats["size"]
    odd = monthly & ~found & (size[rows] >= 4) & (values > 8 * median[rows]) & (values >= 1_200)
    low[odd] = high[odd] = median[rows[odd]].astype(np.int64)
    yearly = usable & (kind == 4)
    totals = pd.DataFrame({"item": rows[yearly], "value": values[yearly]}).groupby("item")["value"].median()
    year = np.zeros(len(products))
    year[totals.index] = totals
    like = monthly & ~found & ~odd & (size[rows] < 4) & (values >= 2_400) & (year[rows] > 0)
    like &= values >= 0.8 * year[rows]
    low[like] = high[like] = (year[rows[like]] / 12).astype(np.int64)
    for position in draft.some("monthly_as_yearly", LINES, "quantity", np.flatnonzero(found | odd | like)):
        draft.report(
            "monthly_as_yearly",
            LINES,
            int(position),
            "quantity",
            message=N_("Period is {period} but {value} looks like a year's quantity."),
            advice=N_("Check the period."),
            allowed=N_("usual for a month: {low} to {high}"),
            fields={
                "period": draft.text(LINES, "period", int(position)),
                "value": number(int(values[position])),
                "low": number(int(low[position]) // 100 * 100),
                "high": number(-(-int(high[position]) // 100) * 100),
            },
        )


def _cells(draft: Draft, columns: tuple[str, ...]) -> np.ndarray:
    """Return a number for each registration: equal for rows alike in these columns of codes."""
    key = np.zeros(len(draft.frames[LINES]), dtype=np.int64)
    for column in columns:
        codes, distinct = draft.coded(LINES, column)
        key = key * (len(distinct) + 1) + codes + 1
        key = pd.factorize(key)[0].astype(np.int64)
    return key


def check_annual_and_monthly(draft: Draft) -> None:
    """22: the same work in the yearly inventory and registered for a part of that year."""
    first, last, kind = period_days(draft)
    live = live_lines(draft) & draft.frames[LINES]["work_item"].notna().to_numpy()
    annual = live & _is(draft, "basis", "inventory") & (kind > 0) & (kind < 7)
    part = live & _is(draft, "basis", "registered") & _is(draft, "kind", "program") & (kind >= 7)
    if not annual.any() or not part.any():
        return
    key = _cells(draft, ("office", "organisation", "work_item"))
    shared = np.intersect1d(key[annual], key[part])
    if not len(shared):
        return
    by_key: dict[int, list[int]] = {}
    for position in np.flatnonzero(annual & np.isin(key, shared)).tolist():
        by_key.setdefault(int(key[position]), []).append(int(position))
    for position in draft.some(
        "annual_and_monthly", LINES, "work_item", np.flatnonzero(part & np.isin(key, shared))
    ):
        for other in by_key[int(key[position])]:
            if last[other] >= first[position] and first[other] <= last[position]:
                draft.report(
                    "annual_and_monthly",
                    LINES,
                    int(position),
                    "work_item",
                    message=N_(
                        "{item} is both in the inventory of {year} ({other}) and registered for {period}:"
                        " perhaps counted twice."
                    ),
                    advice=N_("Keep one."),
                    allowed=N_("one basis a month"),
                    fields={
                        "item": draft.text(LINES, "work_item", int(position)),
                        "other": draft.row_key(LINES, other),
                        "year": draft.text(LINES, "period", other),
                        "period": draft.text(LINES, "period", int(position)),
                    },
                )
                break


def check_duplicate_work(draft: Draft) -> None:
    """23: lines alike in everything but the code."""
    frame = draft.frames[LINES]
    key = _cells(draft, ("office", "organisation", "work_item", "task_name", "period"))
    values, _ = _values(draft, LINES, "quantity")
    first = pd.DataFrame({"key": key, "value": values})
    rows = np.flatnonzero(first.duplicated(keep=False).to_numpy() & live_lines(draft))
    if not len(rows):
        return
    rest = frame.iloc[rows].drop(columns="code")
    twins = rest.groupby(list(rest.columns), dropna=False, sort=False).indices
    for members in twins.values():
        positions = rows[np.sort(members)]
        if len(positions) > 1:
            keys = [draft.row_key(LINES, int(position)) for position in positions[:6]]
            draft.report(
                "duplicate_work",
                LINES,
                int(positions[1]),
                "work_item",
                message=N_("{keys} are identical."),
                advice=N_("If all are real, write one line with the quantity of them together."),
                allowed=N_("distinct lines"),
                fields={"keys": ", ".join(keys)},
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


def check_norm_per_person(draft: Draft) -> None:
    """25: minutes that may have been meant for each person; once for each norm."""
    if draft.has("work_items"):
        people, _ = _values(draft, "work_items", "people_needed")
        minutes, given = _values(draft, "work_items", "unit_minutes")
        for position in np.flatnonzero(given & (people > 1)):
            _per_person(draft, "work_items", int(position), int(minutes[position]), int(people[position]))
    people, has_people = _values(draft, LINES, "people_needed")
    if not (has_people & (people > 1)).any():
        return
    minutes, given = _values(draft, LINES, "unit_minutes")
    rows = item_rows(draft)
    if draft.has("work_items"):
        norms, has_norm = _values(draft, "work_items", "unit_minutes")
        take = ~given & (rows >= 0)
        minutes[take] = norms[rows[take]]
        given[take] = has_norm[rows[take]]
    usable = np.flatnonzero(has_people & (people > 1) & given)
    alike = pd.DataFrame({"item": rows[usable], "minutes": minutes[usable], "people": people[usable]})
    for position in usable[~alike.duplicated().to_numpy()]:
        _per_person(draft, LINES, int(position), int(minutes[position]), int(people[position]))


def _per_person(draft: Draft, table: str, position: int, minutes: int, people: int) -> None:
    draft.report(
        "norm_per_person",
        table,
        position,
        "people_needed",
        message=N_("{minutes} minutes over {people} people is {each} each."),
        advice=N_("If {minutes} is each person's, write {total}."),
        allowed=N_("minutes of all people together"),
        fields={
            "minutes": number(minutes),
            "people": people,
            "each": (number(minutes) / people).quantize(Decimal("0.1")),
            "total": str(number(minutes * people)),
        },
    )


def check_norm_spread(draft: Draft) -> None:
    """26: for the same work, offices give minutes more than five times apart."""
    minutes, given = _values(draft, LINES, "unit_minutes")
    rows = np.flatnonzero(given & draft.frames[LINES]["work_item"].notna().to_numpy())
    if not len(rows):
        return
    items = draft.coded(LINES, "work_item")[0][rows]
    groups = pd.DataFrame({"item": items, "minutes": minutes[rows]}).groupby("item")["minutes"]
    spread = pd.DataFrame({"low": groups.min(), "high": groups.max(), "median": groups.median()})
    for item, row in spread[spread["high"] > 5 * spread["low"]].iterrows():
        members = rows[items == item]
        ratio = np.maximum(minutes[members] / row["median"], row["median"] / minutes[members])
        position = int(members[int(np.argmax(ratio))])
        draft.report(
            "norm_spread",
            LINES,
            position,
            "unit_minutes",
            message=N_("For {item} offices give {low} to {high} minutes."),
            advice=N_("Ask the farthest: {office}."),
            allowed=N_("within five times"),
            fields={
                "item": draft.text(LINES, "work_item", position),
                "low": number(int(row["low"])),
                "high": number(int(row["high"])),
                "office": draft.text(LINES, "office", position),
            },
        )


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
            advice=N_("Add {missing} %.") if missing > 0 else N_("Take off {missing} %."),
            allowed=N_("100 in all"),
            fields={"profile": profile, "total": number(int(total)), "missing": number(abs(missing))},
        )


LINE_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_work_named,
    check_group_agrees,
    check_line_dates,
    check_line_conditions,
    check_merge_circles,
    check_quantities,
    check_annual_and_monthly,
    check_duplicate_work,
    check_norm_per_person,
    check_norm_spread,
)
"""Checks that need registrations."""

WORK_CHECKS: tuple[Callable[[Draft], None], ...] = (check_hours, check_norms, check_profiles)
"""Checks of work that do not need registrations."""
