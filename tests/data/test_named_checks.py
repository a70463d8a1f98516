"""Every named check of a table fires on its error and keeps quiet on the sound example."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from vitri.data.findings import CHECKS

Spoil = Callable[[Any], Any]


def case(code: str, table: str, key: str, column: str, value: str, spoil: Spoil, name: str = "") -> Any:
    """Return one case: what is spoilt, and where and with what value the finding must stand."""
    return pytest.param(code, table, key, column, value, spoil, id=name or code)


def _hours(t: Any) -> None:
    for row in t.tables["work_items"]:
        row["unit_minutes"] = str(float(row["unit_minutes"]) / 60)


def _events(t: Any, **second: str) -> None:
    common = {"office": "SM", "title": "Họp", "date": "2021-06-28", "chair": "CB01"}
    t.add("events", **{"code": "H01", "session": "morning", **common})
    t.add("events", **{"code": "H02", "session": "morning", **common, **second})


def _areas(t: Any, parent: str, *children: str) -> None:
    t.add("areas", code="BK", name="Tỉnh mẫu", parent="")
    t.put("offices", 0, area="BK")
    t.add("offices", code="SN", name="Văn phòng Suối Nắng", area="BK")
    for unit, posts in (("BK", parent), *zip(("SM", "SN"), children, strict=True)):
        t.add("quotas", unit=unit, status="allocated", posts=posts)


def _lines(t: Any, *rows: dict[str, str]) -> None:
    for number, row in enumerate(rows):
        t.add("registrations", **{"code": f"Z{number}", "office": "SM", "period": "2021-06", **row})


ERRORS = [
    case("missing_table", "registrations", "", "", "", lambda t: t.tables.pop("registrations")),
    case("empty_table", "offices", "", "", "0", lambda t: t.tables["offices"].clear()),
    case(
        "missing_column",
        "registrations",
        "",
        "period",
        "",
        lambda t: [row.pop("period") for row in t.tables["registrations"]],
    ),
    case(
        "unknown_column",
        "registrations",
        "",
        "so_luong_dk",
        "so_luong_dk",
        lambda t: t.line("R01", so_luong_dk="4"),
    ),
    case("missing_value", "registrations", "R05", "quantity", "", lambda t: t.line("R05", quantity="")),
    case("duplicate_key", "work_items", "TH1", "code", "TH1", lambda t: t.put("work_items", 7, code="TH1")),
    case(
        "case_clash",
        "organisations",
        "Hnd",
        "code",
        "Hnd",
        lambda t: t.add("organisations", code="Hnd", name="Hội khác"),
    ),
    case(
        "unknown_code",
        "registrations",
        "R03",
        "organisation",
        "HNĐ",
        lambda t: t.line("R03", organisation="HNĐ"),
    ),
    case(
        "bad_code",
        "task_groups",
        "Kế toán",
        "code",
        "Kế toán",
        lambda t: t.put("task_groups", 3, code="Kế toán"),
    ),
    case(
        "rank_lost_zero", "officials", "CB04", "rank", "1.003", lambda t: t.put("officials", 3, rank="1.003")
    ),
    case(
        "text_in_number",
        "registrations",
        "R07",
        "quantity",
        "12 cuộc",
        lambda t: t.line("R07", quantity="12 cuộc"),
    ),
    case(
        "decimal_comma",
        "work_items",
        "TQ1",
        "unit_minutes",
        "1,5",
        lambda t: t.put("work_items", 7, unit_minutes="1,5"),
    ),
    case(
        "grouped_number",
        "registrations",
        "R06",
        "quantity",
        "1.250.000",
        lambda t: t.line("R06", quantity="1.250.000"),
    ),
    case(
        "too_many_decimals",
        "registrations",
        "R06",
        "quantity",
        "2.505",
        lambda t: t.line("R06", quantity="2.505"),
    ),
    case("negative", "registrations", "R09", "quantity", "-4", lambda t: t.line("R09", quantity="-4")),
    case(
        "out_of_range", "registrations", "R09", "coefficient", "7", lambda t: t.line("R09", coefficient="7")
    ),
    case("not_whole", "registrations", "R09", "priority", "1.5", lambda t: t.line("R09", priority="1.5")),
    case(
        "fractional_posts",
        "quotas",
        "SM,,,,allocated",
        "posts",
        "9.5",
        lambda t: t.add("quotas", unit="SM", status="allocated", posts="9.5"),
    ),
    case("bad_choice", "registrations", "R09", "kind", "oder", lambda t: t.line("R09", kind="oder")),
    case(
        "bad_date",
        "absences",
        "3",
        "from_date",
        "31/06/2021",
        lambda t: t.add(
            "absences", official="CB04", from_date="31/06/2021", to_date="2021-07-02", kind="sick"
        ),
    ),
    case(
        "bad_month",
        "submissions",
        "2",
        "month",
        "6/2021",
        lambda t: t.add("submissions", office="SM", organisation="HND", month="6/2021", state="complete"),
    ),
    case(
        "bad_period", "registrations", "R02", "period", "06/2021", lambda t: t.line("R02", period="06/2021")
    ),
    case(
        "bad_time",
        "events",
        "H02",
        "start_time",
        "7h30",
        lambda t: _events(t, date="2021-06-29", start_time="7h30"),
    ),
    case("bad_character", "registrations", "R02", "note", "a\x07b", lambda t: t.line("R02", note="a\x07b")),
    case("too_long", "registrations", "R02", "note", "a" * 80, lambda t: t.line("R02", note="a" * 32_768)),
    case(
        "two_units",
        "registrations",
        "R12",
        "unit_minutes",
        "3600",
        lambda t: t.line("R12", unit_hours="60"),
    ),
    case(
        "date_order",
        "registrations",
        "R08",
        "due_date",
        "2021-06-01",
        lambda t: t.line("R08", due_date="2021-06-01"),
    ),
    case(
        "date_order",
        "absences",
        "CB04,2021-06-08",
        "to_date",
        "2021-06-07",
        lambda t: t.put("absences", 0, to_date="2021-06-07"),
        "date_order absences",
    ),
    case(
        "conditional",
        "registrations",
        "R02",
        "merged_into",
        "",
        lambda t: t.line("R02", status="merged"),
        "merged",
    ),
    case(
        "conditional",
        "registrations",
        "R11",
        "basis_note",
        "",
        lambda t: t.line("R11", basis_note=""),
        "estimated",
    ),
    case(
        "conditional",
        "registrations",
        "R02",
        "session",
        "morning",
        lambda t: t.line("R02", session="morning"),
        "session without a day",
    ),
    case(
        "conditional",
        "registrations",
        "R02",
        "acceptance",
        "accepted",
        lambda t: t.line("R02", acceptance="accepted"),
        "acceptance without an order",
    ),
    case("conditional", "officials", "CB04", "rank", "", lambda t: t.put("officials", 3, rank=""), "rank"),
    case(
        "conditional",
        "absences",
        "CB04,2021-06-08",
        "minutes_per_day",
        "60",
        lambda t: t.put("absences", 0, minutes_per_day="60"),
        "minutes of a training",
    ),
    case(
        "conditional",
        "pins",
        "P1",
        "official",
        "",
        lambda t: t.add("pins", code="P1", kind="main", task_group="KT", reason="Quen việc"),
        "pin without a person",
    ),
    case(
        "unit_clash",
        "areas",
        "SM",
        "code",
        "SM",
        lambda t: t.add("areas", code="SM", name="Địa bàn Suối Mây"),
    ),
    case(
        "circle",
        "areas",
        "A",
        "parent",
        "B",
        lambda t: t.add("areas", code="A", name="A", parent="B").add("areas", code="B", name="B", parent="A"),
    ),
    case(
        "circle",
        "registrations",
        "R02",
        "merged_into",
        "R03",
        lambda t: t.line("R02", status="merged", merged_into="R03").line(
            "R03", status="merged", merged_into="R02"
        ),
        "merged in a circle",
    ),
    case("no_work", "registrations", "R12", "work_item", "", lambda t: t.line("R12", unit_minutes="")),
    case(
        "group_conflict", "registrations", "R04", "task_group", "VT", lambda t: t.line("R04", task_group="VT")
    ),
    case(
        "item_of_other",
        "registrations",
        "R03",
        "organisation",
        "HND",
        lambda t: t.put("work_items", 1, organisation="MTTQ"),
    ),
    case(
        "norm_missing",
        "work_items",
        "PT1",
        "unit_minutes",
        "",
        lambda t: t.put("work_items", 8, unit_minutes=""),
    ),
    case(
        "shares_not_100",
        "profiles",
        "VU_MUA",
        "share_pct",
        "95",
        lambda t: t.put("profiles", 2, share_pct="20"),
    ),
    case(
        "pool_ambiguous",
        "memberships",
        "SM,HND,* / SM,*,KT",
        "pool",
        "own, shared",
        lambda t: t.add("memberships", office="SM", organisation="HND", task_group="*", pool="own").add(
            "memberships", office="SM", organisation="*", task_group="KT", pool="shared"
        ),
    ),
    case(
        "not_member",
        "registrations",
        "R03",
        "organisation",
        "HND",
        lambda t: [row.update(organisation="MTTQ") for row in t.tables["memberships"]],
    ),
    case(
        "elected_pooled",
        "positions",
        "CT",
        "pooling",
        "allowed",
        lambda t: t.put("positions", 0, pooling="allowed"),
    ),
    case(
        "quota_blank",
        "quotas",
        "SM,,,,allocated",
        "posts",
        "",
        lambda t: t.add("quotas", unit="SM", status="allocated", posts=""),
    ),
    case(
        "quota_given",
        "quotas",
        "SM,,,,unassigned",
        "posts",
        "5",
        lambda t: t.add("quotas", unit="SM", status="unassigned", posts="5"),
    ),
    case("children_over_parent", "quotas", "BK", "posts", "100", lambda t: _areas(t, "100", "52", "52")),
    case(
        "ceiling_below_floor",
        "quotas",
        "SM",
        "cap",
        "4",
        lambda t: t.add("quotas", unit="SM", status="allocated", posts="9", floor="5", cap="4"),
    ),
    case(
        "ceiling_below_floor",
        "quotas",
        "SM",
        "posts",
        "2",
        lambda t: t.add("quotas", unit="SM", status="allocated", posts="2"),
        "ceiling below the fixed leaders",
    ),
    case(
        "headcount_differs",
        "current_posts",
        "SM,KTTH",
        "incumbents",
        "2",
        lambda t: t.put("current_posts", 3, incumbents="2"),
    ),
    case("double_booking", "events", "H01, H02", "chair", "CB01", _events),
]

WARNINGS = [
    case(
        "thousands_mark",
        "registrations",
        "R06",
        "quantity",
        "1.250",
        lambda t: t.line("R06", quantity="1.250"),
    ),
    case(
        "outside_horizon",
        "registrations",
        "R02",
        "period",
        "2020",
        lambda t: t.line("R02", period="2020", due_date=""),
    ),
    case("hours_as_minutes", "work_items", "", "unit_minutes", "1.5..24", _hours),
    case(
        "monthly_as_yearly",
        "registrations",
        "R06",
        "quantity",
        "250",
        lambda t: t.line("R06", period="2021-06"),
    ),
    case(
        "monthly_as_yearly",
        "registrations",
        "Z4",
        "quantity",
        "240",
        lambda t: _lines(
            t,
            *(
                {"organisation": "MTTQ", "work_item": "TH3", "quantity": q}
                for q in ("20", "21", "22", "19", "240")
            ),
        ),
        "far above the others",
    ),
    case(
        "annual_and_monthly",
        "registrations",
        "Z0",
        "work_item",
        "VT1",
        lambda t: _lines(t, {"work_item": "VT1", "quantity": "22"}),
    ),
    case(
        "duplicate_work",
        "registrations",
        "R13",
        "work_item",
        "TH1",
        lambda t: t.add("registrations", **{**t.tables["registrations"][1], "code": "R13"}),
    ),
    case(
        "norm_per_person",
        "registrations",
        "R05",
        "people_needed",
        "4",
        lambda t: t.line("R05", people_needed="4"),
    ),
    case(
        "norm_spread",
        "registrations",
        "Z1",
        "unit_minutes",
        "6000",
        lambda t: _lines(
            t,
            {"organisation": "HND", "work_item": "PT1", "quantity": "1", "unit_minutes": "60"},
            {"organisation": "MTTQ", "work_item": "PT1", "quantity": "1", "unit_minutes": "6000"},
            {"organisation": "HLHPN", "work_item": "PT1", "quantity": "2", "unit_minutes": "70"},
        ),
    ),
    case(
        "not_submitted",
        "submissions",
        "SM,HLHPN,2021-06",
        "state",
        "missing",
        lambda t: t.add("submissions", office="SM", organisation="HLHPN", month="2021-06", state="missing"),
    ),
    case(
        "sensitive_column", "officials", "", "x_dan_toc", "", lambda t: t.put("officials", 0, x_dan_toc="Tày")
    ),
]


@pytest.mark.parametrize(("code", "table", "key", "column", "value", "spoil"), [*ERRORS, *WARNINGS])
def test_a_check_fires_on_its_error(
    tiny: Any, code: str, table: str, key: str, column: str, value: str, spoil: Spoil
) -> None:
    """A spoilt example gives the named finding at the right table, row, column and value, in words."""
    spoil(tiny)
    found = [f for f in tiny.findings() if f.code == code]
    assert (table, key, column, value) in [(f.table, f.row_key, f.column, f.value) for f in found]
    for finding in found:
        for lang in ("vi", "en"):
            row = finding.render(lang)
            assert row["message"]
            assert row["advice"]
            assert not re.search(r"\bNaN\b|<NA>|None|KeyError|nan\b|[{}]", " ".join(row.values()))


@pytest.mark.parametrize("code", [param.values[0] for param in ERRORS])
def test_errors_give_no_instance(tiny: Any, code: str) -> None:
    """An error of any kind leaves no instance to compute with; severities are those of the registry."""
    next(param.values[5] for param in ERRORS if param.values[0] == code)(tiny)
    instance, findings = tiny.check()
    assert instance is None
    assert {f.severity for f in findings if f.code == code} == {"error"}


def test_the_sound_example_has_no_finding(tiny: Any) -> None:
    """The tiny example as it stands gives an instance and no finding at all."""
    instance, findings = tiny.check()
    assert instance is not None
    assert findings.render("en") == []


QUIET: list[tuple[str, Spoil]] = [
    ("thousands_mark", lambda t: t.line("R09", coefficient="1.250")),
    ("thousands_mark", lambda t: t.line("R06", quantity="0.250")),
    ("hours_as_minutes", lambda t: t.put("work_items", 0, unit_minutes="15")),
    ("monthly_as_yearly", lambda t: t.line("R06", period="2021-06", quantity="22")),
    ("annual_and_monthly", lambda t: _lines(t, {"work_item": "VT1", "quantity": "2", "kind": "order"})),
    ("annual_and_monthly", lambda t: _lines(t, {"work_item": "TQ1", "organisation": "HND", "quantity": "2"})),
    (
        "duplicate_work",
        lambda t: t.add("registrations", **{**t.tables["registrations"][1], "code": "X", "note": "b"}),
    ),
    ("not_member", lambda t: _lines(t, {"work_item": "TH3", "quantity": "1", "organisation": "HND"})),
    (
        "not_submitted",
        lambda t: t.add("submissions", office="SM", organisation="HND", month="2021-06", state="nil"),
    ),
    ("children_over_parent", lambda t: _areas(t, "104", "52", "52")),
    ("ceiling_below_floor", lambda t: t.add("quotas", unit="SM", status="allocated", posts="5", floor="5")),
    ("quota_blank", lambda t: t.add("quotas", unit="SM", status="unassigned", posts="")),
    ("quota_blank", lambda t: t.add("quotas", unit="SM", status="allocated", posts="0")),
    ("double_booking", lambda t: _events(t, session="afternoon")),
    ("double_booking", lambda t: _events(t, status="cancelled")),
    ("headcount_differs", lambda t: t.put("current_posts", 3, incumbents="1")),
    ("outside_horizon", lambda t: t.line("R06", period="2021-Q4")),
    (
        "pool_ambiguous",
        lambda t: (
            t.add("memberships", office="SM", organisation="HND", task_group="*", pool="own")
            .add("memberships", office="SM", organisation="*", task_group="KT", pool="shared")
            .add("memberships", office="SM", organisation="HND", task_group="KT", pool="own")
        ),
    ),
    (
        "pool_ambiguous",
        lambda t: t.add(
            "memberships", office="SM", organisation="HND", task_group="*", pool="own", to_month="2021-06"
        ).add(
            "memberships", office="SM", organisation="*", task_group="KT", pool="shared", from_month="2021-07"
        ),
    ),
    ("case_clash", lambda t: t.add("organisations", code="HND2", name="Hội khác")),
    ("unknown_code", lambda t: t.line("R01", profile="workdays")),
    ("conditional", lambda t: t.put("officials", 3, rank="", category="contract_111")),
    ("no_work", lambda t: t.line("R12", unit_minutes="abc")),
    ("missing_value", lambda t: t.line("R05", quantity="abc")),
]


@pytest.mark.parametrize(("code", "change"), QUIET, ids=[f"{n} {code}" for n, (code, _) in enumerate(QUIET)])
def test_a_check_keeps_quiet_on_sound_data(tiny: Any, code: str, change: Spoil) -> None:
    """Data near the error, but sound, does not give the finding."""
    change(tiny)
    assert [f.render("en") for f in tiny.findings() if f.code == code] == []


def test_all_findings_come_at_once(tiny: Any) -> None:
    """Spoiling five places gives the findings of all five in one go, in the order of tables and rows."""
    tiny.line("R02", period="06/2021").line("R09", quantity="-4").put("officials", 3, rank="1.003")
    tiny.put("profiles", 2, share_pct="20").put("task_groups", 3, code="Kế toán")
    codes = [f.code for f in tiny.findings()]
    assert {"bad_period", "negative", "rank_lost_zero", "shares_not_100", "bad_code"} <= set(codes)
    assert codes.index("bad_code") < codes.index("bad_period") < codes.index("negative")


def test_many_findings_of_a_kind_are_counted(tiny: Any) -> None:
    """A thousand rows with the same mistake give a hundred findings and one that counts the rest."""
    _lines(tiny, *({"code": f"N{n}", "work_item": "TH1", "quantity": "-1"} for n in range(1_000)))
    found = [f for f in tiny.findings() if f.code == "negative"]
    assert len(found) == 101
    assert "900" in found[-1].render("en")["message"]


def test_every_named_check_of_the_tables_is_driven() -> None:
    """Each code of the registry is driven by a test here or in the files named for it."""
    elsewhere = {
        "missing_file",
        "broken_workbook",
        "locked_workbook",
        "not_utf8",
        "broken_csv",
        "wrong_delimiter",
        "broken_toml",
        "unknown_key",
        "bad_setting",
        "missing_setting",
        "horizon_order",
        "horizon_long",
        "schema_newer",
        "schema_upgraded",
        "duplicate_column",
        "decimal_dot",
        "unknown_table",
        "unused_model",
        "month_as_date",
        "nobody_can",
        "nobody_here",
        "forbidden_held",
        "cap_unassigned",
        "leave_exceeds",
        "minutes_as_hours",
        "people_twice",
        "weekly_as_monthly",
        "yearly_as_monthly",
        "fraction_as_percent",
    }
    here = {param.values[0] for param in [*ERRORS, *WARNINGS]}
    assert here | elsewhere == set(CHECKS)
    assert not here & elsewhere
