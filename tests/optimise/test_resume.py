"""Going on from an earlier run: never worse, and a structure that no longer fits is set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

import vitri
from vitri.optimise.engine import SolveOptions
from vitri.plan.result import Result

ROOT = Path(__file__).resolve().parents[2]


def levels(result: Result) -> list[int]:
    """Return the values of the levels of sizing, first to last."""
    return [level["value"] for level in result.info["levels"] if level["stage"] == "sizing"]


@pytest.fixture(scope="module")
def stopped() -> Result:
    """A run of the eight offices that was stopped as soon as it had a plan."""
    instance = vitri.read(ROOT / "scenarios" / "bac-kan-2021")
    return vitri.solve(instance, options=SolveOptions(time_limit_s=0.2))


def test_a_run_goes_on_and_is_never_worse(stopped: Result) -> None:
    """The second run starts from the first one's structure, says whose run it continues, and is not worse."""
    instance = vitri.read(ROOT / "scenarios" / "bac-kan-2021")
    again = vitri.solve(instance, options=SolveOptions(time_limit_s=0.2), earlier=stopped)
    assert levels(again) <= levels(stopped)
    assert again.info["continues"] == stopped.digest
    assert stopped.info["continues"] is None
    further = vitri.solve(instance, earlier=again)
    assert levels(further) <= levels(again)


def test_a_structure_that_breaks_a_rule_of_today_is_set_aside(stopped: Result) -> None:
    """A group that stands in two positions makes the earlier structure useless: the plan is a new one."""
    instance = vitri.read(ROOT / "tests" / "fixtures" / "vi-du-nho")
    fresh = vitri.solve(instance)
    other = vitri.solve(instance, earlier=stopped)
    assert levels(other) == levels(fresh)
    tables = dict(fresh.tables)
    doubled = tables["structure"].copy()
    doubled["task_groups"] = "KT;TH"
    tables["structure"] = doubled
    broken = Result(fresh.info, tables, instance=fresh.instance, model=fresh.model)
    assert levels(vitri.solve(instance, earlier=broken)) == levels(fresh)
