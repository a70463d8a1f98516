"""The wheel: models, catalogues and licence are in it, and it works away from the project's folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this source, built once."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_models_and_catalogues(root: Path, wheel: Path) -> None:
    """Every planning model, every catalogue, the typing marker and the licence are inside."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    models = [
        path for path in sorted((root / "models").rglob("*")) if path.is_file() and path.suffix != ".pyc"
    ]
    assert models
    package = root / "src" / "vitri"
    expected = {f"vitri/_models/{path.relative_to(root / 'models').as_posix()}" for path in models}
    expected |= {
        f"vitri/{path.relative_to(package).as_posix()}"
        for pattern in ("*.py", "*.po", "*.mo", "py.typed")
        for path in package.rglob(pattern)
    }
    assert sorted(expected - names) == []
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_it_works_away_from_the_project(wheel: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, the command lists the shipped models and speaks Vietnamese."""
    place = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    script = "import sys, vitri; from vitri.cli import run; print(vitri.__file__); sys.exit(run(['models']))"
    environment = {**os.environ, "PYTHONPATH": str(place), "VITRI_LANG": "vi", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(place) in done.stdout.splitlines()[0]
    assert "mttq-xa-2025" in done.stdout
    assert "Mô hình" in done.stdout
