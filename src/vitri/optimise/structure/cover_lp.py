"""The linear relaxation of the set partition of one scope, with cuts, and a bound exact in whole numbers.

The solver's prices of the groups (duals) are rounded to a fixed binary scale; what they prove is then summed
in whole numbers: any prices prove a bound, good ones prove a good one. No floating error can enter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.cuts import SubsetRows

ALL_COLUMNS = 3_000
NEW_COLUMNS = 400
PRICING_ROUNDS = 60
LAST_MILLISECONDS = 1_500
# a group left out costs that many times the worst plan: a share of 1/64 left out already proves too much
LEFT_OUT = 64
FEWEST_SHIFT = 20


@dataclass(frozen=True)
class Duals:
    """Whole prices, scaled: of every group, of every cut (never positive), and of a position."""

    group: IntArray
    cut: IntArray
    position: int


@dataclass(frozen=True)
class Relaxed:
    """A solved relaxation, in scaled whole numbers (cost · 2^shift).

    Every partition allowed costs at least ``base + Σ reduced`` over its columns, and `reduced` is never
    negative. `value` are the (fractional) columns chosen, `positions` their sum, `duals` what proves it.
    """

    base: int
    reduced: IntArray
    value: npt.NDArray[np.float64]
    duals: Duals

    @property
    def positions(self) -> float:
        """Return the (fractional) number of positions."""
        return float(self.value.sum())

    @property
    def whole(self) -> bool:
        """Whether no column is fractional."""
        return bool((np.abs(self.value - np.rint(self.value)) < 1e-6).all())


class CoverLp:
    """One scope's relaxation, kept between solves; columns enter when their price asks for them."""

    def __init__(self, membership: npt.NDArray[np.bool_], shift: int, worst: int, watch: Watch) -> None:
        self.watch = watch
        self.held = membership.astype(np.int64)
        self.columns, self.rows = membership.shape
        self.shift = shift
        self.most_penalty = float(worst) * LEFT_OUT
        self.penalty = 0.0
        self.useless = 0
        self.cuts = SubsetRows(self.held)
        self.subsets: list[tuple[int, ...]] = []
        self._buffer = np.zeros((16, self.columns), dtype=np.int64)
        self.rhs = np.zeros(0, dtype=np.int64)
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        self.cover = [self.solver.Constraint(1, 1) for _ in range(self.rows)]
        self.number = self.solver.Constraint(0, self.rows)
        self.cut_rows: list[pywraplp.Constraint] = []
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.scale = 1.0
        self.out = [self.solver.NumVar(0, self.solver.infinity(), "") for _ in self.cover]
        for row, variable in zip(self.cover, self.out, strict=True):
            row.SetCoefficient(variable, 1)
        # columns entered so far may be too few for the positions asked for
        self.spare = self.solver.NumVar(0, self.solver.infinity(), "")
        self.number.SetCoefficient(self.spare, 1)
        self.duals: tuple[list[float], list[float], float] = ([0.0] * self.rows, [], 0.0)
        self.variables: dict[int, pywraplp.Variable] = {}
        self.barred = np.zeros(self.columns, dtype=bool)
        self.entered = np.zeros(self.columns, dtype=bool)

    @property
    def coefficients(self) -> IntArray:
        """Return the coefficients (cut, column)."""
        return self._buffer[: len(self.rhs)]

    def add_cuts(self, subsets: list[tuple[int, ...]]) -> None:
        """Add subset rows."""
        for subset in subsets:
            line = self.cuts.coefficients(subset)
            if len(self.rhs) == len(self._buffer):
                self._buffer = np.concatenate([self._buffer, np.zeros_like(self._buffer)])
            self._buffer[len(self.rhs)] = line
            self.rhs = np.r_[self.rhs, (len(subset) - 1) // 2]
            row = self.solver.Constraint(-self.solver.infinity(), int(self.rhs[-1]))
            for column, variable in self.variables.items():
                if line[column]:
                    row.SetCoefficient(variable, int(line[column]))
            self.cut_rows.append(row)
            self.subsets.append(subset)

    def extend(self, membership: npt.NDArray[np.bool_]) -> None:
        """Append columns; those entered so far stay where they are."""
        self.held = np.concatenate([self.held, membership.astype(np.int64)])
        self.columns = len(self.held)
        self.cuts.held = self.held
        wider = np.zeros((len(self._buffer), self.columns), dtype=np.int64)
        wider[:, : self._buffer.shape[1]] = self._buffer
        self._buffer = wider
        for line, subset in enumerate(self.subsets):
            self._buffer[line] = self.cuts.coefficients(subset)
        more = np.zeros(len(membership), dtype=bool)
        self.barred = np.concatenate([self.barred, more])
        self.entered = np.concatenate([self.entered, more])

    def _enter(self, columns: IntArray) -> None:
        self.entered[columns] = True
        for column in columns.tolist():
            upper = 0.0 if self.barred[column] else self.solver.infinity()
            variable = self.solver.NumVar(0, upper, "")
            for row in np.flatnonzero(self.held[column]).tolist():
                self.cover[row].SetCoefficient(variable, 1)
            self.number.SetCoefficient(variable, 1)
            for cut in np.flatnonzero(self.coefficients[:, column]).tolist():
                self.cut_rows[cut].SetCoefficient(variable, int(self.coefficients[cut, column]))
            self.variables[column] = variable

    def solve(
        self, cost: IntArray, barred: npt.NDArray[np.bool_], low: int, high: int, useless: int
    ) -> Relaxed:
        """Solve at these costs without the barred columns, with `low` to `high` positions.

        A bound above `useless` (scaled) need not be raised any further.
        """
        self.useless = useless
        for column in np.flatnonzero(barred != self.barred).tolist():
            if column in self.variables:
                self.variables[column].SetUb(0.0 if barred[column] else self.solver.infinity())
        self.barred = barred.copy()
        self.number.SetBounds(low, high)
        if not self.variables:
            self._enter(self._first_columns(cost))
            self.scale = max(1.0, float(np.median(cost)) / 100.0)
        self._penalise(max(1.0, 2.0 * float(cost.max(initial=0))))
        priced = cost / self.scale
        for column, variable in self.variables.items():
            self.objective.SetCoefficient(variable, float(priced[column]))
        best: Relaxed | None = None
        for _ in range(PRICING_ROUNDS):
            solved = self._run()
            found, missing = self._read(cost, barred, low, high, solved=solved)
            if best is None or found.base >= best.base or not len(missing):
                best = found
            if self.watch.over():
                break
            if not len(missing):
                short = solved and sum(v.solution_value() for v in (*self.out, self.spare)) > 1e-7
                if not short or self.penalty >= self.most_penalty or found.base > self.useless:
                    break
                self._penalise(self.penalty * 32)
                continue
            self._enter(missing)
            for column in missing.tolist():
                self.objective.SetCoefficient(self.variables[column], float(priced[column]))
        assert best is not None
        return best

    def fewest(self) -> int:
        """Return a proven lower bound on the number of positions of any partition."""
        alone = CoverLp(self.held > 0, FEWEST_SHIFT, self.rows, self.watch)
        ones = np.ones(self.columns, dtype=np.int64)
        none = np.zeros(self.columns, dtype=bool)
        found = alone.solve(ones, none, 0, self.rows, self.rows << FEWEST_SHIFT)
        return int(max(1, min(self.rows, -(-found.base >> FEWEST_SHIFT))))

    def _penalise(self, penalty: float) -> None:
        self.penalty = penalty
        for variable in (*self.out, self.spare):
            self.objective.SetCoefficient(variable, penalty / self.scale)

    def _run(self) -> bool:
        """Solve, from scratch if need be; the duals before stay in force where both fail."""
        if self.watch.left() < float("inf"):
            self.solver.SetTimeLimit(int(1000 * self.watch.left()) + LAST_MILLISECONDS)
        solved = bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)
        if not solved and not self.watch.over():
            afresh = pywraplp.MPSolverParameters()
            afresh.SetIntegerParam(afresh.INCREMENTALITY, afresh.INCREMENTALITY_OFF)
            status = self.solver.Solve(afresh)
            solved = bool(status == pywraplp.Solver.OPTIMAL)
        if solved:
            self.duals = (
                [row.dual_value() for row in self.cover],
                [row.dual_value() for row in self.cut_rows],
                self.number.dual_value(),
            )
        return solved

    def _first_columns(self, cost: IntArray) -> IntArray:
        if self.columns <= ALL_COLUMNS:
            return np.arange(self.columns)
        # the cheapest for their size, so many that every group has some
        each = cost / self.held.sum(axis=1)
        order = np.argsort(each, kind="stable")
        chosen = [order[:NEW_COLUMNS], np.flatnonzero(self.held.sum(axis=1) == 1)]
        chosen += [order[self.held[order, row] > 0][:30] for row in range(self.rows)]
        return np.unique(np.concatenate(chosen))

    def _read(
        self, cost: IntArray, barred: npt.NDArray[np.bool_], low: int, high: int, *, solved: bool
    ) -> tuple[Relaxed, IntArray]:
        """Round the prices and prove what they prove; return it with the columns still to enter."""
        unit = self.scale * (1 << self.shift)
        limit = float(1 << 60) / max(1, self.rows + len(self.cut_rows))

        rows, cuts, number = self.duals
        largest = max((abs(price) for price in (*rows, *cuts, number)), default=0.0) * unit
        # any multiple of duals up to one is as valid, costs being positive: shrink what would overflow
        unit *= min(1.0, limit / max(1.0, largest))

        def whole(values: list[float]) -> IntArray:
            return np.asarray(np.rint(np.array(values, dtype=np.float64) * unit), dtype=np.int64)

        row_price = whole(rows)
        cut_price = np.minimum(whole(cuts), 0)
        number_price = int(whole([number])[0])
        reduced = (cost << self.shift) - self.held @ row_price - number_price
        if len(cut_price):
            reduced = reduced - cut_price @ self.coefficients[: len(cut_price)]
        allowed = ~barred
        base = int(row_price.sum()) + int((cut_price * self.rhs[: len(cut_price)]).sum())
        base += number_price * (low if number_price > 0 else high)
        least = int(reduced[allowed].min(initial=0))
        base += high * min(0, least)
        reduced = np.maximum(reduced, 0) if least >= 0 else reduced
        value = np.zeros(self.columns)
        if solved:
            for column, variable in self.variables.items():
                value[column] = variable.solution_value()
        missing = np.zeros(0, dtype=np.int64)
        if solved and len(self.variables) < self.columns and least < 0:
            slack = max(1, abs(base) >> 34)
            candidates = np.flatnonzero(allowed & (reduced < -slack) & ~self.entered)
            missing = candidates[np.argsort(reduced[candidates], kind="stable")][:NEW_COLUMNS]
        found = np.where(value > 1e-9, value, 0.0)
        duals = Duals(row_price, cut_price, number_price)
        return Relaxed(base, np.maximum(reduced, 0), found, duals), missing
