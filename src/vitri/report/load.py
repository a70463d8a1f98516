"""Sheet: how full every official's time is, month by month, with bands in colour."""

from __future__ import annotations

from itertools import pairwise

from vitri.i18n import N_, Lang, number, tr
from vitri.report.book import Book, section_number
from vitri.report.periods import Period, periods
from vitri.report.source import Source, numbers, records, text, texts
from vitri.report.staffing import holder
from vitri.report.table import SERIAL, Column, Ratio, Table

NAME = N_("Load")
_DEFAULT_BANDS = (70, 90, 110)
Loads = dict[str, dict[str, tuple[float, float]]]  # official → month → minutes available, minutes assigned


def columns_of(spans: list[Period]) -> tuple[Column, ...]:
    """Return the columns: official, time fund, hours given, load of each period."""
    times = tuple(
        Column(span.key, span.title, 6.3, "load", span.over, literal=True, literal_over=True)
        for span in spans
    )
    return (
        SERIAL,
        Column("official", N_("Official (code)"), 13, "code"),
        Column("position", N_("Job position"), 28),
        Column("fund", N_("Time fund (hours)"), 10.5, "hours", total=True),
        Column("given", N_("Hours assigned"), 10.5, "hours", total=True),
        Column("load", N_("Whole period"), 7.5, "load", rule=Ratio("given", "fund")),
        *times,
    )


def add(book: Book) -> None:
    """Write, office by office, each official's load in percent of the time fund, coloured by band."""
    source = book.source
    loads = _loads(source)
    spans = periods(source.months, book.lang)
    table = book.table(NAME, columns_of(spans), landscape=True)
    sheet = table.sheet
    sheet.title(tr("Load of officials", book.lang), unit=tr("Unit: percent of the time fund", book.lang))
    if not loads or not spans:
        sheet.sentence(tr("No load is known: the data names no official.", book.lang))
        return
    bands = tuple(float(value) for value in source.setting("report", "load_bands_pct", _DEFAULT_BANDS))
    _legend(book, table, bands)
    table.header()
    first = sheet.row
    homes = _homes(source)
    members = {
        office: [who for who in loads if homes.get(who, ("", ""))[0] == office] for office in source.offices
    }
    offices = [office for office in source.offices if members[office]]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        _rows(table, source, members[office], loads, homes, spans)
    strangers = [who for who in loads if homes.get(who, ("", ""))[0] not in offices]
    if strangers:
        table.section(tr("Office not known", book.lang))
        _rows(table, source, strangers, loads, homes, spans)
    table.finish(tr("Total", book.lang))
    _colour(book, table, bands, first)


def _rows(
    table: Table,
    source: Source,
    members: list[str],
    loads: Loads,
    homes: dict[str, tuple[str, str]],
    spans: list[Period],
) -> None:
    for serial, who in enumerate(sorted(members), 1):
        months = loads[who]
        values: dict[str, float | None] = {}
        for span in spans:
            part = [months[month] for month in span.months if month in months]
            fund = sum(available for available, _ in part)
            values[span.key] = sum(assigned for _, assigned in part) / fund if fund else None
        table.write(
            {
                "tt": str(serial),
                "official": who,
                "position": source.position(homes.get(who, ("", ""))[1]),
                "fund": sum(available for available, _ in months.values()) / 60,
                "given": sum(assigned for _, assigned in months.values()) / 60,
                **values,
            }
        )


def _loads(source: Source) -> Loads:
    frame = source.table("load", "official", "month", "available_minutes", "assigned_minutes")
    available = numbers(frame["available_minutes"]).fillna(0.0)
    assigned = numbers(frame["assigned_minutes"]).fillna(0.0)
    loads: Loads = {}
    rows = zip(texts(frame["official"]), texts(frame["month"]), available, assigned, strict=True)
    for who, month, fund, given in sorted(rows):
        before = loads.setdefault(who, {}).get(month, (0.0, 0.0))
        loads[who][month] = (before[0] + fund, before[1] + given)
    return loads


def _homes(source: Source) -> dict[str, tuple[str, str]]:
    homes: dict[str, tuple[str, str]] = {}
    given = source.table("assignments", "office", "official")[["office", "official"]].drop_duplicates()
    for office, who in sorted(zip(texts(given["office"]), texts(given["official"]), strict=True)):
        homes.setdefault(who, (office, ""))
    fields = ("official", "office", "office_now", "position", "post_group", "seat")
    for row in records(source.table("staffing", *fields)):
        who = holder(row)
        office = text(row["office"]) or text(row["office_now"])
        if who and not homes.get(who, ("", ""))[1]:
            homes[who] = (office, text(row["position"]))
    return homes


def _band_texts(bands: tuple[float, ...], lang: Lang) -> list[str]:
    edges = [number(int(edge) if edge == int(edge) else edge, lang) for edge in bands]
    labels = [tr("under {edge} %", lang, edge=edges[0])]
    for low, high in pairwise(edges[:-1]):
        labels.append(tr("{low} % to under {high} %", lang, low=low, high=high))
    if len(edges) > 1:
        labels.append(tr("{low} % to {high} %", lang, low=edges[-2], high=edges[-1]))
    return [*labels, tr("over {edge} %", lang, edge=edges[-1])]


def _legend(book: Book, table: Table, bands: tuple[float, ...]) -> None:
    sheet = table.sheet
    labels = _band_texts(bands, book.lang)
    if (sheet.last - 5) // len(labels) < 3:  # few months: one colour a row
        for order, label in enumerate(labels):
            sheet.write(sheet.row, 2, label, book.styles.band_sample(order))
            sheet.row += 1
        sheet.row += 1
        return
    for order, label in enumerate(labels):
        left = 6 + order * 3
        sheet.merge(
            sheet.row, left, sheet.row, min(left + 2, sheet.last), label, book.styles.band_sample(order)
        )
    sheet.row += 2


def _colour(book: Book, table: Table, bands: tuple[float, ...], first: int) -> None:
    page, last = table.sheet.page, table.sheet.row - 1
    edges = [edge / 100 for edge in bands]
    area = (first, 5, last, table.sheet.last)
    page.conditional_format(*area, {"type": "blanks", "stop_if_true": True})
    # The last edge is the most that is allowed: a load just there is full, not too much.
    rules: list[dict[str, object]] = [{"criteria": "<", "value": edge} for edge in edges[:-1]]
    rules += [{"criteria": "<=", "value": edges[-1] + 1e-9}, {"criteria": ">", "value": edges[-1] + 1e-9}]
    for order, rule in enumerate(rules):
        look = {"type": "cell", "format": book.styles.band(order), "stop_if_true": True}
        page.conditional_format(*area, look | rule)
