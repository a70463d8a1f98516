"""The registry: every rule has a name, a title, a sentence, documentation and tests."""

from __future__ import annotations

import re

import pytest
from plan_builders import Plan
from rule_changes import CHANGES

from vitri.i18n import tr
from vitri.rules import REGISTRY, Rule, build_limits, rule
from vitri.rules.base import COLUMNS, WORST, Measured, at_most


def test_names_are_unique_codes() -> None:
    """No two rules share a name, and names are lower-case codes."""
    names = [entry.name for entry in REGISTRY]
    assert len(names) == len(set(names)) >= 40
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in names)


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry.name)
def test_a_rule_has_title_sentence_documentation_and_tests(entry: Rule) -> None:
    """Each rule is put into words in both languages, documented, and tested at its edge."""
    assert tr(entry.title, "vi") != entry.title
    assert "{place}" in entry.sentence
    assert tr(entry.sentence, "vi") != entry.sentence
    assert (type(entry).__doc__ or "").strip()
    assert entry.name in CHANGES
    assert rule(entry.name) is entry


def test_no_test_speaks_of_a_rule_that_is_gone() -> None:
    """The table of changes holds rules of the registry only, and an unknown name is an error."""
    assert set(CHANGES) == {entry.name for entry in REGISTRY}
    with pytest.raises(KeyError):
        rule("no_such_rule")


def test_measurements_are_sorted_typed_and_bounded() -> None:
    """Of the places that keep a rule the tightest of each office stays; broken ones all, up to a limit."""

    class Many(Rule):
        """A rule of this test."""

        name, title, sentence = "many", "", ""

        def rows(self, case: object) -> list[Measured]:
            """Yield places of two offices."""
            kept = [at_most(f"A/{i}", 10, i) for i in range(10)]
            return [*kept, *(at_most(f"B/{i:04}", 0, 1 + i % 3) for i in range(WORST + 50))]

    frame = Many().measure(Plan().case())
    assert dict(frame.dtypes.astype(str)) == dict(COLUMNS)
    assert frame[~frame["broken"]]["place"].tolist() == ["A/9"]
    assert len(frame[frame["broken"]]) == WORST
    assert frame["place"].tolist() == sorted(frame["place"])
    assert frame[frame["broken"]]["slack"].value_counts().index.min() == -3


def test_law_is_law_where_the_model_says_so() -> None:
    """A forbidden pair of the law is marked as law, an assumption of the planner is not."""
    plan = Plan()
    CHANGES["forbidden_pair"][1](plan)
    frame = plan.measure("forbidden_pair")
    assert frame[frame["broken"]]["legal"].all()
    assert plan.measure("fixed_posts")["legal"].all()
    assert not plan.measure("position_size")["legal"].any()


def test_a_row_is_said_in_the_readers_language() -> None:
    """Numbers and parts of tables are written the reader's way."""
    row = {"place": "A", "detail": "used", "required": 12_000, "actual": 11_999, "slack": -1}
    assert "11.999" in rule("quota_totals").say(row, "vi")
    assert "đã dùng" in rule("quota_totals").say(row, "vi")
    assert "11,999" in rule("quota_totals").say(row, "en")
    assert "(" not in rule("quota_totals").say({**row, "detail": None}, "en")


def test_every_limit_comes_from_a_rule() -> None:
    """Limits built without any rule forbid nothing and bound nothing: there are no hidden bounds."""
    from vitri.rules.limits import NO_LIMIT, Draft

    plan = Plan()
    draft = Draft(plan.instance, plan.model).finish()
    pairs = len(draft.groups) * (len(draft.groups) - 1)
    assert draft.position_compatible.sum() == draft.cover_compatible.sum() == pairs
    assert {draft.max_groups_per_position, draft.max_positions_per_post} == {NO_LIMIT}
    assert all(u.ceiling is None and u.floor == 0 and u.cap is None for u in draft.units)
    built = build_limits(plan.instance, plan.model)
    assert built.position_compatible.sum() < pairs
