"""Small exact statistics: binomial and hypergeometric tails, a one-sided KS bound, robust distances."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vitri.workload.arrays import Ints

Floats = npt.NDArray[np.float64]

#: A normal spread is 1.4826 median absolute deviations.
MAD_TO_SD = 1.4826


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> Floats:
    """Return log 0! .. log size!."""
    result = np.zeros(size + 1)
    np.cumsum(np.log(np.arange(1, size + 1, dtype=np.float64)), out=result[1:])
    return result


def _log_factorials_to(count: int) -> Floats:
    """Return at least log 0! .. log count!; sizes are powers of two, so that few are computed."""
    return _log_factorials(1 << max(6, int(count).bit_length()))


def binomial_tail(hits: int, count: int, chance: float) -> float:
    """Return P(X >= hits) for X binomial(count, chance), by adding up the exact terms."""
    if hits <= 0 or chance >= 1:
        return 1.0
    if hits > count or chance <= 0:
        return 0.0
    logs = _log_factorials_to(count)
    k = np.arange(hits, count + 1)
    terms = logs[count] - logs[k] - logs[count - k] + k * math.log(chance)
    terms += (count - k) * math.log1p(-chance)
    return min(1.0, float(np.exp(terms).sum()))


def hypergeometric_tail(hits: int, drawn: int, marked: int, count: int) -> float:
    """Return P(X >= hits) when `drawn` of `count` things are drawn and `marked` of them are marked.

    The upper tail of Fisher's exact test: is one office's share larger than its fellows' can explain?
    """
    low, high = max(hits, drawn + marked - count, 0), min(drawn, marked)
    if low > high:
        return 0.0
    logs = _log_factorials_to(count)

    def choose(total: int, part: Ints) -> Floats:
        ways: Floats = logs[total] - logs[part] - logs[total - part]
        return ways

    k = np.arange(low, high + 1)
    terms = choose(marked, k) + choose(count - marked, drawn - k) - choose(count, np.array([drawn]))
    return min(1.0, float(np.exp(terms).sum()))


def too_high(fractions: Floats, weights: Floats) -> tuple[float, float]:
    """Compare fractions with the uniform law, one-sided: do they lie too high? Return distance and p.

    Kolmogorov-Smirnov distance D+ = sup(x - F(x)) with weighted F; p = exp(-2 n D²), n = the sum of the
    weights. The bound holds for every n (Massart 1990, Ann. Probab. 18).
    """
    total = float(weights.sum())
    if total <= 0:
        return 0.0, 1.0
    order = np.argsort(fractions, kind="stable")
    x, w = fractions[order], weights[order]
    before = (np.cumsum(w) - w) / total
    # Ties: what is equal to x is not below it.
    first = np.searchsorted(x, x, side="left")
    distance = float(np.max(x - before[first]))
    return distance, min(1.0, math.exp(-2 * total * max(distance, 0.0) ** 2))


def strength_of(chance: float) -> int:
    """Return 0..100: 20 for each factor of ten by which a p-value lies below 1 (0.05 → 26, 0.001 → 60)."""
    if chance <= 1e-5:
        return 100
    return max(0, int(-20 * math.log10(chance) + 1e-9))


def medians(group: Ints, values: Floats, count: int) -> Floats:
    """Return the median of each group 0..count-1 (nan for an empty one)."""
    order = np.lexsort((values, group))
    sizes = np.bincount(group, minlength=count)
    starts = np.cumsum(sizes) - sizes
    result = np.full(count, np.nan)
    some = sizes > 0
    sorted_values = values[order]
    low = starts[some] + (sizes[some] - 1) // 2
    high = starts[some] + sizes[some] // 2
    result[some] = (sorted_values[low] + sorted_values[high]) / 2
    return result


def robust_distance(group: Ints, values: Floats, count: int, least: float) -> tuple[Floats, Floats, Ints]:
    """Return each value's median, its distance from it in robust spreads, and the size of its group.

    The spread of a group is 1.4826 × the median absolute deviation, at least `least`, so that a group in
    which nearly all agree does not make a trifle look large.
    """
    middle = medians(group, values, count)[group]
    spread = MAD_TO_SD * medians(group, np.abs(values - middle), count)[group]
    size = np.bincount(group, minlength=count)[group]
    return middle, (values - middle) / np.maximum(spread, least), size.astype(np.int64)
