"""Posts that work alone would ask for: yearly, at the peak, windowed, and rounded in three ways.

Only regular work counts, unless the model counts irregular work for quotas too. FTE = minutes / time fund.
In every row the posts are rounded within the row's own scope: `posts_by_position` rounds each task group by
itself (an office's row takes a group over all its pools), `posts_by_pool` each pool in an office,
`posts_by_office` each office. `posts` follows the level that the policy names: task group (position), pool,
office or area; where an area is rounded as one, its offices share the posts by largest remainder, and rows
within an office have no number of their own.

`existing` are the people there today (blank where nobody says); WISN ratio = existing / FTE and difference =
existing − FTE (WHO, WISN user's manual): below 1 is a shortage.

The windowed FTE is the least constant number of posts with which all work fits when it may be done at any
time within its window (release..due, or the period; profiles stay in their months): the largest, over spans
of months, of the work that must be done inside the span divided by the span's time fund.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.policy.sections import Rounding
from vitri.workload.arrays import Ints, half_up, name_ranks, segments, sorted_order, sum_by, texts
from vitri.workload.rounding import area_posts, round_posts

DEC4 = 10_000


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
    area: Ints,
    existing: Ints,
) -> pd.DataFrame:
    """Return the needs: a row per task group, pool, office and one for everything (blank means all).

    FTE columns end in ``_dec4`` (1/10,000 of a post); `fund[office, month]` is the time fund in minutes,
    `area[office]` the number of the area above an office, `existing[office]` today's people (-1: not known).
    """
    cells = _scope(work, fund, pool=True, group=True)
    by_pool = _scope(work, fund, pool=True, group=False)
    by_office = _scope(work, fund, pool=False, group=False)
    by_group = _scope(work, fund, pool=False, group=True)
    cell_posts, pool_posts, office_posts, group_posts = (
        _posts(scope, fund, rounding) for scope in (cells, by_pool, by_office, by_group)
    )
    in_pool = _add([cells.office, cells.pool], cell_posts, [by_pool.office, by_pool.pool])
    of_groups = _add([by_group.office], group_posts, [by_office.office])
    of_pools = _add([by_pool.office], pool_posts, [by_office.office])
    in_office = {"position": of_groups, "pool": of_pools, "office": office_posts}
    if rounding.level == "area":
        year = fund.sum(axis=1)[by_office.office]
        in_office["area"] = area_posts(
            by_office.minutes, year, area[by_office.office], rounding.rule, rounding.cutoff
        )
    chosen = in_office[rounding.level]
    no_post = np.full(len(cells.office), -1, dtype=np.int64)
    frames = [
        _rows(cells, (cell_posts,) * 3, cell_posts if rounding.level == "position" else no_post),
        _rows(
            by_pool,
            (in_pool, pool_posts, pool_posts),
            {"position": in_pool, "pool": pool_posts}.get(rounding.level, no_post[: len(in_pool)]),
        ),
        _rows(by_office, (of_groups, of_pools, office_posts), chosen),
    ]
    whole = _everything(by_office, work, fund, (group_posts, pool_posts, office_posts), int(chosen.sum()))
    frame = pd.concat([*frames, whole])
    by_name = np.where(frame["pool"] >= 0, name_ranks(pools)[frame["pool"]], -1)
    keys = [frame["office"].to_numpy(), by_name, frame["task_group"].to_numpy()]
    frame = frame.iloc[sorted_order(keys)]
    people = _existing(frame, existing)
    year_dec4 = frame["year"].to_numpy()
    known = (people >= 0) & (year_dec4 > 0)
    ratio = half_up(np.maximum(people, 0) * 1000 * DEC4, np.maximum(year_dec4, 1))
    return pd.DataFrame(
        {
            "office": texts(frame["office"].to_numpy(), list(offices)),
            "pool": texts(frame["pool"].to_numpy(), pools),
            "task_group": texts(frame["task_group"].to_numpy(), list(groups)),
            "minutes": frame["minutes"].to_numpy(),
            "year_fte_dec4": frame["year"].to_numpy(),
            "peak_month": texts(frame["peak_month"].to_numpy(), months),
            "peak_fte_dec4": frame["peak"].to_numpy(),
            "windowed_fte_dec4": _or_blank(frame["windowed"].to_numpy(), frame["windowed"].to_numpy() >= 0),
            "posts_by_position": frame["by_position"].to_numpy(),
            "posts_by_pool": frame["by_pool"].to_numpy(),
            "posts_by_office": frame["by_office"].to_numpy(),
            "posts": _or_blank(frame["posts"].to_numpy(), frame["posts"].to_numpy() >= 0),
            "existing": _or_blank(people, people >= 0),
            "wisn_ratio_dec3": _or_blank(ratio, known),
            "wisn_difference_dec4": _or_blank(people * DEC4 - year_dec4, known),
            "policy": pd.array([policy] * len(frame), dtype="str"),
        }
    )


def _existing(frame: pd.DataFrame, existing: Ints) -> Ints:
    """Return today's people for the rows of offices and of everything; -1 elsewhere and where not known."""
    office = frame["office"].to_numpy(dtype=np.int64)
    whole = (frame["pool"].to_numpy() < 0) & (frame["task_group"].to_numpy() < 0)
    everybody = int(existing.sum()) if len(existing) and (existing >= 0).all() else -1
    result: Ints = np.where(whole, np.append(existing, everybody)[office], -1)
    return result


def _or_blank(values: Ints, shown: npt.NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    """Return numbers with blanks where they are not shown."""
    return pd.arrays.IntegerArray(np.where(shown, values, 0), ~shown)


def _rows(scope: _Scope, posts: tuple[Ints, Ints, Ints], chosen: Ints) -> pd.DataFrame:
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
            "posts": chosen,
        }
    )


def _everything(
    by_office: _Scope, work: Regular, fund: Ints, posts: tuple[Ints, Ints, Ints], chosen: int
) -> pd.DataFrame:
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
            "posts": [chosen],
        }
    )
