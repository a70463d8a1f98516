"""What is wrong with a month before anything is planned: findings with the rows and a proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from vitri.data.fields import split_list
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.workload.month.problem import SESSIONS, Event, Ints, MonthProblem, each_row

if TYPE_CHECKING:
    from vitri.data.instance import Instance


@dataclass(frozen=True)
class MonthFacts:
    """A month, what everybody offered before events were taken off, and whether weekends are worked."""

    instance: Instance
    problem: MonthProblem
    offers: Ints
    weekend: bool
    month: str


def month_findings(facts: MonthFacts) -> Findings:
    """Return everything that is wrong (errors) or odd (warnings) about a month."""
    problem = facts.problem
    if not len(problem.people):
        return Findings((_nobody(facts),))
    if not facts.offers.any():
        return Findings((_no_days(facts),))
    found = [*_hours(facts), *_bookings(problem), *_things(facts), *_absences(facts), *_unable(facts)]
    return Findings.of(found)


def _nobody(facts: MonthFacts) -> Finding:
    return Finding(
        code="no_officials",
        table="officials",
        row_key=facts.problem.office,
        message=N_("Office {office} has no officials, so there is nobody to plan for."),
        advice=N_("Fill in the table of officials."),
        fields={"office": facts.problem.office},
    )


def _no_days(facts: MonthFacts) -> Finding:
    return Finding(
        code="month_without_days",
        table="calendar",
        row_key=facts.month,
        message=N_("Nobody of office {office} has a working day in {month}."),
        advice=N_("Look at the tables of days off and absences, and at the dates people serve."),
        fields={"office": facts.problem.office, "month": facts.month},
    )


def _shown(day: dt.date) -> str:
    return day.strftime("%d/%m/%Y")


def clock_text(minutes: int) -> str:
    """Return minutes after midnight as a clock time."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hours(facts: MonthFacts) -> Iterator[Finding]:
    """Events on days off, and times outside the session they name."""
    problem = facts.problem
    open_days = [d for d in range(len(problem.days)) if facts.offers[:, d].any()]
    for event in problem.events:
        day = problem.days[event.day]
        if event.day not in open_days:
            near = min(open_days, key=lambda d, at=event.day: (abs(d - at), d))  # type: ignore[misc]
            yield Finding(
                code="event_outside_hours",
                table="events",
                row_key=event.code,
                column="date",
                value=day.isoformat(),
                allowed=N_("a working day"),
                message=N_("{event} is on {day}, which is not a working day."),
                advice=N_("Move it to {near}, or enter {day} as a working day in the calendar table."),
                fields={"event": event.code, "day": _shown(day), "near": _shown(problem.days[near])},
            )
        first, last = problem.clock[event.sessions[0]][0], problem.clock[event.sessions[-1]][1]
        if event.start < first or event.end > last or event.start >= event.end:
            yield Finding(
                code="event_outside_hours",
                severity="warning",
                table="events",
                row_key=event.code,
                column="start_time",
                value=f"{clock_text(event.start)}-{clock_text(event.end)}",
                allowed=N_("{first} to {last}"),
                message=N_("{event} on {day} is outside the hours of its session."),
                advice=N_("Mend the times, or name the session they lie in."),
                fields={
                    "event": event.code,
                    "day": _shown(day),
                    "first": clock_text(first),
                    "last": clock_text(last),
                },
            )


def _pairs(problem: MonthProblem) -> Iterator[tuple[Event, Event]]:
    for one, two in combinations(problem.events, 2):
        if one.day == two.day and one.start < two.end and two.start < one.end:
            yield one, two


def _bookings(problem: MonthProblem) -> Iterator[Finding]:
    """Two events at one time with the same people, rooms or vehicles."""
    for one, two in _pairs(problem):
        who = sorted(set(one.fixed) & set(two.fixed))
        things = sorted(set(one.resources) & set(two.resources))
        for column, names in (("participants", [problem.people[p] for p in who]), ("resources", things)):
            if names:
                later = two if two.movable or not one.movable else one
                yield Finding(
                    code="double_booking",
                    table="events",
                    row_key=f"{one.code}, {two.code}",
                    column=column,
                    value=";".join(names),
                    allowed=N_("one place at a time"),
                    message=N_(
                        '"{first_title}" ({first}, {first_time}) and "{second_title}" ({second}, '
                        "{second_time}) on {day} both have {names}."
                    ),
                    advice=N_("Move {later}, or put someone or something else in one of the two."),
                    fields={
                        "first": one.code,
                        "second": two.code,
                        "first_title": one.title,
                        "second_title": two.title,
                        "first_time": f"{clock_text(one.start)}-{clock_text(one.end)}",
                        "second_time": f"{clock_text(two.start)}-{clock_text(two.end)}",
                        "day": _shown(problem.days[one.day]),
                        "names": ", ".join(names),
                        "later": later.code,
                    },
                )


def _things(facts: MonthFacts) -> Iterator[Finding]:
    """Rooms that are too small, vehicles without a driver."""
    frame = facts.instance.filled("resources")
    rows = {str(row.code): row for row in each_row(frame)}
    for event in facts.problem.events:
        for thing in event.resources:
            row = rows.get(thing)
            if row is None:
                continue
            people = len(event.fixed) + event.places
            if row.kind == "room" and isinstance(row.capacity, int) and row.capacity < people:
                yield Finding(
                    code="room_too_small",
                    severity="warning",
                    table="events",
                    row_key=event.code,
                    column="resources",
                    value=thing,
                    allowed=N_("at least {people} seats"),
                    message=N_("{event} has {people} people, {thing} holds {capacity}."),
                    advice=N_("Take a larger room."),
                    fields={"event": event.code, "people": people, "thing": thing, "capacity": row.capacity},
                )
            needs = row.kind == "vehicle" if row.needs_driver is None else bool(row.needs_driver is True)
            if needs and not isinstance(row.driver, str):
                yield Finding(
                    code="no_driver",
                    severity="warning",
                    table="resources",
                    row_key=thing,
                    column="driver",
                    message=N_("{event} takes {thing}, and nobody is named to drive it."),
                    advice=N_("Name the driver in the table of rooms and vehicles."),
                    fields={"event": event.code, "thing": thing},
                )


def _absences(facts: MonthFacts) -> Iterator[Finding]:
    """People away all month, and people named for an event while they are away."""
    problem = facts.problem
    there = facts.offers.sum(axis=(1, 2)) > 0
    for p, code in enumerate(problem.people):
        if not there[p]:
            yield Finding(
                code="away_all_month",
                severity="warning",
                table="absences",
                row_key=code,
                message=N_("{who} is away all of {month}: no work is given, no event can count on them."),
                advice=N_("Pass on what only they can do, or mend the dates."),
                fields={"who": code, "month": facts.month},
            )
    named = {
        str(row.code): {*split_list(row.participants), row.chair}
        for row in each_row(facts.instance.filled("events"))
    }
    for event in problem.events:
        for p in event.fixed:
            away = not facts.offers[p, event.day].any() and facts.offers[:, event.day].any()
            if away and problem.people[p] in named.get(event.code, ()):
                yield Finding(
                    code="named_but_away",
                    severity="warning",
                    table="events",
                    row_key=event.code,
                    column="participants",
                    value=problem.people[p],
                    message=N_("{who} is named for {event} on {day} but is away."),
                    advice=N_("Name someone else, or move the event."),
                    fields={
                        "who": problem.people[p],
                        "event": event.code,
                        "day": _shown(problem.days[event.day]),
                    },
                )


def _unable(facts: MonthFacts) -> Iterator[Finding]:
    """Work that nobody may do, or that does not fit into its days whoever does it."""
    problem = facts.problem
    time = problem.regular.sum(axis=2) + problem.extra.sum(axis=2)
    for task in problem.tasks:
        room = max((int(time[p, task.first : task.last + 1].sum()) for p in task.people), default=0)
        if not task.people:
            message = N_("Nobody of the office may do {task} ({group}).")
            advice = N_("Give someone the competency or position, or pool the work.")
        elif room < task.minutes:
            message = N_(
                "{task} takes {minutes} minutes between {first} and {last}; nobody has more than {room}."
            )
            advice = N_("Start earlier, move the due date, or name more people.")
        else:
            continue
        yield Finding(
            code="nobody_can" if not task.people else "window_too_short",
            severity="warning",
            table="registrations",
            row_key=task.code,
            column="task_group" if not task.people else "due_date",
            message=message,
            advice=advice,
            fields={
                "task": task.code,
                "group": task.group,
                "minutes": task.minutes,
                "first": _shown(problem.days[task.first]),
                "last": _shown(problem.days[task.last]),
                "room": room,
            },
        )
    for event in problem.events:
        if event.places > len(event.people):
            yield Finding(
                code="nobody_can",
                severity="warning",
                table="registrations",
                row_key=event.code,
                column="session",
                message=N_("{event} needs {places} people on {day}, {session}; {able} may come."),
                advice=N_("Name another day, or give someone the competency."),
                fields={
                    "event": event.code,
                    "places": event.places,
                    "able": len(event.people),
                    "day": _shown(problem.days[event.day]),
                    "session": SESSIONS[event.sessions[0]],
                },
            )
