"""A printed table: columns, rows, sections with subtotals and a total, every formula with its true value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitri.i18n import N_, tr
from vitri.report.measure import column_pixels, lines_needed, row_height
from vitri.report.sheet import Sheet
from vitri.report.styles import SIZE, Kind, Role

Cell = str | int | float | None


@dataclass(frozen=True)
class Ratio:
    """One column over another, blank when the lower one is zero or blank."""

    top: str
    bottom: str

    def value(self, values: Mapping[str, Cell]) -> float | None:
        """Return the figure of one row."""
        top, bottom = _figure(values.get(self.top)), _figure(values.get(self.bottom))
        return None if top is None or not bottom else top / bottom

    def formula(self, place: Mapping[str, str]) -> str:
        """Return the spreadsheet formula of one row."""
        return f"={place[self.top]}/{place[self.bottom]}"


@dataclass(frozen=True)
class Minus:
    """One column less another, blank when either is blank."""

    left: str
    right: str

    def value(self, values: Mapping[str, Cell]) -> float | None:
        """Return the figure of one row."""
        left, right = _figure(values.get(self.left)), _figure(values.get(self.right))
        return None if left is None or right is None else left - right

    def formula(self, place: Mapping[str, str]) -> str:
        """Return the spreadsheet formula of one row."""
        return f"={place[self.left]}-{place[self.right]}"


@dataclass(frozen=True)
class Sum:
    """A run of columns side by side added up."""

    first: str
    last: str
    keys: tuple[str, ...]

    def value(self, values: Mapping[str, Cell]) -> float | None:
        """Return the figure of one row."""
        return sum(_figure(values.get(key)) or 0 for key in self.keys)

    def formula(self, place: Mapping[str, str]) -> str:
        """Return the spreadsheet formula of one row."""
        return f"=SUM({place[self.first]}:{place[self.last]})"


@dataclass(frozen=True)
class Column:
    """One column: `title` and `over` (a heading shared with its neighbours) are message ids.

    `width` is in spreadsheet characters; `total` columns are added up in sections and in the last row;
    a `rule` makes the column a formula of others, on every row; on summary rows `total` goes before `rule`.
    A `literal` title is not translated (month numbers, rank abbreviations), nor a `literal_over`.
    """

    key: str
    title: str
    width: float
    kind: Kind = "text"
    over: str = ""
    total: bool = False
    rule: Ratio | Minus | Sum | None = None
    literal: bool = False
    literal_over: bool = False


@dataclass
class _Section:
    level: int
    row: int
    number: str
    label: str
    sums: dict[str, float] = field(default_factory=dict)


class Table:
    """A table that is written downwards on a sheet; sections are closed, and added up, on their own."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column]) -> None:
        self.sheet = sheet
        self.columns = tuple(columns)
        self._at = {column.key: index for index, column in enumerate(self.columns)}
        self._open: list[_Section] = []
        self._sums: dict[str, float] = {}
        self._first = 0
        self.rows = 0
        summed = [index for index, column in enumerate(self.columns) if column.total or column.rule]
        self._label_end = max(1, (min(summed) if summed else len(self.columns)) - 1)

    def header(self, repeat: bool = True) -> None:
        """Write the header rows: shared headings, titles and, on the main table, column numbers."""
        sheet = self.sheet
        start = sheet.row
        two = any(column.over for column in self.columns)
        style = sheet.styles.fixed("header")
        if two:
            self._shared_headings(start, style)
            sheet.set_height(start, self._heading_height())
        titles = start + 1 if two else start
        lines = 1
        for index, column in enumerate(self.columns):
            title = self._title(column)
            if two and not column.over:
                sheet.merge(start, index, titles, index, title, style)
                lines = max(lines, lines_needed(title, column_pixels(column.width), SIZE, True) - 1)
            else:
                sheet.write(titles, index, title, style)
                lines = max(lines, lines_needed(title, column_pixels(column.width), SIZE, True))
        sheet.set_height(titles, row_height(lines, SIZE) + 3)
        sheet.row = titles + 1
        if repeat:
            for index in range(len(self.columns)):
                sheet.write(sheet.row, index, f"({index + 1})", sheet.styles.fixed("ordinal"))
            sheet.set_height(sheet.row, 13.5)
            sheet.row += 1
            sheet.repeat(start, sheet.row - 1)
        self._first = sheet.row

    def section(self, label: str, number: str = "", level: int = 0) -> None:
        """Open a section; open ones of the same or a deeper level are closed first."""
        self._close(level)
        self._open.append(_Section(level, self.sheet.row, number, label))
        self.sheet.row += 1

    def write(self, values: Mapping[str, Cell], role: Role = "cell") -> int:
        """Write one row and return its row index on the sheet; blank keys stay blank cells."""
        row = self.sheet.row
        full = self._with_rules(values)
        self._cells(row, full, role)
        for column in self.columns:
            figure = _figure(full.get(column.key))
            if column.total and figure is not None:
                for sums in (*(section.sums for section in self._open), self._sums):
                    sums[column.key] = sums.get(column.key, 0) + figure
        self.sheet.row += 1
        self.rows += 1
        return row

    def finish(self, label: str | None = None) -> int | None:
        """Close every section and write the total row, if it has a label; return the total's row index."""
        self._close(-1)
        if label is None or not self.rows:
            return None
        row = self.sheet.row
        self._summary(row, self._first, row - 1, self._sums, "", label, "total")
        self.sheet.row += 1
        return row

    def address(self, row: int, key: str) -> str:
        """Return the absolute address of a cell, with its sheet, for formulas elsewhere."""
        return f"='{self.sheet.name}'!${letters(self._at[key])}${row + 1}"

    def sum_of(self, key: str) -> float:
        """Return the total of a column so far."""
        return self._sums.get(key, 0)

    def _title(self, column: Column) -> str:
        return column.title if column.literal else tr(column.title, self.sheet.lang)

    def _shared_headings(self, row: int, style: Any) -> None:
        index = 0
        while index < len(self.columns):
            over = self.columns[index].over
            last = index
            while over and last + 1 < len(self.columns) and self.columns[last + 1].over == over:
                last += 1
            if over:
                label = over if self.columns[index].literal_over else tr(over, self.sheet.lang)
                self.sheet.merge(row, index, row, last, label, style)
            index = last + 1

    def _heading_height(self) -> float:
        lines = 1
        for over in {column.over for column in self.columns if column.over}:
            members = [column for column in self.columns if column.over == over]
            label = over if members[0].literal_over else tr(over, self.sheet.lang)
            pixels = sum(column_pixels(column.width) for column in members)
            lines = max(lines, lines_needed(label, pixels, SIZE, True))
        return row_height(lines, SIZE) + 3

    def _with_rules(self, values: Mapping[str, Cell]) -> dict[str, Cell]:
        full = dict(values)
        for column in self.columns:
            if column.rule is not None:
                full[column.key] = column.rule.value(full)
        return full

    def _cells(
        self, row: int, values: Mapping[str, Cell], role: Role, skip: frozenset[int] = frozenset()
    ) -> None:
        place = {column.key: f"{letters(index)}{row + 1}" for index, column in enumerate(self.columns)}
        lines = 1
        for index, column in enumerate(self.columns):
            if index in skip:
                continue
            style = self.sheet.styles.cell(column.kind, role)
            value = values.get(column.key)
            if column.rule is not None and value is not None:
                self.sheet.formula(row, index, column.rule.formula(place), value, style)
            else:
                self.sheet.write(row, index, value, style)
            if isinstance(value, str):
                pixels = column_pixels(column.width)
                lines = max(lines, lines_needed(value, pixels, SIZE, role != "cell"))
        self.sheet.set_height(row, max(row_height(lines, SIZE), self.sheet.heights.get(row, 0)))

    def _close(self, level: int) -> None:
        while self._open and self._open[-1].level >= level:
            section = self._open.pop()
            role: Role = "section" if section.level == 0 else "subsection"
            first, last = section.row + 1, self.sheet.row - 1
            self._summary(section.row, first, last, section.sums, section.number, section.label, role)

    def _summary(
        self, row: int, first: int, last: int, sums: Mapping[str, float], number: str, label: str, role: Role
    ) -> None:
        values = self._with_rules(sums)
        values = {key: value for key, value in values.items() if key in self._at}
        end = self._label_end
        style = self.sheet.styles.cell("text", role)
        pixels = sum(column_pixels(column.width) for column in self.columns[1 : end + 1])
        self.sheet.heights[row] = row_height(lines_needed(label, pixels, SIZE, True), SIZE)
        self.sheet.write(row, 0, number, self.sheet.styles.cell("code", role))
        if end > 1:
            self.sheet.merge(row, 1, row, end, label, style)
        else:
            self.sheet.write(row, 1, label, style)
        done = set(range(end + 1))
        for index, column in enumerate(self.columns):
            if column.total and index not in done:
                done.add(index)
                at = letters(index)
                formula = f"=SUBTOTAL(9,{at}{first + 1}:{at}{last + 1})"
                style = self.sheet.styles.cell(column.kind, role)
                if column.key in sums:
                    self.sheet.formula(row, index, formula, sums[column.key], style)
                else:
                    self.sheet.write(row, index, None, style)
        self._cells(row, values, role, frozenset(done))


SERIAL = Column("tt", N_("No."), 5, "code")


def roman(value: int) -> str:
    """Return a whole number above zero in Roman numerals, as sections of official tables are numbered."""
    steps = (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    digits = ""
    for step, sign in steps:
        digits += sign * (value // step)
        value %= step
    return digits


def _figure(value: Cell) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def letters(index: int) -> str:
    """Return the letters of a column, counted from 0."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
