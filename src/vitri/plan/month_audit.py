"""Check a month's calendar by itself: it knows question and answer, and nothing of how it was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.workload.month.problem import SESSIONS, MonthProblem

#: How many rules are looked at: windows, owners, crews, pins, amounts, unsplit work, people sent to events,
#: experts, double bookings of people and of rooms and vehicles, session time, overtime caps.
RULES = 12
#: Task, person, day, session (numbers of the problem) and minutes.
Piece = tuple[int, int, int, int, int]


def audit_month(
    problem: MonthProblem,
    owners: Sequence[Sequence[int]],
    sent: Sequence[Sequence[int]],
    pieces: Iterable[Piece],
) -> Findings:
    """Return every broken rule of a calendar: windows, amounts, session time, overtime caps, double booking.

    `owners` are the people of each task (none: undone), `sent` those chosen for each event.
    """
    found: list[Finding] = []

    def broken(code: str, row: str, message: str, **fields: object) -> None:
        found.append(
            Finding(
                code=code,
                table="sessions",
                row_key=row,
                message=message,
                advice=N_("Do not use this calendar; make it again."),
                fields=fields,
            )
        )

    amount: dict[tuple[int, int], int] = defaultdict(int)
    on_days: dict[tuple[int, int], set[int]] = defaultdict(set)
    used: dict[tuple[int, int, int], int] = defaultdict(int)
    for k, p, day, session, minutes in pieces:
        task = problem.tasks[k]
        amount[k, p] += minutes
        on_days[k, p].add(day)
        used[p, day, session] += minutes
        if not task.first <= day <= task.last or minutes <= 0:
            broken("outside_window", task.code, N_("{task} is worked on outside its days."), task=task.code)
        if p not in owners[k]:
            broken("not_owner", task.code, N_("{who} works on {task} but is not responsible."),
                   who=problem.people[p], task=task.code)  # fmt: skip
    for k, people in enumerate(owners):
        task = problem.tasks[k]
        if not people:
            continue
        if len(set(people)) != task.crew or not set(people) <= set(task.people):
            broken("wrong_people", task.code, N_("{task} has the wrong people."), task=task.code)
        if not set(task.must) <= set(people):
            broken("pin_broken", task.code, N_("A pin of {task} is not kept."), task=task.code)
        for p in people:
            if amount[k, p] != task.minutes:
                text = N_("{who} has {given} minutes of {task}, not {asked}.")
                given, who = amount[k, p], problem.people[p]
                broken(
                    "wrong_amount", task.code, text, who=who, task=task.code, given=given, asked=task.minutes
                )
            if not task.split and len(on_days[k, p]) > 1:
                broken("was_split", task.code, N_("{task} may not be split over days."), task=task.code)
    overtime: dict[tuple[int, int], int] = defaultdict(int)
    held: dict[int, list[tuple[int, int, int, str]]] = defaultdict(list)
    for event, people in zip(problem.events, sent, strict=True):
        if (
            len(set(people)) != len(people)
            or len(people) > event.places
            or not set(people) <= set(event.people)
        ):
            broken("wrong_people", event.code, N_("{task} has the wrong people."), task=event.code)
        if event.experts and len(people) == event.places and not set(people) & set(event.experts):
            broken(
                "no_expert", event.code, N_("Nobody at {task} has the skill it asks for."), task=event.code
            )
        for p in (*event.fixed, *people):
            held[p].append((event.day, event.start, event.end, event.code))
        for p in people:
            for session in event.sessions:
                overtime[p, event.day] += int(problem.extra[p, event.day, session])
                if used[p, event.day, session]:
                    broken("double_booking", event.code, N_("{who} is at {task} and at work elsewhere."),
                           who=problem.people[p], task=event.code)  # fmt: skip
    for p, events in held.items():
        events.sort()
        for one, two in pairwise(events):
            if one[0] == two[0] and two[1] < one[2]:
                broken("double_booking", two[3], N_("{who} is in both {first} and {second} on {day}."),
                       who=problem.people[p], first=one[3], second=two[3],
                       day=problem.days[one[0]].strftime("%d/%m/%Y"))  # fmt: skip
    for (p, day, session), minutes in used.items():
        regular = int(problem.regular[p, day, session])
        if minutes > regular + int(problem.extra[p, day, session]):
            text = N_("{who} has too much work on {day}, {session}.")
            when, who = problem.days[day].strftime("%d/%m/%Y"), problem.people[p]
            broken("over_full", who, text, who=who, day=when, session=SESSIONS[session])
        overtime[p, day] += max(0, minutes - regular)
    for limit in problem.limits:
        total = sum(overtime[limit.person, day] for day in range(limit.first, limit.last + 1))
        if total > limit.minutes:
            broken("overtime_cap", problem.people[limit.person],
                   N_("{who} works {given} minutes of overtime, {most} are allowed."),
                   who=problem.people[limit.person], given=total, most=limit.minutes)  # fmt: skip
    found += _things(problem)
    return Findings.of(found)


def _things(problem: MonthProblem) -> list[Finding]:
    """Return the rooms and vehicles that two events have at the same time."""
    found: list[Finding] = []
    events = sorted(problem.events, key=lambda event: (event.day, event.start, event.code))
    for number, one in enumerate(events):
        for two in events[number + 1 :]:
            if two.day != one.day or two.start >= one.end:
                break
            for thing in sorted(set(one.resources) & set(two.resources)):
                found.append(
                    Finding(
                        code="double_booking",
                        table="sessions",
                        row_key=f"{one.code}, {two.code}",
                        column="resources",
                        value=thing,
                        message=N_("{thing} is booked by both {first} and {second} on {day}."),
                        advice=N_("Move one of the two, or use another room or vehicle."),
                        fields={
                            "thing": thing,
                            "first": one.code,
                            "second": two.code,
                            "day": problem.days[one.day].strftime("%d/%m/%Y"),
                        },
                    )
                )
    return found
