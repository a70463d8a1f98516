"""Scenes of the derivation tests: one invented scenario that has every kind of line, under several rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from vitri.data import build_instance, read
from vitri.data.abk import import_abk
from vitri.data.instance import Instance, ScenarioInfo
from vitri.policy import PlanningModel, load_policy, model_for
from vitri.policy.rows import Allowance

#: The first column of months and of factors on an office sheet, counted from 0.
FIRST = 3

TABLES = {
    "offices": "code,name,coefficient,useful_time_pct\nA,Văn phòng An,1.05,\nB,Văn phòng Bình,,82.5",
    "organisations": "code,name\nMT,Mặt trận\nND,Hội Nông dân\nPN,Hội Phụ nữ",
    "task_groups": "code,name,class,scope\n"
    "LD,Lãnh đạo,I,specific\nTH,Tổng hợp,II,shared\nKT,Kế toán,II,shared\nHT,Hỗ trợ,III,shared\n"
    "01,Mã số,II,shared\n1,Mã số khác,II,shared",
    "work_items": "code,name,task_group,method,unit_minutes,posts_per_unit,coefficient,complexity,counts_as,"
    "repeats_per_pool,regular,profile\n"
    "LD1,Họp,LD,,120.25,,,N4,,,,\n"
    "TH1,Báo cáo,TH,,360,,1.15,N3,,,,\n"
    "TH2,Lịch tuần,TH,,90.5,,,N2,,,,MUA\n"
    "TH3,Hội nghị đột xuất,TH,,480,,,N3,,,no,\n"
    "KT1,Bảng lương,KT,,960,,,N4,,yes,,\n"
    "KT2,Sổ sách,KT,,75.75,,1.333,N3,,,,\n"
    "HT1,Lái xe,HT,ratio,,0.75,,,,,,\n"
    "HT2,Phụ trách thi đua,HT,,600,,,,individual_allowance,,,\n"
    "HT3,Giúp bầu cử,HT,,333,,,,individual_allowance,,no,",
    "profiles": "profile,month,share_pct\nMUA,3,20\nMUA,5,30\nMUA,9,33.33\nMUA,12,16.67",
    "norms": "work_item,office,valid_from,unit_minutes,coefficient,source\n"
    "TH1,A,2020-01-01,345.5,,Đo tại chỗ\nKT2,*,2020-01-01,,1.1,Đo chung",
    "memberships": "office,organisation,task_group,pool,from_month,to_month\n"
    "*,*,*,shared,,\n*,*,LD,own,,\nA,*,KT,own,,2021-06\nB,ND,TH,outside,,2021-05\nB,PN,TH,NHOM,2021-06,",
    "registrations": "code,office,organisation,work_item,task_name,task_group,unit_minutes,quantity,"
    "approved_quantity,period,release_date,due_date,coefficient,kind,status,basis,basis_note\n"
    "A01,A,MT,LD1,,,,30,,2021,,,,program,approved,registered,\n"
    "A02,A,ND,LD1,,,,7.5,,2021-Q2,,,1.25,program,done,registered,\n"
    "A03,A,MT,TH1,,,,24,,2021,,,,program,approved,inventory,\n"
    "A04,A,ND,TH1,,,,10,9,2021-H1,,,,program,approved,registered,\n"
    "A05,A,PN,TH2,,,,41,,2021,,,0.95,program,approved,registered,\n"
    "A06,A,,TH3,,,,5,,2021-05-18,,,,program,approved,registered,\n"
    "A07,A,,KT1,,,,12,,2021,,,,program,approved,registered,\n"
    "A08,A,,KT2,,,,101,,2021,,,,program,approved,registered,\n"
    "A09,A,,HT1,,,,1,,2021,,,,program,approved,registered,\n"
    "A10,A,,HT2,,,,3,,2021,,,,program,approved,registered,\n"
    "A11,A,,HT3,,,,2,,2021-06,,,,program,approved,registered,\n"
    "A12,A,MT,,Việc,TH,77.77,13,,2021-Q3,2021-07-12,2021-11-20,1.1,program,approved,estimated,Năm trước\n"
    "A13,A,MT,TH1,,,,4,,2021-04,,,,program,draft,registered,\n"
    "A14,A,MT,TH1,,,,4,,2021-01,,,,program,approved,registered,\n"
    "A15,A,ND,,Việc đặt,KT,200,3,,2021-08,,,,order,approved,registered,\n"
    "A16,A,MT,,Số lẻ,TH,0.5,1,,2021-04,,,,program,approved,registered,\n"
    "A17,A,MT,,Nhóm 01,01,500,40,,2021,,,,program,approved,registered,\n"
    "A18,A,MT,,Nhóm 1,1,100,30,,2021,,,,program,approved,registered,\n"
    "B01,B,MT,LD1,,,,28,,2021,,,,program,approved,registered,\n"
    "B02,B,ND,TH1,,,,60,,2021,,,,program,approved,registered,\n"
    "B03,B,PN,TH1,,,,70,,2021,,,,program,approved,registered,\n"
    "B04,B,MT,TH2,,,,140,,2021,,,,program,approved,registered,\n"
    "B05,B,,KT1,,,,25,,2021,,,,program,approved,registered,\n"
    "B06,B,,HT1,,,,2,,2021-09,,,,program,approved,registered,\n"
    "B07,B,MT,TH3,,,,6,,2021,,,,program,approved,registered,\n"
    "B08,B,ND,TH2,,,,0,,2021,,,,program,approved,registered,",
    "quotas": "unit,organisation,status,posts\nA,,allocated,3\nA,,provisional,1\nB,,unassigned,",
    "positions": "code,name,class,task_groups\nCV,Chuyên viên,II,TH;KT",
    "current_posts": "office,organisation,position,posts,incumbents\nA,,CV,3,2\nB,,CV,,4",
}


@dataclass(frozen=True)
class Case:
    """One workbook: the scenario it must agree with, its rules, its offices, and the file."""

    instance: Instance
    model: PlanningModel
    offices: tuple[str, ...]
    path: Path
    edited: bool = False


def rows(text: str) -> list[dict[str, str]]:
    """Return the rows of a table written as CSV text."""
    header, *lines = [line.split(",") for line in text.strip().split("\n")]
    return [dict(zip(header, line, strict=True)) for line in lines]


def mixed(**replaced: str) -> Instance:
    """Return the invented scenario of two offices over March to October 2021."""
    info = ScenarioInfo(
        code="thu",
        name="Kịch bản giả định",
        name_en="An invented scenario",
        model="van-phong-khoi-2019",
        synthetic=True,
        first_month="2021-03",
        last_month="2021-10",
        as_of=dt.date(2021, 3, 1),
    )
    frames = {name: pd.DataFrame(rows(text)) for name, text in {**TABLES, **replaced}.items()}
    return build_instance(info, frames)


def with_table(model: PlanningModel, **tables: dict[str, Any]) -> PlanningModel:
    """Return a model with some keys of some tables changed."""
    return model.model_copy(
        update={name: getattr(model, name).model_copy(update=keys) for name, keys in tables.items()}
    )


def wisn_model(instance: Instance) -> PlanningModel:
    """Return the WISN policy with allowances in every unit, one of them for a single class."""
    model = model_for(instance).with_policy(load_policy("wisn"))
    given: tuple[dict[str, Any], ...] = (
        {"share_pct": Decimal(20)},
        {"minutes": 7, "per": "day"},
        {"minutes": 30, "per": "week", "classes": ("I",)},
        {"minutes": 100, "per": "month", "classes": ("II", "III")},
        {"minutes": 333, "per": "year"},
    )
    allowances = tuple(
        Allowance(name=f"Allowance {n}", name_vi=f"Phụ trội {n}", **keys) for n, keys in enumerate(given)
    )
    return model.model_copy(update={"allowance": allowances})


def cutoff_model(instance: Instance) -> PlanningModel:
    """Return rules with a year of weeks, a cut-off table and rounding by office."""
    return with_table(
        model_for(instance),
        time_fund={
            "method": "weeks",
            "weeks": Decimal("51.5"),
            "days_per_week": Decimal("4.5"),
            "other_absence_days_per_year": Decimal("3.25"),
        },
        rounding={
            "rule": "cutoff",
            "level": "office",
            "cutoff": ((Decimal("0.4"), 0), (Decimal("1.125"), 1), (Decimal("2.3"), 2)),
        },
    )


def constant_model(instance: Instance) -> PlanningModel:
    """Return rules with a constant year, complexity in minutes, one-off work counted, rounding by group."""
    return with_table(
        model_for(instance),
        time_fund={"method": "constant_year", "minutes_per_year": 75_001, "minutes_per_day": 300},
        rounding={"rule": "half_up", "level": "position"},
        workload={"complexity_in_minutes": True, "count_irregular_in_quota": True},
    )


def with_complexity(model: PlanningModel) -> PlanningModel:
    """Return a model whose complexity classes have factors, if it has none of its own."""
    if model.conversion is not None:
        return model
    from vitri.policy.sections import Conversion

    k = {f"N{n}": Decimal(n + 7) / 10 for n in range(1, 6)}
    return model.model_copy(update={"conversion": Conversion(k=k)})


def register(folder: Path) -> Instance:
    """Return an invented register of workload of the Indonesian kind, imported."""
    folder.mkdir()
    positions = ["office,position,unit,title,kind,incumbents"]
    tasks = ["position,task_no,task,volume_per_year,minutes_per_unit,effective_minutes_per_year,need_fte"]
    for office in (1, 2):
        for order in (1, 2, 3):
            code = f"Q{office}-0{order}"
            positions.append(f"{code[:2]},{code},Unit {order},Title {order},clerical,{order}")
            for task in (1, 2):
                minutes = 600 * order + 45 * task
                tasks.append(f"{code},{task},Task {order}{task},{24 * office}.0,{minutes}.0,75000.0,0")
    (folder / "offices.csv").write_text("office,name\nQ1,Kantor Satu\nQ2,Kantor Dua\n", encoding="utf-8")
    (folder / "positions.csv").write_text("\n".join(positions) + "\n", encoding="utf-8")
    (folder / "tasks.csv").write_text("\n".join(tasks) + "\n", encoding="utf-8")
    return import_abk(folder, period="2025")


def small(root: Path) -> Instance:
    """Return the tiny example of one office."""
    return read(root / "tests" / "fixtures" / "vi-du-nho")


def more_work(instance: Instance, item: str, unit_dec2: int, line: str, quantity_dec2: int) -> Instance:
    """Return a scenario with another norm for one work item and another quantity on one line."""
    items, lines = instance.table("work_items"), instance.table("registrations")
    items.loc[items["code"] == item, "unit_minutes"] = unit_dec2
    lines.loc[lines["code"] == line, "approved_quantity"] = quantity_dec2
    return instance.with_tables(work_items=items, registrations=lines)
