"""Half-days: who is there, how many minutes each of them offers, and that they agree with the month."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.errors import UsageError
from vitri.policy import PlanningModel, load_model
from vitri.policy.worktime import person_time, session_grid, session_time

Maker = Callable[..., Instance]


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The district model: half-days of 240 minutes at 85 %."""
    return load_model("van-phong-khoi-2019")


def people(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Officials of SM; the first is CB."""
    return [{"code": "CB", "office": "SM", **row} for row in rows or ({},)]


def absence(first: str, last: str, kind: str, **more: Any) -> dict[str, Any]:
    """One absence of CB."""
    return {"official": "CB", "from_date": first, "to_date": last, "kind": kind, **more}


def june(make: Maker, model: PlanningModel, *absences: dict[str, Any], **official: Any) -> pd.Series:
    """The half-days of CB in June 2021 (22 working days)."""
    instance = make("2021-06", "2021-06", officials=people(official), absences=list(absences))
    return session_time(instance, model).iloc[0]


def test_a_month_without_absence(scenario: Maker, model: PlanningModel) -> None:
    """22 working days are 44 half-days of 204 minutes; one day of leave lies somewhere in them."""
    row = june(scenario, model)
    assert (row["working_half_days"], row["half_days"], row["partial_half_days"]) == (44, 44, 0)
    assert (row["morning_minutes"], row["afternoon_minutes"], row["minutes"]) == (204, 204, 44 * 204)
    assert row["undated_minutes"] == 408


def test_absences_take_half_days_whole_or_in_part(scenario: Maker, model: PlanningModel) -> None:
    """Two and a half days of training take five half-days, half of a day leaves two in part."""
    row = june(
        scenario,
        model,
        absence("2021-06-07", "2021-06-09", "training", to_session="morning"),
        absence("2021-06-15", "2021-06-15", "sick", share_pct=5000),
    )
    assert (row["half_days"], row["partial_half_days"]) == (44 - 5 - 2, 2)
    assert row["minutes"] == 37 * 204 + 2 * 102


def test_useful_time_only_where_the_model_says_so(scenario: Maker, model: PlanningModel) -> None:
    """Without `use_k` a half-day offers its 240 minutes by the clock."""
    sessions = model.sessions.model_copy(update={"use_k": False})
    row = june(scenario, model.model_copy(update={"sessions": sessions}))
    assert (row["morning_minutes"], row["minutes"]) == (240, 44 * 240)


def test_part_time_offers_part_of_each_half_day(scenario: Maker, model: PlanningModel) -> None:
    """A half-time official has as many half-days, of half the minutes."""
    row = june(scenario, model, fte_pct=5000)
    assert (row["half_days"], row["afternoon_minutes"], row["minutes"]) == (44, 102, 44 * 102)


def test_reduced_hours_end_the_day_early(scenario: Maker, model: PlanningModel) -> None:
    """60 minutes a day come off the afternoon: 240 × 85 % in the morning, 180 × 85 % in the afternoon."""
    hours = absence("2021-06-01", "2021-06-30", "reduced_hours", minutes_per_day=60)
    instance = scenario("2021-06", "2021-06", officials=people(), absences=[hours])
    grid = session_grid(instance, model, "SM", "2021-06")
    day = grid[grid["date"] == "2021-06-07"]
    assert dict(zip(day["session"], day["minutes"], strict=True)) == {"morning": 204, "afternoon": 153}
    assert int(grid["minutes"].sum()) == 22 * (204 + 153)


def test_the_grid_knows_weekends_holidays_and_make_up_saturdays(
    scenario: Maker, model: PlanningModel
) -> None:
    """January 2026: 1 and 2 January off, Saturday 10 worked, Sunday 11 off; two rows for every day."""
    instance = scenario("2026-01", "2026-01", officials=people())
    grid = session_grid(instance, model, "SM", "2026-01")
    assert len(grid) == 62
    assert grid.columns.tolist() == ["office", "official", "date", "session", "minutes"]
    by_day = grid.groupby(grid["date"].dt.day)["minutes"].sum()
    assert by_day.loc[[1, 2, 3, 5, 10, 11]].tolist() == [0, 0, 0, 408, 408, 0]


def test_the_grid_of_an_absent_official_is_zero(scenario: Maker, model: PlanningModel) -> None:
    """Maternity from 2 February to the end of the month leaves nothing; others keep their half-days."""
    officials = people({}, {"code": "CC"})
    gone = [absence("2026-02-02", "2026-07-31", "maternity")]
    instance = scenario("2026-02", "2026-02", officials=officials, absences=gone)
    grid = session_grid(instance, model, "SM", "2026-02").groupby("official")["minutes"].sum()
    assert (grid["CB"], grid["CC"]) == (0, 15 * 408)


def test_each_absent_official_has_their_own_half_days(scenario: Maker, model: PlanningModel) -> None:
    """Thirty people away on a day each, one after the other: nobody is given the days of another."""
    officials = [{"code": f"C{number:02d}", "office": "SM"} for number in range(1, 31)]
    away = [
        {
            "official": f"C{number:02d}",
            "from_date": f"2021-06-{number:02d}",
            "to_date": f"2021-06-{number:02d}",
            "kind": "sick",
        }
        for number in range(1, 31)
    ]
    instance = scenario("2021-06", "2021-06", officials=officials, absences=away)
    grid = session_grid(instance, model).groupby(["official", "date"])["minutes"].sum().unstack()
    working = grid.columns[(grid > 0).any()]
    assert len(working) == 22
    for number, (_, row) in enumerate(grid.iterrows(), start=1):
        missed = [day for day in working if row[day] == 0]
        assert [day.day for day in missed] == [day.day for day in working if day.day == number]


def test_an_office_or_month_that_is_not_there_is_refused(scenario: Maker, model: PlanningModel) -> None:
    """The grid of an unknown office or month is a finding that names the known ones."""
    instance = scenario("2021-06", "2021-06", officials=people())
    for office, month, column in (("XX", "2021-06", "office"), ("SM", "2021-07", "month")):
        with pytest.raises(UsageError) as caught:
            session_grid(instance, model, office, month)
        assert [row.column for row in caught.value.findings] == [column]


DAYS = st.integers(1, 365)


@settings(max_examples=25)
@given(data=st.data())
def test_half_days_and_the_month_agree_up_to_undated_leave(
    scenario: Maker, model: PlanningModel, data: st.DataObject
) -> None:
    """Whatever is absent: grid minutes are the month's, and less undated leave they are `person_time`."""
    absences = []
    for kind in data.draw(
        st.lists(
            st.sampled_from(["annual_leave", "sick", "training", "maternity", "reduced_hours"]), max_size=5
        )
    ):
        start = data.draw(DAYS)
        first = pd.Timestamp("2026-01-01") + pd.Timedelta(days=start - 1)
        last = first + pd.Timedelta(days=data.draw(st.integers(0, 40)))
        more: dict[str, Any] = {"share_pct": data.draw(st.sampled_from([None, 5000, 3333]))}
        if kind == "reduced_hours":
            more = {"minutes_per_day": data.draw(st.sampled_from([60, 200, 479]))}
        elif data.draw(st.booleans()):
            more |= {"from_session": "afternoon"} if first != last else {"to_session": "morning"}
        absences.append(absence(str(first.date()), str(last.date()), kind, **more))
    official = {
        "fte_pct": data.draw(st.sampled_from([None, 10_000, 5000, 500, 3333])),
        "seniority_years": data.draw(st.sampled_from([None, 4, 27])),
        "leave_days": data.draw(st.sampled_from([None, 0, 1250])),
        "from_date": data.draw(st.sampled_from([None, "2026-03-09"])),
        "to_date": data.draw(st.sampled_from([None, "2026-10-14"])),
    }
    fund = model.time_fund.model_copy(update={"other_absence_days_per_year": data.draw(st.integers(0, 6))})
    ruled = model.model_copy(update={"time_fund": fund})
    instance = scenario("2026-01", "2026-12", officials=people(official), absences=absences)
    months = session_time(instance, ruled)
    wanted = person_time(instance, ruled)["minutes"]
    assert ((months["minutes"] - months["undated_minutes"] - wanted).abs() <= 1).all()
    grid = session_grid(instance, ruled)
    assert grid["minutes"].between(0, 240).all()
    sums = grid.groupby(grid["date"].dt.strftime("%Y-%m"))["minutes"].sum()
    assert sums.tolist() == months["minutes"].tolist()


def test_a_whole_province_is_fast(scenario: Maker, model: PlanningModel) -> None:
    """811 officials of 92 offices, twelve months, some absent: half-days and grids in under two seconds."""
    officials = [
        {"code": f"CB{i:03}", "office": f"X{i % 92:02}", "seniority_years": i % 30, "fte_pct": 10_000 - i % 7}
        for i in range(811)
    ]
    gone = [
        {"official": f"CB{i:03}", "from_date": "2026-03-02", "to_date": "2026-03-13", "kind": "training"}
        for i in range(0, 811, 9)
    ]
    offices = [{"code": f"X{i:02}"} for i in range(92)]
    instance = scenario("2026-01", "2026-12", offices=offices, officials=officials, absences=gone)
    start = time.process_time()
    months, grid = session_time(instance, model), session_grid(instance, model)
    assert time.process_time() - start < 2
    assert (len(months), len(grid)) == (811 * 12, 811 * 365 * 2)
    assert int(grid["minutes"].sum()) == int(months["minutes"].sum())
