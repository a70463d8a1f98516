"""Bundles: the sets of task groups (or of positions) that one kind of post may hold.

They are the cliques of a compatibility graph with a limit on their size, listed once, as bit masks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def bundles(compatible: npt.NDArray[np.bool_], largest: int) -> list[int]:
    """List every non-empty clique of at most `largest` nodes as a bit mask, in a stable order.

    `compatible` is a symmetric nodes × nodes matrix; its diagonal does not matter. Cliques are grown in
    order of their lowest node, so a mask appears once.
    """
    nodes = len(compatible)
    neighbours = [
        sum(1 << int(j) for j in np.flatnonzero(compatible[i]) if int(j) != i) for i in range(nodes)
    ]
    found: list[int] = []

    def grow(mask: int, size: int, candidates: int) -> None:
        found.append(mask)
        if size == largest:
            return
        while candidates:
            lowest = candidates & -candidates
            candidates ^= lowest
            grow(mask | lowest, size + 1, candidates & neighbours[lowest.bit_length() - 1])

    for node in range(nodes):
        above = ~((2 << node) - 1)
        grow(1 << node, 1, neighbours[node] & above & ((1 << nodes) - 1))
    return found


def all_bundles(compatible: npt.NDArray[np.bool_], largest: int, most: int) -> list[int] | None:
    """List every bundle as `bundles` does, or nothing where there are more than `most`."""
    nodes = len(compatible)
    return _near(_neighbours(compatible, range(nodes)), range(nodes), largest, nodes, most)


def bundles_within(compatible: npt.NDArray[np.bool_], largest: int, most: int) -> tuple[list[int], bool]:
    """List at most `most` bundles and say whether these are all.

    Where there are more, nodes that go with the same others are laid side by side, and a bundle holds,
    besides its first node, only nodes among the next few of those: as many as keep the list within `most`.
    Single nodes are always listed, so that every node can be covered.
    """
    nodes = len(compatible)
    whole = all_bundles(compatible, largest, most)
    if whole is not None:
        return whole, True
    rows = np.lexsort(np.asarray(compatible, dtype=bool).T[::-1])
    order = [int(node) for node in rows]
    neighbours = _neighbours(compatible, order)
    reach = nodes
    while reach > 1:
        reach = reach - 1 if reach <= 16 else reach * 3 // 4
        found = _near(neighbours, order, largest, reach, most)
        if found is not None:
            return sorted(found, key=lambda mask: (mask & -mask, mask)), False
    return [1 << node for node in range(nodes)], False


def _neighbours(compatible: npt.NDArray[np.bool_], order: Sequence[int]) -> list[int]:
    """Return for every place in `order` the places that go with it, as bit masks."""
    at = np.array(order, dtype=np.int64)
    placed = np.asarray(compatible, dtype=bool)[np.ix_(at, at)] & ~np.eye(len(at), dtype=bool)
    return [int.from_bytes(row.tobytes(), "little") for row in np.packbits(placed, axis=1, bitorder="little")]


def _near(
    neighbours: Sequence[int], order: Sequence[int], largest: int, reach: int, most: int
) -> list[int] | None:
    """List the bundles within `reach` neighbours of their first one in `order`; None beyond `most`."""
    found: list[int] = []

    def grow(mask: int, size: int, candidates: int) -> bool:
        found.append(mask)
        if len(found) > most:
            return False
        if size < largest:
            while candidates:
                lowest = candidates & -candidates
                candidates ^= lowest
                held = mask | 1 << order[lowest.bit_length() - 1]
                if not grow(held, size + 1, candidates & neighbours[lowest.bit_length() - 1]):
                    return False
        return True

    for at, node in enumerate(order):
        later = neighbours[at] & ~((2 << at) - 1)
        nearest, kept = 0, 0
        while later and kept < reach:
            lowest = later & -later
            later ^= lowest
            nearest |= lowest
            kept += 1
        if not grow(1 << node, 1, nearest):
            return None
    return found


def members(mask: int) -> tuple[int, ...]:
    """Return the nodes of a bit mask in rising order."""
    nodes = []
    while mask:
        lowest = mask & -mask
        nodes.append(lowest.bit_length() - 1)
        mask ^= lowest
    return tuple(nodes)


def membership(masks: list[int], nodes: int) -> npt.NDArray[np.bool_]:
    """Return the bundles × nodes matrix of a list of bit masks."""
    width = max(1, -(-nodes // 8))
    raw = b"".join(mask.to_bytes(width, "little") for mask in masks)
    bits = np.unpackbits(
        np.frombuffer(raw, dtype=np.uint8).reshape(len(masks), width), axis=1, bitorder="little"
    )
    return np.asarray(bits[:, :nodes], dtype=bool)
