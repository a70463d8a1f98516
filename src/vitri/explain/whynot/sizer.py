"""The posts of a changed scenario: sized afresh, or quickly with the positions of a run kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import NoPlanError, NoPlanYetError
from vitri.optimise.ceilings.question import office_curve
from vitri.optimise.demand_cube import remainder
from vitri.optimise.engine import IntArray, LevelValue, SolveOptions, Watch
from vitri.optimise.leading_caps import check_leading_caps
from vitri.optimise.quota import Curve, CurveShare, Tree, share_by_curve
from vitri.optimise.resume import earlier_structure
from vitri.optimise.search import Task
from vitri.optimise.size import Posed, pose, scopes_of, size_posts
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.workload import Workload, compute


@dataclass(frozen=True)
class Sized:
    """What a sizing gives: posts of every office (fixed ones included), the levels and whether all are
    proven."""

    posts: Mapping[str, int]
    levels: tuple[LevelValue, ...]
    tables: Mapping[str, pd.DataFrame]

    @property
    def proven(self) -> bool:
        """Whether every level is proven."""
        return bool(self.levels) and all(level.status == "optimal" for level in self.levels)


@dataclass
class Sizer:
    """Sizes scenarios under the rules and options of one run, as `vitri solve` does, and counts how often.

    `tell` is called with the count before every sizing.
    """

    model: PlanningModel
    options: SolveOptions
    tell: Callable[[int], None] | None = None
    solves: int = field(default=0, init=False)

    def fresh(self, instance: Instance) -> Sized | None:
        """Size a scenario from nothing; None where there is no plan."""
        self.solves += 1
        if self.tell is not None:
            self.tell(self.solves)
        fund = time_fund(instance, self.model)
        workload = compute(instance, self.model, fund)
        try:
            sized = size_posts(instance, self.model, workload, fund, Watch(self.options))
        except (NoPlanError, NoPlanYetError):
            return None
        if check_leading_caps(instance, self.model, sized.quotas).errors:
            return None
        posts = sized.posts.groupby("office")["posts"].sum()
        found = {str(office): int(count) for office, count in posts.items()}
        return Sized(found, sized.levels, {"structure": sized.structure, "posts": sized.posts})


class Kept:
    """A scenario with the positions of a run kept: posts are shared out exactly, in milliseconds.

    Quotas by class of post are left out, so it is a guide where there are any. `usable` is False where the
    positions break a rule of the scenario.
    """

    def __init__(
        self,
        instance: Instance,
        model: PlanningModel,
        options: SolveOptions,
        tables: Mapping[str, pd.DataFrame],
    ) -> None:
        fund = time_fund(instance, model)
        self.workload: Workload = compute(instance, model, fund)
        watch = Watch(options)
        self.posed: Posed = pose(instance, model, self.workload, fund, watch, refuse=False)
        cube = self.posed.cube
        scopes, scope_of = scopes_of(instance, cube.offices, options.structure or instance.info.structure)
        self.task = Task(
            cube,
            remainder(cube, self.posed.fixed, self.posed.leadership),
            self.posed.tree,
            self.posed.setting,
            np.asarray(self.posed.limits.position_compatible, dtype=bool),
            self.posed.limits.max_groups_per_position,
            scope_of,
        )
        self.scopes = scopes
        self.positions = earlier_structure(tables, self.task, scopes)
        self._curves: list[Curve] = []

    @property
    def usable(self) -> bool:
        """Whether the positions of the run fit the scenario."""
        return self.positions is not None

    def under(self, tables: Mapping[str, pd.DataFrame]) -> Kept:
        """Return the same scenario with the positions of another sizing."""
        other = copy(self)
        other.positions = earlier_structure(tables, self.task, self.scopes)
        other._curves = []
        return other

    def fixed_of(self, office: int) -> int:
        """Return the fixed posts of an office."""
        return sum(post.posts for post in self.posed.fixed if post.office == office)

    def curves(self) -> list[Curve]:
        """Return every office's curve as it stands; computed once."""
        assert self.positions is not None
        if not self._curves:
            self._curves = [
                office_curve(self.task, self.task.minutes, office, self.positions)
                for office in range(len(self.task.cube.offices))
            ]
        return self._curves

    def share(self, tree: Tree | None = None) -> CurveShare | None:
        """Return the posts of all offices as they stand, or under another tree; None: no plan."""
        curves = self.curves()
        if tree is not None:
            curves = [self._long(curve, office, tree) for office, curve in enumerate(curves)]
        return share_by_curve(curves, tree or self.task.tree)

    def _long(self, curve: Curve, office: int, tree: Tree) -> Curve:
        """Return a curve that is long enough for a floor of another tree."""
        assert self.positions is not None
        if tree.nodes[tree.ancestors()[office][0]].floor < len(curve.cost):
            return curve
        return office_curve(replace(self.task, tree=tree), self.task.minutes, office, self.positions)

    def posts(self, office: str, more: IntArray | None = None, tree: Tree | None = None) -> int | None:
        """Return the posts of an office with `more` minutes in the cube, or under another tree; None: no
        plan."""
        assert self.positions is not None
        at = self.task.cube.offices.index(office)
        curves = self.curves()
        if more is not None:
            cube = replace(self.task.cube, minutes=np.maximum(0, self.task.cube.minutes + more))
            left = remainder(cube, self.posed.fixed, self.posed.leadership)
            curves = [*curves[:at], office_curve(self.task, left, at, self.positions), *curves[at + 1 :]]
        share = share_by_curve(curves, tree or self.task.tree)
        return None if share is None else int(share.posts[at]) + self.fixed_of(at)
