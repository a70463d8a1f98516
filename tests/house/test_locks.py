"""The lock files: every package pinned and hashed, no address, and what pyproject.toml asks for."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = {
    "requirements.lock": ["--group", "build"],
    "requirements-dev.lock": ["--all-extras", "--group", "dev"],
}
SETTINGS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
]


def pinned(path: Path) -> dict[str, tuple[str, int]]:
    """Return package → (version, number of hashes) of a lock file."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, tuple[str, int]] = {}
    for line in joined.splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", line)
        if match:
            found[canonicalize_name(match[1])] = (match[2], line.count("--hash=sha256:"))
    return found


def asked(root: Path, lock: str) -> list[Requirement]:
    """Return what pyproject.toml asks for in a lock file."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]

    def group(name: str) -> list[str]:
        return [
            text
            for entry in groups[name]
            for text in (group(entry["include-group"]) if isinstance(entry, dict) else [entry])
        ]

    texts = list(project["project"]["dependencies"])
    if lock == "requirements.lock":
        texts += group("build")
    else:
        texts += group("dev") + [
            t for extra in project["project"]["optional-dependencies"].values() for t in extra
        ]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_with_hashes(root: Path, lock: str) -> None:
    """Each package of the lock has one version and at least one hash."""
    packages = pinned(root / lock)
    assert len(packages) > 10
    assert [name for name, (_, hashes) in packages.items() if hashes == 0] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_is_written_down(root: Path, lock: str) -> None:
    """The lock names no registry: the machine's own settings decide where packages come from."""
    text = (root / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_answers_pyproject(root: Path, lock: str) -> None:
    """Every package that pyproject.toml asks for is in the lock, in a version that it allows."""
    packages = pinned(root / lock)
    wrong = [
        str(wanted)
        for wanted in asked(root, lock)
        if canonicalize_name(wanted.name) not in packages
        or packages[canonicalize_name(wanted.name)][0] not in wanted.specifier
    ]
    assert wrong == []


def test_the_two_locks_agree(root: Path) -> None:
    """A package that both locks hold has the same version in both."""
    run, dev = (pinned(root / lock) for lock in LOCKS)
    assert {
        name: (run[name][0], dev[name][0]) for name in run if dev.get(name, run[name])[0] != run[name][0]
    } == {}
    assert set(run) <= set(dev)


@pytest.mark.skipif(
    shutil.which("uv") is None, reason="uv is not installed; the other tests compare the pins"
)
@pytest.mark.parametrize("lock", LOCKS)
def test_compiling_again_changes_nothing(root: Path, tmp_path: Path, lock: str) -> None:
    """`uv pip compile`, given the lock as its preference, writes the same pins again."""
    again = tmp_path / lock
    shutil.copy(root / lock, again)
    command = ["uv", "pip", "compile", "--quiet", *SETTINGS, *LOCKS[lock], "pyproject.toml", "-o", str(again)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode != 0 and "No solution found" not in done.stderr:
        pytest.skip(f"uv reached no registry: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    assert pinned(again) == pinned(root / lock)
