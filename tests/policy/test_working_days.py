"""Calendar facts: weekdays, public holidays, swapped days, overrides, checked against published years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from vitri.data.instance import Instance
from vitri.errors import ModelError
from vitri.policy import PlanningModel, load_model
from vitri.policy.worktime import time_fund, working_days

Maker = Callable[..., Instance]


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The district model."""
    return load_model("van-phong-khoi-2019")


def year(make: Maker, model: PlanningModel, of: int, **tables: Any) -> pd.DataFrame:
    """The time fund of one office in one year."""
    return time_fund(make(f"{of}-01", f"{of}-12", **tables), model)


@pytest.mark.parametrize(
    ("of", "weekdays", "working"),
    [(2021, 261, 250), (2026, 261, 249), (2027, 261, 249)],
)
def test_working_days_of_a_year(
    scenario: Maker, model: PlanningModel, of: int, weekdays: int, working: int
) -> None:
    """2021 has 250 working days (11 holidays on weekdays); 2026 and 2027 have 249 (12 paid holidays)."""
    frame = year(scenario, model, of)
    assert int(frame["weekdays"].sum()) == weekdays
    days = frame["weekdays"] - frame["holidays"] + frame["makeup_days"]
    assert int(days.sum()) == working
    assert len(working_days(scenario(f"{of}-01", f"{of}-12"), model, "SM")) == working


def test_2026_leaves_237_days_after_leave(scenario: Maker, model: PlanningModel) -> None:
    """249 working days less 12 of leave are 237, or 1,896 hours before useful time."""
    frame = year(scenario, model, 2026)
    days = (frame["weekdays"] - frame["holidays"] + frame["makeup_days"]) * 100 - frame["leave_days_dec2"]
    assert int(days.sum()) == 237_00
    assert int(days.sum()) * 480 // 60 == 1896_00


def test_the_swap_of_2_january_2026(scenario: Maker, model: PlanningModel) -> None:
    """Friday 2/1/2026 is off and Saturday 10/1/2026 is worked; so is Saturday 22/8, for Monday 31/8."""
    days = set(working_days(scenario("2026-01", "2026-12"), model, "SM").strftime("%Y-%m-%d"))
    assert {"2026-01-10", "2026-08-22"} <= days
    assert not {"2026-01-01", "2026-01-02", "2026-08-31", "2026-11-24", "2026-04-27"} & days
    january = year(scenario, model, 2026).iloc[0]
    assert (january["weekdays"], january["holidays"], january["makeup_days"]) == (22, 2, 1)


def test_june_2021_has_22_working_days_from_a_tuesday(scenario: Maker, model: PlanningModel) -> None:
    """June 2021 starts on a Tuesday and has no holiday."""
    days = working_days(scenario("2021-06", "2021-06"), model, "SM")
    assert (len(days), days[0].day_name(), days[-1].day) == (22, "Tuesday", 30)


def test_the_table_calendar_always_wins(scenario: Maker, model: PlanningModel) -> None:
    """The scenario may take the model's make-up day away again, and work on a public holiday."""
    rows = [
        {"date": "2026-01-10", "kind": "off", "reason": "x", "source": "y"},
        {"date": "2026-01-01", "kind": "work", "reason": "x", "source": "y"},
    ]
    days = set(working_days(scenario("2026-01", "2026-01", calendar=rows), model, "SM").day)
    assert 10 not in days
    assert 1 in days
    assert 2 not in days


def test_a_row_for_one_office_beats_the_row_for_all(scenario: Maker, model: PlanningModel) -> None:
    """SM works on the day that is off everywhere else; other offices keep the common calendar."""
    rows = [
        {"date": "2021-06-25", "kind": "off", "reason": "x", "source": "y"},
        {"date": "2021-06-25", "office": "SM", "kind": "work", "reason": "x", "source": "y"},
        {"date": "2021-06-26", "office": "SM", "kind": "work", "reason": "x", "source": "y"},
    ]
    instance = scenario("2021-06", "2021-06", calendar=rows, offices=[{"code": "SM"}, {"code": "XA"}])
    frame = time_fund(instance, model).set_index("office")
    assert list(frame.loc[["SM", "XA"], "holidays"]) == [0, 1]
    assert list(frame.loc[["SM", "XA"], "makeup_days"]) == [1, 0]
    assert (len(working_days(instance, model, "SM")), len(working_days(instance, model, "XA"))) == (23, 21)


def test_an_off_day_at_the_weekend_changes_nothing(scenario: Maker, model: PlanningModel) -> None:
    """A Saturday that is off anyway is no holiday in the count."""
    rows = [{"date": "2021-06-26", "kind": "off", "reason": "x", "source": "y"}]
    frame = time_fund(scenario("2021-06", "2021-06", calendar=rows), model)
    assert (frame.loc[0, "holidays"], frame.loc[0, "minutes"]) == (0, 8568)


def test_a_horizon_over_new_year_counts_both_years(scenario: Maker, model: PlanningModel) -> None:
    """Months are counted from the first to the last of the horizon, each by its own year."""
    frame = time_fund(scenario("2025-12", "2026-02"), model)
    assert list(frame["month"]) == ["2025-12", "2026-01", "2026-02"]
    assert list(frame["weekdays"]) == [23, 22, 20]


def test_an_unknown_country_is_refused(scenario: Maker, model: PlanningModel) -> None:
    """A holiday calendar nobody has is a finding, not a traceback."""
    fund = model.time_fund.model_copy(update={"holidays": "QQ"})
    with pytest.raises(ModelError) as caught:
        working_days(scenario(), model.model_copy(update={"time_fund": fund}), "SM")
    assert [row.code for row in caught.value.findings] == ["unknown_calendar"]
