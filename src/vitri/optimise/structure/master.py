"""The next prices to try: where the model built from the relaxations solved so far is highest.

A solved relaxation stays feasible at other prices, so its cost curve, known exactly at every price of the
grid and separable by cell, lies above the bound everywhere. The lowest of these curves less what the limits
are worth is a linear program over the prices. It only chooses prices: whatever it answers proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from vitri.optimise.engine import IntArray
from vitri.optimise.laminar import Laminar, hand_out
from vitri.optimise.quota_tree import NO_CEILING
from vitri.optimise.structure.price import Cells, FloatArray, PriceTable

COARSE = 12
NEAR = (0, 1, 3, 8, 20)


@dataclass(frozen=True)
class Curves:
    """One relaxation of one scope: value and slope (cell, price) at every price of the grid."""

    scope: int
    value: FloatArray
    slope: FloatArray


class Prices:
    """Prices on the grid: one place per cell, the same for all cells of a node; zero where no ceiling is."""

    def __init__(self, limits: Laminar, cells: Cells, grid: IntArray) -> None:
        self.limits = limits
        self.cells = cells
        self.grid = grid
        self.nodes, self.node_at = np.unique(cells.node, return_inverse=True)
        self.chains = [limits.chain(int(n)) for n in self.nodes]
        self.capped = np.array(
            [any(limits.ceiling[n] < NO_CEILING for n in chain) for chain in self.chains], dtype=bool
        )
        self.worth: dict[tuple[int, ...], int] = {}

    def places(self, price: IntArray) -> IntArray:
        """Return the grid places nearest to prices given by node of the limits."""
        return self.nearest(price[self.nodes])

    def nearest(self, wanted: IntArray) -> IntArray:
        """Return the grid places nearest to prices given by node that has cells."""
        at = np.clip(np.searchsorted(self.grid, wanted), 0, len(self.grid) - 1)
        lower = np.maximum(0, at - 1)
        at = np.where(np.abs(self.grid[lower] - wanted) < np.abs(self.grid[at] - wanted), lower, at)
        return np.asarray(np.where(self.capped, at, 0), dtype=np.int64)

    def of_cells(self, places: IntArray) -> IntArray:
        """Return the places by cell."""
        return np.asarray(places[self.node_at], dtype=np.int64)

    def limits_worth(self, places: IntArray) -> int | None:
        """Return the most that posts can be worth at these prices under the limits; None if they clash."""
        key = tuple(places.tolist())
        if key not in self.worth:
            price = self.grid[places]
            count = np.full(len(price), NO_CEILING, dtype=np.int64)
            paid = price > 0
            share = hand_out(self.limits, self.nodes[paid], price[paid], count[paid])
            if share is None:
                return None
            self.worth[key] = int((share.taken * price[paid]).sum())
        return self.worth[key]

    def next_places(
        self, table: PriceTable, curves: list[Curves], at: IntArray, worst: int
    ) -> tuple[IntArray, float]:
        """Return the places where the model is highest, and its height there."""
        if len(self.nodes) == 1:
            return self._scan(curves)
        return self._solve(curves, at, float(max(1, worst)) / 1e4)

    def _scan(self, curves: list[Curves]) -> tuple[IntArray, float]:
        """Look at every price of the grid: there is only one price."""
        height = np.zeros(len(self.grid))
        for scope in sorted({curve.scope for curve in curves}):
            height += np.min([c.value.sum(axis=0) for c in curves if c.scope == scope], axis=0)
        if not self.capped[0]:
            return np.zeros(1, dtype=np.int64), float(height[0])
        # one node with a ceiling is the root of all limits there are
        paid = self.grid.astype(np.float64) * float(min(self.limits.ceiling[self.chains[0]]))
        place = int(np.argmax(height - paid))
        return np.array([place]), float((height - paid)[place])

    def _solve(self, curves: list[Curves], at: IntArray, scale: float) -> tuple[IntArray, float]:
        solver = pywraplp.Solver.CreateSolver("GLOP")
        infinity = solver.infinity()
        unit = float(max(1, self.grid[-1]))
        objective = solver.Objective()
        objective.SetMaximization()
        up: dict[int, pywraplp.Variable] = {}
        down: dict[int, pywraplp.Variable] = {}
        for node in range(len(self.limits.parent)):
            if self.limits.ceiling[node] < NO_CEILING:
                up[node] = solver.NumVar(0, 1, "")
                objective.SetCoefficient(up[node], -float(self.limits.ceiling[node]) * unit / scale)
            if self.limits.floor[node] > 0:
                down[node] = solver.NumVar(0, 1, "")
                objective.SetCoefficient(down[node], float(self.limits.floor[node]) * unit / scale)
        price = []
        for chain, capped in zip(self.chains, self.capped, strict=True):
            variable = solver.NumVar(0, 1 if capped else 0, "")
            row = solver.Constraint(0, 0)
            row.SetCoefficient(variable, -1)
            for node in chain:
                if node in up:
                    row.SetCoefficient(up[node], 1)
                if node in down:
                    row.SetCoefficient(down[node], -1)
            price.append(variable)
        total: dict[int, pywraplp.Variable] = {}
        last = len(self.grid) - 1
        coarse = np.linspace(0, last, COARSE).astype(np.int64).tolist()
        for curve in curves:
            if curve.scope not in total:
                total[curve.scope] = solver.NumVar(-infinity, infinity, "")
                objective.SetCoefficient(total[curve.scope], 1)
            bound = solver.Constraint(-infinity, 0)
            bound.SetCoefficient(total[curve.scope], 1)
            for cell in np.flatnonzero(self.cells.scope == curve.scope).tolist():
                node = int(self.node_at[cell])
                height = solver.NumVar(-infinity, infinity, "")
                bound.SetCoefficient(height, -1)
                here = int(at[node])
                near = [here + sign * step for step in NEAR for sign in (-1, 1)]
                for place in sorted({min(last, max(0, p)) for p in (*coarse, *near)}):
                    slope = float(curve.slope[cell, place])
                    level = float(curve.value[cell, place]) - slope * float(self.grid[place])
                    row = solver.Constraint(-infinity, level / scale)
                    row.SetCoefficient(height, 1)
                    row.SetCoefficient(price[node], -slope * unit / scale)
        if solver.Solve() not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
            return at, float("inf")
        wanted = np.zeros(len(self.limits.parent), dtype=np.int64)
        wanted[self.nodes] = np.rint([v.solution_value() * unit for v in price]).astype(np.int64)
        return self.places(wanted), objective.Value() * scale
