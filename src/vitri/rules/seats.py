"""Officials in seats: one person one post, every seat once, and within reach and rank."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from vitri.data.fields import split_list
from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, equal
from vitri.rules.case import Case
from vitri.rules.people import seats
from vitri.rules.post_totals import admitted_ranks
from vitri.rules.task_groups import QUOTA_CATEGORIES

REACH = {"no": 0, "none": 0, "area": 1, "any": 2}


class OnePersonOnePost(Rule):
    """An official holds at most one post, with no more than their own share of time."""

    name = "one_person_one_post"
    title = N_("One person, one post")
    sentence = N_("{place} holds {actual}; at most {required} is allowed ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count rows and shares of every official; everyone who serves in the horizon has a row."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in case.rows("staffing"):
            if row["official"]:
                rows.setdefault(row["official"], []).append(row)
        if not case.with_people:
            return
        last = pd.Timestamp(case.instance.info.last_month + "-01") + pd.offsets.MonthEnd(0)
        for who in sorted(rows | dict.fromkeys(case.officials)):
            if who not in case.officials:
                yield at_most(who, 0, 1, "unknown")
                continue
            own = case.officials[who]
            held = rows.get(who, [])
            yield at_most(who, 1, sum(1 for row in held if row["post_group"]), "posts")
            late = bool(own["from_date"] > last)
            yield equal(who, len(held) if late else 1, len(held), "rows")
            share = sum(0 if pd.isna(row["share_pct"]) else int(row["share_pct"]) for row in held)
            yield at_most(who, int(own["fte_pct"]), share, "share_pct")


class Seats(Rule):
    """Every post is one seat, held once or vacant; a vacancy is to recruit, one without a seat is surplus."""

    name = "seats"
    title = N_("Seats, vacancies and surplus add up")
    sentence = N_("{place}: {actual} rows of staffing, {required} are right ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the seats of every set of posts with its number, its office and its position."""
        if not case.with_people:
            return
        by_post: dict[str, list[int]] = {}
        wrong: dict[str, int] = {}
        known = {post.code: post for post in case.posts}
        for seat in seats(case):
            by_post.setdefault(seat.post_group, []).append(seat.number)
            post = known.get(seat.post_group)
            if post is None or (seat.office, seat.position) != (post.office, post.position):
                wrong[seat.post_group] = wrong.get(seat.post_group, 0) + 1
        for code in sorted(set(known) | set(by_post)):
            post = known.get(code)
            place = f"{post.office}/{code}" if post else code
            held = by_post.get(code, [])
            number = post.posts if post else 0
            yield equal(place, number, len(held), "seats")
            yield equal(place, number, len(set(held) & set(range(1, number + 1))), "numbers")
            yield at_most(place, 0, wrong.get(code, 0), "office_position")
        for row in case.rows("staffing"):
            seated, person = bool(row["post_group"]), bool(row["official"])
            allowed = {
                (True, True): {"stay", "move", "retrain", "transfer"},
                (True, False): {"recruit"},
                (False, True): {"surplus", "leave", "stay"},
                (False, False): set(),
            }[seated, person]
            place = row["official"] or f"{row['post_group']}"
            yield at_most(place, 0, int(row["action"] not in allowed), row["action"])


class FixedHolders(Rule):
    """An elected or leading post is held by whoever holds that position in that office today."""

    name = "fixed_holders"
    title = N_("Holders of elected and leading posts")
    sentence = N_("{place}: {detail} does not hold this position today.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the holders of fixed posts with today's."""
        if not case.with_people:
            return
        fixed = {post.code: post for post in case.fixed}
        for seat in seats(case):
            post = fixed.get(seat.post_group)
            if post is None or not seat.official or seat.official not in case.officials:
                continue
            own = case.officials[seat.official]
            same = own["position"] == post.position and own["office"] == post.office
            yield at_most(f"{post.office}/{post.code}", 0, int(not same), seat.official)


class Transfers(Rule):
    """Nobody moves farther than the model and the official's own record allow."""

    name = "transfers"
    title = N_("Transfers between offices")
    sentence = N_("{place} would move to {detail}, farther than allowed.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure how far every official moves: 0 own office, 1 own area, 2 beyond."""
        if not case.with_people:
            return
        offices = case.instance.table("offices").set_index("code")["area"].fillna("")
        most = REACH[case.model.staffing.transfer]
        for seat in seats(case):
            if not seat.official or seat.official not in case.officials:
                continue
            own = case.officials[seat.official]
            home = str(own["office"])
            near = offices.get(home, "") == offices.get(seat.office, "")
            far = 0 if home == seat.office else 1 if near else 2
            yield at_most(seat.official, min(most, REACH[str(own["transferable"])]), far, seat.office)


class SeatFit(Rule):
    """Whoever takes a sized post has a rank, a kind of labour and the competencies it asks for on entry."""

    name = "seat_fit"
    title = N_("Officials fit their posts")
    sentence = N_("{place} does not fit their post: {detail}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Check rank, kind of labour and mandatory competencies of every holder of a sized post."""
        if not case.with_people:
            return
        sized = {post.code: post for post in case.sized}
        skills: dict[str, dict[str, int]] = {}
        for row in case.instance.table("official_competencies").to_dict("records"):
            skills.setdefault(str(row["official"]), {})[str(row["competency"])] = int(row["level"])
        for seat in seats(case):
            post = sized.get(seat.post_group)
            if post is None or seat.official not in case.officials:
                continue
            own = case.officials[seat.official]
            wrong: list[str] = []
            ranks = admitted_ranks(case, post.position, False, post.main_groups or post.groups)
            rank = own["rank"] if isinstance(own["rank"], str) else ""
            if rank and case.model.rank and rank not in ranks:
                wrong.append(rank)
            categories = {
                case.groups[g].category for g in post.main_groups or post.groups if g in case.groups
            }
            allowed = set().union(*(QUOTA_CATEGORIES if c in QUOTA_CATEGORIES else {c} for c in categories))
            if categories and own["category"] not in allowed:
                wrong.append(str(own["category"]))
            wrong += _lacking(case, seat.official, own, post.groups, skills)
            yield at_most(seat.official, 0, len(wrong), ", ".join(wrong))


def _lacking(
    case: Case,
    official: str,
    own: Mapping[Hashable, Any],
    groups: tuple[str, ...],
    skills: dict[str, dict[str, int]],
) -> list[str]:
    """Return the competencies to be held on entry that someone is known not to have.

    Groups of today's positions count as held; of someone of whom nothing is known, nothing is asked.
    """
    held_positions = [own["position"], *split_list(own["also_positions"])]
    today = {
        group
        for code in held_positions
        if isinstance(code, str) and code in case.positions.index
        for group in split_list(case.positions.at[code, "task_groups"])
    }
    levels = skills.get(official)
    if levels is None:
        if not today:
            return []
        levels = {}
        for group in today & set(case.groups):
            for family, level in case.groups[group].asked.items():
                levels[family] = max(level, levels.get(family, 0))
    return [
        f"{family} {level}"
        for code in groups
        if code in case.groups and code not in today
        for family, level in case.groups[code].must.items()
        if levels.get(family, 0) < level
    ]
