"""The settings of a scenario: every key of ``scenario.toml`` declared once, read, checked and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vitri.data.choices import choices
from vitri.data.fields import Choice, Field, split_list
from vitri.data.findings import Both, DataFinding, nearest, setting_finding
from vitri.data.fold import clean_text
from vitri.data.instance import ScenarioInfo
from vitri.data.parse import parser_of
from vitri.data.tables.declare import column
from vitri.i18n import N_

SCHEMA = 1
"""The newest version of the data contract that this program reads."""
MAX_MONTHS = 60
INFO_FILE = "scenario.toml"
MODEL_FILE = "model.toml"

_STRUCTURE = choices(
    ("common", "Chung", "Common"), ("class", "Theo nhóm", "By class"), ("free", "Riêng", "Free")
)
_SIZING = choices(
    ("ceiling", "Theo biên chế giao", "Share out a ceiling"), ("need", "Theo nhu cầu", "By need")
)
_DECIMAL = choices(("dot", "Dấu chấm", "Dot"), ("comma", "Dấu phẩy", "Comma"))
_DELIMITER: tuple[Choice, ...] = choices((",", "Dấu phẩy", "Comma"), (";", "Dấu chấm phẩy", "Semicolon"))

SETTINGS: tuple[Field, ...] = (
    column(
        "schema",
        "int",
        ("Phiên bản", "Version"),
        ("Phiên bản của quy ước dữ liệu.", "Version of the data contract."),
        "!",
        between=("0", "1000"),
    ),
    column(
        "code",
        "code",
        ("Mã phương án gốc", "Scenario code"),
        ("Mã ngắn không dấu.", "A short code without marks."),
        otherwise=("tên thư mục hoặc tệp", "the name of the folder or file"),
    ),
    column("name", "text", ("Tên", "Name"), ("Tên đầy đủ để in.", "The full name, for printing."), "!"),
    column("name_en", "text", ("Tên tiếng Anh", "English name"), ("Tên tiếng Anh.", "The name in English.")),
    column("description", "text", ("Mô tả", "Description"), ("Vài câu mô tả.", "A few sentences.")),
    column(
        "synthetic",
        "bool",
        ("Dữ liệu mô phỏng", "Synthetic"),
        (
            "Nếu có, mọi kết quả in “dữ liệu mô phỏng”.",
            "If yes, every output says that the data is synthetic.",
        ),
        default="no",
    ),
    column(
        "model",
        "text",
        ("Mô hình", "Planning model"),
        ("Tên mô hình có sẵn, hoặc model.toml.", "Name of a shipped model, or model.toml."),
        "!",
    ),
    column(
        "policy",
        "text",
        ("Cách tính khối lượng", "Workload policy"),
        ("Tên cách tính khác của mô hình.", "Another dated workload policy."),
        otherwise=("của mô hình", "the model's own"),
    ),
    column("first_month", "month", ("Từ tháng", "First month"), ("Ví dụ 2021-01.", "Such as 2021-01."), "!"),
    column("last_month", "month", ("Đến tháng", "Last month"), ("Ví dụ 2021-12.", "Such as 2021-12."), "!"),
    column(
        "as_of",
        "date",
        ("Ngày xét", "As of"),
        ("Quy định có hiệu lực vào ngày này được dùng.", "Rules in force on this day are used."),
        otherwise=("ngày đầu của phạm vi", "the first day of the horizon"),
    ),
    column(
        "structure",
        "enum",
        ("Cơ cấu vị trí", "Structure"),
        ("Chung, theo nhóm quy mô hay riêng từng nơi.", "One for all, by office class, or free."),
        choices=_STRUCTURE,
        default="common",
    ),
    column(
        "sizing",
        "enum",
        ("Cách xác định biên chế", "Sizing"),
        (
            "Chia biên chế đã giao, hay theo nhu cầu.",
            "Share out a ceiling, or propose the fewest posts needed.",
        ),
        choices=_SIZING,
        otherwise=("theo biên chế giao nếu có", "ceiling if any quota binds, else need"),
    ),
    column(
        "estimate.enabled",
        "bool",
        ("Ước tính phần thiếu", "Estimate"),
        ("Ước tính cho nơi chưa đăng ký.", "Fill organisation-months that did not register."),
        default="yes",
    ),
    column(
        "estimate.drivers",
        "list",
        ("Yếu tố ước tính", "Drivers"),
        ("Mã yếu tố, cách nhau bằng dấu chấm phẩy.", "Driver codes, split by semicolons."),
        otherwise=("mọi yếu tố bằng số", "all numeric drivers"),
    ),
    column(
        "format.decimal",
        "enum",
        ("Dấu thập phân", "Decimal mark"),
        ("Dấu thập phân trong tệp CSV.", "The decimal mark of the CSV files."),
        choices=_DECIMAL,
        default="dot",
    ),
    column(
        "format.delimiter",
        "enum",
        ("Dấu ngăn cột", "Delimiter"),
        ("Dấu ngăn cột trong tệp CSV.", "What splits the cells of the CSV files."),
        choices=_DELIMITER,
        default=",",
    ),
    column("source.who", "text", ("Người lập", "Compiled by"), ("Ai lập số liệu.", "Who compiled the data.")),
    column(
        "source.document", "text", ("Văn bản nguồn", "Source"), ("Số liệu từ đâu.", "The source document.")
    ),
    column(
        "source.date", "date", ("Ngày số liệu", "Date of source"), ("Ngày số liệu.", "The date of the data.")
    ),
)
"""Every key of scenario.toml, sections written with a dot."""
_BY_NAME = {field.name: field for field in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """What was read: the info (stand-ins where a key is wrong), whether the horizon is real, and findings."""

    info: ScenarioInfo
    horizon_known: bool
    findings: tuple[DataFinding, ...]


def attribute(key: str) -> str:
    """Return the attribute of `ScenarioInfo` that holds a key: ``format.decimal`` → ``format_decimal``."""
    return key.replace(".", "_")


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def setting_text(value: Any) -> str:
    """Return a raw setting as the text that would be typed for it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(setting_text(item) for item in value)
    return clean_text(str(value))


def _unknown(key: str, value: Any, place: str) -> DataFinding:
    near = nearest(key, list(_BY_NAME)) or nearest(key.rpartition(".")[2], list(_BY_NAME))
    advice = N_('Did you mean "{near}"?') if near else N_("The keys are: {keys}.")
    keys = ", ".join(_BY_NAME)
    message = N_('There is no key "{key}".')
    return setting_finding(
        "unknown_key", place, key, setting_text(value), message, advice, near=near, keys=keys
    )


def _parse(field: Field, text: str, place: str, findings: list[DataFinding]) -> Any:
    value, problem = parser_of(field, day_first=True)(text)
    if problem is not None and not (problem.keep and problem.code != "bad_code"):
        title = Both(field.title_vi, field.title_en)
        finding = setting_finding(
            "bad_setting", place, field.name, text, problem.message, problem.advice, problem.allowed
        )
        findings.append(replace(finding, fields={**finding.fields, "title": title, **problem.fields}))
        return None
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[D]").item()
    if field.type == "list":
        return split_list(value)
    return value


def read_settings(raw: Mapping[str, Any], place: str, default_code: str) -> Settings:
    """Check raw settings (nested or dotted keys, TOML values or typed texts) and build the info.

    Every wrong key gives one finding; a wrong required key is stood in for, so that the tables can still
    be checked.
    """
    findings: list[DataFinding] = []
    found: dict[str, Any] = {}
    for key, value in _flat(raw):
        field = _BY_NAME.get(key)
        text = setting_text(value)
        if field is None:
            findings.append(_unknown(key, value, place))
        elif text:
            found[attribute(key)] = _parse(field, text, place, findings)
    bad = {finding.column for finding in findings}
    for field in SETTINGS:
        if field.required and found.get(attribute(field.name)) is None and field.name not in bad:
            findings.append(_missing(field, place))
    given = {key: value for key, value in found.items() if value is not None}
    findings += _versions(given, place)
    first, last = given.get("first_month"), given.get("last_month")
    horizon_known = first is not None and last is not None
    if first is not None and last is not None:
        problems = _horizon(first, last, place)
        findings += problems
        horizon_known = not problems
    if not horizon_known:
        first, last = first or last or "2000-01", first or last or "2000-01"
    assert first is not None
    as_of = given.pop("as_of", None) or dt.date(int(first[:4]), int(first[5:]), 1)
    given |= {"first_month": first, "last_month": last, "as_of": as_of}
    stand_ins = {"code": default_code, "name": default_code, "model": ""}
    return Settings(ScenarioInfo(**{**stand_ins, **given}), horizon_known, tuple(findings))


def _missing(field: Field, place: str) -> DataFinding:
    advice = N_("Write schema = 1.") if field.name == "schema" else N_("Give it a value. {help}")
    return setting_finding(
        "missing_setting",
        place,
        field.name,
        None,
        N_('The key "{key}" is missing.'),
        advice,
        help=Both(field.help_vi, field.help_en),
    )


def _versions(given: dict[str, Any], place: str) -> list[DataFinding]:
    version = given.get("schema")
    if version is None or version == SCHEMA:
        return []
    if version > SCHEMA:
        message = N_("This scenario is of version {value}; this program reads up to version {newest}.")
        advice = N_("Use a newer vitri.")
        return [setting_finding("schema_newer", place, "schema", version, message, advice, newest=SCHEMA)]
    # Version 1 is the first: anything below it was never issued, and is read as version 1.
    given["schema"] = SCHEMA
    message = N_("This scenario is of version {value} and was read as version {newest}.")
    return [
        setting_finding(
            "schema_upgraded", place, "schema", version, message, N_("Save it again."), newest=SCHEMA
        )
    ]


def _horizon(first: str, last: str, place: str) -> list[DataFinding]:
    months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1
    if months < 1:
        message = N_("The last month {value} comes before the first, {first}.")
        advice = N_("Exchange the two, or mend one.")
        return [setting_finding("horizon_order", place, "last_month", last, message, advice, first=first)]
    if months > MAX_MONTHS:
        message = N_("The horizon has {months} months.")
        advice = N_("Plan at most {most} months at a time.")
        return [
            setting_finding(
                "horizon_long", place, "last_month", last, message, advice, months=months, most=MAX_MONTHS
            )
        ]
    return []


def settings_values(info: ScenarioInfo) -> dict[str, Any]:
    """Return the settings as dotted key → value, in the order of writing; blanks are left out."""
    values: dict[str, Any] = {}
    for field in SETTINGS:
        value = getattr(info, attribute(field.name))
        if value is None or (field.name not in _ALWAYS and value == field.stored_default):
            continue
        values[field.name] = list(value) if isinstance(value, tuple) else value
    return values


_ALWAYS = ("schema", "code", "name", "model", "first_month", "last_month", "as_of")


def settings_toml(info: ScenarioInfo) -> dict[str, Any]:
    """Return the settings nested as they stand in scenario.toml."""
    nested: dict[str, Any] = {}
    for key, value in settings_values(info).items():
        section, _, name = key.rpartition(".")
        target = nested.setdefault(section, {}) if section else nested
        target[name] = value
    return nested
