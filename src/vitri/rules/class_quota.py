"""Quotas by class of post: they cross the tree of units, so they inform and are compared with the plan."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vitri.data.instance import Instance
from vitri.data.quota_rows import quotas_in_force
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_least, at_most
from vitri.rules.case import Case, PostSet
from vitri.rules.task_groups import quota_free

_CLASSES = ("I", "II", "III")


def _rows(instance: Instance) -> pd.DataFrame:
    rows = quotas_in_force(instance)
    return rows[~rows["position_class"].isin(["", "all"]) | (rows["category"] != "quota")]


class ClassQuota(Rule):
    """The posts of one class below a unit are at most its quota for that class, within floor and cap.

    Sizing shares out posts along the tree of units; a quota of one class lies across it and informs. The
    class of a fixed post is its position's, of a sized one the highest among its main task groups. Quotas
    of one organisation, and of one kind of labour, are not compared.
    """

    name = "class_quota"
    title = N_("Quotas by class of post")
    sentence = N_("{place}: {actual} posts of class {detail}; the quota of this class says {required}.")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Count the posts of every class below every unit that has a quota of a class."""
        rows = _rows(case.instance)
        wanted = rows[
            rows["position_class"].isin(_CLASSES)
            & (rows["category"] == "quota")
            & (rows["organisation"] == "")
        ]
        if wanted.empty:
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
        statuses = ["allocated"] + (["provisional"] if case.model.quota.count_provisional else [])
        for row in wanted.to_dict("records"):
            unit_code, klass = str(row["unit"]), str(row["position_class"])
            posts = used.get((unit_code, klass), 0)
            numbers = [int(row[name]) for name in statuses if not pd.isna(row[name])]
            if numbers:
                yield at_most(unit_code, sum(numbers), posts, klass, binding=False)
            if not pd.isna(row["cap"]):
                yield at_most(unit_code, int(row["cap"]), posts, klass, binding=False)
            if not pd.isna(row["floor"]) and int(row["floor"]) > 0:
                yield at_least(unit_code, int(row["floor"]), posts, klass, binding=False)


def _class_of(case: Case, post: PostSet) -> str:
    if post.fixed and post.position in case.positions.index:
        return str(case.positions.loc[post.position, "class"])
    groups = post.main_groups or post.groups
    return min((case.groups[code].klass for code in groups if code in case.groups), default="II")


def check_class_quotas(instance: Instance, model: PlanningModel) -> Findings:
    """Warn that quotas of a class of posts or a kind of labour do not bind the sizing."""
    count = len(_rows(instance))
    if not count:
        return Findings()
    finding = Finding(
        code="class_quota_informs",
        severity="warning",
        table="quotas",
        column="position_class",
        value=str(count),
        message=N_(
            "{count} quotas of one class of posts or kind of labour only inform: sizing ignores them."
        ),
        advice=N_("Compare them with the plan in the table of rules; give whole quotas to bind."),
        fields={"count": count},
    )
    return Findings.of([finding])
