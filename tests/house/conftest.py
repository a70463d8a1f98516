"""A tiny scenario, a finished run of it, and the command line in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vitri.cli import run as run_command


@dataclass(frozen=True)
class Outcome:
    """What a command gave back: its exit code and what it printed."""

    code: int
    out: str
    err: str


Vitri = Callable[..., Outcome]


@pytest.fixture
def vitri(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Vitri:
    """Run a command in this process, in English unless it says otherwise."""
    monkeypatch.setenv("VITRI_LANG", "en")

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = run_command([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture
def tiny(root: Path, tmp_path: Path) -> Path:
    """A copy of the synthetic scenario `vi-du-nho` that a test may spoil."""
    folder = tmp_path / "vi-du-nho"
    shutil.copytree(root / "tests" / "fixtures" / "vi-du-nho", folder)
    return folder


@pytest.fixture(scope="session")
def tiny_run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the tiny scenario, made once."""
    folder = tmp_path_factory.mktemp("runs") / "vi-du-nho"
    code = run_command(
        ["solve", str(root / "tests" / "fixtures" / "vi-du-nho"), "-o", str(folder), "--lang", "en"]
    )
    assert code == 0
    return folder
