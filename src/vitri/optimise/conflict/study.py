"""From a scenario to the answer of why it has no plan: causes, cheapest concessions, a minimal conflict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.optimise.conflict.deletion import minimal_conflict
from vitri.optimise.conflict.members import Concession, Conflict
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.demand_cube import absorb
from vitri.optimise.engine import Watch
from vitri.optimise.search import Task
from vitri.optimise.size import pose, scopes_of
from vitri.policy import PlanningModel
from vitri.workload import Workload


@dataclass(frozen=True)
class NoPlanStudy:
    """What was found: `exists` (None: not decided), the concessions, a conflict (None: none)."""

    exists: bool | None
    concessions: tuple[Concession, ...]
    conflict: Conflict | None


def question_of(
    instance: Instance, model: PlanningModel, workload: Workload, fund: pd.DataFrame, watch: Watch
) -> SizingQuestion:
    """Put the question of existence for a scenario; fixed posts over a limit are part of it."""
    posed = pose(instance, model, workload, fund, watch, refuse=False)
    absorbed = absorb(posed.cube, posed.fixed, posed.leadership)
    _, scope_of = scopes_of(instance, posed.cube.offices, watch.options.structure or instance.info.structure)
    task = Task(
        posed.cube,
        absorbed.left,
        posed.tree,
        posed.setting,
        np.asarray(posed.limits.position_compatible, dtype=bool),
        posed.limits.max_groups_per_position,
        scope_of,
    )
    return SizingQuestion(instance, model, posed, task, watch)


def study_no_plan(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    fund: pd.DataFrame,
    watch: Watch,
    *,
    allow_legal: bool = False,
    weights: Mapping[str, int] | None = None,
    with_conflict: bool = True,
) -> NoPlanStudy:
    """Say whether a plan exists; if not, the cheapest concessions and (if asked) a minimal conflict."""
    question = question_of(instance, model, workload, fund, watch)
    exists = question.exists(frozenset(question.members))
    if exists:
        return NoPlanStudy(True, (), None)
    concessions = question.concessions(allow_legal=allow_legal, weights=weights)
    return NoPlanStudy(exists, concessions, minimal_conflict(question) if with_conflict else None)
