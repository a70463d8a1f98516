"""Elected and leading posts: their number is given, they are not pooled, little of their time is free."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.data.fields import split_list
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_most, equal, law
from vitri.rules.case import OWN, SHARED, Case, PostSet
from vitri.rules.leaders import fixed_posts
from vitri.rules.limits import Draft


def _key(post: PostSet) -> tuple[str, str, str]:
    return post.office, post.organisation, post.position


class FixedPosts(Rule):
    """Elected and leading posts are as many as the data say, in their own organisation."""

    name = "fixed_posts"
    title = N_("Number of elected and leading posts")
    sentence = N_("{place}: {actual} fixed posts in the plan, {required} are given.")

    def legal(self, model: PlanningModel) -> bool:
        """Elected posts are posts by statute in every model."""
        return True

    def build(self, draft: Draft) -> None:
        """List the fixed posts."""
        draft.fixed_posts = fixed_posts(draft.instance, draft.model)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the fixed posts of the plan with those given, by office, organisation and position."""
        given = {
            (str(row["office"]), row["organisation"] if isinstance(row["organisation"], str) else "",
             str(row["position"])): int(row["posts"])
            for row in case.leaders.to_dict("records")
        }  # fmt: skip
        planned: dict[tuple[str, str, str], int] = {}
        for post in case.fixed:
            planned[_key(post)] = planned.get(_key(post), 0) + post.posts
        for key in sorted(given | planned):
            place = "/".join(part for part in key if part)
            yield equal(place, given.get(key, 0), planned.get(key, 0))


class NeverPooled(Rule):
    """A fixed post stays with its own organisation and serves only the groups of its own position.

    Shared work is served from its free time only; leadership work, and the office's own leaders, are not.
    """

    name = "never_pooled"
    title = N_("Elected and leading posts are not pooled")
    sentence = N_("Fixed post {place} serves work it may not: {detail}.")

    def legal(self, model: PlanningModel) -> bool:
        """Elected posts are posts by statute in every model."""
        return True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Check pool and duties of every fixed post."""
        for post in case.fixed:
            own = OWN + post.organisation if post.organisation else SHARED
            known = post.position in case.positions.index
            held = split_list(case.positions.at[post.position, "task_groups"]) if known else ()
            wrong = [] if post.pool == own else [post.pool]
            for duty in post.duties:
                leads = duty.group in case.groups and case.groups[duty.group].klass == "I"
                if duty.pool == own:
                    fits = not duty.free
                elif duty.pool == SHARED:
                    fits = duty.free != leads
                else:
                    fits = False
                if not fits or duty.group not in held:
                    wrong.append(f"{duty.pool} {duty.group}")
            yield at_most(f"{post.office}/{post.code}", 0, len(wrong), ", ".join(wrong))


class FreeShare(Rule):
    """A fixed post serves other work from the stated share of its time, all its work within its time."""

    name = "free_share"
    title = N_("Free time of elected and leading posts")
    sentence = N_("Fixed post {place}: {actual} minutes planned, {required} are available ({detail}).")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `leadership` is."""
        return law(model.leadership)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the share itself, then the minutes planned in the table cover, month by month."""
        given = {
            (str(row["office"]), row["organisation"] if isinstance(row["organisation"], str) else "",
             str(row["position"])): int(row["free_pct"])
            for row in case.leaders.to_dict("records")
        }  # fmt: skip
        by_home = {(post.office, post.pool, post.position): post for post in case.fixed}
        used: dict[tuple[str, str, bool], int] = {}
        for row in case.rows("cover"):
            post = by_home.get((row["office"], row["covered_by_pool"], row["covered_by"]))
            if post is None or not row["month"]:
                continue
            free = any(d.free for d in post.duties if (d.pool, d.group) == (row["pool"], row["task_group"]))
            for part in (True, False):
                if free or not part:
                    key = (post.code, row["month"], part)
                    used[key] = used.get(key, 0) + int(row["minutes"])
        for post in case.fixed:
            place = f"{post.office}/{post.code}"
            yield at_most(place, given.get(_key(post), 0), post.free_bp, "free_pct")
            for month in case.months:
                fund = case.fund.get((post.office, month), 0)
                spare = post.posts * (fund * post.free_bp // 10_000)
                yield at_most(f"{place}/{month}", spare, used.get((post.code, month, True), 0), "free")
                yield at_most(
                    f"{place}/{month}", post.posts * fund, used.get((post.code, month, False), 0), "all"
                )
