"""What a partition is worth exactly: its posts handed out under the limits, remembered once tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.laminar import Laminar, Share, hand_out, prices_of, values_of
from vitri.optimise.structure.columns import Bundles

# bundles by scope
Chosen = tuple[tuple[int, ...], ...]
REMEMBERED_ENTRIES = 12_000_000


@dataclass(frozen=True)
class Entries:
    """A bundle's gains in a scope: unit, gain, count, and the cost of the least posts."""

    unit: IntArray
    gain: IntArray
    count: IntArray
    first: int


class Plans:
    """Values partitions exactly and keeps the best; cost None means that the limits cannot be kept."""

    def __init__(self, bundles: Bundles, limits: Laminar, nodes: int) -> None:
        self.bundles = bundles
        self.limits = limits
        self.nodes = nodes
        scope = np.array(bundles.scope_of, dtype=np.int64)
        self.units = [np.flatnonzero(scope == s) for s in range(len(bundles.needed))]
        self.offices = np.array(bundles.office_of, dtype=np.int64)
        whole = len(self.units) == 1 and len(self.units[0]) == len(scope)
        self.parts = [bundles] if whole else [bundles.of_units(units) for units in self.units]
        nodes_of = limits.node_of[self.offices]
        own = np.zeros((len(self.units), len(limits.parent)), dtype=np.int64)
        np.add.at(own, (scope, nodes_of), 1)
        for node in np.argsort(-limits.depth, kind="stable"):
            if limits.parent[node] >= 0:
                own[:, limits.parent[node]] += own[:, node]
        # units below every node, by scope
        self.below = own
        self.known: dict[tuple[int, int], Entries] = {}
        self.entries = 0
        self.last_entries = 0
        self.seen: dict[Chosen, int | None] = {}
        self.best: tuple[int, Chosen] | None = None

    def entries_of(self, scope: int, held: tuple[int, ...]) -> list[tuple[int, Entries]]:
        """Return bundles with their gains in a scope."""
        missing = [bundle for bundle in held if (scope, bundle) not in self.known]
        if missing:
            if self.entries > REMEMBERED_ENTRIES:
                self.known.clear()
                self.entries, missing = 0, list(held)
            runs = self.parts[scope].runs(missing)
            units = self.units[scope]
            bundle, unit = np.divmod(runs.pair, max(1, len(units)))
            for place, number in enumerate(missing):
                own = np.flatnonzero(bundle == place)
                self.known[scope, number] = Entries(
                    units[unit[own]], runs.gain[own], runs.count[own], int(runs.first[place].sum())
                )
            self.entries += len(runs.gain)
        return [(bundle, self.known[scope, bundle]) for bundle in held]

    def share(self, chosen: Chosen) -> tuple[Share | None, list[tuple[int, Entries]], int]:
        """Hand out posts for a partition; also its entries by bundle and the cost of the least posts."""
        parts = [entry for s, held in enumerate(chosen) for entry in self.entries_of(s, held)]
        first = sum(part.first for _, part in parts)
        fixed = np.zeros(len(self.limits.parent), dtype=np.int64)
        if self.bundles.least:
            for scope, held in enumerate(chosen):
                fixed += self.bundles.least * len(held) * self.below[scope]
        empty = np.zeros(0, dtype=np.int64)
        unit = np.concatenate([empty, *(part.unit for _, part in parts)])
        gain = np.concatenate([empty, *(part.gain for _, part in parts)])
        count = np.concatenate([empty, *(part.count for _, part in parts)])
        node = self.limits.node_of[self.offices[unit]]
        self.last_entries = len(unit)
        return hand_out(self.limits, node, gain, count, fixed), parts, first

    def holds(self, positions: list[int]) -> bool:
        """Whether the limits can hold the least posts of so many positions by scope."""
        fixed = np.zeros(len(self.limits.parent), dtype=np.int64)
        for scope, number in enumerate(positions):
            fixed += self.bundles.least * number * self.below[scope]
        empty = np.zeros(0, dtype=np.int64)
        return hand_out(self.limits, empty, empty, empty, fixed) is not None

    def value(self, chosen: Chosen) -> int | None:
        """Return the least cost of a partition, exactly."""
        if chosen not in self.seen:
            share, parts, first = self.share(chosen)
            cost: int | None = None
            if share is not None:
                gain = np.concatenate([np.zeros(0, np.int64), *(part.gain for _, part in parts)])
                cost = first - int((gain * share.taken).sum())
                if self.best is None or (cost, chosen) < self.best:
                    self.best = cost, chosen
            self.seen[chosen] = cost
        return self.seen[chosen]

    def simple(self) -> None:
        """Value two structures that need no search: every group alone, and the largest bundles first."""
        held = self.bundles.membership
        size = held.sum(axis=1)
        for order in (np.argsort(size, kind="stable"), np.argsort(-size, kind="stable")):
            chosen: list[tuple[int, ...]] = []
            for needed in self.bundles.needed:
                left = needed.copy()
                own: list[int] = []
                while left.any():
                    fits = held[order, int(np.argmax(left))] & ~(held[order] & ~left).any(axis=1)
                    if not fits.any():
                        return
                    own.append(int(order[int(np.argmax(fits))]))
                    left &= ~held[own[-1]]
                chosen.append(tuple(sorted(own)))
            self.value(tuple(chosen))

    def prices(self, chosen: Chosen) -> IntArray:
        """Return the price of a post at every node of the limits that supports the partition's posts."""
        share, _, _ = self.share(chosen)
        if share is None:
            return np.zeros(len(self.limits.parent), dtype=np.int64)
        return prices_of(self.limits, share)

    def posts(self, chosen: Chosen) -> tuple[IntArray, IntArray]:
        """Return the posts (bundle, unit) of a partition, and what a post is worth at every tree node."""
        share, parts, _ = self.share(chosen)
        posts = np.zeros((len(self.bundles.membership), len(self.offices)), dtype=np.int64)
        assert share is not None
        for scope, held in enumerate(chosen):
            posts[np.ix_(np.array(held, dtype=np.int64), self.units[scope])] += self.bundles.least
        start = 0
        for bundle, part in parts:
            end = start + len(part.unit)
            np.add.at(posts[bundle], part.unit, share.taken[start:end])
            start = end
        return posts, values_of(self.limits, share, self.nodes)
