"""The house rules that a program can check: who may import whom, who may print, how long a file may be."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

LAYERS: tuple[tuple[str, ...], ...] = (
    ("_version", "i18n"),
    ("errors",),
    ("data",),
    ("policy",),
    ("workload",),
    ("cycle",),
    ("rules",),
    ("optimise",),
    ("plan",),
    ("variant",),
    ("scenario", "compare", "explain"),
    ("solve",),
    ("assigning",),
    ("report",),
    ("cli",),
    ("__main__",),
)
"""Lowest first; a room may import the rooms before its own, and its own."""

HEAVY = {"openpyxl", "xlsxwriter", "python_calamine", "babel", "holidays", "rich", "highspy"}
"""Libraries that are imported inside functions, so that a command pays only for what it uses."""

LONGEST_FILE = 420
DECLARATIONS = "src/vitri/data/tables/"
"""Nothing but declared fields, one after another: long by nature, short to read."""


@dataclass(frozen=True)
class Import:
    """One import: the module named, its line, whether it stands in a function or is for types only."""

    name: str
    line: int
    inside: bool
    for_types: bool


def sources(root: Path) -> list[Path]:
    """Return every module of the package."""
    return sorted((root / "src" / "vitri").rglob("*.py"))


def module_name(root: Path, path: Path) -> str:
    """Return the dotted name of a module of the package."""
    parts = path.relative_to(root / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[Import]:
    """Yield every import of a file, with where it stands."""

    def walk(node: ast.AST, inside: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            in_function = inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            typing_only = for_types or (
                isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            )
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(alias.name, child.lineno, in_function, typing_only)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}:{child.lineno} imports relatively"
                for alias in child.names:
                    yield Import(f"{child.module}.{alias.name}", child.lineno, in_function, typing_only)
            yield from walk(child, in_function, typing_only)

    yield from walk(ast.parse(path.read_text(encoding="utf-8")), False, False)


def room(name: str) -> str:
    """Return the room of a module of the package: `vitri.data.tables` stands in `data`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_arrows_never_go_up(root: Path) -> None:
    """No room imports a room that stands after it."""
    order = {name: level for level, names in enumerate(LAYERS) for name in names}
    wrong: list[str] = []
    for path in sources(root):
        own = room(module_name(root, path))
        if own == "":
            continue
        assert own in order, f"room {own} has no place in the order of rooms"
        for found in imports(path):
            target = room(found.name) if found.name.split(".")[0] == "vitri" else ""
            if target in order and target != own and order[target] >= order[own]:
                wrong.append(f"{path.relative_to(root)}:{found.line} {own} imports {found.name}")
    assert wrong == []


def test_only_one_room_knows_the_solver(root: Path) -> None:
    """ortools is imported in optimise/ and nowhere else in the package."""
    users = {
        room(module_name(root, path))
        for path in sources(root)
        for found in imports(path)
        if found.name.split(".")[0] == "ortools"
    }
    assert users == {"optimise"}


def test_the_audit_shares_nothing_with_the_optimiser(root: Path) -> None:
    """Whatever the audit imports, directly or through others, holds no solver and nothing of optimise/."""
    graph: dict[str, set[str]] = {}
    for path in sources(root):
        graph[module_name(root, path)] = {found.name for found in imports(path) if not found.for_types}
    assert "vitri.plan.audit" in graph
    seen: set[str] = set()
    waiting = ["vitri.plan.audit"]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in graph:
            continue
        seen.add(name)
        for target in graph[name]:
            assert target.split(".")[0] != "ortools", f"{name} imports {target}"
            parts = target.split(".")
            waiting += [".".join(parts[:length]) for length in range(2, len(parts) + 1)]
    assert sorted(name for name in seen if name.startswith("vitri.optimise")) == []


def test_only_the_command_line_prints_and_exits(root: Path) -> None:
    """Below cli/ nothing prints, ends the process or sets up logging."""
    forbidden = {
        "print",
        "exit",
        "quit",
        "input",
        "sys.exit",
        "os._exit",
        "logging.basicConfig",
        "SystemExit",
    }
    wrong = [
        f"{path.relative_to(root)}:{node.lineno} {ast.unparse(node.func)}"
        for path in sources(root)
        if room(module_name(root, path)) not in ("cli", "__main__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in forbidden
    ]
    assert wrong == []


def test_heavy_libraries_are_imported_inside_functions(root: Path) -> None:
    """Workbook, calendar, catalogue and terminal libraries cost nothing until they are used."""
    wrong = [
        f"{path.relative_to(root)}:{found.line} {found.name}"
        for path in sources(root)
        for found in imports(path)
        if found.name.split(".")[0] in HEAVY and not found.inside and not found.for_types
    ]
    assert wrong == []


def test_no_file_is_too_long(root: Path) -> None:
    """A file above the limit is split: it has become two nouns."""
    long = {
        str(path.relative_to(root)): lines
        for path in sources(root)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
        and not path.relative_to(root).as_posix().startswith(DECLARATIONS)
    }
    assert long == {}


PASSING = (".venv", ".mypy", ".pytest", ".ruff", ".hypothesis")
"""Folders that come and go: nothing in them belongs to the project."""


def project_texts(root: Path) -> Iterator[Path]:
    """Yield every text file of the project."""
    skipped = {".git", "runs", "__pycache__", "dist", "build", "node_modules"}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if any(part in skipped or part.startswith(PASSING) for part in parts):
            continue
        if path.is_file() and path.suffix not in (".xlsx", ".mo", ".png", ".pyc", ".zip"):
            yield path


def test_the_project_speaks_of_itself_alone(root: Path) -> None:
    """No file names a machine's folders, an address of a package registry, or a tool that wrote it."""
    words = [
        "/wor" + "k/",
        "/roo" + "t/",
        "/hom" + "e/",
        "C:\\Us" + "ers",
        "pypi" + ".org",
        "pythonh" + "osted",
        "--index-" + "url ",
        "chat" + "gpt",
        "clau" + "de",
        "anthro" + "pic",
        "language " + "model",
    ]
    wrong = [
        f"{path.relative_to(root)}: {word}"
        for path in project_texts(root)
        for word in words
        if word
        in path.read_text(encoding="utf-8", errors="replace").lower().replace("c:\\users", "C:\\Users")
    ]
    assert wrong == []


def test_every_text_is_in_one_unicode_form(root: Path) -> None:
    """Every text file is UTF-8 in NFC, so that two spellings of one diacritic never compare unequal."""
    allowed = {"tests"}  # tests may hold decomposed letters on purpose
    wrong = [
        str(path.relative_to(root))
        for path in project_texts(root)
        if path.relative_to(root).parts[0] not in allowed
        and not unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_every_test_states_its_claim(root: Path) -> None:
    """Every test function has a docstring that says what it claims."""
    missing = [
        f"{path.relative_to(root)}:{node.lineno} {node.name}"
        for path in sorted((root / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert missing == []


@pytest.mark.parametrize("name", ["__all__", "_PUBLIC"])
def test_public_names_are_declared_alike(name: str) -> None:
    """`vitri.__all__` and the table of lazy names hold the same names, and each of them resolves."""
    import vitri

    declared = set(getattr(vitri, name)) - {"__version__"}
    assert declared == set(vitri._PUBLIC)
    for public in sorted(declared):
        assert getattr(vitri, public) is not None


def test_a_public_function_wins_over_its_file() -> None:
    """`vitri.solve` and `vitri.compare` are functions even after the modules of those names were imported."""
    import importlib

    import vitri

    for name in ("solve", "compare"):
        importlib.import_module(f"vitri.{name}")
        assert callable(getattr(vitri, name))
