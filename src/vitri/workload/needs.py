"""Posts that work alone would ask for: yearly, at the peak, windowed, and rounded in three ways.

Only regular work counts, unless the model counts irregular work for quotas too. FTE = minutes / time fund.
In every row the posts are rounded within the row's own scope: `posts_by_position` rounds each task group by
itself (an office's row takes a group over all its pools), `posts_by_pool` each pool in an office,
`posts_by_office` each office.

The windowed FTE is the least constant number of posts with which all work fits when it may be done at any
time within its window (release..due, or the period; profiles stay in their months): the largest, over spans
of months, of the work that must be done inside the span divided by the span's time fund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from vitri.policy.sections import Rounding
from vitri.workload.arrays import Ints, half_up, name_ranks, segments, sorted_order, sum_by, texts

DEC4 = 10_000


def round_posts(minutes: Ints, fund: Ints, rule: str, cutoff: Sequence[tuple[Any, int]] = ()) -> Ints:
    """Return whole posts for minutes / fund under a rounding rule, in exact integer arithmetic.

    `up` takes the next whole post, `half_up` rounds halves upwards, `down` cuts off; `wisn` tolerates 0.1
    of overload per post, at most 0.5 (work above zero asks for one post); `cutoff` lists (largest FTE,
    posts), and rounds up above its last row.
    """
    whole = minutes // fund
    up = -(-minutes // fund)
    if rule == "up":
        return up
    if rule == "down":
        return whole
    if rule == "half_up":
        return half_up(minutes, fund)
    if rule == "wisn":
        rest = minutes - whole * fund
        return np.where(10 * rest <= np.minimum(whole, 5) * fund, whole, whole + 1)
    if rule != "cutoff":
        raise ValueError(rule)
    result = up.copy()
    for limit, posts in sorted(((Fraction(str(a)), b) for a, b in cutoff), reverse=True):
        result[minutes * limit.denominator <= limit.numerator * fund] = posts
    result[minutes == 0] = 0
    return result


@dataclass(frozen=True, eq=False)
class Regular:
    """Regular work by office, pool, group, month and window (months `begin`..`end`)."""

    office: Ints
    pool: Ints
    group: Ints
    month: Ints
    begin: Ints
    end: Ints
    minutes: Ints


@dataclass(frozen=True, eq=False)
class _Scope:
    """One need per scope: key columns (-1 = all) and its figures."""

    office: Ints
    pool: Ints
    group: Ints
    minutes: Ints
    year: Ints
    peak_month: Ints
    peak: Ints
    windowed: Ints


def _scope(work: Regular, fund: Ints, pool: bool, group: bool) -> _Scope:
    """Add up the work of each scope inside an office and compute its FTE figures."""
    none = np.full(len(work.office), -1, dtype=np.int64)
    keys = [work.office, work.pool if pool else none, work.group if group else none]
    (office, of_pool, of_group, month), (minutes,) = sum_by([*keys, work.month], [work.minutes])
    scope, starts = segments([office, of_pool, of_group])
    total = np.add.reduceat(minutes, starts) if len(starts) else minutes
    year = half_up(total * DEC4, fund[office[starts]].sum(axis=1))
    # The peak is compared as an exact fraction, minutes of the month over its fund; the earliest of equals.
    best, best_fund = np.zeros(len(starts), np.int64), np.ones(len(starts), np.int64)
    best_month = np.full(len(starts), -1, dtype=np.int64)
    for now in range(fund.shape[1]):
        rows = np.flatnonzero(month == now)
        at, fund_now = scope[rows], fund[office[rows], now]
        better = minutes[rows] * best_fund[at] > best[at] * fund_now
        at, rows, fund_now = at[better], rows[better], fund_now[better]
        best[at], best_fund[at], best_month[at] = minutes[rows], fund_now, now
    windowed = _windowed(work, keys, (office[starts], of_pool[starts], of_group[starts]), fund)
    return _Scope(
        office[starts], of_pool[starts], of_group[starts], total, year,
        best_month, half_up(best * DEC4, best_fund), windowed,
    )  # fmt: skip


def _windowed(work: Regular, keys: list[Ints], scopes: tuple[Ints, Ints, Ints], fund: Ints) -> Ints:
    """Return the windowed FTE of each scope, in 1/10,000."""
    (office, pool, group, begin, end), (minutes,) = sum_by([*keys, work.begin, work.end], [work.minutes])
    scope, _ = segments([office, pool, group])
    months = fund.shape[1]
    count = len(scopes[0])
    best, best_fund = np.zeros(count, np.int64), np.ones(count, np.int64)
    by_end = [np.flatnonzero(end == month) for month in range(months)]
    for first in range(months):
        contained, available = np.zeros(count, np.int64), np.zeros(count, np.int64)
        for last in range(first, months):
            rows = by_end[last]
            rows = rows[begin[rows] >= first]
            np.add.at(contained, scope[rows], minutes[rows])
            available += fund[scopes[0], last]
            better = contained * best_fund > best * available
            best[better], best_fund[better] = contained[better], available[better]
    return half_up(best * DEC4, best_fund)


def _posts(scope: _Scope, fund: Ints, rounding: Rounding) -> Ints:
    return round_posts(scope.minutes, fund[scope.office].sum(axis=1), rounding.rule, rounding.cutoff)


def _add(keys: list[Ints], posts: Ints, wanted: list[Ints]) -> Ints:
    """Return, for each wanted key, the sum of posts over rows of that key."""
    found = sum_by(keys, [posts])
    table = dict(
        zip(zip(*(key.tolist() for key in found[0]), strict=True), found[1][0].tolist(), strict=True)
    )
    return np.array(
        [table.get(key, 0) for key in zip(*(k.tolist() for k in wanted), strict=True)], dtype=np.int64
    )


def needs_frame(
    work: Regular,
    fund: Ints,
    rounding: Rounding,
    policy: str,
    offices: pd.Index,
    pools: list[str],
    groups: pd.Index,
    months: tuple[str, ...],
) -> pd.DataFrame:
    """Return the needs: a row per task group, pool, office and one for everything (blank means all).

    FTE columns end in ``_dec4`` (1/10,000 of a post); `fund[office, month]` is the time fund in minutes.
    """
    cells = _scope(work, fund, pool=True, group=True)
    by_pool = _scope(work, fund, pool=True, group=False)
    by_office = _scope(work, fund, pool=False, group=False)
    by_group = _scope(work, fund, pool=False, group=True)
    cell_posts, pool_posts, office_posts, group_posts = (
        _posts(scope, fund, rounding) for scope in (cells, by_pool, by_office, by_group)
    )
    frames = [
        _rows(cells, (cell_posts, cell_posts, cell_posts)),
        _rows(
            by_pool,
            (
                _add([cells.office, cells.pool], cell_posts, [by_pool.office, by_pool.pool]),
                pool_posts,
                pool_posts,
            ),
        ),
        _rows(
            by_office,
            (
                _add([by_group.office], group_posts, [by_office.office]),
                _add([by_pool.office], pool_posts, [by_office.office]),
                office_posts,
            ),
        ),
    ]
    frame = pd.concat([*frames, _everything(by_office, work, fund, (group_posts, pool_posts, office_posts))])
    by_name = np.where(frame["pool"] >= 0, name_ranks(pools)[frame["pool"]], -1)
    keys = [frame["office"].to_numpy(), by_name, frame["task_group"].to_numpy()]
    frame = frame.iloc[sorted_order(keys)]
    return pd.DataFrame(
        {
            "office": texts(frame["office"].to_numpy(), list(offices)),
            "pool": texts(frame["pool"].to_numpy(), pools),
            "task_group": texts(frame["task_group"].to_numpy(), list(groups)),
            "minutes": frame["minutes"].to_numpy(),
            "year_fte_dec4": frame["year"].to_numpy(),
            "peak_month": texts(frame["peak_month"].to_numpy(), months),
            "peak_fte_dec4": frame["peak"].to_numpy(),
            "windowed_fte_dec4": frame["windowed"].astype("Int64").mask(frame["windowed"] < 0).array,
            "posts_by_position": frame["by_position"].to_numpy(),
            "posts_by_pool": frame["by_pool"].to_numpy(),
            "posts_by_office": frame["by_office"].to_numpy(),
            "policy": pd.array([policy] * len(frame), dtype="str"),
        }
    )


def _rows(scope: _Scope, posts: tuple[Ints, Ints, Ints]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "office": scope.office,
            "pool": scope.pool,
            "task_group": scope.group,
            "minutes": scope.minutes,
            "year": scope.year,
            "peak_month": scope.peak_month,
            "peak": scope.peak,
            "windowed": scope.windowed,
            "by_position": posts[0],
            "by_pool": posts[1],
            "by_office": posts[2],
        }
    )


def _everything(by_office: _Scope, work: Regular, fund: Ints, posts: tuple[Ints, Ints, Ints]) -> pd.DataFrame:
    """Return the row of the whole scenario; different time funds are added up as exact fractions.

    The windowed FTE of the whole is given only if all offices have the same time fund.
    """
    _, kind = np.unique(fund, axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    sample = np.array(
        [int(np.flatnonzero(kind == k)[0]) for k in range(int(kind.max(initial=-1)) + 1)], dtype=np.int64
    )
    (of_kind, month), (minutes,) = sum_by([kind[work.office], work.month], [work.minutes])
    year = Fraction(0)
    peaks = [Fraction(0)] * fund.shape[1]
    for k, m, amount in zip(of_kind.tolist(), month.tolist(), minutes.tolist(), strict=True):
        year += Fraction(amount, int(fund[sample[k]].sum()))
        peaks[m] += Fraction(amount, int(fund[sample[k], m]))
    peak = max(peaks)
    windowed = -1
    if len(sample) == 1:
        nobody = np.full(len(work.office), -1, dtype=np.int64)
        merged = Regular(nobody + 1, nobody, nobody, work.month, work.begin, work.end, work.minutes)
        one = np.zeros(1, dtype=np.int64)
        if len(work.office):
            windowed = int(
                _windowed(merged, [merged.office, nobody, nobody], (one, one - 1, one - 1), fund)[0]
            )
    return pd.DataFrame(
        {
            "office": [-1],
            "pool": [-1],
            "task_group": [-1],
            "minutes": [int(by_office.minutes.sum())],
            "year": [int(year * DEC4 + Fraction(1, 2))],
            "peak_month": [peaks.index(peak) if peak else -1],
            "peak": [int(peak * DEC4 + Fraction(1, 2))],
            "windowed": [windowed],
            "by_position": [int(posts[0].sum())],
            "by_pool": [int(posts[1].sum())],
            "by_office": [int(posts[2].sum())],
        }
    )
