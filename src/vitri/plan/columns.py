"""`Column` and `RunTable`: how a run file is declared and kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from vitri.i18n import Lang, nfc

ColumnType = Literal["code", "text", "list", "json", "month", "int", "bool", "date", "time"]
_DTYPES = {"int": "Int64", "bool": "boolean"}


@dataclass(frozen=True)
class Column:
    """One column of a run file.

    Kept as pandas ``str``, ``Int64`` or ``boolean``; a blank is a missing value. A name that ends in
    ``_decN`` holds whole numbers with N decimal places. `key` columns give the order of the rows. `unit` is
    the unit of a number, as a code that reports put into words.
    """

    name: str
    type: ColumnType
    title_vi: str
    title_en: str
    unit: str = ""
    key: bool = False

    def title(self, lang: Lang) -> str:
        """Return the column's title in one language."""
        return self.title_vi if lang == "vi" else self.title_en

    @property
    def dtype(self) -> str:
        """The pandas dtype in which the column is kept."""
        return _DTYPES.get(self.type, "str")

    def kept(self, values: pd.Series) -> pd.Series:
        """Return a column in its kept form; texts that are empty become missing."""
        if self.dtype == "str":
            codes, known = pd.factorize(values)
            texts = np.array([_clean(str(text)) for text in known] + [None], dtype=object)
            return pd.Series(texts[codes], index=values.index, dtype="str")
        if values.dtype == object:
            values = values.where(values.notna(), other=None)
        return pd.Series(values.astype("Int64" if self.type == "int" else "boolean"))


def _clean(text: str) -> str | None:
    """Return a text as a file can give it back: NFC, one kind of line break; None if nothing is left."""
    return nfc(text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")) or None


@dataclass(frozen=True)
class RunTable:
    """One run file: its name, titles in both languages and columns in the order of writing."""

    name: str
    title_vi: str
    title_en: str
    columns: tuple[Column, ...]

    def title(self, lang: Lang) -> str:
        """Return the table's title in one language."""
        return self.title_vi if lang == "vi" else self.title_en

    @property
    def file(self) -> str:
        """The name of the file in a run folder."""
        return f"{self.name}.csv"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The column names in declared order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns that order the rows."""
        return tuple(column.name for column in self.columns if column.key)

    def empty(self) -> pd.DataFrame:
        """Return the table without rows."""
        return pd.DataFrame({c.name: pd.Series([], dtype=c.dtype) for c in self.columns})

    def conformed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame in kept form: declared columns in order, declared dtypes, rows sorted.

        Rows are sorted by the key columns (missing first), equal keys by all other columns. A column that
        is left out is missing everywhere. Raises ValueError for a column that is not declared.
        """
        strange = [str(name) for name in frame.columns if name not in self.names]
        if strange:
            raise ValueError(f"run table {self.name} has undeclared columns: {', '.join(strange)}")
        plain = frame.reset_index(drop=True)
        blank = pd.Series([pd.NA] * len(frame), dtype=object)
        made = pd.DataFrame({c.name: c.kept(plain.get(c.name, blank)) for c in self.columns})
        keys = list(self.keys)
        if made.duplicated(keys).any():
            keys += [name for name in self.names if name not in keys]
        return made.sort_values(keys, kind="stable", na_position="first", ignore_index=True)


def declare(
    name: str, titles: tuple[str, str], columns: Iterable[Column | str], common: Sequence[Column]
) -> RunTable:
    """Declare a run table; a text names a common column, with ``#`` if it is part of the key here."""
    known = {column.name: column for column in common}
    found = []
    for entry in columns:
        if isinstance(entry, Column):
            found.append(entry)
            continue
        own = known[entry.rstrip("#")]
        found.append(Column(own.name, own.type, own.title_vi, own.title_en, own.unit, entry.endswith("#")))
    return RunTable(name, titles[0], titles[1], tuple(found))
