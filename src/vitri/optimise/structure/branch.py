"""Splitting the search until nothing is left that could be better: bound, list, value, split."""

from __future__ import annotations

import heapq

import numpy as np

from vitri.optimise.engine import UndecidedError, Watch
from vitri.optimise.structure.finish import MOST_STEPS, partitions_within
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.raise_bound import Raiser
from vitri.optimise.structure.relax import Part, Relaxation, Solved
from vitri.optimise.structure.sweep import sweep

MOST_LISTED, TRIED = 4_000, 12
FEW, FEW_STEPS, CHEAP_ENTRIES = 200, 6_000, 60_000
# work limits in numbers, not in time, so that a run repeats itself
PARTS = 600
# with more columns in the gap than this nothing is listed
LISTED_COLUMNS = 30_000
MOST_VALUED = 30_000


def dive(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved) -> None:
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
    relaxation: Relaxation, part: Part, solved: Solved, limit: int, most: int, steps: int = MOST_STEPS
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
        if len(columns) > LISTED_COLUMNS:
            return [], False
        for column in columns.tolist():
            masks.append(sum(1 << (offset + int(g)) for g in np.flatnonzero(program.held[column])))
            reduced.append(int(relaxed.reduced[column]))
            owner.append((scope, int(relaxation.columns[scope][column])))
        offset += program.rows
    if offset == 0:
        return [(0, tuple(() for _ in solved.scopes))], True
    found, complete = partitions_within(masks, reduced, (1 << offset) - 1, limit, most, steps)
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


def branch(
    relaxation: Relaxation, plans: Plans, watch: Watch, start: Chosen | None = None
) -> tuple[int, int] | None:
    """Split the search until no part can hold a better plan; return the bound and how many parts there were.

    The best plan is in `plans`. None if no part holds a plan; raises `UndecidedError` where time or work ran
    out before one was found.
    """
    raiser = Raiser(relaxation, plans, watch)
    raiser.enough = lambda part, solved: _few(relaxation, plans, part, solved)
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
            dive(relaxation, plans, part, solved)
        if parts == 1 and len(whole.low) > 1:
            sweep(relaxation, plans, part, solved, watch)
        root = root or solved
        _drop(relaxation, plans, root)
        at = max(part.bound, relaxation.bound(solved))
        if plans.best is not None:
            watch.tell("structure", plans.best[0], min(at, plans.best[0]), "cost")
            if at >= plans.best[0]:
                continue
            _improve(relaxation, plans, part, solved)
        if _close(relaxation, plans, part, solved, watch):
            continue
        children = raiser.split(part, solved, at)
        if not children:
            unresolved.append(at)
        for child in children:
            made += 1
            heapq.heappush(heap, (child.bound, made, child))
    if plans.best is None and (heap or unresolved):
        plans.simple()
        if plans.best is None:
            raise UndecidedError
    if plans.best is None:
        return None
    if not heap:
        proven = plans.best[0]
    bound = min([proven, plans.best[0], *unresolved])
    watch.tell("structure", plans.best[0], bound, "cost")
    return bound, parts


def _drop(relaxation: Relaxation, plans: Plans, root: Solved) -> None:
    """Drop the columns that no better plan can use: their reduced cost alone exceeds the gap."""
    if plans.best is None:
        return
    limit = ((plans.best[0] - 1) << relaxation.shift) - root.base
    for scope, relaxed in enumerate(root.scopes):
        if relaxed is not None:
            relaxation.dead[scope] |= relaxed.reduced > limit


def _improve(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved) -> None:
    """Value a few partitions of the lowest reduced costs: a better plan early spares work later."""
    assert plans.best is not None
    gap = ((plans.best[0] - 1) << relaxation.shift) - solved.base
    for step in (256, 64, 16):
        found, _ = _list(relaxation, part, solved, gap // step, TRIED, FEW_STEPS)
        for _, chosen in found:
            if chosen not in plans.seen and relaxation.partition_bound(chosen) < plans.best[0]:
                plans.value(chosen)
        if found:
            return


def _few(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved) -> bool:
    """Whether few partitions are left in the gap, and each is cheap to value."""
    if plans.best is None or plans.last_entries > CHEAP_ENTRIES:
        return False
    limit = ((plans.best[0] - 1) << relaxation.shift) - solved.base
    return _list(relaxation, part, solved, limit, FEW, FEW_STEPS)[1]


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
