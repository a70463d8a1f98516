"""Needs: yearly, peak and windowed FTE, posts by level; allowances; a register of yearly inventories."""

from __future__ import annotations

import itertools
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.errors import DataError
from vitri.workload import Workload, compute

from .frames import fund, instance, model
from .oracle import half_up

BASE: dict[str, Any] = {
    "offices": [{"code": "A"}, {"code": "B"}],
    "organisations": [{"code": "HND"}, {"code": "MTTQ"}],
    "task_groups": [
        {"code": "KT", "class": "II"},
        {"code": "LX", "class": "III"},
        {"code": "TH", "class": "II"},
    ],
}


def run(
    lines: list[dict[str, Any]], rules: Any = None, minutes: Any = 1000, last: str = "2021-03", **tables: Any
) -> Workload:
    """Compute lines; task group TH, office A and one product are the defaults."""
    rows = [
        {"code": f"R{i:03d}", "office": "A", "task_name": "x", "quantity": 1, "task_group": "TH", **row}
        for i, row in enumerate(lines)
    ]
    inst = instance("2021-01", last, estimate=False, **{**BASE, **tables}, registrations=rows)
    return compute(inst, rules or model(), fund(inst, minutes))


def need(
    result: Workload, office: str | None, pool: str | None = None, group: str | None = None
) -> dict[str, Any]:
    """Return one row of the needs; None stands for a blank key."""
    frame = result.needs
    for column, value in (("office", office), ("pool", pool), ("task_group", group)):
        frame = frame[frame[column].isna() if value is None else frame[column] == value]
    assert len(frame) == 1
    return dict(frame.iloc[0])


def test_a_yearly_inventory_by_position_office_and_country() -> None:
    """Yearly minutes over 75,000 are rounded per group, per pool, per office and listed for the whole."""
    lines = [
        {"office": office, "task_group": group, "unit_minutes": minutes, "period": "2021", "profile": "equal"}
        for office, group, minutes in (
            ("A", "KT", 80_000), ("A", "TH", 20_000),
            ("B", "KT", 30_000), ("B", "LX", 30_000), ("B", "TH", 30_000),
        )
    ]  # fmt: skip
    result = run(lines, minutes=6250, last="2021-12")
    assert need(result, "A")["year_fte_dec4"] == 13_333
    assert [need(result, "A")[f"posts_by_{level}"] for level in ("position", "pool", "office")] == [3, 2, 2]
    assert [need(result, "B")[f"posts_by_{level}"] for level in ("position", "pool", "office")] == [3, 2, 2]
    assert need(result, "B", "shared", "KT")["year_fte_dec4"] == 4_000
    total = need(result, None)
    assert (total["year_fte_dec4"], total["posts_by_position"], total["posts_by_office"]) == (25_333, 6, 4)
    assert total["peak_fte_dec4"] == pytest.approx(25_333, abs=3)
    assert set(result.needs["policy"]) == {"test"}


def test_irregular_work_counts_only_if_the_model_says_so() -> None:
    """Irregular work is in the demand but not in the needs, unless the model counts it for quotas."""
    items = [{"code": "V1", "task_group": "TH", "unit_minutes": 500, "regular": "no"}]
    lines = [{"unit_minutes": 100, "period": "2021-01"}, {"work_item": "V1", "period": "2021-01"}]
    result = run(lines, work_items=items)
    assert result.minutes == 600
    assert result.demand[["regular", "minutes"]].to_numpy().tolist() == [[True, 100], [False, 500]]
    assert need(result, "A")["minutes"] == 100
    rules = model()
    rules.workload.count_irregular_in_quota = True
    assert need(run(lines, rules, work_items=items), "A")["minutes"] == 600


def test_the_peak_is_relative_to_the_time_fund() -> None:
    """The peak month has the largest FTE, not the most minutes; of equals the first."""
    lines = [{"unit_minutes": m, "period": f"2021-0{i}"} for i, m in enumerate((1000, 900, 1000), start=1)]
    row = need(run(lines, minutes=[1000, 800, 1000]), "A")
    assert (row["peak_month"], row["peak_fte_dec4"]) == ("2021-02", 11_250)
    assert need(run(lines, minutes=1000), "A")["peak_month"] == "2021-01"


def test_windows_flatten_the_peak() -> None:
    """Work that may wait asks for fewer constant posts than its peak; work bound to a month does not."""
    lines = [
        {"unit_minutes": 1500, "period": "2021-01"},
        {"unit_minutes": 900, "period": "2021-01", "release_date": "2021-01-20", "due_date": "2021-03-31"},
    ]
    row = need(run(lines), "A")
    assert (row["year_fte_dec4"], row["windowed_fte_dec4"]) == (8_000, 15_000)
    assert row["peak_fte_dec4"] > 15_000
    late = [{"unit_minutes": 2400, "period": "2021-01", "due_date": "2021-02-28"}]
    assert need(run(late), "A")["windowed_fte_dec4"] == 12_000


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(1, 3000)), min_size=1, max_size=6),
    st.lists(st.integers(500, 1500), min_size=4, max_size=4),
)
@settings(max_examples=40)
def test_windowed_need_equals_brute_force(work: list[tuple[int, int, int]], funds: list[int]) -> None:
    """The windowed FTE is the largest ratio of contained work to time fund over all spans of months."""
    ends = ["", "2021-01-31", "2021-02-28", "2021-03-31", "2021-04-30"]
    windows = [(first, min(first + length, 4), minutes) for first, length, minutes in work]
    lines = [
        {
            "unit_minutes": minutes,
            "period": "2021",
            "release_date": f"2021-{first:02d}-01",
            "due_date": ends[last],
        }
        for first, last, minutes in windows
    ]
    best = max(
        Fraction(sum(m for a, b, m in windows if first <= a and b <= last), sum(funds[first - 1 : last]))
        for first, last in itertools.combinations_with_replacement(range(1, 5), 2)
    )
    row = need(run(lines, minutes=funds, last="2021-04"), "A")
    assert row["windowed_fte_dec4"] == half_up(best * 10_000)


def allowance(**keys: Any) -> SimpleNamespace:
    """Return one allowance of a model."""
    return SimpleNamespace(
        **{"share_pct": None, "minutes": None, "per": None, "classes": ("I", "II", "III"), **keys}
    )


def test_wisn_factor_and_individual_allowance() -> None:
    """1.75554 posts of service work with 15 % support need 2.06534; 600 hours of own duties add 0.395."""
    rules = model(allowance=(allowance(share_pct="15"),))
    items = [
        {"code": "V1", "task_group": "TH", "unit_minutes": 10},
        {"code": "V2", "task_group": "TH", "unit_minutes": 20},
        {"code": "RIENG", "task_group": "TH", "unit_minutes": 60, "counts_as": "individual_allowance"},
    ]
    lines = [
        {"work_item": "V1", "quantity": 8000, "period": "2021-01"},
        {"work_item": "V2", "quantity": 4000, "period": "2021-01"},
    ]
    hours = 1519 * 60
    result = run(lines, rules, minutes=hours, last="2021-01", work_items=items)
    cell = result.cells.iloc[0]
    assert (cell["minutes"], cell["allowance_minutes"]) == (188_235, 28_235)
    assert need(result, "A")["year_fte_dec4"] == 20_653
    lines += [{"work_item": "RIENG", "quantity": 600, "period": "2021-01"}]
    result = run(lines, rules, minutes=hours, last="2021-01", work_items=items)
    assert need(result, "A")["year_fte_dec4"] == 24_603
    assert result.demand["minutes"].sum() == result.cells["minutes"].sum() == 188_235 + 36_000


@pytest.mark.parametrize(
    ("keys", "share"),
    [
        ({"minutes": 120, "per": "day"}, Fraction(1, 4)),
        ({"minutes": 240, "per": "week"}, Fraction(1, 10)),
        ({"minutes": 960, "per": "month"}, Fraction(1, 10)),
        ({"minutes": 11_520, "per": "year"}, Fraction(1, 10)),
    ],
)
def test_minutes_per_period_become_a_share(keys: dict[str, Any], share: Fraction) -> None:
    """Two hours a day of an eight-hour day are 25 % whatever the year; months and years use the time fund."""
    rules = model(allowance=(allowance(**keys),))
    result = run([{"unit_minutes": 6000, "period": "2021"}], rules, minutes=9600, last="2021-12")
    assert result.minutes == pytest.approx(float(6000 / (1 - share)), abs=6)


def test_allowances_belong_to_classes() -> None:
    """An allowance of class III leaves class II work alone."""
    rules = model(allowance=(allowance(share_pct="20", classes=("III",)),))
    lines = [{"unit_minutes": 800, "period": "2021-01", "task_group": group} for group in ("LX", "TH")]
    assert run(lines, rules).cells["minutes"].tolist() == [1000, 800]


def test_allowances_that_take_everything_are_refused() -> None:
    """Shares of 100 % or more are an error, never silently one."""
    rules = model(allowance=(allowance(share_pct="60"), allowance(minutes=192, per="day")))
    with pytest.raises(DataError) as caught:
        run([{"unit_minutes": 100, "period": "2021-01"}], rules)
    assert caught.value.findings.rows[0].code == "allowances_too_large"


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 977)), min_size=1, max_size=8), st.integers(1, 90)
)
@settings(max_examples=40)
def test_demand_and_cells_agree(work: list[tuple[int, int]], share: int) -> None:
    """Demand by priority adds up to the cells, and a cell to half-up(work / (1 − share))."""
    rules = model(allowance=(allowance(share_pct=str(share)),))
    lines = [{"unit_minutes": minutes + 1, "period": "2021-01", "priority": level} for level, minutes in work]
    result = run(lines, rules)
    plain = sum(minutes + 1 for _, minutes in work)
    extra = half_up(Fraction(plain * share, 100 - share))
    assert result.cells[["minutes", "allowance_minutes"]].to_numpy().tolist() == [[plain + extra, extra]]
    assert result.minutes == plain + extra == need(result, "A")["minutes"]


def test_an_office_without_time_is_refused() -> None:
    """A month without time fund is an error that names office and month."""
    with pytest.raises(DataError) as caught:
        run([{"unit_minutes": 100, "period": "2021-01"}], minutes=[1000, 0, 1000])
    assert [finding.value for finding in caught.value.findings] == ["2021-02", "2021-02"]


def test_an_empty_register() -> None:
    """No lines give empty frames with all their columns."""
    result = run([])
    assert (len(result.lines), len(result.demand), len(result.cells), result.minutes) == (0, 0, 0, 0)
    assert result.needs["year_fte_dec4"].tolist() == [0]
    assert list(result.demand.columns) == [
        "office", "pool", "task_group", "month", "priority", "regular", "estimated", "minutes",
    ]  # fmt: skip
