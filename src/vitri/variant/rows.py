"""Changes that can say anything: set a value, add rows, take rows out."""

from __future__ import annotations

from typing import Any

from vitri.data.fields import column_text
from vitri.i18n import N_
from vitri.variant.draft import Draft, unknown_column
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.words import nearest


def _table(draft: Draft, change: Change) -> str | None:
    """Return the table a change names, or record that there is none of that name."""
    from vitri.data.tables import TABLES

    name: str = change.keys["table"]
    if name in TABLES:
        return name
    draft.findings.append(
        change.finding(
            "unknown_table",
            "table",
            N_('There is no table "{name}".'),
            N_("Did you mean: {near}?"),
            value=name,
            fields={"name": name, "near": nearest(name, TABLES)},
        )
    )
    return None


def set_value(draft: Draft, change: Change) -> Outcome | None:
    """Write one value into one column of the rows named; a blank text empties the cells."""
    from vitri.data.tables import TABLES

    name = _table(draft, change)
    if name is None:
        return None
    field = TABLES[name].by_name.get(change.keys["column"])
    if field is None:
        draft.findings.append(unknown_column(change, "column", change.keys["column"], TABLES[name].columns))
        return None
    count = len(draft.findings)
    value = draft.stored(field, change.keys["value"], change, "value")
    if len(draft.findings) > count:
        return None
    labels = draft.rows(name, change)
    old = column_text(draft.table(name).loc[labels, field.name], field.type)
    labels = [label for label, text in zip(labels, old, strict=True) if text != change.keys["value"]]
    if not labels:
        draft.nothing(change)
        return None
    before = column_text(draft.table(name).loc[labels, field.name], field.type)
    if not draft.put(name, labels, field.name, [value] * len(labels), change):
        return None
    some = sorted(set(before))
    shown = ", ".join(text or "–" for text in some[:5]) + (" ..." if len(some) > 5 else "")
    return Outcome(
        rows=len(labels), before=shown, after=str(change.keys["value"]) or "–", measure=f"{name}.{field.name}"
    )


def add_rows(draft: Draft, change: Change) -> Outcome | None:
    """Add rows to a table, from a CSV beside the variant or written out in it."""
    from vitri.data.tables import TABLES

    name = _table(draft, change)
    if name is None:
        return None
    if ("file" in change.keys) == ("rows" in change.keys):
        draft.findings.append(
            change.finding(
                "missing_value",
                "file",
                N_("Give either file or rows."),
                N_("file is a CSV in the folder variants/, rows a list of tables."),
            )
        )
        return None
    raw: list[dict[str, str]] = change.keys.get("file") or change.keys["rows"]
    spec = TABLES[name]
    count = len(draft.findings)
    for column in sorted({column for row in raw for column in row} - set(spec.columns)):
        if not column.startswith("x_"):
            draft.findings.append(unknown_column(change, f"rows.{column}", column, spec.columns))
    new: list[dict[str, Any]] = []
    for number, row in enumerate(raw, start=1):
        typed = {
            column: draft.stored(spec.by_name[column], text, change, f"row {number}.{column}")
            for column, text in row.items()
            if column in spec.by_name and text != ""
        }
        typed |= {column: text for column, text in row.items() if column.startswith("x_") and text != ""}
        for key in spec.fields:
            if key.required and key.name not in typed:
                draft.findings.append(
                    change.finding(
                        "missing_value",
                        f"row {number}.{key.name}",
                        N_('The row needs "{key}".'),
                        fields={"key": key.name},
                    )
                )
        new.append(typed)
    _duplicates(draft, change, name, new)
    if len(draft.findings) > count:
        return None
    before = len(draft.table(name))
    draft.append(name, new, change)
    return Outcome(rows=len(new), before=before, after=before + len(new), measure="rows")


def _duplicates(draft: Draft, change: Change, name: str, new: list[dict[str, Any]]) -> None:
    """Record rows whose key is already there."""
    from vitri.data.tables import TABLES

    keys = TABLES[name].keys
    if not keys:
        return
    table = draft.table(name)
    texts = [column_text(table[key], TABLES[name].by_name[key].type) for key in keys]
    seen = set(zip(*texts, strict=True)) if len(table) else set()
    for row in new:
        mark = tuple(str(row.get(key, "")) for key in keys)
        if any(mark) and mark in seen:
            draft.findings.append(
                change.finding(
                    "duplicate_key",
                    "rows",
                    N_("There is already a row {key} in {table}."),
                    N_("Use set_value to change it."),
                    value=", ".join(mark),
                    fields={"key": ", ".join(mark), "table": name},
                )
            )
        seen.add(mark)


def remove_rows(draft: Draft, change: Change) -> Outcome | None:
    """Take the rows named out of a table."""
    name = _table(draft, change)
    if name is None:
        return None
    if not change.where:
        draft.findings.append(
            change.finding(
                "missing_value",
                "where",
                N_("`where` must name the rows to remove."),
                N_("Name a column, or use `*` for every row."),
            )
        )
        return None
    labels = draft.rows(name, change)
    if not labels:
        draft.nothing(change)
        return None
    before = len(draft.table(name))
    draft.drop(name, labels)
    return Outcome(rows=len(labels), before=before, after=before - len(labels), measure="rows")


_TABLE = Key("table", "text", required=True)

KINDS = (
    Kind(
        do="set_value",
        table=None,
        apply=set_value,
        keys=(_TABLE, Key("column", "text", required=True), Key("value", "value", required=True)),
        sentence=N_("{table}, {column}: {before} becomes {after} on {rows} rows ({where})."),
    ),
    Kind(
        do="add_rows",
        table=None,
        apply=add_rows,
        keys=(_TABLE, Key("file", "rows"), Key("rows", "rows")),
        sentence=N_("{rows} rows are added to {table}."),
        where_columns=(),
    ),
    Kind(
        do="remove_rows",
        table=None,
        apply=remove_rows,
        keys=(_TABLE,),
        sentence=N_("{rows} rows are removed from {table} ({where})."),
    ),
)
