"""The formulas' rule in binary floats gives the exact whole number, halves included."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vitri.report.derivation.formulas import (
    SAFE,
    Rounding,
    cutoff_of,
    fte_value,
    half_up,
    part,
    product_exact,
    product_float,
    rounded_float,
)


@settings(max_examples=150)
@given(
    quantity=st.tuples(st.integers(0, 10**7), st.just(100)),
    norm=st.tuples(st.integers(1, 10**6), st.just(10)),
    coefficients=st.lists(st.tuples(st.integers(1, 50), st.just(10)), max_size=3),
)
def test_products_with_six_decimals_round_exactly(
    quantity: tuple[int, int], norm: tuple[int, int], coefficients: list[tuple[int, int]]
) -> None:
    """Any product of decimals with six decimals together, below 10^8, rounds as exact arithmetic does."""
    factors = [quantity, norm, *coefficients]
    assume(product_exact(factors) < 10**8)
    assert rounded_float(product_float(factors)) == half_up(product_exact(factors))


@settings(max_examples=150)
@given(
    odd=st.integers(0, 10**6).map(lambda n: 2 * n + 1),
    splits=st.lists(st.sampled_from([2, 4, 5, 8, 10, 16, 20, 25, 40, 50]), min_size=1, max_size=3),
)
def test_exact_halves_go_up_whatever_the_factors(odd: int, splits: list[int]) -> None:
    """A product that is exactly n + 1/2 goes up, even if its factors are not exact in binary."""
    factors = [(odd * 5, 10)]
    for split in splits:
        # Two decimals whose product is 1 while neither is exact in binary.
        factors += [(split, 100), (10_000 // split, 100)]
    exact = product_exact(factors)
    assume(exact.denominator == 2 and exact < 10**8)
    assert rounded_float(product_float(factors)) == half_up(exact) == math.ceil(exact)


def test_plain_floats_would_miss_a_half() -> None:
    """The inner rounding is needed: 0.35 × 90 is below 31.5 in floats, but must become 32."""
    factors = [(35, 100), (90, 1)]
    assert product_float(factors) < 31.5
    assert spreadsheet_round(product_float(factors)) == 31
    assert rounded_float(product_float(factors)) == half_up(product_exact(factors)) == 32


def spreadsheet_round(value: float) -> int:
    """Round a float as it is, halves up."""
    return half_up(Fraction(value))


@settings(max_examples=150)
@given(st.integers(0, 10**7), st.integers(1, 10**6), st.data())
def test_parts_by_quotients_are_exact(whole: int, weight: int, data: st.DataObject) -> None:
    """A quotient of whole numbers, in floats, rounds as the exact fraction does, as far as it is used."""
    assume(whole * weight < SAFE)
    upto = data.draw(st.integers(0, weight))
    before = data.draw(st.integers(0, upto))
    found = spreadsheet_round(whole * upto / weight) - spreadsheet_round(whole * before / weight)
    assert found == part(whole, upto, before, weight)


@settings(max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 3000).map(lambda n: 2 * n))
def test_quotients_that_are_halves_go_up(whole: int, half: int) -> None:
    """A part that is exactly n + 1/2 goes up."""
    assert spreadsheet_round((2 * whole + 1) * (half // 2) / half) == whole + 1


@settings(max_examples=150)
@given(st.integers(0, 10**7), st.integers(5_000, 600_000))
def test_full_time_equivalents_have_four_exact_decimals(minutes: int, fund: int) -> None:
    """ROUND(minutes × 10000 / fund, 0) / 10000 in floats is the exactly rounded FTE."""
    assert spreadsheet_round(minutes * 10_000 / fund) / 10_000 == fte_value(minutes, fund)


NAMESPACE = {
    "ROUND": lambda x, n: spreadsheet_round(x),
    "ROUNDUP": lambda x, n: math.ceil(x),
    "ROUNDDOWN": lambda x, n: math.floor(x),
    "INT": math.floor,
    "MIN": min,
    "IF": lambda test, yes, no: yes if test else no,
}


@pytest.mark.parametrize("rule", ["up", "down", "half_up", "wisn"])
@settings(max_examples=100)
@given(
    posts=st.integers(0, 40), tenths=st.integers(0, 10), off=st.integers(-1, 1), fund=st.integers(100, 20_000)
)
def test_posts_by_formula_are_the_exact_posts(
    rule: str, posts: int, tenths: int, off: int, fund: int
) -> None:
    """At whole posts, halves, tenths and a minute beside them, the formula rounds as exact fractions do."""
    fund *= 10
    minutes = max(0, posts * fund + tenths * fund // 10 + off)
    exact = Fraction(minutes, fund)
    whole = exact.numerator // exact.denominator
    expected = {
        "up": math.ceil(exact),
        "down": whole,
        "half_up": math.floor(exact + Fraction(1, 2)),
        "wisn": whole + (1 if exact - whole > min(Fraction(whole, 10), Fraction(1, 2)) else 0),
    }[rule]
    rounding = Rounding(rule)
    assert rounding.posts(minutes, fund) == expected
    assert eval(rounding.formula("m", "f"), {"m": minutes, "f": fund, **NAMESPACE}) == expected


def test_cutoff_table_takes_the_first_limit_that_holds() -> None:
    """A cut-off table gives its posts up to and at a limit, rounds up above the last; no work, no post."""
    rounding = Rounding("cutoff", cutoff_of([(2.3, 2), (0.4, 0), (1.125, 1)]), ("L", "P"))
    fund = 8_000
    found = [
        rounding.posts(minutes, fund) for minutes in (0, 3_200, 3_201, 9_000, 9_001, 18_400, 18_401, 24_001)
    ]
    assert found == [0, 0, 1, 1, 2, 2, 3, 4]
    assert rounding.scale == 1_000
