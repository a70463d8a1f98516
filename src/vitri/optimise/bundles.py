"""Bundles: the sets of task groups (or of positions) that one kind of post may hold.

They are the cliques of a compatibility graph with a limit on their size, listed once, as bit masks.
"""

from __future__ import annotations

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
    return np.array(
        [[bool(mask >> node & 1) for node in range(nodes)] for mask in masks], dtype=bool
    ).reshape(len(masks), nodes)
