"""Exact integer helpers against fractions."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitri.workload.arrays import group_rows, half_up_ratio, rounded_product, sum_by
from vitri.workload.rounding import round_posts

from .oracle import half_up

PRODUCTS = st.tuples(st.integers(0, 10**11), st.integers(0, 10**7), *([st.integers(100, 5000)] * 5))


@given(st.lists(PRODUCTS, min_size=1, max_size=20))
def test_products_are_rounded_once_and_exactly(rows: list[tuple[int, ...]]) -> None:
    """Quantity × norm × five coefficients is rounded once, also where it exceeds 64 bits on the way."""
    rows = [row for row in rows if math.prod(row) < 10**19 * 10**18]
    if not rows:
        return
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    scales = [100, 100, 1000, 1000, 1000, 1000, 1000]
    found = rounded_product(list(zip(columns, scales, strict=True)))
    assert found.tolist() == [half_up(Fraction(math.prod(row), math.prod(scales))) for row in rows]


@given(st.lists(st.tuples(st.integers(0, 10**17), st.integers(0, 10**9), st.integers(1, 10**12)), min_size=1))
def test_ratios_are_exact(rows: list[tuple[int, int, int]]) -> None:
    """value × numerator / denominator is rounded half up exactly for any size."""
    value, top, bottom = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    expected = [half_up(Fraction(v * n, d)) for v, n, d in rows]
    kept = [i for i, value_ in enumerate(expected) if value_ < 2**62]
    if kept:
        found = half_up_ratio(value[kept], top[kept], bottom[kept])
        assert found.tolist() == [expected[i] for i in kept]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-(2**40), 2**40), st.integers(0, 10**9))))
def test_sums_by_key(rows: list[tuple[int, int, int]]) -> None:
    """Sums over equal keys equal a plain counter, with sorted keys."""
    first, second, values = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    keys, (sums,) = sum_by([first, second], [values])
    expected: Counter[tuple[int, int]] = Counter()
    for a, b, value in rows:
        expected[a, b] += value
    assert list(zip(*(key.tolist() for key in keys), sums.tolist(), strict=True)) == [
        (*key, expected[key]) for key in sorted(expected)
    ]


@given(st.lists(st.tuples(st.integers(-(2**61), 2**61), st.integers(-(2**61), 2**61)), min_size=1))
def test_groups_have_their_first_row(rows: list[tuple[int, int]]) -> None:
    """Equal rows share a group, different rows do not, and a group's first row is the first of its kind."""
    groups, first = group_rows([np.array([row[i] for row in rows], dtype=np.int64) for i in range(2)])
    for i, row in enumerate(rows):
        assert int(first[groups[i]]) == rows.index(row)


def test_rounding_rules() -> None:
    """Every rounding rule gives the posts of its published or stated table."""
    cases = [0, 1, 500, 1000, 1001, 1100, 1101, 1500, 1900, 2200, 2201, 3300, 4400, 4401, 5500, 5501, 9500]
    minutes = np.array(cases, dtype=np.int64)
    fund = np.full(len(cases), 1000, dtype=np.int64)
    expected = {
        "up": [0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 10],
        "down": [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 9],
        "half_up": [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4, 6, 6, 10],
        "wisn": [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5, 6, 9],
    }
    for rule, posts in expected.items():
        assert round_posts(minutes, fund, rule).tolist() == posts, rule
    table = [("1.1", 1), ("2.2", 2)]
    assert round_posts(minutes, fund, "cutoff", table).tolist() == [
        0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 5, 6, 6, 10,
    ]  # fmt: skip
