"""Dynamic programming over sets of duties: every number of posts in one pass.

Level i knows the least cost of every set that covers all duties before i. A set that misses duty i is
extended by every column whose lowest duty it is, so each partition is built once; sets are kept as sorted
keys over the duties still open, so that only reachable ones take room.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import Columns
from vitri.optimise.lex import INFEASIBLE


@dataclass(frozen=True)
class SubsetTable:
    """Least costs by level: `keys[i]` are the sets over duties i and above, `tables[i]` limbs × sets × posts.

    `costs` is columns × limbs; limbs compare lexicographically (see `lex`); impossible entries hold
    `INFEASIBLE` or more in the first limb.
    """

    columns: Columns
    costs: IntArray
    keys: tuple[IntArray, ...]
    tables: tuple[IntArray, ...]

    def values(self) -> IntArray:
        """Return posts × limbs: the least cost with exactly that many posts."""
        return np.ascontiguousarray(self.tables[-1][:, 0, :].T)

    def plan(self, posts: int) -> tuple[int, ...]:
        """Return the columns of a best plan with exactly `posts` posts, in rising order."""
        chosen: list[int] = []
        key, left = 0, posts
        lowest = self.columns.lowest()
        for level in range(self.columns.duties - 1, -1, -1):
            target = self.tables[level + 1][:, np.searchsorted(self.keys[level + 1], key), left]
            found = self._before(level, key, left, target, np.flatnonzero(lowest == level))
            if found is None:
                key = key << 1 | 1
                continue
            chosen.append(found)
            key = key << 1 ^ int(self.columns.masks[found] >> level) & ~1
            left -= int(self.columns.posts[found])
        return tuple(sorted(chosen))

    def _before(self, level: int, key: int, left: int, target: IntArray, ways: IntArray) -> int | None:
        """Return the column that led to an entry, or None where the duty was covered before."""
        keys, table = self.keys[level], self.tables[level]
        covered = key << 1 | 1
        at = int(np.searchsorted(keys, covered))
        if at < len(keys) and keys[at] == covered and np.array_equal(table[:, at, left], target):
            return None
        upper = self.columns.masks[ways] >> (level + 1)
        count = self.columns.posts[ways]
        usable = ((upper & key) == upper) & (count <= left)
        ways, upper, count = ways[usable], upper[usable], count[usable]
        source = (key ^ upper) << 1
        at_source = np.minimum(np.searchsorted(keys, source), len(keys) - 1)
        reached = table[:, at_source, left - count] + self.costs[ways].T
        right = (keys[at_source] == source) & (reached == target[:, None]).all(axis=0)
        hits = np.flatnonzero(right)
        if not len(hits):
            raise ValueError("the table of a frontier does not lead back to its start")
        return int(ways[hits[0]])


@dataclass(frozen=True)
class _Step:
    """One level of the layout: states passed on, and for every set of duties its states and their goals."""

    covered: IntArray
    kept: IntArray
    parts: tuple[tuple[IntArray, npt.NDArray[np.int32], npt.NDArray[np.int32]], ...]
    size: int


@dataclass(frozen=True)
class Layout:
    """Which sets are reached at which level, known before any cost; filling it is plain arithmetic."""

    columns: Columns
    most_posts: int
    keys: tuple[IntArray, ...]
    steps: tuple[_Step, ...]
    work: int

    def fill(self, costs: IntArray) -> SubsetTable:
        """Fill the table; `costs` is columns × limbs of 64-bit integers, totals below `INFEASIBLE`."""
        limbs = costs.shape[1]
        table = np.zeros((limbs, 1, self.most_posts + 1), dtype=np.int64)
        table[0] = INFEASIBLE
        table[0, 0, 0] = 0
        tables = [table]
        for step in self.steps:
            grown = np.zeros((limbs, step.size, self.most_posts + 1), dtype=np.int64)
            grown[0] = INFEASIBLE
            grown[:, step.kept] = table[:, step.covered]
            for group, sources, goal in step.parts:
                _improve(grown, goal, table[:, sources], self.columns.posts[group], costs[group])
            table = grown
            tables.append(table)
        if not tables[-1].shape[1]:
            empty = np.zeros((limbs, 1, self.most_posts + 1), dtype=np.int64)
            empty[0] = INFEASIBLE
            tables[-1] = empty
        return SubsetTable(self.columns, costs, self.keys, tuple(tables))


def layout(
    columns: Columns, most_posts: int, most_states: int | None, most_work: int | None
) -> Layout | None:
    """Lay out the levels; None beyond `most_states` sets or `most_work` extensions in all.

    Columns with more than `most_posts` posts are left out. An extension is one set with one column.
    """
    keys = np.zeros(1, dtype=np.int64)
    all_keys, steps = [keys], []
    lowest = columns.lowest()
    order = np.lexsort((columns.posts, columns.masks))
    order = order[columns.posts[order] <= most_posts]
    work = states = 0
    for level in range(columns.duties):
        here = order[lowest[order] == level]
        cuts = np.flatnonzero(np.diff(columns.masks[here])) + 1
        covered = np.flatnonzero(keys & 1)
        open_ = np.flatnonzero(~keys & 1)
        base = keys >> 1
        free = base[open_]
        parts = []
        targets = [base[covered]]
        for group in np.split(here, cuts) if len(here) else []:
            upper = int(columns.masks[group[0]] >> (level + 1))
            fits = np.flatnonzero((free & upper) == 0)
            if len(fits):
                parts.append((group, open_[fits].astype(np.int32)))
                targets.append(free[fits] | upper)
                work += len(fits) * len(group)
            if most_work is not None and work > most_work:
                return None
        new, place = _compress(np.concatenate(targets), columns.duties - level - 1)
        states += len(new)
        if most_states is not None and states > most_states:
            return None
        ends = np.cumsum([len(target) for target in targets])
        goals = [place[start:end].astype(np.int32) for start, end in itertools.pairwise(ends)]
        joined = tuple((group, sources, goal) for (group, sources), goal in zip(parts, goals, strict=True))
        steps.append(_Step(covered, place[: len(covered)], joined, len(new)))
        keys = new
        all_keys.append(keys)
    if not len(keys):
        all_keys[-1] = np.zeros(1, dtype=np.int64)
    return Layout(columns, most_posts, tuple(all_keys), tuple(steps), work)


def _compress(values: IntArray, bits: int) -> tuple[IntArray, IntArray]:
    """Return the distinct values, sorted, and where each value stands among them."""
    if bits > 24 or len(values) * 16 < 1 << bits:
        new, place = np.unique(values, return_inverse=True)
        return new, place
    flag = np.zeros(1 << bits, dtype=bool)
    flag[values] = True
    new = np.flatnonzero(flag).astype(np.int64)
    position = np.empty(1 << bits, dtype=np.int64)
    position[new] = np.arange(len(new))
    return new, position[values]


def _improve(
    grown: IntArray, goal: npt.NDArray[np.int32], before: IntArray, posts: IntArray, costs: IntArray
) -> None:
    """Improve the rows `goal` by the rows `before` plus each way to staff one set of duties."""
    now = grown[:, goal]
    width = before.shape[2]
    if len(grown) == 1:
        for count, cost in zip(posts.tolist(), costs[:, 0].tolist(), strict=True):
            np.minimum(now[0, :, count:], before[0, :, : width - count] + cost, out=now[0, :, count:])
        grown[0, goal] = now[0]
        return
    for count, cost in zip(posts.tolist(), costs, strict=True):
        tried = before[:, :, : width - count] + cost[:, None, None]
        current = now[:, :, count:]
        better = tried[-1] < current[-1]
        for limb in range(len(grown) - 2, -1, -1):
            better = (tried[limb] < current[limb]) | ((tried[limb] == current[limb]) & better)
        np.copyto(current, tried, where=better)
    grown[:, goal] = now
