"""Proving one number of posts after the other, where the dynamic programme would grow too large.

For each number: prices at it and half a post below it, a narrow search, wider ones, subset-row cuts where
those do not close the gap, and last an integer program over the columns still in question. Whatever stops
the work, what was proven stays proven.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import Columns, WholeArray
from vitri.optimise.frontier.cuts import broken_cuts
from vitri.optimise.frontier.prices import Master, Prices
from vitri.optimise.frontier.search import Guide, walk

FIRST_WIDTH = 300
WIDTHS = (300, 3_000, 20_000)
WIDTH_WITH_CUTS = 3_000
CUT_ROUNDS = 8
COLUMNS_A_DUTY = 25
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


class Prover:
    """Plans known and bounds proven for one set of columns; `budget` is off where posts are not limited."""

    def __init__(self, columns: Columns, most_posts: int, deadline: Deadline, *, budget: bool = True) -> None:
        """Set up the prices; nothing is proven yet."""
        self.columns = columns
        self.most_posts = most_posts
        self.deadline = deadline
        self.budget = budget
        self.master = Master(columns, budget=budget)
        self.plans: dict[int, Plan] = {}
        self.certificates: list[Prices] = []
        self.proven: dict[int, int] = {}

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

    def prove(self, posts: int) -> bool:
        """Find and prove the least cost with at most `posts` posts; False where something stopped it."""
        if self.closed(posts):
            return True
        guide = self._guide(posts)
        if guide is None:
            return False
        if self.closed(posts):
            return True
        ranked = np.sort((guide.reduced + guide.bounds[:, None]).max(axis=0))
        near = int(ranked[min(len(ranked), COLUMNS_A_DUTY * self.columns.duties) - 1])
        self._walk(guide, posts, FIRST_WIDTH, near)
        for width in WIDTHS:
            if self.closed(posts) or self.deadline.over():
                return self.closed(posts)
            self._walk(guide, posts, width, None)
        for _ in range(CUT_ROUNDS):
            if self.closed(posts) or self.deadline.over():
                return self.closed(posts)
            tighter = self._cut(posts)
            if tighter is None:
                break
            guide = tighter
            self._walk(guide, posts, WIDTH_WITH_CUTS, None)
        if not self.closed(posts) and not self.deadline.over():
            self._integer(guide, posts)
        return self.closed(posts)

    def _guide(self, posts: int) -> Guide | None:
        """Price at `posts` and half a post below: the second prices posts even where the first finds none dear.

        Where the optimum is a plateau the first prices are all zero and tell the search nothing.
        """
        reduced: list[WholeArray] = []
        bounds: list[int] = []
        for at in (float(posts), posts - 0.5) if self.budget else (float(posts),):
            if self.deadline.over() or not self.master.solve(at, self.deadline.left()):
                break
            prices, costs = self.master.prices()
            self.certificates.append(prices)
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
        if near is not None:
            limit = near if limit is None else min(limit, near)
        found = walk(self.columns, guide, posts, limit, width, self.deadline.over)
        if found is None:
            return
        for used, cost, chosen in found.plans:
            if used not in self.plans or cost < self.plans[used][0]:
                self.plans[used] = (cost, chosen)
        open_ = [value for value in (found.dropped, None if limit is None else limit + 1) if value is not None]
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

    def _cut(self, posts: int) -> Guide | None:
        """Add cuts that the prices at `posts` break, and price again; None where there are none."""
        if not self.master.solve(float(posts), self.deadline.left()):
            return None
        cuts = broken_cuts(self.master)
        if not cuts:
            return None
        self.master.add(cuts)
        return self._guide(posts)

    def _integer(self, guide: Guide, posts: int) -> None:
        """Decide by an integer program over the columns that a better plan could hold."""
        limit = self._limit(posts)
        promise = (guide.reduced + guide.bounds[:, None]).max(axis=0)
        chosen = np.flatnonzero(promise <= limit) if limit is not None else np.arange(len(promise))
        part = self.columns.take(chosen.astype(np.int64))
        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in range(len(part))]
        held = part.membership()
        for duty in range(part.duties):
            model.add_exactly_one(taken[int(i)] for i in np.flatnonzero(held[:, duty]))
        if self.budget:
            model.add(cp_model.LinearExpr.weighted_sum(taken, part.posts.tolist()) <= posts)
        model.minimize(cp_model.LinearExpr.weighted_sum(taken, part.costs.tolist()))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.max_deterministic_time = INTEGER_EFFORT
        if self.deadline.at is not None:
            solver.parameters.max_time_in_seconds = max(0.01, self.deadline.left())
        status = solver.solve(model)
        best = self.plan(posts)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            ways = tuple(int(chosen[i]) for i, var in enumerate(taken) if solver.boolean_value(var))
            used = self.columns.count(ways)
            cost = self.columns.cost(ways)
            if used not in self.plans or cost < self.plans[used][0]:
                self.plans[used] = (cost, ways)
            best = self.plan(posts)
        if status in (cp_model.OPTIMAL, cp_model.INFEASIBLE) and best is not None:
            self._learn(posts, best[1][0], best)
        elif status in (cp_model.FEASIBLE, cp_model.UNKNOWN):
            low = int(np.floor(solver.best_objective_bound))
            self._learn(posts, low if limit is None else min(low, limit // self.master.scale + 1), best)

