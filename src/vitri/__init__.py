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
    from vitri.optimise.engine import Progress as Progress
    from vitri.optimise.engine import SolveOptions as SolveOptions
    from vitri.plan.result import Result as Result
    from vitri.policy import load_model as load_model
    from vitri.report import write_workbook as write_workbook
    from vitri.solve import solve as solve
    from vitri.variant import apply as apply_variant

# Public name → module (and the name there, where it differs).
_PUBLIC: dict[str, str] = {
    "AuditError": "vitri.errors",
    "DataError": "vitri.errors",
    "Finding": "vitri.errors",
    "Findings": "vitri.errors",
    "Instance": "vitri.data.instance",
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
    "check": "vitri.data",
    "compare": "vitri.compare",
    "load_model": "vitri.policy",
    "read": "vitri.data",
    "solve": "vitri.solve",
    "write_folder": "vitri.data",
    "write_template": "vitri.data",
    "write_workbook": "vitri.report",
}

__all__ = [
    "AuditError",
    "DataError",
    "Finding",
    "Findings",
    "Instance",
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
    "check",
    "compare",
    "load_model",
    "read",
    "solve",
    "write_folder",
    "write_template",
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
