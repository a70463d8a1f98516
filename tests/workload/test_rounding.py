"""Rounding rules and levels, one-off work, and one register under every policy."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitri.data import read
from vitri.policy import list_policies
from vitri.workload import by_policy, compute
from vitri.workload.rounding import area_posts, round_fte, round_posts, shared_by_remainder

from .frames import fund, instance, model

RULES = ("up", "half_up", "down", "wisn", "cutoff")
CUTOFF = ((Fraction(1077, 1000), 1), (Fraction(5, 2), 2), (3, 3))


@given(st.sampled_from(RULES), st.integers(0, 10**7), st.integers(1, 10**5))
def test_one_number_and_arrays_round_alike(rule: str, minutes: int, time: int) -> None:
    """`round_fte` on an exact fraction equals `round_posts` on whole minutes."""
    posts = round_posts(np.array([minutes]), np.array([time]), rule, CUTOFF)
    assert round_fte(Fraction(minutes, time), rule, CUTOFF) == posts[0]


@given(st.integers(0, 60), st.lists(st.integers(0, 50), min_size=1, max_size=8))
def test_largest_remainder_gives_all_posts_and_stays_within_one(posts: int, shares: list[int]) -> None:
    """All posts are shared out, each place within one of its exact share; no work, no posts."""
    given_out = shared_by_remainder(posts, [Fraction(share) for share in shares])
    total = sum(shares)
    assert sum(given_out) == (posts if total else 0)
    assert all(abs(p - Fraction(s * posts, total or 1)) < 1 for p, s in zip(given_out, shares, strict=True))


def test_an_area_is_rounded_once_and_shared_out() -> None:
    """Three offices of 1.4 posts are 5 posts together (4.2 rounded up), not 6; areas do not mix."""
    posts = area_posts(np.array([14, 14, 14, 5]), np.array([10, 10, 10, 10]), np.array([0, 0, 0, 1]), "up")
    assert list(posts) == [2, 2, 1, 1]
    assert list(area_posts(np.array([14, 21]), np.array([10, 20]), np.array([0, 0]), "half_up")) == [1, 1]


WORK = (("A", "KT", 1200), ("A", "TH", 900), ("B", "KT", 700), ("B", "TH", 600))


def needs(level: str, rule: str = "up", **tables: Any) -> pd.DataFrame:
    """Return the needs of two offices with two groups each, 1,000 minutes a month for one post."""
    rows = [
        {"code": f"{office}{group}", "office": office, "task_name": "x", "task_group": group, "quantity": 1,
         "unit_minutes": minutes, "period": "2021-01"}
        for office, group, minutes in WORK
    ]  # fmt: skip
    inst = instance(
        "2021-01", "2021-01", estimate=False, registrations=rows, organisations=[{"code": "X"}],
        **{"offices": [{"code": "A"}, {"code": "B"}],
           "task_groups": [{"code": "KT", "class": "II"}, {"code": "TH", "class": "II"}], **tables},
    )  # fmt: skip
    rules = model(rounding=SimpleNamespace(rule=rule, level=level, cutoff=()))
    return compute(inst, rules, fund(inst, 1000)).needs


@pytest.mark.parametrize(
    ("level", "together", "office_a"), [("position", 5, 3), ("pool", 5, 3), ("office", 5, 3), ("area", 4, 2)]
)
def test_posts_follow_the_level_of_the_policy(level: str, together: int, office_a: int) -> None:
    """2.1 + 1.3 FTE: three and two posts rounded by office, four when both are rounded as one."""
    frame = needs(level)
    whole = frame[frame[["pool", "task_group"]].isna().all(axis=1)]
    assert int(whole.loc[whole["office"].isna(), "posts"].iloc[0]) == together
    assert int(whole.loc[whole["office"] == "A", "posts"].iloc[0]) == office_a
    cells = frame[frame["task_group"].notna()]["posts"]
    assert cells.notna().all() if level == "position" else cells.isna().all()


def test_people_today_give_ratio_and_difference() -> None:
    """Ratio and difference stand at offices and the whole, and are blank where nobody counts people."""
    blank = needs("office")
    assert blank[["existing", "wisn_ratio_dec3", "wisn_difference_dec4"]].isna().all().all()
    posts = [
        {"office": "A", "position": "P", "incumbents": 3},
        {"office": "B", "position": "P", "incumbents": 0},
    ]
    frame = needs("office", current_posts=posts)
    office = frame[frame["office"].eq("A") & frame["pool"].isna()].iloc[0]
    assert tuple(office[["existing", "wisn_ratio_dec3", "wisn_difference_dec4"]]) == (3, 1429, 9000)
    assert frame[frame["pool"].notna()]["existing"].isna().all()
    assert frame[frame["office"].isna()].iloc[0]["existing"] == 3


def one_off(**line: Any) -> dict[str, int]:
    """Return the minutes by month of one line of one-off work; the scenario's day is 1 June 2021."""
    row = {"code": "R", "office": "A", "task_name": "x", "task_group": "TH", "quantity": 1, "regular": "no",
           "unit_minutes": 1000, "period": "2021", **line}  # fmt: skip
    inst = instance(
        estimate=False, offices=[{"code": "A"}], organisations=[{"code": "X"}],
        task_groups=[{"code": "TH", "class": "II"}], registrations=[row],
    )  # fmt: skip
    work = compute(inst, model(), fund(inst))
    assert set(work.demand["regular"]) == {line.get("regular") == "yes"}
    assert len(work.needs) == (1 if line.get("regular") != "yes" else 4)
    return dict(zip(work.cells["month"], work.cells["minutes"].tolist(), strict=True))


def test_one_off_work_falls_on_what_is_left_of_its_window() -> None:
    """Released in May and due in June, on 1 June only June is left; work that is done, or regular, stays."""
    window = {"release_date": "2021-05-03", "due_date": "2021-06-30"}
    assert one_off(**window) == {"2021-06": 1000}
    assert set(one_off(**window, status="done")) == {"2021-05", "2021-06"}
    assert set(one_off(**window, regular="yes")) == {"2021-05", "2021-06"}
    assert set(one_off(release_date="2021-03-01", due_date="2021-04-30")) == {"2021-03", "2021-04"}
    assert len(one_off()) == 12


def test_every_policy_counts_the_tiny_example(root: Any) -> None:
    """The same register under every shipped policy: one row each, none refused, the own model first."""
    inst = read(root / "tests" / "fixtures" / "vi-du-nho")
    frame = by_policy(inst).set_index("policy")
    assert list(frame.index) == ["", *list_policies()]
    assert (frame["refused_en"] == "").all()
    own = frame.loc[""]
    assert (frame.loc["lam-tron-van-phong", "minutes"], frame["minutes"].min()) == (own["minutes"],) * 2
    assert frame.loc["abk-72000", "year_fte_dec4"] > frame.loc["abk-75000", "year_fte_dec4"]
    assert frame.loc["lam-tron-tung-viec", "posts"] == own["posts_by_position"]
    assert frame.loc["lam-tron-dia-ban", "posts"] <= own["posts_by_office"]
    assert frame.loc["wisn", "allowance_minutes"] > 0


def test_a_policy_that_cannot_be_used_is_a_row_that_says_why(root: Any) -> None:
    """A year without leave left gives a refused row in both languages, and the others still stand."""
    inst = read(root / "tests" / "fixtures" / "vi-du-nho")
    frame = by_policy(inst, ["khong-co", "wisn"])
    assert list(frame["refused_en"] != "") == [True, False]
    assert "khong-co" in frame.loc[0, "refused_vi"]
    assert pd.isna(frame.loc[0, "posts"])
