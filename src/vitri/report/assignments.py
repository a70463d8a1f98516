"""Sheet: who does what each month (giao việc): main official, backup and hours."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitri.i18n import N_, tr
from vitri.report.book import Book, section_number
from vitri.report.periods import Period, periods
from vitri.report.source import Source, numbers, texts
from vitri.report.table import SERIAL, Column, Sum, Table
from vitri.report.words import ROLES, say

NAME = N_("Monthly assignment")


@dataclass
class Share:
    """What one official does in one cell of work: the roles held and the minutes by month."""

    roles: set[str] = field(default_factory=set)
    minutes: dict[str, float] = field(default_factory=dict)

    @property
    def doing(self) -> set[str]:
        """The roles that take time."""
        return self.roles - {"backup"}

    def hours(self, span: Period) -> float:
        """Return the hours of one time column."""
        return sum(self.minutes.get(month, 0.0) for month in span.months) / 60

    def weight(self, official: str) -> tuple[bool, float, str]:
        """Sort key: main officials first, then those with most work."""
        return "main" not in self.roles, -sum(self.minutes.values()), official


Cell = dict[str, Share]
_KEYS = ("office", "month", "official", "pool", "task_group", "role")


def columns_of(spans: list[Period]) -> tuple[Column, ...]:
    """Return the columns: task group, officials, and hours of each period of the horizon."""
    times = tuple(
        Column(span.key, span.title, 7.7, "hours", span.over, True, literal=True, literal_over=True)
        for span in spans
    )
    keys = tuple(span.key for span in spans)
    rule = Sum(keys[0], keys[-1], keys) if keys else None
    return (
        SERIAL,
        Column("group", N_("Task group"), 24),
        Column("official", N_("Official in charge"), 12, "code"),
        Column("role", N_("Role"), 8.5, "code"),
        Column("backup", N_("Backup"), 12, "code"),
        *times,
        Column("all", N_("Whole period"), 9.5, "hours", rule=rule),
    )


def add(book: Book) -> None:
    """Write, office by office, each task group with its officials and their hours by month."""
    source = book.source
    work = _work(source)
    spans = periods(source.months, book.lang)
    table = book.table(NAME, columns_of(spans), landscape=True)
    table.sheet.title(tr("Assignment of work by month", book.lang), unit=tr("Unit: hours", book.lang))
    if not work or not spans:
        table.sheet.sentence(tr("No work is assigned by name: the data names no official.", book.lang))
        return
    table.header()
    offices = [office for office in source.offices if office in work]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        _office(table, source, work[office], spans)
    table.finish(tr("Total", book.lang))


def _office(table: Table, source: Source, cells: dict[tuple[str, str], Cell], spans: list[Period]) -> None:
    lang = source.lang
    groups = source.in_order("task_groups", (group for group, _ in cells))
    order = {code: at for at, code in enumerate(groups)}
    for serial, key in enumerate(sorted(cells, key=lambda key: (order[key[0]], key[1])), 1):
        group, pool = key
        name = source.group(group)
        if pool not in ("", "shared"):
            name = f"{name} ({source.names.pool(pool)})"
        cell = cells[key]
        backups = sorted(who for who, share in cell.items() if "backup" in share.roles)
        doing = sorted(share.weight(who) for who, share in cell.items() if share.doing)
        for index, official in enumerate([who for _, _, who in doing] or [""]):
            share = cell.get(official, Share())
            table.write(
                {
                    "tt": str(serial) if index == 0 else "",
                    "group": name if index == 0 else "",
                    "official": official,
                    "role": " / ".join(say(ROLES, role, lang) for role in ROLES if role in share.doing),
                    "backup": ", ".join(backups) if index == 0 else "",
                    **{span.key: share.hours(span) for span in spans},
                }
            )


def _work(source: Source) -> dict[str, dict[tuple[str, str], Cell]]:
    frame = source.table("assignments", *_KEYS, "minutes")
    columns = [texts(frame[column]) for column in _KEYS]
    work: dict[str, dict[tuple[str, str], Cell]] = {}
    for *keys, minutes in zip(*columns, numbers(frame["minutes"]).fillna(0.0), strict=True):
        office, month, official, pool, group, role = keys
        cell = work.setdefault(office, {}).setdefault((group, pool), {})
        share = cell.setdefault(official, Share())
        share.roles.add(role)
        if role != "backup":
            share.minutes[month] = share.minutes.get(month, 0.0) + minutes
    return work
