"""Levers: at zero they change nothing, elsewhere they equal the same change written into the data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.workload import Levers, Workload, compute
from vitri.workload.cliffs import fresh_run
from vitri.workload.levers import KINDS, Change, LeverKind

from .cliff_builders import ALLOWANCES, CALENDAR, CONSTANT, WEEKS, rules, scenarios
from .frames import instance

FRAMES = ("lines", "demand", "cells", "needs", "estimates")


def same(first: Workload, second: Workload, names: tuple[str, ...] = FRAMES) -> None:
    """Compare two workloads, table by table."""
    for name in names:
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


@given(scenarios())
@settings(max_examples=25)
def test_levers_at_zero_change_nothing(case: tuple[Instance, PlanningModel]) -> None:
    """Time fund and workload are equal to the last bit, whichever lever stands at zero."""
    inst, model = case
    fund = time_fund(inst, model)
    pd.testing.assert_frame_equal(time_fund(inst, model, change_bp=0, useful_change_bp=0), fund)
    try:
        plain = compute(inst, model, fund)
    except DataError:
        assume(False)
    everything = Levers(norm=(Change(0),), volume=(Change(0, offices=("BB",)),), coefficient=(Change(0),))
    same(fresh_run(inst, model, everything), plain)
    assert all(Levers.of(kind, 0) == Levers() for kind in ("time_fund", "useful_time"))


def register(**changed: Any) -> Instance:
    """Return an invented register of two offices and two items; half a year of B1 is estimated."""
    keys: dict[str, Any] = {"a": "1", "b": "1", "norm": "100", "second": "250", "own": "40"}
    keys |= {"volume": "33", "other": "7"} | changed
    return instance(
        "2021-01",
        "2021-06",
        offices=[{"code": "A1", "coefficient": keys["a"]}, {"code": "B1", "coefficient": keys["b"]}],
        organisations=[{"code": "HND", "kind": "member"}, {"code": "MTTQ", "kind": "member"}],
        task_groups=[{"code": "KT", "class": "II"}, {"code": "TH", "class": "II"}],
        work_items=[
            {"code": "V1", "task_group": "KT", "unit_minutes": keys["norm"]},
            {"code": "V2", "task_group": "TH", "unit_minutes": keys["second"]},
        ],
        registrations=[
            {"code": f"{office}-{month}-{number}", "office": office, "organisation": "HND",
             "period": f"2021-0{month}", **line}
            for office, months in (("A1", (1, 2, 3, 4, 5, 6)), ("B1", (1, 2, 3)))
            for month in months
            for number, line in enumerate((
                {"work_item": "V1", "quantity": keys["volume"]},
                {"work_item": "V2", "quantity": keys["other"]},
                {"task_name": "khác", "task_group": "TH", "unit_minutes": keys["own"], "quantity": "3"},
            ))
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("levers", "changed"),
    [
        (Levers.of("norm", 1000), {"norm": "110", "second": "275", "own": "44"}),
        (Levers.of("norm", -2000, work_items=["V1"]), {"norm": "80"}),
        (Levers.of("norm", 5000, task_groups=["TH"]), {"second": "375", "own": "60"}),
        (Levers.of("norm", 5000, task_groups=["TH"], work_items=["V2"]), {"second": "375"}),
        (Levers.of("volume", 1000, work_items=["V1"], organisations=["HND"]), {"volume": "36.3"}),
        (Levers.of("coefficient", 2500), {"a": "1.25", "b": "1.25"}),
        (Levers.of("coefficient", -1000, offices=["B1"]), {"b": "0.9"}),
        (
            Levers(norm=(Change(1000, work_items=("V1",)), Change(-5000, work_items=("V2",)))),
            {"norm": "110", "second": "125"},
        ),
    ],
)
def test_a_lever_equals_the_change_in_the_data(levers: Levers, changed: dict[str, str]) -> None:
    """Demand, cells, needs and estimates are those of a register with the changed figures typed in."""
    model = rules(allowance=ALLOWANCES[2])
    moved = fresh_run(register(), model, levers)
    assert len(moved.estimates) > 0
    assert moved.minutes != fresh_run(register(), model, Levers()).minutes
    same(moved, fresh_run(register(**changed), model, Levers()), ("demand", "cells", "needs", "estimates"))


def test_the_time_fund_under_levers() -> None:
    """75,000 − 4 % = 72,000; a change joins the one rounding of a month; useful time ends at 100 %."""
    inst = register()
    year = time_fund(inst, rules(), change_bp=-400)["minutes"]
    assert set(year) == {6000}
    calendar = rules(fund=CALENDAR)
    plain, less = (time_fund(inst, calendar, useful_change_bp=bp) for bp in (0, -1000))
    exact = rules(fund=CALENDAR.model_copy(update={"useful_time_pct": Decimal("76.95")}))
    assert less["minutes"].tolist() == time_fund(inst, exact)["minutes"].tolist()
    assert set(less["useful_time_pct"]) == {7695}
    most = time_fund(inst, calendar, useful_change_bp=9000)
    whole = time_fund(inst, rules(fund=CALENDAR.model_copy(update={"useful_time_pct": Decimal(100)})))
    assert most["minutes"].tolist() == whole["minutes"].tolist()
    assert set(most["useful_time_pct"]) == {10_000}
    assert plain["minutes"].sum() < most["minutes"].sum()
    for fund in (CONSTANT, WEEKS):
        longer = fund.model_copy(update={"minutes_per_day": fund.minutes_per_day + 30})
        if fund.method == "weeks":
            grown = time_fund(inst, rules(fund=fund), change_bp=625)["minutes"]
            assert grown.tolist() == time_fund(inst, rules(fund=longer))["minutes"].tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bp", [-9901, 990_001])
def test_levers_out_of_range_are_findings(kind: LeverKind, bp: int) -> None:
    """A lever cannot take more than 99 % nor add more than 9,900 %."""
    model = rules()
    inst = register()
    with pytest.raises(DataError) as error:
        compute(inst, model, time_fund(inst, model), levers=Levers.of(kind, bp))
    assert [row.code for row in error.value.findings] == ["lever_out_of_range"]


def test_unknown_codes_are_findings_all_at_once() -> None:
    """Codes that do not exist, or that a coefficient cannot have, are named, all at once."""
    levers = Levers(
        norm=(Change(1, work_items=("V9",), task_groups=("KT", "XX")),),
        volume=(Change(1, organisations=("HND", "CCB")),),
        coefficient=(Change(1, offices=("C1",), work_items=("V1",)),),
    )
    with pytest.raises(DataError) as error:
        fresh_run(register(), rules(), levers)
    found = sorted((row.row_key, row.column, row.value) for row in error.value.findings)
    assert found == [
        ("coefficient", "offices", "C1"),
        ("coefficient", "work_items", "V1"),
        ("norm", "task_groups", "XX"),
        ("norm", "work_items", "V9"),
        ("volume", "organisations", "CCB"),
    ]
    with pytest.raises(DataError) as error:
        Levers.of("wind", 1)  # type: ignore[arg-type]
    assert error.value.findings.rows[0].code == "unknown_lever"
