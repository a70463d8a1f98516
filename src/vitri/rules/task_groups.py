"""What the rules ask of a task group: class, duty, competency, ranks, kind of labour; defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vitri.data.fields import split_list
from vitri.data.instance import Instance
from vitri.policy import PlanningModel

#: Kinds of labour that one quota holds together.
QUOTA_CATEGORIES = frozenset({"civil_servant", "cadre"})
#: The kind of labour that is contracted outside the quota.
CONTRACT = "contract_111"


@dataclass(frozen=True)
class TaskGroup:
    """A task group; texts are "" where blank.

    `ranks` are those admitted (none if the model knows no ranks), `rank_levels` their levels: ranks of one
    level are equivalent (ngạch tương đương), such as specialist and accountant; `asked` the competency
    levels of the group and of its further requirements, `must` those that have to be held on entry.
    """

    code: str
    name: str
    klass: str
    duty: str
    family: str
    ranks: tuple[str, ...]
    rank_levels: frozenset[int]
    category: str
    min_holders: int
    asked: Mapping[str, int]
    must: Mapping[str, int]


def task_groups(instance: Instance, model: PlanningModel) -> dict[str, TaskGroup]:
    """Return the task groups by code, in order of the codes.

    Ranks not listed are every rank of the group's class; a kind of labour not given is civil servant, or the
    model's for support work.
    """
    by_class: dict[str, list[str]] = {}
    for rank in model.rank:
        for name in rank.classes:
            by_class.setdefault(name, []).append(rank.code)
    asked, must = _requirements(instance)
    level = {rank.code: rank.level for rank in model.rank}
    found = {}
    for row in instance.filled("task_groups").sort_values("code").to_dict("records"):
        code, klass, family = str(row["code"]), str(row["class"]), _text(row["competency"])
        needs = dict(asked.get(code, {}))
        if family:
            needs[family] = max(int(row["min_level"]), needs.get(family, 0))
        ranks = split_list(row["ranks"]) or tuple(by_class.get(klass, ()))
        support = model.quota.support_category if klass == "III" else "civil_servant"
        found[code] = TaskGroup(
            code=code,
            name=_text(row["name"]) or code,
            klass=klass,
            duty=_text(row["duty"]),
            family=family,
            ranks=ranks,
            rank_levels=frozenset(level[rank] for rank in ranks if rank in level),
            category=_text(row["category"]) or support,
            min_holders=int(row["min_holders"]),
            asked=needs,
            must=must.get(code, {}),
        )
    return found


def _requirements(instance: Instance) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    asked: dict[str, dict[str, int]] = {}
    must: dict[str, dict[str, int]] = {}
    for row in instance.filled("requirements").to_dict("records"):
        group, family, level = str(row["task_group"]), str(row["competency"]), int(row["min_level"])
        tables = {"must": (asked, must), "trainable": (asked,), "document": ()}[str(row["force"])]
        for table in tables:
            held = table.setdefault(group, {})
            held[family] = max(level, held.get(family, 0))
    return asked, must


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def quota_free(groups: Mapping[str, TaskGroup], held: tuple[str, ...]) -> bool:
    """Whether posts with these groups are contracts outside the quota: all of them are of that kind."""
    known = [groups[code] for code in held if code in groups]
    return bool(known) and all(group.category == CONTRACT for group in known)


def positions_of(instance: Instance) -> pd.DataFrame:
    """Return today's positions by code, defaults filled in; `fixed` is yes for leaders unless it says no."""
    positions = instance.filled("positions")
    positions["fixed"] = positions["fixed"].astype("boolean").fillna(positions["leader_role"] != "none")
    return positions.set_index("code")
