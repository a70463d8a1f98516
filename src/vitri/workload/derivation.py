"""The workload of one office before it is added up: lines with their factors, spread and pools.

`compute` gives sums; whoever must show the way to them (a sheet of formulas, a second calculation) asks here
for every line's figures as whole numbers. Nothing is rounded here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.workload.allowances import CLASSES, allowance_shares
from vitri.workload.arrays import NO_DAY, Columns, Ints, group_rows
from vitri.workload.assemble import Workload, compute
from vitri.workload.ground import classes_of, fund_matrix
from vitri.workload.pools import POOLING, Pools, expand
from vitri.workload.register import NORM_SOURCES, local_norms, read_register
from vitri.workload.spread import Patterns

#: Item methods whose minutes follow from quantity × norm (or posts per unit × time fund).
BY_FORMULA = ("unit_time", "ratio")
_REPEATED = POOLING.index("repeated")


@dataclass(frozen=True)
class Spread:
    """How a line's minutes fall into months: cumulative weights.

    `before` is the weight before the first month of the horizon, `after[m]` the weight up to the end of
    month m, `weight` the whole. `kind` is ``fund``, ``day``, ``window``, ``workdays``, ``equal`` or
    ``profile``; `first`, `last` are days since 1970-01-01.
    """

    kind: str
    profile: str
    first: int
    last: int
    before: int
    after: tuple[int, ...]
    weight: int

    @property
    def only_month(self) -> int:
        """The month of the horizon that holds everything, -1 if there is none."""
        previous = self.before
        for month, after in enumerate(self.after):
            if previous == 0 and after == self.weight > 0:
                return month
            previous = after
        return -1


@dataclass(frozen=True)
class Part:
    """One pool's part of a line: month → (place among the pools that share it, their number)."""

    pool: str
    share: Mapping[int, tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """One counted registration, or an estimate (`values` by pool and month in place of the factors).

    `unit` is in hundredths of a minute (ratio: thousandths of a post per unit); `norm` names its source:
    ``own``, ``norms`` or ``catalogue``. `coefficients` (item, norm, office, line, complexity) are
    thousandths. `minutes` is the whole line, whatever lies outside the horizon included.
    """

    code: str
    organisation: str
    work_item: str
    task: str
    product: str
    group: str
    basis: str
    method: str
    quantity_dec2: int
    unit: int
    norm: str
    coefficients: tuple[int, ...]
    minutes: int
    regular: bool
    individual: bool
    spread: Spread | None
    parts: tuple[Part, ...]
    values: Mapping[str, Mapping[int, int]] | None = None


@dataclass(frozen=True)
class LeftOut:
    """A registration that does not count, with the reason (see `vitri.workload.demand.REASONS`)."""

    code: str
    organisation: str
    task: str
    group: str
    status: str
    period: str
    minutes: int
    reason: str


@dataclass(frozen=True)
class OfficeWork:
    """All work of one office; `allowance` is class → (numerator, denominator) of what is added per minute."""

    code: str
    lines: tuple[Line, ...]
    estimates: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]
    allowance: Mapping[str, tuple[int, int]]


@dataclass(eq=False)
class Derivation:
    """The factors of a whole scenario, read once; `office` gives them office by office.

    `fund` is the time fund (`vitri.policy.worktime.time_fund`), `work` the workload computed from it.
    """

    instance: Instance
    model: PlanningModel
    fund: pd.DataFrame
    work: Workload = field(init=False)

    def __post_init__(self) -> None:
        self.work = compute(self.instance, self.model, self.fund)
        self._pools = Pools(self.instance)
        self.months = self.instance.info.months
        self._fund = fund_matrix(self.fund, self._pools.offices, self.months)
        self._register, self._items, self._patterns, _ = read_register(
            self.instance, self.model, self._pools, self._fund
        )
        self._columns = Columns(self.instance, "registrations")
        self._own = self._columns.ints("unit_minutes")
        self._norm_unit, _, _ = local_norms(
            self.instance, self._items, self._register.item, self._register.office, self._pools
        )
        items = Columns(self.instance, "work_items")
        self._text = {name: self._columns.text(name) for name in ("task_name", "product", "status", "period")}
        self._item_text = {name: items.text(name) for name in ("name", "product", "method")}
        self._item_profile, self._profile = items.text("profile"), self._columns.text("profile")
        self._release, self._due = self._columns.days("release_date"), self._columns.days("due_date")
        self._top, self._bottom = allowance_shares(self.instance, self.model, self._fund, self._pools.offices)
        self._class = classes_of(self.instance, self._pools)
        self._known: dict[tuple[Any, ...], Spread] = {}
        self._values = self._constant_values()

    @property
    def offices(self) -> list[str]:
        """Return the codes of all offices, sorted."""
        return [str(code) for code in self._pools.offices]

    def class_of(self, group: str) -> str:
        """Return the position class of a task group, as the allowances see it."""
        return CLASSES[int(self._class[self._pools.groups.get_indexer(pd.Index([group], dtype=object))[0]])]

    def office(self, code: str) -> OfficeWork:
        """Return the work of one office; lines by task group, then registration."""
        register, place = (
            self._register,
            int(self._pools.offices.get_indexer(pd.Index([code], dtype=object))[0]),
        )
        mine = np.flatnonzero(register.office == place)
        mine = np.array(
            sorted(mine.tolist(), key=lambda i: (register.group[i], str(register.code[i]))), dtype=np.int64
        )
        parts = self._parts(mine[register.counted[mine]])
        lines: list[Line] = []
        left: list[LeftOut] = []
        for i in mine.tolist():
            own = parts.get(i, ())
            reason = ""
            if not register.counted[i]:
                reason = "status"
            elif not own:
                reason = "outside_horizon"
            elif all(part.pool == "outside" for part in own):
                reason = "outside_pool"
            if reason:
                left.append(self._left_out(i, reason))
            else:
                lines.append(self._line(i, own))
        allowance = {
            name: (int(self._top[place, at]), int(self._bottom[place, at])) for at, name in enumerate(CLASSES)
        }
        return OfficeWork(code, tuple(lines), self._estimates(code), tuple(left), allowance)

    # -- lines ---------------------------------------------------------------------------------------------

    def _task(self, i: int) -> tuple[str, str, str, str]:
        """Return a line's work item, task, product and method."""
        item = int(self._register.item[i])
        code = str(self._items.codes[item]) if item >= 0 else ""
        named = {name: str(texts[item]) if item >= 0 else "" for name, texts in self._item_text.items()}
        task = str(self._text["task_name"][i]) or named["name"] or code
        return code, task, str(self._text["product"][i]) or named["product"], named["method"] or "unit_time"

    def _line(self, i: int, parts: tuple[Part, ...]) -> Line:
        register = self._register
        item, task, product, method = self._task(i)
        own, local = int(self._own[i]), int(self._norm_unit[i])
        norm = "own" if own >= 0 else "norms" if local >= 0 else "catalogue"
        if method == "ratio" and norm != "catalogue":
            method = "unit_time"
        place = int(register.item[i])
        unit = own if own >= 0 else local if local >= 0 else int(self._items.unit[place])
        if method == "ratio":
            unit = int(self._items.posts[place])
        organisation = int(register.organisation[i])
        constant = method not in BY_FORMULA
        return Line(
            code=str(register.code[i]),
            organisation=str(self._pools.organisations[organisation]) if organisation >= 0 else "",
            work_item=item,
            task=task,
            product=product,
            group=str(self._pools.groups[register.group[i]]),
            basis=str(register.basis[i]),
            method=method,
            quantity_dec2=int(register.quantity[i]),
            unit=unit,
            norm=norm,
            coefficients=tuple(int(values[i]) for values in register.coefficients),
            minutes=int(register.minutes[i]),
            regular=bool(register.regular[i]),
            individual=bool(register.individual[i]),
            spread=None if constant else self._spread(i),
            parts=parts,
            values=self._values.get(str(register.code[i]), {}) if constant else None,
        )

    def uses_local_coefficient(self, line: Line) -> bool:
        """Whether the second coefficient of a line comes from a row of the table `norms`."""
        return line.norm == NORM_SOURCES[1] or line.coefficients[1] != 1000

    def _left_out(self, i: int, reason: str) -> LeftOut:
        register = self._register
        organisation = int(register.organisation[i])
        return LeftOut(
            code=str(register.code[i]),
            organisation=str(self._pools.organisations[organisation]) if organisation >= 0 else "",
            task=self._task(i)[1],
            group=str(self._pools.groups[register.group[i]]),
            status=str(self._text["status"][i]),
            period=str(self._text["period"][i]),
            minutes=int(register.minutes[i]),
            reason=reason,
        )

    def _spread(self, i: int) -> Spread:
        """Return the cumulative weights of a line's pattern, reduced to small whole numbers."""
        patterns: Patterns = self._patterns
        p = int(patterns.of_line[i])
        kind, profile = self._kind(i, p)
        first, last = int(self._register.first[i]), int(self._register.last[i])
        if kind == "window":
            first = int(self._release[i]) if self._release[i] != NO_DAY else first
            last = int(self._due[i]) if self._due[i] != NO_DAY else last
            first, last = min(first, last), max(first, last)
        key = (p, kind, profile, first, last)
        if key in self._known:
            return self._known[key]
        span = slice(int(patterns.start[p]), int(patterns.start[p] + patterns.count[p]))
        months, before, after = (
            values[span].tolist() for values in (patterns.month, patterns.before, patterns.after)
        )
        base, weight = int(before[0]), int(patterns.weight[p])
        steps = dict(zip(months, after, strict=True))
        running: list[int] = []
        for month in range(len(self.months)):
            running.append(int(steps.get(month, running[-1] if running else base)))
        common = 1 if kind == "fund" else math.gcd(weight, base, *running)
        self._known[key] = Spread(
            kind, profile, first, last, base // common, tuple(n // common for n in running), weight // common
        )
        return self._known[key]

    def _kind(self, i: int, p: int) -> tuple[str, str]:
        """Name the rule by which a line was spread (the order of `vitri.workload.spread`)."""
        if self._patterns.fund[p] > 0:
            return "fund", ""
        if self._register.first[i] == self._register.last[i]:
            return "day", ""
        if self._release[i] != NO_DAY or self._due[i] != NO_DAY:
            return "window", ""
        item = int(self._register.item[i])
        profile = str(self._profile[i]) or (str(self._item_profile[item]) if item >= 0 else "")
        profile = profile or self.model.spread.default
        if self._patterns.no_share[p] or profile == "workdays":
            return "workdays", ""
        return ("equal", "") if profile == "equal" else ("profile", profile)

    def _parts(self, lines: Ints) -> dict[int, tuple[Part, ...]]:
        """Return the pools of every line of a list that has a month in the horizon."""
        patterns, register, pools = self._patterns, self._register, self._pools
        pattern = patterns.of_line[lines]
        count = patterns.count[pattern]
        owner = np.repeat(np.arange(len(lines), dtype=np.int64), count)
        within = np.arange(len(owner), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
        month = patterns.month[patterns.start[pattern][owner] + within]
        line = lines[owner]
        repeats = self._items.repeats[register.item]
        columns = [
            register.office, register.organisation, register.group, register.order, repeats,
        ]  # fmt: skip
        cell, sample = group_rows([*(column[line] for column in columns), pools.epoch[month]])
        if len(sample) == 0:
            return {}
        at = line[sample]
        routes = pools.route(
            register.office[at], register.organisation[at], register.group[at], pools.epoch[month[sample]],
            register.order[at], repeats[at],
        )  # fmt: skip
        row, pool, place, number = expand(routes, np.arange(len(sample), dtype=np.int64))
        of_cell: list[list[tuple[str, tuple[int, int]]]] = [[] for _ in range(len(sample))]
        for r, name, k, n in zip(row.tolist(), pool.tolist(), place.tolist(), number.tolist(), strict=True):
            share = (0, 1) if routes.how[r] == _REPEATED else (k, n)
            of_cell[r].append((pools.names[name], share))
        found: dict[int, dict[str, dict[int, tuple[int, int]]]] = {}
        for i, m, c in zip(line.tolist(), month.tolist(), cell.tolist(), strict=True):
            for name, share in of_cell[c]:
                found.setdefault(i, {}).setdefault(name, {})[m] = share
        return {
            i: tuple(Part(name, shares) for name, shares in by_pool.items()) for i, by_pool in found.items()
        }

    # -- figures without a formula -------------------------------------------------------------------------

    def _constant_values(self) -> dict[str, dict[str, dict[int, int]]]:
        """Return registration → pool → month → minutes of lines that no product of factors gives."""
        other = {
            str(code)
            for code, method in zip(self._items.codes, self._item_text["method"], strict=True)
            if method not in BY_FORMULA
        }
        frame = self.work.lines
        frame = frame[frame["counted"] & frame["work_item"].isin(other)]
        place = {month: at for at, month in enumerate(self.months)}
        values: dict[str, dict[str, dict[int, int]]] = {}
        for code, pool, month, minutes in frame[["registration", "pool", "month", "minutes"]].itertuples(
            index=False, name=None
        ):
            by_month = values.setdefault(str(code), {}).setdefault(str(pool), {})
            by_month[place[month]] = by_month.get(place[month], 0) + int(minutes)
        return values

    def _estimates(self, office: str) -> tuple[Line, ...]:
        """Return what was estimated for an office, one line for each organisation, task group and pool."""
        frame = self.work.estimates
        frame = frame[frame["office"] == office]
        place = {month: at for at, month in enumerate(self.months)}
        found: dict[tuple[str, str, str], dict[int, int]] = {}
        keys = ["organisation", "task_group", "pool", "month", "minutes"]
        for organisation, group, pool, month, minutes in frame[keys].itertuples(index=False, name=None):
            by_month = found.setdefault(
                ("" if pd.isna(organisation) else str(organisation), str(group), str(pool)), {}
            )
            by_month[place[month]] = by_month.get(place[month], 0) + int(minutes)
        return tuple(
            Line(
                code="",
                organisation=organisation,
                work_item="",
                task="",
                product="",
                group=group,
                basis="estimated",
                method="estimate",
                quantity_dec2=0,
                unit=0,
                norm="own",
                coefficients=(1000,) * 5,
                minutes=sum(by_month.values()),
                regular=True,
                individual=False,
                spread=None,
                parts=(Part(pool, dict.fromkeys(by_month, (0, 1))),),
                values={pool: by_month},
            )
            for (organisation, group, pool), by_month in sorted(
                found.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])
            )
        )
