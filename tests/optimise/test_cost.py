"""What posts leave undone: against slow, plain arithmetic."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.optimise.cost import Service, outcome, posts_needed, price, service_of

PLAIN = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 200, 2000), (0, 0, 0, 1))


def slow_outcome(
    demand: list[list[int]], fund: list[int], posts: int, service: Service
) -> tuple[list[int], int]:
    """One month after the other, one priority after the other."""
    unmet, overtime = [0, 0, 0], 0
    for month, time in enumerate(fund):
        free = posts * time
        spare = posts * (time * service.overtime_bp // 10_000)
        left = [row[month] for row in demand]
        for p in range(3):
            done = min(left[p], free)
            left[p] -= done
            free -= done
        for p in range(3):
            if service.overtime_for[p]:
                extra = min(left[p], spare)
                left[p] -= extra
                spare -= extra
                overtime += extra
        unmet = [a + b for a, b in zip(unmet, left, strict=True)]
    return unmet, overtime


demands = st.lists(st.lists(st.integers(0, 300), min_size=4, max_size=4), min_size=3, max_size=3)


@given(demands, st.lists(st.integers(1, 200), min_size=4, max_size=4), st.integers(0, 4))
def test_outcome_equals_the_slow_version(demand: list[list[int]], fund: list[int], posts: int) -> None:
    """Vectorised unmet and overtime minutes equal a plain loop."""
    unmet, overtime = outcome(np.array(demand), np.array(fund), posts, PLAIN)
    assert (unmet.tolist(), int(overtime)) == slow_outcome(demand, fund, posts, PLAIN)


@given(demands, st.lists(st.integers(10, 200), min_size=4, max_size=4))
def test_price_is_convex_and_falling(demand: list[list[int]], fund: list[int]) -> None:
    """Each further post saves no more than the one before, and never costs."""
    table = [int(price(np.array(demand), np.array(fund), k, PLAIN)) for k in range(8)]
    gains = [a - b for a, b in pairwise(table)]
    assert all(gain >= 0 for gain in gains)
    assert all(b <= a for a, b in pairwise(gains))


@given(demands, st.lists(st.integers(10, 200), min_size=4, max_size=4))
def test_posts_needed_is_the_least_number_that_keeps_the_rule(
    demand: list[list[int]], fund: list[int]
) -> None:
    """The posts needed keep the service rule in every period; one post less breaks it."""
    array = np.array(demand)
    needed = int(posts_needed(array, np.array(fund), PLAIN))

    def keeps(posts: int) -> bool:
        for period in (0, 1):
            months = [m for m, p in enumerate(PLAIN.period_of) if p == period]
            asked = array[:, months].sum(axis=1)
            must = sum(int(a) - int(a) * bp // 10_000 for a, bp in zip(asked, PLAIN.unmet_bp, strict=True))
            if must > posts * sum(fund[m] for m in months):
                return False
        return posts > 0 or array.sum() == 0

    assert keeps(needed)
    assert needed == 0 or not keeps(needed - 1)


@pytest.mark.parametrize(
    ("at", "periods"), [("month", (0, 1, 2, 3)), ("quarter", (0, 0, 1, 1)), ("year", (0, 0, 0, 0))]
)
def test_periods_follow_the_calendar(at: str, periods: tuple[int, ...]) -> None:
    """A service rule holds per calendar month, quarter or year."""
    months = ("2021-02", "2021-03", "2021-04", "2021-05")
    levels = (("unmet_minutes", (1,)), ("overtime_minutes", ()), ("unmet_minutes", (3,)))
    service = service_of(months, at, {1: 0, 2: 2, 3: 20}, 10, levels, {1: 100, 2: 10, 3: 1}, 2)
    assert service.period_of == periods
    assert service.overtime_for == (True, False, False)
    assert service.unmet_bp == (0, 200, 2000)
    assert service.overtime_bp == 1000
