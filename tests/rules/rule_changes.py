"""For every rule: changes of the good plan that just keep it, that just break it, and that switch it off."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from plan_builders import FEB, GIVEN, JAN, Plan, frame, table

from vitri.policy.rows import RatioCap, SalaryBudget, SizeRule
from vitri.policy.sections import Conversion

Change = Callable[[Plan], Any]


def _people_off(plan: Plan) -> Plan:
    for name in ("staffing", "assignments", "load", "post_ranks"):
        plan.tables.pop(name)
    return plan.given(officials=[])


def _two_in_one_post(plan: Plan, duties: str = "TQ") -> Plan:
    """Let posts A.02 hold a further shared group, whose work A.01 gives up."""
    plan.drop("duties", f"post_group == 'A.01' and task_group == '{duties}'")
    return plan.add(
        "duties", post_group="A.02", office="A", pool="shared", task_group=duties, main=False, free=False
    )


def _groups(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the task groups of the scenario, cells of some of them changed."""
    return [{**row, **changes.get(row["code"], {})} for row in GIVEN["task_groups"]]


def _pin(kind: str, official: str, group: str) -> dict[str, Any]:
    return {
        "code": f"{kind}.{official}",
        "kind": kind,
        "official": official,
        "task_group": group,
        "reason": "thử",
    }


def _officials(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, **changes.get(row["code"], {})} for row in GIVEN["officials"]]


def _quotas(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, **changes.get(row["unit"], {})} for row in GIVEN["quotas"]]


def _rank_share(plan: Plan, pct: int) -> Plan:
    cap = RatioCap.model_validate(
        {"name": "CV", "count": {"rank": "01.003"}, "of": "quota", "max_pct": pct, "scope": "office"}
    )
    return plan.ruled(ratio_cap=(cap,))


def _budget(plan: Plan, coefficients: str, unit: str = "*") -> Plan:
    """Give the posts of a unit a budget; the six posts are the chair and five of rank 01.003 (2.34)."""
    row = {"name": "Ngân sách", "unit": unit, "coefficients": Decimal(coefficients)}
    return plan.ruled(salary_budget=(SalaryBudget.model_validate(row),))


def _class_quota(plan: Plan, posts: int, category: str | None = None) -> Plan:
    """Give area X a quota of class II posts; the plan has five, beside one of class I."""
    row = {"unit": "X", "position_class": "II", "category": category, "status": "allocated", "posts": posts}
    return plan.given(quotas=[*GIVEN["quotas"], row])


def _budget_told(plan: Plan, used: int) -> Plan:
    """Say of a budget of 12.00 what the plan uses of it (11.70)."""
    _budget(plan, "12.00").tables["salary_budgets"] = frame("salary_budgets", table(
        "place budget budget_dec2 used_dec2 left_dec2 least_dec2",
        f"* Ngân_sách 1200 {used} 30 1170",
    ))  # fmt: skip
    return plan.set("salary_budgets", "place == '*'", budget="Ngân sách")


def _size(plan: Plan, floor: int, cap: int | None, **more: Any) -> Plan:
    rule = SizeRule.model_validate(
        {"unit": "office", "office_class": "small", "floor": floor, "cap": cap, **more}
    )
    return plan.ruled(size_rule=(rule,))


def _need(plan: Plan, minutes: int, pct: int = 0) -> Plan:
    """Size by need: January's 4,000 + 1,000 minutes of posts A.02 become as many as given."""
    shares = {1: Decimal(0), 2: Decimal(pct), 3: Decimal(0)}
    plan.ruled(service={"at": "month", "unmet_pct": shares}).sizing = "need"
    plan.drop("post_groups", "post_group in ['A.01', 'B.01', 'B.02']")
    plan.drop("duties", "post_group in ['A.01', 'B.01', 'B.02']")
    return plan.ask(f"pool == 'own.O2' and month == '{JAN}'", minutes - 4000)


def _free(plan: Plan, minutes: int) -> Plan:
    """Let the chair of O1 do shared movement work of February from free time (40 % of 5,712)."""
    plan.demand.loc[len(plan.demand)] = ["A", "shared", "PT", FEB, 2, True, False, minutes]
    plan.__post_init__()
    plan.add("duties", post_group="A.F01", office="A", pool="shared", task_group="PT", main=False, free=True)
    return plan.add(
        "cover", office="A", pool="shared", position="VT03", task_group="PT", covered_by="CT",
        covered_by_pool="own.O1", month=FEB, minutes=minutes,
    )  # fmt: skip


def _free_used(plan: Plan, minutes: int) -> Plan:
    _free(plan, minutes)
    return plan.add(
        "assignments", office="A", month=FEB, official="P1", pool="shared", task_group="PT", role="main",
        minutes=minutes, overtime_minutes=0,
    )  # fmt: skip


def _work(plan: Plan, minutes: int, overtime: int) -> Plan:
    """Give P4 in February so many minutes of KT, of which some are overtime."""
    return plan.set(
        "assignments", f"official == 'P4' and task_group == 'KT' and month == '{FEB}'",
        minutes=minutes, overtime_minutes=overtime,
    )  # fmt: skip


def _levels(plan: Plan, **cells: Any) -> Plan:
    level = {"order": 5, "measure": "posts", "value": 6, "bound": 5, "gap": 1, **cells}
    plan.levels = (level,)
    return plan


def _certificate(plan: Plan, bound: int, told: int | None = None) -> Plan:
    """Certify January and February of office A: 19,000 minutes of sized cells over 13,464, one fixed post."""
    plan.sizing = "need"
    cells = [["own.O1", "PT"], ["own.O2", "PT"], ["shared", "KT"], ["shared", "TH"], ["shared", "TQ"]]
    data = {"office": "A", "cells": cells, "months": [JAN, FEB], "irregular": False, "bound": told or bound}
    plan.tables["certificates"] = plan.tables["structure"].iloc[:1].assign(
        figure="office:A", kind="workload", data=json.dumps(data), lower_bound=bound
    )[["figure", "kind", "data", "lower_bound"]]  # fmt: skip
    return plan


def converted(plan: Plan, **cells: Any) -> Plan:
    """Convert 10 products of the cashier's January (K 1.5) and 4 accounts (no K), of which 8 are done.

    P3 has all of the cashier's work, P4 the accounts; one of the 8 products had an error, one was late.
    """
    plan.given(
        work_items=table("code name task_group complexity", "W1 W1 TQ N2", "W2 W2 KT -"),
        registrations=table(
            "code office work_item quantity period", f"R1 A W1 1000 {JAN}", f"R2 A W2 400 {JAN}"
        ),
        outcomes=table(
            "registration official month quantity_done content_errors delays", f"R1 P3 {JAN} 800 1 1"
        ),
    )
    plan.ruled(
        conversion=Conversion(k={"N2": Decimal("1.5")}, error_deduction_pct=Decimal(25),
                              delay_deduction_pct=Decimal(25))
    )  # fmt: skip
    plan.lines = frame("lines", table(
        "registration office pool task_group month work_item quantity_dec2 line_minutes minutes pooling "
        "counted",
        f"R1 A shared TQ {JAN} W1 1000 3000 3000 membership yes",
        f"R2 A shared KT {JAN} W2 400 4000 4000 membership yes",
    ))  # fmt: skip
    plan.tables["converted"] = frame("converted", table(
        "office official month registration quantity_dec2 conversion_k_dec3 converted_dec2 "
        "done_converted_dec2 quality_pct progress_pct",
        f"A P3 {JAN} R1 1000 1500 1500 1200 9688 9688",
        f"A P4 {JAN} R2 400 - - - - -",
    ))  # fmt: skip
    plan.tables["converted_people"] = frame("converted_people", table(
        "office official month converted_dec2 compared_dec2 done_converted_dec2 quantity_pct quality_pct "
        "progress_pct result_pct",
        f"A P3 {JAN} 1500 1500 1200 8000 9688 9688 9125",
    ))  # fmt: skip
    return plan.set("converted", "registration == 'R1'", **cells) if cells else plan


def _without(*names: str) -> Change:
    def change(plan: Plan) -> None:
        for name in names:
            plan.tables[name] = plan.tables[name].iloc[:0]

    return change


NO_WORK = _without("post_groups", "duties", "structure", "posts", "cover", "quotas")
LEVEL_3 = table("official competency level", "P2 HC 2", "P3 HC 2", "P4 KT 3", "P4 VD 2", "P5 HC 2")

#: rule → (just kept, just broken, switched off or without what it speaks of)
CHANGES: dict[str, tuple[Change, Change, Change]] = {
    "forbidden_pair": (
        lambda p: _two_in_one_post(p, "TH"),
        lambda p: _two_in_one_post(p, "TQ"),
        lambda p: _two_in_one_post(p, "TQ").ruled(forbidden_pair=()),
    ),
    "position_size": (
        lambda p: p.ruled(structure={"max_groups_per_post": 2}),
        lambda p: p.ruled(structure={"max_groups_per_post": 1}),
        NO_WORK,
    ),
    "competency_distance": (
        lambda p: p.set("structure", "position == 'VT01'", task_groups="KT;TH"),
        lambda p: p.set("structure", "position == 'VT01'", task_groups="KT;TH").ruled(
            structure={"max_distance": 1}
        ),
        lambda p: p.set("structure", "position == 'VT01'", task_groups="KT;TH")
        .given(task_groups=_groups(KT={"competency": None}))
        .ruled(structure={"max_distance": 0}),
    ),
    "shared_rank": (
        lambda p: p.given(task_groups=_groups(TH={"ranks": "01.003;01.002"}, TQ={"ranks": "01.003"})),
        lambda p: p.given(task_groups=_groups(TH={"ranks": "01.002"}, TQ={"ranks": "01.003"})),
        lambda p: p.ruled(rank=()),
    ),
    "class_mixing": (
        lambda p: p.given(task_groups=_groups(TQ={"class": "III", "category": "civil_servant"})),
        lambda p: p.given(task_groups=_groups(TQ={"class": "I"})),
        NO_WORK,
    ),
    "category_mixing": (
        lambda p: p.given(task_groups=_groups(TQ={"category": "civil_servant"})),
        lambda p: p.given(task_groups=_groups(TQ={"category": "contract_111"})),
        lambda p: p.given(task_groups=_groups(TQ={"category": "contract_111"})).ruled(
            structure={"mix_category": True}
        ),
    ),
    "combined_positions": (
        lambda p: p.ruled(structure={"max_positions_per_post": 2, "max_posts_per_combination": 1}),
        lambda p: p.ruled(structure={"max_positions_per_post": 1}),
        NO_WORK,
    ),
    "groups_per_post": (
        lambda p: p.ruled(structure={"max_groups_per_person": 2}),
        lambda p: p.ruled(structure={"max_groups_per_person": 1}),
        NO_WORK,
    ),
    "one_organisation": (
        lambda p: p.set("duties", "post_group == 'A.02' and task_group == 'KT'", pool="own.O2"),
        lambda p: p.add(
            "duties", post_group="A.02", office="A", pool="own.O1", task_group="PT", main=False, free=False
        ),
        NO_WORK,
    ),
    "fixed_posts": (
        lambda p: p.given(current_posts=table("office organisation position posts", "A O1 CT 1")),
        lambda p: p.given(current_posts=table("office organisation position posts", "A O1 CT 2")),
        lambda p: p.given(current_posts=[], officials=[]).drop("post_groups", "kind == 'fixed'"),
    ),
    "never_pooled": (
        lambda p: _free(p, 1),
        lambda p: _free(p, 1).set("duties", "free", free=False),
        lambda p: p.drop("post_groups", "kind == 'fixed'"),
    ),
    "free_share": (
        lambda p: _free(p, 2284),
        lambda p: _free(p, 2285),
        lambda p: p.drop("post_groups", "kind == 'fixed'"),
    ),
    "ceiling": (
        lambda p: p.given(quotas=_quotas(X={"posts": 6})),
        lambda p: p.given(quotas=_quotas(X={"posts": 5})),
        lambda p: p.given(quotas=[]),
    ),
    "floor": (
        lambda p: p.given(quotas=_quotas(B={"floor": 2})),
        lambda p: p.given(quotas=_quotas(B={"floor": 3})),
        lambda p: p.given(quotas=[]),
    ),
    "cap": (
        lambda p: p.given(quotas=_quotas(B={"cap": 2})),
        lambda p: p.given(quotas=_quotas(B={"cap": 1})),
        lambda p: p.given(quotas=[]),
    ),
    "size_rule": (lambda p: _size(p, 4, 4), lambda p: _size(p, 5, None), lambda p: p),
    "class_quota": (
        lambda p: _class_quota(p, 5),
        lambda p: _class_quota(p, 4),
        lambda p: _class_quota(p, 0, category="civil_servant"),
    ),
    "ratio_cap": (
        lambda p: _rank_share(p, 100),
        lambda p: _rank_share(p, 74),
        lambda p: p.ruled(ratio_cap=()),
    ),
    "salary_budget": (
        lambda p: _budget(p, "11.70"),
        lambda p: _budget(p, "11.69"),
        lambda p: _people_off(_budget(p, "1.00")),
    ),
    "coverage": (
        lambda p: p.set("duties", "post_group == 'B.02'", post_group="B.01"),
        lambda p: p.drop("duties", "post_group == 'B.02'"),
        lambda p: p.ask(f"office == 'B' and task_group == 'KT' and month == '{JAN}'", 0)
        .ask(f"office == 'B' and task_group == 'KT' and month == '{FEB}'", 0)
        .drop("duties", "post_group == 'B.02'"),
    ),
    "covered_positions": (
        lambda p: p.set("cover", "pool == 'own.O2'", covered_by="VT01"),
        lambda p: p.set("cover", "pool == 'own.O2'", covered_by="VT09"),
        NO_WORK,
    ),
    "cover_minutes": (
        lambda p: p.set("cover", "pool == 'own.O2'", minutes=2000),
        lambda p: p.set("cover", "pool == 'own.O2'", minutes=1999),
        NO_WORK,
    ),
    "service": (
        lambda p: _need(p, 7752),
        lambda p: _need(p, 7753),
        lambda p: p.set("post_groups", "posts == 2", posts=0),
    ),
    "capacity": (
        lambda p: _people_off(p).set("post_groups", "post_group == 'A.01'", posts=2),
        lambda p: _people_off(p).set("post_groups", "post_group == 'A.01'", posts=1),
        lambda p: p.set("post_groups", "post_group == 'A.01'", posts=1),
    ),
    "work_unchanged": (
        lambda p: p.set("demand", "office == 'B' and task_group == 'KT'", estimated=True),
        lambda p: p.set("demand", f"office == 'B' and task_group == 'KT' and month == '{JAN}'", minutes=2001),
        lambda p: p,
    ),
    "time_unchanged": (
        lambda p: p.set("time_fund", f"month == '{JAN}'", minutes=7752),
        lambda p: p.set("time_fund", f"office == 'A' and month == '{JAN}'", minutes=7751),
        lambda p: p,
    ),
    "structure": (
        lambda p: p.set("structure", "position == 'VT03'", task_groups="PT"),
        lambda p: p.set("structure", "position == 'VT03'", task_groups="PT;TH"),
        NO_WORK,
    ),
    "main_position": (
        lambda p: p.set("duties", "post_group == 'A.02' and task_group == 'PT'", main=False),
        lambda p: p.set("duties", "post_group == 'A.02' and task_group == 'PT'", main=True),
        NO_WORK,
    ),
    "post_totals": (
        lambda p: p.set("posts", "office == 'B' and position == 'VT02'", posts_now=1, change=0),
        lambda p: p.set("posts", "office == 'B' and position == 'VT02'", posts=2),
        NO_WORK,
    ),
    "quota_totals": (
        lambda p: p.set("quotas", "unit == 'X'", left=1),
        lambda p: p.set("quotas", "unit == 'X'", used=5),
        lambda p: p,
    ),
    "post_ranks": (
        lambda p: p.set("post_ranks", "position == 'VT02'", rank="01.002"),
        lambda p: p.set("post_ranks", "position == 'VT02'", rank="09.999"),
        _people_off,
    ),
    "salary_totals": (
        lambda p: _budget_told(p, 1170),
        lambda p: _budget_told(p, 1169),
        lambda p: _people_off(_budget_told(p, 0)),
    ),
    "level_values": (lambda p: _levels(p), lambda p: _levels(p, value=7, gap=2), lambda p: p),
    "certificates": (
        lambda p: _certificate(p, 3),
        lambda p: _certificate(p, 4),
        lambda p: p,
    ),
    "one_person_one_post": (
        lambda p: p.set("staffing", "official == 'P2'", share_pct=5000),
        lambda p: p.set("staffing", "official == 'P2'", share_pct=10001),
        _people_off,
    ),
    "seats": (
        lambda p: p.set("staffing", "official == 'P2'", action="retrain"),
        lambda p: p.set("staffing", "official == 'P2'", seat=2),
        _people_off,
    ),
    "fixed_holders": (
        lambda p: p.given(officials=_officials(P1={"organisation": None})),
        lambda p: p.given(officials=_officials(P1={"position": "TH_CV"})),
        _people_off,
    ),
    "transfers": (
        lambda p: p.given(officials=_officials(P5={"office": "A"})),
        lambda p: p.given(officials=_officials(P5={"office": "A", "transferable": "no"})),
        _people_off,
    ),
    "seat_fit": (
        lambda p: p.given(officials=_officials(P2={"rank": "01.002"})),
        lambda p: p.given(officials=_officials(P2={"category": "contract_111"})),
        _people_off,
    ),
    "conservation": (
        lambda p: p.set("assignments", f"official == 'P5' and task_group == 'TH' and month == '{JAN}'",
                        minutes=2900).add("unmet", office="B", pool="shared", task_group="TH", month=JAN,
                                          priority=2, minutes=100),
        lambda p: p.set("assignments", f"official == 'P5' and task_group == 'TH' and month == '{JAN}'",
                        minutes=2900),
        _people_off,
    ),
    "who_works": (
        lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'", minutes=1),
        lambda p: p.set("assignments", "official == 'P4' and pool == 'own.O1'", minutes=1),
        _people_off,
    ),
    "working_time": (
        lambda p: _work(p, 4712, 0),
        lambda p: _work(p, 4713, 0),
        _people_off,
    ),
    "overtime": (
        lambda p: _work(p, 5283, 571),
        lambda p: _work(p, 5284, 572),
        _people_off,
    ),
    "free_time_used": (
        lambda p: _free_used(p, 2284),
        lambda p: _free_used(p, 2285),
        lambda p: p,
    ),
    "load": (
        lambda p: p.set("load", "official == 'P2'", load_pct_dec2=None),
        lambda p: p.set("load", f"official == 'P2' and month == '{JAN}'", assigned_minutes=6001),
        _people_off,
    ),
    "main_official": (
        lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'", role="helper"),
        lambda p: p.set("assignments", "official == 'P3' and task_group == 'TH'", role="main"),
        _people_off,
    ),
    "pins_kept": (
        lambda p: p.given(pins=[_pin("main", "P2", "TH"), _pin("exclude", "P3", "KT")]),
        lambda p: p.given(pins=[_pin("exclude", "P2", "TH")]),
        lambda p: _people_off(p.given(pins=[_pin("exclude", "P2", "TH")])),
    ),
    "backup_official": (
        lambda p: p.ruled(staffing={"backup": False}),
        lambda p: p.ruled(staffing={"backup": False}).set(
            "assignments", "official == 'P3' and task_group == 'TH'", official="P2"
        ),
        _people_off,
    ),
    "enough_holders": (
        lambda p: p.given(task_groups=_groups(TH={"min_holders": 1})),
        lambda p: p.given(task_groups=_groups(TH={"min_holders": 1}, TQ={"min_holders": 2})),
        _people_off,
    ),
    "qualified": (
        lambda p: p.given(official_competencies=LEVEL_3),
        lambda p: p.given(official_competencies=[{**row, "level": 1} for row in LEVEL_3]),
        lambda p: p,
    ),
    "groups_per_person": (
        lambda p: p.given(officials=_officials(P4={"max_groups": 2})),
        lambda p: p.given(officials=_officials(P4={"max_groups": 1})),
        _people_off,
    ),
    "converted_products": (
        converted,
        lambda p: converted(p, converted_dec2=1499),
        lambda p: converted(p, converted_dec2=1499).tables.pop("converted"),
    ),
}  # fmt: skip
