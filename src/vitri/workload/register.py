"""Registrations as arrays: every line's norm, coefficients and minutes.

minutes of a line = half-up(quantity × unit minutes × coefficients of item, norm, office and line), once. Work
counted by ratio has posts per unit × the time fund of its months in place of unit minutes; counters and
manned stations are in `vitri.workload.presence`. The factors of levers (`vitri.workload.levers`) join the
product.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding, Findings
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.workload.arrays import (
    Bools,
    Columns,
    Ints,
    Objects,
    group_rows,
    half_up,
    rounded_product,
)
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.pools import Pools
from vitri.workload.presence import COUNTER, METHODS, RATIO, UNIT_TIME, with_presence
from vitri.workload.spread import (
    Lines,
    Patterns,
    Profiles,
    build_patterns,
    day_number,
    period_days,
)

#: Where a line's unit minutes come from.
NORM_SOURCES = ("catalogue", "norms", "own")
_CATALOGUE, _NORMS, _OWN = range(3)


@dataclass(frozen=True, eq=False)
class Items:
    """The catalogue as arrays: one entry per work item, in the order of `codes`, and a neutral last one."""

    codes: pd.Index
    group: Ints
    unit: Ints
    posts: Ints
    method: Ints
    coefficient: Ints
    complexity: Ints
    individual: Bools
    repeats: Bools
    regular: Bools
    profile: Ints

    @classmethod
    def of(cls, instance: Instance, model: PlanningModel, groups: pd.Index, profiles: Profiles) -> Items:
        """Read the table `work_items`; the last entry stands for a line without an item."""
        columns = Columns(instance, "work_items")
        codes = pd.Index(columns.text("code"), dtype=object)

        def ended(values: Ints, last: int) -> Ints:
            return np.append(values, last)

        factor = np.full(columns.rows, 1000, dtype=np.int64)
        if model.workload.complexity_in_minutes:
            k = model.conversion.k if model.conversion is not None else {}
            by_class = {level: int(Decimal(str(value)) * 1000) for level, value in k.items()}
            own = columns.ints("conversion_k", 0)
            factor = np.array(
                [by_class.get(level, 1000) for level in columns.text("complexity")], dtype=np.int64
            )
            factor = np.where(own > 0, own, factor)
        method = columns.text("method")
        return cls(
            codes=codes,
            group=ended(columns.places("task_group", groups), -1),
            unit=ended(np.where(method == "ratio", -1, columns.ints("unit_minutes")), -1),
            posts=ended(np.where(method == "ratio", columns.ints("posts_per_unit", 0), 0), 0),
            method=ended(np.array([METHODS.index(name) for name in method], dtype=np.int64), UNIT_TIME),
            coefficient=ended(columns.ints("coefficient"), 1000),
            complexity=ended(factor, 1000),
            individual=np.append(columns.text("counts_as") == "individual_allowance", False),
            repeats=np.append(columns.flags("repeats_per_pool"), False),
            regular=np.append(columns.flags("regular"), True),
            profile=ended(_profile_numbers(columns, profiles), -1),
        )


def _profile_numbers(columns: Columns, profiles: Profiles) -> Ints:
    """Return the profile of each row by number; an unknown one is an error."""
    codes, names = columns.coded("profile")
    numbers = {code: index for index, code in enumerate(profiles.codes)}
    unknown = [name for name in names if name not in numbers]
    if unknown:
        raise DataError(
            Finding(
                code="unknown_code",
                table=columns.table,
                column="profile",
                value=name,
                allowed=N_("profiles of the scenario or of the model: {known}"),
                message=N_("There is no profile {name}."),
                advice=N_("Add it to the table of profiles or mend the code."),
                fields={"name": name, "known": ", ".join(profiles.codes)},
            )
            for name in unknown
        )
    return np.array([*(numbers[name] for name in names), -1], dtype=np.int64)[codes]


def local_norms(
    instance: Instance, items: Items, item: Ints, office: Ints, pools: Pools
) -> tuple[Ints, Ints, Bools]:
    """Find each line's row of `norms`: unit minutes (-1: the item's), coefficient, whether there is one.

    An office's row goes before its class's, a class's before ``*``; among rows of one place the newest that
    is valid on `as_of` holds.
    """
    size = len(item)
    unit, coefficient = np.full(size, -1, dtype=np.int64), np.full(size, 1000, dtype=np.int64)
    found = np.zeros(size, dtype=np.bool_)
    columns = Columns(instance, "norms")
    if columns.rows == 0 or size == 0:
        return unit, coefficient, found
    as_of = day_number(instance.info.as_of)
    valid, of_item, place = (
        columns.days("valid_from"),
        columns.places("work_item", items.codes),
        columns.text("office"),
    )
    norm_unit, norm_coefficient = columns.ints("unit_minutes"), columns.ints("coefficient")
    newest: dict[tuple[int, str], int] = {}
    for index in sorted(range(columns.rows), key=lambda i: (valid[i], norm_unit[i], norm_coefficient[i])):
        if valid[index] <= as_of and of_item[index] >= 0:
            newest[int(of_item[index]), place[index]] = index
    offices = Columns(instance, "offices")
    class_of = dict(zip(offices.text("code"), offices.text("office_class"), strict=True))
    lines = np.flatnonzero(np.isin(item, [key[0] for key in newest]))
    if len(lines) == 0:
        return unit, coefficient, found
    cell, first = group_rows([item[lines], office[lines]])
    chosen = np.full(len(first), -1, dtype=np.int64)
    for number, sample in enumerate(lines[first].tolist()):
        code = pools.offices[office[sample]]
        for name in (code, class_of[code], "*"):
            if name and (int(item[sample]), name) in newest:
                chosen[number] = newest[int(item[sample]), name]
                break
    row = chosen[cell]
    hit = row >= 0
    found[lines[hit]] = True
    unit[lines[hit]], coefficient[lines[hit]] = norm_unit[row[hit]], norm_coefficient[row[hit]]
    return unit, coefficient, found


@dataclass(frozen=True, eq=False)
class Register:
    """The registrations as arrays, one entry per line; positions refer to `Pools` and `Items`, -1 is none.

    `minutes` is the rounded product of `factors`, (values, scale) each.
    """

    code: Objects
    office: Ints
    organisation: Ints
    group: Ints
    item: Ints
    first: Ints
    last: Ints
    order: Bools
    cancelled: Bools
    counted: Bools
    basis: Objects
    priority: Ints
    quantity: Ints
    unit: Ints
    source: Ints
    method: Ints
    coefficients: tuple[Ints, Ints, Ints, Ints, Ints]
    regular: Bools
    individual: Bools
    minutes: Ints
    factors: tuple[tuple[Ints, int], ...]


def _require(
    missing: Bools, code: Objects, column: str, finding: str, message: str, advice: str
) -> list[Finding]:
    return [
        Finding(
            code=finding,
            table="registrations",
            row_key=str(code[i]),
            column=column,
            message=message,
            advice=advice,
            fields={"line": str(code[i])},
        )
        for i in np.flatnonzero(missing)
    ]


def _exact(factors: Sequence[tuple[Ints, int]], line: int) -> Fraction:
    """Return the exact product of the factors of one line."""
    return math.prod((Fraction(int(values[line]), scale) for values, scale in factors), start=Fraction(1))


def read_register(
    instance: Instance, model: PlanningModel, pools: Pools, fund: Ints, levers: Levers = NO_LEVERS
) -> tuple[Register, Items, Patterns, Findings]:
    """Read all registrations: norms, coefficients, minutes and the pattern by which they are spread.

    Raises `DataError` for lines without office, task group, period or norm (the data checks name them
    earlier).
    """
    profiles = Profiles.of(instance, model)
    items = Items.of(instance, model, pools.groups, profiles)
    columns = Columns(instance, "registrations")
    code = columns.text("code")
    office, item = columns.places("office", pools.offices), columns.places("work_item", items.codes)
    group = columns.places("task_group", pools.groups)
    group = np.where(group >= 0, group, items.group[item])
    period, periods = columns.coded("period")

    own = columns.ints("unit_minutes")
    norm_unit, norm_coefficient, has_norm = local_norms(instance, items, item, office, pools)
    source = np.select([own >= 0, has_norm], [_OWN, _NORMS], _CATALOGUE).astype(np.int64)
    norm_coefficient = np.where(source == _NORMS, norm_coefficient, 1000)
    unit = np.select([own >= 0, norm_unit >= 0], [own, norm_unit], items.unit[item])
    method = items.method[item]
    method = np.where((method == RATIO) & (unit >= 0), UNIT_TIME, method)
    ratio = method == RATIO

    bad = _require(
        (office < 0) | (period < 0), code, "office", "missing_value",
        N_("Line {line} has no office or no period."), N_("Fill in both."),
    )  # fmt: skip
    bad += _require(
        group < 0, code, "task_group", "no_work",
        N_("Line {line} has neither a work item nor a task group."), N_("Give one of them."),
    )  # fmt: skip
    bad += _require(
        (unit < 0) & ~ratio, code, "unit_minutes", "norm_missing",
        N_("Line {line} has no norm."), N_("Give minutes per product."),
    )  # fmt: skip
    if bad:
        raise DataError(bad)

    bounds = np.array([period_days(text) for text in periods], dtype=np.int64).reshape(-1, 2)
    own_profile = _profile_numbers(columns, profiles)
    own_regular = columns.frame["regular"].astype("Int64").fillna(-1).to_numpy(dtype=np.int64)
    regular = np.where(own_regular >= 0, own_regular == 1, items.regular[item])
    status, statuses = columns.coded("status")
    lines = Lines(
        office=office,
        first=bounds[period, 0],
        last=bounds[period, 1],
        release=columns.days("release_date"),
        due=columns.days("due_date"),
        profile=np.where(own_profile >= 0, own_profile, items.profile[item]),
        ratio=ratio,
        open_once=~regular & np.array([name != "done" for name in statuses], dtype=np.bool_)[status],
    )
    patterns = build_patterns(instance, model, lines, profiles, fund)
    offices = Columns(instance, "offices")
    office_coefficient = np.empty(len(pools.offices), dtype=np.int64)
    office_coefficient[offices.places("code", pools.offices)] = offices.ints("coefficient")
    coefficients = (
        items.coefficient[item],
        norm_coefficient,
        office_coefficient[office],
        columns.ints("coefficient"),
        items.complexity[item],
    )
    approved = columns.ints("approved_quantity")
    quantity = np.where(approved >= 0, approved, columns.ints("quantity", 0))
    ratio_fund = np.where(ratio, patterns.fund[patterns.of_line], 0)
    posts = items.posts[item]
    shown = np.where(ratio, half_up(posts * ratio_fund, 10), unit)
    levers.require(pools, items.codes)
    organisation = columns.places("organisation", pools.organisations)
    sides = (pools, items.codes, office, organisation, group, item)
    factors = [
        (quantity, 100),
        (np.where(ratio, 100, unit), 100),
        (np.where(ratio, posts, 1000), 1000),
        (np.where(ratio, ratio_fund, 1), 1),
        *((values, 1000) for values in coefficients),
        *levers.line_factors(*sides),
    ]
    volume = [(quantity, 100), *replace(levers, norm=(), coefficient=()).line_factors(*sides)]
    time = [(unit, 100), *((values, 1000) for values in coefficients)]
    time += replace(levers, volume=()).line_factors(*sides)
    presence = np.flatnonzero(method >= COUNTER).tolist()
    patterns, minutes = with_presence(
        instance,
        model,
        lines,
        patterns,
        rounded_product(factors),
        method=method,
        code=code,
        quantity=[_exact(volume, line) for line in presence],
        norm=[_exact(time, line) for line in presence],
        useful_bp=levers.useful_time_bp,
    )
    allowed = np.array([name in model.workload.count_status for name in statuses], dtype=np.bool_)
    cancelled = np.array([name == "cancelled" for name in statuses], dtype=np.bool_)
    register = Register(
        code=code,
        office=office,
        organisation=organisation,
        group=group,
        item=item,
        first=lines.first,
        last=lines.last,
        order=columns.text("kind") == "order",
        cancelled=cancelled[status],
        counted=allowed[status],
        basis=columns.text("basis"),
        priority=columns.ints("priority"),
        quantity=quantity,
        unit=shown,
        source=source,
        method=method,
        coefficients=coefficients,
        regular=regular,
        individual=items.individual[item],
        minutes=minutes,
        factors=tuple(factors),
    )
    return register, items, patterns, _findings(register, patterns, profiles, instance)


def _findings(register: Register, patterns: Patterns, profiles: Profiles, instance: Instance) -> Findings:
    """Return the warnings about how lines were spread, one per kind, with a few examples."""
    found: list[Finding] = []
    if profiles.replaced:
        found.append(
            Finding(
                code="profile_replaced",
                severity="warning",
                table="profiles",
                column="profile",
                value=", ".join(profiles.replaced),
                message=N_("The scenario's profiles replace the model's of the same code: {names}."),
                advice=N_("Rename them if both are meant."),
                fields={"names": ", ".join(profiles.replaced)},
            )
        )
    lines = np.flatnonzero(patterns.no_share[patterns.of_line] & register.counted)
    if len(lines):
        found.append(
            Finding(
                code="profile_without_share",
                severity="warning",
                table="registrations",
                row_key=str(min(register.code[lines])),
                column="profile",
                value=str(len(lines)),
                message=N_("{count} lines have a profile without a share in their period, e.g. {line}."),
                advice=N_("They are spread over working days; mend the period or the profile."),
                fields={"count": len(lines), "line": str(min(register.code[lines]))},
            )
        )
    return Findings.of(found)
