"""From a variant file to a `Variant`: every misspelling found at once, values typed exactly."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, cast

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_, nfc
from vitri.variant.model import DIRECTIONS, MEASURES, Change, Direction, Expected, Key, Kind, Variant
from vitri.variant.words import nearest

_KEYS = ("name", "why", "question", "expected", "based_on", "today", "change")
_COMMON = ("do", "where", "replace", "why")
Rows = tuple[tuple[str, ...], ...]
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def read_variant(path: Path | str) -> Variant:
    """Read one variant file; a CSV that it adds is looked for beside it.

    Raises DataError with every finding.
    """
    path = Path(path)
    place = f"variants/{path.name}"
    if not path.is_file():
        raise DataError(
            Finding(
                code="variant_unknown",
                table=place,
                message=N_("There is no such file."),
                advice=N_("Variants stand in the folder variants/ of a scenario."),
            )
        )
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(
            Finding(
                code="broken_toml",
                table=place,
                value=str(error),
                message=N_("The file is not valid TOML: {error}."),
                advice=N_("Look at the line named; texts stand in quotes, lists in [ ]."),
                fields={"error": str(error)},
            )
        ) from error
    files: dict[str, Rows] = {}
    for file in sorted(path.parent.glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            files[file.name] = tuple(tuple(row) for row in csv.reader(stream) if row)
    return parse(raw, path.stem, files)


def find(instance: Instance, name: str) -> Variant:
    """Return a variant that an instance brought along, by its file's name or its own.

    Raises DataError when there is none of that name, or with every finding about it.
    """
    variants = instance.variants
    key = name if name in variants else next((k for k, v in variants.items() if v.get("name") == name), None)
    if key is None:
        raise DataError(
            Finding(
                code="variant_unknown",
                table="variants",
                value=name,
                message=N_('The scenario has no variant "{name}".'),
                advice=N_("It has: {known}."),
                fields={"name": name, "known": ", ".join(sorted(variants)) or "–"},
            )
        )
    return parse(variants[key], key, instance.variant_files)


def parse(raw: Mapping[str, Any], name: str, files: Mapping[str, Rows] | None = None) -> Variant:
    """Turn the content of a variant file into a `Variant`; raises DataError with every finding at once.

    `name` is the file's name without ending, `files` the CSV files it may add, as rows with the header first.
    """
    from vitri.variant.registry import CHANGES

    found: list[Finding] = []
    top = Change(do="", where={}, keys={}, variant=name, order=0)

    def bad(code: str, column: str, message: str, advice: str = "", **more: Any) -> None:
        row = top.finding(code, column, message, advice, **more)
        found.append(Finding(**{**vars(row), "row_key": ""}))

    for key in raw:
        if key not in _KEYS:
            bad(
                "unknown_key",
                key,
                N_('Unknown key "{key}".'),
                N_("Did you mean: {near}?"),
                value=key,
                fields={"key": key, "near": nearest(key, _KEYS)},
            )
    for key in ("name", "why"):
        if not isinstance(raw.get(key), str) or not str(raw[key]).strip():
            bad(
                "missing_value",
                key,
                N_('The variant needs "{key}".'),
                N_("Write a short text."),
                fields={"key": key},
            )
    expected: list[Expected] = []
    for index, row in enumerate(_tables(raw.get("expected", [])), start=1):
        measure, direction = row.get("measure"), row.get("direction")
        if measure not in MEASURES or direction not in DIRECTIONS or set(row) - {"measure", "direction"}:
            bad(
                "variant_bad_value",
                f"expected {index}",
                N_("An expectation has a measure and a direction."),
                N_("Measures: {measures}. Directions: {directions}."),
                value=str(dict(row)),
                fields={"measures": ", ".join(MEASURES), "directions": ", ".join(DIRECTIONS)},
            )
        else:
            expected.append(Expected(str(measure), cast(Direction, direction)))
    rows = _tables(raw.get("change", []))
    if not rows:
        bad("missing_value", "change", N_("The variant has no [[change]]."), N_("Write at least one change."))
    changes: list[Change] = []
    for order, row in enumerate(rows, start=1):
        do = str(row.get("do", ""))
        shell = Change(do=do, where={}, keys={}, variant=name, order=order)
        kind = CHANGES.get(do)
        if kind is None:
            found.append(
                shell.finding(
                    "variant_unknown_do",
                    "do",
                    N_('"{do}" is not a change this version can make.'),
                    N_("Nearest: {near}. Available: {known}."),
                    value=do,
                    fields={"do": do, "near": nearest(do, CHANGES), "known": ", ".join(sorted(CHANGES))},
                )
            )
            continue
        changes.append(_change(row, kind, shell, files or {}, found))
    today = _day(raw.get("today"))
    if "today" in raw and today is None:
        bad(
            "variant_bad_value",
            "today",
            N_("The day on which the changes become known is not a date."),
            N_('Write it as in: today = "2021-06-14".'),
            value=str(raw["today"]),
        )
    if found:
        raise DataError(found)
    return Variant(
        name=nfc(raw["name"]),
        why=nfc(raw["why"]),
        question=nfc(raw["question"]) if raw.get("question") else None,
        expected=tuple(expected),
        based_on=raw.get("based_on"),
        today=today,
        changes=tuple(changes),
    )


def _day(value: object) -> dt.date | None:
    """Return a date of TOML, or one in quotes; None for anything else."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _tables(value: object) -> list[Mapping[str, Any]]:
    """Return a list of tables, [] for anything else."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []


def _change(
    row: Mapping[str, Any], kind: Kind, shell: Change, files: Mapping[str, Rows], found: list[Finding]
) -> Change:
    """Type one change, recording what is wrong with it."""
    known = {key.name: key for key in kind.keys}
    names = (*_COMMON, *known)
    where = row.get("where", {})
    for name in row:
        if name not in names:
            found.append(
                shell.finding(
                    "unknown_key",
                    name,
                    N_('Unknown key "{key}".'),
                    N_("Did you mean: {near}?"),
                    value=name,
                    fields={"key": name, "near": nearest(name, names)},
                )
            )
    if not isinstance(where, Mapping):
        found.append(
            shell.finding(
                "variant_bad_value",
                "where",
                N_("`where` must be a table of columns."),
                N_('For example: where.office = "SM".'),
                value=str(where),
            )
        )
        where = {}
    columns = kind.where_columns
    for name in where:
        if columns is not None and name not in columns:
            found.append(
                shell.finding(
                    "unknown_column",
                    f"where.{name}",
                    N_('There is no column "{name}".'),
                    N_("Did you mean: {near}?"),
                    value=name,
                    fields={"name": name, "near": nearest(name, columns)},
                )
            )
    for name in kind.where_required:
        if name not in where:
            found.append(
                shell.finding(
                    "missing_value", f"where.{name}", N_('`where` needs "{name}".'), fields={"name": name}
                )
            )
    keys: dict[str, Any] = {}
    for key in kind.keys:
        if key.name in row:
            value = _value(key, row[key.name], files)
            if value is None:
                found.append(
                    shell.finding(
                        "variant_bad_value",
                        key.name,
                        N_('"{value}" is not possible here.'),
                        N_("Allowed: {allowed}."),
                        value=str(row[key.name]),
                        allowed="{allowed}",
                        fields={"value": str(row[key.name]), "allowed": key.allowed},
                    )
                )
            else:
                keys[key.name] = value
        elif key.required:
            found.append(
                shell.finding(
                    "missing_value",
                    key.name,
                    N_('The change needs "{key}".'),
                    N_("Allowed: {allowed}."),
                    allowed="{allowed}",
                    fields={"key": key.name, "allowed": key.allowed},
                )
            )
    return Change(
        do=kind.do,
        where={name: _texts(values) for name, values in where.items()},
        keys=keys,
        replace=row.get("replace") is True,
        variant=shell.variant,
        order=shell.order,
    )


def _texts(values: object) -> tuple[str, ...]:
    """Return the values of one `where` column as texts."""
    some = values if isinstance(values, (list, tuple)) else [values]
    return tuple(nfc("yes" if value is True else "no" if value is False else str(value)) for value in some)


def _value(key: Key, raw: Any, files: Mapping[str, Rows]) -> Any:
    """Return one key's value in its own type, None if it is not possible."""
    if key.type == "rows":
        return _rows(raw, files)
    if key.type == "list":
        return _texts(raw) if isinstance(raw, (list, tuple)) and raw else None
    if key.type == "value":
        return "yes" if raw is True else "no" if raw is False else nfc(str(raw))
    if key.type in {"decimal", "int"}:
        if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
            return None
        try:
            value = Decimal(str(raw))
        except InvalidOperation:
            return None
        low = key.minimum is not None and (value < key.minimum or (key.above and value == key.minimum))
        high = key.maximum is not None and value > key.maximum
        whole = value == value.to_integral_value() if value.is_finite() else False
        if low or high or not value.is_finite() or (key.type == "int" and not whole):
            return None
        return int(value) if key.type == "int" else value
    if not isinstance(raw, str) or not raw.strip():
        return None
    if key.type == "choice":
        return raw if raw in key.choices else None
    if key.type == "month":
        return raw if _MONTH.fullmatch(raw) else None
    return nfc(raw)


def _rows(raw: Any, files: Mapping[str, Rows]) -> list[dict[str, str]] | None:
    """Return the rows to add: written out in the file, or those of a CSV beside it."""
    if isinstance(raw, (list, tuple)):
        rows = [dict(row) for row in raw if isinstance(row, Mapping)]
        return [{str(name): _texts(value)[0] for name, value in row.items()} for row in rows] or None
    if not isinstance(raw, str) or not files.get(raw):
        return None
    header, *lines = files[raw]
    return [dict(zip(header, map(nfc, line), strict=False)) for line in lines] or None
