"""The chain from registered products to the posts of one office, read from the tables of a run.

Every step is whole minutes and closes: quantity × norm × coefficients, plus estimates and allowances, less
work that is no basis for posts, is the work; less what fixed posts do and what exceeds their time, it is the
work of the sized posts; by sets of posts it is divided by the time of one post and becomes the number
printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.certificates import periods
from vitri.explain.facts import Facts, Group, Office, fte_dec4, gather
from vitri.policy import PlanningModel

_BP = 10_000
_FACTORS = (
    "coefficient_item_dec3",
    "coefficient_norm_dec3",
    "coefficient_office_dec3",
    "coefficient_line_dec3",
    "coefficient_complexity_dec3",
)
#: The tables of a run that the chain of an office is read from.
TABLES = (
    "workload_lines",
    "workload",
    "demand",
    "time_fund",
    "structure",
    "posts",
    "post_groups",
    "duties",
    "cover",
)


@dataclass(frozen=True)
class Need:
    """What the service rule asks of one set of posts in its binding period.

    `must` are the minutes that may not stay undone there, `time` the time of one post, `posts` their quotient
    rounded up: the posts without which the rule is not kept.
    """

    months: tuple[str, ...]
    must: int
    time: int
    posts: int


@dataclass(frozen=True)
class PostRow:
    """One set of identical posts: its work, what one post has time for, and the posts it was given."""

    group: Group
    minutes: int
    year: int
    need: Need

    @property
    def fte_dec4(self) -> int:
        """Its work in full-time equivalents, in ten-thousandths."""
        return fte_dec4(self.minutes, self.year) if self.year else 0


@dataclass(frozen=True)
class Chain:
    """The chain of one office.

    `items` has a row for every work item, pool, norm and coefficient (`chain_items`); `cells` one for every
    pool and task group (`chain_cells`); `rows` the sets of posts, fixed ones included.
    """

    office: Office
    facts: Facts
    items: pd.DataFrame
    cells: pd.DataFrame
    rows: tuple[PostRow, ...]

    @property
    def posts(self) -> int:
        """The posts of the office: the number printed."""
        return sum(row.group.posts for row in self.rows)

    @property
    def closes(self) -> bool:
        """Whether every step adds up to the minute and the posts to the number printed."""
        cells = self.cells
        work = cells["registered"] + cells["estimated"] + cells["allowances"] - cells["irregular"]
        left = cells["work"] - cells["fixed"] - cells["excess"]
        items = self.items.loc[self.items["basis"] != "estimated", "minutes"]
        sized = sum(row.minutes for row in self.rows if not row.group.fixed)
        return bool(
            (work == cells["work"]).all()
            and (left == cells["left"]).all()
            and int(items.sum()) == int(cells["registered"].sum())
            and sized == int(cells["left"].sum())
            and self.posts == self.office.posts
        )

    def of_position(self, position: str) -> list[PostRow]:
        """Return the sets of posts of a position or that cover its work."""
        return [row for row in self.rows if position in self.positions_of(row)]

    def positions_of(self, row: PostRow) -> set[str]:
        """Return the positions whose work a set of posts does: its own, and those without posts."""
        home = self.office.home
        return {row.group.position, *(home[cell] for cell in row.group.covered if cell in home)}


def chain_of(
    tables: Mapping[str, pd.DataFrame], instance: Instance, model: PlanningModel, office: str
) -> Chain:
    """Read the chain of one office from the tables of a run."""
    here = {name: tables[name] for name in TABLES if name in tables}
    for name, frame in here.items():
        if "office" in frame.columns:
            here[name] = frame[frame["office"] == office]
    here["duties"] = here["duties"][here["duties"]["office"] == office]
    workload: Any = SimpleNamespace(demand=here["demand"], cells=here["workload"], needs=pd.DataFrame())
    sized: Any = SimpleNamespace(**here, totals={}, steps={}, sizing="")
    facts = gather(instance, model, workload, here["time_fund"], sized)
    found = next(row for row in facts.offices if row.code == office)
    rows = tuple(_post_row(facts, found, group, model) for group in found.groups)
    return Chain(found, facts, chain_items(here["workload_lines"]), chain_cells(here, found), rows)


def chain_items(lines: pd.DataFrame) -> pd.DataFrame:
    """Return quantity × norm × coefficients of an office by pool, task group and work item.

    Columns: pool, task_group, work_item, basis, regular, lines (registrations), quantity_dec2,
    unit_minutes_dec2 (blank where another method counts the time), coefficient (a Decimal: the product of all
    coefficients), line_minutes (of the lines, before they are split over months and pools) and minutes (of it
    here). Lines that do not count are left out.
    """
    names = ["pool", "task_group", "work_item", "basis", "regular", "unit_minutes_dec2", "method"]
    columns = [*names, "coefficient", "lines", "quantity_dec2", "line_minutes", "minutes"]
    frame = lines[lines["counted"].astype(bool)]
    if frame.empty:
        return pd.DataFrame(columns=columns)
    factors = [frame[name].fillna(1000).astype("int64").tolist() for name in _FACTORS]
    products = [_product(row) for row in zip(*factors, strict=True)]
    frame = frame.assign(coefficient=pd.Series(products, index=frame.index, dtype=object))
    keys = [*names, "coefficient"]
    here = frame.groupby([*keys, "registration"], dropna=False, sort=True).agg(
        quantity_dec2=("quantity_dec2", "first"),
        line_minutes=("line_minutes", "first"),
        minutes=("minutes", "sum"),
    )
    rows = here.reset_index().groupby(keys, dropna=False, sort=True)
    found = rows.agg(
        lines=("registration", "size"),
        quantity_dec2=("quantity_dec2", "sum"),
        line_minutes=("line_minutes", "sum"),
        minutes=("minutes", "sum"),
    ).reset_index()
    return found[columns]


def _product(factors: tuple[int, ...]) -> Decimal:
    result = Decimal(1)
    for factor in factors:
        result = result * factor / 1000
    return result.normalize()


def chain_cells(here: Mapping[str, pd.DataFrame], office: Office) -> pd.DataFrame:
    """Return the steps from registered to sized work for every pool and task group, in minutes.

    Columns: pool, task_group, registered (lines that are not estimates), estimated, allowances, irregular (no
    basis for posts), work, fixed (done by fixed posts), excess (leadership work beyond their time), left (for
    sized posts), held_by (the position of the posts that do it; blank for fixed ones).
    """
    cells = (
        here["workload"]
        .groupby(["pool", "task_group"], sort=True)[["minutes", "estimated_minutes", "allowance_minutes"]]
        .sum()
    )
    holder = {cell: group.position for group in office.groups if not group.fixed for cell in group.cells}
    records = []
    for key, minutes, estimated, allowance in zip(
        cells.index, *(cells[name].astype("int64").tolist() for name in cells), strict=True
    ):
        cell = (str(key[0]), str(key[1]))
        work = int(office.months([cell]).sum())
        fixed = int(office.done_by_fixed([cell]).sum())
        left = work - fixed if cell in holder else 0
        records.append(
            {
                "pool": cell[0],
                "task_group": cell[1],
                "registered": minutes - estimated - allowance,
                "estimated": estimated,
                "allowances": allowance,
                "irregular": minutes - work,
                "work": work,
                "fixed": fixed,
                "excess": work - fixed - left,
                "left": left,
                "held_by": holder.get(cell, ""),
            }
        )
    columns = ["pool", "task_group", "registered", "estimated", "allowances", "irregular", "work", "fixed"]
    return pd.DataFrame(records, columns=[*columns, "excess", "left", "held_by"])


def _post_row(facts: Facts, office: Office, group: Group, model: PlanningModel) -> PostRow:
    if group.fixed:
        own, free = office.by_fixed.get((group.position, group.pool), (0, 0))
        return PostRow(group, own + free, office.year, Need((), 0, 1, group.posts))
    return PostRow(
        group, int(office.left(group.cells).sum()), office.year, _need(facts, office, group, model)
    )


def _need(facts: Facts, office: Office, group: Group, model: PlanningModel) -> Need:
    """Find the period in which the service rule asks for most posts; the earliest of equals."""
    unmet = [int(model.service.unmet_pct.get(p, 0) * 100) for p in (1, 2, 3)]
    best: Need | None = None
    for span in periods(facts.months, model.service.at):
        asked = _left_by_priority(office, group, span)
        must = sum(a - a * u // _BP for a, u in zip(asked, unmet, strict=True))
        time = int(office.fund[span].sum())
        found = Need(tuple(facts.months[i] for i in span), must, time, -(-must // time) if time else 0)
        if best is None or found.must * best.time > best.must * found.time:
            best = found
    assert best is not None
    if best.posts == 0 and int(office.left(group.cells).sum()) > 0:
        return Need(best.months, best.must, best.time, 1)
    return best


def _left_by_priority(office: Office, group: Group, span: list[int]) -> list[int]:
    """Return what fixed posts leave of a set's cells in some months, by priority; urgent work goes first."""
    total = [0, 0, 0]
    for cell in group.cells:
        if cell not in office.work:
            continue
        work = office.work[cell]
        done = office.done_by_fixed([cell])
        for month in span:
            spare = int(done[month])
            for index in range(3):
                asked = int(work[index, month])
                taken = min(spare, asked)
                spare -= taken
                total[index] += asked - taken
    return total
