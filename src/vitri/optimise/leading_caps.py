"""Ratio caps on leading posts: their number is given, so a cap in force is arithmetic, not a search.

Before the day from which a cap binds it only warns. Where the base is the posts of the plan itself, a cap
asks for a least number of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.rules.base import law
from vitri.rules.leaders import fixed_posts
from vitri.rules.quota_tree import ceilings, unit_parents

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

_UNIT = 10_000
_SLACK: Mapping[str, int] = {"down": 0, "half_up": _UNIT // 2, "up": _UNIT - 1}


@dataclass(frozen=True)
class LeadingCap:
    """A cap on leading posts in one place.

    `role` is counted in `offices`; the base is the posts of `of_role`, else the number `given` to the place,
    else (None) all posts of the plan there. `pct` is in hundredths of a percent, `slack` what rounding adds.
    """

    name: str
    place: str
    offices: tuple[str, ...]
    role: str | None
    of_role: str | None
    given: int | None
    pct: int
    slack: int
    binding: bool
    legal: bool

    @property
    def of_posts(self) -> bool:
        """Whether the base is the posts of the plan itself."""
        return self.of_role is None and self.given is None

    def allowed(self, base: int) -> int:
        """Return the posts allowed for a base."""
        return (self.pct * base + self.slack) // _UNIT

    def least_base(self, counted: int) -> int | None:
        """Return the smallest base that allows so many posts; None where none does."""
        if counted <= 0 or self.allowed(0) >= counted:
            return 0
        if self.pct <= 0:
            return None
        return -(-(counted * _UNIT - self.slack) // self.pct)


def leading_caps(instance: Instance, model: PlanningModel) -> list[LeadingCap]:
    """Return the caps on leading roles in every place they speak of, in order of caps and places."""
    caps = [
        cap
        for cap in model.ratio_cap
        if cap.count.rank is None and model.applies_to.level not in cap.except_level
    ]
    if not caps:
        return []
    tree = unit_parents(instance)
    area_of = {code: above or "*" for code, (kind, above) in tree.items() if kind == "office"}
    given = {code: number for code, (number, _) in ceilings(instance, model).items() if number is not None}
    found = []
    for cap in caps:
        if cap.of != "quota" and cap.of.rank is not None:
            continue
        places: dict[str, list[str]] = {}
        for office, area in sorted(area_of.items()):
            places.setdefault(area if cap.scope == "area" else office, []).append(office)
        for place, offices in sorted(places.items()):
            found.append(
                LeadingCap(
                    cap.name,
                    place,
                    tuple(offices),
                    cap.count.leader_role,
                    None if cap.of == "quota" else cap.of.leader_role,
                    given.get(place) if cap.of == "quota" else None,
                    int(cap.max_pct * 100),
                    _SLACK[cap.rounding],
                    cap.binding_from is None or cap.binding_from <= instance.info.as_of,
                    law(cap),
                )
            )
    return found


def check_leading_caps(
    instance: Instance,
    model: PlanningModel,
    quotas: pd.DataFrame,
    more: Mapping[tuple[str, str], int] | None = None,
) -> Findings:
    """Compare heads and deputies with every cap on leading roles.

    `quotas` is the run table of that name: its `used` posts are the base where no number was assigned. `more`
    are posts allowed beyond a cap, by (cap, place). An error where a cap in force is exceeded, a warning
    where one that binds later is.
    """
    caps = leading_caps(instance, model)
    if not caps:
        return Findings()
    whole = quotas[quotas["organisation"].isna()]
    used = {str(unit): int(posts) for unit, posts in zip(whole["unit"], whole["used"], strict=True)}
    number = leaders_by_role(instance, model)
    found = []
    for cap in caps:
        counted = sum(number.get((office, cap.role), 0) for office in cap.offices)
        if cap.of_role is not None:
            base = sum(number.get((office, cap.of_role), 0) for office in cap.offices)
        elif cap.given is not None:
            base = cap.given
        else:
            base = sum(used.get(office, 0) for office in cap.offices)
        allowed = cap.allowed(base) + (more or {}).get((cap.name, cap.place), 0)
        found += list(_over(cap, counted, allowed))
    return Findings.of(found)


def broken_caps(instance: Instance, model: PlanningModel) -> list[Finding]:
    """Return the caps in force that fixed posts exceed whatever the plan: their base is given."""
    number = leaders_by_role(instance, model)
    found: list[Finding] = []
    for cap in leading_caps(instance, model):
        if not cap.binding or cap.of_posts:
            continue
        counted = sum(number.get((office, cap.role), 0) for office in cap.offices)
        heads = sum(number.get((office, cap.of_role), 0) for office in cap.offices)
        base = cap.given if cap.of_role is None else heads
        found += _over(cap, counted, cap.allowed(base or 0))
    return found


def leaders_by_role(instance: Instance, model: PlanningModel) -> dict[tuple[str, str | None], int]:
    """Return the fixed posts by office and leading role."""
    frame = fixed_posts(instance, model)
    number: dict[tuple[str, str | None], int] = {}
    for office, role, posts in zip(frame["office"], frame["leader_role"], frame["posts"], strict=True):
        number[str(office), role] = number.get((str(office), role), 0) + int(posts)
    return number


def least_by_caps(instance: Instance, model: PlanningModel) -> dict[str, int]:
    """Return unit → the fewest posts, fixed ones included, that caps in force ask of the plan there."""
    least: dict[str, int] = {}
    caps = [cap for cap in leading_caps(instance, model) if cap.binding and cap.of_posts]
    number = leaders_by_role(instance, model) if caps else {}
    for cap in caps:
        base = cap.least_base(sum(number.get((office, cap.role), 0) for office in cap.offices))
        if base:
            least[cap.place] = max(base, least.get(cap.place, 0))
    return least


def _over(cap: LeadingCap, counted: int, allowed: int) -> Iterator[Finding]:
    if counted <= allowed:
        return
    yield Finding(
        code="leading_cap" if cap.binding else "leading_cap_later",
        severity="error" if cap.binding else "warning",
        table="current_posts",
        row_key=cap.place,
        column="position",
        value=str(counted),
        allowed=N_("at most {most} leading posts of this kind"),
        message=N_("{place}: {counted} leading posts under the cap {name}; at most {most} are allowed.")
        if cap.binding
        else N_("{place}: {counted} leading posts under the cap {name}; at most {most} once it binds."),
        advice=N_("Lower their number by {over}, or correct the table of today's posts."),
        fields={
            "place": cap.place,
            "name": cap.name,
            "counted": counted,
            "most": allowed,
            "over": counted - allowed,
        },
    )
