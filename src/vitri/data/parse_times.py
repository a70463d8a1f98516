"""Parse dates, months, periods and times of day, and say what a wrong one probably means."""

from __future__ import annotations

import calendar
import datetime as dt
import re

import numpy as np

from vitri.data.findings import Both
from vitri.data.fold import fold
from vitri.data.outcome import Outcome, Problem
from vitri.i18n import N_

FIRST_YEAR, LAST_YEAR = 1900, 2199
_PERIOD = re.compile(r"(\d{4})(-(H[12]|Q[1-4]|0[1-9]|1[0-2]|(0[1-9]|1[0-2])-\d{2}))?")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_MONTHS_EN = tuple(calendar.month_name)


def _no_such_day(year: int, month: int, day: int) -> Problem:
    value = f"{day:02d}/{month:02d}/{year}"
    message = N_("There is no {value}.")
    if not 1 <= month <= 12:
        return Problem("bad_date", message, N_("A year has 12 months."), N_("a real date"), {"value": value})
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Problem(
            "bad_date",
            N_("The year {year} cannot be right."),
            N_("Give a year from {first} to {last}."),
            N_("a real date"),
            {"year": str(year), "first": str(FIRST_YEAR), "last": str(LAST_YEAR)},
        )
    days = calendar.monthrange(year, month)[1]
    name = Both(f"Tháng {month}", _MONTHS_EN[month])
    if month == 2:
        name = Both(f"Tháng 2 năm {year}", f"February {year}")
    return Problem(
        "bad_date",
        message,
        N_("{month} has {days} days."),
        N_("a real date"),
        {"value": value, "month": name, "days": days},
    )


def _real_day(year: int, month: int, day: int) -> dt.date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def date_outcome(text: str, day_first: bool) -> Outcome:
    """Parse one date; ``25/06/2021`` counts only where `day_first` (workbooks) allows it."""
    bare = re.sub(r"[T ]00:00(:00(\.0+)?)?$", "", text)
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", bare)
    other = _DAY_FIRST.fullmatch(bare)
    loose = _YEAR_FIRST.fullmatch(bare)
    if iso or loose:
        parts = iso or loose
        assert parts is not None
        year, month, day = (int(part) for part in parts.groups())
    elif other:
        day, month, year = (int(part) for part in other.groups())
    else:
        return None, Problem(
            "bad_date",
            N_('"{value}" is not a date.'),
            N_("Write it as 2021-06-25."),
            N_("a real date"),
            {"value": text},
        )
    real = _real_day(year, month, day)
    if real is None:
        return None, _no_such_day(year, month, day)
    if iso or (other and day_first):
        return np.datetime64(real, "s"), None
    return None, Problem(
        "bad_date",
        N_('The date "{value}" is not in form.'),
        N_("Write {iso}."),
        N_("a real date"),
        {"value": text, "iso": real.isoformat()},
    )


def _guess_period(text: str) -> str:
    """Return the period a text probably means, or ""."""
    plain = fold(text)
    year = re.search(r"(?<!\d)(\d{4})(?!\d)", plain)
    if not year:
        return ""
    rest = (plain[: year.start()] + " " + plain[year.end() :]).strip(" /.-")
    day = _DAY_FIRST.fullmatch(plain) or _YEAR_FIRST.fullmatch(plain)
    if day:
        numbers = [int(part) for part in day.groups()]
        parts = numbers if numbers[0] > 31 else numbers[::-1]
        real = _real_day(*parts)
        return real.isoformat() if real else ""
    quarter = re.search(r"\b(?:quy|q)\s*\.?\s*(iv|i{1,3}|[1-4])\b", rest)
    if quarter:
        return f"{year[1]}-Q{_ROMAN.get(quarter[1]) or quarter[1]}"
    if "6 thang dau" in rest or "h1" in rest:
        return f"{year[1]}-H1"
    if "6 thang cuoi" in rest or "h2" in rest:
        return f"{year[1]}-H2"
    month = re.fullmatch(r"(?:thang|thg|t|month)?\s*\.?(\d{1,2})(?:\s*(?:/|-|nam)*)", rest)
    if month and 1 <= int(month[1]) <= 12:
        return f"{year[1]}-{int(month[1]):02d}"
    return year[1] if rest in {"", "nam", "year"} else ""


def period_outcome(text: str, *, month_only: bool = False) -> Outcome:
    """Parse one period, or one month, to its canonical text."""
    upper = text.upper()
    found = (_MONTH if month_only else _PERIOD).fullmatch(upper)
    if found and FIRST_YEAR <= int(upper[:4]) <= LAST_YEAR:
        if len(upper) == 10 and _real_day(int(upper[:4]), int(upper[5:7]), int(upper[8:])) is None:
            problem = _no_such_day(int(upper[:4]), int(upper[5:7]), int(upper[8:]))
            return None, Problem("bad_period", problem.message, problem.advice, fields=problem.fields)
        return upper, None
    guess = _guess_period(text)
    if month_only:
        guess = guess[:7] if _MONTH.fullmatch(guess[:7]) else ""
    message = N_('Period "{value}" is not in form.')
    allowed = N_("2021, 2021-H1, 2021-Q2, 2021-06 or 2021-06-25")
    if month_only:
        message, allowed = N_('Month "{value}" is not in form.'), N_("a month such as 2021-06")
    return None, Problem(
        "bad_month" if month_only else "bad_period",
        message,
        N_("Write {guess}.") if guess else N_("Write it as 2021-06."),
        allowed,
        {"value": text, "guess": guess},
    )


def time_outcome(text: str) -> Outcome:
    """Parse one time of day to ``HH:MM``."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(:00)?", text)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02d}:{found[2]}", None
    loose = re.fullmatch(r"(\d{1,2})\s*[hg.]\s*(\d{2})?", text.casefold())
    guess = f"{int(loose[1]):02d}:{loose[2] or '00'}" if loose and int(loose[1]) < 24 else "07:30"
    return None, Problem(
        "bad_time",
        N_('"{value}" is not a time of day.'),
        N_("Write it as {guess}."),
        N_("a time such as 07:30"),
        {"value": text, "guess": guess},
    )


def datetime_outcome(text: str) -> Outcome:
    """Parse one moment with its time zone."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return text, None
    return None, Problem(
        "bad_time",
        N_('"{value}" is not a time with its zone.'),
        N_("Write it as 2021-06-25T07:30:00+07:00."),
        fields={"value": text},
    )
