"""From a scenario to the answer of why it has no plan: causes, cheapest concessions, a minimal conflict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.optimise.conflict.deletion import minimal_conflict
from vitri.optimise.conflict.members import Concession, Conflict, Grant
from vitri.optimise.conflict.need import left_after
from vitri.optimise.conflict.sizing import LEAST, MOST, SizingQuestion
from vitri.optimise.demand_cube import absorb
from vitri.optimise.engine import Watch
from vitri.optimise.quota import NO_CEILING, Tree
from vitri.optimise.search import Task, improve
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
    fixed = [
        (p.office, f"{p.organisation}/{p.position}" if p.organisation else p.position, p.posts)
        for p in posed.fixed
    ]
    return SizingQuestion(instance, model, posed.limits, task, fixed, watch)


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


def solves_after(question: SizingQuestion, grants: Iterable[Grant], watch: Watch) -> bool:
    """Ease the rules as granted and let the sizing engine itself look for a plan."""
    given = {grant.member: grant.amount for grant in grants}
    members = []
    gone: list[Grant] = []
    for m in question.members:
        amount = given.get(m, 0)
        if m.family in ("pair", "structure") and amount:
            continue
        if m.family in MOST:
            m = replace(m, number=m.number + amount)
        elif m.family in LEAST or m.family == "fixed":
            m = replace(m, number=m.number - amount)
        elif amount:
            gone.append(Grant(m, amount, "minutes"))
        members.append(m)
    kept = frozenset(members)
    most, least, fixed = question.numbers(kept)
    held = [0] * len(question.units)
    nodes = []
    for index, node in enumerate(question.task.tree.nodes):
        held[index] = fixed[node.office] if node.office is not None else sum(held[c] for c in node.children)
        ceiling = NO_CEILING if most[index] >= NO_CEILING else most[index] - held[index]
        if ceiling < 0:
            return False
        nodes.append(replace(node, ceiling=ceiling, floor=max(0, least[index] - held[index])))
    task = question.task_of(kept)
    task = replace(task, tree=Tree(tuple(nodes)))
    if not gone:
        return improve(task, watch).plan is not None
    return any(
        improve(replace(task, minutes=minutes), watch).plan is not None
        for curves in question.structures(frozenset(question.members))
        if (minutes := left_after(task, curves, gone)) is not None
    )
