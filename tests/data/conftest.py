"""The tiny example as raw rows that a test may spoil, and a few helpers around it."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vitri.data import Instance, check_tables
from vitri.errors import Findings

TINY = Path(__file__).parent.parent / "fixtures" / "vi-du-nho"
Rows = dict[str, list[dict[str, Any]]]


class Tiny:
    """The tiny example (synthetic) as settings and rows of text; every change returns the same object."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = tomllib.loads((TINY / "scenario.toml").read_text(encoding="utf-8"))
        self.tables: Rows = {}
        for file in sorted(TINY.glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as stream:
                self.tables[file.stem] = list(csv.DictReader(stream))

    def put(self, table: str, row: int, **cells: Any) -> Tiny:
        """Set cells of one row (counted from 0)."""
        self.tables[table][row].update(cells)
        return self

    def line(self, code: str, **cells: Any) -> Tiny:
        """Set cells of one registration."""
        next(row for row in self.tables["registrations"] if row["code"] == code).update(cells)
        return self

    def add(self, table: str, **cells: Any) -> Tiny:
        """Add one row."""
        self.tables.setdefault(table, []).append(cells)
        return self

    def check(self) -> tuple[Instance | None, Findings]:
        """Check what there is now."""
        return check_tables(self.info, self.tables)

    def findings(self) -> Findings:
        """Return the findings of what there is now."""
        return self.check()[1]

    def write(self, folder: Path) -> Path:
        """Write what there is now as a folder of files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "scenario.toml").write_text(
            (TINY / "scenario.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        for name, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
        return folder


@pytest.fixture
def tiny() -> Tiny:
    """A fresh copy of the tiny example."""
    return Tiny()


@pytest.fixture
def tiny_folder() -> Path:
    """The folder of the tiny example."""
    return TINY


@pytest.fixture
def same() -> Callable[[Instance, Instance], None]:
    """A comparison of everything that two instances hold."""
    import pandas as pd

    def compare(one: Instance, two: Instance) -> None:
        assert one.info == two.info
        assert one.present == two.present
        for name in one.present:
            pd.testing.assert_frame_equal(one.tables[name], two.tables[name], check_freq=False)
        assert one.local_model == two.local_model
        assert dict(one.variants) == dict(two.variants)
        assert dict(one.variant_files) == dict(two.variant_files)
        assert one.digest() == two.digest()

    return compare
