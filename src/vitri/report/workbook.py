"""`write_workbook`: from a result to the formatted workbook a planner prints."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

from vitri.data.instance import Instance
from vitri.i18n import Lang, tr
from vitri.report import (
    assignments,
    catalogue,
    charts,
    combined,
    converted,
    load,
    notes,
    offices,
    positions,
    reasons,
    staffing,
    summary,
    workload,
)
from vitri.report.book import Book
from vitri.report.names import NameTable
from vitri.report.source import Source, text
from vitri.report.styles import FONT, SIZE

_SHEETS = (
    catalogue,
    positions,
    offices,
    combined,
    staffing,
    assignments,
    converted,
    load,
    workload,
    reasons,
    notes,
    charts,
)


def write_workbook(
    result: Any,
    path: str | os.PathLike[str],
    lang: Lang = "vi",
    names: NameTable | None = None,
    *,
    model: Any = None,
    instance: Instance | None = None,
) -> Path:
    """Write a result as one workbook of twelve printable sheets, thirteen with converted products.

    Returns its path.

    Parameters
    ----------
    result
        Anything with ``info`` (a mapping) and ``tables`` (name → DataFrame); its ``instance`` and ``model``
        are used where it has them.
    path
        The file to write. It is written under another name first, so that a failure leaves no half file.
    lang
        Language of titles and sentences: ``vi`` or ``en``. Names come from the data.
    names
        Table → code → name (see `names_of`), wins over the names of the instance.
    model
        The planning model in force, for ranks, bands and sources; blank uses ``result.model``.
    instance
        The scenario, for names and settings; blank uses ``result.instance``.

    Raises
    ------
    OSError
        If the file cannot be written, for example because it is open in a spreadsheet program.
    """
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            source = Source(result, lang, names, model, instance)
            _properties(workbook, source)
            book = Book(workbook, source)
            first = summary.add(book)
            for sheet in _SHEETS:
                sheet.add(book)
            summary.contents(book, first)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _properties(workbook: Any, source: Source) -> None:
    # The creation time is that of the run, so that the same run gives the same bytes.
    started = text(source.info.get("started_at"))
    try:
        created = dt.datetime.fromisoformat(started).replace(tzinfo=None)
    except ValueError:
        created = dt.datetime(2000, 1, 1)
    workbook.set_properties(
        {
            "title": source.title,
            "subject": tr("Proposed job positions and staffing: summary", source.lang),
            "author": "vitri",
            "comments": tr("Simulated data", source.lang) if source.synthetic else "",
            "created": created,
        }
    )
