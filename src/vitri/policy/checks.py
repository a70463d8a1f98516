"""Checks that need more than one key of a planning model: references, sums, orders, dates, limits."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.policy.demand_scenarios import scenario_findings
from vitri.policy.origin import Origin, Table
from vitri.policy.parse import REFUSED, shown, unknown_reference
from vitri.policy.rows import ROWS, Allowance
from vitri.policy.salary_budgets import salary_budget_findings
from vitri.policy.sections import SINGLE, TimeFund
from vitri.policy.twice import nominal_minutes

Tables = Mapping[str, Any]
Found = Iterator[Finding]
SPREADS = ("workdays", "equal")
#: The keys that each method of the time fund cannot do without.
NEEDED_KEYS: dict[str, tuple[str, ...]] = {
    "calendar": (),
    "constant_year": ("minutes_per_year",),
    "office_year": ("minutes_per_year",),
    "weeks": ("weeks", "days_per_week"),
}
_ENDS = ("start", "end")


def each(tables: Tables) -> Iterator[tuple[str, str, Table]]:
    """Go through every table and row: its path, its row key, the record."""
    for name in SINGLE:
        if tables.get(name) is not None:
            yield name, "", tables[name]
    for name in ROWS:
        for index, row in enumerate(tables.get(name) or ()):
            yield f"{name}[{index + 1}]", row_name(row, index), row


def row_name(row: Table, index: int) -> str:
    """Name a row: its code, name or order, else its number."""
    for attribute in ("code", "name", "order"):
        if hasattr(row, attribute):
            return str(getattr(row, attribute))
    return str(index + 1)


def _codes(tables: Tables, name: str) -> list[str]:
    return [row.code for row in tables.get(name) or ()]


def _undated_law(tables: Tables, file: str) -> Found:
    """A law needs a source and a date, also where only some keys rest on it."""
    for path, row_key, record in each(tables):
        origins: list[tuple[str, Origin]] = [(path, record)]
        origins += [(f"{path}.basis[{index + 1}]", basis) for index, basis in enumerate(record.basis)]
        for place, origin in origins:
            if origin.status == "law" and not (origin.source and origin.date):
                missing = "source" if not origin.source else "date"
                yield Finding(
                    code="undated_law",
                    table=file,
                    row_key=row_key,
                    column=f"{place}.{missing}",
                    value=origin.source,
                    allowed=N_("a source and its date"),
                    message=N_('{path} is marked as law but has no "{name}".'),
                    advice=N_('Name the text and its date, or write status = "assumption".'),
                    fields={"path": place, "name": missing},
                )
            if origin.valid_from and origin.valid_to and origin.valid_to < origin.valid_from:
                yield Finding(
                    code="date_order",
                    table=file,
                    row_key=row_key,
                    column=f"{place}.valid_to",
                    value=shown(origin.valid_to),
                    allowed=N_("{day} or later"),
                    message=N_("{path} ends before it begins."),
                    advice=N_("Change one of the two dates."),
                    fields={"path": place, "day": shown(origin.valid_from)},
                )


def _allowances(tables: Tables, file: str) -> Found:
    """An allowance is a share or minutes per period; shares of one class stay below 100 %."""
    rows: tuple[Allowance, ...] = tables.get("allowance") or ()
    for index, row in enumerate(rows):
        timed = row.minutes is not None and row.per is not None
        if (row.share_pct is not None) == (row.minutes is not None) or (
            row.minutes is not None and not timed
        ):
            yield Finding(
                code="allowance_shape",
                table=file,
                row_key=row.name,
                column=f"allowance[{index + 1}]",
                allowed=N_("share_pct, or minutes with per"),
                message=N_('Allowance "{name}" needs a share, or minutes per period, and not both.'),
                advice=N_("Keep one of the two."),
                fields={"name": row.name},
            )
    for position_class in ("I", "II", "III"):
        total = sum(
            (row.share_pct or Decimal(0) for row in rows if position_class in row.classes), Decimal(0)
        )
        if total >= 100:
            yield Finding(
                code="allowance_sum",
                table=file,
                row_key=position_class,
                column="allowance.share_pct",
                value=shown(total),
                allowed=N_("less than 100 in sum"),
                message=N_(
                    "The allowances of class {position_class} take {total} % of the time: none is left."
                ),
                advice=N_("Lower the shares."),
                fields={"position_class": position_class, "total": shown(total)},
            )


def _repeated(tables: Tables, file: str) -> Found:
    """Codes are unique, and no two levels have one order."""
    for name in ("rank", "competency", "duty", "profile"):
        for code, count in sorted(Counter(_codes(tables, name)).items()):
            if count > 1:
                yield Finding(
                    code="duplicate_code",
                    table=file,
                    row_key=code,
                    column=f"{name}.code",
                    value=code,
                    allowed=N_("each code once"),
                    message=N_('The code "{code}" stands {count} times in [[{name}]].'),
                    advice=N_("Rename or delete one."),
                    fields={"code": code, "count": count, "name": name},
                )
    for order, count in sorted(Counter(level.order for level in tables.get("level") or ()).items()):
        if count > 1:
            names = ", ".join(level.name for level in tables["level"] if level.order == order)
            yield Finding(
                code="duplicate_order",
                table=file,
                row_key=str(order),
                column="level.order",
                value=str(order),
                allowed=N_("each order once"),
                message=N_("Several levels have the order {order}: {names}."),
                advice=N_("Give each level an order of its own."),
                fields={"order": order, "names": names},
            )


def _references(tables: Tables, file: str) -> Found:
    """Every duty, competency, rank and profile that is named is defined in the model."""
    known = {name: _codes(tables, name) for name in ("duty", "competency", "rank", "profile")}
    for name, codes in tables.get(REFUSED, {}).items():
        known[name] += codes
    duties, families, ranks = known["duty"], known["competency"], known["rank"]
    profiles = [*SPREADS, *known["profile"]]
    wanted: list[tuple[str, str, str, list[str]]] = []
    for name, valid in (("forbidden_pair", duties), ("compatible", families)):
        for index, row in enumerate(tables.get(name) or ()):
            wanted += [
                (f"{name}[{index + 1}].{side}", str(index + 1), getattr(row, side), valid) for side in "ab"
            ]
    for index, cap in enumerate(tables.get("ratio_cap") or ()):
        for side in ("count", "of"):
            rank = getattr(getattr(cap, side), "rank", None)
            if rank is not None:
                wanted.append((f"ratio_cap[{index + 1}].{side}.rank", cap.name, rank, ranks))
    if tables.get("spread"):
        wanted.append(("spread.default", "", tables["spread"].default, profiles))
    if tables.get("time_fund"):
        wanted.append(("time_fund.leave_spread", "", tables["time_fund"].leave_spread, profiles))
    if tables.get("report") and not tables.get(REFUSED, {}).get("rank"):
        columns = sorted({rank.column for rank in tables.get("rank") or () if rank.column})
        wanted += [
            (f"report.rank_columns[{index + 1}]", "", column, columns)
            for index, column in enumerate(tables["report"].rank_columns)
        ]
    for path, row_key, code, valid in wanted:
        if code not in valid:
            yield unknown_reference(file, path, code, valid, row_key)


def _pairs(tables: Tables, file: str) -> Found:
    """A duty is never forbidden together with itself."""
    for index, row in enumerate(tables.get("forbidden_pair") or ()):
        if row.a == row.b:
            yield Finding(
                code="self_pair",
                table=file,
                row_key=str(index + 1),
                column=f"forbidden_pair[{index + 1}].b",
                value=row.b,
                allowed=N_("another duty than {name}"),
                message=N_('The duty "{name}" is forbidden together with itself.'),
                advice=N_("Name two different duties."),
                fields={"name": row.a},
            )


def _sizes(tables: Tables, file: str) -> Found:
    """A cap is not below its floor."""
    for index, row in enumerate(tables.get("size_rule") or ()):
        if row.cap is not None and row.cap < row.floor:
            yield Finding(
                code="cap_below_floor",
                table=file,
                row_key=str(index + 1),
                column=f"size_rule[{index + 1}].cap",
                value=str(row.cap),
                allowed=N_("{floor} or more"),
                message=N_("The most posts ({cap}) are fewer than the fewest ({floor})."),
                advice=N_("Raise the cap or lower the floor."),
                fields={"cap": row.cap, "floor": row.floor},
            )


def _profiles(tables: Tables, file: str) -> Found:
    """The twelve shares of a profile add up to 100."""
    for index, row in enumerate(tables.get("profile") or ()):
        total = sum(row.shares, Decimal(0))
        if total != 100:
            yield Finding(
                code="shares_not_100",
                table=file,
                row_key=row.code,
                column=f"profile[{index + 1}].shares",
                value=shown(total),
                allowed=N_("100 in sum"),
                message=N_('The shares of profile "{name}" add up to {total} %.'),
                advice=N_("Change the shares until they add up to 100."),
                fields={"name": row.code, "total": shown(total)},
            )


def _time_fund(tables: Tables, file: str) -> Found:
    """A time fund has the keys of its method and leaves some time; overtime stays under its yearly cap."""
    fund: TimeFund | None = tables.get("time_fund")
    if fund is None:
        return
    missing = [name for name in NEEDED_KEYS[fund.method] if getattr(fund, name) is None]
    for name in missing:
        yield Finding(
            code="missing_key",
            table=file,
            column=f"time_fund.{name}",
            message=N_('The key "{name}" is missing.'),
            advice=N_('The method "{method}" needs it.'),
            fields={"name": name, "method": fund.method},
        )
    if missing:
        return
    minutes = nominal_minutes(fund)
    if minutes <= 0:
        yield Finding(
            code="time_fund_not_positive",
            table=file,
            column="time_fund",
            value=shown(minutes.quantize(Decimal(1))),
            allowed=N_("more than 0 minutes"),
            message=N_("Leave and other absence use up the whole year: no time is left for work."),
            advice=N_("Lower leave_days_per_year or other_absence_days_per_year."),
        )
    overtime = tables.get("overtime")
    if overtime is None:
        return
    hours = minutes * overtime.max_share_pct / 100 / 60
    if hours > overtime.max_hours_year:
        shown_hours = shown(hours.quantize(Decimal(1)))
        yield Finding(
            code="overtime_over_year",
            table=file,
            column="overtime.max_share_pct",
            value=shown(overtime.max_share_pct),
            allowed=N_("at most {cap} hours a year"),
            message=N_(
                "Overtime of {share} % every month makes {hours} hours a year, above the cap of {cap}."
            ),
            advice=N_("Lower max_share_pct or raise max_hours_year."),
            fields={
                "share": shown(overtime.max_share_pct),
                "hours": shown_hours,
                "cap": overtime.max_hours_year,
            },
        )


def _sessions(tables: Tables, file: str) -> Found:
    """A session ends after it begins, and the half-days of a day do not overlap."""
    sessions = tables.get("sessions")
    if sessions is None:
        return
    order = ("morning", "afternoon", "evening")
    clocks = [(f"{name}.{end}", getattr(getattr(sessions, name), end)) for name in order for end in _ENDS]
    for (earlier, before), (later, after) in pairwise(clocks):
        inside = later.endswith(_ENDS[1])
        if after < before or (inside and after == before):
            yield Finding(
                code="session_order",
                table=file,
                column=f"sessions.{later}",
                value=after,
                allowed=N_("after {clock}") if inside else N_("{clock} or later"),
                message=N_("{later} is before {earlier}: a session would have no time."),
                advice=N_("Change one of the two clock times."),
                fields={"earlier": earlier, "later": later, "clock": before},
            )


def _rounding(tables: Tables, file: str) -> Found:
    """The cut-off rule has a table of rising limits."""
    rule = tables.get("rounding")
    if rule is None or rule.rule != "cutoff":
        return
    rows = list(rule.cutoff)
    if not rows or rows != sorted(rows) or len({limit for limit, _ in rows}) < len(rows):
        yield Finding(
            code="bad_cutoff",
            table=file,
            column="rounding.cutoff",
            value=shown(rule.cutoff),
            allowed=N_("rows [limit, posts], rising"),
            message=N_("The cut-off table is empty or not in rising order."),
            advice=N_("Write for example cutoff = [[1.077, 1], [2.154, 2]]."),
        )


def _demand_scenarios(tables: Tables, file: str) -> Found:
    """Demand scenarios have names of their own, and their probabilities add up to 100."""
    yield from scenario_findings(tables.get("demand_scenario") or (), file)


def _salary_budgets(tables: Tables, file: str) -> Found:
    """A salary budget needs the coefficient of every rank, and a name of its own."""
    yield from salary_budget_findings(tables.get("salary_budget") or (), tables.get("rank") or (), file)


def _complete(tables: Tables, file: str) -> Found:
    """A model has a time fund, a service rule and at least one level."""
    for name in ("time_fund", "service", "level"):
        if not tables.get(name):
            yield Finding(
                code="missing_key",
                table=file,
                column=name,
                message=N_('The table "{name}" is missing.'),
                advice=N_("Write it, or start from a shipped model with extends."),
                fields={"name": name},
            )


MODEL_CHECKS: tuple[Callable[[Tables, str], Found], ...] = (
    _complete,
    _undated_law,
    _allowances,
    _repeated,
    _references,
    _pairs,
    _sizes,
    _profiles,
    _time_fund,
    _sessions,
    _rounding,
    _demand_scenarios,
    _salary_budgets,
)
POLICY_CHECKS: tuple[Callable[[Tables, str], Found], ...] = (_undated_law, _allowances, _time_fund, _rounding)


def check_tables(
    tables: Tables, file: str, *, policy: bool = False, unread: frozenset[str] = frozenset()
) -> list[Finding]:
    """Run every check that looks at several keys.

    `unread` names the tables that were present but could not be read: they are not reported as missing.
    """
    checks = POLICY_CHECKS if policy else MODEL_CHECKS
    found = [finding for check in checks for finding in check(tables, file)]
    return [row for row in found if not (row.code == "missing_key" and row.column in unread)]


def starts(origin: Origin) -> dt.date | None:
    """Return the day from which a figure holds: its own date of effect, else the date of a law or policy."""
    return origin.valid_from or (origin.date if origin.status in ("law", "policy") else None)
