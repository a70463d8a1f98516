"""Reading folders: files that are missing, broken, oddly encoded or oddly delimited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitri.data import Instance, check, read, write_folder
from vitri.errors import DataError


def codes(path: Path) -> list[str]:
    """Return the codes of the findings of a path."""
    return [f.code for f in check(path)[1]]


def test_the_tiny_folder_is_sound(tiny_folder: Path) -> None:
    """The example folder reads without a finding, typed as declared."""
    instance, findings = check(tiny_folder)
    assert instance is not None
    assert len(findings) == 0
    lines = instance.tables["registrations"]
    assert lines["quantity"].iloc[5] == 25_000  # hundredths
    assert lines["coefficient"].iloc[10] == 1_100  # thousandths
    assert str(lines["due_date"].dtype) == "datetime64[s]"
    assert instance.filled("registrations")["priority"].tolist() == [2] * 12


def test_nothing_there(tmp_path: Path) -> None:
    """A path that does not exist, and a folder without files, give findings and no traceback."""
    assert codes(tmp_path / "none") == ["missing_file"]
    assert codes(tmp_path) == ["missing_file", *["missing_table"] * 4]
    with pytest.raises(DataError) as raised:
        read(tmp_path / "none")
    assert len(raised.value.findings) == 1


def test_the_settings_file_names_its_folder(tiny_folder: Path) -> None:
    """The path of scenario.toml stands for its folder."""
    assert read(tiny_folder / "scenario.toml").info.code == "vi-du-nho"


def test_semicolons_and_decimal_commas(tmp_path: Path, tiny_folder: Path) -> None:
    """A folder that says so uses semicolons and decimal commas; a byte-order mark does no harm."""
    expected = read(tiny_folder)
    folder = write_folder(expected.with_info(format_delimiter=";", format_decimal="comma"), tmp_path / "s")
    assert ";1,25" in (folder / "work_items.csv").read_text(encoding="utf-8")
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig")
    instance = read(folder)
    for name in expected.present:
        assert instance.tables[name].equals(expected.tables[name]), name


def test_marks_other_than_the_settings_say(tmp_path: Path, tiny_folder: Path) -> None:
    """Semicolons where commas are said, and a dot where the comma is said, are findings with the remedy."""
    instance = read(tiny_folder).with_info(format_delimiter=";", format_decimal="comma")
    folder = write_folder(instance, tmp_path / "s")
    settings = (folder / "scenario.toml").read_text(encoding="utf-8")
    (folder / "scenario.toml").write_text(settings.replace('delimiter = ";"', ""), encoding="utf-8")
    assert set(codes(folder)) == {"wrong_delimiter"}
    (folder / "scenario.toml").write_text(settings, encoding="utf-8")
    norms = (folder / "work_items.csv").read_text(encoding="utf-8")
    (folder / "work_items.csv").write_text(norms.replace("1,25", "1.25"), encoding="utf-8")
    assert codes(folder) == ["decimal_dot"]


def test_a_file_that_is_not_utf8(tiny: Any, tmp_path: Path) -> None:
    """A file in another encoding is one finding that says how to save it."""
    folder = tiny.write(tmp_path / "s")
    text = (folder / "offices.csv").read_text(encoding="utf-8")
    (folder / "offices.csv").write_bytes(text.encode("utf-16"))
    assert "not_utf8" in codes(folder)


@pytest.mark.parametrize("bad", ["HND,Hội Nông dân,member,,,thừa\n", 'HND,"Hội Nông dân\n'])
def test_a_line_that_cannot_be_split(tiny: Any, tmp_path: Path, bad: str) -> None:
    """A row with too many cells, or an open quote, is one finding with the file's name."""
    folder = tiny.write(tmp_path / "s")
    (folder / "organisations.csv").write_text(
        "code,name,kind\nMTTQ,Mặt trận,member\n" + bad, encoding="utf-8"
    )
    found = [f for f in check(folder)[1] if f.table == "organisations.csv"]
    assert [f.code for f in found] == ["broken_csv"]


def test_blank_lines_and_trailing_commas_do_no_harm(tiny: Any, tmp_path: Path) -> None:
    """Blank rows and unnamed blank columns at the end are left out; row numbers stay those of the file."""
    folder = tiny.write(tmp_path / "s")
    (folder / "organisations.csv").write_text(
        "code,name,\nMTTQ,Mặt trận,\n,,\n\nHND,Hội Nông dân,\nHLHPN,,\n", encoding="utf-8"
    )
    (finding,) = check(folder)[1]
    assert (finding.code, finding.row_key) == ("missing_value", "HLHPN")
    assert finding.render("en")["message"].endswith("[organisations.csv:6]")


def test_two_columns_of_one_name(tiny: Any, tmp_path: Path) -> None:
    """A column that is there twice is an error with its name."""
    folder = tiny.write(tmp_path / "s")
    (folder / "organisations.csv").write_text(
        "code,name,name\nMTTQ,a,b\nHND,a,b\nHLHPN,a,b\n", encoding="utf-8"
    )
    (finding,) = check(folder)[1]
    assert (finding.code, finding.column) == ("duplicate_column", "name")


def test_files_that_are_no_tables_are_named(tiny: Any, tmp_path: Path) -> None:
    """A misnamed table is a warning with the nearest name; other files are left alone."""
    folder = tiny.write(tmp_path / "s")
    (folder / "official.csv").write_text("code\n", encoding="utf-8")
    (folder / "README.md").write_text("x", encoding="utf-8")
    instance, findings = check(folder)
    assert instance is not None
    assert [(f.code, f.fields["near"]) for f in findings] == [("unknown_table", "officials.csv")]


def test_a_local_model_is_wanted_or_unused(tiny: Any, tmp_path: Path) -> None:
    """model.toml is needed when named, kept when there, and a warning when not used."""
    folder = tiny.write(tmp_path / "s")
    settings = (folder / "scenario.toml").read_text(encoding="utf-8")
    (folder / "scenario.toml").write_text(
        settings.replace("van-phong-khoi-2019", "model.toml"), encoding="utf-8"
    )
    assert codes(folder) == ["missing_file"]
    (folder / "model.toml").write_text("schema = 1\n[time_fund]\nuseful_time_pct = 82.5\n", encoding="utf-8")
    model = read(folder).local_model
    assert model is not None
    assert str(model["time_fund"]["useful_time_pct"]) == "82.5"
    (folder / "scenario.toml").write_text(settings, encoding="utf-8")
    assert codes(folder) == ["unused_model"]


def test_broken_variants_are_findings(tiny: Any, tmp_path: Path) -> None:
    """A variant file that cannot be read is one finding with its path."""
    folder = tiny.write(tmp_path / "s")
    (folder / "variants").mkdir()
    (folder / "variants" / "cat.toml").write_text("[[change]\n", encoding="utf-8")
    assert [(f.code, f.table) for f in check(folder)[1]] == [("broken_toml", "variants/cat.toml")]


def test_writing_over_a_folder_leaves_other_files(
    tiny: Any, tmp_path: Path, same: Callable[[Instance, Instance], None]
) -> None:
    """Writing replaces the scenario's own files, drops tables that are gone, and keeps the rest."""
    folder = tiny.write(tmp_path / "s")
    (folder / "generate.py").write_text("x", encoding="utf-8")
    (folder / "quotas.csv").write_text("unit,status\nSM,unassigned\n", encoding="utf-8")
    del tiny.tables["absences"]
    instance, _ = tiny.check()
    assert instance is not None
    write_folder(instance, folder)
    assert (folder / "generate.py").is_file()
    assert not (folder / "absences.csv").exists()
    assert not (folder / "quotas.csv").exists()
    same(read(folder), instance)
    assert not list(tmp_path.glob(".*"))


def test_a_failed_write_leaves_nothing(tiny: Any, tmp_path: Path) -> None:
    """When writing fails half way, neither the folder nor the workbook nor a scratch file is there."""
    from dataclasses import replace

    from vitri.data import write_workbook

    instance, _ = tiny.check()
    assert instance is not None
    broken = replace(instance, variants={"v": None})  # type: ignore[dict-item]
    with pytest.raises((TypeError, AttributeError)):
        write_folder(broken, tmp_path / "s")
    with pytest.raises((TypeError, AttributeError)):
        write_workbook(broken, tmp_path / "s.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_codes_are_made_and_written(tiny: Any, tmp_path: Path) -> None:
    """Registrations without a code get one from office and row, which the first save writes down."""
    for row in tiny.tables["registrations"][1:3]:
        row["code"] = ""
    tiny.put("registrations", 11, code="SM-0002")
    instance, findings = tiny.check()
    assert instance is not None
    assert len(findings) == 0
    made = instance.tables["registrations"]["code"].tolist()
    assert made[1:3] == ["SM-0002-2", "SM-0003"]
    again = read(write_folder(instance, tmp_path / "s"))
    assert again.tables["registrations"]["code"].tolist() == made


def test_hours_become_minutes(tiny: Any) -> None:
    """A column unit_hours is read as minutes, rounded to hundredths of a minute."""
    for row in tiny.tables["work_items"]:
        row["unit_hours"] = str(int(row.pop("unit_minutes")) / 60)
    tiny.tables["work_items"][0]["unit_hours"] = "0.3333"
    instance, _ = tiny.check()
    assert instance is not None
    assert instance.tables["work_items"]["unit_minutes"].tolist()[:3] == [2_000, 24_000, 36_000]
