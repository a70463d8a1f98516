"""The registry of named data checks, and `DataFinding`: a finding that knows its cell and both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from vitri.data.fold import fold
from vitri.errors import Finding, Severity
from vitri.i18n import N_, Lang, date_text, number, tr


@dataclass(frozen=True)
class Both:
    """A word in both languages, for the fields of a message."""

    vi: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the word in one language."""
        return self.vi if lang == "vi" else self.en


def shown(value: object, lang: Lang) -> object:
    """Return a message field the reader's way: numbers, dates and words of one language."""
    if isinstance(value, Both):
        return value.of(lang)
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        text = f"{value.normalize():f}"
        places = len(text.partition(".")[2])
        return number(Decimal(text), lang, places)
    if isinstance(value, int):
        # A lone integer below 10,000 may be a year, so it is left without marks.
        return number(value, lang) if abs(value) >= 10_000 else value
    if isinstance(value, dt.date):
        return date_text(value, lang)
    return value


@dataclass(frozen=True, kw_only=True)
class DataFinding(Finding):
    """A finding about input data; `cell` is where it stands, such as ``Đăng ký!H7`` or ``offices.csv:3``."""

    cell: str = ""

    def render(self, lang: Lang) -> dict[str, str]:
        """Return the finding's nine columns as text in one language; the cell ends the message."""
        fields = {name: shown(value, lang) for name, value in self.fields.items()}

        def text(message: str) -> str:
            return tr(message, lang, **fields) if message else ""

        place = f" [{self.cell}]" if self.cell else ""
        return {
            "code": self.code,
            "severity": tr(self.severity, lang),
            "table": self.table,
            "row_key": self.row_key,
            "column": self.column,
            "value": self.value,
            "allowed": text(self.allowed),
            "message": text(self.message) + place,
            "advice": text(self.advice),
        }


@dataclass(frozen=True)
class CheckInfo:
    """One named check: its code, its severity and, as an English message id, what it looks for."""

    code: str
    severity: Severity
    about: str


def _table(severity: Severity, *rows: tuple[str, str]) -> dict[str, CheckInfo]:
    return {code: CheckInfo(code, severity, about) for code, about in rows}


CHECKS: dict[str, CheckInfo] = {
    **_table(
        "error",
        ("missing_file", N_("the folder, the workbook or a file it needs cannot be found")),
        ("broken_workbook", N_("the workbook is damaged or is not a workbook")),
        ("locked_workbook", N_("the workbook has a password")),
        ("not_utf8", N_("the file is not UTF-8 text")),
        ("broken_csv", N_("a line of a CSV file cannot be split into cells")),
        ("wrong_delimiter", N_("a CSV file is split by another mark than the scenario says")),
        ("broken_toml", N_("a TOML file or cell cannot be read")),
        ("unknown_key", N_("a key of the scenario that does not exist")),
        ("bad_setting", N_("a key of the scenario has a value that is not allowed")),
        ("missing_setting", N_("a required key of the scenario is blank")),
        ("horizon_order", N_("the last month comes before the first")),
        ("horizon_long", N_("the horizon is longer than 60 months")),
        ("schema_newer", N_("the scenario was written for a newer version of the data contract")),
        ("missing_table", N_("one of the four tables a plan needs is missing")),
        ("empty_table", N_("one of the four tables a plan needs has no rows")),
        ("missing_column", N_("a required column is missing")),
        ("unknown_column", N_("a column that the data contract does not know")),
        ("duplicate_column", N_("two columns have the same name")),
        ("missing_value", N_("a required cell is blank")),
        ("duplicate_key", N_("two rows have the same key")),
        ("case_clash", N_("two codes differ only in case")),
        ("unknown_code", N_("a code that its table does not have")),
        ("bad_code", N_("a code with marks, spaces or other letters than A-Z a-z 0-9 . _ -")),
        ("rank_lost_zero", N_("a rank code whose first zero was dropped by a spreadsheet")),
        ("text_in_number", N_("a number cell holds text")),
        ("decimal_comma", N_("a number uses a comma where the scenario says dot")),
        ("decimal_dot", N_("a number uses a dot where the scenario says comma")),
        ("grouped_number", N_("a number has thousands marks")),
        ("too_many_decimals", N_("a number has more decimals than are kept")),
        ("not_whole", N_("a count is not a whole number")),
        ("negative", N_("a number is below zero")),
        ("out_of_range", N_("a number is outside its range")),
        ("fractional_posts", N_("posts or people are not a whole number")),
        ("bad_choice", N_("a value that is not one of the choices")),
        ("bad_date", N_("a date that does not exist or is not in form")),
        ("bad_month", N_("a month that is not in form")),
        ("bad_period", N_("a period that is not in form")),
        ("bad_time", N_("a time of day that is not in form")),
        ("bad_character", N_("a text with a control character that a workbook cannot hold")),
        ("too_long", N_("a text longer than 32,767 characters")),
        ("date_order", N_("an end before its start")),
        ("two_units", N_("both unit_minutes and unit_hours are given on one row")),
        ("conditional", N_("a cell that another cell of the row makes necessary or rules out")),
        ("unit_clash", N_("an office and an area have the same code")),
        ("circle", N_("codes that point to each other in a circle")),
        ("no_work", N_("a line with neither a work item nor its own group and norm")),
        ("group_conflict", N_("a line and its work item name different task groups")),
        ("item_of_other", N_("an organisation registers an item that belongs to another one")),
        ("norm_missing", N_("a work item without a norm")),
        ("shares_not_100", N_("the shares of a profile do not add up to 100")),
        ("pool_ambiguous", N_("two equally specific membership rows name different pools")),
        ("not_member", N_("an organisation registers at an office that does not serve it")),
        ("elected_pooled", N_("an elected post is marked as pooled")),
        ("quota_blank", N_("a quota without a number that is not marked unassigned")),
        ("quota_given", N_("a quota marked unassigned that has a number")),
        ("children_over_parent", N_("quotas below add up to more than the unit above has")),
        ("ceiling_below_floor", N_("a ceiling or cap below the floor")),
        ("headcount_differs", N_("incumbents given and officials listed differ")),
        ("nobody_can", N_("a task group with work that no official of the scenario may do")),
        ("forbidden_held", N_("an official holds two duties that must be apart")),
        ("double_booking", N_("a person or room is booked twice at the same time")),
    ),
    **_table(
        "warning",
        ("schema_upgraded", N_("the scenario was written for an older version and was upgraded")),
        ("unknown_table", N_("a file or sheet that is not a table of the data contract")),
        ("unused_model", N_("a local planning model that the scenario does not use")),
        ("thousands_mark", N_("a number that looks as if its dot marked thousands")),
        ("month_as_date", N_("a period cell that a spreadsheet turned into the first day of a month")),
        ("outside_horizon", N_("a period outside the planning horizon")),
        ("hours_as_minutes", N_("norms that look like hours")),
        ("minutes_as_hours", N_("hours that look like minutes")),
        ("people_twice", N_("minutes that seem to be multiplied by the people needed")),
        (
            "weekly_as_monthly",
            N_("a monthly quantity that looks like that of a year's weeks, or of one week"),
        ),
        ("yearly_as_monthly", N_("a yearly quantity that looks like a monthly one")),
        ("fraction_as_percent", N_("a percentage that looks like a fraction of one")),
        ("monthly_as_yearly", N_("a monthly quantity that looks like a yearly one")),
        ("annual_and_monthly", N_("work in the yearly inventory and registered for a month as well")),
        ("duplicate_work", N_("two lines that are alike in everything but the code")),
        ("norm_per_person", N_("minutes that may have been written for each person")),
        ("norm_spread", N_("offices that give very different minutes for the same work")),
        ("nobody_here", N_("a task group with work that no official of the office may do yet")),
        ("cap_unassigned", N_("a ratio cap that needs a quota not yet allocated")),
        ("leave_exceeds", N_("more annual leave than the official is entitled to")),
        ("not_submitted", N_("an organisation that did not register a month")),
        ("sensitive_column", N_("a column with sensitive personal data")),
    ),
}
"""Every named check, by code."""


def nearest(value: str, codes: Sequence[str]) -> str:
    """Return the code most like a value (marks and case do not count), or "" when none is near."""
    by_fold: dict[str, str] = {}
    for code in codes:
        by_fold.setdefault(fold(code), code)
    folded = fold(value)
    if folded in by_fold:
        return by_fold[folded]
    found = get_close_matches(folded, list(by_fold), n=1, cutoff=0.6)
    return by_fold[found[0]] if found else ""


def setting_finding(
    code: str,
    place: str,
    key: str,
    value: object,
    message: str,
    advice: str,
    allowed: str = "",
    **fields: object,
) -> DataFinding:
    """Return a finding about a key of a TOML file or of the sheet of settings."""
    return DataFinding(
        code=code,
        severity=CHECKS[code].severity,
        table=place,
        column=key,
        value="" if value is None else str(value),
        message=message,
        advice=advice,
        allowed=allowed,
        fields={"key": key, "value": "" if value is None else str(value), "file": place, **fields},
    )
