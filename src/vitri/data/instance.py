"""`Instance`: the validated, immutable set of tables of one scenario, and `ScenarioInfo`, its settings."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

Structure = Literal["common", "class", "free"]
Sizing = Literal["ceiling", "need"]


@dataclass(frozen=True, kw_only=True)
class ScenarioInfo:
    """The keys of ``scenario.toml`` (see the schema page); blank optional keys are None."""

    code: str
    name: str
    model: str
    first_month: str
    last_month: str
    as_of: dt.date
    schema: int = 1
    name_en: str | None = None
    description: str | None = None
    synthetic: bool = False
    policy: str | None = None
    structure: Structure = "common"
    sizing: Sizing | None = None
    estimate_enabled: bool = True
    estimate_drivers: tuple[str, ...] | None = None
    format_decimal: Literal["dot", "comma"] = "dot"
    format_delimiter: Literal[",", ";"] = ","
    source_who: str | None = None
    source_document: str | None = None
    source_date: dt.date | None = None

    @property
    def months(self) -> tuple[str, ...]:
        """The months of the horizon, first to last, as ``YYYY-MM``."""
        periods = pd.period_range(self.first_month, self.last_month, freq="M")
        return tuple(str(period) for period in periods)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One scenario: settings and typed tables. Never changed in place.

    `tables` holds every declared table (an absent one is an empty frame with all declared columns);
    `present` names those that were given. Columns are the declared ones in declared order, then ``x_`` ones.
    `variants` holds the parsed variant files by name, `variant_files` the rows (header first) of the CSV
    files they add.
    Blank cells are missing values, never zero; defaults are not filled in (see `filled`).
    """

    info: ScenarioInfo
    tables: Mapping[str, pd.DataFrame]
    present: frozenset[str]
    local_model: Mapping[str, Any] | None = None
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    variant_files: Mapping[str, tuple[tuple[str, ...], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one table, blanks as missing values."""
        return self.tables[name].copy()

    def filled(self, name: str) -> pd.DataFrame:
        """Return a copy of one table with every *static* default filled in.

        Defaults that depend on the model, on another table or on the period stay blank.
        """
        from vitri.data.tables import TABLES

        frame = self.tables[name].copy()
        for column in TABLES[name].fields:
            if column.default is not None:
                frame[column.name] = frame[column.name].fillna(column.stored_default)
        return frame

    def has(self, name: str) -> bool:
        """Whether the table was given and has rows."""
        return name in self.present and len(self.tables[name]) > 0

    def with_tables(self, **tables: pd.DataFrame) -> Instance:
        """Return another instance in which some tables are replaced (the data is not checked again)."""
        merged = {**self.tables, **tables}
        return replace(self, tables=MappingProxyType(merged), present=self.present | frozenset(tables))

    def with_info(self, **settings: Any) -> Instance:
        """Return another instance in which some settings are replaced."""
        return replace(self, info=replace(self.info, **settings))

    def digest(self) -> str:
        """Return a SHA-256 of the settings and of every given table, independent of row order."""
        sha = hashlib.sha256(repr(self.info).encode())
        for name in sorted(self.present):
            frame = self.tables[name]
            lines = sorted(frame.to_csv(index=False, header=False, lineterminator="\n").splitlines())
            sha.update(f"\x00{name}\x00{','.join(frame.columns)}\x00".encode())
            sha.update("\n".join(lines).encode())
        if self.local_model is not None:
            sha.update(json.dumps(self.local_model, sort_keys=True, default=str).encode())
        return sha.hexdigest()
