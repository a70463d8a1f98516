"""The value types of a planning model: exact numbers, texts, choices, and what each allows, in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from vitri.i18n import nfc

Tier = Literal["district", "commune", "province", "other"]
Body = Literal["front", "party", "mass", "state"]
Status = Literal["law", "policy", "assumption"]
PositionClass = Literal["I", "II", "III"]
#: What working time goes into beside products; two figures that cover one of them may take it off twice.
Activity = Literal["meeting", "study", "party", "break", "support", "leave"]
Measure = Literal[
    "unmet_minutes",
    "overtime_minutes",
    "posts",
    "salary",
    "moved_people",
    "retrained_levels",
    "changed_sessions",
    "imbalance_minutes",
    "extra_duties",
]


def _decimal(value: Any) -> Any:
    """Take an int, a Decimal or a float as written (its shortest text); leave all else to be refused."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise ValueError("number")
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _whole(value: Any) -> Any:
    """Take a whole number, also one that a workbook stored as 480.0."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)) or value != int(value):
        raise ValueError("whole number")
    return int(value)


def _text(value: Any) -> Any:
    """Take a text, put into NFC."""
    if not isinstance(value, str):
        raise ValueError("text")
    return nfc(value)


def _flag(value: Any) -> Any:
    """Take true or false only."""
    if not isinstance(value, bool):
        raise ValueError("flag")
    return value


def _day(value: Any) -> Any:
    """Take a date, or a date and time at midnight (a workbook's cell)."""
    if isinstance(value, dt.datetime):
        value = value.date()
    if not isinstance(value, dt.date):
        raise ValueError("date")
    return value


def _priorities(value: Any) -> Any:
    """Turn the keys of ``{1 = 0, 2 = 2}``, which TOML reads as text, into whole numbers."""
    if not isinstance(value, dict):
        raise ValueError("table")
    return {
        int(key) if isinstance(key, str) and key.strip().isdigit() else key: v for key, v in value.items()
    }


Int = Annotated[int, BeforeValidator(_whole)]
Dec = Annotated[Decimal, BeforeValidator(_decimal)]
Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Day = Annotated[dt.date, BeforeValidator(_day)]
Code = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Clock = Annotated[str, BeforeValidator(_text), Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Pct = Annotated[Decimal, BeforeValidator(_decimal), Field(ge=0, le=100, decimal_places=2)]
Priority = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=3)]
PctByPriority = Annotated[dict[Annotated[int, Field(ge=1, le=3)], Pct], BeforeValidator(_priorities)]
Price = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1_000_000)]
PriceByPriority = Annotated[dict[Annotated[int, Field(ge=1, le=3)], Price], BeforeValidator(_priorities)]
