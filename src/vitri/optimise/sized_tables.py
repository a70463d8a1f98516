"""The tables of a sizing: positions, posts, who covers what, quotas, curves and what stays undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Sizing, Structure
from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.optimise.engine import IntArray, Status
from vitri.optimise.size import Problem, SizedPlan, level_values, sequential_posts
from vitri.optimise.sized_office import frame_of, office_tables
from vitri.optimise.sized_quota import ceilings, frontier, quota_table
from vitri.optimise.today import Today, today_of
from vitri.workload import Workload

FTE = 10_000
STRUCTURE_COLUMNS = {
    "structure": "str",
    "position": "str",
    "name": "str",
    "class": "str",
    "task_groups": "str",
    "ranks": "str",
    "competencies": "str",
    "duties": "str",
    "matches_position": "str",
}


def write_tables(s: Problem, workload: Workload, sizing: Sizing, kind: Structure) -> SizedPlan:
    """Write every table of the plan found."""
    assert s.found.plan is not None
    codes = _codes(s)
    levels = level_values(s)
    proven = bool(levels) and all(level.status == "optimal" for level in levels)
    status: Status = "optimal" if proven else "feasible"
    today = today_of(s.instance, s.fixed, s.cube.offices, _proposed_groups(s, codes))
    tables = office_tables(s, codes, today, status)
    posts = tables.posts
    structure = _structure(s, codes, today)
    quotas = quota_table(s, workload)
    curves, by_level = frontier(s)
    fixed = sum(p.posts for p in s.fixed)
    total = int(posts["posts"].sum())
    fund = s.cube.fund.sum(axis=1)
    minutes = np.zeros(len(s.cube.offices), dtype=np.int64)
    for unit, (office, _) in enumerate(s.cube.units):
        minutes[office] += int(s.cube.minutes[unit].sum())
    total_minutes = workload.demand.groupby("office")["minutes"].sum()
    worked = np.array([int(total_minutes.get(code, 0)) for code in s.cube.offices], dtype=np.int64)
    pooled = sum(int(-(-m // f)) if sizing == "need" else 0 for m, f in zip(minutes, fund, strict=True))
    totals: dict[str, int | None] = {
        "fte_dec4": _fte_total(worked, fund),
        "fte_regular_dec4": _fte_total(minutes, fund),
        "posts": total,
        "fixed_posts": fixed,
        "posts_now": int(posts["posts_now"].fillna(0).sum()),
        "incumbents_now": int(posts["incumbents_now"].fillna(0).sum()),
        "bound": fixed + int(s.found.bound.posts.sum()) if sizing == "need" and s.found.bound else None,
        "bound_all_pooled": pooled if sizing == "need" else None,
        "unmet_minutes": int(tables.unmet["minutes"].sum()),
        "overtime_minutes": _overtime(s),
    }
    steps = {
        "sequential_posts": _posts_by_position(workload),
        "rounded_positions_posts": sequential_posts(s),
        "joint_posts": total,
        "structures_tried": s.found.evaluations,
    }
    if s.found.first is not None:
        steps |= {"first_structure_cost": s.found.first.cost, "first_structure_bound": s.found.first.bound}
    return SizedPlan(
        structure=structure,
        posts=tables.posts,
        cover=tables.cover,
        quotas=quotas,
        frontier=curves,
        frontier_levels=by_level,
        unmet=tables.unmet,
        post_groups=tables.post_groups,
        duties=tables.duties,
        levels=levels,
        totals=totals,
        ceilings=ceilings(quotas),
        steps=steps,
        sizing=sizing,
        structure_kind=kind,
        status=status,
        warnings=_warnings(s),
    )


def _posts_by_position(workload: Workload) -> int:
    """Posts when every task group of every office is rounded up apart: how a register is usually read."""
    needs = workload.needs
    return int(needs.loc[needs["office"].isna(), "posts_by_position"].sum())


def _fte_total(minutes: IntArray, fund: IntArray) -> int:
    """Sum of minutes over each office's own fund, in ten-thousandths of a post, rounded once."""
    total = sum((Fraction(int(m), int(f)) for m, f in zip(minutes, fund, strict=True)), Fraction(0))
    return int(total * FTE + Fraction(1, 2))


def _codes(s: Problem) -> dict[tuple[int, int], str]:
    assert s.found.plan is not None
    codes = {}
    for scope, positions in enumerate(s.found.plan.positions):
        prefix = "" if s.scopes[scope] == "all" else f"{s.scopes[scope]}."
        for index in range(len(positions)):
            codes[scope, index] = f"{prefix}VT{index + 1:02d}"
    return codes


def _proposed_groups(
    s: Problem, codes: Mapping[tuple[int, int], str]
) -> dict[str, dict[str, frozenset[str]]]:
    assert s.found.plan is not None
    by_scope = [
        {codes[scope, i]: frozenset(s.cube.groups[g] for g in groups) for i, groups in enumerate(positions)}
        for scope, positions in enumerate(s.found.plan.positions)
    ]
    return {office: by_scope[s.task.scope_of[o]] for o, office in enumerate(s.cube.offices)}


def _structure(s: Problem, codes: Mapping[tuple[int, int], str], today: Today) -> pd.DataFrame:
    assert s.found.plan is not None
    info = s.instance.table("task_groups").set_index("code")
    rank_order = {rank.code: i for i, rank in enumerate(s.model.rank)}
    level = {rank.code: rank.level for rank in s.model.rank}
    positions = s.instance.table("positions").set_index("code")

    def record(groups: Sequence[str], **fields: object) -> dict[str, object]:
        return {
            "task_groups": ";".join(groups),
            "competencies": _joined(info.loc[list(groups), "competency"]),
            "duties": _joined(info.loc[list(groups), "duty"]),
            **fields,
        }

    records = []
    for code in sorted({post.position for post in s.fixed}):
        row = positions.loc[code]
        groups = [g for g in str(row["task_groups"]).split(";") if g in info.index]
        ranks = str(row["ranks"]) if isinstance(row["ranks"], str) else None
        records.append(
            record(
                groups,
                structure="all",
                position=code,
                name=str(row["name"]),
                ranks=ranks,
                matches_position=code,
                **{"class": str(row["class"])},
            )
        )
    for scope, chosen in enumerate(s.found.plan.positions):
        for index, members in enumerate(chosen):
            code = codes[scope, index]
            groups = [s.cube.groups[g] for g in members]
            levels = [{level[r] for r in s.limits.ranks_of[g] if r in level} for g in groups]
            shared = set.intersection(*levels)
            common = {r for g in groups for r in s.limits.ranks_of[g] if level.get(r) in shared}
            weight = {g: int(s.absorbed.left[:, m].sum()) for g, m in zip(groups, members, strict=True)}
            lead = sorted(groups, key=lambda g, w=weight: (-w[g], g))  # type: ignore[misc]
            name = today.name_of(code) or _title([str(info.at[g, "name"]) for g in lead])
            ranks = ";".join(sorted(common, key=lambda r: rank_order.get(r, len(rank_order)))) or None
            records.append(
                record(
                    groups,
                    structure=s.scopes[scope],
                    position=code,
                    name=name,
                    ranks=ranks,
                    matches_position=today.match.get(code),
                    **{"class": str(info.at[lead[0], "class"])},
                )
            )
    return frame_of(records, STRUCTURE_COLUMNS)


def _joined(values: pd.Series) -> str | None:
    return ";".join(sorted({str(v) for v in values.dropna()})) or None


def _title(names: list[str]) -> str:
    """Name a proposed position after its largest groups; the rest is counted."""
    if len(names) <= 2:
        return "; ".join(names)
    return f"{names[0]}; {names[1]} (+{len(names) - 2})"


def _overtime(s: Problem) -> int:
    assert s.found.plan is not None
    values = s.task.setting.objective.packing.unpack(s.found.plan.share.cost)
    for (measure, _), value in zip(s.task.setting.objective.levels, values, strict=True):
        if measure == "overtime_minutes":
            return int(value)
    return 0


def _warnings(s: Problem) -> Findings:
    found = []
    for office in range(len(s.cube.offices)):
        units = [u for u, (owner, _) in enumerate(s.cube.units) if owner == office]
        minutes = int(s.absorbed.overload[units].sum()) if units else 0
        if minutes:
            found.append(
                Finding(
                    code="leaders_overloaded",
                    severity="warning",
                    table="registrations",
                    row_key=s.cube.offices[office],
                    column="task_group",
                    value=str(minutes),
                    allowed=N_("the time of the fixed posts"),
                    message=N_(
                        "Leadership work at {office} exceeds its fixed posts' time by {minutes} minutes."
                    ),
                    advice=N_(
                        "Leadership posts are not sized by workload: move work to a professional group."
                    ),
                    fields={"office": s.cube.offices[office], "minutes": minutes},
                )
            )
    return Findings.of(found)
