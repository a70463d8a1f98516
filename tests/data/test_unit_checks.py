"""Units are typed: a figure that fits another unit gives a finding with its cause; sound data none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vitri.data import check, write_folder
from vitri.data.abk import import_abk
from vitri.data.findings import CHECKS
from vitri.data.parse_numbers import number_outcome
from vitri.data.tables import TABLES

CODES = ("minutes_as_hours", "hours_as_minutes", "people_twice", "weekly_as_monthly", "yearly_as_monthly",
         "fraction_as_percent")  # fmt: skip


def found(tiny: Any, code: str) -> list[dict[str, str]]:
    """Return the findings of one code in English; in Vietnamese they must read whole too."""
    findings = [one for one in tiny.findings() if one.code == code]
    for one in findings:
        row = one.render("vi")
        assert row["message"]
        assert row["advice"]
        assert not {"{", "}"} & set("".join(row.values()))
    return [one.render("en") for one in findings]


def hours(tiny: Any, *values: str) -> Any:
    """Give the norms of the catalogue as hours."""
    for row, value in zip(tiny.tables["work_items"], values, strict=False):
        row["unit_hours"], row["unit_minutes"] = value, ""
    return tiny


def lines(tiny: Any, *rows: dict[str, str]) -> Any:
    """Add registrations of the office SM."""
    for number, row in enumerate(rows):
        tiny.add("registrations", **{"code": f"Z{number:02d}", "office": "SM", "period": "2021-06", **row})
    return tiny


def test_a_column_of_minutes_named_hours(tiny: Any) -> None:
    """Norms of 60 to 960 in unit_hours are suspected to be minutes, once for the column."""
    rows = found(hours(tiny, "120", "240", "360", "960", "1440", "90", "600", "60"), "minutes_as_hours")
    assert [(row["table"], row["row_key"], row["column"]) for row in rows] == [
        ("work_items", "", "unit_minutes")
    ]
    assert rows[0]["value"] == "60..1440"
    assert "perhaps minutes" in rows[0]["message"]
    assert "unit_minutes" in rows[0]["advice"]


def test_a_single_figure_of_minutes_among_hours(tiny: Any) -> None:
    """240 in a column of hours would be 14,400 minutes and is pointed out by itself; 40 is not."""
    rows = found(hours(tiny, "2", "240", "4", "1", "40", "8", "1.5", "3"), "minutes_as_hours")
    assert [(row["row_key"], row["value"]) for row in rows] == [("TH1", "240")]
    assert "14,400 minutes" in rows[0]["message"]


def test_hours_that_cannot_be_say_that_minutes_may_be_meant(tiny: Any) -> None:
    """1,800 hours for one product are refused, and the advice names the other column."""
    rows = found(hours(tiny, "2", "1800"), "out_of_range")
    assert [row["row_key"] for row in rows] == ["TH1"]
    assert "put 1800 in the column unit_minutes" in rows[0]["advice"]


def test_minutes_in_their_own_column_are_no_hours(tiny: Any) -> None:
    """Norms of thousands of minutes, given as minutes, are nothing to be asked about."""
    for row in tiny.tables["work_items"]:
        row["unit_minutes"] = "14400"
    assert found(tiny, "minutes_as_hours") == []


@pytest.mark.parametrize(
    ("norm", "people", "code"),
    [
        ("14400", "", "minutes_as_hours"),
        ("4", "", "hours_as_minutes"),
        ("960", "4", "people_twice"),
        ("250", "4", ""),
        ("480", "", ""),
        ("240", "4", ""),
    ],
)
def test_a_lines_own_norm_beside_its_items(tiny: Any, norm: str, people: str, code: str) -> None:
    """TH1 has 240 minutes: sixty times, a sixtieth and people times are suspected; other figures are not."""
    lines(tiny, {"organisation": "HND", "work_item": "TH1", "quantity": "3", "unit_minutes": norm,
                 "people_needed": people})  # fmt: skip
    seen = {one.code: one for one in tiny.findings() if one.code in CODES}
    assert set(seen) == ({code} if code else set())
    if code:
        assert (seen[code].row_key, seen[code].column, seen[code].severity) == (
            "Z00",
            "unit_minutes",
            "warning",
        )
        assert "240" in seen[code].render("en")["message"] + seen[code].render("en")["advice"]


def months(organisation: str, quantity: str, count: int = 4, item: str = "TH3") -> list[dict[str, str]]:
    """Return lines of one organisation with a quantity in each of several months."""
    return [
        {
            "organisation": organisation,
            "work_item": item,
            "quantity": quantity,
            "period": f"2021-0{number + 1}",
        }
        for number in range(count)
    ]


def weekly(tiny: Any, last: str) -> Any:
    """Give five organisations a task of four or five a month, and a sixth `last` a month."""
    for number in range(6):
        tiny.add("organisations", code=f"T{number}", name=f"Tổ chức {number}")
        tiny.add("memberships", office="SM", organisation=f"T{number}", task_group="*", pool="shared")
    rows = [row for number in range(5) for row in months(f"T{number}", "45"[number % 2])]
    rows += months("T5", last)
    for number, row in enumerate(rows):
        row["code"] = f"Z{number:02d}"
    tiny.info.update(first_month="2021-01", last_month="2021-12")
    return lines(tiny, *rows)


def test_a_weekly_figure_read_as_a_monthly_one(tiny: Any) -> None:
    """Once a month, where five others register four or five, is suspected to be once a week; 3 is not."""
    rows = found(weekly(tiny, "1"), "weekly_as_monthly")
    assert [(row["row_key"], row["value"]) for row in rows] == [("Z20", "1")]
    assert "one week" in rows[0]["message"]


def test_a_monthly_figure_below_the_others_is_not_a_weekly_one(tiny: Any) -> None:
    """Three a month beside four or five is in order."""
    assert found(weekly(tiny, "3"), "weekly_as_monthly") == []


def test_the_weeks_of_a_year_in_one_month(tiny: Any) -> None:
    """52 in each of four months is suspected to be the year's figure; 22 is not, nor 52 for the year."""
    lines(tiny, *months("HND", "52", item="TH2"))
    rows = found(tiny, "weekly_as_monthly")
    assert [(row["row_key"], row["value"]) for row in rows] == [("Z00", "52")]
    assert "weeks" in rows[0]["message"]


@pytest.mark.parametrize(("quantity", "period"), [("22", ""), ("52", "2021")])
def test_other_figures_are_no_weeks_of_a_year(tiny: Any, quantity: str, period: str) -> None:
    """22 a month is working days; 52 a year is what a weekly task has."""
    rows = months("HND", quantity, item="TH2")
    for row in rows if period else []:
        row["period"] = period
    lines(tiny, *(rows[:1] if period else rows))
    assert found(tiny, "weekly_as_monthly") == []


def yearly(tiny: Any, last: str) -> Any:
    """Give six organisations 12 a year of a task and a seventh `last`."""
    tiny.info.update(first_month="2021-01", last_month="2021-12")
    for number in range(7):
        tiny.add("organisations", code=f"T{number}", name=f"Tổ chức {number}")
        tiny.add("memberships", office="SM", organisation=f"T{number}", task_group="*", pool="shared")
    return lines(
        tiny,
        *(
            {"organisation": f"T{number}", "work_item": "TH3", "period": "2021",
             "quantity": "12" if number < 6 else last}
            for number in range(7)
        ),
    )  # fmt: skip


def test_a_monthly_figure_in_a_yearly_line(tiny: Any) -> None:
    """1 a year where six others have 12 is suspected to be one month's."""
    rows = found(yearly(tiny, "1"), "yearly_as_monthly")
    assert [(row["row_key"], row["value"]) for row in rows] == [("Z06", "1")]
    assert "one month's" in rows[0]["message"]


@pytest.mark.parametrize("quantity", ["4", "12", "6"])
def test_other_yearly_figures_are_in_order(tiny: Any, quantity: str) -> None:
    """4, 6 or 12 a year beside others' 12 are no twelfth."""
    assert found(yearly(tiny, quantity), "yearly_as_monthly") == []


@pytest.mark.parametrize(
    ("table", "column", "value", "code", "advice"),
    [
        ("offices", "useful_time_pct", "0.85", "out_of_range", "write 85 for 85 %"),
        ("offices", "useful_time_pct", "8500", "out_of_range", "write 85"),
        ("offices", "useful_time_pct", "120", "out_of_range", "cannot be more than 100 %"),
        ("officials", "fte_pct", "0.5", "out_of_range", "write 50 for 50 %"),
        ("officials", "fte_pct", "150", "out_of_range", "cannot be more than 100 %"),
        ("profiles", "share_pct", "0.0833", "too_many_decimals", "write 8.33"),
        ("profiles", "share_pct", "101", "out_of_range", "cannot be more than 100 %"),
        ("positions", "free_pct", "0.45", "fraction_as_percent", "write 45"),
        ("offices", "useful_time_pct", "85%", "text_in_number", "Write 85 alone"),
    ],
)
def test_percentages(tiny: Any, table: str, column: str, value: str, code: str, advice: str) -> None:
    """Fractions, percentages times a hundred and shares over 100 % are named with what was probably meant."""
    tiny.put(table, 0, **{column: value})
    rows = [row for row in found(tiny, code) if row["column"] == column]
    assert len(rows) == 1
    assert rows[0]["value"] == value
    assert advice in rows[0]["advice"]


@pytest.mark.parametrize(("column", "value"), [("useful_time_pct", "85"), ("useful_time_pct", "40")])
def test_plain_percentages_are_in_order(tiny: Any, column: str, value: str) -> None:
    """85 and 40 are percentages."""
    tiny.put("offices", 0, **{column: value})
    assert len(tiny.findings()) == 0


def test_profiles_given_as_fractions(tiny: Any) -> None:
    """Shares that add up to 1 are told to be fractions; shares that add up to 95 are told what lacks."""
    shares = [row["share_pct"] for row in tiny.tables["profiles"]]
    for row, share in zip(tiny.tables["profiles"], shares, strict=True):
        row["share_pct"] = str(float(share) / 100)
    rows = found(tiny, "shares_not_100")
    assert len(rows) == 1
    assert "multiply each of them by 100" in rows[0]["advice"]
    for row, share in zip(tiny.tables["profiles"], shares, strict=True):
        row["share_pct"] = share
    tiny.put("profiles", 0, share_pct=str(float(shares[0]) - 5))
    assert "Add 5 %" in found(tiny, "shares_not_100")[0]["advice"]


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("2 giờ", "2 hours, which is 120 minutes", "Write 120 in unit_minutes, or 2 in unit_hours."),
        ("1,5h", "1.5 hours, which is 90 minutes", "Write 90 in unit_minutes, or 1.5 in unit_hours."),
        ("1h30", "1.5 hours, which is 90 minutes", "Write 90"),
        ("2 giờ 45 phút", "2.75 hours, which is 165 minutes", "Write 165"),
        ("1:30", "1.5 hours, which is 90 minutes", "Write 90"),
        ("90 phút", "looks like 90 minutes", "Write 90 in unit_minutes"),
        ("3 ngày", "looks like 3 days", "Write the minutes"),
        ("12 cuộc", "is not a number", "Write 12 alone"),
    ],
)
@pytest.mark.parametrize("column", ["unit_minutes", "unit_hours"])
def test_times_written_with_their_unit(tiny: Any, column: str, text: str, message: str, advice: str) -> None:
    """A norm with its unit is refused by name, with what was seen and the number suspected."""
    tiny.put("work_items", 0, **{"unit_minutes": "", column: text})
    rows = found(tiny, "text_in_number")
    assert [(row["row_key"], row["value"], row["severity"]) for row in rows] == [("LD1", text, "error")]
    assert message in rows[0]["message"]
    assert advice in rows[0]["advice"]


@pytest.mark.parametrize(("decimal", "number"), [("comma", "1,5"), ("dot", "1.5")])
def test_the_number_suspected_has_the_scenarios_own_mark(decimal: str, number: str) -> None:
    """The number to type instead is written with the decimal mark that the scenario uses."""
    value, problem = number_outcome("1h30", TABLES["work_items"].by_name["unit_minutes"], decimal)
    assert value is None
    assert problem is not None
    assert (problem.fields["minutes"], problem.fields["hours"]) == ("90", number)


@pytest.mark.parametrize(("table", "row"), [("work_items", "LD1"), ("registrations", "R12")])
def test_a_negative_norm_is_refused_by_name(tiny: Any, table: str, row: str) -> None:
    """Minus thirty minutes is an error that names the row, the figure and what is allowed."""
    at = next(n for n, one in enumerate(tiny.tables[table]) if one["code"] == row)
    tiny.put(table, at, unit_minutes="-30")
    rows = found(tiny, "negative")
    assert [(one["row_key"], one["column"], one["value"], one["severity"]) for one in rows] == [
        (row, "unit_minutes", "-30", "error")
    ]
    assert "-30" in rows[0]["message"]


@pytest.mark.parametrize(
    "folder", ["scenarios/bac-kan-2021", "scenarios/thai-nguyen-2026", "tests/fixtures/vi-du-nho"]
)
def test_no_false_alarm_on_what_is_shipped(root: Path, folder: str) -> None:
    """The shipped scenarios and the tiny example give none of the findings about units."""
    _, findings = check(root / folder)
    assert [one.row_key for one in findings if one.code in CODES] == []


def test_no_false_alarm_on_the_real_register(root: Path, tmp_path: Path) -> None:
    """The real register, written as a scenario and read again, gives none of the findings about units."""
    folder = root.parent / "shared" / "data" / "abk-provincial"
    if not folder.is_dir():
        pytest.skip(f"the register is not at {folder}")
    write_folder(import_abk(folder), tmp_path / "abk")
    _, findings = check(tmp_path / "abk")
    assert [one.row_key for one in findings if one.code in CODES] == []


def test_unit_checks_are_warnings() -> None:
    """What is possible is only warned of."""
    assert {CHECKS[code].severity for code in CODES} == {"warning"}
