"""The job behind `vitri calendar`: one month of one or more offices, planned and audited."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri._version import __version__
from vitri.data.instance import Instance
from vitri.errors import AuditError, DataError, Findings
from vitri.optimise.month.concede import concessions
from vitri.optimise.month.plan import MonthPlan
from vitri.optimise.month.search import solve_month
from vitri.optimise.office_month.findings import pinned_circles
from vitri.plan.calendar.frozen import with_past
from vitri.plan.calendar.rows import from_tables, tables_of
from vitri.plan.month_audit import RULES, audit_month
from vitri.plan.result import Result
from vitri.plan.run_tables import conform
from vitri.policy import PlanningModel, model_for
from vitri.policy.sessions import known_place
from vitri.policy.worktime import check_time, time_fund
from vitri.workload import compute
from vitri.workload.month.problem import MonthProblem
from vitri.workload.month.read import read_month
from vitri.workload.month.rest import Past

if TYPE_CHECKING:
    from vitri.optimise.engine import SolveOptions

_LEVEL_SECONDS = 30.0
#: The whole month, what is past of it, and the tables published.
Begun = tuple[MonthProblem, Past, Mapping[str, pd.DataFrame]]


def begun_tables(rest: dict[str, pd.DataFrame], begun: Begun | None) -> dict[str, pd.DataFrame]:
    """Return the tables of a plan, joined with what is past of its month."""
    return rest if begun is None else with_past(rest, *begun)


def problems(
    instance: Instance, model: PlanningModel, month: str, office: str | None = None
) -> tuple[list[MonthProblem], Findings]:
    """Read the months of the offices that have officials (or of the one named), with every finding."""
    from vitri.data import check_with_model

    known_place(instance, office, month)
    findings = check_with_model(instance, model) + check_time(instance, model)
    if findings.errors:
        raise DataError(findings)
    lines = compute(instance, model, time_fund(instance, model)).lines
    staffed = set(instance.table("officials")["office"].astype(str))
    offices = (
        [office]
        if office is not None
        else sorted(code for code in instance.table("offices")["code"].astype(str) if code in staffed)
    )
    found: list[MonthProblem] = []
    for code in offices:
        problem, more = read_month(instance, model, lines, code, month)
        findings = findings + more + Findings.of(pinned_circles(instance, code, month))
        found.append(problem)
    if findings.errors:
        raise DataError(findings)
    return found, findings


def plan_calendar(
    instance: Instance,
    month: str,
    *,
    office: str | None = None,
    options: SolveOptions | None = None,
) -> Result:
    """Plan the month of an office, or of every office: who does what, in which session.

    `month` is such as ``2021-06``. The result has the run tables sessions, assignments, unmet and load; each
    level of the objective is told with its bound. Raises `DataError` for input that cannot be used,
    `UsageError` for an unknown office or month, `AuditError` where the calendar found breaks a rule.
    """
    model = model_for(instance, (options.policy if options else None) or instance.info.policy)
    started = dt.datetime.now(dt.UTC)
    asked, findings = problems(instance, model, month, office)
    limit = options.time_limit_s if options and options.time_limit_s is not None else None
    seconds = _LEVEL_SECONDS if limit is None else max(0.2, limit / (5 * max(1, len(asked))))
    plans = [
        solve_month(
            problem,
            seconds=seconds,
            workers=options.workers if options else 2,
            seed=options.seed if options else 0,
        )
        for problem in asked
    ]
    return result_of(instance, model, month, plans, findings, started)


def _concessions(plan: MonthPlan) -> list[dict[str, Any]]:
    """Return what must give for the work left undone, by codes."""
    problem = plan.problem
    return [
        {
            "office": problem.office,
            "task": problem.tasks[way.task].code,
            "title": problem.tasks[way.task].title,
            "priority": problem.tasks[way.task].priority,
            "official": problem.people[way.person],
            "kind": way.kind,
            "amount": way.amount,
            "first": problem.days[way.first if way.day is None else way.day].isoformat(),
            "last": problem.days[way.last if way.day is None else way.day].isoformat(),
        }
        for way in concessions(plan)
    ]


def result_of(
    instance: Instance,
    model: PlanningModel,
    month: str,
    plans: Sequence[MonthPlan],
    findings: Findings,
    started: dt.datetime,
    state: str = "draft",
    more: Mapping[str, Any] | None = None,
    begun: Mapping[str, Begun] | None = None,
) -> Result:
    """Write plans as run tables, read them back, audit what was read, and return the result.

    `begun` holds, by office, what is past of months that are under way.
    """
    begun = begun or {}
    parts = [begun_tables(tables_of(plan, month, state), begun.get(plan.problem.office)) for plan in plans]
    tables = {
        name: conform(name, pd.concat([part[name] for part in parts], ignore_index=True))
        for name in ("sessions", "assignments", "unmet", "load")
    }
    broken = Findings()
    for plan in plans:
        past = begun.get(plan.problem.office)
        day = past[1].day if past is not None else 0
        broken = broken + audit_month(plan.problem, *from_tables(plan.problem, tables, month, day))
    if len(broken):
        raise AuditError(broken)
    levels = [
        {"stage": "calendar", "office": plan.problem.office, **asdict(level)}
        for plan in plans
        for level in plan.levels
    ]
    proven = all(level["status"] == "optimal" for level in levels)
    info: dict[str, Any] = {
        "schema": 1,
        "kind": "calendar",
        "vitri_version": __version__,
        "scenario": {
            "code": instance.info.code,
            "name": instance.info.name,
            "name_en": instance.info.name_en,
            "digest": instance.digest(),
            "synthetic": instance.info.synthetic,
            "first_month": instance.info.first_month,
            "last_month": instance.info.last_month,
            "as_of": instance.info.as_of.isoformat(),
            "source_who": instance.info.source_who,
        },
        "model": {"name": model.name, "digest": model.digest()},
        "month": month,
        "offices": [plan.problem.office for plan in plans],
        "status": "optimal" if proven else "feasible",
        "levels": levels,
        "concessions": [row for plan in plans for row in _concessions(plan)],
        "totals": {"unmet_minutes": int(tables["unmet"]["minutes"].sum())},
        "audit": {"passed": True, "rules_checked": RULES},
        "warnings": [{"vi": row.render("vi"), "en": row.render("en")} for row in findings.warnings],
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round((dt.datetime.now(dt.UTC) - started).total_seconds(), 3),
        "machine": f"{platform.system()} {platform.machine()}",
        **(more or {}),
    }
    return Result(info, tables, instance=instance, model=model)
