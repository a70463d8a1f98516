"""Long tables joined by windows: the same costs and the same choices as row by row."""

from __future__ import annotations

import numpy as np
import pytest

from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.sharing import convolution
from vitri.optimise.sharing.windows import join_windows


def plain(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join row by row."""
    kept, convolution.LONG = convolution.LONG, 1 << 60
    try:
        return convolution._plain(left, right)
    finally:
        convolution.LONG = kept


def table(rng: np.random.Generator, size: int, limbs: int, kind: str) -> np.ndarray:
    """Return a table: nearly convex, a plateau in the first limbs, or any shape, some rows impossible."""
    steps = np.sort(rng.integers(0, 400, size))[::-1]
    falling = np.concatenate([np.cumsum(steps[::-1])[::-1][1:], [0]])
    values = np.zeros((size, limbs), dtype=np.int64)
    for limb in range(limbs):
        noise = rng.integers(0, 60, size)
        if kind == "plateau" and limb == 0:
            values[:, limb] = np.maximum(0, falling - falling[size // 3])
        elif kind == "any":
            values[:, limb] = rng.integers(0, 3 if limb == 0 else 1000, size)
        else:
            values[:, limb] = falling + noise
    if kind != "plateau":
        values[rng.random(size) < 0.05, 0] = INFEASIBLE
        values[0, 0] = values[-1, 0] = 1
    return values


@pytest.mark.parametrize("kind", ["near", "plateau", "any"])
def test_windows_equal_row_by_row(kind: str) -> None:
    """On 60 random pairs a kind, of one to three limbs, costs and choices are equal everywhere."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        limbs = 1 + seed % 3
        left = table(rng, int(rng.integers(1, 500)), limbs, kind)
        right = table(rng, int(rng.integers(1, 120)), limbs, kind)
        costs, choice = join_windows(left, right)
        wanted, given = plain(left, right)
        possible = wanted[:, 0] < INFEASIBLE
        assert np.array_equal(costs[:, 0] < INFEASIBLE, possible)
        assert np.array_equal(costs[possible], wanted[possible]), seed
        assert np.array_equal(choice[possible], given[possible]), seed


def test_long_tables_are_joined_by_windows() -> None:
    """Beyond the limit `min_plus` gives the very answer of the windows, which is that of row by row."""
    rng = np.random.default_rng(3)
    left, right = table(rng, 900, 3, "near"), table(rng, 300, 3, "near")
    left[0, 0], right[0, 0] = left[1, 0] + 400, right[1, 0] + 400
    got, chosen = convolution.min_plus(left, right)
    wanted, given = plain(left, right)
    possible = wanted[:, 0] < INFEASIBLE
    assert len(left) * len(right) > convolution.LONG
    assert np.array_equal(got[possible], wanted[possible])
    assert np.array_equal(chosen[possible], given[possible])
