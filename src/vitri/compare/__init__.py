"""Runs side by side: totals, offices, objective levels and quotas, each figure with its proof.

The first run is the base; every other run shows its difference to it and whether what its variant expected
came true. Runs over different months are refused; other scenarios, models or sizings are compared and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from vitri.compare.side_by_side import Comparison
from vitri.errors import Finding, Findings, UsageError
from vitri.i18n import N_

__all__ = ["Comparison", "ResultLike", "compare"]

_SETTINGS = ("scenario", "model", "policy", "sizing", "structure")


def compare(results: Sequence[ResultLike]) -> Comparison:
    """Lay two or more results side by side; the first one is the base.

    Raises UsageError when there are fewer than two or when they do not plan the same months.
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
    findings = _check_months(runs, results) + _check_settings(runs, results)
    totals = difference(totals_frame(runs, results), ["measure"], "value", runs)
    levels = difference(levels_frame(runs, results), ["stage", "order", "measure"], "value", runs)
    offices = difference(offices_frame(runs, results), ["office"], "posts", runs)
    offices = difference(offices, ["office"], "unmet_minutes", runs, "unmet_difference")
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


def _check_months(runs: tuple[str, ...], results: Sequence[ResultLike]) -> Findings:
    """Refuse runs over different months; warn where the months cannot be told."""
    spans = [_months(result) for result in results]
    base = spans[0]
    wrong = [run for run, span in zip(runs, spans, strict=True) if span and base and span != base]
    if wrong:
        shown = {run: " – ".join(span) for run, span in zip(runs, spans, strict=True) if span}
        raise UsageError(
            Finding(
                code="different_horizon",
                table=", ".join(wrong),
                column="first_month, last_month",
                value="; ".join(f"{run}: {text}" for run, text in shown.items()),
                message=N_("The runs plan different months ({spans}); their figures cannot be compared."),
                advice=N_("Solve both over the same months."),
                fields={"spans": "; ".join(f"{run}: {text}" for run, text in shown.items())},
            )
        )
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
        values = [_setting(result.info.get(key)) for result in results]
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


def _setting(value: object) -> str:
    """Return a setting as text: the code or name of a table, else itself."""
    if isinstance(value, Mapping):
        return str(value.get("code") or value.get("name") or "")
    return "" if value is None else str(value)
