"""Variants and a local model as rows of a sheet, and back: the sheets `Phương án` and `Mô hình`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vitri.data.findings import setting_finding
from vitri.data.fold import clean_text
from vitri.data.toml_text import key_text, pairs_text, parse_pairs, parse_value, value_text
from vitri.errors import Finding
from vitri.i18n import N_

INFO_SHEET = "Thông tin"
VARIANT_SHEET = "Phương án"
MODEL_SHEET = "Mô hình"
FILE_SHEET = "PA"
GUIDE_SHEET = "Hướng dẫn"
LIST_SHEET = "Danh mục"

VARIANT_COLUMNS = ("variant", "order", "do", "where", "set", "why")
MODEL_COLUMNS = ("key", "value", "source", "date")
_STEP = re.compile(r'(?:^|\.)("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)|\[(\d+)\]')


def _own_cell(value: Any) -> bool:
    """Whether a value can stand in a cell as it is and come back unchanged."""
    return isinstance(value, str) and bool(value) and clean_text(value) == value


def variant_rows(variants: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the sheet of variants: one of order 0 for the variant, one for each change."""
    for name, values in variants.items():
        head = dict(values)
        changes = head.get("change")
        listed = isinstance(changes, list) and changes and all(isinstance(c, Mapping) for c in changes)
        if listed:
            del head["change"]
        why = head.pop("why") if _own_cell(head.get("why")) else ""
        yield name, 0, "", "", pairs_text(head), why
        for order, change in enumerate(changes if listed and isinstance(changes, list) else (), start=1):
            rest = dict(change)
            do = rest.pop("do") if _own_cell(rest.get("do")) else ""
            where = rest.get("where")
            touched = isinstance(where, Mapping) and bool(where)
            if touched:
                del rest["where"]
            yield name, order, do, pairs_text(where) if touched and where else "", pairs_text(rest), ""


def variants_from(rows: Iterable[Sequence[str]]) -> tuple[dict[str, dict[str, Any]], list[Finding]]:
    """Build variants from the rows of their sheet (texts: variant, order, do, where, set, why)."""
    variants: dict[str, dict[str, Any]] = {}
    changes: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    findings: list[Finding] = []
    for name, order, do, where, values, why in rows:
        if not name:
            continue
        key = f"{name},{order}"
        set_, found = parse_pairs(values, VARIANT_SHEET, key)
        findings += found
        touched, found = parse_pairs(where, VARIANT_SHEET, key)
        findings += found
        variant = variants.setdefault(name, {})
        if order in {"", "0"} and not do and not where:
            variant.update(set_)
            if why:
                variant["why"] = why
            continue
        change = {**({"do": do} if do else {}), **({"where": touched} if touched else {}), **set_}
        try:
            position = float(order)
        except ValueError:
            message = N_('The order "{value}" is not a number.')
            advice = N_("Number the changes of a variant 1, 2, 3 ...")
            findings.append(setting_finding("bad_setting", VARIANT_SHEET, key, order, message, advice))
            continue
        changes.setdefault(name, []).append((position, change))
    for name, listed in changes.items():
        variants[name]["change"] = [change for _, change in sorted(listed, key=lambda pair: pair[0])]
    return variants, findings


def model_rows(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str, str, dt.date | None]]:
    """Yield the rows of the sheet of a local model: key path, value as TOML, source, date."""
    source, date = values.get("source"), values.get("date")
    beside = {"source"} if _own_cell(source) else set[str]()
    if isinstance(date, dt.date) and not isinstance(date, dt.datetime) and date.year >= 1900:
        beside.add("date")
    leaves = [key for key, value in values.items() if key not in beside and not _is_branch(value)]
    if not leaves:
        beside, leaves = set(), [key for key, value in values.items() if not _is_branch(value)]
    for number, key in enumerate(leaves):
        name = f"{path}.{key_text(key)}" if path else key_text(key)
        first = number == 0
        yield (
            name,
            value_text(values[key]),
            str(source) if first and "source" in beside else "",
            date if first and "date" in beside else None,
        )
    for key, value in values.items():
        name = f"{path}.{key_text(key)}" if path else key_text(key)
        if isinstance(value, Mapping) and value:
            yield from model_rows(value, name)
        elif _is_branch(value):
            for index, item in enumerate(value, start=1):
                yield from model_rows(item, f"{name}[{index}]")


def _is_branch(value: Any) -> bool:
    """Whether a value is a table, or a list of tables, that has rows of its own."""
    if isinstance(value, Mapping):
        return bool(value)
    return (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(v, Mapping) and v for v in value)
    )


def _steps(path: str) -> list[str | int] | None:
    steps: list[str | int] = []
    end = 0
    for found in _STEP.finditer(path):
        if found.start() != end:
            return None
        end = found.end()
        if found[2]:
            steps.append(int(found[2]) - 1)
        elif found[1].startswith('"'):
            key, _ = parse_value(found[1], MODEL_SHEET, path)
            steps.append(str(key))
        else:
            steps.append(found[1])
    return steps if steps and end == len(path) else None


def _place(root: dict[str, Any], steps: Sequence[str | int]) -> dict[str, Any] | None:
    """Return the table at a path, made if it is not there; None where the path cannot be."""
    here: Any = root
    for step, following in zip(steps, [*steps[1:], ""][: len(steps)], strict=True):
        blank: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if not isinstance(here, list) or not 0 <= step < 10_000:
                return None
            here.extend({} for _ in range(step + 1 - len(here)))
            here = here[step]
        else:
            if not isinstance(here, dict):
                return None
            here = here.setdefault(step, blank)
    return here if isinstance(here, dict) else None


def model_from(rows: Iterable[Sequence[str]]) -> tuple[dict[str, Any], list[Finding]]:
    """Build a local model from the rows of its sheet (texts: key path, value, source, date)."""
    model: dict[str, Any] = {}
    findings: list[Finding] = []
    for path, value, source, date in rows:
        if not path:
            continue
        steps = _steps(path)
        last = steps[-1] if steps else None
        table = _place(model, steps[:-1]) if steps and isinstance(last, str) else None
        if table is None or not isinstance(last, str):
            message, advice = (
                N_('"{value}" is not a path of keys.'),
                N_("Write it as table.key or table[1].key."),
            )
            findings.append(setting_finding("bad_setting", MODEL_SHEET, path, path, message, advice))
            continue
        parsed, found = parse_value(value, MODEL_SHEET, path)
        # A word without quotes is taken as text, which is what a planner means by it.
        table[last] = value if found else parsed
        if source:
            table["source"] = source
        if date:
            day, found = parse_value(date, MODEL_SHEET, path)
            table["date"] = date if found else day
    return model, findings
