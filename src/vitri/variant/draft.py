"""`Draft`: the working copy of an instance while the changes of a variant are applied."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import pandas as pd

from vitri.data.fields import Field, column_text, places, split_list
from vitri.data.instance import Instance
from vitri.errors import Finding
from vitri.i18n import N_, nfc
from vitri.variant.model import Change
from vitri.variant.words import nearest

SCENARIO = "scenario"  # stands for scenario.toml where a table is named


class Draft:
    """Tables and settings that may be changed, with the list of cells the current file has touched.

    Row labels of a table stay unique, so that a cell is named by (table, label, column).
    """

    def __init__(self, instance: Instance) -> None:
        self.base = instance
        self.settings: dict[str, Any] = {}
        self.findings: list[Finding] = []
        self._tables: dict[str, pd.DataFrame] = {}
        self._touched: dict[tuple[str, object, str], int] = {}

    def begin_file(self) -> None:
        """Forget which cells were touched: overwriting a cell of another file is what `based_on` is for."""
        self._touched.clear()

    def setting(self, name: str) -> Any:
        """Return a setting of the scenario as it is now."""
        return self.settings.get(name, getattr(self.base.info, name))

    def table(self, name: str) -> pd.DataFrame:
        """Return the working copy of a table; do not assign to it but through `put`, `append` and `drop`."""
        if name not in self._tables:
            self._tables[name] = self.base.table(name).reset_index(drop=True)
        return self._tables[name]

    def has(self, name: str) -> bool:
        """Whether a table has rows now."""
        return len(self.table(name)) > 0

    def codes(self, name: str) -> set[str]:
        """Return the codes of a table."""
        return set(self.table(name)["code"].dropna())

    def result(self) -> Instance:
        """Return the changed instance (not checked again)."""
        tables = {name: frame.reset_index(drop=True) for name, frame in self._tables.items()}
        base = self.base.tables
        changed = {
            n: frame for n, frame in tables.items() if not frame.equals(base[n].reset_index(drop=True))
        }
        instance = self.base.with_tables(**changed) if changed else self.base
        return instance.with_info(**self.settings) if self.settings else instance

    def _claim(self, table: str, labels: Sequence[Any], column: str, change: Change) -> bool:
        """Mark cells as touched; record a finding and refuse when an earlier change touched one of them."""
        earlier = [self._touched[key] for label in labels if (key := (table, label, column)) in self._touched]
        if earlier and not change.replace and min(earlier) != change.order:
            self.findings.append(
                change.finding(
                    "variant_overwrites",
                    f"{table}.{column}",
                    N_("Change {earlier} of this file has already set these cells ({count})."),
                    N_("Join the two changes, or write replace = true."),
                    value=change.do,
                    fields={"earlier": min(earlier), "count": len(earlier)},
                )
            )
            return False
        self._touched.update({(table, label, column): change.order for label in labels})
        return True

    def put(self, table: str, labels: Sequence[Any], column: str, values: Any, change: Change) -> bool:
        """Write stored values into one column of some rows; False (and a finding) if the cells are taken."""
        frame = self.table(table)
        if not self._claim(table, labels, column, change):
            return False
        cells: Any = values
        if isinstance(values, list):
            cells = pd.Series(values, index=list(labels), dtype=str(frame[column].dtype))
        frame.loc[pd.Index(labels), column] = cells
        return True

    def put_setting(self, name: str, value: Any, change: Change) -> bool:
        """Replace one setting of the scenario; False (and a finding) if this file has already set it."""
        if not self._claim(SCENARIO, [SCENARIO], name, change):
            return False
        self.settings[name] = value
        return True

    def append(self, table: str, rows: list[dict[str, Any]], change: Change | None) -> list[int]:
        """Add rows of stored values (absent columns are blank) and return their labels.

        Without a change the cells do not count as touched.
        """
        frame = self.table(table)
        extra = sorted({column for row in rows for column in row} - set(frame.columns))
        for column in extra:  # an x_ column that the table did not have yet
            frame[column] = pd.Series([None] * len(frame), index=frame.index, dtype="str")
        start = 0 if frame.empty else int(max(frame.index)) + 1
        labels = pd.RangeIndex(start, start + len(rows))
        more = pd.DataFrame(
            {
                column: pd.Series(
                    [row.get(column) for row in rows], index=labels, dtype=str(frame[column].dtype)
                )
                for column in frame.columns
            }
        )
        self._tables[table] = pd.concat([frame, more]) if len(frame) else more
        if change is not None:
            for column in frame.columns:
                self._claim(table, list(labels), column, change)
        return list(labels)

    def replace(self, table: str, frame: pd.DataFrame) -> None:
        """Put a rewritten table in place; row labels must stay unique, cells do not count as touched."""
        self._tables[table] = frame

    def extend(self, table: str, frame: pd.DataFrame) -> None:
        """Add rows of stored values with fresh labels; cells do not count as touched."""
        if frame.empty:
            return
        now = self.table(table)
        start = 0 if now.empty else int(max(now.index)) + 1
        more = frame.reindex(columns=now.columns).set_axis(range(start, start + len(frame)))
        more = more.astype({column: str(now[column].dtype) for column in now.columns})
        self._tables[table] = pd.concat([now, more]) if len(now) else more

    def drop(self, table: str, labels: Sequence[int]) -> None:
        """Take rows out."""
        self._tables[table] = self.table(table).drop(index=list(labels))

    def rows(self, table: str, change: Change, where: dict[str, tuple[str, ...]] | None = None) -> list[int]:
        """Return the labels of the rows that the `where` of a change names; findings for what it misspells.

        A value ``*`` matches every row, ``""`` a blank cell. A registration's task group is its item's where
        its own is blank.
        """
        from vitri.data.tables import TABLES

        frame = self.table(table)
        spec = TABLES[table]
        keep = pd.Series(True, index=frame.index)
        for name, values in (change.where if where is None else where).items():
            field = spec.by_name.get(name)
            if field is None or not self._known(field, values, change):
                if field is None:
                    self.findings.append(unknown_column(change, f"where.{name}", name, spec.columns))
                keep[:] = False
                continue
            if "*" in values:
                continue
            texts = pd.Series(self._texts(table, field), index=frame.index)
            if field.type == "list":
                keep &= texts.map(lambda text, some=values: bool(set(split_list(text)) & set(some)))
            else:
                keep &= texts.isin(values)
        return list(frame.index[keep])

    def _texts(self, table: str, field: Field) -> list[str]:
        """Return one column as texts, with a registration's task group looked up."""
        texts = column_text(self.table(table)[field.name], field.type)
        if table == "registrations" and field.name == "task_group":
            items = self.table("work_items")
            groups = dict(zip(items["code"], items["task_group"], strict=True))
            own = column_text(self.table(table)["work_item"], "code")
            return [text or groups.get(item, "") for text, item in zip(texts, own, strict=True)]
        return texts

    def _known(self, field: Field, values: tuple[str, ...], change: Change) -> bool:
        """Check the codes of a `where` against the tables its column refers to."""
        tables = [table for table in field.refers_to if not table.startswith("model.")]
        if len(tables) != len(field.refers_to) or not tables:
            return True
        known = set().union(*(self.codes(table) for table in tables)) | set(field.wildcards) | {"*", ""}
        unknown = [value for value in values if value not in known]
        for value in unknown:
            self.findings.append(
                change.finding(
                    "unknown_code",
                    f"where.{field.name}",
                    N_('There is no "{value}" in {tables}.'),
                    N_("Did you mean: {near}?"),
                    value=value,
                    fields={
                        "value": value,
                        "tables": ", ".join(tables),
                        "near": nearest(value, known - {"*", ""}),
                    },
                )
            )
        return not unknown

    def nothing(self, change: Change, column: str = "where") -> None:
        """Record that a change touches no row."""
        place = (f"variants/{change.variant}.toml", f"change {change.order}")
        if any((finding.table, finding.row_key) == place for finding in self.findings):
            return
        self.findings.append(
            change.finding(
                "variant_no_row",
                column,
                N_("The change touches no row."),
                N_("Look at the codes in `where`; a change that does nothing is an error."),
                value="; ".join(f"{name} = {', '.join(values)}" for name, values in change.where.items()),
            )
        )

    def stored(self, field: Field, raw: object, change: Change, column: str) -> Any:
        """Return a raw value in the stored form of a field, or record a finding and return None.

        A blank text gives the missing value of the type.
        """
        text = nfc(str(raw).strip()) if not isinstance(raw, bool) else ("yes" if raw else "no")
        if text == "":
            return (
                pd.NaT
                if field.type == "date"
                else pd.NA
                if field.dtype in {"Int64", "boolean"}
                else float("nan")
            )
        allowed, value = _typed(field, text)
        if value is None:
            self.findings.append(
                change.finding(
                    "variant_bad_value",
                    column,
                    N_('"{value}" is not possible in column "{column}".'),
                    N_("Allowed: {allowed}."),
                    value=text,
                    allowed="{allowed}",
                    fields={"value": text, "column": field.name, "allowed": allowed},
                )
            )
        return value


def unknown_column(change: Change, where: str, name: str, columns: Sequence[str]) -> Finding:
    """Return the finding for a column a table does not have."""
    return change.finding(
        "unknown_column",
        where,
        N_('There is no column "{name}".'),
        N_("Did you mean: {near}?"),
        value=name,
        fields={"name": name, "near": nearest(name, columns)},
    )


def _typed(field: Field, text: str) -> tuple[str, Any]:
    """Return (what is allowed, the stored value or None) of one text."""
    if field.is_number:
        ends = [f">= {field.minimum}"] if field.minimum is not None else []
        ends += [f"<= {field.maximum}"] if field.maximum is not None else []
        allowed = ", ".join(ends) or field.type
        try:
            value = Decimal(text)
        except InvalidOperation:
            return allowed, None
        low = field.minimum is not None and (
            value < field.minimum or (field.above_minimum and value == field.minimum)
        )
        if low or (field.maximum is not None and value > field.maximum):
            return allowed, None
        shifted = value.scaleb(places(field.type))
        return allowed, int(shifted) if shifted == shifted.to_integral_value() else None
    if field.type == "bool":
        return "yes, no", {"yes": True, "no": False}.get(text.lower())
    if field.type == "date":
        try:
            return "YYYY-MM-DD", pd.Timestamp(text).as_unit("s")
        except ValueError:
            return "YYYY-MM-DD", None
    if field.choices and not field.open_choices:
        codes = {choice.code.lower(): choice.code for choice in field.choices}
        return ", ".join(codes.values()), codes.get(text.lower())
    return field.type, text


def scaled(value: int, factor: Decimal) -> int:
    """Return a stored number times a factor, rounded half up once."""
    return int((Decimal(value) * factor).to_integral_value(ROUND_HALF_UP))
