"""The shipped scenarios, read once, and a tiny invented instance with nested quotas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vitri.data import build_instance, read
from vitri.data.instance import Instance, ScenarioInfo

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def bac_kan(root: Path) -> Instance:
    """The synthetic scenario of eight shared offices."""
    return read(root / "scenarios" / "bac-kan-2021")


@pytest.fixture(scope="session")
def thai_nguyen(root: Path) -> Instance:
    """The synthetic scenario of 92 commune agencies."""
    return read(root / "scenarios" / "thai-nguyen-2026")


def rows(text: str) -> Rows:
    """Return the rows of a table written as CSV text."""
    header, *lines = [line.strip().split(",") for line in text.strip().splitlines()]
    return [dict(zip(header, line, strict=True)) for line in lines]


TINY: Mapping[str, str] = {
    "areas": "code,name,parent\nT,Tỉnh giả định,",
    "offices": "code,name,area\nA,Văn phòng A,T\nB,Văn phòng B,T\nC,Văn phòng C,T",
    "organisations": "code,name\nMTTQ,Mặt trận\nHND,Hội Nông dân",
    "task_groups": "code,name,class,scope\n"
    "LD,Lãnh đạo,I,specific\nTH,Tổng hợp,II,shared\nKT,Kế toán,II,shared",
    "work_items": "code,name,task_group,unit_minutes,repeats_per_pool\n"
    "LD1,Họp,LD,120,\nTH1,Báo cáo,TH,360,\nTH2,Lịch tuần,TH,90.5,\nKT1,Bảng lương,KT,960,yes",
    "registrations": "code,office,organisation,work_item,task_name,task_group,unit_minutes,quantity,"
    "approved_quantity,period,status\n"
    "R1,A,MTTQ,TH1,,,,10,,2021-03,\n"
    "R2,A,HND,TH1,,,,7,5,2021,approved\n"
    "R3,A,,KT1,,,,12,,2021,\n"
    "R4,B,MTTQ,,Việc riêng,TH,100,3,,2021-Q4,registered\n"
    "R5,C,MTTQ,LD1,,,,48,,2021,",
    "memberships": "office,organisation,task_group,pool\n*,*,*,shared\n*,*,LD,own\nB,HND,*,outside",
    "quotas": "unit,organisation,status,posts,floor\n"
    "T,,unassigned,,\nA,,allocated,10,\nB,,provisional,7,\nC,,unassigned,,",
    "positions": "code,name,class,task_groups,leader_role,tenure\n"
    "CT,Chủ tịch,I,LD,head,elected\nCV,Chuyên viên,II,TH;KT,none,permanent",
    "current_posts": "office,organisation,position,posts,incumbents\nA,MTTQ,CT,1,\nA,,CV,,\nB,,CV,,\nC,,CV,,",
    "officials": "code,office,organisation,position,rank,category\n"
    "N1,A,MTTQ,CT,,cadre\nN2,A,,CV,01.003,civil_servant\nN3,A,,CV,01.003,civil_servant\n"
    "N4,A,,,,contract_111\n"
    "N5,B,,CV,01.003,\nN6,B,,CV,01.003,\nN7,B,,CV,01.003,\nN8,B,,CV,01.003,\n"
    "N9,C,,CV,01.003,\nN10,C,,CV,01.003,\nN11,C,,CV,01.003,",
}


@pytest.fixture(scope="session")
def tiny_of() -> Callable[..., Instance]:
    """Build the tiny instance with some tables replaced (CSV text) and some variants (raw TOML values).

    An instance is never changed in place, so the same one is given for the same request.
    """
    built: dict[str, Instance] = {}

    def build(variants: Mapping[str, Any] | None = None, drop: str = "", **tables: str) -> Instance:
        key = repr((variants, drop, sorted(tables.items())))
        if key in built:
            return built[key]
        texts = {name: text for name, text in {**TINY, **tables}.items() if name != drop}
        info = ScenarioInfo(
            code="thu",
            name="Ví dụ giả định",
            model="van-phong-khoi-2019",
            synthetic=True,
            first_month="2021-01",
            last_month="2021-12",
            as_of=dt.date(2021, 1, 1),
        )
        frames = {name: pd.DataFrame(rows(text)) for name, text in texts.items()}
        built[key] = build_instance(info, frames, variants=variants or {})
        return built[key]

    return build
