"""The structure of positions: every task group has one home, in the freedom that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vitri.data.fields import split_list
from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, equal
from vitri.rules.case import Case

ALL = "all"


@dataclass(frozen=True)
class Position:
    """A proposed position of one scope (all, an office class or an office)."""

    scope: str
    code: str
    groups: tuple[str, ...]

    @property
    def place(self) -> str:
        """Where a measurement of this position is."""
        return f"{self.scope}/{self.code}"


def proposed_positions(case: Case) -> list[Position]:
    """Return the positions proposed for sized posts, in order; elected and leading ones are left out."""
    leading = set(case.leaders["position"])
    found = [
        Position(row["structure"], row["position"], tuple(sorted(split_list(row["task_groups"]))))
        for row in case.rows("structure")
        if not (row["position"] in leading and row["structure"] == ALL)
    ]
    return sorted(found, key=lambda position: (position.scope, position.code))


def scope_of_office(case: Case, office: str) -> str:
    """Return the scope of structure that an office follows."""
    if case.structure == "free":
        return office
    if case.structure == "common":
        return ALL
    offices = case.instance.table("offices").set_index("code")["office_class"]
    named = offices.get(office)
    return named if isinstance(named, str) else ALL


class StructurePartition(Rule):
    """A task group is in exactly one position of the structure its office follows.

    The structure is as free as asked: common has one scope for all offices, class one for each class of
    offices, free one for each office.
    """

    name = "structure"
    title = N_("One position for each task group")
    sentence = N_("{place}: task group {detail} is in {actual} positions instead of {required}.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the positions of every task group that sized posts serve, by scope."""
        positions = proposed_positions(case)
        count: dict[tuple[str, str], int] = {}
        for position in positions:
            for group in position.groups:
                count[position.scope, group] = count.get((position.scope, group), 0) + 1
        known = {scope_of_office(case, office) for office in case.offices}
        for position in positions:
            yield at_most(position.place, 0, int(position.scope not in known), position.scope)
            strange = [group for group in position.groups if group not in case.groups]
            yield at_most(position.place, 0, len(strange), ", ".join(strange))
        served = {(scope_of_office(case, post.office), g) for post in case.sized for g in post.groups}
        for scope, group in sorted(served | set(count)):
            yield equal(f"{scope}/{group}", 1, count.get((scope, group), 0), group)


class MainPosition(Rule):
    """The main groups of sized posts are those of the position they are named after, the others are not."""

    name = "main_position"
    title = N_("Posts follow their position")
    sentence = N_("Posts {place}: {actual} task groups do not agree with the position ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the duties of every set of sized posts with its position."""
        groups = {(p.scope, p.code): set(p.groups) for p in proposed_positions(case)}
        for post in case.sized:
            own = groups.get((scope_of_office(case, post.office), post.position))
            wrong = sorted({d.group for d in post.duties if own is None or d.main != (d.group in own)})
            yield at_most(f"{post.office}/{post.code}", 0, len(wrong), ", ".join(wrong))
