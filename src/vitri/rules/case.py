"""`Case`: a plan's tables with the input they answer to, read once for all rules. No solver, only tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from vitri.data.instance import Instance, Sizing, Structure
from vitri.policy import PlanningModel
from vitri.policy.worktime import person_time
from vitri.rules.base import tuples
from vitri.rules.leaders import fixed_posts
from vitri.rules.quota_tree import Given, UnitKind, ceilings, given_quotas, unit_parents
from vitri.rules.task_groups import TaskGroup, positions_of, quota_free, task_groups

OWN = "own."
SHARED = "shared"
Cell = tuple[str, str]


@dataclass(frozen=True)
class Duty:
    """One cell (pool, task group) of a set of posts: of its main position or combined, own or free time."""

    pool: str
    group: str
    main: bool
    free: bool


@dataclass(frozen=True)
class PostSet:
    """A set of `posts` identical posts of an office; `free_bp` in hundredths of a percent."""

    code: str
    office: str
    organisation: str
    pool: str
    position: str
    fixed: bool
    posts: int
    free_bp: int
    duties: tuple[Duty, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The task groups held, each once, in order."""
        return tuple(sorted({duty.group for duty in self.duties}))

    @property
    def main_groups(self) -> tuple[str, ...]:
        """The task groups of the main position."""
        return tuple(sorted({duty.group for duty in self.duties if duty.main}))


@dataclass(frozen=True)
class Case:
    """What rules are measured on.

    `demand` has the columns office, pool, task_group, month, priority, regular, estimated, minutes; `fund`
    the minutes of one post by office and month. `sizing` and `structure` say how the plan was asked for.
    `lines` are the workload lines, where the plan converts products.
    """

    instance: Instance
    model: PlanningModel
    tables: Mapping[str, pd.DataFrame]
    demand: pd.DataFrame
    fund: Mapping[tuple[str, str], int]
    sizing: Sizing
    structure: Structure
    levels: tuple[Mapping[str, Any], ...] = field(default=())
    lines: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        instance: Instance,
        model: PlanningModel,
        tables: Mapping[str, pd.DataFrame],
        demand: pd.DataFrame,
        time_fund: pd.DataFrame,
        *,
        sizing: Sizing | None = None,
        structure: Structure | None = None,
        levels: tuple[Mapping[str, Any], ...] = (),
        lines: pd.DataFrame | None = None,
    ) -> Case:
        """Read a plan; a blank sizing or structure is the scenario's own."""
        if sizing is None:
            sizing = instance.info.sizing
        if sizing is None:
            bounded = any(limit is not None for limit, _ in ceilings(instance, model).values())
            sizing = "ceiling" if bounded else "need"
        fund = {
            (str(office), str(month)): int(minutes)
            for office, month, minutes in tuples(time_fund, ["office", "month", "minutes"])
        }
        structure = structure or instance.info.structure
        return cls(instance, model, tables, demand, fund, sizing, structure, levels, lines)

    def table(self, name: str) -> pd.DataFrame:
        """Return one table of the plan, empty if the plan has none."""
        return self.tables.get(name, pd.DataFrame())

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of one table, missing texts as ""; the list is shared, and not to be changed."""
        if name not in self._read:
            frame = self.table(name)
            lists = [
                [
                    "" if isinstance(value, float) and value != value else value
                    for value in frame[column].to_numpy(dtype=object).tolist()
                ]
                for column in frame.columns
            ]
            names = [str(column) for column in frame.columns]
            self._read[name] = [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]
        return self._read[name]

    @cached_property
    def _read(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    @cached_property
    def tree(self) -> dict[str, tuple[UnitKind, str | None]]:
        """The quota tree: unit → (kind, unit above), parents first."""
        return unit_parents(self.instance)

    @cached_property
    def given(self) -> dict[tuple[str, str], Given]:
        """What was given to each (unit, organisation or "")."""
        return given_quotas(self.instance, self.model)

    @cached_property
    def ceilings(self) -> dict[str, tuple[int | None, str]]:
        """The ceiling and its status of every area and office."""
        return ceilings(self.instance, self.model)

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the horizon."""
        return self.instance.info.months

    @property
    def with_people(self) -> bool:
        """Whether officials are placed, so that seats and assignments are part of the plan."""
        return self.instance.has("officials")

    @cached_property
    def offices(self) -> tuple[str, ...]:
        """Every office, in order of the codes."""
        return tuple(sorted(self.instance.table("offices")["code"].astype(str)))

    @cached_property
    def groups(self) -> dict[str, TaskGroup]:
        """The task groups by code."""
        return task_groups(self.instance, self.model)

    @cached_property
    def positions(self) -> pd.DataFrame:
        """Today's positions by code."""
        return positions_of(self.instance)

    @cached_property
    def officials(self) -> dict[str, dict[Hashable, Any]]:
        """The officials by code, defaults filled in."""
        records = self.instance.filled("officials").to_dict("records")
        return {str(row["code"]): row for row in records}

    @cached_property
    def leaders(self) -> pd.DataFrame:
        """The elected and leading posts that the data fix."""
        return fixed_posts(self.instance, self.model)

    @cached_property
    def posts(self) -> tuple[PostSet, ...]:
        """The sets of posts of the plan, in order of their codes."""
        duties: dict[str, list[Duty]] = {}
        for row in self.rows("duties"):
            duty = Duty(row["pool"], row["task_group"], bool(row["main"]), bool(row["free"]))
            duties.setdefault(row["post_group"], []).append(duty)
        return tuple(
            PostSet(
                code=row["post_group"],
                office=row["office"],
                organisation=row["organisation"],
                pool=row["pool"],
                position=row["position"],
                fixed=row["kind"] == "fixed",
                posts=int(row["posts"]),
                free_bp=0 if pd.isna(row["free_pct"]) else int(row["free_pct"]),
                duties=tuple(sorted(duties.get(row["post_group"], []), key=lambda d: (d.pool, d.group))),
            )
            for row in sorted(self.rows("post_groups"), key=lambda row: str(row["post_group"]))
        )

    @property
    def sized(self) -> tuple[PostSet, ...]:
        """The sets of posts sized by workload."""
        return tuple(post for post in self.posts if not post.fixed)

    @property
    def fixed(self) -> tuple[PostSet, ...]:
        """The sets of elected and leading posts."""
        return tuple(post for post in self.posts if post.fixed)

    @cached_property
    def counted_posts(self) -> dict[str, int]:
        """Posts of every office that count against its quota: all but contracts for support work."""
        found = dict.fromkeys(self.offices, 0)
        for post in self.posts:
            if post.fixed or not quota_free(self.groups, post.groups):
                found[post.office] = found.get(post.office, 0) + post.posts
        return found

    @cached_property
    def time(self) -> dict[tuple[str, str], tuple[int, int]]:
        """The minutes and overtime minutes of each official and month; of a vacancy, a standard post's."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        frame = person_time(self.instance, self.model)
        columns = ["official", "month", "minutes", "overtime_minutes"]
        for who, month, minutes, overtime in tuples(frame, columns):
            found[str(who), str(month)] = (int(minutes), int(overtime))
        for post in self.posts:
            for seat in range(1, post.posts + 1):
                for month in self.months:
                    minutes = self.fund.get((post.office, month), 0)
                    found[f"VAC-{post.code}-{seat}", month] = (minutes, 0)
        return found

    @cached_property
    def sizing_demand(self) -> dict[tuple[str, str, str], dict[str, dict[int, int]]]:
        """Minutes that count for quotas: cell (office, pool, group) → month → priority → minutes."""
        frame = self.demand
        if not self.model.workload.count_irregular_in_quota:
            frame = frame[frame["regular"].astype(bool)]
        found: dict[tuple[str, str, str], dict[str, dict[int, int]]] = {}
        keys = ["office", "pool", "task_group", "month", "priority"]
        total = frame.groupby(keys, sort=True)["minutes"].sum().reset_index()
        for office, pool, group, month, priority, minutes in tuples(total, [*keys, "minutes"]):
            cell = found.setdefault((str(office), str(pool), str(group)), {})
            cell.setdefault(str(month), {})[int(priority)] = int(minutes)
        return found

    @cached_property
    def fixed_work(self) -> dict[tuple[str, str, str], dict[str, int]]:
        """Minutes that fixed posts do, as planned in the table cover: cell → month → minutes."""
        holders = {(post.office, post.pool, post.position) for post in self.fixed}
        found: dict[tuple[str, str, str], dict[str, int]] = {}
        for row in self.rows("cover"):
            if row["month"] and (row["office"], row["covered_by_pool"], row["covered_by"]) in holders:
                cell = found.setdefault((row["office"], row["pool"], row["task_group"]), {})
                cell[row["month"]] = cell.get(row["month"], 0) + int(row["minutes"])
        return found

    @cached_property
    def left(self) -> dict[tuple[str, str, str], dict[str, dict[int, int]]]:
        """What fixed posts leave for sized ones: they do the work of the highest priority first."""
        found: dict[tuple[str, str, str], dict[str, dict[int, int]]] = {}
        for cell, months in self.sizing_demand.items():
            done = self.fixed_work.get(cell, {})
            for month, by_priority in months.items():
                spare = done.get(month, 0)
                rest = {}
                for priority, minutes in sorted(by_priority.items()):
                    part = min(spare, minutes)
                    spare -= part
                    rest[priority] = minutes - part
                found.setdefault(cell, {})[month] = rest
        return found

    @cached_property
    def led(self) -> frozenset[tuple[str, str, str]]:
        """The cells of leadership work that a fixed post holds: only fixed posts may do them."""
        return frozenset(
            (post.office, duty.pool, duty.group)
            for post in self.fixed
            for duty in post.duties
            if duty.group in self.groups and self.groups[duty.group].klass == "I"
        )

    def post_work(self, post: PostSet) -> dict[str, dict[int, int]]:
        """Return what a set of sized posts has to do: month → priority → minutes."""
        found: dict[str, dict[int, int]] = {}
        for pool, group in sorted({(duty.pool, duty.group) for duty in post.duties}):
            for month, by_priority in self.left.get((post.office, pool, group), {}).items():
                total = found.setdefault(month, {})
                for priority, minutes in by_priority.items():
                    total[priority] = total.get(priority, 0) + minutes
        return found
