"""The limits of a plan in solver-neutral form: who may hold what together, and how many posts where.

Built once from the instance and the planning model in force: every rule of the registry adds its part, the
optimiser reads the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.rules.leaders import COLUMNS, fixed_posts
from vitri.rules.quota_tree import Unit, UnitKind, given_quotas, organisation_rows, unit_parents
from vitri.rules.task_groups import TaskGroup, task_groups

__all__ = ["Draft", "Limits", "SalaryLimit", "Unit", "UnitKind", "build_limits", "fixed_posts"]

NO_LIMIT = 10**6


@dataclass(frozen=True)
class SalaryLimit:
    """A salary budget in one place: coefficients of the posts of its offices, in hundredths, at most."""

    name: str
    place: str
    offices: frozenset[str]
    limit_dec2: int


@dataclass(frozen=True)
class Limits:
    """Everything that a plan must keep, besides doing the work.

    Matrices are groups × groups over `groups` (sorted codes): `position_compatible` for groups of one
    position, `cover_compatible` for groups one person may hold by kiêm nhiệm; their diagonals are False.
    `fixed_posts` has the columns of `vitri.rules.leaders.fixed_posts`.
    """

    groups: tuple[str, ...]
    position_compatible: npt.NDArray[np.bool_]
    cover_compatible: npt.NDArray[np.bool_]
    ranks_of: Mapping[str, tuple[str, ...]]
    category_of: Mapping[str, str]
    max_groups_per_position: int
    max_positions_per_post: int
    max_groups_per_person: int
    max_posts_per_combination: int
    units: tuple[Unit, ...]
    fixed_posts: pd.DataFrame
    salary: tuple[SalaryLimit, ...] = ()


class Draft:
    """The limits while the rules write them: everything allowed, nothing bounded, until a rule says so."""

    def __init__(self, instance: Instance, model: PlanningModel) -> None:
        self.instance = instance
        self.model = model
        self.groups = task_groups(instance, model)
        self.codes = tuple(self.groups)
        pairs = ~np.eye(len(self.codes), dtype=bool)
        self.position, self.cover = pairs.copy(), pairs.copy()
        self.numbers = dict.fromkeys(
            (
                "max_groups_per_position",
                "max_positions_per_post",
                "max_groups_per_person",
                "max_posts_per_combination",
            ),
            NO_LIMIT,
        )
        self.units = _units(instance, model)
        self.fixed_posts = pd.DataFrame(columns=COLUMNS)
        self.salary: list[SalaryLimit] = []

    def refuse(self, apart: Callable[[TaskGroup, TaskGroup], bool], *, position: bool, cover: bool) -> None:
        """Forbid the pairs of groups that `apart` (symmetric) names, in positions or in combined duties."""
        for i, j in combinations(range(len(self.codes)), 2):
            if apart(self.groups[self.codes[i]], self.groups[self.codes[j]]):
                if position:
                    self.position[i, j] = self.position[j, i] = False
                if cover:
                    self.cover[i, j] = self.cover[j, i] = False

    def bound(self, code: str, **limits: int | str | None) -> None:
        """Set the ceiling of a unit, raise its floor or lower its cap."""
        unit = self.units[code]
        if "floor" in limits:
            limits["floor"] = max(unit.floor, int(limits["floor"] or 0))
        if "cap" in limits:
            limits["cap"] = min((v for v in (unit.cap, limits["cap"]) if v is not None), default=None)
        self.units[code] = replace(unit, **limits)  # type: ignore[arg-type]

    def finish(self) -> Limits:
        """Return what the rules wrote; what one post may be built from, one person may hold."""
        return Limits(
            groups=self.codes,
            position_compatible=self.position & self.cover,
            cover_compatible=self.cover,
            ranks_of={code: group.ranks for code, group in self.groups.items()},
            category_of={code: group.category for code, group in self.groups.items()},
            units=tuple(self.units.values()),
            fixed_posts=self.fixed_posts,
            salary=tuple(self.salary),
            **self.numbers,
        )


def _units(instance: Instance, model: PlanningModel) -> dict[str, Unit]:
    """Return the quota tree without limits: areas, offices, and organisations that have a quota of theirs."""
    units: dict[str, Unit] = {}
    given = given_quotas(instance, model)
    for code, (kind, parent) in unit_parents(instance).items():
        units[code] = Unit(code, kind, parent)
    for code in [unit.code for unit in units.values() if unit.kind == "office"]:
        for organisation, _ in organisation_rows(given, code):
            name = f"{code}:{organisation}"
            units[name] = Unit(name, "organisation", code)
    return units


def build_limits(instance: Instance, model: PlanningModel) -> Limits:
    """Build the limits; raises `DataError` where the model refuses an unassigned quota."""
    from vitri.rules import REGISTRY

    draft = Draft(instance, model)
    for rule in REGISTRY:
        rule.build(draft)
    return draft.finish()
