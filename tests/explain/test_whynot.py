"""Why not another number: the stated change moves the number of posts, one unit fewer does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.counterfactuals import Case, moved, part, planned, posts_after, under_ceiling
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.data import read
from vitri.explain.no_plan_answer import no_plan
from vitri.explain.whynot import WhyNot, why_not
from vitri.explain.whynot.answer import neighbours
from vitri.explain.whynot.levers import period_name
from vitri.explain.whynot.told import why_not_sections
from vitri.optimise.engine import SolveOptions

NAMES = {"offices": {}, "areas": {}, "task_groups": {}, "work_items": {}}


@settings(max_examples=120, deadline=None)
@given(
    step=st.integers(1, 50_000),
    guess=st.integers(1, 60_000),
    hints=st.lists(st.one_of(st.none(), st.integers(1, 60_000)), min_size=1, max_size=8),
)
def test_two_neighbours_are_found_whatever_the_hints(step: int, guess: int, hints: list[int | None]) -> None:
    """Of a step anywhere below the most, the amount before and the one behind it are found."""
    asked: list[int] = []

    def moves(amount: int) -> bool:
        asked.append(amount)
        return amount >= step

    low, high = neighbours(moves, guess, 60_000, 120, lambda n: hints[n % len(hints)])
    assert (low, high) == (step - 1, step)
    assert len(asked) == len(set(asked))


@settings(max_examples=120, deadline=None)
@given(up=st.sets(st.integers(1, 300), min_size=1), guess=st.integers(1, 300))
def test_without_order_the_pair_still_stands(up: set[int], guess: int) -> None:
    """Where amounts do not act in order, what is returned is a pair of which one moves and the other not."""
    low, high = neighbours(lambda n: n in up, guess, 300, 400)
    if high is not None:
        assert high in up
        assert low not in up
        assert high - low == 1


def test_nothing_moves_it() -> None:
    """Where no amount moves the number, none is stated."""
    assert neighbours(lambda _: False, 7, 100, 50) == (100, None)


@pytest.mark.parametrize(
    ("months", "name"),
    [
        (["2021-06"], "2021-06"),
        (["2021-04", "2021-05", "2021-06"], "2021-Q2"),
        ([f"2021-{m:02d}" for m in range(7, 13)], "2021-H2"),
        ([f"2021-{m:02d}" for m in range(1, 13)], "2021"),
        (["2021-05", "2021-06", "2021-07"], None),
        (["2021-11", "2021-12", "2022-01"], None),
    ],
)
def test_periods_have_codes(months: list[str], name: str | None) -> None:
    """Only whole years, halves, quarters and months have a code that a registration may carry."""
    assert period_name(months) == name


@pytest.fixture(scope="module")
def tiny(root: Path) -> Case:
    """The tiny scenario, planned."""
    return planned("tiny", read(root / "tests" / "fixtures" / "vi-du-nho"), ["SM"])


@pytest.fixture(scope="module")
def pair(root: Path) -> Case:
    """Two offices with the work of six task groups, under one ceiling that binds."""
    whole = read(root / "scenarios" / "bac-kan-2021")
    area = str(whole.table("areas")["code"].iloc[0])
    alone = part(whole, ["BB", "BT"], 110, sizing="ceiling")
    return planned("pair", under_ceiling(alone, {area: 17}), ["BB", "BT"])


def stated(case: Case, answer: WhyNot, office: str) -> int:
    """Plan both sides of every change whole, check them, and return how many were stated."""
    for row in answer.found:
        assert row.verified
        assert moved(answer, posts_after(case, row, row.amount, office))
        assert not moved(answer, posts_after(case, row, row.amount - 1, office))
    return len(answer.found)


def test_one_post_fewer_by_need(tiny: Case) -> None:
    """The cashier's work must go to the last document before the office can do with four posts."""
    answer = why_not(tiny.info, tiny.tables, tiny.instance, tiny.model, "SM", 4, kinds=["work"])
    assert answer.repeated
    assert stated(tiny, answer, "SM") == 1
    assert answer.found[0].lever.subject["task_group"] in ("TQ", "KT")
    assert answer.forced is not None
    assert not answer.forced.possible


@pytest.mark.slow
def test_under_a_ceiling_somebody_loses(pair: Case) -> None:
    """Given a post more with all else kept, the other office has one fewer; a higher ceiling moves it too."""
    posts = pair.tables["posts"]
    now = int(posts.loc[posts["office"] == "BB", "posts"].sum())
    answer = why_not(pair.info, pair.tables, pair.instance, pair.model, "BB", now + 1, kinds=["ceiling"])
    assert answer.forced is not None
    assert answer.forced.possible
    assert answer.forced.moved == (("BT", -1),)
    assert next(change for change in answer.forced.levels if change) > 0
    assert stated(pair, answer, "BB") == 1
    for lang, words in (("vi", "Trần của"), ("en", "A ceiling of")):
        told = why_not_sections(answer, pair.info, NAMES, lang)  # type: ignore[arg-type]
        assert words in told[2].sentences[0]
        assert "BT" in told[1].sentences[0]


def test_no_plan_is_answered_in_one_call(tiny: Case) -> None:
    """Under a cap one below what law and work ask for, one post more under the cap is a concession that
    plans."""
    quotas = tiny.instance.table("quotas")
    row = quotas.reindex([0]).astype(quotas.dtypes)
    row.loc[0, ["unit", "status", "cap"]] = ["SM", "unassigned", 4]
    answer = no_plan(tiny.instance.with_tables(quotas=row), options=SolveOptions(sizing="need"))
    assert answer.exists is False
    assert np.all(answer.confirmed)
    assert {concession.family for concession in answer.concessions} >= {"cap"}
    assert "cap of SM" in " ".join(answer.sentences("en"))
    assert "mức tối đa của SM" in " ".join(answer.sentences("vi"))
