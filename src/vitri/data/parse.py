"""Turn the texts of one column into its stored form; only distinct texts are looked at one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.choices import YES_NO
from vitri.data.fields import CODE_PATTERN, Choice, Field, dtype_of
from vitri.data.findings import Both, nearest
from vitri.data.fold import code_from
from vitri.data.outcome import Outcome, Problem
from vitri.data.parse_numbers import number_outcome
from vitri.data.parse_times import date_outcome, datetime_outcome, period_outcome, time_outcome
from vitri.i18n import N_

TEXT_LIMIT = 32_767
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MANY = 1_000
_MARK = "\x1f"
_ODD_CODE = re.compile("[^A-Za-z0-9._\x1f-]")
_ODD_TEXT = re.compile("[\x00-\x08\x0b-\x1e\x7f\ufffe\uffff\ud800-\udfff]")


def choice_outcome(text: str, choices: Sequence[Choice], lookup: Mapping[str, str]) -> Outcome:
    """Match one text with the codes and labels of an enumeration, ignoring case."""
    code = lookup.get(text.casefold())
    if code is not None:
        return code, None
    near = nearest(text, [*lookup, *(choice.vi for choice in choices)])
    near_code = lookup.get(near.casefold(), "")
    options = Both(
        ", ".join(f"{choice.vi} ({choice.code})" for choice in choices),
        ", ".join(choice.code for choice in choices),
    )
    return None, Problem(
        "bad_choice",
        N_('"{value}" is not one of the choices.'),
        N_('Did you mean "{near}"?') if near_code else N_("Choose one of: {options}."),
        N_("{options}"),
        {"value": text, "near": near_code, "options": options},
    )


def choice_lookup(choices: Sequence[Choice]) -> dict[str, str]:
    """Return what may be typed (codes and labels, case folded) → stored code."""
    lookup: dict[str, str] = {}
    for choice in choices:
        for label in (choice.en, choice.vi, choice.code):
            lookup[label.casefold()] = choice.code
    return lookup


_YES_NO = {**choice_lookup(YES_NO), "true": "yes", "false": "no", "1": "yes", "0": "no", "x": "yes"}


def _bool_outcome(text: str) -> Outcome:
    code, problem = choice_outcome(text, YES_NO, _YES_NO)
    return (None if code is None else code == "yes"), problem


def text_outcome(text: str) -> Outcome:
    """Accept any text that a workbook cell can hold."""
    found = _CONTROL.search(text)
    if found:
        return None, Problem(
            "bad_character",
            N_("The text holds the control character number {number}."),
            N_("Delete it: it cannot be seen, and a workbook cannot hold it."),
            fields={"number": ord(found[0])},
        )
    if len(text) > TEXT_LIMIT:
        return None, Problem(
            "too_long",
            N_("The text has {length} characters."),
            N_("Shorten it to {limit} characters."),
            fields={"length": len(text), "limit": TEXT_LIMIT},
        )
    return text, None


def bad_code(text: str) -> Problem:
    """Return the problem of a text that cannot be a code, with a code that could stand for it."""
    suggestion = code_from(text)
    if len(text) > 40 and CODE_PATTERN.match(text) and re.fullmatch(r"[A-Za-z0-9._-]+", text):
        return Problem(
            "bad_code",
            N_('Code "{value}" is longer than 40 characters.'),
            N_("Shorten it."),
            N_("A-Z a-z 0-9 . _ -"),
            {"value": text},
        )
    advice = N_('Use "{suggestion}"; put the name in the column of names.')
    if not suggestion:
        advice = N_("Use letters without marks and digits.")
    return Problem(
        "bad_code",
        N_('Code "{value}" has marks or spaces.'),
        advice,
        N_("A-Z a-z 0-9 . _ -"),
        {"value": text, "suggestion": suggestion},
        keep=True,
    )


def _code_outcome(text: str, field_: Field, lookup: Mapping[str, str]) -> Outcome:
    if text in field_.wildcards:
        return text, None
    if field_.open_choices and text.casefold() in lookup:
        return lookup[text.casefold()], None
    if any("." not in place for place in field_.refers_to) or CODE_PATTERN.fullmatch(text):
        # A reference is compared with its table later, which says more than its form could.
        return text, None if len(text) <= TEXT_LIMIT else text_outcome(text)[1]
    return text, bad_code(text)


def _list_outcome(text: str, field_: Field, lookup: Mapping[str, str]) -> Outcome:
    parts = [part.strip() for part in text.split(";")]
    kept = list(dict.fromkeys(part for part in parts if part))
    for part in kept:
        _, problem = _code_outcome(part, field_, lookup)
        if problem is not None:
            if "," in part:
                problem = Problem(
                    "bad_code",
                    N_('"{value}" is not one code.'),
                    N_("Split codes by a semicolon: {semicolons}."),
                    N_("codes split by ;"),
                    {"value": part, "semicolons": re.sub(r"\s*,\s*", ";", part)},
                )
            return ";".join(kept) or None, problem
    return ";".join(kept) or None, None


def parser_of(field_: Field, *, decimal: str = "dot", day_first: bool = False) -> Callable[[str], Outcome]:
    """Return the function that parses one non-blank text of a field."""
    lookup = choice_lookup(field_.choices)
    kinds: dict[str, Callable[[str], Outcome]] = {
        "text": text_outcome,
        "bool": _bool_outcome,
        "date": partial(date_outcome, day_first=day_first),
        "month": partial(period_outcome, month_only=True),
        "period": period_outcome,
        "time": time_outcome,
        "datetime": datetime_outcome,
        "enum": partial(choice_outcome, choices=field_.choices, lookup=lookup),
        "session": partial(choice_outcome, choices=field_.choices, lookup=lookup),
        "code": partial(_code_outcome, field_=field_, lookup=lookup),
        "list": partial(_list_outcome, field_=field_, lookup=lookup),
    }
    return kinds.get(field_.type) or partial(number_outcome, field_=field_, decimal=decimal)


@dataclass
class ParsedColumn:
    """A column in stored form, with the problems of its distinct texts by their number.

    `words` holds the stored value of each distinct text where the column is one of texts, else None.
    """

    values: pd.Series
    problems: dict[int, Problem]
    words: np.ndarray | None = None


def parse_column(
    field_: Field, codes: np.ndarray, texts: Sequence[str], *, decimal: str = "dot", day_first: bool = False
) -> ParsedColumn:
    """Parse a factorised column: `codes` number the cells' texts, "" is blank."""
    if len(texts) > _MANY and _plain(field_, texts):
        words = _words(texts)
        return ParsedColumn(pd.Series(words[codes], dtype="str"), {}, words)
    parse = parser_of(field_, decimal=decimal, day_first=day_first)
    outcomes: list[Any] = []
    problems: dict[int, Problem] = {}
    for index, text in enumerate(texts):
        value, problem = parse(text) if text else (None, None)
        if problem is not None:
            problems[index] = problem
            if not problem.keep:
                value = None
        outcomes.append(value)
    if dtype_of(field_.type) == "str":
        words = np.empty(len(outcomes), dtype=object)
        words[:] = [np.nan if value is None else value for value in outcomes]
        return ParsedColumn(pd.Series(words[codes], dtype="str"), problems, words)
    return ParsedColumn(_stored(field_, outcomes, codes), problems)


def _stored(field_: Field, outcomes: list[Any], codes: np.ndarray) -> pd.Series:
    missing = np.array([value is None for value in outcomes], dtype=bool)
    if field_.is_number:
        numbers = np.array([0 if value is None else value for value in outcomes], dtype=np.int64)
        return pd.Series(pd.arrays.IntegerArray(numbers[codes], missing[codes]))
    if field_.type == "bool":
        flags = np.array([bool(value) for value in outcomes], dtype=bool)
        return pd.Series(pd.arrays.BooleanArray(flags[codes], missing[codes]))
    blank = np.datetime64("NaT", "s")
    days = np.array([blank if value is None else value for value in outcomes], dtype="datetime64[s]")
    return pd.Series(days[codes])


def _plain(field_: Field, texts: Sequence[str]) -> bool:
    """Whether many texts are all acceptable as they stand, found by one search over all of them."""
    if field_.type not in {"text", "code"} or field_.choices or field_.wildcards:
        return False
    joined = _MARK.join(texts)
    if joined.count(_MARK) != len(texts) - 1:
        return False
    longest = max(map(len, texts))
    if field_.type == "code":
        starts = any(f"{_MARK}{mark}" in joined for mark in "._-") or texts[0][:1] in {".", "_", "-"}
        return longest <= 40 and not starts and _ODD_CODE.search(joined) is None
    return longest <= TEXT_LIMIT and _ODD_TEXT.search(joined) is None


def _words(texts: Sequence[str]) -> np.ndarray:
    words = np.array(texts, dtype=object)
    if "" in texts:
        words[texts.index("")] = np.nan
    return words
