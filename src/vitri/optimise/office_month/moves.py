"""Ranked alternatives for one line or one official: every single move from the assignment, with its cost.

A move gives one line to another responsible official (or to nobody, or an undone line to somebody); all else
stays. The change of every level is counted exactly, so the ranking is exact for single moves; what a chain of
moves or a new assignment could reach is not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vitri.optimise.office_month.case import Given, Line, OfficeMonth
from vitri.optimise.office_month.levels import Level, broken, values


@dataclass(frozen=True)
class Move:
    """One move: the line, from whom to whom (None: nobody), the change of each level, limits it breaks."""

    line: str
    before: str | None
    after: str | None
    change: tuple[int, ...]
    broken: tuple[tuple[str, str], ...]

    @property
    def allowed(self) -> bool:
        """Whether the move keeps every limit."""
        return not self.broken


def moved(case: OfficeMonth, given: Given, line: Line, who: str | None) -> Given:
    """Return the assignment after a move; a helper who becomes responsible changes places."""
    responsible, helpers = dict(given.responsible), dict(given.helpers)
    old = responsible.pop(line.code, None)
    if who is None:
        helpers.pop(line.code, None)
        return replace(given, responsible=responsible, helpers=helpers)
    responsible[line.code] = who
    team = helpers.get(line.code, ())
    if who in team and old is not None:
        helpers[line.code] = tuple(sorted(old if helper == who else helper for helper in team))
    elif line.people > 1 and old is None:
        others = [helper for helper in case.may_help(line) if helper != who]
        helpers[line.code] = tuple(others[: line.people - 1])
    return replace(given, responsible=responsible, helpers=helpers)


def alternatives(
    case: OfficeMonth, given: Given, levels: Sequence[Level], lines: Sequence[str] = (), official: str = ""
) -> list[Move]:
    """Return the moves of some lines, or those that take a line from or give one to an official.

    Ranked: moves that keep every limit first, then by the change of the levels in their order; equals by
    line and official. Lines without enough helpers for a move are left out.
    """
    now = values(case, given, levels)
    already = set(broken(case, given))
    wanted = set(lines)
    found: list[Move] = []
    for line in case.lines:
        doer = given.responsible.get(line.code)
        if wanted and line.code not in wanted and line.code.partition("@")[0] not in wanted:
            continue
        choices: list[str | None] = [who for who in case.able(line) if who != doer]
        if official:
            if doer != official and official not in choices:
                continue
            if doer != official:
                choices = [official]
        if doer is not None and (not official or doer == official):
            choices.append(None)
        for who in choices:
            after = moved(case, given, line, who)
            if who is not None and len(after.helpers.get(line.code, ())) < line.people - 1:
                continue
            then = values(case, after, levels)
            wrong = tuple(sorted(set(broken(case, after)) - already))
            change = tuple(b - a for a, b in zip(now, then, strict=True))
            found.append(Move(line.code, doer, who, change, wrong))
    return sorted(found, key=lambda m: (not m.allowed, m.change, m.line, m.after or "~"))
