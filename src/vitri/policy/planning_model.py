"""`PlanningModel`: what the law and the planner fix, as one frozen object named as its file is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from vitri.data.instance import Instance
from vitri.errors import Findings, ModelError
from vitri.i18n import Lang
from vitri.policy.checks import check_tables, each
from vitri.policy.demand_scenarios import unplanned_probability
from vitri.policy.in_force import (
    NEUTRAL,
    SwitchedOff,
    known_codes,
    needs_what_is_off,
    off_warnings,
    overtime_within_year,
    switched_off,
    why_off,
)
from vitri.policy.library import (
    list_models,
    list_policies,
    model_folder,
    read_calendar,
    read_model_tables,
    read_policy_tables,
)
from vitri.policy.rows import (
    ROWS,
    Allowance,
    CalendarDay,
    Compatible,
    Competency,
    DemandScenario,
    Duty,
    ForbiddenPair,
    Leader,
    Level,
    Profile,
    Rank,
    RatioCap,
    SalaryBudget,
    SizeRule,
)
from vitri.policy.sections import (
    POLICY_TABLES,
    SINGLE,
    AppliesTo,
    Conversion,
    Costs,
    Counter,
    Leadership,
    Overtime,
    Quota,
    Report,
    Rounding,
    Service,
    Sessions,
    Shift,
    Spread,
    Staffing,
    Structure,
    TimeFund,
    Uncertainty,
    Workload,
)
from vitri.policy.sources import SourceRow, source_rows
from vitri.policy.twice import twice_taken

__all__ = [
    "PlanningModel",
    "Policy",
    "SwitchedOff",
    "list_models",
    "list_policies",
    "load_model",
    "load_policy",
    "model_folder",
    "model_for",
]


class _Tables(BaseModel):
    """What a model and a policy share: an immutable record of tables."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Policy(_Tables):
    """A dated workload policy: the tables it brings replace those of a model, whole."""

    name: str
    name_vi: str = ""
    name_en: str = ""
    file: str = ""
    time_fund: TimeFund | None = None
    allowance: tuple[Allowance, ...] | None = None
    rounding: Rounding | None = None
    spread: Spread | None = None
    workload: Workload | None = None
    counter: Counter | None = None
    shift: Shift | None = None
    calendar: tuple[CalendarDay, ...] = ()


class PlanningModel(_Tables):
    """A planning model; attributes are named as the tables and keys of its file.

    Shares are `Decimal` percents, minutes and posts are ints, dates are dates. The objects are shared and
    frozen; every change (`in_force`, `with_policy`) makes another model.
    """

    name: str
    name_vi: str = ""
    name_en: str = ""
    extends: str = ""
    file: str = "model.toml"
    policy: str | None = None
    as_of: dt.date | None = None
    switched_off: tuple[SwitchedOff, ...] = ()
    adjusted: tuple[SwitchedOff, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()

    applies_to: AppliesTo = AppliesTo()
    time_fund: TimeFund
    sessions: Sessions = Sessions()
    allowance: tuple[Allowance, ...] = ()
    rounding: Rounding = Rounding()
    spread: Spread = Spread()
    profile: tuple[Profile, ...] = ()
    workload: Workload = Workload()
    conversion: Conversion | None = None
    counter: Counter | None = None
    shift: Shift | None = None
    rank: tuple[Rank, ...] = ()
    competency: tuple[Competency, ...] = ()
    duty: tuple[Duty, ...] = ()
    compatible: tuple[Compatible, ...] = ()
    forbidden_pair: tuple[ForbiddenPair, ...] = ()
    structure: Structure = Structure()
    leadership: Leadership = Leadership()
    leader: tuple[Leader, ...] = ()
    size_rule: tuple[SizeRule, ...] = ()
    ratio_cap: tuple[RatioCap, ...] = ()
    salary_budget: tuple[SalaryBudget, ...] = ()
    quota: Quota = Quota()
    service: Service
    uncertainty: Uncertainty = Uncertainty()
    demand_scenario: tuple[DemandScenario, ...] = ()
    overtime: Overtime = Overtime()
    staffing: Staffing = Staffing()
    level: tuple[Level, ...]
    costs: Costs = Costs()
    report: Report = Report()

    def tables(self) -> dict[str, Any]:
        """Return every table by its name in the file."""
        return {name: getattr(self, name) for name in (*SINGLE, *ROWS)}

    def title(self, lang: Lang) -> str:
        """Return the model's name in one language, or its code."""
        return (self.name_vi if lang == "vi" else self.name_en) or self.name

    def digest(self) -> str:
        """Return a SHA-256 of every key, independent of the order in the file."""
        content = self.model_dump(mode="json", exclude={"file"})
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def distance(self, a: str, b: str) -> int:
        """Return how far two competency families lie apart: 0 for one family, symmetric."""
        if a == b:
            return 0
        return self._distances.get((a, b), self.structure.default_distance)

    @cached_property
    def _distances(self) -> dict[tuple[str, str], int]:
        pairs = {(row.a, row.b): row.distance for row in self.compatible}
        return pairs | {(b, a): distance for (a, b), distance in pairs.items()}

    @property
    def warnings(self) -> Findings:
        """What is dubious in the model: time taken off twice, laws not yet in force, a probability unused."""
        found = [
            *twice_taken(self.tables(), self.file),
            *unplanned_probability(self.service, self.file),
            *off_warnings(self.switched_off, self.as_of, self.file),
        ]
        return Findings.of(found)

    def in_force(self, as_of: dt.date) -> PlanningModel:
        """Return the model of one day: rules of other days, bodies and levels are off and listed.

        A table the computation cannot do without is kept, and listed as kept.
        """
        off: list[SwitchedOff] = list(self.adjusted)
        known = known_codes(self.tables(), self.applies_to, as_of)
        changes: dict[str, Any] = {}
        for path, row_key, record in each(self.tables()):
            name = path.split("[")[0]
            reason = why_off(record, self.applies_to, as_of) or needs_what_is_off(record, known)
            if reason is None:
                if name in ROWS:
                    changes.setdefault(name, []).append(record)
                continue
            kept = name in SINGLE and name not in NEUTRAL
            off.append(switched_off(path, row_key, record, reason, kept))
            if name in NEUTRAL:
                changes[name] = NEUTRAL[name]
        changes |= {name: tuple(changes.get(name, ())) for name in ROWS}
        return self._changed(changes | {"as_of": as_of, "switched_off": tuple(off)})

    def _changed(self, changes: dict[str, Any]) -> PlanningModel:
        """Return a copy with some tables replaced and nothing remembered of the old ones."""
        model = self.model_copy(update=changes)
        model.__dict__.pop("_distances", None)
        return model

    def with_policy(self, policy: Policy) -> PlanningModel:
        """Return the model with the policy's tables in place of its own; its references are checked again.

        A longer year lowers the overtime share, so that the yearly cap still holds; the change is listed
        with what is switched off.
        """
        changes = {name: getattr(policy, name) for name in POLICY_TABLES if getattr(policy, name) is not None}
        changes |= {"policy": policy.name}
        if policy.time_fund is not None:
            changes["calendar"] = policy.calendar
            lowered = overtime_within_year(policy.time_fund, self.overtime)
            if lowered is not None:
                changes |= {"overtime": lowered[0], "adjusted": (*self.adjusted, lowered[1])}
        model = self._changed(changes)
        errors = check_tables(model.tables(), policy.file)
        if errors:
            raise ModelError(errors)
        return model

    def sources(self, lang: Lang) -> list[SourceRow]:
        """Return the rows of the report's table of sources, in one language (see `vitri.policy.sources`)."""
        return source_rows(self, lang)


def load_model(
    name: str, local: Mapping[str, Any] | None = None, *, folder: Path | Traversable | None = None
) -> PlanningModel:
    """Load a planning model by name.

    Parameters
    ----------
    name
        The name of a shipped model, or ``model.toml`` (or the local model's own name) for `local`.
    local
        The parsed ``model.toml`` of a scenario, if it brings one.
    folder
        Where models are kept; blank finds the shipped ones.

    Raises
    ------
    ModelError
        With every refusal at once: the file as table, the key path as column.
    """
    tables, file, overrides = read_model_tables(name, local, folder)
    head = {key: tables.pop(key) for key in ("name", "name_vi", "name_en", "extends") if key in tables}
    tables.pop("schema_", None)
    if "level" in tables:
        tables["level"] = tuple(sorted(tables["level"], key=lambda level: level.order))
    return PlanningModel(**head, **tables, file=file, calendar=overrides)


def load_policy(name: str, *, folder: Path | Traversable | None = None) -> Policy:
    """Load a workload policy, ``policies/<name>.toml`` beside the models.

    Raises
    ------
    ModelError
        With every refusal at once.
    """
    tables, file = read_policy_tables(name, folder)
    tables.pop("schema_", None)
    fund = tables.get("time_fund")
    calendar = read_calendar(fund.overrides, None, file, folder) if fund is not None else ()
    return Policy(**tables, file=file, calendar=calendar)


def model_for(instance: Instance, policy: str | None = None) -> PlanningModel:
    """Return the rules in force on a scenario's day, under the policy named, else the scenario's own.

    Raises
    ------
    ModelError
        Where the model or the policy cannot be used.
    """
    model = load_model(instance.info.model, instance.local_model)
    name = policy or instance.info.policy
    if name is not None:
        model = model.with_policy(load_policy(name))
    return model.in_force(instance.info.as_of)
