"""The office side of a sizing: post groups, their duties, posts, cover, and what stays undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.optimise.cost import PRIORITIES, outcome
from vitri.optimise.demand_cube import OWN, SHARED, FixedPost, may_serve
from vitri.optimise.office_plan import Bundle, OfficePlan
from vitri.optimise.size import Problem
from vitri.optimise.today import Today

FTE = 10_000


def _organisation(pool: str) -> str | None:
    return pool.removeprefix(OWN) if pool.startswith(OWN) else None


def _fte(minutes: int, fund: int) -> int:
    return (2 * minutes * FTE + fund) // (2 * fund)


GROUP_COLUMNS = {
    "post_group": "str",
    "office": "str",
    "organisation": "str",
    "pool": "str",
    "position": "str",
    "kind": "str",
    "posts": "int64",
    "free_pct": "Int64",
}
DUTY_COLUMNS = {
    "post_group": "str",
    "office": "str",
    "pool": "str",
    "task_group": "str",
    "main": "bool",
    "free": "bool",
}
POST_COLUMNS = {
    "office": "str",
    "organisation": "str",
    "pool": "str",
    "position": "str",
    "posts": "Int64",
    "posts_now": "Int64",
    "incumbents_now": "Int64",
    "change": "Int64",
    "fte_dec4": "Int64",
    "bound": "Int64",
    "status": "str",
    "kind": "str",
}
COVER_COLUMNS = {
    "office": "str",
    "pool": "str",
    "position": "str",
    "task_group": "str",
    "covered_by": "str",
    "covered_by_pool": "str",
    "month": "str",
    "minutes": "int64",
}
UNMET_COLUMNS = {
    "office": "str",
    "pool": "str",
    "task_group": "str",
    "month": "str",
    "priority": "int64",
    "minutes": "int64",
}


@dataclass(frozen=True)
class OfficeTables:
    """The tables that are written office by office."""

    post_groups: pd.DataFrame
    duties: pd.DataFrame
    posts: pd.DataFrame
    cover: pd.DataFrame
    unmet: pd.DataFrame


def frame_of(records: Sequence[Mapping[str, object]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return records as a frame with the stated columns and types; a missing field is a blank."""
    data = {name: [record.get(name) for record in records] for name in columns}
    return pd.DataFrame(data, columns=list(columns)).astype(dict(columns))


def office_tables(
    s: Problem, codes: Mapping[tuple[int, int], str], today: Today, status: str
) -> OfficeTables:
    """Write post groups, duties, posts, cover and unmet; `codes` names positions by (scope, index)."""
    writer = _Writer(s, codes, today, status)
    assert s.found.plan is not None
    for plan in s.found.plan.offices:
        writer.office(plan)
    unmet = frame_of(writer.unmet, UNMET_COLUMNS)
    duties = frame_of(writer.duties, DUTY_COLUMNS)
    return OfficeTables(
        frame_of(writer.groups, GROUP_COLUMNS),
        duties.sort_values(["post_group", "pool", "task_group"], ignore_index=True),
        frame_of(writer.posts, POST_COLUMNS),
        frame_of(writer.cover, COVER_COLUMNS),
        unmet.groupby(list(UNMET_COLUMNS)[:-1], as_index=False)[["minutes"]].sum(),
    )


class _Writer:
    """Collects the records of all offices."""

    def __init__(self, s: Problem, codes: Mapping[tuple[int, int], str], today: Today, status: str) -> None:
        self.s, self.codes, self.today, self.status = s, codes, today, status
        self.groups: list[dict[str, object]] = []
        self.duties: list[dict[str, object]] = []
        self.posts: list[dict[str, object]] = []
        self.cover: list[dict[str, object]] = []
        self.unmet: list[dict[str, object]] = []
        self.done: dict[int, list[tuple[int, int, int, int]]] = {}
        for index, unit, group, month, minutes, _ in s.absorbed.rows:
            self.done.setdefault(index, []).append((unit, group, month, minutes))

    def office(self, plan: OfficePlan) -> None:
        """Write one office: its fixed posts, its bundles, positions of today that close, overload."""
        s, office = self.s, plan.office
        assert s.found.plan is not None
        code = s.cube.offices[office]
        held = {s.cube.units[unit][1]: unit for unit in s.cube.units_of(office)}
        fixed = [(index, post) for index, post in enumerate(s.fixed) if post.office == office]
        for number, (index, post) in enumerate(fixed, start=1):
            self._fixed(f"{code}.F{number:02d}", code, index, post, held)
        left_today = dict(self.today.sized.get(code, {}))
        for number, bundle in enumerate(plan.bundles(int(s.found.plan.share.posts[office])), start=1):
            self._bundle(f"{code}.{number:02d}", office, bundle, held, left_today)
        for position, (now, incumbents) in sorted(left_today.items()):
            if now or incumbents:
                self._post(code, SHARED, position, 0, (now, incumbents), 0, "sized")
        for pool, unit in sorted(held.items()):
            for g, p, m in np.argwhere(s.absorbed.overload[unit]):
                self._unmet(code, pool, int(g), int(m), int(p), int(s.absorbed.overload[unit, g, p, m]))

    def _fixed(self, key: str, code: str, index: int, post: FixedPost, held: Mapping[str, int]) -> None:
        s = self.s
        assert s.found.plan is not None
        own = OWN + post.organisation if post.organisation else SHARED
        self.groups.append(
            {
                "post_group": key,
                "office": code,
                "organisation": post.organisation or None,
                "pool": own,
                "position": post.position,
                "kind": "fixed",
                "posts": post.posts,
                "free_pct": post.free_bp,
            }
        )
        for pool, unit in sorted(held.items()):
            for g in post.groups:
                free = may_serve(post, pool, g, (unit, g) in s.absorbed.led)
                if free is not None and s.cube.minutes[unit, g].any():
                    self._duty(key, code, pool, g, main=not free, free=free)
        scope = s.task.scope_of[post.office]
        home = {
            g: self.codes[scope, i] for i, held_ in enumerate(s.found.plan.positions[scope]) for g in held_
        }
        done = self.done.get(index, [])
        for unit, g, month, minutes in done:
            position = post.position if (unit, g) in s.absorbed.led else home.get(g, post.position)
            self._cover(
                code, s.cube.units[unit][1], position, g, post.position, own, s.cube.months[month], minutes
            )
        now = self.today.fixed.get((code, post.organisation, post.position))
        fte = _fte(sum(row[3] for row in done), int(s.cube.fund[post.office].sum()))
        self._post(code, own, post.position, post.posts, now, fte, "fixed")

    def _bundle(
        self,
        key: str,
        office: int,
        bundle: Bundle,
        held: Mapping[str, int],
        left_today: dict[str, tuple[int, int]],
    ) -> None:
        s, code = self.s, self.s.cube.offices[office]
        scope, main = s.task.scope_of[office], bundle.nodes[0]
        main_code = self.codes[scope, main.position]
        self.groups.append(
            {
                "post_group": key,
                "office": code,
                "organisation": _organisation(main.pool),
                "pool": main.pool,
                "position": main_code,
                "kind": "sized",
                "posts": bundle.posts,
            }
        )
        for node in bundle.nodes:
            position = self.codes[scope, node.position]
            now = left_today.pop(position, (0, 0)) if self.today.known else None
            fte = _fte(int(node.minutes.sum()), int(s.cube.fund[office].sum()))
            first = node is main
            self._post(
                code,
                node.pool,
                position,
                bundle.posts if first else 0,
                now,
                fte,
                "sized" if first else "covered",
            )
            for g in node.groups:
                self._duty(key, code, node.pool, g, main=node.position == main.position, free=False)
                if not first:
                    minutes = int(s.absorbed.left[held[node.pool], g].sum())
                    self._cover(code, node.pool, position, g, main_code, main.pool, None, minutes)
        self._undone(office, bundle, held)

    def _undone(self, office: int, bundle: Bundle, held: Mapping[str, int]) -> None:
        """Write what a bundle leaves undone by cell; within a priority the later cells wait first."""
        s = self.s
        cells = [(node.pool, g) for node in bundle.nodes for g in node.groups]
        demand = np.array([s.absorbed.left[held[pool], g] for pool, g in cells])
        for m in range(len(s.cube.months)):
            rest, _ = outcome(
                demand[:, :, m : m + 1].sum(axis=0),
                s.cube.fund[office, m : m + 1],
                bundle.posts,
                s.task.setting.service,
            )
            for p in range(len(PRIORITIES)):
                left = int(rest[p])
                for (pool, g), wanted in reversed(list(zip(cells, demand[:, p, m], strict=True))):
                    part = min(left, int(wanted))
                    if part:
                        self._unmet(s.cube.offices[office], pool, g, m, p, part)
                        left -= part

    def _duty(self, key: str, code: str, pool: str, group: int, *, main: bool, free: bool) -> None:
        self.duties.append(
            {
                "post_group": key,
                "office": code,
                "pool": pool,
                "task_group": self.s.cube.groups[group],
                "main": main,
                "free": free,
            }
        )

    def _post(
        self,
        code: str,
        pool: str,
        position: str,
        posts: int,
        now: tuple[int, int] | None,
        fte: int,
        kind: str,
    ) -> None:
        known = (
            {} if now is None else {"posts_now": now[0], "incumbents_now": now[1], "change": posts - now[0]}
        )
        self.posts.append(
            {
                "office": code,
                "organisation": _organisation(pool),
                "pool": pool,
                "position": position,
                "posts": posts,
                "fte_dec4": fte,
                "status": "optimal" if kind == "fixed" else self.status,
                "kind": kind,
                **known,
            }
        )

    def _cover(
        self,
        code: str,
        pool: str,
        position: str,
        group: int,
        by: str,
        by_pool: str,
        month: str | None,
        minutes: int,
    ) -> None:
        self.cover.append(
            {
                "office": code,
                "pool": pool,
                "position": position,
                "task_group": self.s.cube.groups[group],
                "covered_by": by,
                "covered_by_pool": by_pool,
                "month": month,
                "minutes": minutes,
            }
        )

    def _unmet(self, code: str, pool: str, group: int, month: int, priority: int, minutes: int) -> None:
        self.unmet.append(
            {
                "office": code,
                "pool": pool,
                "task_group": self.s.cube.groups[group],
                "month": self.s.cube.months[month],
                "priority": priority + 1,
                "minutes": minutes,
            }
        )
