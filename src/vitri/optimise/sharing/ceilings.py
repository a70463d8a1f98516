"""Total cost against every ceiling in one pass: what the next post saves, where it goes, who loses one.

An exact share-out may take a post from an office when the ceiling rises, or when only the others' or its own
work grows (the apportionment paradoxes). The steps say where that happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE, less
from vitri.optimise.quota import Curve, Tree
from vitri.optimise.sharing.tree_tables import TreeTables, first_least, tree_tables


@dataclass(frozen=True)
class Share:
    """The best share-out under one ceiling: posts used in all, by office, and the cost in limbs."""

    ceiling: int
    used: int
    posts: IntArray
    cost: IntArray


@dataclass(frozen=True)
class Step:
    """From one ceiling to the next: what is saved, and the offices (index, posts) that gain or lose.

    `losses` of a step up are the paradox: the ceiling rose and an office has fewer posts. `saved` is the
    difference of the packed costs, limb by limb; a lower limb may be negative where a higher one is not.
    """

    ceiling: int
    saved: IntArray
    gains: tuple[tuple[int, int], ...]
    losses: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class CeilingCurve:
    """Every ceiling of the root from 0 on: the share-out (None: no plan), and the steps between them."""

    shares: tuple[Share | None, ...]
    tables: TreeTables

    def steps(self) -> list[Step]:
        """Return the step from each ceiling with a plan to the next one."""
        pairs = zip(self.shares[:-1], self.shares[1:], strict=True)
        return [step_between(a, b) for a, b in pairs if a is not None and b is not None]

    def house_losses(self) -> list[Step]:
        """Return the steps up at which an office loses posts."""
        return [step for step in self.steps() if step.losses]


def ceiling_curve(curves: Sequence[Curve], tree: Tree, most: int | None = None) -> CeilingCurve:
    """Share out under every ceiling of the root up to its own and `most`, exactly, in one pass over the tree.

    Each point equals a fresh `share_by_curve` with that ceiling at the root; the tables are built once.
    Ceilings beyond what all offices can use are left out.
    """
    tables = tree_tables([curve.cost for curve in curves], tree.nodes)
    root = tables.cut[-1]
    best = first_least(root)
    last = len(root) - 1 if most is None else min(most, len(root) - 1)
    shares: list[Share | None] = []
    known: dict[int, Share] = {}
    for ceiling in range(last + 1):
        used = int(best[ceiling])
        if used < 0:
            shares.append(None)
            continue
        if used not in known:
            posts = tables.by_office(tables.used(used))
            known[used] = Share(ceiling, used, posts, root[used])
        same = known[used]
        shares.append(Share(ceiling, used, same.posts, same.cost))
    return CeilingCurve(tuple(shares), tables)


def step_between(before: Share, after: Share) -> Step:
    """Compare two share-outs of the same offices."""
    change = after.posts - before.posts
    return Step(
        after.ceiling,
        before.cost - after.cost,
        tuple((int(o), int(change[o])) for o in np.flatnonzero(change > 0)),
        tuple((int(o), int(-change[o])) for o in np.flatnonzero(change < 0)),
    )


def population_losses(
    curves: Sequence[Curve], grown: Sequence[Curve], tree: Tree, ceiling: int
) -> list[tuple[int, int]]:
    """Return the offices (index, posts lost) that lose when only their own work grows, one office at a time.

    `grown[o]` is office o's curve after its work grew; all others keep theirs.
    """
    before = _share(curves, tree, ceiling)
    found = []
    for office in range(len(curves)):
        changed = [*curves]
        changed[office] = grown[office]
        after = _share(changed, tree, ceiling)
        if before is not None and after is not None and after.posts[office] < before.posts[office]:
            found.append((office, int(before.posts[office] - after.posts[office])))
    return found


def _share(curves: Sequence[Curve], tree: Tree, ceiling: int) -> Share | None:
    shares = ceiling_curve(curves, tree, ceiling).shares
    return shares[-1] if shares else None


def budget_curve(curve: Curve) -> Curve:
    """Return the cost with *at most* so many posts: an office need not use up what it is given."""
    best = first_least(curve.cost)
    table = curve.cost[np.maximum(best, 0)].copy()
    table[best < 0, 0] = INFEASIBLE
    return Curve(table)


def never_rises(curve: Curve) -> bool:
    """Whether no further post makes the curve dearer."""
    return not bool(less(curve.cost[:-1], curve.cost[1:]).any())
