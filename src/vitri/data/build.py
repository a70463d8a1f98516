"""From raw tables to a checked `Instance`: typing, keys, references, then the named checks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.checks import run_checks
from vitri.data.draft import Draft, RawColumn, RawTable, raw_column
from vitri.data.fields import blank_table
from vitri.data.findings import Both
from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.keys import check_keys, check_references
from vitri.data.scenario_file import read_settings
from vitri.data.tables import TABLES
from vitri.data.typed import TableTyping, check_columns
from vitri.errors import DataError, Finding, Findings
from vitri.i18n import N_

TableLike = pd.DataFrame | Iterable[Mapping[str, Any]]


def cell_text(value: Any) -> str:
    """Return any cell value (text, number, date, truth value, blank) as the text that stands for it.

    Numbers are written with at most 15 significant digits, which is what a spreadsheet shows of them.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return ""
        return f"{Decimal(f'{value:.15g}'):f}" if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0) and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, np.datetime64):
        return cell_text(pd.Timestamp(value).to_pydatetime())
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, list | tuple):
        return ";".join(cell_text(item) for item in value)
    return str(value)


def raw_table(table: TableLike, place: str) -> RawTable:
    """Return a frame or a list of rows as a raw table; row numbers are those of a CSV file."""
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(list(table), dtype=object)
    columns: dict[str, RawColumn] = {}
    for name in frame.columns:
        cells = np.empty(len(frame), dtype=object)
        cells[:] = [cell_text(value) for value in frame[name].array]
        columns[str(name)] = raw_column(cells)
    rows = len(frame)
    return RawTable(columns, np.arange(2, rows + 2), [place], np.zeros(rows, dtype=np.int64))


def build_draft(
    info: ScenarioInfo, raws: dict[str, RawTable], *, horizon_known: bool = True, decimal: str = "dot"
) -> Draft:
    """Type and check raw tables; every finding is in the draft."""
    draft = Draft(info, horizon_known, raws)
    for spec in TABLES.values():
        raw = raws.get(spec.name)
        if raw is None:
            draft.frames[spec.name] = _absent(spec.name)
            continue
        kept = check_columns(draft, spec.name, raw.columns)
        raw.columns = {name: raw.columns[name] for name in kept}
        if not raw.rows and spec.level != "needed":
            # A blank sheet of the template is an absent table.
            draft.frames[spec.name] = _absent(spec.name)
            del raws[spec.name]
            continue
        TableTyping(draft, decimal).table(spec)
    _check_presence(draft)
    check_keys(draft)
    check_references(draft)
    run_checks(draft)
    return draft


@cache
def _blank(table: str) -> pd.DataFrame:
    return blank_table(TABLES[table])


def _absent(table: str) -> pd.DataFrame:
    """Return the blank frame of an absent table; pandas copies its columns only when they are changed."""
    return _blank(table).copy(deep=False)


def _check_presence(draft: Draft) -> None:
    for spec in TABLES.values():
        if spec.level != "needed":
            continue
        title = Both(spec.sheet, spec.name)
        if not draft.present(spec.name):
            draft.report(
                "missing_table",
                spec.name,
                message=N_('Table "{table}" is missing.'),
                advice=N_("Run `vitri template` for a blank one."),
                allowed=N_("the four needed tables"),
                fields={"table": title},
            )
        elif not len(draft.frames[spec.name]):
            draft.report(
                "empty_table",
                spec.name,
                value="0",
                message=N_('Table "{table}" has no rows.'),
                advice=N_("Enter at least one row."),
                allowed=N_("at least one row"),
                fields={"table": title},
            )


def instance_of(draft: Draft, **extras: Any) -> Instance:
    """Return the instance of a draft without errors."""
    return Instance(
        info=draft.info,
        tables=MappingProxyType(dict(draft.frames)),
        present=frozenset(draft.raws),
        **extras,
    )


def build_instance(
    info: ScenarioInfo | Mapping[str, Any],
    tables: Mapping[str, TableLike],
    *,
    local_model: Mapping[str, Any] | None = None,
    variants: Mapping[str, Mapping[str, Any]] | None = None,
) -> Instance:
    """Build an instance from raw tables in memory, typed and checked as if read from files.

    `info` is a `ScenarioInfo` or the keys of scenario.toml; `tables` maps table names to frames or lists of
    rows whose cells are texts, numbers in the field's own unit, dates, truth values or blanks. Raises
    `DataError` with all findings when there is an error.
    """
    instance, findings = check_tables(info, tables, local_model=local_model, variants=variants)
    if instance is None:
        raise DataError(findings)
    return instance


def check_tables(
    info: ScenarioInfo | Mapping[str, Any],
    tables: Mapping[str, TableLike],
    *,
    local_model: Mapping[str, Any] | None = None,
    variants: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Instance | None, Findings]:
    """Check raw tables in memory; return the instance (None if there are errors) and all findings."""
    horizon_known, found = True, list[Finding]()
    if not isinstance(info, ScenarioInfo):
        settings = read_settings(info, "scenario.toml", "scenario")
        info, horizon_known, found = settings.info, settings.horizon_known, list(settings.findings)
    raws: dict[str, RawTable] = {}
    for name, table in tables.items():
        if name not in TABLES:
            raise ValueError(f"unknown table {name!r}; the tables are {', '.join(TABLES)}")
        raws[name] = raw_table(table, f"{name}.csv")
    draft = build_draft(info, raws, horizon_known=horizon_known)
    findings = Findings.of([*found, *draft.ordered()])
    if findings.errors:
        return None, findings
    extras: dict[str, Any] = {"local_model": local_model}
    if variants is not None:
        extras["variants"] = MappingProxyType(dict(variants))
    return instance_of(replace(draft, info=info), **extras), findings


def texts_of(instance: Instance, name: str) -> pd.DataFrame:
    """Return one typed table as CSV texts ("" for blank), the form that `build_instance` takes.

    So a table can be edited as text and built again: ``build_instance(info, {**texts, ...})``.
    """
    from vitri.data.fields import column_text

    spec = TABLES[name]
    frame = instance.tables[name]
    texts = {
        column: column_text(frame[column], spec.by_name[column].type if column in spec.by_name else "text")
        for column in frame.columns
    }
    return pd.DataFrame(texts, dtype="str")
