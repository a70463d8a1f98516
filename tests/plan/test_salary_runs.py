"""Salary coefficients from end to end: level, budget at its edge and past it, reasons, workbook, audit."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from vitri.data.instance import Instance
from vitri.errors import DataError, NoPlanError
from vitri.i18n import tr
from vitri.plan.audit import audit
from vitri.plan.result import Result
from vitri.policy import load_model, model_for
from vitri.policy.worktime import time_fund
from vitri.report.positions import NAME
from vitri.report.workbook import write_workbook
from vitri.solve import solve
from vitri.workload import compute

BASE = "van-phong-khoi-2019"


def with_model(instance: Instance, *budgets: tuple[str, Decimal], level: int | None = None) -> Instance:
    """Return the scenario under a model of its own with budgets (unit, coefficients) and a salary level."""
    local: dict[str, Any] = {"schema": 1, "name": "thu-luong", "extends": BASE}
    local["salary_budget"] = [
        {"name": f"Quỹ {unit}", "unit": unit, "coefficients": most, "status": "policy", "source": "Mẫu"}
        for unit, most in budgets
    ]
    if level is not None:
        keys = {"order", "name", "name_vi", "measure", "priority"}
        rows = [row.model_dump(include=keys) for row in load_model(BASE).level]
        for row in rows:
            row["priority"] = list(row["priority"])
        local["level"] = [*rows, {"order": level, "name": "Salary", "name_vi": "Lương", "measure": "salary"}]
    info = dataclasses.replace(instance.info, model="thu-luong")
    return dataclasses.replace(instance, info=info, local_model=local)


def salary_of(result: Result) -> dict[str, Any]:
    """Return the level of salary coefficients."""
    return next(level for level in result.info["levels"] if level["measure"] == "salary")


@pytest.fixture(scope="module")
def edge(tiny: Instance, solved: Result) -> Result:
    """The plan under a budget of exactly what the ranks cost without one, with a salary level of order 60."""
    most = Decimal(salary_of(solved)["value"]) / 100
    return solve(with_model(tiny, ("*", most), level=60))


def test_the_salary_level_has_its_order_name_bound_and_gap(edge: Result, solved: Result) -> None:
    """The model's level is told under its own order and names, proven, with the value of the plain run."""
    level = salary_of(edge)
    assert (level["order"], level["name"], level["name_vi"]) == (60, "Salary", "Lương")
    assert (level["bound"], level["gap"], level["status"]) == (level["value"], 0, "optimal")
    assert level["value"] == salary_of(solved)["value"] > 0


def test_a_budget_at_its_edge_changes_no_figure_and_is_told(edge: Result, solved: Result) -> None:
    """At its edge the budget leaves every table as it was; its own table and a reason say so."""
    for name in ("posts", "post_ranks", "staffing", "assignments"):
        assert edge.tables[name].equals(solved.tables[name]), name
    assert "salary_budgets" not in solved.tables
    row = edge.tables["salary_budgets"].iloc[0]
    assert (row["place"], row["left_dec2"], row["used_dec2"]) == ("*", 0, salary_of(solved)["value"])
    told = edge.tables["reasons"].query("kind == 'salary_budget'")
    assert told["figure"].tolist() == ["total"]
    assert "Ngân sách hệ số lương “Quỹ *”" in told["sentence_vi"].iloc[0]
    assert "leave 0.00" in told["sentence_en"].iloc[0]


def test_a_budget_below_the_cheapest_ranks_is_no_plan_and_says_both_numbers(
    tiny: Instance, edge: Result
) -> None:
    """One hundredth below the cheapest ranks is no plan: the error names what is needed and the budget."""
    least = int(edge.tables["salary_budgets"]["least_dec2"].iloc[0])
    with pytest.raises(NoPlanError) as caught:
        solve(with_model(tiny, ("*", Decimal(least - 1) / 100)))
    rows = list(caught.value.findings)
    assert [row.code for row in rows] == ["salary_over_budget"]
    message = rows[0].render("vi")["message"]
    assert f"{Decimal(least) / 100:.2f}".replace(".", ",") in message
    assert f"{Decimal(least - 1) / 100:.2f}".replace(".", ",") in message


def test_the_auditor_rejects_a_plan_over_its_budget_and_a_false_table(tiny: Instance, edge: Result) -> None:
    """A dearer rank, or a table that hides what is used, is found without the optimiser."""
    scenario = with_model(tiny, ("*", Decimal(salary_of(edge)["value"]) / 100), level=60)
    model = model_for(scenario)
    workload = compute(scenario, model, time_fund(scenario, model))
    told = {"sizing": edge.info["sizing"], "structure": edge.info["structure"], "levels": edge.info["levels"]}
    assert audit(scenario, model, workload, edge.tables, told).passed
    ranks = edge.tables["post_ranks"].copy()
    at = ranks.index[ranks["rank"] == "01.003"][0]
    ranks.loc[at, "rank"] = "01.002"
    broken = audit(scenario, model, workload, {**edge.tables, "post_ranks": ranks}, told).broken
    assert {"salary_budget", "salary_totals", "level_values"} <= set(broken)
    table = edge.tables["salary_budgets"].assign(used_dec2=1)
    assert "salary_totals" in audit(
        scenario, model, workload, {**edge.tables, "salary_budgets": table}, told
    ).broken  # fmt: skip


def test_the_workbook_adds_coefficients_up_and_names_the_budget(edge: Result, tmp_path: Path) -> None:
    """The sheet of ranks has a column of coefficients whose total is the level, and a note on the budget."""
    path = write_workbook(edge, tmp_path / "luong.xlsx", "vi")
    sheet = openpyxl.load_workbook(path, data_only=True)[tr(NAME, "vi")]
    rows = [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]
    assert any("Tổng hệ số lương" in row for row in rows)
    total = salary_of(edge)["value"] / 100
    assert any(row and isinstance(row[-1], float) and abs(row[-1] - total) < 1e-9 for row in rows)
    assert any("Ngân sách hệ số lương “Quỹ *”" in str(row[0]) for row in rows if row)


def test_a_budget_of_an_unknown_unit_is_refused(tiny: Instance) -> None:
    """A code that is no office and no area stops the run before anything is computed."""
    with pytest.raises(DataError) as caught:
        solve(with_model(tiny, ("KHONG-CO", Decimal(10))))
    assert [row.code for row in caught.value.findings.errors] == ["unknown_budget_unit"]
