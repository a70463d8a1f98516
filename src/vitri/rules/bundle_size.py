"""How much one position, one post and one person may hold."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_most, law
from vitri.rules.case import Case
from vitri.rules.limits import Draft
from vitri.rules.people import responsible_for
from vitri.rules.structure import proposed_positions, scope_of_office


class PositionSize(Rule):
    """A proposed position holds no more task groups than the model allows."""

    name = "position_size"
    title = N_("Task groups of a position")
    sentence = N_("Position {place} holds {actual} task groups; at most {required} are allowed.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Bound the groups of a position."""
        draft.numbers["max_groups_per_position"] = draft.model.structure.max_groups_per_post

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every proposed position."""
        limit = case.model.structure.max_groups_per_post
        for position in proposed_positions(case):
            yield at_most(position.place, limit, len(position.groups))


class CombinedPositions(Rule):
    """One post combines no more positions than allowed, and few posts share one combination."""

    name = "combined_positions"
    title = N_("Positions combined in one post")
    sentence = N_("Posts {place}: {actual} ({detail}); at most {required} are allowed.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Bound the positions of one post, and the posts that share a combination."""
        draft.numbers["max_positions_per_post"] = draft.model.structure.max_positions_per_post
        draft.numbers["max_posts_per_combination"] = draft.model.structure.max_posts_per_combination

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the positions whose groups a set of sized posts holds."""
        rule = case.model.structure
        home = {
            (position.scope, group): position.code
            for position in proposed_positions(case)
            for group in position.groups
        }
        for post in case.sized:
            scope = scope_of_office(case, post.office)
            held = {post.position, *(home.get((scope, group), group) for group in post.groups)}
            place = f"{post.office}/{post.code}"
            yield at_most(place, rule.max_positions_per_post, len(held), "positions")
            if len(held) > 1:
                yield at_most(place, rule.max_posts_per_combination, post.posts, "combined_posts")


class GroupsPerPost(Rule):
    """One post that combines positions holds no more task groups than a person may have."""

    name = "groups_per_post"
    title = N_("Task groups of a post")
    sentence = N_("Posts {place} hold {actual} task groups; a person may have {required}.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Bound the groups of a person."""
        draft.numbers["max_groups_per_person"] = draft.model.structure.max_groups_per_person

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure the sized posts; a single position, and a leading one, is bounded elsewhere."""
        limit = case.model.structure.max_groups_per_person
        for post in case.sized:
            combined = {(duty.pool, duty.main) for duty in post.duties}
            if len(combined) > 1 or any(not duty.main for duty in post.duties):
                yield at_most(f"{post.office}/{post.code}", limit, len(post.groups))


class GroupsPerPerson(Rule):
    """An official is main or backup of no more task groups than they may have; preferred, not enforced."""

    name = "groups_per_person"
    title = N_("Task groups of a person")
    sentence = N_("{place} is main or backup official of {actual} task groups; the limit is {required}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the groups for which each official is main or backup."""
        officials = case.instance.table("officials")
        own = dict(zip(officials["code"], officials["max_groups"], strict=True))
        limit = case.model.structure.max_groups_per_person
        for (office, who), held in responsible_for(case).items():
            most = limit if pd.isna(own.get(who)) else int(own[who])
            yield at_most(f"{office}/{who}", most, len(held), binding=False)
