"""What must give where work of a month is left undone: each way is audited, and is the least."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from vitri.optimise.month.concede import conceded, concessions
from vitri.optimise.month.plan import MonthPlan
from vitri.optimise.month.search import solve_month
from vitri.plan.month_audit import audit_month
from vitri.workload.month import MonthProblem, OvertimeLimit, Task


def month(cap: int = 0) -> MonthProblem:
    """One person, three days of 100 minutes and evenings of 60; 150 are asked for on the first."""
    regular = np.zeros((1, 3, 3), dtype=np.int64)
    regular[:, :, 0] = 100
    extra = np.zeros_like(regular)
    extra[:, :, 2] = 60
    return MonthProblem(
        office="VP",
        days=tuple(dt.date(2021, 6, 7) + dt.timedelta(d) for d in range(3)),
        people=("P",),
        regular=regular,
        extra=extra,
        limits=(OvertimeLimit(0, 0, 2, cap),),
        tasks=(Task(code="A", minutes=150, first=0, last=0, people=(0,)),),
        events=(),
    )


def solved(problem: MonthProblem) -> MonthPlan:
    """Return the plan of a month."""
    return solve_month(problem, engines=("highs",), workers=1)


@pytest.mark.parametrize("cap", [0, 20, 40])
def test_the_least_that_must_give(cap: int) -> None:
    """The due date one day later is enough, or the 50 minutes of overtime less those allowed already."""
    ways = {way.kind: way.amount for way in concessions(solved(month(cap)))}
    assert ways == {"due": 1, "overtime": 50 - cap}


def test_each_way_is_enough_and_less_is_not() -> None:
    """With the way made the month is planned whole and passes its audit; with a minute less it is not."""
    plan = solved(month(20))
    assert plan.undone == (0,)
    for way in concessions(plan):
        again = solved(conceded(plan.problem, way))
        assert again.undone == ()
        pieces = [(x.task, x.person, x.day, x.session, x.minutes) for x in again.pieces]
        assert len(audit_month(again.problem, again.owners, again.sent, pieces)) == 0
        if way.kind == "overtime":
            less = dataclasses.replace(way, amount=way.amount - 1)
            assert solved(conceded(plan.problem, less)).undone == (0,)


def test_the_least_urgent_gives_first() -> None:
    """Of two tasks left undone the one of lower urgency is named first; what is done is not named."""
    base = month()
    tasks = (
        dataclasses.replace(base.tasks[0], code="URGENT", priority=1),
        dataclasses.replace(base.tasks[0], code="LATER", priority=3),
        Task(code="FITS", minutes=50, first=0, last=0, people=(0,)),
    )
    plan = solved(dataclasses.replace(base, tasks=tasks))
    named = [plan.problem.tasks[way.task].code for way in concessions(plan)]
    assert named[0] == "LATER"
    assert set(named) == {"LATER", "URGENT"}


def test_work_that_nobody_may_do_has_no_such_way() -> None:
    """Neither days nor overtime help where nobody may do the work."""
    base = month()
    plan = solved(dataclasses.replace(base, tasks=(dataclasses.replace(base.tasks[0], people=()),)))
    assert plan.undone == (0,)
    assert concessions(plan) == ()
