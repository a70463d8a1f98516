"""Checks that weigh quantities and norms against each other: what is likely wrong, though possible."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

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
    which_lines,
)
from vitri.data.draft import Draft
from vitri.i18n import N_


def check_quantities(draft: Draft) -> None:
    """21: a monthly quantity that looks like a yearly one."""
    if not draft.has("work_items"):
        return
    rows = item_rows(draft)
    _, _, kind = period_days(draft)
    values, given = number_values(draft, LINES, "quantity")
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


def check_annual_and_monthly(draft: Draft) -> None:
    """22: the same work in the yearly inventory and registered for a part of that year."""
    first, last, kind = period_days(draft)
    live = live_lines(draft) & draft.frames[LINES]["work_item"].notna().to_numpy()
    annual = live & which_lines(draft, "basis", "inventory") & (kind > 0) & (kind < 7)
    part = (
        live & which_lines(draft, "basis", "registered") & which_lines(draft, "kind", "program") & (kind >= 7)
    )
    if not annual.any() or not part.any():
        return
    key = cell_numbers(draft, ("office", "organisation", "work_item"))
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
    key = cell_numbers(draft, ("office", "organisation", "work_item", "task_name", "period"))
    values, _ = number_values(draft, LINES, "quantity")
    first = pd.DataFrame({"key": key, "value": values})
    rows = np.flatnonzero(first.duplicated(keep=False).to_numpy() & live_lines(draft))
    if not len(rows):
        return
    rest = frame.iloc[rows].drop(columns="code")
    twins = rest.groupby(list(rest.columns), dropna=False, sort=False).indices
    alike = [members for members in twins.values() if len(members) > 1]
    for members in alike[: draft.room("duplicate_work", LINES, "work_item", len(alike))]:
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


def check_norm_per_person(draft: Draft) -> None:
    """25: minutes that may have been meant for each person; once for each norm."""
    if draft.has("work_items"):
        people, _ = number_values(draft, "work_items", "people_needed")
        minutes, given = number_values(draft, "work_items", "unit_minutes")
        shared = np.flatnonzero(given & (people > 1))
        for position in draft.some("norm_per_person", "work_items", "people_needed", shared):
            _per_person(draft, "work_items", position, int(minutes[position]), int(people[position]))
    people, has_people = number_values(draft, LINES, "people_needed")
    if not (has_people & (people > 1)).any():
        return
    minutes, given = number_values(draft, LINES, "unit_minutes")
    rows = item_rows(draft)
    if draft.has("work_items"):
        norms, has_norm = number_values(draft, "work_items", "unit_minutes")
        take = ~given & (rows >= 0)
        minutes[take] = norms[rows[take]]
        given[take] = has_norm[rows[take]]
    usable = np.flatnonzero(has_people & (people > 1) & given)
    alike = pd.DataFrame({"item": rows[usable], "minutes": minutes[usable], "people": people[usable]})
    distinct = usable[~alike.duplicated().to_numpy()]
    for position in draft.some("norm_per_person", LINES, "people_needed", distinct):
        _per_person(draft, LINES, position, int(minutes[position]), int(people[position]))


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
    minutes, given = number_values(draft, LINES, "unit_minutes")
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


QUANTITY_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_quantities,
    check_annual_and_monthly,
    check_duplicate_work,
    check_norm_per_person,
    check_norm_spread,
)
"""Checks of likelihood that need registrations."""
