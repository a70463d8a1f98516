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
from vitri.optimise.structure.price import Cells, FloatArray

TANGENT_ROUNDS = 8


@dataclass(frozen=True)
class Curves:
    """One relaxation of one scope: value and slope (cell of the scope, price) at every price of the grid."""

    scope: int
    cells: IntArray
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
            pairs = zip(share.taken.tolist(), price[paid].tolist(), strict=True)
            self.worth[key] = sum(posts * each for posts, each in pairs)
        return self.worth[key]

    def scan(self, curves: list[Curves]) -> tuple[IntArray, float]:
        """Look at every price of the grid where there is only one price; return the best and its height."""
        height = np.zeros(len(self.grid))
        for scope in sorted({curve.scope for curve in curves}):
            height += np.min([c.value.sum(axis=0) for c in curves if c.scope == scope], axis=0)
        if not self.capped[0]:
            return np.zeros(1, dtype=np.int64), float(height[0])
        # what lies above the one node that has cells holds nothing else
        paid = self.grid.astype(np.float64) * float(min(self.limits.ceiling[self.chains[0]]))
        place = int(np.argmax(height - paid))
        return np.array([place]), float((height - paid)[place])


class PriceModel:
    """The linear program over prices, kept while models come and go; tangents enter where they are broken."""

    def __init__(self, prices: Prices, worst: int) -> None:
        self.prices = prices
        self.scale = float(max(1, worst)) / 1e4
        self.unit = float(max(1, prices.grid[-1]))
        self.curves: list[Curves] = []
        self.rows: list[pywraplp.Constraint] = []
        self.heights: list[list[pywraplp.Variable]] = []
        self.known: list[set[tuple[int, int]]] = []
        self.total: dict[int, pywraplp.Variable] = {}
        if len(prices.nodes) > 1:
            self._begin()

    def _begin(self) -> None:
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        limits = self.prices.limits
        self.objective = self.solver.Objective()
        self.objective.SetMaximization()
        up: dict[int, pywraplp.Variable] = {}
        down: dict[int, pywraplp.Variable] = {}
        for node in range(len(limits.parent)):
            if limits.ceiling[node] < NO_CEILING:
                up[node] = self.solver.NumVar(0, 1, "")
                self.objective.SetCoefficient(up[node], -float(limits.ceiling[node]) * self.unit / self.scale)
            if limits.floor[node] > 0:
                down[node] = self.solver.NumVar(0, 1, "")
                self.objective.SetCoefficient(down[node], float(limits.floor[node]) * self.unit / self.scale)
        self.price = []
        for chain, capped in zip(self.prices.chains, self.prices.capped, strict=True):
            variable = self.solver.NumVar(0, 1 if capped else 0, "")
            row = self.solver.Constraint(0, 0)
            row.SetCoefficient(variable, -1)
            for node in chain:
                if node in up:
                    row.SetCoefficient(up[node], 1)
                if node in down:
                    row.SetCoefficient(down[node], -1)
            self.price.append(variable)

    def add(self, curves: list[Curves], at: IntArray) -> None:
        """Add the curves of a relaxation solved at some places."""
        for curve in curves:
            self.curves.append(curve)
            if len(self.prices.nodes) == 1:
                continue
            infinity = self.solver.infinity()
            if curve.scope not in self.total:
                self.total[curve.scope] = self.solver.NumVar(-infinity, infinity, "")
                self.objective.SetCoefficient(self.total[curve.scope], 1)
            row = self.solver.Constraint(-infinity, 0)
            row.SetCoefficient(self.total[curve.scope], 1)
            heights: list[pywraplp.Variable] = []
            self.rows.append(row)
            self.heights.append(heights)
            self.known.append(set())
            last = len(self.prices.grid) - 1
            for line, cell in enumerate(curve.cells.tolist()):
                heights.append(self.solver.NumVar(-infinity, infinity, ""))
                row.SetCoefficient(heights[line], -1)
                here = int(at[self.prices.node_at[cell]])
                for place in sorted({0, here, last // 2, last}):
                    self._tangent(len(self.curves) - 1, line, place)

    def keep(self, kept: list[bool]) -> None:
        """Drop the curves that are not kept."""
        if len(self.prices.nodes) > 1:
            for row, stays in zip(self.rows, kept, strict=True):
                if not stays:
                    row.SetBounds(-self.solver.infinity(), self.solver.infinity())
            self.rows, self.heights, self.known = (
                [item for item, stays in zip(listed, kept, strict=True) if stays]
                for listed in (self.rows, self.heights, self.known)
            )
        self.curves = [curve for curve, stays in zip(self.curves, kept, strict=True) if stays]

    def _tangent(self, index: int, line: int, place: int) -> bool:
        """Enter the tangent of a curve's line at a place; whether it is new."""
        if (line, place) in self.known[index]:
            return False
        self.known[index].add((line, place))
        curve = self.curves[index]
        slope = float(curve.slope[line, place])
        level = float(curve.value[line, place]) - slope * float(self.prices.grid[place])
        row = self.solver.Constraint(-self.solver.infinity(), level / self.scale)
        row.SetCoefficient(self.heights[index][line], 1)
        node = int(self.prices.node_at[curve.cells[line]])
        row.SetCoefficient(self.price[node], -slope * self.unit / self.scale)
        return True

    def next_places(self, at: IntArray, radius: float) -> tuple[IntArray, float]:
        """Return the places where the model is highest near `at`, and its height there.

        Every price may move by `radius` of itself, or of the mean if that is more: far from where they were
        made, models promise what no price keeps.
        """
        prices = self.prices
        if len(prices.nodes) == 1:
            return prices.scan(self.curves)
        centre = prices.grid[at] / self.unit
        reach = radius * np.maximum(centre, max(1e-4, float(centre.mean())))
        for variable, middle, step, capped in zip(
            self.price, centre.tolist(), reach.tolist(), prices.capped, strict=True
        ):
            if capped:
                variable.SetBounds(max(0.0, middle - step), min(1.0, middle + step))
        height = float("inf")
        for _ in range(TANGENT_ROUNDS):
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return at, float("inf")
            height = self.objective.Value() * self.scale
            wanted = np.array([v.solution_value() * self.unit for v in self.price])
            above = np.clip(np.searchsorted(prices.grid, wanted), 0, len(prices.grid) - 1)
            below = np.maximum(0, above - 1)
            tolerance = 1e-6 * abs(height) / max(1, len(prices.cells.scope))
            # all values are read before a row is added: adding one forgets them
            heard = [np.array([v.solution_value() for v in heights]) * self.scale for heights in self.heights]
            broken = 0
            for index, (curve, said) in enumerate(zip(self.curves, heard, strict=True)):
                node = prices.node_at[curve.cells]
                lines = np.arange(len(node))
                for place in (below[node], above[node]):
                    height_at = curve.value[lines, place] + curve.slope[lines, place] * (
                        wanted[node] - prices.grid[place]
                    )
                    for line in np.flatnonzero(said > height_at + tolerance).tolist():
                        broken += self._tangent(index, line, int(place[line]))
            if not broken:
                break
        return prices.nearest(np.rint(wanted).astype(np.int64)), height
