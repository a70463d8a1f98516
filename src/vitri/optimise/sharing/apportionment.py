"""Classical rules for dividing seats by size, and the curves that make them visible as share-outs.

Hamilton's rule (largest remainders) is what offices do by hand: it is fair on paper and falls into every
apportionment paradox. Divisor rules do not (Balinski and Young, *Fair Representation*, 1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from vitri.optimise.quota import Curve


def hamilton(sizes: Sequence[int], seats: int) -> tuple[int, ...]:
    """Give every unit its whole quota, and the seats left to the largest remainders (lower index first)."""
    total = sum(sizes)
    if total <= 0:
        raise ValueError("sizes must add up to more than nothing")
    whole = [size * seats // total for size in sizes]
    order = sorted(range(len(sizes)), key=lambda i: (-(sizes[i] * seats % total), i))
    for i in order[: seats - sum(whole)]:
        whole[i] += 1
    return tuple(whole)


def webster_curves(sizes: Sequence[int], most_seats: int, unit: int) -> list[Curve]:
    """Return convex curves whose falling savings are size / (k + 1/2): the rule of Webster as a share-out.

    `unit` scales the savings to whole numbers (rounded down, which keeps them falling).
    """
    curves = []
    for size in sizes:
        savings = [int(Fraction(2 * size * unit, 2 * seat + 1)) for seat in range(most_seats)]
        cost = np.array([sum(savings[k:]) for k in range(most_seats + 1)], dtype=np.int64)
        curves.append(Curve(cost[:, None]))
    return curves
