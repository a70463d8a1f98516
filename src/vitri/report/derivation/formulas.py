"""The formulas of the derivation and their twins in whole numbers: what is written and what is shown agree.

A spreadsheet computes in binary floats. Products of decimals are therefore rounded twice, first to six
decimals and then to a whole minute: as long as a product has at most six decimals and stays below 10^8, its
float is nearer than half a millionth to the true value, so the first rounding restores it and halves go up.
Ratios of whole numbers need no such care: a quotient that is exactly a half is exact in binary too, and any
other lies further from a half than a float errs while the products stay below `SAFE`. Both limits are checked
for every cell when it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from vitri.report.table import letters

#: Above this product a quotient might be misjudged near a half (see the module's text).
SAFE = 10**14
CLASSES = ("I", "II", "III")


@dataclass(frozen=True)
class Formula:
    """A formula with its true value, which viewers show without computing."""

    text: str
    value: float | str


def at(row: int, column: int, fixed: str = "") -> str:
    """Return the address of a cell; `fixed` names what a copy keeps: ``row``, ``column`` or ``both``."""
    left = "$" if fixed in ("column", "both") else ""
    top = "$" if fixed in ("row", "both") else ""
    return f"{left}{letters(column)}{top}{row + 1}"


def span(first: int, last: int, column: int, fixed: str = "row") -> str:
    """Return the address of a run of cells in one column."""
    return f"{at(first, column, fixed)}:{at(last, column, fixed)}"


def on_sheet(sheet: str, row: int, column: int) -> str:
    """Return the absolute address of a cell on another sheet."""
    return f"'{sheet}'!{at(row, column, 'both')}"


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return int((2 * value + 1) // 2)


def rounded(expression: str) -> str:
    """Return the formula part that rounds a product of decimals to a whole number."""
    return f"ROUND(ROUND({expression},6),0)"


def rounded_float(value: float) -> int:
    """Do what `rounded` asks a spreadsheet to do, on a float."""
    return half_up(Fraction(str(round(value, 6))))


def product_float(factors: Iterable[tuple[int, int]]) -> float:
    """Multiply decimals given as (whole number, scale) in floats, from left to right."""
    result = 1.0
    for value, scale in factors:
        result *= value / scale
    return result


def product_exact(factors: Iterable[tuple[int, int]]) -> Fraction:
    """Multiply decimals given as (whole number, scale) exactly."""
    result = Fraction(1)
    for value, scale in factors:
        result *= Fraction(value, scale)
    return result


def difference(whole: str, upto: str, before: str, weight: str) -> str:
    """Return the formula of one part of a whole by cumulative rounding."""
    return f"ROUND({whole}*{upto}/{weight},0)-ROUND({whole}*{before}/{weight},0)"


def part(whole: int, upto: int, before: int, weight: int) -> int:
    """Return one part of a whole by cumulative rounding, exactly."""
    return half_up(Fraction(whole * upto, weight)) - half_up(Fraction(whole * before, weight))


def fte(minutes: str, fund: str) -> str:
    """Return the formula of full-time equivalents, rounded to four decimals."""
    return f"ROUND({minutes}*10000/{fund},0)/10000"


def fte_value(minutes: int, fund: int) -> float:
    """Return full-time equivalents, rounded to four decimals."""
    return half_up(Fraction(minutes * 10_000, fund)) / 10_000


@dataclass(frozen=True)
class Rounding:
    """The rounding rule of a policy as a formula and as a function; `cutoff` is (largest FTE, posts), rising.

    `table` is the range of the cut-off table on its sheet: (limits, posts), where there is one.
    """

    rule: str
    cutoff: tuple[tuple[Fraction, int], ...] = ()
    table: tuple[str, str] = ("", "")

    @property
    def scale(self) -> int:
        """The power of ten that makes every limit of the cut-off table a whole number."""
        scale = 1
        while any((limit * scale).denominator != 1 for limit, _ in self.cutoff):
            scale *= 10
        return scale

    def formula(self, minutes: str, fund: str) -> str:
        """Return the formula of whole posts."""
        ratio = f"{minutes}/{fund}"
        if self.rule == "down":
            return f"ROUNDDOWN({ratio},0)"
        if self.rule == "half_up":
            return f"ROUND({ratio},0)"
        if self.rule == "wisn":
            whole = f"INT({ratio})"
            return f"{whole}+IF(10*({minutes}-{whole}*{fund})>MIN({whole},5)*{fund},1,0)"
        if self.rule == "cutoff" and self.cutoff:
            limits, posts = self.table
            below = f"SUMPRODUCT(--({minutes}*{self.scale}>ROUND({limits}*{self.scale},0)*{fund}))"
            found = f"IF({below}={len(self.cutoff)},ROUNDUP({ratio},0),INDEX({posts},{below}+1))"
            return f"IF({minutes}=0,0,{found})"
        return f"ROUNDUP({ratio},0)"

    def posts(self, minutes: int, fund: int) -> int:
        """Return whole posts, exactly."""
        whole, rest = divmod(minutes, fund)
        up = whole + (1 if rest else 0)
        if self.rule == "down":
            return whole
        if self.rule == "half_up":
            return half_up(Fraction(minutes, fund))
        if self.rule == "wisn":
            return whole + (1 if 10 * rest > min(whole, 5) * fund else 0)
        if self.rule == "cutoff" and minutes:
            return next((posts for limit, posts in self.cutoff if minutes <= limit * fund), up)
        return up


def cutoff_of(rows: Sequence[tuple[Any, int]]) -> tuple[tuple[Fraction, int], ...]:
    """Return a policy's cut-off table as exact limits, rising."""
    return tuple(sorted((Fraction(str(limit)), int(posts)) for limit, posts in rows))
