"""More bundles than a table holds: priced at single prices, ruled out by reduced cost, equal to the list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.quota_cases import Case, make
from benchmarks.quota_check import faults
from hypothesis import given, settings
from hypothesis import strategies as st
from test_class_quota import two_offices

from vitri.optimise import search
from vitri.optimise.bundles import all_bundles, bundles
from vitri.optimise.engine import Progress, SolveOptions, UndecidedError, Watch
from vitri.optimise.structure import design, design_structure, price_out, wide
from vitri.optimise.structure.at_price import cost_at
from vitri.optimise.structure.exchange import Exchange
from vitri.optimise.structure.wide import WideCover

CASES = (
    Case(5, 14, 4, 1.1, 2),
    Case(6, 16, 5, 1.15, 4, provinces=3),
    Case(6, 16, 4, 1.05, 3, exact_hours=True),
    Case(6, 14, 4, 1.2, 5, provinces=2, floors=True),
    Case(8, 18, 5, 1.25, 6, provinces=3, office_caps=True),
)


class Stopped:
    """A reporter whose user stops at once."""

    def progress(self, progress: Progress) -> None:
        """Ignore the line."""

    def stopped(self) -> bool:
        """Stop."""
        return True


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pricing_out_equals_the_whole_list(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """With thresholds so low that everything is priced out, value and proof equal those of the whole list."""
    made = make(case)
    whole = design_structure(made.data, made.tree, Watch(SolveOptions()))
    assert whole is not None
    assert whole.status == "optimal"
    monkeypatch.setattr(design, "LISTED_BUNDLES", 40)
    monkeypatch.setattr(price_out, "ENOUGH", 25)
    monkeypatch.setattr(wide, "MOST_POOL", 60)
    monkeypatch.setattr(wide, "ENTER", 10)
    monkeypatch.setattr(wide, "CUT_PRICED", 50)
    plan = design_structure(made.data, made.tree, Watch(SolveOptions()))
    assert plan is not None
    assert plan.bound <= whole.cost <= plan.cost
    assert plan.cost == whole.cost
    assert plan.bound == plan.cost
    assert faults(made, plan) == []
    assert len(plan.posts) < len(made.masks)


def test_a_stop_leaves_an_honest_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped before anything is priced, a plan found has a bound below the optimum, if there is one."""
    made = make(CASES[1])
    whole = design_structure(made.data, made.tree, Watch(SolveOptions()))
    assert whole is not None
    monkeypatch.setattr(design, "LISTED_BUNDLES", 40)
    try:
        plan = design_structure(made.data, made.tree, Watch(SolveOptions(), Stopped()))
    except UndecidedError:
        return
    assert plan is not None
    assert plan.bound <= whole.cost <= plan.cost
    assert faults(made, plan) == []


@pytest.mark.parametrize("exact", [True, False])
def test_costs_at_a_price_are_those_of_the_runs(exact: bool) -> None:
    """At any price the cost of a bundle is its first posts less all gains above the price."""
    made = make(Case(7, 12, 4, 1.1, 3, exact_hours=exact))
    data = made.data
    rng = np.random.default_rng(1)
    top = int(data.runs(np.arange(len(made.masks))).gain.max())
    for least in (0, 1):
        data = replace(data, least=least)
        runs = data.runs(np.arange(len(made.masks)))
        bundle, unit = np.divmod(runs.pair, 7)
        for _ in range(4):
            price = rng.integers(0, top, 7) * rng.integers(0, 2, 7)
            net = np.zeros(len(made.masks), dtype=np.int64)
            np.add.at(net, bundle, np.maximum(0, runs.gain - price[unit]) * runs.count)
            found = cost_at(data, price, Watch(SolveOptions()))
            assert found is not None
            assert (found == runs.first.sum(axis=1) + least * price.sum() - net).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_relaxation_over_all_bundles_is_a_bound(seed: int) -> None:
    """Every partition costs at least the base and its reduced costs, however few columns it began with."""
    rng = np.random.default_rng(seed)
    groups = int(rng.integers(4, 8))
    upper = np.triu(rng.random((groups, groups)) < 0.7, 1)
    masks = bundles(upper | upper.T, 4)
    held = np.array([[mask >> g & 1 for g in range(groups)] for mask in masks], dtype=bool)
    cost = rng.integers(1, 1_000, len(masks))
    cover = WideCover(held, Watch(SolveOptions()))
    cuts = [(0, 1, 2), (1, 2, 3)][: int(rng.integers(0, 3))]
    priced = cover.solve(cost, np.zeros(0, dtype=np.int64), 1, groups, cuts, 16, int(cost.sum()))
    assert cover.fewest() >= 1
    exchange = Exchange(held, Watch(SolveOptions()))
    chosen = [exchange.at[mask] for mask in exchange.improve([1 << g for g in range(groups)], cost, 5)]
    singles = [exchange.at[1 << g] for g in range(groups)]
    for partition in (chosen, singles):
        assert held[partition].sum(axis=0).tolist() == [1] * groups
        assert priced.base + int(priced.reduced[partition].sum()) <= int(cost[partition].sum()) << 16
        assert len(partition) >= cover.fewest()
    assert cost[chosen].sum() <= cost[singles].sum()


def test_the_solve_path_prices_all_bundles_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the list of a scenario is cut short, structure and plan still are those of all bundles."""
    compared = fewer = 0
    for seed in range(0, 12, 2):
        task, _, _ = two_offices(seed)
        task = replace(task, scope_of=(0, 0))
        with monkeypatch.context() as lowered:
            _, whole = search.first_structures(task, Watch(SolveOptions()))
            planned = search.improve(task, Watch(SolveOptions()))
            lowered.setattr(search, "MOST_BUNDLES", 5)
            lowered.setattr(design, "LISTED_BUNDLES", 5)
            _, priced = search.first_structures(task, Watch(SolveOptions()))
            again = search.improve(task, Watch(SolveOptions()))
        assert (whole is None) == (priced is None)
        if whole is None or priced is None:
            continue
        assert (priced.cost, priced.bound) == (whole.cost, whole.bound)
        assert (planned.plan is None) == (again.plan is None)
        if planned.plan is not None and again.plan is not None:
            assert planned.plan.share.cost.tolist() == again.plan.share.cost.tolist()
        compared += 1
        fewer += len(priced.bundles) < len(whole.bundles)
    assert compared >= 4
    assert fewer >= 4


def test_listing_stops_beyond_the_most() -> None:
    """All bundles are listed, or none of them."""
    pairs = np.ones((6, 6), dtype=bool)
    assert all_bundles(pairs, 3, 41) == bundles(pairs, 3)
    assert all_bundles(pairs, 3, 40) is None
