"""Short forms for declaring the columns that many tables share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vitri.data.choices import SESSION
from vitri.data.fields import Choice, Field, FieldType

OWN_MODEL_VI = "theo mô hình"
OWN_MODEL_EN = "the model's"


def column(
    name: str,
    type_: FieldType,
    titles: tuple[str, str],
    helps: tuple[str, str],
    flags: str = "",
    *,
    between: tuple[str, str] | None = None,
    unit: tuple[str, str] = ("", ""),
    otherwise: tuple[str, str] = ("", ""),
    choices: tuple[Choice, ...] = (),
    caps: str = "",
    **more: Any,
) -> Field:
    """Return a `Field`; `flags` holds ``!`` (required) and ``#`` (part of the key).

    Titles, helps, `unit` and `otherwise` (the described default) are pairs (Vietnamese, English). `between`
    gives the allowed range as texts; a leading ``>`` makes the lower end exclusive.
    """
    low, high = between or ("", "")
    if type_ == "pct" and between is None:
        low, high = "0", "100"
    return Field(
        name=name,
        type=type_,
        title_vi=titles[0],
        title_en=titles[1],
        help_vi=helps[0],
        help_en=helps[1],
        required="!" in flags,
        key="#" in flags,
        minimum=Decimal(low.lstrip(">")) if low else None,
        maximum=Decimal(high) if high else None,
        above_minimum=low.startswith(">"),
        unit_vi="%" if type_ == "pct" else unit[0],
        unit_en="%" if type_ == "pct" else unit[1],
        default_vi=otherwise[0],
        default_en=otherwise[1],
        choices=SESSION if type_ == "session" else choices,
        capabilities=caps,
        **more,
    )


def note() -> Field:
    """Return the free-text column that closes most tables."""
    return column(
        "note", "text", ("Ghi chú", "Note"), ("Ghi chú tự do.", "Anything worth remembering."), caps="D"
    )


def office(flags: str = "!", caps: str = "all", **more: Any) -> Field:
    """Return a column that names an office."""
    helps = more.pop("helps", ("Mã văn phòng trong bảng Văn phòng.", "Code of an office."))
    refers = more.pop("refers_to", ("offices",))
    return column(
        "office", "code", ("Văn phòng", "Office"), helps, flags, caps=caps, refers_to=refers, **more
    )


def organisation(
    titles: tuple[str, str], helps: tuple[str, str], flags: str = "", caps: str = "P", **more: Any
) -> Field:
    """Return a column that names an organisation."""
    return column(
        "organisation", "code", titles, helps, flags, caps=caps, refers_to=("organisations",), **more
    )


def official(
    titles: tuple[str, str] = ("Mã người", "Official"),
    flags: str = "!#",
    caps: str = "N",
    name: str = "official",
) -> Field:
    """Return a column that names an official by code."""
    helps = ("Mã người trong bảng Công chức.", "Code of an official.")
    return column(name, "code", titles, helps, flags, caps=caps, refers_to=("officials",))
