"""The job behind `vitri replan`: a published calendar, a changed scenario, the least change between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.optimise.month.keep import Changes, Published, keep_places
from vitri.optimise.month.plan import MonthPlan
from vitri.optimise.month.search import Level, month_levels, solve_month
from vitri.plan.calendar.frozen import first_open_day
from vitri.plan.calendar.job import Begun, problems, result_of
from vitri.plan.calendar.rows import from_tables
from vitri.plan.result import Result
from vitri.policy import model_for
from vitri.workload.month.problem import MonthProblem
from vitri.workload.month.rest import past_of, rest_of

_SECONDS = 20.0
_TOTAL = 1.0
_POINTS = 8


@dataclass(frozen=True, kw_only=True)
class FrontPoint:
    """What so many changes of people buy: work left undone in all, empty places, and whether that is proven.

    `gap` is the sum of what is not proven, in minutes.
    """

    office: str
    budget: int
    changes: int
    unmet_minutes: int
    empty_places: int
    proven: bool
    gap: int | None
    chosen: bool = False


def replan(
    run: Result,
    instance: Instance,
    *,
    budget: int | None = None,
    today: dt.date | None = None,
    front: bool = False,
    seconds: float | None = None,
) -> tuple[Result, list[FrontPoint]]:
    """Plan a published month again after changes, close to what was published.

    `instance` is the changed scenario. Without a budget, as much work is done as is possible at all, with the
    fewest tasks and events given to other people; with one, at most so many change per office. Either way
    most work then stays in its sessions. Sessions before `today` stay as published. Returns the new result,
    and what the changes buy: the point chosen, or with `front` each number of changes up to the one that
    does all there is to do. `seconds` is the solving time of an office's plan (1 s; 20 s for each level of
    a front, whose points are to be proven). Raises `DataError` where the run is no
    calendar or the changed scenario cannot be used.
    """
    if run.info.get("kind") != "calendar":
        raise DataError(
            Finding(
                code="no_calendar",
                table="result.json",
                message=N_("This run is not a calendar."),
                advice=N_("Make one with: vitri calendar DIR --month YYYY-MM -o RUN."),
            )
        )
    started = dt.datetime.now(dt.UTC)
    month = str(run.info["month"])
    model = model_for(instance, instance.info.policy)
    offices = [str(office) for office in run.info["offices"]]
    found, findings = problems(instance, model, month, offices[0] if len(offices) == 1 else None)
    plans: list[MonthPlan] = []
    told: list[FrontPoint] = []
    begun: dict[str, Begun] = {}
    for whole in found:
        problem, day = whole, first_open_day(whole, today)
        if day:
            past = past_of(whole, run.tables["sessions"], day)
            problem = rest_of(whole, past)
            begun[whole.office] = (whole, past, run.tables)
        published = published_of(problem, run, month, day)
        plan, points = office_front(problem, published, budget, front, seconds)
        plans.append(plan)
        told += points
    more: dict[str, Any] = {
        "published_digest": run.digest,
        "budget": budget,
        "front": [asdict(point) for point in told],
    }
    if begun and today is not None:
        more["today"] = today.isoformat()
    return result_of(instance, model, month, plans, findings, started, more=more, begun=begun), told


def published_of(problem: MonthProblem, run: Result, month: str, day: int = 0) -> Published:
    """Return what a run published from a day on, in the numbers of a problem."""
    owners, sent, pieces = from_tables(problem, run.tables, month, day)
    return Published(
        tuple(tuple(who) for who in owners),
        tuple(tuple(who) for who in sent),
        {piece[:4]: piece[4] for piece in pieces},
    )


def _solve(
    problem: MonthProblem, published: Published, budget: int | None, seconds: float, total: float | None
) -> MonthPlan:
    """Minimise what is left undone, then the changes, then overtime and the heaviest load."""
    changes = Changes(published, budget)
    levels: list[Level] = []
    for level in month_levels(problem):
        if level.measure == "overtime_minutes":
            levels.append(changes.level())
        if level.measure != "peak_load_dec1":
            levels.append(level)
    return solve_month(problem, tuple(levels), seconds=seconds, total=total, change=changes)


def office_front(
    problem: MonthProblem, published: Published, budget: int | None, front: bool, seconds: float | None
) -> tuple[MonthPlan, list[FrontPoint]]:
    """Return the plan chosen for an office's problem and the points told of it, as `replan` says."""
    total = None if front else (seconds or _TOTAL)
    level = (seconds or _SECONDS) if front else (seconds or _TOTAL)
    best = _solve(problem, published, None, level, total)
    needed = _measure(best, "changed_people")
    least = _forced(problem, published)
    budgets = sorted(set(range(least, needed))) if front else []
    if len(budgets) > _POINTS:
        step = -(-len(budgets) // _POINTS)
        budgets = budgets[::step]
    if budget is not None and least <= budget < needed and budget not in budgets:
        budgets.append(budget)
    plans = {needed: best}
    for allowed in sorted(budgets):
        plans[allowed] = _solve(problem, published, allowed, level, total)
    if budget is not None and budget < least:
        raise DataError(_too_tight(problem, budget, least))
    picked = needed if budget is None else min(budget, needed)
    points = [
        _point(problem, allowed, plan, allowed == picked)
        for allowed, plan in sorted(plans.items())
        if front or allowed == picked
    ]
    return keep_places(plans[picked], published), points


def _forced(problem: MonthProblem, published: Published) -> int:
    """Count what has to change whatever is done: published people who may not do it any more, or are full.

    Work that is left undone counts as a change of its people, so this is a floor and no promise.
    """
    tasks = sum(
        1
        for task, who in zip(problem.tasks, published.owners, strict=True)
        if who and not set(who) <= set(task.people)
    )
    events = sum(
        1
        for event, who in zip(problem.events, published.sent, strict=True)
        if who and not set(who) <= set(event.people)
    )
    away = [int((problem.regular[p] + problem.extra[p]).sum()) == 0 for p in range(len(problem.people))]
    gone = sum(
        1
        for task, who in zip(problem.tasks, published.owners, strict=True)
        if any(_no_room(problem, p, task.first, task.last, task.minutes) or away[p] for p in who)
        and set(who) <= set(task.people)
    )
    return tasks + events + gone


def _no_room(problem: MonthProblem, p: int, first: int, last: int, minutes: int) -> bool:
    time = problem.regular[p, first : last + 1].sum() + problem.extra[p, first : last + 1].sum()
    return bool(time < minutes)


def _too_tight(problem: MonthProblem, budget: int, least: int) -> Finding:
    return Finding(
        code="budget_too_tight",
        table="assignments",
        row_key=problem.office,
        value=str(budget),
        allowed=N_("at least {least}"),
        message=N_("At least {least} tasks or events must go to other people, whatever is done."),
        advice=N_("Allow {least} changes, or take a change back."),
        fields={"least": least},
    )


def _measure(plan: MonthPlan, measure: str) -> int:
    return sum(level.value for level in plan.levels if level.measure == measure)


def _point(problem: MonthProblem, budget: int, plan: MonthPlan, chosen: bool) -> FrontPoint:
    counted = [level for level in plan.levels if level.measure in ("unmet_minutes", "empty_places")]
    gaps = [level.gap for level in counted]
    return FrontPoint(
        office=problem.office,
        budget=budget,
        changes=_measure(plan, "changed_people"),
        unmet_minutes=_measure(plan, "unmet_minutes"),
        empty_places=_measure(plan, "empty_places"),
        proven=all(level.status == "optimal" for level in counted),
        gap=None if any(gap is None for gap in gaps) else sum(gap or 0 for gap in gaps),
        chosen=chosen,
    )
