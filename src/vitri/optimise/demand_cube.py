"""The demand as one cube of whole minutes, and what fixed posts take out of it before posts are sized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from vitri.optimise.cost import PRIORITIES
from vitri.optimise.engine import IntArray

SHARED = "shared"
OWN = "own."


@dataclass(frozen=True)
class Cube:
    """Minutes by unit, task group, priority and month.

    A unit is a pool in an office: `units[i] = (office index, pool)`. `minutes` has the shape
    (unit, group, priority, month); `fund` (office, month) is the time of one full-time post.
    """

    offices: tuple[str, ...]
    units: tuple[tuple[int, str], ...]
    groups: tuple[str, ...]
    months: tuple[str, ...]
    minutes: IntArray
    fund: IntArray

    def units_of(self, office: int) -> list[int]:
        """Return the units of an office, in order."""
        return list(self.units_by_office.get(office, ()))

    @cached_property
    def units_by_office(self) -> dict[int, list[int]]:
        """Return the units of every office that has any, kept once found."""
        found: dict[int, list[int]] = {}
        for index, (owner, _) in enumerate(self.units):
            found.setdefault(owner, []).append(index)
        return found


def cube_of(
    demand: pd.DataFrame,
    time_fund: pd.DataFrame,
    offices: Sequence[str],
    groups: Sequence[str],
    months: Sequence[str],
    *,
    count_irregular: bool,
) -> Cube:
    """Build the cube from the demand table; irregular work counts only where the model says so."""
    frame = demand if count_irregular else demand[demand["regular"].astype(bool)]
    office_at = {code: i for i, code in enumerate(offices)}
    group_at = {code: i for i, code in enumerate(groups)}
    month_at = {code: i for i, code in enumerate(months)}
    keys = sorted({(office_at[o], p) for o, p in zip(frame["office"], frame["pool"], strict=True)})
    unit_at = {key: i for i, key in enumerate(keys)}
    minutes = np.zeros((len(keys), len(groups), len(PRIORITIES), len(months)), dtype=np.int64)
    if len(frame):
        unit = [unit_at[office_at[o], p] for o, p in zip(frame["office"], frame["pool"], strict=True)]
        np.add.at(
            minutes,
            (
                np.array(unit),
                frame["task_group"].map(group_at).to_numpy(dtype=np.int64),
                frame["priority"].to_numpy(dtype=np.int64) - 1,
                frame["month"].map(month_at).to_numpy(dtype=np.int64),
            ),
            frame["minutes"].to_numpy(dtype=np.int64),
        )
    fund = np.zeros((len(offices), len(months)), dtype=np.int64)
    fund[
        time_fund["office"].map(office_at).to_numpy(dtype=np.int64),
        time_fund["month"].map(month_at).to_numpy(dtype=np.int64),
    ] = time_fund["minutes"].to_numpy(dtype=np.int64)
    return Cube(tuple(offices), tuple(keys), tuple(groups), tuple(months), minutes, fund)


@dataclass(frozen=True)
class FixedPost:
    """Identical elected or leading posts of one organisation in one office.

    `free_bp` is the share of their time that may serve work outside their own pool, in hundredths of a
    percent; `groups` are group indices; `organisation` is "" for the office's own leaders.
    """

    office: int
    organisation: str
    position: str
    posts: int
    free_bp: int
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Absorbed:
    """What fixed posts do: `left` is the cube that remains for sized posts, `rows` who does how much.

    `rows` are (fixed post index, unit, group, month, minutes, from the free share); `led` marks the
    (unit, group) cells that only fixed posts may serve, and `overload` what is left undone in them.
    """

    left: IntArray
    rows: tuple[tuple[int, int, int, int, int, bool], ...]
    led: frozenset[tuple[int, int]]
    overload: IntArray


def may_serve(post: FixedPost, pool: str, group: int, leads: bool) -> bool | None:
    """Say how a fixed post may serve a cell: False as its own work, True from its free share, None not.

    Only the groups of its own position are served: in its organisation's pool as its own work, in the
    shared pool from the free share (leadership work, and all work of the office's own leaders, excepted).
    """
    if group not in post.groups:
        return None
    if pool == OWN + post.organisation:
        return False
    if pool == SHARED:
        return not (leads or post.organisation == "")
    return None


def absorb(cube: Cube, fixed: Sequence[FixedPost], leadership: Sequence[bool]) -> Absorbed:
    """Let fixed posts do their work first; leadership work they hold is never sized.

    `leadership[g]` says whether group g is leadership work (class I). Own work first, then the shared
    pool from the free share, by priority, in the order of the posts given.
    """
    left, taken, led = _serve(cube, fixed, leadership)
    overload = np.zeros_like(left)
    for unit, group in sorted(led):
        overload[unit, group] = left[unit, group]
        left[unit, group] = 0
    rows = tuple(
        sorted(
            (index, unit, group, int(month), int(done[month]), free)
            for (index, unit, group, free), done in taken.items()
            for month in np.flatnonzero(done)
        )
    )
    return Absorbed(left, rows, frozenset(led), overload)


def remainder(cube: Cube, fixed: Sequence[FixedPost], leadership: Sequence[bool]) -> IntArray:
    """Return only what `absorb` leaves for sized posts: quick also where the months are many."""
    left, _, led = _serve(cube, fixed, leadership)
    for unit, group in led:
        left[unit, group] = 0
    return left


def _serve(
    cube: Cube, fixed: Sequence[FixedPost], leadership: Sequence[bool]
) -> tuple[IntArray, dict[tuple[int, int, int, bool], IntArray], set[tuple[int, int]]]:
    """Return what fixed posts leave, what each does by month, and the cells that only they may serve."""
    left = cube.minutes.copy()
    taken: dict[tuple[int, int, int, bool], IntArray] = {}
    led: set[tuple[int, int]] = set()
    jobs: list[tuple[int, int, int, int, bool]] = []
    for index, post in enumerate(fixed):
        for unit in cube.units_of(post.office):
            for group in post.groups:
                leads = leadership[group]
                free = may_serve(post, cube.units[unit][1], group, leads)
                if free is None or not cube.minutes[unit, group].any():
                    continue
                if leads:
                    led.add((unit, group))
                jobs.append((0 if leads else 2 if free else 1, index, unit, group, free))
    time = [post.posts * cube.fund[post.office] for post in fixed]
    spare = [post.posts * (cube.fund[post.office] * post.free_bp // 10_000) for post in fixed]
    for _, index, unit, group, free in sorted(jobs):
        limit = np.minimum(time[index], spare[index]) if free else time[index]
        limit = limit.copy()
        served = np.zeros_like(limit)
        for priority in range(len(PRIORITIES)):
            done = np.minimum(limit, left[unit, group, priority])
            left[unit, group, priority] -= done
            limit -= done
            served += done
        time[index] = time[index] - served
        if free:
            spare[index] = spare[index] - served
        taken[index, unit, group, free] = served
    return left, taken, led
