"""The sizing question with the ceiling of the root lifted, and the curves that answer it at every ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vitri.optimise.demand_cube import remainder
from vitri.optimise.engine import IntArray
from vitri.optimise.lex import packing
from vitri.optimise.office_plan import MOST_POSTS, Objective, Positions
from vitri.optimise.quota import NO_CEILING, Curve, Tree
from vitri.optimise.search import Task, plan_under
from vitri.optimise.size import Posed


@dataclass(frozen=True)
class Level:
    """A level of the objective: what is measured, and for unmet minutes of which priorities."""

    measure: str
    priorities: tuple[int, ...]

    @property
    def key(self) -> str:
        """The name of the level's column: ``unmet_1``, ``overtime`` ..."""
        if self.measure == "unmet_minutes":
            return "unmet_" + "".join(str(p) for p in self.priorities)
        return self.measure.removesuffix("_minutes")


@dataclass(frozen=True)
class Levels:
    """The objective's levels in order, how their costs unpack, and which of them are work left undone."""

    objective: Objective

    @property
    def all(self) -> tuple[Level, ...]:
        """All levels in order."""
        return tuple(Level(measure, priorities) for measure, priorities in self.objective.levels)

    @property
    def last(self) -> int:
        """One past the last level of work left undone; 0 where the objective has none."""
        return max((i + 1 for i, lv in enumerate(self.all) if lv.measure == "unmet_minutes"), default=0)

    def values(self, costs: Sequence[IntArray]) -> IntArray:
        """Unpack costs into (…, level)."""
        return self.objective.packing.unpack(np.stack(costs))

    def undone(self, values: IntArray) -> IntArray:
        """Add up the minutes left undone; a priority that several levels count is taken once."""
        seen: set[int] = set()
        total = np.zeros(values.shape[:-1], dtype=np.int64)
        for index, level in enumerate(self.all):
            if level.measure == "unmet_minutes" and not seen & set(level.priorities):
                seen |= set(level.priorities)
                total = total + values[..., index]
        return total

    def first_difference(
        self, more: IntArray, less: IntArray, among: int | None = None
    ) -> tuple[str | None, int]:
        """Return the first level at which two plans differ and by how much; (None, 0) where they do not.

        Only the first `among` levels are looked at, if given.
        """
        change = (more - less)[:among]
        moved = np.flatnonzero(change)
        if not len(moved):
            return None, 0
        return self.all[int(moved[0])].key, int(change[moved[0]])


def lifted(posed: Posed, tree: Tree | None = None) -> Tree:
    """Return the tree without the ceiling of its root; the root's cap and all limits below it stay."""
    tree = tree or posed.tree
    root = tree.nodes[-1]
    fixed = sum(post.posts for post in posed.fixed)
    caps = [unit.cap for unit in posed.limits.units if unit.code == root.code and unit.cap is not None]
    ceiling = min(caps) - fixed if caps else NO_CEILING
    return tree.under(ceiling)


def widened(objective: Objective, posed: Posed) -> Objective:
    """Return the objective packed with room for work to double, so that grown demand still fits."""
    minutes = 2 * int(posed.cube.minutes.sum())
    posts = MOST_POSTS * max(1, len(posed.cube.units))
    largest = {"posts": posts, "extra_duties": posts * posed.setting.most_positions}
    return Objective(
        objective.levels, packing([largest.get(measure, minutes) for measure, _ in objective.levels])
    )


def office_curve(task: Task, minutes: IntArray, office: int, positions: tuple[Positions, ...]) -> Curve:
    """Return an office's exact curve under a structure, long enough for its floor."""
    return plan_under(replace(task, minutes=minutes), office, positions).curve


def grown_left(posed: Posed, pct: int) -> IntArray:
    """Return the work left for sized posts when the work of every office grows by `pct` percent.

    Minutes of every cell are rounded half up; fixed posts then serve what their unchanged time allows. What
    is left in one office does not depend on the others, so its rows hold as well when it grows alone.
    """
    minutes = (posed.cube.minutes * (100 + pct) + 50) // 100
    return remainder(replace(posed.cube, minutes=minutes), posed.fixed, posed.leadership)
