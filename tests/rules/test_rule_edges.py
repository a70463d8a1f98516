"""Every rule at its edge: kept to the last unit, broken by one more, silent where it does not apply."""

from __future__ import annotations

import pytest
from plan_builders import Plan
from rule_changes import CHANGES

from vitri.rules import REGISTRY, rule

NAMES = [entry.name for entry in REGISTRY]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_kept_at_its_edge_is_not_broken(name: str) -> None:
    """A plan that just keeps a rule has no broken place, and somewhere nothing is left to spare."""
    plan = Plan()
    CHANGES[name][0](plan)
    frame = plan.measure(name)
    assert len(frame) > 0
    assert (frame["slack"] == 0).any()
    assert not frame["broken"].any(), [rule(name).say(row, "en") for row in frame.to_dict("records")]


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_broken_by_one_says_where(name: str) -> None:
    """A plan one step past the edge breaks the rule, with negative slack and a sentence in both languages."""
    plan = Plan()
    CHANGES[name][1](plan)
    frame = plan.measure(name)
    broken = frame[frame["broken"]]
    assert len(broken) > 0
    assert (broken["slack"] < 0).all()
    for row in broken.to_dict("records"):
        vi, en = rule(name).say(row, "vi"), rule(name).say(row, "en")
        assert str(row["place"]) in vi
        assert str(row["place"]) in en
        assert vi != en


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_is_silent_where_it_does_not_apply(name: str) -> None:
    """Without what a rule speaks of, or with the rule switched off, nothing is broken."""
    plan = Plan()
    CHANGES[name][2](plan)
    assert not plan.broken(name)
