"""Finding and reading models: unknown names, `extends`, broken files, calendars and policies in a folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from vitri.errors import DataError, ModelError
from vitri.policy import load_model, load_policy

Raw = dict[str, Any]


def test_an_unknown_model_names_the_valid_ones() -> None:
    """A wrong name is a data error at the key `model` of the scenario."""
    with pytest.raises(DataError) as caught:
        load_model("van-phong-khoi-2018")
    (row,) = caught.value.findings
    assert (row.code, row.table, row.column, row.value) == (
        "unknown_model",
        "scenario.toml",
        "model",
        "van-phong-khoi-2018",
    )
    shown = row.render("en")
    assert "van-phong-khoi-2019" in shown["message"]
    assert "abk-75000, mttq-xa-2025, van-phong-khoi-2019, model.toml" in shown["allowed"]


def test_a_local_model_that_was_not_brought_is_unknown() -> None:
    """`model.toml` without a file is refused like any unknown name."""
    with pytest.raises(ModelError) as caught:
        load_model("model.toml")
    assert [row.code for row in caught.value.findings] == ["unknown_model"]


def test_an_unknown_policy_names_the_valid_ones() -> None:
    """A wrong policy name is refused with those that exist."""
    with pytest.raises(ModelError) as caught:
        load_policy("abk-72001")
    (row,) = caught.value.findings
    assert (row.code, row.column) == ("unknown_policy", "policy")
    assert "abk-72000" in row.render("vi")["message"]


def test_extends_copies_and_replaces_whole_tables(raw: Raw) -> None:
    """A table of the child replaces the base's table; single keys of it are not merged."""
    local = {
        "schema": 1,
        "name": "rieng",
        "extends": "van-phong-khoi-2019",
        "leadership": {"free_pct": 10},
        "overtime": {"max_share_pct": 5},
    }
    model = load_model("rieng", local)
    base = load_model("van-phong-khoi-2019")
    assert model.leadership.free_pct == 10
    assert (model.overtime.max_hours_year, model.overtime.source) == (200, "")
    assert base.overtime.source
    assert model.rank == base.rank
    assert model.calendar == base.calendar
    assert (model.name, model.name_vi) == ("rieng", "")


def write(folder: Path, name: str, text: str) -> None:
    """Write one model into a folder of models."""
    (folder / name).mkdir(parents=True)
    (folder / name / "model.toml").write_text(text, "utf-8")


def test_a_circle_of_models_is_refused(tmp_path: Path) -> None:
    """Two models that extend each other are named in a circle."""
    write(tmp_path, "a", 'schema = 1\nname = "a"\nextends = "b"\n')
    write(tmp_path, "b", 'schema = 1\nname = "b"\nextends = "a"\n')
    with pytest.raises(ModelError) as caught:
        load_model("a", folder=tmp_path)
    row = caught.value.findings.rows[0]
    assert (row.code, row.fields["names"]) == ("circular_extends", "a → b → a")


def test_a_model_has_the_name_of_its_folder(tmp_path: Path, models: Path) -> None:
    """A copied folder whose name key was forgotten is refused."""
    text = (models / "abk-75000" / "model.toml").read_text("utf-8")
    write(tmp_path, "abk-80000", text)
    with pytest.raises(ModelError) as caught:
        load_model("abk-80000", folder=tmp_path)
    assert [row.code for row in caught.value.findings] == ["name_differs"]
    write(tmp_path, "abk-75000", text)
    assert load_model("abk-75000", folder=tmp_path).name == "abk-75000"


def test_a_broken_file_is_one_finding(tmp_path: Path) -> None:
    """A TOML error names the file and the line."""
    write(tmp_path, "a", "schema = 1\nname = \n")
    with pytest.raises(ModelError) as caught:
        load_model("a", folder=tmp_path)
    (row,) = caught.value.findings
    assert (row.code, row.table) == ("bad_toml", "a/model.toml")
    assert "line 2" in row.value


def test_a_broken_calendar_file_names_its_row(tmp_path: Path, models: Path) -> None:
    """A row that cannot be read is a finding of the calendar file."""
    write(
        tmp_path,
        "abk-75000",
        (models / "abk-75000" / "model.toml")
        .read_text("utf-8")
        .replace('holidays = ""', 'holidays = ""\noverrides = "ngay.csv"'),
    )
    days = tmp_path / "ngay.csv"
    days.write_text("date,office,kind,reason,source\n2026-02-30,,off,x,y\n2026-03-02,,rest,x,y\n", "utf-8")
    with pytest.raises(ModelError) as caught:
        load_model("abk-75000", folder=tmp_path)
    assert [(row.table, row.row_key, row.column) for row in caught.value.findings] == [
        ("ngay.csv", "2", "date"),
        ("ngay.csv", "3", "kind"),
    ]
    days.write_text("date,office,kind,reason,source\n2026-03-02,,off,x,y\n", "utf-8")
    assert len(load_model("abk-75000", folder=tmp_path).calendar) == 1


def test_a_policy_holds_only_its_five_tables(tmp_path: Path) -> None:
    """Other tables are unknown keys in a policy; one whose profile the model lacks does not fit it."""
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies" / "p.toml"
    file.write_text('schema = 1\nname = "p"\n[quota]\n', "utf-8")
    with pytest.raises(ModelError) as caught:
        load_policy("p", folder=tmp_path)
    assert [(row.code, row.column) for row in caught.value.findings] == [("unknown_key", "quota")]
    file.write_text('schema = 1\nname = "p"\n[spread]\ndefault = "MUA"\n', "utf-8")
    policy = load_policy("p", folder=tmp_path)
    with pytest.raises(ModelError) as caught:
        load_model("abk-75000").with_policy(policy)
    assert [(row.code, row.table) for row in caught.value.findings] == [
        ("unknown_reference", "policies/p.toml")
    ]


def twice(raw: Raw) -> list[tuple[str, int]]:
    """Return the pairs of figures that take time off twice, and the minutes of a post's year concerned."""
    found = load_model("rieng", raw).warnings
    assert {(row.code, row.severity) for row in found} <= {("time_taken_twice", "warning")}
    return [(row.value, int(str(row.fields["minutes"]))) for row in found]


def test_time_taken_off_twice_names_the_pair_and_the_minutes(raw: Raw) -> None:
    """Two figures for one activity warn with the smaller of what they take of 249 days × 480 minutes."""
    raw["allowance"] = [{"name": "họp", "share_pct": 5, "covers": ["meeting"]}]
    useful = 249 * 480 * 85 / 100
    assert twice(raw) == [("time_fund.useful_time_pct + allowance[1]", round(useful * 5 / 100))]
    raw["allowance"][0]["share_pct"] = 40
    lost = round(249 * 480 * 15 / 100)
    assert twice(raw) == [("time_fund.useful_time_pct + allowance[1]", lost)]


def test_figures_for_different_activities_do_not_warn(raw: Raw) -> None:
    """An allowance for support work beside useful time for meetings is fine; an unnamed one may not be."""
    raw["allowance"] = [{"name": "hỗ trợ", "share_pct": 5, "covers": ["support"]}]
    assert twice(raw) == []
    del raw["allowance"][0]["covers"]
    assert len(twice(raw)) == 1
    raw["time_fund"]["useful_time_pct"] = 100
    assert twice(raw) == []


def test_counted_attendance_and_shrinkage_are_compared_too(raw: Raw) -> None:
    """Attendance counted as load meets useful time and allowances for meetings; shrinkage meets leave."""
    raw["workload"]["attendance"] = "counted"
    assert [pair for pair, _ in twice(raw)] == ["time_fund.useful_time_pct + workload.attendance"]
    raw["time_fund"]["useful_time_pct"] = 100
    raw["counter"] = {"shrinkage_pct": 10, "shrinkage_covers": ["leave"]}
    assert twice(raw) == [("counter.shrinkage_pct + time_fund.leave_days_per_year", 12 * 480)]
    raw["counter"]["shrinkage_covers"] = ["break"]
    assert twice(raw) == []


def test_a_policy_with_a_longer_year_lowers_overtime_and_says_so() -> None:
    """2,080 hours × 10 % would pass 200 hours of overtime: the share falls to 9.61 % and is listed."""
    model = load_model("van-phong-khoi-2019").with_policy(load_policy("fte-2080"))
    assert str(model.overtime.max_share_pct) == "9.61"
    assert model.in_force(dt.date(2021, 6, 1)).switched_off[0].path == "overtime"
    assert "9,61 %" in model.adjusted[0].say("vi") or "9.61 %" in model.adjusted[0].say("vi")
    kept = load_model("van-phong-khoi-2019").with_policy(load_policy("he-so-80"))
    assert kept.adjusted == ()
    assert kept.overtime.max_share_pct == 10
