"""Estimates: who counts as missing, what donors give, and that nothing is counted twice."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from vitri.workload import Workload, compute

from .estimate_oracle import expectation, member
from .frames import fund, instance, model
from .oracle import half_up

OFFICES = ["A", "B", "C", "D"]
BASE: dict[str, Any] = {
    "organisations": [{"code": "HND"}, {"code": "MTTQ"}],
    "task_groups": [{"code": "KT", "class": "II"}, {"code": "TH", "class": "II"}],
}


def line(
    office: str, organisation: str, minutes: int, period: str = "2021-01", **more: Any
) -> dict[str, Any]:
    """Write one line of some minutes of general affairs."""
    return {
        "office": office,
        "organisation": organisation,
        "task_name": "x",
        "task_group": "TH",
        "unit_minutes": minutes,
        "quantity": 1,
        "period": period,
        **more,
    }


def run(lines: list[dict[str, Any]], last: str = "2021-01", estimate: bool = True, **tables: Any) -> Workload:
    """Compute a register of the four offices."""
    rows = [{"code": f"R{i:03d}", **row} for i, row in enumerate(lines)]
    given_tables = {"offices": [{"code": code} for code in OFFICES], **BASE, **tables}
    inst = instance("2021-01", last, estimate=estimate, **given_tables, registrations=rows)
    return compute(inst, model(), fund(inst))


def missing(*cells: tuple[str, str], state: str = "missing", month: str = "2021-01") -> list[dict[str, str]]:
    """Write submissions of one state."""
    return [{"office": o, "organisation": r, "month": month, "state": state} for o, r in cells]


def test_a_missing_month_is_the_mean_of_the_donors() -> None:
    """Without drivers the estimate is the donors' mean, with a range around it, and visible."""
    result = run(
        [line("A", "HND", 100), line("B", "HND", 300), line("C", "HND", 501)],
        submissions=missing(("D", "HND")),
    )
    row = result.estimates.iloc[0]
    assert (row["office"], row["organisation"], row["month"], row["pool"]) == (
        "D",
        "HND",
        "2021-01",
        "shared",
    )
    assert row[["minutes", "donors", "donor_months", "method"]].tolist() == [300, 3, 3, "mean"]
    # The donors differ by a factor of five: nearly anything may be true of the fourth.
    assert (row["low"], row["high"]) == (0, row["total_reach"] + 300)
    assert 501 < row["high"] < 1200
    cell = result.cells[result.cells["office"] == "D"].iloc[0]
    assert (cell["minutes"], cell["estimated_minutes"]) == (300, 300)
    assert (cell["low_minutes"], cell["high_minutes"]) == (row["low"], row["high"])
    assert result.estimated_minutes == 300
    assert "D" not in set(result.lines["office"])


def test_nil_is_not_missing_and_donates_nothing_to_do() -> None:
    """A nil month is never filled, and as a donor it says that there was nothing."""
    result = run(
        [line("A", "HND", 300)],
        submissions=missing(("B", "HND"), state="nil") + missing(("C", "HND")),
    )
    assert result.estimates[["office", "minutes", "donors"]].to_numpy().tolist() == [["C", 150, 2]]


def test_switched_off() -> None:
    """The scenario may switch estimates off."""
    result = run([line("A", "HND", 300)], estimate=False, submissions=missing(("B", "HND")))
    assert (len(result.estimates), result.estimated_minutes) == (0, 0)


def test_without_submissions_a_month_with_a_line_is_complete() -> None:
    """Absent table: a month with a line is complete, one without is missing and gets an estimate."""
    result = run(
        [line("A", "HND", 100), line("A", "HND", 200, "2021-02"), line("B", "HND", 60)], last="2021-02"
    )
    # A's February is 200; B's own January says 120; B's one month is believed in part.
    row = result.estimates.iloc[0]
    assert row[["office", "month", "method"]].tolist() == ["B", "2021-02", "own"]
    assert len(result.estimates) == 1
    assert row["minutes"] == 181
    assert 0 < row["habit_dec6"] < row["size_dec6"] == 1_000_000


def test_an_inventory_beside_monthly_programmes_is_partial() -> None:
    """A yearly inventory covers its months; only what is missing to the donors' mean is added."""
    lines = [line("A", "HND", 100, f"2021-{m:02d}") for m in range(1, 13)]
    lines += [line("B", "HND", 960, "2021", basis="inventory", profile="equal")]
    result = run(lines, last="2021-12")
    assert result.estimates["minutes"].tolist() == [20] * 12
    assert set(result.estimates["state"]) == {"partial"}
    assert result.demand.loc[result.demand["office"] == "B", "minutes"].sum() == 1200


def test_a_register_of_inventories_only_is_complete() -> None:
    """Where nobody registers monthly, nothing is missing."""
    result = run(
        [line("A", "HND", 1200, "2021"), line("B", "MTTQ", 1200, "2021"), line("C", "", 1, "2021")], "2021-12"
    )
    assert len(result.estimates) == 0
    assert len(result.findings) == 0


def test_an_inventory_s_surplus_lowers_other_months() -> None:
    """What an inventory has above the expectation in some months is taken off the gaps of the others."""
    lines = [
        line("A", "HND", minutes, f"2021-{m:02d}") for m, minutes in enumerate([100, 100, 100, 300], start=1)
    ]
    lines += [line("B", "HND", 480, "2021-H1", basis="inventory", profile="equal")]
    lines += [line("A", "HND", 0, f"2021-{m:02d}") for m in (5, 6)]
    result = run(lines, last="2021-06")
    # expected 100 100 100 300 0 0, inventory 80 a month: gaps 20 20 20 220, surplus 80 + 80.
    assert result.estimates["minutes"].sum() == 600 - 480
    assert result.demand.loc[result.demand["office"] == "B", "minutes"].sum() == 600


def test_partial_states_keep_what_was_registered() -> None:
    """A partial month gets only the difference; a month above the expectation gets nothing."""
    submissions = missing(("B", "HND"), ("C", "HND"), state="partial")
    result = run(
        [line("A", "HND", 300), line("B", "HND", 120), line("C", "HND", 900)], submissions=submissions
    )
    assert result.estimates[["office", "minutes", "expected", "covered"]].to_numpy().tolist() == [
        ["B", 180, 300, 120]
    ]


def test_drivers_scale_and_few_donors_are_pulled_to_the_mean() -> None:
    """Without evidence of its own a slope is one half: offices of 5 and 15 communes stand as 0.75 to 1.25."""
    drivers = [
        {"office": office, "driver": "communes", "year": year, "value": value}
        for office, year, value in (("A", 2020, 99), ("A", 2021, 5), ("B", 2021, 15), ("A", 2022, 77))
    ]
    submissions = missing(("B", "HND"))
    result = run([line("A", "HND", 300)], submissions=submissions, drivers=drivers)
    row = result.estimates.iloc[0]
    assert (row["factor_dec6"], row["minutes"], row["method"]) == (1_666_667, 500, "drivers")
    assert row["low"] == 0
    assert row["high"] > 900, "one donor proves nothing: the office may well work in proportion, or more"


def test_chosen_drivers_and_coefficients() -> None:
    """Only the chosen drivers count, and the office's coefficient scales as in registered work."""
    drivers = [
        {"office": office, "driver": name, "year": 2021, "value": value}
        for name, values in (("communes", (5, 15)), ("area", (1, 100)))
        for office, value in zip("AB", values, strict=True)
    ]
    rows = [{"code": "R1", **line("A", "HND", 300)}]
    offices = [{"code": "A"}, {"code": "B", "coefficient": "1.5"}]
    inst = instance(
        "2021-01", "2021-01", **{**BASE, "offices": offices}, registrations=rows, drivers=drivers,
        submissions=missing(("B", "HND")),
    )  # fmt: skip
    for chosen, minutes, method in ((("communes",), 750, "drivers"), ((), 450, "mean")):
        used = inst.with_info(estimate_drivers=chosen)
        row = compute(used, model(), fund(used)).estimates.iloc[0]
        assert row[["minutes", "method"]].tolist() == [minutes, method]


def test_guessed_months_do_not_donate() -> None:
    """A line that the planner estimated is no evidence for other offices, but counts as estimated itself."""
    lines = [line("A", "HND", 300), line("B", "HND", 9000, basis="estimated", basis_note="x")]
    result = run(lines, submissions=missing(("C", "HND")))
    assert result.estimates[["office", "minutes", "donors"]].to_numpy().tolist() == [["C", 300, 1]]
    assert result.estimated_minutes == 9300


def test_orders_and_irregular_work_are_not_estimated() -> None:
    """Orders and irregular items are nobody's regular work: donors do not pass them on."""
    items = [{"code": "V1", "task_group": "TH", "unit_minutes": 500, "regular": "no"}]
    lines = [
        line("A", "HND", 300),
        line("A", "HND", 7000, kind="order"),
        {"office": "A", "organisation": "HND", "work_item": "V1", "quantity": 1, "period": "2021-01"},
    ]
    result = run(lines, work_items=items, submissions=missing(("B", "HND")))
    assert result.estimates["minutes"].tolist() == [300]


def test_members_without_donors_are_named() -> None:
    """Where no comparable office registered, nothing is invented and a warning says so."""
    result = run([line("A", "HND", 300)], submissions=missing(("B", "MTTQ")))
    assert len(result.estimates) == 0
    warning = next(iter(result.findings))
    assert (warning.code, warning.severity, warning.row_key) == ("no_donor", "warning", "MTTQ")


def test_only_members_get_estimates_in_their_pool() -> None:
    """An office without the organisation gets nothing; own work goes to the own pool, outside nowhere."""
    lines = [line("A", "HND", 300), line("A", "HND", 50, task_group="KT")]
    memberships = [
        {"office": "*", "organisation": "*", "task_group": "TH", "pool": "own"},
        {"office": "*", "organisation": "*", "task_group": "KT", "pool": "outside"},
    ]
    result = run(lines, submissions=missing(("B", "HND")), memberships=memberships)
    assert result.estimates[["office", "pool", "task_group"]].to_numpy().tolist() == [["B", "own.HND", "TH"]]


def test_office_work_is_filled_only_where_an_office_has_none() -> None:
    """Work of the office itself is estimated only in offices without any, from those that have some."""
    lines = [line("A", "", 100), line("A", "", 40, "2021-02"), line("B", "", 10), line("C", "HND", 5)]
    result = run(lines, last="2021-02")
    office = result.estimates[result.estimates["organisation"].isna()]
    # A says 100 and 40, B says 10 for January: A's February is taken down, as B's work is a tenth of A's.
    known = {"A": ([[100, 40]], [True, True]), "B": ([[10, 0]], [True, False])}
    none = {code: ([[0, 0]], [False, False]) for code in "CD"}
    own = {code: member([[0, 0], *work[0]], work[1]) for code, work in {**known, **none}.items()}
    expected = expectation([own, {"C": member([[0, 0], [5, 0]], [True, False])}])
    wanted = [half_up(Fraction(expected(0, "C", 1, month))) for month in (0, 1)]
    assert office[["office", "month", "minutes", "donors"]].to_numpy().tolist() == [
        [code, f"2021-0{month + 1}", wanted[month], 2] for code in "CD" for month in (0, 1)
    ]
    assert wanted[0] > wanted[1]


def test_estimates_keep_the_donors_priorities() -> None:
    """Mandatory work of the donors is mandatory in the estimate."""
    lines = [line("A", "HND", 100, priority=1), line("A", "HND", 200, priority=3)]
    result = run(lines, submissions=missing(("B", "HND")))
    found = result.demand[result.demand["office"] == "B"]
    assert found[["priority", "minutes", "estimated"]].to_numpy().tolist() == [[1, 100, True], [3, 200, True]]
