"""From full-time equivalents to whole posts: the rounding rules, and the level on which they are applied."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from vitri.workload.arrays import Ints, half_up

Cutoff = Sequence[tuple[Any, int]]


def round_posts(minutes: Ints, fund: Ints, rule: str, cutoff: Cutoff = ()) -> Ints:
    """Return whole posts for minutes / fund under a rounding rule, in exact integer arithmetic.

    `up` takes the next whole post, `half_up` rounds halves upwards, `down` cuts off; `wisn` tolerates 0.1
    of overload per post, at most 0.5 (work above zero asks for one post); `cutoff` lists (largest FTE,
    posts), and rounds up above its last row.
    """
    whole = minutes // fund
    up = -(-minutes // fund)
    if rule == "up":
        return up
    if rule == "down":
        return whole
    if rule == "half_up":
        return half_up(minutes, fund)
    if rule == "wisn":
        rest = minutes - whole * fund
        return np.where(10 * rest <= np.minimum(whole, 5) * fund, whole, whole + 1)
    if rule != "cutoff":
        raise ValueError(rule)
    result = up.copy()
    for limit, posts in sorted(((Fraction(str(a)), b) for a, b in cutoff), reverse=True):
        result[minutes * limit.denominator <= limit.numerator * fund] = posts
    result[minutes == 0] = 0
    return result


def round_fte(fte: Fraction, rule: str, cutoff: Cutoff = ()) -> int:
    """Return whole posts for one exact number of full-time equivalents, as `round_posts` does."""
    whole = fte.numerator // fte.denominator
    up = -(-fte.numerator // fte.denominator)
    if rule == "up":
        return up
    if rule == "down":
        return whole
    if rule == "half_up":
        return int((2 * fte + 1) // 2)
    if rule == "wisn":
        return whole if 10 * (fte - whole) <= min(whole, 5) else whole + 1
    if rule != "cutoff":
        raise ValueError(rule)
    if fte == 0:
        return 0
    return next((posts for limit, posts in cutoff if fte <= Fraction(str(limit))), up)


def shared_by_remainder(posts: int, shares: Sequence[Fraction]) -> list[int]:
    """Share whole posts out in proportion to shares, by largest remainder; equal remainders by place."""
    total = sum(shares, Fraction(0))
    if total == 0:
        return [0] * len(shares)
    exact = [share * posts / total for share in shares]
    result = [int(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda i: (result[i] - exact[i], i))
    for index in order[: posts - sum(result)]:
        result[index] += 1
    return result


def area_posts(minutes: Ints, fund: Ints, area: Ints, rule: str, cutoff: Cutoff = ()) -> Ints:
    """Round once for each area and share its posts out over its offices by largest remainder.

    `minutes[office]` is the work of an office, `fund[office]` the time of one post, `area[office]` the
    number of its area.
    """
    posts = np.zeros(len(minutes), dtype=np.int64)
    for number in np.unique(area).tolist():
        offices = np.flatnonzero(area == number)
        fte = [Fraction(int(minutes[o]), int(fund[o])) for o in offices]
        posts[offices] = shared_by_remainder(round_fte(sum(fte, Fraction(0)), rule, cutoff), fte)
    return posts
