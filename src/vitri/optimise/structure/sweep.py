"""Several structures at once: good plans from good structures of every scope.

A scope's structure at one price is best for one number of posts; at other prices it is another. Structures
found at prices around the best ones are tried in one scope after the other, each time with all posts shared
out again, until none is better.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.engine import Watch
from vitri.optimise.structure.finish import partitions_within
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.relax import Part, Relaxation, Solved

FACTORS_PCT = (0, 25, 50, 70, 85, 100, 120, 150, 200, 300)
LISTED = 16
ROUNDS = 3
# gains looked at in all trials together
TRIED_ENTRIES = 60_000_000


def candidates(
    relaxation: Relaxation, part: Part, solved: Solved, start: Chosen | None
) -> list[list[tuple[int, ...]]]:
    """Return structures worth trying, by scope, in a stable order."""
    found: list[dict[tuple[int, ...], None]] = [{} for _ in solved.scopes]
    for scope, held in enumerate(start or ()):
        found[scope][held] = None
    price = relaxation.prices.grid[solved.places]
    for factor in FACTORS_PCT:
        places = relaxation.prices.nearest(price * factor // 100)
        at = solved if factor == 100 else relaxation.solve(part, places)
        if at is None:
            continue
        for scope, relaxed in enumerate(at.scopes):
            program = relaxation.programs[scope]
            if relaxed is None or program is None:
                found[scope][()] = None
                continue
            limit = max(1, abs(relaxed.base) >> 6)
            columns = np.flatnonzero((relaxed.reduced <= limit) & ~relaxation.barred(part, scope))
            masks = [sum(1 << int(g) for g in np.flatnonzero(program.held[c])) for c in columns]
            reduced = [int(relaxed.reduced[c]) for c in columns]
            listed, _ = partitions_within(masks, reduced, (1 << program.rows) - 1, limit, 400, 8_000)
            for _, chosen in listed[: LISTED if factor == 100 else 3]:
                bundles = sorted(int(relaxation.columns[scope][columns[c]]) for c in chosen)
                found[scope][tuple(bundles)] = None
    return [list(held) for held in found]


def sweep(relaxation: Relaxation, plans: Plans, part: Part, solved: Solved, watch: Watch) -> None:
    """Try structures scope by scope from the best plan, or from each scope's first structure."""
    start = None if plans.best is None else plans.best[1]
    offered = candidates(relaxation, part, solved, start)
    if any(not held for held in offered):
        return
    if plans.best is None:
        plans.value(tuple(held[0] for held in offered))
    left = TRIED_ENTRIES
    for _ in range(ROUNDS):
        if plans.best is None:
            return
        before = plans.best[0]
        for scope, held in enumerate(offered):
            for structure in held:
                now = plans.best[1]
                trial = (*now[:scope], structure, *now[scope + 1 :])
                if trial in plans.seen or relaxation.partition_bound(trial) >= plans.best[0]:
                    continue
                plans.value(trial)
                left -= 1_000 + plans.last_entries
                if left < 0 or watch.over():
                    return
        if plans.best[0] == before:
            return
