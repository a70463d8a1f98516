"""`Page`: one office's sheet as a grid of a text block and months, written row by row, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vitri.i18n import tr
from vitri.report.derivation.formulas import Formula, at
from vitri.report.measure import column_pixels, lines_needed, row_height
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import FONT, Styles

SIZE = 11
#: Cell: (column, value, look); a look is a number format's name, with the role after a colon.
Cell = tuple[int, "Formula | str | float | int | None", str]
NUMBER, CODE, TEXT, FIRST = 0, 1, 2, 3
_PAPER_PIXELS, _PAPER_POINTS = 1007, 487

FORMATS: dict[str, str] = {
    "text": "@",
    "long": "@",
    "free": "@",
    "code": "@",
    "int": '#,##0_);-#,##0_);"–"_)',
    "zero": "#,##0_)",
    "dec1": "#,##0.0_)",
    "dec2": "#,##0.00_)",
    "dec3": "#,##0.000_)",
    "fte": "#,##0.0000_)",
    "percent": "0.00%_)",
    "change": "+#,##0_);-#,##0_);0_)",
    "base": "",
}
ROLES: dict[str, dict[str, Any]] = {
    "cell": {},
    "input": {"bg_color": "#FFF6CC"},
    "estimated": {"bg_color": "#FBE3D6", "italic": True},
    "part": {"italic": True},
    "section": {"bold": True, "bg_color": "#E7ECF1"},
    "sum": {"bold": True, "bg_color": "#F5F7F9"},
    "total": {"bold": True, "bg_color": "#D5DDE6", "top": 1, "bottom": 1},
}


class Look:
    """The formats of the derivation, each made once; the house's own come from `Styles`."""

    def __init__(self, workbook: Any, styles: Styles) -> None:
        self._workbook = workbook
        self.styles = styles
        self._made: dict[str, Any] = {}
        self.base = "0"

    def __call__(self, name: str) -> Any:
        """Return a format such as ``int``, ``dec2:input`` or ``text:total``."""
        if name in ("header", "ordinal"):
            return self.styles.fixed(name)
        if name not in self._made:
            kind, _, role = name.partition(":")
            look: dict[str, Any] = {
                "font_name": FONT,
                "font_size": SIZE,
                "valign": "vcenter",
                "border": 1,
                "border_color": "#9AA5B1",
                "num_format": FORMATS[kind] or self.base,
                "align": {
                    "text": "left",
                    "long": "left",
                    "free": "left",
                    "code": "center",
                    "base": "left",
                }.get(kind, "right"),
            }
            if kind in ("text", "code"):
                look["text_wrap"] = True
            if kind == "free":
                look["border"] = 0
            self._made[name] = self._workbook.add_format(look | ROLES[role or "cell"])
        return self._made[name]


class Page:
    """A sheet whose columns are number, code, text, the months, a total, a remark, and two hidden keys.

    Page breaks are set by hand, and a table repeats its heading after each, since a sheet has several
    tables.
    """

    def __init__(self, workbook: Any, look: Look, source: Source, name: str, months: int) -> None:
        self.look = look
        self.lang = source.lang
        self.count = max(12, months)
        self.total = FIRST + self.count
        self.remark = self.total + 1
        self.key, self.key2 = self.remark + 1, self.remark + 2
        widths = [5, 10.5, 36, *[8.8] * self.count, 10.8, 12.5]
        self.sheet = Sheet(workbook, look.styles, source, name, widths, landscape=True)
        self.name = name
        page = self.sheet.page
        page.set_column(self.key, self.key2, 24, None, {"hidden": True})
        pixels = sum(column_pixels(width) for width in widths)
        self._scale = max(25, min(100, int(_PAPER_PIXELS / pixels * 93)))
        page.set_print_scale(self._scale)
        self._room = _PAPER_POINTS / self._scale * 100 * 0.95
        self._top = 0
        self._breaks: list[int] = []
        self._reserved = 0
        self._edge = self.remark
        self._header: Callable[[], None] | None = None

    @property
    def row(self) -> int:
        """The next free row."""
        return self.sheet.row

    def place(self, rows: int = 1) -> int:
        """Return the row that comes next, on a new page if some rows of a few lines would not fit on this.

        Whoever writes a formula that names its own row asks here first: `write` then breaks no page.
        """
        if self.sheet.row >= self._reserved and self._used() + 18 * rows + 15 > self._room:
            self._turn()
        self._reserved = max(self._reserved, self.sheet.row + rows)
        return self.sheet.row

    def heading(self, text: str, keep: float = 90) -> None:
        """Write a heading; it moves to the next page if less than `keep` points would follow it."""
        self._header = None
        if self._used() + keep > self._room:
            self._break()
        self.sheet.heading(text)

    def note(self, text: str) -> None:
        """Write a remark over the whole width."""
        self.sheet.note(text)

    def header(self, cells: Sequence[tuple[int, str]]) -> None:
        """Write the headings of a table and write them again on every further page.

        The last heading is the table's right edge.
        """
        self._edge = max(column for column, _ in cells)

        def write() -> None:
            style, row = self.look("header"), self.sheet.row
            titles = dict(cells)
            lines = 1
            for column in range(self._edge + 1):
                title = titles.get(column, "")
                self.sheet.page.write_string(row, column, title, style)
                lines = max(lines, lines_needed(title, column_pixels(self.sheet.widths[column]), SIZE, True))
            self.sheet.set_height(row, row_height(lines, SIZE) + 3)
            self.sheet.row += 1

        write()
        self._header = write

    def write(self, cells: Sequence[Cell], role: str = "cell") -> int:
        """Write one row up to the table's edge, blank cells too, and return its index."""
        height = self._height(cells, role)
        row = self.place()
        filled = {column: (value, look) for column, value, look in cells}
        for column in range(self._edge + 1):
            value, look = filled.get(column, (None, "text"))
            self._cell(row, column, value, look if ":" in look else f"{look}:{role}")
        for column in (self.key, self.key2):
            if column in filled:
                self.sheet.page.write_string(row, column, str(filled[column][0]))
        self.sheet.set_height(row, height)
        self.sheet.row += 1
        return row

    def finish(self) -> None:
        """Set the print area and the page breaks."""
        page = self.sheet.page
        page.print_area(0, 0, max(self.sheet.row - 1, 0), self.remark)
        if self._breaks:
            page.set_h_pagebreaks(self._breaks)

    def sum(self, row: int, months: int, value: float) -> Formula:
        """Return the sum of a row's months."""
        return Formula(f"=SUM({at(row, FIRST)}:{at(row, FIRST + months - 1)})", value)

    def _cell(self, row: int, column: int, value: Formula | str | float | int | None, look: str) -> None:
        style = self.look(look)
        if isinstance(value, Formula):
            self.sheet.formula(row, column, value.text, value.value, style)
        else:
            self.sheet.write(row, column, value, style)

    def _height(self, cells: Sequence[Cell], role: str) -> float:
        lines = 1
        for column, value, look in cells:
            if isinstance(value, str) and column <= self.remark and not look.startswith(("long", "free")):
                pixels = column_pixels(self.sheet.widths[column])
                lines = max(lines, lines_needed(value, pixels, SIZE, role in ("section", "sum", "total")))
        return row_height(lines, SIZE)

    def _used(self) -> float:
        return sum(self.sheet.heights.get(row, 15.0) for row in range(self._top, self.sheet.row))

    def _turn(self) -> None:
        """Begin a page in the middle of a table: its heading comes again."""
        self._break()
        if self._header is not None:
            self._header()

    def _break(self) -> None:
        if self.sheet.row > self._top:
            self._breaks.append(self.sheet.row)
            self._top = self.sheet.row


def decimals(value: int, scale: int) -> str:
    """Return the look that shows a decimal, given as a whole number of 1/scale, without losing digits."""
    digits = {1: 0, 10: 1, 100: 2, 1000: 3}[scale]
    while digits and value % 10 == 0:
        value //= 10
        digits -= 1
    return ("zero", "dec1", "dec2", "dec3")[digits]


def month_titles(months: Sequence[str]) -> list[str]:
    """Return month headings: ``01/2021``."""
    return [f"{month[5:7]}/{month[:4]}" for month in months]


def pool_short(pool: str, lang: Any) -> str:
    """Return a pool in a word or two, for narrow columns."""
    if pool == "shared":
        return tr("Common", lang)
    if pool == "outside":
        return tr("Outside", lang)
    if pool.startswith("own."):
        return tr("Own: {code}", lang, code=pool[4:])
    return pool
