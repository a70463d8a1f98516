"""What is the same for every office when posts are planned: the objective, and the rules a post must keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vitri.optimise.combine import Node, unions
from vitri.optimise.cost import Service
from vitri.optimise.demand_cube import OWN, SHARED
from vitri.optimise.engine import IntArray
from vitri.optimise.lex import Packing

MOST_UNIONS = 40_000
"""Sets of nodes that one person may hold: more are not listed for one component."""


@dataclass(frozen=True)
class Objective:
    """The separable levels of the objective in order: (measure, priorities), and how they are packed."""

    levels: tuple[tuple[str, tuple[int, ...]], ...]
    packing: Packing

    def vector(
        self,
        unmet: IntArray,
        overtime: IntArray,
        posts: IntArray,
        extra: IntArray,
        short: IntArray | None = None,
    ) -> IntArray:
        """Return the packed cost of outcomes; all arguments share leading axes, `unmet` adds priority.

        `short` counts missing holders (see `Setting.min_holders`); left out it is 0, which is a bound.
        """
        named = {
            "overtime_minutes": overtime,
            "posts": posts,
            "extra_duties": extra,
            "missing_holders": np.zeros_like(posts) if short is None else short,
        }
        columns = []
        for measure, priorities in self.levels:
            if measure == "unmet_minutes":
                columns.append(unmet[..., [p - 1 for p in priorities]].sum(axis=-1))
            else:
                columns.append(named[measure])
        return self.packing.pack(np.stack(np.broadcast_arrays(*columns), axis=-1))


@dataclass(frozen=True)
class Setting:
    """What is the same for every office: the rules a post must keep, the service rule and the objective.

    `cover` says which groups one person may hold together; `most_combined` how many posts of an office may
    share one combination of positions; `quota_free[g]` marks groups served by contracts
    that do not count against the quota; `by_need` sizes by the service rule instead of by the ceiling.
    `partial` lets more posts hold a position of which only some cover others; `min_holders[g]` is how many
    posts should hold group g, counted by the measure ``missing_holders``: an aim, never a hard rule.
    """

    cover: npt.NDArray[np.bool_]
    most_positions: int
    most_groups: int
    most_combined: int
    quota_free: tuple[bool, ...]
    service: Service
    objective: Objective
    by_need: bool
    partial: bool = False
    min_holders: tuple[int, ...] = ()
    known: dict[tuple[tuple[int, str, tuple[int, ...]], ...], list[int] | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def unions(self, nodes: Sequence[Node]) -> list[int] | None:
        """Return the sets of these nodes that one person may hold, None if too many; they are remembered."""
        key = tuple((node.position, node.pool, node.groups) for node in nodes)
        if key not in self.known:
            self.known[key] = unions(nodes, self.joinable, self.most_positions, MOST_UNIONS)
        return self.known[key]

    def joinable(self, nodes: Sequence[Node]) -> bool:
        """Whether one person may hold all these nodes.

        Any shared work plus the own work of one organisation; a named pool stands alone; every pair of
        groups may be held together; not too many groups.
        """
        pools = {node.pool for node in nodes}
        own = pools - {SHARED}
        named = any(not pool.startswith(OWN) for pool in own)
        if len(own) > 1 or (named and len(pools) > 1):
            return False
        groups = sorted({g for node in nodes for g in node.groups})
        if len(groups) > self.most_groups and len(nodes) > 1:
            return False
        if len({self.quota_free[g] for g in groups}) > 1:
            return False
        return all(self.cover[a, b] for a, b in combinations(groups, 2))
