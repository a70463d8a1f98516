"""The knapsack bound of a capacity problem, and the pairs it rules out.

Prices (one per job) replace "each job once"; what is left is one knapsack per person, solved exactly by
dynamic programming over whole minutes (Fisher, Jaikumar and Van Wassenhove 1986). Prices are whole
thousandths, so the bound is exact whole-number arithmetic: ``⌈bound/1000⌉`` is proven without a tolerance.
A pair's surcharge says how much more the bound is when the pair is used (Posta, Ferland and Michelon 2012).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from vitri.optimise.crew.problem import BoolArray, IntArray

SCALE = 1000
_NEVER = np.int64(1) << 60


@dataclass(frozen=True)
class Matrix:
    """A capacity problem in which every job is done: a row per person, and one for what is left undone."""

    minutes: IntArray
    costs: IntArray
    capacities: IntArray
    open: BoolArray


@dataclass(frozen=True)
class Priced:
    """The bound of one set of prices, in thousandths of a cost, and which pairs its knapsacks choose."""

    bound: int
    chosen: BoolArray


def _knapsack(profits: IntArray, minutes: IntArray, capacity: int) -> tuple[IntArray, BoolArray]:
    """Return the best profit for each amount of time, and which items the best full knapsack holds."""
    best = np.zeros(capacity + 1, dtype=np.int64)
    taken = np.zeros((len(profits), capacity + 1), dtype=np.bool_)
    for item, (profit, used) in enumerate(zip(profits.tolist(), minutes.tolist(), strict=True)):
        with_item = best[: capacity + 1 - used] + profit
        np.greater(with_item, best[used:], out=taken[item, used:])
        np.maximum(best[used:], with_item, out=best[used:])
    chosen = np.zeros(len(profits), dtype=np.bool_)
    left = capacity
    for item in range(len(profits) - 1, -1, -1):
        if taken[item, left]:
            chosen[item] = True
            left -= int(minutes[item])
    return best, chosen


def price(matrix: Matrix, prices: IntArray) -> Priced:
    """Return the bound of prices (job, thousandths)."""
    total = int(prices.sum())
    chosen = np.zeros(matrix.minutes.shape, dtype=np.bool_)
    for person in range(len(matrix.capacities)):
        profits = prices - SCALE * matrix.costs[person]
        items = np.flatnonzero((profits > 0) & matrix.open[person])
        best, inside = _knapsack(
            profits[items], matrix.minutes[person, items], int(matrix.capacities[person])
        )
        total -= int(best[-1])
        chosen[person, items[inside]] = True
    return Priced(total, chosen)


def surcharges(matrix: Matrix, prices: IntArray) -> tuple[int, IntArray]:
    """Return the bound and, per pair, by how much the bound rises at least when the pair is used."""
    total = int(prices.sum())
    extra = np.full(matrix.minutes.shape, _NEVER, dtype=np.int64)
    for person in range(len(matrix.capacities)):
        profits = prices - SCALE * matrix.costs[person]
        items = np.flatnonzero((profits > 0) & matrix.open[person])
        capacity = int(matrix.capacities[person])
        best, _ = _knapsack(profits[items], matrix.minutes[person, items], capacity)
        total -= int(best[-1])
        fits = np.flatnonzero(matrix.open[person])
        rest = best[capacity - matrix.minutes[person, fits]]
        extra[person, fits] = np.maximum(best[-1] - rest - profits[fits], 0)
    return total, extra


def climb(
    matrix: Matrix, prices: IntArray, target: int, seconds: float, steps: int = 400
) -> tuple[int, IntArray]:
    """Improve prices by deflected Polyak steps towards a known value; return the best bound and its prices.

    Stops when the bound, rounded up, reaches `target`, when the steps have become too short, or after
    `seconds`.
    """
    started = time.monotonic()
    best = -int(_NEVER)
    kept = prices.copy()
    at = prices.astype(np.float64)
    before = np.zeros(len(prices))
    length, stalled = 1.0, 0
    for _ in range(steps):
        whole = np.rint(at).astype(np.int64)
        now = price(matrix, whole)
        if now.bound > best:
            best, kept, stalled = now.bound, whole, 0
        else:
            stalled += 1
        if stalled >= 12:
            length, stalled = 0.6 * length, 0
            at = kept.astype(np.float64)
            before[:] = 0
        missing = 1.0 - now.chosen.sum(axis=0)
        short = -(-best // SCALE) >= target or length < 2e-3 or not missing.any()
        if short or time.monotonic() - started > seconds:
            break
        before = missing + 0.5 * before
        step = length * max(SCALE * target - now.bound, SCALE) / max(float(before @ before), 1.0)
        at = at + step * before
    return best, kept
