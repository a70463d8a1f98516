"""Quotas by class of post in numbers: limits on labels at nodes of the tree, fixed posts taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vitri.data.instance import Instance
from vitri.errors import Finding, NoPlanError
from vitri.i18n import N_
from vitri.optimise.demand_cube import Cube, FixedPost
from vitri.optimise.engine import IntArray
from vitri.optimise.quota import NO_CEILING, Tree
from vitri.optimise.side_limits import SideLimit, offices_below
from vitri.policy import PlanningModel
from vitri.rules.class_quota import CLASSES, ClassLimit, class_limits
from vitri.rules.task_groups import positions_of


@dataclass(frozen=True)
class ClassSides:
    """The class of every task group (its label) and the limits on sized posts, one per binding quota.

    `fixed[i]` are the fixed posts of that class below the unit of limit i; `rows[i]` is the quota itself.
    """

    label_of: tuple[int, ...]
    limits: tuple[SideLimit, ...]
    rows: tuple[ClassLimit, ...]
    fixed: tuple[int, ...]


def class_sides(
    instance: Instance,
    model: PlanningModel,
    tree: Tree,
    cube: Cube,
    fixed: Sequence[FixedPost],
    group_class: Mapping[str, str],
    *,
    by_need: bool,
    refuse: bool = True,
) -> ClassSides | None:
    """Read the binding quotas of a class; None where there are none.

    Raises `NoPlanError` where the fixed posts alone exceed one, unless it is not to be refused.
    """
    rows = class_limits(instance, model)
    at = {node.code: index for index, node in enumerate(tree.nodes)}
    below = offices_below(tree)
    labels = {name: index for index, name in enumerate(CLASSES)}
    classes = fixed_labels(instance, cube, fixed, group_class)
    limits, kept, held, findings = [], [], [], []
    for row in rows:
        most = row.most(by_need=by_need)
        if row.unit not in at or (most is None and row.floor <= 0):
            continue
        node, klass = at[row.unit], labels[row.klass]
        taken = sum(
            post.posts
            for post, own in zip(fixed, classes, strict=True)
            if post.office in below[node] and own == klass
        )
        if refuse and most is not None and taken > most:
            findings.append(_fixed_over(row, taken - most))
            continue
        limits.append(
            SideLimit(node, klass, None if most is None else most - taken, max(0, row.floor - taken))
        )
        kept.append(row)
        held.append(taken)
    if findings:
        raise NoPlanError(findings)
    if not limits:
        return None
    label_of = tuple(labels[group_class[code]] for code in cube.groups)
    return ClassSides(label_of, tuple(limits), tuple(kept), tuple(held))


def fixed_labels(
    instance: Instance, cube: Cube, fixed: Sequence[FixedPost], group_class: Mapping[str, str]
) -> tuple[int, ...]:
    """Return every fixed post's class as a label: that of its position, else the highest of its groups."""
    labels = {name: index for index, name in enumerate(CLASSES)}
    positions = positions_of(instance)["class"].to_dict()
    return tuple(
        labels[str(positions[post.position])]
        if post.position in positions
        else min((labels[group_class[cube.groups[g]]] for g in post.groups), default=1)
        for post in fixed
    )


def implied_tree(
    sides: ClassSides, tree: Tree, cube: Cube, minutes: IntArray, quota_free: Sequence[bool]
) -> Tree:
    """Return the tree with what class quotas say of whole units: a ceiling where all classes have one.

    A post's class is that of a group with work in its office, so classes without work need no quota; nor do
    groups served by contracts outside the quota.
    """
    below = offices_below(tree)
    work = np.zeros((len(cube.offices), len(CLASSES)), dtype=bool)
    for unit, (office, _) in enumerate(cube.units):
        for group in np.flatnonzero(minutes[unit].any(axis=(1, 2))):
            work[office, sides.label_of[group]] |= not quota_free[int(group)]
    nodes = []
    for index, node in enumerate(tree.nodes):
        own = [limit for limit in sides.limits if limit.node == index]
        most = {limit.label: limit.most for limit in own if limit.most is not None}
        present = set(np.flatnonzero(work[sorted(below[index])].any(axis=0)).tolist())
        ceiling = sum(most[k] for k in sorted(present)) if own and present <= set(most) else NO_CEILING
        floor = sum(limit.least for limit in own)
        nodes.append(replace(node, ceiling=min(node.ceiling, ceiling), floor=max(node.floor, floor)))
    return Tree(tuple(nodes))


def _fixed_over(row: ClassLimit, excess: int) -> Finding:
    return Finding(
        code="fixed_over_class_quota",
        table="quotas",
        row_key=row.unit,
        column="position_class",
        value=row.klass,
        allowed=N_("at least the fixed posts"),
        message=N_(
            "The fixed (elected and leading) posts of class {klass} below {unit} are {excess} more than the "
            "quota of this class."
        ),
        advice=N_("Raise the quota of class {klass} of {unit} by {excess}, or correct the fixed posts."),
        fields={"unit": row.unit, "klass": row.klass, "excess": excess},
    )
