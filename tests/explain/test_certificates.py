"""Certificates: bounds that hold, that a program computes again, and that no tampering survives."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.explain.certificates import apart, dump, periods, posts_bound, undone_bound
from vitri.explain.reasons import recheck

MINUTES = st.lists(st.integers(0, 5000), min_size=3, max_size=3)
SHARES = st.lists(st.integers(0, 10_000), min_size=3, max_size=3)


def check(case: Any, certificates: pd.DataFrame) -> list[str]:
    """Return the columns that the check finds wrong."""
    found = recheck(certificates, case.workload.demand, case.fund, cover=case.sized.cover, model=case.model)
    return [finding.column for finding in found]


def test_all_certificates_check_out(explained: Any) -> None:
    """What the explanation certifies follows from the work and the time, with and without the cover table."""
    assert len(explained.certificates) >= 3
    assert check(explained, explained.certificates) == []
    assert recheck(explained.certificates, explained.workload.demand, explained.fund) == []


def test_no_bound_exceeds_the_plan(explained: Any) -> None:
    """No office has fewer posts than its forbidden pairs ask for, or, by need, than its work asks for."""
    posts = explained.sized.post_groups.groupby("office")["posts"].sum()
    undone = explained.sized.frontier.set_index(["office", "posts"])
    for figure, kind, bound in explained.certificates[["figure", "kind", "lower_bound"]].itertuples(
        index=False
    ):
        office = figure.removeprefix("office:")
        if kind == "forbidden_pair" or (kind in ("workload", "peak") and explained.sized.sizing == "need"):
            assert bound <= posts[office]
        if kind == "price":
            row = undone.loc[(office, posts[office])]
            assert 0 < bound <= row["unmet_minutes"] + row["overtime_minutes"]


def test_the_ceiling_leaves_a_proven_rest(by_ceiling: Any) -> None:
    """Where six posts cannot do the work, certificates say how much must stay, and how many it needs."""
    bounds = dict(zip(by_ceiling.certificates["kind"], by_ceiling.certificates["lower_bound"], strict=True))
    assert set(bounds) == {"workload", "peak", "price", "forbidden_pair"}
    assert bounds["workload"] > 6
    assert bounds["peak"] >= bounds["workload"]


def leaves(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all whole numbers in a JSON value."""
    if isinstance(data, bool):
        return []
    if isinstance(data, int):
        return [path]
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, item in items for found in leaves(item, (*path, key))]


def test_no_changed_figure_survives(explained: Any) -> None:
    """Raising any figure of a certificate by one is found out, counts of posts excepted."""
    frame = explained.certificates
    tried = 0
    for index, text in frame["data"].items():
        data = json.loads(text)
        for path in leaves(data):
            if path[0] in ("fixed_posts", "sized_posts"):
                continue
            changed = json.loads(text)
            target = changed
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] += 1
            spoilt = frame.copy()
            spoilt.loc[index, "data"] = dump(changed)
            assert len(check(explained, spoilt)) == 1, path
            tried += 1
    assert tried > 20


@pytest.mark.parametrize(
    "change",
    [
        {"data": "{"},
        {"data": "[]"},
        {"data": "{}"},
        {"kind": "wish"},
        {"lower_bound": 99},
        {"lower_bound": pd.NA},
    ],
)
def test_a_broken_certificate_is_a_finding(by_need: Any, change: dict[str, Any]) -> None:
    """Broken JSON, an unknown kind, another or a missing bound is told in both languages."""
    frame = by_need.certificates.copy()
    for column, value in change.items():
        frame.loc[0, column] = value
    found = recheck(frame, by_need.workload.demand, by_need.fund)
    assert [finding.code for finding in found] == ["certificate_wrong"]
    for lang in ("vi", "en"):
        row = found[0].render(lang)
        assert row["message"]
        assert row["advice"]


def test_a_pair_that_is_not_forbidden_is_found(by_need: Any) -> None:
    """A certificate on duties that the planning model lets one person hold does not pass."""
    model = by_need.model.model_copy(update={"forbidden_pair": ()})
    found = recheck(by_need.certificates, by_need.workload.demand, by_need.fund, model=model)
    assert [finding.column for finding in found] == ["duties"]


@given(
    minutes=MINUTES,
    done=MINUTES,
    unmet=SHARES,
    fund=st.integers(1, 3000),
    fixed=st.integers(0, 3),
)
def test_no_rule_keeping_plan_has_fewer_posts(
    minutes: list[int], done: list[int], unmet: list[int], fund: int, fixed: int
) -> None:
    """However the fixed posts share their minutes over priorities, the bound is not above what is needed."""
    done = [min(a, m) for a, m in zip(done, minutes, strict=True)]
    left = [m - a for m, a in zip(minutes, done, strict=True)]
    must = sum(m - m * u // 10_000 for m, u in zip(left, unmet, strict=True))
    needed = fixed + -(-must // fund)
    bound = posts_bound(minutes, unmet, sum(done), fund, fixed)
    assert fixed <= bound <= needed
    if not any(done) and not any(unmet):
        assert bound == needed


@given(
    minutes=st.lists(st.integers(0, 900), min_size=1, max_size=4),
    fund=st.integers(1, 400),
    posts=st.integers(0, 4),
)
def test_undone_minutes_are_those_over_the_time(minutes: list[int], fund: int, posts: int) -> None:
    """In each month what exceeds the time of the posts stays; one more post never raises it."""
    none = [0] * len(minutes)
    here = undone_bound(minutes, none, [fund] * len(minutes), posts)
    assert here == sum(max(0, minute - posts * fund) for minute in minutes)
    assert undone_bound(minutes, none, [fund] * len(minutes), posts + 1) <= here


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] < pair[1])))
def test_the_largest_set_kept_apart(pairs: set[tuple[int, int]]) -> None:
    """`apart` finds as large a set of mutually forbidden duties as trying every subset does."""
    names = [f"d{i}" for i in range(5)]
    forbidden = {frozenset((names[a], names[b])) for a, b in pairs}
    best = 0
    for chosen in product([False, True], repeat=5):
        members = [i for i in range(5) if chosen[i]]
        if all((a, b) in pairs for a in members for b in members if a < b):
            best = max(best, len(members))
    found = apart(set(names), forbidden)
    assert len(found) == (best if best > 1 else 0)
    assert all(frozenset((a, b)) in forbidden for a in found for b in found if a < b)


def test_service_periods() -> None:
    """Months fall into months, quarters and years of the calendar, whatever month a horizon begins with."""
    months = ["2021-02", "2021-03", "2021-04", "2022-01"]
    assert periods(months, "month") == [[0], [1], [2], [3]]
    assert periods(months, "quarter") == [[0, 1], [2], [3]]
    assert periods(months, "year") == [[0, 1, 2], [3]]


def test_the_peak_is_at_least_the_average(explained: Any) -> None:
    """The tightest period asks for as many posts as the whole horizon, or more."""
    bounds = explained.certificates.pivot(index="figure", columns="kind", values="lower_bound")
    assert (bounds["peak"] >= bounds["workload"]).all()
    for text in explained.certificates.loc[explained.certificates["kind"] == "peak", "data"]:
        data = json.loads(text)
        need = Fraction(sum(data["minutes"]), data["fund_minutes"])
        assert data["bound"] <= data["fixed_posts"] + need + 1
