"""The rules in force as members: limits of units, pairs kept apart, limits of the structure."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitri.data.instance import Instance
from vitri.optimise.conflict.members import Member
from vitri.policy import PlanningModel
from vitri.rules import REGISTRY
from vitri.rules.base import law
from vitri.rules.ceiling import SizeRule
from vitri.rules.limits import NO_LIMIT, Draft, Limits
from vitri.rules.quota_tree import ceilings, given_quotas, unit_parents, whole_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = (
    "max_groups_per_position",
    "max_positions_per_post",
    "max_groups_per_person",
    "max_posts_per_combination",
)


def limit_members(
    instance: Instance, model: PlanningModel, units: set[str], *, by_need: bool
) -> list[Member]:
    """Return ceilings (not by need), floors and caps of units and of size rules, each for itself."""
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
    for code, floor, cap, legal in SizeRule.limits_of(Draft(instance, model), kinds):
        if floor > 0:
            found.append(Member("size_floor", code, "", floor, legal))
        if cap is not None:
            found.append(Member("size_cap", code, "", cap, legal))
    return [m for m in found if m.unit in units]


def pair_members(
    model: PlanningModel, limits: Limits, instance: Instance, used: npt.NDArray[np.bool_]
) -> list[Member]:
    """Return the pairs of groups with work that no person may hold together."""
    legal = np.zeros_like(limits.cover_compatible)
    for apart in _legal_pairs(instance, model):
        legal |= apart
    return [
        Member("pair", f"{limits.groups[a]}–{limits.groups[b]}", "", 0, bool(legal[a, b]))
        for a, b in combinations(np.flatnonzero(used).tolist(), 2)
        if not limits.cover_compatible[a, b]
    ]


def _legal_pairs(instance: Instance, model: PlanningModel) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield the pairs that rules of law keep apart."""
    for rule in REGISTRY:
        if rule.legal(model):
            draft = Draft(instance, model)
            rule.build(draft)
            yield ~draft.cover & ~np.eye(len(draft.cover), dtype=bool)
    draft = Draft(instance, model)
    pairs = {frozenset((pair.a, pair.b)) for pair in model.forbidden_pair if law(pair)}
    draft.refuse(lambda a, b: frozenset((a.duty, b.duty)) in pairs, position=True, cover=True)
    yield ~draft.cover & ~np.eye(len(draft.cover), dtype=bool)


def structure_members(model: PlanningModel, limits: Limits) -> list[Member]:
    """Return how much a position, a post and a person may hold, and how many posts one combination has."""
    return [
        Member("structure", name, "", getattr(limits, name), law(model.structure))
        for name in _NUMBERS
        if getattr(limits, name) < NO_LIMIT
    ]
