"""The work calendar in the usual form, as a workbook: a sheet per office, a sheet of who works on what."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.i18n import N_, Lang, date_text, month_text, number, tr
from vitri.report.styles import FONT, SIZE, Styles
from vitri.workload.month.problem import each_row

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.plan.result import Result

COLUMNS = (
    (N_("Day"), 13),
    (N_("Session"), 9),
    (N_("Time"), 12),
    (N_("Content"), 40),
    (N_("Chair"), 10),
    (N_("Participants"), 24),
    (N_("Venue"), 20),
    (N_("Preparation"), 28),
    (N_("Vehicle"), 12),
)
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip
SESSION_NAMES = {
    "morning": N_("Morning"),
    "afternoon": N_("Afternoon"),
    "evening": N_("Evening"),
    "full_day": N_("Whole day"),
}


def day_text(date: str, lang: Lang) -> str:
    """Return the weekday and the date of a row."""
    day = dt.date.fromisoformat(date)
    return f"{tr(WEEKDAYS[day.weekday()], lang)}\n{date_text(day, lang)}"


def things_of(instance: Instance | None) -> dict[str, tuple[str, str]]:
    """Return kind and name of every room and vehicle by code."""
    if instance is None:
        return {}
    frame = instance.table("resources")
    return {
        str(code): (str(kind), str(name))
        for code, kind, name in zip(frame["code"], frame["kind"], frame["name"], strict=True)
    }


def line_of(
    row: Any, things: Mapping[str, tuple[str, str]], everybody: frozenset[str], lang: Lang
) -> list[str]:
    """Return a row of the calendar in the order of `COLUMNS`, without blanks of the day and session."""

    def text(value: object) -> str:
        return value if isinstance(value, str) else ""

    people = [code for code in text(row.officials).split(";") if code]
    shown = (
        tr("All officials of the office", lang)
        if everybody and set(people) == everybody
        else ", ".join(people)
    )
    vehicles = [
        things[c][1] for c in text(row.resources).split(";") if c in things and things[c][0] == "vehicle"
    ]
    rooms = [things[c][1] for c in text(row.resources).split(";") if c in things and things[c][0] == "room"]
    place = text(row.place)
    if rooms and not place:
        place = ", ".join(rooms)
    return [
        day_text(row.date, lang),
        tr(SESSION_NAMES[row.session], lang),
        f"{row.start_time} – {row.end_time}",
        text(row.title),
        text(row.chair),
        shown,
        place,
        text(row.preparation),
        ", ".join(vehicles),
    ]


def calendar_lines(result: Result, office: str, lang: Lang) -> Iterator[list[str]]:
    """Yield the events of an office in order of time, then nothing else: work stands in the other sheet."""
    frame = result.table("sessions")
    mine = frame[(frame["office"] == office) & frame["event"].notna()]
    instance = result.instance
    things = things_of(instance)
    everybody: frozenset[str] = frozenset()
    if instance is not None:
        officials = instance.table("officials")
        everybody = frozenset(officials.loc[officials["office"] == office, "code"].astype(str))
    for row in each_row(mine.sort_values(["date", "start_time", "event"], kind="stable")):
        yield line_of(row, things, everybody, lang)


def write_work_calendar(result: Result, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the workbook and return its path; never half a file."""
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            day = dt.date.fromisoformat(result.info["scenario"]["as_of"])
            workbook.set_properties({"author": "vitri", "created": dt.datetime.combine(day, dt.time())})
            styles = Styles(workbook)
            for office in result.info["offices"]:
                _events(workbook, styles, result, str(office), lang)
                _work(workbook, styles, result, str(office), lang)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _head(
    workbook: Any, styles: Styles, result: Result, name: str, title: str, columns: Any, lang: Lang
) -> Any:
    sheet = workbook.add_worksheet(name[:31])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P/&N")
    last = len(columns) - 1
    for index, (_, width) in enumerate(columns):
        sheet.set_column(index, index, width)
    row = 0
    if result.info["scenario"]["synthetic"]:
        sheet.merge_range(0, 0, 0, last, tr("Synthetic data", lang).upper(), styles.fixed("banner"))
        row = 1
    sheet.merge_range(row, 0, row, last, title, styles.fixed("title"))
    sheet.set_row(row, 26)
    for index, (label, _) in enumerate(columns):
        sheet.write_string(row + 1, index, tr(label, lang), styles.fixed("header"))
    sheet.set_row(row + 1, 22)
    sheet.repeat_rows(row + 1)
    sheet.freeze_panes(row + 2, 0)
    return sheet, row + 2


def _office_name(result: Result, office: str) -> str:
    instance = result.instance
    if instance is None:
        return office
    frame = instance.table("offices")
    return next((str(n) for c, n in zip(frame["code"], frame["name"], strict=True) if c == office), office)


def _events(workbook: Any, styles: Styles, result: Result, office: str, lang: Lang) -> None:
    title = tr(
        "WORK CALENDAR OF {office}, {month}",
        lang,
        office=_office_name(result, office).upper(),
        month=month_text(str(result.info["month"]), lang),
    )
    name = tr("Calendar {office}", lang, office=office)
    sheet, at = _head(workbook, styles, result, name, title, COLUMNS, lang)
    cell, centre = styles.cell("text"), styles.cell("code")
    lines = list(calendar_lines(result, office, lang))
    for index, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.write_string(at + index, column, text, centre if column in (0, 1, 2, 4) else cell)
        tall = max(
            2, *(-(-len(text) // max(1, width - 2)) for text, (_, width) in zip(line, COLUMNS, strict=True))
        )
        sheet.set_row(at + index, 15 * tall + 3)
    _merge_days(sheet, at, [line[0] for line in lines], centre)


def _merge_days(sheet: Any, at: int, days: list[str], look: Any) -> None:
    """Merge the cells of one day."""
    start = 0
    for index in range(1, len(days) + 1):
        if index == len(days) or days[index] != days[start]:
            if index - start > 1:
                sheet.merge_range(at + start, 0, at + index - 1, 0, days[start], look)
            start = index


_WORK = (
    (N_("Official"), 11),
    (N_("Day"), 22),
    (N_("Session"), 9),
    (N_("Time"), 13),
    (N_("Registration"), 13),
    (N_("Content"), 52),
    (N_("Minutes"), 10),
)


def _work(workbook: Any, styles: Styles, result: Result, office: str, lang: Lang) -> None:
    """Write who works on which registration in which session."""
    frame = result.table("sessions")
    mine = frame[(frame["office"] == office) & frame["event"].isna()]
    mine = mine.sort_values(["officials", "date", "start_time"], kind="stable")
    title = tr(
        "WORK OF EVERY OFFICIAL BY SESSION, {month}", lang, month=month_text(str(result.info["month"]), lang)
    )
    name = tr("Work {office}", lang, office=office)
    sheet, at = _head(workbook, styles, result, name, title, _WORK, lang)
    for index, row in enumerate(each_row(mine)):
        cells = (
            row.officials,
            day_text(row.date, lang).replace("\n", " "),
            tr(SESSION_NAMES[row.session], lang),
            f"{row.start_time} – {row.end_time}",
            row.registration,
            row.title,
        )
        for column, value in enumerate(cells):
            text = value if isinstance(value, str) else ""
            sheet.write_string(at + index, column, text, styles.cell("text" if column == 5 else "code"))
        sheet.write_number(at + index, 6, int(row.minutes), styles.cell("minutes"))
    if len(mine):
        sheet.autofilter(at - 1, 0, at + len(mine) - 1, len(_WORK) - 1)


def level_lines(result: Result, lang: Lang) -> list[str]:
    """Return each level of the objective in words, with its bound."""
    lines = []
    for level in result.info["levels"]:
        names = {"minutes": N_("{value} minutes"), "places": N_("{value} places"), "0.1 %": N_("{value} %")}
        scale = 10 if level["unit"] == "0.1 %" else 1
        value = number(level["value"] / scale if scale > 1 else level["value"], lang)
        told = tr(names.get(level["unit"], "{value}"), lang, value=value)
        if level["status"] == "optimal":
            proof = tr("proven", lang)
        elif level["bound"] is None:
            proof = tr("no bound", lang)
        else:
            bound = number(level["bound"] / scale if scale > 1 else level["bound"], lang)
            proof = tr("at least {bound}", lang, bound=bound)
        lines.append(f"{level['office']}: {tr(level['name'], lang)}: {told} ({proof})")
    return lines


def undone_lines(result: Result, lang: Lang) -> list[str]:
    """Return what is left undone, in words."""
    frame: pd.DataFrame = result.table("unmet")
    return [
        tr(
            "{office}: {minutes} minutes of {group} (priority {priority}) are left undone.",
            lang,
            office=row.office,
            minutes=number(int(row.minutes), lang),
            group=row.task_group,
            priority=int(row.priority),
        )
        for row in each_row(frame)
    ]
