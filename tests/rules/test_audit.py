"""The audit lets a good plan pass and rejects every spoilt one, naming the rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_builders import FEB, JAN, Plan
from rule_changes import CHANGES, converted

from vitri.errors import Findings
from vitri.plan.audit import AuditReport, audit
from vitri.rules import REGISTRY


def check(plan: Plan, **info: Any) -> AuditReport:
    """Audit a plan of the builders."""
    settings_ = {"sizing": plan.sizing, "structure": plan.structure, "levels": plan.levels, **info}
    work: Any = SimpleNamespace(demand=plan.demand, lines=plan.lines)
    return audit(plan.instance, plan.model, work, plan.tables, settings_)


def test_a_good_plan_passes() -> None:
    """The plan made by hand passes every rule of the registry; what is missing is only preferred."""
    report = check(Plan())
    assert report.passed
    assert report.broken == ()
    assert report.rules_checked == len(REGISTRY)
    assert not report.findings.errors
    assert {finding.code for finding in report.findings.warnings} == {"backup_official", "enough_holders"}


CORRUPTIONS: dict[str, tuple[str, Callable[[Plan], Any]]] = {
    "a post more than the table of posts says": (
        "post_totals", lambda p: p.set("post_groups", "post_group == 'B.01'", posts=2)),
    "a post taken off both tables": (
        "seats", lambda p: p.set("post_groups", "post_group == 'A.01'", posts=1)
        .set("posts", "position == 'VT01' and office == 'A'", posts=1, change=-1)),
    "posts above the ceiling of an office": (
        "ceiling", lambda p: p.set("post_groups", "post_group == 'A.02'", posts=2)),
    "an elected post more": (
        "fixed_posts", lambda p: p.set("post_groups", "kind == 'fixed'", posts=2)),
    "an elected post left out": (
        "fixed_posts", lambda p: p.drop("post_groups", "kind == 'fixed'")),
    "an elected post turned into a sized one": (
        "fixed_posts", lambda p: p.set("post_groups", "kind == 'fixed'", kind="sized")),
    "an elected post pooled": (
        "never_pooled", lambda p: p.set("post_groups", "kind == 'fixed'", pool="shared")),
    "more of the leader's time made free": (
        "free_share", lambda p: p.set("post_groups", "kind == 'fixed'", free_pct=9000)),
    "an accountant who is also cashier": (
        "forbidden_pair", lambda p: p.set("duties", "post_group == 'A.01' and task_group == 'TQ'",
                                          post_group="A.02", main=False)),
    "an official who backs up the duty forbidden to them": (
        "forbidden_pair", lambda p: p.add("assignments", office="A", month=JAN, official="P4", pool="shared",
                                          task_group="TQ", role="backup", minutes=0, overtime_minutes=0)),
    "a leader's work given to sized posts": (
        "class_mixing", lambda p: p.add("duties", post_group="A.02", office="A", pool="own.O1",
                                        task_group="LD", main=False, free=False)),
    "a post for the own work of two organisations": (
        "one_organisation", lambda p: p.add("duties", post_group="A.02", office="A", pool="own.O1",
                                            task_group="PT", main=False, free=False)),
    "work that nobody holds": (
        "coverage", lambda p: p.drop("duties", "post_group == 'B.02'")),
    "work that two sets of posts hold": (
        "coverage", lambda p: p.add("duties", post_group="A.01", office="A", pool="shared", task_group="KT",
                                    main=False, free=False)),
    "a task group in two positions": (
        "structure", lambda p: p.set("structure", "position == 'VT03'", task_groups="PT;KT")),
    "a structure less common than asked for": (
        "structure", lambda p: p.set("structure", "position == 'VT03'", structure="A")),
    "a main position exchanged": (
        "main_position", lambda p: p.set("post_groups", "post_group == 'A.02'", position="VT01")),
    "a covered position without cover": (
        "covered_positions", lambda p: p.drop("cover", "pool == 'own.O2'")),
    "minutes of cover invented": (
        "cover_minutes", lambda p: p.set("cover", "pool == 'own.O2'", minutes=2500)),
    "a leader who does more than there is": (
        "cover_minutes", lambda p: p.set("cover", f"task_group == 'LD' and month == '{JAN}'", minutes=1001)),
    "a quota that hides a post": (
        "quota_totals", lambda p: p.set("quotas", "unit == 'X'", used=5, left=2, posts=5)),
    "a ceiling that was never given": (
        "quota_totals", lambda p: p.set("quotas", "unit == 'B'", ceiling=9, left=7)),
    "an office left out of the quotas": (
        "quota_totals", lambda p: p.drop("quotas", "unit == 'B'")),
    "a change that does not add up": (
        "post_totals", lambda p: p.set("posts", "office == 'B' and position == 'VT01'", change=0)),
    "work in the plan that nobody registered": (
        "work_unchanged", lambda p: p.set("demand", f"task_group == 'KT' and month == '{JAN}'", minutes=1)),
    "a longer working month": (
        "time_unchanged", lambda p: p.set("time_fund", f"month == '{FEB}'", minutes=9999)),
    "an official in two posts": (
        "one_person_one_post", lambda p: p.set("staffing", "official == 'P3'", official="P2")),
    "an official who does not exist": (
        "one_person_one_post", lambda p: p.set("staffing", "official == 'P3'", official="P99")),
    "an official forgotten": (
        "one_person_one_post", lambda p: p.drop("staffing", "official == 'P6'")),
    "more than all of somebody's time": (
        "one_person_one_post", lambda p: p.set("staffing", "official == 'P3'", share_pct=12000)),
    "a vacancy hidden": (
        "seats", lambda p: p.drop("staffing", "action == 'recruit'")),
    "a vacancy called a person": (
        "seats", lambda p: p.set("staffing", "action == 'recruit'", action="stay")),
    "a surplus official called seated": (
        "seats", lambda p: p.set("staffing", "official == 'P6'", action="move")),
    "a seat in another office": (
        "seats", lambda p: p.set("staffing", "official == 'P5'", office="A")),
    "an elected post given to somebody else": (
        "fixed_holders", lambda p: p.set("staffing", "official == 'P1'", official="P0")
        .set("staffing", "official == 'P6'", official="P1")
        .set("staffing", "official == 'P0'", official="P6")),
    "a rank the position does not admit": (
        "post_ranks", lambda p: p.set("post_ranks", "position == 'VT02'", rank="13.001")),
    "a rank for an elected post": (
        "post_ranks", lambda p: p.set("post_ranks", "position == 'CT'", rank="01.003")),
    "ranks that do not add up to the posts": (
        "post_ranks", lambda p: p.set("post_ranks", "position == 'VT01' and office == 'A'", posts=3)),
    "work lost between demand and people": (
        "conservation", lambda p: p.set("assignments", f"official == 'P2' and month == '{JAN}'",
                                        minutes=5000)),
    "work left undone that nobody asked for": (
        "conservation", lambda p: p.add("unmet", office="B", pool="shared", task_group="KT", month=JAN,
                                        priority=3, minutes=10)),
    "negative minutes": (
        "conservation", lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'",
                                        minutes=-5)),
    "work for somebody whose post does not hold it": (
        "who_works", lambda p: p.set("assignments", "official == 'P5' and task_group == 'TQ'",
                                     official="P4")),
    "more work than a month has time": (
        "working_time", lambda p: p.set("assignments", f"official == 'P4' and month == '{FEB}'",
                                        minutes=3000)),
    "overtime above the cap": (
        "overtime", lambda p: p.set("assignments", f"official == 'P2' and month == '{JAN}'",
                                    overtime_minutes=900)),
    "overtime of a vacancy": (
        "overtime", lambda p: p.set("assignments", f"official.str.startswith('VAC') and month == '{JAN}'",
                                    overtime_minutes=1)),
    "a load made lighter": (
        "load", lambda p: p.set("load", f"official == 'P4' and month == '{JAN}'", load_pct_dec2=1000)),
    "an official left out of the loads": (
        "load", lambda p: p.drop("load", "official == 'P4'")),
    "two main officials": (
        "main_official", lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'",
                                         role="main")),
    "no main official": (
        "main_official", lambda p: p.set("assignments", "official == 'P2' and task_group == 'TH'",
                                         role="helper")),
    "a backup who is the main official": (
        "backup_official", lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'",
                                           official="P2")),
    "a product that is lost": (
        "converted_products", lambda p: converted(p, quantity_dec2=999)),
    "a product that is invented": (
        "converted_products", lambda p: converted(p, quantity_dec2=1001)),
    "another factor K": (
        "converted_products", lambda p: converted(p, conversion_k_dec3=1000)),
    "no factor where there is one": (
        "converted_products", lambda p: converted(p, conversion_k_dec3=None, converted_dec2=None)),
    "products of somebody who does not do the work": (
        "converted_products", lambda p: converted(p, official="P2")),
    "products done that nobody told": (
        "converted_products", lambda p: converted(p, done_converted_dec2=1300)),
    "an error that costs nothing": (
        "converted_products", lambda p: converted(p, quality_pct=10_000)),
    "a delay that costs nothing": (
        "converted_products", lambda p: converted(p, progress_pct=10_000)),
    "a line left out of the conversion": (
        "converted_products", lambda p: converted(p).drop("converted", "registration == 'R2'")),
    "a person's sum that differs": (
        "converted_products", lambda p: converted(p).set("converted_people", "official == 'P3'",
                                                         converted_dec2=1600)),
    "a result that does not follow": (
        "converted_products", lambda p: converted(p).set("converted_people", "official == 'P3'",
                                                         result_pct=10_000)),
    "a vacancy as backup": (
        "backup_official", lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'",
                                           official="VAC-B.02-1")),
}  # fmt: skip


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_spoilt_plan_is_rejected_by_name(what: str) -> None:
    """Every way of spoiling the plan is an error of the rule that it breaks, and says so."""
    name, spoil = CORRUPTIONS[what]
    plan = Plan()
    spoil(plan)
    report = check(plan)
    assert not report.passed
    assert name in report.broken
    finding = next(f for f in report.findings.errors if f.code == name)
    assert finding.render("vi")["message"] != finding.render("en")["message"]


def test_a_plan_with_converted_products_passes() -> None:
    """The converted products made by hand pass, with one error and one delay in eight products done."""
    report = check(converted(Plan()))
    assert report.passed, [f.render("en")["message"] for f in report.findings.errors]


def test_there_are_many_ways_of_spoiling_a_plan() -> None:
    """At least forty ways of spoiling are tried, on at least twenty rules."""
    assert len(CORRUPTIONS) >= 40
    assert len({name for name, _ in CORRUPTIONS.values()}) >= 20


NUMBERS = [
    (table, column)
    for table, columns in {
        "post_groups": ("posts",),
        "posts": ("posts", "change"),
        "quotas": ("ceiling", "used", "left", "posts"),
        "cover": ("minutes",),
        "assignments": ("minutes",),
        "load": ("available_minutes", "assigned_minutes", "load_pct_dec2"),
        "post_ranks": ("posts",),
        "time_fund": ("minutes",),
        "demand": ("minutes",),
        "workload": ("minutes",),
        "staffing": ("seat",),
    }.items()
    for column in columns
]


@settings(max_examples=20)
@given(data=st.data())
def test_no_number_can_be_changed_unnoticed(data: st.DataObject) -> None:
    """Any number of the plan, raised or lowered by any amount, makes the audit fail."""
    plan = Plan()
    table, column = data.draw(st.sampled_from(NUMBERS))
    frame = plan.tables[table]
    known = frame.index[frame[column].notna()].tolist()
    row = data.draw(st.sampled_from(known))
    frame.loc[row, column] = int(frame.loc[row, column]) + data.draw(
        st.integers(-500, 500).filter(lambda step: step != 0)
    )
    assert not check(plan).passed


def test_a_preferred_limit_is_a_warning() -> None:
    """A rule that only informs is reported and does not refuse the plan."""
    plan = Plan()
    CHANGES["groups_per_person"][1](plan)
    report = check(plan)
    assert report.passed
    assert "groups_per_person" in {finding.code for finding in report.findings.warnings}


@pytest.mark.parametrize(
    ("table", "spoil"),
    [
        ("duties", lambda p: p.tables.pop("duties")),
        ("staffing", lambda p: p.tables.pop("staffing")),
        ("unmet", lambda p: p.tables.update(unmet=p.tables["unmet"].drop(columns="minutes"))),
        ("post_groups", lambda p: p.set("post_groups", "post_group == 'A.01'", posts=None)),
        ("assignments", lambda p: p.set("assignments", "official == 'P2'", official=None)),
    ],
)
def test_a_plan_with_parts_missing_is_rejected(table: str, spoil: Callable[[Plan], Any]) -> None:
    """Without a table, a column or a value nothing is measured: the plan fails, and says what is missing."""
    plan = Plan()
    spoil(plan)
    report = check(plan)
    assert not report.passed
    assert report.rules_checked == 0
    assert {(f.code, f.table) for f in report.findings} == {("incomplete_plan", table)}
    assert isinstance(report.findings, Findings)


def test_a_plan_without_officials_needs_no_people_tables() -> None:
    """Where no officials are named the tables about people are neither needed nor missed."""
    plan = Plan()
    CHANGES["capacity"][0](plan)
    assert check(plan).passed


def test_a_plan_over_the_quota_of_a_class_is_refused() -> None:
    """One post of class II more than its quota is refused under ceilings, and only reported by need."""
    plan = Plan()
    CHANGES["class_quota"][0](plan)
    assert check(plan).passed
    CHANGES["class_quota"][1](plan)
    assert check(plan).broken == ("class_quota",)
    assert "class_quota" not in check(plan, sizing="need").broken


def test_sizing_by_need_reports_a_ceiling_and_does_not_refuse() -> None:
    """Asked for the need, the plan may lie above the ceiling: that is the proposal."""
    plan = Plan()
    CHANGES["ceiling"][1](plan)
    plan.set("quotas", "unit == 'X'", ceiling=5, left=-1)
    assert "ceiling" in check(plan).broken
    report = check(plan, sizing="need")
    assert report.passed
    assert "ceiling" in {finding.code for finding in report.findings.warnings}


@pytest.mark.parametrize(
    ("level", "passed"),
    [
        ({"measure": "posts", "order": 5, "value": 6, "bound": 6, "gap": 0}, True),
        ({"measure": "posts", "order": 5, "value": 5, "bound": 5, "gap": 0}, False),
        ({"measure": "posts", "order": 5, "value": 6, "bound": 7, "gap": -1}, False),
        ({"measure": "unmet_minutes", "order": 1, "value": 0, "bound": 0, "gap": 0}, True),
        ({"measure": "unmet_minutes", "order": 1, "value": 9, "bound": None, "gap": None}, False),
        ({"measure": "overtime_minutes", "order": 4, "value": 1, "bound": 0, "gap": 1}, False),
        ({"measure": "extra_duties", "order": 6, "value": 1, "bound": 1, "gap": 0}, True),
        ({"measure": "extra_duties", "order": 6, "value": 0, "bound": 0, "gap": 0}, False),
    ],
)
def test_the_levels_are_recomputed(level: dict[str, Any], passed: bool) -> None:
    """A level whose value the tables do not give, or whose bound lies above its value, is rejected."""
    assert check(Plan(), levels=(level,)).passed is passed


def test_the_audit_is_repeatable() -> None:
    """Two audits of one plan, its rows in another order, give the same table of rules."""
    plan, other = Plan(), Plan()
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    left, right = check(plan), check(other)
    assert left.rules.equals(right.rules)
    assert list(left.rules.columns) == ["rule", "place", "detail", "required", "actual", "slack", "broken",
                                        "legal", "binding"]  # fmt: skip
