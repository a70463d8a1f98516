"""Why no plan exists, by arithmetic alone: limits of units, fixed posts, caps, quotas of a class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from vitri.errors import Finding, Findings, NoPlanError
from vitri.i18n import N_
from vitri.optimise.class_sides import ClassSides, implied_tree
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.leading_caps import broken_caps, least_by_caps
from vitri.optimise.nested_units import check_tree
from vitri.optimise.no_plan import why_no_plan
from vitri.optimise.quota import NO_CEILING, Tree
from vitri.optimise.side_limits import offices_below
from vitri.rules.class_quota import CLASSES

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel


def causes(question: SizingQuestion, instance: Instance, model: PlanningModel) -> Findings:
    """Return what plain sums say of a problem without a plan; nothing where they do not tell."""
    task, posed = question.task, question.posed
    try:
        check_tree(task.tree, posed.limits, task.cube.offices, posed.fixed)
    except NoPlanError as problem:
        return problem.findings
    found = [*broken_caps(instance, model)]
    if posed.sides is not None:
        found += _by_class(question, posed.sides)
    if found:
        return Findings.of(found)
    tree = _with_caps(question, instance, model)
    if posed.sides is not None:
        tree = implied_tree(posed.sides, tree, task.cube, task.minutes, task.setting.quota_free)
    told = why_no_plan(replace(task, tree=tree))
    return Findings.of(finding for finding in told if finding.code != "no_plan")


def _with_caps(question: SizingQuestion, instance: Instance, model: PlanningModel) -> Tree:
    """Return the limits with the least posts that caps on leading posts ask for."""
    least = least_by_caps(instance, model)
    tree = question.task.tree
    nodes = []
    for node, offices in zip(tree.nodes, offices_below(tree), strict=True):
        held = sum(post.posts for post in question.posed.fixed if post.office in offices)
        nodes.append(replace(node, floor=max(node.floor, least.get(node.code, 0) - held)))
    return Tree(tuple(nodes))


def _by_class(question: SizingQuestion, sides: ClassSides) -> Iterator[Finding]:
    """Say which quotas of a class fixed posts alone exceed, and which floors no work or limit allows."""
    nodes = question.task.tree.nodes
    below = offices_below(question.task.tree)
    there = question.classes
    for limit, row in zip(sides.limits, sides.rows, strict=True):
        fields = {"unit": row.unit, "klass": CLASSES[limit.label]}
        if limit.most is not None and limit.most < 0:
            yield _finding(
                "fixed_over_class_quota",
                row.unit,
                N_(
                    "The fixed (elected and leading) posts of class {klass} below {unit} are {excess} more "
                    "than the quota of this class."
                ),
                N_("Raise the quota of class {klass} of {unit} by {excess}, or correct the fixed posts."),
                fields | {"excess": -limit.most},
            )
        if limit.least and not any(there[o][limit.label] for o in below[limit.node]):
            yield _finding(
                "class_without_work",
                row.unit,
                N_("{unit} must have {least} more posts of class {klass}, but no work of this class."),
                N_("Lower the floor of class {klass} of {unit}, or register its work."),
                fields | {"least": limit.least},
            )
    for index, node in enumerate(nodes):
        least = sum(limit.least for limit in sides.limits if limit.node == index)
        if least > node.ceiling and node.ceiling < NO_CEILING:
            yield _finding(
                "class_floors_over_ceiling",
                node.code,
                N_("The floors by class of {unit} ask for {short} posts more than its limit."),
                N_("Raise the limit of {unit} by {short}, or lower the floors by class."),
                {"unit": node.code, "short": least - node.ceiling},
            )


def _finding(code: str, unit: str, message: str, advice: str, fields: dict[str, object]) -> Finding:
    return Finding(
        code=code,
        table="quotas",
        row_key=unit,
        column="position_class",
        message=message,
        advice=advice,
        fields=fields,
    )
