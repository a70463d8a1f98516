"""Sheet: the workload of every office by task group: hours, FTE, peak month, estimated share."""

from __future__ import annotations

import pandas as pd

from vitri.i18n import N_, month_text, tr
from vitri.report.book import Book, section_number
from vitri.report.figures import fund_minutes, irregular_minutes, workload_cells
from vitri.report.source import Source
from vitri.report.table import SERIAL, Column, Ratio, Table

NAME = N_("Workload")
_PEAK, _ESTIMATE = N_("Peak month"), N_("Of which estimated")
COLUMNS = (
    SERIAL,
    Column("group", N_("Task group"), 34),
    Column("pool", N_("Who does it"), 28),
    Column("minutes", N_("Minutes"), 12, "minutes", total=True),
    Column("hours", N_("Hours"), 11, "hours", total=True),
    Column("fte", N_("Full-time equivalent (FTE)"), 10.5, "fte", total=True),
    Column("peak", N_("Month"), 10, "code", _PEAK),
    Column("peak_fte", N_("FTE"), 8, "fte", _PEAK),
    Column("irregular", N_("One-off work, no basis for quotas (hours)"), 12, "hours", total=True),
    Column("estimated", N_("Estimated hours"), 11, "hours", _ESTIMATE, total=True),
    Column("share", N_("Estimated share"), 9, "percent", _ESTIMATE, rule=Ratio("estimated", "hours")),
)


def add(book: Book) -> None:
    """Write, office by office, each cell of work with its minutes, FTE, peak month and estimated share."""
    source = book.source
    table = book.table(NAME, COLUMNS, landscape=True)
    table.sheet.title(tr("Workload by office and task group", book.lang))
    frame = workload_cells(source)
    frame = frame.loc[frame["minutes"] > 0]
    if frame.empty:
        table.sheet.sentence(tr("The run holds no workload.", book.lang))
        return
    table.header()
    funds = fund_minutes(source)
    cells, irregular = _cells(frame), irregular_minutes(source)
    offices = [office for office in source.offices if office in cells]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        once = {key[1:]: minutes for key, minutes in irregular.items() if key[0] == office}
        _office(table, source, cells[office], funds.get(office, {}), once)
    table.finish(tr("Total", book.lang))
    table.sheet.row += 1
    table.sheet.note(
        tr(
            "FTE: minutes of work over the working-time fund of one post in the period; peak FTE: the same "
            "within the heaviest month.",
            book.lang,
        )
    )


def _cells(frame: pd.DataFrame) -> dict[str, dict[tuple[str, str], dict[str, tuple[float, float]]]]:
    """Return office → (task group, pool) → month → minutes and estimated minutes."""
    cells: dict[str, dict[tuple[str, str], dict[str, tuple[float, float]]]] = {}
    columns = (
        frame[name] for name in ("office", "task_group", "pool", "month", "minutes", "estimated_minutes")
    )
    for office, group, pool, month, minutes, estimated in zip(*columns, strict=True):
        months = cells.setdefault(office, {}).setdefault((group, pool), {})
        before = months.get(month, (0.0, 0.0))
        months[month] = (before[0] + minutes, before[1] + estimated)
    return cells


def _office(
    table: Table,
    source: Source,
    cells: dict[tuple[str, str], dict[str, tuple[float, float]]],
    fund: dict[str, float],
    once: dict[tuple[str, str], float],
) -> None:
    whole_fund = sum(fund.values())
    order = {group: at for at, group in enumerate(source.in_order("task_groups", (g for g, _ in cells)))}
    for serial, key in enumerate(sorted(cells, key=lambda key: (order[key[0]], key[1])), 1):
        months = cells[key]
        minutes = sum(value for value, _ in months.values())
        full = {month: value / fund[month] for month, (value, _) in sorted(months.items()) if fund.get(month)}
        peak = max(full, key=lambda month: full[month]) if full else ""
        table.write(
            {
                "tt": str(serial),
                "group": source.group(key[0]),
                "pool": source.names.pool(key[1]),
                "minutes": minutes,
                "hours": minutes / 60,
                "fte": minutes / whole_fund if whole_fund else None,
                "peak": month_text(peak, source.lang) if peak else "",
                "peak_fte": full.get(peak),
                "irregular": once.get(key, 0.0) / 60,
                "estimated": sum(value for _, value in months.values()) / 60,
            }
        )
