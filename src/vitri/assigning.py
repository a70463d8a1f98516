"""One month assigned: approved registrations in, an audited result out (tables, levels, findings)."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri._version import __version__
from vitri.data.instance import Instance
from vitri.errors import AuditError, DataError, Finding, Findings, NoPlanError
from vitri.i18n import N_

if TYPE_CHECKING:
    from vitri.optimise.office_month.solve import Assigned, PinsConflict
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel


def assign_month(
    instance: Instance,
    month: str,
    *,
    office: str = "",
    tolerance: int = 0,
    seconds: float | None = None,
    seed: int = 0,
) -> Result:
    """Assign a month's approved work to the officials of each office (or of one).

    `tolerance` is how many percentage points the highest load may rise for continuity and short ways;
    `seconds` limits the clock of each office. Raises `DataError` for input that cannot be used, `NoPlanError`
    with the fewest pins that have to give where the pins cannot all hold, `AuditError` for a plan that breaks
    a rule: such a plan is never returned.
    """
    from vitri.data import check_with_model
    from vitri.optimise.office_month.levels import levels_of
    from vitri.optimise.office_month.read import nothing_registered, read_month
    from vitri.optimise.office_month.solve import PinsConflict
    from vitri.optimise.office_month.solve import assign_month as solve_month
    from vitri.optimise.office_month.tables import month_tables
    from vitri.plan.assigned_month_audit import audit_assigned_month
    from vitri.plan.result import Result
    from vitri.policy import model_for
    from vitri.policy.worktime import person_time, time_fund
    from vitri.workload import compute

    started = dt.datetime.now(dt.UTC)
    model = model_for(instance)
    checked = check_with_model(instance, model)
    if checked.errors:
        raise DataError(checked.errors)
    workload = compute(instance, model, time_fund(instance, model))
    time = person_time(instance, model)
    read = read_month(instance, model, workload, time, month, office)
    if read.findings.errors:
        raise DataError(read.findings)
    if not read.cases:
        raise DataError(Findings.of([nothing_registered(month)]))
    odd = _odd_events(instance, model, workload.lines, [case.office for case in read.cases], month)
    levels = levels_of(model, tolerance)
    answers: list[tuple[Any, Assigned]] = []
    refused: list[Finding] = []
    for case in read.cases:
        try:
            answers.append((case, solve_month(case, levels, seconds=seconds, seed=seed)))
        except PinsConflict as problem:
            refused += _must_give(case.office, problem)
    if refused:
        raise NoPlanError(Findings.of(refused))
    tables = month_tables([(case, answer.given) for case, answer in answers])
    tables["month_levels"] = pd.DataFrame(
        [
            {
                "office": case.office, "month": month, "order": number, "measure": level.measure,
                "value": level.value, "bound": level.bound, "gap": level.gap, "status": level.status,
            }
            for case, answer in answers
            for number, level in enumerate(answer.levels, start=1)
        ]
    )  # fmt: skip
    lines = workload.lines
    lines = lines[(lines["month"] == month) & lines["office"].isin([case.office for case in read.cases])]
    report = audit_assigned_month(instance, model, tables, lines, month)
    if not report.passed:
        raise AuditError(report.findings)
    tables["rules"] = report.rules
    told = _levels(model, levels, [answer for _, answer in answers])
    info = _info(instance, model, month, office, told, tables)
    info |= {
        "options": {"tolerance": tolerance, "seconds": seconds, "office": office or None},
        "seed": seed,
        "audit": {"passed": True, "rules_checked": report.rules_checked},
        "warnings": [
            {"vi": row.render("vi"), "en": row.render("en")} for row in read.findings.warnings + odd
        ],
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round((dt.datetime.now(dt.UTC) - started).total_seconds(), 3),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    return Result(info, tables, instance=instance, model=model)


def _odd_events(
    instance: Instance, model: PlanningModel, lines: pd.DataFrame, offices: Sequence[str], month: str
) -> Findings:
    """Return what is odd about the hours of the month's events: an assignment does not need them, a calendar
    will."""
    from vitri.workload.month.read import read_month as read_sessions

    events = instance.table("events")
    found: list[Finding] = []
    for office in offices:
        if (events["office"] == office).any():
            _, findings = read_sessions(instance, model, lines, office, month)
            found += [
                replace(row, severity="warning") for row in findings if row.code == "event_outside_hours"
            ]
    return Findings.of(found)


def _must_give(office: str, problem: PinsConflict) -> list[Finding]:
    """Say which pinned roles have to give: a smallest set."""
    return [
        Finding(
            code="pins_conflict",
            table="pins",
            row_key=f"{office},{cell[1]},{who}",
            column="kind",
            value=kind,
            message=N_("At {office} the pins cannot all hold: {who} as pinned for {group} has to give."),
            advice=N_("Drop this pin, or another one of the same person or group; {count} must go."),
            fields={"office": office, "who": who, "group": cell[1], "count": len(problem.drop)},
        )
        for kind, cell, who in problem.drop
    ]


def _levels(model: PlanningModel, levels: Sequence[Any], answers: Sequence[Assigned]) -> list[dict[str, Any]]:
    """Join the levels of the offices: sums, and for the highest load the highest."""
    named = {level.name: level.name_vi for level in model.level if level.name_vi}
    joined = []
    for index, level in enumerate(levels):
        parts = [answer.levels[index] for answer in answers]
        join = max if level.key == "highest" else sum
        value = join(part.value for part in parts)
        bounds = [part.bound for part in parts if part.bound is not None]
        bound = join(bounds) if len(bounds) == len(parts) else None
        row = asdict(parts[0]) | {
            "value": value,
            "bound": bound,
            "gap": None if bound is None else value - bound,
            "status": "optimal" if all(part.status == "optimal" for part in parts) else "feasible",
        }
        row |= {"key": level.key, "priorities": list(level.priorities), "tolerance": level.tolerance}
        joined.append({"stage": "assignment", **row, "name_vi": named.get(level.name)})
    return joined


def _info(
    instance: Instance,
    model: PlanningModel,
    month: str,
    office: str,
    levels: list[dict[str, Any]],
    tables: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    from vitri.solve import versions

    scenario = instance.info
    given = tables["month_lines"]
    return {
        "schema": 1,
        "kind": "month",
        "month": month,
        "vitri_version": __version__,
        "versions": versions(),
        "scenario": {
            "code": scenario.code,
            "name": scenario.name,
            "digest": instance.digest(),
            "name_en": scenario.name_en,
            "synthetic": scenario.synthetic,
            "first_month": month,
            "last_month": month,
            "as_of": scenario.as_of.isoformat(),
            "source_who": scenario.source_who,
        },
        "model": {"name": model.name, "digest": model.digest()},
        "status": "optimal" if all(level["status"] == "optimal" for level in levels) else "feasible",
        "levels": levels,
        "totals": {
            "minutes": int(given["minutes"].sum()),
            "lines": len(given),
            "undone_lines": int(given["responsible"].isna().sum()),
            "unmet_minutes": int(given.loc[given["responsible"].isna(), "minutes"].sum()),
        },
    }
