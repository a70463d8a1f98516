"""Nested limits as arrays, and posts handed out under them by falling gain: exact, and with its prices.

Nodes without a limit of their own are left out, so a tree of thousands of offices under a few ceilings has a
few nodes. Runs of equal gains are kept as one entry with a count, so a million posts cost no more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.quota_tree import NO_CEILING, Tree


@dataclass(frozen=True)
class Laminar:
    """The limited nodes of a quota tree; the last one is the root and stands above all.

    `parent` is -1 for the root, `depth` 0 for it. A ceiling never exceeds what the nodes below can hold.
    `node_of[office]` is the lowest limited node above an office, `source[n]` the node of the tree that n
    stands for (-1: a root that has no limit).
    """

    parent: IntArray
    depth: IntArray
    ceiling: IntArray
    floor: IntArray
    node_of: IntArray
    source: tuple[int, ...]

    def chain(self, node: int) -> list[int]:
        """Return a node and everything above it, from below."""
        found = [node]
        while self.parent[found[-1]] >= 0:
            found.append(int(self.parent[found[-1]]))
        return found

    def below(self, offices: IntArray) -> IntArray:
        """Add up a number per office (…, offices) into every node (…, nodes)."""
        total = np.zeros((*offices.shape[:-1], len(self.parent)), dtype=np.int64)
        for office in range(offices.shape[-1]):
            total[..., int(self.node_of[office])] += offices[..., office]
        for node in np.argsort(-self.depth, kind="stable"):
            if self.parent[node] >= 0:
                total[..., int(self.parent[node])] += total[..., node]
        return total


def laminar_of(tree: Tree, kept: Sequence[bool] | None = None) -> Laminar:
    """Leave out the nodes without a limit; `kept` may leave out more, which only loosens the limits."""
    chains = tree.ancestors()
    populated = {node for chain in chains for node in chain}
    limited = [
        (node.ceiling < NO_CEILING or node.floor > 0) and (kept is None or kept[i])
        for i, node in enumerate(tree.nodes)
    ]
    parent_in_tree = {child: i for i, node in enumerate(tree.nodes) for child in node.children}
    listed = [i for i in range(len(tree.nodes)) if limited[i]]
    roots = [i for i in listed if not any(limited[a] for a in _above(i, parent_in_tree))]
    virtual = len(roots) != 1
    source = (*(i for i in listed if virtual or i != roots[0]), -1 if virtual else roots[0])
    at = {node: index for index, node in enumerate(source)}
    root = len(source) - 1
    parent = np.full(len(source), -1, dtype=np.int64)
    depth = np.zeros(len(source), dtype=np.int64)
    for index, node in enumerate(source[:-1]):
        above = [a for a in _above(node, parent_in_tree) if limited[a]]
        parent[index] = at[above[0]] if above else root
        depth[index] = len(above) + virtual
    nodes = tree.nodes
    ceiling = [NO_CEILING if i < 0 else nodes[i].ceiling if i in populated else 0 for i in source]
    floor = [0 if i < 0 else nodes[i].floor for i in source]
    lowest = [next((at[n] for n in chain if limited[n]), root) for chain in chains]
    for index in np.argsort(-depth, kind="stable").tolist():
        # no node holds more than what is below it can hold
        if index not in lowest:
            below = [ceiling[child] for child in np.flatnonzero(parent == index).tolist()]
            ceiling[index] = min(ceiling[index], sum(below))
    return Laminar(
        parent,
        depth,
        np.array(ceiling, dtype=np.int64),
        np.array(floor, dtype=np.int64),
        np.array(lowest, dtype=np.int64),
        source,
    )


def _above(node: int, parent: dict[int, int]) -> list[int]:
    found = []
    while node in parent:
        node = parent[node]
        found.append(node)
    return found


@dataclass(frozen=True)
class Share:
    """Posts taken per entry, and per node what stopped at it.

    `refused` is the largest gain that a node's own ceiling turned away (0: none); `forced` the smallest gain
    that its own floor took in (-1: none); `idle` how many posts its floor asks for that save nothing.
    """

    taken: IntArray
    refused: IntArray
    forced: IntArray
    idle: IntArray


def hand_out(
    limits: Laminar, node: IntArray, gain: IntArray, count: IntArray, fixed: IntArray | None = None
) -> Share | None:
    """Hand out posts by falling gain under nested ceilings and floors; None if floors exceed a ceiling.

    Entry i offers `count[i]` posts of `gain[i]` > 0 each below `node[i]`; the gains of one position must not
    rise with its posts. `fixed[n]` posts below n are given already. From below upwards every node keeps its
    best posts: as many as its floor asks for come first, what its ceiling cannot hold goes last. This is the
    merging of concave functions, hence exact. Ties go to the earlier entry.
    """
    nodes = len(limits.parent)
    given = np.zeros(nodes, dtype=np.int64) if fixed is None else fixed
    ceiling = np.where(limits.ceiling >= NO_CEILING, NO_CEILING, limits.ceiling - given)
    floor = np.maximum(0, limits.floor - given)
    order = np.argsort(-gain, kind="stable")
    value, left, at = gain[order], count[order].astype(np.int64), node[order]
    taken = np.zeros(len(order), dtype=np.int64)
    required = np.zeros(nodes, dtype=np.int64)
    refused = np.zeros(nodes, dtype=np.int64)
    forced = np.full(nodes, -1, dtype=np.int64)
    idle = np.zeros(nodes, dtype=np.int64)
    for depth in range(int(limits.depth.max()), -1, -1):
        here = limits.depth == depth
        extra = np.where(here, np.maximum(0, floor - required), 0)
        required = np.where(here, np.maximum(required, floor), required)
        if (required > ceiling)[here].any():
            return None
        room = ceiling - required
        picked = np.flatnonzero(here[at])
        short = extra.copy()
        if len(picked):
            if nodes > 1:
                picked = picked[np.argsort(at[picked].astype(np.int32), kind="stable")]
            below, amount = at[picked], left[picked]
            first = np.flatnonzero(np.r_[True, below[1:] != below[:-1]])
            running = np.cumsum(amount)
            before = running - amount
            before = before - np.repeat(before[first], np.diff(np.r_[first, len(below)]))
            must = np.clip(extra[below] - before, 0, amount)
            amount = amount - must
            keep = np.clip(room[below] - np.maximum(0, before - extra[below]), 0, amount)
            taken[picked] += must
            left[picked] = keep
            short -= np.bincount(below, weights=must, minlength=nodes).astype(np.int64)
            away = keep < amount
            np.maximum.at(refused, below[away], value[picked][away])
            took = must > 0
            low = np.full(nodes, np.iinfo(np.int64).max)
            np.minimum.at(low, below[took], value[picked][took])
            forced = np.where(here & (low < np.iinfo(np.int64).max), low, forced)
            parent = limits.parent[below]
            at[picked] = np.where(parent >= 0, parent, below)
        short = np.where(here, short, 0)
        idle += short
        forced = np.where(short > 0, 0, forced)
        for index in np.flatnonzero(here):
            if limits.parent[index] >= 0:
                required[int(limits.parent[index])] += required[index]
    result = np.zeros(len(order), dtype=np.int64)
    result[order] = taken + left
    return Share(result, refused, forced, idle)


def prices_of(limits: Laminar, share: Share) -> IntArray:
    """Return the price of a post at every node that supports the share: no gain above it was refused.

    A binding ceiling lifts the price to the gain it turned away; a binding floor lowers it to the gain it
    took in; any other node has the price of the node above. What a post is worth at a node's own limit is
    its price less the price above.
    """
    price = np.zeros(len(limits.parent), dtype=np.int64)
    for node in np.argsort(limits.depth, kind="stable"):
        above = int(limits.parent[node])
        at = max(int(price[above]) if above >= 0 else 0, int(share.refused[node]))
        price[node] = at if share.forced[node] < 0 else min(at, int(share.forced[node]))
    return price


def values_of(limits: Laminar, share: Share, nodes: int) -> IntArray:
    """Return for the nodes of the tree what one post more at the node's own limit is worth at most.

    Positive: no ceiling one higher saves more (at the root it saves exactly that); negative: no floor one
    lower does.
    """
    price = prices_of(limits, share)
    values = np.zeros(nodes, dtype=np.int64)
    for index, node in enumerate(limits.source):
        if node >= 0:
            above = int(limits.parent[index])
            values[node] = price[index] - (price[above] if above >= 0 else 0)
    return values
