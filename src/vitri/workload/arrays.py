"""Exact helpers on numpy arrays: table columns, grouping, half-up division, products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.data.instance import Instance

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

#: A missing date in `Column.days`.
NO_DAY = np.iinfo(np.int64).min
#: Above this size a product is computed with Python integers instead of int64.
_SAFE = float(2**62)


@cache
def _default(table: str, column: str) -> Any:
    """Return the declared static default of a column as it is stored, or None."""
    from vitri.data.tables import TABLES

    return TABLES[table].by_name[column].stored_default


class Columns:
    """The columns of one table of an instance as numpy arrays, static defaults filled in."""

    def __init__(self, instance: Instance, table: str) -> None:
        self.table = table
        self.frame = instance.tables[table]
        self.rows = len(self.frame)

    def _series(self, column: str) -> pd.Series:
        return self.frame[column]

    def text(self, column: str) -> Objects:
        """Return text cells; a blank is the declared default or the empty text. Shape (rows,)."""
        fill = _default(self.table, column)
        values = self._series(column).to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = "" if fill is None else str(fill)
        return values

    def coded(self, column: str) -> tuple[Ints, list[str]]:
        """Return integer codes into the sorted list of distinct texts (default filled in); a blank is -1."""
        codes, uniques = pd.factorize(self._series(column), sort=True)
        texts = [str(item) for item in uniques]
        codes = codes.astype(np.int64)
        fill = _default(self.table, column)
        if fill is not None and (codes < 0).any():
            if str(fill) not in texts:
                texts.append(str(fill))
            codes[codes < 0] = texts.index(str(fill))
        return codes, texts

    def places(self, column: str, known: pd.Index) -> Ints:
        """Return the position of each cell in an index of known codes; -1 for a blank or an unknown code."""
        codes, texts = self.coded(column)
        lookup = np.append(known.get_indexer(pd.Index(texts, dtype=object)), -1).astype(np.int64)
        return lookup[codes]

    def ints(self, column: str, missing: int = -1) -> Ints:
        """Return integer cells; a blank is the declared default or `missing`. Shape (rows,)."""
        fill = _default(self.table, column)
        return self._series(column).fillna(missing if fill is None else int(fill)).to_numpy(dtype=np.int64)

    def flags(self, column: str) -> Bools:
        """Return yes/no cells with the declared default filled in (no if there is none). Shape (rows,)."""
        fill = _default(self.table, column)
        return self._series(column).fillna(bool(fill)).to_numpy(dtype=np.bool_)

    def days(self, column: str) -> Ints:
        """Return dates as days since 1970-01-01; a blank is `NO_DAY`. Shape (rows,)."""
        values = self._series(column).to_numpy(dtype="datetime64[s]").astype("datetime64[D]")
        return values.astype(np.int64)


def packed(columns: Sequence[npt.NDArray[Any]]) -> Ints:
    """Pack equally long integer columns into one key that sorts as the columns do, first column first."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    size = 1
    for column in columns:
        values = column.astype(np.int64)
        low = int(values.min(initial=0))
        span = int(values.max(initial=0)) - low + 1
        if size * span > 2**62:
            values = np.unique(values, return_inverse=True)[1].astype(np.int64)
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            low, span = 0, int(values.max(initial=0)) + 1
            size = int(key.max(initial=0)) + 1
        key = key * span + (values - low)
        size *= span
    return key


def group_rows(columns: Sequence[npt.NDArray[Any]]) -> tuple[Ints, Ints]:
    """Number the distinct rows of several equally long integer columns, in order of appearance.

    Returns the group number of each row and, for each group, the index of its first row.
    """
    groups, distinct = pd.factorize(packed(columns))
    first = np.empty(len(distinct), dtype=np.int64)
    first[groups[::-1]] = np.arange(len(groups) - 1, -1, -1, dtype=np.int64)
    return groups.astype(np.int64), first


def sum_by(columns: Sequence[Ints], values: Sequence[Ints]) -> tuple[list[Ints], list[Ints]]:
    """Add up integer values over equal keys; the keys come back sorted, first column first.

    Returns the key columns and the sums, one entry for each distinct key.
    """
    if len(columns[0]) == 0:
        return [column[:0] for column in columns], [value[:0] for value in values]
    key = packed(columns)
    order = np.argsort(key)
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=key[0] - 1))
    return [column[order[starts]] for column in columns], [np.add.reduceat(v[order], starts) for v in values]


def sorted_order(columns: Sequence[npt.NDArray[Any]]) -> Ints:
    """Return the stable order that sorts rows by several integer columns, first column first."""
    order: Ints = np.argsort(packed(columns), kind="stable")
    return order


def name_ranks(names: Sequence[str]) -> Ints:
    """Return the place of each name in code-point order, so that numbers sort as their names do."""
    ranks = np.empty(len(names), dtype=np.int64)
    ranks[sorted(range(len(names)), key=lambda i: names[i])] = np.arange(len(names))
    return ranks


def repeats(counts: Ints) -> tuple[Ints, Ints]:
    """Expand counts: which entry each expanded row belongs to, and its place (0, 1, ...) within the entry."""
    owner = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(owner), dtype=np.int64) - np.repeat(ends - counts, counts)
    return owner, within


def half_up(numerator: Ints, denominator: Ints | int) -> Ints:
    """Divide non-negative integers, halves upwards."""
    result: Ints = (2 * numerator + denominator) // (2 * np.asarray(denominator))
    return result


def half_up_ratio(value: Ints, numerator: Ints | int, denominator: Ints | int) -> Ints:
    """Return half-up(value × numerator / denominator), exactly, whatever the size of the product."""
    value, numerator, denominator = np.broadcast_arrays(value, numerator, denominator)
    big = value.astype(np.float64) * numerator + denominator > _SAFE / 2
    if not big.any():
        return half_up(value * numerator, denominator)
    result = np.empty(value.shape, dtype=np.int64)
    result[~big] = half_up(value[~big] * numerator[~big], denominator[~big])
    exact = [
        (2 * int(v) * int(n) + int(d)) // (2 * int(d))
        for v, n, d in zip(value[big], numerator[big], denominator[big], strict=True)
    ]
    result[big] = np.array(exact, dtype=np.int64)
    return result


def exact_product(factors: Sequence[tuple[Ints, int]]) -> tuple[Ints, Ints, Bools]:
    """Return Π value / scale of each row as a reduced numerator and denominator, exactly.

    The third array marks rows that do not fit into int64; their fractions are of no use.
    """
    count = len(factors[0][0])
    num = np.ones(count, dtype=np.int64)
    den = np.ones(count, dtype=np.int64)
    big = np.zeros(count, dtype=np.bool_)
    for values, scale in factors:
        rows = np.flatnonzero(values != scale)
        if len(rows) == 0:
            continue
        up, down = values[rows], np.full(len(rows), scale, dtype=np.int64)
        common = np.gcd(up, down)
        up, down = up // common, down // common
        n, d = num[rows], den[rows]
        cross = np.gcd(up, d)
        up, d = up // cross, d // cross
        cross = np.gcd(n, down)
        n, down = n // cross, down // cross
        too_big = (n.astype(np.float64) * up > _SAFE / 4) | (d.astype(np.float64) * down > _SAFE / 4)
        big[rows[too_big]] = True
        up[too_big] = down[too_big] = n[too_big] = d[too_big] = 1
        num[rows], den[rows] = n * up, d * down
    return num, den, big


def rounded_product(factors: Sequence[tuple[Ints, int]]) -> Ints:
    """Return half-up(Π value / scale) for scaled integers, exactly.

    Each factor is (values, scale); a factor equal to its scale is a plain 1 and costs nothing. Fractions are
    reduced on the way; rows that still do not fit into int64 are finished with Python integers.
    """
    num, den, big = exact_product(factors)
    result = half_up(num, den)
    for row in np.flatnonzero(big):
        top, bottom = 1, 1
        for values, scale in factors:
            top *= int(values[row])
            bottom *= scale
        result[row] = (2 * top + bottom) // (2 * bottom)
    return result


def texts(codes: Ints, names: Iterable[str]) -> pd.api.extensions.ExtensionArray:
    """Return codes as a text column of dtype ``str``; -1 becomes missing."""
    pool = pd.array([*names, "-"], dtype="str")
    return pool.take(codes, allow_fill=True)


def segments(keys: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Number the runs of equal keys in sorted rows: the run of each row, the first row of each run."""
    change = np.zeros(len(keys[0]), dtype=np.bool_)
    change[:1] = True
    for key in keys:
        change[1:] |= key[1:] != key[:-1]
    return np.cumsum(change) - 1, np.flatnonzero(change)


def running_sums(values: Ints, number: Ints, starts: Ints) -> Ints:
    """Return the cumulative sums of each run (see `segments`), the row itself included."""
    total = np.cumsum(values)
    return total - (total - values)[starts][number]
