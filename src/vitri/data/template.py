"""The blank workbook: every table with dropdowns and notes, and a page that says how to fill it in."""

from __future__ import annotations

import os
from pathlib import Path

from vitri.data.scenario_file import SCHEMA
from vitri.data.tables import TABLES
from vitri.data.workbook_sheets import Book, add_settings, add_table, close_book, open_book
from vitri.data.workbook_text import GUIDE_SHEET, INFO_SHEET
from vitri.data.workbook_write import into_place
from vitri.i18n import N_, Lang, tr

_LEFT_OUT = ("history", "previous_assignments")
"""Tables that the application writes itself."""

_STEPS = (
    N_('1. Sheet "{info}": name the scenario, its planning model and the months to plan.'),
    N_("2. Dark blue tabs: the four tables that a first plan needs. Dark blue titles must be filled in."),
    N_("3. Green tabs make the plan better, grey ones are for special needs; leave them blank if unused."),
    N_("4. Point at a title to read what goes into its column. Row 2 holds the names of columns: leave it."),
    N_(
        "5. Codes are short, without marks or spaces, and the same everywhere. Ranks such as 01.003 are text."
    ),
    N_("6. A blank cell means not given; write 0 for none. Several codes in one cell are split by ;"),
    N_("7. Then run `vitri check FILE`: every mistake is shown at once, with its cell and what to do."),
)
_LEVELS = {"needed": N_("needed"), "recommended": N_("recommended"), "optional": N_("optional")}


def write_template(path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the blank workbook and return its path."""
    return into_place(path, lambda scratch: _write(scratch, lang))


def _write(path: Path, lang: Lang) -> None:
    book = open_book(path, lang)
    _guide(book)
    add_settings(book, {"schema": SCHEMA})
    for name, spec in TABLES.items():
        if name not in _LEFT_OUT:
            add_table(book, spec.sheet, spec, spec.columns)
    close_book(book)


def _guide(book: Book) -> None:
    lang = book.lang
    sheet = book.book.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, 26, book.format("wrap"))
    sheet.set_column(1, 1, 14, book.format("wrap"))
    sheet.set_column(2, 2, 90, book.format("wrap"))
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, tr(N_("How to fill in this workbook"), lang), book.format("h1"))
    row = 2
    for step in _STEPS:
        sheet.merge_range(row, 0, row, 2, tr(step, lang, info=INFO_SHEET), book.format("wrap"))
        row += 1
    row += 1
    for column, title in enumerate((tr(N_("Sheet"), lang), tr(N_("Level"), lang), tr(N_("Meaning"), lang))):
        sheet.write_string(row, column, title, book.format("title"))
    for name, spec in TABLES.items():
        if name in _LEFT_OUT:
            continue
        row += 1
        link = f"internal:'{spec.sheet}'!A1"
        sheet.write_url(
            row, 0, link, string=spec.sheet if lang == "vi" else f"{spec.sheet} ({spec.title_en})"
        )
        sheet.write_string(row, 1, tr(_LEVELS[spec.level], lang), book.format("wrap"))
        sheet.write_string(row, 2, spec.help_vi if lang == "vi" else spec.help_en, book.format("wrap"))
