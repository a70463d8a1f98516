"""Ratio caps on leading posts: their number is given, so a cap in force is arithmetic, not a search.

Before the day from which a cap binds it only warns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.rules.leaders import fixed_posts
from vitri.rules.quota_tree import ceilings, unit_parents

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel
    from vitri.policy.rows import RatioCap

_UNIT = 10_000
_SLACK: Mapping[str, int] = {"down": 0, "half_up": _UNIT // 2, "up": _UNIT - 1}


def check_leading_caps(instance: Instance, model: PlanningModel, quotas: pd.DataFrame) -> Findings:
    """Compare heads and deputies with every cap on leading roles.

    `quotas` is the run table of that name: its `used` posts are the base where no number was assigned. An
    error where a cap in force is exceeded, a warning where one that binds later is.
    """
    caps = [
        cap
        for cap in model.ratio_cap
        if cap.count.rank is None and model.applies_to.level not in cap.except_level
    ]
    if not caps:
        return Findings()
    tree = unit_parents(instance)
    area_of = {code: above or "*" for code, (kind, above) in tree.items() if kind == "office"}
    whole = quotas[quotas["organisation"].isna()]
    used = {str(unit): int(posts) for unit, posts in zip(whole["unit"], whole["used"], strict=True)}
    given = {code: number for code, (number, _) in ceilings(instance, model).items() if number is not None}
    frame = fixed_posts(instance, model)
    leaders = list(zip(frame["office"], frame["leader_role"], frame["posts"], strict=True))
    found = []
    for cap in caps:
        places: dict[str, list[str]] = {}
        for office, area in sorted(area_of.items()):
            places.setdefault(area if cap.scope == "area" else office, []).append(office)

        def count(role: str | None, offices: list[str]) -> int:
            return sum(int(posts) for office, held, posts in leaders if office in offices and held == role)

        for place, offices in sorted(places.items()):
            if cap.of == "quota":
                base = given.get(place, sum(used.get(office, 0) for office in offices))
            elif cap.of.rank is not None:
                continue
            else:
                base = count(cap.of.leader_role, offices)
            counted = count(cap.count.leader_role, offices)
            allowed = (int(cap.max_pct * 100) * base + _SLACK[cap.rounding]) // _UNIT
            found += list(_over(instance, cap, place, counted, allowed))
    return Findings.of(found)


def _over(instance: Instance, cap: RatioCap, place: str, counted: int, allowed: int) -> Iterator[Finding]:
    if counted <= allowed:
        return
    binding = cap.binding_from is None or cap.binding_from <= instance.info.as_of
    yield Finding(
        code="leading_cap" if binding else "leading_cap_later",
        severity="error" if binding else "warning",
        table="current_posts",
        row_key=place,
        column="position",
        value=str(counted),
        allowed=N_("at most {most} leading posts of this kind"),
        message=N_("{place}: {counted} leading posts under the cap {name}; at most {most} are allowed.")
        if binding
        else N_("{place}: {counted} leading posts under the cap {name}; at most {most} once it binds."),
        advice=N_("Lower their number by {over}, or correct the table of today's posts."),
        fields={
            "place": place,
            "name": cap.name,
            "counted": counted,
            "most": allowed,
            "over": counted - allowed,
        },
    )
