"""Sizing under quotas by class of post: posts shared out again, level by level, so that the quotas hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vitri.errors import Finding, NoPlanError, NoPlanYetError
from vitri.i18n import N_
from vitri.optimise.class_options import Options, Room, bundle_label, bundles_of, office_options
from vitri.optimise.class_sides import ClassSides
from vitri.optimise.engine import IntArray, UndecidedError, Watch
from vitri.optimise.lex import less
from vitri.optimise.office_plan import OfficePlan, Positions, plan_office
from vitri.optimise.quota import CurveShare
from vitri.optimise.search import Evaluated, Found, Task, evaluate, finest_structure, neighbours, reached
from vitri.optimise.side_excess import least_excess
from vitri.optimise.side_limits import Choices, SideLimit, offices_below, share_with_sides
from vitri.optimise.task import MOST_OFFICE_POSTS

#: Further structures tried where the quotas change the plan.
_STRUCTURES = 12
_EFFORT = 10.0
#: Posts beyond what the work asks for, so that a floor of a class can be met.
_EXTRA = 20


def keep_class_quotas(task: Task, found: Found, sides: ClassSides, watch: Watch) -> Found:
    """Return the plan that keeps the quotas by class; `found` itself where its plan keeps them already.

    The bound is that of every plan, so it holds here too. Structures near the one found are tried as well.
    Raises `NoPlanError` with the quota missed and by how many posts where none tried allows a plan,
    `NoPlanYetError` where time or effort ran out before one was found.
    """
    assert found.plan is not None
    if kept(found.plan, sides):
        return found
    best: Evaluated | None = None
    excess: tuple[int, ...] | None = None
    undecided = False
    known: dict[tuple[int, Positions], tuple[OfficePlan, Options]] = {}
    seen: set[tuple[Positions, ...]] = set()
    centre = found.plan.positions
    queue = [centre, finest_structure(task), *neighbours(task, centre)]
    count = 0
    while queue and count < _STRUCTURES // max(1, len(task.cube.offices) // 16):
        positions = queue.pop(0)
        if positions in seen:
            continue
        if count and (watch.over() or (best is not None and reached(best, found.bound))):
            break
        seen.add(positions)
        count += 1
        try:
            tried, over = share_again(task, positions, sides, watch, known)
        except UndecidedError:
            undecided = True
            continue
        if tried is None:
            if over is not None and (excess is None or sum(over) < sum(excess)):
                excess = over
        elif best is None or bool(less(tried.share.cost, best.share.cost)):
            best = tried
            queue = [*neighbours(task, positions), *queue]
    if best is not None:
        return replace(found, plan=best, evaluations=found.evaluations + count)
    if excess is None or undecided:
        raise not_yet()
    raise NoPlanError([_missed(sides, i, over) for i, over in enumerate(excess) if over])


def kept(plan: Evaluated, sides: ClassSides) -> bool:
    """Whether a plan keeps every quota by class."""
    below = offices_below(plan.tree)
    used = np.zeros((len(plan.offices), max(sides.label_of) + 3), dtype=np.int64)
    for office in plan.offices:
        for bundle in office.bundles(int(plan.share.posts[office.office])):
            used[office.office, bundle_label(bundle, sides.label_of)] += bundle.quota
    for limit in sides.limits:
        total = int(used[sorted(below[limit.node]), limit.label].sum())
        if total < limit.least or (limit.most is not None and total > limit.most):
            return False
    return True


def share_again(
    task: Task,
    positions: tuple[Positions, ...],
    sides: ClassSides,
    watch: Watch,
    known: dict[tuple[int, Positions], tuple[OfficePlan, Options]],
    plain: Evaluated | None = None,
) -> tuple[Evaluated | None, tuple[int, ...] | None]:
    """Share out the posts under one structure: the plan, or how far each quota is missed at the least.

    Both are None where the nested limits alone allow no plan. `plain` is the plan without quotas by class,
    if it is known.
    """
    plain = plain or evaluate(task, positions)
    if plain is None:
        return None, None
    rooms = _rooms(task, sides)
    least = max((limit.least for limit in sides.limits), default=0)
    chains = task.tree.ancestors()
    plans, options = [], []
    for office in plain.offices:
        key = (office.office, positions[task.scope_of[office.office]])
        if key not in known:
            plan = office
            # a floor of a whole unit may have to be met by the one class that has room
            above = max(task.tree.nodes[n].floor for n in chains[office.office])
            extra = min(_EXTRA, max(least, above))
            if extra:
                floor = max(extra, task.floor_of(office.office))
                plan = plan_office(
                    task.cube, task.minutes, office.office, key[1], task.setting,
                    most_posts=rooms[office.office].posts, extra_posts=floor,
                )  # fmt: skip
            known[key] = plan, office_options(plan, sides.label_of, rooms[office.office])
        plans.append(known[key][0])
        options.append(known[key][1])
    chosen = _level_by_level(task, options, sides, watch) if all(map(len, options)) else None
    if chosen is None:
        wide = [Room(room.posts, (1 << 40,) * 3, room.labels, room.trim) for room in rooms]
        loose = [office_options(p, sides.label_of, r) for p, r in zip(plans, wide, strict=True)]
        return None, least_excess([_choices(o, 0) for o in loose], task.tree, sides.limits)
    posts = np.array([int(o.posts[i]) for o, i in zip(options, chosen, strict=True)], dtype=np.int64)
    cost = np.array([o.costs[i] for o, i in zip(options, chosen, strict=True)]).sum(axis=0)
    below = offices_below(task.tree)
    used = tuple(int(posts[sorted(offices)].sum()) for offices in below)
    share = CurveShare(posts, cost, plain.share.curves, used)
    fixed = tuple(
        replace(plan, chosen=bundles_of(plan, o.picks[i]))
        for plan, o, i in zip(plans, options, chosen, strict=True)
    )
    return Evaluated(positions, fixed, share, task.tree, by_class=True), None


def _rooms(task: Task, sides: ClassSides) -> list[Room]:
    """Return the room of every office: the tightest limit above it on all posts and on every label."""
    labels = tuple(sorted({limit.label for limit in sides.limits}))
    below = offices_below(task.tree)
    floors = any(node.floor for node in task.tree.nodes) or any(limit.least for limit in sides.limits)
    rooms = []
    for office in range(len(task.cube.offices)):
        most = [1 << 40] * 3
        for limit in sides.limits:
            if limit.most is not None and office in below[limit.node]:
                most[limit.label] = min(most[limit.label], limit.most)
        rooms.append(Room(min(task.ceiling_of(office), MOST_OFFICE_POSTS), tuple(most), labels, not floors))
    return rooms


def _choices(options: Options, level: int, levels: IntArray | None = None) -> Choices:
    if levels is None:
        return Choices(np.zeros(len(options), dtype=np.int64), options.posts, options.classes)
    return Choices(levels[:, level], options.posts, np.column_stack([options.classes, levels[:, :level]]))


def _level_by_level(
    task: Task, options: Sequence[Options], sides: ClassSides, watch: Watch
) -> list[int] | None:
    """Return the alternative of every office: each level least while the levels before keep their value.

    A value frozen is one more side limit, at the root. None where no combination keeps the quotas.
    """
    unpack = task.setting.objective.packing.unpack
    levels = [unpack(o.costs) for o in options]
    root = len(task.tree.nodes) - 1
    frozen: list[SideLimit] = []
    start: list[int] | None = None
    for level in range(len(task.setting.objective.levels)):
        choices = [_choices(o, level, values) for o, values in zip(options, levels, strict=True)]
        share = share_with_sides(
            choices,
            task.tree,
            [*sides.limits, *frozen],
            rounds=40 if level == 0 else 1,
            effort=_EFFORT,
            start=start,
            seconds=watch.left(),
        )
        if share is None:
            return None
        start = share.option.tolist()
        frozen.append(SideLimit(root, options[0].classes.shape[1] + level, share.cost))
        watch.tell("class_quota", float(share.cost), float(share.bound))
    return start


def _missed(sides: ClassSides, index: int, over: int) -> Finding:
    row, limit, fixed = sides.rows[index], sides.limits[index], sides.fixed[index]
    fields = {"unit": row.unit, "klass": row.klass, "short": abs(over)}
    if over > 0:
        assert limit.most is not None
        fields |= {"required": limit.most + fixed, "actual": limit.most + fixed + over}
        message = N_(
            "{unit}: no plan found keeps the quota of class {klass}: at least {actual} posts of this class "
            "are needed, {short} more than its {required}."
        )
        advice = N_("Raise the quota of class {klass} of {unit} by {short}, or lower the floors below it.")
    else:
        fields |= {"required": limit.least + fixed, "actual": limit.least + fixed + over}
        message = N_(
            "{unit}: no plan found keeps the floor of class {klass}: at most {actual} posts of this class "
            "are possible, {short} fewer than its {required}."
        )
        advice = N_("Lower the floor of class {klass} of {unit} by {short}, or raise the limits above it.")
    return Finding(
        code="class_quota_missed",
        table="quotas",
        row_key=row.unit,
        column="position_class",
        value=row.klass,
        allowed=N_("posts of the class within its quota"),
        message=message,
        advice=advice,
        fields=fields,
    )


def not_yet() -> NoPlanYetError:
    """Return the refusal of a search that ended before a plan was found or excluded."""
    return NoPlanYetError(
        Finding(
            code="class_quota_undecided",
            table="quotas",
            column="position_class",
            message=N_(
                "No plan that keeps the quotas by class was found in time; it is not proven that none is."
            ),
            advice=N_("Give more time with --time-limit, or ease the quotas by class."),
        )
    )
