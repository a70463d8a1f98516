"""No hour is taken off twice: figures of a model that cover the same activities, and the minutes concerned.

Five figures take time away from product work: useful time below 100 %, category allowances, attendance that
is counted as load, the shrinkage of counters, and leave or other absence. Each says which activities it is
for (an allowance that says nothing may be for any). Two that share an activity may take the same hour twice:
the minutes concerned are the smaller of the two, for one post in a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from vitri.data.findings import Both, DataFinding
from vitri.errors import Finding
from vitri.i18n import LANGS, N_, tr
from vitri.policy.labels import code_label
from vitri.policy.rows import Allowance
from vitri.policy.sections import TimeFund

WEEKDAYS_OF_A_YEAR = 261


def nominal_days(fund: TimeFund) -> Decimal:
    """Return the days a year of a standard post before holidays, an upper limit used in checks."""
    gross = Decimal(WEEKDAYS_OF_A_YEAR)
    if fund.method == "weeks":
        gross = (fund.weeks or Decimal(0)) * (fund.days_per_week or Decimal(0))
    holidays = fund.holidays_per_year or Decimal(0)
    return gross - holidays - fund.leave_days_per_year - fund.other_absence_days_per_year


def nominal_minutes(fund: TimeFund) -> Decimal:
    """Return the minutes a year of a standard post before holidays, an upper limit used in checks."""
    if fund.method in ("constant_year", "office_year"):
        return Decimal(fund.minutes_per_year or 0) * fund.useful_time_pct / 100
    return nominal_days(fund) * fund.minutes_per_day * fund.useful_time_pct / 100


@dataclass(frozen=True)
class Deduction:
    """One figure that takes time away: its key path, its name (a message id), what for, minutes a year.

    `minutes` is for one post in a year; None where only a scenario tells (counted attendance).
    """

    path: str
    name: str
    covers: frozenset[str]
    minutes: Decimal | None


def _allowance_minutes(row: Allowance, fund: TimeFund, useful: Decimal) -> Decimal:
    """Return what an allowance takes from one post in a year."""
    if row.share_pct is not None:
        return useful * row.share_pct / 100
    times = {"day": nominal_days(fund), "week": fund.weeks or Decimal(52), "month": Decimal(12)}
    return Decimal(row.minutes or 0) * times.get(row.per or "year", Decimal(1))


def deductions(tables: Mapping[str, Any]) -> list[Deduction]:
    """Return every figure of a model that takes time away from product work."""
    fund: TimeFund | None = tables.get("time_fund")
    if fund is None:
        return []
    useful = nominal_minutes(fund)
    found: list[Deduction] = []
    if fund.useful_time_pct < 100:
        lost = useful * (100 - fund.useful_time_pct) / fund.useful_time_pct
        covers = frozenset(fund.useful_time_covers)
        found.append(Deduction("time_fund.useful_time_pct", N_("useful time below 100 %"), covers, lost))
    for index, row in enumerate(tables.get("allowance") or ()):
        minutes = _allowance_minutes(row, fund, useful)
        path = f"allowance[{index + 1}]"
        found.append(Deduction(path, N_("a category allowance"), frozenset(row.covers), minutes))
    work, counter = tables.get("workload"), tables.get("counter")
    if work is not None and work.attendance == "counted":
        found.append(
            Deduction("workload.attendance", N_("attendance counted as load"), frozenset({"meeting"}), None)
        )
    if counter is not None and counter.shrinkage_pct > 0:
        minutes = useful * counter.shrinkage_pct / 100
        covers = frozenset(counter.shrinkage_covers)
        found.append(Deduction("counter.shrinkage_pct", N_("the shrinkage of counters"), covers, minutes))
    absent = (fund.leave_days_per_year + fund.other_absence_days_per_year) * fund.minutes_per_day
    if absent > 0:
        found.append(
            Deduction("time_fund.leave_days_per_year", N_("leave and absence"), frozenset({"leave"}), absent)
        )
    return found


def overlap(a: Deduction, b: Deduction) -> tuple[str, ...] | None:
    """Return the activities that two figures may both take off (none named: any); None if they keep apart.

    Two category allowances add up by design and are never compared, and leave is compared with shrinkage and
    with allowances that name it.
    """
    if a.path.startswith("allowance") and b.path.startswith("allowance"):
        return None
    if a.covers and b.covers:
        shared = sorted(a.covers & b.covers)
        return tuple(shared) or None
    if "leave" in (a.covers | b.covers):
        return None
    return tuple(sorted(a.covers | b.covers))


def _both(message: str) -> Both:
    return Both(tr(message, "vi"), tr(message, "en"))


def twice_taken(tables: Mapping[str, Any], file: str) -> Iterator[Finding]:
    """Warn of every two figures that may take the same hour off, with the minutes concerned."""
    for a, b in combinations(deductions(tables), 2):
        shared = overlap(a, b)
        if shared is None:
            continue
        known = [item.minutes for item in (a, b) if item.minutes is not None]
        minutes = int(min(known).to_integral_value())
        yield DataFinding(
            code="time_taken_twice",
            severity="warning",
            table=file,
            column=a.path,
            value=f"{a.path} + {b.path}",
            allowed=N_("one figure for each activity"),
            message=N_(
                "{first} and {second} are both for {activities}: up to {minutes} minutes of a post's year "
                "are taken off twice."
            ),
            advice=N_("Keep one of the two, or say what each is for."),
            fields={
                "first": _both(a.name),
                "second": _both(b.name),
                "activities": Both(*(", ".join(code_label(x, lang) for x in shared) for lang in LANGS)),
                "minutes": minutes,
            },
        )
