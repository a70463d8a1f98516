"""Counters and manned stations: minutes of presence by month, in their own spread."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.errors import DataError
from vitri.policy import PlanningModel, load_model
from vitri.policy.erlang import places_needed, served_in_time, waiting_probability
from vitri.policy.planning_model import Policy
from vitri.policy.sections import Counter, Shift, Spread, TimeFund
from vitri.policy.worktime import time_fund
from vitri.workload import Workload, compute

from .frames import instance


def rules(**tables: Any) -> PlanningModel:
    """Return a model of 480 minutes a day without holidays, and these tables."""
    fund = TimeFund(minutes_per_day=480, useful_time_pct=Decimal(80))
    return load_model("abk-75000").with_policy(
        Policy(name="p", time_fund=fund, spread=Spread(default="workdays"), **tables)
    )


def plan(model: PlanningModel, method: str, unit: Any, lines: list[dict[str, Any]]) -> Workload:
    """Compute lines of one item of a method; the scenario is the year 2026 of one office."""
    rows = [
        {"code": f"R{i}", "office": "A", "work_item": "I", "period": "2026", **line}
        for i, line in enumerate(lines)
    ]
    inst = instance(
        "2026-01", "2026-12", estimate=False, as_of="2026-01-01",
        offices=[{"code": "A"}], organisations=[{"code": "X"}],
        task_groups=[{"code": "TH", "class": "III"}], registrations=rows,
        work_items=[{"code": "I", "task_group": "TH", "method": method, "unit_minutes": unit}],
    )  # fmt: skip
    return compute(inst, model, time_fund(inst, model))


def by_month(work: Workload) -> list[int]:
    """Return the minutes of each month."""
    return [int(minutes) for minutes in work.cells["minutes"]]


def test_a_station_round_the_clock_needs_the_shift_relief_factor() -> None:
    """A guard day and night: 365 × 1,440 minutes against 261 × 480 of a post is 4.1954 posts, whatever k."""
    work = plan(rules(), "shift", 1440, [{"quantity": 1}])
    assert sum(by_month(work)) == 365 * 1440 * 80 // 100
    assert by_month(work)[1] == 28 * 1440 * 80 // 100
    row = work.needs[work.needs["office"].isna()].iloc[0]
    assert row["year_fte_dec4"] == round(10_000 * 365 * 1440 / (261 * 480))
    full = plan(rules(shift=Shift(use_k=True)), "shift", 1440, [{"quantity": 1}])
    assert sum(by_month(full)) == 365 * 1440


def test_a_station_on_working_days_and_for_part_of_a_year() -> None:
    """Working days only where the rule says so; a period or window gives only its own days."""
    model = rules(shift=Shift(days="workdays", use_k=True))
    assert by_month(plan(model, "shift", 60, [{"quantity": 2}]))[0] == 22 * 120
    window = {"quantity": 1, "period": "2026-Q1", "release_date": "2026-01-30", "due_date": "2026-02-02"}
    every = plan(rules(shift=Shift(use_k=True)), "shift", 60, [window])
    assert by_month(every) == [2 * 60, 2 * 60]


def test_lines_of_a_station_say_their_method_and_norm() -> None:
    """The table of lines keeps the norm as typed and names the method; minutes are those of the months."""
    work = plan(rules(), "shift", 600, [{"quantity": 1}, {"quantity": 0}])
    first, idle = work.lines.iloc[0], work.lines[work.lines["registration"] == "R1"].iloc[0]
    assert (first["method"], first["unit_minutes_dec2"]) == ("shift", 60_000)
    assert first["line_minutes"] == sum(by_month(work))
    assert idle["line_minutes"] == 0


def test_a_counter_keeps_places_open_for_those_who_come() -> None:
    """4 contacts in half an hour of 6 minutes each: Erlang C asks for 2 places all day, not for 0.8."""
    counter = Counter(open_minutes_per_day=480, interval_minutes=30, target_answer_seconds=300)
    work = plan(rules(counter=counter), "counter", 6, [{"quantity": 4 * 16 * 261}])
    expected = places_needed(
        arrivals=Fraction(4), interval_minutes=Fraction(30), service_minutes=Fraction(6),
        target_minutes=Fraction(5), target_share=Fraction(80, 100), most_occupancy=Fraction(85, 100),
    ).places  # fmt: skip
    assert expected == 2
    assert sum(by_month(work)) == 2 * 480 * 261
    away = Counter(
        open_minutes_per_day=480, interval_minutes=30, target_answer_seconds=300, shrinkage_pct=Decimal(20)
    )
    assert (
        sum(by_month(plan(rules(counter=away), "counter", 6, [{"quantity": 4 * 16 * 261}]))) == 2 * 600 * 261
    )


def test_a_counter_without_rules_or_reachable_target_is_refused_by_line() -> None:
    """No [counter] and a target of 100 % without waiting are findings that name the line."""
    with pytest.raises(DataError) as caught:
        plan(rules(), "counter", 6, [{"quantity": 5}])
    assert [(row.code, row.row_key) for row in caught.value.findings] == [("no_counter", "R0")]
    crowded = Counter(target_pct=Decimal(80), max_occupancy_pct=Decimal(1))
    with pytest.raises(DataError) as caught:
        plan(rules(counter=crowded), "counter", 90_000, [{"quantity": 10**9}])
    assert [(row.code, row.row_key) for row in caught.value.findings] == [("counter_target", "R0")]


@settings(max_examples=60)
@given(st.integers(1, 400), st.integers(1, 60), st.integers(0, 20), st.integers(50, 99))
def test_erlang_c_equals_the_formula_and_is_the_fewest(
    arrivals: int, service: int, target: int, share: int
) -> None:
    """The recursion equals the sums of the formula; one place fewer misses the target."""
    traffic = Fraction(arrivals * service, 60)
    found = places_needed(
        arrivals=Fraction(arrivals), interval_minutes=Fraction(60), service_minutes=Fraction(service),
        target_minutes=Fraction(target), target_share=Fraction(share, 100),
    )  # fmt: skip
    n, offered = found.places, float(traffic)
    assert n > traffic
    term, total = 1.0, 0.0
    for k in range(n):
        total += term
        term *= offered / (k + 1)
    wait = term * n / (n - offered)
    assert found.waiting == pytest.approx(wait / (total + wait), rel=1e-9)
    assert waiting_probability(offered, n) == pytest.approx(found.waiting, rel=1e-12)
    assert found.served_in_time >= share / 100
    if n - 1 > traffic:
        assert served_in_time(offered, n - 1, service, target) < share / 100
    else:
        assert math.ceil(traffic) <= n
