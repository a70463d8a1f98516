"""`cliff_map`: at which change of a lever which posts move, and how far the totals go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding, Findings, UsageError
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.policy.fund import BP
from vitri.workload.arrays import Bools, Ints, texts
from vitri.workload.cliffs.base import Base, Scope, build_base
from vitri.workload.cliffs.grid import line_posts, time_posts
from vitri.workload.cliffs.items import ItemSteps, item_steps, searched_items
from vitri.workload.cliffs.reruns import Reruns
from vitri.workload.levers import KINDS, LeverKind, unknown_lever
from vitri.workload.rounding import round_posts

SCOPES: tuple[Scope, ...] = get_args(Scope)
LEVERS: tuple[LeverKind, ...] = ("time_fund", "norm", "volume", "coefficient")
TIME: tuple[LeverKind, ...] = ("time_fund", "useful_time")
SUMMARY_PCT = (-20, -10, -5, -1, 1, 5, 10, 20)
HIGHEST_REACH = 90
#: Steps of 1/100 % in one percent.
PCT = 100
_KEYS = ["office", "pool", "task_group"]


@dataclass(frozen=True)
class CliffMap:
    """The cliffs of a scenario under one policy. Changes are in 1/100 % (`change_bp`), with their sign.

    - `cliffs`: lever, office, pool, task_group (blank as the scope has them), posts_now, change_bp,
      posts_from, posts_to, rank (1 nearest to no change, in each direction), searched. Posts are `posts_to`
      at `change_bp` and `posts_from` one step nearer to zero;
    - `scopes`: office, pool, task_group, minutes, posts_now;
    - `summary`: lever, change_bp, posts, difference (blank where a post would have no time left);
    - `totals`: lever, change_bp, posts: all posts within the reach, one row for each change of the total;
    - `items`: office, pool, task_group, work_item, change_bp, posts_now, posts_to, searched: the first change
      of each item's norm, or of its volume, that moves the number by itself, in each direction;
    - `fragile`: of these the nearest of each scope.

    `searched` rows come from bisection between fresh runs, the others are exact at every step.
    """

    scope: Scope
    level: str
    policy: str
    rounding: str
    reach_pct: int
    levers: tuple[LeverKind, ...]
    posts_now: int
    cliffs: pd.DataFrame
    scopes: pd.DataFrame
    summary: pd.DataFrame
    totals: pd.DataFrame
    items: pd.DataFrame
    fragile: pd.DataFrame
    runs: int
    findings: Findings

    def nearest(self) -> pd.DataFrame:
        """Return the first cliff of every scope, lever and direction, most fragile first."""
        first = self.cliffs[self.cliffs["rank"] == 1]
        order = first.assign(_size=first["change_bp"].abs(), _lever=first["lever"].map(KINDS.index))
        return order.sort_values(["_size", *_KEYS, "_lever", "change_bp"], kind="stable")[
            list(self.cliffs.columns)
        ].reset_index(drop=True)


def cliff_map(
    instance: Instance,
    model: PlanningModel,
    *,
    levers: Sequence[LeverKind] = LEVERS,
    reach_pct: int = 30,
    scope: Scope = "office",
    work_items: Sequence[str] | None = None,
) -> CliffMap:
    """Return which posts move when a lever moves by up to `reach_pct` percent, in steps of 0.01 %.

    `scope`: posts of offices (rounded at the policy's level), of pools in them, or of task groups in pools
    (rounded each by itself). `work_items` are those tried one by one; blank tries all, an empty list none.
    A model in force is expected (`vitri.policy.model_for`).

    Raises
    ------
    UsageError
        If the reach, the scope or a lever makes no sense.
    DataError
        If a work item does not exist, no work counts, or the workload cannot be computed.
    """
    _require(levers, reach_pct, scope)
    base = build_base(instance, model, scope)
    items = _items(base, work_items)
    if not int(base.minutes.sum()):
        raise DataError(_no_work())
    reach = reach_pct * PCT
    steps = np.union1d(np.arange(-reach, reach + 1), np.array(SUMMARY_PCT) * PCT).astype(np.int64)
    work = _Work(instance, model, base, steps, Reruns(instance, model, base))
    kinds = tuple(kind for kind in KINDS if kind in set(levers))
    tables = {kind: work.table(kind) for kind in kinds}
    now = work.now()
    cliffs, totals, summary = [], [], []
    for kind, (posts, possible, searched) in tables.items():
        cliffs.append(_cliffs(kind, steps, posts, possible, searched, reach))
        totals.append(_totals(kind, steps, posts, possible, reach))
        summary.append(_summary(kind, steps, posts, possible))
    item_frame = _item_frame(base, work.items(items, reach), now)
    fragile = item_frame.assign(_size=item_frame["change_bp"].abs())
    fragile = fragile.sort_values([*_KEYS, "_size", "change_bp", "work_item"], kind="stable")
    fragile = fragile.drop_duplicates(_KEYS).sort_values(["_size", *_KEYS], kind="stable")
    return CliffMap(
        scope=scope,
        level=base.level,
        policy=str(model.policy or instance.info.policy or model.name),
        rounding=model.rounding.rule,
        reach_pct=reach_pct,
        levers=kinds,
        posts_now=int(now.sum()),
        cliffs=_named(base, pd.concat(cliffs, ignore_index=True), now),
        scopes=_scopes(base, now),
        summary=pd.concat(summary, ignore_index=True),
        totals=pd.concat(totals, ignore_index=True),
        items=item_frame,
        fragile=fragile.drop(columns="_size").reset_index(drop=True),
        runs=work.reruns.runs,
        findings=base.ground.findings,
    )


@dataclass(eq=False)
class _Work:
    """One map being made: which scopes are computed how."""

    instance: Instance
    model: PlanningModel
    base: Base
    steps: Ints
    reruns: Reruns
    _lines: tuple[Ints, Bools, Bools] | None = None

    @property
    def slow(self) -> Bools:
        """Scopes whose minutes do not follow their own lines."""
        offices = self.base.by_method | self.base.by_donor
        result: Bools = offices[self.base.scope_office]
        return result

    def now(self) -> Ints:
        """Return the present posts of every scope."""
        now = self.base.by_scope(self.base.posts(self.model))
        if self.base.by_method.any():
            found = self.reruns.posts("norm", 0)
            assert found is not None, "the present state is possible"
            now = np.where(self.slow, found, now)
        return now

    def table(self, kind: LeverKind) -> tuple[Ints, Bools, Bools]:
        """Return posts [scope, step], at which steps there is time, and which scopes were searched."""
        base, steps = self.base, self.steps
        possible = np.ones(len(steps), dtype=np.bool_)
        if kind in TIME:
            posts, possible = time_posts(base, self.instance, self.model, steps, kind == "useful_time")
            table = base.by_scope(posts)
            # Estimates do not depend on time, unless work counted by time stands among the donors.
            slow = self.slow if base.by_method.any() else np.zeros_like(self.slow)
        elif self._lines is not None and not (kind == "coefficient" and base.by_donor.any()):
            # Norms, volumes and coefficients are factors of the same products.
            return self._lines
        else:
            slow = self.slow
            unit_slow = slow[base.scope]
            posts = np.zeros((len(base.office), len(steps)), dtype=np.int64)
            posts[~unit_slow] = line_posts(base, self.model, steps, np.flatnonzero(~unit_slow))
            table = base.by_scope(posts)
        if slow.any():
            scopes = np.flatnonzero(slow)
            found, time = self.reruns.search(kind, steps, scopes, self._hints(kind, slow))
            table[scopes] = found
            possible = possible & time
        if kind not in TIME and not base.by_method.any() and kind != "coefficient":
            self._lines = (table, possible, slow)
        return table, possible, slow

    def _hints(self, kind: LeverKind, slow: Bools) -> Ints:
        """Return the steps at which slow scopes would move if all their minutes followed the lever."""
        base, rounding = self.base, self.model.rounding
        units = np.flatnonzero(slow[base.scope])
        bp, year = self.steps[None], base.year[units, None]
        minutes = base.minutes[units, None]
        if kind in TIME:
            year = year * (BP + bp) // BP
        else:
            minutes = minutes * (BP + bp) // BP
        posts = round_posts(minutes + 0 * bp, np.maximum(year, 1) + 0 * bp, rounding.rule, rounding.cutoff)
        moved = np.flatnonzero((np.diff(posts, axis=1) != 0).any(axis=0))
        left, right = self.steps[moved], self.steps[moved + 1]
        return np.unique(np.where(right > 0, right, left))

    def items(self, chosen: Ints, reach: int) -> ItemSteps:
        """Return the first changes of single work items."""
        slow = self.slow
        fast = item_steps(self.base, self.model, reach, np.flatnonzero(~slow))
        keep = np.isin(fast.item, chosen)
        parts = [tuple(getattr(fast, name)[keep] for name in ItemSteps.__dataclass_fields__)]
        if slow.any() and len(chosen):
            used = np.intersect1d(chosen, self.base.ground.register.item[self.base.parts.line])
            more = searched_items(self.reruns, used, np.flatnonzero(slow), reach, self.now())
            parts.append(tuple(getattr(more, name) for name in ItemSteps.__dataclass_fields__))
        return ItemSteps(*(np.concatenate(side) for side in zip(*parts, strict=True)))


def _cliffs(
    kind: LeverKind, steps: Ints, posts: Ints, possible: Bools, searched: Bools, reach: int
) -> pd.DataFrame:
    """Return every step at which a scope's posts differ from those one step nearer to zero."""
    blocks = []
    for sign in (-1, 1):
        side = np.flatnonzero((steps * sign >= 0) & (np.abs(steps) <= reach) & possible)
        side = side[np.argsort(np.abs(steps[side]))]
        part = posts[:, side]
        scope, place = np.nonzero(np.diff(part, axis=1))
        rank = np.arange(len(scope)) - np.searchsorted(scope, scope) + 1
        blocks.append(
            pd.DataFrame(
                {
                    "lever": kind,
                    "scope": scope,
                    "change_bp": steps[side[place + 1]],
                    "posts_from": part[scope, place],
                    "posts_to": part[scope, place + 1],
                    "rank": rank,
                    "searched": searched[scope],
                }
            )
        )
    frame = pd.concat(blocks, ignore_index=True)
    return frame.sort_values(["scope", "change_bp"], kind="stable").reset_index(drop=True)


def _totals(kind: LeverKind, steps: Ints, posts: Ints, possible: Bools, reach: int) -> pd.DataFrame:
    """Return the total posts where they change, between the ends of the reach, both included."""
    inside = np.flatnonzero(possible & (np.abs(steps) <= reach))
    total = posts[:, inside].sum(axis=0)
    keep = np.ones(len(total), dtype=np.bool_)
    keep[1:] = total[1:] != total[:-1]
    keep[-1:] = True
    keep |= steps[inside] == 0
    return pd.DataFrame({"lever": kind, "change_bp": steps[inside][keep], "posts": total[keep]})


def _summary(kind: LeverKind, steps: Ints, posts: Ints, possible: Bools) -> pd.DataFrame:
    """Return the total posts at the round changes."""
    place = np.searchsorted(steps, np.array(SUMMARY_PCT) * PCT)
    now = int(posts[:, np.searchsorted(steps, 0)].sum())
    total = pd.array(posts[:, place].sum(axis=0), dtype="Int64")
    total[~possible[place]] = pd.NA
    return pd.DataFrame({"lever": kind, "change_bp": steps[place], "posts": total, "difference": total - now})


def _sides(base: Base, scope: Ints) -> dict[str, object]:
    pools = base.ground.pools
    return {
        "office": texts(base.scope_office[scope], list(pools.offices)),
        "pool": texts(base.scope_pool[scope], pools.names),
        "task_group": texts(base.scope_group[scope], list(pools.groups)),
    }


def _named(base: Base, frame: pd.DataFrame, now: Ints) -> pd.DataFrame:
    """Put names in place of the numbers of scopes."""
    scope = frame["scope"].to_numpy(dtype=np.int64)
    names = {"lever": frame["lever"].astype("str"), **_sides(base, scope), "posts_now": now[scope]}
    return pd.DataFrame({**names, **{key: frame[key] for key in frame.columns[2:]}})


def _scopes(base: Base, now: Ints) -> pd.DataFrame:
    every = np.arange(len(now), dtype=np.int64)
    minutes = base.by_scope(base.minutes)
    return pd.DataFrame({**_sides(base, every), "minutes": minutes, "posts_now": now})


def _item_frame(base: Base, found: ItemSteps, now: Ints) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            **_sides(base, found.scope),
            "work_item": texts(found.item, list(base.ground.items.codes)),
            "change_bp": found.change_bp,
            "posts_now": now[found.scope],
            "posts_to": found.posts,
            "searched": found.searched,
        }
    )
    return frame.sort_values([*_KEYS, "work_item", "change_bp"], kind="stable").reset_index(drop=True)


def _items(base: Base, wanted: Sequence[str] | None) -> Ints:
    """Return the positions of the work items to be tried."""
    codes = base.ground.items.codes
    if wanted is None:
        return np.arange(len(codes), dtype=np.int64)
    place = codes.get_indexer(pd.Index(list(wanted), dtype=object)).astype(np.int64)
    unknown = [code for code, at in zip(wanted, place, strict=True) if at < 0]
    if unknown:
        raise DataError(
            Finding(
                code="unknown_code",
                table="work_items",
                column="code",
                value=code,
                message=N_("There is no work item {code}."),
                advice=N_("Name an item of the catalogue."),
                fields={"code": code},
            )
            for code in unknown
        )
    return place


def _require(levers: Sequence[str], reach_pct: int, scope: str) -> None:
    found = [unknown_lever(kind) for kind in levers if kind not in KINDS]
    if not levers:
        found.append(unknown_lever(""))
    if not 1 <= reach_pct <= HIGHEST_REACH:
        found.append(
            Finding(
                code="bad_reach",
                table="cliffs",
                column="reach",
                value=str(reach_pct),
                allowed=N_("1 to 90 percent"),
                message=N_("The reach of the cliff map must lie between 1 and 90 percent."),
                advice=N_("Give a whole number of percent."),
            )
        )
    if scope not in SCOPES:
        found.append(
            Finding(
                code="unknown_scope",
                table="cliffs",
                column="scope",
                value=scope,
                allowed=N_("one of: {known}"),
                message=N_("There is no scope {scope}."),
                advice=N_("Name one of those that exist."),
                fields={"scope": scope, "known": ", ".join(SCOPES)},
            )
        )
    if found:
        raise UsageError(found)


def _no_work() -> Finding:
    return Finding(
        code="no_work",
        table="registrations",
        message=N_("No work counts for posts: there is nothing that could move."),
        advice=N_("Look at the statuses that count, the horizon, and which work is regular."),
    )
