"""A published calendar planned again in the middle of its month: the past stays, the front is proven."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vitri.cli import run as vitri
from vitri.data import read
from vitri.errors import DataError
from vitri.explain.calendar_changes import calendar_changes
from vitri.optimise.month.keep import Published
from vitri.plan.calendar import plan_calendar, replan
from vitri.plan.calendar.check import audit_calendar
from vitri.plan.calendar.replan import office_front
from vitri.plan.result import Result
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.variant import Variant, apply, parse, read_variant
from vitri.workload import compute
from vitri.workload.month import MonthProblem, OvertimeLimit, Task
from vitri.workload.month.rest import past_of, rest_of

SICK = """name = "Ốm"
why = "Một người ốm đột xuất."
today = "2021-06-14"

[[change]]
do = "add_rows"
table = "absences"
file = "om.csv"
"""


@pytest.fixture(scope="module")
def scenario(root: Path) -> Path:
    """The folder of the synthetic month."""
    return root / "tests" / "fixtures" / "mot-thang"


@pytest.fixture(scope="module")
def run(scenario: Path) -> Result:
    """The calendar of June 2021."""
    return plan_calendar(read(scenario), "2021-06", office="SM")


@pytest.fixture(scope="module")
def after(scenario: Path, run: Result) -> Result:
    """The calendar after the changes of the middle of the month, known on 14 June."""
    changed, _ = apply(read(scenario), "giua-thang")
    return replan(run, changed, today=dt.date(2021, 6, 14))[0]


def past(result: Result, day: str) -> pd.DataFrame:
    """Return the sessions before a day, in one order."""
    frame = result.table("sessions")
    frame = frame[frame["date"] < day]
    return frame.sort_values(["date", "start_time", "officials", "title"]).reset_index(drop=True)


def test_past_days_stay_as_published(run: Result, after: Result) -> None:
    """Sessions before the day are the rows published, though someone was reported sick in them later."""
    pd.testing.assert_frame_equal(past(after, "2021-06-14"), past(run, "2021-06-14"))
    assert after.info["today"] == "2021-06-14"
    told = calendar_changes(run, after, "en")
    assert not any("/06/2021" in text and "01/06/2021" in text for text in told)
    assert any("R90" in text for text in told)


def test_work_under_way_keeps_its_minutes(run: Result, after: Result) -> None:
    """Past and rest of every line together are its minutes, and tell the same in assignments and sessions."""
    given = after.table("assignments").groupby("registration")["minutes"].sum()
    sessions = after.table("sessions")
    work = sessions[sessions["event"].isna()].groupby("registration")["minutes"].sum()
    pd.testing.assert_series_equal(given, work, check_names=False, check_dtype=False)
    before = run.table("assignments").groupby("registration")["minutes"].sum()
    same = [code for code in before.index if code in given.index]
    assert len(same) > 5
    assert all(given[code] == before[code] for code in same)


def test_a_frozen_calendar_is_audited_again(after: Result) -> None:
    """The saved calendar passes its audit; with an hour more in an open session it does not."""
    instance, model = after.instance, after.model
    assert instance is not None
    assert model is not None
    work = compute(instance, model, time_fund(instance, model))
    assert len(audit_calendar(instance, model_for(instance), work, after)) == 0
    frame = after.table("sessions").copy()
    open_ = frame[frame["event"].isna() & (frame["date"] >= "2021-06-14")].index[0]
    frame.loc[open_, "minutes"] += 60
    spoiled = Result(after.info, {**after.tables, "sessions": frame}, instance=instance, model=model)
    assert len(audit_calendar(instance, model, work, spoiled)) > 0


def test_a_month_that_is_over_is_refused(scenario: Path, run: Result) -> None:
    """A day after the month leaves nothing to plan; a day before it freezes nothing."""
    with pytest.raises(DataError) as error:
        replan(run, read(scenario), today=dt.date(2021, 7, 1))
    assert [row.code for row in error.value.findings] == ["month_is_over"]
    again, _ = replan(run, read(scenario), today=dt.date(2021, 5, 1))
    assert "today" not in again.info
    assert calendar_changes(run, again, "en") == []


def test_nothing_changed_in_the_middle_changes_nothing(scenario: Path, run: Result) -> None:
    """Planned again from the same tables in the middle of the month, every session stays."""
    again, points = replan(run, read(scenario), today=dt.date(2021, 6, 16))
    assert calendar_changes(run, again, "en") == []
    assert [(point.changes, point.proven) for point in points] == [(0, True)]


@pytest.fixture(scope="module")
def gone(root: Path, scenario: Path) -> Variant:
    """CB04, who does most of the work, is away from 14 June on."""
    rows = {
        "om.csv": (("official", "from_date", "to_date", "kind"), ("CB04", "2021-06-14", "2021-06-30", "sick"))
    }
    import tomllib

    return parse(tomllib.loads(SICK), "om", rows)


def test_each_point_of_the_front_is_proven_and_its_calendar_is_given(
    scenario: Path, run: Result, gone: Variant
) -> None:
    """More changes never leave more undone; a budget picks its point, whose calendar keeps it."""
    changed, _ = apply(read(scenario), gone)
    assert gone.today == dt.date(2021, 6, 14)
    best, front = replan(run, changed, today=gone.today, front=True)
    assert all(point.proven and point.gap == 0 for point in front)
    undone = [point.unmet_minutes for point in front]
    assert undone == sorted(undone, reverse=True)
    assert [point.chosen for point in front] == [False] * (len(front) - 1) + [True]
    assert int(best.table("unmet")["minutes"].sum()) == undone[-1]
    if len(front) > 1:
        picked, points = replan(run, changed, today=gone.today, budget=front[0].budget)
        assert [point.unmet_minutes for point in points] == [undone[0]]
        assert int(picked.table("unmet")["minutes"].sum()) == undone[0]


def test_the_day_of_the_changes_file_is_checked() -> None:
    """A day that is no date is a finding with an example."""
    import tomllib

    raw = tomllib.loads(SICK.replace("2021-06-14", "hôm nay"))
    with pytest.raises(DataError) as error:
        parse(raw, "om", {})
    assert "variant_bad_value" in [row.code for row in error.value.findings]


def test_the_command_freezes_and_shows_the_front(
    scenario: Path, run: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`vitri replan --front` says from which day on it plans, what changes and what changes buy."""
    run.save(tmp_path / "run")
    (tmp_path / "om.toml").write_text(SICK, encoding="utf-8")
    (tmp_path / "om.csv").write_text("official,from_date,to_date,kind\nCB04,2021-06-14,2021-06-30,sick\n")
    assert read_variant(tmp_path / "om.toml").today == dt.date(2021, 6, 14)
    asked = [
        "replan",
        str(tmp_path / "run"),
        "--changes",
        str(tmp_path / "om.toml"),
        "--front",
        "--lang",
        "en",
    ]
    assert vitri([*asked, "-o", str(tmp_path / "new")]) == 0
    told = capsys.readouterr().out
    assert "Sessions before 14/06/2021 stay as published." in told
    assert "What changes buy" in told
    assert vitri(["audit", str(tmp_path / "new")]) == 0


def test_a_front_says_what_each_change_buys() -> None:
    """Two tasks have to move before an urgent one fits: none or one buys nothing, two buy all of it."""
    regular = np.zeros((2, 1, 3), dtype=np.int64)
    regular[:, :, 0] = 100
    problem = MonthProblem(
        office="VP",
        days=(dt.date(2021, 6, 7),),
        people=("P", "Q"),
        regular=regular,
        extra=np.zeros_like(regular),
        limits=(OvertimeLimit(0, 0, 0, 0), OvertimeLimit(1, 0, 0, 0)),
        tasks=(
            Task(code="A", minutes=60, first=0, last=0, people=(0, 1)),
            Task(code="B", minutes=40, first=0, last=0, people=(0, 1)),
            Task(code="NEW", minutes=100, first=0, last=0, people=(0,), priority=1),
        ),
        events=(),
    )
    published = Published(((0,), (0,), ()), (), {(0, 0, 0, 0): 60, (1, 0, 0, 0): 40})
    plan, points = office_front(problem, published, None, True, None)
    assert [(p.budget, p.unmet_minutes, p.proven, p.chosen) for p in points] == [
        (0, 100, True, False),
        (1, 100, True, False),
        (2, 0, True, True),
    ]
    assert plan.undone == ()
    picked, one = office_front(problem, published, 1, False, None)
    assert [(p.budget, p.unmet_minutes, p.chosen) for p in one] == [(1, 100, True)]
    assert len(picked.undone) > 0


def test_what_must_give_is_said_and_is_enough(
    scenario: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Work due too soon is left undone; the due date said is enough once it stands in the table."""
    folder = tmp_path / "thang"
    shutil.copytree(scenario, folder)
    table = folder / "registrations.csv"
    row = "R77,SM,MTTQ,,Báo cáo gấp,TH,2400,1,,2021-06,2021-06-21,{due},,1,urgent,registered,\n"
    before = table.read_text(encoding="utf-8")
    table.write_text(before + row.format(due="2021-06-22"), encoding="utf-8")
    assert vitri(["calendar", str(folder), "--month", "2021-06", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    found = re.search(r"- R77 \(Báo cáo gấp\): due \d+ days later, on (\d\d)/06/2021; CB04", told)
    assert found, told
    table.write_text(before + row.format(due=f"2021-06-{found[1]}"), encoding="utf-8")
    assert vitri(["calendar", str(folder), "--month", "2021-06", "--lang", "en"]) == 0
    assert "What must give" not in capsys.readouterr().out


def begun() -> MonthProblem:
    """Two people and two days; A is P's and half done, T is begun by P and not yet by Q."""
    regular = np.zeros((2, 2, 3), dtype=np.int64)
    regular[:, :, 0] = 100
    extra = np.zeros_like(regular)
    extra[:, :, 2] = 50
    return MonthProblem(
        office="VP",
        days=(dt.date(2021, 6, 7), dt.date(2021, 6, 8)),
        people=("P", "Q"),
        regular=regular,
        extra=extra,
        limits=(OvertimeLimit(0, 0, 1, 50), OvertimeLimit(1, 0, 1, 50)),
        tasks=(
            Task(code="A", minutes=60, first=0, last=1, people=(0, 1), registration="A", pool="shared"),
            Task(
                code="T", minutes=50, first=0, last=1, people=(0, 1), crew=2, registration="T", pool="shared"
            ),
        ),
        events=(),
    )


def test_what_is_left_of_begun_work() -> None:
    """The rest of one person's task may pass on, each share of a team's stays or is still to be given;
    overtime worked counts against the cap."""
    rows = pd.DataFrame(
        [
            ("VP", "2021-06-07", "morning", "A", "shared", "P", 30),
            ("VP", "2021-06-07", "evening", "T", "shared", "P", 40),
        ],
        columns=["office", "date", "session", "registration", "pool", "officials", "minutes"],
    ).assign(event=None)
    problem = begun()
    left = rest_of(problem, past_of(problem, rows, 1))
    assert [(t.code, t.minutes, t.crew, t.people, t.first) for t in left.tasks] == [
        ("A", 30, 1, (0, 1), 1),
        ("T/P", 10, 1, (0,), 1),
        ("T", 50, 1, (1,), 1),
    ]
    assert [limit.minutes for limit in left.limits] == [10, 50]
    assert int(left.regular[:, 0].sum()) == 0
