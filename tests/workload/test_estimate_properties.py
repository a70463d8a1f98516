"""Properties of the estimates on random registers: the oracle's figures, nothing twice, nothing mixed."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitri.workload import Workload, compute, estimate_totals

from .estimate_oracle import expectation, member
from .frames import fund, instance, model

OFFICES, BODIES, GROUPS = ["A", "B", "C", "D"], ["HND", "MTTQ"], ["KT", "TH"]
MONTHS = ["2021-01", "2021-02", "2021-03"]
STATES = st.sampled_from(["complete", "complete", "complete", "nil", "partial", "missing"])


def row(office: str, body: str, group: str, month: str, minutes: int, **more: Any) -> dict[str, Any]:
    """Write one line of some minutes."""
    return {
        "office": office,
        "organisation": body,
        "task_name": "x",
        "task_group": group,
        "unit_minutes": minutes,
        "quantity": 1,
        "period": month,
        **more,
    }


def tables(rows: list[dict[str, Any]], **more: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of four offices with two organisations each."""
    return {
        "offices": [{"code": code} for code in OFFICES],
        "organisations": [{"code": code} for code in BODIES],
        "task_groups": [{"code": code, "class": "II"} for code in GROUPS],
        "registrations": [{"code": f"R{i:03d}", **line} for i, line in enumerate(rows)],
        **more,
    }


def run(last: str = MONTHS[-1], **given_tables: list[dict[str, Any]]) -> Workload:
    """Compute a register from January on."""
    inst = instance("2021-01", last, **given_tables)
    return compute(inst, model(), fund(inst))


@st.composite
def registers(draw: st.DrawFn) -> tuple[dict[str, Any], dict[tuple[str, str], list[str]], list[int | None]]:
    """Draw a register: minutes by cell, states by office and organisation, population by office."""
    states = {pair: [draw(STATES) for _ in MONTHS] for pair in product(OFFICES, BODIES)}
    for body in BODIES:
        states["A", body][0] = "complete"
    minutes: dict[Any, int] = {}
    for pair, group, (m, _) in product(states, GROUPS, enumerate(MONTHS)):
        if states[pair][m] in ("complete", "partial"):
            minutes[pair, group, m] = draw(st.integers(0, 4000))
    sizes = draw(st.lists(st.one_of(st.none(), st.integers(1, 60)), min_size=4, max_size=4))
    return minutes, states, sizes


def written(
    minutes: dict[Any, int], states: dict[tuple[str, str], list[str]], sizes: list[int | None]
) -> dict[str, list[dict[str, Any]]]:
    """Write a drawn register as tables."""
    rows = [row(*pair, group, MONTHS[m], value) for (pair, group, m), value in minutes.items() if value]
    return tables(
        rows,
        submissions=[
            {"office": o, "organisation": r, "month": month, "state": state}
            for (o, r), row_of in states.items()
            for month, state in zip(MONTHS, row_of, strict=True)
        ],
        drivers=[
            {"office": office, "driver": "population", "year": 2021, "value": size}
            for office, size in zip(OFFICES, sizes, strict=True)
            if size is not None
        ],
    )


@given(registers())
@settings(max_examples=20, deadline=None)
def test_registered_and_estimated_make_the_expectation(drawn: Any) -> None:
    """In each cell registered + estimated = max(registered, expected), and expected is the oracle's."""
    minutes, states, sizes = drawn
    result = run(**written(*drawn))
    bodies = [
        {
            o: member(
                [[minutes.get(((o, r), group, m), 0) for m in range(3)] for group in GROUPS],
                [state in ("complete", "nil") for state in states[o, r]],
                drivers=[sizes[at]] if any(sizes) else [],
            )
            for at, o in enumerate(OFFICES)
        }
        for r in BODIES
    ]
    expected = expectation(bodies)
    keys = result.estimates[["office", "organisation", "task_group", "month"]].itertuples(index=False)
    found = dict(zip(map(tuple, keys), result.estimates.to_dict("records"), strict=True))
    for (r, body), o, (g, group), (m, month) in product(
        enumerate(BODIES), OFFICES, enumerate(GROUPS), enumerate(MONTHS)
    ):
        cell = found.pop((o, body, group, month), None)
        registered = minutes.get(((o, body), group, m), 0)
        if states[o, body][m] in ("complete", "nil"):
            assert cell is None, "a complete month and a month of nothing ask for no estimate"
            continue
        wanted = expected(r, o, g, m)
        assert (cell or {}).get("minutes", 0) + registered == pytest.approx(
            max(wanted, registered), abs=1, rel=0.002
        )
        if cell is not None:
            assert cell["covered"] == registered
            assert cell["minutes"] + registered == max(registered, cell["expected"])
            assert 0 <= cell["low"] <= cell["minutes"] <= cell["high"]
    assert found == {}


@given(registers())
@settings(max_examples=15, deadline=None)
def test_registered_and_estimated_stay_apart(drawn: Any) -> None:
    """`demand` has no estimated minute among the registered; taken out, the rest is the register alone."""
    given_tables = written(*drawn)
    result = run(**given_tables)
    inst = instance("2021-01", MONTHS[-1], estimate=False, **given_tables)
    alone = compute(inst, model(), fund(inst))
    real = result.demand[~result.demand["estimated"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(real, alone.demand)
    pd.testing.assert_frame_equal(result.lines, alone.lines)
    assert result.estimated_minutes == result.estimates["minutes"].sum()
    keys = ["office", "pool", "task_group", "month"]
    by_cell = result.estimates.groupby(keys)["minutes"].sum()
    shown = result.cells.set_index(keys)["estimated_minutes"]
    assert shown[shown > 0].to_dict() == by_cell.to_dict()
    whole = result.demand.groupby(keys)["minutes"].sum()
    assert result.cells.set_index(keys)["minutes"].to_dict() == whole.to_dict()


@given(registers(), st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_the_order_of_rows_is_of_no_account(drawn: Any, seed: int) -> None:
    """Shuffled tables give the same estimates to the last column."""
    given_tables = written(*drawn)
    mixed = {name: random.Random(seed).sample(rows, len(rows)) for name, rows in given_tables.items()}
    pd.testing.assert_frame_equal(run(**mixed).estimates, run(**given_tables).estimates)


@given(
    st.lists(st.integers(0, 900), min_size=6, max_size=6).filter(any),
    st.integers(1, 4000),
)
@settings(max_examples=25, deadline=None)
def test_an_inventory_s_surplus_is_taken_off_other_months(work: list[int], stock: int) -> None:
    """Inventory + estimates make up the year's expectation, or the inventory alone where that is more."""
    months = [f"2021-{m:02d}" for m in range(1, 7)]
    rows = [row("A", "HND", "TH", month, minutes) for month, minutes in zip(months, work, strict=True)]
    rows += [row("B", "HND", "TH", "2021-H1", stock, basis="inventory", profile="equal")]
    states = [{"office": "A", "organisation": "HND", "month": month, "state": "complete"} for month in months]
    states += [{**state, "office": "B", "state": "partial"} for state in states]
    result = run(months[-1], **tables([line for line in rows if line["unit_minutes"]], submissions=states))
    mine = result.estimates[(result.estimates["office"] == "B") & (result.estimates["organisation"] == "HND")]
    total = int(mine["minutes"].sum()) + stock
    assert total == pytest.approx(max(sum(work), stock), abs=6)


def monthly(office: str, body: str, minutes: list[int]) -> list[dict[str, Any]]:
    """Write one line a month from January."""
    return [row(office, body, "TH", f"2021-{m:02d}", value) for m, value in enumerate(minutes, start=1)]


def test_a_month_without_a_donor_takes_its_season_from_other_organisations() -> None:
    """Nobody of HND registered March; the Front's March is four months in one, so is HND's estimate."""
    rows = [line for o in "ABC" for line in monthly(o, "MTTQ", [1000, 1000, 4000])]
    rows += [line for o in "AB" for line in monthly(o, "HND", [200, 200])]
    states = [
        {"office": o, "organisation": "HND", "month": month, "state": "missing"}
        for o in "CD"
        for month in MONTHS
    ]
    found = run(**tables(rows, submissions=states)).estimates
    hnd = found[(found["organisation"] == "HND") & (found["office"] == "C")]
    assert hnd["method"].tolist() == ["mean", "mean", "season"]
    assert hnd["minutes"].tolist() == pytest.approx([200, 200, 800], rel=0.02)
    rows += [row(o, "HND", "TH", "2021-03", 800) for o in "AB"]
    known = run(**tables(rows, submissions=states)).estimates
    march = known[(known["organisation"] == "HND") & (known["office"] == "C")].iloc[2]
    assert march["method"] == "mean"
    assert march["high"] < hnd["high"].iloc[2], "a month known from other organisations is less certain"
    assert (hnd["donors"].tolist(), hnd["donor_months"].tolist()) == ([2] * 3, [4] * 3)


def test_a_month_that_nobody_registered_is_an_average_one_and_said() -> None:
    """Where no season is known, the estimate is an average month, marked, with a warning."""
    result = run(**tables([line for o in "ABCD" for line in monthly(o, "HND", [300, 500])]))
    march = result.estimates[result.estimates["month"] == "2021-03"]
    hnd = march[march["organisation"] == "HND"]
    assert set(hnd["method"]) == {"own"}
    assert hnd["minutes"].tolist() == pytest.approx([400] * 4, abs=2)
    warning = next(finding for finding in result.findings if finding.code == "no_season")
    assert (warning.fields["count"], warning.fields["first"]) == (1, "03/2021")
    states = [{"office": "B", "organisation": "HND", "month": month, "state": "missing"} for month in MONTHS]
    absent = run(**tables(monthly("A", "HND", [300, 500]), submissions=states))
    wide = absent.estimates[absent.estimates["organisation"] == "HND"].set_index(["office", "month"])
    assert wide.loc[("B", "2021-03"), "method"] == "average"


def test_an_office_s_own_months_speak_for_it() -> None:
    """The more months an office registered itself, the closer its estimate is to its own level."""
    last = "2021-12"
    rows = [line for o in "ABC" for line in monthly(o, "HND", [1000 + 7 * m for m in range(12)])]
    found = []
    for months in (1, 3, 11):
        mine = run(last, **tables(rows + monthly("D", "HND", [2000] * months))).estimates
        december = mine[(mine["office"] == "D") & (mine["month"] == last) & (mine["organisation"] == "HND")]
        found.append(int(december["minutes"].iloc[0]))
    assert 1000 < found[0] < found[1] < found[2] < 2200


def test_the_range_widens_when_donors_are_few() -> None:
    """Three donors that differ as much as thirty-three leave a wider range."""
    widths = []
    for count in (3, 33):
        rows = [
            {**row(f"V{n:02d}", "HND", "TH", "2021-01", 800 + 200 * (n % 3)), "code": f"R{n}"}
            for n in range(count)
        ]
        given_tables = tables([])
        given_tables["offices"] = [{"code": f"V{n:02d}"} for n in range(count + 1)]
        given_tables["registrations"] = rows
        missing = {"office": f"V{count:02d}", "organisation": "HND", "month": "2021-01", "state": "missing"}
        cell = run("2021-01", **given_tables, submissions=[missing]).estimates
        cell = cell[cell["organisation"] == "HND"].iloc[0]
        assert cell["minutes"] == pytest.approx(1000, abs=2)
        widths.append(int(cell["high"] - cell["low"]))
    assert widths[0] > 1.5 * widths[1]


def test_cancelled_lines_and_orders_neither_donate_nor_complete_a_month() -> None:
    """A month with nothing but a cancelled line or an order is missing, and is estimated itself."""
    rows = [
        row("A", "HND", "TH", "2021-01", 300),
        row("B", "HND", "TH", "2021-01", 9000, status="cancelled"),
        row("C", "HND", "TH", "2021-01", 9000, kind="order"),
        row("C", "HND", "TH", "2021-01", 0),
    ]
    found = run("2021-01", **tables(rows[:3])).estimates
    assert found[["office", "minutes", "donors"]].to_numpy().tolist() == [["B", 300, 1]]
    # An order alone makes nobody a member; beside a line of its own it adds nothing to what is donated.
    found = run("2021-01", **tables(rows)).estimates
    assert found[["office", "minutes", "donors"]].to_numpy().tolist() == [["B", 150, 2]]


def test_totals_add_up_and_have_a_range_of_their_own() -> None:
    """By office and organisation: minutes add up; the total's range is narrower than all ranges together."""
    rows = [
        line
        for at, o in enumerate("ABC")
        for group in GROUPS
        for line in [row(o, "HND", group, month, 500 + 90 * at) for month in MONTHS]
    ]
    states = [{"office": "D", "organisation": "HND", "month": month, "state": "missing"} for month in MONTHS]
    found = run(**tables(rows, submissions=states)).estimates
    total = estimate_totals(found[found["organisation"] == "HND"]).iloc[0]
    assert total["minutes"] == found["minutes"].sum() == 6 * 590
    assert (total["months"], total["donors"], total["donor_months"], total["methods"]) == (3, 3, 9, "mean")
    assert found["low"].sum() < total["low"] < total["minutes"] < total["high"] < found["high"].sum()
