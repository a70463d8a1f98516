"""Elected and leading posts: how many there are, whose, and how much of their time is free for other work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vitri.data.heads import heads_today
from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.rules.task_groups import positions_of

COLUMNS = ["office", "organisation", "position", "posts", "free_pct", "task_groups", "leader_role"]
_KEY = ["office", "organisation", "position"]


def fixed_posts(instance: Instance, model: PlanningModel) -> pd.DataFrame:
    """Return the elected and leading posts, whose number is today's and is never sized.

    Columns office, organisation (missing: the office's own), position, posts, free_pct (hundredths of a
    percent), task_groups (list), leader_role; one row for each office, organisation and position, sorted.

    A position is fixed if it says so, or by default if it has a leading role. A leading position listed
    without a number is one post, filled or not. Its free share of time is its own, else the model's. An
    office of which nothing is said today has the leaders that the model prescribes.
    """
    positions = positions_of(instance)
    held = positions[positions["fixed"]]
    heads = heads_today(instance)
    told = set(heads["office"])
    heads = heads[heads["position"].isin(held.index)]
    listed = instance.table("current_posts")
    blank = listed[listed["posts"].isna()][_KEY].fillna("")
    unnumbered = set(blank.itertuples(index=False, name=None))
    least = [int(key in unnumbered) for key in heads[_KEY].itertuples(index=False, name=None)]
    number = np.maximum(heads["posts"].to_numpy(dtype=np.int64), np.array(least, dtype=np.int64))
    rows = list(zip(heads["office"], heads["organisation"], heads["position"], number.tolist(), strict=True))
    rows += prescribed(instance, model, told)
    share = int(model.leadership.free_pct * 100)
    found = []
    for office, organisation, position, posts in sorted(rows):
        if posts <= 0:
            continue
        own = held.loc[position].to_dict() if position in held.index else {}
        free = own.get("free_pct", pd.NA)
        groups = own.get("task_groups", "")
        found.append(
            (
                str(office),
                organisation or None,
                str(position),
                int(posts),
                share if pd.isna(free) else int(free),
                groups if isinstance(groups, str) else "",
                str(own.get("leader_role", "head")),
            )
        )
    frame = pd.DataFrame(found, columns=COLUMNS)
    text = [name for name in COLUMNS if name not in ("posts", "free_pct")]
    return frame.astype({**dict.fromkeys(text, "str"), "posts": "int64", "free_pct": "int64"})


def prescribed(instance: Instance, model: PlanningModel, told: set[str]) -> list[tuple[str, str, str, int]]:
    """Return the leaders a model prescribes for the offices of which nothing is said today.

    Per organisation means every member that registered work in the office.
    """
    if not model.leader:
        return []
    lines = instance.table("registrations")
    organisations = instance.filled("organisations")
    members = set(organisations.loc[organisations["kind"] == "member", "code"])
    lines = lines[lines["organisation"].isin(members)]
    served = sorted(set(zip(lines["office"].astype(str), lines["organisation"].astype(str), strict=True)))
    rows: list[tuple[str, str, str, int]] = []
    for office in sorted(instance.table("offices")["code"].astype(str)):
        if office in told:
            continue
        for leader in model.leader:
            homes = [org for place, org in served if place == office]
            for organisation in homes if leader.per == "organisation" else [""]:
                rows.append((office, organisation, leader.position, leader.posts))
    return rows
