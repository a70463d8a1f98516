"""A search over sets of duties guided by prices, with an exact account of what it drops.

A state is (set covered, posts used). Under any certificate of prices no plan through it costs less than the
bound plus the reduced costs on the way there; the largest of these over several certificates is its
*promise*. States that promise no better than the best plan known are dropped for good; where more remain
than the width allows, the worst are dropped and the least promise among them is remembered, so that the
search ends with plans and a bound, both exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import Columns, WholeArray, narrow_order, relabelled

BLOCK = 32
ShortArray = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Walk:
    """The end of a search: the cheapest plan seen for each number of posts used, and the excess dropped.

    `plans` are (posts, cost, columns) by rising posts. `dropped` is the least promise of what was dropped
    for want of width, in units of 1/scale; None: nothing was, and no plan within the limit is cheaper than
    the best of these.
    """

    plans: tuple[tuple[int, int, tuple[int, ...]], ...]
    dropped: int | None
    states: int


@dataclass(frozen=True)
class Guide:
    """Certificates of one scale: reduced costs (certificates × columns) and bounds, in units of 1/scale."""

    reduced: WholeArray
    bounds: WholeArray


@dataclass
class _Level:
    """The states of one level: posts, cost, excess under every certificate; `parent`, `column` lead back."""

    masks: IntArray
    posts: IntArray
    costs: WholeArray
    excess: WholeArray
    parent: IntArray
    column: IntArray

    def take(self, kept: IntArray) -> _Level:
        """Return some of the states."""
        return _Level(
            self.masks[kept],
            self.posts[kept],
            self.costs[kept],
            self.excess[:, kept],
            self.parent[kept],
            self.column[kept],
        )


def walk(
    columns: Columns,
    guide: Guide,
    posts: int,
    limit: int | None,
    width: int,
    stopped: Callable[[], bool] = lambda: False,
) -> Walk | None:
    """Search the plans with at most `posts` posts that promise at most `limit` (None: any).

    Returns None where `stopped` said so on the way: then nothing was learned.
    """
    promise = (guide.reduced + guide.bounds[:, None]).max(axis=0)
    fits = columns.posts <= posts
    if limit is not None:
        fits &= promise <= limit
    usable = np.flatnonzero(fits).astype(np.int64)
    part = columns.take(usable)
    part = relabelled(part, narrow_order(part))
    reduced = guide.reduced[:, usable]
    first = promise[usable]
    lowest = part.lowest()
    zero = np.zeros(1, dtype=np.int64)
    none = np.zeros((len(guide.bounds), 1), reduced.dtype)
    level = _Level(zero, zero, np.zeros(1, part.costs.dtype), none, zero, zero - 1)
    room = None if limit is None else limit - guide.bounds
    trail: list[tuple[ShortArray, ShortArray]] = []
    dropped: int | None = None
    states = 0
    for duty in range(part.duties):
        ways = np.flatnonzero(lowest == duty)
        ways = ways[np.argsort(first[ways], kind="stable")]
        if stopped():
            return None
        level = _distinct(_step(part, reduced, level, duty, ways, posts, room))
        if len(level.masks) > width:
            promises = (level.excess + guide.bounds[:, None]).max(axis=0)
            order = np.argsort(promises, kind="stable")
            least = int(promises[order[width]])
            dropped = least if dropped is None else min(dropped, least)
            level = level.take(np.sort(order[:width]))
        states += len(level.masks)
        trail.append((level.parent.astype(np.int32), level.column.astype(np.int32)))
        if not len(level.masks):
            return Walk((), dropped, states)
    ends = [
        (int(level.posts[at]), int(level.costs[at]), _way(trail, at, usable))
        for at in range(len(level.masks))
    ]
    return Walk(tuple(sorted(ends)), dropped, states)


def _way(trail: Sequence[tuple[ShortArray, ShortArray]], at: int, usable: IntArray) -> tuple[int, ...]:
    """Return the columns that led to an end state."""
    chosen = []
    for parent, column in reversed(trail):
        if column[at] >= 0:
            chosen.append(int(usable[column[at]]))
        at = int(parent[at])
    return tuple(sorted(chosen))


def _step(
    part: Columns,
    reduced: WholeArray,
    level: _Level,
    duty: int,
    ways: IntArray,
    posts: int,
    room: WholeArray | None,
) -> _Level:
    """Pass on the states that cover `duty`, and extend the others by every column that fits."""
    covered = (level.masks >> duty & 1).astype(bool)
    there = np.flatnonzero(covered)
    open_ = np.flatnonzero(~covered)
    open_ = open_[np.argsort(level.excess[0, open_], kind="stable")]
    excess = level.excess[:, open_]
    parents, used = [there], [np.full(len(there), -1, dtype=np.int64)]
    for start in range(0, len(ways), BLOCK):
        block = ways[start : start + BLOCK]
        reach = len(open_)
        if room is not None:
            reach = int(np.searchsorted(excess[0], room[0] - reduced[0, block].min(), side="right"))
        near = open_[:reach]
        fits = (level.masks[near, None] & part.masks[block]) == 0
        fits &= level.posts[near, None] <= posts - part.posts[block]
        if room is not None:
            for at in range(len(room)):
                fits &= excess[at, :reach, None] <= room[at] - reduced[at, block]
        rows, ways_at = np.nonzero(fits)
        parents.append(near[rows])
        used.append(block[ways_at])
    parent, column = np.concatenate(parents), np.concatenate(used)
    new = column >= 0
    masks, count = level.masks[parent], level.posts[parent]
    more, costs = level.excess[:, parent], level.costs[parent]
    masks[new] |= part.masks[column[new]]
    count[new] += part.posts[column[new]]
    more[:, new] += reduced[:, column[new]]
    costs[new] += part.costs[column[new]]
    return _Level(masks, count, costs, more, parent, column)


def _distinct(level: _Level) -> _Level:
    """Keep the cheapest way to every (set, posts): the true cost decides, not the excess.

    With cuts the excess depends on the way; a dearer way to the same state is never part of a better plan.
    """
    most = int(level.posts.max(initial=0)) + 1
    if int(level.masks.max(initial=0)) < (1 << 62) // most:
        # one number for both
        keys = level.masks * most + level.posts
        order = np.lexsort((level.costs, keys))
        keys = keys[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = keys[1:] != keys[:-1]
        return level.take(order[first])
    order = np.argsort(level.costs, kind="stable")
    order = order[np.lexsort((level.posts[order], level.masks[order]))]
    masks, posts = level.masks[order], level.posts[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (masks[1:] != masks[:-1]) | (posts[1:] != posts[:-1])
    return level.take(order[first])
