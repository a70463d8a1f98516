"""A slow, plain re-computation of the workload with exact fractions, written from the rules, not the code."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

Record = Mapping[str, Any]


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves upwards."""
    return math.floor(value + Fraction(1, 2))


def number(record: Record, name: str, default: str) -> Fraction:
    """Read a number of a record as typed, or its default."""
    return Fraction(str(record.get(name) or default)) if record.get(name) != 0 else Fraction(0)


def period_days(period: str) -> list[dt.date]:
    """List every day of a period."""
    year = int(period[:4])
    rest = period[5:]
    day = dt.date(year, 1, 1)
    days = []
    while day.year == year:
        quarter, half = (day.month + 2) // 3, (day.month + 5) // 6
        if rest in ("", f"Q{quarter}", f"H{half}", f"{day.month:02d}", day.isoformat()[5:]):
            days.append(day)
        day += dt.timedelta(days=1)
    return days


def month_of(day: dt.date) -> str:
    """Return the month of a day as text."""
    return day.isoformat()[:7]


def spread(
    line: Record, item: Record, profiles: Mapping[str, list[int]], default: str
) -> dict[str, Fraction]:
    """Return the share of a line in each month, in order; weekdays are the working days."""
    days = period_days(str(line["period"]))
    if len(days) == 1:
        return {month_of(days[0]): Fraction(1)}
    profile = line.get("profile") or item.get("profile") or default
    if line.get("release_date") or line.get("due_date"):
        first = dt.date.fromisoformat(line.get("release_date") or days[0].isoformat())
        last = dt.date.fromisoformat(line.get("due_date") or days[-1].isoformat())
        first, last = min(first, last), max(first, last)
        days = [first + dt.timedelta(days=i) for i in range((last - first).days + 1)]
        profile = "workdays"
    months = sorted({month_of(day) for day in days})
    if profile != "workdays":
        weights = {m: (1 if profile == "equal" else profiles[profile][int(m[5:]) - 1]) for m in months}
        if sum(weights.values()):
            return {m: Fraction(w, sum(weights.values())) for m, w in weights.items()}
    worked = [day for day in days if day.weekday() < 5] or days
    count = Counter(month_of(day) for day in worked)
    return {m: Fraction(count[m], len(worked)) for m in months}


def member_pool(
    memberships: list[Record], scope: str, office: str, organisation: str, group: str, month: str
) -> str:
    """Resolve one member's cell by going through all rows."""
    best = (-1, "", "")
    pool = "shared" if scope == "shared" else "own"
    for row in memberships:
        sides = ((row["office"], office), (row["organisation"], organisation), (row["task_group"], group))
        if any(said not in ("*", value) for said, value in sides):
            continue
        if (row.get("from_month") or "0") > month or (row.get("to_month") or "9") < month:
            continue
        rank = (sum(said != "*" for said, _ in sides), row.get("from_month") or "", row["pool"])
        if rank > best:
            best, pool = rank, str(row["pool"])
    return f"own.{organisation}" if pool == "own" else pool


def pools(
    memberships: list[Record],
    scopes: Mapping[str, str],
    members: list[str],
    office: str,
    organisation: str,
    group: str,
    month: str,
    order: bool,
) -> list[str]:
    """Return the pools of any work of one month; `organisation` is blank for the office's own work."""

    def of(member: str, cell: str) -> str:
        return member_pool(memberships, scopes[cell], office, member, cell, month)

    if not order and organisation:
        return [of(organisation, group)]
    found = sorted({of(member, group) for member in members} - {"outside"})
    if order:
        shared_left = any(of(member, cell) == "shared" for member in members for cell in scopes)
        if not shared_left and found and organisation in members and of(organisation, group) != "outside":
            return [of(organisation, group)]
    else:
        shared_left = "shared" in found
    return ["shared"] if shared_left or not found else found


def workload(
    tables: Mapping[str, list[Record]],
    members: Mapping[str, list[str]],
    months: list[str],
    *,
    default: str = "workdays",
) -> tuple[dict[tuple[str, ...], int], dict[str, int]]:
    """Return minutes by (office, pool, task group, month) and whole minutes by registration."""
    items = {row["code"]: row for row in tables["work_items"]}
    offices = {row["code"]: row for row in tables["offices"]}
    scopes = {row["code"]: row.get("scope") or "shared" for row in tables["task_groups"]}
    profiles: dict[str, list[int]] = {}
    for row in tables.get("profiles", []):
        profiles.setdefault(row["profile"], [0] * 12)[int(row["month"]) - 1] = int(row["share_pct"])
    cells: Counter[tuple[str, ...]] = Counter()
    lines: dict[str, int] = {}
    for line in tables["registrations"]:
        item = items.get(line.get("work_item") or "", {})
        exact = number(line, "approved_quantity", str(line["quantity"]))
        exact *= Fraction(str(line.get("unit_minutes") or item.get("unit_minutes")))
        for source in (item, offices[line["office"]], line):
            exact *= number(source, "coefficient", "1")
        whole = half_up(exact)
        lines[line["code"]] = whole
        if (line.get("status") or "approved") not in ("approved", "assigned", "done"):
            continue
        group = line.get("task_group") or item["task_group"]
        done, share = 0, Fraction(0)
        for month, part in spread(line, item, profiles, default).items():
            share += part
            minutes = half_up(whole * share) - done
            done += minutes
            if month not in months:
                continue
            names = pools(
                tables.get("memberships", []), scopes, members[line["office"]], line["office"],
                line.get("organisation") or "", group, month, line.get("kind") == "order",
            )  # fmt: skip
            repeated = len(names) > 1 and item.get("repeats_per_pool") == "yes"
            given = 0
            for place, name in enumerate(names, start=1):
                part_of = minutes if repeated else half_up(Fraction(minutes * place, len(names))) - given
                given += part_of
                if name != "outside":
                    cells[line["office"], name, group, month] += part_of
    return {key: value for key, value in cells.items() if value}, lines
