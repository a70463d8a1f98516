"""Published staffing examples, replayed through the same code that plans offices.

The figures of the examples are read from a folder beside the project; where it is absent those tests say so,
and the invented examples below, of the same kinds, still run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from vitri.optimise.skill_mix import skill_mix
from vitri.policy import PlanningModel, load_model, load_policy
from vitri.policy.erlang import places_needed
from vitri.policy.planning_model import Policy
from vitri.policy.rows import Allowance
from vitri.policy.sections import Counter, Rounding, Spread, TimeFund
from vitri.policy.worktime import person_time, time_fund
from vitri.workload import Workload, compute
from vitri.workload.rounding import round_fte

from .frames import instance

EVERYBODY = ("I", "II", "III")


def rules(fund: TimeFund | None, *allowance: Allowance, rule: str = "up", **more: Any) -> PlanningModel:
    """Return a shipped model under a policy made of these tables."""
    policy = Policy(
        name="example",
        time_fund=fund,
        allowance=allowance,
        rounding=Rounding(rule=rule, level="office", cutoff=more.pop("cutoff", ())),
        **more,
    )
    return load_model("abk-75000").with_policy(policy)


def constant(minutes: int) -> TimeFund:
    """Return a time fund of so many minutes a year."""
    return TimeFund(method="constant_year", minutes_per_year=minutes)


def plan(model: PlanningModel, lines: list[dict[str, Any]], **tables: Any) -> Workload:
    """Compute lines of one office and one year; one product and a task group of class II are the defaults."""
    rows = [
        {"code": f"R{i:03d}", "office": "A", "task_name": "x", "task_group": "TH", "period": "2026", **line}
        for i, line in enumerate(lines)
    ]
    inst = instance(
        "2026-01", "2026-12", estimate=False, as_of="2026-01-01",
        **{"offices": [{"code": "A"}], "organisations": [{"code": "X"}],
           "task_groups": [{"code": "TH", "class": "II"}], "registrations": rows, **tables},
    )  # fmt: skip
    return compute(inst, model, time_fund(inst, model))


def whole(work: Workload) -> dict[str, Any]:
    """Return the row of everything in the needs."""
    return dict(work.needs[work.needs[["office", "pool", "task_group"]].isna().all(axis=1)].iloc[0])


def fte(work: Workload) -> float:
    """Return the full-time equivalents of everything."""
    return float(whole(work)["year_fte_dec4"]) / 10_000


def year(fund: TimeFund) -> dict[str, Any]:
    """Return days and minutes of one post in a year."""
    model = rules(fund)
    inst = instance("2026-01", "2026-12", as_of="2026-01-01", offices=[{"code": "A"}])
    total = time_fund(inst, model)
    days = total[["weekdays", "holidays"]].sum()
    off = total[["leave_days_dec2", "other_days_dec2"]].sum().sum() / 100
    return {
        "days": float(days["weekdays"] - days["holidays"] - off),
        "off": float(days["holidays"] + off),
        "minutes": int(total["minutes"].sum()),
    }


def awt(case: dict[str, Any], result: dict[str, Any]) -> None:
    """WHO available working time: weeks × days less leave, holidays, sickness and training."""
    fund = TimeFund(
        method="weeks", weeks=case["weeks"], days_per_week=case["days_per_week"],
        minutes_per_day=case["hours_per_day"] * 60, leave_days_per_year=case["annual_leave"],
        holidays_per_year=case["public_holidays"],
        other_absence_days_per_year=case["sick"] + case["training"],
    )  # fmt: skip
    found = year(fund)
    assert (found["off"], found["days"]) == (result["absence_days"], result["working_days"])
    assert found["minutes"] == result["awt_hours"] * 60


def service_workload(case: dict[str, Any], result: dict[str, Any]) -> None:
    """The minutes of services are volume times unit time."""
    lines = [{"quantity": volume, "unit_minutes": unit} for volume, unit in case["items"]]
    assert plan(rules(constant(75_000)), lines).minutes == result["total_min"]


def caf(case: dict[str, Any], result: dict[str, Any]) -> None:
    """The category allowance factor multiplies all work by 1 / (1 − Σ shares), not by 1 + Σ shares."""
    share = Allowance(name="s", share_pct=Decimal(str(case["cas_pct"])))
    work = plan(rules(constant(75_000), share), [{"quantity": 10**6, "unit_minutes": 1000}])
    assert work.minutes / 10**9 == pytest.approx(result["caf"], abs=1e-7)
    assert abs(result["caf"] - 1 - case["cas_pct"] / 100) > 0.01


def iaf(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Individual allowances are added, not multiplied."""
    lines = [{"work_item": "IA", "task_group": None, "quantity": 1}]
    items = [{"code": "IA", "task_group": "TH", "unit_minutes": case["ias_hours"] * 60,
              "counts_as": "individual_allowance"}]  # fmt: skip
    share = Allowance(name="s", share_pct=Decimal(20))
    work = plan(rules(constant(case["awt_hours"] * 60), share), lines, work_items=items)
    assert fte(work) == result["iaf"]


def required(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Required staff = services × category factor + individual allowance."""
    fund = constant(case["awt_hours"] * 60)
    share = Allowance(name="s", share_pct=Decimal(str(case["cas_pct"])))
    lines = [{"quantity": case["service_min"], "unit_minutes": 1}]
    items = []
    if case["ias_hours"]:
        lines.append({"work_item": "IA", "task_group": None, "quantity": 1})
        items = [{"code": "IA", "task_group": "TH", "unit_minutes": case["ias_hours"] * 60,
                  "counts_as": "individual_allowance"}]  # fmt: skip
    if "a" in result:
        assert fte(plan(rules(fund), lines[:1])) == pytest.approx(result["a"], abs=1e-4)
    work = plan(rules(fund, share), lines, work_items=items)
    assert fte(work) == pytest.approx(result["required"], abs=1e-4)


def required_days(case: dict[str, Any], result: dict[str, Any]) -> None:
    """The clinic: service time over available days, with a category allowance in days a year."""
    fund = TimeFund(
        method="weeks", weeks=case["weeks"], days_per_week=Decimal(str(case["clinic_days_per_week"])),
        minutes_per_day=case["hours_per_day"] * 60, leave_days_per_year=case["annual_leave"],
        holidays_per_year=case["public_holidays"], other_absence_days_per_year=case["sick"],
    )  # fmt: skip
    assert year(fund)["days"] == result["awt_days"]
    lines = [{"quantity": case["visits"], "unit_minutes": round(case["hours_per_visit"] * 60)}]
    plain = plan(rules(fund), lines)
    assert plain.minutes == result["workload_hours"] * 60
    assert plain.minutes == result["workload_days"] * case["hours_per_day"] * 60
    assert fte(plain) == pytest.approx(result["a"], abs=1e-4)
    days = case["category_days"] * case["hours_per_day"] * 60
    work = plan(rules(fund, Allowance(name="s", minutes=days, per="year")), lines)
    # every month is rounded to a whole minute
    assert work.minutes / plain.minutes == pytest.approx(result["caf"], abs=1e-5)
    assert 1 - plain.minutes / work.minutes == pytest.approx(result["cas"], abs=1e-5)
    assert fte(work) == pytest.approx(result["required"], abs=1e-4)


def wisn_ratio(case: dict[str, Any], result: dict[str, Any]) -> None:
    """WISN ratio = existing / required, difference = existing − required."""
    lines = [{"quantity": case["required"], "unit_minutes": 75_000}]
    posts = [{"office": "A", "position": "P", "incumbents": case["existing"]}]
    work = plan(rules(constant(75_000)), lines, current_posts=posts)
    found = whole(work)
    assert (found["wisn_ratio_dec3"], found["wisn_difference_dec4"]) == (
        round(result["ratio"] * 1000),
        result["difference"] * 10_000,
    )


def awt_abkkes(case: dict[str, Any], result: dict[str, Any]) -> None:
    """ABK-Kes: days less absence, times the effective hours of a day."""
    days = case["days_per_week"]
    fund = TimeFund(
        method="weeks", weeks=case["days"] // days, days_per_week=days,
        minutes_per_day=Decimal(str(case["weekly_hours"])) * 60 / days,
        useful_time_pct=Decimal(str(case["effective_share"])) * 100, leave_days_per_year=case["leave"],
        holidays_per_year=case["holidays"],
        other_absence_days_per_year=case["training"] + case["absence"],
    )  # fmt: skip
    found = year(fund)
    assert found["days"] == result["working_days"]
    assert found["minutes"] == result["awt_hours"] * 60
    daily = fund.minutes_per_day * fund.useful_time_pct / 100
    assert float(daily) / 60 == result["hours_per_day"]
    assert float(daily) / 60 * days == result["effective_weekly_hours"]


def abkkes(case: dict[str, Any], result: dict[str, Any]) -> None:
    """ABK-Kes: main tasks, support tasks as a factor on all, rounded to whole posts."""
    model = load_model("abk-75000").with_policy(load_policy("abk-kes"))
    assert model.time_fund.minutes_per_year == case["awt_min"]
    assert [row.minutes for row in model.allowance] == case["support_min_per_year"]
    lines = [
        {"quantity": row["volume"], "unit_minutes": row["norm_min"], "task_group": f"G{i}"}
        for i, row in enumerate(case["main"])
    ]
    groups = [{"code": f"G{i}", "class": "II"} for i in range(len(lines))]
    assert [case["awt_min"] / row["norm_min"] for row in case["main"]] == result["sbk"]
    plain = plan(rules(constant(case["awt_min"])), lines, task_groups=groups)
    cells = plain.needs[plain.needs["task_group"].notna()]["year_fte_dec4"] / 10_000
    assert list(cells) == pytest.approx(result["jkt_items"], abs=1e-4)
    assert fte(plain) == pytest.approx(result["jkt"], abs=1e-4)
    one = [{**line, "task_group": "G0"} for line in lines]
    work = plan(model, one, task_groups=groups)
    assert work.minutes / plain.minutes == pytest.approx(result["stp"], abs=1e-5)
    assert 100 * (1 - plain.minutes / work.minutes) == pytest.approx(result["ftp_pct"], abs=1e-3)
    assert fte(work) == pytest.approx(result["required"], abs=1e-4)
    assert whole(work)["posts"] == result["rounded"]


def abk_position(case: dict[str, Any], result: dict[str, Any]) -> None:
    """A position's need is the sum of its rows over the year's minutes, rounded up."""
    rows = case.get("rows") or [[1, case["total_min"]]]
    lines = [{"quantity": volume, "unit_minutes": unit} for volume, unit in rows]
    work = plan(rules(constant(case["awt_min"])), lines)
    if "row_need" in result:
        by_line = work.lines.drop_duplicates("registration")["line_minutes"] / case["awt_min"]
        assert list(by_line) == pytest.approx(result["row_need"], abs=1e-4)
    assert fte(work) == pytest.approx(result["required"], abs=1e-4)
    assert whole(work)["posts"] == result.get("ceil", result.get("rounded"))
    if "half_up" in result:
        nearest = plan(rules(constant(case["awt_min"]), rule="half_up"), lines)
        assert whole(nearest)["posts"] == result["half_up"]


def ratio(volume: int, per: Fraction) -> float:
    """Return the FTE of work counted by posts per unit."""
    posts = Decimal(per.numerator) / per.denominator
    items = [{"code": "I", "task_group": "TH", "method": "ratio", "posts_per_unit": posts}]
    lines = [{"work_item": "I", "task_group": None, "quantity": volume}]
    return fte(plan(rules(constant(75_000)), lines, work_items=items))


def abk_output(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Output and object approach: volume over what one person does."""
    assert ratio(case["volume"], Fraction(1, case["standard"])) == result["required"]


def abk_tools(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Tool approach: so many tools to a person."""
    found = {role: ratio(case["tools"], Fraction(1, per)) for role, per in case["per_person"].items()}
    assert found == result


def abk_tools_crew(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Tool approach: a crew for each tool."""
    found = {role: ratio(case["tools"], Fraction(people)) for role, people in case["crew"].items()}
    assert found == result


def abk_corpus(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Of a corpus only sums were printed: what follows from the sum alone agrees with them."""
    total = Fraction(str(result["sum_fte"]))
    assert round_fte(total, "up") == result["pooled_all_ceil"]
    assert result["ceil"] - result["floor"] <= case["positions"]
    assert result["floor"] < total < result["half_up"] < result["ceil"] < result["ceil_at_72000"]
    assert result["pooled_all_ceil"] <= result["pooled_by_title_ceil"] <= result["ceil"]
    assert result["ceil_at_72000"] >= ceil(total * case["awt_min"] / 72_000)


def plain_fte(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Paid hours over full-time hours: people by their share of full time."""
    people = [
        {"code": f"CB{i}{n}", "office": "A", "fte_pct": 100 * hours / case["full_time"]}
        for i, (count, hours) in enumerate(case["groups"])
        for n in range(count)
    ]
    assert len(people) == result["headcount"]
    model = load_model("abk-75000").with_policy(load_policy("fte-2080"))
    inst = instance("2026-01", "2026-12", offices=[{"code": "A"}], officials=people, as_of="2026-01-01")
    time = person_time(inst, model)["minutes"].sum() / time_fund(inst, model)["minutes"].sum()
    assert time == pytest.approx(result["fte"], abs=1e-9)
    assert time * case["full_time"] == pytest.approx(result["hours"], abs=1e-6)


def weighted_hours(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Acuity weights are coefficients of the line."""
    lines = [
        {"quantity": count, "unit_minutes": case["base_hours"] * 60, "coefficient": weight}
        for count, weight in case["items"]
    ]
    assert plan(rules(constant(75_000)), lines).minutes == result["hours"] * 60


def panel(case: dict[str, Any], result: dict[str, Any]) -> None:
    """The panel that one capacity serves is the volume whose need is one post, and no larger one."""
    model = rules(constant(case["capacity"]))
    line = {"unit_minutes": case["rate"], "coefficient": case["continuity"]}
    assert fte(plan(model, [{**line, "quantity": result["panel"]}])) == 1.0
    assert fte(plan(model, [{**line, "quantity": result["panel"] + 2}])) > 1.0


def steady_state(case: dict[str, Any], result: dict[str, Any]) -> None:
    """A stock is inflow × time of stay (Little's law): the same formula, with the stay as unit time."""
    stay = round(1 / case["outflow_rate"])
    line = {"quantity": case["inflow"], "unit_minutes": 1000 * stay}
    assert fte(plan(rules(constant(1000)), [line])) == result["stock"]


def erlang_c(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Erlang C: the fewest places, and a year of a counter with such an arrival in each interval."""
    share = Fraction(str(case["shrinkage"]))
    found = places_needed(
        arrivals=Fraction(case["transactions"]), interval_minutes=Fraction(case["interval_min"]),
        service_minutes=Fraction(case["aht_min"]), target_minutes=Fraction(str(case["asa_min"])),
        target_share=Fraction(str(case["service_level"])),
        most_occupancy=Fraction(str(case["max_occupancy"])), shrinkage=share,
    )  # fmt: skip
    assert (found.places, found.people) == (result["raw_positions"], result["positions"])
    assert found.waiting == pytest.approx(result["waiting_probability"], abs=1e-3)
    assert found.served_in_time == pytest.approx(result["service_level"], abs=1e-3)
    assert found.occupancy == pytest.approx(result["occupancy"], abs=1e-3)
    counter = Counter(
        open_minutes_per_day=480, interval_minutes=case["interval_min"],
        target_answer_seconds=round(case["asa_min"] * 60),
        target_pct=Decimal(str(case["service_level"])) * 100,
        max_occupancy_pct=Decimal(str(case["max_occupancy"])) * 100,
        shrinkage_pct=Decimal(str(case["shrinkage"])) * 100,
    )  # fmt: skip
    days, intervals = 261, 480 // case["interval_min"]
    items = [{"code": "Q", "task_group": "TH", "method": "counter", "unit_minutes": case["aht_min"]}]
    lines = [{"work_item": "Q", "task_group": None, "quantity": case["transactions"] * intervals * days}]
    daily = Spread(default="workdays")
    work = plan(rules(constant(75_000), counter=counter, spread=daily), lines, work_items=items)
    exact = result["raw_positions"] * 480 * days / (1 - share)
    assert abs(work.minutes - exact) <= 12
    assert fte(work) == pytest.approx(float(exact) / 75_000, abs=1e-3)


def cheapest_mix(case: dict[str, Any], result: dict[str, Any]) -> None:
    """Skill mix: flexible people cover several skills at once."""
    found = skill_mix(
        case["required"],
        {name: (frozenset(skills), Decimal(str(cost))) for name, skills, cost in case["profiles"]},
    )
    assert found is not None
    assert (float(found.cost), sum(found.people.values())) == (result["cost"], result["total"])
    assert all(found.people[name] == result[name] for name, *_ in case["profiles"])


def wisn_round(case: dict[str, Any], result: dict[str, Any]) -> None:
    """The rounding table of the WISN manual of 2010, which nobody here has verified."""
    for value, posts in zip(case["values"], result["rounded"], strict=True):
        minutes = round(value * 10_000)
        work = plan(rules(constant(10_000), rule="wisn"), [{"quantity": minutes, "unit_minutes": 1}])
        assert whole(work)["posts"] == posts == round_fte(Fraction(str(value)), "wisn")


KINDS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "awt": awt,
    "service_workload": service_workload,
    "caf": caf,
    "iaf": iaf,
    "required": required,
    "required_days": required_days,
    "wisn_ratio": wisn_ratio,
    "awt_abkkes": awt_abkkes,
    "abkkes": abkkes,
    "abk_position": abk_position,
    "abk_output": abk_output,
    "abk_tools": abk_tools,
    "abk_tools_crew": abk_tools_crew,
    "abk_corpus": abk_corpus,
    "fte": plain_fte,
    "weighted_hours": weighted_hours,
    "panel": panel,
    "steady_state": steady_state,
    "erlang_c": erlang_c,
    "skill_mix": cheapest_mix,
    "wisn_round": wisn_round,
}
FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "worked_examples.json"
PUBLISHED: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["examples"] if FILE.is_file() else []


@pytest.mark.parametrize("case", PUBLISHED, ids=[case["id"] for case in PUBLISHED])
def test_published_example(case: dict[str, Any]) -> None:
    """A published example comes out as printed, or as its inputs say where the print has a slip."""
    KINDS[case["kind"]](case["in"], case["out"])


def test_all_published_examples_are_replayed() -> None:
    """All 33 published examples are of a kind that is replayed; the rounding one stays unverified."""
    if not PUBLISHED:
        pytest.skip(f"the folder of worked examples is absent: {FILE.parent.name}")
    assert len(PUBLISHED) == 33
    assert {case["kind"] for case in PUBLISHED} <= set(KINDS)
    rounding = next(case for case in PUBLISHED if case["kind"] == "wisn_round")
    assert rounding["status"].startswith("M")
    assert load_policy("lam-tron-wisn").rounding.status == "assumption"  # type: ignore[union-attr]


INVENTED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "awt",
        {"weeks": 52, "days_per_week": 5, "annual_leave": 12, "public_holidays": 12, "sick": 4, "training": 3,
         "hours_per_day": 8},
        {"absence_days": 31, "working_days": 229, "awt_hours": 1832},
    ),
    ("service_workload", {"items": [[300, 12], [50, 90]]}, {"total_min": 8100}),
    ("caf", {"cas_pct": 20}, {"caf": 1.25}),
    ("iaf", {"ias_hours": 300, "awt_hours": 1200}, {"iaf": 0.25}),
    ("required", {"service_min": 90_000, "awt_hours": 1500, "cas_pct": 10, "ias_hours": 750},
     {"a": 1.0, "required": 1.6111}),
    ("wisn_ratio", {"existing": 9, "required": 12}, {"ratio": 0.75, "difference": -3}),
    ("abk_position", {"rows": [[12, 1000], [5, 13_000]], "awt_min": 75_000},
     {"row_need": [0.16, 0.8667], "required": 1.0267, "ceil": 2, "half_up": 1}),
    ("abk_output", {"volume": 240, "standard": 40}, {"required": 6}),
    ("fte", {"groups": [[2, 40], [2, 10]], "full_time": 40}, {"headcount": 4, "hours": 100, "fte": 2.5}),
    ("weighted_hours", {"base_hours": 2, "items": [[4, 1.5]]}, {"hours": 12}),
    ("panel", {"capacity": 1000, "rate": 2.5, "continuity": 0.8}, {"panel": 500}),
    ("steady_state", {"inflow": 30, "outflow_rate": 0.1}, {"stock": 300}),
    ("erlang_c",
     {"transactions": 20, "interval_min": 30, "aht_min": 6, "asa_min": 1, "service_level": 0.8,
      "max_occupancy": 0.9, "shrinkage": 0.2},
     {"raw_positions": 7, "positions": 9, "service_level": 0.918, "occupancy": 0.571,
      "waiting_probability": 0.135}),
    ("skill_mix",
     {"required": {"A": 2, "B": 1},
      "profiles": [["both", ["A", "B"], 1.6], ["a", ["A"], 1.0], ["b", ["B"], 1.0]]},
     {"cost": 2.6, "total": 2, "both": 1, "a": 1, "b": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "case", "result"), INVENTED, ids=[kind for kind, *_ in INVENTED])
def test_invented_example(kind: str, case: dict[str, Any], result: dict[str, Any]) -> None:
    """An invented example of the same kind comes out as worked by hand."""
    KINDS[kind](case, result)


def test_a_quarter_more_volume_and_time_is_half_as_much_again() -> None:
    """25 % more volume and 25 % more unit time together are 56.25 % more staff."""
    before = fte(plan(rules(constant(10_000)), [{"quantity": 400, "unit_minutes": 100}]))
    after = fte(plan(rules(constant(10_000)), [{"quantity": 500, "unit_minutes": 125}]))
    assert (before, after) == (4.0, 6.25)


def test_support_is_counted_anew_for_each_class_of_posts() -> None:
    """Allowances of one class never pile up on another: each class has the factor of its own shares."""
    shares = [Allowance(name="a", share_pct=Decimal(20), classes=("II",)),
              Allowance(name="b", share_pct=Decimal(50), classes=("III",))]  # fmt: skip
    groups = [{"code": "TH", "class": "II"}, {"code": "LX", "class": "III"}, {"code": "LD", "class": "I"}]
    lines = [{"quantity": 1, "unit_minutes": 12_000, "task_group": row["code"]} for row in groups]
    work = plan(rules(constant(75_000), *shares), lines, task_groups=groups)
    assert dict(work.cells.groupby("task_group")["minutes"].sum()) == {
        "TH": 15_000,
        "LX": 24_000,
        "LD": 12_000,
    }


@pytest.mark.parametrize(
    ("minutes", "per", "expected"),
    [(120, "day", 0.25), (600, "month", 7200 / 120_000), (60, "week", 60 / 2400)],
)
def test_support_in_minutes_of_a_day_week_month(minutes: int, per: str, expected: float) -> None:
    """Two hours of an eight-hour day are 25 % whatever the year; ten hours a month are 120 over the year."""
    fund = TimeFund(method="weeks", weeks=50, days_per_week=5, minutes_per_day=480)
    plain = plan(rules(fund), [{"quantity": 10**6, "unit_minutes": 100}])
    work = plan(
        rules(fund, Allowance(name="s", minutes=minutes, per=per)), [{"quantity": 10**6, "unit_minutes": 100}]
    )
    assert 1 - plain.minutes / work.minutes == pytest.approx(expected, abs=1e-6)
