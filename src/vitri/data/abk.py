"""The Indonesian workload register (analisis beban kerja): three CSV files → an `Instance`, and a folder.

``offices.csv`` (office, name), ``positions.csv`` (office, position, unit, title, kind, incumbents) and
``tasks.csv`` (position, task_no, task, volume_per_year, minutes_per_unit, effective_minutes_per_year,
need_fte). Nothing is invented: no organisations, officials, ranks or competencies. The register's own need
per task is kept as ``x_need_fte`` text, to compare with, and is never read as input.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from vitri.data.instance import Instance, ScenarioInfo
from vitri.errors import DataError, Finding
from vitri.i18n import N_, nfc

MODEL = "abk-75000"
OFFICE_CLASS = "ABK"
_LEADERS = ("administrator", "supervisor")
_KINDS = (*_LEADERS, "clerical")
_COLUMNS = {
    "offices": ("office", "name"),
    "positions": ("office", "position", "unit", "title", "kind", "incumbents"),
    "tasks": ("position", "task_no", "task", "volume_per_year", "minutes_per_unit",
              "effective_minutes_per_year", "need_fte"),
}  # fmt: skip
_NUMBERS = {"positions": ("incumbents",), "tasks": ("task_no", "volume_per_year", "minutes_per_unit")}
_WHOLE = ("incumbents", "task_no")

Row = Mapping[str, str]


@dataclass(frozen=True)
class _Register:
    """The three files as rows of text, checked."""

    offices: Sequence[Row]
    positions: Sequence[Row]
    tasks: Sequence[Row]


def import_abk(folder: Path | str, period: str = "2025") -> Instance:
    """Read an ABK register as a scenario of one year.

    The register names no year: `period` is the one its volumes are taken for. Each pair of unit and title is
    one task group and one position of the same code (``NV01`` ...); leaders are fixed heads. Each text of
    work within a pair is one work item (``M001`` ...) with the commonest norm; other lines keep their own.

    Raises DataError with every finding when a file or column is missing, or a cell cannot be used.
    """
    if not (period.isascii() and period.isdigit() and len(period) == 4):
        raise DataError(
            Finding(
                code="bad_period",
                table="tasks.csv",
                column="period",
                value=period,
                allowed="YYYY",
                message=N_('Period "{period}" is not a year.'),
                advice=N_("Give four digits, such as 2025."),
                fields={"period": period},
            )
        )
    from vitri.data import build_instance

    register = _read(Path(folder))
    info = ScenarioInfo(
        code=f"abk-{period}",
        name=f"Sổ thống kê công việc ABK năm {period}",
        name_en=f"Workload register (ABK), {period}",
        model=MODEL,
        first_month=f"{period}-01",
        last_month=f"{period}-12",
        as_of=dt.date(int(period), 1, 1),
        sizing="need",
        estimate_enabled=False,
    )
    return build_instance(info, _tables(register, period))


def read_abk(folder: Path | str, period: str = "2025") -> Instance:
    """Read an ABK register; another name of `import_abk`."""
    return import_abk(folder, period)


def write_abk(folder: Path | str, target: Path | str, period: str = "2025") -> Instance:
    """Read an ABK register, write it as a scenario folder and return it."""
    from vitri.data import write_folder

    instance = import_abk(folder, period)
    write_folder(instance, Path(target))
    return instance


def _read(folder: Path) -> _Register:
    """Read and check the three files; raises DataError with every finding."""
    found: list[Finding] = []
    files = {name: _file(folder / f"{name}.csv", columns, found) for name, columns in _COLUMNS.items()}
    for name, rows in files.items():
        for number, row in enumerate(rows, start=2):
            for column in _NUMBERS.get(name, ()):
                _check_number(name, number, row, column, found)
    if not found:
        _check_links(files, found)
    if found:
        raise DataError(found)
    return _Register(files["offices"], files["positions"], files["tasks"])


def _file(path: Path, columns: tuple[str, ...], found: list[Finding]) -> Sequence[Row]:
    """Read one file as rows of text in NFC; record a missing file, a missing column, an empty file."""
    if not path.is_file():
        found.append(
            Finding(
                code="missing_table",
                table=path.name,
                message=N_("The file is missing."),
                advice=N_("An ABK register has offices.csv, positions.csv and tasks.csv in one folder."),
            )
        )
        return []
    try:
        text = nfc(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        found.append(
            Finding(
                code="bad_encoding",
                table=path.name,
                message=N_("The file is not UTF-8 text."),
                advice=N_("Save it again as CSV UTF-8."),
            )
        )
        return []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    for column in missing:
        found.append(
            Finding(
                code="missing_column",
                table=path.name,
                column=column,
                allowed=", ".join(columns),
                message=N_('There is no column "{column}".'),
                advice=N_("The first row of the file must name: {columns}."),
                fields={"column": column, "columns": ", ".join(columns)},
            )
        )
    if missing:
        return []
    rows = [{column: (row[column] or "").strip() for column in columns} for row in reader]
    if not rows:
        found.append(
            Finding(
                code="empty_table",
                table=path.name,
                value="0",
                message=N_("The file has no rows."),
                advice=N_("An ABK register has offices.csv, positions.csv and tasks.csv in one folder."),
            )
        )
    return rows


def _check_number(name: str, number: int, row: Row, column: str, found: list[Finding]) -> None:
    """Record a cell that is not a number of the kind its column needs."""
    text = row[column]
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    positive = column == "minutes_per_unit"
    good = value.is_finite() and (value > 0 if positive else value >= 0)
    good = good and (column not in _WHOLE or value == value.to_integral_value())
    if not good:
        found.append(
            Finding(
                code="text_in_number" if value.is_nan() else "bad_number",
                table=f"{name}.csv",
                row_key=row.get("position", "") or str(number),
                column=column,
                value=text,
                allowed="> 0" if positive else ">= 0",
                message=N_('"{value}" is not possible in column "{column}" (row {row}).'),
                advice=N_("Write a number with a dot for the decimals and no unit."),
                fields={"value": text, "column": column, "row": number},
            )
        )


def _check_links(files: Mapping[str, Sequence[Row]], found: list[Finding]) -> None:
    """Record codes that stand twice or nowhere, and kinds of position that are not known."""
    offices = _unique("offices", "office", files["offices"], found)
    positions = _unique("positions", "position", files["positions"], found)
    for row in files["positions"]:
        if row["office"] not in offices:
            found.append(_unknown("positions", row["position"], "office", row["office"], "offices.csv"))
        if row["kind"] not in _KINDS:
            found.append(_unknown("positions", row["position"], "kind", row["kind"], ", ".join(_KINDS)))
    seen: set[tuple[str, str]] = set()
    for row in files["tasks"]:
        if row["position"] not in positions:
            found.append(_unknown("tasks", row["position"], "position", row["position"], "positions.csv"))
        key = (row["position"], row["task_no"])
        if key in seen:
            found.append(_twice("tasks", "task_no", f"{row['position']}-{row['task_no']}"))
        seen.add(key)


def _unique(name: str, column: str, rows: Sequence[Row], found: list[Finding]) -> set[str]:
    """Return the codes of a file, recording those that stand twice."""
    counts = Counter(row[column] for row in rows)
    found.extend(_twice(name, column, code) for code, count in counts.items() if count > 1)
    return set(counts)


def _twice(name: str, column: str, code: str) -> Finding:
    """Return the finding for a code that stands twice."""
    return Finding(
        code="duplicate_key",
        table=f"{name}.csv",
        row_key=code,
        column=column,
        value=code,
        message=N_("Code {code} is there more than once."),
        advice=N_("Keep only one of them."),
        fields={"code": code},
    )


def _unknown(name: str, key: str, column: str, value: str, allowed: str) -> Finding:
    """Return the finding for a code that stands nowhere."""
    return Finding(
        code="unknown_code",
        table=f"{name}.csv",
        row_key=key,
        column=column,
        value=value,
        allowed=allowed,
        message=N_('"{value}" is not known ({allowed}).'),
        advice=N_("Mend the code here or there."),
        fields={"value": value, "allowed": allowed},
    )


def _tables(register: _Register, period: str) -> dict[str, pd.DataFrame]:
    """Return the tables of the scenario as raw text."""
    pairs: dict[tuple[str, str], str] = {}
    kinds: dict[str, str] = {}
    for row in register.positions:
        pair = (row["unit"], row["title"])
        code = pairs.setdefault(pair, f"NV{len(pairs) + 1:02d}")
        kinds[code] = row["kind"]
    code_of = {row["position"]: pairs[row["unit"], row["title"]] for row in register.positions}
    office_of = {row["position"]: row["office"] for row in register.positions}
    items = _items(register.tasks, code_of)
    groups = [
        {
            "code": code,
            "name": f"{unit} – {title}" if unit and unit not in title else title,
            "class": "I" if kinds[code] in _LEADERS else "II",
            "scope": "shared",
        }
        for (unit, title), code in pairs.items()
    ]
    positions = [
        {
            **{column: group[column] for column in ("code", "name", "class")},
            "task_groups": group["code"],
            "leader_role": "head" if group["class"] == "I" else "none",
            "tenure": "appointed" if group["class"] == "I" else "permanent",
            "fixed": "yes" if group["class"] == "I" else "no",
        }
        for group in groups
    ]
    lines = [
        {
            "code": f"{row['position']}-{row['task_no']}",
            "office": office_of[row["position"]],
            "work_item": item.code,
            "unit_minutes": ""
            if Decimal(row["minutes_per_unit"]) == item.minutes
            else row["minutes_per_unit"],
            "quantity": row["volume_per_year"],
            "period": period,
            "profile": "equal",
            "basis": "inventory",
            "x_need_fte": row["need_fte"],
        }
        for row in register.tasks
        for item in (items[code_of[row["position"]], row["task"]],)
    ]
    current = [
        {"office": row["office"], "position": code_of[row["position"]], "incumbents": row["incumbents"],
         "note": row["position"]}
        for row in register.positions
    ]  # fmt: skip
    return {
        "offices": pd.DataFrame(
            [{"code": r["office"], "name": r["name"] or r["office"], "office_class": OFFICE_CLASS}
             for r in register.offices]
        ),
        "organisations": pd.DataFrame(
            # the register knows no organisations, but the table must not be empty; nothing refers to this row
            [{"code": "ABK", "name": "Không tách theo tổ chức", "kind": "external"}]
        ),
        "task_groups": pd.DataFrame(groups),
        "work_items": pd.DataFrame(
            [{"code": i.code, "name": i.name, "task_group": i.group, "unit_minutes": f"{i.minutes:f}",
              "profile": "equal"} for i in items.values()]
        ),
        "positions": pd.DataFrame(positions),
        "current_posts": pd.DataFrame(current),
        "quotas": pd.DataFrame([{"unit": r["office"], "status": "unassigned"} for r in register.offices]),
        "registrations": pd.DataFrame(lines),
    }  # fmt: skip


@dataclass(frozen=True)
class _Item:
    """One work item: its code, its text, its task group and its commonest norm."""

    code: str
    name: str
    group: str
    minutes: Decimal


def _items(tasks: Sequence[Row], code_of: Mapping[str, str]) -> dict[tuple[str, str], _Item]:
    """Return the work items by (task group, text), in order of first appearance.

    The norm is the commonest one; of two equally common ones the smaller.
    """
    norms: dict[tuple[str, str], Counter[Decimal]] = {}
    for row in tasks:
        norms.setdefault((code_of[row["position"]], row["task"]), Counter())[
            Decimal(row["minutes_per_unit"])
        ] += 1
    return {
        key: _Item(f"M{number:03d}", key[1], key[0], min(counts, key=lambda norm: (-counts[norm], norm)))
        for number, (key, counts) in enumerate(norms.items(), start=1)
    }
