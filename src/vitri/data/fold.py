"""Clean the text of cells, and fold Vietnamese to plain ASCII for suggestions and matching titles."""

from __future__ import annotations

import re
import unicodedata

from vitri.i18n import nfc


def without_marks(text: str) -> str:
    """Return the text without diacritics; đ becomes d."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def fold(text: str) -> str:
    """Return the text without diacritics, in lower case, with single spaces."""
    return " ".join(without_marks(text).casefold().split())


def code_from(text: str) -> str:
    """Return a valid code made from a text: ``Kế toán`` → ``KE_TOAN``; "" if nothing is left."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", without_marks(text)).strip("._-")
    return plain.upper()[:40]


def clean_text(text: str) -> str:
    """Return a cell's text in NFC, without outer blanks, with plain line ends."""
    if not text.isascii():
        text = nfc(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()
