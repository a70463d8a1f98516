"""Sizing: from the workload to a structure of positions, posts for every office, and their proof.

The steps: fixed posts do their share of the work and come off every ceiling; what is left is sized, under
ceilings (share out a given number of posts) or by need (the fewest posts that keep the service rule); the
result is written as the run's tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vitri.data.instance import Instance, Sizing, Structure
from vitri.errors import Finding, Findings, NoPlanError, NoPlanYetError
from vitri.i18n import N_
from vitri.optimise.class_sides import ClassSides, class_sides, implied_tree
from vitri.optimise.cost import PRIORITIES, Service, posts_needed, service_of
from vitri.optimise.demand_cube import Absorbed, Cube, FixedPost, absorb, cube_of
from vitri.optimise.engine import LevelValue, Status, Watch
from vitri.optimise.leading_caps import least_by_caps
from vitri.optimise.lex import packing
from vitri.optimise.nested_units import check_tree, fixed_posts_of, nest_units
from vitri.optimise.no_plan import why_no_plan
from vitri.optimise.office_plan import MOST_POSTS, Objective, Positions, Setting
from vitri.optimise.quota import Tree
from vitri.optimise.search import Found, Task, improve
from vitri.optimise.side_limits import offices_below
from vitri.policy import PlanningModel
from vitri.rules.limits import Limits, build_limits
from vitri.workload import Workload

SEPARABLE = ("unmet_minutes", "overtime_minutes", "posts", "extra_duties")


@dataclass(frozen=True)
class SizedPlan:
    """What sizing decides, as the run's tables, with the proof of every level.

    `post_groups` and `duties` say which identical posts hold which cells; `totals`, `ceilings` and `steps`
    go into ``result.json``. Minutes are whole; `*_dec4` columns are in ten-thousandths.
    """

    structure: pd.DataFrame
    posts: pd.DataFrame
    cover: pd.DataFrame
    quotas: pd.DataFrame
    frontier: pd.DataFrame
    frontier_levels: pd.DataFrame
    unmet: pd.DataFrame
    post_groups: pd.DataFrame
    duties: pd.DataFrame
    levels: tuple[LevelValue, ...]
    totals: Mapping[str, int | None]
    ceilings: tuple[Mapping[str, object], ...]
    steps: Mapping[str, int]
    sizing: Sizing
    structure_kind: Structure
    status: Status
    warnings: Findings


@dataclass(frozen=True)
class Problem:
    """Everything the tables are written from: the problem, the plan found and the fixed posts."""

    instance: Instance
    model: PlanningModel
    limits: Limits
    cube: Cube
    fixed: tuple[FixedPost, ...]
    absorbed: Absorbed
    task: Task
    found: Found
    scopes: tuple[str, ...]
    reported: tuple[tuple[int, str, str, tuple[int, ...], int], ...]


@dataclass(frozen=True)
class Posed:
    """The question before any structure: demand, fixed posts and what they do, nested limits, rules.

    `leadership[g]` marks leadership work; `reported` are the model's separable levels in order.
    """

    limits: Limits
    cube: Cube
    fixed: tuple[FixedPost, ...]
    leadership: tuple[bool, ...]
    sizing: Sizing
    tree: Tree
    setting: Setting
    reported: tuple[tuple[int, str, str, tuple[int, ...], int], ...]
    sides: ClassSides | None = None


@dataclass(frozen=True)
class Designed:
    """The structure found for a question, with its plan; `scopes` name who follows which structure."""

    task: Task
    found: Found
    absorbed: Absorbed
    scopes: tuple[str, ...]
    kind: Structure


def pose(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    time_fund: pd.DataFrame,
    watch: Watch,
    *,
    refuse: bool = True,
) -> Posed:
    """Put the question of sizing in numbers.

    Raises `NoPlanError` where fixed posts alone break a limit, unless it is not to be refused.
    """
    limits = build_limits(instance, model)
    offices = tuple(sorted(instance.table("offices")["code"]))
    cube = cube_of(
        workload.demand,
        time_fund,
        offices,
        limits.groups,
        instance.info.months,
        count_irregular=model.workload.count_irregular_in_quota,
    )
    fixed = fixed_posts_of(limits, cube)
    group_class = dict(zip(*(instance.table("task_groups")[c] for c in ("code", "class")), strict=True))
    sizing = _sizing(instance, watch, limits)
    tree = nest_units(limits, offices, fixed, by_need=sizing == "need")
    if refuse:
        check_tree(tree, limits, offices, fixed)
    setting, reported = _setting(instance, model, limits, cube, by_need=sizing == "need")
    leadership = tuple(group_class[g] == "I" for g in cube.groups)
    by_need = sizing == "need"
    sides = class_sides(instance, model, tree, cube, fixed, group_class, by_need=by_need, refuse=refuse)
    return Posed(limits, cube, fixed, leadership, sizing, tree, setting, reported, sides)


def size_posts(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    time_fund: pd.DataFrame,
    watch: Watch,
    earlier: Mapping[str, pd.DataFrame] | None = None,
) -> SizedPlan:
    """Decide structure and posts for all offices.

    `earlier` are the tables of a run to go on from: its structure is tried first, so the plan is not worse.

    Raises `NoPlanError` where no plan can keep the floors, ceilings and caps (with the limit missed and by
    how much), `NoPlanYetError` where time ran out before the first plan.
    """
    from vitri.optimise.sized_tables import write_tables

    posed = pose(instance, model, workload, time_fund, watch)
    d = _under_leading_caps(instance, model, posed, design(instance, posed, watch, earlier), watch, earlier)
    return write_tables(
        Problem(
            instance, model, posed.limits, posed.cube, posed.fixed, d.absorbed, d.task, d.found, d.scopes,
            posed.reported,
        ),
        workload,
        posed.sizing,
        d.kind,
    )  # fmt: skip


def design(
    instance: Instance, posed: Posed, watch: Watch, earlier: Mapping[str, pd.DataFrame] | None = None
) -> Designed:
    """Let fixed posts do their work, then find the structure; raises as `size_posts` does."""
    from vitri.optimise.resume import earlier_structure

    absorbed = absorb(posed.cube, posed.fixed, posed.leadership)
    kind: Structure = watch.options.structure or instance.info.structure
    scopes, scope_of = scopes_of(instance, posed.cube.offices, kind)
    task = Task(
        posed.cube,
        absorbed.left,
        posed.tree,
        posed.setting,
        np.asarray(posed.limits.position_compatible, dtype=bool),
        posed.limits.max_groups_per_position,
        scope_of,
    )
    watch.tell("sizing")
    start = None if earlier is None else earlier_structure(earlier, task, scopes)
    found = improve(task, watch, start)
    if posed.sides is not None:
        found = _with_class_quotas(task, found, posed.sides, watch, start)
    if found.plan is None:
        if watch.over():
            raise NoPlanYetError(_no_plan_yet())
        raise NoPlanError(why_no_plan(task))
    return Designed(task, found, absorbed, scopes, kind)


def _under_leading_caps(
    instance: Instance,
    model: PlanningModel,
    posed: Posed,
    found: Designed,
    watch: Watch,
    earlier: Mapping[str, pd.DataFrame] | None,
) -> Designed:
    """Plan again with more posts where a cap on leading posts, a share of the plan's own, asks for them.

    The plan stays as it is where the limits leave no such posts: the check of the caps then tells.
    """
    assert found.found.plan is not None
    least = least_by_caps(instance, model)
    nodes = []
    short = False
    for node, offices, used in zip(
        posed.tree.nodes, offices_below(posed.tree), found.found.plan.share.used, strict=True
    ):
        held = sum(post.posts for post in posed.fixed if post.office in offices)
        floor = max(node.floor, least.get(node.code, 0) - held)
        short = short or used < floor
        nodes.append(replace(node, floor=floor))
    if not short:
        return found
    try:
        return design(instance, replace(posed, tree=Tree(tuple(nodes))), watch, earlier)
    except NoPlanError:
        return found


def _with_class_quotas(
    task: Task, found: Found, sides: ClassSides, watch: Watch, start: tuple[Positions, ...] | None
) -> Found:
    """Keep the quotas by class of post; what they say of whole units makes plan and bound better at once."""
    from vitri.optimise.class_share import keep_class_quotas, kept

    if found.plan is None or kept(found.plan, sides):
        return found
    tight = replace(
        task, tree=implied_tree(sides, task.tree, task.cube, task.minutes, task.setting.quota_free)
    )
    again = found if tight.tree == task.tree else improve(tight, watch, start)
    if again.plan is None:
        return keep_class_quotas(task, found, sides, watch)
    return keep_class_quotas(tight, again, sides, watch)


def _sizing(instance: Instance, watch: Watch, limits: Limits) -> Sizing:
    asked = watch.options.sizing or instance.info.sizing
    if asked is not None:
        return asked
    return "ceiling" if any(unit.ceiling is not None for unit in limits.units) else "need"


def _setting(
    instance: Instance, model: PlanningModel, limits: Limits, cube: Cube, *, by_need: bool
) -> tuple[Setting, tuple[tuple[int, str, str, tuple[int, ...], int], ...]]:
    listed = [
        (lv.order, lv.name, lv.measure, tuple(lv.priority or PRIORITIES), int(lv.tolerance_abs or 0))
        for lv in model.level
        if lv.measure in SEPARABLE
    ]
    if by_need:
        listed.sort(key=lambda item: (item[2] != "posts", item[0]))
    levels = [(measure, priorities) for _, _, measure, priorities, _ in listed]
    for measure in ("posts", "extra_duties"):
        if measure not in {name for name, _ in levels}:
            levels.append((measure, ()))
    minutes = int(cube.minutes.sum())
    posts = MOST_POSTS * max(1, len(cube.units))
    largest = {"posts": posts, "extra_duties": posts * limits.max_positions_per_post}
    service: Service = service_of(
        instance.info.months,
        model.service.at,
        model.service.unmet_pct,
        model.overtime.max_share_pct,
        sorted(((lv.measure, tuple(lv.priority or PRIORITIES)) for lv in model.level), key=lambda _: 0),
        model.costs.unmet_minute,
        model.costs.overtime_minute,
    )
    setting = Setting(
        np.asarray(limits.cover_compatible, dtype=bool),
        limits.max_positions_per_post,
        limits.max_groups_per_person,
        limits.max_posts_per_combination,
        tuple(limits.category_of[g] == "contract_111" for g in cube.groups),
        service,
        Objective(tuple(levels), packing([largest.get(measure, minutes) for measure, _ in levels])),
        by_need,
    )
    return setting, tuple(listed)


def scopes_of(
    instance: Instance, offices: Sequence[str], kind: Structure
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the scopes of a kind of structure, and the scope that every office follows."""
    if kind == "common":
        return ("all",), (0,) * len(offices)
    if kind == "free":
        return tuple(offices), tuple(range(len(offices)))
    classes = instance.filled("offices").set_index("code")["office_class"]
    named = ["all" if pd.isna(classes[o]) else str(classes[o]) for o in offices]
    scopes = tuple(sorted(set(named)))
    return scopes, tuple(scopes.index(name) for name in named)


def level_values(sizing: Problem) -> tuple[LevelValue, ...]:
    """Return every separable level with its value, bound and gap; later bounds need earlier proofs.

    Posts count the fixed ones, undone work what exceeds the time of fixed posts: neither is decided here.
    """
    assert sizing.found.plan is not None
    unpack = sizing.task.setting.objective.packing.unpack
    value = unpack(sizing.found.plan.share.cost)
    bound = unpack(sizing.found.bound.cost) if sizing.found.bound is not None else None
    fixed = sum(post.posts for post in sizing.fixed)
    levels = []
    proven = True
    over = sizing.absorbed.overload.sum(axis=(0, 1, 3))
    for index, (order, name, measure, priorities, tolerance) in enumerate(sizing.reported):
        shift = fixed if measure == "posts" else 0
        if measure == "unmet_minutes":
            shift = int(over[[p - 1 for p in priorities]].sum())
        at = int(value[index]) + shift
        low = int(bound[index]) + shift if bound is not None and proven else None
        gap = None if low is None else at - low
        status: Status = "optimal" if gap is not None and gap <= tolerance else "feasible"
        unit = "minutes" if measure.endswith("minutes") else "posts" if measure == "posts" else "duties"
        levels.append(
            LevelValue(
                order=order,
                name=name,
                measure=measure,
                value=at,
                unit=unit,
                bound=low,
                gap=gap,
                status=status,
                tolerance=tolerance,
            )
        )
        proven = proven and gap == 0
    return tuple(levels)


def sequential_posts(sizing: Problem) -> int:
    """Return the posts of the same positions if each were rounded up in each office and pool."""
    assert sizing.found.plan is not None
    total = sum(post.posts for post in sizing.fixed)
    for plan in sizing.found.plan.offices:
        fund = sizing.cube.fund[plan.office]
        for nodes, _ in plan.parts:
            for node in nodes:
                total += int(posts_needed(node.minutes, fund, sizing.task.setting.service))
    return total


def _no_plan_yet() -> Finding:
    return Finding(
        code="no_plan_yet",
        message=N_("Time ran out before a first plan was found."),
        advice=N_("Give more time with --time-limit, or leave it out."),
    )
