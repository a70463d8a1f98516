"""Ceilings, floors and caps of units: areas contain offices, offices contain organisations' quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_least, at_most, law
from vitri.rules.case import Case
from vitri.rules.limits import Draft
from vitri.rules.quota_tree import ceilings, given_quotas, organisation_rows, unit_parents, whole_unit


def posts_of_units(case: Case) -> dict[str, int]:
    """Return the posts of every area and office that count against its quota, everything below included."""
    tree = case.tree
    found = dict.fromkeys(tree, 0)
    for office, posts in case.counted_posts.items():
        unit: str | None = office
        while unit is not None and unit in tree:
            found[unit] += posts
            unit = tree[unit][1]
    return found


class Ceiling(Rule):
    """No unit has more posts than it was given, nor than what stands in for a quota never assigned.

    Sizing by need asks for quotas instead: then a ceiling is reported, and does not bind.
    """

    name = "ceiling"
    title = N_("Ceiling")
    sentence = N_("{place} has {actual} posts; its ceiling is {required} ({detail}).")

    def build(self, draft: Draft) -> None:
        """Set the ceilings of areas, offices and organisations."""
        for code, (ceiling, status) in ceilings(draft.instance, draft.model).items():
            draft.bound(code, ceiling=ceiling, ceiling_status=status)
        given = given_quotas(draft.instance, draft.model)
        for office in [unit.code for unit in draft.units.values() if unit.kind == "office"]:
            for organisation, row in organisation_rows(given, office):
                draft.bound(f"{office}:{organisation}", ceiling=row.posts, ceiling_status=row.status)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every unit that has a ceiling; organisations share their office's posts, so they inform."""
        used = posts_of_units(case)
        binding = case.sizing == "ceiling"
        for code, (ceiling, status) in case.ceilings.items():
            if ceiling is not None:
                yield at_most(code, ceiling, used[code], status, binding=binding)
        for office in case.offices:
            for organisation, row in organisation_rows(case.given, office):
                if row.posts is not None:
                    own = [p for p in case.posts if (p.office, p.organisation) == (office, organisation)]
                    yield at_most(
                        f"{office}/{organisation}", row.posts, sum(p.posts for p in own), row.status,
                        binding=False,
                    )  # fmt: skip


class Floor(Rule):
    """No unit has fewer posts than the floor of its quota."""

    name = "floor"
    title = N_("Floor")
    sentence = N_("{place} has {actual} posts; its floor is {required}.")

    def build(self, draft: Draft) -> None:
        """Set the floors of areas and offices."""
        given = given_quotas(draft.instance, draft.model)
        for code in unit_parents(draft.instance):
            row = whole_unit(given, code)
            draft.bound(code, floor=row.floor if row else 0)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every unit that has a floor."""
        used = posts_of_units(case)
        for code in used:
            row = whole_unit(case.given, code)
            if row is not None and row.floor > 0:
                yield at_least(code, row.floor, used[code])


class Cap(Rule):
    """No unit has more posts than the cap of its quota."""

    name = "cap"
    title = N_("Cap")
    sentence = N_("{place} has {actual} posts; its cap is {required}.")

    def build(self, draft: Draft) -> None:
        """Set the caps of areas and offices."""
        given = given_quotas(draft.instance, draft.model)
        for code in unit_parents(draft.instance):
            row = whole_unit(given, code)
            draft.bound(code, cap=row.cap if row else None)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every unit that has a cap."""
        used = posts_of_units(case)
        for code in used:
            row = whole_unit(case.given, code)
            if row is not None and row.cap is not None:
                yield at_most(code, row.cap, used[code])


class SizeRule(Rule):
    """Offices and areas have as many posts as the model's size rules ask for at least and allow at most."""

    name = "size_rule"
    title = N_("Size of a unit")
    sentence = N_("{place} has {actual} posts; the size rule says {required} ({detail}).")

    def build(self, draft: Draft) -> None:
        """Raise floors and lower caps."""
        kinds = {code: unit.kind for code, unit in draft.units.items()}
        for code, floor, cap, _ in self.limits_of(draft, kinds):
            draft.bound(code, floor=floor, cap=cap)

    @staticmethod
    def limits_of(
        source: Draft | Case, kinds: Mapping[str, str]
    ) -> Iterator[tuple[str, int, int | None, bool]]:
        """Yield (unit, floor, cap, law) for every size rule and unit it speaks of."""
        offices = source.instance.filled("offices").set_index("code")["office_class"]
        for rule in source.model.size_rule:
            for code, kind in kinds.items():
                named = offices.get(code, "") if kind == "office" else ""
                whom = rule.office_class in ("*", named) or kind == "area"
                if rule.unit == kind and kind != "organisation" and whom:
                    yield code, rule.floor, rule.cap, law(rule)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every unit a size rule speaks of; a unit of one organisation informs only."""
        used = posts_of_units(case)
        kinds: dict[str, str] = {code: kind for code, (kind, _) in case.tree.items()}
        for code, floor, cap, legal in self.limits_of(case, kinds):
            if floor > 0:
                yield at_least(code, floor, used[code], "≥", legal=legal)
            if cap is not None:
                yield at_most(code, cap, used[code], "≤", legal=legal)
        by_organisation: dict[str, int] = {}
        for post in case.posts:
            if post.organisation:
                place = f"{post.office}/{post.organisation}"
                by_organisation[place] = by_organisation.get(place, 0) + post.posts
        for rule in case.model.size_rule:
            if rule.unit == "organisation":
                for place, posts in sorted(by_organisation.items()):
                    yield at_least(place, rule.floor, posts, "≥", legal=law(rule), binding=False)
                    if rule.cap is not None:
                        yield at_most(place, rule.cap, posts, "≤", legal=law(rule), binding=False)

    def legal(self, model: PlanningModel) -> bool:
        """Each size rule says for itself whether it is law."""
        return False
