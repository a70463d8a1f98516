"""Vietnamese and English: gettext catalogues, numbers, dates and Vietnamese sort order.

Message ids are the English texts. The Vietnamese catalogue is split by room into
``locale/vi/<room>.po``; the files are read once, in memory, with Babel, so there is no compile step.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

Lang = Literal["vi", "en"]
LANGS: tuple[Lang, ...] = ("vi", "en")


def N_(message: str) -> str:
    """Mark a text for the catalogue without translating it now."""
    return message


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Return message id → text of one language, all rooms joined; English is the ids themselves."""
    if lang == "en":
        return {}
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    folder = resources.files("vitri") / "locale" / lang
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as file:
                for message in read_po(file, locale=lang):
                    if isinstance(message.id, str) and message.id and isinstance(message.string, str):
                        texts[message.id] = message.string
    return texts


def tr(message: str, lang: Lang, /, **fields: object) -> str:
    """Translate a literal English message id and fill its ``{fields}``.

    An id without a translation is shown in English; the tests keep the catalogue complete.
    """
    text = catalogue(lang).get(message) or message
    return text.format(**fields) if fields else text


def nfc(text: str) -> str:
    """Return the text in Unicode NFC: two spellings of one diacritic compare equal."""
    return unicodedata.normalize("NFC", text)


def number(value: Decimal | float | int | None, lang: Lang, decimals: int | None = None) -> str:
    """Write a number the reader's way: ``1.234,5`` in Vietnamese, ``1,234.5`` in English; blank for None."""
    if value is None:
        return ""
    text = f"{value:,}" if decimals is None else f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def signed(value: int, lang: Lang) -> str:
    """Write a change with its sign: ``+2``, ``−1``, ``0``."""
    text = number(abs(value), lang)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def percent(value: Decimal | float | int | None, lang: Lang, decimals: int = 1) -> str:
    """Write a percentage whose value is already in percent: ``36,4 %``."""
    return "" if value is None else f"{number(value, lang, decimals)} %"


def date_text(value: dt.date | None, lang: Lang) -> str:
    """Write a date as dd/mm/yyyy, in both languages; blank for None."""
    return "" if value is None else value.strftime("%d/%m/%Y")


def month_text(month: str, lang: Lang) -> str:
    """Write a month ``2021-06`` as ``06/2021``."""
    year, number_ = month.split("-")
    return f"{number_}/{year}"


_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: index for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


@cache
def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Key of Vietnamese alphabetical order: letters first (a ă â … đ … ơ … ư), tones second.

    Digits and marks come before letters, in code order. Unknown letters sort by their base letter.
    """
    letters: list[int] = []
    tones: list[int] = []
    for char in nfc(text).lower():
        tone = 0
        base = char
        parts = unicodedata.normalize("NFD", char)
        if len(parts) > 1:
            tone = next((_TONES[p] for p in parts if p in _TONES), 0)
            base = nfc("".join(p for p in parts if p not in _TONES))
        if base not in _ORDER and len(parts) > 1:
            base = parts[0]
        letters.append(1000 + _ORDER[base] if base in _ORDER else min(ord(base), 999))
        tones.append(tone)
    return tuple(letters), tuple(tones), text
