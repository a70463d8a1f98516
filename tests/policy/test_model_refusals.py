"""Every refusal of a planning model: the wrong is refused with its key path, the right beside it passes."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from vitri.errors import Finding, ModelError
from vitri.policy import load_model

Raw = dict[str, Any]
Spoil = Callable[[Raw], object]


def refuse(raw: Raw) -> list[Finding]:
    """Load a local model that must be refused; return its findings."""
    with pytest.raises(ModelError) as caught:
        load_model("model.toml", raw)
    return list(caught.value.findings)


def put(*path: str | int, value: Any) -> Spoil:
    """Make a change: set one value deep in the document."""

    def change(raw: Raw) -> None:
        place: Any = raw
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def add(table: str, **row: Any) -> Spoil:
    """Make a change: one more row of a [[table]]."""
    return lambda raw: raw.setdefault(table, []).append(row)


def several(*changes: Spoil) -> Spoil:
    """Make several changes."""

    def change(raw: Raw) -> None:
        for one in changes:
            one(raw)

    return change


SHARES = [Decimal(8)] * 11
ROW = {"name": "họp", "classes": ["II"]}
CASES: list[tuple[str, str, str, Spoil, Spoil]] = [
    # what, code, column, spoilt, sound
    (
        "misspelt table",
        "unknown_key",
        "time_funds",
        put("time_funds", value={}),
        put("time_fund", "note", value="x"),
    ),
    (
        "misspelt key",
        "unknown_key",
        "time_fund.minutes_per_days",
        put("time_fund", "minutes_per_days", value=480),
        put("time_fund", "minutes_per_day", value=450),
    ),
    (
        "misspelt key in a row",
        "unknown_key",
        "rank[1].colum",
        put("rank", 0, "colum", value="CV"),
        put("rank", 0, "column", value="CV"),
    ),
    (
        "basis of a key that does not exist",
        "unknown_key",
        "overtime.basis[1].keys",
        put("overtime", "basis", value=[{"keys": ["max_hours"]}]),
        put("overtime", "basis", value=[{"keys": ["max_hours_year"]}]),
    ),
    (
        "missing key",
        "missing_key",
        "rank[13].name",
        add("rank", code="01.009", classes=["II"]),
        add("rank", code="01.009", name="Thử", classes=["II"]),
    ),
    (
        "missing table",
        "missing_key",
        "service",
        lambda raw: raw.pop("service"),
        lambda raw: raw.pop("counter", None),
    ),
    ("no level", "missing_key", "level", lambda raw: raw.pop("level"), lambda raw: raw.pop("sessions")),
    (
        "minutes out of range",
        "bad_value",
        "time_fund.minutes_per_day",
        put("time_fund", "minutes_per_day", value=721),
        put("time_fund", "minutes_per_day", value=60),
    ),
    (
        "useful time too low",
        "bad_value",
        "time_fund.useful_time_pct",
        put("time_fund", "useful_time_pct", value=Decimal("39.99")),
        put("time_fund", "useful_time_pct", value=40),
    ),
    (
        "negative leave",
        "bad_value",
        "time_fund.leave_days_per_year",
        put("time_fund", "leave_days_per_year", value=-1),
        put("time_fund", "leave_days_per_year", value=0),
    ),
    (
        "negative absence",
        "bad_value",
        "time_fund.other_absence_days_per_year",
        put("time_fund", "other_absence_days_per_year", value=Decimal("-0.5")),
        put("time_fund", "other_absence_days_per_year", value=Decimal("0.5")),
    ),
    (
        "a deduction above 100",
        "bad_value",
        "conversion.error_deduction_pct",
        put("conversion", value={"k": {"N1": 1}, "error_deduction_pct": 101}),
        put("conversion", value={"k": {"N1": 1}, "error_deduction_pct": 100}),
    ),
    (
        "a session without time",
        "session_order",
        "sessions.morning.end",
        put("sessions", "morning", value={"start": "07:30", "end": "07:30"}),
        put("sessions", "morning", value={"start": "07:30", "end": "07:31"}),
    ),
    (
        "half-days that overlap",
        "session_order",
        "sessions.afternoon.start",
        put("sessions", "afternoon", value={"start": "11:29", "end": "17:30"}),
        put("sessions", "afternoon", value={"start": "11:30", "end": "17:30"}),
    ),
    (
        "share above 100",
        "bad_value",
        "leadership.free_pct",
        put("leadership", "free_pct", value=101),
        put("leadership", "free_pct", value=100),
    ),
    (
        "share below 0",
        "bad_value",
        "service.unmet_pct.2",
        put("service", "unmet_pct", value={"1": 0, "2": -1}),
        put("service", "unmet_pct", value={"1": 0, "2": 1}),
    ),
    (
        "priority that does not exist",
        "bad_value",
        "service.unmet_pct.4",
        put("service", "unmet_pct", value={"4": 0}),
        put("service", "unmet_pct", value={"3": 0}),
    ),
    (
        "three decimals in a share",
        "bad_value",
        "leadership.free_pct",
        put("leadership", "free_pct", value=Decimal("12.345")),
        put("leadership", "free_pct", value=Decimal("12.34")),
    ),
    (
        "number in quotes",
        "bad_value",
        "time_fund.minutes_per_day",
        put("time_fund", "minutes_per_day", value="480"),
        put("time_fund", "minutes_per_day", value=480.0),
    ),
    (
        "text without quotes",
        "bad_value",
        "rank[1].code",
        put("rank", 0, "code", value=Decimal("1.001")),
        put("rank", 0, "code", value="01.001"),
    ),
    (
        "yes instead of true",
        "bad_value",
        "staffing.backup",
        put("staffing", "backup", value="yes"),
        put("staffing", "backup", value=False),
    ),
    (
        "date as text",
        "bad_value",
        "quota.date",
        put("quota", "date", value="2021-06-01"),
        put("quota", "date", value=dt.datetime(2021, 6, 1)),
    ),
    (
        "unknown choice",
        "bad_value",
        "rounding.rule",
        put("rounding", "rule", value="ups"),
        put("rounding", "rule", value="half_up"),
    ),
    (
        "unknown measure",
        "bad_value",
        "level[1].measure",
        put("level", 0, "measure", value="unmet_minute"),
        put("level", 0, "measure", value="salary"),
    ),
    (
        "priorities that do not exist",
        "bad_value",
        "level[1].priority[1]",
        put("level", 0, "priority", value=[4]),
        put("level", 0, "priority", value=[3]),
    ),
    (
        "time of day",
        "bad_value",
        "sessions.morning.start",
        put("sessions", "morning", "start", value="7h30"),
        put("sessions", "morning", "start", value="08:00"),
    ),
    (
        "too few shares",
        "bad_value",
        "profile[1].shares",
        add("profile", code="MUA", shares=SHARES),
        add("profile", code="MUA", shares=[*SHARES, 12]),
    ),
    ("rows expected", "bad_value", "level", put("level", value=3), put("note_x", value=None)),
    ("table expected", "bad_value", "quota", put("quota", value=3), put("quota", value={})),
    (
        "allowances of 100 %",
        "allowance_sum",
        "allowance.share_pct",
        several(add("allowance", **ROW, share_pct=60), add("allowance", **ROW, share_pct=40)),
        several(add("allowance", **ROW, share_pct=60), add("allowance", **ROW, share_pct=Decimal("39.99"))),
    ),
    (
        "allowance of both kinds",
        "allowance_shape",
        "allowance[1]",
        add("allowance", **ROW, share_pct=5, minutes=60, per="week"),
        add("allowance", **ROW, minutes=60, per="week"),
    ),
    (
        "allowance without period",
        "allowance_shape",
        "allowance[1]",
        add("allowance", **ROW, minutes=60),
        add("allowance", **ROW, share_pct=5),
    ),
    (
        "two levels of one order",
        "duplicate_order",
        "level.order",
        put("level", 1, "order", value=1),
        put("level", 1, "order", value=11),
    ),
    (
        "a code twice",
        "duplicate_code",
        "duty.code",
        add("duty", code="seal", name="Dấu"),
        add("duty", code="driver", name="Lái xe"),
    ),
    (
        "undefined duty",
        "unknown_reference",
        "forbidden_pair[9].b",
        add("forbidden_pair", a="seal", b="cashiers"),
        add("forbidden_pair", a="seal", b="cashier"),
    ),
    (
        "undefined competency",
        "unknown_reference",
        "compatible[25].b",
        add("compatible", a="KT", b="XX"),
        add("compatible", a="KT", b="PL"),
    ),
    (
        "undefined rank",
        "unknown_reference",
        "ratio_cap[2].count.rank",
        add("ratio_cap", name="r", count={"rank": "01.02"}, max_pct=50),
        add("ratio_cap", name="r", count={"rank": "01.002"}, of={"leader_role": "deputy"}, max_pct=50),
    ),
    (
        "undefined profile",
        "unknown_reference",
        "spread.default",
        put("spread", "default", value="workday"),
        put("spread", "default", value="equal"),
    ),
    (
        "undefined leave profile",
        "unknown_reference",
        "time_fund.leave_spread",
        put("time_fund", "leave_spread", value="MUA"),
        several(
            put("time_fund", "leave_spread", value="MUA"), add("profile", code="MUA", shares=[*SHARES, 12])
        ),
    ),
    (
        "undefined rank column",
        "unknown_reference",
        "report.rank_columns[1]",
        put("report", "rank_columns", value=["CVX"]),
        put("report", "rank_columns", value=["CV"]),
    ),
    (
        "a duty against itself",
        "self_pair",
        "forbidden_pair[9].b",
        add("forbidden_pair", a="seal", b="seal"),
        add("forbidden_pair", a="seal", b="storekeeper"),
    ),
    (
        "cap below floor",
        "cap_below_floor",
        "size_rule[1].cap",
        add("size_rule", floor=8, cap=7),
        add("size_rule", floor=8, cap=8),
    ),
    (
        "budget named twice",
        "duplicate_name",
        "salary_budget.name",
        several(*[add("salary_budget", name="q", coefficients=5)] * 2),
        several(*(add("salary_budget", name=name, coefficients=5) for name in "qr")),
    ),
    (
        "budget over a rank without coefficient",
        "rank_without_coefficient",
        "rank[1].salary_coefficient",
        several(
            add("salary_budget", name="q", coefficients=5),
            lambda raw: raw["rank"][0].pop("salary_coefficient"),
        ),
        add("salary_budget", name="q", coefficients=5),
    ),
    (
        "law without a date",
        "undated_law",
        "quota.date",
        several(put("quota", "status", value="law"), put("quota", "source", value="Luật")),
        several(
            put("quota", "status", value="law"),
            put("quota", "source", value="Luật"),
            put("quota", "date", value=dt.date(2020, 1, 1)),
        ),
    ),
    (
        "law without a source",
        "undated_law",
        "quota.source",
        several(put("quota", "status", value="law"), put("quota", "date", value=dt.date(2020, 1, 1))),
        put("quota", "status", value="policy"),
    ),
    (
        "some keys by an undated law",
        "undated_law",
        "quota.basis[1].source",
        put("quota", "basis", value=[{"keys": ["if_unassigned"], "status": "law"}]),
        put("quota", "basis", value=[{"keys": ["if_unassigned"], "status": "policy"}]),
    ),
    (
        "ends before it begins",
        "date_order",
        "quota.valid_to",
        several(
            put("quota", "valid_from", value=dt.date(2021, 2, 1)),
            put("quota", "valid_to", value=dt.date(2021, 1, 31)),
        ),
        several(
            put("quota", "valid_from", value=dt.date(2021, 2, 1)),
            put("quota", "valid_to", value=dt.date(2021, 2, 1)),
        ),
    ),
    (
        "shares of a profile",
        "shares_not_100",
        "profile[1].shares",
        add("profile", code="MUA", shares=[*SHARES, 11]),
        add("profile", code="MUA", shares=[*SHARES, 12]),
    ),
    (
        "no time left",
        "time_fund_not_positive",
        "time_fund",
        several(
            put("time_fund", "leave_days_per_year", value=60),
            put("time_fund", "other_absence_days_per_year", value=201),
        ),
        several(
            put("time_fund", "leave_days_per_year", value=60),
            put("time_fund", "other_absence_days_per_year", value=100),
        ),
    ),
    (
        "a constant year without minutes",
        "missing_key",
        "time_fund.minutes_per_year",
        put("time_fund", "method", value="constant_year"),
        several(
            put("time_fund", "method", value="constant_year"),
            put("time_fund", "minutes_per_year", value=75_000),
        ),
    ),
    (
        "weeks without days",
        "missing_key",
        "time_fund.days_per_week",
        several(put("time_fund", "method", value="weeks"), put("time_fund", "weeks", value=52)),
        several(
            put("time_fund", "method", value="weeks"),
            put("time_fund", "weeks", value=52),
            put("time_fund", "days_per_week", value=5),
        ),
    ),
    (
        "overtime above the year's cap",
        "overtime_over_year",
        "overtime.max_share_pct",
        put("overtime", "max_share_pct", value=12),
        put("overtime", "max_share_pct", value=11),
    ),
    (
        "no cut-off table",
        "bad_cutoff",
        "rounding.cutoff",
        put("rounding", "rule", value="cutoff"),
        several(
            put("rounding", "rule", value="cutoff"),
            put("rounding", "cutoff", value=[[Decimal("1.077"), 1], [Decimal("2.154"), 2]]),
        ),
    ),
    ("a newer format", "bad_schema", "schema", put("schema", value=2), put("schema", value=1)),
    ("a bad name", "bad_value", "name", put("name", value="Mô hình"), put("name", value="mo-hinh")),
    (
        "a calendar file that is not there",
        "missing_file",
        "time_fund.overrides",
        put("time_fund", "overrides", value="calendar_xx.csv"),
        put("time_fund", "overrides", value=""),
    ),
    (
        "unknown base",
        "unknown_model",
        "extends",
        put("extends", value="mttq-xa"),
        put("extends", value="mttq-xa-2025"),
    ),
    (
        "extends itself",
        "circular_extends",
        "extends",
        put("extends", value="rieng"),
        put("extends", value=""),
    ),
    (
        "a shipped name",
        "shipped_name",
        "name",
        put("name", value="abk-75000"),
        put("name", value="abk-75001"),
    ),
]


@pytest.mark.parametrize(
    ("code", "column", "spoil", "sound"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_refused_with_its_key_path_and_passed_when_mended(
    raw: Raw, code: str, column: str, spoil: Spoil, sound: Spoil
) -> None:
    """The spoilt document has exactly this finding, in both languages; the mended one loads."""
    spoilt = copy.deepcopy(raw)
    spoil(spoilt)
    findings = refuse(spoilt)
    assert [(row.code, row.column) for row in findings] == [(code, column)]
    assert findings[0].table == "model.toml"
    for lang in ("vi", "en"):
        shown = findings[0].render(lang)
        assert shown["message"]
        assert shown["advice"]
    sound(raw)
    raw.pop("note_x", None)
    assert load_model("model.toml", raw).file == "model.toml"


def test_all_refusals_come_at_once(raw: Raw) -> None:
    """Faults in different tables, of keys and between keys, are one list."""
    raw["time_fund"]["minutes_per_day"] = 5
    raw["levels"] = []
    raw["level"][1]["order"] = 1
    raw["forbidden_pair"].append({"a": "seal", "b": "seal"})
    assert [row.code for row in refuse(raw)] == ["bad_value", "unknown_key", "duplicate_order", "self_pair"]


def test_a_misspelt_key_names_the_nearest_and_all_valid_ones(raw: Raw) -> None:
    """The planner sees what was written, what is meant and what is allowed."""
    raw["time_fund"]["leave_days_per_years"] = raw["time_fund"].pop("leave_days_per_year")
    (row,) = refuse(raw)
    shown = row.render("vi")
    assert shown["value"] == "leave_days_per_years"
    assert shown["message"] == 'Không có khoá "leave_days_per_years" ở đây. Có phải "leave_days_per_year"?'
    assert "minutes_per_day" in shown["allowed"]


def test_a_range_is_named_from_the_declaration(raw: Raw) -> None:
    """A number out of range shows both ends, a wrong choice all choices and the nearest."""
    raw["time_fund"]["minutes_per_day"] = 30
    raw["service"]["at"] = "months"
    number, choice = (row.render("en") for row in refuse(raw))
    assert number["allowed"] == "a number from 60 to 720"
    assert (number["value"], number["row_key"]) == ("30", "")
    assert choice["allowed"] == "one of month, quarter, year"
    assert choice["advice"] == 'Did you mean "month"?'


def test_a_row_is_named_by_its_code(raw: Raw) -> None:
    """A fault in a row carries the row's code or name beside the key path."""
    raw["competency"][2]["training_days_per_level"] = -1
    (row,) = refuse(raw)
    assert (row.row_key, row.column) == ("KT", "competency[3].training_days_per_level")
