"""The quota side of a sizing: posts of every unit, the value of one more, and each office's curve."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from vitri.optimise.engine import IntArray
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.size import Problem
from vitri.optimise.sized_office import frame_of
from vitri.workload import Workload

QUOTA_COLUMNS = {
    "unit": "str",
    "organisation": "str",
    "position_class": "str",
    "ceiling": "Int64",
    "ceiling_status": "str",
    "floor": "Int64",
    "cap": "Int64",
    "used": "Int64",
    "left": "Int64",
    "value_of_post_minutes": "Int64",
    "estimated_share_pct": "Int64",
    "posts": "Int64",
    "bound": "Int64",
    "gap": "Int64",
}
FRONTIER_COLUMNS = {
    "office": "str",
    "posts": "Int64",
    "cost": "Int64",
    "unmet_minutes": "Int64",
    "overtime_minutes": "Int64",
    "value_of_next_post": "Int64",
    "bound": "Int64",
    "status": "str",
}
FRONTIER_LEVEL_COLUMNS = {"office": "str", "posts": "Int64", "order": "Int64", "value": "Int64"}
POINTS_BEYOND = 6


def quota_table(s: Problem, workload: Workload) -> pd.DataFrame:
    """Write posts, ceiling and the value of one more post for every unit.

    `value_of_post_minutes` is how many unmet and overtime minutes one more post below the unit would save;
    `estimated_share_pct` the estimated part of its work, in hundredths of a percent. Sizing by need, `bound`
    is the fewest posts its pooled work allows.
    """
    assert s.found.plan is not None
    share = s.found.plan.share
    minutes = workload.demand.groupby("office")["minutes"].sum().to_dict()
    flag = workload.demand["estimated"].astype(bool)
    guessed = workload.demand[flag].groupby("office")["minutes"].sum().to_dict()
    units = {unit.code: unit for unit in s.limits.units}
    nodes = s.task.tree.nodes
    fixed = [sum(p.posts for p in s.fixed if p.office == o) for o in range(len(s.cube.offices))]
    below: list[list[int]] = []
    records = []
    for index, node in enumerate(nodes):
        below.append(
            [node.office] if node.office is not None else [o for c in node.children for o in below[c]]
        )
        codes = [s.cube.offices[o] for o in below[index]]
        work = sum(int(minutes.get(code, 0)) for code in codes)
        estimated = sum(int(guessed.get(code, 0)) for code in codes)
        taken = sum(fixed[o] for o in below[index])
        used = share.used[index] + taken
        unit = units.get(node.code)
        ceiling = unit.ceiling if unit is not None else None
        least = _least(s, index)
        bound = None
        if least is not None and s.task.setting.by_need:
            bound = max(least, node.floor) + taken
        records.append(
            {
                "unit": node.code,
                "ceiling": ceiling,
                "ceiling_status": unit.ceiling_status if unit else None,
                "floor": unit.floor if unit else 0,
                "cap": unit.cap if unit else None,
                "used": used,
                "left": None if ceiling is None else ceiling - used,
                "value_of_post_minutes": _value(s, share.curves[index], share.used[index]),
                "estimated_share_pct": (2 * estimated * 10_000 + work) // (2 * work) if work else None,
                "posts": used,
                "bound": bound,
                "gap": None if bound is None else used - bound,
            }
        )
    return frame_of(records, QUOTA_COLUMNS).sort_values("unit", ignore_index=True)


def _least(s: Problem, node: int) -> int | None:
    if s.found.bound is None:
        return None
    usable = np.flatnonzero(s.found.bound.curves[node][:, 0] < INFEASIBLE)
    return int(usable[0]) if len(usable) else None


def _value(s: Problem, curve: IntArray, at: int) -> int | None:
    """Minutes that one more post saves on a unit's own curve; None where class quotas decided the posts."""
    assert s.found.plan is not None
    if s.found.plan.by_class or at + 1 >= len(curve) or curve[at + 1, 0] >= INFEASIBLE:
        return None
    unpack = s.task.setting.objective.packing.unpack
    undone = [
        sum(
            int(value)
            for (measure, _), value in zip(s.task.setting.objective.levels, unpack(curve[k]), strict=True)
            if measure in ("unmet_minutes", "overtime_minutes")
        )
        for k in (at, at + 1)
    ]
    return undone[0] - undone[1]


def ceilings(quotas: pd.DataFrame) -> tuple[Mapping[str, object], ...]:
    """List the units that have a ceiling, with what they use and the value of one more post."""
    columns = ["unit", "ceiling", "ceiling_status", "used", "value_of_post_minutes"]
    rows = quotas.loc[quotas["ceiling"].notna(), columns].astype(object)
    rows = rows.where(rows.notna(), None).rename(columns={"value_of_post_minutes": "price"})
    return tuple({str(k): v for k, v in record.items()} for record in rows.to_dict("records"))


def frontier(s: Problem) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write every office's curve: least unmet and overtime by number of posts, fixed ones included.

    `cost` weighs minutes by the model's ``[costs]``; the curve holds for the structure chosen. The second
    table has the value of every level of the sizing, numbered from 1 in the order of ``result.json``.
    """
    assert s.found.plan is not None
    objective, service = s.task.setting.objective, s.task.setting.service
    records: list[dict[str, object]] = []
    by_level: list[dict[str, object]] = []
    for plan in s.found.plan.offices:
        office = s.cube.offices[plan.office]
        fixed = sum(p.posts for p in s.fixed if p.office == plan.office)
        last = int(s.found.plan.share.posts[plan.office]) + POINTS_BEYOND
        points = []
        for posts in [int(k) for k in np.flatnonzero(plan.curve.cost[:, 0] < INFEASIBLE) if k <= last]:
            unmet = overtime = cost = 0
            values = objective.packing.unpack(plan.curve.cost[posts]).tolist()
            for (measure, priorities), value in zip(objective.levels, values, strict=True):
                if measure == "unmet_minutes":
                    unmet += value
                    cost += value * max(service.unmet_weight[p - 1] for p in priorities)
                elif measure == "overtime_minutes":
                    overtime += value
                    cost += value * service.overtime_weight
            points.append((posts, cost, unmet, overtime))
            by_level += [
                {
                    "office": office,
                    "posts": posts + fixed,
                    "order": order,
                    "value": value + (fixed if measure == "posts" else 0),
                }
                for order, ((_, _, measure, _, _), value) in enumerate(
                    zip(s.reported, values, strict=False), start=1
                )
            ]
        following = {a[0]: a[2] + a[3] - b[2] - b[3] for a, b in pairwise(points)}
        records += [
            {
                "office": office,
                "posts": posts + fixed,
                "cost": cost,
                "unmet_minutes": unmet,
                "overtime_minutes": overtime,
                "value_of_next_post": following.get(posts),
                "status": "feasible",
            }
            for posts, cost, unmet, overtime in points
        ]
    return frame_of(records, FRONTIER_COLUMNS), frame_of(by_level, FRONTIER_LEVEL_COLUMNS)
