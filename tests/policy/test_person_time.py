"""The time of people: dated absences, what is left of the leave, part time, reduced hours, overtime."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from vitri.data.instance import Instance
from vitri.policy import PlanningModel, load_model
from vitri.policy.worktime import person_time, time_fund

Maker = Callable[..., Instance]
JUNE = 8568
DAY = 408  # 480 x 85 %


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The district model."""
    return load_model("van-phong-khoi-2019")


def absence(first: str, last: str, kind: str, **more: Any) -> dict[str, Any]:
    """One absence of CB."""
    return {"official": "CB", "from_date": first, "to_date": last, "kind": kind, **more}


def minutes(
    make: Maker,
    model: PlanningModel,
    absences: list[dict[str, Any]] | None = None,
    horizon: tuple[str, str] = ("2021-01", "2021-12"),
    **official: Any,
) -> dict[str, int]:
    """The minutes of one official by month."""
    tables: dict[str, Any] = {"officials": [{"code": "CB", "office": "SM", **official}]}
    if absences is not None:
        tables["absences"] = absences
    frame = person_time(make(*horizon, **tables), model)
    return {month: int(value) for month, value in zip(frame["month"], frame["minutes"], strict=True)}


def test_the_tiny_example(scenario: Maker, model: PlanningModel) -> None:
    """CB04 in June 2021: 22 - 2 days of training - 1 of leave = 19 days, 7,752 minutes."""
    found = minutes(scenario, model, [absence("2021-06-08", "2021-06-09", "training")])
    assert found["2021-06"] == 7752
    assert found["2021-07"] == JUNE


def test_nobody_absent_is_a_standard_post(scenario: Maker, model: PlanningModel) -> None:
    """A full-time official without rows has exactly the time fund, every month, by every method."""
    abk = load_model("abk-75000")
    for which in (model, abk):
        fund = time_fund(scenario(), which)
        assert list(minutes(scenario, which, []).values()) == list(fund["minutes"])


def test_dated_leave_uses_up_the_entitlement(scenario: Maker, model: PlanningModel) -> None:
    """Six dated days in July leave six to spread: half a day a month, and twelve in the year in all."""
    found = minutes(scenario, model, [absence("2021-07-05", "2021-07-12", "annual_leave")])
    plain = minutes(scenario, model)
    assert found["2021-06"] == JUNE + DAY // 2
    assert found["2021-07"] == plain["2021-07"] - 6 * DAY + DAY // 2
    assert sum(found.values()) == sum(plain.values())


def test_leave_beyond_the_entitlement_leaves_nothing_to_spread(scenario: Maker, model: PlanningModel) -> None:
    """Fifteen dated days of a twelve-day entitlement: other months are whole."""
    found = minutes(scenario, model, [absence("2021-07-01", "2021-07-21", "annual_leave")])
    assert found["2021-06"] == 22 * DAY
    assert found["2021-07"] == (22 - 15) * DAY


def test_leave_outside_the_horizon_still_counts_for_the_year(scenario: Maker, model: PlanningModel) -> None:
    """A plan of June alone knows that six days were taken in March."""
    taken = [absence("2021-03-01", "2021-03-08", "annual_leave")]
    assert minutes(scenario, model, taken, ("2021-06", "2021-06")) == {"2021-06": JUNE + DAY // 2}


def test_weekends_and_holidays_use_up_no_leave(scenario: Maker, model: PlanningModel) -> None:
    """Leave over Saturday and Sunday takes no day."""
    found = minutes(scenario, model, [absence("2021-06-05", "2021-06-06", "annual_leave")])
    assert found["2021-06"] == JUNE


@pytest.mark.parametrize(("years", "days"), [(None, 12), (4, 12), (5, 13), (14, 14), (15, 15)])
def test_seniority_adds_a_day_every_five_years(
    scenario: Maker, model: PlanningModel, years: int | None, days: int
) -> None:
    """The year's time falls by one day for every five years of service."""
    found = minutes(scenario, model, seniority_years=years)
    assert sum(found.values()) == pytest.approx((250 - days) * DAY, abs=6)


def test_own_entitlement_beats_the_rule(scenario: Maker, model: PlanningModel) -> None:
    """leave_days of the official replace the model's days and the seniority rule; 0 means none."""
    assert minutes(scenario, model, leave_days=0, seniority_years=20)["2021-06"] == 22 * DAY
    assert minutes(scenario, model, leave_days=2400)["2021-06"] == 20 * DAY


@pytest.mark.parametrize(("pct", "wanted"), [(5000, 4284), (10_000, 8568), (3333, 2856)])
def test_part_time_scales(scenario: Maker, model: PlanningModel, pct: int, wanted: int) -> None:
    """fte_pct scales the month, rounded once."""
    assert minutes(scenario, model, fte_pct=pct)["2021-06"] == wanted


def test_half_days(scenario: Maker, model: PlanningModel) -> None:
    """From Tuesday afternoon to Wednesday morning is one day; one afternoon is half a day."""
    halves = {"from_session": "afternoon", "to_session": "morning"}
    assert (
        minutes(scenario, model, [absence("2021-06-08", "2021-06-09", "training", **halves)])["2021-06"]
        == JUNE - DAY
    )
    one = absence("2021-06-08", "2021-06-08", "sick", from_session="afternoon")
    assert minutes(scenario, model, [one])["2021-06"] == JUNE - DAY // 2


def test_a_share_of_the_day(scenario: Maker, model: PlanningModel) -> None:
    """Half of each day at a course for ten days is five days."""
    half = absence("2021-06-07", "2021-06-18", "training", share_pct=5000)
    assert minutes(scenario, model, [half])["2021-06"] == JUNE - 5 * DAY


def test_overlapping_absences_take_a_day_once(scenario: Maker, model: PlanningModel) -> None:
    """Sick during a course: the day is lost once."""
    rows = [absence("2021-06-07", "2021-06-11", "training"), absence("2021-06-09", "2021-06-10", "sick")]
    assert minutes(scenario, model, rows)["2021-06"] == JUNE - 5 * DAY


def test_maternity_leaves_no_time_and_never_less(scenario: Maker, model: PlanningModel) -> None:
    """Six months away are six months of zero; the others are untouched."""
    found = minutes(scenario, model, [absence("2021-02-01", "2021-07-31", "maternity")])
    assert [found[f"2021-{month:02d}"] for month in range(2, 8)] == [0] * 6
    assert found["2021-08"] == JUNE


def test_reduced_hours_take_minutes_off_each_day_worked(scenario: Maker, model: PlanningModel) -> None:
    """60 minutes a day over 22 working days of June, less the useful-time share."""
    row = absence("2021-06-01", "2021-06-30", "reduced_hours", minutes_per_day=60)
    assert minutes(scenario, model, [row])["2021-06"] == JUNE - 22 * 60 * 85 // 100


def test_dates_of_service(scenario: Maker, model: PlanningModel) -> None:
    """Before from_date and after to_date there is no time; a part year has its part of the leave."""
    found = minutes(scenario, model, from_date="2021-06-16", to_date="2021-07-31")
    assert found["2021-05"] == found["2021-08"] == 0
    assert found["2021-06"] == 4284
    assert found["2021-07"] == JUNE


def test_sickness_uses_up_the_models_other_absence(scenario: Maker, model: PlanningModel) -> None:
    """With twelve days of other absence in the model, twelve dated sick days are not counted twice."""
    fund = model.time_fund.model_copy(update={"other_absence_days_per_year": Decimal(12)})
    other = model.model_copy(update={"time_fund": fund})
    sick = [absence("2021-03-01", "2021-03-16", "sick")]
    assert sum(minutes(scenario, other, sick).values()) == sum(minutes(scenario, other).values())
    seconded = [absence("2021-03-01", "2021-03-16", "secondment")]
    assert (
        sum(minutes(scenario, other, seconded).values()) == sum(minutes(scenario, other).values()) - 12 * DAY
    )


def test_a_constant_year_loses_the_share_of_days_absent(scenario: Maker) -> None:
    """With a year's minutes given, half a month away is half its minutes; leave is inside already."""
    abk = load_model("abk-75000")
    assert minutes(scenario, abk, [absence("2021-06-01", "2021-06-15", "sick")])["2021-06"] == 3125
    assert minutes(scenario, abk, [absence("2021-06-01", "2021-06-15", "annual_leave")])["2021-06"] == 6250


def overtime(make: Maker, model: PlanningModel, **official: Any) -> list[int]:
    """The overtime of one official in the months of 2021."""
    frame = person_time(make(officials=[{"code": "CB", "office": "SM", **official}]), model)
    return [int(value) for value in frame["overtime_minutes"]]


def test_overtime_is_a_share_of_the_month_rounded_down(scenario: Maker, model: PlanningModel) -> None:
    """10 % of 8,568 minutes is 856; who may not work overtime has none."""
    assert overtime(scenario, model)[5] == 856
    assert overtime(scenario, model, overtime=False) == [0] * 12


def test_overtime_stays_under_the_month_and_the_year(scenario: Maker, model: PlanningModel) -> None:
    """A low monthly cap cuts each month; a low yearly cap is shared out over the months in proportion."""

    def capped(**caps: int) -> PlanningModel:
        return model.model_copy(update={"overtime": model.overtime.model_copy(update=caps)})

    assert overtime(scenario, capped(max_hours_month=10)) == [
        600 if value > 600 else value for value in overtime(scenario, model)
    ]
    yearly = overtime(scenario, capped(max_hours_year=50))
    assert sum(yearly) == 3000
    assert all(low < high for low, high in zip(yearly, overtime(scenario, model), strict=True))


def test_rows_are_sorted_by_person_and_month(scenario: Maker, model: PlanningModel) -> None:
    """One row for each official and month, codes in order, whole numbers."""
    people = [{"code": "B", "office": "SM"}, {"code": "A", "office": "SM"}]
    frame = person_time(scenario("2021-05", "2021-06", officials=people), model)
    assert list(zip(frame["official"], frame["month"], strict=True)) == [
        ("A", "2021-05"),
        ("A", "2021-06"),
        ("B", "2021-05"),
        ("B", "2021-06"),
    ]
    assert {str(frame[column].dtype) for column in ("minutes", "overtime_minutes")} == {"Int64"}


def test_no_officials_is_an_empty_table(scenario: Maker, model: PlanningModel) -> None:
    """Without people the table has its columns and no rows."""
    frame = person_time(scenario(), model)
    assert list(frame.columns) == ["official", "month", "minutes", "overtime_minutes"]
    assert len(frame) == 0
