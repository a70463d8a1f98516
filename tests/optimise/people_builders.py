"""Small synthetic scenarios for the people engine: tables, proposed posts, time and demand, all invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.tables import TABLES
from vitri.policy import PlanningModel, load_model

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """A stand-in for a sized plan: only what the people engine reads."""

    post_groups: pd.DataFrame
    duties: pd.DataFrame
    structure: pd.DataFrame
    quotas: pd.DataFrame


@dataclass(frozen=True)
class Work:
    """A stand-in for a workload: only its demand."""

    demand: pd.DataFrame


@cache
def _district_model() -> PlanningModel:
    return load_model("van-phong-khoi-2019").in_force(dt.date(2021, 6, 1))


def model(**changes: Mapping[str, Any]) -> PlanningModel:
    """Return the district model of the tiny example, with keys of single tables changed."""
    base = _district_model()
    tables = {name: getattr(base, name).model_copy(update=dict(keys)) for name, keys in changes.items()}
    return base.model_copy(update=tables)


def typed(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows as a typed table of the data contract; what is left out is missing."""
    spec = TABLES[name]
    frame = pd.DataFrame(list(rows), columns=[field.name for field in spec.fields])
    return frame.astype({field.name: field.dtype for field in spec.fields})


@cache
def _no_rows() -> Mapping[str, pd.DataFrame]:
    return {name: typed(name, ()) for name in TABLES}


def instance(months: tuple[str, str] = ("2021-06", "2021-06"), **tables: Sequence[Row]) -> Instance:
    """Return a synthetic scenario with the tables given; the others are absent."""
    info = ScenarioInfo(
        code="thu",
        name="Thử",
        model="van-phong-khoi-2019",
        first_month=months[0],
        last_month=months[1],
        as_of=dt.date(2021, 6, 1),
        synthetic=True,
    )
    frames = {**_no_rows(), **{name: typed(name, rows) for name, rows in tables.items()}}
    return Instance(info=info, tables=MappingProxyType(frames), present=frozenset(tables))


POST = ("post_group", "office", "organisation", "pool", "position", "kind", "posts", "free_pct")
DUTY = ("post_group", "office", "pool", "task_group", "main", "free")


def plan(groups: Iterable[Row], structure: Sequence[Row] = (), quotas: Sequence[Row] = ()) -> Plan:
    """Return a sized plan; each group has `cells`: (pool, task group[, main[, free]])."""
    posts: list[dict[str, Any]] = []
    duties: list[dict[str, Any]] = []
    for given in groups:
        row = {"organisation": None, "pool": "shared", "kind": "sized", "posts": 1, "free_pct": None, **given}
        posts.append({key: row.get(key) for key in POST})
        for pool, group, *flags in row["cells"]:
            main, free = [*flags, True, False][:2] if len(flags) != 1 else [flags[0], False]
            duties.append(
                {
                    "post_group": row["post_group"],
                    "office": row["office"],
                    "pool": pool,
                    "task_group": group,
                    "main": main,
                    "free": free,
                }
            )
    post_frame = pd.DataFrame(posts, columns=list(POST)).astype({"posts": "int64", "free_pct": "Int64"})
    names = ("structure", "position", "name", "class", "task_groups", "ranks", "matches_position")
    return Plan(
        post_frame.astype({c: "str" for c in POST if c not in ("posts", "free_pct")}),
        pd.DataFrame(duties, columns=list(DUTY)),
        pd.DataFrame(list(structure), columns=list(names)).astype("str"),
        pd.DataFrame(list(quotas)),
    )


def demand(rows: Iterable[tuple[str, str, str, str, int, int]]) -> Work:
    """Return a workload from (office, pool, task group, month, priority, minutes)."""
    frame = pd.DataFrame(list(rows), columns=["office", "pool", "task_group", "month", "priority", "minutes"])
    return Work(frame.assign(regular=True, estimated=False))


def times(rows: Iterable[tuple[str, str, int, int]]) -> pd.DataFrame:
    """Return person time from (official, month, minutes, overtime minutes)."""
    return pd.DataFrame(list(rows), columns=["official", "month", "minutes", "overtime_minutes"])


def funds(rows: Iterable[tuple[str, str, int]]) -> pd.DataFrame:
    """Return a time fund from (office, month, minutes)."""
    return pd.DataFrame(list(rows), columns=["office", "month", "minutes"])


def tiny() -> tuple[Instance, Plan, Work]:
    """Return the tiny example of June 2021: five people, eight cells, 14,520 minutes (synthetic)."""
    groups = [
        {"code": "LD", "name": "Lãnh đạo", "class": "I", "scope": "specific"},
        {"code": "TH", "name": "Tổng hợp", "class": "II", "competency": "HC", "min_level": 2},
        {"code": "VT", "name": "Văn thư", "class": "II", "competency": "VT", "min_level": 2, "duty": "seal"},
        {
            "code": "KT",
            "name": "Kế toán",
            "class": "II",
            "competency": "KT",
            "min_level": 3,
            "duty": "accountant",
        },
        {
            "code": "TQ",
            "name": "Thủ quỹ",
            "class": "II",
            "competency": "HC",
            "min_level": 1,
            "duty": "cashier",
        },
        {
            "code": "PT",
            "name": "Phong trào",
            "class": "II",
            "scope": "specific",
            "competency": "VD",
            "min_level": 2,
        },
    ]
    leader = {"name": "Chủ tịch", "class": "I", "leader_role": "head", "tenure": "elected", "free_pct": 4500}
    positions = [
        {"code": "CT", "task_groups": "LD;PT", **leader},
        {"code": "KTTH", "name": "Kế toán", "class": "II", "task_groups": "KT;TH"},
        {"code": "VTTQ", "name": "Văn thư", "class": "II", "task_groups": "VT;TQ"},
    ]
    cadres = [
        {"code": f"CB0{i}", "office": "SM", "organisation": org, "position": "CT", "category": "cadre"}
        for i, org in enumerate(("MTTQ", "HND", "HLHPN"), start=1)
    ]
    staff = [
        {"code": "CB04", "office": "SM", "position": "KTTH", "rank": "01.003"},
        {"code": "CB05", "office": "SM", "organisation": "MTTQ", "position": "VTTQ", "rank": "02.007"},
    ]
    scenario = instance(
        offices=[{"code": "SM", "name": "Văn phòng Khối Suối Mây"}],
        organisations=[{"code": c, "name": c} for c in ("MTTQ", "HND", "HLHPN")],
        task_groups=groups,
        positions=positions,
        officials=cadres + staff,
    )
    fixed = [
        {
            "post_group": f"SM-CT-{org}",
            "office": "SM",
            "organisation": org,
            "pool": f"own.{org}",
            "position": "CT",
            "kind": "fixed",
            "free_pct": 4500,
            "cells": [(f"own.{org}", "LD"), (f"own.{org}", "PT"), ("shared", "PT", False, True)],
        }
        for org in ("MTTQ", "HND", "HLHPN")
    ]
    sized = [
        {
            "post_group": "SM-P1",
            "office": "SM",
            "position": "P1",
            "cells": [("shared", "KT"), ("shared", "TH")],
        },
        {
            "post_group": "SM-P2",
            "office": "SM",
            "position": "P2",
            "cells": [("shared", "VT"), ("shared", "TQ")],
        },
    ]
    work = demand(
        ("SM", pool, group, "2021-06", 2, minutes)
        for pool, group, minutes in (
            ("own.MTTQ", "LD", 480),
            ("shared", "TH", 1800),
            ("shared", "VT", 2640),
            ("shared", "KT", 1920),
            ("shared", "TQ", 360),
            ("shared", "PT", 3600),
            ("own.HND", "PT", 2400),
            ("own.HLHPN", "PT", 1320),
        )
    )
    return scenario, plan([*fixed, *sized]), work


def tiny_time() -> pd.DataFrame:
    """Return the time of the five people in June 2021: 8,568 minutes, 7,752 for the one in training."""
    return times((f"CB0{i}", "2021-06", 7752 if i == 4 else 8568, 0) for i in range(1, 6))
