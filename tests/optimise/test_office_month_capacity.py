"""The capacity core inside the month of an office: its bound on undone work, and the answers it starts."""

from __future__ import annotations

import random

import pytest
from test_office_month import LEVELS, tiny

from vitri.optimise.office_month.capacity import capacity_problem, responsible_of, undone_at_least
from vitri.optimise.office_month.case import Fit, Line, Member, OfficeMonth
from vitri.optimise.office_month.levels import REST, Level, broken
from vitri.optimise.office_month.solve import assign_month

UNDONE = Level("unmet", 1, "unmet", "unmet_minutes", priorities=(1, 2, 3))


def crowded(seed: int, people: int, lines: int, load: float) -> OfficeMonth:
    """Draw a month in which the lines ask for `load` times the time there is."""
    draw = random.Random(seed)
    cells = [("shared", f"G{g:02d}") for g in range(12)]
    members = tuple(Member(f"P{p:02d}", time=draw.choice((8000, 9600)), groups=6) for p in range(people))
    weights = [draw.randint(20, 100) for _ in range(lines)]
    whole = load * sum(member.time for member in members)
    made = tuple(
        Line(f"R{k:03d}", draw.choice(cells), minutes=int(whole * weight / sum(weights)))
        for k, weight in enumerate(weights)
    )
    fits = {cell: {m.code: Fit(own=True) for m in members if draw.random() < 0.5} for cell in cells}
    return OfficeMonth(
        office="VP", month="2021-03", people=members, lines=made, fits=fits, people_per_group=people
    )


@pytest.mark.parametrize("seed", range(25))
def test_bound_by_capacity_is_never_above_what_the_month_reaches(seed: int) -> None:
    """The bound by capacity is at most the undone minutes of a tiny month at its first level."""
    case = tiny(seed)
    assigned = assign_month(case, LEVELS[:1], effort=5.0)
    for level, told in zip(LEVELS[:1], assigned.levels, strict=False):
        answer = undone_at_least(case, level)
        assert answer.bound is not None
        assert answer.bound <= told.value
        assert capacity_problem(case, level).cost_of(answer.owners or ()) == answer.value
        assert set(responsible_of(case, level, answer)) <= {line.code for line in case.lines}


def test_crowded_month_has_a_bound_of_the_capacity_core() -> None:
    """With more work than time and little effort, the bound is at least that of capacity and stays below."""
    case = crowded(3, 6, 24, 1.2)
    assigned = assign_month(case, (UNDONE, *REST[:1]), effort=0.5)
    answer = undone_at_least(case, UNDONE)
    first = assigned.levels[0]
    assert answer.bound is not None
    assert first.bound is not None
    assert answer.bound <= first.bound <= first.value
    assert not broken(case, assigned.given)
