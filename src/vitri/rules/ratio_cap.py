"""Shares that may not be exceeded: deputies of the quota, posts of a rank of all posts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, law
from vitri.rules.case import Case


class RatioCap(Rule):
    """The posts a cap counts are at most the stated share of its base, rounded as it says.

    A cap on leading roles alone has as base `quota` the unit's own number, or all its posts where none was
    assigned; a cap on ranks all posts planned. A cap that does not bind yet informs.
    """

    name = "ratio_cap"
    title = N_("Ratio caps")
    sentence = N_("{place}: {actual} posts under the cap “{detail}”; at most {required} are allowed.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every cap in every office or area it speaks of."""
        for cap in case.model.ratio_cap:
            if case.model.applies_to.level in cap.except_level or (cap.count.rank and not case.with_people):
                continue
            in_force = cap.binding_from is None or cap.binding_from <= case.instance.info.as_of
            for office_group, offices in _places(case, cap.scope):
                counted = _count(case, offices, cap.count)
                # a base of ranks needs the table of ranks, which only a plan with people has
                if cap.of != "quota" and cap.of.rank and not case.with_people:
                    continue
                if cap.of != "quota":
                    base = _count(case, offices, cap.of)
                elif cap.count.rank:
                    base = sum(post.posts for post in case.posts if post.office in offices)
                else:
                    number = case.ceilings.get(office_group, (None, ""))[0]
                    base = number if number is not None else sum(case.counted_posts[o] for o in offices)
                limit = _share(base, cap.max_pct, cap.rounding)
                yield at_most(office_group, limit, counted, cap.name, legal=law(cap), binding=in_force)


def _places(case: Case, scope: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield (place, its offices): every office, or every area with the offices directly in it."""
    if scope == "office":
        yield from ((office, frozenset({office})) for office in case.offices)
        return
    areas: dict[str, set[str]] = {}
    for office in case.offices:
        areas.setdefault(case.tree[office][1] or "*", set()).add(office)
    yield from ((area, frozenset(offices)) for area, offices in sorted(areas.items()))


def _count(case: Case, offices: frozenset[str], selector: Any) -> int:
    """Count the posts of some offices by leading role, by rank, or by both."""
    role_of = dict(zip(case.leaders["position"], case.leaders["leader_role"], strict=True))
    if selector.rank is None:
        return sum(
            post.posts
            for post in case.fixed
            if post.office in offices and role_of.get(post.position) == selector.leader_role
        )
    return sum(
        int(row["posts"])
        for row in case.rows("post_ranks")
        if row["office"] in offices
        and row["rank"] == selector.rank
        and (selector.leader_role is None or role_of.get(row["position"]) == selector.leader_role)
    )


def _share(base: int, pct: Decimal, rounding: str) -> int:
    """Return a share of a whole number, rounded once."""
    hundredths = base * int(pct * 100)
    return {
        "down": hundredths // 10_000,
        "half_up": (hundredths + 5_000) // 10_000,
        "up": -(-hundredths // 10_000),
    }[rounding]
