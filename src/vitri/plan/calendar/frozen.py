"""A calendar of which the first days are past: their rows stay, the rest is planned, the tables hold both."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.workload.month.problem import MonthProblem, each_row
from vitri.workload.month.rest import Past

_KEY = ["office", "month", "official", "pool", "registration"]


def first_open_day(problem: MonthProblem, today: dt.date | None) -> int:
    """Return the number of the first day that may still change; 0 without a day.

    Raises `DataError` if the month is over by then.
    """
    if today is None or today <= problem.days[0]:
        return 0
    if today > problem.days[-1]:
        raise DataError(
            Finding(
                code="month_is_over",
                column="--today",
                value=today.isoformat(),
                allowed=N_("until {last}"),
                message=N_("On {today} the month of the calendar is over: nothing may change any more."),
                advice=N_("Name a day of the month, or plan the next month."),
                fields={
                    "today": today.strftime("%d/%m/%Y"),
                    "last": problem.days[-1].strftime("%d/%m/%Y"),
                },
            )
        )
    return problem.days.index(today)


def with_past(
    tables: Mapping[str, pd.DataFrame],
    problem: MonthProblem,
    past: Past,
    published: Mapping[str, pd.DataFrame],
) -> dict[str, pd.DataFrame]:
    """Return the tables of the rest of a month joined with what was published for its past days.

    `problem` is the whole month. Whoever only did a part that is past counts as a helper once someone else
    is responsible for the rest.
    """
    sessions = pd.concat([past.rows, tables["sessions"]], ignore_index=True)
    return {
        "sessions": sessions,
        "assignments": _assignments(tables["assignments"], problem, past, published["assignments"]),
        "unmet": tables["unmet"],
        "load": _load(tables["load"], problem, past),
    }


def _assignments(rest: pd.DataFrame, problem: MonthProblem, past: Past, old: pd.DataFrame) -> pd.DataFrame:
    minutes: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in each_row(past.rows[past.rows["event"].isna()]):
        minutes[str(row.officials), str(row.pool), str(row.registration)] += int(row.minutes)
    old = old[old["office"] == problem.office]
    known = {(str(row.official), str(row.pool), str(row.registration)): row for row in each_row(old)}
    people = {code: p for p, code in enumerate(problem.people)}
    rows = {
        (str(row["official"]), str(row["pool"]), str(row["registration"])): row
        for row in rest.to_dict("records")
    }
    led = {(pool, line) for (_, pool, line), row in rows.items() if row["role"] == "main"}
    for key, done in sorted(minutes.items()):
        if key in rows:
            rows[key] = rows[key] | {"minutes": rows[key]["minutes"] + done}
        elif key in known and key[0] in people:
            row = known[key]._asdict()
            role = "helper" if key[1:] in led else row["role"]
            rows[key] = row | {"minutes": done, "role": role, "overtime_minutes": 0}
    _count_overtime(rows, problem, past)
    return pd.DataFrame([row for _, row in sorted(rows.items(), key=lambda item: (item[0][2], item[0]))])


def _count_overtime(rows: dict[tuple[str, str, str], dict], problem: MonthProblem, past: Past) -> None:  # type: ignore[type-arg]
    """Add the overtime of past days to the rows of the work that took it."""
    people = {code: p for p, code in enumerate(problem.people)}
    days = {date.isoformat(): d for d, date in enumerate(problem.days)}
    for row in each_row(past.rows[past.rows["event"].isna()]):
        key = (str(row.officials), str(row.pool), str(row.registration))
        if key not in rows:
            continue
        session = ("morning", "afternoon", "evening").index(row.session)
        if problem.extra[people[key[0]], days[row.date], session]:
            rows[key]["overtime_minutes"] += int(row.minutes)


def _load(rest: pd.DataFrame, problem: MonthProblem, past: Past) -> pd.DataFrame:
    people = {code: p for p, code in enumerate(problem.people)}
    done: dict[str, int] = defaultdict(int)
    for row in each_row(past.rows[past.rows["event"].isna()]):
        done[str(row.officials)] += int(row.minutes)
    rows = []
    for row in rest.to_dict("records"):
        p = people[row["official"]]
        time = int(problem.regular[p].sum())
        work = int(row["assigned_minutes"]) + done[row["official"]] + past.at_events.get(p, 0)
        share = (20_000 * work + time) // (2 * time) if time else None
        rows.append(row | {"available_minutes": time, "assigned_minutes": work, "load_pct_dec2": share})
    return pd.DataFrame(rows)
