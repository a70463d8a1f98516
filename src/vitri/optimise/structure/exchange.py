"""Plans at one price: groups moved between positions, and swapped, as long as that is cheaper.

The bundles are so many that a list of the best by reduced cost often holds no partition at all. Here the
partition comes first: any one of few positions, improved group by group with the costs that are known.
"""

from __future__ import annotations

import random

import numpy as np
from ortools.sat.python import cp_model

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.columns import BoolArray

KICKS = 300
START_EFFORT = 5.0


class Exchange:
    """Partitions into bundles of a list, by their masks."""

    def __init__(self, held: BoolArray, watch: Watch) -> None:
        self.watch = watch
        self.groups = held.shape[1]
        packed = np.packbits(held, axis=1, bitorder="little")
        self.at = {int.from_bytes(row.tobytes(), "little"): i for i, row in enumerate(packed)}
        size = held.sum(axis=1)
        self.largest = int(size.max(initial=1))
        pairs = held[size == 2]
        self.fits = np.eye(self.groups, dtype=bool)
        for row in pairs:
            first, second = np.flatnonzero(row)
            self.fits[first, second] = self.fits[second, first] = True
        self.cost: IntArray = np.zeros(0, dtype=np.int64)

    def start(self, number: int) -> list[int] | None:
        """Return some partition into at most `number` bundles, by masks; None where none was found."""
        model = cp_model.CpModel()
        inside = [[model.new_bool_var("") for _ in range(number)] for _ in range(self.groups)]
        for group in range(self.groups):
            model.add_exactly_one(inside[group])
            for other in np.flatnonzero(~self.fits[group, :group]).tolist():
                for place in range(number):
                    model.add_bool_or([inside[group][place].negated(), inside[other][place].negated()])
        for place in range(number):
            model.add(sum(inside[group][place] for group in range(self.groups)) <= self.largest)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.catch_sigint_signal = False
        solver.parameters.random_seed = self.watch.options.seed
        solver.parameters.max_deterministic_time = START_EFFORT
        if self.watch.left() < float("inf"):
            solver.parameters.max_time_in_seconds = max(0.05, self.watch.left())
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        masks = [
            sum(1 << group for group in range(self.groups) if solver.boolean_value(inside[group][place]))
            for place in range(number)
        ]
        masks = [mask for mask in masks if mask]
        return masks if all(mask in self.at for mask in masks) else None

    def improve(self, masks: list[int], cost: IntArray, kicks: int = KICKS) -> list[int]:
        """Return the best partition found from one, with as many positions or fewer."""
        self.cost = cost
        rng = random.Random(self.watch.options.seed)
        best = current = self._climb(list(masks))
        least = self._total(best)
        for _ in range(kicks):
            if self.watch.over():
                break
            current = self._climb(self._kicked(list(best), rng))
            total = self._total(current)
            if total < least:
                best, least = current, total
        return sorted(mask for mask in best if mask)

    def _of(self, mask: int) -> int | None:
        if not mask:
            return 0
        place = self.at.get(mask)
        return None if place is None else int(self.cost[place])

    def _total(self, masks: list[int]) -> int:
        return sum(self._of(mask) or 0 for mask in masks)

    def _moves(self, one: int, other: int) -> list[tuple[int, int]]:
        """Return what two positions become when a group moves from the first or is swapped."""
        bits_one, bits_other = _bits(one), _bits(other)
        found = [(one ^ bit, other | bit) for bit in bits_one]
        found += [(one ^ a ^ b, other ^ a ^ b) for a in bits_one for b in bits_other]
        return [(a, b) for a, b in found if (not a or a in self.at) and b in self.at]

    def _climb(self, masks: list[int]) -> list[int]:
        """Take the best move of every pair of positions in turn until none is left that helps."""
        stale: set[tuple[int, int]] = set()
        moved = True
        while moved:
            moved = False
            for i in range(len(masks)):
                for j in range(len(masks)):
                    pair = masks[i], masks[j]
                    if i == j or not masks[i] or not masks[j] or pair in stale:
                        continue
                    now = (self._of(masks[i]) or 0) + (self._of(masks[j]) or 0)
                    choice = min(
                        (((self._of(a) or 0) + (self._of(b) or 0), a, b) for a, b in self._moves(*pair)),
                        default=None,
                    )
                    if choice is not None and choice[0] < now:
                        masks[i], masks[j] = choice[1:]
                        moved = True
                    else:
                        stale.add(pair)
        return masks

    def _kicked(self, masks: list[int], rng: random.Random) -> list[int]:
        for _ in range(3):
            places = [i for i, mask in enumerate(masks) if mask]
            if len(places) < 2:
                break
            i, j = rng.sample(places, 2)
            moves = self._moves(masks[i], masks[j])
            if moves:
                masks[i], masks[j] = rng.choice(moves)
        return masks


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest)
        mask ^= lowest
    return found
