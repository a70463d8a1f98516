"""A month of one office: equal to trying everything, checked by an auditor that shares no code with it."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import numpy as np
import pytest

from vitri.optimise.month.engines import EngineName
from vitri.optimise.month.plan import MonthPlan, overtime_worked
from vitri.optimise.month.search import Level, empty_places, overtime, solve_month, undone_work
from vitri.plan.month_audit import audit_month
from vitri.workload.month import Event, MonthProblem, OvertimeLimit, Task

CLOCK = ((450, 690), (810, 1050), (1110, 1290))


def tiny_month(seed: int) -> MonthProblem:
    """Draw a synthetic month: 2 people, 3 days, up to 4 tasks, up to 2 events."""
    draw = random.Random(seed)
    people, days = 2, 3
    regular = np.zeros((people, days, 3), dtype=np.int64)
    regular[:, :, :2] = 4
    extra = np.zeros_like(regular)
    extra[:, :, 2] = draw.choice([0, 2, 3])
    if draw.random() < 0.3:
        regular[draw.randrange(2), draw.randrange(3), :2] = 0
    tasks = []
    for number in range(draw.randint(2, 4)):
        first = draw.randrange(days)
        who = draw.choice([(0,), (1,), (0, 1), (0, 1)])
        crew = 2 if len(who) == 2 and draw.random() < 0.2 else 1
        tasks.append(
            Task(
                code=f"R{number}",
                minutes=draw.randint(2, 12),
                first=first,
                last=draw.randint(first, days - 1),
                people=who,
                crew=crew,
                must=(0,) if 0 in who and draw.random() < 0.2 else (),
                split=draw.random() < 0.75,
                priority=draw.choice([1, 2]),
            )
        )
    events = []
    for number in range(draw.randint(0, 2)):
        session = draw.choice([0, 1, 1, 2])
        events.append(
            Event(
                code=f"E{number}",
                day=draw.randrange(days),
                sessions=(session,),
                start=CLOCK[session][0],
                end=CLOCK[session][1],
                places=1,
                people=(0, 1),
                experts=draw.choice([(), (0,), (1,)]),
            )
        )
    limits = tuple(OvertimeLimit(p, 0, days - 1, draw.choice([0, 3, 5])) for p in range(people))
    start = dt.date(2021, 6, 7)
    return MonthProblem(
        office="VP",
        days=tuple(start + dt.timedelta(d) for d in range(days)),
        people=("CB01", "CB02"),
        regular=regular,
        extra=extra,
        limits=limits,
        tasks=tuple(tasks),
        events=tuple(events),
    )


def _least_overtime(
    problem: MonthProblem, p: int, jobs: list[tuple[int, int, int]], called: list[Event]
) -> int | None:
    """Return the least overtime of a person by trying every overtime of every day; None if it cannot be."""
    days = len(problem.days)
    regular = [int(problem.regular[p, d].sum()) for d in range(days)]
    extra = [int(problem.extra[p, d].sum()) for d in range(days)]
    spent = 0
    for event in called:
        regular[event.day] -= int(problem.regular[p, event.day, list(event.sessions)].sum())
        taken = int(problem.extra[p, event.day, list(event.sessions)].sum())
        extra[event.day] -= taken
        spent += taken
    cap = next(limit.minutes for limit in problem.limits if limit.person == p)
    best = None
    for choice in itertools.product(*(range(value + 1) for value in extra)):
        total = sum(choice) + spent
        if total > cap or (best is not None and total >= best):
            continue
        # a flow of jobs into days is possible if every set of days can take what has to be inside it
        left = [job[2] for job in jobs]
        for d in range(days):
            room = regular[d] + choice[d]
            for j in sorted(range(len(jobs)), key=lambda j: (jobs[j][1], j)):
                if jobs[j][0] <= d:
                    now = min(room, left[j])
                    left[j] -= now
                    room -= now
            if any(left[j] and jobs[j][1] <= d for j in range(len(jobs))):
                break
        else:
            best = total
    return best


def by_trying(problem: MonthProblem) -> tuple[int, int, int, int]:
    """Return the best (empty places, undone of priority 1, of priority 2, overtime) of all plans."""
    best = (99, 99, 99, 9999)
    seats = [[(), *((p,) for p in event.people)] for event in problem.events]
    ways = [[(), *itertools.combinations(task.people, task.crew)] for task in problem.tasks]
    for sent in itertools.product(*seats):
        if any(
            who and event.experts and not set(who) & set(event.experts)
            for event, who in zip(problem.events, sent, strict=True)
        ):
            continue
        booked = [
            (p, e.day, s)
            for e, who in zip(problem.events, sent, strict=True)
            for p in who
            for s in e.sessions
        ]
        if len(booked) != len(set(booked)):
            continue
        empty = sum(1 for who in sent if not who)
        for owners in itertools.product(*ways):
            if any(
                who and not set(task.must) <= set(who)
                for task, who in zip(problem.tasks, owners, strict=True)
            ):
                continue
            undone = [0, 0]
            for task, who in zip(problem.tasks, owners, strict=True):
                if not who:
                    undone[task.priority - 1] += task.cost
            key = (empty, undone[0], undone[1])
            if key > best[:3]:
                continue
            total: int | None = 0
            for p in range(2):
                mine = [t for t, who in zip(problem.tasks, owners, strict=True) if p in who]
                called = [e for e, who in zip(problem.events, sent, strict=True) if p in who]
                fixed = [(t.first, t.last, t.minutes) for t in mine if t.split]
                single = [
                    [(d, d, t.minutes) for d in range(t.first, t.last + 1)] for t in mine if not t.split
                ]
                found = [
                    value
                    for chosen in itertools.product(*single)
                    if (value := _least_overtime(problem, p, [*fixed, *chosen], called)) is not None
                ]
                total = None if not found or total is None else total + min(found)
            if total is not None:
                best = min(best, (*key, total))
    return best


LEVELS: tuple[Level, ...] = (empty_places(), undone_work((1,)), undone_work((2,)), overtime())


def checked(plan: MonthPlan) -> list[str]:
    """Return what the auditor finds."""
    pieces = [(x.task, x.person, x.day, x.session, x.minutes) for x in plan.pieces]
    return [row.code for row in audit_month(plan.problem, plan.owners, plan.sent, pieces)]


ENGINES: tuple[tuple[EngineName, ...], ...] = (("highs",), ("cp-sat",), ("highs", "cp-sat"))


@pytest.mark.parametrize("block", range(10))
def test_equal_to_trying_everything(block: int) -> None:
    """On 30 tiny months a block, engines alone and together reach what trying all plans does."""
    for seed in range(block * 30, block * 30 + 30):
        problem = tiny_month(seed)
        engines = ENGINES[seed % 3]
        plan = solve_month(problem, LEVELS, engines=engines, workers=1, start=seed % 2 == 0)
        assert tuple(level.value for level in plan.levels) == by_trying(problem), seed
        assert all(level.status == "optimal" for level in plan.levels)
        assert checked(plan) == []
        assert overtime_worked(plan) == plan.levels[-1].value
