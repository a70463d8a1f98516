"""The audit of a month's assignment, by code that shares nothing with the optimiser."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Findings
from vitri.plan.audit import AuditReport, MeasuredFinding
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.rules.case import Case
from vitri.rules.month import MONTH_RULES


def audit_assigned_month(
    instance: Instance,
    model: PlanningModel,
    tables: Mapping[str, pd.DataFrame],
    lines: pd.DataFrame,
    month: str,
) -> AuditReport:
    """Check the tables assignments and unmet of a month against every month rule.

    `lines` are the workload lines of the month and the offices assigned (see `vitri.workload.Workload`).
    """
    case = Case.of(
        instance,
        model,
        tables,
        pd.DataFrame(),
        time_fund(instance, model),
        lines=lines[lines["month"] == month],
    )
    measured = [(rule, rule.measure(case)) for rule in MONTH_RULES]
    found = [
        MeasuredFinding(
            code=rule.name,
            table="assignments",
            row_key=str(row["place"]),
            value=str(row["actual"]),
            allowed=str(row["required"]),
            message=rule.sentence,
            fields={"rule": rule, "row": row},
        )
        for rule, frame in measured
        for row in frame[frame["broken"]].to_dict("records")
    ]
    rules = pd.concat([frame for _, frame in measured], ignore_index=True)
    return AuditReport(not found, len(MONTH_RULES), Findings.of(found), rules)
