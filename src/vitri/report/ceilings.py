"""The workbook of a study of ceilings: the curve with a chart, who gets how many posts, paradoxes, steps."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.ceilings import (
    amount_text,
    ceiling_sentences,
    offices_text,
    paradox_sentences,
    proof_text,
    step_sentences,
)
from vitri.i18n import N_, Lang, number, tr
from vitri.report.ceiling_plot import SERIES, ceiling_svg, figures_of
from vitri.report.cliffs import Nothing
from vitri.report.picture import write_picture
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import FONT, SIZE, Styles
from vitri.report.table import SERIAL, Cell, Column, Table

if TYPE_CHECKING:
    from vitri.optimise.ceilings import CeilingStudy

_CEILING = Column("ceiling", N_("Ceiling (posts)"), 10, "int")
_FIGURES = (_CEILING, *(Column(key, name, 18, "hours") for key, name, *_ in reversed(SERIES)))
_CHART_ROWS = 20


def write_ceiling_workbook(
    study: CeilingStudy,
    path: str | os.PathLike[str],
    instance: Instance,
    model: Any,
    names: Mapping[str, str],
    lang: Lang = "vi",
) -> Path:
    """Write a study as a printable workbook with a native chart and return its path; never half a file."""
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            source = Source(Nothing(), lang, None, model, instance)
            workbook.set_properties(
                {
                    "title": f"{source.title}: {tr('Hours left undone by ceiling', lang)}",
                    "author": "vitri",
                    "created": dt.datetime.combine(instance.info.as_of, dt.time()),
                }
            )
            book = _Book(workbook, source, study, names)
            book.curve()
            book.offices()
            book.paradoxes()
            book.steps()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def write_ceiling_plot(
    study: CeilingStudy, path: str | os.PathLike[str], instance: Instance, lang: Lang = "vi"
) -> Path:
    """Write the picture of a study (SVG) and return its path; never half a file."""
    return write_picture(ceiling_svg(study, instance, lang), path)


class _Book:
    """The sheets of one study."""

    def __init__(self, workbook: Any, source: Source, study: CeilingStudy, names: Mapping[str, str]) -> None:
        self.workbook, self.source, self.study, self.names = workbook, source, study, names
        self.lang: Lang = source.lang
        self.styles = Styles(workbook)

    def _sheet(self, name: str, columns: tuple[Column, ...], title: str, landscape: bool = True) -> Table:
        widths = [column.width for column in columns]
        sheet = Sheet(
            self.workbook, self.styles, self.source, tr(name, self.lang)[:31], widths, landscape=landscape
        )
        sheet.title(tr(title, self.lang))
        return Table(sheet, columns)

    def curve(self) -> None:
        """Write the ceilings asked for, the chart, and the figures of the chart."""
        lang, study = self.lang, self.study
        unmet = [level.key for level in study.levels if level.measure == "unmet_minutes"]
        columns = (
            _CEILING,
            Column("posts", N_("Posts in use"), 18, "int"),
            *(
                Column(
                    key,
                    tr("Priority {which}", lang, which=", ".join(key.removeprefix("unmet_"))),
                    18 if index < 2 else 13,
                    "hours",
                    literal=True,
                    over=N_("Undone (hours)"),
                )
                for index, key in enumerate(unmet)
            ),
            Column("undone", N_("All priorities"), 13, "hours", over=N_("Undone (hours)")),
            Column("proof", N_("Proof"), 24),
            Column("next", N_("The next post saves"), 26),
            Column("to", N_("It goes to"), 24),
            Column("from", N_("One fewer is taken from"), 24),
        )
        table = self._sheet(N_("Curve"), columns, N_("Hours left undone by ceiling"))
        sheet = table.sheet
        for sentence in ceiling_sentences(study, self.names, lang):
            sheet.sentence(sentence)
        sheet.row += 1
        table.header(repeat=False)
        for ceiling in study.asked:
            row = study.at(ceiling)
            values: dict[str, Cell] = {
                "ceiling": ceiling,
                "posts": int(row["posts"]),
                **{key: int(row[key]) / 60 for key in (*unmet, "undone")},
                "proof": proof_text(row, lang),
                "next": amount_text(row["next_level"], row["next_saved"], lang),
                "to": offices_text(row["next_gains"], self.names, lang),
                "from": offices_text(row["cut_losses"], self.names, lang),
            }
            table.write(values, "strong" if ceiling == study.present else "cell")
        table.finish()
        sheet.row += 1
        chart_row = sheet.row
        sheet.row += _CHART_ROWS
        sheet.page.set_h_pagebreaks([chart_row, sheet.row])
        sheet.heading(tr("Figures of the charts", lang))
        figures = Table(sheet, _FIGURES)
        figures.header(repeat=False)
        first = sheet.row
        for record in figures_of(study).to_dict("records"):
            cells: dict[str, Cell] = {"ceiling": int(record["ceiling"])}
            for key, *_ in SERIES:
                cells[key] = None if pd.isna(record[key]) else int(record[key]) / 60
            figures.write(cells)
        figures.finish()
        self._chart(sheet, first, sheet.row - 1, chart_row)

    def _chart(self, sheet: Sheet, first: int, last: int, row: int) -> None:
        chart = self.workbook.add_chart({"type": "scatter", "subtype": "straight"})
        place = {column.key: index for index, column in enumerate(_FIGURES)}
        for key, name, colour, dashes in reversed(SERIES):
            chart.add_series(
                {
                    "name": tr(name, self.lang),
                    "categories": [sheet.name, first, 0, last, 0],
                    "values": [sheet.name, first, place[key], last, place[key]],
                    "line": {"color": colour, "width": 2.25, "dash_type": "dash" if dashes else "solid"},
                    "marker": {"type": "none"},
                }
            )
        font = {"name": FONT, "size": 10}
        plain = font | {"bold": False, "italic": True}
        grid = {"visible": True, "line": {"color": "#E6EAEE", "width": 0.75}}
        title = {"name": FONT, "size": 13, "bold": True}
        chart.set_title({"name": tr("Hours left undone by ceiling", self.lang), "name_font": title})
        chart.set_x_axis(
            {
                "name": tr("Ceiling (posts, fixed ones included)", self.lang),
                "name_font": plain,
                "num_font": font,
                "num_format": "#,##0",
                "min": self.study.lowest,
                "max": int(self.study.points["ceiling"].max()),
                "major_gridlines": grid,
            }
        )
        chart.set_y_axis(
            {
                "name": tr("Undone (hours)", self.lang),
                "name_font": plain,
                "num_font": font,
                "num_format": "#,##0",
                "min": 0,
                "major_gridlines": grid,
            }
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": 900, "height": 388})
        sheet.page.insert_chart(row, 0, chart, {"x_offset": 6, "y_offset": 4})

    def offices(self) -> None:
        """Write every office's sized posts at the ceilings asked for."""
        ceilings = self.study.asked
        columns = (
            SERIAL,
            Column("office", N_("Office"), 36),
            *(
                Column(
                    f"c{c}",
                    number(c, self.lang),
                    9,
                    "dash",
                    literal=True,
                    over=N_("Ceiling (posts)"),
                    total=True,
                )
                for c in ceilings
            ),
        )
        table = self._sheet(
            N_("Offices at each ceiling"), columns, N_("Posts of every office at each ceiling")
        )
        table.sheet.note(tr("Without the fixed posts, which every ceiling includes.", self.lang))
        table.header()
        shares = self.study.shares
        keys = zip(shares["office"], shares["ceiling"], strict=True)
        posts = dict(zip(keys, shares["posts"], strict=True))
        for serial, code in enumerate(self.study.offices, 1):
            values: dict[str, Cell] = {"tt": str(serial), "office": self.names.get(code, code)}
            values |= {f"c{c}": int(posts[code, c]) for c in ceilings}
            table.write(values)
        table.finish(tr("Total", self.lang))

    def paradoxes(self) -> None:
        """Write who loses as ceiling or own work grows, and the order of the rule that takes none back."""
        columns = (_CEILING, Column("office", N_("Office"), 60))
        title = N_("Who loses a post, and a rule that takes none back")
        table = self._sheet(N_("Paradoxes"), columns, title, False)
        for sentence in paradox_sentences(self.study, self.names, self.lang):
            table.sheet.sentence(sentence)
        table.sheet.heading(tr("The order in which the rule gives posts", self.lang))
        table.header()
        for record in self.study.order.to_dict("records"):
            code = str(record["office"])
            table.write({"ceiling": record["ceiling"], "office": self.names.get(code, code)})
        table.finish()

    def steps(self) -> None:
        """Write the joint plan beside planning in steps at the ceilings asked for."""
        columns = (
            _CEILING,
            Column("undone", N_("Joint plan"), 16, "hours", over=N_("Undone (hours)")),
            Column("steps", N_("In steps: size, cut, assign"), 16, "hours", over=N_("Undone (hours)")),
            Column("excess", N_("First difference"), 40),
            Column("posts", N_("Posts more to leave no more undone"), 18, "int"),
        )
        table = self._sheet(N_("In steps"), columns, N_("The price of planning in steps"))
        for sentence in step_sentences(self.study, self.lang):
            table.sheet.sentence(sentence)
        table.sheet.row += 1
        table.header()
        for ceiling in self.study.asked:
            row = self.study.at(ceiling)
            table.write(
                {
                    "ceiling": ceiling,
                    "undone": int(row["undone"]) / 60,
                    "steps": None if pd.isna(row["steps_undone"]) else int(row["steps_undone"]) / 60,
                    "excess": amount_text(row["steps_level"], row["steps_excess"], self.lang),
                    "posts": None if pd.isna(row["steps_more_posts"]) else int(row["steps_more_posts"]),
                }
            )
        table.finish()
