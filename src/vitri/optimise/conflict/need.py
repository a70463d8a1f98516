"""What too few posts leave of the work that the service rule requires: exact under a structure, and bounds.

By need, a plan exists where the required work fits. How much of it does not fit with k posts is a curve as
any other: sets of nodes that one person may hold, posts for each, and the least sum over all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.bundles import membership
from vitri.optimise.combine import Column, Node, OfficeCurve, Ways, office_curve
from vitri.optimise.cost import Service
from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import MOST_DUTIES, lowest_bit
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.office_plan import MOST_POSTS, MOST_WORK, Positions, nodes_of, pooled_curve
from vitri.optimise.quota import min_plus
from vitri.optimise.search import Task
from vitri.optimise.setting import Setting


@dataclass(frozen=True)
class NeedCurve:
    """Required minutes left undone by posts 0 … n of an office; beyond the end the last value holds.

    `grows` says whether more posts than the work asks for can be added: an office without work in the
    quota can have none. `parts` are the nodes and curves to read the undone work back from. `exact` says that
    nothing was cut to save work.
    """

    minutes: IntArray
    grows: bool
    parts: tuple[tuple[tuple[Node, ...], OfficeCurve], ...] = ()
    choices: tuple[IntArray, ...] = ()
    exact: bool = True

    @property
    def least(self) -> int | None:
        """The fewest posts that leave nothing undone; None where no number does."""
        enough = np.flatnonzero(self.minutes == 0)
        return int(enough[0]) if len(enough) else None

    def undone(self, posts: int) -> list[tuple[list[Node], Column]]:
        """Return the bundles of the plan with these posts: their nodes, and posts (none: all undone)."""
        found = []
        left = min(posts, len(self.minutes) - 1)
        while left and self.minutes[left] == self.minutes[left - 1]:
            left -= 1
        for (nodes, curve), choice in zip(reversed(self.parts), reversed(self.choices), strict=True):
            given = int(choice[left])
            left -= given
            for column in curve.bundles(given):
                found.append(([n for i, n in enumerate(nodes) if column.mask >> i & 1], column))
        return found


def required(demand: IntArray, service: Service) -> IntArray:
    """Return the minutes that the service rule requires, (…, priority, month) → (…, period)."""
    periods = []
    for period in range(service.periods):
        asked = demand[..., [m for m, p in enumerate(service.period_of) if p == period]].sum(axis=-1)
        must = asked - asked * np.array(service.unmet_bp, dtype=np.int64) // 10_000
        periods.append(must.sum(axis=-1))
    return np.stack(periods, axis=-1) if periods else np.zeros((*demand.shape[:-2], 0), dtype=np.int64)


def time_of(fund: IntArray, service: Service) -> IntArray:
    """Return the time of one post by period."""
    return np.array(
        [
            sum(int(fund[m]) for m, p in enumerate(service.period_of) if p == period)
            for period in range(service.periods)
        ],
        dtype=np.int64,
    )


def short(demand: IntArray, fund: IntArray, posts: IntArray, service: Service) -> IntArray:
    """Return the required minutes that posts leave undone; without posts at least one minute is."""
    must = required(demand, service)
    rest = np.maximum(0, must - posts[..., None] * time_of(fund, service)).sum(axis=-1)
    some = (demand.sum(axis=(-1, -2)) > 0) & (posts == 0)
    return np.asarray(np.where(some, np.maximum(rest, 1), rest))


def need_curve(
    cube: Cube, left: IntArray, office: int, positions: Positions, setting: Setting, extra: int = 0
) -> NeedCurve:
    """Return what every number of posts leaves undone of an office's required work under a structure.

    Bundles have at most `extra` posts more than their work asks for.
    """
    nodes = nodes_of(cube, left, office, positions)
    parts: list[tuple[tuple[Node, ...], OfficeCurve]] = []
    choices: list[IntArray] = []
    total = np.zeros((1, 1), dtype=np.int64)
    waiting = _apart(nodes, setting)
    exact = True
    while waiting:
        component = waiting.pop(0)
        curve = _component(component, cube.fund[office], setting, extra)
        if curve is None:
            exact = False
            middle = len(component) // 2
            waiting[:0] = [component[:middle], component[middle:]]
            continue
        parts.append((tuple(component), curve))
        total, choice = min_plus(total, curve.curve.cost)
        choices.append(choice)
    grows = any(not setting.quota_free[node.groups[0]] for node in nodes)
    minutes = total[:, 0]
    usable = np.flatnonzero(minutes < INFEASIBLE)
    assert len(usable)
    return NeedCurve(np.minimum.accumulate(minutes), grows, tuple(parts), tuple(choices), exact)


def _component(nodes: Sequence[Node], fund: IntArray, setting: Setting, extra: int) -> OfficeCurve | None:
    if len(nodes) > MOST_DUTIES:
        return None
    masks = setting.unions(nodes)
    if masks is None:
        return None
    held = membership(masks, len(nodes))
    demand = np.tensordot(held.astype(np.int64), np.array([node.minutes for node in nodes]), axes=1)
    bits = np.array(masks, dtype=np.int64)
    free = np.array([setting.quota_free[node.groups[0]] for node in nodes])[lowest_bit(bits)]
    several = np.array([len({nodes[int(i)].position for i in np.flatnonzero(row)}) > 1 for row in held])
    time = np.maximum(1, time_of(fund, setting.service))
    must = required(demand, setting.service)
    enough = np.maximum(1, (-(-must // time)).max(axis=-1, initial=0))
    most = np.minimum(enough + extra, np.where(several, setting.most_combined, MOST_POSTS))
    first = np.where(free, enough, np.where(held.sum(axis=1) == 1, 0, 1))
    most = np.where(free, enough, most)
    number = np.maximum(0, most - first + 1)
    which = np.repeat(np.arange(len(masks)), number)
    count = np.concatenate([np.arange(a, b + 1) for a, b in zip(first, most, strict=True)])
    costs = short(demand[which], fund, count, setting.service)
    quota = np.where(free[which], 0, count)
    ways = Ways(bits[which], count, quota, count, bits[which], costs[:, None])
    single = held.sum(axis=1) == 1
    reach = int(most[single & ~free].sum())
    return office_curve(len(nodes), ways, reach, None if len(nodes) == 1 else MOST_WORK)


def _apart(nodes: Sequence[Node], setting: Setting) -> list[list[Node]]:
    """Split nodes into sets no two of which can share a person."""
    left, groups = list(nodes), []
    while left:
        reached = [left.pop(0)]
        for node in reached:
            near = [other for other in left if setting.joinable([node, other])]
            reached += near
            left = [other for other in left if not any(other is one for one in near)]
        groups.append(reached)
    return groups


def need_bound(
    cube: Cube, left: IntArray, office: int, setting: Setting, groups_per_person: int
) -> NeedCurve:
    """Return what every number of posts leaves undone at least, whatever the structure.

    All work is pooled; besides, the least posts by the pooled curve (duties kept apart, organisations' own
    work apart) and by how many groups one person may hold.
    """
    units = cube.units_of(office)
    counted = [g for g in range(len(cube.groups)) if not setting.quota_free[g]]
    demand = left[units][:, counted]
    if not demand.size or not demand.any():
        return NeedCurve(np.zeros(1, dtype=np.int64), False)
    pooled = demand.sum(axis=(0, 1))
    fund = cube.fund[office]
    time = np.maximum(1, time_of(fund, setting.service))
    reach = int((-(-required(pooled, setting.service) // time)).max(initial=0))
    reach += len(units) + len(cube.groups)
    curve = pooled_curve(cube, left, office, setting, most_posts=reach).cost[:, 0]
    usable = np.flatnonzero(curve < INFEASIBLE)
    least = int(usable[0]) if len(usable) else reach
    for unit in units:
        pool = int(left[unit][counted].any(axis=(1, 2)).sum())
        least = max(least, -(-pool // max(1, groups_per_person)))
    posts = np.arange(least + 1, dtype=np.int64)
    minutes = short(np.broadcast_to(pooled, (least + 1, *pooled.shape)), fund, posts, setting.service)
    minutes[:least] = np.maximum(minutes[:least], 1)
    return NeedCurve(minutes, True)


def left_after(task: Task, chosen: Mapping[int, Sequence[tuple[list[Node], Column]]]) -> IntArray:
    """Return the work that stays when offices do only what the bundles chosen for them can do.

    A priority of which less may stay undone goes first: there a minute taken out is a minute less required.
    """
    minutes = task.minutes.copy()
    service = task.setting.service
    order = sorted(range(len(service.unmet_bp)), key=lambda p: service.unmet_bp[p])
    for office, bundles in chosen.items():
        time = time_of(task.cube.fund[office], service)
        for nodes, column in bundles:
            cells = [(u, g) for n in nodes for u in task.cube.units_of(office) for g in n.groups
                     if task.cube.units[u][1] == n.pool]  # fmt: skip
            if not column.posts:
                for u, g in cells:
                    minutes[u, g] = 0
                continue
            for period in range(service.periods):
                months = [m for m, p in enumerate(service.period_of) if p == period]
                while (rest := _rest(minutes, cells, period, column.posts * int(time[period]), service)) > 0:
                    for u, g, p, m in ((u, g, p, m) for p in order for u, g in cells for m in months):
                        part = min(rest, int(minutes[u, g, p, m]))
                        minutes[u, g, p, m] -= part
                        rest -= part
    return minutes


def split_by_period(task: Task, office: int, bundles: Sequence[tuple[list[Node], Column]]) -> dict[int, int]:
    """Return period → the required minutes that the bundles of an office leave undone."""
    service = task.setting.service
    time = time_of(task.cube.fund[office], service)
    split = [0] * service.periods
    for nodes, column in bundles:
        demand = np.asarray(sum(n.minutes for n in nodes))
        must = required(demand, service)
        rest = [max(0, int(must[p]) - column.posts * int(time[p])) for p in range(service.periods)]
        if not any(rest) and not column.posts and demand.any():
            asked = [demand[..., [m for m, q in enumerate(service.period_of) if q == p]].sum() > 0
                     for p in range(service.periods)]  # fmt: skip
            rest[asked.index(True)] = 1
        split = [a + b for a, b in zip(split, rest, strict=True)]
    return {period: minutes for period, minutes in enumerate(split) if minutes}


def _rest(
    minutes: IntArray, cells: Sequence[tuple[int, int]], period: int, time: int, service: Service
) -> int:
    demand = np.sum([minutes[u, g] for u, g in cells], axis=0)
    return int(required(demand, service)[period]) - time
