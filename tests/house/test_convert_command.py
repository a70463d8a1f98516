"""Converted products from the command line: in the run, in the workbook, as a table; capacity as a table."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from vitri.cli import run as run_command
from vitri.plan.result import Result


@pytest.fixture(scope="session")
def commune_run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the tiny scenario moved to 2026 and to the commune model; some items have a complexity."""
    place = tmp_path_factory.mktemp("commune")
    folder = place / "xa"
    shutil.copytree(root / "tests" / "fixtures" / "vi-du-nho", folder)
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text("utf-8").replace("2021", "2026"), encoding="utf-8")
    settings = (folder / "scenario.toml").read_text("utf-8").replace("2021", "2026")
    settings = settings.replace("van-phong-khoi-2019", "mttq-xa-2025")
    (folder / "scenario.toml").write_text(settings, encoding="utf-8")
    items = (folder / "work_items.csv").read_text("utf-8").splitlines()
    kinds = {"TH1": "N3", "TH2": "N2", "VT1": "N1", "KT1": "N3", "PT1": "N2", "PT2": "N2"}
    lines = [items[0] + ",complexity", *(f"{row},{kinds.get(row.split(',')[0], '')}" for row in items[1:])]
    (folder / "work_items.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "outcomes.csv").write_text(
        "registration,official,month,quantity_done,content_errors\nR06,CB05,2026-06,10,1\n", encoding="utf-8"
    )
    code = run_command(["solve", str(folder), "-o", str(place / "run"), "--lang", "en"])
    assert code == 0
    return place / "run"


def test_a_run_keeps_the_converted_products(commune_run: Path) -> None:
    """The table is saved and read back; R02's one product at K 2 is in June, whole."""
    result = Result.load(commune_run)
    table = result.table("converted")
    rows = table[table["registration"] == "R02"]
    assert rows["month"].unique().tolist() == ["2026-06"]
    assert (int(rows["quantity_dec2"].sum()), int(rows["converted_dec2"].sum())) == (100, 200)
    done = table[table["done_converted_dec2"].notna()]
    assert done["quality_pct"].tolist() == [9750]
    assert len(result.table("converted_people")) > 0
    assert any("no factor K" in warning["en"]["message"] for warning in result.info["warnings"])


def test_the_audit_of_the_run_checks_them(commune_run: Path, vitri) -> None:
    """`vitri audit` measures the rule on the saved run and passes it."""
    assert vitri("audit", commune_run).code == 0
    rules = Result.load(commune_run).table("rules")
    assert (rules["rule"] == "converted_products").any()


def test_convert_writes_both_kinds_of_file(commune_run: Path, vitri, tmp_path: Path) -> None:
    """CSV with the columns of the contract for one month, and a workbook with its banner."""
    import openpyxl

    outcome = vitri("convert", commune_run, "-o", tmp_path / "a.csv", "--month", "2026-06")
    assert outcome.code == 0
    assert "converted products" in outcome.out
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:5] == ["office", "official", "month", "registration", "quantity_dec2"]
    assert {row["month"] for row in rows} == {"2026-06"}
    assert vitri("convert", commune_run, "-o", tmp_path / "a.xlsx", "--lang", "vi").code == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)
    assert book.sheetnames == ["Sản phẩm quy đổi", "Sản phẩm quy đổi theo đăng ký"]
    texts = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert any("tạm dùng" in text for text in texts)
    assert "CB05" in texts


def test_the_workbook_has_the_sheet_only_with_the_table(
    commune_run: Path, tiny_run: Path, vitri, tmp_path: Path
) -> None:
    """A run of 2026 has the sheet of converted products, a run of 2021 has not."""
    import openpyxl

    for run, there in ((commune_run, True), (tiny_run, False)):
        assert vitri("export", run, "-o", tmp_path / "w.xlsx", "--lang", "vi").code == 0
        names = openpyxl.load_workbook(tmp_path / "w.xlsx", read_only=True).sheetnames
        assert ("Sản phẩm quy đổi" in names) is there


def test_a_run_without_conversion_says_why(tiny_run: Path, vitri, tmp_path: Path) -> None:
    """A district plan of 2021 has no conversion in force: a finding, exit code 1, no file."""
    outcome = vitri("convert", tiny_run, "-o", tmp_path / "a.csv")
    assert outcome.code == 1
    assert "no_conversion" in outcome.err
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    "arguments",
    [["-o", "x.txt"], ["-o", "x.csv", "--month", "3/2026"], ["-o", "x.csv", "--month", "2027-01"]],
)
def test_bad_use_of_convert_is_exit_code_two(
    commune_run: Path, vitri, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown kind of file, a month that is none or outside the run: exit code 2, nothing written."""
    monkeypatch.chdir(tmp_path)
    assert vitri("convert", commune_run, *arguments).code == 2
    assert list(tmp_path.iterdir()) == []


def test_capacity_shows_posts_and_people(vitri, tiny: Path, tmp_path: Path) -> None:
    """June 2021 of SM: 22 working days, 21 of a post (142.8 h), five people with 216 half-days."""
    outcome = vitri("capacity", tiny, "--month", "2021-06", "--office", "SM", "-o", tmp_path / "c.csv")
    assert outcome.code == 0
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["working_days"] == "22"
    assert (row["post_days_dec2"], row["post_minutes"]) == ("2100", "8568")
    assert (row["people"], row["half_days"]) == ("5", str(5 * 44 - 4))
    assert row["people_minutes"] == str(4 * 8568 + 7752)
    assert "142.8" in outcome.out
    for wrong in (["--office", "XX"], ["--month", "2030-01"], ["--month", "June"]):
        assert vitri("capacity", tiny, *wrong).code == 2
