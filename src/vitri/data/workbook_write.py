"""Write an instance as one workbook, the equal of its folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.choices import YES_NO
from vitri.data.fields import Field, scale
from vitri.data.instance import Instance
from vitri.data.scenario_file import settings_values
from vitri.data.tables import TABLES
from vitri.data.workbook_sheets import Book, add_rows, add_settings, add_table, close_book, open_book
from vitri.data.workbook_text import (
    FILE_SHEET,
    MODEL_COLUMNS,
    MODEL_SHEET,
    VARIANT_COLUMNS,
    VARIANT_SHEET,
    model_rows,
    variant_rows,
)
from vitri.i18n import N_, Lang, tr

SHEET_ROWS = 1_048_573
"""The most data rows of one sheet; a longer table goes on in a second one."""
_LARGE = 400_000


def into_place(path: str | os.PathLike[str], write: Callable[[Path], None]) -> Path:
    """Let a file be written under a temporary name beside its place, then move it there."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        write(scratch)
        scratch.chmod(0o644)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return target


def write_workbook(instance: Instance, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write an instance as one workbook and return its path; nothing is written if it fails."""
    return into_place(path, lambda scratch: _write(instance, scratch, lang))


def _write(instance: Instance, path: Path, lang: Lang) -> None:
    cells = sum(len(instance.tables[name]) * 16 for name in instance.present)
    book = open_book(path, lang, large=cells > _LARGE)
    add_settings(book, settings_values(instance.info))
    for name, spec in TABLES.items():
        if name not in instance.present:
            continue
        frame = instance.tables[name]
        columns = [str(column) for column in frame.columns]
        for part, start in enumerate(range(0, max(len(frame), 1), SHEET_ROWS), start=1):
            title = spec.sheet if part == 1 else f"{spec.sheet} {part}"
            add_table(book, title, spec, columns, _rows(frame.iloc[start : start + SHEET_ROWS], name, lang))
    _add_rest(book, instance, lang)
    close_book(book)


def _add_rest(book: Book, instance: Instance, lang: Lang) -> None:
    if instance.variants:
        titles = (
            tr(N_("Variant"), lang),
            tr(N_("Order"), lang),
            tr(N_("What to change"), lang),
            tr(N_("Where"), lang),
            tr(N_("Values"), lang),
            tr(N_("Why"), lang),
        )
        add_rows(book, VARIANT_SHEET, VARIANT_COLUMNS, titles, variant_rows(instance.variants))
    for number, (file, rows) in enumerate(instance.variant_files.items(), start=1):
        sheet = book.book.add_worksheet(f"{FILE_SHEET} {number}")
        for row, cells in enumerate([(file,), *rows]):
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, book.format("text"))
    if instance.local_model:
        heads = (tr(N_("Key"), lang), tr(N_("Value"), lang), tr(N_("Source"), lang), tr(N_("Date"), lang))
        add_rows(book, MODEL_SHEET, MODEL_COLUMNS, heads, model_rows(instance.local_model))


def _rows(frame: pd.DataFrame, table: str, lang: Lang) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a typed table as the values of cells; None is blank."""
    fields = TABLES[table].by_name
    columns = [_cells(frame[column], fields.get(str(column)), lang) for column in frame.columns]
    return iter(zip(*columns, strict=True))


def _cells(series: pd.Series, field: Field | None, lang: Lang) -> list[Any]:
    codes, distinct = pd.factorize(series)
    values = np.empty(len(distinct) + 1, dtype=object)
    values[:-1] = [_cell(value, field, lang) for value in distinct]
    return list(values[codes])


def _cell(value: Any, field: Field | None, lang: Lang) -> Any:
    if field is None:
        return str(value)
    if field.is_number:
        divisor = scale(field.type)
        return int(value) if divisor == 1 else int(value) / divisor
    if field.type == "bool":
        return YES_NO[0 if value else 1].label(lang)
    if field.type == "date":
        return pd.Timestamp(value).date()
    if field.choices:
        return field.choice_label(str(value), lang)
    return str(value)
