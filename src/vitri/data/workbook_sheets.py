"""How the sheets of a data workbook look: titles, notes, dropdowns, formats; shared with the template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from vitri.data.choices import YES_NO
from vitri.data.fields import Choice, Field, TableSpec
from vitri.data.parse_numbers import range_text
from vitri.data.parse_times import FIRST_YEAR, LAST_YEAR
from vitri.data.scenario_file import SETTINGS
from vitri.data.tables import TABLES
from vitri.data.workbook import column_letter
from vitri.data.workbook_text import INFO_SHEET, LIST_SHEET
from vitri.i18n import N_, Lang, number, tr

FIRST_ROW = 2
"""The first data row, counted from 0: below the titles and the names."""
LAST_ROW = 1_048_575
_LIST_ROWS = 5_000
_PAGE_WIDTH = 190
_TAB = {"needed": "#1F4E79", "recommended": "#2E9E6B", "optional": "#9AA5B1"}
_WIDTHS = {"text": 34, "list": 20, "code": 15, "enum": 18, "date": 12, "datetime": 26}


@dataclass
class Book:
    """A workbook being written: the xlsxwriter objects and the ranges of its dropdowns."""

    book: Any
    lang: Lang
    formats: dict[str, Any] = field(default_factory=dict)
    lists: dict[tuple[Choice, ...], str] = field(default_factory=dict)
    list_columns: list[list[str]] = field(default_factory=list)

    def format(self, name: str) -> Any:
        """Return one of the named cell formats."""
        return self.formats[name]

    def choices_range(self, choices: tuple[Choice, ...]) -> str:
        """Return the range that holds the labels of an enumeration, on the sheet of lists."""
        if choices not in self.lists:
            letter = column_letter(len(self.list_columns))
            labels = [choice.label(self.lang) for choice in choices]
            self.list_columns.append(labels)
            self.lists[choices] = f"='{LIST_SHEET}'!${letter}$1:${letter}${len(labels)}"
        return self.lists[choices]


def open_book(path: Path, lang: Lang, *, large: bool = False) -> Book:
    """Start a workbook at a path."""
    import xlsxwriter

    options = {"constant_memory": large, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    # A fixed date keeps two files of the same content alike.
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "border_color": "#C5CCD3"}
    formats: dict[str, dict[str, Any]] = {
        "needed": {**head, "bg_color": "#1F4E79", "font_color": "#FFFFFF"},
        "title": {**head, "bg_color": "#DCE6F1"},
        "name": {"font_color": "#7F8A94", "font_size": 8, "italic": True, "bottom": 1, "num_format": "@"},
        "text": {"num_format": "@", "valign": "top"},
        "wrap": {"num_format": "@", "valign": "top", "text_wrap": True},
        "date": {"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"},
        "int": {"num_format": "#,##0", "valign": "top"},
        "number": {"num_format": "General", "valign": "top"},
        "link": {"font_color": "#1F4E79", "underline": 1, "valign": "top"},
        "h1": {"bold": True, "font_size": 14},
        "h2": {"bold": True, "font_size": 11, "font_color": "#1F4E79"},
    }
    made = {
        name: book.add_format({"font_name": "Arial", "font_size": 10, **f}) for name, f in formats.items()
    }
    return Book(book, lang, made)


def cell_format(field_: Field) -> str:
    """Return the name of the cell format of a field."""
    if field_.type == "date":
        return "date"
    if field_.is_number:
        return "int" if field_.type == "int" and field_.name not in {"year", "month", "line"} else "number"
    return "wrap" if field_.type == "text" else "text"


def note_of(field_: Field, lang: Lang) -> str:
    """Return the note on a column's title: help, unit, range, default."""
    lines = [field_.help(lang)]
    if field_.unit(lang):
        lines.append(tr(N_("Unit: {unit}."), lang, unit=field_.unit(lang)))
    allowed, limits = range_text(field_)
    if allowed:
        shown = {name: number(value, lang) for name, value in limits.items() if isinstance(value, Decimal)}
        lines.append(tr(N_("Allowed: {range}."), lang, range=tr(allowed, lang, **shown)))
    default = field_.default_vi if lang == "vi" else field_.default_en
    if field_.default is not None:
        choices = YES_NO if field_.type == "bool" else field_.choices
        label = next(
            (choice.label(lang) for choice in choices if choice.code == field_.default), field_.default
        )
        default = label if not field_.is_number else number(Decimal(field_.default), lang)
    if default:
        lines.append(tr(N_("Blank means: {default}."), lang, default=default))
    if field_.required:
        lines.append(tr(N_("Required."), lang))
    return "\n".join(lines)


def add_table(
    book: Book, title: str, spec: TableSpec, columns: Sequence[str], rows: Iterable[Sequence[Any]] = ()
) -> None:
    """Write one sheet of a table: titles, names, notes, dropdowns, and typed cells (None is blank)."""
    sheet = book.book.add_worksheet(title)
    sheet.set_tab_color(_TAB[spec.level])
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0, 1)
    fields = [spec.by_name.get(name) for name in columns]
    formats = [book.format(cell_format(f) if f else "text") for f in fields]
    total = 0
    for number_, (field_, form) in enumerate(zip(fields, formats, strict=True)):
        width = _WIDTHS.get(field_.type, 13) if field_ else 20
        sheet.set_column(number_, number_, width, form)
        total += width
    # A4 across holds about 190 characters at a size that can still be read.
    sheet.fit_to_pages(-(-total // _PAGE_WIDTH), 0)
    sheet.set_row(0, 42)
    for number_, (name, field_) in enumerate(zip(columns, fields, strict=True)):
        style = book.format("needed" if field_ and field_.required else "title")
        sheet.write_string(0, number_, field_.title(book.lang) if field_ else name, style)
        if field_:
            note = note_of(field_, book.lang)
            options = {"x_scale": 2, "y_scale": max(1.0, 0.35 * (note.count("\n") + 2)), "author": ""}
            sheet.write_comment(0, number_, note, options)
            _dropdown(book, sheet, number_, field_)
    for number_, name in enumerate(columns):
        sheet.write_string(1, number_, name, book.format("name"))
    for offset, row in enumerate(rows):
        for number_, value in enumerate(row):
            if value is not None:
                write_cell(sheet, FIRST_ROW + offset, number_, value, formats[number_])


def write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    """Write a typed value: a number, a date, or a text exactly as it is."""
    if isinstance(value, str):
        if value:
            sheet.write_string(row, column, value, form)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), form)
    elif value is not None:
        sheet.write_number(row, column, value, form)


def _dropdown(book: Book, sheet: Any, column: int, field_: Field) -> None:
    lang = book.lang
    rule: dict[str, Any]
    if field_.type == "bool" or (field_.choices and not field_.open_choices):
        choices = YES_NO if field_.type == "bool" else field_.choices
        rule = {"validate": "list", "source": book.choices_range(choices)}
        message = N_("Choose from the list.")
    elif field_.open_choices:
        rule = {"validate": "list", "source": book.choices_range(field_.choices), "show_error": False}
        message = ""
    elif field_.refers_to and field_.type == "code" and field_.refers_to[0] in TABLES:
        target = TABLES[field_.refers_to[0]]
        rule = {
            "validate": "list",
            "source": f"='{target.sheet}'!$A${FIRST_ROW + 1}:$A${_LIST_ROWS}",
            "show_error": False,
        }
        message = ""
    elif field_.is_number and field_.minimum is not None and field_.maximum is not None:
        rule = {
            "validate": "integer" if field_.type == "int" else "decimal",
            "criteria": "between",
            "minimum": float(field_.minimum),
            "maximum": float(field_.maximum),
        }
        message = N_("Give a number within the limits.")
    elif field_.type == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": dt.date(FIRST_YEAR, 1, 1),
            "maximum": dt.date(LAST_YEAR, 12, 31),
        }
        message = N_("Give a real date.")
    else:
        return
    if message:
        rule |= {"error_title": field_.title(lang)[:32], "error_message": tr(message, lang)}
    sheet.data_validation(FIRST_ROW, column, LAST_ROW, column, {"ignore_blank": True, **rule})


def add_settings(book: Book, values: dict[str, Any]) -> None:
    """Write the sheet of settings: key, value and what it means, with dropdowns."""
    sheet = book.book.add_worksheet(INFO_SHEET)
    sheet.set_tab_color(_TAB["needed"])
    sheet.set_column(0, 0, 20, book.format("text"))
    sheet.set_column(1, 1, 44, book.format("wrap"))
    sheet.set_column(2, 2, 80, book.format("wrap"))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(FIRST_ROW, 1)
    titles = (tr(N_("Key"), book.lang), tr(N_("Value"), book.lang), tr(N_("Meaning"), book.lang))
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, book.format("needed"))
    for column, name in enumerate(("key", "value", "meaning")):
        sheet.write_string(1, column, name, book.format("name"))
    for offset, field_ in enumerate(SETTINGS):
        row = FIRST_ROW + offset
        sheet.write_string(row, 0, field_.name, book.format("text"))
        value = setting_cell(field_, values.get(field_.name), book.lang)
        form = book.format("wrap" if not isinstance(value, dt.date) else "date")
        write_cell(sheet, row, 1, value, form)
        meaning = f"{field_.title(book.lang)}. {note_of(field_, book.lang)}".replace("\n", " ")
        sheet.write_string(row, 2, meaning, book.format("wrap"))
        choices = YES_NO if field_.type == "bool" else field_.choices
        if choices:
            rule = {"validate": "list", "source": book.choices_range(choices)}
            sheet.data_validation(row, 1, row, 1, rule)


def setting_cell(field_: Field, value: Any, lang: Lang) -> Any:
    """Return a setting as the value of its cell."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
        return next(choice.label(lang) for choice in YES_NO if choice.code == value)
    if field_.choices and isinstance(value, str):
        return field_.choice_label(value, lang)
    if isinstance(value, list | tuple):
        return ";".join(value)
    return value


def add_rows(
    book: Book, title: str, names: Sequence[str], titles: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write a sheet of fixed columns of text: titles, names, rows."""
    sheet = book.book.add_worksheet(title)
    sheet.freeze_panes(FIRST_ROW, 1)
    for column, (name, head) in enumerate(zip(names, titles, strict=True)):
        sheet.set_column(column, column, 26, book.format("wrap"))
        sheet.write_string(0, column, head, book.format("title"))
        sheet.write_string(1, column, name, book.format("name"))
    for offset, row in enumerate(rows):
        for column, value in enumerate(row):
            form = book.format("date" if isinstance(value, dt.date) else "wrap")
            write_cell(sheet, FIRST_ROW + offset, column, value, form)


def close_book(book: Book) -> None:
    """Write the sheet of lists, hidden, and close the file."""
    if book.list_columns:
        sheet = book.book.add_worksheet(LIST_SHEET)
        longest = max(len(labels) for labels in book.list_columns)
        for row in range(longest):
            for column, labels in enumerate(book.list_columns):
                if row < len(labels):
                    sheet.write_string(row, column, labels[row])
        sheet.hide()
    book.book.close()
