"""The workbook as a whole: sheets, languages, texts, numbers, print set-up, failure."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from synthetic_result import FakeResult, build, codes, fake_model, names

from vitri.i18n import sort_key
from vitri.report import charts, names_of, write_workbook

SHEETS_VI = [
    "Tổng hợp",
    "Danh mục VTVL",
    "VTVL - biên chế - ngạch",
    "Biên chế theo văn phòng",
    "Kiêm nhiệm",
    "Bố trí công chức",
    "Giao việc theo tháng",
    "Tải công việc",
    "Khối lượng công việc",
    "Lý do",
    "Cảnh báo và giả định",
    "Biểu đồ",
]
SHEETS_EN = [
    "Summary",
    "Position catalogue",
    "Positions, posts and ranks",
    "Posts by office",
    "Combined duties",
    "Placement of officials",
    "Monthly assignment",
    "Load",
    "Workload",
    "Reasons",
    "Warnings and assumptions",
    "Charts",
]


def cells(book: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield sheet, address and value of every filled cell."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield sheet.title, cell.coordinate, cell.value


def column_under(sheet: Any, title: str) -> list[Any]:
    """Return the values of the column whose header cell holds the title, below the header."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == title:
                return [sheet.cell(at, cell.column).value for at in range(cell.row + 1, sheet.max_row + 1)]
    raise AssertionError(f"no column {title}")


def test_twelve_sheets_in_vietnamese(formulas: Any) -> None:
    """The Vietnamese workbook opens and holds the twelve sheets in order."""
    assert formulas.sheetnames == SHEETS_VI


def test_twelve_sheets_in_english(values_en: Any) -> None:
    """The English workbook holds the same sheets under English names."""
    assert values_en.sheetnames == SHEETS_EN


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_cell_shows_a_missing_value(lang: str, request: pytest.FixtureRequest) -> None:
    """No cell prints nan, None, NaT, an unfilled field or a spreadsheet error."""
    bad = re.compile(r"\b(nan|None|NaN|NaT|<NA>)\b|\{\w+\}|#(REF|NAME|VALUE|DIV)")
    book = request.getfixturevalue("values" if lang == "vi" else "values_en")
    found = [cell for cell in cells(book) if isinstance(cell[2], str) and bad.search(cell[2])]
    assert found == []


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_text_is_nfc(lang: str, request: pytest.FixtureRequest) -> None:
    """Every text in the workbook is in Unicode NFC, diacritics included."""
    book = request.getfixturevalue("values" if lang == "vi" else "values_en")
    texts = [value for _, _, value in cells(book) if isinstance(value, str)]
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert any("Ỷ Lan" in text for text in texts)


def test_english_workbook_speaks_english(values_en: Any) -> None:
    """Titles and sentences of the English workbook hold no Vietnamese words of the report itself."""
    texts = [value for _, _, value in cells(values_en) if isinstance(value, str)]
    for word in ("Tổng cộng", "Biên chế", "Kiêm nhiệm", "Vị trí việc làm", "Đơn vị tính"):
        assert not any(word in text for text in texts), word


def test_decomposed_names_are_composed(tmp_path: Path) -> None:
    """Names and sentences that come in decomposed form are printed in NFC."""
    result = build(2)
    result.tables["structure"]["name"] = [
        unicodedata.normalize("NFD", name) for name in result.tables["structure"]["name"]
    ]
    loose = {
        table: {code: unicodedata.normalize("NFD", name) for code, name in pairs.items()}
        for table, pairs in names(2).items()
    }
    path = write_workbook(result, tmp_path / "a.xlsx", "vi", loose, model=fake_model())
    assert all(
        unicodedata.is_normalized("NFC", v)
        for _, _, v in cells(openpyxl.load_workbook(path, data_only=True))
        if isinstance(v, str)
    )


def test_total_of_posts_is_the_result(values: Any, result: FakeResult) -> None:
    """The totals rows of three sheets show the posts of the result."""
    posts = int(result.tables["posts"]["posts"].sum())
    for name, title in (
        ("Danh mục VTVL", "Biên chế"),
        ("VTVL - biên chế - ngạch", "Biên chế đề nghị"),
        ("Biên chế theo văn phòng", "Đề nghị"),
    ):
        sheet = values[name]
        last = next(row for row in range(sheet.max_row, 0, -1) if sheet.cell(row, 2).value == "Tổng cộng")
        column = next(c.column for row in sheet.iter_rows() for c in row if c.value == title)
        assert sheet.cell(last, column).value == posts, name


def test_workload_total_and_share(values: Any, result: FakeResult) -> None:
    """Total hours and the estimated share of the workload sheet are those of the workload table."""
    work = result.tables["workload"]
    sheet = values["Khối lượng công việc"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] == "Tổng cộng"]
    assert rows[0][3] == work["minutes"].sum()
    assert rows[0][4] == pytest.approx(work["minutes"].sum() / 60)
    assert rows[0][10] == pytest.approx(work["estimated_minutes"].sum() / work["minutes"].sum())


def test_summary_agrees_with_the_sheets(values: Any, result: FakeResult) -> None:
    """FTE on the summary equals the total of the office sheet."""
    summary = {row[1]: row[2] for row in values["Tổng hợp"].iter_rows(values_only=True) if row[2] is not None}
    total = [
        row for row in values["Biên chế theo văn phòng"].iter_rows(values_only=True) if row[1] == "Tổng cộng"
    ]
    assert summary["Khối lượng công việc"] == pytest.approx(total[0][10])
    assert summary["Tăng, giảm"] == total[0][4] == result.tables["posts"]["change"].sum()


def test_rank_columns_add_up(values: Any) -> None:
    """On every row of the rank table the ranks and the last column add up to the posts proposed."""
    sheet = values["VTVL - biên chế - ngạch"]
    rows = [row for row in sheet.iter_rows(values_only=True) if isinstance(row[4], int | float)]
    assert len(rows) == 8 * 9 + 1
    assert all(sum(value or 0 for value in row[5:]) == row[4] for row in rows)


def test_numbers_are_numbers_and_formulas(values: Any, formulas: Any) -> None:
    """Totals are formulas and counts are numbers, not texts that look like them."""
    formulas = [
        v for s in formulas for row in s.iter_rows(values_only=True) for v in row if str(v).startswith("=")
    ]
    assert sum("SUBTOTAL" in formula for formula in formulas) > 200
    numeric = re.compile(r"^-?\d+[.,]\d+$")
    texts = [value for _, _, value in cells(values) if isinstance(value, str)]
    assert not any(numeric.match(text) for text in texts)


def test_offices_in_vietnamese_order(values: Any) -> None:
    """Offices stand in Vietnamese alphabetical order, not in code-point order."""
    sheet = values["Biên chế theo văn phòng"]
    listed = [row[1] for row in sheet.iter_rows(values_only=True) if str(row[1]).startswith("Văn phòng Khối")]
    assert len(listed) == 8
    assert listed == sorted(listed, key=sort_key) != sorted(listed)


def test_every_sheet_prints_on_a4(formulas: Any) -> None:
    """Every sheet is A4, numbered in the footer, one page wide; the big tables repeat their header."""
    for sheet in formulas.worksheets:
        assert sheet.page_setup.paperSize == 9, sheet.title
        assert "&P" in sheet.oddFooter.right.text, sheet.title
        if sheet.title not in ("Tổng hợp", "Biểu đồ"):
            assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0), sheet.title
        if sheet.title not in ("Tổng hợp", "Biểu đồ", "Cảnh báo và giả định"):
            assert sheet.print_title_rows, sheet.title
            assert sheet.freeze_panes, sheet.title


def test_synthetic_data_is_said_on_every_page(values: Any) -> None:
    """Every sheet carries the banner of simulated data and repeats it in the page header."""
    for sheet in values.worksheets:
        top = [str(value) for row in sheet.iter_rows(max_row=6, values_only=True) for value in row]
        assert any("DỮ LIỆU MÔ PHỎNG" in value for value in top), sheet.title
        assert "Dữ liệu mô phỏng" in sheet.oddHeader.right.text, sheet.title


def test_real_data_has_no_banner(tmp_path: Path) -> None:
    """A scenario that is not synthetic is not called simulated."""
    result = build(2)
    result.info["scenario"]["synthetic"] = False
    path = write_workbook(result, tmp_path / "a.xlsx", "vi", names(2), model=fake_model())
    assert not any(
        "MÔ PHỎNG" in str(value) for _, _, value in cells(openpyxl.load_workbook(path, data_only=True))
    )


def test_native_charts_point_at_filled_cells(values: Any, formulas: Any) -> None:
    """The chart sheet holds four native charts, and every series points at cells that hold figures."""
    sheet = formulas["Biểu đồ"]
    filled = values["Biểu đồ"]
    assert len(sheet._charts) == 4
    series = [serie for chart in sheet._charts for part in (chart, *chart._charts) for serie in part.series]
    assert len(series) >= 7
    for serie in series:
        area = serie.val.numRef.f.split("!")[1].replace("$", "")
        values = [cell[0].value for cell in filled[area]]
        assert any(value for value in values), area


def test_empty_result_says_so_in_sentences(tmp_path: Path) -> None:
    """A result without any table gives twelve sheets, each with a sentence instead of an empty table."""
    path = write_workbook(FakeResult({}, {}), tmp_path / "empty.xlsx", "vi")
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == SHEETS_VI
    for sheet in book.worksheets[1:]:
        values = [value for row in sheet.iter_rows(values_only=True) for value in row if value]
        assert any(str(value).endswith(".") for value in values), sheet.title
    assert book["Biểu đồ"]._charts == []


def test_without_officials_and_quotas(tmp_path: Path) -> None:
    """Without people and quotas the structure and posts are still printed, the other sheets say why not."""
    result = build(3)
    for table in ("staffing", "assignments", "load", "quotas", "post_ranks", "cover", "estimates"):
        result.tables[table] = pd.DataFrame()
    path = write_workbook(result, tmp_path / "posts.xlsx", "en", names(3), model=fake_model())
    book = openpyxl.load_workbook(path, data_only=True)
    people = [value for row in book["Placement of officials"].iter_rows(values_only=True) for value in row]
    assert any("names no official" in str(value) for value in people)
    assert "Văn phòng Khối huyện Ea Lúa" in column_under(book["Posts by office"], "Office")
    summary = [value for row in book["Summary"].iter_rows(values_only=True) for value in row]
    assert any("No ceiling was given" in str(value) for value in summary)


def test_a_text_is_never_a_formula(tmp_path: Path) -> None:
    """A name that begins with an equals sign or looks like a link is printed as it is."""
    result = build(1)
    result.tables["structure"].loc[0, "name"] = "=SUM(1;2)"
    result.tables["structure"].loc[1, "name"] = "http://vi.du"
    path = write_workbook(result, tmp_path / "a.xlsx", "vi", names(1), model=fake_model())
    names_ = column_under(openpyxl.load_workbook(path)["Danh mục VTVL"], "Vị trí việc làm")
    assert "=SUM(1;2)" in names_
    assert "http://vi.du" in names_
    cell = next(
        c for row in openpyxl.load_workbook(path)["Danh mục VTVL"] for c in row if c.value == "=SUM(1;2)"
    )
    assert cell.data_type in ("s", "inlineStr")


def test_same_result_gives_the_same_bytes(tmp_path: Path, result: FakeResult, workbook_vi: Path) -> None:
    """Writing a result twice gives the same file, so that a workbook can be compared by digest."""
    again = write_workbook(result, tmp_path / "again.xlsx", "vi", names(), model=fake_model())
    assert again.read_bytes() == workbook_vi.read_bytes()


def test_failure_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a sheet cannot be written, neither the workbook nor its draft stays behind."""

    def fail(book: object) -> None:
        raise RuntimeError("chart")

    monkeypatch.setattr(charts, "add", fail)
    with pytest.raises(RuntimeError, match="chart"):
        write_workbook(build(1), tmp_path / "a.xlsx", "vi", names(1))
    assert list(tmp_path.iterdir()) == []


def test_an_older_workbook_is_replaced(tmp_path: Path) -> None:
    """A workbook of the same name is replaced whole."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    write_workbook(build(1), path, "en", names(1), model=fake_model())
    assert openpyxl.load_workbook(path).sheetnames == SHEETS_EN


def test_rows_are_high_enough(values: Any) -> None:
    """Every row with wrapped text has an explicit height for the lines that the text needs."""
    from vitri.report.measure import column_pixels, lines_needed

    for sheet in values.worksheets:
        widths = {}
        for dimension in sheet.column_dimensions.values():
            widths |= dict.fromkeys(range(dimension.min, dimension.max + 1), dimension.width - 0.71)
        spans = {}
        for area in sheet.merged_cells.ranges:
            spans[area.min_row, area.min_col] = (area.max_row, area.max_col)
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, str) or not cell.alignment.wrap_text:
                    continue
                bottom, right = spans.get((cell.row, cell.column), (cell.row, cell.column))
                pixels = sum(column_pixels(widths[at]) for at in range(cell.column, right + 1))
                size = cell.font.sz
                lines = lines_needed(cell.value, pixels, size, bool(cell.font.b))
                height = sum(sheet.row_dimensions[at].height or 15 for at in range(cell.row, bottom + 1))
                assert height >= lines * size * 1.15, (sheet.title, cell.coordinate, cell.value)


def test_ninety_two_offices(tmp_path: Path) -> None:
    """A province of 92 offices prints every office once a sheet, and its charts in readable parts."""
    from python_calamine import CalamineWorkbook

    path = write_workbook(build(92), tmp_path / "a.xlsx", "vi", names(92), model=fake_model())
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Biên chế theo văn phòng").to_python()
    assert sum(str(value).startswith("Văn phòng Khối") for row in rows for value in row) == len(codes(92))
    with zipfile.ZipFile(path) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(parts) == 4 + 1 + 1 + 4


def test_long_horizon_is_shown_by_quarter(tmp_path: Path) -> None:
    """Two years of months are added up by quarter, and the hours stay the same."""
    result = build(1, months=24)
    path = write_workbook(result, tmp_path / "a.xlsx", "en", names(1), model=fake_model())
    sheet = openpyxl.load_workbook(path, data_only=True)["Monthly assignment"]
    assert column_under(sheet, "Quarter 1")
    total = next(row for row in sheet.iter_rows(values_only=True) if row[1] == "Total")
    assert total[-1] == pytest.approx(result.tables["assignments"]["minutes"].sum() / 60)
    assert len(total) == 5 + 8 + 1


def test_names_of_reads_tables_and_model() -> None:
    """Names come from every named table of an instance and from the planning model."""

    tables = {
        "offices": pd.DataFrame({"code": ["A"], "name": ["Văn phòng A"]}),
        "officials": pd.DataFrame({"code": ["CB1"], "office": ["A"]}),
        "areas": pd.DataFrame({"code": ["T"], "name": [None]}),
    }
    found = names_of(SimpleNamespace(tables=tables), fake_model())  # type: ignore[arg-type]
    assert found["offices"] == {"A": "Văn phòng A"}
    assert found["rank"]["01.003"] == "Chuyên viên"
    assert "officials" not in found
    assert "areas" not in found
