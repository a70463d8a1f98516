"""The main job: one instance in, one audited result out."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri._version import __version__
from vitri.data.instance import Instance
from vitri.errors import AuditError, DataError, NoPlanError

if TYPE_CHECKING:
    from vitri.optimise.engine import LevelValue, Reporter, SolveOptions
    from vitri.plan.result import Result


def solve(
    instance: Instance,
    *,
    options: SolveOptions | None = None,
    report: Reporter | None = None,
    variant: str | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
    expected: Sequence[Mapping[str, Any]] = (),
    earlier: Result | None = None,
) -> Result:
    """Plan a scenario: workload, structure and quotas, people, ranks, reasons, and an audit of it all.

    `variant`, `changes` and `expected` only document what was done to the instance before. `earlier` is a
    result to go on from: the search starts with its structure, so the plan is not worse. Raises
    `DataError` for input or a planning model that cannot be used, `NoPlanError` and `NoPlanYetError` where
    there is no plan, and `AuditError` where the plan found breaks a rule: such a plan is never returned.
    """
    from vitri.data import check_with_model
    from vitri.explain.conversion import convert
    from vitri.explain.reasons import reasons
    from vitri.optimise.assignment import assign
    from vitri.optimise.engine import SilentReporter, SolveOptions, Watch
    from vitri.optimise.leading_caps import check_leading_caps
    from vitri.optimise.ranks import mix_ranks
    from vitri.optimise.size import size_posts
    from vitri.optimise.staffing import place_people
    from vitri.plan.audit import audit
    from vitri.plan.result import Result
    from vitri.policy import model_for
    from vitri.policy.worktime import check_time, person_time, time_fund
    from vitri.rules.class_quota import check_class_quotas
    from vitri.rules.salary_budget import check_salary_budgets
    from vitri.workload import compute

    options = options or SolveOptions()
    watch = Watch(options, report or SilentReporter())
    started = dt.datetime.now(dt.UTC)
    policy = options.policy or instance.info.policy
    model = model_for(instance, policy)
    findings = check_with_model(instance, model) + check_time(instance, model)
    findings = findings + check_salary_budgets(instance, model) + check_class_quotas(instance, model)
    if findings.errors:
        raise DataError(findings)

    watch.tell("workload")
    fund = time_fund(instance, model)
    workload = compute(instance, model, fund)
    sized = size_posts(instance, model, workload, fund, watch, earlier.tables if earlier else None)
    leading = check_leading_caps(instance, model, sized.quotas)
    if leading.errors:
        raise NoPlanError(leading)
    tables: dict[str, pd.DataFrame] = {
        "workload_lines": workload.lines,
        "workload": workload.cells,
        "needs": workload.needs,
        "estimates": workload.estimates,
        "demand": workload.demand,
        "time_fund": fund,
        "structure": sized.structure,
        "posts": sized.posts,
        "cover": sized.cover,
        "quotas": sized.quotas,
        "frontier": sized.frontier,
        "frontier_levels": sized.frontier_levels,
        "unmet": sized.unmet,
        "post_groups": sized.post_groups,
        "duties": sized.duties,
    }
    named = {level.name: level.name_vi for level in model.level if level.name_vi}
    levels = _levels("sizing", sized.levels, named)
    warnings = model.warnings + findings.warnings + workload.findings.warnings + sized.warnings
    warnings = warnings + leading
    if instance.has("officials"):
        watch.tell("staffing")
        placed = place_people(instance, model, sized)
        staffing = placed.staffing
        warnings = warnings + placed.warnings
        tables["staffing"] = staffing
        levels += _levels("staffing", placed.levels, named)
        watch.tell("assignment")
        assigned = assign(instance, model, workload, sized, staffing, person_time(instance, model), fund)
        tables |= {"assignments": assigned.assignments, "unmet": assigned.unmet, "load": assigned.load}
        levels += _levels("assignment", assigned.levels, named)
        warnings = warnings + assigned.warnings
        mix = mix_ranks(instance, model, sized, staffing)
        if mix.findings.errors:
            raise NoPlanError(mix.findings)
        tables["post_ranks"] = mix.post_ranks
        if mix.budgets is not None:
            tables["salary_budgets"] = mix.budgets
        levels += _levels("ranks", mix.levels, named)
        warnings = warnings + mix.findings
        made = convert(instance, model, tables)
        if made is not None:
            tables |= made.tables()
            warnings = warnings + made.findings
    watch.tell("reasons")
    tables["reasons"], tables["certificates"] = reasons(instance, model, workload, fund, sized, tables)
    watch.tell("audit")
    told = {"sizing": sized.sizing, "structure": sized.structure_kind, "levels": levels}
    checked = audit(instance, model, workload, tables, told)
    if not checked.passed:
        raise AuditError(checked.findings)
    tables["rules"] = checked.rules
    info: dict[str, Any] = {
        "schema": 1,
        "vitri_version": __version__,
        "versions": versions(),
        "scenario": {
            "code": instance.info.code,
            "name": instance.info.name,
            "digest": instance.digest(),
            "name_en": instance.info.name_en,
            "synthetic": instance.info.synthetic,
            "first_month": instance.info.first_month,
            "last_month": instance.info.last_month,
            "as_of": instance.info.as_of.isoformat(),
            "source_who": instance.info.source_who,
        },
        "model": {"name": model.name, "digest": model.digest()},
        "policy": policy,
        "switched_off": [
            {"path": off.path, "vi": off.say("vi"), "en": off.say("en")} for off in model.switched_off
        ],
        "variant": variant,
        "continues": earlier.digest if earlier else None,
        "changes": [dict(change) for change in changes],
        "expected": [dict(row) for row in expected],
        "options": asdict(options),
        "seed": options.seed,
        "structure": sized.structure_kind,
        "sizing": sized.sizing,
        "status": "cancelled" if watch.reporter.stopped() else sized.status,
        "levels": levels,
        "totals": dict(sized.totals) | _people_totals(tables) | _estimated(workload.demand),
        "ceilings": [dict(row) for row in sized.ceilings],
        "steps_comparison": dict(sized.steps),
        "audit": {"passed": True, "rules_checked": checked.rules_checked},
        "warnings": [{"vi": row.render("vi"), "en": row.render("en")} for row in warnings],
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": round(watch.seconds(), 3),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    return Result(info, tables, instance=instance, model=model)


def _levels(stage: str, levels: Sequence[LevelValue], named: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the levels of a stage as they stand in ``result.json``, with the model's Vietnamese names."""
    return [{"stage": stage, **asdict(level), "name_vi": named.get(level.name)} for level in levels]


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that a result depends on."""
    from importlib.metadata import version

    names = ("ortools", "pandas", "numpy", "pydantic", "holidays", "babel")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _estimated(demand: pd.DataFrame) -> dict[str, int]:
    total = int(demand["minutes"].sum())
    guessed = int(demand.loc[demand["estimated"].astype(bool), "minutes"].sum())
    return {"minutes": total, "estimated_share_pct_dec2": 0 if not total else round(10_000 * guessed / total)}


def _people_totals(tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    if "staffing" not in tables:
        return {}
    actions = tables["staffing"]["action"]
    names = {
        "recruit": "vacancies",
        "surplus": "surplus",
        "move": "moved",
        "retrain": "retrained",
        "transfer": "transferred",
    }
    return {name: int((actions == action).sum()) for action, name in names.items()}
