"""vitri: job positions, staffing quotas and assignment for shared public offices.

The public names are resolved on first use, so that importing vitri costs nothing::

    import vitri

    instance = vitri.read("scenarios/bac-kan-2021")
    result = vitri.solve(instance)
    print(result.summary("en"))
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from vitri._version import __version__

if TYPE_CHECKING:
    from vitri.compare import compare as compare
    from vitri.data import check as check
    from vitri.data import read as read
    from vitri.data import write_folder as write_folder
    from vitri.data import write_template as write_template
    from vitri.data.instance import Instance as Instance
    from vitri.data.instance import ScenarioInfo as ScenarioInfo
    from vitri.errors import AuditError as AuditError
    from vitri.errors import DataError as DataError
    from vitri.errors import Finding as Finding
    from vitri.errors import Findings as Findings
    from vitri.errors import ModelError as ModelError
    from vitri.errors import NoPlanError as NoPlanError
    from vitri.errors import NoPlanYetError as NoPlanYetError
    from vitri.errors import UsageError as UsageError
    from vitri.errors import VitriError as VitriError
    from vitri.explain.calendar_changes import calendar_changes as calendar_changes
    from vitri.explain.no_plan_answer import no_plan as no_plan
    from vitri.explain.why.ask import why as why
    from vitri.optimise.engine import Progress as Progress
    from vitri.optimise.engine import SolveOptions as SolveOptions
    from vitri.plan.calendar import plan_calendar as plan_calendar
    from vitri.plan.calendar import replan as replan
    from vitri.plan.result import Result as Result
    from vitri.policy import load_model as load_model
    from vitri.policy import model_for as model_for
    from vitri.policy.worktime import time_fund as time_fund
    from vitri.report import write_workbook as write_workbook
    from vitri.report.derivation import write_derivation as write_derivation
    from vitri.report.ics import write_calendars as write_calendar_files
    from vitri.report.work_calendar import write_work_calendar as write_work_calendar
    from vitri.solve import solve as solve
    from vitri.variant import apply as apply_variant
    from vitri.workload.assemble import compute as compute_workload
    from vitri.workload.cliffs import cliff_map as cliff_map
    from vitri.workload.leave_one_out import leave_one_out as leave_one_out
    from vitri.workload.levers import Levers as Levers
    from vitri.workload.policies import by_policy as by_policy
    from vitri.workload.quality import questions as questions

# Public name → module (and the name there, where it differs).
_PUBLIC: dict[str, str] = {
    "AuditError": "vitri.errors",
    "DataError": "vitri.errors",
    "Finding": "vitri.errors",
    "Findings": "vitri.errors",
    "Instance": "vitri.data.instance",
    "Levers": "vitri.workload.levers",
    "ModelError": "vitri.errors",
    "NoPlanError": "vitri.errors",
    "NoPlanYetError": "vitri.errors",
    "Progress": "vitri.optimise.engine",
    "Result": "vitri.plan.result",
    "ScenarioInfo": "vitri.data.instance",
    "SolveOptions": "vitri.optimise.engine",
    "UsageError": "vitri.errors",
    "VitriError": "vitri.errors",
    "apply_variant": "vitri.variant:apply",
    "by_policy": "vitri.workload.policies",
    "calendar_changes": "vitri.explain.calendar_changes",
    "check": "vitri.data",
    "cliff_map": "vitri.workload.cliffs",
    "compare": "vitri.compare",
    "compute_workload": "vitri.workload.assemble:compute",
    "leave_one_out": "vitri.workload.leave_one_out",
    "load_model": "vitri.policy",
    "model_for": "vitri.policy",
    "no_plan": "vitri.explain.no_plan_answer",
    "plan_calendar": "vitri.plan.calendar",
    "questions": "vitri.workload.quality",
    "read": "vitri.data",
    "replan": "vitri.plan.calendar",
    "solve": "vitri.solve",
    "time_fund": "vitri.policy.worktime",
    "why": "vitri.explain.why.ask",
    "write_calendar_files": "vitri.report.ics:write_calendars",
    "write_derivation": "vitri.report.derivation",
    "write_folder": "vitri.data",
    "write_template": "vitri.data",
    "write_work_calendar": "vitri.report.work_calendar",
    "write_workbook": "vitri.report",
}

__all__ = [
    "AuditError",
    "DataError",
    "Finding",
    "Findings",
    "Instance",
    "Levers",
    "ModelError",
    "NoPlanError",
    "NoPlanYetError",
    "Progress",
    "Result",
    "ScenarioInfo",
    "SolveOptions",
    "UsageError",
    "VitriError",
    "__version__",
    "apply_variant",
    "by_policy",
    "calendar_changes",
    "check",
    "cliff_map",
    "compare",
    "compute_workload",
    "leave_one_out",
    "load_model",
    "model_for",
    "no_plan",
    "plan_calendar",
    "questions",
    "read",
    "replan",
    "solve",
    "time_fund",
    "why",
    "write_calendar_files",
    "write_derivation",
    "write_folder",
    "write_template",
    "write_work_calendar",
    "write_workbook",
]


class _Public(ModuleType):
    """The package itself, with one courtesy: a public function wins over the file of the same name.

    Importing ``vitri.solve`` would otherwise put the module in the place of the function ``vitri.solve``.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in _PUBLIC:
            return
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    """Resolve a public name on first use and keep it."""
    if name not in _PUBLIC:
        raise AttributeError(f"vitri has no public name {name!r}; it has: {', '.join(__all__)}")
    module, _, alias = _PUBLIC[name].partition(":")
    value = getattr(import_module(module), alias or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, resolved or not."""
    return sorted({*globals(), *_PUBLIC})


sys.modules[__name__].__class__ = _Public
