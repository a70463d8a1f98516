"""start.py: standard library only, any Python tells what is missing, and it installs exactly the lock."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest


@pytest.fixture
def start(root: Path) -> ModuleType:
    """The module start.py, loaded fresh."""
    spec = importlib.util.spec_from_file_location("start", root / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_needs_nothing_but_python(root: Path) -> None:
    """Every import is of the standard library, and an older Python can read the file to be told its age."""
    tree = ast.parse((root / "start.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_an_old_python_is_told_so(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python 3.10 ends with code 2 and one sentence in both languages."""
    version = namedtuple("version", "major minor micro releaselevel serial")(3, 10, 4, "final", 0)
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as end:
        start.main([])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert "Cần Python 3.11" in told
    assert "Python 3.11 or later is needed" in told


def test_a_python_without_venv_names_one_package(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the distribution ships Python without venv, the one package to install is named."""
    monkeypatch.setattr(start, "have_venv", lambda: False)
    with pytest.raises(SystemExit) as end:
        start.make_environment(tmp_path / "venv")
    assert end.value.code == 2
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert capsys.readouterr().err.count(f"apt-get install {package}") == 2


def test_half_a_venv_is_told_apart_from_other_failures(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`venv` that fails for want of ensurepip names the package; any other failure shows what it said."""
    for said, expected in (
        ("... ensurepip is not available ...", "-venv"),
        ("No space left", "No space left"),
    ):
        monkeypatch.setattr(start, "quietly", lambda _command, said=said: (1, said))
        with pytest.raises(SystemExit):
            start.make_environment(tmp_path / "venv")
        assert expected in capsys.readouterr().err


def test_it_installs_once_and_remembers_the_lock(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The lock is installed with its hashes, vitri without dependencies; again when the lock has changed."""
    folder = tmp_path / "venv"
    lock = tmp_path / "requirements.lock"
    lock.write_text("click==8.5.1\n", encoding="utf-8")
    commands: list[list[str]] = []

    def note(command: list[str]) -> tuple[int, str]:
        commands.append(command)
        python = start.python_of(folder)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return 0, ""

    monkeypatch.setattr(start, "quietly", note)
    for _ in range(2):
        start.set_up(folder, lock)
    assert len(commands) == 3
    made, libraries, itself = commands
    assert "venv" in made
    assert "--require-hashes" in libraries
    assert "--no-deps" in itself
    assert "--no-build-isolation" in itself
    lock.write_text("click==8.5.2\n", encoding="utf-8")
    start.set_up(folder, lock)
    assert len(commands) == 6


def test_a_failed_installation_is_not_remembered(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When pip fails, what it said is shown, the exit code is 2, and the next run tries again."""
    folder = tmp_path / "venv"
    folder.mkdir()
    lock = tmp_path / "requirements.lock"
    lock.write_text("click==8.5.1\n", encoding="utf-8")
    monkeypatch.setattr(start, "make_environment", lambda _folder: None)
    monkeypatch.setattr(start, "quietly", lambda _command: (1, "no connection"))
    with pytest.raises(SystemExit) as end:
        start.set_up(folder, lock)
    assert end.value.code == 2
    assert "no connection" in capsys.readouterr().err
    assert not (folder / "vitri.stamp").exists()


def test_windows_finds_its_python(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the environment's Python is Scripts/python.exe."""
    monkeypatch.setattr(start, "os", SimpleNamespace(name="nt"))
    folder = Path("venv")
    assert start.python_of(folder) == folder / "Scripts" / "python.exe"


def test_an_unknown_word_is_bad_use(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything but `test` or a request for help shows how to use it and ends with code 2."""
    assert start.main(["tset"]) == 2
    assert "python3 start.py test" in capsys.readouterr().err
    assert start.main(["--help"]) == 0


@pytest.mark.slow
def test_the_main_job_ends_with_the_workbook(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """`python3 start.py` solves the eight-office scenario and ends with the path of its workbook."""
    monkeypatch.setattr(start, "set_up", lambda _folder, _lock: Path(sys.executable))
    monkeypatch.setattr(start, "RUN", tmp_path / "bac-kan-2021")
    assert start.main([]) == 0
    out = capfd.readouterr().out
    assert str(tmp_path / "bac-kan-2021.xlsx") in out
    assert (tmp_path / "bac-kan-2021.xlsx").is_file()
    assert (tmp_path / "bac-kan-2021" / "result.json").is_file()


def test_tests_are_given_their_arguments(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """`start.py test -k x` hands `-k x` to pytest on two processes, and `-n 0` is respected."""
    commands: list[list[str]] = []

    class Done:
        returncode = 5

    def note(command: list[str], **_settings: object) -> Done:
        commands.append(command[1:])
        return Done()

    monkeypatch.setattr(start, "set_up", lambda _folder, _lock: Path("python"))
    monkeypatch.setattr(start.subprocess, "run", note)
    assert start.main(["test", "-k", "x"]) == 5
    assert start.main(["test", "-n", "0"]) == 5
    assert commands == [["-m", "pytest", "-n", "2", "-k", "x"], ["-m", "pytest", "-n", "0"]]


def test_ci_runs_the_same_command(root: Path) -> None:
    """.ci/run is executable and ends in `start.py test`."""
    script = root / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111
    assert text.rstrip().splitlines()[-1].endswith("start.py test </dev/null")
    assert "set -euo pipefail" in text
