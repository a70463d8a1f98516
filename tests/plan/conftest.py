"""The synthetic scenario `vi-du-nho`, solved once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from vitri.data import read
from vitri.data.instance import Instance
from vitri.plan.result import Result
from vitri.solve import solve

PRIVATE_NAME = "Nguyễn Văn Mẫu (tên bịa)"


@pytest.fixture
def private_name() -> str:
    """The invented personal detail."""
    return PRIVATE_NAME


@pytest.fixture(scope="session")
def tiny(root: Path) -> Instance:
    """The tiny scenario, with an invented personal detail that no run may keep."""
    instance = read(root / "tests" / "fixtures" / "vi-du-nho")
    details = instance.table("official_details")
    official = instance.tables["officials"]["code"].iloc[0]
    row = pd.DataFrame({column: pd.Series([None], dtype=details[column].dtype) for column in details})
    row["official"], row["name"] = official, PRIVATE_NAME
    return instance.with_tables(official_details=row)


@pytest.fixture(scope="session")
def solved(tiny: Instance) -> Result:
    """The plan of the tiny scenario."""
    return solve(tiny)


@pytest.fixture
def run(solved: Result, tmp_path: Path) -> Path:
    """A run folder of the tiny scenario that a test may spoil."""
    return solved.save(tmp_path / "run")
