"""Caps on leading posts: at the edge, past it, before they bind, over an area, exempt, absent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from people_builders import instance, model

from vitri.data.instance import Instance
from vitri.errors import Findings
from vitri.optimise.leading_caps import check_leading_caps
from vitri.policy.rows import RatioCap


def two_offices(deputies: tuple[int, int], quotas: tuple[int | None, int | None]) -> Instance:
    """Return offices A and B of area X with a head each, some deputies, and quotas where given."""
    positions = [
        {"code": code, "name": code, "class": "I", "leader_role": role}
        for code, role in (("TP", "head"), ("PP", "deputy"))
    ]
    posts = [
        {"office": office, "position": code, "posts": number}
        for office, many in zip("AB", deputies, strict=True)
        for code, number in (("TP", 1), ("PP", many))
    ]
    given = [
        {"unit": office, "status": "allocated", "posts": number}
        for office, number in zip("AB", quotas, strict=True)
        if number is not None
    ]
    return instance(
        areas=[{"code": "X", "name": "X"}],
        offices=[{"code": code, "name": code, "area": "X"} for code in "AB"],
        positions=positions,
        current_posts=posts,
        quotas=given,
    )


def checked(scenario: Instance, used: tuple[int, int], **cap: Any) -> Findings:
    """Check one cap on deputies (half of the quota unless told) on a plan that uses so many posts."""
    row = {"name": "cấp phó", "count": {"leader_role": "deputy"}, "of": "quota", "max_pct": 50, **cap}
    rules = model().model_copy(update={"ratio_cap": (RatioCap.model_validate(row),)})
    table = pd.DataFrame({"unit": ["A", "B"], "organisation": [None, None], "used": list(used)})
    return check_leading_caps(scenario, rules, table)


@pytest.mark.parametrize(("deputies", "codes"), [((4, 3), []), ((5, 3), ["A"]), ((4, 4), ["B"])])
def test_deputies_are_at_most_half_of_the_quota_of_each_office(
    deputies: tuple[int, int], codes: list[str]
) -> None:
    """Half of 8 is 4, half of 7 rounded down 3: one deputy more is an error with both numbers."""
    found = list(checked(two_offices(deputies, (8, 7)), (8, 7)))
    assert [(f.row_key, f.severity, f.code) for f in found] == [(c, "error", "leading_cap") for c in codes]
    for finding in found:
        assert finding.value == str(deputies["AB".index(finding.row_key)])
        assert finding.render("vi")["message"] != finding.render("en")["message"]


def test_over_an_area_the_deputies_of_all_its_offices_count() -> None:
    """Five and two deputies of 8 + 7 posts: seven may be, eight may not, whoever has them."""
    assert not len(checked(two_offices((5, 2), (8, 7)), (8, 7), scope="area"))
    found = list(checked(two_offices((6, 2), (8, 7)), (8, 7), scope="area"))
    assert [(f.row_key, f.value) for f in found] == [("X", "8")]


def test_without_a_number_assigned_the_posts_of_the_plan_are_the_base() -> None:
    """Four deputies are half of the eight posts the plan uses, and more than half of seven."""
    scenario = two_offices((4, 0), (None, None))
    assert not len(checked(scenario, (8, 1)))
    assert [f.row_key for f in checked(scenario, (7, 1))] == ["A"]


def test_before_the_day_it_binds_a_cap_only_warns() -> None:
    """The day after `as_of` is a warning, `as_of` itself an error."""
    scenario = two_offices((5, 0), (8, 7))
    day = scenario.info.as_of
    later = checked(scenario, (8, 7), binding_from=day + dt.timedelta(days=1))
    assert [f.severity for f in later] == ["warning"]
    assert [f.severity for f in checked(scenario, (8, 7), binding_from=day)] == ["error"]


def test_exempt_levels_and_other_bases() -> None:
    """An exempt level is silent; deputies may also be counted against heads; without caps nothing is said."""
    scenario = two_offices((5, 1), (8, 7))
    level = model().applies_to.level
    assert not len(checked(scenario, (8, 7), except_level=(level,)))
    heads = checked(scenario, (8, 7), of={"leader_role": "head"}, max_pct=Decimal(100))
    assert [(f.row_key, f.fields["most"]) for f in heads] == [("A", 1)]
    bare = model().model_copy(update={"ratio_cap": ()})
    assert not len(check_leading_caps(scenario, bare, pd.DataFrame()))
