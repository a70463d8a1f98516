"""Posts under every change of a lever within the reach, exactly, without computing every one of them.

A unit's minutes under a factor lie within a known rounding error of the product of the exact work and the
factor. Where both ends of that range round to the same posts, the posts are known; the few steps beside a
threshold are evaluated exactly, row by row, with the pipeline's own roundings. Nothing rests on posts being
monotone in the lever; only `round_posts` must be monotone in minutes, and where it is not (a cut-off table
whose posts fall) every step is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.policy.fund import BP, changed_useful, funds_under
from vitri.policy.sections import Rounding
from vitri.workload.allowances import CLASSES, shares_of_time, surcharge
from vitri.workload.arrays import Bools, Ints, half_up_ratio, repeats
from vitri.workload.cliffs.base import Base, Parts
from vitri.workload.rounding import round_posts

Floats = npt.NDArray[np.float64]
_CHUNK = 2_000_000
#: More than what 64-bit floats can be wrong by in minutes.
_SAFETY = 0.01


def rises_with_minutes(rounding: Rounding) -> bool:
    """Whether more minutes never round to fewer posts; always so but for a cut-off table that falls."""
    if rounding.rule != "cutoff":
        return True
    rows = sorted((Fraction(str(limit)), posts) for limit, posts in rounding.cutoff)
    posts = [0, *(row[1] for row in rows)]
    above = int(rows[-1][0]) + 1 if rows else 0
    return all(a <= b for a, b in zip(posts, [*posts[1:], above], strict=True))


def minutes_of(base: Base, parts: Parts, change_bp: Ints) -> Ints:
    """Return the minutes of rows whose lines change by so much, rounded as in `split` and `build_rows`."""
    whole = half_up_ratio(base.num[parts.line], BP + change_bp, base.den[parts.line] * BP)
    some = np.flatnonzero((parts.before != 0) | (parts.after != parts.weight))
    result = whole.copy()
    result[some] = half_up_ratio(whole[some], parts.after[some], parts.weight[some])
    result[some] -= half_up_ratio(whole[some], parts.before[some], parts.weight[some])
    shared = np.flatnonzero(parts.count > 1)
    within, count = parts.within[shared], parts.count[shared]
    result[shared] = half_up_ratio(result[shared], within + 1, count) - half_up_ratio(
        result[shared], within, count
    )
    return result


@dataclass(frozen=True, eq=False)
class Blocks:
    """Rows that a lever moves, in blocks of one unit of rounding each (`unit[block]`).

    `real` is the exact work of a block's rows in minutes, allowances included, `error` by how much their
    roundings may miss it; both for any factor near one.
    """

    base: Base
    unit: Ints
    start: Ints
    count: Ints
    parts: Parts
    now: Ints
    real: Floats
    error: Floats

    @classmethod
    def of(cls, base: Base, keys: Ints, run_keys: Ints, chosen: Ints, unit: Ints) -> Blocks:
        """Make one block for each of the sorted keys in `chosen`, of the units in `unit`.

        `keys` and `run_keys` say to which key a row of `base.parts` and of `base.runs` belongs.
        """
        allowed = bool((base.cell_top > 0).any())
        parts, owner = (base.parts, keys) if allowed else (base.runs, run_keys)
        order = np.argsort(owner, kind="stable")
        order = order[np.isin(owner[order], chosen)]
        parts, owner = parts.take(order), owner[order]
        start = np.searchsorted(owner, chosen)
        count = np.searchsorted(owner, chosen, side="right") - start
        place = np.searchsorted(chosen, run_keys)
        place = np.minimum(place, max(len(chosen) - 1, 0))
        mine = np.flatnonzero(chosen[place] == run_keys) if len(chosen) else place[:0]
        real, error = _range_of(base, base.runs.take(mine), place[mine], len(chosen))
        if allowed:
            # Each cell of a block may round its allowance anew.
            fresh = np.ones(len(owner), dtype=np.bool_)
            fresh[1:] = (owner[1:] != owner[:-1]) | (parts.cell[1:] != parts.cell[:-1])
            error += 0.5 * np.bincount(np.searchsorted(chosen, owner[fresh]), minlength=len(chosen))
        now = minutes_of(base, parts, np.zeros(len(parts.line), dtype=np.int64))
        return cls(base, unit, start, count, parts, now, real, error)

    def minutes(self, block: Ints, change_bp: Ints) -> Ints:
        """Return the exact minutes of the units of some blocks, each under its own change."""
        result = np.empty(len(block), dtype=np.int64)
        ends = np.cumsum(self.count[block])
        cuts = np.searchsorted(ends, np.arange(0, int(ends[-1]) if len(ends) else 0, _CHUNK))
        bounds = np.unique(np.append(cuts, len(block)))
        for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            result[low:high] = self._some(block[low:high], change_bp[low:high])
        return result

    def _some(self, block: Ints, change_bp: Ints) -> Ints:
        base = self.base
        owner, within = repeats(self.count[block])
        row = self.start[block][owner] + within
        parts = self.parts.take(row)
        moved = minutes_of(base, parts, change_bp[owner]) - self.now[row]
        if (base.cell_top > 0).any() and len(row):
            fresh = np.ones(len(row), dtype=np.bool_)
            fresh[1:] = (owner[1:] != owner[:-1]) | (parts.cell[1:] != parts.cell[:-1])
            starts = np.flatnonzero(fresh)
            cell = parts.cell[starts]
            times = base.cell_service[cell]
            then = times + np.add.reduceat(np.where(parts.service, moved, 0), starts)
            top, bottom = base.cell_top[cell], base.cell_bottom[cell]
            moved[starts] += half_up_ratio(then, top, bottom) - half_up_ratio(times, top, bottom)
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(moved)])
        ends = np.cumsum(self.count[block])
        more: Ints = running[ends] - running[ends - self.count[block]]
        return base.minutes[self.unit[block]] + more


def _range_of(base: Base, runs: Parts, owner: Ints, count: int) -> tuple[Floats, Floats]:
    """Return the exact minutes of blocks at the present factors, and the rounding error of their runs."""
    share = (runs.after - runs.before) / runs.weight / runs.count
    exact = base.num[runs.line] / base.den[runs.line] * share
    error = 0.5 * share + (0.5 * (runs.before > 0) + 0.5 * (runs.after < runs.weight)) / runs.count
    error += np.where(runs.count > 1, 1.0, 0.0)
    # The first cell of a run stands for all of them: a line has one task group, so one class.
    office, group = base.office[runs.unit], base.ground.register.group[runs.line]
    place = base.ground.classes[group]
    extra = 1 + np.where(
        runs.service, base.ground.top[office, place] / base.ground.bottom[office, place], 0.0
    )
    return (
        np.bincount(owner, weights=exact * extra, minlength=count).astype(np.float64),
        np.bincount(owner, weights=error * extra, minlength=count).astype(np.float64),
    )


def whole_numbers(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Return the least and the largest whole number of minutes between two bounds, not below zero."""
    least = np.maximum(np.ceil(low - _SAFETY), 0).astype(np.int64)
    return least, np.maximum(np.floor(high + _SAFETY), least).astype(np.int64)


def line_posts(base: Base, model: PlanningModel, steps: Ints, units: Ints) -> Ints:
    """Return the posts of some units [unit, step] when all their lines change by each step, in 1/100 %."""
    blocks = Blocks.of(base, base.parts.unit, base.runs.unit, units, units)
    rounding, rising = model.rounding, rises_with_minutes(model.rounding)
    posts = np.empty((len(units), len(steps)), dtype=np.int64)
    factor = (BP + steps) / BP
    rows = max(_CHUNK // max(len(steps), 1), 1)
    for first in range(0, len(units), rows):
        part = slice(first, first + rows)
        year = base.year[units[part], None]
        exact = blocks.real[part, None] * factor
        low, high = whole_numbers(exact - blocks.error[part, None], exact + blocks.error[part, None])
        posts[part] = round_posts(high, year, rounding.rule, rounding.cutoff)
        doubt = posts[part] != round_posts(low, year, rounding.rule, rounding.cutoff)
        if not rising:
            doubt |= low != high
        block, step = np.nonzero(doubt)
        minutes = blocks.minutes(block + first, steps[step])
        funds = base.year[units[block + first]]
        posts[block + first, step] = round_posts(minutes, funds, rounding.rule, rounding.cutoff)
    return posts


def time_posts(
    base: Base, instance: Instance, model: PlanningModel, steps: Ints, useful: bool
) -> tuple[Ints, Bools]:
    """Return the posts of all units [unit, step] when the time fund, or useful time, changes by each step.

    The second array says at which steps a post has time at all, in every office and after allowances.
    """
    none = np.zeros(len(steps), dtype=np.int64)
    time_bp, useful_bp = (none, steps) if useful else (steps, none)
    kind, shares, fund = funds_under(instance, model, time_bp, useful_bp)
    possible: Bools = np.asarray((fund > 0).all(axis=(0, 2)))
    kind = kind[base.office]
    year = np.maximum(fund.sum(axis=2), 1)
    rule, cutoff = model.rounding.rule, model.rounding.cutoff
    varies = any(row.minutes is not None for row in model.allowance)
    posts = np.empty((len(base.office), len(steps)), dtype=np.int64)
    top = bottom = np.zeros((0, 0, 0), dtype=np.int64)
    if varies:
        top, bottom, room = _surcharges(model, shares, fund, useful_bp)
        possible &= room
    rows = max(_CHUNK // max(len(steps), 1), 1)
    for first in range(0, len(base.office), rows):
        part = slice(first, first + rows)
        minutes = base.minutes[part, None]
        if varies:
            low, high = _bounds(base, kind, top, bottom, part)
            posts[part] = round_posts(high, year[kind[part]], rule, cutoff)
            doubt = posts[part] != round_posts(low, year[kind[part]], rule, cutoff)
            if not rises_with_minutes(model.rounding):
                doubt |= low != high
            unit, step = np.nonzero(doubt & possible)
            unit = unit + first
            exact = _with_allowances(base, kind, top, bottom, unit, step)
            posts[unit, step] = round_posts(exact, year[kind[unit], step], rule, cutoff)
        else:
            posts[part] = round_posts(minutes + none[None], year[kind[part]], rule, cutoff)
    return posts, possible


def _surcharges(
    model: PlanningModel, useful: list[int], fund: Ints, useful_bp: Ints
) -> tuple[Ints, Ints, Bools]:
    """Return the allowance for each minute as [kind, step, class], and at which steps it leaves any time."""
    top = np.zeros((*fund.shape[:2], len(CLASSES)), dtype=np.int64)
    bottom = np.ones_like(top)
    room = np.ones(fund.shape[1], dtype=np.bool_)
    for kind, share in enumerate(useful):
        days = [
            Fraction(model.time_fund.minutes_per_day * value, BP * BP)
            for value in changed_useful(share, useful_bp)
        ]
        years = fund[kind].sum(axis=1).tolist()
        for step, (day, year) in enumerate(zip(days, years, strict=True)):
            if year <= 0 or day <= 0:
                room[step] = False
                continue
            taken = shares_of_time(model, day, Fraction(year * 12, fund.shape[2]))
            if max(taken) >= 1:
                room[step] = False
                continue
            for place, part in enumerate(taken):
                factor = surcharge(part)
                top[kind, step, place], bottom[kind, step, place] = factor.numerator, factor.denominator
    return top, bottom, room


def _bounds(base: Base, kind: Ints, top: Ints, bottom: Ints, part: slice) -> tuple[Ints, Ints]:
    """Return the least and largest minutes of some units [unit, step] under changed allowances."""
    units = np.arange(len(base.office))[part]
    cells = np.flatnonzero((base.cell_unit >= units[0]) & (base.cell_unit <= units[-1]))
    own, place = base.cell_unit[cells] - units[0], base.cell_class[cells]
    plain = np.bincount(own, weights=base.cell_plain[cells], minlength=len(units))[:, None]
    error = 0.5 * np.bincount(own, minlength=len(units))[:, None]
    exact = np.repeat(plain, top.shape[1], axis=1).astype(np.float64)
    for number in range(len(CLASSES)):
        times = np.where(place == number, base.cell_service[cells], 0)
        service = np.bincount(own, weights=times, minlength=len(units))[:, None]
        exact += service * (top[kind[units], :, number] / bottom[kind[units], :, number])
    return whole_numbers(exact - error, exact + error)


def _with_allowances(base: Base, kind: Ints, top: Ints, bottom: Ints, unit: Ints, step: Ints) -> Ints:
    """Return the exact minutes of some units, each under the allowances of its own step."""
    start = np.searchsorted(base.cell_unit, unit)
    count = np.searchsorted(base.cell_unit, unit, side="right") - start
    owner, within = repeats(count)
    cell = start[owner] + within
    at = (kind[unit[owner]], step[owner], base.cell_class[cell])
    minutes = base.cell_plain[cell] + half_up_ratio(base.cell_service[cell], top[at], bottom[at])
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(minutes)])
    ends = np.cumsum(count)
    result: Ints = running[ends] - running[ends - count]
    return result
