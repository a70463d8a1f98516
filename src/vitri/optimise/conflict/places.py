"""The rules in force as members: limits of units, pairs kept apart, limits of the structure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from vitri.data.instance import Instance
from vitri.optimise.conflict.members import Member
from vitri.policy import PlanningModel
from vitri.rules.base import law
from vitri.rules.ceiling import SizeRule
from vitri.rules.class_quota import class_limits
from vitri.rules.compatible import CategoryMixing, ClassMixing, CompetencyDistance, SharedRank
from vitri.rules.forbidden_pair import ForbiddenPair
from vitri.rules.limits import NO_LIMIT, Draft, Limits
from vitri.rules.quota_tree import ceilings, given_quotas, unit_parents, whole_unit

_NUMBERS = (
    "max_groups_per_position",
    "max_positions_per_post",
    "max_groups_per_person",
    "max_posts_per_combination",
)


def limit_members(draft: Draft, units: set[str], *, by_need: bool) -> list[Member]:
    """Return ceilings (not by need), floors and caps of units and of size rules, each for itself."""
    instance, model = draft.instance, draft.model
    found: list[Member] = []
    if not by_need:
        found += [
            Member("ceiling", code, "", number)
            for code, (number, _) in ceilings(instance, model).items()
            if number is not None
        ]
    given = given_quotas(instance, model)
    tree = unit_parents(instance)
    for code in tree:
        row = whole_unit(given, code)
        if row is not None and row.floor > 0:
            found.append(Member("floor", code, "", row.floor))
        if row is not None and row.cap is not None:
            found.append(Member("cap", code, "", row.cap))
    kinds: dict[str, str] = {code: kind for code, (kind, _) in tree.items()}
    for code, floor, cap, legal in SizeRule.limits_of(draft, kinds):
        if floor > 0:
            found.append(Member("size_floor", code, "", floor, legal))
        if cap is not None:
            found.append(Member("size_cap", code, "", cap, legal))
    return [m for m in found if m.unit in units]


def class_members(
    instance: Instance, model: PlanningModel, units: set[str], *, by_need: bool
) -> list[Member]:
    """Return the numbers (not by need), caps and floors that quotas of one class of posts give."""
    found = []
    for row in class_limits(instance, model):
        numbers = {
            "class_most": None if by_need else row.given,
            "class_cap": row.cap,
            "class_floor": row.floor or None,
        }
        found += [
            Member(family, row.unit, row.klass, number)
            for family, number in numbers.items()
            if number is not None and row.unit in units
        ]
    return found


@dataclass(frozen=True)
class Bars:
    """What one rule on a pair of groups forbids: one position with both, one person with both."""

    a: int
    b: int
    position: bool
    cover: bool


def pair_members(draft: Draft, used: npt.NDArray[np.bool_]) -> dict[Member, Bars]:
    """Return the pairs of groups with work that a rule keeps out of one position or one person's hands."""
    found: dict[Member, Bars] = {}
    model = draft.model
    legal_pairs = {frozenset((pair.a, pair.b)) for pair in model.forbidden_pair if law(pair)}
    for rule in (ForbiddenPair(), CompetencyDistance(), SharedRank(), ClassMixing(), CategoryMixing()):
        draft.position, draft.cover = np.ones_like(draft.position), np.ones_like(draft.cover)
        rule.build(draft)
        for a, b in combinations(np.flatnonzero(used).tolist(), 2):
            position, cover = not draft.position[a, b], not draft.cover[a, b]
            if not position and not cover:
                continue
            duties = frozenset(draft.groups[draft.codes[i]].duty for i in (a, b))
            legal = duties in legal_pairs if isinstance(rule, ForbiddenPair) else rule.legal(model)
            member = Member("pair", f"{draft.codes[a]}–{draft.codes[b]}", rule.name, 0, legal)
            found[member] = Bars(a, b, position, cover)
    return found


def structure_members(model: PlanningModel, limits: Limits) -> list[Member]:
    """Return how much a position, a post and a person may hold, and how many posts one combination has."""
    return [
        Member("structure", name, "", getattr(limits, name), law(model.structure))
        for name in _NUMBERS
        if getattr(limits, name) < NO_LIMIT
    ]
