"""Quotas by class of post: limits on the posts of one class that cross the tree of units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from vitri.data.instance import Instance
from vitri.data.quota_rows import quotas_in_force
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_least, at_most
from vitri.rules.case import Case, PostSet
from vitri.rules.task_groups import quota_free

CLASSES = ("I", "II", "III")


@dataclass(frozen=True)
class ClassLimit:
    """Posts of one class below a unit, fixed ones included; None where nothing is said.

    `given` is the number assigned: it binds a plan under ceilings and informs one by need. `floor` and `cap`
    bind both.
    """

    unit: str
    klass: str
    given: int | None
    floor: int
    cap: int | None

    def most(self, *, by_need: bool) -> int | None:
        """Return the most posts that a plan may have."""
        numbers = [n for n in (None if by_need else self.given, self.cap) if n is not None]
        return min(numbers) if numbers else None


def class_limits(instance: Instance, model: PlanningModel) -> tuple[ClassLimit, ...]:
    """Return the quotas of one class of posts that bind, sorted by unit and class."""
    statuses = ["allocated"] + (["provisional"] if model.quota.count_provisional else [])
    rows = _rows(instance)
    found = []
    for row in rows[_bind(rows)].to_dict("records"):
        numbers = [int(row[name]) for name in statuses if not pd.isna(row[name])]
        found.append(
            ClassLimit(
                str(row["unit"]),
                str(row["position_class"]),
                sum(numbers) if numbers else None,
                0 if pd.isna(row["floor"]) else int(row["floor"]),
                None if pd.isna(row["cap"]) else int(row["cap"]),
            )
        )
    return tuple(sorted(found, key=lambda limit: (limit.unit, limit.klass)))


def _rows(instance: Instance) -> pd.DataFrame:
    rows = quotas_in_force(instance)
    return rows[~rows["position_class"].isin(["", "all"]) | (rows["category"] != "quota")]


def _bind(rows: pd.DataFrame) -> pd.Series:
    whole = (rows["category"] == "quota") & (rows["organisation"] == "")
    return rows["position_class"].isin(CLASSES) & whole


class ClassQuota(Rule):
    """The posts of one class below a unit are at most its quota for that class, within floor and cap.

    The class of a fixed post is its position's, of a sized one the highest among its main task groups. As
    with a whole ceiling, the number given informs where sizing goes by need. Quotas of one organisation, and
    of one kind of labour, are not compared.
    """

    name = "class_quota"
    title = N_("Quotas by class of post")
    sentence = N_("{place}: {actual} posts of class {detail}; the quota of this class says {required}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the posts of every class below every unit that has a quota of a class."""
        limits = class_limits(case.instance, case.model)
        if not limits:
            return
        used: dict[tuple[str, str], int] = {}
        for post in case.posts:
            if not post.fixed and quota_free(case.groups, post.groups):
                continue
            unit: str | None = post.office
            while unit is not None and unit in case.tree:
                key = (unit, _class_of(case, post))
                used[key] = used.get(key, 0) + post.posts
                unit = case.tree[unit][1]
        for limit in limits:
            posts = used.get((limit.unit, limit.klass), 0)
            if limit.given is not None:
                binding = case.sizing == "ceiling"
                yield at_most(limit.unit, limit.given, posts, limit.klass, binding=binding)
            if limit.cap is not None:
                yield at_most(limit.unit, limit.cap, posts, limit.klass)
            if limit.floor > 0:
                yield at_least(limit.unit, limit.floor, posts, limit.klass)


def _class_of(case: Case, post: PostSet) -> str:
    if post.fixed and post.position in case.positions.index:
        return str(case.positions.loc[post.position, "class"])
    groups = post.main_groups or post.groups
    return min((case.groups[code].klass for code in groups if code in case.groups), default="II")


def check_class_quotas(instance: Instance, model: PlanningModel) -> Findings:
    """Warn that quotas of a kind of labour, or of a class in one organisation, do not bind the sizing."""
    rows = _rows(instance)
    count = int((~_bind(rows)).sum())
    if not count:
        return Findings()
    finding = Finding(
        code="class_quota_informs",
        severity="warning",
        table="quotas",
        column="position_class",
        value=str(count),
        message=N_(
            "{count} quotas of a kind of labour, or of a class in one organisation, only inform: sizing "
            "ignores them."
        ),
        advice=N_("Compare them with the plan; give a unit's quota of a class, or a whole quota, to bind."),
        fields={"count": count},
    )
    return Findings.of([finding])
