"""Going on from an earlier run: its structure of positions, as far as it fits the task at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from vitri.optimise.office_plan import Positions
from vitri.optimise.search import Task


def earlier_structure(
    tables: Mapping[str, pd.DataFrame], task: Task, scopes: Sequence[str]
) -> tuple[Positions, ...] | None:
    """Return the positions of an earlier run for every scope, or None where they break a rule of today.

    `tables` are the run tables `structure` and `posts`. Work that has come since gets positions of its own,
    work that has gone drops out; an earlier common structure serves every scope.
    """
    structure, posts = tables["structure"], tables["posts"]
    sized = set(posts.loc[posts["kind"] != "fixed", "position"])
    found: list[Positions] = []
    for scope, needed in zip(scopes, task.needed(), strict=True):
        rows = structure[structure["position"].isin(sized)]
        own = rows[rows["structure"] == scope]
        rows = own if len(own) else rows[rows["structure"] == "all"]
        positions = _positions(rows["task_groups"], task, needed)
        if positions is None:
            return None
        found.append(positions)
    return tuple(found)


def _positions(
    lists: pd.Series, task: Task, needed: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Positions | None:
    """Turn lists of task groups into positions; None if a group stands twice or two may not meet."""
    place = {code: index for index, code in enumerate(task.cube.groups)}
    held: list[tuple[int, ...]] = []
    for text in lists.dropna().astype(str):
        groups = sorted(place[code] for code in text.split(";") if code in place and needed[place[code]])
        if groups:
            held.append(tuple(groups))
    seen = [group for groups in held for group in groups]
    fits = all(
        len(groups) <= task.most_groups and all(task.position[a, b] for a, b in combinations(groups, 2))
        for groups in held
    )
    if not held or not fits or len(seen) != len(set(seen)):
        return None
    held += [(int(group),) for group in np.flatnonzero(needed) if group not in seen]
    return tuple(sorted(held))
