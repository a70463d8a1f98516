"""The audit: every plan is checked against every rule by code that shares nothing with the optimiser.

It needs the input and the tables of the plan, nothing else: work and time are computed afresh, every rule of
`vitri.rules.REGISTRY` measures the tables, and whatever does not agree is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from vitri.data.instance import Instance, Sizing, Structure
from vitri.errors import Finding, Findings
from vitri.i18n import N_, Lang
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.rules import REGISTRY, Case, Rule
from vitri.rules.base import COLUMNS

if TYPE_CHECKING:
    from vitri.workload import Workload

#: The tables every plan has, and those it has as well if officials are named; with the columns rules read.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "demand": ("office", "pool", "task_group", "month", "priority", "regular", "minutes"),
    "workload": ("office", "pool", "task_group", "month", "minutes"),
    "time_fund": ("office", "month", "minutes"),
    "structure": ("structure", "position", "task_groups"),
    "post_groups": ("post_group", "office", "pool", "position", "kind", "posts"),
    "duties": ("post_group", "office", "pool", "task_group", "main", "free"),
    "posts": ("office", "pool", "position", "posts", "kind"),
    "cover": ("office", "pool", "position", "task_group", "covered_by", "covered_by_pool", "minutes"),
    "quotas": ("unit", "used", "posts"),
    "unmet": ("office", "pool", "task_group", "month", "priority", "minutes"),
}
NEEDED_WITH_PEOPLE: Mapping[str, tuple[str, ...]] = {
    "staffing": ("action",),
    "assignments": ("office", "month", "official", "pool", "task_group", "role", "minutes",
                    "overtime_minutes"),
    "load": ("official", "month", "available_minutes", "assigned_minutes"),
    "post_ranks": ("office", "position", "posts"),
}  # fmt: skip
#: The tables a plan may have, with the columns rules read.
EXTRA: Mapping[str, tuple[str, ...]] = {
    "converted": ("office", "month", "registration", "quantity_dec2"),
    "converted_people": ("office", "official", "month", "converted_dec2", "compared_dec2"),
    "salary_budgets": ("place", "budget", "budget_dec2", "used_dec2", "left_dec2", "least_dec2"),
}
#: Columns that rules read and that may be blank.
OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "post_groups": ("organisation", "free_pct"),
    "posts": ("posts_now", "change"),
    "cover": ("month",),
    "quotas": ("organisation", "position_class", "ceiling", "left"),
    "staffing": ("official", "office", "position", "share_pct", "post_group", "seat"),
    "load": ("load_pct_dec2",),
    "post_ranks": ("rank",),
    "assignments": ("registration",),
    "converted": ("official", "conversion_k_dec3", "converted_dec2", "done_converted_dec2", "quality_pct",
                  "progress_pct"),
    "converted_people": ("done_converted_dec2", "quantity_pct", "quality_pct", "progress_pct", "result_pct"),
}  # fmt: skip


class MeasuredFinding(Finding):
    """A finding of the audit: the sentence of its rule, in the reader's language."""

    def render(self, lang: Lang) -> dict[str, str]:
        """Return the nine columns; the message is the rule's own sentence."""
        rule, row = cast("Rule", self.fields["rule"]), cast("Mapping[str, Any]", self.fields["row"])
        return {**super().render(lang), "message": rule.say(row, lang)}


@dataclass(frozen=True)
class AuditReport:
    """What the audit found.

    `passed` is False where a binding rule is broken or the tables cannot be checked; such a plan is never
    exported. `rules` is the run table of that name; `findings` one row for each broken place, errors for
    binding rules and warnings for those that only inform.
    """

    passed: bool
    rules_checked: int
    findings: Findings
    rules: pd.DataFrame

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the binding rules that are broken, in order."""
        rows = self.rules[self.rules["broken"] & self.rules["binding"]]
        return tuple(sorted(set(rows["rule"])))


def audit(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    tables: Mapping[str, pd.DataFrame],
    info: Mapping[str, Any] | None = None,
) -> AuditReport:
    """Check a plan against every rule.

    Parameters
    ----------
    instance, model
        The input, and the planning model in force.
    workload
        The work, computed from the input (`vitri.workload.compute`), not taken from the plan.
    tables
        The run tables of the plan by name.
    info
        Of ``result.json``: `sizing` and `structure` as asked for (blank: the scenario's own) and `levels`,
        whose values are recomputed where the tables tell them.
    """
    info = info or {}
    lacking = list(_lacking(instance, tables))
    if lacking:
        empty = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in COLUMNS.items()})
        return AuditReport(False, 0, Findings.of(lacking), empty)
    case = Case.of(
        instance,
        model,
        {name: _with_optional(name, frame) for name, frame in tables.items()},
        workload.demand,
        time_fund(instance, model),
        sizing=cast("Sizing | None", info.get("sizing")),
        structure=cast("Structure | None", info.get("structure")),
        levels=tuple(info.get("levels") or ()),
        lines=workload.lines if "converted" in tables else None,
    )
    frames: list[pd.DataFrame] = []
    findings: list[Finding] = []
    for rule in REGISTRY:
        frame = rule.measure(case)
        frames.append(frame)
        findings += _findings(rule, frame)
    rules = pd.concat(frames, ignore_index=True).astype(dict(COLUMNS))
    result = Findings.of(findings)
    return AuditReport(not result.errors, len(REGISTRY), result, rules)


def _with_optional(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.copy()
    for column in OPTIONAL.get(name, ()):
        if column not in made.columns:
            made[column] = pd.NA
    return made


def _lacking(instance: Instance, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Yield what makes the tables impossible to check: a table, a column or a value is not there."""
    needed = {**NEEDED, **(NEEDED_WITH_PEOPLE if instance.has("officials") else {})}
    needed |= {name: columns for name, columns in EXTRA.items() if name in tables}
    for name, columns in needed.items():
        if name not in tables:
            yield _finding(name, "", N_("The plan has no table {table}."))
            continue
        for column in columns:
            if column not in tables[name].columns:
                yield _finding(name, column, N_("The table {table} has no column {column}."))
            elif tables[name][column].isna().any():
                yield _finding(name, column, N_("The table {table} has blank cells in {column}."))


def _finding(table: str, column: str, message: str) -> Finding:
    return Finding(
        code="incomplete_plan",
        table=table,
        column=column,
        message=message,
        advice=N_("Solve the scenario again."),
        fields={"table": table, "column": column},
    )


def _findings(rule: Rule, frame: pd.DataFrame) -> Iterator[Finding]:
    """Yield one finding for every broken place of a rule."""
    for row in frame[frame["broken"]].to_dict("records"):
        yield MeasuredFinding(
            code=rule.name,
            severity="error" if row["binding"] else "warning",
            table="rules",
            row_key=str(row["place"]),
            column=rule.name,
            value=str(row["actual"]),
            advice=N_("The plan is not to be used.") if row["binding"] else "",
            fields={"rule": rule, "row": row},
        )
