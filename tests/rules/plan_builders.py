"""A small synthetic scenario and a good plan for it, made by hand; tests spoil one thing at a time.

Two offices A and B in area X, organisations O1 and O2, January and February 2021; one post has 7,752 and
5,712 minutes. Office A: the chair of O1 (LD, and the movement work PT of O1), two posts VT01 (TH, TQ), one
post VT02 (KT) that also covers the movement work of O2. Office B: a post VT01 and a vacant post VT02.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.tables import TABLES
from vitri.policy import PlanningModel, load_model
from vitri.policy.worktime import time_fund
from vitri.rules import Case, rule

Row = Mapping[str, Any]
JAN, FEB = "2021-01", "2021-02"
FUND = {JAN: 7752, FEB: 5712}


def typed(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows as a typed table of the data contract; what is left out is missing."""
    spec = TABLES[name]
    frame = pd.DataFrame(list(rows), columns=[column.name for column in spec.fields])
    return frame.astype({column.name: column.dtype for column in spec.fields})


def table(columns: str, *rows: str) -> list[dict[str, Any]]:
    """Read a table written as lines of words; ``-`` is blank, whole numbers are numbers."""
    names = columns.split()

    def value(word: str) -> Any:
        if word == "-":
            return None
        if word in ("yes", "no"):
            return word == "yes"
        return int(word) if (word.lstrip("-").isdigit() and not word.startswith("0")) or word == "0" else word

    return [dict(zip(names, map(value, row.split()), strict=True)) for row in rows]


GIVEN: dict[str, list[dict[str, Any]]] = {
    "areas": table("code name", "X X"),
    "offices": table("code name area office_class", "A A X small", "B B X large"),
    "organisations": table("code name", "O1 O1", "O2 O2"),
    "task_groups": table(
        "code name class scope competency min_level duty min_holders",
        "LD LD I specific - - - -",
        "TH TH II shared HC 2 - 2",
        "TQ TQ II shared HC 1 cashier 1",
        "KT KT II shared KT 3 accountant 1",
        "PT PT II specific VD 2 - 1",
    ),
    "positions": table(
        "code name class task_groups leader_role tenure free_pct",
        "CT CT I LD;PT head elected 4000",
        "TH_CV TH_CV II TH;TQ none permanent -",
        "KT_CV KT_CV II KT;PT none permanent -",
    ),
    "current_posts": table(
        "office organisation position posts", "A O1 CT 1", "A - TH_CV 2", "A - KT_CV 1", "B - TH_CV 2"
    ),
    "quotas": table(
        "unit organisation status posts floor cap",
        "X - allocated 7 - -",
        "A - allocated 4 - -",
        "B - allocated 3 1 5",
    ),
    "officials": table(
        "code office organisation position rank category",
        "P1 A O1 CT - cadre",
        "P2 A - TH_CV 01.003 civil_servant",
        "P3 A - TH_CV 01.003 civil_servant",
        "P4 A - KT_CV 01.003 civil_servant",
        "P5 B - TH_CV 01.003 civil_servant",
        "P6 B - TH_CV 01.003 civil_servant",
    ),
    "registrations": table("code office quantity period", "R1 A 1 2021-01"),
}


@cache
def _model() -> PlanningModel:
    return load_model("van-phong-khoi-2019").in_force(dt.date(2021, 1, 1))


@cache
def _fund() -> pd.DataFrame:
    return time_fund(build_scenario(), _model())


@cache
def _blank() -> Mapping[str, pd.DataFrame]:
    return {name: typed(name, ()) for name in TABLES}


@cache
def _given() -> Mapping[str, pd.DataFrame]:
    return {name: typed(name, rows) for name, rows in GIVEN.items()}


def build_scenario(**tables: list[dict[str, Any]]) -> Instance:
    """Return the synthetic scenario, some tables replaced; an empty list leaves a table out."""
    rows = {**GIVEN, **tables}
    info = ScenarioInfo(
        code="A-B",
        name="Hai văn phòng (mô phỏng)",
        model="van-phong-khoi-2019",
        first_month=JAN,
        last_month=FEB,
        as_of=dt.date(2021, 1, 1),
        synthetic=True,
        sizing="ceiling",
    )
    frames = {**_blank(), **_given(), **{name: typed(name, given) for name, given in tables.items()}}
    present = frozenset(name for name, given in rows.items() if given)
    return Instance(info=info, tables=MappingProxyType(frames), present=present)


DEMAND = table(
    "office pool task_group month priority regular estimated minutes",
    f"A own.O1 LD {JAN} 1 yes no 1000",
    f"A own.O1 LD {FEB} 1 yes no 1000",
    f"A own.O1 PT {JAN} 2 yes no 2000",
    f"A own.O1 PT {FEB} 2 yes no 1000",
    f"A own.O2 PT {JAN} 2 yes no 1000",
    f"A own.O2 PT {FEB} 2 yes no 1000",
    f"A shared KT {JAN} 1 yes no 4000",
    f"A shared KT {FEB} 1 yes no 3000",
    f"A shared TH {JAN} 1 yes no 6000",
    f"A shared TH {FEB} 2 yes yes 4000",
    f"A shared TQ {JAN} 2 yes no 3000",
    f"A shared TQ {FEB} 3 yes no 2000",
    f"B shared KT {JAN} 1 yes no 2000",
    f"B shared KT {FEB} 1 yes no 1000",
    f"B shared TH {JAN} 2 yes no 3000",
    f"B shared TH {FEB} 2 yes no 3000",
    f"B shared TQ {JAN} 2 yes no 1000",
    f"B shared TQ {FEB} 2 yes no 1000",
)

PLANNED: dict[str, list[dict[str, Any]]] = {
    "structure": table(
        "structure position name class task_groups matches_position",
        "all CT CT I LD;PT CT",
        "all VT01 VT01 II TH;TQ TH_CV",
        "all VT02 VT02 II KT KT_CV",
        "all VT03 VT03 II PT -",
    ),
    "post_groups": table(
        "post_group office organisation pool position kind posts free_pct",
        "A.01 A - shared VT01 sized 2 -",
        "A.02 A - shared VT02 sized 1 -",
        "A.F01 A O1 own.O1 CT fixed 1 4000",
        "B.01 B - shared VT01 sized 1 -",
        "B.02 B - shared VT02 sized 1 -",
    ),
    "duties": table(
        "post_group office pool task_group main free",
        "A.01 A shared TH yes no",
        "A.01 A shared TQ yes no",
        "A.02 A own.O2 PT no no",
        "A.02 A shared KT yes no",
        "A.F01 A own.O1 LD yes no",
        "A.F01 A own.O1 PT yes no",
        "B.01 B shared TH yes no",
        "B.01 B shared TQ yes no",
        "B.02 B shared KT yes no",
    ),
    "posts": table(
        "office organisation pool position posts posts_now incumbents_now change fte_dec4 bound status kind",
        "A O1 own.O1 CT 1 1 1 0 3714 - optimal fixed",
        "A - shared VT01 2 2 2 0 11141 - optimal sized",
        "A - shared VT02 1 1 1 0 5199 - optimal sized",
        "A O2 own.O2 VT03 0 0 0 0 1485 - optimal covered",
        "B - shared VT01 1 2 2 -1 5942 - optimal sized",
        "B - shared VT02 1 0 0 1 2228 - optimal sized",
    ),
    "post_ranks": table(
        "office position rank posts",
        "A CT - 1",
        "A VT01 01.003 2",
        "A VT02 01.003 1",
        "B VT01 01.003 1",
        "B VT02 01.003 1",
    ),
    "cover": table(
        "office pool position task_group covered_by covered_by_pool month minutes",
        f"A own.O1 CT LD CT own.O1 {JAN} 1000",
        f"A own.O1 CT LD CT own.O1 {FEB} 1000",
        f"A own.O1 VT03 PT CT own.O1 {JAN} 2000",
        f"A own.O1 VT03 PT CT own.O1 {FEB} 1000",
        "A own.O2 VT03 PT VT02 shared - 2000",
    ),
    "quotas": table(
        "unit organisation position_class ceiling ceiling_status floor cap used left posts bound gap",
        "A - - 4 allocated 0 - 4 0 4 - -",
        "B - - 3 allocated 1 5 2 1 2 - -",
        "X - - 7 allocated 0 - 6 1 6 - -",
    ),
    "staffing": table(
        "official office_now position_now office position share_pct action post_group seat",
        "P1 A CT A CT 10000 stay A.F01 1",
        "P2 A TH_CV A VT01 10000 stay A.01 1",
        "P3 A TH_CV A VT01 10000 stay A.01 2",
        "P4 A KT_CV A VT02 10000 stay A.02 1",
        "P5 B TH_CV B VT01 10000 stay B.01 1",
        "- - - B VT02 10000 recruit B.02 1",
        "P6 B TH_CV - - 10000 surplus - -",
    ),
    "assignments": table(
        "office month official pool task_group role minutes overtime_minutes",
        *(
            f"A {month} {who} {pool} {group} {role} {minutes} 0"
            for month, row in {
                JAN: (1000, 2000, 1000, 4000, 6000, 3000),
                FEB: (1000, 1000, 1000, 3000, 4000, 2000),
            }.items()
            for who, pool, group, role, minutes in (
                ("P1", "own.O1", "LD", "main", row[0]),
                ("P1", "own.O1", "PT", "main", row[1]),
                ("P4", "own.O1", "PT", "backup", 0),
                ("P4", "own.O2", "PT", "main", row[2]),
                ("P4", "shared", "KT", "main", row[3]),
                ("P2", "shared", "TH", "main", row[4]),
                ("P3", "shared", "TH", "backup", 0),
                ("P3", "shared", "TQ", "main", row[5]),
                ("P2", "shared", "TQ", "backup", 0),
            )
        ),
        f"B {JAN} P5 shared TH main 3000 0",
        f"B {FEB} P5 shared TH main 3000 0",
        f"B {JAN} P5 shared TQ main 1000 0",
        f"B {FEB} P5 shared TQ main 1000 0",
        f"B {JAN} VAC-B.02-1 shared KT main 2000 0",
        f"B {FEB} VAC-B.02-1 shared KT main 1000 0",
    ),
    "unmet": [],
    "load": [
        {
            "official": who,
            "month": month,
            "available_minutes": FUND[month],
            "assigned_minutes": work,
            "load_pct_dec2": (20_000 * work + FUND[month]) // (2 * FUND[month]),
        }
        for who, works in {
            "P1": (3000, 2000),
            "P2": (6000, 4000),
            "P3": (3000, 2000),
            "P4": (5000, 4000),
            "P5": (4000, 4000),
            "VAC-B.02-1": (2000, 1000),
        }.items()
        for month, work in zip((JAN, FEB), works, strict=True)
    ],
}

_NUMBERS = {
    "priority", "minutes", "posts", "free_pct", "posts_now", "incumbents_now", "change", "fte_dec4", "bound",
    "ceiling", "floor", "cap", "used", "left", "gap", "share_pct", "seat", "overtime_minutes", "slack",
    "available_minutes", "assigned_minutes", "load_pct_dec2", "lower_bound", "quantity_dec2", "line_minutes",
    "conversion_k_dec3", "converted_dec2", "done_converted_dec2", "compared_dec2", "quantity_pct",
    "quality_pct", "progress_pct", "result_pct",
}  # fmt: skip
_FLAGS = {"main", "free", "regular", "estimated", "counted"}
_COLUMNS = {"unmet": ["office", "pool", "task_group", "month", "priority", "minutes"]}


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows of a run table with the dtypes a result keeps."""
    columns = _COLUMNS.get(name) or list(rows[0])
    made = pd.DataFrame(rows, columns=columns)
    types = {c: "Int64" if c in _NUMBERS else "boolean" if c in _FLAGS else "str" for c in columns}
    return made.astype(types)


@cache
def _planned() -> Mapping[str, pd.DataFrame]:
    return {name: frame(name, rows) for name, rows in {**PLANNED, "demand": DEMAND}.items()}


@dataclass
class Plan:
    """A plan that a test may spoil: every part is its own copy."""

    instance: Instance = field(default_factory=build_scenario)
    model: PlanningModel = field(default_factory=_model)
    demand: pd.DataFrame = field(default_factory=lambda: _planned()["demand"].copy())
    tables: dict[str, pd.DataFrame] = field(
        default_factory=lambda: {name: made.copy() for name, made in _planned().items()}
    )
    sizing: Any = "ceiling"
    structure: Any = "common"
    levels: tuple[dict[str, Any], ...] = ()
    lines: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        self.tables["demand"] = self.demand.copy()
        cells = ["office", "pool", "task_group", "month"]
        self.tables["workload"] = self.demand.groupby(cells, as_index=False)["minutes"].sum()
        self.tables["time_fund"] = _fund().copy()

    def set(self, name: str, where: str, **cells: Any) -> Plan:
        """Change cells of the rows of a table that a query names; no row is an error."""
        found = self.tables[name].query(where).index
        assert len(found), f"no row of {name} where {where}"
        for column, value in cells.items():
            self.tables[name].loc[found, column] = value
        return self

    def add(self, name: str, **cells: Any) -> Plan:
        """Append a row to a table."""
        at = len(self.tables[name])
        self.tables[name].loc[at] = {c: cells.get(c, pd.NA) for c in self.tables[name].columns}
        self.tables[name] = self.tables[name].astype(
            {c: "Int64" if c in _NUMBERS else "boolean" if c in _FLAGS else "str" for c in cells}
        )
        return self

    def drop(self, name: str, where: str) -> Plan:
        """Remove the rows of a table that a query names; no row is an error."""
        found = self.tables[name].query(where).index
        assert len(found), f"no row of {name} where {where}"
        self.tables[name] = self.tables[name].drop(index=found).reset_index(drop=True)
        return self

    def ask(self, where: str, minutes: int) -> Plan:
        """Change the minutes asked for, in the register and in the plan's own copy of it."""
        found = self.demand.query(where).index
        assert len(found) == 1, where
        self.demand.loc[found, "minutes"] = minutes
        self.__post_init__()
        return self

    def given(self, **tables: list[dict[str, Any]]) -> Plan:
        """Replace tables of the scenario."""
        self.instance = build_scenario(**tables)
        return self

    def ruled(self, **tables: Any) -> Plan:
        """Replace tables of the planning model: a mapping changes keys, anything else replaces the table."""
        changes = {
            name: getattr(self.model, name).model_copy(update=value) if isinstance(value, dict) else value
            for name, value in tables.items()
        }
        self.model = self.model._changed(changes)
        return self

    def case(self) -> Case:
        """Return the plan as rules read it."""
        return Case.of(
            self.instance,
            self.model,
            self.tables,
            self.demand,
            _fund(),
            sizing=self.sizing,
            structure=self.structure,
            levels=self.levels,
            lines=self.lines,
        )

    def measure(self, name: str) -> pd.DataFrame:
        """Measure one rule."""
        return rule(name).measure(self.case())

    def broken(self, name: str) -> bool:
        """Whether one rule is broken anywhere, binding or not."""
        return bool(self.measure(name)["broken"].any())
