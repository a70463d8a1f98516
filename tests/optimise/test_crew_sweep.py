"""Sweeps and matchings of the fixed-time core: exact matchings, rules kept, prices that prove."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from vitri.optimise.crew.conflict_set import busiest_moment, overlaps
from vitri.optimise.crew.day_prices import DayPrices
from vitri.optimise.crew.matching import match
from vitri.optimise.crew.paths import Days
from vitri.optimise.crew.problem import FixedTimeProblem
from vitri.optimise.crew.sweep import Sweep


@pytest.mark.parametrize("seed", range(20))
def test_matching_costs_as_little_as_the_best_of_all(seed: int) -> None:
    """A matching costs the least of all ways to give three tasks to three people or leave them open."""
    draw = np.random.default_rng(seed)
    costs = draw.integers(-9, 10, (3, 3))
    able = draw.random((3, 3)) < 0.7
    open_costs = draw.integers(0, 10, 3)

    def cost(owners: tuple[int, ...]) -> int | None:
        used = [p for p in owners if p >= 0]
        if len(set(used)) < len(used) or any(p >= 0 and not able[p, t] for t, p in enumerate(owners)):
            return None
        return int(sum(open_costs[t] if p < 0 else costs[p, t] for t, p in enumerate(owners)))

    every = [cost(owners) for owners in itertools.product(range(-1, 3), repeat=3)]
    assert cost(tuple(match(costs, able, open_costs).tolist())) == min(c for c in every if c is not None)


def drawn(seed: int, people: int, each: int, skill: float) -> FixedTimeProblem:
    """Cut full days of so many people into tasks: that many people are just enough."""
    draw = np.random.default_rng(seed)
    starts, ends, owner = [], [], []
    for person in range(people):
        cuts = [0, *sorted(draw.choice(np.arange(10, 240), each - 1, replace=False).tolist()), 250]
        starts += cuts[:-1]
        ends += cuts[1:]
        owner += [person] * each
    qualified = draw.random((people + 3, len(starts))) < skill
    qualified[owner, np.arange(len(starts))] = True
    return FixedTimeProblem(starts=np.array(starts), ends=np.array(ends), qualified=qualified)


@pytest.mark.parametrize("seed", range(6))
def test_sweep_keeps_the_rules(seed: int) -> None:
    """What a sweep and its repair hand out is qualified, without overlaps, to at most so many people."""
    problem = drawn(seed, 8, 4, 0.6)
    overlap = overlaps(problem)
    weights = DayPrices(problem, Days(problem), 8)
    assert weights.improve(30, time.monotonic() + 60) is None
    search = Sweep(problem, overlap, 8, seed)
    search.build(busiest_moment(problem), weights.mean)
    search.repair(weights.mean, 20, time.monotonic() + 60)
    for person in range(len(problem.qualified)):
        mine = np.flatnonzero(search.owner == person)
        assert problem.qualified[person, mine].all()
        assert not overlap[np.ix_(mine, mine)].any()
        assert search.busy[person] or not len(mine)
    assert int(search.busy.sum()) <= 8
    clash = np.array([overlap[:, search.owner == p].sum(axis=1) for p in range(len(problem.qualified))])
    assert np.array_equal(clash, search.clash)


def test_prices_prove_one_person_too_few() -> None:
    """Where full days leave no room, prices prove that one person fewer is not enough."""
    problem = drawn(1, 6, 3, 0.5)
    assert DayPrices(problem, Days(problem), 5).improve(50, time.monotonic() + 60) is not None
