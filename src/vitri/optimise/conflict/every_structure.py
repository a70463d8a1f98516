"""All structures of a small problem, so that an answer over them is proven."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from vitri.optimise.office_plan import Positions
from vitri.optimise.task import Task


def every_structure(task: Task, most: int) -> list[tuple[Positions, ...]] | None:
    """Return every structure of positions that the rules allow; None where there are more than `most`."""
    scopes: list[list[Positions]] = []
    count = 1
    for needed in task.needed():
        found: list[Positions] = []
        for positions in _partitions(task, np.flatnonzero(needed).tolist(), ()):
            found.append(positions)
            if count * len(found) > most:
                return None
        scopes.append(found)
        count *= max(1, len(found))
    return list(product(*scopes))


def _partitions(task: Task, groups: list[int], made: tuple[tuple[int, ...], ...]) -> Iterator[Positions]:
    if not groups:
        yield tuple(sorted(made))
        return
    group, rest = groups[0], groups[1:]
    yield from _partitions(task, rest, (*made, (group,)))
    for index, held in enumerate(made):
        if len(held) < task.most_groups and all(task.position[group, other] for other in held):
            joined = tuple(sorted((*held, group)))
            yield from _partitions(task, rest, (*made[:index], joined, *made[index + 1 :]))


def coarse_structure(task: Task) -> tuple[Positions, ...]:
    """Return a structure of few positions: each group, by falling work, joins the first that may hold it."""
    work = task.minutes.sum(axis=(0, 2, 3))
    structure = []
    for needed in task.needed():
        made: list[list[int]] = []
        for group in sorted(np.flatnonzero(needed).tolist(), key=lambda g: (-int(work[g]), g)):
            for held in made:
                if len(held) < task.most_groups and all(task.position[group, other] for other in held):
                    held.append(group)
                    break
            else:
                made.append([group])
        structure.append(tuple(sorted(tuple(sorted(held)) for held in made)))
    return tuple(structure)
