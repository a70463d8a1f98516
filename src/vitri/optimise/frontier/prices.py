"""Prices of duties and of a post: a linear program over listed columns, and its proof in whole numbers.

The linear program is solved in floating point by column generation. What it says is not believed: its prices
are rounded to whole multiples of 1/scale and every reduced cost is computed anew in integers; where one is
negative the price of its lowest duty gives way. The bound that follows is exact whatever the solver did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp

from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.columns import Columns, DutySums, WholeArray, whole

FloatArray = npt.NDArray[np.float64]
SCALE_BITS = 20
NEW_COLUMNS = 3
ROUNDS = 200


@dataclass(frozen=True)
class Cut:
    """A subset-row cut: of an odd set of duties, columns that hold two of them or more are few.

    The sum over columns of ⌊|S ∩ T| / 2⌋ is at most ⌊|T| / 2⌋ (Jepsen, Petersen, Spoorendonk and Pisinger,
    2008); it holds for any number of posts.
    """

    duties: int

    def weight(self, masks: IntArray) -> IntArray:
        """Return ⌊|S ∩ T| / 2⌋ of every mask."""
        return np.asarray(np.bitwise_count(masks & self.duties), dtype=np.int64) // 2

    @property
    def limit(self) -> int:
        """Return ⌊|T| / 2⌋."""
        return self.duties.bit_count() // 2


@dataclass(frozen=True)
class Prices:
    """A certificate: whole prices in units of 1/scale that bound the cost of every plan from below.

    `duty` are the prices of the duties, `post` ≥ 0 that of a post, `cut` ≥ 0 those of the cuts. A plan with
    at most n posts costs at least `bound(n)`, because no reduced cost is negative.
    """

    scale: int
    duty: WholeArray
    post: int
    cuts: tuple[Cut, ...] = ()
    cut: tuple[int, ...] = ()

    def scaled_bound(self, posts: int) -> int:
        """Return the bound for at most `posts` posts, in units of 1/scale."""
        spent = sum(price * cut.limit for price, cut in zip(self.cut, self.cuts, strict=True))
        return int(self.duty.sum()) - self.post * posts - spent

    def bound(self, posts: int) -> int:
        """Return the bound for at most `posts` posts, rounded up: costs are whole."""
        return -(-self.scaled_bound(posts) // self.scale)

    def reduced(self, columns: Columns) -> WholeArray:
        """Return the reduced cost of every column in units of 1/scale, exactly."""
        room = columns.duties + 4 + len(self.cuts)
        costs = whole(columns.costs, self.scale * room) * self.scale
        duty = whole(np.asarray(self.duty), room)
        result = costs - DutySums(columns.masks, columns.duties).of(duty) + columns.posts * self.post
        for cut, price in zip(self.cuts, self.cut, strict=True):
            result = result + cut.weight(columns.masks) * price
        return np.asarray(result)

    def verify(self, columns: Columns) -> bool:
        """Whether the certificate holds for these columns: computed anew, in whole numbers."""
        return (
            self.scale > 0
            and self.post >= 0
            and all(price >= 0 for price in self.cut)
            and all(cut.duties.bit_count() % 2 == 1 for cut in self.cuts)
            and bool((self.reduced(columns) >= 0).all())
        )


class Master:
    """The linear program over a growing part of the columns, with a budget of posts and subset-row cuts."""

    def __init__(self, columns: Columns, *, budget: bool = True) -> None:
        """Start with the columns of single duties and one dear stand-in for every duty."""
        self.columns = columns
        self.held = columns.membership()
        self.sums = DutySums(columns.masks, columns.duties)
        largest = int(max(1, columns.costs.max(initial=1)))
        self.unit = max(1.0, largest / 1e4)
        self.float_costs = columns.costs.astype(np.float64) / self.unit
        self.scale = 1 << max(0, min(SCALE_BITS, 62 - (largest * (columns.duties + 8) * 4).bit_length()))
        self.budget = budget
        self.cuts: list[Cut] = []
        self.weights: list[IntArray] = []
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        # a warm start after preprocessing ends in an unclear state now and then
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        infinity = self.solver.infinity()
        self.rows = [self.solver.Constraint(1.0, 1.0) for _ in range(columns.duties)]
        self.posts_row = self.solver.Constraint(-infinity, infinity)
        self.cut_rows: list[pywraplp.Constraint] = []
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.inside = np.zeros(len(columns), dtype=bool)
        self.variables: list[tuple[int, pywraplp.Variable]] = []
        self.stand_ins = []
        for row in self.rows:
            variable = self.solver.NumVar(0.0, infinity, "")
            row.SetCoefficient(variable, 1.0)
            self.objective.SetCoefficient(variable, 4e4 * columns.duties)
            self.stand_ins.append(variable)
        self._enter(np.flatnonzero(self.held.sum(axis=1) == 1))
        self.duals = np.zeros(columns.duties)
        self.post_price = 0.0
        self.cut_prices = np.zeros(0)

    def _enter(self, chosen: IntArray) -> None:
        infinity = self.solver.infinity()
        for index in chosen.tolist():
            variable = self.solver.NumVar(0.0, infinity, "")
            for duty in np.flatnonzero(self.held[index]).tolist():
                self.rows[duty].SetCoefficient(variable, 1.0)
            if self.columns.posts[index]:
                self.posts_row.SetCoefficient(variable, float(self.columns.posts[index]))
            for row, weight in zip(self.cut_rows, self.weights, strict=True):
                if weight[index]:
                    row.SetCoefficient(variable, float(weight[index]))
            self.objective.SetCoefficient(variable, float(self.float_costs[index]))
            self.variables.append((index, variable))
        self.inside[chosen] = True

    def add(self, cuts: Sequence[Cut]) -> None:
        """Add cuts for good: they hold for every number of posts."""
        infinity = self.solver.infinity()
        for cut in cuts:
            weight = cut.weight(self.columns.masks)
            row = self.solver.Constraint(-infinity, float(cut.limit))
            for index, variable in self.variables:
                if weight[index]:
                    row.SetCoefficient(variable, float(weight[index]))
            self.cuts.append(cut)
            self.weights.append(weight)
            self.cut_rows.append(row)

    def solve(self, posts: float, seconds: float = float("inf")) -> bool:
        """Solve for at most `posts` posts; False where the solver gave no answer in time."""
        if self.budget:
            self.posts_row.SetUb(posts)
        if seconds < float("inf"):
            self.solver.SetTimeLimit(max(1, int(seconds * 1000)))
        for _ in range(ROUNDS):
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return False
            self.duals = np.array([row.dual_value() for row in self.rows])
            self.post_price = max(0.0, -self.posts_row.dual_value()) if self.budget else 0.0
            self.cut_prices = np.maximum(0.0, -np.array([row.dual_value() for row in self.cut_rows]))
            reduced = self._float_reduced()
            chosen = self._most_violated(reduced)
            if not len(chosen):
                return True
            self._enter(chosen)
        return False

    def _float_reduced(self) -> FloatArray:
        reduced = self.float_costs - self.sums.of(self.duals) + self.post_price * self.columns.posts
        for price, weight in zip(self.cut_prices, self.weights, strict=True):
            if price > 0:
                reduced = reduced + price * weight
        return np.asarray(reduced)

    def _most_violated(self, reduced: FloatArray) -> IntArray:
        """Return for every duty the few columns whose reduced cost is most negative."""
        wrong = np.flatnonzero((reduced < -1e-6) & ~self.inside)
        if len(wrong) <= NEW_COLUMNS * self.columns.duties:
            return wrong
        ranked = wrong[np.argsort(reduced[wrong], kind="stable")]
        held = self.held[ranked]
        order = np.cumsum(held, axis=0)
        return np.sort(ranked[((order <= NEW_COLUMNS) & held).any(axis=1)])

    def fractions(self) -> tuple[IntArray, FloatArray]:
        """Return the columns used by the last solution and how much of each."""
        pairs = [(index, variable.solution_value()) for index, variable in self.variables]
        used = [(index, value) for index, value in pairs if value > 1e-6]
        return (
            np.array([index for index, _ in used], dtype=np.int64),
            np.array([value for _, value in used], dtype=np.float64),
        )

    def prices(self) -> tuple[Prices, WholeArray]:
        """Round the last prices to a certificate; return it with all reduced costs in units of 1/scale."""
        factor = self.unit * self.scale
        active = [i for i, price in enumerate(self.cut_prices) if price > 0]
        rounded = [round(float(value) * factor) for value in self.duals]
        duty: WholeArray = whole(np.array(rounded, dtype=object), self.columns.duties + 8)
        if max((abs(value) for value in rounded), default=0) < 1 << 55:
            duty = np.array(rounded, dtype=np.int64)
        prices = Prices(
            self.scale,
            duty,
            round(self.post_price * factor),
            tuple(self.cuts[i] for i in active),
            tuple(round(float(self.cut_prices[i]) * factor) for i in active),
        )
        reduced = prices.reduced(self.columns)
        if len(reduced) and reduced.min() < 0:
            prices, reduced = self._repaired(prices, reduced)
        return prices, reduced

    def _repaired(self, prices: Prices, reduced: WholeArray) -> tuple[Prices, WholeArray]:
        """Lower the price of the lowest duty of every column whose reduced cost is negative."""
        lowest = self.columns.lowest()
        give = np.zeros(self.columns.duties, dtype=reduced.dtype)
        np.maximum.at(give, lowest, np.maximum(0, -reduced))
        fixed = Prices(prices.scale, prices.duty - give, prices.post, prices.cuts, prices.cut)
        return fixed, fixed.reduced(self.columns)
