"""Products by month and pool: quantities split as minutes are, factors K, points that faults cost."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.data import read
from vitri.policy import PlanningModel, load_model
from vitri.workload.products import deducted, factor_of_item, factor_of_line, products

KEYS = ("registration", "office", "pool", "task_group", "month", "work_item", "pooling")


def lines(*rows: dict[str, Any]) -> pd.DataFrame:
    """Workload lines from records; what is left out is that of one counted line of ten products."""
    usual = {
        "registration": "R1", "office": "A", "pool": "shared", "task_group": "TH", "month": "2026-01",
        "work_item": "W", "quantity_dec2": 1000, "line_minutes": 600, "minutes": 600, "pooling": "membership",
        "counted": True,
    }  # fmt: skip
    frame = pd.DataFrame([usual | row for row in rows])
    return frame.astype({**dict.fromkeys(KEYS, "str"), "counted": bool})


NO_FACTORS = pd.Series([], index=pd.Index([], dtype=object), dtype="Int64")


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The commune model, which converts products."""
    return load_model("mttq-xa-2025")


@settings(max_examples=40)
@given(quantity=st.integers(0, 10**6), parts=st.lists(st.integers(1, 10**5), min_size=1, max_size=12))
def test_the_months_of_a_line_add_up_to_its_quantity(quantity: int, parts: list[int]) -> None:
    """The products of the months are whole hundredths, near their share, and add up to the line."""
    rows = [
        {"month": f"2026-{i + 1:02}", "minutes": m, "line_minutes": sum(parts), "quantity_dec2": quantity}
        for i, m in enumerate(parts)
    ]
    made = products(lines(*rows), NO_FACTORS)
    assert int(made["quantity_dec2"].sum()) == quantity
    for minutes, part in zip(made["minutes"], made["quantity_dec2"], strict=True):
        assert abs(Fraction(quantity * int(minutes), sum(parts)) - int(part)) <= 1


def test_what_does_not_count_takes_its_part_of_the_quantity() -> None:
    """A third of the line outside the horizon takes a third of the products with it."""
    made = products(
        lines(
            {"month": None, "pool": None, "pooling": None, "minutes": 200, "counted": False},
            {"month": "2026-01", "minutes": 200},
            {"month": "2026-02", "minutes": 200},
        ),
        NO_FACTORS,
    )
    assert made["month"].tolist() == ["2026-01", "2026-02"]
    assert made["quantity_dec2"].tolist() == [334, 333]


def test_a_repeated_line_makes_its_products_in_every_pool() -> None:
    """Where work is repeated in each pool, so are its products; where it is divided, so are they."""
    for pooling, wanted in (("repeated", [1000, 1000]), ("divided", [500, 500])):
        minutes = 600 if pooling == "repeated" else 300
        made = products(
            lines(*({"pool": pool, "pooling": pooling, "minutes": minutes} for pool in ("own.X", "own.Y"))),
            NO_FACTORS,
        )
        assert made["quantity_dec2"].tolist() == wanted


def test_a_line_too_small_for_a_minute_keeps_its_products() -> None:
    """Products without a whole minute stay, all in the first row."""
    made = products(
        lines(*({"pool": p, "minutes": 0, "line_minutes": 0, "quantity_dec2": 7} for p in ("a", "b"))),
        NO_FACTORS,
    )
    assert made["quantity_dec2"].tolist() == [7, 0]


def test_the_factor_is_the_items_own_else_the_models_else_blank(root: Path, model: PlanningModel) -> None:
    """K of the item wins over K of its complexity; without both it is blank, never 1."""
    instance = read(root / "tests" / "fixtures" / "vi-du-nho")
    items = instance.table("work_items").head(4)
    items["code"] = pd.array(["OWN", "N2", "NONE", "ZERO"], dtype="str")
    items["complexity"] = pd.array(["N2", "N2", None, "N1"], dtype="str")
    items["conversion_k"] = pd.array([2250, None, None, 0], dtype="Int64")
    factors = factor_of_item(instance.with_tables(work_items=items), model)
    assert factors.dropna().to_dict() == {"OWN": 2250, "N2": 1500, "ZERO": 0}
    assert pd.isna(factors["NONE"])
    named = pd.DataFrame({"work_item": pd.array(["NONE", None, "OWN", "N2", "N2"], dtype="str")})
    assert factor_of_line(named, factors).fillna(-1).tolist() == [-1, -1, 2250, 1500, 1500]


def test_each_fault_costs_a_quarter_of_one_product_and_never_more_than_all() -> None:
    """25 % a fault: one product with one fault keeps 75 %, ten products keep 97.5 %, five faults leave 0."""
    done = np.array([100, 1000, 100, 50, 0, 300])
    faults = np.array([1, 1, 5, 1, 0, 1])
    assert deducted(done, faults, 2500).tolist() == [7500, 9750, 0, 7500, 10_000, 9167]
