"""The exact interval of a share that was counted (Clopper and Pearson, 1934), without special functions."""

from __future__ import annotations

from math import exp, log, log1p

import numpy as np

from vitri.optimise.uncertainty.variation import FloatArray

STEPS = 60


def _tail(choose: FloatArray, count: int, share: float) -> float:
    """Return the probability of at least `count` successes; `choose` are the logarithms of the binomials."""
    of = len(choose) - 1
    if count <= 0 or share >= 1.0:
        return 1.0
    if share <= 0.0 or count > of:
        return 0.0
    k = np.arange(count, of + 1)
    terms = choose[count:] + k * log(share) + (of - k) * log1p(-share)
    top = float(terms.max())
    return min(1.0, float(np.exp(terms - top).sum()) * exp(top))


def interval_dec2(count: int, of: int, confidence_pct: int = 95) -> tuple[int, int]:
    """Return the two ends of the interval of `count` successes in `of` trials, hundredths of a percent.

    The ends are rounded outwards: the interval holds the true share at least as often as it says. No trials
    leave everything open.
    """
    if of <= 0:
        return 0, 10_000
    out = (1 - confidence_pct / 100) / 2
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, of + 1)))])
    choose = factorial[-1] - factorial - factorial[::-1]

    def solve(above: int, wanted: float) -> float:
        """Find the share at which at least `above` successes have the wanted probability."""
        low, high = 0.0, 1.0
        for _ in range(STEPS):
            middle = (low + high) / 2
            if _tail(choose, above, middle) < wanted:
                low = middle
            else:
                high = middle
        return (low + high) / 2

    lower = 0.0 if count == 0 else solve(count, out)
    upper = 1.0 if count == of else solve(count + 1, 1 - out)
    return max(0, int(np.floor(lower * 10_000))), min(10_000, int(np.ceil(upper * 10_000)))
