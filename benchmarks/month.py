"""A month of one office: 14 officials, 120 registrations, 30 events, 22 days, at several loads.

Prints one line per load and method: work left undone and overtime in half-hours, each with bound and gap,
seconds, and whether the auditor, which shares no code with the optimiser, accepts the calendar.
The peers are the plain engines on the same model without a first plan, and each alone. The last line of a
load plans the month again after an absence.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import random
import time

import numpy as np

from vitri.optimise.engine import LevelValue
from vitri.optimise.month.engines import EngineName
from vitri.optimise.month.keep import Changes, Published, keep_places
from vitri.optimise.month.plan import MonthPlan
from vitri.optimise.month.search import empty_places, overtime, solve_month, undone_work
from vitri.plan.month_audit import audit_month
from vitri.workload.month import Event, MonthProblem, OvertimeLimit, Task

PEOPLE, REGISTRATIONS, EVENTS, DAYS, SKILLS = 14, 120, 30, 22, 8
UNIT = 30
CLOCK = ((450, 690), (810, 1050), (1110, 1350))


def draw(seed: int, load: float) -> MonthProblem:
    """Draw a synthetic month; `load` scales the effort of every registration."""
    rng = random.Random(seed)
    skills = [set(rng.sample(range(SKILLS), rng.randint(3, 5))) for _ in range(PEOPLE)]
    regular = np.zeros((PEOPLE, DAYS, 3), dtype=np.int64)
    regular[:, :, :2] = 240
    extra = np.zeros_like(regular)
    extra[:, :, 2] = 240
    tasks = []
    for number in range(REGISTRATIONS):
        skill = rng.choice(sorted(set().union(*skills)))
        window = rng.randint(3, 15)
        first = rng.randint(0, DAYS - window)
        effort = round(rng.triangular(2, 30, 8) * load * 2)
        who = tuple(p for p in range(PEOPLE) if skill in skills[p])
        tasks.append(
            Task(
                code=f"R{number:03d}",
                minutes=UNIT * effort,
                first=first,
                last=first + window - 1,
                people=who,
                weight=rng.choice([1, 2, 4, 8]),
            )
        )
    for p in range(PEOPLE):
        for half in rng.sample(range(2 * DAYS), rng.randint(0, 5)):
            regular[p, half // 2, half % 2] = 0
    events = []
    for number in range(EVENTS):
        half, need, skill = rng.randrange(2 * DAYS), rng.randint(1, 4), rng.randrange(SKILLS)
        day, session = divmod(half, 2)
        there = tuple(p for p in range(PEOPLE) if regular[p, day, session])
        events.append(
            Event(
                code=f"E{number:02d}",
                day=day,
                sessions=(session,),
                start=CLOCK[session][0],
                end=CLOCK[session][1],
                places=need,
                people=there,
                experts=tuple(p for p in there if skill in skills[p]),
            )
        )
    weeks = [(first, min(DAYS, first + 5) - 1) for first in range(0, DAYS, 5)]
    return MonthProblem(
        office="VP",
        days=tuple(dt.date(2021, 3, 1) + dt.timedelta(d) for d in range(DAYS)),
        people=tuple(f"CB{p:02d}" for p in range(PEOPLE)),
        regular=regular,
        extra=extra,
        limits=tuple(OvertimeLimit(p, a, b, 240) for p in range(PEOPLE) for a, b in weeks),
        tasks=tuple(tasks),
        events=tuple(events),
        clock=CLOCK,
    )


def filled(problem: MonthProblem) -> float:
    """Return work over capacity, events taken off, overtime not counted."""
    work = sum(task.minutes for task in problem.tasks)
    meetings = 240 * sum(event.places for event in problem.events)
    return work / (int(problem.regular.sum()) - meetings)


def verified(plan: MonthPlan) -> bool:
    """Whether the auditor accepts a plan."""
    pieces = [(x.task, x.person, x.day, x.session, x.minutes) for x in plan.pieces]
    return len(audit_month(plan.problem, plan.owners, plan.sent, pieces)) == 0


def shown(level: LevelValue) -> str:
    """Return value, bound and gap of a level in half-hours."""
    value = level.value // UNIT
    if level.bound is None:
        return f"{value:6d}  bound      -  gap     -"
    bound = level.bound // UNIT
    gap = 0.0 if value == bound else 100 * (value - bound) / max(1, value)
    return f"{value:6d}  bound {bound:6d}  gap {gap:4.0f}%"


def main() -> None:
    """Run the loads asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="two loads, short limits")
    parser.add_argument("--time", type=float, default=None, help="seconds per level")
    parser.add_argument("--load", type=float, action="append", help="scale of the effort (1.1 is 0.93)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peers", action="store_true", help="the plain engines as well")
    options = parser.parse_args()
    loads = (0.9, 1.1) if options.quick else (0.9, 1.0, 1.1, 1.2, 1.3, 1.4)
    loads = options.load or loads
    seconds = options.time or (5.0 if options.quick else 15.0)
    methods: list[tuple[str, tuple[EngineName, ...], bool]] = [("vitri", ("highs", "cp-sat"), True)]
    if options.peers or options.quick:
        methods += [("HiGHS", ("highs",), False), ("CP-SAT", ("cp-sat",), False)]
    levels = (empty_places(), undone_work(), overtime())
    print(f"{PEOPLE} officials, {REGISTRATIONS} registrations, {EVENTS} events, {DAYS} days; half-hours")
    for load in loads:
        problem = draw(0, load)
        for name, engines, start in methods:
            began, cpu = time.perf_counter(), time.process_time()
            plan = solve_month(
                problem, levels, seconds=seconds, engines=engines, workers=options.workers, start=start
            )
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            print(
                f"load {filled(problem):.2f}  {name:<7} undone {shown(plan.levels[1])}   "
                f"overtime {shown(plan.levels[2])}   {took:5.1f} s (CPU {cpu:4.1f})  "
                f"{'verified' if verified(plan) else 'REFUSED'}",
                flush=True,
            )
            if name == "vitri":
                best = plan
        print(f"load {filled(problem):.2f}  re-plan {replanned(best, options.workers)}", flush=True)


def replanned(plan: MonthPlan, workers: int) -> str:
    """Plan a published month again: one person falls ill for three days."""
    problem = plan.problem
    regular, extra = problem.regular.copy(), problem.extra.copy()
    regular[0, 10:13], extra[0, 10:13] = 0, 0
    changed = dataclasses.replace(problem, regular=regular, extra=extra)
    pieces = {(x.task, x.person, x.day, x.session): x.minutes for x in plan.pieces}
    published = Published(plan.owners, plan.sent, pieces)
    changes = Changes(published)
    began, cpu = time.perf_counter(), time.process_time()
    levels = (empty_places(), undone_work(), changes.level())
    again = solve_month(changed, levels, total=1.0, change=changes, workers=workers)
    again = keep_places(again, published)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    moved = again.levels[-1]
    return (
        f"undone {shown(again.levels[1])}   changes {moved.value} (bound {moved.bound})   "
        f"{took:5.1f} s (CPU {cpu:4.1f})  "
        f"{'verified' if verified(again) else 'REFUSED'}"
    )


if __name__ == "__main__":
    main()
