"""Officials in the plan: who sits where, who works on what, and who is responsible for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vitri.rules.base import tuples
from vitri.rules.case import Case, PostSet

VACANCY = "VAC-"


@dataclass(frozen=True)
class Seat:
    """One row of the staffing table that stands in a post; `official` "" is a vacancy."""

    official: str
    post_group: str
    number: int
    office: str
    position: str


def seats(case: Case) -> list[Seat]:
    """Return the seats of the staffing table."""
    return [
        Seat(
            row["official"], row["post_group"], 0 if pd.isna(row["seat"]) else int(row["seat"]),
            row["office"], row["position"],
        )
        for row in case.rows("staffing")
        if row["post_group"]
    ]  # fmt: skip


def post_of(case: Case) -> dict[str, PostSet]:
    """Return who works in which set of posts: officials, and vacancies as ``VAC-<set of posts>-<seat>``."""
    by_code = {post.code: post for post in case.posts}
    found: dict[str, PostSet] = {}
    for seat in seats(case):
        post = by_code.get(seat.post_group)
        if post is None:
            continue
        if seat.official:
            found[seat.official] = post
        found[f"{VACANCY}{seat.post_group}-{seat.number}"] = post
    return found


def held_by_person(case: Case) -> Mapping[tuple[str, str], set[str]]:
    """Return (office, official) → the task groups they work on or are responsible for."""
    frame = case.table("assignments")
    if frame.empty:
        return {}
    found: dict[tuple[str, str], set[str]] = {}
    keys = (
        frame[["office", "official", "task_group"]]
        .drop_duplicates()
        .sort_values(["office", "official", "task_group"])
    )
    for office, official, group in tuples(keys, list(keys.columns)):
        found.setdefault((str(office), str(official)), set()).add(str(group))
    return found


def responsible_for(case: Case) -> Mapping[tuple[str, str], set[str]]:
    """Return (office, official) → the task groups of which they are main or backup official."""
    frame = case.table("assignments")
    if frame.empty:
        return {}
    frame = frame[frame["role"].isin(["main", "backup"])]
    found: dict[tuple[str, str], set[str]] = {}
    keys = (
        frame[["office", "official", "task_group"]]
        .drop_duplicates()
        .sort_values(["office", "official", "task_group"])
    )
    for office, official, group in tuples(keys, list(keys.columns)):
        found.setdefault((str(office), str(official)), set()).add(str(group))
    return found
