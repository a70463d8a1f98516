"""Posts of which only some hold the second position: what k posts, j of them covering, leave undone.

Pooling k posts over two positions would pretend that each of them does everything. Work A of the main
position may be done by all k, work B of the others by j of them only. By max-flow and min-cut what does not
fit in a month of F minutes is ``max(0, B − j·F, A + B − k·F)``: convex in k and in j. Done in the order of
priority the same holds for every priority and those before it (the amounts done form a polymatroid, on which
greedy is exact), and overtime of s minutes a post, spent after normal time, turns F into F + s.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.cost import Service
from vitri.optimise.engine import IntArray


def left_over(
    main: IntArray, second: IntArray, time: IntArray, posts: IntArray, holders: IntArray
) -> IntArray:
    """Return what does not fit: `main` is open to all posts, `second` to the holders; `time` is a post's."""
    return np.maximum(0, np.maximum(second - holders * time, main + second - posts * time))


def partial_outcome(
    main: IntArray,
    second: IntArray,
    fund: IntArray,
    posts: IntArray,
    holders: IntArray,
    service: Service,
) -> tuple[IntArray, IntArray]:
    """Return unmet minutes (…, priority) and overtime minutes (…) over all months.

    `main` and `second` are (…, priority, month); `posts` and `holders` (…). With as many holders as posts it
    equals `cost.outcome` of the sum. Overtime must be allowed for the first priorities only (`ValueError`).
    """
    allowed = list(service.overtime_for)
    first = sum(allowed)
    if allowed != [True] * first + [False] * (len(allowed) - first):
        raise ValueError("overtime is spent on a later priority but not on an earlier one")
    total_main, total_second = main.cumsum(axis=-2), second.cumsum(axis=-2)
    count, share = posts[..., None, None], holders[..., None, None]
    normal = left_over(total_main, total_second, fund, count, share)
    longer = fund + fund * service.overtime_bp // 10_000
    extended = left_over(total_main[..., :first, :], total_second[..., :first, :], longer, count, share)
    without = np.diff(normal, axis=-2, prepend=0)
    with_overtime = np.diff(extended, axis=-2, prepend=0)
    unmet = np.concatenate([with_overtime, without[..., first:, :]], axis=-2)
    overtime = without[..., :first, :].sum(axis=-2) - with_overtime.sum(axis=-2)
    return unmet.sum(axis=-1), overtime.sum(axis=-1)
