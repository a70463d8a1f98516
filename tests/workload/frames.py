"""Build small synthetic instances for the workload tests: records as they would be typed."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.fields import Field, blank_table, scale
from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.tables import TABLES

Records = Sequence[Mapping[str, Any]]


@cache
def _empty(table: str) -> pd.DataFrame:
    return blank_table(TABLES[table])


def _column(field: Field, values: Sequence[Any]) -> Any:
    """Return typed cells of one column; None and the empty text are blank."""
    blank = [value is None or value == "" for value in values]
    cells = zip(values, blank, strict=True)
    if field.is_number:
        factor = scale(field.type)
        return pd.array([pd.NA if e else int(Decimal(str(v)) * factor) for v, e in cells], dtype="Int64")
    if field.type == "bool":
        return pd.array([pd.NA if e else v in ("yes", True) for v, e in cells], dtype="boolean")
    if field.type == "date":
        days = [np.datetime64("NaT") if e else np.datetime64(str(v)) for v, e in cells]
        return np.array(days, dtype="datetime64[s]")
    return pd.array([np.nan if e else str(v) for v, e in cells], dtype="str")


def typed(table: str, records: Records) -> pd.DataFrame:
    """Return a typed frame of one table; numbers may be given as text, int or Decimal, dates as ISO text."""
    if not records:
        return _empty(table)
    return pd.DataFrame(
        {
            field.name: _column(field, [row.get(field.name) for row in records])
            for field in TABLES[table].fields
        }
    )


def instance(
    first: str = "2021-01",
    last: str = "2021-12",
    *,
    estimate: bool = True,
    as_of: str = "2021-06-01",
    **tables: Records,
) -> Instance:
    """Return an instance with the given tables as records; the others are absent."""
    info = ScenarioInfo(
        code="test",
        name="Dữ liệu mô phỏng",
        model="test",
        first_month=first,
        last_month=last,
        as_of=dt.date.fromisoformat(as_of),
        synthetic=True,
        estimate_enabled=estimate,
    )
    frames = {name: typed(name, tables.get(name, [])) for name in TABLES}
    return Instance(info=info, tables=MappingProxyType(frames), present=frozenset(tables))


def read_folder(folder: Path) -> Instance:
    """Read a scenario folder without any check."""
    with (folder / "scenario.toml").open("rb") as file:
        settings = tomllib.load(file)
    tables: dict[str, Records] = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as rows:
            tables[path.stem] = list(csv.DictReader(rows))
    built = instance(settings["first_month"], settings["last_month"], as_of=str(settings["as_of"]), **tables)
    return built.with_info(code=settings["code"], model=settings["model"])


def model(**changes: Any) -> Any:
    """Return a stand-in for a planning model with the keys that the workload reads."""
    keys: dict[str, Any] = {
        "name": "test",
        "policy": None,
        "time_fund": SimpleNamespace(
            minutes_per_day=480, useful_time_pct=Decimal(100), days_per_week=None, holidays="", overrides=""
        ),
        "spread": SimpleNamespace(default="workdays"),
        "profile": (),
        "allowance": (),
        "calendar": (),
        "rounding": SimpleNamespace(rule="up", level="pool", cutoff=()),
        "workload": SimpleNamespace(
            count_status=("approved", "assigned", "done"),
            count_irregular_in_quota=False,
            complexity_in_minutes=False,
            attendance="covered",
        ),
        "conversion": None,
    }
    return SimpleNamespace(**{**keys, **changes})


def fund(inst: Instance, minutes: int | Sequence[int] = 9_600) -> pd.DataFrame:
    """Return a time fund: the same minutes for every office and month, or one figure per month."""
    months = inst.info.months
    per_month = [minutes] * len(months) if isinstance(minutes, int) else list(minutes)
    rows = [
        {"office": office, "month": month, "minutes": amount}
        for office in sorted(inst.tables["offices"]["code"])
        for month, amount in zip(months, per_month, strict=True)
    ]
    return pd.DataFrame(rows)
