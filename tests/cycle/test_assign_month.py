"""A month assigned from the tables: who may, real time, pins, audit, alternatives, sheets, commands."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vitri.assigning import assign_month
from vitri.cli import run
from vitri.data import Instance, build_instance, read, texts_of
from vitri.errors import DataError, NoPlanError
from vitri.optimise.office_month.levels import broken, levels_from, values
from vitri.optimise.office_month.moves import alternatives, moved
from vitri.optimise.office_month.tables import restore
from vitri.plan.assigned_month_audit import audit_assigned_month
from vitri.plan.result import Result
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute

JUNE = "2021-06"
PINS = "code,kind,official,task_group,registration,reason\n"


@pytest.fixture(scope="module")
def scenario(root: Path) -> Instance:
    """The tiny synthetic scenario."""
    return read(root / "tests" / "fixtures" / "vi-du-nho")


@pytest.fixture(scope="module")
def with_tables(scenario: Instance) -> Callable[..., Instance]:
    """Return the scenario with some tables replaced by CSV text."""

    def build(**tables: str) -> Instance:
        texts = {name: texts_of(scenario, name) for name in scenario.present}
        for name, text in tables.items():
            rows = list(csv.reader(text.strip().splitlines()))
            texts[name] = pd.DataFrame(rows[1:], columns=rows[0], dtype="str")
        return build_instance(scenario.info, texts)

    return build


@pytest.fixture(scope="module")
def june(scenario: Instance) -> Result:
    """June assigned."""
    return assign_month(scenario, JUNE)


def doer(result: Result, line: str) -> str | None:
    """Return who is responsible for a line."""
    frame = result.table("month_lines").set_index("registration")
    value = frame.at[line, "responsible"]
    return None if pd.isna(value) else str(value)


def found(problem: pytest.ExceptionInfo[DataError]) -> set[str]:
    """Return the codes of the findings."""
    return {row.code for row in problem.value.findings}


def test_own_work_stays_with_its_own_people(june: Result) -> None:
    """The leaders do their own organisation's work, the accountant the accounts; every level is proven."""
    assert doer(june, "R01") == "CB01"
    assert doer(june, "R10") == "CB02"
    assert doer(june, "R11") == "CB03"
    assert doer(june, "R07") == "CB04"
    assert doer(june, "R09") == "CB05"
    assert june.status == "optimal"
    assert all(level["gap"] == 0 for level in june.info["levels"])
    assert june.info["audit"]["rules_checked"] == 4


def test_real_time_of_people_is_respected(june: Result, with_tables: Callable[..., Instance]) -> None:
    """Training days shorten a month; someone away all month gets nothing and their work is said undone."""
    load = june.table("load").set_index("official")
    assert load.at["CB04", "available_minutes"] == 7_752
    away = with_tables(absences="official,from_date,to_date,kind\nCB02,2021-06-01,2021-06-30,maternity\n")
    result = assign_month(away, JUNE)
    assert doer(result, "R10") is None
    messages = " ".join(row["en"]["message"] for row in result.info["warnings"])
    assert "CB02 is away for the whole of 2021-06" in messages
    assert "R10" in messages


def test_overtime_of_the_year_is_counted_over_the_months(with_tables: Callable[..., Instance]) -> None:
    """Whoever used up the yearly cap in earlier months has no overtime left in June."""
    before = with_tables(
        previous_assignments="office,month,official,pool,task_group,registration,role,minutes,overtime_minutes\n"
        "SM,2021-05,CB04,shared,KT,R07,main,12000,11900\n"
    )
    people = assign_month(before, JUNE).table("month_people").set_index("official")
    assert people.at["CB04", "overtime_cap"] == 100
    assert people.at["CB04", "past_minutes"] == 12_000
    assert people.at["CB05", "overtime_cap"] > 100


def test_pins_are_respected_and_audited(june: Result, with_tables: Callable[..., Instance]) -> None:
    """A pinned official does the line though another would; the auditor rejects the plan without the pin."""
    pinned = with_tables(pins=PINS + "P1,main,CB02,,R12,lãnh đạo giao\nP2,exclude,CB04,,R02,đang đi học\n")
    result = assign_month(pinned, JUNE)
    assert doer(june, "R02") == "CB04"
    assert doer(result, "R12") in ("CB02", None)
    assert doer(result, "R02") != "CB04"
    model = model_for(pinned)
    lines = compute(pinned, model, time_fund(pinned, model)).lines
    assert audit_assigned_month(pinned, model, result.tables, lines, JUNE).passed
    assert audit_assigned_month(pinned, model, june.tables, lines, JUNE).broken == ("pins_respected",)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("drop", "whole_registration"),
        ("twice", "whole_registration"),
        ("minutes", "whole_registration"),
        ("stranger", "month_people"),
        ("time", "month_time"),
        ("backup", "month_people"),
    ],
)
def test_a_corrupted_month_is_rejected(june: Result, scenario: Instance, change: str, rule: str) -> None:
    """One row lost, doubled, shortened, given to a stranger or overloaded: the audit names the rule."""
    model = model_for(scenario)
    lines = compute(scenario, model, time_fund(scenario, model)).lines
    frame = june.table("assignments")
    row = frame.index[frame["registration"] == "R10"][0]
    if change == "drop":
        frame = frame.drop(index=row)
    elif change == "twice":
        frame = pd.concat([frame, frame.loc[[row]].assign(official="CB03")], ignore_index=True)
    elif change == "minutes":
        frame.loc[row, "minutes"] -= 1
    elif change == "stranger":
        frame.loc[row, "official"] = "CB03"
    elif change == "time":
        frame.loc[row, "minutes"] += 20_000
    else:
        roles = frame[frame["registration"].isna() & (frame["role"] == "main")]
        frame = pd.concat([frame, roles.head(1).assign(role="backup")], ignore_index=True)
    report = audit_assigned_month(scenario, model, june.tables | {"assignments": frame}, lines, JUNE)
    assert not report.passed
    assert rule in report.broken


def test_bad_months_are_findings(with_tables: Callable[..., Instance]) -> None:
    """Pins on the absent, backup equal to main, two responsible pins, no time: named, all at once."""
    away = "official,from_date,to_date,kind\nCB02,2021-06-01,2021-06-30,maternity\n"
    pins = PINS + "".join(
        f"{code},{kind},{who},{group},{line},thử\n"
        for code, kind, who, group, line in (
            ("P1", "main", "CB02", "", "R10"),
            ("P2", "main", "CB04", "TH", ""),
            ("P3", "backup", "CB04", "TH", ""),
            ("P4", "main", "CB04", "", "R02"),
            ("P5", "main", "CB05", "", "R02"),
        )
    )
    with pytest.raises(DataError) as problem:
        assign_month(with_tables(absences=away, pins=pins), JUNE)
    assert {"pin_absent", "backup_is_main", "pin_twice"} <= found(problem)
    days = "\n".join(f"2021-06-{day:02d},off,nghỉ,giả định" for day in range(1, 31))
    with pytest.raises(DataError) as problem:
        assign_month(with_tables(calendar=f"date,kind,reason,source\n{days}\n"), JUNE)
    assert found(problem) == {"time_fund_not_positive"}
    everyone = "official,from_date,to_date,kind\n" + "".join(
        f"CB0{number},2021-06-01,2021-06-30,unpaid\n" for number in range(1, 6)
    )
    with pytest.raises(DataError) as problem:
        assign_month(with_tables(absences=everyone), JUNE)
    assert "month_without_days" in found(problem)


def test_pins_that_conflict_say_what_must_give(with_tables: Callable[..., Instance]) -> None:
    """Accountant and cashier pinned to one person: the law forbids it, so one of the pins has to give."""
    pins = PINS + "P1,main,CB04,KT,,thử\nP2,main,CB04,TQ,,thử\n"
    with pytest.raises(NoPlanError) as problem:
        assign_month(with_tables(pins=pins), JUNE)
    assert [row.code for row in problem.value.findings] == ["pins_conflict"]


def test_circular_backups_are_told(with_tables: Callable[..., Instance]) -> None:
    """Two people pinned to stand in only for each other are a warning with a proposal."""
    pins = PINS + "".join(
        f"P{number},{kind},{who},{group},,thử\n"
        for number, (kind, who, group) in enumerate(
            (
                ("main", "CB04", "TH"),
                ("backup", "CB05", "TH"),
                ("main", "CB05", "VT"),
                ("backup", "CB04", "VT"),
            )
        )
    )
    result = assign_month(with_tables(pins=pins), JUNE)
    assert any("stand in for each other" in row["en"]["message"] for row in result.info["warnings"])


def test_alternatives_cost_what_they_cost(june: Result, scenario: Instance) -> None:
    """Every move's cost is the difference of the level values before and after it, also from a saved run."""
    model = model_for(scenario)
    apart = frozenset(frozenset((pair.a, pair.b)) for pair in model.forbidden_pair)
    bands = tuple(sorted(int(band) for band in model.report.load_bands_pct))
    levels = levels_from(june.info["levels"])
    seen = 0
    for case, given in restore(june.tables, apart, model.staffing.max_people_per_group, bands):
        now = values(case, given, levels)
        assert now == [level["value"] for level in june.info["levels"]]
        assert broken(case, given) == []
        lines = {line.code: line for line in case.lines}
        moves = [move for code in lines for move in alternatives(case, given, levels, [code])]
        for move in moves:
            then = values(case, moved(case, given, lines[move.line], move.after), levels)
            assert move.change == tuple(b - a for a, b in zip(now, then, strict=True))
            # The assignment is the best there is, so no single move that keeps the limits improves it.
            assert not move.allowed or move.change >= (0,) * len(now)
            seen += 1
    assert seen >= 10


def test_commands_assign_record_and_rank(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """assign writes run, sheets and states; alternatives ranks from the run; the scenario stays readable."""
    import shutil

    place = tmp_path / "vi-du"
    shutil.copytree(root / "tests" / "fixtures" / "vi-du-nho", place)
    kept, sheets = tmp_path / "run", tmp_path / "thang-6.xlsx"
    words = [
        "assign",
        place,
        "--month",
        JUNE,
        "--out",
        kept,
        "--workbook",
        sheets,
        "--record",
        "--who",
        "CB01",
    ]
    assert run([str(word) for word in words]) == 0
    frame = read(place).filled("registrations")
    assert (frame["status"] == "assigned").sum() >= 10
    assert (
        read(place).tables["history"]["after"].eq("assigned").sum() == (frame["status"] == "assigned").sum()
    )
    earlier = read(place).tables["previous_assignments"]
    minutes = Result.load(kept).table("assignments")["minutes"].sum()
    assert int(earlier["minutes"].sum()) == int(minutes)
    later = [str(word) for word in ("assign", place, "--month", "2021-07", "--record", "--who", "CB01")]
    assert run(later) == 0
    assert run(later) == 0
    assert set(read(place).tables["previous_assignments"]["month"]) == {JUNE, "2021-07"}
    capsys.readouterr()
    assert run(["alternatives", str(kept), "--task", "R02", "--lang", "en"]) == 0
    assert "Exact for one move at a time" in capsys.readouterr().out
    assert run(["alternatives", str(kept), "--official", "CB99"]) == 1
    assert run(["alternatives", str(kept)]) == 2
    assert run(["audit", str(kept)]) == 0
    exported = tmp_path / "xuat.xlsx"
    assert run(["export", str(kept), "-o", str(exported)]) == 0
    import openpyxl

    assert "CB01" in openpyxl.load_workbook(exported, read_only=True).sheetnames

    book = openpyxl.load_workbook(sheets)
    assert {"SM", "Tải công việc", "CB01", "CB05"} <= set(book.sheetnames)
    text = " ".join(str(cell.value) for row in book["SM"].iter_rows() for cell in row if cell.value)
    assert "BẢNG GIAO VIỆC THÁNG 06/2021" in text
    assert "Giám sát công trình nước sạch" in text
    assert len(book["Tải công việc"]._charts) == 1
