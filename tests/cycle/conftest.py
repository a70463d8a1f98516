"""The tiny synthetic scenario, with a month of lines in every state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vitri.data import Instance, read

COLUMNS = "code,office,organisation,work_item,quantity,period,kind,status,merged_into\n"
LINES = (
    "D1,SM,MTTQ,TH1,1,2021-07,program,draft,\n"
    "G1,SM,MTTQ,TH2,3,2021-07,program,registered,\n"
    "G2,SM,HND,TH2,2,2021-07,program,registered,\n"
    "A1,SM,HND,TH1,1,2021-07,program,approved,\n"
    "T1,SM,HND,TH1,1,2021-07,program,returned,\n"
    "S1,SM,HLHPN,TH2,1,2021-07,program,assigned,\n"
    "O1,SM,HLHPN,TH2,1,2021-07,order,assigned,\n"
    "X1,SM,HLHPN,TH2,1,2021-07,program,cancelled,\n"
    "Y1,SM,,VT1,250,2021,program,approved,\n"
)


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    """The scenario as a folder of its own."""
    place = tmp_path / "vi-du"
    shutil.copytree(root / "tests" / "fixtures" / "vi-du-nho", place)
    (place / "registrations.csv").write_text(COLUMNS + LINES, encoding="utf-8")
    return place


@pytest.fixture
def instance(folder: Path) -> Instance:
    """The scenario, read."""
    return read(folder)
