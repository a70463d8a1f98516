"""Proving one number of posts after the other, where the dynamic programme would grow too large.

For each number: prices at it and half a post below it, a narrow search, wider ones, subset-row cuts where
those do not close the gap, and last an integer program over the columns still in question. Whatever stops
the work, what was proven stays proven.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from vitri.optimise.frontier.columns import Columns, WholeArray
from vitri.optimise.frontier.cuts import broken_cuts
from vitri.optimise.frontier.prices import Master, Prices
from vitri.optimise.frontier.search import Guide, walk

NARROW = ((300, 25), (1_000, 40), (4_000, 60))
WIDE = ((20_000, 100), (100_000, 200), (400_000, None))
"""States kept at a level, and the columns of best promise looked at for each duty (None: all)."""

CUT_ROUNDS = 8
PRICE_STEPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
INTEGER_EFFORT = 60.0


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock, or none."""

    at: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """Return the moment `seconds` from now; None means never."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    def left(self) -> float:
        """Return the seconds left, or infinity."""
        return float("inf") if self.at is None else self.at - time.monotonic()

    def over(self) -> bool:
        """Whether the moment has come."""
        return self.left() <= 0


Plan = tuple[int, tuple[int, ...]]
"""Cost and chosen columns."""


def fewest_posts(columns: Columns, deadline: Deadline) -> int:
    """Return a proven lower bound on the posts of any plan, from prices of duties in posts."""
    master = Master(replace(columns, costs=columns.posts), budget=False)
    if not master.solve(0.0, deadline.left()):
        return 0
    prices, _ = master.prices()
    return max(0, prices.bound(0))


class Prover:
    """Plans known and bounds proven for one set of columns."""

    def __init__(self, columns: Columns, deadline: Deadline) -> None:
        """Set up the prices; nothing is proven yet."""
        self.columns = columns
        self.deadline = deadline
        self.master = Master(columns)
        self.plans: dict[int, Plan] = {}
        self.certificates: list[Prices] = []
        self.proven: dict[int, int] = {}
        self.impossible = -1

    def plan(self, posts: int) -> tuple[int, Plan] | None:
        """Return the cheapest plan known with at most `posts` posts, as (posts used, plan)."""
        known = [(plan[0], used, plan) for used, plan in self.plans.items() if used <= posts]
        if not known:
            return None
        _, used, plan = min(known, key=lambda item: item[:2])
        return used, plan

    def bound(self, posts: int) -> int | None:
        """Return the best bound known for at most `posts` posts; None where nothing is known.

        What holds for more posts holds for fewer, and every certificate speaks of every number.
        """
        known = [value for at, value in self.proven.items() if at >= posts]
        known += [prices.bound(posts) for prices in self.certificates]
        return max(known, default=None)

    def closed(self, posts: int) -> bool:
        """Whether the best plan known is proven best."""
        found, bound = self.plan(posts), self.bound(posts)
        return found is not None and bound is not None and bound >= found[1][0]

    def prove(self, posts: int, *, wide: bool = True) -> bool:
        """Find and prove the least cost with at most `posts` posts; False where something stopped it.

        Without `wide` only the narrow searches are tried.
        """
        if self.closed(posts):
            return True
        guide = self._guide(posts)
        if guide is None:
            return False
        for stage in (NARROW, WIDE) if wide else (NARROW,):
            if stage is WIDE:
                guide = self._cut(guide, posts)
            for width, near in stage:
                if self.closed(posts) or self.deadline.over():
                    return self.closed(posts)
                if (
                    width > WIDE[0][0]
                    and self.plan(posts) is None
                    and not self._integer(guide, posts, any_plan=True)
                ):
                    return posts <= self.impossible
                self._walk(guide, posts, width, near)
        if wide and not self.closed(posts) and not self.deadline.over():
            self._integer(guide, posts, any_plan=False)
        return self.closed(posts)

    def _guide(self, posts: int) -> Guide | None:
        """Price at `posts` and a little below it, until a post has a price.

        Where the optimum is a plateau the first prices are all zero and tell the search nothing; prices for
        fewer posts are a certificate for these as well, and say which columns waste posts.
        """
        reduced: list[WholeArray] = []
        bounds: list[int] = []
        dear = False
        for step in PRICE_STEPS:
            if dear and step > PRICE_STEPS[1]:
                break
            if self.deadline.over() or not self.master.solve(posts - step, self.deadline.left()):
                break
            prices, costs = self.master.prices()
            self.certificates.append(prices)
            dear = dear or prices.post > 0
            if reduced and prices.post == self.certificates[-2].post and step < PRICE_STEPS[-1]:
                continue
            reduced.append(costs)
            bounds.append(prices.scaled_bound(posts))
        if not reduced:
            return None
        return Guide(np.array(reduced), np.array(bounds, dtype=reduced[0].dtype))

    def _limit(self, posts: int) -> int | None:
        """Return the promise that a better plan may have at most, None where no plan is known."""
        found = self.plan(posts)
        return None if found is None else (found[1][0] - 1) * self.master.scale

    def _walk(self, guide: Guide, posts: int, width: int, near: int | None) -> None:
        """Search, and keep the plans and the bound it ends with."""
        limit = self._limit(posts)
        count = len(self.columns) if near is None else near * self.columns.duties
        if count < len(self.columns):
            promise = (guide.reduced + guide.bounds[:, None]).max(axis=0)
            most = int(np.partition(promise, count)[count])
            limit = most if limit is None else min(limit, most)
        found = walk(self.columns, guide, posts, limit, width, self.deadline.over)
        if found is None:
            return
        for used, cost, chosen in found.plans:
            if used not in self.plans or cost < self.plans[used][0]:
                self.plans[used] = (cost, chosen)
        open_ = [
            value for value in (found.dropped, None if limit is None else limit + 1) if value is not None
        ]
        best = self.plan(posts)
        if open_:
            self._learn(posts, -(-min(open_) // self.master.scale), best)
        elif best is not None:
            self._learn(posts, best[1][0], best)

    def _learn(self, posts: int, bound: int, best: tuple[int, Plan] | None) -> None:
        """Keep a bound; it never says more than that the best plan is best."""
        if best is not None:
            bound = min(bound, best[1][0])
        self.proven[posts] = max(bound, self.proven.get(posts, bound))

    def _cut(self, guide: Guide, posts: int) -> Guide:
        """Add cuts that the prices at `posts` break, in rounds, and price again."""
        fresh = False
        for _ in range(CUT_ROUNDS):
            if self.deadline.over() or not self.master.solve(float(posts), self.deadline.left()):
                break
            cuts = broken_cuts(self.master)
            if not cuts:
                break
            self.master.add(cuts)
            fresh = True
        return (self._guide(posts) or guide) if fresh else guide

    def _integer(self, guide: Guide, posts: int, *, any_plan: bool) -> bool:
        """Solve an integer program over the columns that a better plan could hold; say if a plan is known.

        With `any_plan` it only asks for a plan, and remembers where there is none.
        """
        limit = self._limit(posts)
        promise = (guide.reduced + guide.bounds[:, None]).max(axis=0)
        chosen = np.arange(len(promise)) if limit is None else np.flatnonzero(promise <= limit)
        part = self.columns.take(chosen.astype(np.int64))
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in range(len(part))]
        held = part.membership()
        for duty in range(part.duties):
            model.add_exactly_one(taken[int(i)] for i in np.flatnonzero(held[:, duty]))
        model.add(cp_model.LinearExpr.weighted_sum(taken, part.posts.tolist()) <= posts)
        if not any_plan:
            model.minimize(cp_model.LinearExpr.weighted_sum(taken, part.costs.tolist()))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_deterministic_time = INTEGER_EFFORT
        if self.deadline.at is not None:
            solver.parameters.max_time_in_seconds = max(0.01, self.deadline.left())
        status = solver.solve(model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            ways = tuple(int(chosen[i]) for i, var in enumerate(taken) if solver.boolean_value(var))
            used, cost = self.columns.count(ways), self.columns.cost(ways)
            if used not in self.plans or cost < self.plans[used][0]:
                self.plans[used] = (cost, ways)
        best = self.plan(posts)
        if any_plan:
            if status == cp_model.INFEASIBLE:
                self.impossible = max(self.impossible, posts)
        elif status in (cp_model.OPTIMAL, cp_model.INFEASIBLE) and best is not None:
            self._learn(posts, best[1][0], best)
        elif status in (cp_model.FEASIBLE, cp_model.UNKNOWN):
            low = int(np.floor(solver.best_objective_bound))
            self._learn(posts, low if limit is None else min(low, limit // self.master.scale + 1), best)
        return best is not None
