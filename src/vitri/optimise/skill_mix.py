"""Skill mix: the cheapest people so that every skill has enough holders, whoever holds several.

min Σ cost · n  with  Σ n of profiles that hold the skill ≥ people required, for every skill (a covering
integer program); among equally cheap mixes the one with fewest people, then the first by name of profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from ortools.sat.python import cp_model


@dataclass(frozen=True)
class SkillMix:
    """How many people of each profile, in order of name, and what they cost; proven least."""

    people: Mapping[str, int]
    cost: Fraction


def skill_mix(
    required: Mapping[str, int], profiles: Mapping[str, tuple[frozenset[str], Decimal]]
) -> SkillMix | None:
    """Return the cheapest mix of people, or None if some skill that is required has no profile.

    Parameters
    ----------
    required
        Skill → people who must hold it.
    profiles
        Name → the skills such a person holds, and the cost of one person (exact).
    """
    names = sorted(profiles)
    held = {skill: [name for name in names if skill in profiles[name][0]] for skill in required}
    if any(people > 0 and not held[skill] for skill, people in required.items()):
        return None
    costs = {name: Fraction(profiles[name][1]) for name in names}
    scale = lcm(*(cost.denominator for cost in costs.values())) if costs else 1
    most = max([0, *required.values()])
    model = cp_model.CpModel()
    count = {name: model.new_int_var(0, most, name) for name in names}
    for skill, people in required.items():
        model.add(sum(count[name] for name in held[skill]) >= people)
    whole = sum(int(costs[name] * scale) * count[name] for name in names)
    aims = [whole, sum(count[name] for name in names), *(-count[name] for name in names)]
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    for aim in aims:
        model.minimize(aim)
        if solver.solve(model) != cp_model.OPTIMAL:
            return None
        model.add(aim == int(solver.value(aim)))
    people_of = {name: solver.value(count[name]) for name in names}
    return SkillMix(people_of, sum((costs[name] * people_of[name] for name in names), Fraction(0)))
