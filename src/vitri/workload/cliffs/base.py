"""The present state, laid out so that posts can be recomputed exactly for many changes at once.

Posts are rounded in *units of rounding* (an office, a pool in it, a task group in it), and added up to
*scopes* (the rows of the map). Every counted row of the register keeps the exact fraction of its line and
its place in the line's cumulative sums, so that its minutes under a factor are the pipeline's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.workload.arrays import Bools, Ints, exact_product, half_up_ratio, packed, segments, sum_by
from vitri.workload.coverage import Coverage, coverage
from vitri.workload.demand import Rows, build_rows
from vitri.workload.evidence import asking
from vitri.workload.ground import Ground, lay_ground
from vitri.workload.pools import POOLING
from vitri.workload.presence import UNIT_TIME
from vitri.workload.rounding import round_posts

Scope = Literal["office", "pool", "position"]
Level = Literal["position", "pool", "office"]
_REPEATED = POOLING.index("repeated")
#: Larger fractions leave no room for a factor in int64; their offices are computed by runs.
_LARGEST = 10**14


def level_of(model: PlanningModel, scope: Scope) -> Level:
    """Return the level at which the posts of a scope are rounded: the policy's, but never above the scope."""
    level: Level = "office" if model.rounding.level == "area" else model.rounding.level
    if scope == "position" or level == "position":
        return "position"
    return "pool" if scope == "pool" else level


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows of lines: `line`, and the shares of the line's minutes that a row holds; see `minutes_of`.

    `before`, `after` of `weight` are cumulative weights; `within` of `count` is the place among the pools
    that share the row (0 of 1: not shared). `unit`, `cell` are positions in `Base`; `service` marks work
    that allowances multiply.
    """

    line: Ints
    before: Ints
    after: Ints
    weight: Ints
    within: Ints
    count: Ints
    unit: Ints
    cell: Ints
    service: Bools

    def take(self, rows: Ints) -> Parts:
        """Return some of the rows, in a given order."""
        return Parts(*(getattr(self, name)[rows] for name in Parts.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Base:
    """The present state. Arrays by unit of rounding: `office`, `pool`, `group` (-1: all), `scope`, `minutes`.

    Scopes: `scope_office`, `scope_pool`, `scope_group` (-1: all). Cells (office, pool, group, month) of a
    unit: `cell_unit`, plain minutes, of which service minutes, `top / bottom` allowance for each of these.
    `num / den` is the exact time of each line. Offices in `by_method` have work that is not proportional to
    its factors, those in `by_donor` may have estimates.
    """

    ground: Ground
    cover: Coverage | None
    office: Ints
    scope: Ints
    minutes: Ints
    keys: Ints
    scope_office: Ints
    scope_pool: Ints
    scope_group: Ints
    cell_unit: Ints
    cell_pool: Ints
    cell_month: Ints
    cell_class: Ints
    cell_plain: Ints
    cell_service: Ints
    cell_top: Ints
    cell_bottom: Ints
    num: Ints
    den: Ints
    parts: Parts
    runs: Parts
    by_method: Bools
    by_donor: Bools
    level: Level
    sides: tuple[bool, bool]

    @property
    def year(self) -> Ints:
        """The time of one post over the horizon, by unit, in minutes."""
        total: Ints = self.ground.fund.sum(axis=1)[self.office]
        return total

    def unit_keys(self, office: Ints, pool: Ints, group: Ints) -> Ints:
        """Return the packed key of the unit of rounding of each cell; sorts by office first."""
        return _unit_keys(self.ground, self.sides, office, pool, group)

    def by_scope(self, posts: Ints) -> Ints:
        """Add posts of units (first axis) up to scopes."""
        starts = np.flatnonzero(np.diff(self.scope, prepend=-1))
        result: Ints = np.add.reduceat(posts, starts, axis=0) if len(starts) else posts[:0]
        return result

    def posts(self, model: PlanningModel) -> Ints:
        """Return the present posts of every unit."""
        return round_posts(self.minutes, self.year, model.rounding.rule, model.rounding.cutoff)


def _unit_keys(ground: Ground, sides: tuple[bool, bool], office: Ints, pool: Ints, group: Ints) -> Ints:
    width, height = len(ground.pools.names) + 1, len(ground.pools.groups) + 1
    zero = np.zeros(len(office), dtype=np.int64)
    return (office * width + (pool + 1 if sides[0] else zero)) * height + (group + 1 if sides[1] else zero)


def build_base(instance: Instance, model: PlanningModel, scope: Scope) -> Base:
    """Lay out the present state of a scenario for one scope."""
    level = level_of(model, scope)
    ground = lay_ground(instance, model, time_fund(instance, model))
    pools, register = ground.pools, ground.register
    sides = (level == "pool" or scope != "office", level == "position")
    rows, within, count = _structure(ground)
    counts: Bools = register.regular[rows.line] | bool(model.workload.count_irregular_in_quota)
    keep = np.flatnonzero((rows.reason == 0) & counts)
    line, pool, month = rows.line[keep], rows.pool[keep], rows.month[keep]
    within, count = within[keep], count[keep]
    office, group = register.office[line], register.group[line]

    now = ground.counted
    mine = register.regular[now.line] | bool(model.workload.count_irregular_in_quota)
    estimates = ground.estimates
    zero = np.zeros(len(line), dtype=np.int64)
    given = [
        np.concatenate([register.office[now.line[mine]], estimates.office, office]),
        np.concatenate([now.pool[mine], estimates.pool, pool]),
        np.concatenate([register.group[now.line[mine]], estimates.group, group]),
        np.concatenate([now.month[mine], estimates.month, month]),
    ]
    plain = np.concatenate([now.minutes[mine], estimates.minutes, zero])
    individual = np.concatenate(
        [register.individual[now.line[mine]], np.zeros(len(estimates.office), np.bool_), zero == 1]
    )
    key = _unit_keys(ground, sides, *given[:3])
    sums = sum_by([key, *given[1:]], [plain, np.where(individual, 0, plain)])
    (cell_key, cell_pool, cell_group, cell_month), (cell_plain, cell_service) = sums
    units, cell_unit = np.unique(cell_key, return_inverse=True)
    cell_unit = cell_unit.astype(np.int64).reshape(-1)
    unit_office = units // ((len(pools.names) + 1) * (len(pools.groups) + 1))
    cell_class = ground.classes[cell_group]
    top = ground.top[unit_office[cell_unit], cell_class]
    bottom = ground.bottom[unit_office[cell_unit], cell_class]
    minutes = cell_plain + half_up_ratio(cell_service, top, bottom)

    # Scopes are the units seen from further away.
    unit_pool = units // (len(pools.groups) + 1) % (len(pools.names) + 1) - 1
    unit_group = units % (len(pools.groups) + 1) - 1
    shown_pool = unit_pool if scope != "office" else np.full(len(units), -1, dtype=np.int64)
    shown_group = unit_group if scope == "position" else np.full(len(units), -1, dtype=np.int64)
    scope_of, starts = segments([unit_office, shown_pool, shown_group])

    size = (len(pools.groups), ground.fund.shape[1])
    flat = packed_cells(cell_unit, cell_pool, cell_group, cell_month, size, len(pools.names))
    unit = np.searchsorted(units, _unit_keys(ground, sides, office, pool, group))
    cell = np.searchsorted(flat, packed_cells(unit, pool, group, month, size, len(pools.names)))
    number = _entries(ground, line, month)
    num, den, big = exact_product(register.factors)
    big |= (num > _LARGEST) | (den > _LARGEST)
    parts = Parts(
        line=line,
        before=ground.patterns.before[number],
        after=ground.patterns.after[number],
        weight=ground.patterns.weight[ground.patterns.of_line[line]],
        within=within,
        count=count,
        unit=unit,
        cell=cell,
        service=~register.individual[line],
    )
    parts = parts.take(np.argsort(packed([parts.unit, parts.cell, parts.line]), kind="stable"))
    cover = coverage(instance, register, pools) if instance.info.estimate_enabled else None
    by_method, by_donor = _not_proportional(ground, big, counts, rows, cover)
    return Base(
        ground=ground,
        cover=cover,
        office=unit_office,
        scope=scope_of,
        minutes=_add_up(minutes, cell_unit, len(units)),
        keys=units,
        scope_office=unit_office[starts],
        scope_pool=shown_pool[starts],
        scope_group=shown_group[starts],
        cell_unit=cell_unit,
        cell_pool=cell_pool,
        cell_month=cell_month,
        cell_class=cell_class,
        cell_plain=cell_plain,
        cell_service=cell_service,
        cell_top=top,
        cell_bottom=bottom,
        num=num,
        den=den,
        parts=parts,
        runs=_runs(parts),
        by_method=by_method,
        by_donor=by_donor,
        level=level,
        sides=sides,
    )


def packed_cells(unit: Ints, pool: Ints, group: Ints, month: Ints, size: tuple[int, int], width: int) -> Ints:
    """Return one number for each cell of a unit, in the order of unit, pool, group and month."""
    return ((unit * width + pool) * size[0] + group) * size[1] + month


def _add_up(values: Ints, owner: Ints, count: int) -> Ints:
    """Add values up by owner (0 .. count − 1), exactly."""
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, owner, values)
    return total


def _structure(ground: Ground) -> tuple[Rows, Ints, Ints]:
    """Return every row that the register can have, whatever its minutes, with its place among the pools.

    The pipeline leaves out parts of zero minutes; here each line is given so many minutes that none is zero.
    """
    register, patterns = ground.register, ground.patterns
    plenty = patterns.weight[patterns.of_line] * len(ground.pools.names)
    rows, _ = build_rows(replace(register, minutes=plenty), ground.items, patterns, ground.pools)
    # The rows of one line and month stand together, one for each pool (those outside included).
    run, starts = segments([rows.line, rows.month])
    within = np.arange(len(run), dtype=np.int64) - starts[run]
    count = np.bincount(run, minlength=len(starts)).astype(np.int64)[run]
    whole = rows.how == _REPEATED
    return rows, np.where(whole, 0, within), np.where(whole, 1, count)


def _entries(ground: Ground, line: Ints, month: Ints) -> Ints:
    """Return the entry of the patterns that holds each line's month."""
    patterns, months = ground.patterns, ground.fund.shape[1]
    owner = np.repeat(np.arange(len(patterns.count), dtype=np.int64), patterns.count)
    keys = owner * months + patterns.month
    place: Ints = np.searchsorted(keys, patterns.of_line[line] * months + month).astype(np.int64)
    return place


def _runs(parts: Parts) -> Parts:
    """Join the rows of a line in one unit whose months follow each other: their rounded parts telescope."""
    if not len(parts.line):
        return parts
    parts = parts.take(np.argsort(packed([parts.unit, parts.line, parts.before]), kind="stable"))
    fresh = np.ones(len(parts.line), dtype=np.bool_)
    same = (parts.unit[1:] == parts.unit[:-1]) & (parts.line[1:] == parts.line[:-1])
    whole = (parts.count[1:] == 1) & (parts.count[:-1] == 1) & (parts.before[1:] == parts.after[:-1])
    fresh[1:] = ~(same & whole)
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(fresh)) - 1
    return replace(parts.take(starts), after=parts.after[ends], cell=parts.unit[starts])


def _not_proportional(
    ground: Ground, big: Bools, counts: Bools, rows: Rows, cover: Coverage | None
) -> tuple[Bools, Bools]:
    """Return the offices with work that does not follow its factors, and those that may have estimates."""
    register, pools = ground.register, ground.pools
    by_method, by_donor = np.zeros((2, len(pools.offices)), dtype=np.bool_)
    lines = rows.line[(rows.reason == 0) & counts]
    by_method[register.office[lines[(register.method[lines] != UNIT_TIME) | big[lines]]]] = True
    if cover is not None:
        by_donor[cover.office[asking(cover)]] = True
    return by_method, by_donor
