"""Sheet: combined duties (kiêm nhiệm): which position's work is done by which other post."""

from __future__ import annotations

import pandas as pd

from vitri.i18n import N_, tr
from vitri.report.book import Book, section_number
from vitri.report.figures import post_rows
from vitri.report.source import Source, numbers, texts
from vitri.report.table import SERIAL, Column

NAME = N_("Combined duties")
COLUMNS = (
    SERIAL,
    Column("name", N_("Job position"), 30),
    Column("posts", N_("Posts"), 7.5, "int"),
    Column("groups", N_("Task groups"), 36),
    Column("by", N_("Covered by"), 34),
    Column("hours", N_("Hours in the period"), 11, "hours", total=True),
    Column("note", N_("Note"), 22),
)
_KEYS = ("office", "pool", "position", "task_group", "covered_by", "covered_by_pool")


def add(book: Book) -> None:
    """Write, office by office, each position whose work others do: by whom, and how many hours."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("Positions covered by combined duties", book.lang))
    frame = _covers(source)
    if frame.empty:
        table.sheet.sentence(tr("No position is covered by combined duties.", book.lang))
        return
    table.header()
    posts = post_rows(source).groupby(["office", "position"])["posts"].sum().to_dict()
    offices = [office for office in source.offices if (frame["office"] == office).any()]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        rows = frame.loc[frame["office"] == office]
        serial = 0
        for code in source.positions_in_order(rows["position"]):
            for row in _merged(source, rows.loc[rows["position"] == code]):
                serial += 1
                count = int(posts.get((office, code), 0))
                note = (
                    tr("The position has no post of its own", book.lang)
                    if count == 0
                    else tr("Part of the work is done by a fixed post", book.lang)
                )
                table.write(
                    {"tt": str(serial), "name": source.position(code), "posts": count, "note": note, **row}
                )
    table.finish(tr("Total", book.lang))


def _merged(source: Source, rows: pd.DataFrame) -> list[dict[str, str | float]]:
    merged: list[dict[str, str | float]] = []
    for (by, pool), part in rows.groupby(["covered_by", "covered_by_pool"], sort=True):
        name = source.position(str(by)) if by else ""
        if str(pool) not in ("", "shared"):
            name = f"{name} ({source.names.pool(str(pool))})"
        groups = source.in_order("task_groups", part["task_group"])
        hours = float(part["minutes"].sum()) / 60
        merged.append({"groups": "; ".join(source.group(g) for g in groups), "by": name, "hours": hours})
    return merged


def _covers(source: Source) -> pd.DataFrame:
    frame = source.table("cover", *_KEYS, "minutes")
    for column in _KEYS:
        frame[column] = texts(frame[column])
    frame["minutes"] = numbers(frame["minutes"]).fillna(0.0)
    # A fixed post that does the work of its own position combines nothing.
    frame = frame.loc[frame["position"] != frame["covered_by"]]
    return frame.groupby(list(_KEYS), sort=True)["minutes"].sum().reset_index()
