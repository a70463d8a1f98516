"""The benchmark of a whole country, made small: its sums against a plain recomputation."""

from __future__ import annotations

from benchmarks.tensor import measure


def test_a_small_country_adds_up() -> None:
    """3,000 lines of 40 offices: every line's minutes are counted once, nothing is estimated."""
    found = measure(3_000, 40, 6)
    assert found["minutes"] == found["expected"] > 0
    assert found["estimated"] == 0
    assert 0 < found["cells"] <= 40 * 6 * 12 * 2
