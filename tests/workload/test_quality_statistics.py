"""The small statistics behind the questions, against brute force and hand-worked figures."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.workload.quality.statistics import (
    binomial_tail,
    hypergeometric_tail,
    medians,
    robust_distance,
    strength_of,
    too_high,
)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 9))
def test_binomial_tail_is_exact(hits: int, count: int, tenths: int) -> None:
    """The tail agrees with exact fractions."""
    p = Fraction(tenths, 10)
    exact = sum(
        comb(count, k) * p**k * (1 - p) ** (count - k) for k in range(min(hits, count + 1), count + 1)
    )
    assert binomial_tail(hits, count, tenths / 10) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


def test_hypergeometric_tail_counts_hands() -> None:
    """Of all ways to draw 3 of 6 things, those with at least 2 of the 3 marked ones are counted."""
    hands = list(combinations(range(6), 3))
    exact = sum(len(set(hand) & {0, 1, 2}) >= 2 for hand in hands) / len(hands)
    assert hypergeometric_tail(2, 3, 3, 6) == pytest.approx(exact)
    assert hypergeometric_tail(4, 3, 3, 6) == 0.0


def test_too_high_is_one_sided_and_weighs() -> None:
    """High fractions give a small p, low ones do not, and copies that share one weight say little."""
    high, low = np.linspace(0.9, 1, 20), np.linspace(0, 0.1, 20)
    assert too_high(high, np.ones(20))[1] < 1e-6
    assert too_high(low, np.ones(20))[1] == pytest.approx(1.0, abs=0.9)
    assert too_high(low, np.ones(20))[0] <= 0.06
    assert too_high(high, np.full(20, 0.05))[1] > 0.1


def test_too_high_keeps_its_promise_on_uniform_fractions() -> None:
    """On uniform fractions p lies below 0.05 in at most about one case in twenty."""
    rng = np.random.default_rng(7)
    below = np.mean([too_high(rng.random(25), np.ones(25))[1] < 0.05 for _ in range(2000)])
    assert 0.01 < below < 0.06


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-50, 50)), min_size=1, max_size=40))
def test_medians_of_groups(rows: list[tuple[int, int]]) -> None:
    """Medians by group agree with numpy's, group by group."""
    group = np.array([row[0] for row in rows])
    values = np.array([float(row[1]) for row in rows])
    found = medians(group, values, 5)
    for number in range(5):
        mine = values[group == number]
        assert np.isnan(found[number]) if not len(mine) else found[number] == np.median(mine)


def test_robust_distance_is_not_fooled_by_the_outlier() -> None:
    """One value a hundred times the others lies far, the others lie near."""
    values = np.log(np.array([10.0, 11, 9, 10, 12, 1000]))
    _, distance, size = robust_distance(np.zeros(6, dtype=np.int64), values, 1, 0.2)
    assert distance[-1] > 10
    assert np.all(np.abs(distance[:-1]) < 2)
    assert set(size) == {6}


def test_strength_follows_the_stated_scale() -> None:
    """0.05 is 26, 0.01 is 40, 0.001 is 60, one in a hundred thousand or less is 100."""
    assert [strength_of(p) for p in (1.0, 0.05, 0.01, 0.001, 1e-5, 0.0)] == [0, 26, 40, 60, 100, 100]
