"""Checks of people and time: officials, absences, events, pins, submissions, rank codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import pandas as pd

from vitri.data.draft import Draft
from vitri.data.fields import split_list
from vitri.data.tables import TABLES
from vitri.i18n import N_

_LOST_ZERO = re.compile(r"\d\.\d{1,3}")
_ORDERED = (
    ("absences", "from_date", "to_date"),
    ("officials", "from_date", "to_date"),
    ("memberships", "from_month", "to_month"),
    ("pins", "from_month", "to_month"),
    ("events", "start_time", "end_time"),
)
_HALVES = {
    "morning": {"morning"},
    "afternoon": {"afternoon"},
    "evening": {"evening"},
    "full_day": {"morning", "afternoon"},
}


def check_order(draft: Draft) -> None:
    """15: an end is not before its start."""
    for table, start, end in _ORDERED:
        if not draft.has(table):
            continue
        first, last = draft.frames[table][start], draft.frames[table][end]
        both = first.notna() & last.notna()
        wrong = np.flatnonzero((both & (last < first)).to_numpy(dtype=bool))
        for position in draft.some("date_order", table, end, wrong):
            draft.report(
                "date_order",
                table,
                position,
                end,
                message=N_("The end {end} is before the start {start}."),
                advice=N_("Change one of the two."),
                allowed=N_("not before the start"),
                fields={"end": _shown(last.iloc[position]), "start": _shown(first.iloc[position])},
            )


def _shown(value: object) -> object:
    return value.date() if isinstance(value, pd.Timestamp) else value


def check_ranks_form(draft: Draft) -> None:
    """8: a rank code that lost its first zero."""
    for spec in TABLES.values():
        for field in spec.fields:
            if "model.rank" not in field.refers_to:
                continue
            numbers, cells = draft.coded(spec.name, field.name)
            for number, cell in enumerate(cells):
                for rank in split_list(cell):
                    if not _LOST_ZERO.fullmatch(rank):
                        continue
                    whole, _, part = rank.partition(".")
                    draft.report_rows(
                        "rank_lost_zero",
                        spec.name,
                        np.flatnonzero(numbers == number),
                        field.name,
                        value=rank,
                        message=N_("Rank {rank}: a spreadsheet may have dropped a zero."),
                        advice=N_("Is it {near}? Format the column as text."),
                        allowed=N_("rank codes"),
                        fields={"rank": rank, "near": f"0{whole}.{part:0<3}"},
                    )


def check_person_conditions(draft: Draft) -> None:
    """Cells about people that another cell makes necessary or rules out."""
    officials, absences = draft.frames["officials"], draft.frames["absences"]
    category = draft.filled("officials", "category")
    unranked = category.isin(["cadre", "contract_111", "part_time_activist"])
    _needs(
        draft,
        "officials",
        "rank",
        (officials["rank"].isna() & ~unranked).to_numpy(dtype=bool),
        N_("The rank is blank."),
        N_("Give the rank code, or the category cadre or contract_111."),
    )
    reduced = absences["kind"] == "reduced_hours"
    _needs(
        draft,
        "absences",
        "minutes_per_day",
        (absences["minutes_per_day"].notna() & ~reduced & absences["kind"].notna()).to_numpy(dtype=bool),
        N_("Minutes a day are given, but the kind is not reduced hours."),
        N_("Clear the cell, or choose reduced_hours."),
    )
    pins = draft.frames["pins"]
    kind = pins["kind"]
    session = kind == "at_session"
    for column, wanted in (
        ("official", ~session & kind.notna()),
        ("position", kind == "hold_position"),
        ("date", session),
        ("session", session),
    ):
        _needs(
            draft,
            "pins",
            column,
            (wanted & pins[column].isna()).to_numpy(dtype=bool),
            N_("This kind of pin needs the cell."),
            N_("Fill in the cell."),
        )
    if not draft.has("history"):
        return
    history = draft.frames["history"]
    decided = (history["column"] == "status") & history["after"].isin(["returned", "merged"])
    _needs(
        draft,
        "history",
        "reason",
        (decided & history["reason"].isna()).to_numpy(dtype=bool),
        N_("A line was returned or merged without a reason."),
        N_("Give the reason."),
    )


def _needs(draft: Draft, table: str, column: str, mask: np.ndarray, message: str, advice: str) -> None:
    rows = np.flatnonzero(mask & ~draft.is_bad(table, column))
    draft.report_rows("conditional", table, rows, column, message=message, advice=advice)


def check_headcount(draft: Draft) -> None:
    """35: incumbents given by position agree with the officials listed."""
    if not draft.has("officials") or not draft.has("current_posts"):
        return
    posts, officials = draft.frames["current_posts"], draft.frames["officials"]
    listed = officials.groupby(["office", "position"]).size()
    for (office, position), rows in posts.groupby(["office", "position"], sort=True):
        if rows["incumbents"].isna().any():
            continue
        given, counted = int(rows["incumbents"].sum()), int(listed.get((office, position), 0))
        if given != counted:
            draft.report(
                "headcount_differs",
                "current_posts",
                int(rows.index[0]),
                "incumbents",
                value=str(given),
                row_key=f"{office},{position}",
                message=N_("Incumbents says {given}, officials lists {counted}."),
                advice=N_("Mend one of the two."),
                allowed=N_("{counted}, counted"),
                fields={"given": given, "counted": counted},
            )


def check_bookings(draft: Draft) -> None:
    """39: nobody and nothing is in two events at the same time."""
    if not draft.has("events"):
        return
    frame = draft.frames["events"]
    live = (draft.filled("events", "status") != "cancelled").to_numpy(dtype=bool)
    booked: dict[tuple[str, str, object], list[int]] = {}
    for position in np.flatnonzero(
        live & frame["date"].notna().to_numpy() & frame["session"].notna().to_numpy()
    ):
        row = frame.iloc[position]
        people = [row["chair"], *split_list(row["participants"])]
        for column, who in [("chair", name) for name in people] + [
            ("resources", name) for name in split_list(row["resources"])
        ]:
            if isinstance(who, str) and not who.startswith("@"):
                booked.setdefault((column, who, row["date"]), []).append(int(position))
    for (column, who, day), positions in booked.items():
        for one, two in combinations(sorted(set(positions)), 2):
            if _overlap(frame, one, two):
                _report_booking(draft, column, who, day, one, two)


def _overlap(frame: pd.DataFrame, one: int, two: int) -> bool:
    first, second = frame.iloc[one], frame.iloc[two]
    times = [first["start_time"], first["end_time"], second["start_time"], second["end_time"]]
    if all(isinstance(time, str) for time in times):
        return bool(times[0] < times[3] and times[2] < times[1])
    return bool(_HALVES[first["session"]] & _HALVES[second["session"]])


def _report_booking(draft: Draft, column: str, who: str, day: object, one: int, two: int) -> None:
    first, second = draft.row_key("events", one), draft.row_key("events", two)
    draft.report(
        "double_booking",
        "events",
        two,
        column,
        value=who,
        row_key=f"{first}, {second}",
        message=N_("{who} is in both {first} and {second} at one time on {day}."),
        advice=N_("Move one of the two."),
        allowed=N_("one place at a time"),
        fields={"who": who, "first": first, "second": second, "day": _shown(day)},
    )


def check_submissions(draft: Draft) -> None:
    """40: an organisation that did not register a month."""
    states = draft.frames["submissions"]["state"]
    estimated = draft.info.estimate_enabled
    missing = np.flatnonzero((states == "missing").to_numpy(dtype=bool))
    for position in draft.some("not_submitted", "submissions", "state", missing):
        draft.report(
            "not_submitted",
            "submissions",
            position,
            "state",
            message=N_("{organisation} did not register {month}: it will be estimated.")
            if estimated
            else N_("{organisation} did not register {month}, and estimates are off."),
            advice=N_('If there is no work choose "nil".'),
            allowed=N_("complete, partial or nil"),
            fields={
                "organisation": draft.text("submissions", "organisation", position),
                "month": draft.text("submissions", "month", position),
            },
        )


def duties_held(draft: Draft) -> Iterable[tuple[int, dict[str, list[str]]]]:
    """Yield for each official's row the duties of the positions held → those positions."""
    duty = {
        code: name
        for code, name in zip(
            draft.frames["task_groups"]["code"], draft.frames["task_groups"]["duty"], strict=True
        )
        if isinstance(name, str)
    }
    by_position: dict[str, set[str]] = {}
    positions = draft.frames["positions"]
    for code, groups in zip(positions["code"], positions["task_groups"], strict=True):
        by_position[code] = {duty[group] for group in split_list(groups) if group in duty}
    officials = draft.frames["officials"]
    for row, (main, also) in enumerate(zip(officials["position"], officials["also_positions"], strict=True)):
        held: dict[str, list[str]] = {}
        for position in (*split_list(main), *split_list(also)):
            for name in sorted(by_position.get(position, ())):
                held.setdefault(name, []).append(position)
        yield row, held


PEOPLE_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_order,
    check_ranks_form,
    check_person_conditions,
    check_headcount,
    check_bookings,
    check_submissions,
)
"""Checks of people and time."""
