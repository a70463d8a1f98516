"""The workbook of a comparison: words, totals, offices, organisations, positions, rules, changes."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.i18n import N_, Lang, sort_key, tr
from vitri.report.comparison_plot import comparison_svg
from vitri.report.picture import write_picture
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import FONT, SIZE, Kind, Styles
from vitri.report.table import SERIAL, Cell, Column, Table
from vitri.rules import REGISTRY

if TYPE_CHECKING:
    from vitri.compare import Comparison, ResultLike

_KINDS: dict[str, tuple[Kind, int]] = {
    "dec4": ("fte", 10_000),
    "dec2": ("percent", 10_000),
    "minutes": ("hours", 60),
}
_VERDICTS = {"gains": N_("gains"), "loses": N_("loses"), "same": N_("no change")}


def write_comparison_workbook(
    found: Comparison, results: Sequence[ResultLike], path: str | os.PathLike[str], lang: Lang = "vi"
) -> Path:
    """Write a comparison as a printable workbook with a native chart and return its path; never half a file.

    `results` are the runs compared, in the same order; the base gives title, names and date.
    """
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            source = Source(results[0], lang)
            as_of = str((results[0].info.get("scenario") or {}).get("as_of") or "2000-01-01")
            workbook.set_properties(
                {
                    "title": f"{source.title}: {tr('Scenarios side by side', lang)}",
                    "author": "vitri",
                    "created": dt.datetime.fromisoformat(as_of),
                }
            )
            book = _Book(workbook, source, found)
            book.summary()
            book.offices()
            book.organisations()
            book.positions()
            book.rules()
            book.changes()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def write_comparison_plot(found: Comparison, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the picture of a comparison (SVG) and return its path; never half a file."""
    return write_picture(comparison_svg(found, lang), path)


class _Book:
    """The sheets of one comparison."""

    def __init__(self, workbook: Any, source: Source, found: Comparison) -> None:
        self.workbook, self.source, self.found = workbook, source, found
        self.lang: Lang = source.lang
        self.styles = Styles(workbook)

    def _sheet(self, name: str, columns: tuple[Column, ...], title: str, landscape: bool = True) -> Table:
        widths = [column.width for column in columns]
        sheet = Sheet(
            self.workbook, self.styles, self.source, tr(name, self.lang)[:31], widths, landscape=landscape
        )
        sheet.title(tr(title, self.lang))
        return Table(sheet, columns)

    def _run_columns(self, kind: Kind, width: float, over: str = "", total: bool = True) -> list[Column]:
        """Return one column per run."""
        columns = []
        for index, run in enumerate(self.found.runs):
            columns.append(Column(f"v{index}", run, width, kind, over=over, total=total, literal=True))
        return columns

    def summary(self) -> None:
        """Write the paragraph, what differs in rules, totals and objective levels, and the chart."""
        found, lang = self.found, self.lang
        columns = (
            Column("figure", N_("Figure"), 44),
            Column("unit", N_("Unit"), 11),
            *self._run_columns("text", max(15.0, 90 / len(found.runs)), total=False),
        )
        table = self._sheet(N_("Comparison"), columns, N_("Scenarios side by side"))
        sheet = table.sheet
        for line in found.policy_lines(lang):
            sheet.note(line)
        sheet.sentence(found.paragraph(lang))
        sheet.row += 1
        table.header(repeat=False)
        places: dict[str, int] = {}
        for key, title, unit, figures in found.figures(lang):
            kind, divisor = _KINDS.get(unit, ("int", 1))
            row = sheet.row
            places[key] = row
            label = {"hours": tr("hours", lang), "fte": tr("FTE", lang), "percent": "%"}.get(kind, "")
            table.write({"figure": title, "unit": label or tr(unit, lang)})
            for index, value in enumerate(figures):
                style = self.styles.cell(kind)
                sheet.write(row, 2 + index, None if value is None else value / divisor, style)
        table.finish()
        sheet.note(tr("Hours and posts are the values of the plans found; proofs stand in each run.", lang))
        for wish in found.expected.itertuples(index=False):
            sheet.note(found.expectation(wish, lang))
        self._chart(sheet, places)

    def _chart(self, sheet: Sheet, places: dict[str, int]) -> None:
        rows = [(key, places[key]) for key in ("unmet_minutes", "repeated_minutes") if key in places]
        if not rows:
            return
        chart = self.workbook.add_chart({"type": "column"})
        last = 1 + len(self.found.runs)
        header = min(places.values()) - 1
        for (_, row), colour in zip(rows, ("#24507F", "#B5482F"), strict=False):
            chart.add_series(
                {
                    "name": [sheet.name, row, 0],
                    "categories": [sheet.name, header, 2, header, last],
                    "values": [sheet.name, row, 2, row, last],
                    "fill": {"color": colour},
                    "data_labels": {"value": True, "num_format": "#,##0", "font": {"name": FONT, "size": 9}},
                }
            )
        font = {"name": FONT, "size": 10}
        title = tr("Hours left undone and hours of repeated overhead", self.lang)
        chart.set_title({"name": title, "name_font": {"name": FONT, "size": 13, "bold": True}})
        chart.set_x_axis({"num_font": font})
        chart.set_y_axis(
            {
                "num_font": font,
                "num_format": "#,##0",
                "min": 0,
                "major_gridlines": {"visible": True, "line": {"color": "#E6EAEE", "width": 0.75}},
            }
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": 900, "height": 340})
        sheet.row += 1
        sheet.page.set_h_pagebreaks([sheet.row])
        sheet.page.insert_chart(sheet.row, 0, chart, {"x_offset": 6, "y_offset": 4})
        sheet.row += 18

    def _parties(self, kind: str, frame: pd.DataFrame, name: str, title: str, label: str) -> None:
        """Write posts and hours left undone of offices or organisations, and who gains and loses."""
        found, lang = self.found, self.lang
        runs = range(len(found.runs))
        columns = (
            SERIAL,
            Column("name", label, 34),
            *(
                Column(f"p{i}", found.runs[i], 12, "dash", over=N_("Posts"), literal=True, total=True)
                for i in runs
            ),
            *(
                Column(
                    f"u{i}", found.runs[i], 12, "hours", over=N_("Undone (hours)"), literal=True, total=True
                )
                for i in runs
            ),
            *(
                Column(f"g{i}", found.runs[i], 12, over=N_("Against the base"), literal=True)
                for i in runs[1:]
            ),
        )
        table = self._sheet(name, columns, title)
        table.sheet.note(
            tr(
                "Undone as people are placed; work that several organisations share is divided by what each "
                "asked for. Who gains or loses is told by the share of its own work left undone.",
                lang,
            )
        )
        table.header()
        gains = found.gains[found.gains["kind"] == kind]
        told = dict(zip(zip(gains["run"], gains["code"], strict=True), gains["verdict"], strict=True))
        codes = sorted(frame[kind].astype("str").unique(), key=lambda code: sort_key(found.name(kind, code)))
        for serial, code in enumerate(codes, 1):
            own = frame[frame[kind] == code].set_index("run")
            label_text = found.name(kind, code) or tr("Shared staff; the office's own work", lang)
            values: dict[str, Cell] = {"tt": str(serial), "name": label_text}
            for i in runs:
                run = found.runs[i]
                if run not in own.index:
                    continue
                values[f"p{i}"] = int(own.loc[run, "posts"])
                values[f"u{i}"] = int(own.loc[run, "unmet_minutes"]) / 60
                if i:
                    values[f"g{i}"] = tr(_VERDICTS[str(told.get((run, code), "same"))], lang)
            table.write(values)
        table.finish(tr("Total", lang))

    def offices(self) -> None:
        """Write every office, run by run."""
        title = N_("Scenarios side by side: offices")
        self._parties("office", self.found.by_office, N_("Offices"), title, N_("Office"))

    def organisations(self) -> None:
        """Write every organisation, run by run."""
        title = N_("Scenarios side by side: organisations")
        frame = self.found.by_organisation
        self._parties("organisation", frame, N_("Organisations"), title, N_("Organisation"))

    def positions(self) -> None:
        """Write the posts of every kind of position: fixed ones by name, sized ones by what they hold."""
        found, lang = self.found, self.lang
        columns = (
            SERIAL,
            Column("name", N_("Position, or what it holds"), 60),
            *self._run_columns("dash", 13),
        )
        table = self._sheet(N_("Positions compared"), columns, N_("Posts of every position, run by run"))
        table.header()
        frame = found.by_position
        keys = frame[["position", "task_groups"]].drop_duplicates()
        for serial, (position, groups) in enumerate(keys.itertuples(index=False, name=None), 1):
            own = frame[(frame["position"] == position) & (frame["task_groups"] == groups)].set_index("run")
            held = "; ".join(found.name("task_group", code) for code in str(groups).split(";") if code)
            values: dict[str, Cell] = {
                "tt": str(serial),
                "name": held or found.name("position", str(position)),
            }
            values |= {f"v{i}": int(own.loc[run, "posts"]) for i, run in enumerate(found.runs)}
            table.write(values)
        table.finish(tr("Total", lang))

    def rules(self) -> None:
        """Write for every named rule how many places stand at its limit, and how many do not keep it."""
        found, lang = self.found, self.lang
        runs = range(len(found.runs))
        columns = (
            SERIAL,
            Column("rule", N_("Rule"), 30),
            *(
                Column(f"l{i}", found.runs[i], 12, "dash", over=N_("Places at the limit"), literal=True)
                for i in runs
            ),
            *(
                Column(f"n{i}", found.runs[i], 12, "dash", over=N_("Places not kept"), literal=True)
                for i in runs
            ),
        )
        table = self._sheet(N_("Rules compared"), columns, N_("Named rules, run by run"))
        note = N_(
            "Every binding rule is kept in every run; places not kept are only reported, they do not bind."
        )
        table.sheet.note(tr(note, lang))
        table.header()
        titles = {entry.name: entry.title for entry in REGISTRY}
        frame = found.by_rule
        for serial, rule in enumerate(sorted(frame["rule"].unique()), 1):
            own = frame[frame["rule"] == rule].set_index("run")
            values: dict[str, Cell] = {
                "tt": str(serial),
                "rule": tr(titles.get(str(rule), str(rule)), self.lang),
            }
            for i, run in enumerate(found.runs):
                if run in own.index:
                    values[f"l{i}"] = int(own.loc[run, "at_limit"])
                    values[f"n{i}"] = int(own.loc[run, "not_kept"])
            table.write(values)
        table.finish()

    def changes(self) -> None:
        """Write every change of every run: what it says, rows touched, the figure before and after."""
        columns = (
            SERIAL,
            Column("run", N_("Run"), 24),
            Column("what", N_("Change"), 70),
            Column("rows", N_("Rows touched"), 10, "int"),
            Column("before", N_("Before"), 20),
            Column("after", N_("After"), 20),
        )
        table = self._sheet(N_("Changes"), columns, N_("What each scenario changes"))
        table.header()
        for serial, (run, change) in enumerate(self.found.changes, 1):
            table.write(
                {
                    "tt": str(serial),
                    "run": run,
                    "what": str(change.get(f"sentence_{self.lang}") or change.get("do", "")),
                    "rows": int(str(change.get("rows_touched") or 0)),
                    "before": _figure(change.get("before"), self.lang),
                    "after": _figure(change.get("after"), self.lang),
                }
            )
        table.finish()


def _figure(value: object, lang: Lang) -> str:
    from vitri.i18n import number

    return number(value, lang) if isinstance(value, int) else "" if value is None else str(value)
