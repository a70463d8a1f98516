"""Checks of calendar and capacity: days that have no effect, calendars nobody has, months without time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vitri.data.instance import Instance
from vitri.policy import PlanningModel, load_model
from vitri.policy.planning_model import PlanningModel as Model
from vitri.policy.sections import Session
from vitri.policy.worktime import check_time, person_time, working_days

Maker = Callable[..., Instance]


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The district model."""
    return load_model("van-phong-khoi-2019")


def day(date: str, kind: str, office: str | None = None) -> dict[str, Any]:
    """One row of the table `calendar`."""
    return {"date": date, "kind": kind, "office": office, "reason": "x", "source": "y"}


def codes(
    make: Maker, model: PlanningModel, *rows: dict[str, Any], year: int = 2026
) -> list[tuple[str, str]]:
    """The findings about the table `calendar`: code and row."""
    offices = [{"code": "SM"}, {"code": "XA"}]
    instance = make(f"{year}-01", f"{year}-12", offices=offices, calendar=list(rows))
    return [(row.code, row.row_key) for row in check_time(instance, model)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (day("2026-03-01", "off"), "calendar_no_effect"),
        (day("2026-03-03", "work"), "calendar_no_effect"),
        (day("2026-01-01", "off"), "calendar_no_effect"),
        (day("2026-01-10", "work"), "calendar_no_effect"),
        (day("2025-12-31", "off"), "calendar_outside"),
        (day("2027-01-02", "work"), "calendar_outside"),
        (day("2026-03-03", "off"), None),
        (day("2026-03-01", "work"), None),
        (day("2026-01-01", "work"), None),
        (day("2026-01-10", "off"), None),
    ],
)
def test_a_day_without_effect_or_outside_the_years_is_a_warning(
    scenario: Maker, model: PlanningModel, row: dict[str, Any], code: str | None
) -> None:
    """Off on a Sunday, work on an ordinary Tuesday, what holds already, another year: named; others not."""
    assert codes(scenario, model, row) == ([(code, row["date"])] if code else [])


def test_a_row_of_an_office_is_compared_with_the_row_for_all(scenario: Maker, model: PlanningModel) -> None:
    """Work in SM on a day that all others have off changes SM; off in SM on that day changes nothing."""
    general = day("2026-03-03", "off")
    assert codes(scenario, model, general, day("2026-03-03", "work", "SM")) == []
    found = codes(scenario, model, general, day("2026-03-03", "off", "SM"))
    assert found == [("calendar_no_effect", "2026-03-03,SM")]


def test_findings_are_said_in_both_languages(scenario: Maker, model: PlanningModel) -> None:
    """The day is written the reader's way and the sentence translated."""
    instance = scenario("2026-01", "2026-12", calendar=[day("2026-03-01", "off")])
    (finding,) = check_time(instance, model)
    assert finding.severity == "warning"
    assert (
        finding.render("vi")["message"] == "Ngày 01/03/2026 vốn đã là ngày nghỉ: dòng này không thay đổi gì."
    )
    assert finding.render("en")["message"].startswith("01/03/2026 is a day off already")


def fund(model: PlanningModel, **keys: Any) -> Model:
    """The model with other keys of its time fund."""
    return model.model_copy(update={"time_fund": model.time_fund.model_copy(update=keys)})


def test_a_calendar_that_nobody_has_is_an_error(scenario: Maker, model: PlanningModel) -> None:
    """An unknown country is refused before anything is computed."""
    found = check_time(scenario(), fund(model, holidays="QQ"))
    assert [(row.code, row.severity) for row in found] == [("unknown_calendar", "error")]


def test_a_month_without_time_is_an_error(scenario: Maker, model: PlanningModel) -> None:
    """A table of days off that takes the whole month is refused, with office and month."""
    rows = [day(str(date.date()), "off") for date in working_days(scenario("2021-06", "2021-06"), model)]
    found = check_time(scenario("2021-06", "2021-06", calendar=rows), model).errors
    assert [row.row_key for row in found] == ["SM"]


def test_half_days_longer_than_the_working_day_are_a_warning(scenario: Maker, model: PlanningModel) -> None:
    """Sessions of 8 h 30 against a day of 8 h are named; those of the model are not."""
    assert list(check_time(scenario(), model)) == []
    sessions = model.sessions.model_copy(update={"afternoon": Session(start="13:30", end="18:00")})
    found = check_time(scenario(), model.model_copy(update={"sessions": sessions}))
    assert [(row.code, row.value) for row in found] == [("half_days_differ", "510")]


@pytest.mark.parametrize(("years", "hours"), [(0, 1896), (4, 1896), (5, 1888), (10, 1880)])
def test_seniority_takes_eight_hours_for_every_five_years(
    scenario: Maker, model: PlanningModel, years: int, hours: int
) -> None:
    """2026: 249 working days less 12, 13, 14 of leave are 1,896, 1,888, 1,880 hours, rounded by the month."""
    official = {"code": "CB", "office": "SM", "seniority_years": years}
    instance = scenario("2026-01", "2026-12", officials=[official])
    whole = fund(model, useful_time_pct=100)
    assert abs(int(person_time(instance, whole)["minutes"].sum()) - hours * 60) <= 12 / 2


def test_2027_leaves_237_days_too(scenario: Maker, model: PlanningModel) -> None:
    """249 working days and 237 after leave, 1,896 hours, in 2027 as in 2026."""
    instance = scenario("2027-01", "2027-12", officials=[{"code": "CB", "office": "SM"}])
    assert len(working_days(instance, model)) == 249
    assert int(person_time(instance, fund(model, useful_time_pct=100))["minutes"].sum()) == 1896 * 60


@pytest.mark.parametrize("kind", ["training", "sick", "other"])
def test_dated_training_uses_up_the_average_and_is_not_taken_twice(
    scenario: Maker, model: PlanningModel, kind: str
) -> None:
    """Six dated days of an average of six: the year is the same, the month of the training is shorter."""
    ruled = fund(model, useful_time_pct=100, other_absence_days_per_year=6)
    official = [{"code": "CB", "office": "SM"}]
    gone = [{"official": "CB", "from_date": "2026-05-11", "to_date": "2026-05-18", "kind": kind}]
    plain = person_time(scenario("2026-01", "2026-12", officials=official), ruled)["minutes"]
    dated = person_time(scenario("2026-01", "2026-12", officials=official, absences=gone), ruled)["minutes"]
    assert int(plain.sum()) == int(dated.sum()) == (1896 - 48) * 60
    assert int(dated[4]) == (20 - 6 - 1) * 480


def test_reduced_hours_never_take_more_than_the_day(scenario: Maker, model: PlanningModel) -> None:
    """400 minutes off each day, one of them half training: that day has nothing, the others 80 minutes."""
    gone = [
        {"official": "CB", "from_date": "2021-06-01", "to_date": "2021-06-30", "kind": "reduced_hours",
         "minutes_per_day": 400},
        {"official": "CB", "from_date": "2021-06-07", "to_date": "2021-06-07", "kind": "training",
         "to_session": "morning"},
    ]  # fmt: skip
    official = [{"code": "CB", "office": "SM", "leave_days": 0}]
    instance = scenario("2021-06", "2021-06", officials=official, absences=gone)
    minutes = person_time(instance, fund(model, useful_time_pct=100))["minutes"]
    assert minutes.tolist() == [21 * 80]
