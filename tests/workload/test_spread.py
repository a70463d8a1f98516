"""When work falls: windows, profiles, norms, ratio work and what lies outside the horizon."""

from __future__ import annotations

from typing import Any

import pytest

from vitri.errors import DataError
from vitri.workload import Workload, compute

from .frames import fund, instance, model

BASE: dict[str, Any] = {
    "offices": [{"code": "BB", "office_class": "L2"}, {"code": "SM", "coefficient": "1.2"}],
    "organisations": [{"code": "MTTQ"}],
    "task_groups": [{"code": "TH", "class": "II"}],
}


def run(
    line: dict[str, Any], rules: Any = None, first: str = "2021-01", last: str = "2021-12", **tables: Any
) -> Workload:
    """Compute one line of 1,000 minutes (unless it says otherwise)."""
    given = {"code": "R1", "office": "BB", "quantity": 1, "period": "2021", **line}
    if "work_item" not in given:
        given = {"task_name": "x", "task_group": "TH", "unit_minutes": 1000, **given}
    inst = instance(first, last, estimate=False, **{**BASE, **tables}, registrations=[given])
    return compute(inst, rules or model(), fund(inst))


def by_month(result: Workload) -> dict[int, int]:
    """Return the demand by month number."""
    return {int(row["month"][5:]): row["minutes"] for _, row in result.demand.iterrows()}


def test_a_dated_line_falls_on_its_day() -> None:
    """A dated line stays in its month, also on a Sunday and with a later deadline."""
    assert by_month(run({"period": "2021-05-30", "due_date": "2021-07-31"})) == {5: 1000}


def test_a_window_follows_its_working_days() -> None:
    """Release to due is spread by working days: 21/06-09/07/2021 has 8 in June and 7 in July."""
    found = by_month(run({"period": "2021-Q2", "release_date": "2021-06-21", "due_date": "2021-07-09"}))
    assert found == {6: 533, 7: 467}


def test_half_a_window_takes_the_period() -> None:
    """A line with only a due date may start with its period, one with only a release date ends with it."""
    assert by_month(run({"period": "2021-Q2", "due_date": "2021-05-31"})).keys() == {4, 5}
    assert by_month(run({"period": "2021-Q2", "release_date": "2021-05-10"})).keys() == {5, 6}


def test_a_weekend_window_is_worked_at_the_weekend() -> None:
    """A window without a working day is spread over its calendar days."""
    found = by_month(run({"period": "2021", "release_date": "2021-07-31", "due_date": "2021-08-01"}))
    assert found == {7: 500, 8: 500}


def test_days_off_and_made_up_move_the_spread() -> None:
    """The calendar table of the office counts: a day off in July moves work to June."""
    line = {"period": "2021-Q2", "release_date": "2021-06-21", "due_date": "2021-07-09"}
    row = {"date": "2021-07-05", "office": "BB", "kind": "off", "reason": "x", "source": "x"}
    assert by_month(run(line, calendar=[row])) == {6: 571, 7: 429}
    assert by_month(run(line, calendar=[{**row, "office": "SM"}])) == {6: 533, 7: 467}


def test_profiles_share_by_month() -> None:
    """A profile gives monthly shares, also within a shorter period; without a share work is spread evenly."""
    profile = [{"profile": "MUA", "month": m, "share_pct": s} for m, s in ((5, 25), (6, 50), (7, 25))]
    assert by_month(run({"profile": "MUA"}, profiles=profile)) == {5: 250, 6: 500, 7: 250}
    assert by_month(run({"profile": "MUA", "period": "2021-H1"}, profiles=profile)) == {5: 333, 6: 667}
    empty = run({"profile": "MUA", "period": "2021-Q1"}, profiles=profile)
    assert by_month(empty).keys() == {1, 2, 3}
    assert [finding.code for finding in empty.findings] == ["profile_without_share"]


def test_the_default_is_the_model_s() -> None:
    """Undated work follows the model: equal months, or equal load per working day."""
    rules = model()
    rules.spread.default = "equal"
    assert list(by_month(run({}, rules)).values()) == [83, 84, 83, 83, 84, 83, 83, 84, 83, 83, 84, 83]
    days = by_month(run({"unit_minutes": 261}))
    assert days == {1: 21, 2: 20, 3: 23, 4: 22, 5: 21, 6: 22, 7: 22, 8: 22, 9: 22, 10: 21, 11: 22, 12: 23}


def test_what_lies_outside_is_listed() -> None:
    """Only the part inside the horizon counts; the rest is one row that says so, and a warning."""
    result = run({"unit_minutes": 261}, first="2021-06", last="2021-07")
    assert by_month(result) == {6: 22, 7: 22}
    rest = result.lines[~result.lines["counted"]]
    assert (rest["minutes"].tolist(), rest["counted_reason"].tolist()) == ([217], ["outside_horizon"])
    assert [finding.code for finding in result.findings] == ["outside_horizon"]
    nothing = run({"period": "2020"})
    assert nothing.minutes == 0
    assert nothing.lines["minutes"].tolist() == [1000]


def test_norms_the_most_specific_then_the_newest() -> None:
    """A norm of the office beats its class's, the class's everybody's; the newest valid one holds."""
    item = [{"code": "V1", "task_group": "TH", "unit_minutes": 100, "coefficient": "1.5"}]

    def unit(*norms: tuple[str, str, str, str], office: str = "BB") -> tuple[int, str, int]:
        rows = [
            {
                "work_item": "V1",
                "office": o,
                "valid_from": d,
                "unit_minutes": u,
                "coefficient": c,
                "source": "x",
            }
            for o, d, u, c in norms
        ]
        line = run({"work_item": "V1", "office": office}, work_items=item, norms=rows).lines.iloc[0]
        return line["unit_minutes_dec2"] // 100, line["norm_source"], line["line_minutes"]

    assert unit() == (100, "catalogue", 150)
    assert unit(office="SM") == (100, "catalogue", 180)
    everybody = ("*", "2021-05-01", "50", "")
    assert unit(everybody) == (50, "norms", 75)
    assert unit(everybody, ("*", "2021-06-02", "60", "")) == (50, "norms", 75), "not yet in force"
    assert unit(everybody, ("*", "2021-06-01", "60", "")) == (60, "norms", 90)
    assert unit(everybody, ("L2", "2020-01-01", "70", "")) == (70, "norms", 105)
    assert unit(everybody, ("L2", "2020-01-01", "70", ""), office="SM") == (50, "norms", 90)
    assert unit(("BB", "2020-01-01", "80", ""), ("L2", "2021-01-01", "70", "")) == (80, "norms", 120)
    assert unit(("*", "2020-01-01", "", "2")) == (100, "norms", 300), (
        "a coefficient alone keeps the item's norm"
    )


def test_the_line_s_own_norm_beats_all() -> None:
    """Unit minutes on the line replace the catalogue; the item's coefficient stays, the norm's does not."""
    item = [{"code": "V1", "task_group": "TH", "unit_minutes": 100, "coefficient": "1.5"}]
    norm = [{"work_item": "V1", "office": "*", "valid_from": "2020-01-01", "coefficient": "3", "source": "x"}]
    line = run({"work_item": "V1", "unit_minutes": 10}, work_items=item, norms=norm).lines.iloc[0]
    assert (line["norm_source"], line["line_minutes"]) == ("own", 15)


def test_ratio_work_is_posts_times_the_time_fund() -> None:
    """Twenty cars, one driver each and one mechanic per five, ask for 20 and 4 posts in every month."""
    items = [
        {"code": "LX", "task_group": "TH", "method": "ratio", "posts_per_unit": 1},
        {"code": "TM", "task_group": "TH", "method": "ratio", "posts_per_unit": "0.2"},
    ]
    for item, fte in (("LX", 200_000), ("TM", 40_000)):
        result = run({"work_item": item, "quantity": 20}, work_items=items)
        assert result.cells["fte_dec4"].tolist() == [fte] * 12
        assert result.needs["year_fte_dec4"].tolist()[0] == fte
    quarter = run({"work_item": "LX", "quantity": 3, "period": "2021-Q2"}, work_items=items)
    assert by_month(quarter) == {4: 28_800, 5: 28_800, 6: 28_800}


def test_complexity_multiplies_only_if_the_model_says_so() -> None:
    """N3 counts 1.5 times in a model that lets complexity into the minutes, and once in others."""
    item = [{"code": "V1", "task_group": "TH", "unit_minutes": 100, "complexity": "N3"}]
    assert run({"work_item": "V1"}, work_items=item).minutes == 100
    rules = model()
    rules.workload.complexity_in_minutes = True
    rules.conversion = type("K", (), {"k": {"N3": "1.5"}})
    assert run({"work_item": "V1"}, rules, work_items=item).minutes == 150


def test_status_and_kind() -> None:
    """Only the model's statuses count; the others are listed with their minutes."""
    for status, counts in (("approved", True), ("done", True), ("draft", False), ("merged", False)):
        result = run({"status": status})
        assert (result.minutes == 1000) is counts
        assert result.lines.loc[~result.lines["counted"], "minutes"].sum() == (0 if counts else 1000)


def test_nothing_to_do_is_a_line_of_zero() -> None:
    """A quantity of zero is kept in the lines and asks for nothing."""
    result = run({"quantity": 0})
    assert result.lines["minutes"].tolist() == [0]
    assert (len(result.demand), len(result.cells), result.minutes) == (0, 0, 0)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"work_item": "V1"}, "norm_missing"),
        ({"task_group": "", "task_name": "x"}, "no_work"),
        ({"profile": "KHONG"}, "unknown_code"),
    ],
)
def test_what_cannot_be_computed_is_a_finding(line: dict[str, Any], code: str) -> None:
    """A line without norm or group, or with an unknown profile, stops with a finding that names it."""
    with pytest.raises(DataError) as caught:
        run(line, work_items=[{"code": "V1", "task_group": "TH"}])
    assert [finding.code for finding in caught.value.findings] == [code]
    assert all(finding.render("vi")["message"] for finding in caught.value.findings)
