"""A minimal conflict by deletion: rules are left out as long as there is still no plan, coarse to fine.

Chinneck and Dravnieks (1991) delete rows one by one; here whole families go first, then a unit's rules, then
single rules, so that most of them fall in a few questions. Every step is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vitri.optimise.conflict.members import FAMILIES, Conflict, Member, Question

_LEVELS: tuple[Callable[[Member], Any], ...] = (
    lambda m: FAMILIES.index(m.family),
    lambda m: (FAMILIES.index(m.family), m.unit),
    lambda m: (FAMILIES.index(m.family), m.unit, m.detail, m.number, m.legal),
)


def minimal_conflict(question: Question) -> Conflict | None:
    """Return a minimal set of rules that has no plan; None where it is not proven that there is none.

    A rule is left out only where what remains is proven to have no plan, so the set returned has none.
    """
    kept = frozenset(question.members)
    if question.exists(kept) is not False:
        return None
    steps = 1
    for level in _LEVELS:
        for chunk in _chunks(kept, level):
            trial = kept - chunk
            if len(trial) == len(kept) or not trial:
                continue
            steps += 1
            if question.exists(trial) is False:
                kept = trial
    proven = all(question.exists(kept - {member}) is True for member in sorted(kept))
    order = sorted(kept, key=_LEVELS[-1])
    return Conflict(tuple(order), proven, steps + len(kept) + 1)


def _chunks(kept: Iterable[Member], level: Callable[[Member], Any]) -> list[frozenset[Member]]:
    """Return the rules that share a key, in the order of the keys, last families first.

    What the work asks for explains more than a limit far above it, so posts' limits are tried last.
    """
    found: dict[Any, set[Member]] = {}
    for member in kept:
        found.setdefault(level(member), set()).add(member)
    return [frozenset(found[key]) for key in sorted(found, reverse=True)]
