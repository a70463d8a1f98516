"""Where models live and how their files are read: shipped folders, a scenario's own model, `extends`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vitri.errors import Finding, ModelError
from vitri.i18n import N_
from vitri.policy.checks import check_tables
from vitri.policy.parse import REFUSED, nearest, parse, shown
from vitri.policy.rows import ROWS, CalendarDay
from vitri.policy.sections import SINGLE

LOCAL = "model.toml"
_HEAD_KEYS = ("schema", "name", "name_vi", "name_en", "extends")


def model_folder(folder: Path | Traversable | None = None) -> Traversable:
    """Return the folder of models: the one given, the wheel's, else the repository's."""
    if folder is not None:
        return folder
    package = resources.files("vitri")
    shipped = package / "_models"
    return shipped if shipped.is_dir() else Path(str(package)).parents[1] / "models"


def list_models(folder: Path | Traversable | None = None) -> tuple[str, ...]:
    """Return the names of the shipped models, sorted."""
    root = model_folder(folder)
    if not root.is_dir():
        return ()
    return tuple(sorted(item.name for item in root.iterdir() if item.is_dir() and (item / LOCAL).is_file()))


def list_policies(folder: Path | Traversable | None = None) -> tuple[str, ...]:
    """Return the names of the shipped workload policies, sorted."""
    root = model_folder(folder) / "policies"
    if not root.is_dir():
        return ()
    return tuple(
        sorted(item.name.removesuffix(".toml") for item in root.iterdir() if item.name.endswith(".toml"))
    )


def _unknown(kind: str, file: str, column: str, name: str, valid: tuple[str, ...]) -> Finding:
    near = nearest(name, valid)
    messages = {
        ("model", True): N_('There is no planning model "{name}". Did you mean "{nearest}"?'),
        ("model", False): N_('There is no planning model "{name}".'),
        ("policy", True): N_('There is no workload policy "{name}". Did you mean "{nearest}"?'),
        ("policy", False): N_('There is no workload policy "{name}".'),
    }
    return Finding(
        code=f"unknown_{kind}",
        table=file,
        column=column,
        value=name,
        allowed=N_("one of {choices}"),
        message=messages[kind, bool(near)],
        advice=N_("Write one of the names that exist."),
        fields={"name": name, "nearest": near, "choices": ", ".join(valid) or "–"},
    )


def read_toml(text: str, file: str) -> dict[str, Any]:
    """Parse a TOML text with exact decimals; a broken one is a `ModelError` that names the line."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ModelError(
            Finding(
                code="bad_toml",
                table=file,
                value=str(error),
                message=N_("The file cannot be read: {problem}."),
                advice=N_("Mend the line named."),
                fields={"problem": str(error)},
            )
        ) from None


def _circle(file: str, names: list[str]) -> Finding:
    return Finding(
        code="circular_extends",
        table=file,
        column="extends",
        value=names[-1],
        allowed=N_("a model that does not lead back here"),
        message=N_("The models extend each other in a circle: {names}."),
        advice=N_("Delete one of the extends keys."),
        fields={"names": " → ".join(names)},
    )


def _merged(
    raw: Mapping[str, Any], file: str, root: Path | Traversable | None, seen: list[str], found: list[Finding]
) -> tuple[dict[str, Any], list[str]]:
    """Put a model over the one it extends, whole tables at a time; also return the folders passed."""
    base_name = raw.get("extends")
    if not isinstance(base_name, str) or not base_name:
        return dict(raw), []
    if base_name in seen:
        found.append(_circle(file, [*seen, base_name]))
        return dict(raw), []
    if base_name not in list_models(root):
        found.append(_unknown("model", file, "extends", base_name, list_models(root)))
        return dict(raw), []
    base_file = f"{base_name}/{LOCAL}"
    base = read_toml((model_folder(root) / base_name / LOCAL).read_text("utf-8"), base_file)
    base, folders = _merged(base, base_file, root, [*seen, base_name], found)
    inherited = {name: value for name, value in base.items() if name not in _HEAD_KEYS}
    return {**inherited, **raw}, [base_name, *folders]


def read_model_tables(
    name: str, local: Mapping[str, Any] | None, root: Path | Traversable | None
) -> tuple[dict[str, Any], str, tuple[CalendarDay, ...]]:
    """Read a model, its base and its calendar; raise `ModelError` with every refusal at once.

    Returns the keys of the head and the tables, the file's name, and the calendar overrides.
    """
    shipped = list_models(root)
    found: list[Finding] = []
    own = local.get("name") if local is not None else None
    if local is not None and own in shipped:
        found.append(
            Finding(
                code="shipped_name",
                table=LOCAL,
                column="name",
                value=str(own),
                allowed=N_("a name that no shipped model has"),
                message=N_('A shipped model is already named "{name}".'),
                advice=N_("Give the scenario's own model another name."),
                fields={"name": own},
            )
        )
    folders: list[str] = []
    if local is not None and name in (LOCAL, own):
        file, raw = LOCAL, dict(local)
    elif name in shipped:
        file = f"{name}/{LOCAL}"
        raw = read_toml((model_folder(root) / name / LOCAL).read_text("utf-8"), file)
        folders = [name]
    else:
        raise ModelError([*found, _unknown("model", "scenario.toml", "model", name, (*shipped, LOCAL))])
    seen = [str(raw.get("name", name))]
    raw, more = _merged(raw, file, root, seen, found)
    tables, wrong = parse(raw, file)
    found += wrong
    if folders and tables.get("name") not in (None, name):
        found.append(
            Finding(
                code="name_differs",
                table=file,
                column="name",
                value=shown(tables["name"]),
                allowed=name,
                message=N_("A model has the name of its folder, {name}."),
                advice=N_("Rename one of the two."),
                fields={"name": name},
            )
        )
    unread = frozenset(name for name in (*SINGLE, *ROWS) if name in raw and name not in tables)
    found += check_tables(tables, file, unread=unread | {name for name in ROWS if raw.get(name)})
    calendar: tuple[CalendarDay, ...] = ()
    if tables.get("time_fund"):
        try:
            calendar = read_calendar(tables["time_fund"].overrides, [*folders, *more], file, root)
        except ModelError as error:
            found += error.findings
    if found:
        raise ModelError(found)
    tables.pop(REFUSED, None)
    return tables, file, calendar


def read_policy_tables(name: str, root: Path | Traversable | None) -> tuple[dict[str, Any], str]:
    """Read a workload policy; raise `ModelError` with every refusal at once."""
    if name not in list_policies(root):
        raise ModelError(_unknown("policy", "scenario.toml", "policy", name, list_policies(root)))
    file = f"policies/{name}.toml"
    raw = read_toml((model_folder(root) / file).read_text("utf-8"), file)
    tables, found = parse(raw, file, policy=True)
    found += check_tables(tables, file, policy=True)
    if found:
        raise ModelError(found)
    tables.pop(REFUSED, None)
    return tables, file


def read_calendar(
    name: str, folders: list[str] | None, file: str, root: Path | Traversable | None
) -> tuple[CalendarDay, ...]:
    """Read a file of days off and make-up days: from the model's folder, its base's, or beside the models."""
    if not name:
        return ()
    top = model_folder(root)
    places = [*(top / folder / name for folder in folders or ()), top / name]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise ModelError(
            Finding(
                code="missing_file",
                table=file,
                column="time_fund.overrides",
                value=name,
                allowed=N_("a file beside the model"),
                message=N_('There is no file "{name}".'),
                advice=N_("Write the file, or leave the key out and use the table calendar."),
                fields={"name": name},
            )
        )
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    days: list[CalendarDay] = []
    found: list[Finding] = []
    for index, row in enumerate(rows):
        try:
            days.append(CalendarDay.model_validate({**row, "date": _date(row.get("date"))}))
        except ValidationError as error:
            found += [
                Finding(
                    code="bad_value",
                    table=name,
                    row_key=str(index + 2),
                    column=".".join(str(part) for part in item["loc"]),
                    value=shown(item["input"]),
                    allowed=N_("columns date, office, kind (off, work), reason, source"),
                    message=N_("The row of the calendar cannot be read."),
                    advice=N_("Write a value that is allowed."),
                )
                for item in error.errors()
            ]
    if found:
        raise ModelError(found)
    return tuple(sorted(days, key=lambda day: (day.date, day.office)))


def _date(text: Any) -> Any:
    """Read a date of a CSV file; leave all else to be refused."""
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return text
