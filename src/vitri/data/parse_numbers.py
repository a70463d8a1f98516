"""Parse numbers exactly, and say what is wrong with a text that is none."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from vitri.data.fields import Field, places
from vitri.data.findings import Both
from vitri.data.outcome import Outcome, Problem
from vitri.data.parse_units import share_advice, unit_problem
from vitri.i18n import N_

_BOUND = Decimal(10) ** 15
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_ONE_COMMA = re.compile(r"[+-]?\d+,\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[., \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_ONE_GROUP = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_LEADING = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def number_outcome(text: str, field_: Field, decimal: str) -> Outcome:
    """Parse one number text to its scaled integer."""
    plain = text
    if decimal == "comma":
        if "." in text and _NUMBER.fullmatch(text):
            return None, _decimal_dot(text)
        if "." not in text:
            plain = text.replace(",", ".", 1)
    if not _NUMBER.fullmatch(plain):
        return None, unit_problem(text, field_, decimal) or _not_a_number(text)
    value = Decimal(plain)
    kept = places(field_.type)
    exact = value.scaleb(kept)
    title = Both(field_.title_vi, field_.title_en)
    if exact != exact.to_integral_value():
        return None, _too_fine(value, text, field_, title)
    problem = _range_problem(value, field_, title)
    if problem is not None:
        return None, problem
    if decimal == "dot" and kept and _ONE_GROUP.fullmatch(text):
        grouped = Decimal(text.replace(".", ""))
        if field_.maximum is None or grouped <= field_.maximum:
            return int(exact), Problem(
                "thousands_mark",
                N_("{value} is read as {read}."),
                N_("If you mean {grouped}, write {plain}."),
                fields={"value": text, "read": value, "grouped": grouped, "plain": str(grouped)},
                keep=True,
            )
    return int(exact), None


def _decimal_dot(text: str) -> Problem:
    return Problem(
        "decimal_dot",
        N_('"{value}" uses a dot, but this scenario says decimal = "comma".'),
        N_("Write {comma}."),
        fields={"value": text, "comma": text.replace(".", ",")},
    )


def _not_a_number(text: str) -> Problem:
    if _GROUPED.fullmatch(text):
        grouped = re.fullmatch(r"([+-]?\d{1,3}(?:[., \u00a0\u202f]\d{3})+)([.,]\d+)?", text)
        assert grouped is not None
        plain = re.sub(r"[., \u00a0\u202f]", "", grouped[1]) + (grouped[2] or "").replace(",", ".")
        if _ONE_COMMA.fullmatch(text):
            return Problem(
                "decimal_comma",
                N_('"{value}" uses a comma.'),
                N_("Write {dot}, or {plain} if the comma marks thousands."),
                fields={"value": text, "dot": text.replace(",", "."), "plain": plain},
            )
        return Problem(
            "grouped_number",
            N_('"{value}" has thousands marks.'),
            N_("Write {plain}."),
            fields={"value": text, "plain": plain},
        )
    if _ONE_COMMA.fullmatch(text):
        return Problem(
            "decimal_comma",
            N_('"{value}" uses a comma.'),
            N_('Write {dot} or set decimal = "comma".'),
            fields={"value": text, "dot": text.replace(",", ".")},
        )
    message = N_('"{value}" is not a number.')
    if text.startswith("#"):
        return Problem(
            "text_in_number",
            message,
            N_("The formula of this cell gives an error. Mend it or type the number."),
            fields={"value": text},
        )
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}.*", text):
        return Problem(
            "text_in_number",
            message,
            N_("The spreadsheet made a date of it. Format the cell as a number and type it again."),
            fields={"value": text},
        )
    found = _LEADING.match(text)
    if found:
        return Problem(
            "text_in_number",
            message,
            N_("Write {number} alone; the unit goes in the column of the product or the note."),
            fields={"value": text, "number": found[0].replace(",", ".")},
        )
    return Problem(
        "text_in_number", message, N_("Write a number, or clear the cell."), fields={"value": text}
    )


def _too_fine(value: Decimal, text: str, field_: Field, title: Both) -> Problem:
    if field_.type == "int":
        if field_.unit_en in {"posts", "people"}:
            return Problem(
                "fractional_posts",
                N_("{value} posts is not whole."),
                N_("Write a whole number. Part time belongs in officials.fte_pct."),
                N_("a whole number"),
                {"value": value},
            )
        advice = N_("Write a whole number.")
        if _ONE_GROUP.fullmatch(text):
            advice = N_("Write {plain} if the dot marks thousands, else a whole number.")
        return Problem(
            "not_whole",
            N_("{title} is {value}, not a whole number."),
            advice,
            N_("a whole number"),
            {"title": title, "value": value, "plain": text.replace(".", "")},
        )
    kept = places(field_.type)
    meant = share_advice(value, field_)
    if meant is not None and value < 1:
        return Problem(
            "too_many_decimals",
            N_("{value} has more than {places} decimals."),
            meant[0],
            N_("at most {places} decimals"),
            {"value": text, "places": kept, **meant[1]},
        )
    rounded = value.quantize(Decimal(1).scaleb(-kept), ROUND_HALF_UP)
    return Problem(
        "too_many_decimals",
        N_("{value} has more than {places} decimals."),
        N_("Write {rounded}."),
        N_("at most {places} decimals"),
        {"value": text, "places": kept, "rounded": f"{rounded.normalize():f}"},
    )


def range_text(field_: Field) -> tuple[str, dict[str, object]]:
    """Return the allowed range of a number field as a message id with its fields."""
    low, high = field_.minimum, field_.maximum
    if low is None:
        return "", {}
    if high is None:
        return N_("{low} or more"), {"low": low}
    if field_.above_minimum:
        return N_("more than {low}, at most {high}"), {"low": low, "high": high}
    return N_("{low} to {high}"), {"low": low, "high": high}


def _range_problem(value: Decimal, field_: Field, title: Both) -> Problem | None:
    low, high = field_.minimum, field_.maximum
    too_low = low is not None and (value <= low if field_.above_minimum else value < low)
    too_high = value > (high if high is not None else _BOUND) or value < -_BOUND
    if not too_low and not too_high:
        return None
    allowed, fields = range_text(field_)
    fields |= {"title": title, "value": value}
    message = N_("{title} is {value}.")
    if value < 0 and low is not None and low >= 0:
        advice = N_("Write a number that is not negative.")
        if field_.name in {"quantity", "approved_quantity"}:
            advice = N_('To drop work, set status "cancelled".')
        return Problem("negative", message, advice, allowed, fields)
    meant = share_advice(value, field_)
    if meant is not None:
        return Problem("out_of_range", message, meant[0], allowed, {**fields, **meant[1]})
    return Problem("out_of_range", message, N_("Give a number within the limits."), allowed, fields)
