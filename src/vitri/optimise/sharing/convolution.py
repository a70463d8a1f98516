"""Min-plus convolution of cost tables (posts × limbs, lexicographic), fast where they are convex.

Limbs are added without carry, so differences of rows are ordered like the rows themselves: convex tables are
joined by merging their falling savings, as in any ordered group.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.sharing.windows import join_windows

#: Pairs of rows beyond which windows are worth their arithmetic.
LONG = 100_000


def min_plus(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Convolve two cost tables; the choice is the posts given to the right one, the fewest among equals."""
    shape = (len(left) + len(right) - 1, left.shape[1])
    table = np.zeros(shape, dtype=np.int64)
    table[:, 0] = INFEASIBLE
    choice = np.zeros(shape[0], dtype=np.int64)
    ours, theirs = _span(left), _span(right)
    if ours is None or theirs is None:
        return table, choice
    (a, b), (c, d) = ours, theirs
    whole, taken = _join(left[a:b], right[c:d])
    table[a + c : b + d - 1] = whole
    choice[a + c : b + d - 1] = taken + c
    return table, choice


def _span(table: IntArray) -> tuple[int, int] | None:
    """Return the first possible number and one past the last, None if there is none."""
    possible = np.flatnonzero(table[:, 0] < INFEASIBLE)
    return (int(possible[0]), int(possible[-1]) + 1) if len(possible) else None


def convex(table: IntArray) -> bool:
    """Whether every number is possible and no post costs less than the one before it saved."""
    if bool((table[:, 0] >= INFEASIBLE).any()):
        return False
    steps = np.diff(table, axis=0)
    return not bool(less(steps[1:], steps[:-1]).any())


def _join(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    if convex(right):
        if convex(left):
            return _merge(left, right)
        if len(right) > 8:
            return _narrowing(left, right, last=True)
    elif convex(left) and len(left) > 8:
        whole, taken = _narrowing(right, left, last=False)
        return whole, np.arange(len(whole)) - taken
    return _plain(left, right)


def _merge(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Join two convex tables: the cheapest steps first, the left ones first among equals."""
    steps = np.concatenate([np.diff(left, axis=0), np.diff(right, axis=0)])
    given = np.arange(len(steps)) >= len(left) - 1
    order = np.lexsort((given, *steps.T[::-1]))
    table = np.concatenate([np.zeros((1, left.shape[1]), dtype=np.int64), np.cumsum(steps[order], axis=0)])
    choice = np.concatenate([[0], np.cumsum(given[order])]).astype(np.int64)
    return table + left[0] + right[0], choice


def _plain(left: IntArray, right: IntArray) -> tuple[IntArray, IntArray]:
    """Join tables of any shape, one row of the right table at a time; long ones by windows."""
    if len(left) * len(right) > LONG and min(len(left), len(right)) > 64:
        return join_windows(left, right)
    table = np.zeros((len(left) + len(right) - 1, left.shape[1]), dtype=np.int64)
    table[:, 0] = INFEASIBLE
    choice = np.zeros(len(table), dtype=np.int64)
    possible = left[:, 0] < INFEASIBLE
    for posts in range(len(right)):
        if right[posts, 0] >= INFEASIBLE:
            continue
        candidate = left + right[posts]
        candidate[~possible, 0] = INFEASIBLE
        target = table[posts : posts + len(left)]
        better = less(candidate, target)
        target[better] = candidate[better]
        choice[posts : posts + len(left)][better] = posts
    return table, choice


def _narrowing(free: IntArray, bowl: IntArray, *, last: bool) -> tuple[IntArray, IntArray]:
    """Join a table of any shape with a convex one; return the posts given to the convex one.

    Among equal splits the free table gets the fewest posts, or the most with `last`. Of the best splits the
    first (or last) row of the free table never moves back as the total grows (the matrix is
    totally monotone), so rows are solved from coarse to fine between the answers of their neighbours
    (Aggarwal, Klawe, Moran, Shor and Wilber, 1987, in its simple halving form).
    """
    possible = np.flatnonzero(free[:, 0] < INFEASIBLE)
    size = len(free) + len(bowl) - 1
    table = np.zeros((size, free.shape[1]), dtype=np.int64)
    table[:, 0] = INFEASIBLE
    at = np.zeros(size, dtype=np.int64)
    done = np.zeros(size, dtype=bool)
    sign = -1 if last else 1
    stride = 1 << max(0, size - 1).bit_length()
    while stride:
        rows = np.arange(0, size, stride)
        rows = rows[~done[rows]]
        low, high = _window(rows, stride, at, done, size)
        low = np.maximum(low, np.searchsorted(possible, rows - len(bowl) + 1))
        high = np.minimum(high, np.searchsorted(possible, rows, side="right"))
        some = high > low
        rows, low, high = rows[some], low[some], high[some]
        if len(rows):
            _solve_rows(rows, low, high, free, bowl, possible, table, at, sign)
        done[rows] = True
        stride >>= 1
    return table, np.where(done, np.arange(size) - possible[at], 0)


def _window(
    rows: IntArray, stride: int, at: IntArray, done: IntArray, size: int
) -> tuple[IntArray, IntArray]:
    """Return the first and one past the last candidate of rows, between their neighbours' answers."""
    before, after = rows - stride, rows + stride
    low = np.where((before >= 0) & done[np.maximum(before, 0)], at[np.maximum(before, 0)], 0)
    inside = np.minimum(after, size - 1)
    high = np.where((after < size) & done[inside], at[inside] + 1, size)
    return low, high


def _solve_rows(
    rows: IntArray,
    low: IntArray,
    high: IntArray,
    free: IntArray,
    bowl: IntArray,
    possible: IntArray,
    table: IntArray,
    at: IntArray,
    sign: int,
) -> None:
    """Fill rows by looking at all candidates of all rows in one sweep."""
    width = high - low
    owner = np.repeat(np.arange(len(rows)), width)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(width) - width, width) + low[owner]
    source = possible[place]
    cost = free[source] + bowl[rows[owner] - source]
    order = np.lexsort((sign * place, *cost.T[::-1], owner))
    first = order[np.searchsorted(owner[order], np.arange(len(rows)))]
    table[rows] = cost[first]
    at[rows] = place[first]
