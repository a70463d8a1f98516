"""What the papers say is true: commands run, links lead somewhere, both languages show the same commands."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

PAPERS = (
    "README.md",
    "README.vi.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "scenarios/README.md",
    "docs/workload.md",
)


def commands(path: Path) -> list[str]:
    """Return every line of the ``bash`` blocks of a paper, in order."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```bash\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("paper", PAPERS)
def test_links_lead_somewhere(root: Path, paper: str) -> None:
    """Every link of a paper to a file of the project finds that file."""
    path = root / paper
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_both_readmes_show_the_same_commands(root: Path) -> None:
    """The Vietnamese README shows what the English one shows."""
    assert commands(root / "README.vi.md") == commands(root / "README.md")


@pytest.mark.slow
def test_the_commands_of_the_readme_run(
    root: Path, vitri, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `vitri` command of the README runs as it stands; a blank template is findings, not a plan."""
    shutil.copytree(root / "scenarios" / "bac-kan-2021", tmp_path / "scenarios" / "bac-kan-2021")
    monkeypatch.chdir(tmp_path)
    seen: set[str] = set()
    for command in commands(root / "README.md"):
        program, *arguments = shlex.split(command)
        if program != "vitri":
            assert command.startswith("python3 start.py")
            continue
        blank = ("my-plan" in command and "template" not in command) or "runs/mine" in command
        outcome = vitri(*arguments)
        assert outcome.code == (1 if blank else 0), f"{command}\n{outcome.out}\n{outcome.err}"
        seen.add(arguments[0])
    assert {"template", "check", "workload", "solve", "show", "export", "compare", "models"} <= seen
    assert (tmp_path / "runs" / "base.xlsx").is_file()
    assert (tmp_path / "findings.csv").is_file()
    assert not (tmp_path / "runs" / "mine").exists()


def test_every_command_is_in_the_readmes(root: Path) -> None:
    """No command of the command line is missing from the README of either language."""
    from vitri.cli.app import cli

    for paper in ("README.md", "README.vi.md"):
        text = (root / paper).read_text(encoding="utf-8")
        assert [name for name in cli.commands if f"vitri {name}" not in text] == []


def test_the_exit_codes_are_those_of_the_program(root: Path) -> None:
    """The tables of exit codes in the READMEs hold exactly the codes that the program knows."""
    from vitri.cli import app

    known = {app.PLAN, app.BAD_DATA, app.BAD_USE, app.NO_PLAN, app.NO_PLAN_YET, app.BROKEN, app.GIVEN_UP}
    for paper in ("README.md", "README.vi.md"):
        text = (root / paper).read_text(encoding="utf-8")
        assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == known


def test_the_changelog_knows_the_version(root: Path) -> None:
    """The newest release of the changelog is the version of the package, with its section on numbers."""
    from vitri import __version__

    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text, re.MULTILINE)
    assert releases[0] == __version__
    sections = re.split(r"^## \[", text, flags=re.MULTILINE)[1:]
    counts = [section.count("### Numbers that changed") for section in sections]
    assert counts[0] <= 1, "what is not released yet"
    assert counts[1:] == [1] * len(releases)


def test_every_model_is_in_the_readmes(root: Path) -> None:
    """Both READMEs name every planning model that is shipped."""
    from vitri.policy import list_models

    assert list_models()
    for paper in ("README.md", "README.vi.md"):
        text = (root / paper).read_text(encoding="utf-8")
        assert [name for name in list_models() if f"`{name}`" not in text] == []


def test_the_licence_is_whole(root: Path) -> None:
    """LICENSE is the full text of the Apache License 2.0."""
    text = (root / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text.splitlines()) > 190


def test_benchmarks_are_listed_by_name(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m benchmarks` lists each benchmark with its question; the modules exist."""
    import importlib
    import sys

    sys.path.insert(0, str(root))
    try:
        runner = importlib.import_module("benchmarks.__main__")
    finally:
        sys.path.remove(str(root))
    assert runner.main([]) == 0
    listed = capsys.readouterr().out
    for name, (module, question) in runner.REGISTRY.items():
        assert name in listed
        assert question in listed
        assert (root / (module.replace(".", "/") + ".py")).is_file()
    assert runner.main(["no-such"]) == 2


def test_four_sheets_of_the_template_are_enough(vitri, tmp_path: Path) -> None:
    """What the README promises: a filled template with four tables is checked, solved and exported."""
    from openpyxl import load_workbook

    path = tmp_path / "my-plan.xlsx"
    assert vitri("template", "-o", path).code == 0
    book = load_workbook(path)
    settings = {
        "code": "thu",
        "name": "Văn phòng thử (mô phỏng)",
        "synthetic": "yes",
        "model": "van-phong-khoi-2019",
        "first_month": "2021-01",
        "last_month": "2021-12",
    }
    info = book["Thông tin"]
    keys = {row[0].value: row[0].row for row in info.iter_rows() if row[0].value}
    for key, value in settings.items():
        info.cell(keys[key], 2).value = value
    rows: dict[str, list[dict[str, object]]] = {
        "Văn phòng": [{"code": "VP", "name": "Văn phòng"}],
        "Tổ chức": [{"code": "MT", "name": "Mặt trận"}],
        "Nhóm nhiệm vụ": [
            {"code": "TH", "name": "Tổng hợp", "class": "II"},
            {"code": "VT", "name": "Văn thư", "class": "II"},
        ],
        "Đăng ký": [
            {
                "office": "VP",
                "task_name": "Báo cáo",
                "task_group": "TH",
                "unit_minutes": 900,
                "quantity": 120,
            },
            {
                "office": "VP",
                "task_name": "Công văn",
                "task_group": "VT",
                "unit_minutes": 30,
                "quantity": 2400,
            },
        ],
    }
    for line in rows["Đăng ký"]:
        line["period"] = "2021"
    for sheet, lines in rows.items():
        columns = {cell.value: cell.column for cell in book[sheet][2]}
        for number, line in enumerate(lines, start=3):
            for name, value in line.items():
                book[sheet].cell(number, columns[name]).value = value
    book.save(path)
    book.close()
    checked = vitri("check", path)
    assert checked.code == 0, checked.out
    solved = vitri("solve", path, "-o", tmp_path / "run")
    assert solved.code == 0, solved.err
    posts = next(text for text in solved.out.splitlines() if text.startswith("Posts"))
    assert posts.split()[1].rstrip(";,") == "2", (
        "1.9 full-time equivalents of two groups that one person may hold"
    )
    assert vitri("export", tmp_path / "run", "-o", tmp_path / "result.xlsx").code == 0


def test_the_python_of_the_workload_page_runs(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python block of docs/workload.md runs, one after another, and what it asserts holds."""
    text = (root / "docs" / "workload.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    monkeypatch.chdir(root)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/workload.md", "exec"), names)
