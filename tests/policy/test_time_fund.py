"""The time fund of a post: the figures of the tiny example, every method, every way of spreading leave."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.errors import ModelError
from vitri.policy import PlanningModel, load_model, load_policy
from vitri.policy.worktime import half_up, parts, time_fund

Maker = Callable[..., Instance]


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The district model."""
    return load_model("van-phong-khoi-2019")


def changed(model: PlanningModel, **keys: Any) -> PlanningModel:
    """The model with some keys of its time fund changed."""
    return model.model_copy(update={"time_fund": model.time_fund.model_copy(update=keys)})


def test_the_tiny_example(scenario: Maker, model: PlanningModel) -> None:
    """June 2021: 22 weekdays - 1 day of leave = 21 days x 480 x 85 % = 8,568 minutes."""
    row = time_fund(scenario("2021-06", "2021-06"), model).iloc[0]
    assert row.to_dict() == {
        "office": "SM",
        "month": "2021-06",
        "weekdays": 22,
        "holidays": 0,
        "makeup_days": 0,
        "leave_days_dec2": 100,
        "other_days_dec2": 0,
        "minutes_per_day": 480,
        "useful_time_pct": 8500,
        "minutes": 8568,
    }


def test_rows_are_sorted_and_types_are_whole_numbers(scenario: Maker, model: PlanningModel) -> None:
    """Offices stand in the order of their codes whatever the order given; every figure is Int64."""
    frame = time_fund(scenario("2021-05", "2021-06", offices=[{"code": "XB"}, {"code": "XA"}]), model)
    assert list(frame["office"]) == ["XA", "XA", "XB", "XB"]
    assert list(frame["month"]) == ["2021-05", "2021-06"] * 2
    assert {str(dtype) for dtype in frame.dtypes[2:]} == {"Int64"}


def test_an_office_may_have_its_own_useful_time(scenario: Maker, model: PlanningModel) -> None:
    """80 % in one office leaves the other at the model's 85 %."""
    offices = [{"code": "A", "useful_time_pct": 8000}, {"code": "B"}]
    frame = time_fund(scenario("2021-06", "2021-06", offices=offices), model)
    assert list(frame["minutes"]) == [8064, 8568]
    assert list(frame["useful_time_pct"]) == [8000, 8500]


def test_the_year_does_not_depend_on_the_horizon(scenario: Maker, model: PlanningModel) -> None:
    """June is the same in a horizon of one month and in one of three years, with uneven leave too."""
    odd = changed(model, leave_days_per_year=Decimal(14))
    short = time_fund(scenario("2021-06", "2021-06"), odd)
    long = time_fund(scenario("2020-01", "2022-12"), odd)
    assert list(long.loc[long["month"] == "2021-06", "minutes"]) == list(short["minutes"])


@pytest.mark.parametrize("leave", ["12", "14", "13.57", "0"])
@pytest.mark.parametrize("spread", ["equal", "workdays", "MUA"])
def test_leave_adds_up_to_the_year(scenario: Maker, model: PlanningModel, leave: str, spread: str) -> None:
    """Whatever the spread, the twelve months take exactly the days of leave."""
    profile = [
        {"profile": "MUA", "month": month, "share_pct": share} for month, share in ((6, 3333), (7, 6667))
    ]
    spread_model = changed(model, leave_days_per_year=Decimal(leave), leave_spread=spread)
    frame = time_fund(scenario(profiles=profile), spread_model)
    assert int(frame["leave_days_dec2"].sum()) == Decimal(leave) * 100
    if spread == "MUA":
        assert (frame.loc[frame["leave_days_dec2"] > 0, "month"].isin(["2021-06", "2021-07"])).all()


def test_a_profile_of_the_scenario_replaces_the_models(scenario: Maker, model: PlanningModel) -> None:
    """Leave by a profile that both define follows the scenario's shares."""
    from vitri.policy.rows import Profile

    shares = (Decimal(100), *([Decimal(0)] * 11))
    own = changed(model, leave_spread="MUA").model_copy(
        update={"profile": (Profile(code="MUA", shares=shares),)}
    )
    assert int(time_fund(scenario(), own).loc[0, "leave_days_dec2"]) == 1200
    rows = [{"profile": "MUA", "month": 12, "share_pct": 10_000}]
    frame = time_fund(scenario(profiles=rows), own)
    assert list(frame["leave_days_dec2"])[::11] == [0, 1200]


def test_seniority_and_other_absence_of_a_standard_post(scenario: Maker, model: PlanningModel) -> None:
    """Ten years of service add two days of leave; six days of other absence are half a day a month."""
    senior = changed(model, standard_seniority_years=10, other_absence_days_per_year=Decimal(6))
    frame = time_fund(scenario(), senior)
    assert int(frame["leave_days_dec2"].sum()) == 1400
    assert set(frame["other_days_dec2"]) == {50}


def test_a_constant_year_is_75000_minutes(scenario: Maker) -> None:
    """The register's year is 6,250 minutes a month in every office; 72,000 is 6,000."""
    model = load_model("abk-75000")
    assert set(time_fund(scenario(), model)["minutes"]) == {6250}
    other = model.with_policy(load_policy("abk-72000"))
    assert set(time_fund(scenario(), other)["minutes"]) == {6000}


def test_a_constant_year_that_does_not_divide_adds_up(scenario: Maker) -> None:
    """75,001 minutes over twelve months lose nothing."""
    model = changed(load_model("abk-75000"), minutes_per_year=75_001)
    frame = time_fund(scenario(), model)
    assert int(frame["minutes"].sum()) == 75_001
    assert set(frame["leave_days_dec2"]) == {0}


def test_the_weeks_method_of_the_wisn_manual(scenario: Maker, model: PlanningModel) -> None:
    """52 weeks of 4.5 days less 10 holidays, 30 of leave and 15 sick are 179 days of 8 hours."""
    weeks = changed(
        model,
        method="weeks",
        weeks=Decimal(52),
        days_per_week=Decimal("4.5"),
        holidays="",
        leave_days_per_year=Decimal(30),
        leave_extra_day_per_years=0,
        other_absence_days_per_year=Decimal(25),
        useful_time_pct=Decimal(100),
    )
    frame = time_fund(scenario(), weeks.model_copy(update={"calendar": ()}))
    assert int(frame["minutes"].sum()) == 179 * 480
    assert int(frame["weekdays"].sum()) == 234
    assert frame["minutes"].max() - frame["minutes"].min() <= 1


def test_the_weeks_method_takes_public_holidays_off(scenario: Maker, model: PlanningModel) -> None:
    """With a holiday calendar the weekdays off of the year come off the weeks."""
    weeks = changed(model, method="weeks", weeks=Decimal(52), days_per_week=Decimal(5))
    frame = time_fund(scenario(), weeks)
    assert int(frame["holidays"].sum()) == 11
    assert int(frame["minutes"].sum()) == (260 - 11 - 12) * 480 * 85 // 100


def test_a_month_without_time_is_refused(scenario: Maker, model: PlanningModel) -> None:
    """An office closed for a whole month is named with the month, and only that office."""
    days = [f"2021-06-{day:02d}" for day in range(1, 31)]
    rows = [{"date": day, "office": "A", "kind": "off", "reason": "x", "source": "y"} for day in days]
    instance = scenario(calendar=rows, offices=[{"code": "A"}, {"code": "B"}])
    with pytest.raises(ModelError) as caught:
        time_fund(instance, model)
    (row,) = caught.value.findings
    assert (row.code, row.row_key, row.column) == ("time_fund_not_positive", "A", "time_fund")
    assert row.render("vi")["message"] == "A không có thời gian làm việc trong 2021-06."


def test_the_whole_country_is_fast(scenario: Maker, model: PlanningModel) -> None:
    """3,321 offices by twelve months, some with calendars or useful time of their own: under 2 s."""
    offices = [{"code": f"X{n:04d}", "useful_time_pct": 8000 if n % 7 == 0 else None} for n in range(3321)]
    rows = [
        {"date": "2021-06-25", "office": f"X{n:04d}", "kind": "off", "reason": "x", "source": "y"}
        for n in range(0, 3321, 100)
    ]
    instance = scenario(offices=offices, calendar=rows)
    start = time.perf_counter()
    frame = time_fund(instance, model)
    assert time.perf_counter() - start < 2
    assert len(frame) == 3321 * 12
    june = frame[frame["month"] == "2021-06"]
    assert set(june["minutes"]) == {8568, 8064, 8160, 7680}


@given(st.integers(0, 10**6), st.lists(st.integers(0, 1000), min_size=1, max_size=24))
def test_parts_add_up(total: int, weights: list[int]) -> None:
    """Cumulative rounding loses nothing and never strays a whole unit from the exact share."""
    shares = parts(Fraction(total), [Fraction(weight) for weight in weights])
    whole = sum(weights)
    assert sum(shares) == (total if whole else 0)
    if whole:
        exact = [Fraction(total * weight, whole) for weight in weights]
        assert all(abs(share - wanted) <= 1 for share, wanted in zip(shares, exact, strict=True))


def test_half_up_rounds_halves_up() -> None:
    """0.5 becomes 1, 1.5 becomes 2, and just below a half stays."""
    assert [half_up(Fraction(n, 10)) for n in (4, 5, 14, 15, 25)] == [0, 1, 1, 2, 3]
