"""What is left of a month from a day on: past days stay as they were, begun work keeps what is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from vitri.data.fields import split_list
from vitri.workload.month.problem import SESSIONS, MonthProblem, OvertimeLimit, Task, each_row


@dataclass(frozen=True, kw_only=True)
class Past:
    """A month until `day` (the number of the first day that is still open), as its sessions tell it.

    `rows` are the sessions themselves, `done` the minutes of each (task, person), `overtime` the minutes of
    each (person, day), `at_events` the minutes that people sent to events gave them.
    """

    day: int
    rows: pd.DataFrame
    done: Mapping[tuple[int, int], int]
    overtime: Mapping[tuple[int, int], int]
    at_events: Mapping[int, int]


def past_of(problem: MonthProblem, sessions: pd.DataFrame, day: int) -> Past:
    """Read the sessions before a day; work that the month does not know any more is in `rows` only."""
    people = {code: p for p, code in enumerate(problem.people)}
    number = {(task.registration, task.pool): k for k, task in enumerate(problem.tasks)}
    events = {event.code: event for event in problem.events}
    days = {date.isoformat(): d for d, date in enumerate(problem.days[:day])}
    rows = sessions[(sessions["office"] == problem.office) & sessions["date"].isin(list(days))]
    done: dict[tuple[int, int], int] = defaultdict(int)
    overtime: dict[tuple[int, int], int] = defaultdict(int)
    at_events: dict[int, int] = defaultdict(int)
    for row in each_row(rows):
        d = days[row.date]
        if isinstance(row.event, str):
            event = events.get(row.event)
            for code in split_list(row.officials):
                if event is None or not event.places or code not in people or people[code] in event.fixed:
                    continue
                regular, extra = problem.taken(event, people[code])
                at_events[people[code]] += regular + extra
                overtime[people[code], d] += extra
            continue
        p, k = people.get(row.officials), number.get((str(row.registration), str(row.pool)))
        if p is None:
            continue
        if k is not None:
            done[k, p] += int(row.minutes)
        if problem.extra[p, d, SESSIONS.index(row.session)]:
            overtime[p, d] += int(row.minutes)
    return Past(day=day, rows=rows, done=dict(done), overtime=dict(overtime), at_events=dict(at_events))


def rest_of(problem: MonthProblem, past: Past) -> MonthProblem:
    """Return the month from the first open day on.

    Begun work of one person may pass to another with what is left of it; of a team's work, each person's
    share stays with whoever began it. Overtime already worked counts against the caps.
    """
    by_task: dict[int, dict[int, int]] = defaultdict(dict)
    for (k, p), minutes in sorted(past.done.items()):
        by_task[k][p] = minutes
    tasks: list[Task] = []
    for k, task in enumerate(problem.tasks):
        open_ = replace(task, first=min(max(task.first, past.day), task.last))
        tasks += _left(problem, open_, by_task[k]) if k in by_task else [open_]
    regular, extra = problem.regular.copy(), problem.extra.copy()
    regular[:, : past.day] = 0
    extra[:, : past.day] = 0
    return replace(
        problem,
        regular=regular,
        extra=extra,
        tasks=tuple(tasks),
        events=tuple(event for event in problem.events if event.day >= past.day),
        limits=tuple(_limit(limit, past) for limit in problem.limits),
    )


def _limit(limit: OvertimeLimit, past: Past) -> OvertimeLimit:
    spent = sum(
        minutes
        for (p, d), minutes in past.overtime.items()
        if p == limit.person and limit.first <= d <= limit.last
    )
    return replace(limit, minutes=max(0, limit.minutes - spent))


def _left(problem: MonthProblem, task: Task, done: Mapping[int, int]) -> list[Task]:
    """Return what is left of a task that people have begun; nothing where they have done it all."""
    parts: list[Task] = []
    for p, minutes in done.items():
        left = task.minutes - minutes
        if left <= 0:
            continue
        if task.crew == 1:
            parts.append(replace(task, minutes=left))
        else:
            code = f"{task.code}/{problem.people[p]}"
            parts.append(replace(task, code=code, minutes=left, crew=1, people=(p,), must=()))
    if len(done) < task.crew:
        parts.append(
            replace(
                task,
                crew=task.crew - len(done),
                people=tuple(p for p in task.people if p not in done),
                must=tuple(p for p in task.must if p not in done),
            )
        )
    return parts[: 1 if task.crew == 1 else None]
