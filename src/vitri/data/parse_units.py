"""Units written into a number cell ("2 giờ", "1,5h", "85%"): say what was seen and what was meant."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from vitri.data.fields import Field
from vitri.data.outcome import Problem
from vitri.i18n import N_

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_HOUR = r"(?:giờ|gio|tiếng|h|g|hrs?|hours?)"
_MINUTE = r"(?:phút|phut|ph|p|m|mins?|minutes?)\.?"
_HOURS = re.compile(
    rf"{_NUMBER}\s*{_HOUR}\.?(?:\s*(?:và|and)?\s*(\d{{1,2}})\s*(?:{_MINUTE})?)?", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::00)?")
_MINUTES = re.compile(rf"{_NUMBER}\s*{_MINUTE}", re.IGNORECASE)
_DAYS = re.compile(rf"{_NUMBER}\s*(?:ngày|ngay|công|buổi|buoi|tuần|tuan|days?|weeks?)\b", re.IGNORECASE)
_PERCENT = re.compile(rf"{_NUMBER}\s*%")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def plain(value: Decimal) -> str:
    """Write a decimal without needless zeros and without an exponent."""
    return f"{value.normalize():f}"


def unit_problem(text: str, field_: Field, decimal: str) -> Problem | None:
    """Return the problem of a number with a unit that this field can put into its own; None if it has none.

    What to write is given with the scenario's own decimal mark (`decimal` is "dot" or "comma").
    """
    if field_.name == "unit_minutes":
        problem = _time_problem(text)
        if problem is not None and decimal == "comma":
            numbers = {name: str(number).replace(".", ",") for name, number in problem.fields.items()}
            problem = replace(problem, fields={**numbers, "value": text})
        return problem
    if field_.type == "pct":
        found = _PERCENT.fullmatch(text)
        if found:
            return Problem(
                "text_in_number",
                N_('"{value}" has a percent sign.'),
                N_("Write {number} alone: the column is in percent already."),
                N_("a number without its unit"),
                {"value": text, "number": plain(_decimal(found[1]))},
            )
    return None


def _time_problem(text: str) -> Problem | None:
    """Return the problem of a time with its unit in a column of minutes."""
    hours, clock = _HOURS.fullmatch(text), _CLOCK.fullmatch(text)
    allowed = N_("a number without its unit")
    if hours or clock:
        first, rest = (hours or clock).groups()  # type: ignore[union-attr]  # one of the two is there
        minutes = _decimal(first) * 60 + int(rest or 0)
        return Problem(
            "text_in_number",
            N_('"{value}" is not a number; it looks like {hours} hours, which is {minutes} minutes.'),
            N_("Write {minutes} in unit_minutes, or {hours} in unit_hours."),
            allowed,
            {
                "value": text,
                "hours": plain((minutes / 60).quantize(Decimal("0.01"))),
                "minutes": plain(minutes),
            },
        )
    found = _MINUTES.fullmatch(text)
    if found:
        return Problem(
            "text_in_number",
            N_('"{value}" is not a number; it looks like {minutes} minutes.'),
            N_("Write {minutes} in unit_minutes, without the unit."),
            allowed,
            {"value": text, "minutes": plain(_decimal(found[1]))},
        )
    found = _DAYS.match(text)
    if found:
        return Problem(
            "text_in_number",
            N_('"{value}" is not a number; it looks like {number} days, half days or weeks.'),
            N_("Write the minutes of them: a day of work is what the model's time fund says."),
            allowed,
            {"value": text, "number": plain(_decimal(found[1]))},
        )
    return None


def share_advice(value: Decimal, field_: Field) -> tuple[str, dict[str, object]] | None:
    """Say what was probably meant by a percentage outside its limits or with too many decimals.

    A value up to 1 looks like a fraction (a spreadsheet keeps 85 % as 0.85); one in the thousands like a
    percentage multiplied by a hundred once more.
    """
    if field_.type != "pct":
        return None
    low, high = field_.minimum or Decimal(0), field_.maximum or Decimal(100)
    if 0 < value <= 1 and low <= value * 100 <= high:
        meant = plain((value * 100).quantize(Decimal("0.01")))
        return N_("It looks like a fraction of one: write {meant} for {meant} %."), {"meant": meant}
    if value > 100 and low <= value / 100 <= high and value >= 1_000:
        meant = plain((value / 100).quantize(Decimal("0.01")))
        return N_("It looks like {meant} % multiplied by 100: write {meant}."), {"meant": meant}
    if value > 100:
        return N_("A share cannot be more than 100 %: perhaps it is hours or another figure."), {}
    return None
