"""The tables of posts agree with each other: posts, sets of posts, quotas used, ranks."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vitri.data.fields import split_list
from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_least, at_most, equal
from vitri.rules.case import Case
from vitri.rules.ceiling import posts_of_units


class PostTotals(Rule):
    """The table of posts adds up: by position to the sets of posts, and to the change from today."""

    name = "post_totals"
    title = N_("Posts add up")
    sentence = N_("{place}: the table of posts says {actual}, the plan {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare posts by office, pool and position with the sets of posts, and check every change."""
        wanted: dict[tuple[str, str, str], int] = {}
        for post in case.posts:
            key = (post.office, post.pool, post.position)
            wanted[key] = wanted.get(key, 0) + post.posts
            yield at_least(f"{post.office}/{post.code}", 0, post.posts, "posts")
        told: dict[tuple[str, str, str], int] = {}
        for row in case.rows("posts"):
            key = (row["office"], row["pool"], row["position"])
            told[key] = told.get(key, 0) + int(row["posts"])
            if not pd.isna(row["posts_now"]) and not pd.isna(row["change"]):
                change = int(row["posts"]) - int(row["posts_now"])
                yield equal("/".join(key), change, int(row["change"]), "change")
        for key in sorted(wanted | told):
            yield equal("/".join(key), wanted.get(key, 0), told.get(key, 0), "posts")


class QuotaTotals(Rule):
    """The table of quotas says what the plan uses, against the ceilings in force, and what is left."""

    name = "quota_totals"
    title = N_("Quotas add up")
    sentence = N_("{place}: the table of quotas says {actual}, the plan {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare ceiling, used, posts and left of every whole unit."""
        used = posts_of_units(case)
        used["*"] = sum(case.counted_posts.values())
        seen: set[str] = set()
        for row in case.rows("quotas"):
            unit = row["unit"]
            if row["organisation"] or row["position_class"] not in ("", "all"):
                continue
            seen.add(unit)
            posts = used.get(unit, 0)
            yield equal(unit, posts, int(row["used"]), "used")
            yield equal(unit, posts, int(row["posts"]), "posts")
            ceiling = case.ceilings.get(unit, (None, ""))[0]
            told = None if pd.isna(row["ceiling"]) else int(row["ceiling"])
            yield equal(unit, -1 if ceiling is None else ceiling, -1 if told is None else told, "ceiling")
            if told is not None and not pd.isna(row["left"]):
                yield equal(unit, told - posts, int(row["left"]), "left")
        for office in case.offices:
            yield at_least(office, 1, int(office in seen), "rows")


class PostRanks(Rule):
    """Every post has one rank, and one that its position admits; elected posts have none."""

    name = "post_ranks"
    title = N_("Ranks of the posts")
    sentence = N_("{place}: {actual} posts in the table of ranks, {required} are right ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the ranks with the posts, where officials are placed and the model knows ranks."""
        if not case.with_people:
            return
        posts: dict[tuple[str, str], int] = {}
        admitted: dict[tuple[str, str], set[str]] = {}
        for post in case.posts:
            key = (post.office, post.position)
            posts[key] = posts.get(key, 0) + post.posts
            groups = post.main_groups or post.groups
            ranks = admitted_ranks(case, post.position, post.fixed, groups)
            admitted[key] = admitted.get(key, set()) | ranks
        told: dict[tuple[str, str], int] = {}
        for row in case.rows("post_ranks"):
            key = (row["office"], row["position"])
            told[key] = told.get(key, 0) + int(row["posts"])
            fitting = admitted.get(key, set())
            fits = row["rank"] in fitting if row["rank"] else not fitting
            yield at_most("/".join(key), 0, 0 if fits else int(row["posts"]), row["rank"])
        for key in sorted(posts | told):
            yield equal("/".join(key), posts.get(key, 0), told.get(key, 0), "posts")


def admitted_ranks(case: Case, position: str, fixed: bool, groups: tuple[str, ...]) -> set[str]:
    """Return the ranks a position admits: its own, else its groups' at a level all share, else its class's.

    Nothing for an elected position, or where the model knows no ranks.
    """
    known = {rank.code for rank in case.model.rank}
    members = [case.groups[code] for code in groups if code in case.groups]
    klass = min((group.klass for group in members), default="II")
    if fixed and position in case.positions.index:
        today = case.positions.loc[position]
        if today["tenure"] == "elected":
            return set()
        stated = split_list(today["ranks"])
        if stated:
            return set(stated) & known
        klass = str(today["class"])
    of_class = {rank.code for rank in case.model.rank if klass in rank.classes}
    common = frozenset.intersection(*(group.rank_levels for group in members)) if members else frozenset()
    level = {rank.code: rank.level for rank in case.model.rank}
    shared = {code for group in members for code in group.ranks if level.get(code) in common}
    return (shared or of_class) & known
