"""`Book`: the workbook being written, with its source, styles and the cells that charts point at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vitri.i18n import Lang, tr
from vitri.report.figures import OfficeFigures, office_figures
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import Styles
from vitri.report.table import Column, Table, roman


class Book:
    """Everything the sheets share. `cells` maps (figure, office) to a formula that points at its cell."""

    def __init__(self, workbook: Any, source: Source) -> None:
        self.workbook = workbook
        self.source = source
        self.lang: Lang = source.lang
        self.styles = Styles(workbook)
        self.offices: dict[str, OfficeFigures] = office_figures(source)
        self.cells: dict[tuple[str, str], str] = {}
        self.sheets: list[Sheet] = []

    def sheet(self, name: str, widths: Sequence[float], *, landscape: bool = False) -> Sheet:
        """Add a sheet; `name` is a message id."""
        sheet = Sheet(
            self.workbook, self.styles, self.source, tr(name, self.lang)[:31], widths, landscape=landscape
        )
        self.sheets.append(sheet)
        return sheet

    def table(self, name: str, columns: Sequence[Column], *, landscape: bool = False) -> Table:
        """Add a sheet whose widths are those of one table."""
        return Table(self.sheet(name, [column.width for column in columns], landscape=landscape), columns)


def section_number(order: int, count: int) -> str:
    """Return the number of a section: Roman as in official tables, Arabic where Roman would not fit."""
    return roman(order) if count <= 20 else str(order)
