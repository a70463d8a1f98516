"""The table of sources of a report: each figure in words, its text, date, status and validity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from vitri.i18n import Lang, date_text, number, tr
from vitri.policy.labels import TABLES, code_label
from vitri.policy.origin import Origin, Table
from vitri.policy.rows import ROWS, Selector
from vitri.policy.sections import SINGLE, Session

if TYPE_CHECKING:
    from vitri.policy.planning_model import PlanningModel

_ORIGIN = frozenset(Origin.model_fields)
_NAMES = frozenset({"code", "name", "name_vi", "name_en"})
#: Tables whose rows of one origin stand together in one row of the report.
_TOGETHER = frozenset({"rank", "competency", "duty", "compatible", "level", "profile"})


class SourceRow(TypedDict):
    """One row of the table of sources; texts in one language, dates as dates."""

    path: str
    what: str
    value: str
    source: str
    date: dt.date | None
    status: str
    status_code: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    note: str
    in_force: bool
    reason: str


def _plain(value: Decimal | int, lang: Lang) -> str:
    """Write a number without superfluous zeros."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    decimals = len(text.split(".")[1].rstrip("0")) if "." in text else 0
    return number(Decimal(value), lang, decimals)


def _words(name: str, value: Any, lang: Lang) -> str:
    """Write one value in words; shares with a percent sign."""
    if isinstance(value, bool):
        return tr("yes", lang) if value else tr("no", lang)
    if isinstance(value, (int, Decimal)):
        text = _plain(value, lang)
        return f"{text} %" if name.endswith("_pct") or name == "shares" else text
    if isinstance(value, dt.date):
        return date_text(value, lang)
    if isinstance(value, Session):
        return f"{value.start}-{value.end}"
    if isinstance(value, Selector):
        return " ".join(code_label(part, lang) for part in (value.leader_role, value.rank) if part)
    if isinstance(value, dict):
        return "; ".join(f"{part}: {_words(name, item, lang)}" for part, item in value.items())
    if isinstance(value, tuple):
        return ", ".join(_words(name, item, lang) for item in value)
    return code_label(str(value), lang)


def _name(row: Any, lang: Lang) -> str:
    """Return what a row is called in one language: its code and name."""
    local = getattr(row, f"name_{lang}", "") or getattr(row, "name", "")
    return " ".join(part for part in (getattr(row, "code", ""), local) if part)


def _keys(record: Table) -> dict[str, Any]:
    """Return the keys of a record that say something: those with a title and a value."""
    titled = [name for name, field in type(record).model_fields.items() if field.description]
    values = {name: getattr(record, name) for name in titled}
    return {name: value for name, value in values.items() if value not in (None, (), "")}


def _split(record: Table) -> list[tuple[Origin, list[str]]]:
    """Divide the keys of a record by origin: the table's own, then each basis."""
    keys = list(_keys(record))
    elsewhere = {name for basis in record.basis for name in basis.keys}
    groups: list[tuple[Origin, list[str]]] = [(record, [name for name in keys if name not in elsewhere])]
    groups += [(basis, [name for name in keys if name in basis.keys]) for basis in record.basis]
    return [(origin, names) for origin, names in groups if names]


def _sentence(model: PlanningModel, table: str, record: Table, names: Iterable[str], lang: Lang) -> str:
    """Write some keys of a record in words."""
    fields = type(record).model_fields
    if table == "compatible":
        return f"{record.a}-{record.b} {record.distance}"  # type: ignore[attr-defined]
    if table == "forbidden_pair":
        called = {duty.code: _name(duty, lang).removeprefix(f"{duty.code} ") for duty in model.duty}
        return " - ".join(called.get(code, code) for code in (record.a, record.b))  # type: ignore[attr-defined]
    values = _keys(record)
    said = [
        f"{tr(str(fields[name].description), lang)}: {_words(name, values[name], lang)}"
        for name in names
        if name not in _NAMES
    ]
    called_so = _name(record, lang)
    return ": ".join(part for part in (called_so, "; ".join(said)) if part)


def _row(path: str, table: str, origin: Origin, value: str, lang: Lang) -> SourceRow:
    return SourceRow(
        path=path,
        what=tr(TABLES[table], lang),
        value=value,
        source=origin.source,
        date=origin.date,
        status=code_label(origin.status, lang),
        status_code=origin.status,
        valid_from=origin.valid_from,
        valid_to=origin.valid_to,
        note=origin.note,
        in_force=True,
        reason="",
    )


def _single(model: PlanningModel, table: str, record: Table, lang: Lang) -> list[SourceRow]:
    return [
        _row(table, table, origin, _sentence(model, table, record, names, lang), lang)
        for origin, names in _split(record)
    ]


def _rows(model: PlanningModel, table: str, records: tuple[Table, ...], lang: Lang) -> list[SourceRow]:
    """Return the rows of one [[table]]; rows of one origin stand together where the table is a vocabulary."""
    result: dict[tuple[Any, ...], SourceRow] = {}
    for index, record in enumerate(records):
        for origin, names in _split(record):
            value = _sentence(model, table, record, names, lang)
            key = tuple(getattr(origin, name) for name in sorted(_ORIGIN))
            key = (*key, tuple(names)) if table in _TOGETHER else (index, *key)
            if key in result:
                result[key]["value"] += f"; {value}"
            else:
                path = table if table in _TOGETHER else f"{table}[{index + 1}]"
                result[key] = _row(path, table, origin, value, lang)
    return list(result.values())


def source_rows(model: PlanningModel, lang: Lang) -> list[SourceRow]:
    """Return the table of sources: every figure in force, then what is switched off and why.

    A table of the file appears once for each origin of its keys, so that law and assumption stay apart.
    """
    rows: list[SourceRow] = []
    for table in TABLES:
        value = getattr(model, table)
        if table in SINGLE and value is not None:
            rows += _single(model, table, value, lang)
        elif table in ROWS:
            rows += _rows(model, table, value, lang)
    for off in model.switched_off:
        if off.kept:
            continue
        table = off.path.split("[")[0]
        origin = Origin(
            source=off.source,
            date=off.date,
            status=off.status,
            valid_from=off.valid_from,
            valid_to=off.valid_to,
        )
        row = _row(off.path, table, origin, off.what, lang)
        row["reason"], row["in_force"] = off.say(lang), False
        rows.append(row)
    return rows
