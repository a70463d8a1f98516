"""Subset-row cuts: among three groups no partition has two bundles that each hold two of them.

For an odd set T of groups, Σ ⌊|S ∩ T| / 2⌋ · x_S ≤ (|T| − 1) / 2 holds for every partition, and often fails
for fractions of bundles (Jepsen, Petersen, Spoorendonk and Pisinger, Operations Research 56, 2008).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray

VIOLATION = 0.01
FROM_TRIPLES = 60
MOST_FIVES = 20
SUPPORT_CELLS = 4_000_000
# beyond this there are too many triples to look at: the bound then comes from prices and branching
MOST_GROUPS = 100


class SubsetRows:
    """Finds violated subset rows of three and five groups; every row is found once."""

    def __init__(self, held: IntArray) -> None:
        self.held = held
        self.groups = held.shape[1]
        triples = combinations(range(self.groups), 3) if self.groups <= MOST_GROUPS else ()
        self.triples = np.array(list(triples), dtype=np.int64).reshape(-1, 3)
        self.seen: set[tuple[int, ...]] = set()

    def coefficients(self, subset: tuple[int, ...]) -> IntArray:
        """Return the row's coefficient of every bundle."""
        return np.asarray(self.held[:, list(subset)].sum(axis=1) // 2, dtype=np.int64)

    def separate(self, value: npt.NDArray[np.float64], most: int, *, fives: bool) -> list[tuple[int, ...]]:
        """Return at most `most` violated rows that were not returned before, the most violated first."""
        support = np.flatnonzero(value > 1e-6)
        if not len(self.triples) or not len(support):
            return []
        held, weight = self.held[support], value[support]
        excess = np.zeros(len(self.triples))
        step = max(1, SUPPORT_CELLS // (3 * len(support)))
        for start in range(0, len(self.triples), step):
            part = held[:, self.triples[start : start + step]].sum(axis=2) >= 2
            excess[start : start + step] = weight @ part - 1
        found = []
        for place in np.argsort(-excess, kind="stable")[:most]:
            if excess[place] <= VIOLATION:
                break
            found.append(tuple(int(g) for g in self.triples[place]))
        found = [subset for subset in found if subset not in self.seen]
        if fives and len(found) < 5 and self.groups >= 5:
            found += self._fives(held, weight, excess)
        self.seen.update(found)
        return found

    def _fives(
        self, held: IntArray, weight: npt.NDArray[np.float64], excess: npt.NDArray[np.float64]
    ) -> list[tuple[int, ...]]:
        """Grow the best triples by two groups."""
        grown: dict[tuple[int, ...], float] = {}
        pairs = np.array(list(combinations(range(self.groups), 2)), dtype=np.int64)
        both = held[:, pairs[:, 0]] + held[:, pairs[:, 1]]
        for place in np.argsort(-excess, kind="stable")[:FROM_TRIPLES]:
            triple = self.triples[place]
            inside = held[:, triple].sum(axis=1)
            over = weight @ ((both + inside[:, None]) // 2) - 2
            free = ~np.isin(pairs, triple).any(axis=1)
            for pair in np.flatnonzero(free & (over > VIOLATION)):
                subset = tuple(sorted((*triple.tolist(), *pairs[pair].tolist())))
                if subset not in self.seen:
                    grown[subset] = float(over[pair])
        return sorted(grown, key=lambda subset: (-grown[subset], subset))[:MOST_FIVES]
