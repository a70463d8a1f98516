"""Exact lexicographic costs in whole numbers: several levels packed into as few 64-bit limbs as possible.

A vector of levels (first the most important) is packed so that sums stay exact: every level gets enough
bits for its largest possible *total*, and limbs are compared one after the other. There are no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray

INFEASIBLE = 1 << 61
_BITS = 60


@dataclass(frozen=True)
class Packing:
    """How levels share limbs: `places[level] = (limb, shift, bits)`."""

    places: tuple[tuple[int, int, int], ...]
    limbs: int

    def pack(self, levels: IntArray) -> IntArray:
        """Pack (…, levels) into (…, limbs)."""
        packed = np.zeros((*levels.shape[:-1], self.limbs), dtype=np.int64)
        for index, (limb, shift, _) in enumerate(self.places):
            packed[..., limb] += levels[..., index] << shift
        return packed

    def unpack(self, packed: IntArray) -> IntArray:
        """Return the (…, levels) that were packed, or their sums."""
        columns = [(packed[..., limb] >> shift) & ((1 << bits) - 1) for limb, shift, bits in self.places]
        return np.stack(columns, axis=-1)


def packing(largest_totals: Sequence[int]) -> Packing:
    """Choose the packing for levels whose totals never exceed `largest_totals`."""
    limbs: list[list[tuple[int, int]]] = []
    room = 0
    for index, total in enumerate(largest_totals):
        bits = max(1, int(total).bit_length())
        if bits > room:
            limbs.append([])
            room = _BITS
        limbs[-1].append((index, bits))
        room -= bits
    places: dict[int, tuple[int, int, int]] = {}
    for limb, entries in enumerate(limbs):
        shift = sum(bits for _, bits in entries)
        for index, bits in entries:
            shift -= bits
            places[index] = (limb, shift, bits)
    return Packing(tuple(places[index] for index in range(len(largest_totals))), max(1, len(limbs)))


def less(left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
    """Return whether left < right lexicographically over the last axis."""
    result = left[..., -1] < right[..., -1]
    for limb in range(left.shape[-1] - 2, -1, -1):
        result = (left[..., limb] < right[..., limb]) | ((left[..., limb] == right[..., limb]) & result)
    return np.asarray(result)
