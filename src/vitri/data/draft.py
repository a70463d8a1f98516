"""Raw tables and the draft that checks look at: typed frames, where every cell came from, and findings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.fields import column_text
from vitri.data.findings import CHECKS, DataFinding
from vitri.data.fold import clean_text
from vitri.data.instance import ScenarioInfo
from vitri.data.tables import TABLES
from vitri.errors import Severity
from vitri.i18n import N_

LIMIT = 100
"""How many findings of one kind in one column are written out; the rest are counted."""


@dataclass
class RawColumn:
    """A column as texts: `codes` number each row's text in `texts`."""

    codes: np.ndarray
    texts: list[str]


@dataclass
class RawTable:
    """A table as it was read: columns of texts, the rows' numbers in the file, and where it stands.

    `repeated` names columns that are there more than once (the first is kept). `places` numbers the file or
    sheet of each row within `place_names`; `letters` gives the spreadsheet column of each column name, empty
    for CSV files. `month_dates` holds, by column, the rows whose period a spreadsheet had made a date.
    """

    columns: dict[str, RawColumn]
    row_numbers: np.ndarray
    place_names: list[str]
    places: np.ndarray
    letters: dict[str, str] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    month_dates: dict[str, list[int]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.row_numbers)

    def cell(self, position: int | None, column: str) -> str:
        """Return where a cell stands: ``Đăng ký!H7`` or ``registrations.csv:7``."""
        if position is None:
            return ""
        place = self.place_names[int(self.places[position])]
        number = int(self.row_numbers[position])
        if self.letters or "." not in place:
            return f"{place}!{self.letters.get(column, '')}{number}"
        return f"{place}:{number}"


def raw_column(values: Iterable[Any]) -> RawColumn:
    """Factorise a column of texts."""
    array = np.asarray(values, dtype=object) if not isinstance(values, np.ndarray) else values
    codes, distinct = pd.factorize(array)
    texts = clean_texts(list(distinct))
    if len(codes) and codes.min() < 0:
        # Cells beyond the end of a short row are missing to pandas; to us they are blank.
        codes[codes < 0] = len(texts)
        texts.append("")
    return RawColumn(codes.astype(np.int32), texts)


def clean_texts(texts: list[str]) -> list[str]:
    """Return texts as `clean_text` does; when all are in NFC, one search over all of them says so."""
    joined = "\x1f".join(texts)
    if "\r" not in joined and (joined.isascii() or unicodedata.is_normalized("NFC", joined)):
        return [text.strip() for text in texts]
    return [clean_text(text) for text in texts]


@dataclass
class Draft:
    """The data while it is checked. Frames are typed; a cell that could not be read is missing in them.

    `bad` marks such cells by (table, column), so that a later check does not complain of them again; `hours`
    marks, by table, the rows whose norm was written as hours.
    """

    info: ScenarioInfo
    horizon_known: bool = True
    raws: dict[str, RawTable] = field(default_factory=dict)
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    bad: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    generated: np.ndarray | None = None
    hours: dict[str, np.ndarray] = field(default_factory=dict)
    findings: list[tuple[tuple[int, int, int], DataFinding]] = field(default_factory=list)
    _coded: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _extra: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def has(self, table: str) -> bool:
        """Whether a table was given and has rows."""
        return len(self.frames[table]) > 0

    def present(self, table: str) -> bool:
        """Whether a table was given."""
        return table in self.raws

    def filled(self, table: str, column: str) -> pd.Series:
        """Return one column with its static default filled in."""
        series = self.frames[table][column]
        default = TABLES[table].by_name[column].stored_default
        return series if default is None else series.fillna(default)

    def is_bad(self, table: str, column: str) -> np.ndarray:
        """Return which rows of a column held something that could not be read."""
        rows = len(self.frames[table])
        return self.bad.get((table, column), np.zeros(rows, dtype=bool))

    def seed(self, table: str, column: str, codes: np.ndarray, values: np.ndarray) -> None:
        """Keep a column's numbers from its parsing, so that `coded` need not find them again.

        `values` holds the parsed value of each distinct text, missing where it is blank or unreadable.
        """
        numbers, distinct = pd.factorize(values)
        self._coded[(table, column)] = np.take(numbers.astype(np.int32), codes), distinct

    def forget(self, table: str, column: str) -> None:
        """Drop the kept numbers of a column whose cells were changed."""
        self._coded.pop((table, column), None)

    def coded(self, table: str, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a column as numbers and its distinct values: -1 is blank, else an index into them."""
        if (table, column) not in self._coded:
            codes, distinct = pd.factorize(self.frames[table][column])
            self._coded[(table, column)] = codes.astype(np.int32), np.asarray(distinct, dtype=object)
        return self._coded[(table, column)]

    def codes(self, table: str, column: str = "code") -> list[str]:
        """Return the distinct values of a column of codes, in order of appearance."""
        return list(self.coded(table, column)[1])

    def row_key(self, table: str, position: int) -> str:
        """Return a row's key, parts joined by commas, or its row number where the key is not whole."""
        spec, frame = TABLES[table], self.frames[table]
        number = str(int(self.raws[table].row_numbers[position])) if table in self.raws else str(position + 1)
        if table == "registrations" and self.generated is not None and self.generated[position]:
            return number
        row = frame.iloc[[position]]
        parts = [column_text(row[key], spec.by_name[key].type)[0] for key in spec.keys if key in row]
        whole = all(
            part or not spec.by_name[key].required for part, key in zip(parts, spec.keys, strict=True)
        )
        while parts and not parts[-1]:
            parts.pop()
        return ",".join(parts) if parts and whole else number

    def row_number(self, table: str, position: int) -> int:
        """Return the row's number in its file or sheet."""
        return int(self.raws[table].row_numbers[position])

    def text(self, table: str, column: str, position: int) -> str:
        """Return a cell as text."""
        spec = TABLES[table].by_name[column]
        return column_text(self.frames[table][column].iloc[[position]], spec.type)[0]

    def report(
        self,
        code: str,
        table: str,
        position: int | None = None,
        column: str = "",
        value: str | None = None,
        *,
        message: str,
        advice: str = "",
        allowed: str = "",
        row_key: str | None = None,
        fields: Mapping[str, object] | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Note one finding; above `LIMIT` of a kind they are only counted."""
        kind = (code, table, column)
        if self._counts[kind] >= LIMIT:
            self._extra[kind] += 1
            return
        self._counts[kind] += 1
        if value is None:
            value = "" if position is None or not column else self.text(table, column, position)
        if row_key is None:
            row_key = "" if position is None else self.row_key(table, position)
        raw = self.raws.get(table)
        spec = TABLES.get(table)
        columns = spec.columns if spec else ()
        order = (
            list(TABLES).index(table) if table in TABLES else -1,
            -1 if position is None else position,
            columns.index(column) if column in columns else len(columns),
        )
        finding = DataFinding(
            code=code,
            severity=severity or CHECKS[code].severity,
            table=table,
            row_key=row_key,
            column=column,
            value=value,
            allowed=allowed,
            message=message,
            advice=advice,
            fields=fields or {},
            cell=raw.cell(position, column) if raw else "",
        )
        self.findings.append((order, finding))

    def report_rows(
        self, code: str, table: str, rows: Sequence[int] | np.ndarray, column: str, **wording: Any
    ) -> None:
        """Note the same finding for several rows; only as many as are written out are looked at."""
        for position in self.some(code, table, column, rows):
            self.report(code, table, position, column, **wording)

    def some(self, code: str, table: str, column: str, rows: Sequence[int] | np.ndarray) -> list[int]:
        """Return as many of the rows as will be written out; the rest are counted at once."""
        room = self.room(code, table, column, len(rows))
        return [int(position) for position in rows[:room]]

    def room(self, code: str, table: str, column: str, wanted: int) -> int:
        """Return how many of the findings wanted will be written out; the rest are counted at once."""
        kind = (code, table, column)
        room = min(LIMIT - self._counts[kind], wanted)
        self._extra[kind] += wanted - room
        return room

    def ordered(self) -> list[DataFinding]:
        """Return the findings by table, row and column, with one line for those only counted."""
        rows = [finding for _, finding in sorted(self.findings, key=lambda item: item[0])]
        for (code, table, column), count in sorted(self._extra.items()):
            if count:
                rows.append(
                    DataFinding(
                        code=code,
                        severity=CHECKS[code].severity,
                        table=table,
                        column=column,
                        message=N_("{count} more of the same kind."),
                        advice=N_("Mend the first ones and check again."),
                        fields={"count": count},
                    )
                )
        return rows
