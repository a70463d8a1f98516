"""Fresh runs: the whole workload under a lever, each computed once, and bisection between them.

Used where an office's minutes do not follow its own lines: estimates from other offices, work counted in
another way than by unit times. Bisection takes posts between two runs that agree as unchanged, which holds
where posts are monotone in the lever; roundings of single minutes can break that, fresh runs at the ends of
each reported step cannot.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.policy import PlanningModel
from vitri.policy.fund import BP
from vitri.policy.worktime import time_fund
from vitri.workload.arrays import Bools, Ints
from vitri.workload.assemble import Workload, compute
from vitri.workload.cliffs.base import Base
from vitri.workload.cliffs.grid import minutes_of
from vitri.workload.demand import Rows
from vitri.workload.estimate import estimate
from vitri.workload.levers import LeverKind, Levers
from vitri.workload.needs import Regular
from vitri.workload.rounding import round_posts


def fresh_run(instance: Instance, model: PlanningModel, levers: Levers) -> Workload:
    """Compute a scenario anew under levers: its time fund, then its workload.

    Raises `DataError` (a `ModelError` of the time fund included) where the levers leave no time.
    """
    fund = time_fund(instance, model, change_bp=levers.time_fund_bp, useful_change_bp=levers.useful_time_bp)
    return compute(instance, model, fund, levers=levers)


class Reruns:
    """Posts of all scopes by lever and change, each run made once."""

    def __init__(self, instance: Instance, model: PlanningModel, base: Base) -> None:
        self.instance, self.model, self.base = instance, model, base
        self.runs = 0
        self._known: dict[tuple[str, str, int], Ints | None] = {}
        self._minutes: dict[tuple[str, str, int], Ints] = {}

    def posts(self, kind: LeverKind, change_bp: int, item: str = "") -> Ints | None:
        """Return the posts of each scope under one lever (of one work item, if named); None without time."""
        key = (kind, item, change_bp)
        if key not in self._known:
            self.runs += 1
            levers = Levers.of(kind, change_bp, work_items=(item,) if item else ())
            try:
                self._known[key] = self._run(levers, key)
            except DataError:
                self._known[key] = None
        return self._known[key]

    def guess(self, kind: LeverKind, change_bp: int, item: str, scope: int) -> int:
        """Return the step at which one scope is likely to move first, on a straight line up to a run made.

        0 if the line says nothing.
        """
        base, rounding = self.base, self.model.rounding
        then = self._minutes.get((kind, item, change_bp))
        if then is None:
            return 0
        units = np.flatnonzero(base.scope == scope)
        steps = np.arange(abs(change_bp) + 1, dtype=np.int64)
        now = base.minutes[units, None]
        minutes = now + (then[units, None] - now) * steps // max(abs(change_bp), 1)
        year = np.repeat(base.year[units, None], len(steps), axis=1)
        posts = round_posts(minutes, year, rounding.rule, rounding.cutoff).sum(axis=0)
        return int(np.argmax(posts != posts[0]))

    def _run(self, levers: Levers, key: tuple[str, str, int]) -> Ints:
        base, model = self.base, self.model
        if base.by_method.any():
            return self._of_needs(fresh_run(self.instance, model, levers))
        work = self._regular(levers)
        keys = base.unit_keys(work.office, work.pool, work.group)
        place = np.searchsorted(base.keys, keys)
        minutes = np.zeros(len(base.keys), dtype=np.int64)
        found = base.keys[np.minimum(place, len(base.keys) - 1)] == keys
        np.add.at(minutes, place[found], work.minutes[found])
        self._minutes[key] = minutes
        return base.by_scope(round_posts(minutes, base.year, model.rounding.rule, model.rounding.cutoff))

    def _regular(self, levers: Levers) -> Regular:
        """Return the work that counts for posts, computed anew from the lines on.

        Where every line follows its factors, a lever changes neither months nor pools nor who registered:
        only minutes, and the estimates made from them.
        """
        base, ground = self.base, self.base.ground
        pools, register, parts = ground.pools, ground.register, base.parts
        sides = (register.office, register.organisation, register.group, register.item)
        factors = levers.line_factors(pools, ground.items.codes, *sides)
        minutes = minutes_of(base, parts, (factors[0][0] - BP)[parts.line] if factors else 0 * parts.line)
        rows = Rows(
            line=parts.line,
            month=base.cell_month[parts.cell],
            pool=base.cell_pool[parts.cell],
            how=0 * parts.line,
            minutes=minutes,
            reason=0 * parts.line,
        )
        estimates = ground.estimates
        if base.cover is not None:
            estimates, _ = estimate(self.instance, register, rows, pools, levers, base.cover)
        return replace(ground, counted=rows, estimates=estimates).regular(self.model)

    def _of_needs(self, work: Workload) -> Ints:
        """Return the posts of each scope as the table of needs has them."""
        base, pools = self.base, self.base.ground.pools
        frame = work.needs[work.needs["office"].notna()]
        has = (bool((base.scope_pool >= 0).any()), bool((base.scope_group >= 0).any()))
        frame = frame[(frame["pool"].notna() == has[0]) & (frame["task_group"].notna() == has[1])]
        sides = (
            (pools.offices, "office"),
            (pools.names, "pool"),
            (pools.groups, "task_group"),
        )
        place = [{code: number for number, code in enumerate(known)} for known, _ in sides]
        wanted = {
            key: number
            for number, key in enumerate(
                zip(
                    base.scope_office.tolist(),
                    base.scope_pool.tolist(),
                    base.scope_group.tolist(),
                    strict=True,
                )
            )
        }
        posts = np.zeros(len(base.scope_office), dtype=np.int64)
        columns = [frame[name].tolist() for _, name in sides]
        values = frame[f"posts_by_{base.level}"].tolist()
        for office, pool, group, value in zip(*columns, values, strict=True):
            key = (
                place[0][office],
                place[1][pool] if has[0] else -1,
                place[2][group] if has[1] else -1,
            )
            if key in wanted:
                posts[wanted[key]] = value
        return posts

    def search(
        self, kind: LeverKind, steps: Ints, scopes: Ints, hints: Ints, item: str = ""
    ) -> tuple[Ints, Bools]:
        """Return the posts of some scopes [scope, step] by bisection, and at which steps there is time.

        `steps` rise and hold 0; `hints` are steps at which posts are likely to change.
        """
        places = {int(step): number for number, step in enumerate(steps)}
        zero = places[0]
        last = len(steps) - 1
        low, high = self._possible(kind, steps, zero, 0, item), self._possible(kind, steps, zero, last, item)
        chosen = {low, zero, high}
        for hint in hints.tolist():
            toward = hint - int(np.sign(hint))
            chosen |= {places[step] for step in (hint, toward) if low <= places.get(step, -1) <= high}
        known = {place: self._at(kind, int(steps[place]), scopes, item) for place in sorted(chosen)}
        waiting = list(zip(sorted(known)[:-1], sorted(known)[1:], strict=True))
        while waiting:
            left, right = waiting.pop()
            if right - left < 2 or np.array_equal(known[left], known[right]):
                continue
            middle = (left + right) // 2
            known[middle] = self._at(kind, int(steps[middle]), scopes, item)
            waiting += [(left, middle), (middle, right)]
        ordered = np.array(sorted(known), dtype=np.int64)
        nearest = np.maximum(np.searchsorted(ordered, np.arange(len(steps)), side="right") - 1, 0)
        table = np.stack([known[place] for place in ordered.tolist()], axis=1)
        possible = (np.arange(len(steps)) >= low) & (np.arange(len(steps)) <= high)
        return table[:, nearest], possible

    def _at(self, kind: LeverKind, change_bp: int, scopes: Ints, item: str) -> Ints:
        posts = self.posts(kind, change_bp, item)
        assert posts is not None, "asked only where there is time"
        return posts[scopes]

    def _possible(self, kind: LeverKind, steps: Ints, zero: int, end: int, item: str) -> int:
        """Return the place furthest towards `end` at which a run has time; nearly always `end` itself."""
        good, bad = zero, end
        if self.posts(kind, int(steps[end]), item) is not None:
            return end
        while abs(bad - good) > 1:
            middle = (good + bad) // 2
            if self.posts(kind, int(steps[middle]), item) is None:
                bad = middle
            else:
                good = middle
        return good
