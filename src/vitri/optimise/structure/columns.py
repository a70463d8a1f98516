"""What the search is given: bundles, and what every further post on one of them saves in every unit.

Two ways to say it: a finished cost table, or the work itself, priced chunk by chunk so that the table of a
whole country never stands in memory. Both answer with *runs*: equal gains with a count, in falling order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vitri.optimise.cost import PRIORITIES, Service
from vitri.optimise.engine import IntArray

BoolArray = npt.NDArray[np.bool_]
LAYERS = 24
# weight, base and slope by month
Hinge = tuple[IntArray, IntArray, IntArray]


@dataclass(frozen=True)
class Runs:
    """Gains of further posts: entry i says that `count[i]` posts save `gain[i]` > 0 each on `pair[i]`.

    `pair` is bundle × units + unit, with the bundle's place among those asked for. The gains of a pair fall
    in the order of the entries. `first` is the cost (bundle, unit) of the least posts a position has.
    """

    first: IntArray
    pair: IntArray
    gain: IntArray
    count: IntArray


class Bundles(Protocol):
    """The priced input of the search.

    `membership` is bundles × groups; `office_of[u]` is the office of a unit, `scope_of[u]` the scope whose
    structure it follows; groups without work in a scope need no position there: `needed` is (scope, group).
    Every position has at least `least` posts in every unit of its scope. `largest` bounds the cost of all
    work left undone.
    """

    @property
    def membership(self) -> BoolArray:
        """Return the bundles × groups matrix."""

    @property
    def office_of(self) -> tuple[int, ...]:
        """Return the office of every unit."""

    @property
    def scope_of(self) -> tuple[int, ...]:
        """Return the scope of every unit."""

    @property
    def needed(self) -> BoolArray:
        """Return which groups need a position, as (scope, group)."""

    @property
    def least(self) -> int:
        """Return the least posts of a position in a unit."""

    @property
    def largest(self) -> int:
        """Return a bound on the cost of any plan."""

    def runs(self, asked: Sequence[int] | IntArray) -> Runs:
        """Price the bundles asked for in all units."""

    def of_units(self, units: IntArray, needed: BoolArray | None = None) -> Bundles:
        """Return the same bundles in some of the units; offices keep their numbers, and so do scopes.

        `needed` puts all these units under one structure that holds those groups.
        """

    def only(self, bundles: IntArray) -> Bundles:
        """Return some of the bundles in all units."""


@dataclass(frozen=True)
class PricedBundles:
    """Bundles with their finished table: `cost` is (bundle, unit, posts), whole, convex and falling in posts.

    More posts than the table has save nothing more.
    """

    membership: BoolArray
    cost: IntArray
    office_of: tuple[int, ...]
    scope_of: tuple[int, ...]
    needed: BoolArray
    least: int = 0

    @property
    def largest(self) -> int:
        """Return a bound on the cost of any plan."""
        worst = self.cost[:, :, min(self.least, self.cost.shape[2] - 1)].max(axis=0, initial=0)
        return _total(worst) * int(self.membership.shape[1])

    def of_units(self, units: IntArray, needed: BoolArray | None = None) -> PricedBundles:
        """Return the table of some units."""
        offices = tuple(self.office_of[u] for u in units.tolist())
        alone = needed is not None
        scopes = (0,) * len(offices) if alone else tuple(self.scope_of[u] for u in units.tolist())
        kept = self.needed if needed is None else needed.reshape(1, -1)
        return replace(self, cost=self.cost[:, units], office_of=offices, scope_of=scopes, needed=kept)

    def only(self, bundles: IntArray) -> PricedBundles:
        """Return the table of some bundles."""
        return replace(self, membership=self.membership[bundles], cost=self.cost[bundles])

    def runs(self, asked: Sequence[int] | IntArray) -> Runs:
        """Read the table."""
        table = self.cost[np.asarray(asked, dtype=np.int64)]
        start = min(self.least, table.shape[2] - 1)
        gains = table[:, :, start:-1] - table[:, :, start + 1 :]
        flat = gains.reshape(table.shape[0] * table.shape[1], gains.shape[2])
        pair, step = np.nonzero(flat > 0)
        return Runs(table[:, :, start].copy(), pair, flat[pair, step], np.ones(len(pair), dtype=np.int64))


@dataclass(frozen=True)
class DemandBundles:
    """Bundles with the work they would hold: `minutes` (unit, group, priority, month), `fund` (unit, month).

    The price is that of `cost.price`, computed when asked for.
    """

    membership: BoolArray
    minutes: IntArray
    fund: IntArray
    service: Service
    office_of: tuple[int, ...]
    scope_of: tuple[int, ...]
    needed: BoolArray
    least: int = 0

    @property
    def largest(self) -> int:
        """Return a bound on the cost of any plan."""
        weight = max(*self.service.unmet_weight, self.service.overtime_weight)
        return _total(self.minutes) * weight

    @cached_property
    def work(self) -> Work:
        """The work laid out for pricing, once."""
        return _work_of(self.minutes, self.fund, self.service, self.least)

    def of_units(self, units: IntArray, needed: BoolArray | None = None) -> DemandBundles:
        """Return the work of some units."""
        offices = tuple(self.office_of[u] for u in units.tolist())
        alone = needed is not None
        scopes = (0,) * len(offices) if alone else tuple(self.scope_of[u] for u in units.tolist())
        kept = self.needed if needed is None else needed.reshape(1, -1)
        return replace(
            self,
            minutes=self.minutes[units],
            fund=self.fund[units],
            office_of=offices,
            scope_of=scopes,
            needed=kept,
        )

    def only(self, bundles: IntArray) -> DemandBundles:
        """Return some bundles with the same work, laid out once for all."""
        found = replace(self, membership=self.membership[bundles])
        found.__dict__["work"] = self.work
        return found

    def runs(self, asked: Sequence[int] | IntArray) -> Runs:
        """Price bundles by one matrix product and a few hinges per month, exactly in whole numbers."""
        return _price_runs(self.membership[np.asarray(asked, dtype=np.int64)], self.work, self.least)


def _total(values: IntArray) -> int:
    """Sum without overflow."""
    if float(values.sum(dtype=np.float64)) < 1 << 62:
        return int(values.sum())
    return int(values.astype(object).sum())


@dataclass(frozen=True)
class Work:
    """Work and time laid out for pricing.

    `minutes` is (hinge, group, month, unit), what a group adds to the base of a hinge, in 32 bits where they
    hold every cost of a pair, else in 64; `slope` (hinge, month, 1 or unit) is the time of one post; `weight`
    the weights of the hinges; `same[h]` says that hinge h has the base of the one before.

    The price is Σ weight · max(0, base − posts · slope) over hinges and months: what does not fit goes
    cheapest first into the rooms of `cost.price`, and every room used up starts a hinge.
    """

    minutes: IntArray
    slope: IntArray
    weight: tuple[int, ...]
    same: tuple[bool, ...]


def _work_of(minutes: IntArray, fund: IntArray, service: Service, least: int) -> Work:
    rooms = [(weight, index) for index, weight in enumerate(service.unmet_weight)]
    rooms.append((service.overtime_weight, len(PRIORITIES)))
    by_group = np.ascontiguousarray(minutes.transpose(2, 1, 3, 0))
    base = by_group.sum(axis=0)
    slope = fund.T
    bases, slopes, weights, same = [], [], [], []
    paid, changed = 0, True
    for weight, room in sorted(rooms, key=lambda item: item[0]):
        if weight > paid:
            bases.append(base)
            slopes.append(slope)
            weights.append(weight - paid)
            same.append(not changed)
            paid, changed = weight, False
        if room == len(PRIORITIES):
            slope = slope + fund.T * service.overtime_bp // 10_000
        elif by_group[room].any():
            base, changed = base - by_group[room], True
    if not weights:
        return Work(np.zeros((0, *base.shape), np.int64), np.zeros((0, *slope.shape), np.int64), (), ())
    uniform = all((s == s[:, :1]).all() for s in slopes)
    table = np.stack(slopes)
    dearest = float(bases[0].sum(axis=(0, 1), dtype=np.float64).max(initial=0.0)) * paid
    reach = float(table.sum(axis=1).max(initial=1)) * (LAYERS + least + 2)
    narrow = max(dearest, reach) < 1 << 30
    return Work(
        np.stack(bases).astype(np.int32 if narrow else np.int64),
        # one number a month where all units have the same time: no array to read
        (table[:, :, :1] if uniform else table).astype(np.int32 if narrow else np.int64),
        tuple(weights),
        tuple(same),
    )


def _price_runs(held: BoolArray, work: Work, least: int) -> Runs:
    _, _, months, units = work.minutes.shape
    width = len(held) * units
    dtype = work.minutes.dtype
    hinges: list[Hinge] = []
    for index, weight in enumerate(work.weight):
        if work.same[index]:
            base = hinges[-1][1]
        else:
            base = np.zeros((months, len(held), units), dtype=dtype)
            if units > len(held):
                for place, groups in enumerate(held):
                    for group in np.flatnonzero(groups).tolist():
                        base[:, place] += work.minutes[index, group]
            else:
                for group in range(held.shape[1]):
                    base[:, np.flatnonzero(held[:, group])] += work.minutes[index, group][:, None]
            base = base.reshape(months, width)
        slope = work.slope[index]
        slope = slope if slope.shape[1] == 1 else np.tile(slope, (1, len(held)))
        hinges.append((np.asarray(weight, dtype=dtype), base, slope))
    now = _cost(hinges, least, width)
    first = now.astype(np.int64).reshape(len(held), -1)
    ids = np.arange(width)
    pairs, gains = [], []
    posts = least
    alive = now > 0
    while alive.any() and posts < least + LAYERS:
        if np.count_nonzero(alive) < 0.85 * len(ids):
            keep = np.flatnonzero(alive)
            ids, now = ids[keep], now[keep]
            hinges = _only(hinges, keep)
        posts += 1
        following = _cost(hinges, posts, len(ids))
        gain = np.asarray(now - following)
        some = gain > 0
        pairs.append(ids[some])
        gains.append(gain[some])
        now, alive = following, some & (following > 0)
    counts = [np.ones(len(p), dtype=np.int64) for p in pairs]
    if alive.any():
        keep = np.flatnonzero(alive)
        for where, each, count in _long_runs(_only(hinges, keep), now[keep], posts):
            pairs.append(ids[keep][where])
            gains.append(each)
            counts.append(count)
    if not pairs:
        empty = np.zeros(0, dtype=np.int64)
        return Runs(first, empty, empty, empty)
    return Runs(first, np.concatenate(pairs), np.concatenate(gains), np.concatenate(counts))


def _only(hinges: Sequence[Hinge], keep: IntArray) -> list[Hinge]:
    known: dict[int, IntArray] = {}
    found: list[Hinge] = []
    for weight, base, slope in hinges:
        if id(base) not in known:
            known[id(base)] = base[:, keep]
        found.append((weight, known[id(base)], slope if slope.shape[1] == 1 else slope[:, keep]))
    return found


def _cost(hinges: Sequence[Hinge], posts: int | IntArray, width: int) -> IntArray:
    """Return what `posts` posts (one number, or one per pair) leave over, per pair."""
    total: IntArray | None = None
    part = np.empty(width, dtype=hinges[0][1].dtype) if hinges else None
    for weight, base, slope in hinges:
        given = (slope * posts).astype(base.dtype, copy=False)
        # Σ max(0, base − given) = Σ max(base, given) − Σ given: two passes a month instead of three
        subtotal = np.maximum(base[0], given[0])
        for month in range(1, len(base)):
            np.maximum(base[month], given[month], out=part)
            subtotal += part
        subtotal -= given.sum(axis=0, dtype=base.dtype)
        subtotal *= weight
        total = subtotal if total is None else np.add(total, subtotal, out=total)
    return np.zeros(width, dtype=np.int64) if total is None else total


def _long_runs(
    hinges: Sequence[Hinge], now: IntArray, posts: int
) -> list[tuple[IntArray, IntArray, IntArray]]:
    """Price pairs of very many posts from bend to bend: between two bends all gains are equal."""
    width = len(now)
    wide = [(w.astype(np.int64), base.astype(np.int64), slope.astype(np.int64)) for w, base, slope in hinges]
    bends = [np.full(width, posts, dtype=np.int64)]
    for _, base, slope in wide:
        for month in range(len(base)):
            at = base[month] // np.maximum(1, slope[month])
            bends += [np.maximum(at, posts), np.maximum(at + 1, posts)]
    table = np.sort(np.stack(bends), axis=0)
    found = []
    before, price = table[0], now.astype(np.int64)
    for row in table[1:]:
        if not (row > before).any():
            continue
        after = _cost(wide, row, width)
        moved = np.flatnonzero((row > before) & (after < price))
        count = row[moved] - before[moved]
        found.append((moved, (price[moved] - after[moved]) // count, count))
        before, price = row, after
    return found
