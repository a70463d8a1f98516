"""From a first structure to the best one found with kiêm nhiệm, and the bound nothing can beat.

Evaluating a structure is exact: every office's curve by dynamic programming, then posts shared out under the
nested limits by min-plus. The structure itself starts from the price search without kiêm nhiệm
(`structure.design_structure`) and is improved by moving a task group, splitting or merging positions, while
the pooled bound is not reached. The bound holds for every structure, so the gap is honest.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vitri.optimise.bundles import all_bundles, bundles_within, members, membership
from vitri.optimise.cost import posts_needed
from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import IntArray, UndecidedError, Watch, set_partition
from vitri.optimise.lex import less
from vitri.optimise.office_bounds import bound_curves, bound_of, raised
from vitri.optimise.office_plan import OfficePlan, Positions, plan_office
from vitri.optimise.quota import Curve, CurveShare, share_by_curve
from vitri.optimise.structure import DemandBundles, StructurePlan, design_structure
from vitri.optimise.task import MOST_OFFICE_POSTS, Evaluated, Found, Task, undone

__all__ = [
    "Evaluated",
    "Found",
    "Task",
    "bound_curves",
    "bound_of",
    "evaluate",
    "finest_structure",
    "improve",
    "neighbours",
    "reached",
]

EVALUATIONS = 160
# bundles a structure is chosen from; beyond that only groups alike are joined first, and moved later
MOST_BUNDLES = 50_000
# the same as (bundle, group) cells
MOST_CELLS = 3_000_000
# a common structure is chosen from all bundles, priced one price at a time, up to so many and so many pairs
MOST_PRICED = 2_000_000
MOST_PRICED_PAIRS = 100_000_000
# with less time than this they are not even listed
PRICED_SECONDS = 30.0
_KICKS = 20
# (bundle, unit, priority, month) cells looked at in one go
NEED_CELLS = 4_000_000


def first_structures(task: Task, watch: Watch) -> tuple[list[tuple[Positions, ...]], StructurePlan | None]:
    """Design structures to start from, without kiêm nhiệm: by posts needed, by fewest positions, by price.

    Under ceilings the price search gives structure and posts together with its own proof; many small pools
    (separate staff) are better served by the coarse structures of the other two.
    """
    groups = max(1, len(task.cube.groups))
    most = min(MOST_BUNDLES, max(8 * groups, MOST_CELLS // groups))
    masks, whole = bundles_within(task.position, task.most_groups, most)
    held = membership(masks, len(task.cube.groups))
    starts: list[tuple[Positions, ...]] = []
    posts = _posts_by_scope(task, held)
    everything = np.ones(len(masks), dtype=bool)
    # where one person must leave some duty undone, the duty is best in a position of its own
    sized: npt.NDArray[np.bool_] = np.asarray(task.needed().any(axis=0))
    clash = ~task.setting.cover & sized[:, None] & sized[None, :] & ~np.eye(len(sized), dtype=bool)
    torn: npt.NDArray[np.bool_] = np.asarray(clash.any(axis=1))
    apart: npt.NDArray[np.bool_] = np.asarray(~(held[:, torn].any(axis=1) & held[:, ~torn].any(axis=1)))
    for usable in (everything,) if apart.all() else (everything, apart):
        # among structures of equally many posts, the one with fewer positions
        for table in (posts * 1000, np.zeros_like(posts)):
            found = _by_cost(task, masks, held, table, usable, watch)
            if found is not None and found not in starts:
                starts.append(found)
    if task.setting.by_need:
        return starts, None
    if not whole and task.scopes() == 1 and watch.left() > PRICED_SECONDS:
        priced = min(MOST_PRICED, MOST_PRICED_PAIRS // max(1, len(task.cube.units)))
        every = all_bundles(task.position, task.most_groups, priced) if priced > most else None
        if every is not None:
            masks, held = every, membership(every, groups)
    data = DemandBundles(
        held,
        task.minutes,
        _funds(task.cube),
        task.setting.service,
        tuple(office for office, _ in task.cube.units),
        tuple(task.scope_of[office] for office, _ in task.cube.units),
        task.needed(),
    )
    try:
        plan = design_structure(data, task.tree, watch)
    except UndecidedError:
        return starts, None
    if plan is not None:
        designed = tuple(tuple(members(masks[b]) for b in chosen) for chosen in plan.positions)
        if designed not in starts:
            starts.insert(0, designed)
    return starts, plan


def _by_cost(
    task: Task,
    masks: list[int],
    held: npt.NDArray[np.bool_],
    cost: IntArray,
    allowed: npt.NDArray[np.bool_],
    watch: Watch,
) -> tuple[Positions, ...] | None:
    """Return for every scope the partition of least cost (bundle, scope); among equals, fewest positions."""
    needed = task.needed()
    chosen: list[Positions] = []
    for scope in range(task.scopes()):
        usable = np.flatnonzero(allowed & ~(held & ~needed[scope]).any(axis=1))
        costs = cost[usable, scope] + 1
        try:
            part = set_partition(held[usable][:, needed[scope]], costs, watch=watch, seed=watch.options.seed)
        except UndecidedError:
            return None
        if part is None:
            return None
        chosen.append(tuple(members(masks[int(usable[i])]) for i in part.columns))
    return tuple(chosen)


def _funds(cube: Cube) -> IntArray:
    """Return the time fund of every unit, as (unit, month)."""
    funds = np.array([cube.fund[office] for office, _ in cube.units], dtype=np.int64)
    return funds.reshape(len(cube.units), len(cube.months))


def _posts_by_scope(task: Task, held: npt.NDArray[np.bool_]) -> IntArray:
    """Return the posts that every bundle needs in the units of every scope, as (bundle, scope)."""
    funds = _funds(task.cube)
    scope = np.array([task.scope_of[office] for office, _ in task.cube.units], dtype=np.int64)
    total = np.zeros((len(held), task.scopes()), dtype=np.int64)
    cells = max(1, task.minutes[:, :1].size)
    # floating point is exact here, and its product of matrices much quicker
    exact = int(task.minutes.sum()) < 1 << 53
    work = task.minutes.astype(np.float64 if exact else np.int64)
    step = max(1, NEED_CELLS // cells)
    for start in range(0, len(held), step):
        part = held[start : start + step].astype(work.dtype)
        demand = np.tensordot(part, work, axes=(1, 1)).astype(np.int64)
        posts = posts_needed(demand, funds, task.setting.service)
        for at in range(task.scopes()):
            total[start : start + step, at] = posts[:, scope == at].sum(axis=1)
    return total


def plan_under(
    task: Task, office: int, positions: tuple[Positions, ...], *, quick: bool = False
) -> OfficePlan:
    """Return an office's exact plans under a structure, long enough for its floor."""
    arguments = (task.cube, task.minutes, office, positions[task.scope_of[office]], task.setting)
    most = min(task.ceiling_of(office), MOST_OFFICE_POSTS)
    plan = plan_office(*arguments, most_posts=most, quick=quick)
    floor = task.floor_of(office)
    if floor >= len(plan.curve.cost):
        plan = plan_office(*arguments, most_posts=most, extra_posts=floor, quick=quick)
    return plan


def evaluate(
    task: Task,
    positions: tuple[Positions, ...],
    known: dict[tuple[int, Positions], OfficePlan] | None = None,
    watch: Watch | None = None,
    *,
    first: bool = True,
) -> Evaluated | None:
    """Plan every office under the structure and share out the posts; None if the limits cannot be kept.

    `known` holds the plans of offices whose structure was tried before. Where `watch` says that time is up,
    the offices left are planned quickly if this is the `first` plan, and the structure is given up if not.
    """
    offices = []
    for office in range(len(task.cube.offices)):
        key = (office, positions[task.scope_of[office]])
        if known is not None and key in known:
            offices.append(known[key])
            continue
        late = watch is not None and watch.over()
        if late and not first:
            return None
        plan = plan_under(task, office, positions, quick=late)
        offices.append(plan)
        if known is not None and task.scopes() > 1:
            known[key] = plan
    share = share_by_curve([plan.curve for plan in offices], task.tree)
    if share is None:
        more = task.beyond([len(plan.curve.cost) - 1 for plan in offices])
        for office in np.flatnonzero(more).tolist():
            ceiling = min(task.ceiling_of(office), MOST_OFFICE_POSTS)
            # one node alone may have to take them all
            extra = max(task.floor_of(office), len(offices[office].curve.cost) - 1 + more[office])
            offices[office] = plan_office(
                task.cube, task.minutes, office, positions[task.scope_of[office]], task.setting,
                most_posts=ceiling, extra_posts=extra, quick=watch is not None and watch.over(),
            )  # fmt: skip
        share = share_by_curve([plan.curve for plan in offices], task.tree) if any(more) else None
    return None if share is None else Evaluated(positions, tuple(offices), share, task.tree)


def improve(task: Task, watch: Watch, earlier: tuple[Positions, ...] | None = None) -> Found:
    """Find a good structure with its exact plan, and the bound; deterministic unless time runs out.

    `earlier` is a structure to go on from: the plan found is never worse than that structure's. Structures of
    classes or offices start from the common one as well, so that freedom never costs.
    """
    starts = [] if earlier is None else [earlier]
    if task.scopes() > 1 and not watch.over():
        common = _common(task, watch)
        starts += [] if common is None or common == earlier else [common]
    found, pooled = _found(task, watch, starts)
    return replace(found, bound=raised(task, found, pooled, watch))


def _common(task: Task, watch: Watch) -> tuple[Positions, ...] | None:
    """Return the best common structure found, cut down to the groups that every scope needs."""
    found, _ = _found(replace(task, scope_of=(0,) * len(task.scope_of)), watch, [])
    if found.plan is None:
        return None
    structure = []
    for needed in task.needed():
        cut = (tuple(g for g in groups if needed[g]) for groups in found.plan.positions[0])
        structure.append(tuple(sorted(groups for groups in cut if groups)))
    return tuple(structure)


def _found(
    task: Task, watch: Watch, known_starts: Sequence[tuple[Positions, ...]]
) -> tuple[Found, list[Curve]]:
    """Search from the structures given and those designed; the bound is the pooled one, with its curves."""
    pooled = bound_curves(task)
    bound = share_by_curve(pooled, task.tree)
    if bound is None:
        return Found(None, None, None, 0), pooled
    starts, first = first_structures(task, watch)
    starts = [*known_starts, *(start for start in starts if start not in known_starts)]
    known: dict[tuple[int, Positions], OfficePlan] = {}
    finest = finest_structure(task)
    best: Evaluated | None = None
    count = 0
    for start in (*starts, finest):
        if best is not None and (start is finest or watch.over()):
            break
        tried = evaluate(task, start, known, watch, first=best is None)
        count += 1
        if tried is not None and (best is None or bool(less(tried.share.cost, best.share.cost))):
            best = tried
    if best is None:
        return Found(None, bound, first, count), pooled
    return _climb(task, watch, Found(best, bound, first, count), known), pooled


def _climb(task: Task, watch: Watch, start: Found, known: dict[tuple[int, Positions], OfficePlan]) -> Found:
    """Improve a structure step by step; where no step helps, from one two random steps away.

    While work is left undone that the bound does not ask for, looking longer may change what a planner
    decides: twice as many structures are tried, four times as many where that work is of the first level.
    """
    assert start.plan is not None
    best = current = start.plan
    bound, count = start.bound, start.evaluations
    budget = max(4, EVALUATIONS // max(1, len(task.cube.offices)))
    rng = random.Random(watch.options.seed)
    seen = {best.positions}
    while not reached(best, bound):
        moved = False
        for candidate in neighbours(task, current.positions):
            if candidate in seen:
                continue
            seen.add(candidate)
            if count >= budget * _patience(task, best.share, bound) or watch.over():
                return Found(best, bound, start.first, count)
            tried = evaluate(task, candidate, known, watch, first=False)
            count += 1
            if tried is not None and bool(less(tried.share.cost, current.share.cost)):
                current, moved = tried, True
                break
        if bool(less(current.share.cost, best.share.cost)):
            best = current
            watch.tell(
                "kiem_nhiem", _lead(task, best.share), _lead(task, bound) if bound else None, "minutes"
            )
        if not moved:
            kicked = _kicked(task, best, rng, seen, known, watch)
            if kicked is None:
                break
            current = kicked
            count += 1
    return Found(best, bound, start.first, count)


def _patience(task: Task, share: CurveShare, bound: CurveShare | None) -> int:
    if bound is None or undone(task, share)[0] > undone(task, bound)[0]:
        return 4
    return 2 if undone(task, share) > undone(task, bound) else 1


def _kicked(
    task: Task,
    best: Evaluated,
    rng: random.Random,
    seen: set[tuple[Positions, ...]],
    known: dict[tuple[int, Positions], OfficePlan],
    watch: Watch,
) -> Evaluated | None:
    """Return a structure a few random steps from the best one, not seen before; None after some attempts."""
    for _ in range(_KICKS):
        positions = best.positions
        for _ in range(rng.choice((2, 2, 3))):
            steps = list(neighbours(task, positions))
            if not steps:
                return None
            positions = rng.choice(steps)
        if positions in seen:
            continue
        seen.add(positions)
        tried = evaluate(task, positions, known, watch, first=False)
        if tried is not None or watch.over():
            return tried
    return None


def _lead(task: Task, share: CurveShare) -> float:
    return float(task.setting.objective.packing.unpack(share.cost)[0])


def finest_structure(task: Task) -> tuple[Positions, ...]:
    """Return the structure in which every task group with work is a position of its own."""
    return tuple(tuple((int(g),) for g in np.flatnonzero(row)) for row in task.needed())


def reached(best: Evaluated, bound: CurveShare | None) -> bool:
    """Whether a plan reaches the bound, so that no other is better."""
    return bound is not None and np.array_equal(best.share.cost, bound.cost)


def neighbours(task: Task, positions: tuple[Positions, ...]) -> Iterator[tuple[Positions, ...]]:
    """Structures one step away: merge two positions, move a group or set it apart, swap two groups."""

    def fits(groups: Sequence[int]) -> bool:
        return len(groups) <= task.most_groups and all(
            task.position[a, b] for a, b in combinations(groups, 2)
        )

    def replaced(scope: int, gone: Sequence[int], new: Sequence[tuple[int, ...]]) -> tuple[Positions, ...]:
        kept = [p for i, p in enumerate(positions[scope]) if i not in gone]
        merged = tuple(sorted([*kept, *(tuple(sorted(n)) for n in new if n)]))
        return (*positions[:scope], merged, *positions[scope + 1 :])

    for scope, held in enumerate(positions):
        for a, b in combinations(range(len(held)), 2):
            if fits(held[a] + held[b]):
                yield replaced(scope, [a, b], [held[a] + held[b]])
        for a, source in enumerate(held):
            for group in source:
                rest = tuple(g for g in source if g != group)
                for b, target in enumerate(held):
                    if b != a and fits((*target, group)):
                        yield replaced(scope, [a, b], [rest, (*target, group)])
                if rest:
                    yield replaced(scope, [a], [rest, (group,)])
        for a, b in combinations(range(len(held)), 2):
            for one in held[a]:
                for two in held[b]:
                    left = tuple(two if g == one else g for g in held[a])
                    right = tuple(one if g == two else g for g in held[b])
                    if fits(left) and fits(right):
                        yield replaced(scope, [a, b], [left, right])
