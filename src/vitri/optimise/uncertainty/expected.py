"""Expected cost by number of posts: the weighted sum of the scenarios' costs, in whole numbers.

Every scenario's cost is convex and falling in the posts (`cost.price`), hence so is their sum: posts shared
out by it are shared out exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitri.optimise.cost import Service, price
from vitri.optimise.engine import IntArray
from vitri.optimise.quota import min_plus


def expected_curve(
    minutes: IntArray, fund: IntArray, weight: IntArray, service: Service, most: int
) -> IntArray:
    """Return the weighted cost of 0, 1, 2 … posts, up to `most` or until nothing costs anything.

    `minutes` is (draw, priority, month), `fund` (draw, month), `weight` (draw). Divide by the sum of the
    weights for the mean.
    """
    costs: list[int] = []
    alive = np.arange(len(weight))
    while True:
        each = price(minutes[alive], fund[alive], len(costs), service)
        costs.append(int((each * weight[alive]).sum()))
        # a draw that costs nothing costs nothing with more posts either
        alive = alive[each > 0]
        if not len(alive) or len(costs) > most:
            return np.array(costs, dtype=np.int64)


def at(curve: IntArray, posts: int) -> int:
    """Return the cost at a number of posts; beyond its end a curve stays level."""
    return int(curve[min(posts, len(curve) - 1)])


def joined(curves: Sequence[IntArray]) -> IntArray:
    """Return the least cost of several crews by posts in all."""
    table = curves[0][:, None]
    for curve in curves[1:]:
        table, _ = min_plus(table, curve[:, None])
    return table[:, 0]
