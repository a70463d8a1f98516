"""The time columns of a table: months of a short horizon, quarters or years of a long one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitri.i18n import Lang, tr


@dataclass(frozen=True)
class Period:
    """One time column: its title, the heading it shares (the year), and the months it adds up."""

    key: str
    title: str
    over: str
    months: tuple[str, ...]


def periods(months: Sequence[str], lang: Lang) -> list[Period]:
    """Group months so that at most sixteen columns are needed: months, else quarters, else years."""
    if len(months) <= 12:
        return [Period(month, month[5:], _year(month, lang), (month,)) for month in months]
    groups: dict[tuple[str, str], list[str]] = {}
    quarterly = len(months) <= 48
    for month in months:
        quarter = f"Q{(int(month[5:]) + 2) // 3}" if quarterly else ""
        groups.setdefault((month[:4], quarter), []).append(month)
    return [
        Period(
            f"{year}{quarter}",
            tr("Quarter {number}", lang, number=quarter[1:]) if quarter else year,
            tr("Year {year}", lang, year=year) if quarter else tr("Year", lang),
            tuple(members),
        )
        for (year, quarter), members in groups.items()
    ]


def _year(month: str, lang: Lang) -> str:
    return tr("Months of {year}", lang, year=month[:4])
