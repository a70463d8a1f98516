"""Sheet: the reason for each number, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vitri.i18n import N_, sort_key, tr
from vitri.report.book import Book, section_number
from vitri.report.source import Row, Source, number, records, text
from vitri.report.table import SERIAL, Column
from vitri.report.words import REASONS, say

NAME = N_("Reasons")
COLUMNS = (
    SERIAL,
    Column("kind", N_("Kind of reason"), 24),
    Column("sentence", N_("Reason"), 100),
)
_FIGURES: Mapping[str, str] = {
    "posts": N_("Posts"),
    "quota": N_("Posts of the unit"),
    "quotas": N_("Posts of the unit"),
    "office": N_("Posts of the office"),
    "structure": N_("Structure"),
    "total": N_("All posts"),
    "totals": N_("All posts"),
}


def add(book: Book) -> None:
    """Write every reason under the figure it explains."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("The reason for each number", book.lang))
    frame = source.table("reasons", "figure", "order", "kind", "sentence_vi", "sentence_en")
    groups: dict[str, list[Row]] = {}
    for row in records(frame):
        groups.setdefault(text(row["figure"]), []).append(row)
    if not groups:
        table.sheet.sentence(tr("The run gives no reasons.", book.lang))
        return
    table.header()
    for order, figure in enumerate(sorted(groups, key=lambda figure: _order(source, figure)), 1):
        table.section(figure_text(source, figure), section_number(order, len(groups)))
        rows = sorted(groups[figure], key=lambda row: number(row["order"]) or 0)
        for serial, row in enumerate(rows, 1):
            table.write(
                {
                    "tt": str(serial),
                    "kind": say(REASONS, text(row["kind"]), book.lang),
                    "sentence": text(row[f"sentence_{book.lang}"]) or text(row["sentence_en"]),
                }
            )
    table.finish()


def figure_text(source: Source, figure: str) -> str:
    """Return a figure's key, such as ``posts:BB:KTTH``, with names for its codes."""
    parts = [part for part in re.split(r"[:/|]", figure) if part]
    if not parts:
        return figure
    words = (
        [tr(_FIGURES[parts[0]], source.lang)] if parts[0] in _FIGURES else [source.names.anywhere(parts[0])]
    )
    return " – ".join([*words, *(source.names.anywhere(part) for part in parts[1:])])


def _order(source: Source, figure: str) -> tuple[object, ...]:
    parts = [part for part in re.split(r"[:/|]", figure) if part]
    office = next((source.offices.index(part) for part in parts if part in source.offices), -1)
    return office, len(parts), sort_key(figure_text(source, figure)), figure
