"""`vitri run-scenarios`: solved beside each other, the answers are those of scenarios solved alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vitri.cli.app import run
from vitri.data import read
from vitri.plan.result import Result
from vitri.solve import solve
from vitri.variant import apply

MORE = """
name = "tang"
why = "Thử"
[[change]]
do = "scale_work"
by = 1.5
"""
NONE = """
name = "khong"
why = "Thử"
[[change]]
do = "add_rows"
table = "quotas"
rows = [{ unit = "SM", position_class = "II", status = "allocated", posts = 1, cap = 1 }]
"""


@pytest.fixture
def small(root: Path, tmp_path: Path) -> Path:
    """The tiny example (synthetic) with a variant that has a plan and one that has none."""
    folder = tmp_path / "nho"
    shutil.copytree(root / "tests" / "fixtures" / "vi-du-nho", folder)
    shutil.rmtree(folder / "variants", ignore_errors=True)
    (folder / "variants").mkdir()
    (folder / "variants" / "tang.toml").write_text(MORE, "utf-8")
    return folder


def test_answers_are_those_of_scenarios_solved_alone(
    small: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Base and variant are as solved alone; the one without a plan is told, exit code 3, and not compared."""
    (small / "variants" / "khong.toml").write_text(NONE, "utf-8")
    out = tmp_path / "runs"
    assert run(["run-scenarios", str(small), "--lang", "en", "--out", str(out)]) == 3
    told = capfd.readouterr()
    assert "tang: solved in" in told.err
    assert "2 scenarios in" in told.err
    assert told.err.count("khong: no plan.") == 1
    assert "tang" in told.out
    instance = read(small)
    assert Result.load(out / "base").digest == solve(instance).digest
    saved = Result.load(out / "tang")
    alone = solve(apply(instance, "tang")[0])
    assert saved.info["variant"] == "tang"
    assert saved.info["levels"] == alone.info["levels"]
    for name in ("quotas", "posts", "unmet"):
        assert saved.table(name).equals(alone.table(name))


def test_a_wrong_variant_is_refused_before_any_is_solved(
    small: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A change that touches no row ends the command at once, with the finding and nothing solved."""
    wrong = MORE.replace("tang", "sai") + 'where = { office = "ZZ" }\n'
    (small / "variants" / "sai.toml").write_text(wrong, "utf-8")
    assert run(["run-scenarios", str(small), "--lang", "en"]) != 0
    told = capfd.readouterr()
    assert "ZZ" in told.err + told.out
    assert "solved in" not in told.err


@pytest.mark.skipif(os.name != "posix", reason="signals as on a terminal")
def test_a_stop_keeps_the_best_plans_found(root: Path, tmp_path: Path) -> None:
    """Ctrl-C once: scenarios being solved keep their plan, none that waits is begun, the table is printed."""
    command = [sys.executable, "-m", "vitri", "run-scenarios", str(root / "scenarios" / "bac-kan-2021")]
    with subprocess.Popen(
        [*command, "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for text in process.stderr:  # all changes are told before any scenario is begun
            if text.startswith("The ceiling of Unit BK"):
                break
        time.sleep(8)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=200)
    assert "Stopping" in err
    solved = err.count("solved in")
    assert solved <= 4
    if solved >= 2:
        assert process.returncode == 0, err
        assert "bac-kan-2021" in out
    else:
        assert process.returncode == 4, err
        assert "nothing to compare" in err
