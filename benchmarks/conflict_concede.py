"""A concession written into the scenario itself, and the sizing run on it from the beginning."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from benchmarks.conflict_cases import Case
from vitri.data.instance import Instance
from vitri.errors import NoPlanError
from vitri.optimise.conflict import Concession, Grant, SizingQuestion
from vitri.optimise.engine import IntArray, SolveOptions, Watch
from vitri.optimise.leading_caps import check_leading_caps
from vitri.optimise.size import size_posts
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.workload import compute

_COLUMNS = {"ceiling": "posts", "class_most": "posts", "cap": "cap", "class_cap": "cap",
            "floor": "floor", "class_floor": "floor"}  # fmt: skip
_FREE = {
    "max_groups_per_position": ("max_groups_per_post", 12),
    "max_positions_per_post": ("max_positions_per_post", 20),
    "max_groups_per_person": ("max_groups_per_person", 20),
    "max_posts_per_combination": ("max_posts_per_combination", 100),
}


def solved_afresh(case: Case, question: SizingQuestion, concession: Concession) -> bool | None:
    """Whether sizing the conceded scenario finds a plan; None where its tables cannot say the concession.

    Two task groups kept apart by class, kind of labour, rank or competency are so by their own columns: one
    pair alone cannot be let go in the data.
    """
    instance, model = case.instance, case.model
    more: dict[tuple[str, str], int] = {}
    for grant in concession.grants:
        family, member = grant.member.family, grant.member
        if family == "ratio_cap":
            more[member.detail, member.unit] = grant.amount
        elif family in _COLUMNS:
            instance = _quota(instance, grant)
        elif family == "fixed":
            instance = _fewer(instance, grant)
        elif family in ("size_cap", "size_floor"):
            model = _size(model, grant)
        elif family == "structure":
            name, free = _FREE[member.unit]
            model = model.model_copy(update={"structure": model.structure.model_copy(update={name: free})})
        elif family == "pair" and member.detail == "forbidden_pair":
            model = _pair(instance, model, grant)
        elif family != "work":
            return None
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    left = concession.proposal.minutes if concession.proposal else None
    if left is not None:
        work = replace(work, demand=_demand(work.demand, question, left))
    try:
        sized = size_posts(instance, model, work, fund, Watch(SolveOptions(sizing=case.sizing)))  # type: ignore[arg-type]
    except NoPlanError:
        return False
    return not check_leading_caps(instance, model, sized.quotas, more).errors


def _quota(instance: Instance, grant: Grant) -> Instance:
    member, column = grant.member, _COLUMNS[grant.member.family]
    quotas = instance.table("quotas").copy()
    klass = member.detail if member.family.startswith("class") else ""
    named = quotas["position_class"].fillna("").replace("all", "")
    row = (quotas["unit"] == member.unit) & (named == klass)
    sign = -1 if column == "floor" else 1
    quotas.loc[row, column] += sign * grant.amount
    return instance.with_tables(quotas=quotas)


def _fewer(instance: Instance, grant: Grant) -> Instance:
    posts = instance.table("current_posts").copy()
    position = grant.member.detail.split("/")[-1]
    row = (posts["office"] == grant.member.unit) & (posts["position"] == position)
    posts.loc[row, "posts"] -= grant.amount
    return instance.with_tables(current_posts=posts)


def _size(model: PlanningModel, grant: Grant) -> PlanningModel:
    rules = []
    for rule in model.size_rule:
        if (
            rule.office_class == grant.member.unit
            and grant.member.family == "size_cap"
            and rule.cap is not None
        ):
            rule = rule.model_copy(update={"cap": rule.cap + grant.amount})
        elif rule.office_class == grant.member.unit and grant.member.family == "size_floor":
            rule = rule.model_copy(update={"floor": rule.floor - grant.amount})
        rules.append(rule)
    return model.model_copy(update={"size_rule": tuple(rules)})


def _pair(instance: Instance, model: PlanningModel, grant: Grant) -> PlanningModel:
    groups = instance.table("task_groups").set_index("code")["duty"]
    duties = {groups[code] for code in grant.member.unit.split("–")}
    kept = tuple(pair for pair in model.forbidden_pair if {pair.a, pair.b} != duties)
    return model.model_copy(update={"forbidden_pair": kept})


def _demand(demand: pd.DataFrame, question: SizingQuestion, left: IntArray) -> pd.DataFrame:
    """Return the demand with the minutes that stay; a line of a cell gives first."""
    cube = question.task.cube
    at = {(cube.offices[o], pool): unit for unit, (o, pool) in enumerate(cube.units)}
    gone = question.task.minutes - left
    minutes = []
    for row in demand.to_dict("records"):
        cell = (
            at[row["office"], row["pool"]],
            cube.groups.index(row["task_group"]),
            int(row["priority"]) - 1,
            cube.months.index(row["month"]),
        )
        part = min(int(gone[cell]), int(row["minutes"])) if row["regular"] else 0
        gone[cell] -= part
        minutes.append(int(row["minutes"]) - part)
    return demand.assign(minutes=pd.array(minutes, dtype=demand["minutes"].dtype))[
        pd.Series(minutes).gt(0).to_numpy()
    ]
