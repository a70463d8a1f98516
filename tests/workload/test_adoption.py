"""The adoption monitor: each goal of the scheme is told from the data, office by office."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from vitri.data import read
from vitri.data.instance import Instance
from vitri.explain.adoption import adoption_sentences
from vitri.workload.adoption import GOALS, Adoption, adoption


@pytest.fixture(scope="module")
def base(root: Path) -> Instance:
    """The synthetic scenario of eight shared offices."""
    return read(root / "scenarios" / "bac-kan-2021")


def states(found: Adoption, office: str) -> list[str]:
    """Return the state of every goal in one office."""
    rows = found.rows[found.rows["office"] == office].set_index("goal")
    return [str(rows.loc[goal, "state"]) for goal in GOALS]


def test_three_of_eight_offices(base: Instance) -> None:
    """Three offices register, assign and order; none has all positions defined or a quota assigned."""
    found = adoption(base)
    assert sorted(found.places("registration", "met")) == ["BT", "PN", "TPBK"]
    assert found.count("registration", "partly") == 5
    assert [found.count(goal, "met") for goal in GOALS] == [3, 3, 3, 0, 0]
    assert states(found, "NR") == ["partly", "not_met", "not_met", "partly", "not_met"]
    english = adoption_sentences(found, {}, "en")
    assert english[0].startswith("3 of 8 offices register their work every month (5 in part); 3 of 8 assign")
    assert "Quota assigned to the office: not met in any office." in english
    assert adoption_sentences(found, {}, "vi")[0].startswith("3/8 văn phòng đăng ký công việc hằng tháng")


def test_quota_states(base: Instance) -> None:
    """An allocated number is met, a provisional one partly, a number from next year on not met."""
    quotas = base.tables["quotas"].copy()
    quotas.loc[quotas["unit"].isin(["BB", "CD", "CM"]), "posts"] = 15
    quotas.loc[quotas["unit"] == "BB", "status"] = "allocated"
    quotas.loc[quotas["unit"] == "CD", "status"] = "provisional"
    quotas.loc[quotas["unit"] == "CM", "status"] = "allocated"
    quotas.loc[quotas["unit"] == "CM", "valid_from"] = pd.Timestamp("2022-01-01")
    found = adoption(base.with_tables(quotas=quotas))
    assert [states(found, code)[4] for code in ("BB", "CD", "CM", "NR")] == [
        "met",
        "partly",
        "not_met",
        "not_met",
    ]


def test_one_missing_month_is_partly(base: Instance) -> None:
    """One organisation that misses one month takes the goal from its office; eleven of twelve remain."""
    table = base.tables["submissions"].copy()
    first = table.index[(table["office"] == "PN") & (table["month"] == "2021-07")][0]
    table.loc[first, "state"] = "missing"
    found = adoption(base.with_tables(submissions=table)).rows.set_index(["office", "goal"])
    row = found.loc[("PN", "registration")]
    assert (int(row["reached"]), int(row["of"]), row["state"]) == (11, 12, "partly")


def test_orders_that_were_returned_are_partly(base: Instance) -> None:
    """An office whose only orders are still drafts has tried the mechanism: partly."""
    lines = base.tables["registrations"].copy()
    lines.loc[lines["office"].eq("PN") & lines["kind"].eq("order"), "status"] = "draft"
    assert states(adoption(base.with_tables(registrations=lines)), "PN")[2] == "partly"


def test_all_positions_with_a_number_are_met(base: Instance) -> None:
    """An office whose kinds of position all have a number of posts has them defined."""
    posts = base.tables["current_posts"].copy()
    mine = posts["office"].eq("PN") & posts["posts"].isna()
    posts.loc[mine, "posts"] = 1
    found = adoption(base.with_tables(current_posts=posts))
    assert states(found, "PN")[3] == "met"
    assert states(found, "BB")[3] == "partly"
