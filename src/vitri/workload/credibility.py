"""Variances and pulls of the estimates: how far a few observations are believed (Bühlmann and Straub, 1970).

Sums are taken of terms rounded to a fixed fraction, which makes them exact in whatever order they are added;
everything else is done number by number, so that the answer is the same on every machine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vitri.workload.arrays import Ints

Floats = npt.NDArray[np.float64]

#: The weak prior of every variance is worth this many observations ...
PRIOR_WEIGHT = 1.0
#: ... of this relative variance (a spread of one half).
PRIOR_VARIANCE = 0.25
#: Student's t with nine in ten below it, by degrees of freedom from 1 to 30; then the normal distribution's.
STUDENT = (
    *(3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372),
    *(1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325),
    *(1.323, 1.321, 1.319, 1.318, 1.316, 1.315, 1.314, 1.313, 1.311, 1.310),
    1.282,
)  # fmt: skip
#: Terms of a sum are kept to one in so many.
_GRAIN = 1_024.0
#: A ratio counts as at most this, so that a freak cannot drown everything else.
_MOST = 1_000.0


def exact_sum(terms: Floats | Ints, axis: int | tuple[int, ...] | None = None) -> Floats:
    """Add up terms rounded to 1/1,024: the sum does not depend on the order (below 2^43)."""
    result: Floats = np.asarray(np.rint(terms * _GRAIN).sum(axis=axis) / _GRAIN)
    return result


def ratio(minutes: Ints | Floats, expected: Ints | Floats) -> Floats:
    """Return minutes ÷ expected minutes, 1 where nothing is expected, at most 1,000."""
    expected = np.asarray(expected, dtype=np.float64)
    some = expected > 0
    result: Floats = np.where(some, np.asarray(minutes) / np.where(some, expected, 1.0), 1.0)
    return np.minimum(result, _MOST)


def variance_between(
    squares: Floats, freedom: Floats, within: Floats, spread: Floats, mean_weight: Floats
) -> Floats:
    """Return the relative variance between units, by moments, with the weak prior; element by element.

    `squares` Σ weight × (ratio − 1)², of which `freedom` × `within` is variance within; `spread` what one
    unit of variance between adds to `squares`; `mean_weight` the weight of an average observation.
    """
    found = np.maximum(squares - freedom * within, 0.0)
    prior = PRIOR_WEIGHT * np.maximum(mean_weight, 1.0)
    result: Floats = (found + PRIOR_VARIANCE * prior) / (spread + prior)
    return result


def credibility(weight: Ints | Floats, between: Floats, within: Floats) -> Floats:
    """Return how far an observation with so many expected minutes behind it is believed, 0 to 1."""
    signal = np.asarray(weight, dtype=np.float64) * between
    total = signal + within
    result: Floats = np.where(signal > 0, signal / np.where(total > 0, total, 1.0), 0.0)
    return result


def solve(matrices: Floats, right: Floats) -> Floats:
    """Solve small positive definite systems [n, d, d] × [n, d, k] by elimination, one column after another.

    Written out because a library may add in another order on another machine.
    """
    a, b = matrices.copy(), right.copy()
    size = a.shape[1]
    for column in range(size):
        pivot = a[:, column, column][:, None].copy()
        a[:, column] = a[:, column] / pivot
        b[:, column] = b[:, column] / pivot
        for row in range(size):
            if row != column:
                times = a[:, row, column][:, None].copy()
                a[:, row] = a[:, row] - times * a[:, column]
                b[:, row] = b[:, row] - times * b[:, column]
    return b


def slopes(squares: Floats, products: Floats, rest: Floats, freedom: Floats) -> tuple[Floats, Floats]:
    """Return the slopes of a Bayesian regression for each group, and their covariances.

    `squares[group, driver, driver]` Σ x x', `products[group, driver]` Σ x z, `rest[group]` Σ z² of centred
    relative drivers and minutes, `freedom[group]` offices − 1. Before any evidence the sum of the slopes is
    uniform between 0 (the work does not depend on the drivers) and 1 (in proportion): mean 1/2, variance
    1/12, shared equally. Afterwards slopes are kept at 0 or above and their sum at 1 or below.
    """
    drivers = squares.shape[1]
    mean, variance = 0.5 / drivers, 1 / (12 * drivers)
    unit = np.broadcast_to(np.eye(drivers), squares.shape)
    slope = np.full(products.shape, mean)
    covariance = unit * variance
    # The variance left over depends on the slopes and they on it: three rounds settle both.
    for _ in range(3):
        fitted = (slope * products).sum(axis=1)
        bent = (slope[:, :, None] * squares * slope[:, None, :]).sum(axis=(1, 2))
        left = np.maximum(rest - 2 * fitted + bent, 0.0)
        noise = (left + PRIOR_WEIGHT * PRIOR_VARIANCE) / (freedom + PRIOR_WEIGHT)
        precision = squares / noise[:, None, None] + unit / variance
        covariance = solve(precision, unit.copy())
        pull = products / noise[:, None] + mean / variance
        slope = (covariance * pull[:, None, :]).sum(axis=2)
    slope = np.maximum(slope, 0.0)
    total = slope.sum(axis=1, keepdims=True)
    slope = np.where(total > 1, slope / np.where(total > 1, total, 1.0), slope)
    return slope, covariance
