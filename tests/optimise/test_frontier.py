"""The frontier of one office against enumeration: every number of posts, both methods, with certificates."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from benchmarks.oracles.frontier import MOST, enumerate_frontier, odd, tiny

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.frontier import (
    Columns,
    Cut,
    Frontier,
    components,
    falling_columns,
    narrow_order,
    office_frontier,
    relabelled,
)
from vitri.optimise.frontier.cuts import broken_cuts
from vitri.optimise.frontier.prices import Master
from vitri.optimise.frontier.search import Guide, walk


def decided(frontier: Frontier, columns: Columns) -> bool:
    """Whether every point is proven, checks out, and the curve never rises."""
    values = [point.value for point in frontier.points]
    known = [value for value in values if value is not None]
    return (
        frontier.proven() == len(frontier.points)
        and all(point.check(columns) for point in frontier.points)
        and known == sorted(known, reverse=True)
        and values[: len(values) - len(known)] == [None] * (len(values) - len(known))
    )


@pytest.mark.parametrize("make", [tiny, odd])
@pytest.mark.parametrize("method", ["subsets", "prices"])
def test_every_point_equals_enumeration(make: object, method: str) -> None:
    """Both methods reach the least cost for every number of posts on hundreds of offices, and prove it."""
    assert callable(make)
    points = 0
    for seed in range(300 if method == "subsets" else 150):
        columns = make(seed)
        frontier = office_frontier(columns, MOST, method=method)  # type: ignore[arg-type]
        assert frontier.values() == enumerate_frontier(columns), seed
        assert decided(frontier, columns), seed
        assert all(prices.verify(columns) for prices in frontier.certificates)
        points += sum(value is not None for value in frontier.values())
    assert points >= 200


def larger(seed: int, duties: int = 16, density: float = 0.6) -> Columns:
    """A dense office on which prices, wide searches and cuts have something to do."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((duties, duties)) < density, 1)
    masks = bundles(upper | upper.T, 4)
    minutes = (rng.lognormal(0, 0.8, duties)[:, None] * rng.gamma(6, 100, (duties, 6))).astype(np.int64)
    demand = membership(masks, duties).astype(np.int64) @ minutes
    posts = np.arange(1, 6)[None, :, None]
    over = np.maximum(0, demand[:, None] - 1500 * posts)
    return falling_columns(masks, duties, (over + 9 * np.maximum(0, over - 225 * posts)).sum(axis=2))


@pytest.mark.parametrize("seed", range(4))
def test_the_two_methods_agree_where_enumeration_ends(seed: int) -> None:
    """On 16 duties prices and the dynamic programme give the same proven curve, and their proofs hold."""
    columns = larger(seed)
    table = office_frontier(columns, 14, method="subsets")
    prices = office_frontier(columns, 14, method="prices")
    assert prices.values() == table.values()
    assert decided(table, columns)
    assert decided(prices, columns)
    assert len(prices.certificates) >= 5
    for certificate in prices.certificates:
        assert certificate.verify(columns)
        for point in table.points:
            assert point.value is None or certificate.bound(point.posts) <= point.value
        worse = replace(certificate, duty=certificate.duty + certificate.scale * 10_000)
        assert not worse.verify(columns)


def test_cuts_hold_for_every_plan_and_only_raise_the_bound() -> None:
    """A subset-row cut never cuts off a plan; with it the price bound is higher, never above the optimum."""
    raised = 0
    for seed in range(6):
        columns = larger(seed, 12, 0.8)
        frontier = office_frontier(columns, 6, method="subsets")
        master = Master(columns)
        for duties in combinations(range(12), 3):
            cut = Cut(sum(1 << d for d in duties))
            for point in frontier.points:
                chosen = np.array(point.columns, dtype=np.int64)
                assert cut.weight(columns.masks[chosen]).sum() <= cut.limit
        for point in frontier.points:
            if point.value is None or not master.solve(point.posts):
                continue
            before = master.prices()[0].bound(point.posts)
            master.add(broken_cuts(master))
            assert master.solve(point.posts)
            after, reduced = master.prices()
            assert reduced.min() >= 0
            assert after.verify(columns)
            assert before - 1 <= after.bound(point.posts) <= point.value
            raised += after.bound(point.posts) > before
    assert raised >= 1


def test_a_narrow_search_drops_honestly() -> None:
    """However narrow the search, what it says it may have missed is never above the optimum."""
    tight = 0
    for seed in range(8):
        columns = larger(seed, 12)
        master = Master(columns)
        for point in office_frontier(columns, 9, method="subsets").points:
            if point.value is None or not master.solve(point.posts):
                continue
            prices, reduced = master.prices()
            bound = prices.scaled_bound(point.posts)
            for width in (1, 4, 50):
                found = walk(columns, Guide(reduced[None], np.array([bound])), point.posts, None, width)
                assert found is not None
                costs = [cost for _, cost, _ in found.plans]
                assert all(cost >= point.value for cost in costs)
                low = min([*costs, *([] if found.dropped is None else [-(-found.dropped // prices.scale)])])
                assert low <= point.value
                tight += low == point.value
    assert tight >= 20


def test_parts_that_nothing_joins_are_planned_apart() -> None:
    """Two offices side by side cost the best split of the posts between them."""
    for seed in range(20):
        left, right = tiny(seed), tiny(seed + 500)
        both = Columns(
            left.duties + right.duties,
            np.concatenate([left.masks, right.masks << left.duties]),
            np.concatenate([left.posts, right.posts]),
            np.concatenate([left.costs, right.costs]),
        )
        assert len(components(both)) >= 2
        a, b = enumerate_frontier(left), enumerate_frontier(right)
        expected = [
            min(
                (
                    x + y
                    for x, y in ((a[n - k], b[k]) for k in range(n + 1))
                    if x is not None and y is not None
                ),
                default=None,
            )
            for n in range(MOST + 1)
        ]
        frontier = office_frontier(both, MOST)
        assert frontier.values() == expected
        assert decided(frontier, both)


def test_an_order_only_renames_duties() -> None:
    """The narrow order is a permutation, and the renamed office has the same frontier."""
    for seed in range(20):
        columns = tiny(seed)
        order = narrow_order(columns)
        assert sorted(order) == list(range(columns.duties))
        again = office_frontier(relabelled(columns, order), MOST)
        assert again.values() == office_frontier(columns, MOST).values()


def test_a_duty_that_no_column_holds_makes_every_number_impossible() -> None:
    """Without a column for a duty there is no plan, and that is proven, not guessed."""
    columns = Columns(2, np.array([1]), np.array([1]), np.array([0]))
    for method in ("subsets", "prices"):
        frontier = office_frontier(columns, 3, method=method)  # type: ignore[arg-type]
        assert [point.status for point in frontier.points] == ["infeasible"] * 4


def test_time_runs_out_honestly() -> None:
    """With hardly any time the call ends at once; points known are bounded, none is wrongly called best."""
    columns = larger(1, 22, 0.8)
    truth = office_frontier(columns, 12)
    for limit in (0.0, 0.05):
        started = time.monotonic()
        frontier = office_frontier(columns, 12, time_limit_s=limit, method="prices")
        assert time.monotonic() - started < limit + 1.0
        for point, best in zip(frontier.points, truth.points, strict=True):
            assert best.value is not None or point.value is None
            if point.value is not None and best.value is not None:
                assert point.check(columns)
                assert point.value >= best.value
            if point.bound is not None and best.value is not None:
                assert point.bound <= best.value
            if point.status == "infeasible":
                assert best.value is None


def test_the_same_office_twice_gives_the_same_plans() -> None:
    """Nothing depends on chance: values, bounds and plans repeat themselves."""
    columns = larger(2, 18, 0.7)
    first, second = (office_frontier(columns, 12, method="prices") for _ in range(2))
    assert first.points == second.points


def numbers() -> Iterator[tuple[int, int, int]]:
    """Columns the engine must refuse: (duties, mask, posts)."""
    yield from [(63, 1, 1), (2, 4, 1), (2, 0, 1), (2, 1, -1)]


def test_columns_that_make_no_sense_are_refused() -> None:
    """Duties that do not exist, empty columns, negative posts and too many duties are errors."""
    for duties, mask, posts in numbers():
        with pytest.raises(ValueError, match=r"duties|duty|posts"):
            Columns(duties, np.array([mask]), np.array([posts]), np.array([0]))
