"""Reasons: every number has its chain, the chains close, and both languages tell them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from vitri.explain.facts import fte_dec4, peak
from vitri.explain.reasons import reasons


def numbers(frame: pd.DataFrame, figure: str, kind: str, *keys: str) -> list[dict[str, Any]]:
    """Return the numbers of a figure's reasons of one kind that have some keys."""
    rows = frame[(frame["figure"] == figure) & (frame["kind"] == kind)]["numbers"]
    return [data for data in map(json.loads, rows) if set(keys) <= set(data)]


def test_the_figures_of_the_worked_example(by_need: Any) -> None:
    """June 2021 of the tiny scenario is 14,520 minutes against 8,568 of one post: 1.6947 FTE."""
    (found,) = numbers(by_need.reasons, "office:SM", "peak")
    assert (found["month"], found["minutes"], found["fund_minutes"]) == ("2021-06", 14_520, 8_568)
    assert found["fte_dec4"] == 16_947
    row = by_need.reasons[(by_need.reasons["figure"] == "office:SM") & (by_need.reasons["kind"] == "peak")]
    assert "14.520 phút" in row["sentence_vi"].item()
    assert "1,69 người" in row["sentence_vi"].item()
    assert "14,520 minutes" in row["sentence_en"].item()
    assert "1.69" in row["sentence_en"].item()


def test_every_division_is_right(explained: Any) -> None:
    """Where a reason divides minutes by a time fund, the quotient is exact, rounded half-up once."""
    tried = 0
    for text in explained.reasons["numbers"]:
        data = json.loads(text)
        minutes = data.get("minutes", data.get("left_minutes"))
        if {"fund_minutes", "fte_dec4"} <= set(data) and minutes is not None:
            assert data["fte_dec4"] == (2 * minutes * 10_000 + data["fund_minutes"]) // (
                2 * data["fund_minutes"]
            )
            tried += 1
    assert tried >= 5


def test_the_whole_is_the_sum_of_the_offices(explained: Any) -> None:
    """The full-time equivalents of the whole are those of the offices, and so are the minutes."""
    (total,) = numbers(explained.reasons, "total", "workload", "offices")
    work = [
        numbers(explained.reasons, f"office:{code}", "workload", "months", "minutes")[0] for code in ["SM"]
    ]
    assert total["minutes"] == sum(data["minutes"] for data in work)
    assert total["fte_dec4"] == sum(data["fte_dec4"] for data in work)


def test_the_chain_closes(explained: Any) -> None:
    """All work of an office is what fixed posts do, what exceeds them, and what the sized posts have."""
    frame = explained.reasons
    for office in explained.sized.post_groups["office"].unique():
        figure = f"office:{office}"
        (work,) = numbers(frame, figure, "workload", "months", "minutes")
        (fixed,) = numbers(frame, figure, "fixed", "fixed_posts")
        (left,) = numbers(frame, figure, "workload", "left_minutes")
        excess = sum(data["excess_minutes"] for data in numbers(frame, figure, "fixed", "excess_minutes"))
        assert work["minutes"] == fixed["minutes"] + excess + left["left_minutes"]
        groups = explained.sized.post_groups
        here = groups[groups["office"] == office]
        assert left["sized_posts"] + fixed["fixed_posts"] == int(here["posts"].sum())
        sized = [
            data["minutes"]
            for kind in ("rounding", "ceiling")
            for position in frame.loc[frame["figure"].str.startswith(f"posts:{office}:"), "figure"].unique()
            for data in numbers(frame, position, kind, "capacity_minutes")
        ]
        sized += [
            data["minutes"]
            for position in frame.loc[frame["figure"].str.startswith(f"posts:{office}:"), "figure"].unique()
            for data in numbers(frame, position, "ceiling", "posts", "minutes")
            if data["posts"] == 0
        ]
        assert sum(sized) == left["left_minutes"]


def test_every_number_has_a_reason(explained: Any) -> None:
    """The whole, every office, position with posts and ceiling is explained, each in its order."""
    told = set(explained.reasons["figure"])
    groups = explained.sized.post_groups
    wanted = {"total"} | {f"office:{code}" for code in groups["office"]}
    for office, pool, position in groups.loc[groups["posts"] > 0, ["office", "pool", "position"]].itertuples(
        index=False
    ):
        wanted.add(f"posts:{office}:{position}" + ("" if pool == "shared" else f":{pool}"))
    quotas = explained.sized.quotas
    wanted |= {f"quota:{code}" for code in quotas.loc[quotas["ceiling"].notna(), "unit"]}
    assert wanted <= told
    for _, rows in explained.reasons.groupby("figure"):
        assert rows["order"].tolist() == list(range(1, len(rows) + 1))


def test_sentences_are_whole_in_both_languages(explained: Any) -> None:
    """No sentence has an unfilled blank, and the Vietnamese one is not the English one."""
    for vi, en in explained.reasons[["sentence_vi", "sentence_en"]].itertuples(index=False):
        assert vi.strip()
        assert en.strip()
        assert not set("{}") & set(vi + en)
        assert vi != en
        assert " minutes" not in vi
        assert "biên chế" not in en


def test_duties_kept_apart_name_groups_and_law(by_need: Any) -> None:
    """Accountant and cashier ask for two people, with both task groups and the law in the sentence."""
    frame = by_need.reasons
    rows = frame[(frame["figure"] == "office:SM") & (frame["kind"] == "forbidden_pair")]
    sentence = rows["sentence_vi"].item()
    for part in ("Kế toán – tài vụ", "Thủ quỹ", "hai người", "Luật Kế toán"):
        assert part in sentence
    assert json.loads(rows["numbers"].item()) == {
        "duties": ["accountant", "cashier"],
        "legal": True,
        "people": 2,
    }


def test_the_price_of_a_post_is_that_of_the_curve(by_ceiling: Any) -> None:
    """What one more post buys and one fewer costs are the differences of the office's own curve."""
    curve = by_ceiling.sized.frontier.set_index("posts")
    undone = curve["unmet_minutes"] + curve["overtime_minutes"]
    (price,) = numbers(by_ceiling.reasons, "office:SM", "price")
    posts = price["posts"]
    assert price["undone_minutes"] == undone[posts]
    more, fewer = undone.get(posts + 1), undone.get(posts - 1)
    assert price["one_more_minutes"] == (None if more is None else undone[posts] - more)
    assert price["one_fewer_minutes"] == (None if fewer is None else fewer - undone[posts])


def test_the_ceiling_is_told(by_ceiling: Any) -> None:
    """Under a ceiling the office's reasons say how many posts it allows and how many are used."""
    (ceiling,) = numbers(by_ceiling.reasons, "office:SM", "ceiling", "ceiling")
    assert (ceiling["unit"], ceiling["ceiling"], ceiling["used"]) == ("SM", 6, 6)
    (own,) = numbers(by_ceiling.reasons, "quota:SM", "ceiling")
    assert own == {"ceiling": 6, "used": 6, "left": 0}


def test_estimates_are_told(by_need: Any) -> None:
    """The estimated part of the work stands beside it, with its range."""
    (found,) = numbers(by_need.reasons, "office:SM", "workload", "estimated_minutes")
    assert found["estimated_minutes"] == by_need.workload.estimated_minutes
    assert found["low"] <= found["minutes"] <= found["high"]


def test_the_same_plan_gives_the_same_reasons(by_need: Any) -> None:
    """Telling a plan twice, from shuffled tables, gives the same rows in the same order."""
    shuffled = type(by_need.workload)(
        **{
            **vars(by_need.workload),
            "demand": by_need.workload.demand.sample(frac=1, random_state=3),
            "cells": by_need.workload.cells.sample(frac=1, random_state=3),
        }
    )
    again, bounds = reasons(
        by_need.instance,
        by_need.model,
        shuffled,
        by_need.fund.sample(frac=1, random_state=3),
        by_need.sized,
        {"posts": by_need.sized.posts},
    )
    pd.testing.assert_frame_equal(again, by_need.reasons)
    pd.testing.assert_frame_equal(bounds, by_need.certificates)


@pytest.mark.parametrize(
    ("minutes", "fund", "expected"), [(0, 7, 0), (1, 20_000, 1), (1, 20_001, 0), (3, 2, 15_000)]
)
def test_fte_is_rounded_half_up(minutes: int, fund: int, expected: int) -> None:
    """Ten-thousandths of a post are rounded half-up, once."""
    assert fte_dec4(minutes, fund) == expected


def test_the_peak_is_the_first_of_equals() -> None:
    """The peak month is that with the most work for its time; of equals the earliest."""
    import numpy as np

    assert peak(np.array([4, 2, 9]), np.array([2, 1, 10])) == 0
    assert peak(np.array([4, 5, 9]), np.array([2, 2, 9])) == 1
