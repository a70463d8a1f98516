"""The cheapest easing where limits nest: floors and ceilings of units, fixed posts, work left undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

import numpy as np

from vitri.optimise.conflict.elastic import LEAST, MOST, PLACES, Eased
from vitri.optimise.conflict.members import Grant, Member
from vitri.optimise.conflict.need import NeedCurve
from vitri.optimise.conflict.slack import IMPOSSIBLE, bend
from vitri.optimise.engine import IntArray
from vitri.optimise.quota_tree import Tree


class Bending:
    """Bends the rules `eased` among those `kept`, for given curves of undone work; `price` is by family."""

    def __init__(
        self,
        tree: Tree,
        offices: Sequence[str],
        kept: Set[Member],
        eased: Set[Member],
        price: Mapping[str, int],
    ) -> None:
        self.tree, self.offices, self.eased, self.price = tree, offices, eased, price
        self.kept = sorted(kept)
        at = {node.code: index for index, node in enumerate(tree.nodes)}
        self.least = [0] * len(tree.nodes)
        self.fixed = [0] * len(offices)
        for m in self.kept:
            if m.family in LEAST:
                self.least[at[m.unit]] = max(self.least[at[m.unit]], m.number)
            elif m.family == "fixed":
                self.fixed[offices.index(m.unit)] += m.number

    def bent(self, curves: Sequence[NeedCurve]) -> Eased | None:
        """Return the cheapest easing; None where none is enough. A row of an office is its sized posts."""
        tree = self.tree
        above = [max((self.least[n] for n in chain), default=0) for chain in tree.ancestors()]
        tables = []
        for o, curve in enumerate(curves):
            reach = self.fixed[o] + max(len(curve.minutes) - 1, above[o] if curve.grows else 0)
            costs = [self._best(o, curve, t)[0] for t in range(reach + 1)]
            tables.append(np.array(costs, dtype=np.int64))
        sizes = [0] * len(tree.nodes)
        local: list[IntArray] = []
        for index, node in enumerate(tree.nodes):
            sizes[index] = (
                len(tables[node.office]) - 1
                if node.office is not None
                else sum(sizes[c] for c in node.children)
            )
            posts = np.arange(sizes[index] + 1, dtype=np.int64)
            cost = np.zeros(len(posts), dtype=np.int64)
            for m in self.kept:
                if m.unit == node.code and m.family in (*MOST, *LEAST):
                    cost = np.minimum(IMPOSSIBLE, cost + _over(m, posts, m in self.eased, self.price))
            local.append(cost)
        bent = bend(tree, tables, local)
        if bent is None:
            return None
        grants: list[Grant] = []
        rows, undone = [0] * len(self.offices), []
        for index, node in enumerate(tree.nodes):
            at = bent.posts[index]
            for m in self.kept:
                if m.unit != node.code or m.family not in (*MOST, *LEAST):
                    continue
                over = at - m.number if m.family in MOST else m.number - at
                if over > 0:
                    grants.append(Grant(m, over, "posts"))
            if node.office is not None:
                _, out, left = self._best(node.office, curves[node.office], at)
                rows[node.office] = at - self.fixed[node.office] + out
                undone += [node.office] if left else []
                grants += self._uncounted(node.office, out)
        order = tuple(sorted(grants, key=lambda g: g.member))
        return Eased(bent.cost, bent.cost, order, tuple(rows), tuple(undone))

    def _best(self, office: int, curve: NeedCurve, total: int) -> tuple[int, int, int]:
        """Return (cost, fixed posts not counted, minutes undone) of the cheapest way to `total` posts."""
        code = self.offices[office]
        fixed = self.fixed[office]
        loose = sum(m.number for m in self.eased if m.family == "fixed" and m.unit == code)
        works = any(m.family == "work" and m.unit == code for m in self.eased)
        best = (IMPOSSIBLE, 0, 0)
        for out in range(min(loose, fixed) + 1):
            sized = total - fixed + out
            if sized < 0 or (sized >= len(curve.minutes) and not curve.grows):
                continue
            undone = int(curve.minutes[min(sized, len(curve.minutes) - 1)])
            if undone and not works:
                continue
            cost = out * self.price["fixed"] * PLACES + (out > 0)
            cost += undone * self.price["work"] * PLACES + (undone > 0)
            if cost < best[0]:
                best = (cost, out, undone)
        return best

    def _uncounted(self, office: int, out: int) -> list[Grant]:
        code = self.offices[office]
        grants = []
        for m in sorted((m for m in self.eased if m.family == "fixed" and m.unit == code), reverse=True):
            if out:
                grants.append(Grant(m, min(out, m.number), "posts"))
                out -= min(out, m.number)
        return grants


def _over(member: Member, posts: IntArray, eased: bool, price: Mapping[str, int]) -> IntArray:
    """Return what every number of posts asks one limit to give."""
    over = posts - member.number if member.family in MOST else member.number - posts
    over = np.maximum(0, over)
    if not eased:
        return np.where(over > 0, IMPOSSIBLE, 0)
    return np.asarray(over * price[member.family] * PLACES + (over > 0))
