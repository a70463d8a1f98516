"""What no structure can beat: every office bounded apart, and posts shared out over the bounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitri.optimise.engine import Watch
from vitri.optimise.free_bound import FreeBound
from vitri.optimise.office_plan import later, pooled_curve
from vitri.optimise.quota import Curve, CurveShare, share_by_curve
from vitri.optimise.task import MOST_OFFICE_POSTS, Found, Task, undone

#: Offices whose bound is raised.
REFINED = 48


def bound_curves(task: Task) -> list[Curve]:
    """Return every office's pooled curve: a lexicographic lower bound for every structure."""
    reaches = []
    for office in range(len(task.cube.offices)):
        units = task.cube.units_of(office)
        demand = task.minutes[units].sum(axis=(0, 1, 2)) if units else np.zeros(1, dtype=np.int64)
        fund = task.cube.fund[office]
        reach = int((-(-demand // fund[: len(demand)])).max(initial=0)) + len(units) + len(task.cube.groups)
        reaches.append(min(max(reach, task.floor_of(office)), task.ceiling_of(office), MOST_OFFICE_POSTS))
    curves = []
    for office, more in enumerate(task.beyond(reaches)):
        reach = min(reaches[office] + more, task.ceiling_of(office), MOST_OFFICE_POSTS)
        pooled = pooled_curve(task.cube, task.minutes, office, task.setting, most_posts=reach)
        curves.append(pooled)
    return curves


def bound_of(task: Task) -> CurveShare | None:
    """Share out the pooled curves: a lexicographic lower bound for every structure."""
    return share_by_curve(bound_curves(task), task.tree)


def raised(
    task: Task,
    found: Found,
    pooled: Sequence[Curve],
    watch: Watch,
    most: int = REFINED,
    free: FreeBound | None = None,
) -> CurveShare | None:
    """Raise the bound at the first level of undone work left open, by bounding single offices better.

    Only offices whose bound lies below their plan can matter; at most `most` of them, the farthest first.
    `free` bounds an office more or less closely than sizing does.
    """
    bound, plan = found.bound, found.plan
    if bound is None or plan is None:
        return bound
    curves = list(pooled)
    unpack = task.setting.objective.packing.unpack
    free = free or FreeBound(task.setting, task.position, task.most_groups)
    left = set(range(len(curves)))
    while len(curves) - len(left) < most and not watch.over():
        pairs = zip(undone(task, plan.share), undone(task, bound), strict=True)
        level = next((i for i, (value, low) in enumerate(pairs) if value > low), None)
        if level is None:
            break
        short = []
        for office in sorted(left):
            posts = int(bound.posts[office])
            own = plan.offices[office].curve.cost
            gap = unpack(own[min(posts, len(own) - 1)])[level] - unpack(curves[office].cost[posts])[level]
            if gap > 0:
                short.append((-int(gap), office))
        if not short:
            break
        for _, office in sorted(short)[: min(16, most - len(curves) + len(left))]:
            left.discard(office)
            low = curves[office].cost
            better = free.curve(task.cube, task.minutes, office, len(low) - 1)
            if better is not None:
                curves[office] = Curve(later(low, better))
        share = share_by_curve(curves, task.tree)
        if share is None:
            return None
        bound = share
    return bound
