"""The arithmetic of the pulls: sums in any order, small systems, slopes with and without evidence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vitri.workload.credibility import STUDENT, credibility, exact_sum, ratio, slopes, solve, variance_between


def test_sums_do_not_depend_on_the_order() -> None:
    """Rounded terms add up to the same number forwards, backwards and shuffled."""
    rng = np.random.default_rng(1)
    terms = rng.lognormal(5, 3, 5_000)
    sums = {float(exact_sum(rng.permutation(terms))) for _ in range(20)}
    assert len(sums) == 1
    assert sums.pop() == pytest.approx(terms.sum(), rel=1e-6)


def test_elimination_solves() -> None:
    """matrix × solution = right side, for a stack of small positive definite systems."""
    rng = np.random.default_rng(2)
    half = rng.normal(size=(7, 3, 3))
    matrices = half @ half.transpose(0, 2, 1) + np.eye(3)
    right = rng.normal(size=(7, 3, 2))
    assert matrices @ solve(matrices, right) == pytest.approx(right, abs=1e-9)


def test_slopes_start_at_one_half_and_learn() -> None:
    """Without offices the slopes share one half; with many that work in proportion they come to 1."""
    zero = np.zeros((1, 2, 2)), np.zeros((1, 2)), np.zeros(1), np.zeros(1)
    slope, covariance = slopes(*zero)
    assert slope.tolist() == [[0.25, 0.25]]
    assert covariance[0].sum() == pytest.approx(1 / 12)
    rng = np.random.default_rng(3)
    x = rng.normal(0, 0.5, (400, 2))
    x -= x.mean(axis=0)
    for truth in ((1.0, 0.0), (0.3, 0.4), (0.0, 0.0)):
        z = x @ np.array(truth)
        found, spread = slopes((x.T @ x)[None], (x.T @ z)[None], np.array([z @ z]), np.array([399.0]))
        assert found[0] == pytest.approx(truth, abs=0.01)
        assert spread[0].sum() < 0.001


def test_slopes_stay_between_nothing_and_proportion() -> None:
    """Work that falls with a driver, or grows faster than it, is taken as 0 and as in proportion."""
    square = np.full((1, 1, 1), 100.0)
    for product, slope in ((-80.0, 0.0), (300.0, 1.0)):
        rest = np.array([product**2 / 100])
        assert slopes(square, np.array([[product]]), rest, np.array([99.0]))[0].tolist() == [[slope]]


def test_credibility_grows_with_what_stands_behind_an_observation() -> None:
    """Nothing behind: 0; equal variances and weight: one half; a great deal: nearly 1."""
    between, within = np.array(0.1), np.array(50.0)
    assert credibility(np.array([0.0, 500.0, 1e9]), between, within) == pytest.approx([0, 0.5, 1], abs=1e-6)
    assert credibility(np.array(5.0), between * 0, within * 0) == 0
    assert ratio(np.array([5, 5]), np.array([0, 10])).tolist() == [1.0, 0.5]


def test_variance_between_is_found_by_moments() -> None:
    """On many offices with a known spread the estimate is close; on none it is the weak prior."""
    rng = np.random.default_rng(4)
    truth, within, weight = 0.04, 30.0, 1_000.0
    level = 1 + rng.normal(0, np.sqrt(truth), 3_000)
    seen = level + rng.normal(0, np.sqrt(within / weight), 3_000)
    squares = weight * ((seen / seen.mean() - 1) ** 2).sum()
    one = np.array
    found = variance_between(one(squares), one(2_999.0), one(within), one(2_999 * weight), one(weight))
    assert found == pytest.approx(truth, rel=0.1)
    nothing = variance_between(one(0.0), one(0.0), one(within), one(0.0), one(0.0))
    assert nothing == 0.25


def test_student_falls_to_the_normal_limit() -> None:
    """The table of quantiles falls strictly, from the Cauchy's 3.078 to the normal's 1.282."""
    assert all(left > right for left, right in pairwise(STUDENT))
    # One and two degrees of freedom have closed forms.
    assert STUDENT[0] == pytest.approx(np.tan(0.4 * np.pi), abs=5e-4)
    assert STUDENT[1] == pytest.approx(0.8 * np.sqrt(2 / (1 - 0.8**2)), abs=5e-4)
    assert len(STUDENT) == 31
