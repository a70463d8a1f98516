"""Sheet: who goes where: every official today and proposed, vacancies and surplus."""

from __future__ import annotations

from collections import Counter

from vitri.i18n import N_, sort_key, tr
from vitri.report.book import Book, section_number
from vitri.report.source import Row, Source, number, records, text, whole
from vitri.report.table import SERIAL, Column, Table
from vitri.report.words import ACTIONS, say

VACANCY = "VAC-"
NAME = N_("Placement of officials")
_NOW, _THEN = N_("Today"), N_("Proposed")
COLUMNS = (
    SERIAL,
    Column("official", N_("Official (code)"), 13, "code"),
    Column("office_now", N_("Office"), 31, "text", _NOW),
    Column("position_now", N_("Job position"), 29, "text", _NOW),
    Column("position", N_("Job position"), 29, "text", _THEN),
    Column("share", N_("Share of time"), 7.5, "load", _THEN),
    Column("action", N_("Action"), 22),
    Column("training", N_("Retraining days"), 10, "dash", total=True),
)
_FIELDS = (
    "official",
    "office_now",
    "position_now",
    "office",
    "position",
    "post_group",
    "seat",
    "share_pct",
    "action",
    "training_days",
)
_GONE = ("surplus", "leave")


def add(book: Book) -> None:
    """Write each official under the proposed office, then vacancies, then those left without a post."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("Placement of officials", book.lang))
    frame = source.table("staffing", *_FIELDS)
    rows = records(frame)
    if not rows:
        table.sheet.sentence(
            tr("The data names no official, so the run proposes structure and posts only.", book.lang)
        )
        return
    table.header()
    placed = [row for row in rows if text(row["action"]) not in _GONE]
    gone = [row for row in rows if text(row["action"]) in _GONE]
    offices = [office for office in source.offices if any(text(row["office"]) == office for row in placed)]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices) + bool(gone)))
        _rows(table, source, [row for row in placed if text(row["office"]) == office])
    if gone:
        number_ = section_number(len(offices) + 1, len(offices) + 1)
        table.section(tr("Without a proposed post", book.lang), number_)
        _rows(table, source, gone)
    table.finish(tr("Total", book.lang))
    if any(not text(row["official"]) and holder(row) for row in rows):
        table.sheet.note(tr("Codes that begin with {mark} are vacant posts.", book.lang, mark=VACANCY))
    _counts(book, table, Counter(text(row["action"]) for row in rows))


def _rows(table: Table, source: Source, rows: list[Row]) -> None:
    for serial, row in enumerate(sorted(rows, key=lambda row: _order(source, row)), 1):
        share = number(row["share_pct"])
        table.write(
            {
                "tt": str(serial),
                "official": holder(row),
                "office_now": source.office(text(row["office_now"])),
                "position_now": source.position(text(row["position_now"])),
                "position": source.position(text(row["position"])),
                "share": None if share is None else share / 10_000,  # stored in hundredths of a percent
                "action": say(ACTIONS, text(row["action"]), source.lang),
                "training": number(row["training_days"]),
            }
        )


def holder(row: Row) -> str:
    """Return an official's code or, for a vacancy, the code under which work is assigned to its seat."""
    official = text(row["official"])
    seat = whole(row["seat"])
    return official if official or seat is None else f"{VACANCY}{text(row['post_group'])}-{seat}"


def _order(source: Source, row: Row) -> tuple[object, ...]:
    position = text(row["position"])
    rank = {"I": 1, "II": 2, "III": 3}.get(source.position_class(position), 9)
    return (
        rank,
        sort_key(source.position(position)),
        text(row["official"]) == "",
        text(row["office_now"]),
        text(row["official"]),
    )


def _counts(book: Book, table: Table, counts: Counter[str]) -> None:
    sheet = table.sheet
    sheet.heading(tr("In all", book.lang))
    body, figure = book.styles.cell("text"), book.styles.cell("int")
    last = sheet.row
    column = next(index for index, item in enumerate(COLUMNS) if item.key == "action")
    letters = chr(65 + column)
    for action in [*ACTIONS, *sorted(set(counts) - set(ACTIONS))]:
        if counts[action]:
            label = say(ACTIONS, action, book.lang)
            sheet.merge(sheet.row, 1, sheet.row, 2, label, body)
            formula = f'=COUNTIF({letters}1:{letters}{last},"{label}")'
            sheet.formula(sheet.row, 3, formula, counts[action], figure)
            sheet.row += 1
