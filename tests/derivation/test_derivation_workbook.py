"""The derivation workbook as it is read: sheets, remarks, marks, both languages, refusals, the command."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from derivation_scenes import small

from vitri.errors import UsageError
from vitri.policy import model_for
from vitri.report.derivation import write_derivation
from vitri.report.derivation.workbook import sheet_names


@pytest.fixture(scope="module")
def vietnamese(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the tiny example in Vietnamese, with a run's posts, as stored."""
    instance = small(root)
    posts = pd.DataFrame(
        {
            "office": ["SM", "SM"],
            "pool": ["shared", "own.HND"],
            "posts": [2, 1],
            "status": ["optimal", "feasible"],
        }
    )
    quotas = pd.DataFrame({"unit": ["SM"], "organisation": [None], "position_class": [None], "bound": [3]})
    run = SimpleNamespace(info={"status": "feasible"}, tables={"posts": posts, "quotas": quotas})
    path = tmp_path_factory.mktemp("vi") / "dan-giai.xlsx"
    write_derivation(instance, model_for(instance), path, "vi", run=run)
    return openpyxl.load_workbook(path, data_only=True)


def texts(sheet: Any) -> list[str]:
    """Return every text of a sheet."""
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def row_of(sheet: Any, text: str) -> list[Any]:
    """Return the cells of the first row that has a text."""
    for row in sheet.iter_rows(values_only=True):
        if any(isinstance(value, str) and text in value for value in row):
            return list(row)
    raise AssertionError(text)


def test_sheets_stand_in_reading_order(vietnamese: Any) -> None:
    """Contents, how to read, the offices, the norms, the rules."""
    assert vietnamese.sheetnames == ["Mục lục", "Cách đọc", "SM", "Định mức", "Quy tắc, căn cứ"]


def test_every_office_sheet_says_that_data_are_simulated(vietnamese: Any) -> None:
    """The banner of simulated data, the period, the model and the policy stand on top."""
    head = texts(vietnamese["SM"])[:6]
    assert any("DỮ LIỆU MÔ PHỎNG" in text for text in head)
    assert any("01/2021" in text and "12/2021" in text for text in head)
    assert any("van-phong-khoi-2019" in text for text in head)


def test_a_run_stands_beside_the_need(vietnamese: Any) -> None:
    """The plan's posts stand by pool with their status, and in all with the proven bound."""
    sheet = vietnamese["SM"]
    assert row_of(sheet, "Phương án: Riêng: HND")[3:5] == [1, "dùng được, chưa chứng minh tốt nhất"]
    whole = row_of(sheet, "Phương án: biên chế của văn phòng")
    assert whole[3] == 3
    assert "cận đã chứng minh 3" in whole[4]
    assert row_of(vietnamese["Mục lục"], "SM")[15] == 3


def test_lines_that_do_not_count_say_why(books: Callable[[str, bool], Any]) -> None:
    """A draft and a line outside the period are listed with the reason and with zero counted."""
    sheet = books("wisn", True)["A"]
    lines = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1] in ("A13", "A14")}
    assert "status does not count" in lines["A13"][2]
    assert "outside the planning period" in lines["A14"][2]
    assert [lines[code][8] for code in ("A13", "A14")] == [0, 0]


def test_one_off_work_is_set_apart(books: Callable[[str, bool], Any]) -> None:
    """One-off lines stand under a heading that says so; where the model counts them there is none."""
    heading = "One-off work: assigned, but not a basis for quota"
    apart = texts(books("wisn", False)["A"])
    assert heading in apart
    assert heading not in texts(books("constant", False)["A"])


def test_estimates_are_marked(books: Callable[[str, bool], Any]) -> None:
    """A line that the planner estimated is marked by word and colour, and so is what vitri estimated."""
    book = books("cutoff", False)
    marked = [cell for row in book["A"].iter_rows() for cell in row if cell.value == "ESTIMATED"]
    assert [cell.fill.fgColor.rgb for cell in marked] == ["FFFBE3D6"]
    guessed = [
        row
        for name in ("A", "B")
        for row in book[name].iter_rows()
        if str(row[2].value or "").startswith("Estimated: ")
    ]
    assert guessed
    assert all(isinstance(c.value, int | float | None) for row in guessed for c in row[3:11])


def test_norms_are_one_cell_for_every_office(books: Callable[[str, bool], Any]) -> None:
    """Lines of both offices point at one norm; a norm that a line states itself stands in the line."""
    book = books("wisn", False)
    formulas: dict[str, set[str]] = {}
    for office in ("A", "B"):
        for row in book[office].iter_rows():
            if row[1].value in ("A05", "B04", "A12") and len(row) > 8:
                formulas.setdefault(row[1].value, set()).add(str(row[8].value))
    shared = (formulas["A05"] & formulas["B04"]) - {"None"}
    assert len(shared) == 1
    assert next(iter(shared)).startswith("='Norms'!$E$")
    assert "77.77" in formulas["A12"]


def test_cells_of_lines_are_never_merged(books: Callable[[str, bool], Any]) -> None:
    """Only headings and remarks span columns; every merged range lies in one row from the first column."""
    for name in ("small", "wisn", "bac-kan"):
        for sheet in books(name, False).worksheets:
            assert all(
                area.min_row == area.max_row and area.min_col == 1 for area in sheet.merged_cells.ranges
            )


def test_the_same_scenario_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    """Two workbooks of one scenario hold the same parts, byte for byte."""
    instance = small(root)
    contents = []
    for name in ("a.xlsx", "b.xlsx"):
        write_derivation(instance, model_for(instance), tmp_path / name, "vi")
        with zipfile.ZipFile(tmp_path / name) as book:
            contents.append({part: book.read(part) for part in book.namelist()})
    assert contents[0] == contents[1]


def test_sheet_names_fit_and_differ() -> None:
    """Long codes are cut to 31 characters, and no two names differ only in case or take a fixed one."""
    codes = ["A" * 40, "A" * 39 + "B", "Norms", "x"]
    names = sheet_names(codes, ["norms"])
    assert all(len(name) <= 31 for name in names.values())
    assert len({name.lower() for name in names.values()} | {"norms"}) == 5
    assert names["x"] == "x"


def test_an_unknown_office_names_the_nearest(root: Path, tmp_path: Path) -> None:
    """A code that is no office is refused with the nearest one, and nothing is written."""
    instance = small(root)
    with pytest.raises(UsageError) as problem:
        write_derivation(instance, model_for(instance), tmp_path / "x.xlsx", "en", ["SN", "SM"])
    (finding,) = problem.value.findings
    assert (finding.code, finding.value, finding.fields["nearest"]) == ("unknown_code", "SN", "SM")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_once(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`vitri derive` writes the workbook, refuses to overwrite it, and refuses another kind of file."""
    from vitri.cli.app import run

    source, path = str(root / "tests" / "fixtures" / "vi-du-nho"), tmp_path / "d.xlsx"
    assert run(["derive", source, "-o", str(path), "--office", "SM", "--lang", "en"]) == 0
    assert str(path) in capsys.readouterr().out
    before = path.read_bytes()
    assert run(["derive", source, "-o", str(path), "--lang", "en"]) == 2
    assert "output_exists" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert run(["derive", source, "-o", str(tmp_path / "d.csv"), "--lang", "en"]) == 2
    assert run(["derive", source, "-o", str(tmp_path / "e.xlsx"), "--office", "SN", "--lang", "en"]) == 2
    assert 'Did you mean "SM"?' in capsys.readouterr().err


def test_the_command_follows_the_policy_named(root: Path, tmp_path: Path) -> None:
    """With `--policy` the workbook follows that policy: its allowances have a block of their own."""
    from vitri.cli.app import run

    source = str(root / "tests" / "fixtures" / "vi-du-nho")
    assert run(["derive", source, "-o", str(tmp_path / "w.xlsx"), "--policy", "wisn", "--lang", "en"]) == 0
    found = texts(openpyxl.load_workbook(tmp_path / "w.xlsx")["SM"])
    assert any(text.startswith("1b. ") for text in found)
    assert any("wisn" in text for text in found)


def test_a_run_keeps_its_plan_under_its_own_rules_only(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run's posts stand in the workbook; under another policy they are left out, and that is said."""
    from vitri.cli.app import run

    source, folder = str(root / "tests" / "fixtures" / "vi-du-nho"), str(tmp_path / "run")
    assert run(["solve", source, "-o", folder, "--lang", "en"]) == 0
    assert run(["derive", folder, "-o", str(tmp_path / "own.xlsx"), "--lang", "en"]) == 0
    capsys.readouterr()
    other = ["derive", folder, "-o", str(tmp_path / "other.xlsx"), "--policy", "wisn", "--lang", "en"]
    assert run(other) == 0
    assert "left out" in capsys.readouterr().err
    own, left = (texts(openpyxl.load_workbook(tmp_path / f"{name}.xlsx")["SM"]) for name in ("own", "other"))
    assert any(text.startswith("Plan of the run") for text in own)
    assert not any(text.startswith("Plan of the run") for text in left)
