"""The template workbook and the page of the data contract say what is declared."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from vitri.data import TABLES, check, schema_page, write_template
from vitri.data.findings import CHECKS
from vitri.data.fold import fold
from vitri.data.parse import choice_lookup
from vitri.data.scenario_file import SETTINGS


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Vietnamese template, written once."""
    return write_template(tmp_path_factory.mktemp("template") / "mau.xlsx")


def test_the_blank_template_lacks_only_what_must_be_typed(template: Path) -> None:
    """Checking the blank template asks for the required settings and the four needed tables, no more."""
    _, findings = check(template)
    assert {f.code for f in findings} == {"missing_setting", "empty_table"}
    assert {f.column for f in findings} == {"", "name", "model", "first_month", "last_month"}


def test_sheets_titles_names_and_notes(template: Path) -> None:
    """Every table has its sheet, every column its title, its name, and a note with its help."""
    book = openpyxl.load_workbook(template)
    for spec in TABLES.values():
        if spec.name in {"history", "previous_assignments"}:
            assert spec.sheet not in book.sheetnames
            continue
        sheet = book[spec.sheet]
        assert [cell.value for cell in sheet[1]] == [field.title_vi for field in spec.fields]
        assert [cell.value for cell in sheet[2]] == [field.name for field in spec.fields]
        assert sheet.freeze_panes == "B3"
        for cell, field in zip(sheet[1], spec.fields, strict=True):
            assert field.help_vi in cell.comment.text
    assert book["Danh mục"].sheet_state == "hidden"
    assert book.sheetnames[:2] == ["Hướng dẫn", "Thông tin"]


def test_dropdowns_and_formats(template: Path) -> None:
    """Enumerations and references have dropdowns; ranks are text, dates day first."""
    sheet = openpyxl.load_workbook(template)["Công chức"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    letters = {cell.value: cell.column_letter for cell in sheet[2]}
    assert rules[f"{letters['category']}3"].type == "list"
    assert "Danh mục" in rules[f"{letters['category']}3"].formula1
    assert "Văn phòng" in rules[f"{letters['office']}3"].formula1
    assert rules[f"{letters['fte_pct']}3"].type == "decimal"
    assert sheet.column_dimensions[letters["rank"]].width >= 10
    assert {"list", "decimal", "whole", "date"} <= {rule.type for rule in rules.values()}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_schema_page_names_everything(lang: str) -> None:
    """The page lists every setting, table, column, choice and check."""
    page = schema_page(lang)  # type: ignore[arg-type]
    for spec in TABLES.values():
        assert f"### `{spec.name}`" in page
        for field in spec.fields:
            assert f"| `{field.name}`" in page
    for setting in SETTINGS:
        assert f"| `{setting.name}`" in page
    for code in CHECKS:
        assert f"| `{code}` |" in page


def test_the_page_in_docs_is_up_to_date(root: Path) -> None:
    """docs/schema.md is what the declarations make; if not, run python -m vitri.data.schema."""
    assert (root / "docs" / "schema.md").read_text(encoding="utf-8") == schema_page("en")


def test_titles_and_labels_are_told_apart() -> None:
    """Within a table no two titles, and within a field no two labels, are alike without marks and case."""
    sheets = [spec.sheet for spec in TABLES.values()]
    assert len(set(map(fold, sheets))) == len(sheets)
    assert all(len(sheet) <= 28 and not set(sheet) & set("[]:*?/\\") for sheet in sheets)
    for spec in TABLES.values():
        for lang in ("vi", "en"):
            titles = [fold(field.title(lang)) for field in spec.fields]
            assert len(set(titles)) == len(titles), (spec.name, lang)
        for field in spec.fields:
            assert field.help_vi
            assert field.help_en
            assert len(choice_lookup(field.choices)) >= len(field.choices)
            assert set(choice_lookup(field.choices).values()) == {c.code for c in field.choices}
