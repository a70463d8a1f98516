"""A linear model in whole numbers, as data: what the month builds and two engines solve."""

from __future__ import annotations

from dataclasses import dataclass, field

INFINITE = 1 << 40


@dataclass
class Linear:
    """Variables with bounds, rows `low ≤ Σ coefficient × variable ≤ high`; every number is whole."""

    lows: list[int] = field(default_factory=list)
    highs: list[int] = field(default_factory=list)
    rows: list[tuple[list[int], list[int], int, int]] = field(default_factory=list)

    def variable(self, low: int = 0, high: int = 1) -> int:
        """Add a variable and return its number."""
        self.lows.append(low)
        self.highs.append(high)
        return len(self.lows) - 1

    def row(self, terms: list[tuple[int, int]], *, low: int = -INFINITE, high: int = INFINITE) -> None:
        """Add a row of (variable, coefficient) terms."""
        self.rows.append(([term[0] for term in terms], [term[1] for term in terms], low, high))

    def value(self, terms: list[tuple[int, int]], values: list[int]) -> int:
        """Return the value of a sum."""
        return sum(values[variable] * factor for variable, factor in terms)

    def holds(self, values: list[int]) -> bool:
        """Whether values keep every bound and row."""
        return all(
            low <= value <= high for low, value, high in zip(self.lows, values, self.highs, strict=True)
        ) and all(
            low <= sum(values[v] * c for v, c in zip(variables, factors, strict=True)) <= high
            for variables, factors, low, high in self.rows
        )
