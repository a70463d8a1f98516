"""From a TOML document to the tables of a planning model: every refusal becomes one finding, all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, get_args, get_origin

import annotated_types as at
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.policy.origin import Frozen, key
from vitri.policy.rows import ROWS
from vitri.policy.sections import POLICY_TABLES, SINGLE
from vitri.policy.values import Code, Text

SCHEMA = 1
#: Where `parse` keeps the codes of rows it refused.
REFUSED = "refused_codes"


class Head(Frozen):
    """The keys above the first table of a model."""

    schema_: int = key(N_("Version of the format"), alias="schema")
    name: Code = key(N_("Name of the model"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    name_en: Text = key(N_("English name"), "")
    extends: Text = key(N_("The model it starts from"), "")


class PolicyHead(Frozen):
    """The keys above the first table of a workload policy."""

    schema_: int = key(N_("Version of the format"), alias="schema")
    name: Code = key(N_("Name of the policy"))
    name_vi: Text = key(N_("Vietnamese name"), "")
    name_en: Text = key(N_("English name"), "")


def shown(value: Any) -> str:
    """Write a value as a planner would write it in the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dt.date, Decimal, int, float, str)):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {shown(item)}" for name, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    return str(value)


def nearest(word: str, valid: Sequence[str]) -> str:
    """Return the valid name most like the one written, or an empty text."""
    if not valid:
        return ""
    lower = {name.lower(): name for name in reversed(valid)}
    found = get_close_matches(word.lower(), list(lower), n=1, cutoff=0.5)
    return lower[found[0]] if found else ""


def unknown(file: str, path: str, name: str, valid: Sequence[str], row_key: str = "") -> Finding:
    """Report a key that does not exist, with the nearest one and all valid ones."""
    near = nearest(name, valid)
    message = (
        N_('There is no key "{name}" here. Did you mean "{nearest}"?')
        if near
        else N_('There is no key "{name}" here.')
    )
    return Finding(
        code="unknown_key",
        table=file,
        row_key=row_key,
        column=path,
        value=name,
        allowed=N_("one of {choices}"),
        message=message,
        advice=N_("Mend the spelling or delete the key."),
        fields={"name": name, "nearest": near, "choices": ", ".join(valid)},
    )


def unknown_reference(file: str, path: str, name: str, valid: Sequence[str], row_key: str = "") -> Finding:
    """Report a code that the model does not define, with the nearest one and all defined ones."""
    near = nearest(name, valid)
    message = (
        N_('"{name}" is not defined in this model. Did you mean "{nearest}"?')
        if near
        else N_('"{name}" is not defined in this model.')
    )
    return Finding(
        code="unknown_reference",
        table=file,
        row_key=row_key,
        column=path,
        value=name,
        allowed=N_("one of {choices}"),
        message=message,
        advice=N_("Define it in this file, or use one that is defined."),
        fields={"name": name, "nearest": near, "choices": ", ".join(valid) or "–"},
    )


def _bounds(annotation: Any, metadata: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Collect the lower and upper limits declared anywhere in a field's type."""
    low: list[Any] = []
    high: list[Any] = []
    for item in metadata:
        if isinstance(item, FieldInfo):
            more_low, more_high = _bounds(None, item.metadata)
            low, high = low + more_low, high + more_high
        low += [item.ge] if isinstance(item, at.Ge) else [item.gt] if isinstance(item, at.Gt) else []
        high += [item.le] if isinstance(item, at.Le) else [item.lt] if isinstance(item, at.Lt) else []
    for part in get_args(annotation):
        if getattr(part, "__metadata__", None) or get_args(part):
            more_low, more_high = _bounds(part, getattr(part, "__metadata__", ()))
            low, high = low + more_low, high + more_high
    return low, high


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Find the record classes inside a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _classes(part)


def _walk(cls: type[BaseModel], loc: Sequence[int | str]) -> tuple[type[BaseModel], FieldInfo | None, str]:
    """Follow an error's place: the innermost record class, the last field, the key path as text."""
    path = ""
    field: FieldInfo | None = None
    names = {(info.alias or name): info for name, info in cls.model_fields.items()}
    for part in loc:
        if isinstance(part, int):
            path += f".{part}" if field and get_origin(field.annotation) is dict else f"[{part + 1}]"
        elif part in names:
            path += f".{part}"
            field = names[part]
            inner = next(_classes(field.annotation), None)
            if inner is not None:
                cls = inner
                names = {(info.alias or name): info for name, info in cls.model_fields.items()}
        elif part not in ("[key]", "selector", "quota"):
            path += f".{part}"
    return cls, field, path.lstrip(".")


_KINDS = {
    "number": N_("a number"),
    "whole number": N_("a whole number"),
    "text": N_("a text in quotes"),
    "flag": N_("true or false"),
    "date": N_("a date such as 2021-06-25"),
    "table": N_("a table of keys"),
}
_ARTICLES = {
    "decimal_max_places": N_("a number with at most 2 decimals"),
    "too_short": N_("at least {least} values"),
    "too_long": N_("at most {most} values"),
    "model_type": N_("a table of keys"),
    "model_attributes_type": N_("a table of keys"),
    "dict_type": N_("a table of keys"),
    "tuple_type": N_("a list in square brackets"),
    "list_type": N_("a list in square brackets"),
    "int_parsing": N_("a whole number"),
    "int_type": N_("a whole number"),
}
_PATTERNS = {
    r"^([A-Z]{2})?$": N_('a country such as "VN", or "" for no holidays'),
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": N_("a time such as 07:30"),
}


def _allowed(error: Mapping[str, Any], field: FieldInfo | None) -> tuple[str, dict[str, object]]:
    """Say in words what the field allows: a message id and its fields."""
    kind = error["type"]
    context = error.get("ctx") or {}
    if kind == "value_error":
        word = str(context.get("error", ""))
        low, high = _bounds(field.annotation, field.metadata) if field else ([], [])
        if word not in ("number", "whole number") or not low or not high:
            return _KINDS[word], {}
    if kind == "literal_error":
        return N_("one of {choices}"), {
            "choices": str(context["expected"]).replace("'", "").replace(" or ", ", ")
        }
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], N_("A-Z a-z 0-9 . _ -, at most 40")), {}
    if kind in _ARTICLES:
        return _ARTICLES[kind], {"least": context.get("min_length"), "most": context.get("max_length")}
    low, high = _bounds(field.annotation, field.metadata) if field else ([], [])
    if low and high:
        return N_("a number from {low} to {high}"), {"low": max(low), "high": min(high)}
    if low:
        return N_("a number from {low}"), {"low": max(low)}
    return N_("another value"), {}


def _finding(error: Mapping[str, Any], cls: type[BaseModel], file: str, prefix: str, row_key: str) -> Finding:
    """Turn one error of pydantic into a finding in the planner's words."""
    loc = error["loc"]
    owner, field, path = _walk(cls, loc)
    path = f"{prefix}.{path}" if prefix and path else prefix or path
    names = [info.alias or name for name, info in owner.model_fields.items()]
    if error["type"] == "extra_forbidden":
        return unknown(file, path, str(loc[-1]), names, row_key)
    if error["type"] == "missing":
        return Finding(
            code="missing_key",
            table=file,
            row_key=row_key,
            column=path,
            message=N_('The key "{name}" is missing.'),
            advice=N_("Write it on a line of its own."),
            fields={"name": str(loc[-1])},
        )
    allowed, fields = _allowed(error, field)
    value = shown(error["input"])
    near = (
        nearest(value, [part.strip() for part in str(fields["choices"]).split(",")])
        if "choices" in fields
        else ""
    )
    return Finding(
        code="bad_value",
        table=file,
        row_key=row_key,
        column=path,
        value=value,
        allowed=allowed,
        message=N_('{path} is "{value}".'),
        advice=N_('Did you mean "{nearest}"?') if near else N_("Write a value that is allowed."),
        fields={"path": path, "value": value, "nearest": near, **fields},
    )


def _validate(
    cls: type[BaseModel], raw: Any, file: str, prefix: str, row_key: str, found: list[Finding]
) -> Any:
    """Read one record; on errors add findings and return None."""
    try:
        return cls.model_validate(raw)
    except ValidationError as error:
        found += [_finding(item, cls, file, prefix, row_key) for item in error.errors()]
        return None


def _row_key(raw: Any, index: int) -> str:
    """Name a row of a [[table]]: its code, name or order, else its number."""
    if isinstance(raw, Mapping):
        for name in ("code", "name", "order"):
            if isinstance(raw.get(name), (str, int)):
                return str(raw[name])
    return str(index + 1)


def _table(name: str, raw: Any, file: str, found: list[Finding]) -> Any:
    """Read one table, or the rows of one [[table]], each row by itself."""
    if name in SINGLE:
        record = _validate(SINGLE[name], raw, file, name, "", found)
        if record is not None:
            found += _basis(record, file, name, "")
        return record
    if not isinstance(raw, (list, tuple)):
        found.append(
            Finding(
                code="bad_value",
                table=file,
                column=name,
                value=shown(raw),
                allowed=N_("rows, each under [[{name}]]"),
                message=N_('{path} is "{value}".'),
                advice=N_("Write a value that is allowed."),
                fields={"name": name, "path": name, "value": shown(raw)},
            )
        )
        return None
    rows = []
    for index, item in enumerate(raw):
        prefix = f"{name}[{index + 1}]"
        row = _validate(ROWS[name], item, file, prefix, _row_key(item, index), found)
        if row is not None:
            found += _basis(row, file, prefix, _row_key(item, index))
            rows.append(row)
    return tuple(rows)


def refused_codes(raw: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return, by table, the codes of rows that could not be read: what names them is not at fault."""
    result: dict[str, list[str]] = {}
    for name in ("rank", "competency", "duty", "profile"):
        rows = raw.get(name)
        written = (
            [row.get("code") for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        )
        read = {row.code for row in tables.get(name) or ()}
        result[name] = [code for code in written if isinstance(code, str) and code not in read]
    return result


def _basis(record: Any, file: str, prefix: str, row_key: str) -> list[Finding]:
    """Check that a table's `basis` speaks of keys the table has."""
    names = [name for name in type(record).model_fields if name != "basis"]
    return [
        unknown(file, f"{prefix}.basis[{index + 1}].keys", word, names, row_key)
        for index, basis in enumerate(record.basis)
        for word in basis.keys
        if word not in names
    ]


def parse(raw: Mapping[str, Any], file: str, *, policy: bool = False) -> tuple[dict[str, Any], list[Finding]]:
    """Read a model's document (or a policy's) table by table.

    Returns the keys of the head and every table that could be read, and the findings of all others.
    """
    head = PolicyHead if policy else Head
    valid = list(POLICY_TABLES) if policy else [*SINGLE, *ROWS]
    head_keys = [info.alias or name for name, info in head.model_fields.items()]
    found: list[Finding] = []
    record = _validate(head, {name: raw[name] for name in head_keys if name in raw}, file, "", "", found)
    tables: dict[str, Any] = (
        {} if record is None else {name: getattr(record, name) for name in head.model_fields}
    )
    if record is not None and record.schema_ != SCHEMA:
        found.append(
            Finding(
                code="bad_schema",
                table=file,
                column="schema",
                value=str(record.schema_),
                allowed="1",
                message=N_("This file has format {value}; this version of vitri reads format 1."),
                advice=N_("Write schema = 1, or use a newer vitri."),
                fields={"value": record.schema_},
            )
        )
    for name, value in raw.items():
        if name in head_keys:
            continue
        if name not in valid:
            found.append(unknown(file, name, name, [*head_keys, *valid]))
            continue
        table = _table(name, value, file, found)
        if table is not None:
            tables[name] = table
    tables[REFUSED] = refused_codes(raw, tables)
    return tables, found
