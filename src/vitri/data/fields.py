"""One declaration per field: `Field`, `Choice`, `TableSpec`, and the stored form of each type.

Stored forms ("integers inside"): texts, codes, enums, lists, periods, months, sessions and times are pandas
``str``; ``int`` is ``Int64``; ``dec2`` and ``pct`` are ``Int64`` hundredths, ``dec3`` ``Int64`` thousandths;
``bool`` is ``boolean``; ``date`` is ``datetime64[s]``. A blank cell is a missing value of that type.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from vitri.i18n import Lang

FieldType = Literal[
    "code",
    "text",
    "int",
    "dec2",
    "dec3",
    "pct",
    "bool",
    "date",
    "month",
    "period",
    "session",
    "time",
    "list",
    "enum",
    "datetime",
]
Level = Literal["needed", "recommended", "optional"]

NUMBER_TYPES: frozenset[FieldType] = frozenset({"int", "dec2", "dec3", "pct"})
_PLACES: dict[FieldType, int] = {"int": 0, "dec2": 2, "dec3": 3, "pct": 2}
_DTYPES: dict[FieldType, str] = {
    **dict.fromkeys(NUMBER_TYPES, "Int64"),
    "bool": "boolean",
    "date": "datetime64[s]",
}
CODE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def places(type_: FieldType) -> int:
    """Return how many decimal places a number type keeps."""
    return _PLACES[type_]


def scale(type_: FieldType) -> int:
    """Return what a number of this type is multiplied by when stored: 1, 100 or 1000."""
    return int(10 ** _PLACES[type_])


def dtype_of(type_: FieldType) -> str:
    """Return the pandas dtype in which a type is stored."""
    return _DTYPES.get(type_, "str")


def split_list(value: object) -> tuple[str, ...]:
    """Return the codes of a stored list cell (``"A;B"`` → ``("A", "B")``); nothing for a blank."""
    if not isinstance(value, str) or not value:
        return ()
    return tuple(part.strip() for part in value.split(";") if part.strip())


def period_bounds(period: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of ``2021``, ``2021-H1``, ``2021-Q2``, ``2021-06`` or a date.

    Raises ValueError when the text is none of these or the date does not exist.
    """
    year = int(period[:4])
    rest = period[5:]
    if not rest:
        first, last = 1, 12
    elif rest[0] == "H":
        first = 1 + 6 * (int(rest[1]) - 1)
        last = first + 5
    elif rest[0] == "Q":
        first = 1 + 3 * (int(rest[1]) - 1)
        last = first + 2
    elif len(rest) == 2:
        first = last = int(rest)
    else:
        day = dt.date.fromisoformat(period)
        return day, day
    return dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])


@dataclass(frozen=True)
class Choice:
    """One allowed value of an enumeration: the code stored and its two labels."""

    code: str
    vi: str
    en: str

    def label(self, lang: Lang) -> str:
        """Return the label in one language."""
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: everything that reading, checks, templates and the schema page need to know of it.

    `default` is the static default as it would be typed; a default that depends on the model or on other
    cells is only described, in `default_vi` and `default_en`. `minimum` and `maximum` are in the field's own
    unit; `above_minimum` makes the lower end exclusive. `refers_to` names tables, or ``model.<table>`` for
    codes of the planning model. `wildcards` are further values that a code may take; `open_choices` lets a
    field take its choices or any code. `capabilities` are the letters of the data contract.
    """

    name: str
    type: FieldType
    title_vi: str
    title_en: str
    help_vi: str
    help_en: str
    required: bool = False
    key: bool = False
    default: str | None = None
    default_vi: str = ""
    default_en: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    above_minimum: bool = False
    choices: tuple[Choice, ...] = ()
    open_choices: bool = False
    refers_to: tuple[str, ...] = ()
    wildcards: tuple[str, ...] = ()
    unit_vi: str = ""
    unit_en: str = ""
    capabilities: str = ""

    def title(self, lang: Lang) -> str:
        """Return the column's title in one language."""
        return self.title_vi if lang == "vi" else self.title_en

    def help(self, lang: Lang) -> str:
        """Return the column's one-sentence help in one language."""
        return self.help_vi if lang == "vi" else self.help_en

    def unit(self, lang: Lang) -> str:
        """Return the unit of a number in one language, blank if it has none."""
        return self.unit_vi if lang == "vi" else self.unit_en

    @property
    def is_number(self) -> bool:
        """Whether the field holds a number."""
        return self.type in NUMBER_TYPES

    @property
    def dtype(self) -> str:
        """The pandas dtype in which the column is stored."""
        return dtype_of(self.type)

    @property
    def stored_default(self) -> Any:
        """The static default in stored form (hundredths, thousandths, True ...); None if there is none."""
        if self.default is None:
            return None
        if self.is_number:
            return int(Decimal(self.default).scaleb(places(self.type)))
        if self.type == "bool":
            return self.default == "yes"
        return self.default

    def choice_label(self, code: str, lang: Lang) -> str:
        """Return the label of a stored enumeration code; the code itself if it is not a choice."""
        return next((choice.label(lang) for choice in self.choices if choice.code == code), code)


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """One table: its file name (`name`), sheet name, titles, help and fields in the order of writing."""

    name: str
    sheet: str
    title_en: str
    help_vi: str
    help_en: str
    level: Level
    fields: tuple[Field, ...]

    @property
    def title_vi(self) -> str:
        """The Vietnamese title, which is also the sheet's name."""
        return self.sheet

    def title(self, lang: Lang) -> str:
        """Return the table's title in one language."""
        return self.sheet if lang == "vi" else self.title_en

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by column name."""
        return {field.name: field for field in self.fields}

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in declared order."""
        return tuple(field.name for field in self.fields)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return tuple(field.name for field in self.fields if field.key)

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)


def blank_column(type_: FieldType, rows: int) -> pd.Series:
    """Return a column of missing values in the stored form of a type."""
    if type_ in NUMBER_TYPES:
        return pd.Series(pd.arrays.IntegerArray(np.ones(rows, np.int64), np.ones(rows, bool)))
    if type_ == "bool":
        return pd.Series(pd.arrays.BooleanArray(np.zeros(rows, bool), np.ones(rows, bool)))
    if type_ == "date":
        return pd.Series(np.full(rows, np.datetime64("NaT", "s")))
    return pd.Series(np.full(rows, np.nan, dtype=object), dtype="str")


def blank_table(spec: TableSpec, rows: int = 0) -> pd.DataFrame:
    """Return a frame with every declared column of a table, all cells missing."""
    return pd.DataFrame({field.name: blank_column(field.type, rows) for field in spec.fields})


def number_text(value: int, type_: FieldType) -> str:
    """Write a stored number as it stands in a CSV file: ``1250`` of ``dec3`` → ``1.25``."""
    decimals = _PLACES[type_]
    if not decimals:
        return str(value)
    whole, part = divmod(abs(value), 10**decimals)
    text = f"{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def column_text(series: pd.Series, type_: FieldType) -> list[str]:
    """Return a stored column as CSV texts, "" where blank; works on distinct values only."""
    codes, distinct = pd.factorize(series, use_na_sentinel=True)
    texts: Sequence[str]
    if type_ in NUMBER_TYPES:
        texts = [number_text(int(value), type_) for value in distinct]
    elif type_ == "bool":
        texts = ["yes" if value else "no" for value in distinct]
    elif type_ == "date":
        texts = [pd.Timestamp(value).strftime("%Y-%m-%d") for value in distinct]
    else:
        texts = [str(value) for value in distinct]
    lookup = np.array([*texts, ""], dtype=object)
    return list(lookup[codes])
