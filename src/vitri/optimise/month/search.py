"""Solve a month level by level: each is frozen at its value before the next; the work is then laid out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vitri.errors import Finding, NoPlanYetError
from vitri.i18n import N_
from vitri.optimise.engine import LevelValue, Status
from vitri.optimise.month.build import MonthModel, add_peak, build
from vitri.optimise.month.engines import EngineName, Terms, minimise, relaxed
from vitri.optimise.month.improve import improve
from vitri.optimise.month.plan import MonthPlan, lay_out
from vitri.optimise.month.start import Known, first_values
from vitri.workload.month.problem import MonthProblem

#: Variables that an engine has presolved after a second, roughly.
_LOOKS = 1_000


@dataclass(frozen=True)
class Level:
    """One thing to be minimised: how it is called, how it is measured, and the sum over the model."""

    name: str
    measure: str
    unit: str
    terms: Callable[[MonthModel], Terms]
    scale: Callable[[MonthModel], int] = lambda model: model.unit
    share: float = 1.0


_UNDONE = (
    N_("Work left undone"),
    N_("Work of priority 1 left undone"),
    N_("Work of priority 2 left undone"),
    N_("Work of priority 3 left undone"),
)


def undone_work(priorities: tuple[int, ...] | None = None) -> Level:
    """Work of some priorities left undone, places at events not filled included (in the first of them)."""

    def terms(model: MonthModel) -> Terms:
        tasks = model.problem.tasks
        return [
            (variable, tasks[k].cost // model.unit)
            for k, variable in model.undone.items()
            if priorities is None or tasks[k].priority in priorities
        ]

    name = _UNDONE[min(priorities[0], 3)] if priorities is not None and len(priorities) == 1 else _UNDONE[0]
    return Level(name, "unmet_minutes", "minutes", terms)


def empty_places() -> Level:
    """Places at events that nobody fills."""
    return Level(
        N_("Places at events left empty"),
        "empty_places",
        "places",
        lambda model: [(variable, 1) for variable in model.empty.values()],
        lambda model: 1,
    )


def overtime() -> Level:
    """Overtime of work and of people sent to events."""

    def terms(model: MonthModel) -> Terms:
        found = [(variable, 1) for variable in model.overtime.values()]
        for (i, p), variable in model.sent.items():
            taken = model.problem.taken(model.problem.events[i], p)[1]
            if taken:
                found.append((variable, taken // model.unit))
        return found

    return Level(N_("Overtime"), "overtime_minutes", "minutes", terms)


def peak_load() -> Level:
    """The heaviest load of anybody, in thousandths of their time; last month's overtime counts as well."""

    def terms(model: MonthModel) -> Terms:
        return [(model.peak if model.peak is not None else add_peak(model), 1)]

    return Level(N_("Heaviest load"), "peak_load_dec1", "0.1 %", terms, lambda model: 1, 0.5)


def month_levels(problem: MonthProblem) -> tuple[Level, ...]:
    """Return the levels of an office's month: events, work by priority, overtime, balance."""
    levels = [empty_places()] if any(event.places for event in problem.events) else []
    for priority in sorted({task.priority for task in problem.tasks}):
        levels.append(undone_work((priority,)))
    return (*levels, overtime(), peak_load())


def solve_month(
    problem: MonthProblem,
    levels: tuple[Level, ...] | None = None,
    *,
    seconds: float = 30.0,
    engines: tuple[EngineName, ...] = ("highs", "cp-sat"),
    workers: int = 2,
    seed: int = 0,
    change: Known | None = None,
    start: bool = True,
    total: float | None = None,
) -> MonthPlan:
    """Plan a month; `seconds` is the time of each level, `change` may add to the model before it is solved,
    `start` says whether a first plan by hand rules is tried, `total` bounds the time of all levels together.

    The engines take turns: the next one starts from what is known where the one before left a gap. A plan is
    always there (everything undone), unless `change` asks for the impossible: then `NoPlanYetError`.
    """
    end = None if total is None else time.monotonic() + total
    model = build(problem)
    if change is not None:
        change(model)
    values = first_values(model, change) if start else None
    told: list[LevelValue] = []
    proven = True
    chosen = month_levels(problem) if levels is None else levels
    for order, level in enumerate(chosen, 1):
        terms = level.terms(model)
        scale = level.scale(model)
        bound = sum(min(model.linear.lows[v] * c, model.linear.highs[v] * c) for v, c in terms)
        if values is not None and len(values) == len(model.linear.lows):
            best: int | None = model.linear.value(terms, values)
        else:
            best = None
        if end is not None:
            seconds = max(0.0, (end - time.monotonic()) / (len(chosen) - order + 1) / level.share)
        if best is None or best > bound:
            bound = max(bound, relaxed(model.linear, terms))
        if best is not None and best > bound and "highs" in engines and len(engines) > 1:
            assert values is not None
            values = improve(model, terms, values, bound, seconds=seconds * level.share * 0.4, seed=seed)
            best = model.linear.value(terms, values)
        for turn, engine in enumerate(engines):
            if best is not None and best <= bound:
                break
            if best is not None and end is not None and _too_large(model, end - time.monotonic()):
                break
            budget = seconds * level.share * (0.4 if turn == 0 and len(engines) > 1 else 0.6)
            found = minimise(
                engine,
                model.linear,
                terms,
                seconds=budget if len(engines) > 1 else seconds * level.share,
                hint=values,
                workers=workers,
                seed=seed,
                floor=bound,
                known=best,
            )
            bound = max(bound, found.bound) if not found.infeasible else bound
            if found.values is not None:
                value = model.linear.value(terms, found.values)
                if best is None or value < best:
                    best, values = value, found.values
        if values is None or best is None:
            raise NoPlanYetError(_no_plan_yet())
        model.linear.row(terms, high=best)
        status: Status = "optimal" if best <= bound and proven else "feasible"
        known = min(bound, best) * scale if proven else None
        told.append(
            LevelValue(
                order=order,
                name=level.name,
                measure=level.measure,
                value=best * scale,
                unit=level.unit,
                bound=known,
                gap=None if known is None else best * scale - known,
                status=status,
            )
        )
        proven = proven and best <= bound
    assert values is not None
    return plan_of(model, values, tuple(told))


def _too_large(model: MonthModel, seconds: float) -> bool:
    """Whether an engine would spend the time left on merely looking at the model."""
    return seconds < len(model.linear.lows) / _LOOKS


def plan_of(model: MonthModel, values: list[int], levels: tuple[LevelValue, ...]) -> MonthPlan:
    """Read the plan off the values of the model and lay out its work over sessions."""
    problem = model.problem
    owners: list[tuple[int, ...]] = []
    for k in range(len(problem.tasks)):
        who = tuple(sorted(p for (j, p), v in model.owner.items() if j == k and values[v]))
        owners.append(() if values[model.undone[k]] else who)
    sent = tuple(
        tuple(sorted(p for (j, p), v in model.sent.items() if j == i and values[v]))
        for i in range(len(problem.events))
    )
    over = np.zeros((len(problem.people), len(problem.days)), dtype=np.int64)
    for (p, d), variable in model.overtime.items():
        over[p, d] = values[variable] * model.unit
    unsplit = {(k, p): d for (k, p, d), variable in model.on_day.items() if values[variable]}
    pieces = lay_out(problem, tuple(owners), sent, over, unsplit)
    assert pieces is not None, "the Hall rows hold, so the earliest deadline first is in time"
    return MonthPlan(
        problem=problem,
        owners=tuple(owners),
        sent=sent,
        pieces=pieces,
        levels=levels,
        overtime=over,
        unsplit=unsplit,
    )


def _no_plan_yet() -> Finding:
    return Finding(
        code="no_month_yet",
        table="registrations",
        message=N_("The time limit came before any calendar was found."),
        advice=N_("Give more time, or allow more changes."),
    )
