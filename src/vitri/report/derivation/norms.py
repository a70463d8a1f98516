"""The shared sheet of norms: one cell per work item, which the lines of every office point at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import N_, date_text, tr
from vitri.report.derivation.formulas import on_sheet
from vitri.report.derivation.page import Look, decimals
from vitri.report.measure import column_pixels, lines_needed, row_height
from vitri.report.sheet import Sheet
from vitri.report.source import Source, text
from vitri.workload.derivation import Line

NAME = N_("Norms")
#: (work item, unit of a local norm or None, its coefficient); the catalogue's own row has (item, None, 0).
Key = tuple[str, int | None, int]
_FIRST_ROW = 8
WIDTHS = (5, 12, 52, 22, 14, 12, 12, 30, 10)
_UNIT, _COEFFICIENT, _COMPLEXITY = 4, 5, 6


def catalogue_key(line: Line) -> Key:
    """Return the key of a line's work item."""
    return line.work_item, None, 0


def local_key(line: Line) -> Key | None:
    """Return the key of the local norm that a line uses; None if it uses none."""
    unit = line.unit if line.norm == "norms" else None
    if unit is None and line.coefficients[1] == 1000:
        return None
    return line.work_item, unit, line.coefficients[1]


@dataclass(frozen=True)
class _Row:
    unit: int | None
    ratio: bool
    coefficient: int
    complexity: int | None
    uses: int


class Norms:
    """The rows of the sheet, settled before any office is written, so that lines can point at them."""

    def __init__(self, sheet: str, lines: Iterable[Line], instance: Instance) -> None:
        self.sheet = sheet
        self._instance = instance
        items = instance.tables["work_items"]
        units = dict(zip(items["code"], items["unit_minutes"], strict=True))
        rows: dict[Key, _Row] = {}
        for line in lines:
            if not line.work_item:
                continue
            own = units.get(line.work_item)
            ratio = line.method == "ratio"
            unit = line.unit if ratio else None if own is None or pd.isna(own) else int(own)
            self._add(rows, catalogue_key(line), unit, ratio, line.coefficients[0], line.coefficients[4])
            local = local_key(line)
            if local is not None:
                self._add(rows, local, local[1], False, local[2], None)
        order = sorted(rows, key=lambda key: (key[0], key[2], key[1] or 0))
        self._rows = {key: rows[key] for key in order}
        self._at = {key: _FIRST_ROW + place for place, key in enumerate(order)}

    @staticmethod
    def _add(
        rows: dict[Key, _Row],
        key: Key,
        unit: int | None,
        ratio: bool,
        coefficient: int,
        complexity: int | None,
    ) -> None:
        known = rows.get(key)
        if known is not None and known.ratio:
            unit, ratio = known.unit, True
        rows[key] = _Row(unit, ratio, coefficient, complexity, (known.uses if known else 0) + 1)

    def unit(self, key: Key) -> str:
        """Return the address of a norm."""
        return on_sheet(self.sheet, self._at[key], _UNIT)

    def coefficient(self, key: Key) -> str:
        """Return the address of the coefficient of a work item or of a local norm."""
        return on_sheet(self.sheet, self._at[key], _COEFFICIENT)

    def complexity(self, key: Key) -> str:
        """Return the address of the coefficient of complexity of a work item."""
        return on_sheet(self.sheet, self._at[key], _COMPLEXITY)

    def write(self, look: Look, source: Source, sheet: Sheet, complexity: bool) -> None:
        """Write the sheet."""
        lang = source.lang
        sheet.title(tr("Catalogue of norms", lang))
        sheet.note(
            tr(
                "A change of a yellow cell moves every line, in every office, that uses this norm. Norms "
                "that a line states itself stand in the line.",
                lang,
            )
        )
        sheet.row = _FIRST_ROW - 1
        titles = (
            tr("No.", lang),
            tr("Work item", lang),
            tr("Task", lang),
            tr("Task group", lang),
            tr("Norm, minutes a product", lang),
            tr("Coefficient", lang),
            tr("Complexity", lang) if complexity else "",
            tr("Source of the norm", lang),
            tr("Lines using it", lang),
        )
        for column, title in enumerate(titles):
            sheet.write(sheet.row, column, title, look("header"))
        sheet.set_height(sheet.row, 48)
        sheet.repeat(sheet.row, sheet.row)
        texts = self._texts(source)
        for serial, (key, row) in enumerate(self._rows.items(), 1):
            self._write_row(
                sheet, look, source, serial, key, row, texts.get(key[0], ("", "", "")), complexity
            )
        if not complexity:
            sheet.page.set_column(_COMPLEXITY, _COMPLEXITY, None, None, {"hidden": True})
        sheet.page.print_area(0, 0, sheet.row, sheet.last)

    def _write_row(
        self,
        sheet: Sheet,
        look: Look,
        source: Source,
        serial: int,
        key: Key,
        row: _Row,
        said: tuple[str, str, str],
        complexity: bool,
    ) -> None:
        lang, at = source.lang, self._at[key]
        name, group, origin = said
        if key[2]:
            name = tr("{task} (local norm)", lang, task=name)
        if row.ratio:
            name = tr("{task} (posts per unit)", lang, task=name)
        scale = 1000 if row.ratio else 100
        sheet.row = at
        for column, value, kind in (
            (0, str(serial), "code"),
            (1, key[0], "code"),
            (2, name, "text"),
            (3, group, "text"),
            (7, origin, "text"),
            (8, row.uses, "zero"),
        ):
            sheet.write(at, column, value, look(kind))
        if row.unit is None:
            sheet.write(at, _UNIT, None, look("text"))
        else:
            sheet.write(at, _UNIT, row.unit / scale, look(f"{decimals(row.unit, scale)}:input"))
        sheet.write(
            at, _COEFFICIENT, row.coefficient / 1000, look(f"{decimals(row.coefficient, 1000)}:input")
        )
        shown = complexity and row.complexity is not None
        sheet.write(
            at,
            _COMPLEXITY,
            row.complexity / 1000 if shown and row.complexity is not None else None,
            look("dec2:input" if shown else "text"),
        )
        lines = max(
            lines_needed(value, column_pixels(WIDTHS[column]), 11)
            for column, value in ((2, name), (3, group), (7, origin))
        )
        sheet.set_height(at, row_height(lines, 11))

    def _texts(self, source: Source) -> dict[str, tuple[str, str, str]]:
        """Return item → name, task group, source and date of the norm."""
        frame = self._instance.tables["work_items"]
        result = {}
        for row in frame.to_dict("records"):
            day = row.get("norm_date")
            parts = [text(row.get("norm_source"))]
            if day is not None and not pd.isna(day):
                parts.append(date_text(pd.Timestamp(day).date(), source.lang))
            result[str(row["code"])] = (
                text(row.get("name")),
                source.group(text(row.get("task_group"))),
                ", ".join(part for part in parts if part),
            )
        return result
