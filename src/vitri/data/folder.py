"""A scenario as a folder: scenario.toml, one UTF-8 CSV file per table, variants, a local model."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.build import build_draft, instance_of, texts_of
from vitri.data.draft import RawColumn, RawTable, raw_column
from vitri.data.findings import CHECKS, DataFinding, nearest, setting_finding
from vitri.data.fold import clean_text, code_from
from vitri.data.instance import Instance
from vitri.data.scenario_file import INFO_FILE, MODEL_FILE, Settings, read_settings, settings_toml
from vitri.data.tables import TABLES
from vitri.data.toml_text import parse_toml, write_toml
from vitri.errors import Finding, Findings
from vitri.i18n import N_

Rows = tuple[tuple[str, ...], ...]


def file_finding(code: str, file: str, message: str, advice: str, **fields: object) -> DataFinding:
    """Return a finding about a whole file."""
    return DataFinding(
        code=code,
        severity=CHECKS[code].severity,
        table=file,
        message=message,
        advice=advice,
        fields={"file": file, **fields},
    )


def read_text(path: Path, name: str) -> tuple[str | None, list[Finding]]:
    """Read a UTF-8 text file, with or without a byte-order mark."""
    try:
        return path.read_text(encoding="utf-8-sig"), []
    except UnicodeDecodeError:
        return None, [_not_utf8(name)]
    except OSError:
        message, advice = N_("{file} cannot be opened."), N_("Check the name and the rights of the file.")
        return None, [file_finding("missing_file", name, message, advice)]


def _not_utf8(name: str) -> DataFinding:
    return file_finding(
        "not_utf8",
        name,
        N_("{file} is not UTF-8 text."),
        N_("Save it as CSV UTF-8, or put the tables into one workbook."),
    )


def check_folder(path: Path) -> tuple[Instance | None, Findings]:
    """Read and check a scenario folder; return the instance (None if there are errors) and all findings."""
    findings: list[Finding] = []
    settings = _settings(path, findings)
    info = settings.info
    raws: dict[str, RawTable] = {}
    late: list[Finding] = []
    for name in TABLES:
        file = path / f"{name}.csv"
        if file.is_file():
            raw, found = read_csv(file, info.format_delimiter)
            late += found
            raws[name] = raw
    _unknown_files(path, late)
    local_model = _local_model(path, info.model, late)
    variants, variant_files = _variants(path, late)
    broken = {str(finding.table).removesuffix(".csv") for finding in late}
    draft = build_draft(info, raws, horizon_known=settings.horizon_known, decimal=info.format_decimal)
    rows = [
        f for f in draft.ordered() if not (f.code in {"empty_table", "missing_column"} and f.table in broken)
    ]
    result = Findings.of([*findings, *settings.findings, *late, *rows])
    if result.errors:
        return None, result
    instance = instance_of(
        draft,
        local_model=local_model,
        variants=MappingProxyType(variants),
        variant_files=MappingProxyType(variant_files),
    )
    return instance, result


def _settings(path: Path, findings: list[Finding]) -> Settings:
    code = code_from(path.resolve().name) or "scenario"
    file = path / INFO_FILE
    if not file.is_file():
        message = N_("{file} is missing.")
        findings.append(
            file_finding("missing_file", INFO_FILE, message, N_("Run `vitri template` for a blank one."))
        )
        return Settings(read_settings({}, INFO_FILE, code).info, False, ())
    text, found = read_text(file, INFO_FILE)
    findings += found
    values: dict[str, Any] | None = None
    if text is not None:
        values, broken = parse_toml(text, INFO_FILE)
        findings += broken
    if values is None:
        return Settings(read_settings({}, INFO_FILE, code).info, False, ())
    return read_settings(values, INFO_FILE, code)


def _unknown_files(path: Path, findings: list[Finding]) -> None:
    known = {f"{name}.csv" for name in TABLES} | {INFO_FILE, MODEL_FILE}
    for file in sorted(path.iterdir()):
        if file.suffix.lower() in {".csv", ".toml"} and file.name not in known:
            findings.append(unknown_table(file.name, list(known)))


def unknown_table(name: str, known: list[str]) -> DataFinding:
    """Return the warning about a file or sheet that is not a table."""
    near = nearest(name, known)
    return file_finding(
        "unknown_table",
        name,
        N_('"{file}" is not a table of vitri and was not read.'),
        N_('Did you mean "{near}"?') if near else N_("Rename or remove it if it should be read."),
        near=near,
    )


def _local_model(path: Path, model: str, findings: list[Finding]) -> Mapping[str, Any] | None:
    file = path / MODEL_FILE
    if not file.is_file():
        if model == MODEL_FILE:
            findings.append(missing_model())
        return None
    if model != MODEL_FILE:
        findings.append(unused_model(model))
    text, found = read_text(file, MODEL_FILE)
    findings += found
    if text is None:
        return None
    values, broken = parse_toml(text, MODEL_FILE)
    findings += broken
    return values


def missing_model() -> DataFinding:
    """Return the finding that the scenario names a local model that is not there."""
    message = N_('The scenario says model = "model.toml", but brings none.')
    return setting_finding(
        "missing_file", INFO_FILE, "model", MODEL_FILE, message, N_("Add it, or name a shipped model.")
    )


def unused_model(model: str) -> DataFinding:
    """Return the warning that a local model is there but another one is named."""
    message = N_('There is a local model, but the scenario uses "{value}".')
    return setting_finding(
        "unused_model", INFO_FILE, "model", model, message, N_('Write model = "model.toml" to use it.')
    )


def _variants(path: Path, findings: list[Finding]) -> tuple[dict[str, Mapping[str, Any]], dict[str, Rows]]:
    variants: dict[str, Mapping[str, Any]] = {}
    files: dict[str, Rows] = {}
    folder = path / "variants"
    if not folder.is_dir():
        return variants, files
    for file in sorted(folder.iterdir()):
        name = f"variants/{file.name}"
        if file.suffix not in {".toml", ".csv"}:
            continue
        text, found = read_text(file, name)
        findings += found
        if text is None:
            continue
        if file.suffix == ".csv":
            files[file.name] = rectangle(csv.reader(io.StringIO(text, newline="")))
            continue
        values, broken = parse_toml(text, name)
        findings += broken
        if values is not None:
            variants[file.stem] = values
    return variants, files


def rectangle(rows: Iterable[Iterable[str]]) -> Rows:
    """Return rows of cleaned cells, all as wide as the first, without blank rows."""
    cleaned = [[clean_text(cell) for cell in row] for row in rows]
    kept = [row for row in cleaned if any(row)]
    if not kept:
        return ()
    while kept[0] and not kept[0][-1]:
        kept[0].pop()
    width = len(kept[0])
    return tuple(tuple([*row, *[""] * width][:width]) for row in kept)


def read_csv(path: Path, delimiter: str) -> tuple[RawTable, list[Finding]]:
    """Read one CSV file as texts. A file that cannot be read gives an empty table and one finding."""
    name = path.name
    empty = RawTable({}, np.zeros(0, dtype=np.int64), [name], np.zeros(0, dtype=np.int64))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            header = [cell.strip() for cell in next(reader, [])]
            lines = reader.line_num
    except UnicodeDecodeError:
        return empty, [_not_utf8(name)]
    except (csv.Error, OSError):
        message, advice = N_("{file} cannot be read."), N_("Save it again as CSV UTF-8.")
        return empty, [file_finding("broken_csv", name, message, advice)]
    while header and not header[-1]:
        header.pop()
    if not header:
        return empty, []
    other = {",": ";", ";": ","}[delimiter]
    if len(header) == 1 and other in header[0]:
        message = N_('{file} is split by "{other}", but the scenario says "{delimiter}".')
        advice = N_('Write [format] delimiter = "{other}" in scenario.toml.')
        return empty, [
            file_finding("wrong_delimiter", name, message, advice, other=other, delimiter=delimiter)
        ]
    try:
        frame = _read_cells(path, delimiter, lines, len(header))
    except UnicodeDecodeError:
        return empty, [_not_utf8(name)]
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as problem:
        if isinstance(problem, pd.errors.EmptyDataError):
            frame = pd.DataFrame(columns=range(len(header)), dtype="str")
        else:
            return empty, [_broken_line(name, str(problem), len(header))]
    return _raw_table(frame, header, name)


def _read_cells(path: Path, delimiter: str, skip: int, width: int) -> pd.DataFrame:
    """Read the cells below the header; a column beyond the header shows rows that are too long."""
    return pd.read_csv(
        path,
        sep=delimiter,
        header=None,
        names=range(width + 1),
        index_col=False,
        skiprows=skip,
        dtype=str,
        na_filter=False,
        skip_blank_lines=False,
        encoding="utf-8",
        low_memory=False,
    )


def _broken_line(name: str, problem: str, width: int) -> DataFinding:
    found = re.search(r"in line (\d+), saw (\d+)", problem) or re.search(r"(?:row|line) (\d+)", problem)
    line = found[1] if found else "?"
    return file_finding(
        "broken_csv",
        name,
        N_("Row {line} of {file} cannot be split into {width} cells."),
        N_("Put a text that holds a comma or a line break into quotes."),
        line=line,
        width=width,
    )


def _raw_table(frame: pd.DataFrame, header: list[str], name: str) -> tuple[RawTable, list[Finding]]:
    width = len(header)
    too_long = frame[width].fillna("").ne("") if width in frame else pd.Series(dtype=bool)
    if len(too_long) and bool(too_long.any()):
        row = int(np.flatnonzero(too_long.to_numpy())[0]) + 2
        frame = frame.iloc[:0]
        findings: list[Finding] = [_broken_line(name, f"line {row}", width)]
    else:
        findings = []
    frame.columns = pd.Index([str(number) for number in range(frame.shape[1])])
    columns = [raw_column(frame.pop(str(number)).to_numpy(dtype=object)) for number in range(width)]
    rows = len(columns[0].codes)
    numbers = np.arange(2, rows + 2)
    kept = drop_blank_rows(columns)
    places = np.zeros(len(kept), dtype=np.int64)
    named, repeated = name_columns(header, columns)
    return RawTable(named, numbers[kept], [name], places, repeated=repeated), findings


def name_columns(header: list[str], columns: list[RawColumn]) -> tuple[dict[str, RawColumn], list[str]]:
    """Return the columns by name, and the names that are there more than once."""
    named: dict[str, RawColumn] = {}
    repeated: list[str] = []
    for name, column in zip(header, columns, strict=True):
        if name in named:
            repeated.append(name)
        elif name or any(column.texts):
            named[name] = column
    return named, repeated


def drop_blank_rows(columns: list[RawColumn]) -> np.ndarray:
    """Take the rows without any text out of the columns; return the positions of those kept."""
    rows = len(columns[0].codes) if columns else 0
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        if not blank.any():
            break
        blank &= np.array([not text for text in column.texts] or [True], dtype=bool)[column.codes]
    kept = np.flatnonzero(~blank)
    if len(kept) < rows:
        for column in columns:
            column.codes = column.codes[kept]
    return kept


def written_columns(instance: Instance, name: str) -> list[str]:
    """Return the columns worth writing to CSV: required, keys, own, and those with any value."""
    spec, frame = TABLES[name], instance.tables[name]
    return [
        column
        for column in frame.columns
        if column not in spec.by_name
        or spec.by_name[column].required
        or spec.by_name[column].key
        or bool(frame[column].notna().any())
    ]


def write_folder(instance: Instance, path: str | os.PathLike[str]) -> Path:
    """Write an instance as a scenario folder and return its path.

    Everything is written under a temporary name first, then moved into place, so a failure writes nothing.
    In a folder that exists, the tables of the scenario are replaced and other files are left alone.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _write_files(instance, scratch)
        if not target.exists():
            scratch.chmod(0o755)
            scratch.rename(target)
            return target
        _replace_files(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def _replace_files(scratch: Path, target: Path) -> None:
    written = {file.relative_to(scratch) for file in scratch.rglob("*") if file.is_file()}
    ours = {Path(f"{name}.csv") for name in TABLES} | {Path(MODEL_FILE)}
    ours |= {
        Path("variants") / file.name for file in target.glob("variants/*") if file.suffix in {".toml", ".csv"}
    }
    for file in sorted(written):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        (scratch / file).replace(target / file)
    for file in sorted(ours - written):
        (target / file).unlink(missing_ok=True)


def write_table(instance: Instance, name: str, file: Path) -> None:
    """Write one table as CSV, in the scenario's own form of numbers and separator."""
    info = instance.info
    texts = texts_of(instance, name)[written_columns(instance, name)]
    if info.format_decimal == "comma":
        for column in texts.columns:
            if column in TABLES[name].by_name and TABLES[name].by_name[column].is_number:
                texts[column] = texts[column].str.replace(".", ",", regex=False)
    texts.to_csv(file, index=False, sep=info.format_delimiter, lineterminator="\n", encoding="utf-8")


def _write_files(instance: Instance, folder: Path) -> None:
    info = instance.info
    (folder / INFO_FILE).write_text(write_toml(settings_toml(info)), encoding="utf-8")
    for name in TABLES:
        if name not in instance.present:
            continue
        write_table(instance, name, folder / f"{name}.csv")
    if instance.local_model is not None:
        (folder / MODEL_FILE).write_text(write_toml(instance.local_model), encoding="utf-8")
    if instance.variants or instance.variant_files:
        (folder / "variants").mkdir()
    for stem, values in instance.variants.items():
        (folder / "variants" / f"{stem}.toml").write_text(write_toml(values), encoding="utf-8")
    for file, rows in instance.variant_files.items():
        with (folder / "variants" / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
