"""The workbook of a cliff map: nearest breakpoints, totals with a chart, single norms, all breakpoints."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.cliffs import (
    LEVER_WORDS,
    Cliff,
    cliffs_of,
    fragile_items,
    item_sentence,
    levers_text,
    sentence,
)
from vitri.i18n import N_, Lang, number, tr
from vitri.report.cliff_names import Places
from vitri.report.cliff_plot import COLOURS, cliff_svg, families, nice_ends, round_step
from vitri.report.picture import write_picture
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import FONT, SIZE, Styles
from vitri.report.table import SERIAL, Cell, Column, Table
from vitri.workload.cliffs import CliffMap
from vitri.workload.levers import LeverKind

#: How many sentences stand above the first table.
SENTENCES = 5
_PLACE = (SERIAL, Column("office", N_("Office"), 30))
_INSIDE = Column("inside", N_("Staff or task group"), 26)
_STEP = (
    Column("now", N_("Posts now"), 10, "int"),
    Column("levers", N_("What changes"), 42),
    Column("change", N_("Change"), 11, "shift"),
    Column("from", N_("Posts before"), 10, "int"),
    Column("to", N_("Posts after"), 10, "int"),
    Column("how", N_("Computed"), 13),
)
_ITEM = (
    Column("item", N_("Work item"), 44),
    Column("now", N_("Posts now"), 10, "int"),
    Column("change", N_("Change of norm or volume"), 13, "shift"),
    Column("to", N_("Posts after"), 10, "int"),
    Column("how", N_("Computed"), 13),
)


@dataclass(frozen=True)
class Nothing:
    """What a `Source` reads of a run, without one."""

    info: Mapping[str, Any] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def write_cliff_workbook(
    found: CliffMap, path: str | os.PathLike[str], instance: Instance, model: Any, lang: Lang = "vi"
) -> Path:
    """Write a cliff map as a printable workbook with a native chart and return its path.

    The file is written under another name first, so that a failure leaves no half file.
    """
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            source = Source(Nothing(), lang, None, model, instance)
            created = dt.datetime.combine(instance.info.as_of, dt.time())
            title = tr("Cliff map", lang)
            workbook.set_properties(
                {"title": f"{source.title}: {title}", "author": "vitri", "created": created}
            )
            book = _Book(workbook, source, found, Places(instance, lang, model))
            book.nearest()
            book.totals()
            book.items()
            book.everything()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def write_cliff_plot(
    found: CliffMap, path: str | os.PathLike[str], instance: Instance, lang: Lang = "vi"
) -> Path:
    """Write the picture of a cliff map (SVG) and return its path; never half a file."""
    return write_picture(cliff_svg(found, instance, lang), path)


class _Book:
    """The sheets of one map."""

    def __init__(self, workbook: Any, source: Source, found: CliffMap, places: Places) -> None:
        self.workbook, self.source, self.found, self.places = workbook, source, found, places
        self.lang: Lang = source.lang
        self.styles = Styles(workbook)
        self._inside = (_INSIDE,) if found.scope != "office" else ()

    def _sheet(self, name: str, columns: tuple[Column, ...], title: str, landscape: bool = True) -> Table:
        sheet = Sheet(
            self.workbook,
            self.styles,
            self.source,
            tr(name, self.lang)[:31],
            [column.width for column in columns],
            landscape=landscape,
        )
        sheet.title(tr(title, self.lang))
        return Table(sheet, columns)

    def nearest(self) -> None:
        """Write the nearest breakpoints, the most fragile first, with a few sentences above."""
        columns = (*_PLACE, *self._inside, *_STEP)
        table = self._sheet(N_("Nearest"), columns, N_("The nearest breakpoints, the most fragile first"))
        first = cliffs_of(self.found, first=True)
        sheet = table.sheet
        sheet.note(rules_text(self.found, self.lang))
        if not first:
            sheet.sentence(tr("Nothing moves within ±{reach} %.", self.lang, reach=self.found.reach_pct))
            return
        for cliff in leading(first):
            sheet.sentence(sentence(cliff, self._place(cliff), self.lang))
        sheet.row += 1
        table.header()
        self._cliff_rows(table, first)
        if self.found.cliffs["searched"].any():
            sheet.note(searched_text(self.lang))

    def everything(self) -> None:
        """Write every breakpoint within the reach."""
        columns = (*_PLACE, *self._inside, *_STEP)
        table = self._sheet(N_("All breakpoints"), columns, N_("Every breakpoint within the reach"))
        table.header()
        self._cliff_rows(table, cliffs_of(self.found))

    def _cliff_rows(self, table: Table, cliffs: list[Cliff]) -> None:
        for serial, cliff in enumerate(cliffs, 1):
            table.write(
                {
                    "tt": str(serial),
                    "office": self.places.office(cliff.office),
                    "inside": self.places.within(cliff.pool, cliff.task_group),
                    "now": cliff.posts_now,
                    "levers": _first_letter(levers_text(cliff.levers, self.lang)),
                    "change": cliff.change_bp / 10_000,
                    "from": cliff.posts_from,
                    "to": cliff.posts_to,
                    "how": how_text(cliff.searched, self.lang),
                }
            )
        table.finish()

    def _place(self, cliff: Cliff) -> str:
        return self.places.place(cliff.office, cliff.pool, cliff.task_group)

    def items(self) -> None:
        """Write the most fragile norm of every row."""
        columns = (*_PLACE, *self._inside, *_ITEM)
        title = N_("The single norm or volume that moves each number with the least change")
        table = self._sheet(N_("Single norms"), columns, title)
        rows = fragile_items(self.found)
        if not rows:
            table.sheet.sentence(
                tr("No single norm moves a number within ±{reach} %.", self.lang, reach=self.found.reach_pct)
            )
            return
        for row in rows[:SENTENCES]:
            place = self.places.place(row.office, row.pool, row.task_group)
            table.sheet.sentence(item_sentence(row, place, self.places.item(row.work_item), self.lang))
        table.sheet.row += 1
        table.header()
        for serial, row in enumerate(rows, 1):
            table.write(
                {
                    "tt": str(serial),
                    "office": self.places.office(row.office),
                    "inside": self.places.within(row.pool, row.task_group),
                    "item": self.places.item(row.work_item),
                    "now": row.posts_now,
                    "change": row.change_bp / 10_000,
                    "to": row.posts_to,
                    "how": how_text(row.searched, self.lang),
                }
            )
        table.finish()

    def totals(self) -> None:
        """Write total posts at round changes, their chart, and the figures of the chart."""
        levers = self.found.levers
        columns = (
            Column("change", N_("Change"), 24, "shift"),
            *(
                Column(lever, _first_letter(tr(LEVER_WORDS[lever], self.lang)), 22, "int", literal=True)
                for lever in levers
            ),
        )
        table = self._sheet(N_("Totals"), columns, N_("Posts in all when one figure changes"), False)
        sheet = table.sheet
        sheet.note(rules_text(self.found, self.lang))
        table.header(repeat=False)
        wide = self.found.summary.pivot(index="change_bp", columns="lever", values="posts")
        for change in [*wide.index[wide.index < 0], 0, *wide.index[wide.index > 0]]:
            values: dict[str, Cell] = {"change": change / 10_000}
            for lever in levers:
                posts = self.found.posts_now if change == 0 else wide.loc[change, lever]
                values[lever] = None if pd.isna(posts) else int(posts)
            table.write(values, "strong" if change == 0 else "cell")
        table.finish()
        sheet.row += 1
        chart_row = sheet.row
        sheet.row += 20
        sheet.page.set_h_pagebreaks([sheet.row])
        sheet.heading(tr("Figures of the charts", self.lang))
        figures = Table(sheet, columns)
        figures.header(repeat=False)
        first = sheet.row
        curves = {lever: self._curve(lever) for lever in levers}
        for pct in range(-self.found.reach_pct, self.found.reach_pct + 1):
            figures.write({"change": pct / 100, **{lever: curves[lever].get(pct) for lever in levers}})
        figures.finish()
        self._chart(sheet, first, sheet.row - 1, chart_row)

    def _curve(self, lever: LeverKind) -> dict[int, int]:
        """Return the total posts at every whole percent at which a post has time."""
        part = self.found.totals[self.found.totals["lever"] == lever]
        change, posts = part["change_bp"].to_numpy(), part["posts"].to_numpy()
        inside = range(-(-int(change[0]) // 100), int(change[-1]) // 100 + 1)
        return {pct: int(posts[change.searchsorted(pct * 100, side="right") - 1]) for pct in inside}

    def _chart(self, sheet: Sheet, first: int, last: int, row: int) -> None:
        chart = self.workbook.add_chart({"type": "scatter", "subtype": "straight"})
        for levers in families(self.found):
            lever, order = levers[0], self.found.levers.index(levers[0]) + 1
            chart.add_series(
                {
                    "name": ", ".join(tr(LEVER_WORDS[name], self.lang) for name in levers),
                    "categories": [sheet.name, first, 0, last, 0],
                    "values": [sheet.name, first, order, last, order],
                    "line": {"color": COLOURS[lever], "width": 2.25, "dash_type": _DASH.get(lever, "solid")},
                    "marker": {"type": "none"},
                }
            )
        font = {"name": FONT, "size": 10}
        plain = font | {"bold": False, "italic": True}
        reach = self.found.reach_pct / 100
        chart.set_title(
            {
                "name": tr("Posts in all when one figure changes", self.lang),
                "name_font": {"name": FONT, "size": 13, "bold": True},
            }
        )
        chart.set_x_axis(
            {
                "name": tr("change of the figure", self.lang),
                "name_font": plain,
                "num_font": font,
                "num_format": "+0%;-0%;0%",
                "min": -reach,
                "max": reach,
                "crossing": -reach,
                "label_position": "low",
                "major_gridlines": {"visible": True, "line": {"color": "#E6EAEE", "width": 0.75}},
            }
        )
        posts = self.found.totals["posts"]
        low, high = nice_ends(int(posts.min()), int(posts.max()))
        chart.set_y_axis(
            {
                "name": tr("posts", self.lang),
                "name_font": plain,
                "num_font": font,
                "num_format": "#,##0",
                "min": low,
                "max": high,
                "major_unit": round_step(high - low),
                "crossing": "min",
                "major_gridlines": {"visible": True, "line": {"color": "#D0D5DA", "width": 0.75}},
            }
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": 820, "height": 388})
        sheet.page.insert_chart(row, 0, chart, {"x_offset": 6, "y_offset": 4})


_DASH = {"volume": "dash", "coefficient": "round_dot"}
_RULES = {
    "up": N_("the next whole number"),
    "half_up": N_("the nearest whole number"),
    "down": N_("whole numbers downwards"),
    "wisn": N_("whole numbers by the WISN rule"),
    "cutoff": N_("whole numbers by the cut-off table"),
}
_LEVELS = {
    "office": N_("each office"),
    "pool": N_("each staff of an office"),
    "position": N_("each task group"),
}


def rules_text(found: CliffMap, lang: Lang) -> str:
    """Return under which rules the map was made, in one sentence."""
    return tr(
        "Policy {policy}: posts are rounded to {rule}, for {level}. Changes go by steps of 0.01 %, "
        "up to ±{reach} %.",
        lang,
        policy=found.policy,
        rule=tr(_RULES[found.rounding], lang),
        level=tr(_LEVELS[found.level], lang),
        reach=found.reach_pct,
    )


def searched_text(lang: Lang) -> str:
    """Return what a searched breakpoint is."""
    return tr(
        "Searched: the office has estimates or work that does not follow its norms, so that its breakpoints "
        "were found by bisection between full computations. All others are exact at every step.",
        lang,
    )


def how_text(searched: bool, lang: Lang) -> str:
    """Return how a row was computed, in a word."""
    return tr("searched", lang) if searched else tr("exact", lang)


def leading(cliffs: list[Cliff]) -> list[Cliff]:
    """Return the nearest cliff of each of the first few rows."""
    chosen: dict[tuple[str, str, str], Cliff] = {}
    for cliff in cliffs:
        chosen.setdefault((cliff.office, cliff.pool, cliff.task_group), cliff)
    return list(chosen.values())[:SENTENCES]


def posts_text(posts: Any, difference: Any, lang: Lang) -> str:
    """Return a total with its difference: ``1.028 (+171)``; a dash where a post would have no time."""
    if pd.isna(posts):
        return "–"
    sign = "+" if difference > 0 else ""
    return f"{number(int(posts), lang)} ({sign}{number(int(difference), lang)})"


def _first_letter(text: str) -> str:
    return text[:1].upper() + text[1:]
