"""All work is accounted for: what is assigned and what is left undone add up to what was asked."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_least, at_most, equal, tuples
from vitri.rules.case import Case
from vitri.rules.people import post_of

KEYS = ["office", "pool", "task_group", "month"]


def sums(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], int]:
    """Return the minutes of a table added up by some columns."""
    if frame.empty:
        return {}
    total = frame.groupby(keys, sort=True)["minutes"].sum().reset_index()
    return {tuple(str(part) for part in row[:-1]): int(row[-1]) for row in tuples(total, [*keys, "minutes"])}


class Conservation(Rule):
    """Minutes assigned and minutes unmet are the minutes asked, in every cell and month."""

    name = "conservation"
    title = N_("Work is neither lost nor invented")
    sentence = N_("{place}: assigned and unmet are {actual} minutes, {required} are asked.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the sums by cell and month; without officials nothing is assigned."""
        unmet = sums(case.table("unmet"), [*KEYS, "priority"])
        by_priority = sums(case.demand, [*KEYS, "priority"])
        for key, minutes in sorted(unmet.items()):
            place = "/".join(key)
            yield at_most(place, by_priority.get(key, 0), minutes)
            yield at_least(place, 0, minutes)
        if not case.with_people:
            return
        asked, given = sums(case.demand, KEYS), sums(case.table("assignments"), KEYS)
        undone = sums(case.table("unmet"), KEYS)
        for key in sorted(set(asked) | set(given) | set(undone)):
            yield equal("/".join(key), asked.get(key, 0), given.get(key, 0) + undone.get(key, 0))
        frame = case.table("assignments")
        if not frame.empty:
            bad = frame[(frame["minutes"] < 0) | (frame["overtime_minutes"] < 0)
                        | (frame["overtime_minutes"] > frame["minutes"])]  # fmt: skip
            for row in bad[[*KEYS, "official"]].itertuples(index=False):
                yield at_most("/".join(str(part) for part in row), 0, 1)


class WhoWorks(Rule):
    """Work is done by those whose post holds it, in their own office."""

    name = "who_works"
    title = N_("Work is done by whose post holds it")
    sentence = N_("{place}: {detail} works {actual} minutes on what their post does not hold.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Look up every worked cell in the duties of the official's post."""
        frame = case.table("assignments")
        if frame.empty:
            return
        posts = post_of(case)
        held = {who: {(post.office, d.pool, d.group) for d in post.duties} for who, post in posts.items()}
        frame = frame[frame["minutes"] > 0]
        for (office, pool, group, who), minutes in sorted(
            sums(frame, ["office", "pool", "task_group", "official"]).items()
        ):
            fits = (office, pool, group) in held.get(who, set())
            yield at_most(f"{office}/{pool}/{group}", 0, 0 if fits else minutes, who)
