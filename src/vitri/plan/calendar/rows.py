"""A month's plan as run tables, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from vitri.optimise.month.plan import MonthPlan, Piece
from vitri.plan.month_audit import Piece as Row
from vitri.workload.month.problem import SESSIONS, Event, MonthProblem, each_row

#: Run tables of a calendar.
TABLES = ("sessions", "assignments", "unmet", "load")


def clock_text(minutes: int) -> str:
    """Return minutes after midnight as a clock time."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def session_of(event: Event) -> str:
    """Return the session of an event as the tables name it."""
    return "full_day" if len(event.sessions) > 1 else SESSIONS[event.sessions[0]]


def _gaps(problem: MonthProblem, busy: list[tuple[int, int]], session: int) -> list[tuple[int, int]]:
    """Return the clock times of a session that nothing fixed takes."""
    start, end = problem.clock[session]
    gaps = []
    for first, last in sorted(busy):
        if first > start:
            gaps.append((start, min(first, end)))
        start = max(start, last)
    if start < end:
        gaps.append((start, end))
    return [(a, b) for a, b in gaps if a < b]


def _timed(problem: MonthProblem, plan: MonthPlan) -> list[tuple[Piece, int, int, int]]:
    """Give each piece of work clock times inside its session, around events: piece, from, to, minutes.

    A session's useful minutes are fewer than its clock minutes; pieces share the clock in proportion. A piece
    that an event interrupts is two rows.
    """
    busy: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for event, sent in zip(problem.events, plan.sent, strict=True):
        for p in (*event.fixed, *sent):
            busy[p, event.day].append((event.start, event.end))
    slots: dict[tuple[int, int, int], list[Piece]] = defaultdict(list)
    for piece in plan.pieces:
        slots[piece.person, piece.day, piece.session].append(piece)
    rows: list[tuple[Piece, int, int, int]] = []
    for (p, day, session), pieces in sorted(slots.items()):
        gaps = _gaps(problem, busy[p, day], session) or [problem.clock[session]]
        length = sum(b - a for a, b in gaps)
        regular, extra = (int(time[p, day, session]) for time in (problem.regular, problem.extra))
        offer = max(regular or extra, sum(piece.minutes for piece in pieces), 1)
        done = 0
        for piece in pieces:
            first, last = done * length // offer, (done + piece.minutes) * length // offer
            done += piece.minutes
            rows += _rows(piece, gaps, first, max(last, first + 1))
    return rows


def _rows(
    piece: Piece, gaps: list[tuple[int, int]], first: int, last: int
) -> list[tuple[Piece, int, int, int]]:
    parts: list[tuple[int, int]] = []
    at = 0
    for start, end in gaps:
        low, high = max(first, at), min(last, at + end - start)
        if low < high:
            parts.append((start + low - at, start + high - at))
        at += end - start
    if not parts:
        start, end = gaps[-1]
        parts = [(max(start, end - 1), end)]
    total, left, rows = sum(b - a for a, b in parts), piece.minutes, []
    for number, (a, b) in enumerate(parts):
        share = left if number == len(parts) - 1 else piece.minutes * (b - a) // total
        left -= share
        rows.append((piece, a, b, share))
    return [row for row in rows if row[3] > 0]


def sessions_table(plan: MonthPlan, state: str = "draft") -> pd.DataFrame:
    """Return the calendar: one row per event, and one per piece of work and person."""
    problem = plan.problem
    rows: list[dict[str, Any]] = []
    for event, sent in zip(problem.events, plan.sent, strict=True):
        people = sorted({*event.fixed, *sent})
        rows.append(
            {
                "office": problem.office,
                "date": problem.days[event.day].isoformat(),
                "session": session_of(event),
                "start_time": clock_text(event.start),
                "end_time": clock_text(event.end),
                "title": event.title,
                "registration": event.registration,
                "event": event.code,
                "chair": problem.people[event.chair] if event.chair is not None else "",
                "officials": ";".join(problem.people[p] for p in people),
                "place": event.place or _rooms(problem, event.resources),
                "resources": ";".join(event.resources),
                "preparation": event.preparation,
                "state": state,
                "organisation": event.organisation,
            }
        )
    for piece, start, end, minutes in _timed(problem, plan):
        task = problem.tasks[piece.task]
        rows.append(
            {
                "office": problem.office,
                "date": problem.days[piece.day].isoformat(),
                "session": SESSIONS[piece.session],
                "start_time": clock_text(start),
                "end_time": clock_text(end),
                "title": task.title,
                "registration": task.registration,
                "officials": problem.people[piece.person],
                "place": task.place,
                "resources": ";".join(task.resources),
                "state": state,
                "organisation": task.organisation,
                "pool": task.pool,
                "minutes": minutes,
            }
        )
    return pd.DataFrame(rows)


def _rooms(problem: MonthProblem, resources: tuple[str, ...]) -> str:
    return ", ".join(problem.names.get(f"resources.{code}", code) for code in resources)


def tables_of(plan: MonthPlan, month: str, state: str = "draft") -> dict[str, pd.DataFrame]:
    """Return the run tables of one office's month."""
    problem = plan.problem
    overtime = _overtime(plan)
    given: list[dict[str, Any]] = []
    unmet: dict[tuple[str, str, int], int] = defaultdict(int)
    spent = [0] * len(problem.people)
    for k, (task, owners) in enumerate(zip(problem.tasks, plan.owners, strict=True)):
        if not owners:
            unmet[task.pool, task.group, task.priority] += task.minutes * task.crew
        for place, p in enumerate(sorted(owners, key=lambda p: (p not in task.must, p))):
            spent[p] += task.minutes
            given.append(
                {
                    "office": problem.office,
                    "month": month,
                    "official": problem.people[p],
                    "pool": task.pool,
                    "task_group": task.group,
                    "registration": task.registration,
                    "role": "helper" if place else "main",
                    "minutes": task.minutes,
                    "overtime_minutes": overtime.get((k, p), 0),
                    "pinned": p in task.must,
                }
            )
    for event, sent in zip(problem.events, plan.sent, strict=True):
        for p in sent:
            spent[p] += sum(problem.taken(event, p))
    load = [
        {
            "official": code,
            "month": month,
            "available_minutes": int(problem.regular[p].sum()),
            "assigned_minutes": spent[p],
            "load_pct_dec2": _share(spent[p], int(problem.regular[p].sum())),
        }
        for p, code in enumerate(problem.people)
    ]
    left = [
        {
            "office": problem.office,
            "pool": pool,
            "task_group": group,
            "month": month,
            "priority": priority,
            "minutes": minutes,
        }
        for (pool, group, priority), minutes in sorted(unmet.items())
    ]
    return {
        "sessions": sessions_table(plan, state),
        "assignments": pd.DataFrame(given),
        "unmet": pd.DataFrame(left),
        "load": pd.DataFrame(load),
    }


def _share(part: int, whole: int) -> int | None:
    return (20_000 * part + whole) // (2 * whole) if whole else None


def _overtime(plan: MonthPlan) -> dict[tuple[int, int], int]:
    """Return the overtime minutes of each task and person: the work of sessions without regular time."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for piece in plan.pieces:
        if plan.problem.regular[piece.person, piece.day, piece.session] == 0:
            found[piece.task, piece.person] += piece.minutes
    return found


def from_tables(
    problem: MonthProblem, tables: Mapping[str, pd.DataFrame], month: str, day: int = 0
) -> tuple[list[list[int]], list[list[int]], list[Row]]:
    """Read owners, people sent to events and pieces of work back from run tables, by codes.

    What the problem does not know (any more) is left out. With a first open `day` only the sessions from it
    on are read, and owners are those who work in them.
    """
    people = {code: p for p, code in enumerate(problem.people)}
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, task in enumerate(problem.tasks):
        numbers[task.registration, task.pool].append(place)

    def number_of(row: Any, p: int) -> int | None:
        """A team's work that was begun is a task for each of its people."""
        mine = numbers.get((str(row.registration), str(row.pool)), [])
        return next((k for k in mine if p in problem.tasks[k].people), mine[0] if mine else None)

    events = {event.code: i for i, event in enumerate(problem.events)}
    owners: list[list[int]] = [[] for _ in problem.tasks]
    sent: list[list[int]] = [[] for _ in problem.events]
    given = tables["assignments"]
    if day:
        given = given.iloc[:0]
    for row in each_row(given[(given["office"] == problem.office) & (given["month"] == month)]):
        k = number_of(row, people.get(str(row.official), -1))
        if k is not None and row.official in people:
            owners[k].append(people[str(row.official)])
    pieces: dict[tuple[int, int, int, int], int] = defaultdict(int)
    days = {date.isoformat(): d for d, date in enumerate(problem.days) if d >= day}
    sessions = tables["sessions"]
    for row in each_row(sessions[sessions["office"] == problem.office]):
        if row.date not in days:
            continue
        if isinstance(row.event, str):
            i = events.get(row.event)
            if i is not None and problem.events[i].places:
                named = row.officials.split(";") if isinstance(row.officials, str) else []
                here = {people[code] for code in named if code in people}
                sent[i] = sorted(here - set(problem.events[i].fixed))
            continue
        k = number_of(row, people.get(str(row.officials), -1))
        if k is not None and row.officials in people:
            if day and people[row.officials] not in owners[k]:
                owners[k].append(people[row.officials])
            key = (k, people[row.officials], days[row.date], SESSIONS.index(row.session))
            pieces[key] += int(row.minutes)
    return [sorted(who) for who in owners], sent, [(*key, minutes) for key, minutes in sorted(pieces.items())]
