"""Where a change acts, in words, and the nearest known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from vitri.i18n import N_, Lang, number, tr

if TYPE_CHECKING:
    from vitri.variant.model import Change

WORDS = {
    "shared": N_("shared staff"),
    "own": N_("each organisation's own staff"),
    "outside": N_("not served"),
    "allocated": N_("allocated"),
    "provisional": N_("provisional"),
    "unassigned": N_("not assigned"),
    "common": N_("common to all offices"),
    "class": N_("by office class"),
    "free": N_("free for each office"),
    "ceiling": N_("ceiling"),
    "need": N_("need"),
    "draft": N_("draft"),
    "registered": N_("registered"),
    "approved": N_("approved"),
    "returned": N_("returned"),
    "assigned": N_("assigned"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
    "morning": N_("the morning"),
    "afternoon": N_("the afternoon"),
    "full_day": N_("the whole day"),
    "evening": N_("the evening"),
}
"""Codes that a sentence shows, as words."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name most like a word, or all known names when none is near."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    if not close:
        lower = {name.lower(): name for name in names}
        close = [lower[near] for near in get_close_matches(word.lower(), lower, n=1, cutoff=0.5)]
    return close[0] if close else ", ".join(names[:12])


def shown(value: object, lang: Lang) -> str:
    """Write a number the reader's way and a code or marked text in words."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return number(value, lang)
    if not isinstance(value, str) or not value:
        return str(value)
    return ", ".join(tr(WORDS.get(part, part), lang) for part in value.split(", "))


def place(change: Change, table: str | None, lang: Lang) -> str:
    """Describe the `where` of a change with column titles; "everything" when nothing narrows it."""
    from vitri.data.tables import TABLES

    columns = TABLES[table].by_name if table else {}
    parts = []
    for name, values in change.where.items():
        if values == ("*",):
            continue
        title = columns[name].title(lang) if name in columns else name
        parts.append(f"{title} {', '.join(values)}")
    return "; ".join(parts) if parts else tr("everything", lang)
