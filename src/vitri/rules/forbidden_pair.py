"""Duties that one person may not combine, such as accountant and cashier."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, law
from vitri.rules.case import Case
from vitri.rules.limits import Draft
from vitri.rules.people import held_by_person
from vitri.rules.structure import proposed_positions


class ForbiddenPair(Rule):
    """No post, position or person holds two duties of a forbidden pair; with scope `pool`, no pool either."""

    name = "forbidden_pair"
    title = N_("Duties kept apart")
    sentence = N_("{place} combines the duties {detail}, which must be kept apart.")

    def build(self, draft: Draft) -> None:
        """Keep the groups of a forbidden pair apart, in positions and in combined duties."""
        pairs = {frozenset((pair.a, pair.b)) for pair in draft.model.forbidden_pair}
        draft.refuse(lambda a, b: frozenset((a.duty, b.duty)) in pairs, position=True, cover=True)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every set of posts, proposed position and official against every pair."""
        pairs = [(frozenset((pair.a, pair.b)), law(pair)) for pair in case.model.forbidden_pair]
        if not pairs:
            return
        holders = [(f"{post.office}/{post.code}", set(post.groups)) for post in case.posts]
        holders += [(position.place, set(position.groups)) for position in proposed_positions(case)]
        holders += [(f"{office}/{who}", held) for (office, who), held in held_by_person(case).items()]
        duty = {code: group.duty for code, group in case.groups.items()}
        for place, held in holders:
            tags = sorted({duty.get(code, "") for code in held} - {""})
            hits = [
                (a, b, legal) for a, b in combinations(tags, 2) for pair, legal in pairs if {a, b} == pair
            ]
            if not hits:
                yield at_most(place, 0, 0, legal=any(legal for _, legal in pairs))
            for a, b, legal in hits:
                yield at_most(place, 0, 1, f"{a}, {b}", legal=legal)
        yield from self._pools(case)

    def _pools(self, case: Case) -> Iterator[Measured]:
        """Measure pools; which work lies in a pool is given by the data, so this binds no plan."""
        tags: dict[tuple[str, str], set[str]] = {}
        for office, pool, group in case.sizing_demand:
            tags.setdefault((office, pool), set()).add(case.groups[group].duty)
        for pair in case.model.forbidden_pair:
            if pair.scope == "pool":
                for (office, pool), held in sorted(tags.items()):
                    both = int({pair.a, pair.b} <= held)
                    yield at_most(
                        f"{office}/{pool}", 0, both, f"{pair.a}, {pair.b}", legal=law(pair), binding=False
                    )
