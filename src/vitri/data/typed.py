"""Type raw tables into frames, and note every cell that cannot be read or is blank but required."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.draft import Draft, RawColumn, RawTable
from vitri.data.fields import Field, FieldType, TableSpec, blank_column
from vitri.data.findings import Both, nearest
from vitri.data.keys import make_registration_codes
from vitri.data.outcome import Problem
from vitri.data.parse import parse_column
from vitri.data.parse_units import plain
from vitri.data.tables import TABLES
from vitri.i18n import N_

_HOURS = re.compile(r"\d+([.,]\d+)?")
_SENSITIVE = ("party", "dang_vien", "dan_toc", "ethnic", "ton_giao", "religion")


def _hours_to_minutes(text: str, decimal: str) -> str:
    """Return hours as minutes with two decimals; a text that is no number is left for the parser."""
    if not _HOURS.fullmatch(text) or (decimal == "dot" and "," in text):
        return text
    minutes = Decimal(text.replace(",", ".")) * 60
    plain = f"{minutes.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"
    return plain.replace(".", ",") if decimal == "comma" else plain


def _too_many_hours(problem: Problem) -> Problem:
    """Say of minutes that were written as hours, and are too many, that minutes may have been meant."""
    hours = plain((Decimal(str(problem.fields["value"])) / 60).quantize(Decimal("0.01")))
    return replace(
        problem,
        advice=N_(
            "The cell says {hours} hours: if minutes are meant, put {hours} in the column unit_minutes."
        ),
        fields={**problem.fields, "hours": hours},
    )


class TableTyping:
    """Turns the raw tables of one draft into typed frames and notes what is wrong with each cell."""

    def __init__(self, draft: Draft, decimal: str) -> None:
        self.draft = draft
        self.decimal = decimal
        self._blanks: dict[str, pd.Series] = {}

    def _blank(self, dtype: str, type_: FieldType, rows: int) -> pd.Series:
        """Return a column of missing values; columns of one kind share it until one is changed."""
        if dtype not in self._blanks:
            self._blanks[dtype] = blank_column(type_, rows)
        return self._blanks[dtype].copy(deep=False)

    def table(self, spec: TableSpec) -> None:
        """Type one table into its frame and report its cells."""
        raw = self.draft.raws[spec.name]
        self._merge_hours(spec, raw)
        columns: dict[str, pd.Series] = {}
        problems: list[tuple[Field, RawColumn, dict[int, Any]]] = []
        for field in [*spec.fields, *self._own_columns(spec, raw)]:
            column = raw.columns.get(field.name)
            if column is None:
                columns[field.name] = self._blank(field.dtype, field.type, raw.rows)
                continue
            parsed = parse_column(
                field, column.codes, column.texts, decimal=self.decimal, day_first=bool(raw.letters)
            )
            columns[field.name] = parsed.values
            if parsed.words is not None:
                self.draft.seed(spec.name, field.name, column.codes, parsed.words)
            if parsed.problems:
                problems.append((field, column, parsed.problems))
        self._blanks.clear()
        self.draft.frames[spec.name] = pd.DataFrame(columns, copy=False)
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
        given = np.array([bool(text) for text in hours.texts], dtype=bool)[hours.codes]
        self.draft.hours[spec.name] = given
        if minutes is None:
            raw.columns["unit_minutes"] = converted
            return
        blank = np.array([not text for text in minutes.texts], dtype=bool)[minutes.codes]
        self.draft.hours[spec.name] = given & blank
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
            hours = draft.hours.get(spec.name)
            if field.name == "unit_minutes" and problem.code == "out_of_range" and hours is not None:
                problem = _too_many_hours(problem) if hours[rows].all() else problem
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
            advice=N_("Rename or delete one column."),
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
