"""The benchmark of structure and quotas: its printed optima, and plans re-evaluated without the engine."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.quota import solve
from benchmarks.quota_cases import PRINTED, SMALL_NESTED, UNLIMITED, make
from benchmarks.quota_check import faults


def test_forty_offices_of_thirty_groups() -> None:
    """The optimum printed is that of at most eight posts a position; a ninth saves more."""
    limited = next(case for case in PRINTED if case.most_posts)
    assert replace(limited, most_posts=0) == UNLIMITED
    short, _, _ = solve(make(limited), None, 1)
    free, _, _ = solve(make(UNLIMITED), None, 1)
    assert short is not None
    assert free is not None
    assert (short.status, short.cost) == ("optimal", PRINTED[limited])
    assert (free.status, free.cost) == ("optimal", 39_233_034)
    assert faults(make(UNLIMITED), free) == []
    assert int(free.posts.max()) == 9


def test_plans_are_re_evaluated() -> None:
    """A plan is worth what it claims; a lower cost, a post too many or a duty held twice is noticed."""
    made = make(SMALL_NESTED[0])
    plan, _, _ = solve(made, None, 1)
    assert plan is not None
    assert faults(made, plan) == []
    assert faults(made, replace(plan, cost=plan.cost - 1))
    more = plan.posts.copy()
    more[plan.positions[0][0], 0] += 1_000
    assert faults(made, replace(plan, posts=more))
    assert faults(made, replace(plan, positions=((*plan.positions[0], plan.positions[0][0]),)))
