"""The figures reported for the objective levels are those the tables give."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_least, equal
from vitri.rules.case import Case
from vitri.rules.salary_budget import coefficients_dec2
from vitri.rules.structure import proposed_positions, scope_of_office


class LevelValues(Rule):
    """Every level's value is recomputed where the tables tell it, and no bound lies above its value."""

    name = "level_values"
    title = N_("Objective levels recomputed")
    sentence = N_("{place}: the level says {actual}, the tables say {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare values, bounds and gaps; a level that two stages report counts at its last one."""
        last = {(str(lv["measure"]), int(lv["order"])): lv for lv in case.levels}
        told = {
            level.order: tuple(level.priority)
            for level in case.model.level
            if level.measure == "unmet_minutes"
        }
        for (measure, order), level in sorted(last.items()):
            place = f"{order}/{measure}"
            value = int(level["value"])
            wanted = self._value(case, measure, told.get(order, ()))
            if wanted is not None:
                yield equal(place, wanted, value, "value")
        for level in case.levels:
            if level.get("bound") is not None:
                place = f"{level['order']}/{level['measure']}"
                bound, value = int(level["bound"]), int(level["value"])
                yield at_least(place, bound, value, "bound")
                if level.get("gap") is not None:
                    yield equal(place, value - bound, int(level["gap"]), "gap")

    @staticmethod
    def _value(case: Case, measure: str, priorities: tuple[int, ...]) -> int | None:
        """Return what the tables say of a measure, None where they do not tell."""
        if measure == "posts":
            return sum(post.posts for post in case.posts)
        if measure == "unmet_minutes" and priorities:
            frame = case.table("unmet")
            return 0 if frame.empty else int(frame.loc[frame["priority"].isin(priorities), "minutes"].sum())
        if measure == "overtime_minutes" and case.with_people:
            frame = case.table("assignments")
            return 0 if frame.empty else int(frame["overtime_minutes"].sum())
        if measure == "extra_duties":
            total = 0
            for post in case.sized:
                scope = scope_of_office(case, post.office)
                home = {g: p.code for p in proposed_positions(case) if p.scope == scope for g in p.groups}
                total += (len({home.get(g, g) for g in post.groups}) - 1) * post.posts
            return total
        if measure == "salary" and case.with_people:
            price = coefficients_dec2(case.model)
            return sum(price.get(row["rank"], 0) * int(row["posts"]) for row in case.rows("post_ranks"))
        return None
