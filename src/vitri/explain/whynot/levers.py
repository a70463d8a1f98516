"""What can be moved to move a number of posts: work of a task group, a norm, a ceiling; each as a change of a
variant file, in whole units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.certificates import periods
from vitri.explain.whynot.sizer import Kept
from vitri.optimise.engine import IntArray
from vitri.optimise.quota import NO_CEILING, Tree

KINDS = ("work", "norm", "ceiling")
#: The most posts by which a ceiling is moved, and the most a norm is multiplied by.
MOST_CEILING, MOST_NORM = 60, 10
#: The code of the registration that stands for more work.
CODE = "WHYNOT"
ITEMS = 3
#: Priorities in which work is added: normal first, then mandatory.
PRIORITIES = ("2", "1")
_SHARE = 10_000


@dataclass(frozen=True)
class Lever:
    """One thing to move by whole units, up (`sign` 1) or down (-1), by at most `most` of them.

    `change` writes an amount as a row of a variant file; `more` are the minutes it adds to the cube (roughly:
    it guides the search only), `tree` the limits under it. `subject` are codes for the sentence; `share` says
    that a unit is one hundredth of a percent of `minutes`.
    """

    kind: str
    sign: int
    most: int
    subject: Mapping[str, str]
    change: Callable[[int], dict[str, Any]]
    more: Callable[[int], IntArray] | None = None
    tree: Callable[[int], Tree] | None = None
    minutes: int = 0
    share: bool = False
    start: int = 0

    def posts(self, kept: Kept, office: str, amount: int) -> int | None:
        """Return the posts of an office under an amount, with the positions kept."""
        if self.tree is not None:
            return kept.posts(office, tree=self.tree(amount))
        assert self.more is not None
        return kept.posts(office, self.more(amount))

    def size(self, amount: int) -> Decimal:
        """Return how large an amount is, to compare levers of one kind: minutes, share of a norm, posts."""
        if self.kind == "norm":
            return Decimal(amount) / self.start
        return Decimal(amount * self.minutes) / _SHARE if self.share else Decimal(amount)


def levers_of(
    kept: Kept, instance: Instance, tables: Mapping[str, pd.DataFrame], office: str, wanted: int, now: int
) -> list[Lever]:
    """Return what may move the posts of an office from `now` towards `wanted`."""
    sign = 1 if wanted > now else -1
    found = _more_work(kept, instance, tables, office, abs(wanted - now)) if sign > 0 else []
    found += [] if sign > 0 else _less_work(kept, office)
    return found + _norms(kept, instance, office, sign) + _ceilings(kept, office, sign)


def _cells(kept: Kept, office: str) -> dict[tuple[int, int], IntArray]:
    """Return the minutes (priority, month) left for sized posts in every cell (unit, group) of an office."""
    at = kept.task.cube.offices.index(office)
    return {
        (unit, int(group)): kept.task.minutes[unit, group]
        for unit in kept.task.cube.units_of(at)
        for group in np.flatnonzero(kept.task.minutes[unit].any(axis=(1, 2)))
    }


def _leading(kept: Kept, tables: Mapping[str, pd.DataFrame], office: str) -> list[list[tuple[int, int]]]:
    """Return the cells of every set of sized posts, the largest cell first; cells no set holds stand
    alone."""
    cells = _cells(kept, office)
    unit_at = {kept.task.cube.units[unit][1]: unit for unit, _ in cells}
    group_at = {code: index for index, code in enumerate(kept.task.cube.groups)}
    duties = tables["duties"]
    duties = duties[duties["office"] == office]
    sets: dict[str, list[tuple[int, int]]] = {}
    for code, pool, group in zip(duties["post_group"], duties["pool"], duties["task_group"], strict=True):
        cell = (unit_at.get(str(pool), -1), group_at.get(str(group), -1))
        if cell in cells:
            sets.setdefault(str(code), []).append(cell)
    size = {cell: int(minutes.sum()) for cell, minutes in cells.items()}
    return [sorted(set(held), key=lambda cell: (-size[cell], cell)) for _, held in sorted(sets.items())]


def _more_work(
    kept: Kept, instance: Instance, tables: Mapping[str, pd.DataFrame], office: str, posts: int
) -> list[Lever]:
    """Add one registration of so many minutes: of the largest task group of every set of posts, over the
    year, the tightest service period and the peak month."""
    cube, months = kept.task.cube, kept.task.cube.months
    at = cube.offices.index(office)
    fund = cube.fund[at]
    taken = set(instance.tables["registrations"]["code"].astype(str))
    code = next(name for name in (CODE, *(f"{CODE}{n}" for n in range(1, 10_000))) if name not in taken)
    cells = _cells(kept, office)
    found = []
    for held in _leading(kept, tables, office):
        load = np.sum([cells[cell] for cell in held], axis=0)
        unit, group = held[0]
        pool = cube.units[unit][1]
        for span in _spans(load, fund, months, kept.task.setting.service.period_of):
            name = period_name([months[i] for i in span])
            if name is None or int(fund[span].sum()) <= 0:
                continue
            row = {
                "code": code, "office": office, "task_group": cube.groups[group],
                "task_name": "Việc giả định", "quantity": "1", "period": name, "basis": "registered",
            }  # fmt: skip
            if pool.startswith("own."):
                row["organisation"] = pool.removeprefix("own.")
            for priority in PRIORITIES:
                found.append(
                    Lever(
                        "work",
                        1,
                        2 * posts * int(fund.sum()),
                        {"task_group": cube.groups[group], "period": name, "priority": priority},
                        _adding({**row, "priority": priority}),
                        _spread(kept, unit, group, span, fund, int(priority)),
                    )
                )
    return found


def _adding(row: Mapping[str, str]) -> Callable[[int], dict[str, Any]]:
    return lambda amount: {
        "do": "add_rows",
        "table": "registrations",
        "rows": [{**row, "unit_minutes": str(amount)}],
    }


def _spread(
    kept: Kept, unit: int, group: int, span: list[int], fund: IntArray, priority: int
) -> Callable[[int], IntArray]:
    """Return minutes of a priority spread over months like the time fund, by cumulative rounding."""
    upto = np.cumsum(fund[span])

    def more(amount: int) -> IntArray:
        added = np.zeros_like(kept.task.cube.minutes)
        parts = np.diff((2 * amount * upto + upto[-1]) // (2 * upto[-1]), prepend=0)
        added[unit, group, priority - 1, span] = parts
        return added

    return more


def _spans(
    load: IntArray, fund: IntArray, months: tuple[str, ...], period_of: tuple[int, ...]
) -> list[list[int]]:
    """Return the months of the whole, of the service period and of the month with most work for its time."""
    total = load.sum(axis=0)

    def tightness(span: list[int]) -> float:
        return float(total[span].sum()) / max(1, int(fund[span].sum()))

    whole = list(range(len(months)))
    by_period = [[i for i in whole if period_of[i] == p] for p in sorted(set(period_of))]
    spans = [
        *periods(months, "year"),
        max(by_period, key=tightness),
        max(([i] for i in whole), key=tightness),
    ]
    return [span for index, span in enumerate(spans) if span not in spans[:index]]


def period_name(months: list[str]) -> str | None:
    """Return the code of a year, a half, a quarter or a month; None for other runs of months."""
    year, first = months[0].split("-")
    inside = all(month.startswith(year) for month in months)
    number, count = int(first) - 1, len(months)
    if count == 1:
        return months[0]
    if inside and count == 12:
        return year
    if inside and count == 6 and number % 6 == 0:
        return f"{year}-H{number // 6 + 1}"
    if inside and count == 3 and number % 3 == 0:
        return f"{year}-Q{number // 3 + 1}"
    return None


def _lines(kept: Kept, office: str) -> pd.DataFrame:
    """Return the counted lines of an office that are a basis for posts, with their places in the cube."""
    cube = kept.task.cube
    at = cube.offices.index(office)
    frame = kept.workload.lines
    counts = frame["counted"].astype(bool) & (frame["basis"] != "estimated")
    frame = frame[counts & (frame["office"] == office)]
    unit = {cube.units[u][1]: u for u in cube.units_of(at)}
    return frame.assign(
        unit=frame["pool"].map(unit),
        group=frame["task_group"].map({code: i for i, code in enumerate(cube.groups)}),
        at=frame["month"].map({code: i for i, code in enumerate(cube.months)}),
    ).dropna(subset=["unit", "group", "at"])


def _minutes(kept: Kept, lines: pd.DataFrame) -> IntArray:
    """Return lines as minutes in the cube."""
    total = np.zeros_like(kept.task.cube.minutes)
    place = tuple(lines[name].to_numpy(dtype=np.int64) for name in ("unit", "group", "priority", "at"))
    np.add.at(total, (place[0], place[1], place[2] - 1, place[3]), lines["minutes"].to_numpy(dtype=np.int64))
    return total


def _less_work(kept: Kept, office: str) -> list[Lever]:
    """Take away hundredths of a percent of what is registered in one task group."""
    sized = {kept.task.cube.groups[group] for _, group in _cells(kept, office)}
    found = []
    for group, lines in _lines(kept, office).groupby("task_group", sort=True):
        if str(group) not in sized:
            continue
        minutes = _minutes(kept, lines)
        found.append(
            Lever(
                "work",
                -1,
                _SHARE - 1,
                {"task_group": str(group)},
                _scaling(office, str(group)),
                _portion(minutes, -1, _SHARE),
                minutes=int(minutes.sum()),
                share=True,
            )
        )
    return found


def _scaling(office: str, group: str) -> Callable[[int], dict[str, Any]]:
    return lambda amount: {
        "do": "scale_work",
        "where": {"office": office, "task_group": group},
        "by": Decimal(_SHARE - amount) / _SHARE,
    }


def _portion(minutes: IntArray, sign: int, whole: int) -> Callable[[int], IntArray]:
    return lambda amount: sign * ((2 * minutes * amount + whole) // (2 * whole))


def _norms(kept: Kept, instance: Instance, office: str, sign: int) -> list[Lever]:
    """Move the norm of one of the largest work items of the office, for this office alone."""
    sized = {kept.task.cube.groups[group] for _, group in _cells(kept, office)}
    lines = _lines(kept, office)
    lines = lines[
        lines["work_item"].notna()
        & (lines["norm_source"] != "own")
        & lines["unit_minutes_dec2"].notna()
        & (lines["method"] == "unit_time")
        & lines["task_group"].isin(sized)
    ]
    weights = lines.groupby("work_item")["minutes"].sum().astype("int64")
    largest = sorted(weights.to_dict().items(), key=lambda row: (-row[1], row[0]))[:ITEMS]
    found = []
    for item, weight in largest:
        own = lines[lines["work_item"] == item]
        norms = own["unit_minutes_dec2"].unique()
        if len(norms) != 1 or int(norms[0]) <= 1:
            continue
        start = int(norms[0])
        found.append(
            Lever(
                "norm",
                sign,
                start * (MOST_NORM - 1) if sign > 0 else start - 1,
                {"work_item": str(item)},
                _norming(instance, office, str(item), start, sign),
                _portion(_minutes(kept, own), sign, start),
                minutes=int(weight),
                start=start,
            )
        )
    return found


def _norming(
    instance: Instance, office: str, item: str, start: int, sign: int
) -> Callable[[int], dict[str, Any]]:
    return lambda amount: {
        "do": "set_norm",
        "where": {"office": office, "work_item": item},
        "unit_minutes": Decimal(start + sign * amount) / 100,
        "from_month": instance.info.first_month,
    }


def _ceilings(kept: Kept, office: str, sign: int) -> list[Lever]:
    """Move a ceiling of the office or of a unit above it that the posts are shared out under."""
    tree = kept.task.tree
    at = kept.task.cube.offices.index(office)
    units = {unit.code: unit for unit in kept.posed.limits.units}
    found = []
    for index in tree.ancestors()[at]:
        node = tree.nodes[index]
        unit = units.get(node.code)
        if unit is None or unit.ceiling is None or node.ceiling >= NO_CEILING:
            continue
        if unit.cap is not None and unit.cap < unit.ceiling:
            continue
        found.append(
            Lever(
                "ceiling",
                sign,
                MOST_CEILING if sign > 0 else min(MOST_CEILING, unit.ceiling),
                {"unit": node.code},
                _ceiling(node.code, int(unit.ceiling), sign),
                tree=_limited(tree, index, sign),
                start=int(unit.ceiling),
            )
        )
    return found


def _ceiling(unit: str, start: int, sign: int) -> Callable[[int], dict[str, Any]]:
    return lambda amount: {"do": "set_ceiling", "where": {"unit": unit}, "posts": start + sign * amount}


def _limited(tree: Tree, index: int, sign: int) -> Callable[[int], Tree]:
    def changed(amount: int) -> Tree:
        nodes = list(tree.nodes)
        nodes[index] = replace(nodes[index], ceiling=nodes[index].ceiling + sign * amount)
        return Tree(tuple(nodes))

    return changed
