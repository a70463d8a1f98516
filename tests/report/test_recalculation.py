"""The cached value of every formula is its true value: a spreadsheet program computes the same."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice")
def test_libreoffice_computes_the_cached_values(workbook_vi: Path, tmp_path: Path) -> None:
    """LibreOffice, given a copy without cached values, computes for every formula what we stored."""
    assert OFFICE is not None
    bare = tmp_path / "bare.xlsx"
    openpyxl.load_workbook(workbook_vi).save(bare)  # openpyxl keeps formulas and drops their values
    out = tmp_path / "out"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=200)
    formulas = openpyxl.load_workbook(workbook_vi)
    stored = openpyxl.load_workbook(workbook_vi, data_only=True)
    computed = openpyxl.load_workbook(out / "bare.xlsx", data_only=True)
    compared = 0
    wrong: list[tuple[str, str, Any, Any]] = []
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    ours = stored[sheet.title][cell.coordinate].value
                    theirs = computed[sheet.title][cell.coordinate].value
                    compared += 1
                    if theirs != pytest.approx(ours, rel=1e-9, abs=1e-9):
                        wrong.append((sheet.title, cell.coordinate, ours, theirs))
    assert wrong == []
    assert compared > 500
