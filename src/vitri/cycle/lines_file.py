"""Lines of work from one organisation's small file: CSV or workbook, with titles or column names on top."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from vitri.data.fields import TableSpec
from vitri.data.findings import DataFinding, nearest
from vitri.data.folder import read_text
from vitri.data.tables import TABLES
from vitri.data.workbook import sheet_table
from vitri.errors import DataError, Findings
from vitri.i18n import N_

Line = dict[str, str]


def read_lines(path: Path) -> tuple[list[Line], list[str]]:
    """Return the lines of a file (column → text, blanks left out) and where each stands (``file!7``).

    Reads CSV (comma or semicolon) and .xlsx, the sheet of registrations or else the first one. Raises
    DataError for a file that cannot be read or a column that does not exist.
    """
    spec = TABLES["registrations"]
    grid = _workbook(path, spec) if path.suffix.lower() == ".xlsx" else _csv(path)
    table = sheet_table(spec, path.name, grid)
    known = {*spec.columns, "unit_hours"}
    wrong = [name for name in table.columns if name not in known and not name.startswith("x_")]
    if wrong:
        raise DataError(Findings.of(_unknown(path.name, name, spec) for name in wrong))
    lines: list[Line] = []
    places: list[str] = []
    for row in range(table.rows):
        line = {name: column.texts[column.codes[row]] for name, column in table.columns.items()}
        lines.append({name: text for name, text in line.items() if text})
        places.append(f"{path.name}:{int(table.row_numbers[row])}")
    return lines, places


def _unknown(file: str, name: str, spec: TableSpec) -> DataFinding:
    near = nearest(name, list(spec.columns))
    return DataFinding(
        code="unknown_column",
        table=file,
        column=name,
        value=name,
        message=N_('There is no column "{column}".'),
        advice=N_('Did you mean "{near}"?') if near else N_("Delete it, or let its name start with x_."),
        fields={"column": name, "near": near},
    )


def _csv(path: Path) -> list[list[Any]]:
    text, found = read_text(path, path.name)
    if text is None:
        raise DataError(Findings.of(found))
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    rows = [list(row) for row in csv.reader(text.splitlines(keepends=True), delimiter=mark)]
    width = max((len(row) for row in rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _workbook(path: Path, spec: TableSpec) -> list[list[Any]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        titles = [title for title in book.sheet_names if title in (spec.sheet, spec.title_en, spec.name)]
        sheet = book.get_sheet_by_name((titles or book.sheet_names)[0])
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except Exception as problem:
        finding = DataFinding(
            code="broken_workbook",
            table=path.name,
            message=N_("{file} is damaged or is not a workbook."),
            advice=N_("Open it in a spreadsheet program and save it again as .xlsx."),
            fields={"file": path.name},
        )
        raise DataError(finding) from problem
    return rows
