"""Finding subset-row cuts that a fractional solution breaks: sets of three duties, then of five."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from vitri.optimise.engine import IntArray
from vitri.optimise.frontier.prices import Cut, Master

LEAST = 0.02
MOST_TRIPLES = 40
MOST_FIVES = 30
SEEDS = 60


def broken_cuts(master: Master) -> list[Cut]:
    """Return the cuts that the master's last solution breaks most; none if it is whole."""
    used, value = master.fractions()
    if not len(used) or bool((value > 1 - 1e-6).all()):
        return []
    duties = master.columns.duties
    if duties < 3:
        return []
    held = master.held[used].astype(np.int64)
    triples = np.array(list(combinations(range(duties), 3)), dtype=np.int64)
    excess = ((held[:, triples].sum(axis=2) >= 2) * value[:, None]).sum(axis=0) - 1
    ranked = np.argsort(-excess, kind="stable")
    known = {cut.duties for cut in master.cuts}
    found = [_mask(triples[t]) for t in ranked[:MOST_TRIPLES] if excess[t] > LEAST]
    if len(found) < 5 and duties >= 5:
        found += _fives(held, value, triples[ranked[:SEEDS]])
    return [Cut(mask) for mask in dict.fromkeys(found) if mask not in known]


def _fives(held: IntArray, value: np.ndarray, seeds: IntArray) -> list[int]:
    """Grow the best triples by every pair of other duties; return the five-sets broken most."""
    duties = held.shape[1]
    pairs = np.array(list(combinations(range(duties), 2)), dtype=np.int64)
    by_pair = held[:, pairs].sum(axis=2)
    scored: list[tuple[float, int]] = []
    for seed in seeds:
        count = held[:, seed].sum(axis=1)[:, None] + by_pair
        excess = ((count // 2) * value[:, None]).sum(axis=0) - 2
        apart = ~np.isin(pairs, seed).any(axis=1)
        scored += [
            (-float(excess[q]), _mask(seed) | _mask(pairs[q]))
            for q in np.flatnonzero((excess > LEAST) & apart)
        ]
    scored.sort()
    return [mask for _, mask in scored[:MOST_FIVES]]


def _mask(duties: IntArray) -> int:
    return sum(1 << int(duty) for duty in duties)
