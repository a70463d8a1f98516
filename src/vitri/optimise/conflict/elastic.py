"""Limits that can bend, as one small integer programme: units, classes of posts, caps on leading posts.

Every office takes one of its rows; every rule that may be eased has a slack with a price. Without any such
rule the programme only says whether a plan exists.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from ortools.sat.python import cp_model

from vitri.optimise.conflict.members import Grant, Member
from vitri.optimise.conflict.offers import CLASSES, Offers
from vitri.optimise.engine import UndecidedError
from vitri.optimise.leading_caps import LeadingCap
from vitri.optimise.quota_tree import Tree
from vitri.optimise.side_limits import offices_below, programme_solver

MOST = ("ceiling", "cap", "size_cap")
LEAST = ("floor", "size_floor")
CLASS_MOST = ("class_most", "class_cap")
BY_CLASS = (*CLASS_MOST, "class_floor")
#: One place eased counts as one part in this of a minute: among equals, fewer places.
PLACES = 1 << 12
_EFFORT = 10.0
_UNIT = 10_000
_LARGEST = 100_000

#: A number, or an expression of the programme.
Amount = cp_model.LinearExpr | int


@dataclass(frozen=True)
class FixedMember:
    """Fixed posts as a member, with their office, their class and their leading role."""

    member: Member
    office: int
    label: int
    role: str


@dataclass(frozen=True)
class Shape:
    """What the limits speak of: units, offices, fixed posts, caps on leading posts, classes with work."""

    tree: Tree
    offices: tuple[str, ...]
    fixed: tuple[FixedMember, ...]
    caps: Mapping[Member, LeadingCap]
    by_need: bool

    def least_base(self, member: Member) -> int:
        """Return how many posts a cap on leading posts may ask for, at most."""
        cap = self.caps[member]
        return cap.least_base(sum(f.member.number for f in self.fixed if f.role == cap.role)) or 0


@dataclass(frozen=True)
class Eased:
    """The cheapest easing: its packed cost, the bound, posts and minutes granted, the row of every office.

    `undone` are the offices with work left undone.
    """

    cost: int
    bound: int
    grants: tuple[Grant, ...]
    rows: tuple[int, ...]
    undone: tuple[int, ...]


class _Programme:
    def __init__(
        self,
        shape: Shape,
        offers: Sequence[Offers],
        present: Sequence[Sequence[bool]],
        kept: Set[Member],
        eased: Set[Member],
        price: Mapping[str, int],
    ) -> None:
        self.shape, self.kept, self.eased, self.price = shape, kept, eased, price
        self.model = cp_model.CpModel()
        self.terms: list[Amount] = []
        self.slack: dict[Member, cp_model.IntVar] = {}
        self.below = offices_below(shape.tree)
        self.at = {node.code: index for index, node in enumerate(shape.tree.nodes)}
        self.most = self._growth()
        self.fixed = {f.member: f for f in shape.fixed if f.member in kept}
        self.out = {member: self.give(member, member.number) for member in sorted(self.fixed)}
        self._offices(offers, present)
        self._units()
        for member in sorted(kept):
            if member.family == "ratio_cap":
                self._leading(member, shape.caps[member])

    def _growth(self) -> int:
        """Return how many posts beyond its rows an office may have."""
        least = [m.number for m in self.kept if m.family in (*LEAST, "class_floor")]
        least += [self.shape.least_base(m) for m in self.kept if m.family == "ratio_cap"]
        return min(_LARGEST, sum(least))

    def give(self, member: Member, most: int) -> Amount:
        """Return how far a rule gives way: a variable with a price, nothing where it may not be eased."""
        if member not in self.eased:
            return 0
        if member not in self.slack:
            amount = self.model.new_int_var(0, most, "")
            used = self.model.new_bool_var("")
            self.model.add(amount <= most * used)
            self.terms += [self.price[member.family] * PLACES * amount, used]
            self.slack[member] = amount
        return self.slack[member]

    def _offices(self, offers: Sequence[Offers], present: Sequence[Sequence[bool]]) -> None:
        model = self.model
        works = {m.unit for m in self.eased if m.family == "work"}
        split = any(m.family in BY_CLASS for m in self.kept)
        self.rows: list[list[cp_model.IntVar]] = []
        self.total: list[Amount] = []
        self.of_class: list[list[Amount]] = []
        for office, own in enumerate(offers):
            undone = own.undone.tolist()
            loose = self.shape.offices[office] in works
            taken = [model.new_bool_var("") for _ in undone]
            model.add_exactly_one(taken)
            for var, minutes in zip(taken, undone, strict=True):
                if minutes and not loose:
                    model.add(var == 0)
                elif minutes:
                    self.terms.append((self.price["work"] * minutes * PLACES + 1) * var)
            more = model.new_int_var(0, self.most if own.grows else 0, "")
            added = [model.new_int_var(0, self.most if free else 0, "") for free in own.free]
            posts = cp_model.LinearExpr.weighted_sum(taken, own.posts.tolist()) + more + sum(added)
            classes: list[Amount] = []
            if split and own.classes is not None:
                classes = [
                    cp_model.LinearExpr.weighted_sum(taken, own.classes[:, k].tolist()) + added[k]
                    for k in range(CLASSES)
                ]
            elif split:
                most = int(own.posts.max(initial=0)) + self.most
                classes = [model.new_int_var(0, most if there else 0, "") for there in present[office]]
                model.add(sum(classes) == posts)
            self.rows.append(taken)
            self.total.append(posts)
            self.of_class.append(classes)
        for member, fixed in self.fixed.items():
            held = member.number - self.out[member]
            self.total[fixed.office] = self.total[fixed.office] + held
            if split:
                own_class = self.of_class[fixed.office]
                own_class[fixed.label] = own_class[fixed.label] + held

    def _posts(self, offices: Sequence[int], label: int | None = None) -> Amount:
        if label is None:
            return sum(self.total[o] for o in offices)
        return sum(self.of_class[o][label] for o in offices)

    def _units(self) -> None:
        for member in sorted(self.kept):
            if member.family not in (*MOST, *LEAST, *BY_CLASS):
                continue
            label = ("I", "II", "III").index(member.detail) if member.family in BY_CLASS else None
            posts = self._posts(sorted(self.below[self.at[member.unit]]), label)
            if member.family in (*LEAST, "class_floor"):
                self.model.add(posts >= member.number - self.give(member, member.number))
            else:
                self.model.add(posts <= member.number + self.give(member, _LARGEST))

    def _leading(self, member: Member, cap: LeadingCap) -> None:
        offices = sorted(o for o, code in enumerate(self.shape.offices) if code in cap.offices)

        def leaders(role: str | None) -> Amount:
            held = [m for m, f in self.fixed.items() if f.office in offices and f.role == role]
            return sum(m.number - self.out[m] for m in held)

        given = next((m for m in self.kept if m.family == "ceiling" and m.unit == cap.place), None)
        if cap.of_role is not None:
            base = leaders(cap.of_role)
        elif cap.given is not None and self.shape.by_need:
            base = cap.given
        elif cap.given is not None and given is not None:
            base = given.number + self.give(given, _LARGEST)
        else:
            base = self._posts(offices)
        counted = leaders(cap.role)
        over = self.give(member, _LARGEST)
        if isinstance(counted, int) and isinstance(over, int) and isinstance(base, int):
            if counted > cap.allowed(base):
                self.model.add_bool_or([])
            return
        self.model.add(_UNIT * (counted - over) <= cap.pct * base + cap.slack)

    def solve(self) -> Eased | None:
        self.model.minimize(sum(self.terms))
        solver = programme_solver(_EFFORT)
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise UndecidedError
        cost = round(solver.objective_value) if self.terms else 0
        bound = cost if status == cp_model.OPTIMAL else math.ceil(solver.best_objective_bound - 1e-6)
        rows = tuple(next(i for i, v in enumerate(taken) if solver.value(v)) for taken in self.rows)
        grants = tuple(
            Grant(member, int(solver.value(amount)), "posts")
            for member, amount in sorted(self.slack.items())
            if solver.value(amount)
        )
        return Eased(cost, bound, grants, rows, ())


def ease(
    shape: Shape,
    offers: Sequence[Offers],
    present: Sequence[Sequence[bool]],
    kept: Set[Member],
    eased: Set[Member],
    price: Mapping[str, int],
) -> Eased | None:
    """Return the cheapest easing of the rules `eased` among those `kept`; None where none is enough.

    `present[o]` says which classes of posts an office may have at all. Raises `UndecidedError` where the
    effort ran out before an answer.
    """
    found = _Programme(shape, offers, present, kept, eased, price).solve()
    if found is None:
        return None
    undone = tuple(o for o, row in enumerate(found.rows) if int(offers[o].undone[row]))
    return Eased(found.cost, found.bound, found.grants, found.rows, undone)
