"""What an office has today and what a run proposes: people, quotas with their status, posts of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from vitri.data.heads import heads_today
from vitri.data.instance import Instance
from vitri.data.quota_rows import quotas_in_force

QUOTA_STATUS = ("allocated", "provisional", "reserve")


@dataclass(frozen=True)
class Facts:
    """The figures beside the need; None where nothing is said.

    `quota` is status → posts of the whole quota (all classes; organisations added up where only they have
    quotas); `assigned` what counts as the ceiling under the model, None if nothing was assigned.
    """

    people: int | None
    quota: dict[str, int]
    unassigned: bool
    assigned: int | None


@dataclass(frozen=True)
class PlanRow:
    """Posts of a plan in one pool of an office."""

    pool: str
    posts: int
    status: str


@dataclass(frozen=True)
class Plan:
    """What a run proposes for one office: posts by pool, proven bound of the office, status of the run."""

    rows: tuple[PlanRow, ...]
    posts: int
    bound: int | None
    status: str


def facts_of(instance: Instance, model: Any) -> dict[str, Facts]:
    """Return the facts of every office."""
    known = instance.has("current_posts") or instance.has("officials")
    people: dict[str, int] = {}
    if known:
        sums = heads_today(instance).groupby("office")["incumbents"].sum()
        people = {str(office): int(count) for office, count in sums.items()}
    quotas = quotas_in_force(instance) if instance.has("quotas") else None
    result: dict[str, Facts] = {}
    for code in sorted(str(code) for code in instance.tables["offices"]["code"]):
        heads = people.get(code, 0) if known else None
        result[code] = _facts(code, heads, quotas, model)
    return result


def _facts(office: str, people: int | None, quotas: pd.DataFrame | None, model: Any) -> Facts:
    if quotas is None:
        return Facts(people, {}, False, None)
    rows = quotas[
        (quotas["unit"] == office)
        & quotas["position_class"].isin(["", "all"])
        & quotas["category"].isin(["", "quota"])
    ]
    whole = rows[rows["organisation"] == ""]
    given = whole if len(whole) and not whole["unassigned"].all() else rows[rows["organisation"] != ""]
    if not len(given):
        given = whole
    quota = {
        status: int(given[status].sum())
        for status in QUOTA_STATUS
        if len(given) and given[status].notna().any()
    }
    counted = ["allocated"]
    if getattr(model.quota, "count_provisional", True):
        counted.append("provisional")
    if getattr(model.quota, "release_reserve", False):
        counted.append("reserve")
    parts = [quota[status] for status in counted if status in quota]
    unassigned = bool(len(rows)) and not parts
    return Facts(people, quota, unassigned, sum(parts) if parts else None)


def plan_of(run: Any) -> dict[str, Plan]:
    """Return what a run proposes, by office."""
    posts = run.tables.get("posts")
    if posts is None:
        return {}
    quotas = run.tables.get("quotas")
    status = str(run.info.get("status") or "")
    result: dict[str, Plan] = {}
    frame = posts.assign(pool=posts["pool"].fillna(""), posts=posts["posts"].fillna(0))
    for office, rows in frame.groupby("office", sort=True):
        by_pool = [
            PlanRow(
                str(pool),
                int(part["posts"].sum()),
                ", ".join(sorted(set(part["status"].dropna().astype(str)))),
            )
            for pool, part in rows.groupby("pool", sort=True)
        ]
        bound = None
        if quotas is not None:
            own = quotas[(quotas["unit"] == office) & quotas["bound"].notna()]
            own = own[
                own["organisation"].fillna("").eq("") & own["position_class"].fillna("").isin(["", "all"])
            ]
            bound = int(own["bound"].iloc[0]) if len(own) else None
        result[str(office)] = Plan(tuple(by_pool), sum(row.posts for row in by_pool), bound, status)
    return result
