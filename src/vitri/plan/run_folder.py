"""A run folder on disk: written whole under a temporary name, read back only if nothing has changed in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vitri.data import write_folder
from vitri.data.instance import Instance
from vitri.errors import DataError, Finding, UsageError
from vitri.i18n import N_
from vitri.plan.run_info import (
    INPUT,
    MODEL_FILE,
    RESULT_FILE,
    SCHEMA,
    broken,
    changed,
    missing,
    read_info,
    result_digest,
)
from vitri.plan.run_tables import RUN_TABLES, RunTable, conform
from vitri.policy import PlanningModel

#: Tables of a scenario that no run folder ever holds a copy of.
PRIVATE = frozenset({"official_details"})


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: dates as texts, decimals as exact texts, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is pd.NA or value is pd.NaT or (isinstance(value, float | np.floating) and value != value):
        return None
    if isinstance(value, float | np.floating):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in {RESULT_FILE}")


def csv_bytes(table: RunTable, frame: pd.DataFrame) -> bytes:
    """Return a conformed table as the bytes of its file."""
    texts = frame.copy()
    for column in table.columns:
        if column.type == "bool":
            texts[column.name] = frame[column.name].map({True: "yes", False: "no"}).astype("str")
    buffer = io.StringIO(newline="")
    texts.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue().encode()


def described(
    info: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the full content of ``result.json`` and the bytes of every table file."""
    contents = {RUN_TABLES[name].file: csv_bytes(RUN_TABLES[name], tables[name]) for name in sorted(tables)}
    files = {
        RUN_TABLES[name].file: {
            "rows": len(tables[name]),
            "sha256": hashlib.sha256(contents[RUN_TABLES[name].file]).hexdigest(),
        }
        for name in sorted(tables)
    }
    full = {"schema": SCHEMA, **info, "files": files}
    return {**full, "result_digest": result_digest(full)}, contents


def write_run(
    target: Path,
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    instance: Instance | None,
    model: PlanningModel | None,
    *,
    over: bool,
) -> None:
    """Write a run folder; on any failure nothing is left and an older run stays as it was."""
    _refuse(target, over=over)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        full, contents = described(info, tables)
        for name, content in contents.items():
            (scratch / name).write_bytes(content)
        if instance is not None:
            kept = replace(instance, present=instance.present - PRIVATE)
            write_folder(kept, scratch / INPUT)
            if model is not None:
                _write_model(scratch / INPUT / MODEL_FILE, model)
        text = json.dumps(full, ensure_ascii=False, indent=2)
        (scratch / RESULT_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
        scratch.chmod(0o755)
        _move_into_place(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refuse(target: Path, *, over: bool) -> None:
    """Raise UsageError where writing would destroy what is not a run, or a run nobody said to replace."""
    if not os.path.lexists(target) or (target.is_dir() and not any(target.iterdir())):
        return
    run = target.is_dir() and (target / RESULT_FILE).is_file()
    if run and over:
        return
    raise UsageError(
        Finding(
            code="output_exists",
            table=str(target),
            value=target.name,
            allowed=N_("a new name or an empty folder"),
            message=N_("There is a run at this place already.")
            if run
            else N_("There is something at this place already, and it is not a run."),
            advice=N_("Say that it may be replaced, or give another name.")
            if run
            else N_("Give another name, or remove it first."),
        )
    )


def _move_into_place(scratch: Path, target: Path) -> None:
    if not target.exists():
        scratch.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        target.rename(old / "run")
        try:
            scratch.rename(target)
        except OSError:
            (old / "run").rename(target)
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _write_model(path: Path, model: PlanningModel) -> None:
    """Write the model in force exactly; dates and decimals are marked, so that they come back as such."""

    def mark(value: Any) -> Any:
        if isinstance(value, Decimal):
            return {"decimal": str(value)}
        if isinstance(value, dt.date):
            return {"date": value.isoformat()}
        if isinstance(value, dict):
            return {str(key): mark(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [mark(item) for item in value]
        return value

    path.parent.mkdir()
    text = json.dumps(mark(model.model_dump()), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_model(folder: Path) -> PlanningModel | None:
    """Read the copy of the planning model in force; None if there is none that can be read."""

    def unmark(record: dict[str, Any]) -> Any:
        if record.keys() == {"decimal"}:
            return Decimal(record["decimal"])
        if record.keys() == {"date"} and isinstance(record["date"], str):
            return dt.date.fromisoformat(record["date"])
        return record

    try:
        text = (folder / INPUT / MODEL_FILE).read_text(encoding="utf-8")
        return PlanningModel.model_validate(json.loads(text, object_hook=unmark))
    except (OSError, ValueError, ArithmeticError):
        return None


def read_run(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read ``result.json`` and every table it names.

    Raises `DataError` with every finding at once: a file missing, changed since it was written, or broken,
    or a run written by a newer version.
    """
    info = read_info(folder)
    findings: list[Finding] = []
    tables: dict[str, pd.DataFrame] = {}
    if info.get("result_digest") != result_digest(info):
        findings.append(changed(RESULT_FILE))
    for file, facts in sorted(info["files"].items()):
        name = file.removesuffix(".csv")
        if name not in RUN_TABLES or not isinstance(facts, Mapping):
            findings.append(broken(RESULT_FILE, f"files.{file}"))
            continue
        try:
            content = (folder / file).read_bytes()
        except OSError:
            findings.append(missing(file))
            continue
        if hashlib.sha256(content).hexdigest() != facts.get("sha256"):
            findings.append(changed(file))
            continue
        frame = _read_table(RUN_TABLES[name], content)
        if frame is None or len(frame) != facts.get("rows"):
            findings.append(broken(file, ""))
        else:
            tables[name] = frame
    if findings:
        raise DataError(findings)
    return info, tables


def _read_table(table: RunTable, content: bytes) -> pd.DataFrame | None:
    """Return the table in a file, None if it is not one of this kind."""
    try:
        texts = pd.read_csv(
            io.BytesIO(content), dtype=str, na_filter=False, skip_blank_lines=False, encoding="utf-8", sep=","
        )
        if tuple(texts.columns) != table.names or not isinstance(texts.index, pd.RangeIndex):
            return None
        columns = {}
        for column in table.columns:
            values = texts[column.name].where(texts[column.name] != "", other=None)
            if column.type == "int":
                values = _whole(values)
            elif column.type == "bool":
                if not values.dropna().isin(["yes", "no"]).all():
                    return None
                values = values.map({"yes": True, "no": False}).astype("boolean")
            columns[column.name] = values
        return conform(table.name, pd.DataFrame(columns, columns=list(table.names)))
    except (ValueError, TypeError, OverflowError, pd.errors.ParserError):
        return None


def _whole(values: pd.Series) -> pd.Series:
    """Return texts as exact whole numbers; raises ValueError for anything else."""
    known = values.notna().to_numpy()
    result = np.zeros(len(values), dtype=np.int64)
    result[known] = values[known].to_numpy(dtype=object).astype(np.int64)
    return pd.Series(pd.arrays.IntegerArray(result, ~known), index=values.index)


def input_folder(folder: Path) -> Path | None:
    """Return where a run keeps its copy of the scenario; None if it keeps none."""
    place = folder / INPUT
    return place if place.is_dir() else None
