"""The notebooks: run from top to bottom, no stored output, nothing but the public names."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted(path.name for path in (Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def test_there_is_a_notebook() -> None:
    """The first notebook exists under its number."""
    assert "01-a-first-plan.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_output_is_stored(root: Path, name: str) -> None:
    """Outputs and execution counts are not committed, and the first cell asks the planner's question."""
    notebook = nbformat.read(root / "notebooks" / name, as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert "?" in notebook.cells[0].source
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_only_public_names_are_used(root: Path, name: str) -> None:
    """A notebook imports vitri itself and no room of it, and uses only its public names."""
    import vitri

    notebook = nbformat.read(root / "notebooks" / name, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            assert all(not alias.name.startswith("vitri.") for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.module != "vitri" or {alias.name for alias in node.names} <= set(vitri.__all__)
            assert not str(node.module).startswith("vitri.")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "vitri":
            assert node.attr in vitri.__all__


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_it_runs_from_top_to_bottom(
    root: Path, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every cell runs in a fresh kernel, within a minute."""
    for folder in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(folder, str(tmp_path / folder.lower()))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(root / "notebooks" / name, as_version=4)
    started = time.monotonic()
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(root / "notebooks")}},
    )
    client.execute()
    assert time.monotonic() - started < 60
    assert any(cell.get("outputs") for cell in notebook.cells)
