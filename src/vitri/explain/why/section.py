"""`Section`: a piece of an answer, a title, sentences and perhaps a table, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitri.i18n import Lang, tr


@dataclass(frozen=True)
class Section:
    """A title, sentences in order, and a table of texts; `right` names its columns that hold numbers."""

    title: str
    sentences: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[int, ...] = ()


def level_name(level: Mapping[str, Any], lang: Lang) -> str:
    """Return a level's name as people read it."""
    if lang == "vi" and level.get("name_vi"):
        return str(level["name_vi"])
    return tr(str(level["name"]), lang)


def named(name: str, code: str) -> str:
    """Return a name with its code, or the code alone where there is no other name."""
    return code if name in ("", code) else f"{name} ({code})"
