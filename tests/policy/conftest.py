"""Small synthetic scenarios and models for the tests of this room; nothing in them is real."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from vitri.data.instance import Instance, ScenarioInfo

INTS = {
    "useful_time_pct",
    "fte_pct",
    "leave_days",
    "seniority_years",
    "share_pct",
    "minutes_per_day",
    "month",
}
DATES = {"date", "from_date", "to_date"}
COLUMNS = {
    "offices": ["code", "useful_time_pct"],
    "officials": [
        "code",
        "office",
        "fte_pct",
        "leave_days",
        "seniority_years",
        "from_date",
        "to_date",
        "overtime",
    ],
    "absences": [
        "official",
        "from_date",
        "to_date",
        "from_session",
        "to_session",
        "kind",
        "share_pct",
        "minutes_per_day",
    ],
    "calendar": ["date", "office", "kind", "reason", "source"],
    "profiles": ["profile", "month", "share_pct"],
}


def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Build a table in the stored types from records; what is not given is blank."""
    result = pd.DataFrame(index=range(len(rows)))
    for column in COLUMNS[name]:
        values = [row.get(column) for row in rows]
        if column == "month" or column in INTS:
            result[column] = pd.array(values, dtype="Int64")
        elif column in DATES:
            result[column] = pd.Series(pd.to_datetime(pd.Series(values, dtype=object))).astype(
                "datetime64[s]"
            )
        elif column == "overtime":
            result[column] = pd.array(values, dtype="boolean")
        else:
            result[column] = pd.Series(values, dtype="str")
    return result


@pytest.fixture
def scenario() -> Callable[..., Instance]:
    """Return a maker of scenarios from a horizon and records by table; one office SM unless given."""

    def make(first: str = "2021-01", last: str = "2021-12", **tables: list[dict[str, Any]]) -> Instance:
        records = {"offices": [{"code": "SM"}], **tables}
        info = ScenarioInfo(
            code="x",
            name="Ví dụ tổng hợp",
            model="van-phong-khoi-2019",
            first_month=first,
            last_month=last,
            as_of=dt.date(2021, 6, 1),
            synthetic=True,
        )
        built = {name: frame(name, rows) for name, rows in records.items()}
        full = {name: frame(name, []) for name in COLUMNS} | built
        return Instance(info=info, tables=MappingProxyType(full), present=frozenset(built))

    return make


@pytest.fixture(scope="session")
def models(root: Path) -> Path:
    """The folder of shipped models."""
    return root / "models"


@pytest.fixture
def raw(models: Path) -> dict[str, Any]:
    """A fresh copy of a shipped model's document under a name of its own, to be spoilt."""
    text = (models / "van-phong-khoi-2019" / "model.toml").read_text("utf-8")
    document = tomllib.loads(text, parse_float=Decimal)
    return document | {"name": "rieng"}
