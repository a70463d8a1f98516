"""Converted products: shared out by assigned minutes, exactly; outcomes, results, and what has no factor."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.data import read
from vitri.data.instance import Instance
from vitri.data.tables import TABLES
from vitri.explain.conversion import convert, leaders
from vitri.explain.conversion import converted as converted_table
from vitri.policy import PlanningModel, load_model

MONTH = "2021-01"
CELL = {"office": "SM", "pool": "shared", "task_group": "TH", "month": MONTH}
TEXTS = ("registration", "office", "pool", "task_group", "month", "work_item", "official", "pooling", "role")


def frame(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
    """Return records as a run table."""
    made = pd.DataFrame(rows, columns=list(columns) if not rows else None)
    return made.astype({name: "str" for name in TEXTS if name in made.columns})


def plan(
    quantity: int,
    shares: dict[str, int],
    unmet: int = 0,
    named: dict[str, int] | None = None,
    work_item: str | None = "TH1",
) -> dict[str, pd.DataFrame]:
    """Return the run tables of one line (of 600 minutes) in one cell that some people hold."""
    line = {
        **CELL, "registration": "R02", "work_item": work_item, "quantity_dec2": quantity, "line_minutes": 600,
        "minutes": 600, "pooling": "membership", "counted": True,
    }  # fmt: skip
    held = [{**CELL, "official": who, "registration": None, "role": "main", "minutes": m}
            for who, m in shares.items()]  # fmt: skip
    held += [{**CELL, "official": who, "registration": "R02", "role": "main", "minutes": m}
             for who, m in (named or {}).items()]  # fmt: skip
    undone = [{**CELL, "priority": 1, "minutes": unmet}] if unmet else []
    return {
        "workload_lines": frame([line]),
        "assignments": frame(held, *CELL, "official", "registration", "role", "minutes"),
        "unmet": frame(undone, *CELL, "priority", "minutes"),
    }


def outcomes(*rows: tuple[str, int | None, int, int, bool]) -> pd.DataFrame:
    """Return outcomes of R02: official, done (hundredths), errors, delays, objective cause."""
    spec = TABLES["outcomes"]
    made = pd.DataFrame(
        [
            {
                "registration": "R02", "official": who, "month": MONTH, "quantity_done": done,
                "content_errors": errors, "delays": delays, "objective_cause": objective,
            }
            for who, done, errors, delays, objective in rows
        ],
        columns=[column.name for column in spec.fields],
    )  # fmt: skip
    return made.astype({column.name: column.dtype for column in spec.fields})


@pytest.fixture(scope="module")
def model() -> PlanningModel:
    """The commune model, which converts products: N2 is 1.5, each fault costs 25 %."""
    return load_model("mttq-xa-2025")


@pytest.fixture(scope="module")
def instance(root: Path) -> Instance:
    """The tiny scenario, in which TH1 has complexity N2 and the other items none."""
    tiny = read(root / "tests" / "fixtures" / "vi-du-nho")
    items = tiny.table("work_items")
    items["complexity"] = items["complexity"].mask(items["code"] == "TH1", "N2")
    return tiny.with_tables(work_items=items)


def test_a_line_goes_to_its_holders_by_their_minutes(instance: Instance, model: PlanningModel) -> None:
    """Ten products at K 1.5: 60 % and 30 % of the minutes, and what nobody does stays visible."""
    table = converted_table(instance, model, plan(1000, {"CB01": 360, "CB02": 180}, unmet=60))
    assert table["official"].fillna("").tolist() == ["CB01", "CB02", ""]
    assert table["quantity_dec2"].tolist() == [600, 300, 100]
    assert table["converted_dec2"].tolist() == [900, 450, 150]
    assert table["done_converted_dec2"].isna().all()


@settings(max_examples=20)
@given(
    quantity=st.integers(1, 10**5),
    shares=st.lists(st.integers(1, 10**4), min_size=1, max_size=5),
    unmet=st.integers(0, 10**4),
)
def test_parts_add_up_and_follow_the_minutes(
    instance: Instance, model: PlanningModel, quantity: int, shares: list[int], unmet: int
) -> None:
    """Whatever the minutes: no product is lost, parts are within a hundredth, converted adds up to q × K."""
    people = {f"CB0{i}": minutes for i, minutes in enumerate(shares)}
    table = converted_table(instance, model, plan(quantity, people, unmet))
    assert int(table["quantity_dec2"].sum()) == quantity
    assert int(table["converted_dec2"].sum()) == (2 * quantity * 1500 + 1000) // 2000
    total = sum(shares) + unmet
    found = dict(zip(table["official"].fillna(""), table["quantity_dec2"], strict=True))
    for who, minutes in {**people, "": unmet}.items():
        assert abs(Fraction(quantity * minutes, total) - int(found.get(who, 0))) <= 1


def test_work_assigned_by_registration_goes_to_those_named(instance: Instance, model: PlanningModel) -> None:
    """Who is assigned the line itself gets it; the minutes of it that nobody has stay with nobody."""
    table = converted_table(instance, model, plan(1000, {"CB01": 600}, named={"CB02": 450}))
    assert table["official"].fillna("").tolist() == ["CB02", ""]
    assert table["quantity_dec2"].tolist() == [750, 250]


def test_a_line_that_nobody_holds_is_shown(instance: Instance, model: PlanningModel) -> None:
    """A cell without any assignment keeps its products, without an official."""
    table = converted_table(instance, model, plan(1000, {}))
    assert (len(table), table["official"].isna().all(), table["converted_dec2"].tolist()) == (1, True, [1500])


def test_an_item_without_a_factor_is_left_out_and_said(instance: Instance, model: PlanningModel) -> None:
    """No complexity and no K: a blank factor, nothing converted, one warning with the number of lines."""
    for item in ("TH2", None):
        made = convert(instance, model, plan(1000, {"CB01": 600}, work_item=item))
        assert made is not None
        assert made.converted["conversion_k_dec3"].isna().all()
        assert made.converted["converted_dec2"].isna().all()
        assert len(made.people) == 0
        assert made.tables() == {}
        (finding,) = made.findings
        assert (finding.code, finding.severity, finding.value) == ("no_conversion_factor", "warning", "1")


def test_what_was_done_and_how_well(instance: Instance, model: PlanningModel) -> None:
    """CB01 did 5 of 6 products with one error and one delay; CB02 all 4, late for objective causes."""
    given_ = instance.with_tables(
        outcomes=outcomes(("CB01", 500, 1, 1, False), ("CB02", 400, 0, 3, True), ("CB05", None, 2, 0, False))
    )
    made = convert(given_, model, plan(1000, {"CB01": 360, "CB02": 240}))
    assert made is not None
    table = made.converted.set_index("official")
    assert table["done_converted_dec2"].to_dict() == {"CB01": 750, "CB02": 600}
    assert table["quality_pct"].to_dict() == {"CB01": 9500, "CB02": 10_000}
    assert table["progress_pct"].to_dict() == {"CB01": 9500, "CB02": 10_000}


def test_the_result_is_the_mean_of_three_shares_for_those_who_do_not_lead(
    instance: Instance, model: PlanningModel
) -> None:
    """CB04: a = 7.5 / 9, b = c = 95 %; the elected CB01 has a, b and c but no result."""
    given_ = instance.with_tables(outcomes=outcomes(("CB01", 400, 0, 0, False), ("CB04", 500, 1, 1, False)))
    made = convert(given_, model, plan(1000, {"CB01": 240, "CB04": 360}))
    assert made is not None
    people = made.people.set_index("official")
    assert people.loc["CB04", "quantity_pct"] == 8333
    assert people.loc["CB04", "result_pct"] == (8333 + 9500 + 9500 + 1) // 3
    assert people.loc["CB01", "quantity_pct"] == 10_000
    assert pd.isna(people.loc["CB01", "result_pct"])
    assert leaders(given_, {}) == {"CB01", "CB02", "CB03"}


def test_more_done_than_assigned_is_a_whole_result_at_most(instance: Instance, model: PlanningModel) -> None:
    """Twice the products: quantity says 200 %, the result counts 100 %."""
    given_ = instance.with_tables(outcomes=outcomes(("CB04", 2000, 0, 0, False)))
    made = convert(given_, model, plan(1000, {"CB04": 600}))
    assert made is not None
    assert made.people[["quantity_pct", "result_pct"]].iloc[0].tolist() == [20_000, 10_000]


def test_nothing_done_is_zero_and_nothing_told_is_blank(instance: Instance, model: PlanningModel) -> None:
    """0 products done is a result of 0; a line whose outcome nobody told counts neither way."""
    given_ = instance.with_tables(outcomes=outcomes(("CB04", 0, 0, 0, False)))
    made = convert(given_, model, plan(1000, {"CB04": 300, "CB05": 300}))
    assert made is not None
    people = made.people.set_index("official")
    assert people.loc["CB04", "result_pct"] == 0
    assert pd.isna(people.loc["CB04", "quality_pct"])
    assert people.loc["CB05", ["done_converted_dec2", "quantity_pct", "result_pct"]].isna().all()


def test_who_did_the_work_of_others_is_listed(instance: Instance, model: PlanningModel) -> None:
    """An outcome of somebody without a share of the line is a row of quantity 0 that counts as done."""
    given_ = instance.with_tables(outcomes=outcomes(("CB05", 200, 0, 0, False)))
    table = converted_table(given_, model, plan(1000, {"CB04": 600})).set_index("official")
    assert table.loc["CB05", ["quantity_dec2", "converted_dec2", "done_converted_dec2"]].tolist() == [
        0,
        0,
        300,
    ]
    assert table.loc["CB05", "office"] == "SM"


def test_deductions_are_the_models(instance: Instance, model: PlanningModel) -> None:
    """Another deduction gives other points; without one quality and progress stay blank."""
    given_ = instance.with_tables(outcomes=outcomes(("CB04", 1000, 1, 0, False)))
    for pct, wanted in ((50, 9500), (0, 10_000), (None, None)):
        assert model.conversion is not None
        rule = model.conversion.model_copy(update={"error_deduction_pct": pct})
        other = model.model_copy(update={"conversion": rule})
        made = convert(given_, other, plan(1000, {"CB04": 600}))
        assert made is not None
        found = made.converted["quality_pct"].iloc[0]
        assert (None if pd.isna(found) else found) == wanted
        assert pd.isna(made.people["result_pct"].iloc[0]) == (pct is None)


def test_no_conversion_where_it_is_not_in_force(instance: Instance, model: PlanningModel) -> None:
    """Before 2026, and without officials, there are no converted products."""
    tables = plan(1000, {"CB01": 600})
    assert convert(instance, model.in_force(instance.info.as_of), tables) is None
    assert convert(instance.with_tables(officials=instance.table("officials").head(0)), model, tables) is None
