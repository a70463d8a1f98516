"""A saved assignment of a month as plain rows, checked like any run but without loading tables or models.

Whoever edits by hand asks for alternatives again and again; half a second of loading each time would be most
of the wait.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitri.errors import DataError, Finding
from vitri.plan.run_info import (
    INPUT,
    MODEL_FILE,
    RESULT_FILE,
    broken,
    changed,
    missing,
    read_info,
    result_digest,
)

_CELLS: Mapping[str, Any] = {"": None, "yes": True, "no": False}


@dataclass(frozen=True)
class SavedMonth:
    """What is in ``result.json``, the rows of the tables asked for, and the limits of the planning model.

    Cells are texts, None where blank, true or false for yes and no. `apart` are the pairs of duties that one
    person may not hold together, `bands` the load bands in whole percent. `limits` is None without a model.
    """

    info: Mapping[str, Any]
    rows: Mapping[str, list[dict[str, Any]]]
    limits: tuple[frozenset[frozenset[str]], int, tuple[int, ...]] | None


def read_saved_month(folder: Path, tables: Iterable[str]) -> SavedMonth:
    """Read a run of a month; raises `DataError` with every file that is missing or was changed."""
    info = read_info(folder)
    findings: list[Finding] = []
    if info.get("result_digest") != result_digest(info):
        findings.append(changed(RESULT_FILE))
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(set(tables) & {file.removesuffix(".csv") for file in info["files"]}):
        file = f"{name}.csv"
        try:
            content = (folder / file).read_bytes()
        except OSError:
            findings.append(missing(file))
            continue
        facts = info["files"][file]
        if not isinstance(facts, Mapping):
            findings.append(broken(RESULT_FILE, f"files.{file}"))
        elif hashlib.sha256(content).hexdigest() != facts.get("sha256"):
            findings.append(changed(file))
        else:
            reader = csv.DictReader(io.StringIO(content.decode(), newline=""))
            rows[name] = [{key: _CELLS.get(cell, cell) for key, cell in row.items()} for row in reader]
    if findings:
        raise DataError(findings)
    return SavedMonth(info, rows, _limits(folder))


def _limits(folder: Path) -> tuple[frozenset[frozenset[str]], int, tuple[int, ...]] | None:
    try:
        model = json.loads((folder / INPUT / MODEL_FILE).read_text(encoding="utf-8"))
        apart = frozenset(frozenset((pair["a"], pair["b"])) for pair in model["forbidden_pair"])
        bands = tuple(sorted(int(float(band["decimal"])) for band in model["report"]["load_bands_pct"]))
        return apart, int(model["staffing"]["max_people_per_group"]), bands
    except (OSError, ValueError, KeyError, TypeError):
        return None
