"""A saved calendar checked again, from the copy of its input and its tables, without a solver."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from vitri.data.instance import Instance
from vitri.errors import Findings
from vitri.plan.calendar.frozen import first_open_day
from vitri.plan.calendar.rows import from_tables
from vitri.plan.month_audit import audit_month
from vitri.policy import PlanningModel
from vitri.workload.month.read import read_month
from vitri.workload.month.rest import past_of, rest_of

if TYPE_CHECKING:
    from vitri.plan.result import Result
    from vitri.workload import Workload


def audit_calendar(instance: Instance, model: PlanningModel, work: Workload, result: Result) -> Findings:
    """Return every broken rule of a saved calendar, office by office; empty where all are kept."""
    month = str(result.info["month"])
    told = result.info.get("today")
    today = dt.date.fromisoformat(str(told)) if told else None
    broken = Findings()
    for office in result.info["offices"]:
        problem, _ = read_month(instance, model, work.lines, str(office), month)
        day = first_open_day(problem, today)
        if day:
            problem = rest_of(problem, past_of(problem, result.tables["sessions"], day))
        broken = broken + audit_month(problem, *from_tables(problem, result.tables, month, day))
    return broken
