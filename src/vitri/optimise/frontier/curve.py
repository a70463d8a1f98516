"""The frontier of one office: least cost for every number of posts, each point with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vitri.optimise.engine import IntArray, Status
from vitri.optimise.frontier.columns import (
    Columns,
    components,
    narrow_order,
    relabelled,
)
from vitri.optimise.frontier.prices import Prices
from vitri.optimise.frontier.proof import Deadline, Prover, fewest_posts
from vitri.optimise.frontier.subsets import Layout, SubsetTable, layout
from vitri.optimise.lex import INFEASIBLE

Method = Literal["auto", "subsets", "prices"]
LITTLE_WORK = 1_500_000
MOST_WORK = 30_000_000
MOST_STATES = 2_000_000
TABLE_SECONDS = 6.0
"""Up to `LITTLE_WORK` extensions the dynamic programme is quickest; up to `MOST_WORK` it is still surer than
wide searches, so that prices get one narrow try before it."""


@dataclass(frozen=True)
class Point:
    """The least cost with at most `posts` posts: value and plan (None: none found), and a proven bound.

    `status` is optimal (value = bound), feasible (bound below), infeasible (proven that there is no plan) or
    no_plan_yet (time ran out). `columns` are the chosen columns of a plan of that value, in rising order.
    """

    posts: int
    status: Status
    value: int | None
    bound: int | None
    columns: tuple[int, ...] = ()

    def check(self, columns: Columns) -> bool:
        """Whether the point agrees with the columns: its plan holds every duty once, fits and costs that."""
        if self.value is None:
            return self.status in ("infeasible", "no_plan_yet") and not self.columns
        return (
            columns.covers(self.columns)
            and columns.count(self.columns) <= self.posts
            and columns.cost(self.columns) == self.value
            and (self.status == "optimal") == (self.bound == self.value)
            and (self.bound is None or self.bound <= self.value)
        )


@dataclass(frozen=True)
class Frontier:
    """All points from 0 posts on, and the certificates of prices behind bounds, where prices were used."""

    points: tuple[Point, ...]
    certificates: tuple[Prices, ...] = ()

    def values(self) -> list[int | None]:
        """Return the value of every point."""
        return [point.value for point in self.points]

    def proven(self) -> int:
        """Return how many points are decided for good."""
        return sum(point.status in ("optimal", "infeasible") for point in self.points)


def office_frontier(
    columns: Columns,
    most_posts: int,
    *,
    time_limit_s: float | None = None,
    method: Method = "auto",
) -> Frontier:
    """Return the least cost with at most 0, 1, … `most_posts` posts, whole curve, proven where time allows.

    Duties that no column joins are planned apart and their curves added by min-plus. Each part is done by
    dynamic programming over sets (all numbers at once), or by prices where that would grow too large;
    `method` forces one of them. The answer is deterministic unless the time limit strikes.
    """
    deadline = Deadline.after(time_limit_s)
    parts = components(columns)
    curves: list[tuple[Point, ...]] = []
    certificates: tuple[Prices, ...] = ()
    for duties, chosen in parts:
        part = relabelled(columns.take(chosen), duties)
        points, proofs = _component(part, most_posts, deadline, method)
        curves.append(tuple(replace(p, columns=tuple(int(chosen[i]) for i in p.columns)) for p in points))
        if len(parts) == 1:
            certificates = proofs
    return Frontier(_joined(curves, most_posts), certificates)


def _component(
    part: Columns, most_posts: int, deadline: Deadline, method: Method
) -> tuple[tuple[Point, ...], tuple[Prices, ...]]:
    if method == "prices":
        return _from_prices(Prover(part, deadline), most_posts)
    plan = _layout(part, most_posts, None if method == "subsets" else LITTLE_WORK)
    if plan is None and method == "subsets":
        raise ValueError("costs are too large for a table of 64-bit integers")
    if plan is None:
        prover = Prover(part, deadline)
        points, proofs = _from_prices(prover, most_posts, wide=False)
        if all(point.status in ("optimal", "infeasible") for point in points):
            return points, proofs
        # a table of this size takes seconds: near the end of a time limit it is left out
        if deadline.left() > TABLE_SECONDS:
            plan = _layout(part, most_posts, MOST_WORK)
        if plan is None:
            return _from_prices(prover, most_posts)
    return _from_table(plan.fill(part.costs[:, None].astype(np.int64)), most_posts), ()


def _layout(part: Columns, most_posts: int, most_work: int | None) -> Layout | None:
    """Lay out the dynamic programme; None where it grows too large or costs pass 64 bits."""
    largest = max((abs(int(cost)) for cost in part.costs), default=0)
    if largest * max(1, part.duties) >= INFEASIBLE // 2:
        return None
    limit = None if most_work is None else MOST_STATES
    return layout(relabelled(part, narrow_order(part)), most_posts, limit, most_work)


def _from_table(table: SubsetTable, most_posts: int) -> tuple[Point, ...]:
    values = table.values()[:, 0]
    points = []
    best = INFEASIBLE
    plan: tuple[int, ...] = ()
    for posts in range(most_posts + 1):
        if values[posts] < best:
            best = int(values[posts])
            plan = table.plan(posts)
        if best >= INFEASIBLE:
            points.append(Point(posts, "infeasible", None, None))
        else:
            points.append(Point(posts, "optimal", best, best, plan))
    return tuple(points)


def _from_prices(
    prover: Prover, most_posts: int, *, wide: bool = True
) -> tuple[tuple[Point, ...], tuple[Prices, ...]]:
    """Prove one number after the other, from many posts to few; without `wide` stop at the first hard one."""
    least = fewest_posts(prover.columns, prover.deadline)
    for posts in range(most_posts, least - 1, -1):
        if prover.deadline.over() or posts <= prover.impossible:
            break
        if not prover.prove(posts, wide=wide) and not wide:
            break
    least = max(least, prover.impossible + 1)
    points: list[Point] = []
    for posts in range(most_posts + 1):
        if posts < least:
            points.append(Point(posts, "infeasible", None, None))
            continue
        found, bound = prover.plan(posts), prover.bound(posts)
        if found is None:
            points.append(Point(posts, "no_plan_yet", None, bound))
            continue
        value, chosen = found[1]
        low = None if bound is None else min(bound, value)
        points.append(Point(posts, "optimal" if low == value else "feasible", value, low, chosen))
    return tuple(points), tuple(prover.certificates)


def _joined(curves: Sequence[tuple[Point, ...]], most_posts: int) -> tuple[Point, ...]:
    """Add curves by min-plus: values and bounds apart, so that an open point stays bounded honestly."""
    total = tuple(Point(posts, "optimal", 0, 0) for posts in range(most_posts + 1))
    for curve in curves:
        total = tuple(_sum_at(total, curve, posts) for posts in range(most_posts + 1))
    return total


def _sum_at(left: Sequence[Point], right: Sequence[Point], posts: int) -> Point:
    value: int | None = None
    columns: tuple[int, ...] = ()
    bounds: list[int | None] = []
    for given in range(posts + 1):
        a, b = left[posts - given], right[given]
        if "infeasible" in (a.status, b.status):
            continue
        bounds.append(None if a.bound is None or b.bound is None else a.bound + b.bound)
        if a.value is not None and b.value is not None and (value is None or a.value + b.value < value):
            value = a.value + b.value
            columns = tuple(sorted((*a.columns, *b.columns)))
    if not bounds:
        return Point(posts, "infeasible", None, None)
    known = [bound for bound in bounds if bound is not None]
    bound = min(known) if len(known) == len(bounds) else None
    if value is None:
        return Point(posts, "no_plan_yet", None, bound)
    low = None if bound is None else min(bound, value)
    return Point(posts, "optimal" if low == value else "feasible", value, low, columns)


def curve_table(points: Sequence[Point]) -> IntArray:
    """Return the values as a table for sharing out (posts × 1); points without a plan are impossible."""
    values = [INFEASIBLE if point.value is None else point.value for point in points]
    return np.array(values, dtype=np.int64)[:, None]
