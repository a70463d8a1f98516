"""A minimal conflict by deletion: rules are left out as long as there is still no plan, coarse to fine.

Chinneck and Dravnieks (1991) delete rows one by one; here whole families go first, then a unit's rules, then
single rules, halves of what is left first, so that most of them fall in a few questions (Junker 2004). Every
step is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vitri.optimise.conflict.members import FAMILIES, Conflict, Member, Question

_LEVELS: tuple[Callable[[Member], Any], ...] = (
    lambda m: FAMILIES.index(m.family),
    lambda m: (FAMILIES.index(m.family), m.detail if m.family == "pair" else m.unit),
    lambda m: FAMILIES.index(m.family),
)


def minimal_conflict(question: Question) -> Conflict | None:
    """Return a minimal set of rules that has no plan; None where it is not proven that there is none.

    A rule is left out only where what remains is proven to have no plan, so the set returned has none.
    """
    search = _Search(question)
    if not search.none(frozenset(question.members)):
        return None
    kept = frozenset(question.members)
    for depth, level in enumerate(_LEVELS):
        for chunk in _chunks(kept, level):
            if depth < len(_LEVELS) - 1:
                kept = kept - chunk if search.none(kept - chunk) else kept
            else:
                kept = search.halved(kept, sorted(chunk, key=_order))
    # one more round over single rules: what was needed beside others may not be needed without them
    for member in sorted(kept, key=_order, reverse=True):
        if search.none(kept - {member}):
            kept -= {member}
    proven = all(question.exists(kept - {member}) is True for member in sorted(kept))
    return Conflict(tuple(sorted(kept, key=_order)), proven, search.steps + len(kept))


class _Search:
    """Questions put, each answered once."""

    def __init__(self, question: Question) -> None:
        self.question, self.steps = question, 0
        self.known: dict[frozenset[Member], bool] = {}

    def none(self, kept: frozenset[Member]) -> bool:
        """Whether it is proven that no plan keeps these rules."""
        if not kept:
            return False
        if kept not in self.known:
            self.steps += 1
            self.known[kept] = self.question.exists(kept) is False
        return self.known[kept]

    def halved(self, kept: frozenset[Member], chunk: list[Member]) -> frozenset[Member]:
        """Leave out what can be left out of a chunk: all of it, else of each half."""
        if self.none(kept - frozenset(chunk)):
            return kept - frozenset(chunk)
        if len(chunk) == 1:
            return kept
        middle = len(chunk) // 2
        return self.halved(self.halved(kept, chunk[middle:]), chunk[:middle])


def _order(member: Member) -> Any:
    return FAMILIES.index(member.family), member.unit, member.detail, member.number, member.legal


def _chunks(kept: Iterable[Member], level: Callable[[Member], Any]) -> list[frozenset[Member]]:
    """Return the rules that share a key, in the order of the keys, last families first.

    What the work asks for explains more than a limit far above it, so posts' limits are tried last.
    """
    found: dict[Any, set[Member]] = {}
    for member in kept:
        found.setdefault(level(member), set()).add(member)
    return [frozenset(found[key]) for key in sorted(found, reverse=True)]
