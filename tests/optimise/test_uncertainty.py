"""Quotas under uncertainty against brute force over scenarios, sets of groups and ways to share out."""

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from uncertain_builders import SERVICE, by_office, futures, posed, study

from vitri.optimise.cost import posts_needed, price
from vitri.optimise.uncertainty import PLANS
from vitri.optimise.uncertainty import worst as worst_room
from vitri.optimise.uncertainty.crews import Crew
from vitri.optimise.uncertainty.expected import expected_curve
from vitri.optimise.uncertainty.interval import interval_dec2
from vitri.optimise.uncertainty.reliable import best_split, kept_weight, least_posts
from vitri.optimise.uncertainty.scenarios import fresh_draws, planned_draws
from vitri.optimise.uncertainty.worst import worst_cost, worst_need

FUND = np.full(4, 1000, dtype=np.int64)


def deviating(seed: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Make planned work (priority, month) and rises (group, priority, month)."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 1500, (3, 4))
    rise = rng.integers(0, 600, (groups, 3, 4)) * (rng.random((groups, 3, 4)) < 0.7)
    return base.astype(np.int64), rise.astype(np.int64)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("budget", [0, 1, 2, 3, 9])
def test_the_worst_case_equals_enumeration(seed: int, budget: int) -> None:
    """Worst cost and worst need are the largest over all sets of at most Γ groups, or bounded."""
    base, rise = deviating(seed, 6)
    sets = [
        base + rise[list(chosen)].sum(axis=0)
        for size in range(min(budget, 6) + 1)
        for chosen in combinations(range(6), size)
    ]
    found = worst_cost(base, rise, FUND, SERVICE, budget, 40)
    for posts, (value, bound) in enumerate(zip(found.cost, found.bound, strict=True)):
        assert value == bound == max(int(price(one, FUND, posts, SERVICE)) for one in sets)
    assert found.status == "optimal"
    need = worst_need(base, rise, FUND, SERVICE, budget)
    true = max(int(posts_needed(one, FUND, SERVICE)) for one in sets)
    assert need.bound <= true <= need.posts
    assert need.posts - need.bound <= 1


@pytest.mark.parametrize("seed", range(6))
def test_branch_and_bound_reaches_what_enumeration_reaches(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where sets are too many to list, the search finds the worst too; cut short, its bound holds."""
    base, rise = deviating(seed, 8)
    listed = worst_cost(base, rise, FUND, SERVICE, 3, 40)
    monkeypatch.setattr(worst_room, "LISTED", 0)
    searched = worst_cost(base, rise, FUND, SERVICE, 3, 40)
    assert searched.cost.tolist() == searched.bound.tolist() == listed.cost.tolist()
    monkeypatch.setattr(worst_room, "NODES", 2)
    short = worst_cost(base, rise, FUND, SERVICE, 3, 40)
    size = len(listed.cost)
    assert (short.cost[:size] <= listed.cost).all()
    assert (short.bound[:size] >= listed.cost).all()


def test_costs_are_convex_and_fall() -> None:
    """Expected and worst cost never rise with posts, and each post saves no more than the one before."""
    for seed in range(8):
        base, rise = deviating(seed, 5)
        rng = np.random.default_rng(seed)
        draws = rng.integers(0, 900, (7, 3, 4)).astype(np.int64)
        weight = rng.integers(1, 5, 7).astype(np.int64)
        expected = expected_curve(draws, np.tile(FUND, (7, 1)), weight, SERVICE, 40)
        worst = worst_cost(base, rise, FUND, SERVICE, 2, 40).cost
        for curve in (expected, worst):
            gains = -np.diff(np.append(curve, curve[-1]))
            assert (gains >= 0).all()
            assert (np.diff(gains) <= 0).all()
        for posts, cost in enumerate(expected):
            each = [int(price(one, FUND, posts, SERVICE)) for one in draws]
            assert cost == sum(int(w) * c for w, c in zip(weight, each, strict=True))


@pytest.mark.parametrize("seed", range(15))
def test_reliable_splits_equal_brute_force(seed: int) -> None:
    """For every total and probability, the split over crews keeps the rule in as many draws as any split."""
    rng = np.random.default_rng(seed)
    needs = rng.integers(0, 5, (12, int(rng.integers(1, 4)))).astype(np.int64)
    weight = rng.integers(1, 6, 12).astype(np.int64)
    ways = list(product(range(6), repeat=needs.shape[1]))
    for total in range(int(needs.max(axis=0).sum()) + 1):
        split = best_split(needs, weight, total)
        true = max(kept_weight(needs, weight, way) for way in ways if sum(way) <= total)
        assert split.kept == split.bound == true == kept_weight(needs, weight, split.posts)
        assert sum(split.posts) <= total
    for probability in (1, 5_000, 8_000, 9_999, 10_000):
        found = least_posts(needs, weight, probability)
        true = min(
            sum(way)
            for way in ways
            if kept_weight(needs, weight, way) * 10_000 >= probability * int(weight.sum())
        )
        assert sum(found.posts) == found.bound == true


@pytest.mark.parametrize("seed", range(4))
def test_a_ceiling_is_shared_as_well_as_any_way_to_share_it(seed: int) -> None:
    """Expected, worst and fair shares of a ceiling equal the best of all ways, future by future."""
    asked = posed(seed, offices=3, ceiling=7)
    declared = futures(asked, (5_000, 1.0, 0), (3_000, 1.3, 0), (2_000, 0.8, 1_000))
    found = study(asked, declared)
    ways = [way for way in product(range(8), repeat=3) if sum(way) <= 7]
    curves = found.curves.set_index(["office", "posts"])

    def total(column: str, way: tuple[int, ...]) -> int:
        """Return the sum of a column of the curves over the offices, the last point for more posts."""
        tops = [int(curves.loc[f"O{o}"].index.max()) for o in range(3)]
        return sum(int(curves.loc[(f"O{o}", min(k, tops[o])), column]) for o, k in enumerate(way))

    for plan, column in (("expected", "expected_cost"), ("worst", "worst_cost")):
        posts = tuple(by_office(found, plan, "posts"))
        assert abs(total(column, posts) - min(total(column, way) for way in ways)) <= 3
        assert found.plans[plan].status == "optimal"
    needs = np.zeros((3, 3), dtype=np.int64)
    for future, (volume, absence) in enumerate(
        zip(declared.volume_dec6[:, 0, 0], declared.absence_bp, strict=True)
    ):
        fund = FUND * (10_000 - int(absence)) // 10_000
        for office in range(3):
            grown = (2 * asked.cube.minutes[office] * int(volume) + 10**6) // (2 * 10**6)
            needs[future, office] = posts_needed(grown.sum(axis=0), fund, SERVICE)
    chance = [
        [int(declared.probability_bp[needs[:, o] <= k].sum()) for k in range(int(needs.max()) + 1)]
        for o in range(3)
    ]
    best = max(min(chance[o][min(k, len(chance[o]) - 1)] for o, k in enumerate(way)) for way in ways)
    assert found.plans["fair"].value == best


def test_without_uncertainty_every_way_is_the_average() -> None:
    """One future as planned and no variation: expected is nominal, every need is the average."""
    asked = posed(3, ceiling=5)
    found = study(asked, futures(asked), budget=0)
    assert by_office(found, "expected", "posts") == by_office(found, "nominal", "posts")
    assert by_office(found, "worst", "posts") == by_office(found, "nominal", "posts")
    assert (
        by_office(found, "service", "posts")
        == by_office(found, "average", "posts")
        == by_office(found, "robust", "posts")
    )
    assert set(found.quotas["simulated_pct"]) <= {0, 5_000, 10_000}
    assert not found.random
    curves = found.curves
    assert (
        curves["nominal_cost"].tolist() == curves["expected_cost"].tolist() == curves["worst_cost"].tolist()
    )


def test_quotas_grow_with_probability_and_budget() -> None:
    """A higher probability or a larger budget never asks for fewer posts or a cheaper worst case."""
    asked = posed(5, groups=4)
    service, robust, cost = [], [], []
    for step, probability in enumerate((5_000, 8_000, 9_000, 9_900)):
        found = study(asked, futures(asked), 0.4, probability_dec2=probability, budget=step)
        service.append(int(found.plans["service"].posts.sum()))
        robust.append(int(found.plans["robust"].posts.sum()))
        cost.append(int(found.curves["worst_cost"].sum()))
        assert min(by_office(found, "service", "planned_pct")) >= probability
    assert service == sorted(service)
    assert service[0] < service[-1]
    assert robust == sorted(robust)
    assert robust[0] < robust[-1]
    assert cost[0] < cost[-1]


def test_a_seed_repeats_itself_and_offices_do_not_disturb_each_other() -> None:
    """The same seed gives the same tables, another seed other draws; a further office changes no office."""
    asked = posed(7, offices=2)
    first = study(asked, futures(asked), 0.3)
    assert first.quotas.equals(study(asked, futures(asked), 0.3).quotas)
    assert not first.quotas.equals(study(asked, futures(asked), 0.3, seed=1).quotas)
    more = posed(7, offices=3)
    more.cube.minutes[:2] = asked.cube.minutes
    again = study(more, futures(more), 0.3)
    for column in ("posts", "planned_pct", "simulated_pct"):
        assert by_office(again, "service", column)[:2] == by_office(first, "service", column)


def test_what_a_quota_claims_holds_on_fresh_demand() -> None:
    """Coverage in the simulation is within two points of the claim of every plan; the average fails often."""
    asked = posed(11, offices=5, groups=5)
    declared = futures(asked, (7_000, 1.0, 0), (3_000, 1.1, 300))
    found = study(asked, declared, 0.35, scenarios=4_000, simulations=8_000)
    rows = found.quotas[found.quotas["office"].notna()]
    assert ((rows["planned_pct"] - rows["simulated_pct"]).abs() <= 200).all()
    assert (rows["planned_low_pct"] <= rows["planned_pct"]).all()
    assert (rows["planned_pct"] <= rows["planned_high_pct"]).all()
    assert min(by_office(found, "service", "simulated_pct")) >= 8_800
    assert max(by_office(found, "average", "simulated_pct")) < 8_000


def test_crews_of_a_run_need_no_fewer_posts_than_the_pooled_office() -> None:
    """Split into crews, an office needs at least as many posts; the nominal plan is the run's."""
    asked = posed(13, offices=1, groups=4)
    crews = (Crew(0, "a", ((0, 0), (0, 1)), 2), Crew(0, "b", ((0, 2), (0, 3)), 1))
    split = study(asked, futures(asked), 0.4, crews)
    pooled = study(asked, futures(asked), 0.4)
    for plan in ("average", "service"):
        assert split.plans[plan].posts.sum() >= pooled.plans[plan].posts.sum()
    assert split.plans["nominal"].posts.tolist() == [2, 1]
    assert list(split.plans) == list(PLANS)


def test_draws_follow_the_declared_probabilities() -> None:
    """Planned draws keep the shares exactly; fresh draws follow them by chance; alone, futures are exact."""
    asked = posed(0)
    declared = futures(asked, (6_000, 1.0, 0), (2_500, 1.1, 0), (1_500, 1.2, 0))
    planned = planned_draws(declared, 200, random=True)
    assert np.bincount(planned.future).tolist() == [120, 50, 30]
    alone = planned_draws(declared, 200, random=False)
    assert (alone.future.tolist(), alone.weight.tolist()) == ([0, 1, 2], [6_000, 2_500, 1_500])
    fresh = fresh_draws(declared, 20_000, np.random.default_rng(0))
    assert np.abs(np.bincount(fresh.future) / 20_000 - [0.6, 0.25, 0.15]).max() < 0.015


@pytest.mark.parametrize(("count", "of"), [(0, 10), (10, 10), (9, 10), (90, 100), (180, 200)])
def test_the_interval_is_the_exact_one(count: int, of: int) -> None:
    """At its lower end so many successes or more have 2.5 % chance, at its upper end so many or fewer."""
    low, high = interval_dec2(count, of)

    def at_least(k: int, share: float) -> float:
        """Return the exact binomial tail."""
        return sum(comb(of, i) * share**i * (1 - share) ** (of - i) for i in range(k, of + 1))

    if count > 0:
        assert at_least(count, low / 10_000) <= 0.025 <= at_least(count, (low + 1) / 10_000)
    else:
        assert low == 0
    if count < of:
        assert 1 - at_least(count + 1, high / 10_000) <= 0.025 + 1e-9
        assert 1 - at_least(count + 1, (high - 1) / 10_000) >= 0.025 - 1e-9
    else:
        assert high == 10_000
