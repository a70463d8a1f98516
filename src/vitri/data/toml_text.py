"""Read TOML with exact decimals and findings instead of exceptions; write it back in a plain form."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vitri.data.findings import DataFinding, setting_finding
from vitri.i18n import N_, nfc

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def parse_toml(text: str, place: str, key: str = "") -> tuple[dict[str, Any] | None, list[DataFinding]]:
    """Parse a TOML text; fractions become exact decimals. A broken text gives None and one finding."""
    try:
        return tomllib.loads(nfc(text), parse_float=Decimal), []
    except tomllib.TOMLDecodeError as problem:
        found = re.search(r"line (\d+), column (\d+)", str(problem))
        lines = text.splitlines()
        number = int(found[1]) if found else max(len(lines), 1)
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        return None, [
            setting_finding(
                "broken_toml",
                place,
                key,
                line[:80],
                N_("{file} cannot be read at line {line}."),
                N_('Mend that line. Texts and months stand in quotes: first_month = "2021-01".'),
                line=number,
            )
        ]


def value_text(value: Any) -> str:
    """Return a value as TOML text on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Decimal | float):
        text = f"{value}" if isinstance(value, Decimal) else repr(value)
        return text if any(mark in text for mark in ".eEn") else f"{text}.0"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + pairs_text(value) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    return str(value)


def key_text(key: str) -> str:
    """Return a key, in quotes where TOML needs them."""
    return key if _BARE.fullmatch(key) else value_text(key)


def pairs_text(values: Mapping[str, Any]) -> str:
    """Return a mapping as the inside of a TOML inline table: ``a = 1, b = "x"``."""
    return ", ".join(f"{key_text(key)} = {value_text(value)}" for key, value in values.items())


def parse_pairs(text: str, place: str, key: str) -> tuple[dict[str, Any], list[DataFinding]]:
    """Parse the inside of a TOML inline table."""
    values, findings = parse_toml(f"pairs = {{{text}}}", place, key)
    return (values["pairs"] if values else {}), findings


def parse_value(text: str, place: str, key: str) -> tuple[Any, list[DataFinding]]:
    """Parse one TOML value."""
    values, findings = parse_toml(f"value = {text}", place, key)
    return (values["value"] if values else None), findings


def _is_table_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(v, Mapping) for v in value)


def write_toml(values: Mapping[str, Any], path: str = "") -> str:
    """Return a mapping as TOML text: plain keys first, then tables and arrays of tables."""
    lines: list[str] = []
    tables: list[str] = []
    for key, value in values.items():
        name = f"{path}.{key_text(key)}" if path else key_text(key)
        if isinstance(value, Mapping):
            tables.append(f"\n[{name}]\n{write_toml(value, name)}")
        elif _is_table_list(value):
            tables += [f"\n[[{name}]]\n{write_toml(item, name)}" for item in value]
        else:
            lines.append(f"{key_text(key)} = {value_text(value)}\n")
    return "".join(lines) + "".join(tables)
