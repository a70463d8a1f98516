"""From a first structure to the best one found with kiêm nhiệm, and the bound nothing can beat.

Evaluating a structure is exact: every office's curve by dynamic programming, then posts shared out under the
nested limits by min-plus. The structure itself starts from the price search without kiêm nhiệm
(`structure.design_structure`) and is improved by moving a task group, splitting or merging positions, while
the pooled bound is not reached. The bound holds for every structure, so the gap is honest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vitri.optimise.bundles import bundles_within, members, membership
from vitri.optimise.cost import posts_needed
from vitri.optimise.demand_cube import Cube
from vitri.optimise.engine import IntArray, UndecidedError, Watch, set_partition
from vitri.optimise.lex import less
from vitri.optimise.office_plan import OfficePlan, Positions, Setting, plan_office, pooled_curve
from vitri.optimise.quota import Curve, CurveShare, Tree, share_by_curve
from vitri.optimise.structure import DemandBundles, StructurePlan, design_structure

EVALUATIONS = 160
MOST_OFFICE_POSTS = 10_000
# bundles a structure is chosen from; beyond that only groups alike are joined first, and moved later
MOST_BUNDLES = 50_000
# the same as (bundle, group) cells
MOST_CELLS = 3_000_000
# (bundle, unit, priority, month) cells looked at in one go
NEED_CELLS = 4_000_000


@dataclass(frozen=True)
class Task:
    """The sizing problem: the work left for sized posts, limits, rules, and who follows which structure."""

    cube: Cube
    minutes: IntArray
    tree: Tree
    setting: Setting
    position: npt.NDArray[np.bool_]
    most_groups: int
    scope_of: tuple[int, ...]

    def scopes(self) -> int:
        """Return the number of scopes."""
        return max(self.scope_of, default=0) + 1

    def needed(self) -> npt.NDArray[np.bool_]:
        """Return which groups have work in which scope, as (scope, group)."""
        found = np.zeros((self.scopes(), len(self.cube.groups)), dtype=bool)
        for unit, (office, _) in enumerate(self.cube.units):
            found[self.scope_of[office]] |= self.minutes[unit].any(axis=(1, 2))
        return found

    def ceiling_of(self, office: int) -> int:
        """Return the tightest ceiling above an office."""
        return min(self.tree.nodes[n].ceiling for n in self.tree.ancestors()[office])

    def floor_of(self, office: int) -> int:
        """Return the office's own floor."""
        return self.tree.nodes[self.tree.ancestors()[office][0]].floor


@dataclass(frozen=True)
class Evaluated:
    """A structure with its exact plan: positions per scope, office plans, and posts shared out.

    `by_class`: quotas by class of post decided on it, so what a post is worth is not on the curves.
    """

    positions: tuple[Positions, ...]
    offices: tuple[OfficePlan, ...]
    share: CurveShare
    tree: Tree
    by_class: bool = False


@dataclass(frozen=True)
class Found:
    """The best plan found, the pooled bound (None: no plan under the limits even so), and the first stage."""

    plan: Evaluated | None
    bound: CurveShare | None
    first: StructurePlan | None
    evaluations: int


def first_structures(task: Task, watch: Watch) -> tuple[list[tuple[Positions, ...]], StructurePlan | None]:
    """Design structures to start from, without kiêm nhiệm: by posts needed, by fewest positions, by price.

    Under ceilings the price search gives structure and posts together with its own proof; many small pools
    (separate staff) are better served by the coarse structures of the other two.
    """
    groups = max(1, len(task.cube.groups))
    most = min(MOST_BUNDLES, max(8 * groups, MOST_CELLS // groups))
    masks, _ = bundles_within(task.position, task.most_groups, most)
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
        priced = tuple(tuple(members(masks[b]) for b in chosen) for chosen in plan.positions)
        if priced not in starts:
            starts.insert(0, priced)
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
        ceiling = task.ceiling_of(office)
        floor = task.floor_of(office)
        arguments = (task.cube, task.minutes, office, positions[task.scope_of[office]], task.setting)
        plan = plan_office(*arguments, most_posts=min(ceiling, MOST_OFFICE_POSTS), quick=late)
        if floor >= len(plan.curve.cost):
            plan = plan_office(
                *arguments, most_posts=min(ceiling, MOST_OFFICE_POSTS), extra_posts=floor, quick=late
            )
        offices.append(plan)
        if known is not None and task.scopes() > 1:
            known[key] = plan
    share = share_by_curve([plan.curve for plan in offices], task.tree)
    return None if share is None else Evaluated(positions, tuple(offices), share, task.tree)


def bound_curves(task: Task) -> list[Curve]:
    """Return every office's pooled curve: a lexicographic lower bound for every structure."""
    curves = []
    for office in range(len(task.cube.offices)):
        units = task.cube.units_of(office)
        demand = task.minutes[units].sum(axis=(0, 1, 2)) if units else np.zeros(1, dtype=np.int64)
        fund = task.cube.fund[office]
        reach = int((-(-demand // fund[: len(demand)])).max(initial=0)) + len(units) + len(task.cube.groups)
        reach = min(max(reach, task.floor_of(office)), task.ceiling_of(office), MOST_OFFICE_POSTS)
        curves.append(
            Curve(pooled_curve(task.cube, task.minutes, office, task.setting, most_posts=reach).cost)
        )
    return curves


def bound_of(task: Task) -> CurveShare | None:
    """Share out the pooled curves: a lexicographic lower bound for every structure."""
    return share_by_curve(bound_curves(task), task.tree)


def improve(task: Task, watch: Watch, earlier: tuple[Positions, ...] | None = None) -> Found:
    """Find a good structure with its exact plan, and the bound; deterministic unless time runs out.

    `earlier` is a structure to go on from: the plan found is never worse than that structure's.
    """
    bound = bound_of(task)
    starts, first = first_structures(task, watch)
    if earlier is not None:
        starts = [earlier, *(start for start in starts if start != earlier)]
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
        return Found(None, bound, first, count)
    budget = max(4, EVALUATIONS // max(1, len(task.cube.offices)))
    seen = {best.positions}
    improved = True
    while improved and not reached(best, bound):
        improved = False
        for candidate in neighbours(task, best.positions):
            if candidate in seen:
                continue
            seen.add(candidate)
            # while the first level is open, looking longer may change what a planner decides
            open_ = bound is None or _lead(task, best.share) > _lead(task, bound)
            if count >= (4 * budget if open_ else budget) or watch.over():
                return Found(best, bound, first, count)
            tried = evaluate(task, candidate, known, watch, first=False)
            count += 1
            if tried is not None and bool(less(tried.share.cost, best.share.cost)):
                best = tried
                improved = True
                watch.tell(
                    "kiem_nhiem", _lead(task, best.share), _lead(task, bound) if bound else None, "minutes"
                )
                break
    return Found(best, bound, first, count)


def _lead(task: Task, share: CurveShare) -> float:
    return float(task.setting.objective.packing.unpack(share.cost)[0])


def finest_structure(task: Task) -> tuple[Positions, ...]:
    """Return the structure in which every task group with work is a position of its own."""
    return tuple(tuple((int(g),) for g in np.flatnonzero(row)) for row in task.needed())


def reached(best: Evaluated, bound: CurveShare | None) -> bool:
    """Whether a plan reaches the bound, so that no other is better."""
    return bound is not None and np.array_equal(best.share.cost, bound.cost)


def neighbours(task: Task, positions: tuple[Positions, ...]) -> Iterator[tuple[Positions, ...]]:
    """Structures one step away: merge two positions, move a group, give a group a position of its own."""

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
