"""The fair share of a ceiling: the office that keeps the service rule least often, as often as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vitri.optimise.engine import IntArray, Status
from vitri.optimise.quota import Tree
from vitri.optimise.uncertainty.expected import at, joined
from vitri.optimise.uncertainty.offices import OfficeOutlook
from vitri.optimise.uncertainty.prospect import Plan, Prospect
from vitri.optimise.uncertainty.reliable import best_split
from vitri.optimise.uncertainty.sharing import excess, office_floors, office_room, share


def fair_plan(p: Prospect, tree: Tree) -> Plan:
    """Raise the lowest probability as high as the limits allow; what is left goes by expected cost.

    More posts never keep the rule less often, so the highest common probability is found by bisection.
    """
    weight = p.uncertain.planned.weight
    kept: list[IntArray] = []
    limit: list[IntArray] = []
    for office, room in zip(p.offices, office_room(tree), strict=True):
        last = min(room, int(office.needs.max(axis=0).sum()))
        splits = [best_split(office.needs, weight, posts) for posts in range(last + 1)]
        # fewer posts never do better: a worse split found with more is no loss
        kept.append(np.maximum.accumulate(np.array([s.kept for s in splits], dtype=np.int64)))
        limit.append(np.maximum.accumulate(np.array([s.bound for s in splits], dtype=np.int64)))
    lowest, least = _highest(kept, tree)
    bound, _ = _highest(limit, tree)
    raised = _with_floors(tree, least)
    found = share([joined([o.expected for o in office.outlooks]) for office in p.offices], raised)
    posts = np.zeros(len(p.crews), dtype=np.int64)
    for office, crews, given in zip(p.offices, p.crews_of, found.posts.tolist(), strict=True):
        posts[list(crews)] = _split(office, weight, given)
    status: Status = "optimal" if lowest == bound else "feasible"
    return Plan(posts, "lowest", lowest, bound, status)


def _split(office: OfficeOutlook, weight: IntArray, given: int) -> list[int]:
    """Split an office's posts over its crews for the best chance; spare posts go where they save most."""
    split = list(best_split(office.needs, weight, given).posts)
    for _ in range(given - sum(split)):
        gains = [
            at(o.expected, k) - at(o.expected, k + 1) for o, k in zip(office.outlooks, split, strict=True)
        ]
        split[gains.index(max(gains))] += 1
    return split


def _highest(kept: Sequence[IntArray], tree: Tree) -> tuple[int, list[int]]:
    """Return the highest weight that all offices can reach under the limits, and the posts for it."""
    floors = office_floors(tree)

    def posts_for(wanted: int) -> list[int] | None:
        posts = []
        for table, floor in zip(kept, floors, strict=True):
            if int(table[-1]) < wanted:
                return None
            posts.append(max(floor, int(np.searchsorted(table, wanted, side="left"))))
        return posts if excess(tree, posts)[-1] == 0 else None

    values = np.unique(np.concatenate([*kept, np.zeros(1, dtype=np.int64)]))
    low, high = 0, len(values) - 1
    best = posts_for(0) or list(floors)
    while low < high:
        middle = (low + high + 1) // 2
        posts = posts_for(int(values[middle]))
        if posts is None:
            high = middle - 1
        else:
            low, best = middle, posts
    return int(values[low]), best


def _with_floors(tree: Tree, posts: Sequence[int]) -> Tree:
    """Return the tree with the offices' floors raised to so many posts."""
    return Tree(
        tuple(
            node if node.office is None else replace(node, floor=max(node.floor, posts[node.office]))
            for node in tree.nodes
        )
    )
