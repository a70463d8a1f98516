"""From lines to months and pools: each line's whole minutes shared out, and the table of workload lines.

The parts of a line add up to the line (see `spread` and `pools`), except where work is repeated in every
pool.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.workload.arrays import Ints, group_rows, half_up_ratio, name_ranks, sorted_order, texts
from vitri.workload.pools import OUTSIDE_ID, POOLING, Pools, expand
from vitri.workload.presence import METHODS
from vitri.workload.register import NORM_SOURCES, Items, Register
from vitri.workload.spread import Patterns, split

#: Why a row of the workload lines counts or does not.
REASONS = ("", "status", "outside_horizon", "outside_pool")
_COUNTED, _STATUS, _HORIZON, _OUTSIDE_POOL = range(4)
_REPEATED = POOLING.index("repeated")


@dataclass(frozen=True, eq=False)
class Rows:
    """Parts of lines in one month and one pool; `line` points into the register, `month` is -1 if outside."""

    line: Ints
    month: Ints
    pool: Ints
    how: Ints
    minutes: Ints
    reason: Ints


def build_rows(register: Register, items: Items, patterns: Patterns, pools: Pools) -> tuple[Rows, Findings]:
    """Place every line in its months and pools; rows that do not count say why."""
    numbers = np.arange(len(register.office), dtype=np.int64)
    counted = numbers[register.counted]
    parts = split(patterns, register.minutes, counted)

    cell, sample = group_rows(
        [
            register.office[parts.line],
            register.organisation[parts.line],
            register.group[parts.line],
            pools.epoch[parts.month],
            register.order[parts.line],
            items.repeats[register.item[parts.line]],
        ]
    )
    line = parts.line[sample]
    routes = pools.route(
        register.office[line],
        register.organisation[line],
        register.group[line],
        pools.epoch[parts.month[sample]],
        register.order[line],
        items.repeats[register.item[line]],
    )
    row, pool, within, count = expand(routes, cell)
    how = routes.how[cell[row]]
    whole = parts.minutes[row]
    shared_out = half_up_ratio(whole, within + 1, count) - half_up_ratio(whole, within, count)
    minutes = np.where(how == _REPEATED, whole, shared_out)
    keep = (minutes > 0) | (whole == 0)
    reason = np.where(pool == OUTSIDE_ID, _OUTSIDE_POOL, _COUNTED)

    # A line of zero minutes still has a row; one without any month in the horizon lies outside.
    seen = np.zeros(len(numbers), dtype=np.bool_)
    seen[parts.line] = True
    outside = counted[(parts.outside > 0) | ~seen[counted]]
    left = parts.outside[(parts.outside > 0) | ~seen[counted]]
    ignored = numbers[~register.counted]

    def tail(value: int) -> Ints:
        return np.full(len(outside) + len(ignored), value, dtype=np.int64)

    rows = Rows(
        line=np.concatenate([parts.line[row[keep]], outside, ignored]),
        month=np.concatenate([parts.month[row[keep]], tail(-1)]),
        pool=np.concatenate([pool[keep], tail(-1)]),
        how=np.concatenate([how[keep], tail(-1)]),
        minutes=np.concatenate([minutes[keep], left, register.minutes[ignored]]),
        reason=np.concatenate(
            [reason[keep], np.full(len(outside), _HORIZON), np.full(len(ignored), _STATUS)]
        ).astype(np.int64),
    )
    found: list[Finding] = []
    if len(outside):
        first = str(min(register.code[outside]))
        found.append(
            Finding(
                code="outside_horizon",
                severity="warning",
                table="registrations",
                row_key=first,
                column="period",
                value=str(len(outside)),
                message=N_(
                    "{count} lines reach outside the horizon, e.g. {line}; {minutes} minutes do not count."
                ),
                advice=N_("What lies outside is listed but not counted. Mend the period or the horizon."),
                fields={"count": len(outside), "line": first, "minutes": int(left.sum())},
            )
        )
    return rows, Findings.of(found)


def lines_frame(
    register: Register, items: Items, rows: Rows, pools: Pools, months: tuple[str, ...]
) -> pd.DataFrame:
    """Return the workload lines, one row per registration, month and pool, sorted, with every factor.

    Columns ending in ``_dec2`` and ``_dec3`` hold hundredths and thousandths.
    """
    rank = np.empty(len(register.code), dtype=np.int64)
    rank[np.argsort(register.code, kind="stable")] = np.arange(len(rank))
    office, organisation = register.office[rows.line], register.organisation[rows.line]
    pool = np.where(rows.pool >= 0, name_ranks(pools.names)[rows.pool], -1)
    order = sorted_order([office, organisation, rank[rows.line], rows.month, pool])
    line, month = rows.line[order], rows.month[order]
    basis = pd.array(register.basis, dtype="str")
    names = ("item", "norm", "office", "line", "complexity")
    factors = dict(zip(names, register.coefficients, strict=True))
    return pd.DataFrame(
        {
            "registration": pd.array(register.code, dtype="str").take(line),
            "office": texts(register.office[line], pools.offices),
            "organisation": texts(register.organisation[line], pools.organisations),
            "pool": texts(rows.pool[order], pools.names),
            "task_group": texts(register.group[line], pools.groups),
            "month": texts(month, months),
            "work_item": texts(register.item[line], items.codes),
            "quantity_dec2": register.quantity[line],
            "unit_minutes_dec2": register.unit[line],
            "method": texts(register.method[line], METHODS),
            "norm_source": texts(register.source[line], NORM_SOURCES),
            **{f"coefficient_{name}_dec3": factors[name][line] for name in names},
            "line_minutes": register.minutes[line],
            "minutes": rows.minutes[order],
            "basis": basis.take(line),
            "priority": register.priority[line],
            "regular": register.regular[line],
            "pooling": texts(rows.how[order], POOLING),
            "counted": rows.reason[order] == _COUNTED,
            "counted_reason": texts(
                np.where(rows.reason[order] == _COUNTED, -1, rows.reason[order]), REASONS
            ),
        }
    )
