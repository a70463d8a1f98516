"""Workbooks of the derivation tests, written once and recalculated by LibreOffice in a single call."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from derivation_scenes import (
    FIRST,
    Case,
    constant_model,
    cutoff_model,
    mixed,
    more_work,
    register,
    small,
    wisn_model,
    with_complexity,
)

from vitri.data import read
from vitri.data.instance import Instance
from vitri.policy import PlanningModel, model_for
from vitri.report.derivation import write_derivation

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def _edit(source: Path, target: Path, item: str, norm: float, line: str, quantity: float) -> None:
    """Change one norm and one quantity in a workbook, as a reader would."""
    book = openpyxl.load_workbook(source)
    for row in book["Norms"].iter_rows():
        if row[1].value == item and isinstance(row[4].value, int | float):
            row[4].value = norm
    done = 0
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            cell = row[FIRST + 4] if len(row) > FIRST + 4 else None
            if row[1].value == line and not done and cell is not None and isinstance(cell.value, int | float):
                cell.value = quantity
                done += 1
    assert done == 1
    book.save(target)


@pytest.fixture(scope="session")
def cases(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Return every workbook by name."""
    folder = tmp_path_factory.mktemp("derivation")
    found: dict[str, Case] = {}

    def add(name: str, instance: Instance, model: PlanningModel, offices: tuple[str, ...] = ()) -> None:
        path = folder / f"{name}.xlsx"
        write_derivation(instance, model, path, "en", offices or None)
        codes = offices or tuple(sorted(instance.tables["offices"]["code"]))
        found[name] = Case(instance, model, codes, path)

    tiny, invented = small(root), mixed()
    add("small", tiny, model_for(tiny))
    # estimates are values in the workbook: they do not follow a norm that is changed there
    plain = tiny.with_info(estimate_enabled=False)
    add("plain", plain, model_for(plain))
    alone = invented.with_info(estimate_enabled=False)
    add("wisn", alone, wisn_model(alone))
    add("cutoff", invented, cutoff_model(invented))
    add("constant", invented, with_complexity(constant_model(invented)))
    abk = register(folder / "abk")
    add("abk", abk, model_for(abk))
    bac_kan = read(root / "scenarios" / "bac-kan-2021")
    add("bac-kan", bac_kan, model_for(bac_kan), ("NR",))

    for name, item, unit, line, quantity in (
        ("plain", "TH2", 41_350, "R06", 25_125),
        ("wisn", "TH2", 9_999, "A03", 2_625),
    ):
        case = found[name]
        path = folder / f"{name}-edited.xlsx"
        _edit(case.path, path, item, unit / 100, line, quantity / 100)
        changed = more_work(case.instance, item, unit, line, quantity)
        found[f"{name}-edited"] = Case(changed, case.model, case.offices, path, edited=True)
    return found


def _without_values(source: Path, target: Path) -> Path:
    """Copy a workbook without the stored values of its formulas, so that they have to be computed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb"</f><v>[^<]*</v>", b"</f>", content)
            new.writestr(name, content)
    return target


@pytest.fixture(scope="session")
def computed(cases: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return every workbook as LibreOffice computes it from copies without any stored value."""
    if OFFICE is None:
        pytest.skip("needs LibreOffice")
    folder = tmp_path_factory.mktemp("bare")
    bare = [str(_without_values(case.path, folder / f"{name}.xlsx")) for name, case in cases.items()]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out"), *bare]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {name: openpyxl.load_workbook(folder / "out" / f"{name}.xlsx", data_only=True) for name in cases}


@pytest.fixture(scope="session")
def books(cases: dict[str, Case]) -> Callable[[str, bool], Any]:
    """Return a reader of the workbooks by name, with stored values or with formulas; each is read once."""

    @cache
    def read_book(name: str, values: bool) -> Any:
        return openpyxl.load_workbook(cases[name].path, data_only=values)

    return read_book
