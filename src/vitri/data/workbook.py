"""A scenario as one workbook: reading it, whoever saved it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from vitri.data.build import build_draft, cell_text, instance_of
from vitri.data.draft import RawColumn, RawTable, raw_column
from vitri.data.fields import Field, TableSpec
from vitri.data.fold import clean_text, code_from, fold
from vitri.data.folder import (
    Rows,
    drop_blank_rows,
    file_finding,
    missing_model,
    name_columns,
    rectangle,
    unknown_table,
    unused_model,
)
from vitri.data.instance import Instance
from vitri.data.scenario_file import MODEL_FILE, SETTINGS, read_settings
from vitri.data.tables import TABLES
from vitri.data.workbook_text import (
    FILE_SHEET,
    GUIDE_SHEET,
    INFO_SHEET,
    LIST_SHEET,
    MODEL_COLUMNS,
    MODEL_SHEET,
    VARIANT_COLUMNS,
    VARIANT_SHEET,
    model_from,
    variants_from,
)
from vitri.errors import Finding, Findings
from vitri.i18n import N_

Grid = list[list[Any]]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class _Sheets:
    """The sheets of a workbook, sorted by what they are."""

    info: Grid | None = None
    variants: Grid | None = None
    model: Grid | None = None
    files: list[Grid] = field(default_factory=list)
    tables: dict[str, list[tuple[str, Grid]]] = field(default_factory=dict)


def check_workbook(path: Path) -> tuple[Instance | None, Findings]:
    """Read and check a workbook; return the instance (None if there are errors) and all findings."""
    findings: list[Finding] = []
    sheets = _open(path, findings)
    if sheets is None:
        return None, Findings.of(findings)
    raw_settings = _settings(sheets.info, path.name, findings)
    code = code_from(path.stem) or "scenario"
    settings = read_settings(raw_settings or {}, INFO_SHEET, code)
    if raw_settings is not None:
        findings += settings.findings
    raws = {name: _raw_table(TABLES[name], parts) for name, parts in sheets.tables.items()}
    model = None
    if sheets.model is not None:
        model, found = model_from(_records(sheets.model, MODEL_COLUMNS, _toml_text))
        findings += found
    if settings.info.model == MODEL_FILE and not model:
        findings.append(missing_model())
    elif model and settings.info.model != MODEL_FILE:
        findings.append(unused_model(settings.info.model))
    variants, found = variants_from(_records(sheets.variants or [], VARIANT_COLUMNS, cell_text))
    findings += found
    draft = build_draft(settings.info, raws, horizon_known=settings.horizon_known)
    result = Findings.of([*findings, *draft.ordered()])
    if result.errors:
        return None, result
    instance = instance_of(
        draft,
        local_model=model or None,
        variants=MappingProxyType(variants),
        variant_files=MappingProxyType(_files(sheets.files)),
    )
    return instance, result


def _open(path: Path, findings: list[Finding]) -> _Sheets | None:
    """Open a workbook and sort its sheets; None, with one finding, if it cannot be read."""
    import python_calamine

    name = path.name
    try:
        content = path.read_bytes()
    except OSError:
        message, advice = N_("{file} cannot be opened."), N_("Close it elsewhere and check its rights.")
        findings.append(file_finding("missing_file", name, message, advice))
        return None
    if content.startswith(_OLE) and _ENCRYPTED in content:
        message, advice = N_("{file} has a password."), N_("Save a copy without a password.")
        findings.append(file_finding("locked_workbook", name, message, advice))
        return None
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        grids = {title: book.get_sheet_by_name(title) for title in book.sheet_names}
        cells = {title: sheet.to_python(skip_empty_area=False) for title, sheet in grids.items()}
    except Exception:
        message = N_("{file} is damaged or is not a workbook.")
        advice = N_("Open it in a spreadsheet program and save it again as .xlsx.")
        findings.append(file_finding("broken_workbook", name, message, advice))
        return None
    return _sorted(cells, findings)


def _sorted(cells: dict[str, Grid], findings: list[Finding]) -> _Sheets:
    sheets = _Sheets()
    by_title: dict[str, str] = {}
    for spec in TABLES.values():
        for title in (spec.title_en, spec.name, spec.sheet):
            by_title[_plain(title)] = spec.name
    special = {_plain(GUIDE_SHEET), _plain(LIST_SHEET)}
    numbered: list[tuple[str, int, str]] = []
    for title in cells:
        plain = _plain(title)
        found = re.fullmatch(r"(.+?)\s*\(?(\d+)\)?", plain)
        if plain == _plain(INFO_SHEET):
            sheets.info = cells[title]
        elif plain == _plain(VARIANT_SHEET):
            sheets.variants = cells[title]
        elif plain == _plain(MODEL_SHEET):
            sheets.model = cells[title]
        elif plain in by_title:
            numbered.append((by_title[plain], 1, title))
        elif found and found[1] in by_title:
            numbered.append((by_title[found[1]], int(found[2]), title))
        elif found and found[1] == _plain(FILE_SHEET):
            sheets.files.append(cells[title])
        elif plain not in special and any(any(value != "" for value in row) for row in cells[title]):
            findings.append(unknown_table(title, [spec.sheet for spec in TABLES.values()]))
    for table, _, title in sorted(numbered):
        sheets.tables.setdefault(table, []).append((title, cells[title]))
    return sheets


def _plain(title: str) -> str:
    return " ".join(clean_text(title).casefold().split())


def _settings(grid: Grid | None, file: str, findings: list[Finding]) -> dict[str, Any] | None:
    """Return the keys and values of the sheet of settings."""
    if grid is None:
        findings.append(
            file_finding(
                "missing_file",
                file,
                N_('{file} has no sheet "{sheet}".'),
                N_("Run `vitri template` for a blank one."),
                sheet=INFO_SHEET,
            )
        )
        return None
    titles = {fold(title): field.name for field in SETTINGS for title in (field.title_en, field.title_vi)}
    names = {field.name for field in SETTINGS}
    values: dict[str, Any] = {}
    for number, row in enumerate(grid):
        key = clean_text(cell_text(row[0])) if row else ""
        heading = number < 2 and fold(key) in {"key", "khoa", "khoá"}
        if not key or heading:
            continue
        if key not in names:
            key = titles.get(fold(key), key)
        value = row[1] if len(row) > 1 else ""
        month = next((f.type == "month" for f in SETTINGS if f.name == key), False)
        if month and isinstance(value, dt.date):
            value = f"{value:%Y-%m}"
        values[key] = clean_text(cell_text(value))
    return values


def _records(grid: Grid, columns: Sequence[str], text: Callable[[Any], str]) -> list[tuple[str, ...]]:
    """Return the rows of a sheet of fixed columns as texts; the two rows of titles are left out."""
    header = 0
    for number, row in enumerate(grid[:2]):
        if [_plain(cell_text(value)) for value in row[: len(columns)]] == [*columns]:
            header = number
    rows: list[tuple[str, ...]] = []
    for row in grid[header + 1 :]:
        cells = [clean_text(text(value)) for value in row[: len(columns)]]
        rows.append(tuple([*cells, *[""] * len(columns)][: len(columns)]))
    return rows


def _toml_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell_text(value)


def _files(grids: list[Grid]) -> dict[str, Rows]:
    files: dict[str, Rows] = {}
    for grid in grids:
        name = clean_text(cell_text(grid[0][0])) if grid and grid[0] else ""
        if name:
            files[name] = rectangle([cell_text(value) for value in row] for row in grid[1:])
    return files


def column_letter(number: int) -> str:
    """Return the letters of a spreadsheet column counted from 0: 0 → A, 26 → AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _header(spec: TableSpec, grid: Grid) -> tuple[list[str], int]:
    """Return the column names of a sheet and the number of rows above the data.

    Row 2 holds the names; without it, row 1 does, or its titles (in either language) are matched.
    """
    known = {*spec.columns, "unit_hours"}
    rows = [[clean_text(cell_text(value)) for value in row] for row in grid[:2]]
    for number, row in reversed(list(enumerate(rows))):
        given = [cell for cell in row if cell]
        hits = sum(cell in known or cell.startswith("x_") for cell in given)
        if given and hits * 2 >= len(given):
            return row, number + 1
    titles = {fold(title): f.name for f in spec for title in (f.title_en, f.title_vi)}
    for f in spec:
        if f.name == "unit_minutes":
            titles |= {fold(f"{title} (giờ)"): "unit_hours" for title in (f.title_vi, f.title_en)}
            titles |= {fold(f"{title} (hours)"): "unit_hours" for title in (f.title_vi, f.title_en)}
    first = rows[0] if rows else []
    return [titles.get(fold(cell.rstrip("* ")), cell) for cell in first], 1 if rows else 0


def _raw_table(spec: TableSpec, parts: list[tuple[str, Grid]]) -> RawTable:
    """Return the sheets of one table as one raw table; later parts may order their columns otherwise."""
    tables = [sheet_table(spec, title, grid) for title, grid in parts]
    if len(tables) == 1:
        return tables[0]
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    columns = {
        name: _joined([table.columns.get(name) for table in tables], [table.rows for table in tables])
        for name in names
    }
    month_dates: dict[str, list[int]] = {}
    before = 0
    for table in tables:
        for name, rows in table.month_dates.items():
            month_dates.setdefault(name, []).extend(before + row for row in rows)
        before += table.rows
    return RawTable(
        columns,
        np.concatenate([table.row_numbers for table in tables]),
        [title for title, _ in parts],
        np.repeat(np.arange(len(tables)), [table.rows for table in tables]),
        {**tables[-1].letters, **tables[0].letters},
        [name for table in tables for name in table.repeated],
        month_dates,
    )


def _joined(columns: list[RawColumn | None], rows: list[int]) -> RawColumn:
    texts: list[str] = [""]
    codes: list[np.ndarray] = []
    for column, count in zip(columns, rows, strict=True):
        if column is None:
            codes.append(np.zeros(count, dtype=np.int64))
            continue
        codes.append(column.codes + len(texts))
        texts += column.texts
    return RawColumn(np.concatenate(codes), texts)


def sheet_table(spec: TableSpec, title: str, grid: Grid) -> RawTable:
    """Return one grid of cells, its titles or column names in the first two rows, as a raw table."""
    header, skip = _header(spec, grid)
    width = len(header)
    cells: list[Sequence[Any]] = (
        list(zip(*(row[:width] for row in grid[skip:]), strict=True)) if width else []
    )
    if not cells:
        cells = [()] * width
    columns: list[RawColumn] = []
    dates: dict[str, list[int]] = {}
    for name, values in zip(header, cells, strict=True):
        field_ = spec.by_name.get(name)
        column, found = _column(field_, values)
        columns.append(column)
        if found:
            dates[name] = found
    numbers = np.arange(skip + 1, skip + 1 + (len(cells[0]) if cells else 0))
    kept = drop_blank_rows(columns)
    if dates:
        where = {int(row): position for position, row in enumerate(kept)}
        dates = {name: [where[row] for row in rows] for name, rows in dates.items()}
    named, repeated = name_columns(header, columns)
    letters: dict[str, str] = {}
    for number, name in enumerate(header):
        letters.setdefault(name, column_letter(number))
    return RawTable(
        named, numbers[kept], [title], np.zeros(len(kept), dtype=np.int64), letters, repeated, dates
    )


def _column(field_: Field | None, values: Sequence[Any]) -> tuple[RawColumn, list[int]]:
    """Return one column of cells as texts, and the rows where a period had become a date."""
    kind = field_.type if field_ else "text"
    if kind not in {"month", "period"}:
        texts = np.empty(len(values), dtype=object)
        texts[:] = [value if type(value) is str else cell_text(value) for value in values]
        return raw_column(texts), []
    found: list[int] = []
    written: list[str] = []
    for row, value in enumerate(values):
        if isinstance(value, dt.date) and (kind == "month" or value.day == 1):
            found.append(row)
            written.append(f"{value:%Y-%m}")
        else:
            written.append(cell_text(value))
    array = np.empty(len(values), dtype=object)
    array[:] = written
    return raw_column(array), found if kind == "period" else []
