"""Runs side by side: totals, offices, objective levels and quotas, each figure with its proof.

The first run is the base; every other run shows its difference to it and whether what its variant expected
came true. Runs over different months are refused unless asked for; runs under other policies, models or norms
are compared, and what differs in these is said first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from vitri.compare.frames import (
    ResultLike,
    difference,
    expected_frame,
    levels_frame,
    offices_frame,
    quotas_frame,
    totals_frame,
)
from vitri.compare.parts import organisations_frame, positions_frame, rules_frame
from vitri.compare.policies import policies_frame, setting
from vitri.compare.side_by_side import Comparison
from vitri.compare.verdicts import gains_frame, verdicts
from vitri.errors import Finding, Findings, UsageError
from vitri.i18n import N_

__all__ = ["Comparison", "ResultLike", "compare"]

_SETTINGS = ("scenario", "model", "policy", "sizing", "structure")


def compare(results: Sequence[ResultLike], *, different_months: bool = False) -> Comparison:
    """Lay two or more results side by side; the first one is the base.

    Raises UsageError when there are fewer than two, or when they do not plan the same months and
    `different_months` does not ask for it.
    """
    if len(results) < 2:
        raise UsageError(
            Finding(
                code="too_few_runs",
                message=N_("A comparison needs at least two runs."),
                advice=N_("Name the base first."),
            )
        )
    runs = _names(results)
    findings = _check_months(runs, results, different_months) + _check_settings(runs, results)
    totals = difference(totals_frame(runs, results), ["measure"], "value", runs)
    levels = difference(levels_frame(runs, results), ["stage", "order", "measure"], "value", runs)
    offices = difference(offices_frame(runs, results), ["office"], "posts", runs)
    offices = difference(offices, ["office"], "unmet_minutes", runs, "unmet_difference")
    organisations = organisations_frame(runs, results)
    gains = gains_frame(organisations, offices, runs)
    organisations = difference(organisations, ["organisation"], "posts", runs)
    organisations = difference(organisations, ["organisation"], "unmet_minutes", runs, "unmet_difference")
    positions = difference(positions_frame(runs, results), ["position", "task_groups"], "posts", runs)
    rules = difference(rules_frame(runs, results), ["rule"], "not_kept", runs)
    quotas = difference(quotas_frame(runs, results), ["unit", "organisation", "position_class"], "used", runs)
    expected = expected_frame(runs, results, totals, levels)
    missed = [
        Finding(
            code="expectation_missed",
            severity="warning",
            table=run,
            column=measure,
            message=N_("{run}: {measure} did not go the way the variant expected."),
            advice=N_("Either the expectation or a figure needs another look."),
            fields={"run": run, "measure": measure},
        )
        for run, measure, met in zip(expected["run"], expected["measure"], expected["met"], strict=True)
        if met is not pd.NA and not met
    ]
    changes = tuple(
        (run, c) for run, result in zip(runs, results, strict=True) for c in result.info.get("changes") or ()
    )
    return Comparison(
        runs=runs,
        totals=totals,
        by_office=offices,
        by_level=levels,
        by_organisation=organisations,
        by_position=positions,
        by_rule=rules,
        gains=gains,
        verdicts=verdicts(levels, runs),
        policies=policies_frame(runs, results),
        names=_decorations(results),
        quotas=quotas,
        expected=expected,
        changes=changes,
        findings=findings + Findings.of(missed),
    )


def _names(results: Sequence[ResultLike]) -> tuple[str, ...]:
    """Name the runs by their variant, else by the scenario; a name met twice gets a number."""
    names: list[str] = []
    for result in results:
        scenario = result.info.get("scenario") or {}
        name = str(result.info.get("variant") or scenario.get("code") or "run")
        count = sum(known == name or known.startswith(f"{name} #") for known in names)
        names.append(f"{name} #{count + 1}" if count else name)
    return tuple(names)


def _months(result: ResultLike) -> tuple[str, str] | None:
    """Return first and last month of a run, from its settings or else from its time fund."""
    scenario = result.info.get("scenario") or {}
    if scenario.get("first_month") and scenario.get("last_month"):
        return str(scenario["first_month"]), str(scenario["last_month"])
    fund = result.tables.get("time_fund")
    if fund is None or fund.empty:
        return None
    months = fund["month"].astype(str)
    return str(months.min()), str(months.max())


def _decorations(results: Sequence[ResultLike]) -> dict[tuple[str, str], str]:
    """Return the names of offices, organisations ... that the runs' inputs know, by kind and code."""
    names: dict[tuple[str, str], str] = {}
    tables = (
        ("office", "offices"),
        ("organisation", "organisations"),
        ("position", "positions"),
        ("task_group", "task_groups"),
    )
    for result in reversed(results):
        instance: Any = getattr(result, "instance", None)
        for kind, table in tables if instance is not None else ():
            frame = instance.table(table)
            pairs = zip(frame["code"], frame["name"], strict=True)
            names |= {(kind, str(code)): str(name) for code, name in pairs if isinstance(name, str)}
    return names


def _check_months(
    runs: tuple[str, ...], results: Sequence[ResultLike], different_months: bool = False
) -> Findings:
    """Refuse runs over different months (or only say so, if asked); warn where months cannot be told."""
    spans = [_months(result) for result in results]
    base = spans[0]
    wrong = [run for run, span in zip(runs, spans, strict=True) if span and base and span != base]
    if wrong:
        shown = {run: " – ".join(span) for run, span in zip(runs, spans, strict=True) if span}
        finding = Finding(
            code="different_horizon",
            severity="warning" if different_months else "error",
            table=", ".join(wrong),
            column="first_month, last_month",
            value="; ".join(f"{run}: {text}" for run, text in shown.items()),
            message=N_("The runs plan different months ({spans}); their figures cannot be compared."),
            advice=N_("Solve both over the same months."),
            fields={"spans": "; ".join(f"{run}: {text}" for run, text in shown.items())},
        )
        if different_months:
            return Findings.of([finding])
        raise UsageError(finding)
    unknown = [run for run, span in zip(runs, spans, strict=True) if span is None]
    return Findings.of(
        Finding(
            code="unknown_horizon",
            severity="warning",
            table=run,
            message=N_("{run}: the months planned are not recorded."),
            fields={"run": run},
        )
        for run in unknown
    )


def _check_settings(runs: tuple[str, ...], results: Sequence[ResultLike]) -> Findings:
    """Warn where runs differ in more than their variant: scenario, model, policy, sizing or structure."""
    found = []
    for key in _SETTINGS:
        values = [setting(result.info.get(key)) for result in results]
        for run, value in zip(runs[1:], values[1:], strict=True):
            if value != values[0]:
                found.append(
                    Finding(
                        code="different_setting",
                        severity="warning",
                        table=run,
                        column=key,
                        value=value,
                        allowed=values[0],
                        message=N_("{run} has another {key}: {value}, the base has {base}."),
                        fields={"run": run, "key": key, "value": value or "–", "base": values[0] or "–"},
                    )
                )
    return Findings.of(found)
