"""The file ``result.json`` of a run folder: read, checked, and its digest; nothing here is slow to load."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vitri.errors import DataError, Finding
from vitri.i18n import N_

SCHEMA = 1
RESULT_FILE = "result.json"
INPUT = "input"
MODEL_FILE = "model/model.json"
#: Keys of ``result.json`` that its digest leaves out: when and where it was made, not what was found.
OUTSIDE_DIGEST = ("started_at", "seconds", "machine", "result_digest")


def result_digest(info: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a result: everything but clock times and the machine.

    The checksums of the tables are part of it, so two runs with one digest hold the same tables.
    """
    kept = {key: value for key, value in info.items() if key not in OUTSIDE_DIGEST}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read_info(folder: Path) -> dict[str, Any]:
    """Return the content of ``result.json``, its form checked; raises `DataError`."""
    path = folder / RESULT_FILE
    if not path.is_file():
        message = N_("There is no run here.") if folder.exists() else N_("There is no such folder.")
        raise DataError(
            Finding(
                code="no_run",
                table=str(folder),
                column=RESULT_FILE,
                message=message,
                advice=N_("Look at the name of the folder."),
            )
        )
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise DataError(broken(RESULT_FILE, "")) from None
    schema = info.get("schema") if isinstance(info, dict) else None
    if isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA:
        raise DataError(
            Finding(
                code="schema_newer",
                table=RESULT_FILE,
                column="schema",
                value=str(schema),
                allowed=N_("at most {known}"),
                message=N_("The run was written by a newer version of vitri (schema {schema})."),
                advice=N_("Read it with that version, or solve the scenario again."),
                fields={"schema": schema, "known": SCHEMA},
            )
        )
    if schema != SCHEMA or isinstance(schema, bool) or not isinstance(info.get("files"), dict):
        raise DataError(broken(RESULT_FILE, "schema, files"))
    return dict(info)


def missing(file: str) -> Finding:
    """Return the finding that a file of a run is not there."""
    return Finding(
        code="missing_file",
        table=file,
        allowed=N_("all files of the run"),
        message=N_("{file} is missing from the run folder."),
        advice=N_("Copy the run folder again, whole, or solve the scenario again."),
        fields={"file": file},
    )


def changed(file: str) -> Finding:
    """Return the finding that a file of a run is not as it was written."""
    return Finding(
        code="changed_file",
        table=file,
        allowed=N_("the file as it was written"),
        message=N_("{file} was changed after the run was written."),
        advice=N_("Copy the run folder again, whole, or solve the scenario again."),
        fields={"file": file},
    )


def broken(file: str, column: str) -> Finding:
    """Return the finding that a file of a run cannot be read."""
    return Finding(
        code="broken_file",
        table=file,
        column=column,
        message=N_("{file} cannot be read as part of a run."),
        advice=N_("Copy the run folder again, whole, or solve the scenario again."),
        fields={"file": file},
    )
