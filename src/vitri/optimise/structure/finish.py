"""All partitions whose reduced costs add up to no more than a limit: the exact end of the search."""

from __future__ import annotations

from collections.abc import Sequence

MOST_STEPS = 120_000


def partitions_within(
    masks: Sequence[int], reduced: Sequence[int], full: int, limit: int, most: int, steps: int = MOST_STEPS
) -> tuple[list[tuple[int, tuple[int, ...]]], bool]:
    """List the ways to cover `full` exactly once by columns of total reduced cost at most `limit`.

    Returns (total, columns in rising order), cheapest first, and whether the list is complete: it is cut
    after `most` partitions or `steps` columns looked at. Reduced costs are never negative.
    """
    by_lowest: dict[int, list[tuple[int, int, int]]] = {}
    for column in sorted(range(len(masks)), key=lambda c: (reduced[c], c)):
        if reduced[column] <= limit:
            lowest = masks[column] & -masks[column]
            by_lowest.setdefault(lowest, []).append((reduced[column], masks[column], column))
    found: list[tuple[int, tuple[int, ...]]] = []
    left = steps
    # (covered, total, place in the list of its lowest open group, columns so far)
    stack: list[tuple[int, int, int, tuple[int, ...]]] = [(0, 0, 0, ())]
    while stack:
        covered, total, place, chosen = stack.pop()
        open_ = full & ~covered
        columns = by_lowest.get(open_ & -open_, [])
        for index in range(place, len(columns)):
            cost, mask, column = columns[index]
            if total + cost > limit:
                break
            left -= 1
            if mask & covered:
                continue
            if mask == open_:
                found.append((total + cost, tuple(sorted((*chosen, column)))))
                if len(found) > most:
                    return sorted(found)[:most], False
                continue
            stack.append((covered, total, index + 1, chosen))
            stack.append((covered | mask, total + cost, 0, (*chosen, column)))
            break
        if left < 0:
            return sorted(found), False
    return sorted(found), True
