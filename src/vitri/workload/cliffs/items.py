"""Which single norm or volume moves a number with the least change: every work item on its own.

A norm and a quantity are factors of the same product, so that both move posts at the same change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.policy import PlanningModel
from vitri.policy.fund import BP
from vitri.workload.arrays import Bools, Ints, repeats
from vitri.workload.cliffs.base import Base
from vitri.workload.cliffs.grid import Blocks, rises_with_minutes, whole_numbers
from vitri.workload.cliffs.reruns import Reruns
from vitri.workload.rounding import round_posts


@dataclass(frozen=True, eq=False)
class ItemSteps:
    """First changes: `scope`, `item` (positions), signed `change_bp`, `posts` then; whether searched."""

    scope: Ints
    item: Ints
    change_bp: Ints
    posts: Ints
    searched: Bools


def item_steps(base: Base, model: PlanningModel, reach: int, scopes: Ints) -> ItemSteps:
    """Return the first change, up and down, at which an item alone moves the posts of each scope, exactly.

    Only items that do so within `reach` steps of 1/100 %; `scopes` are those whose minutes follow their
    own lines.
    """
    register = base.ground.register
    width = len(base.ground.items.codes) + 1
    keys = base.parts.unit * width + register.item[base.parts.line]
    run_keys = base.runs.unit * width + register.item[base.runs.line]
    chosen = np.unique(keys[(keys % width != width - 1) & (register.item[base.parts.line] >= 0)])
    chosen = chosen[np.isin(base.scope[chosen // width], scopes)]
    unit = chosen // width
    blocks = Blocks.of(base, keys, run_keys, chosen, unit)
    slack = _allowance_slack(base, blocks)
    found: list[tuple[Ints, Ints, Ints]] = []
    for sign in (-1, 1):
        block, step, posts = _first(base, model, blocks, slack, reach, sign)
        found.append((block, sign * step, posts - base.posts(model)[unit[block]]))
    block, change, more = (np.concatenate(side) for side in zip(*found, strict=True))
    return _by_scope(base, model, unit[block], chosen[block] % width, change, more)


def _by_scope(
    base: Base, model: PlanningModel, unit: Ints, item: Ints, change: Ints, more: Ints
) -> ItemSteps:
    """Keep, of the units of a scope that one item moves, those that move first."""
    scope = base.scope[unit]
    order = np.lexsort((np.abs(change), change > 0, item, scope))
    scope, item, change, more = scope[order], item[order], change[order], more[order]
    fresh = np.ones(len(scope), dtype=np.bool_)
    fresh[1:] = (scope[1:] != scope[:-1]) | (item[1:] != item[:-1]) | ((change[1:] > 0) != (change[:-1] > 0))
    starts = np.flatnonzero(fresh)
    run = np.cumsum(fresh) - 1
    same = change == change[starts][run]
    total = np.zeros(len(starts), dtype=np.int64)
    np.add.at(total, run[same], more[same])
    posts = base.by_scope(base.posts(model))[scope[starts]] + total
    none = np.zeros(len(starts), dtype=np.bool_)
    return ItemSteps(scope[starts], item[starts], change[starts], posts, none)


def _allowance_slack(base: Base, blocks: Blocks) -> Ints:
    """Return the present minutes of every block, its share of allowances left out."""
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(blocks.now)])
    result: Ints = running[blocks.start + blocks.count] - running[blocks.start]
    return result


def _first(
    base: Base, model: PlanningModel, blocks: Blocks, now: Ints, reach: int, sign: int
) -> tuple[Ints, Ints, Ints]:
    """Return the blocks that move their unit within the reach in one direction, at which step, to what."""
    rule, cutoff = model.rounding.rule, model.rounding.cutoff
    year, minutes = base.year[blocks.unit], base.minutes[blocks.unit]
    present = base.posts(model)[blocks.unit]
    # Without allowances the block's present minutes are known; with them they too lie within the error.
    allowed = bool((base.cell_top > 0).any())
    error = blocks.error * (2 if allowed else 1)

    def range_at(step: Ints) -> tuple[Ints, Ints]:
        factor = (BP + sign * step) / BP
        moved = blocks.real * (factor - 1) if allowed else blocks.real * factor - now
        low, high = whole_numbers(minutes + moved - error, minutes + moved + error)
        return round_posts(low, year, rule, cutoff), round_posts(high, year, rule, cutoff)

    def least(test: int) -> Ints:
        """Return the first step at which the low (0) or high (1) end has moved in the lever's direction."""
        low, high = np.zeros(len(year), np.int64), np.full(len(year), reach + 1)
        while (high - low > 1).any():
            middle = (low + high) // 2
            side = range_at(middle)[test]
            moved = side > present if sign > 0 else side < present
            low, high = np.where(moved, low, middle), np.where(moved, middle, high)
        return high

    # Going up, the high end moves first; before that the low end may still stand below the present posts.
    first, sure = (least(1), least(0)) if sign > 0 else (least(0), least(1))
    side = range_at(np.ones(len(year), dtype=np.int64))[0 if sign > 0 else 1]
    unsure = side < present if sign > 0 else side > present
    first = np.where(unsure | (not rises_with_minutes(model.rounding)), 1, first)
    sure = np.full(len(year), reach) if not rises_with_minutes(model.rounding) else np.minimum(sure, reach)
    owner, within = repeats(np.maximum(sure - first + 1, 0))
    step = first[owner] + within
    exact = blocks.minutes(owner, sign * step)
    posts = round_posts(exact, year[owner], rule, cutoff)
    moved = np.flatnonzero(posts != present[owner])
    block, start = np.unique(owner[moved], return_index=True)
    return block, step[moved[start]], posts[moved[start]]


def searched_items(reruns: Reruns, items: Ints, scopes: Ints, reach: int, now: Ints) -> ItemSteps:
    """Return the first changes of the items that matter most to some scopes, by fresh runs.

    Every item is run once at each end of the reach; then the nearest change is sought for the scopes that
    moved there.
    """
    codes = reruns.base.ground.items.codes
    found: list[tuple[int, int, int, int]] = []
    for item in items.tolist():
        for sign in (-1, 1):
            code = str(codes[item])
            end = reruns.posts("norm", sign * reach, code)
            if end is None:
                continue
            known: dict[int, Ints] = {0: now, reach: end}
            for scope in scopes[end[scopes] != now[scopes]].tolist():
                step = _nearest(
                    reruns, code, sign, scope, known, reruns.guess("norm", sign * reach, code, scope)
                )
                found.append((scope, item, sign * step, int(known[step][scope])))
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    searched = np.ones(len(table), dtype=np.bool_)
    return ItemSteps(table[:, 0], table[:, 1], table[:, 2], table[:, 3], searched)


def _nearest(reruns: Reruns, code: str, sign: int, scope: int, known: dict[int, Ints], likely: int) -> int:
    """Return the first step at which the posts of one scope differ from now, by bisection.

    The steps beside the likely one are tried first.
    """
    present = known[0][scope]
    high = min(step for step, posts in known.items() if posts[scope] != present)
    low = max(step for step, posts in known.items() if step < high)
    tries = [likely + 2, likely - 2, likely, likely - 1]
    while high - low > 1:
        middle = tries.pop() if tries else (low + high) // 2
        if not low < middle < high:
            continue
        posts = reruns.posts("norm", sign * middle, code)
        assert posts is not None, "a lever between two possible ones is possible"
        known[middle] = posts
        if posts[scope] != present:
            high = middle
        else:
            low = middle
    return high
