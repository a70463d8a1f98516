"""The workbook of a month: an assignment sheet per office, the load with its chart, a sheet per official."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vitri.data.fields import number_text
from vitri.i18n import N_, Lang, date_text, month_text, tr
from vitri.report.book import Book, section_number
from vitri.report.source import Source, records, text
from vitri.report.styles import FONT, SIZE
from vitri.report.table import SERIAL, Column, Ratio, Table
from vitri.report.words import ROLES, say

OFFICE_COLUMNS = (
    SERIAL,
    Column("code", N_("Code"), 12, "code"),
    Column("what", N_("Work"), 34),
    Column("body", N_("Organisation"), 20),
    Column("amount", N_("Quantity in the whole period"), 9.5, "code"),
    Column("due", N_("Due"), 10.5, "code"),
    Column("responsible", N_("Responsible"), 13, "code"),
    Column("helpers", N_("Together with"), 13, "code"),
    Column("hours", N_("Hours"), 8.5, "hours", total=True),
    Column("note", N_("Note"), 15),
)
PERSON_COLUMNS = (
    SERIAL,
    Column("code", N_("Code"), 12, "code"),
    Column("what", N_("Work"), 38),
    Column("body", N_("Organisation"), 22),
    Column("amount", N_("Quantity in the whole period"), 9.5, "code"),
    Column("due", N_("Due"), 10.5, "code"),
    Column("role", N_("Role"), 12, "code"),
    Column("hours", N_("Hours"), 8.5, "hours", total=True),
    Column("over", N_("Of which overtime"), 9.5, "hours", total=True),
)
LOAD_COLUMNS = (
    SERIAL,
    Column("official", N_("Official (code)"), 16, "code"),
    Column("fund", N_("Time fund (hours)"), 12, "hours", total=True),
    Column("given", N_("Hours assigned"), 12, "hours", total=True),
    Column("load", N_("Load"), 9, "load", rule=Ratio("given", "fund")),
    Column("over", N_("Overtime (hours)"), 12, "hours", total=True),
    Column("lines", N_("Registrations"), 11, "int", total=True),
    Column("main", N_("Main official of"), 16, "code"),
    Column("backup", N_("Backup of"), 16, "code"),
)


@dataclass(frozen=True)
class _Task:
    """What is said of a registration wherever it is listed."""

    what: str
    body: str
    amount: str
    due: str
    order: bool


def write_month(result: Any, path: str | os.PathLike[str], lang: Lang = "vi") -> Path:
    """Write the workbook of a month's assignment (a result of `vitri.assigning`) and return its path.

    Written under another name first. Raises OSError where the file cannot be written.
    """
    import xlsxwriter

    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            book = Book(workbook, Source(result, lang))
            _write(book)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _write(book: Book) -> None:
    source = book.source
    tasks = _tasks(source)
    lines = records(source.table("month_lines"))
    given = records(source.table("assignments"))
    offices = source.in_order("offices", {text(row["office"]) for row in lines})
    for office in offices:
        _office(book, office, [r for r in lines if r["office"] == office], given, tasks)
    _load(book, offices, given)
    people = records(source.table("month_people"))
    for office in offices:
        for who in sorted(text(row["official"]) for row in people if row["office"] == office):
            _person(book, office, who, [r for r in given if r["official"] == who], tasks)


def _tasks(source: Source) -> dict[str, _Task]:
    """Return what each registration is, read from the scenario."""
    instance, lang = source.instance, source.lang
    if instance is None:
        return {}
    frame = instance.table("registrations").set_index("code")
    names = source.names
    found: dict[str, _Task] = {}
    for code, row in frame.iterrows():
        amount = row["quantity"] if pd.isna(row["approved_quantity"]) else row["approved_quantity"]
        due = row["due_date"]
        found[str(code)] = _Task(
            text(row["task_name"]) or names("work_items", text(row["work_item"])),
            names("organisations", text(row["organisation"])),
            _decimal(number_text(int(amount), "dec2"), lang),
            "" if pd.isna(due) else date_text(due.date(), lang),
            text(row["kind"]) == "order",
        )
    return found


def _decimal(value: str, lang: Lang) -> str:
    return value.replace(".", ",") if lang == "vi" else value


def _person_name(source: Source, who: str) -> str:
    """Return code and, where the scenario opted in to personal details, the name."""
    if source.instance is None or not source.instance.has("official_details"):
        return who
    frame = source.instance.tables["official_details"].set_index("official")
    name = text(frame.at[who, "name"]) if who in frame.index else ""
    return f"{who} – {name}" if name else who


def _month(source: Source) -> str:
    return month_text(text(source.info.get("month")), source.lang)


def _office(book: Book, office: str, lines: list[Any], given: list[Any], tasks: dict[str, _Task]) -> None:
    source, lang = book.source, book.lang
    table = Table(_sheet(book, office, OFFICE_COLUMNS), OFFICE_COLUMNS)
    table.sheet.title(
        tr("Assignment of work in {month}", lang, month=_month(source)),
        subtitle=source.office(office),
        unit=tr("Unit: hours", lang),
    )
    table.header()
    held = [row for row in given if row["office"] == office]
    cells = sorted({(text(row["task_group"]), text(row["pool"])) for row in lines})
    order = {code: at for at, code in enumerate(source.in_order("task_groups", {g for g, _ in cells}))}
    for number, (group, pool) in enumerate(sorted(cells, key=lambda c: (order[c[0]], c[1])), 1):
        own = [row for row in held if (row["task_group"], row["pool"]) == (group, pool)]
        roles = {text(row["role"]): text(row["official"]) for row in own if not text(row["registration"])}
        name = source.group(group)
        if pool != "shared":
            name = f"{name} ({source.names.pool(pool)})"
        nobody = tr("nobody yet", lang)
        label = tr(
            "{group}. Main: {main}; backup: {backup}",
            lang,
            group=name,
            main=roles.get("main", nobody),
            backup=roles.get("backup", nobody),
        )
        table.section(label, section_number(number, len(cells)))
        mine = [row for row in lines if (row["task_group"], row["pool"]) == (group, pool)]
        for serial, row in enumerate(mine, 1):
            _line(table, serial, row, own, tasks, lang)
    table.finish(tr("Total", lang))
    undone = [row for row in lines if not text(row["responsible"])]
    if undone:
        table.sheet.note(
            tr(
                "{count} lines ({hours} hours) have nobody: the least urgent give way first.",
                lang,
                count=len(undone),
                hours=_decimal(f"{sum(int(row['minutes']) for row in undone) / 60:.1f}", lang),
            )
        )
    _signatures(table, lang)


def _line(table: Table, serial: int, row: Any, own: list[Any], tasks: dict[str, _Task], lang: Lang) -> None:
    code = text(row["registration"])
    task = tasks.get(code, _Task(code, "", "", "", False))
    team = [other for other in own if text(other["registration"]) == code]
    notes = [tr("Order", lang)] if task.order else []
    if any(other["pinned"] is True for other in team):
        notes.append(tr("fixed by the head", lang))
    if not text(row["responsible"]):
        notes.append(tr("nobody yet", lang))
    table.write(
        {
            "tt": str(serial),
            "code": code,
            "what": task.what,
            "body": task.body or tr("The office itself", lang),
            "amount": task.amount,
            "due": task.due,
            "responsible": text(row["responsible"]),
            "helpers": ", ".join(text(r["official"]) for r in team if r["role"] == "helper"),
            "hours": int(row["minutes"]) / 60,
            "note": "; ".join(notes),
        }
    )


def _load(book: Book, offices: list[str], given: list[Any]) -> None:
    """Write the load of everybody and, per office, a bar chart of it."""
    source, lang = book.source, book.lang
    table = Table(_sheet(book, tr("Load", lang), LOAD_COLUMNS), LOAD_COLUMNS)
    table.sheet.title(
        tr("Load of officials in {month}", lang, month=_month(source)), unit=tr("Unit: hours", lang)
    )
    table.header()
    people = records(source.table("month_people"))
    charts: list[tuple[str, int, int]] = []
    for number, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(number, len(offices)))
        first = table.sheet.row
        for serial, row in enumerate([r for r in people if r["office"] == office], 1):
            who = text(row["official"])
            own = [other for other in given if other["official"] == who]
            named = [other for other in own if not text(other["registration"])]
            table.write(
                {
                    "tt": str(serial),
                    "official": who,
                    "fund": int(row["available_minutes"]) / 60,
                    "given": sum(int(other["minutes"]) for other in own) / 60,
                    "over": sum(int(other["overtime_minutes"]) for other in own) / 60,
                    "lines": len(own) - len(named),
                    **{
                        role: ", ".join(sorted(text(r["task_group"]) for r in named if r["role"] == role))
                        for role in ("main", "backup")
                    },
                }
            )
        charts.append((office, first, table.sheet.row - 1))
    table.finish(tr("Total", lang))
    _charts(book, table, charts)


def _charts(book: Book, table: Table, rows: list[tuple[str, int, int]]) -> None:
    name = table.sheet.name
    row = table.sheet.row + 1
    for office, first, last in rows:
        chart = book.workbook.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": tr("Load", book.lang),
                "categories": [name, first, 1, last, 1],
                "values": [name, first, 4, last, 4],
                "fill": {"color": "#4F7CAC"},
                "border": {"color": "#2F4F6F"},
                "gap": 60,
            }
        )
        title = tr("Load of officials: {office}", book.lang, office=book.source.office(office))
        chart.set_title({"name": title, "name_font": {"name": FONT, "size": 12}, "overlay": False})
        chart.set_legend({"none": True})
        chart.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": {"visible": True}})
        chart.set_x_axis({"num_font": {"name": FONT, "size": 9, "rotation": -45}})
        chart.set_size({"width": 760, "height": 300})
        table.sheet.page.insert_chart(row, 1, chart)
        row += 16


def _person(book: Book, office: str, who: str, given: list[Any], tasks: dict[str, _Task]) -> None:
    source, lang = book.source, book.lang
    table = Table(_sheet(book, who, PERSON_COLUMNS), PERSON_COLUMNS)
    sheet = table.sheet
    sheet.title(
        tr("Work of {who} in {month}", lang, who=_person_name(source, who), month=_month(source)),
        subtitle=source.office(office),
        unit=tr("Unit: hours", lang),
    )
    for role, label in (("main", N_("Main official of: {groups}.")), ("backup", N_("Backup of: {groups}."))):
        groups = [
            source.group(text(row["task_group"]))
            for row in given
            if row["role"] == role and not text(row["registration"])
        ]
        if groups:
            sheet.sentence(tr(label, lang, groups="; ".join(groups)))
    own = [row for row in given if text(row["registration"])]
    if not own:
        sheet.sentence(tr("No registration is assigned in this month.", lang))
        return
    table.header()
    for serial, row in enumerate(sorted(own, key=lambda r: (r["task_group"], r["registration"])), 1):
        code = text(row["registration"])
        task = tasks.get(code, _Task(code, "", "", "", False))
        table.write(
            {
                "tt": str(serial),
                "code": code,
                "what": task.what,
                "body": task.body or tr("The office itself", lang),
                "amount": task.amount,
                "due": task.due,
                "role": tr("Responsible", lang) if row["role"] == "main" else say(ROLES, row["role"], lang),
                "hours": int(row["minutes"]) / 60,
                "over": int(row["overtime_minutes"]) / 60,
            }
        )
    table.finish(tr("Total", lang))
    _signatures(table, lang)


def _sheet(book: Book, name: str, columns: tuple[Column, ...]) -> Any:
    from vitri.report.sheet import Sheet

    taken = {sheet.name.lower() for sheet in book.sheets}
    title = name[:31]
    while title.lower() in taken:
        title = f"{name[:28]} {len(taken)}"
    widths = [column.width for column in columns]
    sheet = Sheet(book.workbook, book.styles, book.source, title, widths, landscape=True)
    book.sheets.append(sheet)
    return sheet


def _signatures(table: Table, lang: Lang) -> None:
    """Leave room for the two signatures of an official sheet."""
    sheet = table.sheet
    sheet.row += 1
    half = sheet.last // 2
    style = sheet.styles.fixed("subtitle")
    sheet.merge(sheet.row, 0, sheet.row, half, tr("Drawn up by", lang), style)
    sheet.merge(sheet.row, half + 1, sheet.row, sheet.last, tr("Head of the office", lang), style)
    sheet.row += 5
