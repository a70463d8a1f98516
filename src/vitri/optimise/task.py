"""The sizing problem under nested limits, a structure evaluated, and what a search has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import IntArray
from vitri.optimise.office_plan import OfficePlan, Positions, Setting
from vitri.optimise.quota import CurveShare, Tree
from vitri.optimise.structure import StructurePlan

#: Posts that an office is planned for at most.
MOST_OFFICE_POSTS = 10_000


@dataclass(frozen=True)
class Task:
    """The sizing problem: the work left for sized posts, limits, rules, and who follows which structure."""

    cube: Cube
    minutes: IntArray
    tree: Tree
    setting: Setting
    position: npt.NDArray[np.bool_]
    most_groups: int
    scope_of: tuple[int, ...]

    def scopes(self) -> int:
        """Return the number of scopes."""
        return max(self.scope_of, default=0) + 1

    def needed(self) -> npt.NDArray[np.bool_]:
        """Return which groups have work in which scope, as (scope, group)."""
        found = np.zeros((self.scopes(), len(self.cube.groups)), dtype=bool)
        for unit, (office, _) in enumerate(self.cube.units):
            found[self.scope_of[office]] |= self.minutes[unit].any(axis=(1, 2))
        return found

    def ceiling_of(self, office: int) -> int:
        """Return the tightest ceiling above an office."""
        return min(self.tree.nodes[n].ceiling for n in self.tree.chains[office])

    def floor_of(self, office: int) -> int:
        """Return the office's own floor."""
        return self.tree.nodes[self.tree.chains[office][0]].floor

    def beyond(self, reach: Sequence[int]) -> list[int]:
        """Return for every office the posts beyond its `reach` that floors of areas above may ask of it."""
        more = [0] * len(reach)
        below: list[list[int]] = []
        for node in self.tree.nodes:
            inside = [] if node.office is None else [node.office]
            inside += [office for child in node.children for office in below[child]]
            below.append(inside)
            short = node.floor - sum(reach[office] for office in inside)
            if node.office is None and short > 0:
                for office in inside:
                    more[office] = max(more[office], short)
        return more


@dataclass(frozen=True)
class Evaluated:
    """A structure with its exact plan: positions per scope, office plans, and posts shared out.

    `by_class`: quotas by class of post decided on it, so what a post is worth is not on the curves.
    """

    positions: tuple[Positions, ...]
    offices: tuple[OfficePlan, ...]
    share: CurveShare
    tree: Tree
    by_class: bool = False


@dataclass(frozen=True)
class Found:
    """The best plan found, the pooled bound (None: no plan under the limits even so), and the first stage."""

    plan: Evaluated | None
    bound: CurveShare | None
    first: StructurePlan | None
    evaluations: int


def undone(task: Task, share: CurveShare) -> tuple[int, ...]:
    """Return the levels of work left undone that stand before any other level."""
    values = task.setting.objective.packing.unpack(share.cost).tolist()
    levels = task.setting.objective.levels
    first = next((i for i, (name, _) in enumerate(levels) if name != "unmet_minutes"), len(levels))
    return tuple(values[: max(1, first)])
