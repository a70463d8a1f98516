"""Sheet: converted products of NĐ 335/2025, by person and month; only where the run has them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from vitri.i18n import N_, Lang, month_text, tr
from vitri.report.book import Book, section_number
from vitri.report.periods import Period, periods
from vitri.report.source import Source, numbers, texts
from vitri.report.styles import FONT, SIZE
from vitri.report.table import SERIAL, Column, Sum, Table

NAME = N_("Converted products")
LINES = N_("Converted products by line")
_SHARES = ("quantity", "quality", "progress", "result")
_AMOUNTS = ("converted_dec2", "compared_dec2", "done_converted_dec2")
#: One person's figures: month → column → value.
Months = dict[str, dict[str, float]]


def columns_of(spans: list[Period], outcomes: bool) -> tuple[Column, ...]:
    """Return the columns: official, products by period and in all; what was done, where told."""
    times = tuple(
        Column(span.key, span.title, 7.7, "fte", span.over, True, literal=True, literal_over=True)
        for span in spans
    )
    keys = tuple(span.key for span in spans)
    shown: tuple[Column, ...] = (
        SERIAL,
        Column("official", N_("Official (code)"), 15, "code"),
        *times,
        Column("all", N_("Whole period"), 9.5, "fte", rule=Sum(keys[0], keys[-1], keys)),
    )
    if outcomes:
        shown += (
            Column("done", N_("Done"), 9, "fte", total=True),
            Column("quantity", N_("Quantity (a)"), 8, "percent"),
            Column("quality", N_("Quality (b)"), 8, "percent"),
            Column("progress", N_("Progress (c)"), 8, "percent"),
            Column("result", N_("Result (a + b + c)/3"), 10, "percent"),
        )
    return shown


def add(book: Book) -> None:
    """Write, office by office, each person's converted products by month; nothing without the table."""
    source, lang = book.source, book.lang
    work = _work(source)
    months = sorted({month for people in work.values() for found in people.values() for month in found})
    spans = periods(months, lang)
    if not spans:
        return
    outcomes = any(
        "done_converted_dec2" in row
        for people in work.values()
        for m in people.values()
        for row in m.values()
    )
    table = book.table(NAME, columns_of(spans, outcomes), landscape=True)
    table.sheet.title(
        tr("Converted products by person and month (NĐ 335/2025/NĐ-CP)", lang),
        unit=tr("Unit: converted products", lang),
    )
    _remarks(book, table, outcomes)
    table.header()
    offices = source.in_order("offices", work)
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        for serial, who in enumerate(sorted(work[office]), 1):
            found = work[office][who]
            values: dict[str, str | float | None] = {
                span.key: sum(found[m].get("converted_dec2", 0) for m in span.months if m in found) / 100
                for span in spans
            }
            table.write({"tt": str(serial), "official": who, **values, **_judged(found)})
    table.finish(tr("Total", lang))


def _remarks(book: Book, table: Table, outcomes: bool) -> None:
    """Say that the factors are provisional, and how a result is counted."""
    lang, sheet = book.lang, table.sheet
    rule = getattr(book.source.model, "conversion", None)
    replace = str(getattr(rule, "replace", "") or "")
    banner = tr("The factors K are provisional: they await the official table.", lang)
    sheet.across(f"{banner} ({replace})" if replace else banner, "banner", 12, bold=True)
    if outcomes:
        sheet.note(
            tr(
                "Result: (a + b + c)/3 of the months whose outcome is told, several months weighted by their "
                "products, as implementers count it (assumption); not given for leaders, who have further "
                "criteria.",
                lang,
            )
        )
    sheet.row += 1


def _judged(found: Months) -> dict[str, float | None]:
    """Return what was done in the months whose outcome is told: the mean of their shares, by products."""
    told = [row for row in found.values() if "done_converted_dec2" in row]
    if not told:
        return {}
    shares: dict[str, float | None] = {"done": sum(row["done_converted_dec2"] for row in told) / 100}
    for name in _SHARES:
        known = [(row[f"{name}_pct"], row["compared_dec2"]) for row in told if f"{name}_pct" in row]
        weight = sum(part for _, part in known)
        shares[name] = sum(value * part for value, part in known) / weight / 10_000 if weight else None
    return shares


def _work(source: Source) -> dict[str, dict[str, Months]]:
    """Return office → person → month → figures that are given."""
    names = [*_AMOUNTS, *(f"{name}_pct" for name in _SHARES)]
    frame = source.table("converted_people", "office", "official", "month", *names)
    keys = zip(*(texts(frame[name]) for name in ("office", "official", "month")), strict=True)
    values = zip(*(numbers(frame[name]) for name in names), strict=True)
    work: dict[str, dict[str, Months]] = {}
    for (office, who, month), row in zip(keys, values, strict=True):
        figures = {name: float(value) for name, value in zip(names, row, strict=True) if value == value}
        work.setdefault(office, {}).setdefault(who, {})[month] = figures
    return work


def _lines(book: Book) -> None:
    """Write every line of the table as it stands, for filtering."""
    source, lang = book.source, book.lang
    columns = (
        Column("office", N_("Office"), 24),
        Column("official", N_("Official (code)"), 13, "code"),
        Column("month", N_("Month"), 10, "code"),
        Column("registration", N_("Registration"), 18, "code"),
        Column("quantity_dec2", N_("Quantity"), 11, "fte", total=True),
        Column("conversion_k_dec3", N_("Factor K"), 9, "fte"),
        Column("converted_dec2", N_("Converted"), 11, "fte", total=True),
        Column("done_converted_dec2", N_("Done"), 11, "fte", total=True),
        Column("quality_pct", N_("Quality (b)"), 9, "percent"),
        Column("progress_pct", N_("Progress (c)"), 9, "percent"),
    )
    table = book.table(LINES, columns, landscape=True)
    table.sheet.title(tr("Converted products by line of work", lang))
    table.header()
    frame = source.table("converted", *(column.key for column in columns))
    scale = {"conversion_k_dec3": 1000, "quality_pct": 10_000, "progress_pct": 10_000}
    keys = zip(*(texts(frame[column.key]) for column in columns[:4]), strict=True)
    values = zip(*(numbers(frame[column.key]) for column in columns[4:]), strict=True)
    for (office, who, month, line), row in zip(keys, values, strict=True):
        figures = {
            column.key: None if value != value else float(value) / scale.get(column.key, 100)
            for column, value in zip(columns[4:], row, strict=True)
        }
        nobody = tr("nobody", lang)
        table.write(
            {
                "office": source.office(office), "official": who or nobody,
                "month": month_text(month, lang),
                "registration": line, **figures,
            }
        )  # fmt: skip
    table.finish(tr("Total", lang))


def write_converted(result: Any, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the converted products of a result as a workbook of two sheets: by person, and line by line.

    `result` is anything with ``info``, ``tables``, ``instance`` and ``model``. Raises OSError if the file
    cannot be written.
    """
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            book = Book(workbook, Source(result, lang))
            add(book)
            _lines(book)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target
