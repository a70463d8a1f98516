"""Figures of a result by office, worked out once and shared by several sheets and charts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from vitri.report.source import Row, Source, number, numbers, records, text, texts, whole


@dataclass(frozen=True)
class OfficeFigures:
    """What the report says of one office; None where the run does not tell.

    Minutes are those of the whole horizon; `fund_minutes` is the time fund of one post over it, `fte` work
    over fund. `now` is what the proposal is compared with; `posts` the proposal. `value_minutes` is the
    work that one more post would save from being left undone or done in overtime.
    """

    minutes: float
    estimated_minutes: float
    fund_minutes: float
    now: int | None
    posts: int | None
    bound: int | None
    ceiling: int | None
    ceiling_status: str
    value_minutes: float | None

    @property
    def fte(self) -> float | None:
        """Full-time posts' worth of work over the horizon."""
        return self.minutes / self.fund_minutes if self.fund_minutes else None


def fund_minutes(source: Source) -> dict[str, dict[str, float]]:
    """Return the time fund of one post, in minutes, by office and month."""
    frame = source.table("time_fund", "office", "month", "minutes")
    funds: dict[str, dict[str, float]] = {}
    columns = texts(frame["office"]), texts(frame["month"]), numbers(frame["minutes"]).fillna(0.0)
    for office, month, minutes in zip(*columns, strict=True):
        funds.setdefault(office, {})[month] = float(minutes)
    return funds


def workload_cells(source: Source) -> pd.DataFrame:
    """Return the workload table with text keys and number minutes."""
    keys = ("office", "pool", "task_group", "month")
    figures = ("minutes", "estimated_minutes")
    frame = source.table("workload", *keys, *figures)
    for column in keys:
        frame[column] = texts(frame[column])
    for column in figures:
        frame[column] = numbers(frame[column]).fillna(0.0)
    return frame


def irregular_minutes(source: Source) -> dict[tuple[str, str, str], float]:
    """Return (office, task group, pool) → minutes of one-off work, which is no basis for quotas."""
    frame = source.table("demand", "office", "task_group", "pool", "regular", "minutes")
    result: dict[tuple[str, str, str], float] = {}
    keys = (texts(frame[name]) for name in ("office", "task_group", "pool", "regular"))
    for office, group, pool, regular, minutes in zip(*keys, numbers(frame["minutes"]), strict=True):
        if regular.lower() in ("false", "no", "0"):
            result[office, group, pool] = result.get((office, group, pool), 0.0) + minutes
    return result


def post_rows(source: Source) -> pd.DataFrame:
    """Return the posts table with text keys and number columns, and `now`, what `change` compares with."""
    keys = ("office", "organisation", "pool", "position", "status", "kind")
    figures = ("posts", "posts_now", "incumbents_now", "change")
    frame = source.table("posts", *keys, *figures)
    for column in keys:
        frame[column] = texts(frame[column])
    for column in figures:
        frame[column] = numbers(frame[column])
    told = frame["posts"] - frame["change"]
    frame["now"] = told.fillna(frame["posts_now"]).fillna(frame["incumbents_now"])
    return frame


def office_figures(source: Source) -> dict[str, OfficeFigures]:
    """Return the figures of every office of the run, in the report's order."""
    fund = {office: sum(months.values()) for office, months in fund_minutes(source).items()}
    cells = workload_cells(source).groupby("office")[["minutes", "estimated_minutes"]].sum()
    posts = post_rows(source).groupby("office")[["posts", "now"]].sum(min_count=1)
    ceilings = _ceilings(source)
    figures = {}
    for office in source.offices:
        known = ceilings.get(office)
        figures[office] = OfficeFigures(
            minutes=float(cells["minutes"].get(office, 0.0)),
            estimated_minutes=float(cells["estimated_minutes"].get(office, 0.0)),
            fund_minutes=float(fund.get(office, 0.0)),
            now=whole(posts["now"].get(office)),
            posts=whole(posts["posts"].get(office)),
            bound=known.bound if known else None,
            ceiling=known.ceiling if known else None,
            ceiling_status=known.status if known else "",
            value_minutes=known.value_minutes if known else None,
        )
    return figures


@dataclass(frozen=True)
class Ceiling:
    """The ceiling of one unit, its status, the posts used, the proven bound, the value of one more post."""

    ceiling: int | None
    status: str
    used: int | None
    bound: int | None
    value_minutes: float | None


def unit_ceilings(source: Source) -> dict[str, Ceiling]:
    """Return the ceiling of every unit that is not an office (areas, the root), by code."""
    offices = set(source.offices)
    return {unit: ceiling for unit, ceiling in _ceilings(source).items() if unit not in offices}


def _ceilings(source: Source) -> dict[str, Ceiling]:
    columns = ("unit", "organisation", "position_class", "ceiling", "ceiling_status", "used", "bound")
    frame = source.table("quotas", *columns, "value_of_post_minutes")
    by_unit: dict[str, list[Row]] = {}
    for row in records(frame):
        # An organisation's quota in an office stands under OFFICE:ORGANISATION, or in a column of its own.
        unit, _, organisation = text(row["unit"]).partition(":")
        if text(row["position_class"]) in ("", "all"):
            own = organisation or text(row["organisation"])
            by_unit.setdefault(unit, []).append(row | {"organisation": own})
    ceilings = {}
    for unit, rows in sorted(by_unit.items()):
        parts = [row for row in rows if row["organisation"]]
        joined = _joined([row for row in rows if not row["organisation"]] or parts)
        if joined.ceiling is None and parts:
            sums = _joined(parts)
            joined = replace(joined, ceiling=sums.ceiling, status=sums.status)
        ceilings[unit] = joined
    return ceilings


def _joined(rows: list[Row]) -> Ceiling:
    def total(column: str) -> float | None:
        known = [value for value in (number(row[column]) for row in rows) if value is not None]
        return sum(known) if known else None

    statuses = sorted({text(row["ceiling_status"]) for row in rows} - {""})
    values = [value for value in (number(row["value_of_post_minutes"]) for row in rows) if value is not None]
    return Ceiling(
        ceiling=whole(total("ceiling")),
        status=statuses[0] if len(statuses) == 1 else ";".join(statuses),
        used=whole(total("used")),
        bound=whole(total("bound")),
        value_minutes=max(values) if values else None,
    )
