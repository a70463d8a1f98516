"""From a structure to an office's posts: nodes, admissible combinations, curves, and the pooled bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.bundles import bundles, members
from vitri.optimise.combine import Column, Node, OfficeCurve, office_curve
from vitri.optimise.cost import outcome, posts_needed
from vitri.optimise.demand_cube import OWN, SHARED, Cube
from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import MOST_DUTIES, lowest_bit
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.office_ways import MOST_POSTS, office_ways, partial_ways
from vitri.optimise.quota import Curve, min_plus
from vitri.optimise.setting import Objective, Setting

MOST_WORK = 3_000_000
"""Steps of the dynamic programme for one component of an office.

Work, not the number of nodes, is what limits it: 30 nodes of separate staff are easy, 16 that anyone may
combine are not.
"""

MANY_NODES, PART_NODES, QUICK_NODES = 124, 16, 6
"""Offices of more nodes than the first are cut into parts of the second; without time, of the third."""

MOST_TORN = 8

__all__ = [
    "MOST_POSTS",
    "Bundle",
    "Objective",
    "OfficePlan",
    "Positions",
    "Setting",
    "nodes_of",
    "plan_office",
    "pooled_curve",
]

Positions = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Bundle:
    """Posts of one office with the same main position: their nodes, main one first, and how many (in quota).

    `holders` of the posts hold all nodes; the others only those of the position of the first node.
    """

    nodes: tuple[Node, ...]
    posts: int
    quota: int
    holders: int


@dataclass(frozen=True)
class OfficePlan:
    """An office under one structure: its curve over all posts, and how to read the bundles back.

    `chosen` are the bundles where limits across offices decide on them; blank, the curve does.
    """

    office: int
    curve: Curve
    parts: tuple[tuple[tuple[Node, ...], OfficeCurve], ...]
    choices: tuple[IntArray, ...]
    chosen: tuple[Bundle, ...] | None = None

    def bundles(self, posts: int) -> list[Bundle]:
        """Return the bundles of the best plan with exactly `posts` posts in the quota."""
        if self.chosen is not None:
            return list(self.chosen)
        found: list[Bundle] = []
        left = posts
        for (nodes, curve), choice in zip(reversed(self.parts), reversed(self.choices), strict=True):
            given = int(choice[left])
            left -= given
            found += [read_bundle(nodes, column) for column in curve.bundles(given)]
        return sorted_bundles(found)


def read_bundle(nodes: Sequence[Node], column: Column) -> Bundle:
    """Return the bundle of a column: its nodes, those of the main position first, then the largest."""
    held = [nodes[i] for i in range(len(nodes)) if column.mask >> i & 1]
    main = {id(node) for i, node in enumerate(nodes) if column.main >> i & 1}
    held.sort(key=lambda n: (id(n) not in main, -int(n.minutes.sum()), n.position, n.pool))
    return Bundle(tuple(held), column.posts, column.quota, column.holders)


def sorted_bundles(found: Sequence[Bundle]) -> list[Bundle]:
    """Return the bundles of an office in the order in which they are told."""
    return sorted(found, key=lambda b: (b.nodes[0].pool != SHARED, b.nodes[0].pool, b.nodes[0].position))


def nodes_of(cube: Cube, minutes: IntArray, office: int, positions: Positions) -> list[Node]:
    """List the nodes of an office: one for each pool and position with work left."""
    nodes = []
    for unit in cube.units_of(office):
        for index, groups in enumerate(positions):
            held = tuple(g for g in groups if minutes[unit, g].any())
            if held:
                nodes.append(Node(index, cube.units[unit][1], held, minutes[unit, list(held)].sum(axis=0)))
    return nodes


def plan_office(
    cube: Cube,
    minutes: IntArray,
    office: int,
    positions: Positions,
    setting: Setting,
    *,
    most_posts: int,
    extra_posts: int = 0,
    quick: bool = False,
) -> OfficePlan:
    """Compute the office's curve under a structure: exact for every number of posts up to `most_posts`.

    Nodes that can never share a person fall into components that are solved apart and joined by min-plus.
    `extra_posts` lets bundles grow beyond what their work asks for, so that a floor can be met. Components
    that would take too much work are cut, `quick` cuts them small: a plan all the same, only not the best.
    """
    nodes = nodes_of(cube, minutes, office, positions)
    largest = QUICK_NODES if quick else MOST_DUTIES if len(nodes) <= MANY_NODES else PART_NODES
    parts: list[tuple[tuple[Node, ...], OfficeCurve]] = []
    total = np.zeros((1, setting.objective.packing.limbs), dtype=np.int64)
    choices: list[IntArray] = []
    waiting = _components(nodes, setting)
    while waiting:
        component = waiting.pop(0)
        curve = None
        if len(component) <= largest:
            curve = _component_curve(component, cube.fund[office], setting, most_posts, extra_posts)
        if curve is None:
            # two halves are a valid restriction, and the bound stays honest
            middle = len(component) // 2
            waiting[:0] = [component[:middle], component[middle:]]
            continue
        parts.append((tuple(component), curve))
        total, choice = min_plus(total, curve.curve.cost)
        choices.append(choice)
    if len(total) > most_posts + 1:
        total = total[: most_posts + 1]
    return OfficePlan(office, Curve(total), tuple(parts), tuple(choices))


def _component_curve(
    nodes: Sequence[Node], fund: IntArray, setting: Setting, most_posts: int, extra_posts: int
) -> OfficeCurve | None:
    """Return the exact curve of one component, None where it would take too much work."""
    masks = setting.unions(nodes)
    if masks is None:
        return None
    ways = office_ways(nodes, masks, fund, setting, most_posts, extra_posts)
    if setting.partial and not setting.by_need:
        ways = ways.joined(partial_ways(nodes, masks, fund, setting, most_posts))
    single = np.bitwise_count(ways.masks) == 1
    largest = np.zeros(len(nodes), dtype=np.int64)
    np.maximum.at(largest, lowest_bit(ways.masks[single]), ways.quota[single])
    reach = min(most_posts, int(largest.sum()))
    most_work = None if len(nodes) == 1 else MOST_WORK
    return office_curve(len(nodes), ways, reach, most_work, setting.objective.packing)


def _components(nodes: Sequence[Node], setting: Setting) -> list[list[Node]]:
    """Split nodes into sets no two of which can share a person."""
    left = list(range(len(nodes)))
    groups: list[list[Node]] = []
    while left:
        reached = [left.pop(0)]
        for index in reached:
            near = [j for j in left if setting.joinable([nodes[index], nodes[j]])]
            reached.extend(near)
            left = [j for j in left if j not in near]
        groups.append([nodes[i] for i in sorted(reached)])
    return groups


def pooled_curve(cube: Cube, minutes: IntArray, office: int, setting: Setting, *, most_posts: int) -> Curve:
    """Return a lower bound on the office's curve under *any* structure: everybody may do everything.

    Pools whose staff can never be shared are bounded apart. Groups no two of which one person may hold ask
    for one post each. Sizing by need, the service rule of the pooled work gives the least posts.
    """
    cells = [
        Node(g, cube.units[unit][1], (g,), minutes[unit, g])
        for unit in cube.units_of(office)
        for g in range(len(cube.groups))
        if minutes[unit, g].any()
    ]
    limbs = setting.objective.packing.limbs
    total = np.zeros((1, limbs), dtype=np.int64)
    fund = cube.fund[office]
    for component in _pools(cells):
        counted = [c for c in component if not setting.quota_free[c.groups[0]]]
        if not counted:
            continue
        cost = _pooled(counted, fund, setting, most_posts)
        cost = later(cost, _apart(counted, fund, setting, most_posts))
        total, _ = min_plus(total, cost)
        total = total[: most_posts + 1]
    return Curve(total)


def _apart(cells: Sequence[Node], fund: IntArray, setting: Setting, most_posts: int) -> IntArray:
    """Bound the own work of the organisations alone: their own work never shares a post.

    The shared work is left out, so any posts not used are free; sizing by need, each organisation's own work
    asks for posts of its own.
    """
    limbs = setting.objective.packing.limbs
    total = np.zeros((1, limbs), dtype=np.int64)
    for pool in sorted({cell.pool for cell in cells} - {SHARED}):
        cost = _pooled([cell for cell in cells if cell.pool == pool], fund, setting, most_posts)
        total = min_plus(total, cost)[0][: most_posts + 1]
    best = np.repeat(total[-1:], most_posts + 1, axis=0)
    best[: len(total)] = total
    for index in range(1, most_posts + 1):
        if bool(less(best[index - 1], best[index])):
            best[index] = best[index - 1]
    return best


def _pooled(cells: Sequence[Node], fund: IntArray, setting: Setting, most_posts: int) -> IntArray:
    """Bound the cost of cells for every number of posts: all posts do everything, but one person does not.

    With one post, work that one person may not hold together is left undone on one side. Sizing by need,
    fewer posts than the service rule asks for, or than there are duties to keep apart, are impossible.
    """
    demand = np.sum([cell.minutes for cell in cells], axis=0)
    posts = np.arange(0, most_posts + 1, dtype=np.int64)
    rest, over = outcome(demand, fund, posts, setting.service)
    cost = setting.objective.vector(rest, over, posts, np.zeros_like(posts))
    groups = sorted({cell.groups[0] for cell in cells})
    if setting.by_need:
        enough = int(posts_needed(demand, fund, setting.service))
        cost[: max(enough, len(_clique(groups, setting.cover))), 0] = INFEASIBLE
    elif most_posts >= 1:
        single = _one_person(cells, groups, fund, setting)
        cost[1:2] = later(cost[1:2], single[None, :])
    return cost


def _one_person(cells: Sequence[Node], groups: Sequence[int], fund: IntArray, setting: Setting) -> IntArray:
    """Return the least cost of one post, which serves only groups that one person may hold together."""
    torn = [g for g in groups if any(not setting.cover[g, h] for h in groups if h != g)]
    best: IntArray | None = None
    for held in _largest_compatible(torn, setting.cover):
        left_out = set(torn) - set(held)
        served = np.zeros_like(cells[0].minutes)
        undone = np.zeros_like(served)
        for cell in cells:
            if cell.groups[0] in left_out:
                undone += cell.minutes
            else:
                served += cell.minutes
        rest, over = outcome(served, fund, 1, setting.service)
        rest = rest + undone.sum(axis=-1)
        cost = setting.objective.vector(rest, over, np.asarray(1), np.asarray(0))
        if best is None or bool(less(cost, best)):
            best = cost
    assert best is not None
    return best


def _largest_compatible(groups: Sequence[int], cover: npt.NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """List the maximal sets of groups that one person may hold together; the empty set if there are none.

    Beyond `MOST_TORN` groups the sets are too many to list: one set of all of them is a bound as well.
    """
    if len(groups) > MOST_TORN:
        return [tuple(groups)]
    masks = bundles(cover[np.ix_(groups, groups)], len(groups))
    found = [tuple(groups[i] for i in members(mask)) for mask in masks]
    maximal = [a for a in found if not any(set(a) < set(b) for b in found)]
    return maximal or [()]


def later(left: IntArray, right: IntArray) -> IntArray:
    """Return the lexicographically larger row of two tables: both are bounds, so it is one."""
    return np.where(less(left, right)[:, None], right, left)


def _pools(cells: Sequence[Node]) -> list[list[Node]]:
    """Group cells by pools that may share a person: the shared pool joins all own pools."""
    by_pool: dict[str, list[Node]] = {}
    for cell in cells:
        by_pool.setdefault(cell.pool, []).append(cell)
    if SHARED not in by_pool:
        return [by_pool[pool] for pool in sorted(by_pool)]
    joined = [
        cell for pool in sorted(by_pool) if pool == SHARED or pool.startswith(OWN) for cell in by_pool[pool]
    ]
    named = [by_pool[p] for p in sorted(by_pool) if p != SHARED and not p.startswith(OWN)]
    return [joined, *named]


def _clique(groups: Sequence[int], cover: npt.NDArray[np.bool_]) -> list[int]:
    """Grow a set of groups no two of which one person may hold (a bound by people), greedily."""
    best: list[int] = []
    distinct = sorted(set(groups))
    for start in distinct:
        clique = [start]
        for group in distinct:
            if group not in clique and all(not cover[group, held] for held in clique):
                clique.append(group)
        if len(clique) > len(best):
            best = clique
    return best
