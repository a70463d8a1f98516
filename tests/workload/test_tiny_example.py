"""The tiny synthetic example, line by line: quantity × norm × coefficient / time fund."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from vitri.workload import Workload, compute

from .frames import fund, model, read_folder

JUNE = "2021-06"


@pytest.fixture(scope="module")
def result() -> Workload:
    """The workload of the example; June has 8,568 minutes a post, holidays as in 2021."""
    inst = read_folder(Path(__file__).parents[1] / "fixtures" / "vi-du-nho")
    minutes = [7752, 5712, 8976, 7752, 7752, 8568, 8568, 8568, 8160, 8160, 8568, 8976]
    rules = model()
    rules.time_fund.holidays = "VN"
    return compute(inst, rules, fund(inst, minutes))


def test_every_line_of_june(result: Workload) -> None:
    """Every registration lands in the pool and with the minutes of the worked table."""
    june = result.lines[(result.lines["month"] == JUNE) & result.lines["counted"]]
    found = {
        row["registration"]: (row["pool"], row["task_group"], row["minutes"]) for _, row in june.iterrows()
    }
    assert found == {
        "R01": ("own.MTTQ", "LD", 480),
        "R02": ("shared", "TH", 240),
        "R03": ("shared", "TH", 240),
        "R04": ("shared", "TH", 360),
        "R05": ("shared", "TH", 960),
        "R06": ("shared", "VT", 2640),
        "R07": ("shared", "KT", 960),
        "R08": ("shared", "KT", 960),
        "R09": ("shared", "TQ", 360),
        "R10": ("own.HND", "PT", 2400),
        "R11": ("own.HLHPN", "PT", 1320),
        "R12": ("shared", "PT", 3600),
    }


def test_factors_stay_columns(result: Workload) -> None:
    """A line's minutes can be recomputed from the columns beside them."""
    for _, row in result.lines.drop_duplicates("registration").iterrows():
        chain = row["quantity_dec2"] * row["unit_minutes_dec2"] / 100 / 100
        for name in ("item", "norm", "office", "line", "complexity"):
            chain *= row[f"coefficient_{name}_dec3"] / 1000
        assert row["line_minutes"] == pytest.approx(chain, abs=0.5)
    r09 = result.lines[result.lines["registration"] == "R09"].iloc[0]
    assert r09["quantity_dec2"] == 400, "four were approved, five were asked for"
    r12 = result.lines[result.lines["registration"] == "R12"].iloc[0]
    assert (r12["norm_source"], r12["pooling"]) == ("own", "order")
    assert pd.isna(r12["work_item"])


def test_cells_and_totals_of_june(result: Workload) -> None:
    """June has 14,520 minutes, 1.6947 FTE and an estimated share of 9.09 %."""
    june = result.cells[result.cells["month"] == JUNE]
    cells = {
        (row["pool"], row["task_group"]): (row["minutes"], row["fte_dec4"]) for _, row in june.iterrows()
    }
    assert cells == {
        ("own.MTTQ", "LD"): (480, 560),
        ("shared", "TH"): (1800, 2101),
        ("shared", "VT"): (2640, 3081),
        ("shared", "KT"): (1920, 2241),
        ("shared", "TQ"): (360, 420),
        ("shared", "PT"): (3600, 4202),
        ("own.HND", "PT"): (2400, 2801),
        ("own.HLHPN", "PT"): (1320, 1541),
    }
    assert june["minutes"].sum() == 14_520
    assert round(june["estimated_minutes"].sum() / june["minutes"].sum() * 100, 2) == 9.09
    demand = result.demand[result.demand["month"] == JUNE]
    assert demand["minutes"].sum() == 14_520
    assert demand.loc[demand["estimated"], "minutes"].sum() == 1_320
    assert june.loc[june["task_group"] == "PT", "minutes"].sum() == 7_320


def test_peak_is_june(result: Workload) -> None:
    """The office's peak month is June, with 1.6947 FTE."""
    office = result.needs[(result.needs["office"] == "SM") & result.needs["pool"].isna()].iloc[0]
    assert (office["peak_month"], office["peak_fte_dec4"]) == (JUNE, 16_947)


def test_posts_of_june_alone() -> None:
    """June alone: 6 posts rounded up per task group, 5 per pool, 2 per office."""
    inst = read_folder(Path(__file__).parents[1] / "fixtures" / "vi-du-nho")
    inst = inst.with_info(first_month=JUNE, last_month=JUNE)
    rules = model()
    rules.time_fund.holidays = "VN"
    result = compute(inst, rules, fund(inst, 8568))
    office = result.needs[(result.needs["office"] == "SM") & result.needs["pool"].isna()].iloc[0]
    assert office["minutes"] == 14_520
    assert office["year_fte_dec4"] == 16_947
    assert (office["posts_by_position"], office["posts_by_pool"], office["posts_by_office"]) == (6, 5, 2)
    outside = result.lines[result.lines["counted_reason"] == "outside_horizon"]
    assert dict(zip(outside["registration"], outside["minutes"], strict=True)) == {
        "R06": 27_360,
        "R08": 840,
        "R10": 2_400,
    }
    assert [finding.code for finding in result.findings] == ["outside_horizon"]


def test_shuffled_rows_change_nothing(result: Workload) -> None:
    """The order of the rows of every table is of no account."""
    inst = read_folder(Path(__file__).parents[1] / "fixtures" / "vi-du-nho")
    mixed = inst.with_tables(
        **{
            name: inst.table(name).sample(frac=1, random_state=7).reset_index(drop=True)
            for name in inst.present
        }
    )
    rules = model()
    rules.time_fund.holidays = "VN"
    minutes = [7752, 5712, 8976, 7752, 7752, 8568, 8568, 8568, 8160, 8160, 8568, 8976]
    again = compute(mixed, rules, fund(inst, minutes))
    for name in ("lines", "demand", "cells", "needs", "estimates"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name))
