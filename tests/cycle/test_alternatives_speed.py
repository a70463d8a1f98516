"""Alternatives are read without slow libraries, and from a run that nobody has changed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vitri.assigning import assign_month
from vitri.cli import run as vitri
from vitri.data import read

SLOW = ("pandas", "numpy", "ortools", "pydantic", "openpyxl", "holidays")


@pytest.fixture(scope="module")
def saved(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """June of the tiny scenario, assigned and saved."""
    folder = tmp_path_factory.mktemp("runs") / "june"
    assign_month(read(root / "tests" / "fixtures" / "vi-du-nho"), "2021-06").save(folder)
    return folder


def test_alternatives_load_no_slow_library(saved: Path) -> None:
    """The command answers for a task without pandas, a solver or the models, which take most of a second."""
    code = (
        "import sys; from vitri.cli import run; "
        f"assert run(['alternatives', {str(saved)!r}, '--task', 'R02']) == 0; "
        f"print('loaded', sorted(set({SLOW!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded []"


@pytest.mark.parametrize("file", ["month_lines.csv", "result.json"])
def test_a_changed_run_is_refused(saved: Path, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A table or a result changed by hand is named, as by every command that reads a run."""
    path = saved / file
    before = path.read_bytes()
    path.write_bytes(
        before.replace(b"R02", b"R2x") if file.endswith("csv") else before.replace(b"0", b"1", 1)
    )
    try:
        assert vitri(["alternatives", str(saved), "--task", "R02", "--lang", "en"]) == 1
        assert file in capsys.readouterr().err
    finally:
        path.write_bytes(before)
