"""`Source`: one result as the sheets read it, with names, months, settings and plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import Lang, nfc, sort_key
from vitri.report.names import Names, NameTable, names_of

Row = dict[str, Any]
CLASSES = ("I", "II", "III")


class Source:
    """A result made ready to print. Absent tables are empty, absent columns are blank; nothing is changed."""

    def __init__(
        self,
        result: Any,
        lang: Lang,
        names: NameTable | None = None,
        model: Any = None,
        instance: Instance | None = None,
    ) -> None:
        self.lang = lang
        self.info: Mapping[str, Any] = result.info
        self.tables: Mapping[str, pd.DataFrame] = result.tables
        self.instance = instance if instance is not None else getattr(result, "instance", None)
        self.model = model if model is not None else getattr(result, "model", None)
        self.names = Names(names_of(self.instance, self.model), lang)
        self.names.add("positions", self._pairs("structure", "position", "name"))
        for table, pairs in (names or {}).items():
            self.names.add(table, pairs)
        self._classes = self.attribute("positions", "class") | self._pairs("structure", "position", "class")
        self.offices = self._offices()
        self.months = self._months()

    def table(self, name: str, *columns: str) -> pd.DataFrame:
        """Return a copy of a run table with at least these columns; blank where the run has none."""
        frame = self.tables.get(name)
        frame = pd.DataFrame() if frame is None else frame.copy()
        for column in columns:
            if column not in frame.columns:
                frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype=object)
        return frame

    def section(self, key: str) -> Mapping[str, Any]:
        """Return one mapping of the result's information, empty if absent."""
        value = self.info.get(key)
        return value if isinstance(value, Mapping) else {}

    @property
    def synthetic(self) -> bool:
        """Whether the figures are simulated and every page must say so."""
        scenario = self.section("scenario")
        told = scenario.get("synthetic", self.info.get("synthetic"))
        if told is None and self.instance is not None:
            told = self.instance.info.synthetic
        return bool(told)

    @property
    def title(self) -> str:
        """The scenario's name, or its code."""
        scenario = self.section("scenario")
        name = scenario.get("name")
        if self.instance is not None:
            settings = self.instance.info
            name = settings.name_en if self.lang == "en" and settings.name_en else settings.name
        elif self.lang == "en" and scenario.get("name_en"):
            name = scenario["name_en"]
        return nfc(str(name or scenario.get("code") or ""))

    def office(self, code: str) -> str:
        """Return an office's name."""
        return self.names("offices", code)

    def position(self, code: str) -> str:
        """Return a position's name."""
        return self.names("positions", code)

    def group(self, code: str) -> str:
        """Return a task group's name; blank means all groups together."""
        return self.names("task_groups", code)

    def in_order(self, table: str, codes: Iterable[str]) -> list[str]:
        """Return codes in Vietnamese alphabetical order of their names, each once."""
        return sorted(set(codes), key=lambda code: (sort_key(self.names(table, code)), code))

    def position_class(self, code: str) -> str:
        """Return the class (I, II, III) of a position, blank when unknown."""
        return self._classes.get(code, "")

    def positions_in_order(self, codes: Iterable[str]) -> list[str]:
        """Return position codes by class, then by Vietnamese order of name."""
        rank = {name: order for order, name in enumerate(CLASSES)}
        return sorted(
            set(codes),
            key=lambda code: (rank.get(self.position_class(code), 9), sort_key(self.position(code)), code),
        )

    def attribute(self, table: str, column: str) -> dict[str, str]:
        """Return code → one column of an input table, filled cells only; empty without an instance."""
        frame = self.instance.tables.get(table) if self.instance is not None else None
        if frame is None or column not in frame.columns:
            return {}
        pairs = zip(frame["code"], frame[column], strict=True)
        return {str(code): text(value) for code, value in pairs if text(value)}

    def table_title(self, name: str) -> str:
        """Return the title of an input table, or the name of the file that is meant."""
        from vitri.data.tables import TABLES

        spec = TABLES.get(name)
        if spec is None:
            return name
        return str(spec.title_vi if self.lang == "vi" else spec.title_en)

    def setting(self, section: str, key: str, default: Any) -> Any:
        """Return one value of the planning model, or the default when there is no model at hand."""
        return getattr(getattr(self.model, section, None), key, default)

    def _pairs(self, table: str, key: str, value: str) -> dict[str, str]:
        frame = self.table(table, key, value)
        pairs = zip(frame[key], frame[value], strict=True)
        return {text(code): text(name) for code, name in pairs if text(code) and text(name)}

    def _offices(self) -> list[str]:
        codes: set[str] = set()
        for name in ("posts", "workload", "time_fund", "staffing", "assignments"):
            codes |= set(texts(self.table(name, "office")["office"]))
        codes.discard("")
        return self.in_order("offices", codes)

    def _months(self) -> list[str]:
        months: set[str] = set()
        for name in ("time_fund", "workload", "assignments", "load"):
            months |= set(texts(self.table(name, "month")["month"]))
        return sorted(month for month in months if re.fullmatch(r"\d{4}-\d{2}", month))


def missing(value: Any) -> bool:
    """Whether a cell is blank (None, NaN, NA, NaT or empty text)."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float):
        return value != value
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, str) and value == ""


def text(value: Any) -> str:
    """Return a cell as NFC text; blank for a missing value, no ``.0`` after a whole number."""
    if missing(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return nfc(str(value)).strip()


def number(value: Any) -> float | None:
    """Return a cell as a number, None when blank or not a number."""
    if missing(value) or isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if abs(found) != float("inf") and found == found else None


def whole(value: Any) -> int | None:
    """Return a cell as a whole number, None when blank."""
    found = number(value)
    return None if found is None else round(found)


def numbers(series: pd.Series[Any]) -> pd.Series[float]:
    """Return a column as floats, NaN where blank."""
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
        return pd.Series(series.to_numpy(dtype="float64", na_value=float("nan")), index=series.index)
    return pd.Series([number(value) for value in series], index=series.index, dtype="float64")


def items(value: Any) -> list[str]:
    """Split a list cell ``A;B`` (or a real list) into its parts."""
    if isinstance(value, list | tuple):
        return [text(part) for part in value if text(part)]
    return [part.strip() for part in text(value).split(";") if part.strip()]


def texts(series: pd.Series[Any]) -> list[str]:
    """Return a column as NFC texts, blank where missing; quick where few values come often."""
    codes, values = pd.factorize(series, use_na_sentinel=False)
    known = [text(value) for value in values]
    return [known[code] for code in codes]


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame as mappings from column name to cell."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def true(value: Any) -> bool:
    """Read a yes/no cell; blank is no."""
    return text(value).lower() in ("yes", "true", "1", "có")
