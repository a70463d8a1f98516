"""Sheet: posts of every office, today and proposed, with ceiling, workload and the value of a post."""

from __future__ import annotations

from vitri.i18n import N_, tr
from vitri.report.book import Book, section_number
from vitri.report.figures import OfficeFigures
from vitri.report.source import Source
from vitri.report.table import SERIAL, Column, Minus, Ratio, Table
from vitri.report.words import ceiling_words

NAME = N_("Posts by office")
_POSTS, _CEILING, _WORK = N_("Posts"), N_("Ceiling"), N_("Workload")
COLUMNS = (
    SERIAL,
    Column("name", N_("Office"), 30),
    Column("now", N_("Now"), 7.5, "int", _POSTS, total=True),
    Column("posts", N_("Proposed"), 8.5, "int", _POSTS, total=True),
    Column("change", N_("Change"), 8, "change", _POSTS, rule=Minus("posts", "now")),
    Column("bound", N_("Proven least"), 9, "int", _POSTS, total=True),
    Column("ceiling", N_("Ceiling posts"), 8, "int", _CEILING, total=True),
    Column("left", N_("Left"), 7.5, "change", _CEILING, total=True, rule=Minus("ceiling", "posts")),
    Column("status", N_("Ceiling status"), 20, "text", _CEILING),
    Column("hours", N_("Hours"), 11, "hours", _WORK, total=True),
    Column("fte", N_("Full-time equivalent (FTE)"), 10, "fte", _WORK, total=True),
    Column("estimated", N_("Estimated hours"), 11, "hours", _WORK, total=True),
    Column("share", N_("Estimated share"), 8.5, "percent", _WORK, rule=Ratio("estimated", "hours")),
    Column("value", N_("Hours one more post would save"), 11.5, "hours"),
)


def add(book: Book) -> None:
    """Write one row an office, by area where there are several; keep the cells that charts need."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("Posts by office: today and proposed", book.lang))
    if not book.offices:
        table.sheet.sentence(tr("The run holds no office.", book.lang))
        return
    table.header()
    areas = _areas(source)
    for order, (area, offices) in enumerate(areas.items(), 1):
        if len(areas) > 1:
            table.section(source.names("areas", area), section_number(order, len(areas)))
        for serial, office in enumerate(offices, 1):
            _row(book, table, office, serial)
    table.finish(tr("Total", book.lang))
    _notes(book, table)


def _row(book: Book, table: Table, office: str, serial: int) -> None:
    figures = book.offices[office]
    row = table.write(
        {
            "tt": str(serial),
            "name": book.source.office(office),
            "now": figures.now,
            "posts": figures.posts,
            "bound": figures.bound,
            "ceiling": figures.ceiling,
            "status": _status(book.source, figures),
            "hours": figures.minutes / 60,
            "fte": figures.fte,
            "estimated": figures.estimated_minutes / 60,
            "value": None if figures.value_minutes is None else figures.value_minutes / 60,
        }
    )
    for key in ("now", "posts", "fte", "share"):
        book.cells[key, office] = table.address(row, key)


def _status(source: Source, figures: OfficeFigures) -> str:
    if not figures.ceiling_status:
        return "" if figures.ceiling is not None else tr("no ceiling", source.lang)
    return ceiling_words(
        figures.ceiling_status, str(source.setting("quota", "if_unassigned", "")), source.lang
    )


def _areas(source: Source) -> dict[str, list[str]]:
    of = source.attribute("offices", "area")
    areas: dict[str, list[str]] = {}
    for area in source.in_order("areas", (of.get(office, "") for office in source.offices)):
        areas[area] = [office for office in source.offices if of.get(office, "") == area]
    return areas


def _notes(book: Book, table: Table) -> None:
    sheet, lang = table.sheet, book.lang
    sheet.row += 1
    sheet.note(
        tr(
            "FTE: hours of work divided by the working-time fund of one post over the period. Posts are "
            "rounded by pool within an office, never position by position.",
            lang,
        )
    )
    sheet.note(
        tr(
            "Proven least: no plan that keeps every rule can have fewer posts. Estimated share: work "
            "estimated for organisations that did not register.",
            lang,
        )
    )
    sheet.note(
        tr(
            "Hours one more post would save: work left undone, or done in overtime, that one more post would "
            "take over in the period.",
            lang,
        )
    )
