"""From raw tables to a checked `Instance`: typing, keys, references, then the named checks."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.checks import run_checks
from vitri.data.draft import Draft, RawColumn, RawTable, raw_column
from vitri.data.fields import Field, TableSpec, blank_column, blank_table
from vitri.data.findings import Both, nearest
from vitri.data.fold import clean_text
from vitri.data.instance import Instance, ScenarioInfo
from vitri.data.keys import check_keys, check_references, make_registration_codes
from vitri.data.parse import parse_column
from vitri.data.scenario_file import plain_format, read_settings
from vitri.data.tables import TABLES
from vitri.errors import DataError, Finding, Findings
from vitri.i18n import N_

TableLike = pd.DataFrame | Iterable[Mapping[str, Any]]
_HOURS = re.compile(r"\d+([.,]\d+)?")
_SENSITIVE = ("party", "dang_vien", "dan_toc", "ethnic", "ton_giao", "religion")


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


def _hours_to_minutes(text: str, decimal: str) -> str:
    """Return hours as minutes with two decimals; a text that is no number is left for the parser."""
    if not _HOURS.fullmatch(text) or (decimal == "dot" and "," in text):
        return text
    minutes = Decimal(text.replace(",", ".")) * 60
    plain = f"{minutes.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
    return plain.replace(".", ",") if decimal == "comma" else plain


class _Typing:
    """Turns the raw tables of one draft into typed frames and notes what is wrong with each cell."""

    def __init__(self, draft: Draft, decimal: str) -> None:
        self.draft = draft
        self.decimal = decimal

    def table(self, spec: TableSpec) -> None:
        raw = self.draft.raws[spec.name]
        self._merge_hours(spec, raw)
        columns: dict[str, pd.Series] = {}
        problems: list[tuple[Field, RawColumn, dict[int, Any]]] = []
        for field in [*spec.fields, *self._own_columns(spec, raw)]:
            column = raw.columns.get(field.name)
            if column is None:
                columns[field.name] = blank_column(field.type, raw.rows)
                continue
            parsed = parse_column(
                field, column.codes, column.texts, decimal=self.decimal, day_first=bool(raw.letters)
            )
            columns[field.name] = parsed.values
            if parsed.problems:
                problems.append((field, column, parsed.problems))
        self.draft.frames[spec.name] = pd.DataFrame(columns)
        if spec.name == "registrations":
            make_registration_codes(self.draft)
        for field, column, found in problems:
            self._report_cells(spec, field, column, found)
        for field in spec.fields:
            self._report_blanks(spec, field, raw)
        for name, rows in raw.month_dates.items():
            self._report_dates(spec, name, rows)
        # The texts are no longer needed; a large table would hold them twice.
        raw.columns.clear()

    def _merge_hours(self, spec: TableSpec, raw: RawTable) -> None:
        hours = raw.columns.pop("unit_hours", None)
        if hours is None:
            return
        converted = RawColumn(hours.codes, [_hours_to_minutes(text, self.decimal) for text in hours.texts])
        minutes = raw.columns.get("unit_minutes")
        if "unit_minutes" not in raw.letters and "unit_hours" in raw.letters:
            raw.letters["unit_minutes"] = raw.letters["unit_hours"]
        if minutes is None:
            raw.columns["unit_minutes"] = converted
            return
        blank = np.array([not text for text in minutes.texts], dtype=bool)[minutes.codes]
        given = np.array([bool(text) for text in hours.texts], dtype=bool)[hours.codes]
        codes = np.where(blank, converted.codes + len(minutes.texts), minutes.codes)
        raw.columns["unit_minutes"] = RawColumn(codes, [*minutes.texts, *converted.texts])
        self._both_units = np.flatnonzero(given & ~blank)

    _both_units: np.ndarray = np.zeros(0, dtype=np.int64)

    def _own_columns(self, spec: TableSpec, raw: RawTable) -> list[Field]:
        return [own_field(name) for name in raw.columns if name not in spec.by_name]

    def _report_cells(
        self, spec: TableSpec, field: Field, column: RawColumn, problems: dict[int, Any]
    ) -> None:
        draft = self.draft
        lost = np.zeros(len(column.texts), dtype=bool)
        for number, problem in problems.items():
            lost[number] = not problem.keep
            rows = np.flatnonzero(column.codes == number)
            draft.report_rows(
                problem.code,
                spec.name,
                rows,
                field.name,
                value=column.texts[number][:80],
                message=problem.message,
                advice=problem.advice,
                allowed=problem.allowed,
                fields=problem.fields,
            )
        draft.bad[(spec.name, field.name)] = lost[column.codes]

    def _report_dates(self, spec: TableSpec, name: str, rows: list[int]) -> None:
        for position in self.draft.some("month_as_date", spec.name, name, rows):
            self.draft.report(
                "month_as_date",
                spec.name,
                position,
                name,
                message=N_("The cell holds a date and was read as the month {month}."),
                advice=N_("If the day is meant, format the cell as text and write it as 2021-06-25."),
                fields={"month": self.draft.text(spec.name, name, position)},
            )

    def _report_blanks(self, spec: TableSpec, field: Field, raw: RawTable) -> None:
        draft = self.draft
        title = Both(field.title_vi, field.title_en)
        if field.name == "unit_minutes" and len(self._both_units):
            draft.report_rows(
                "two_units",
                spec.name,
                self._both_units,
                field.name,
                message=N_("Both unit_minutes and unit_hours are given."),
                advice=N_("Clear one of the two cells."),
            )
            self._both_units = np.zeros(0, dtype=np.int64)
        if not field.required or not raw.rows:
            return
        if field.name not in raw.columns:
            draft.report(
                "missing_column",
                spec.name,
                None,
                field.name,
                message=N_('The column "{column}" ({title}) is missing.'),
                advice=N_("Add it, with a value in every row."),
                fields={"column": field.name, "title": title},
            )
            return
        blank = draft.frames[spec.name][field.name].isna().to_numpy() & ~draft.is_bad(spec.name, field.name)
        advice = N_("Fill in the cell.")
        if field.name == "quantity":
            advice = N_("Write 0 if there is none.")
        draft.report_rows(
            "missing_value",
            spec.name,
            np.flatnonzero(blank),
            field.name,
            message=N_("{title} is blank."),
            advice=advice,
            fields={"title": title},
        )


def own_field(name: str) -> Field:
    """Return the declaration of a column of the user's own: text, kept and given back, never used."""
    return Field(
        name=name,
        type="text",
        title_vi=name,
        title_en=name,
        help_vi="Cột riêng: được giữ lại, không dùng để tính.",
        help_en="A column of your own: kept, never used.",
    )


def check_columns(draft: Draft, table: str, names: Iterable[str]) -> list[str]:
    """Note every column that a table does not know; return the names that it does, in order."""
    spec = TABLES[table]
    known = [*spec.columns, *(["unit_hours"] if "unit_minutes" in spec.by_name else [])]
    kept: list[str] = []
    for name in draft.raws[table].repeated:
        draft.report(
            "duplicate_column",
            table,
            None,
            name,
            message=N_('The column "{column}" is there twice.'),
            advice=N_("Rename or delete one."),
            fields={"column": name},
        )
    for name in names:
        if name in known or re.fullmatch(r"x_\w+", name):
            kept.append(name)
            if name.startswith("x_") and any(word in name.casefold() for word in _SENSITIVE):
                draft.report(
                    "sensitive_column",
                    table,
                    None,
                    name,
                    message=N_('The column "{column}" seems to hold sensitive personal data.'),
                    advice=N_("Leave it out unless a form needs it."),
                    fields={"column": name},
                )
        else:
            titles = {field.title_vi: field.name for field in spec} | {f.title_en: f.name for f in spec}
            near = nearest(name, [*known, *titles])
            near = titles.get(near, near)
            draft.report(
                "unknown_column",
                table,
                None,
                name,
                value=name,
                message=N_('There is no column "{column}".'),
                advice=N_('Did you mean "{near}" ({title})?')
                if near
                else N_("Delete it, or let its name start with x_."),
                allowed=N_("the columns of the table, or x_ columns"),
                fields={
                    "column": name,
                    "near": near,
                    "title": Both(spec.by_name[near].title_vi, spec.by_name[near].title_en)
                    if near in spec.by_name
                    else near,
                },
            )
    return kept


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
        _Typing(draft, decimal).table(spec)
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


__all__ = [
    "build_draft",
    "build_instance",
    "cell_text",
    "check_columns",
    "check_tables",
    "clean_text",
    "instance_of",
    "own_field",
    "plain_format",
    "raw_table",
    "texts_of",
]
