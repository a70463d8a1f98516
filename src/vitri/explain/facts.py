"""`Facts`: the work, time and posts of every office, arranged once for the sentences and certificates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy import PlanningModel

Ints = npt.NDArray[np.int64]
Cell = tuple[str, str]
PRIORITIES = (1, 2, 3)
FTE = 10_000


class SizedLike(Protocol):
    """What the explanation needs of a sizing: its tables and how it was sized."""

    @property
    def structure(self) -> pd.DataFrame:
        """The positions."""

    @property
    def posts(self) -> pd.DataFrame:
        """The posts by office and position."""

    @property
    def cover(self) -> pd.DataFrame:
        """Who covers what."""

    @property
    def quotas(self) -> pd.DataFrame:
        """The units with their ceilings."""

    @property
    def frontier(self) -> pd.DataFrame:
        """Posts against work left, for every office."""

    @property
    def post_groups(self) -> pd.DataFrame:
        """The groups of identical posts."""

    @property
    def duties(self) -> pd.DataFrame:
        """The cells of every group of posts."""

    @property
    def totals(self) -> Mapping[str, int | None]:
        """The totals of the plan."""

    @property
    def steps(self) -> Mapping[str, int]:
        """What deciding step by step would ask for."""

    @property
    def sizing(self) -> str:
        """``ceiling`` or ``need``."""


class WorkloadLike(Protocol):
    """What the explanation needs of a workload."""

    @property
    def demand(self) -> pd.DataFrame:
        """The work by cell, month and priority."""

    @property
    def cells(self) -> pd.DataFrame:
        """The work by cell and month, with ranges."""

    @property
    def needs(self) -> pd.DataFrame:
        """The posts that the work alone would ask for."""


@dataclass(frozen=True)
class Group:
    """One group of identical posts: its main position and pool, and the cells it serves."""

    code: str
    pool: str
    position: str
    posts: int
    fixed: bool
    free_pct: int
    main: tuple[Cell, ...]
    covered: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, its own first."""
        return (*self.main, *self.covered)


@dataclass(frozen=True)
class Office:
    """One office: its work and who does it.

    `work` holds minutes (priority, month) of each cell (pool, task group), of work that counts for posts;
    `fund` is the time of one post by month; `fixed_done` the minutes by month that fixed posts do in a cell,
    `by_fixed` the same in all by (position, pool of the post): own work, then work from the free share.
    `home` is the position of each cell that posts of another position cover.
    """

    code: str
    fund: Ints
    work: Mapping[Cell, Ints]
    irregular: int
    estimated: int
    below: int
    above: int
    groups: tuple[Group, ...]
    fixed_done: Mapping[Cell, Ints]
    by_fixed: Mapping[tuple[str, str], tuple[int, int]]
    home: Mapping[Cell, str]

    @property
    def year(self) -> int:
        """The time of one post over the horizon, in minutes."""
        return int(self.fund.sum())

    @property
    def posts(self) -> int:
        """All posts of the office."""
        return sum(group.posts for group in self.groups)

    @property
    def fixed_posts(self) -> int:
        """The elected and leading posts."""
        return sum(group.posts for group in self.groups if group.fixed)

    def months(self, cells: Sequence[Cell] | None = None) -> Ints:
        """Return minutes by month of some cells (all if None)."""
        total = np.zeros(len(self.fund), dtype=np.int64)
        for cell in self.work if cells is None else cells:
            if cell in self.work:
                total += self.work[cell].sum(axis=0)
        return total

    def priorities(self, cells: Sequence[Cell], months: Sequence[int]) -> Ints:
        """Return minutes by priority of some cells in some months."""
        total = np.zeros(len(PRIORITIES), dtype=np.int64)
        for cell in cells:
            if cell in self.work:
                total += self.work[cell][:, list(months)].sum(axis=1)
        return total

    def done_by_fixed(self, cells: Sequence[Cell]) -> Ints:
        """Return minutes by month that fixed posts do in some cells."""
        total = np.zeros(len(self.fund), dtype=np.int64)
        for cell in cells:
            if cell in self.fixed_done:
                total += self.fixed_done[cell]
        return total

    def left(self, cells: Sequence[Cell]) -> Ints:
        """Return minutes by month of some cells that fixed posts leave to sized ones."""
        return self.months(cells) - self.done_by_fixed(cells)

    @property
    def sized_cells(self) -> tuple[Cell, ...]:
        """The cells that sized posts serve, sorted; leadership work of fixed posts is not among them."""
        return tuple(sorted({cell for group in self.groups if not group.fixed for cell in group.cells}))


@dataclass(frozen=True)
class Facts:
    """All offices, sorted by code, with the months and the names that sentences need."""

    months: tuple[str, ...]
    offices: tuple[Office, ...]
    names: Mapping[str, Mapping[str, str]]
    duty: Mapping[str, str]
    counts_irregular: bool

    def name(self, table: str, code: str) -> str:
        """Return the name of a code, or the code itself."""
        return self.names.get(table, {}).get(code, code)


def fte_dec4(minutes: int, fund: int) -> int:
    """Return minutes over a time fund in ten-thousandths, rounded half-up once."""
    return (2 * minutes * FTE + fund) // (2 * fund)


def peak(minutes: Ints, fund: Ints) -> int:
    """Return the index of the month with the most work for its time; the earliest of equals."""
    shares = [Fraction(int(m), int(f)) for m, f in zip(minutes, fund, strict=True)]
    return shares.index(max(shares))


def gather(
    instance: Instance,
    model: PlanningModel,
    workload: WorkloadLike,
    time_fund: pd.DataFrame,
    sized: SizedLike,
) -> Facts:
    """Arrange the tables by office."""
    months = instance.info.months
    counts = bool(model.workload.count_irregular_in_quota)
    offices = sorted(str(code) for code in instance.tables["offices"]["code"])
    fund = {office: np.zeros(len(months), dtype=np.int64) for office in offices}
    at = {month: index for index, month in enumerate(months)}
    for office, month, minutes in _rows(time_fund, "office", "month", "minutes"):
        if office in fund and month in at:
            fund[office][at[month]] = minutes
    work: dict[str, dict[Cell, Ints]] = {office: {} for office in offices}
    irregular, estimated = dict.fromkeys(offices, 0), dict.fromkeys(offices, 0)
    columns = ("office", "pool", "task_group", "month", "priority", "regular", "estimated", "minutes")
    for office, pool, group, month, priority, regular, guess, minutes in _rows(workload.demand, *columns):
        if not (regular or counts):
            irregular[office] += int(minutes)
            continue
        cell = work[office].get((pool, group))
        if cell is None:
            cell = work[office][pool, group] = np.zeros((len(PRIORITIES), len(months)), dtype=np.int64)
        cell[int(priority) - 1, at[month]] += minutes
        estimated[office] += int(minutes) if guess else 0
    below, above = _ranges(workload.cells)
    groups = _groups(sized)
    done, by_fixed = _fixed(sized, at)
    home: dict[str, dict[Cell, str]] = {}
    combined = sized.cover[sized.cover["month"].isna()]
    for office, pool, group, position in _rows(combined, "office", "pool", "task_group", "position"):
        home.setdefault(office, {})[pool, group] = position
    return Facts(
        months,
        tuple(
            Office(
                office,
                fund[office],
                work[office],
                irregular[office],
                estimated[office],
                below.get(office, 0),
                above.get(office, 0),
                tuple(groups.get(office, ())),
                done.get(office, {}),
                by_fixed.get(office, {}),
                home.get(office, {}),
            )
            for office in offices
        ),
        _names(instance, model, sized),
        _duties(instance),
        counts,
    )


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def _ranges(cells: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    below: dict[str, int] = {}
    above: dict[str, int] = {}
    for office, minutes, low, high in zip(
        cells["office"], cells["minutes"], cells["low_minutes"], cells["high_minutes"], strict=True
    ):
        below[str(office)] = below.get(str(office), 0) + int(minutes) - int(low)
        above[str(office)] = above.get(str(office), 0) + int(high) - int(minutes)
    return below, above


def _groups(sized: SizedLike) -> dict[str, list[Group]]:
    main: dict[str, list[Cell]] = {}
    covered: dict[str, list[Cell]] = {}
    duties = sized.duties
    for code, pool, group, own in zip(
        duties["post_group"], duties["pool"], duties["task_group"], duties["main"], strict=True
    ):
        (main if own else covered).setdefault(str(code), []).append((str(pool), str(group)))
    found: dict[str, list[Group]] = {}
    table = sized.post_groups.sort_values("post_group")
    for code, office, pool, position, kind, posts, free in zip(
        *(table[c] for c in ("post_group", "office", "pool", "position", "kind", "posts", "free_pct")),
        strict=True,
    ):
        found.setdefault(str(office), []).append(
            Group(
                str(code),
                str(pool),
                str(position),
                int(posts),
                kind == "fixed",
                0 if pd.isna(free) else int(free),
                tuple(sorted(main.get(code, ()))),
                tuple(sorted(covered.get(code, ()))),
            )
        )
    return found


def _fixed(
    sized: SizedLike, at: Mapping[str, int]
) -> tuple[dict[str, dict[Cell, Ints]], dict[str, dict[tuple[str, str], tuple[int, int]]]]:
    """Return what fixed posts do: by office and cell, and by office, position and pool of the post."""
    done: dict[str, dict[Cell, Ints]] = {}
    by_post: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    cover = sized.cover[sized.cover["month"].notna()]
    columns = ("office", "pool", "task_group", "covered_by", "covered_by_pool", "month", "minutes")
    for office, pool, group, position, own, month, minutes in zip(*(cover[c] for c in columns), strict=True):
        cells = done.setdefault(str(office), {})
        cell = cells.setdefault((str(pool), str(group)), np.zeros(len(at), dtype=np.int64))
        cell[at[str(month)]] += int(minutes)
        posts = by_post.setdefault(str(office), {})
        first, second = posts.get((str(position), str(own)), (0, 0))
        if pool == own:
            first += int(minutes)
        else:
            second += int(minutes)
        posts[str(position), str(own)] = (first, second)
    return done, by_post


def _names(instance: Instance, model: PlanningModel, sized: SizedLike) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {}
    for table in ("offices", "organisations", "task_groups", "positions", "areas", "work_items"):
        frame = instance.tables[table].dropna(subset=["name"])
        names[table] = dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
    for code, name in zip(sized.structure["position"], sized.structure["name"], strict=True):
        names["positions"][str(code)] = str(name)
    names["duty"] = {row.code: row.name for row in model.duty}
    return names


def _duties(instance: Instance) -> dict[str, str]:
    frame = instance.tables["task_groups"].dropna(subset=["duty"])
    return dict(zip(frame["code"].astype(str), frame["duty"].astype(str), strict=True))
