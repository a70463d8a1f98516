"""One structure for many offices together with their posts: a price per post and exact set partitions.

The problem: choose one partition of the task groups into positions for every scope (all offices, a class of
offices, or one office) and whole posts for every position and unit, at least cost under nested ceilings and
floors.

With a price on posts what is left is a set partition per scope; every price and every relaxation gives a
proven lower bound. For a fixed partition posts go by falling gain, which is exact because the cost is convex
and limits are nested. The search raises the bound by prices and cuts, lists the partitions left in the gap
and values each exactly, and splits where the list is too long: by the number of positions first, then by
pairs of groups in one position or in two (Ryan and Foster, 1981).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray, SolveOptions, Status, UndecidedError, Watch
from vitri.optimise.laminar import Laminar, laminar_of
from vitri.optimise.quota_tree import NO_CEILING, Tree
from vitri.optimise.structure.columns import Bundles
from vitri.optimise.structure.finish import partitions_within
from vitri.optimise.structure.master import Prices
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.price import (
    FEWEST_PRICES,
    aligned,
    build_table,
    cells_of,
    grid_of,
    places_for,
    sample_gains,
    sample_units,
)
from vitri.optimise.structure.raise_bound import Raiser
from vitri.optimise.structure.relax import Part, Relaxation, Solved
from vitri.optimise.structure.sweep import sweep

# whole numbers beyond this could overflow sums of 64 bits
LARGEST = 1 << 56
PILOT_UNITS = 64
PILOT_PAIRS = 150_000
USEFUL_PRICES = 64
MOST_LISTED = 4_000
# work limits in numbers, not in time, so that a run repeats itself
PARTS = 600
MOST_VALUED = 30_000


@dataclass(frozen=True)
class StructurePlan:
    """Positions per scope (bundle indices), posts (bundle, unit), the cost reached and its proven bound.

    `values` says for every node of the tree what one post more at its own limit is worth at most in the cost
    of this structure: positive where its ceiling binds, negative where its floor does. Posts that a floor
    asks for and that save nothing stand in no position. `listed` counts the partitions valued,
    `parts` the parts the search was split into.
    """

    positions: tuple[tuple[int, ...], ...]
    posts: IntArray
    cost: int
    bound: int
    status: Status
    values: tuple[int, ...]
    listed: int = 0
    parts: int = 0


def design_structure(data: Bundles, tree: Tree, watch: Watch) -> StructurePlan | None:
    """Choose structures and posts together; None where no partition exists or floors exceed a ceiling.

    Returns the best plan found with its proven bound; status "optimal" means cost == bound. Raises
    `UndecidedError` where costs are too large for whole numbers of 64 bits, or where time ran out before a
    plan was found.
    """
    if data.largest >= LARGEST:
        raise UndecidedError
    limits = laminar_of(tree)
    plans = Plans(data, limits, len(tree.nodes))
    if any(needed.any() and not data.membership[:, needed].any(axis=0).all() for needed in data.needed):
        return None
    pairs = len(data.membership) * len(data.office_of)
    start = None
    if len(data.needed) > 1:
        start = _from_common(data, tree, plans, watch)
    elif pairs > PILOT_PAIRS or len(np.unique(cells_of(data, limits).node)) > 1:
        start = _pilot(data, tree, plans, watch)
    relaxation = _relaxation(data, tree, limits, plans, watch, start)
    if relaxation is None:
        return None if plans.best is None else _plan(plans, 0, 0)
    return _branch(relaxation, plans, watch, start)


def _pilot(data: Bundles, tree: Tree, plans: Plans, watch: Watch) -> Chosen | None:
    """Find a first structure from an even sample of units under one ceiling in proportion."""
    units = sample_units(data, max(PILOT_UNITS, PILOT_PAIRS // len(data.membership)))
    sample = data.of_units(units)
    limits = laminar_of(tree)
    share = len(units) / len(data.office_of)
    ceiling = min(NO_CEILING, int(limits.ceiling[int(np.argmin(limits.depth))]))
    one = Laminar(
        np.array([-1], dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.array([ceiling if ceiling >= NO_CEILING else max(0, round(ceiling * share))], dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros(len(limits.node_of), dtype=np.int64),
        (-1,),
    )
    inner = Plans(sample, one, 0)
    quiet = Watch(SolveOptions(workers=watch.options.workers))
    relaxation = _relaxation(sample, None, one, inner, quiet, None)
    if relaxation is None:
        return None
    raiser = Raiser(relaxation, inner, quiet)
    part = raiser.whole_part()
    if part is None:
        return None
    solved = raiser.raise_bound(part, 20)
    if solved is not None:
        _dive(relaxation, inner, part, solved)
    if inner.best is None or plans.value(inner.best[1]) is None:
        return None
    return inner.best[1]


def _from_common(data: Bundles, tree: Tree, plans: Plans, watch: Watch) -> Chosen | None:
    """Start from one structure for all scopes, cut down to the groups that each needs."""
    units = np.arange(len(data.office_of))
    together = data.of_units(units, one_scope=True)
    quiet = Watch(SolveOptions(workers=watch.options.workers, time_limit_s=watch.options.time_limit_s))
    quiet.started = watch.started
    try:
        found = design_structure(together, tree, quiet)
    except UndecidedError:
        return None
    if found is None:
        return None
    at = {row.tobytes(): bundle for bundle, row in reversed(list(enumerate(data.membership)))}
    chosen = []
    for needed in data.needed:
        kept = [data.membership[bundle] & needed for bundle in found.positions[0]]
        if any(row.any() and row.tobytes() not in at for row in kept):
            return None
        chosen.append(tuple(sorted(at[row.tobytes()] for row in kept if row.any())))
    start = tuple(chosen)
    return start if plans.value(start) is not None else None


def _relaxation(
    data: Bundles, tree: Tree | None, limits: Laminar, plans: Plans, watch: Watch, start: Chosen | None
) -> Relaxation | None:
    """Price all bundles; None if time runs out."""
    priced = limits
    cells = cells_of(data, priced)
    number = len(data.membership)
    if tree is not None and places_for(number, len(cells.scope)) < USEFUL_PRICES:
        # too many prices for a table: leave the limits of single offices to the exact step
        priced = laminar_of(tree, [bool(node.children) for node in tree.nodes])
        cells = cells_of(data, priced)
    places = places_for(number, len(cells.scope))
    if places <= FEWEST_PRICES and number * len(cells.scope) * FEWEST_PRICES > 4 * 48_000_000:
        return None
    around = np.zeros(0, dtype=np.int64)
    if start is not None:
        found = plans.prices(start)
        around = found[found > 0]
    if number * len(data.office_of) <= PILOT_PAIRS:
        gains = data.runs(np.arange(number)).gain
    else:
        gains = sample_gains(data.of_units(sample_units(data, PILOT_UNITS)))
        gains = np.r_[gains, around]
    grid = grid_of(gains, around, places) if len(gains) else np.zeros(1, dtype=np.int64)
    table = build_table(data, cells, aligned(grid) if len(grid) > 2 else grid, watch)
    if table is None:
        return None
    return Relaxation(data, table, Prices(priced, cells, table.grid), max(1, data.largest))


def _dive(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved) -> None:
    """Value some partitions of low reduced cost, so that there is a plan."""
    limit = max(1, abs(solved.base) >> 16)
    for _ in range(24):
        found, complete = _list(relaxation, part, solved, limit, 40)
        for _, chosen in found:
            plans.value(chosen)
        if plans.best is not None or (
            complete and limit > solved.base + (relaxation.worst << relaxation.shift)
        ):
            return
        limit *= 4


def _list(
    relaxation: Relaxation, part: Part, solved: Solved, limit: int, most: int
) -> tuple[list[tuple[int, Chosen]], bool]:
    """List the partitions of a part within a limit of reduced costs (scaled); whether all were listed."""
    masks: list[int] = []
    reduced: list[int] = []
    owner: list[tuple[int, int]] = []
    offset = 0
    for scope, relaxed in enumerate(solved.scopes):
        if relaxed is None:
            continue
        columns = np.flatnonzero((relaxed.reduced <= limit) & ~relaxation.barred(part, scope))
        program = relaxation.programs[scope]
        assert program is not None
        for column in columns.tolist():
            masks.append(sum(1 << (offset + int(g)) for g in np.flatnonzero(program.held[column])))
            reduced.append(int(relaxed.reduced[column]))
            owner.append((scope, int(relaxation.columns[scope][column])))
        offset += program.rows
    if offset == 0:
        return [(0, tuple(() for _ in solved.scopes))], True
    found, complete = partitions_within(masks, reduced, (1 << offset) - 1, limit, most)
    listed = []
    for total, chosen in found:
        held: list[list[int]] = [[] for _ in solved.scopes]
        for place in chosen:
            held[owner[place][0]].append(owner[place][1])
        if all(
            relaxed is None or part.low[s] <= len(held[s]) <= part.high[s]
            for s, relaxed in enumerate(solved.scopes)
        ):
            listed.append((total, tuple(tuple(sorted(h)) for h in held)))
    return listed, complete


def _branch(relaxation: Relaxation, plans: Plans, watch: Watch, start: Chosen | None) -> StructurePlan | None:
    """Split the search until no part can hold a better plan; the bound is the least of the parts left."""
    raiser = Raiser(relaxation, plans, watch)
    whole = raiser.whole_part(plans.prices(start) if start is not None else None)
    if whole is None:
        return None
    heap: list[tuple[int, int, Part]] = [(whole.bound, 0, whole)]
    made = parts = 0
    proven = 0
    unresolved: list[int] = []
    root: Solved | None = None
    while heap:
        bound, _, part = heap[0]
        if plans.best is not None and bound >= plans.best[0]:
            heap.clear()
            break
        # several structures at once are a start for what follows; one alone is proven
        most = PARTS if len(whole.low) == 1 else 60 // len(whole.low)
        if parts and (watch.over() or parts >= most or len(plans.seen) >= MOST_VALUED):
            proven = bound
            break
        heapq.heappop(heap)
        parts += 1
        solved = raiser.raise_bound(part, 0 if parts == 1 else 1)
        if solved is None:
            continue
        if plans.best is None:
            _dive(relaxation, plans, part, solved)
        if parts == 1 and len(whole.low) > 1:
            sweep(relaxation, plans, part, solved, watch)
        root = root or solved
        _drop(relaxation, plans, root)
        at = max(part.bound, relaxation.bound(solved))
        if plans.best is not None:
            watch.tell("structure", plans.best[0], min(at, plans.best[0]), "cost")
            if at >= plans.best[0]:
                continue
        if _close(relaxation, plans, part, solved, watch):
            continue
        children = raiser.split(part, solved, at)
        if not children:
            unresolved.append(at)
        for child in children:
            made += 1
            heapq.heappush(heap, (child.bound, made, child))
    if plans.best is None:
        if heap or unresolved:
            raise UndecidedError
        return None
    if not heap:
        proven = plans.best[0]
    plan = _plan(plans, min([proven, plans.best[0], *unresolved]), parts)
    watch.tell("structure", plan.cost, plan.bound, "cost")
    return plan


def _drop(relaxation: Relaxation, plans: Plans, root: Solved) -> None:
    """Drop the columns that no better plan can use: their reduced cost alone exceeds the gap."""
    if plans.best is None:
        return
    limit = ((plans.best[0] - 1) << relaxation.shift) - root.base
    for scope, relaxed in enumerate(root.scopes):
        if relaxed is not None:
            relaxation.dead[scope] |= relaxed.reduced > limit


def _close(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved, watch: Watch) -> bool:
    """Value every partition of the part that could still be better; whether that closed the part."""
    if plans.best is None:
        limit = 4 * (relaxation.worst << relaxation.shift)
    else:
        limit = ((plans.best[0] - 1) << relaxation.shift) - solved.base
    if limit < 0:
        return True
    found, complete = _list(relaxation, part, solved, limit, MOST_LISTED // len(solved.scopes))
    for total, chosen in found:
        if chosen in plans.seen:
            continue
        if plans.best is not None:
            if solved.base + total > (plans.best[0] - 1) << relaxation.shift:
                continue
            if relaxation.partition_bound(chosen) >= plans.best[0]:
                continue
        plans.value(chosen)
        if watch.over():
            return False
    return complete


def _plan(plans: Plans, bound: int, parts: int) -> StructurePlan:
    assert plans.best is not None
    cost, chosen = plans.best
    posts, values = plans.posts(chosen)
    status: Status = "optimal" if bound == cost else "feasible"
    return StructurePlan(chosen, posts, cost, bound, status, tuple(values.tolist()), len(plans.seen), parts)
