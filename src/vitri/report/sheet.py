"""`Sheet`: one printable page set of the workbook: title block, sentences, page set-up, safe cell writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from vitri.i18n import Lang, date_text, tr
from vitri.report.measure import column_pixels, lines_needed, row_height
from vitri.report.source import Source, missing
from vitri.report.styles import SIZE, Kind, Styles

if TYPE_CHECKING:
    import datetime as dt

_A4 = 9


class Sheet:
    """One sheet. `row` is the next free row; `heights` holds the row heights already set, in points."""

    def __init__(
        self,
        workbook: Any,
        styles: Styles,
        source: Source,
        name: str,
        widths: Sequence[float],
        *,
        landscape: bool = False,
    ) -> None:
        self.name = name
        self.lang: Lang = source.lang
        self.styles = styles
        self.widths = tuple(widths)
        self.row = 0
        self.heights: dict[int, float] = {}
        self._source = source
        self.page = workbook.add_worksheet(name)
        for index, width in enumerate(self.widths):
            self.page.set_column(index, index, width)
        self._set_up_page(landscape)

    @property
    def last(self) -> int:
        """Index of the last column."""
        return len(self.widths) - 1

    def title(self, text: str, subtitle: str = "", unit: str = "") -> None:
        """Write the title block: owner, title, scenario and period, the simulated-data banner, the unit."""
        source = self._source
        owner = _owner(source)
        if owner:
            self.page.write_string(self.row, 0, owner.upper(), self.styles.fixed("owner"))
            self.set_height(self.row, 17)
            self.row += 1
        self.across(text.upper(), "title", 14, bold=True)
        self.across(subtitle or scenario_line(source), "subtitle", 12)
        if source.synthetic:
            self.across(
                tr("SIMULATED DATA: no real organisation, person or figure", self.lang),
                "banner",
                12,
                bold=True,
            )
        if unit:
            self.page.write_string(self.row, self.last, unit, self.styles.fixed("unit"))
        self.row += 1

    def across(self, text: str, style: str, size: float = SIZE, bold: bool = False) -> None:
        """Write a text over the whole width, wrapped, in a row high enough for it."""
        lines = lines_needed(text, sum(column_pixels(width) for width in self.widths), size, bold)
        if self.last:
            self.merge(self.row, 0, self.row, self.last, text, self.styles.fixed(style))
        else:
            self.page.write_string(self.row, 0, text, self.styles.fixed(style))
        self.set_height(self.row, row_height(lines, size) + 2)
        self.row += 1

    def sentence(self, text: str) -> None:
        """Write one sentence over the whole width."""
        self.across(text, "sentence")

    def note(self, text: str) -> None:
        """Write one remark in small italics over the whole width."""
        self.across(text, "note", 10)

    def heading(self, text: str) -> None:
        """Write a heading inside the sheet, after an empty line."""
        self.row += 1
        self.across(text, "heading", 12, bold=True)

    def line(self, parts: Sequence[tuple[int, int, str | float | None, str]]) -> None:
        """Write one row of (first column, last column, value, kind or ``strong`` or ``header``)."""
        lines = 1
        for left, right, value, kind in parts:
            style = self._line_style(kind)
            if left != right:
                self.page.merge_range(self.row, left, self.row, right, "", style)
            self.write(self.row, left, value, style)
            if isinstance(value, str):
                pixels = sum(column_pixels(width) for width in self.widths[left : right + 1])
                lines = max(lines, lines_needed(value, pixels, SIZE, kind in ("strong", "header")))
        self.set_height(self.row, row_height(lines, SIZE))
        self.row += 1

    def _line_style(self, kind: str) -> Any:
        if kind == "header":
            return self.styles.fixed("header")
        if kind == "strong":
            return self.styles.cell("text", "strong")
        return self.styles.cell(cast("Kind", kind))

    def write(self, row: int, column: int, value: Any, style: Any) -> None:
        """Write a text (never as a formula), a number, or for a missing value a blank cell."""
        if missing(value):
            self.page.write_blank(row, column, None, style)
        elif isinstance(value, str):
            self.page.write_string(row, column, value, style)
        else:
            self.page.write_number(row, column, float(value), style)

    def formula(self, row: int, column: int, formula: str, value: Any, style: Any) -> None:
        """Write a formula together with its true value, which viewers show without computing."""
        self.page.write_formula(row, column, formula, style, value)

    def merge(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        """Merge cells and write a text in them; a single cell is only written."""
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, style)
        else:
            self.page.merge_range(top, left, bottom, right, "", style)
            self.page.write_string(top, left, text, style)

    def set_height(self, row: int, points: float) -> None:
        """Set a row's height in points."""
        self.heights[row] = points
        self.page.set_row(row, points)

    def repeat(self, first: int, last: int) -> None:
        """Repeat these rows on every printed page and keep them in view on screen."""
        self.page.repeat_rows(first, last)
        self.page.freeze_panes(last + 1, min(2, self.last))

    def _set_up_page(self, landscape: bool) -> None:
        page, source = self.page, self._source
        page.set_paper(_A4)
        if landscape:
            page.set_landscape()
        page.set_margins(left=0.7, right=0.5, top=0.75, bottom=0.75)
        page.fit_to_pages(1, 0)
        page.center_horizontally()
        page.hide_gridlines(2)
        font = '&"Times New Roman,Italic"&9'
        if source.synthetic:
            page.set_header(f"&R{font}{_plain(tr('Simulated data', self.lang))}")
        left = _plain(source.title)[:90]
        number = tr("Page {page} of {pages}", self.lang, page="&P", pages="&N")
        page.set_footer(f"&L{font}{left}&R{font}{number}")


def scenario_line(source: Source) -> str:
    """Return the scenario, its months and the date of the law, in one line."""
    parts = [source.title] if source.title else []
    if source.months:
        first, last = source.months[0], source.months[-1]
        parts.append(tr("period {first} to {last}", source.lang, first=_month(first), last=_month(last)))
    as_of = as_of_date(source)
    if as_of:
        parts.append(tr("rules in force on {date}", source.lang, date=as_of))
    return " – ".join(parts)


def as_of_date(source: Source) -> str:
    """Return the date on which the rules are taken, as text; blank when not known."""
    if source.instance is not None:
        date: dt.date = source.instance.info.as_of
        return date_text(date, source.lang)
    value = source.section("scenario").get("as_of") or source.info.get("as_of")
    if missing(value):
        return ""
    parts = str(value)[:10].split("-")
    return "/".join(reversed(parts)) if len(parts) == 3 else str(value)


def _month(month: str) -> str:
    year, number = month.split("-")
    return f"{number}/{year}"


def _owner(source: Source) -> str:
    if source.instance is not None and source.instance.info.source_who:
        return source.instance.info.source_who
    who = source.section("source").get("who") or source.section("scenario").get("source_who")
    return "" if missing(who) else str(who)


def _plain(text: str) -> str:
    return text.replace("&", "&&")
