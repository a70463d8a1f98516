"""Where the rules of a planning model come from: sources, assumptions, and rules that are switched off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from vitri.i18n import Lang, date_text, tr
from vitri.report.source import missing, text

_LONGEST = 420  # characters


@dataclass(frozen=True)
class Provision:
    """Some figures of the planning model that share one origin, in words; `reason` says why it is off."""

    title: str
    values: str
    status: str
    source: str
    dates: str
    note: str
    in_force: bool
    reason: str


def provisions(model: Any, lang: Lang, tables: Collection[str] | None = None) -> list[Provision] | None:
    """Return what the model fixes and what it switches off; None without a model that can tell.

    `tables` names the tables of the model that are wanted; None wants all.
    """
    if not hasattr(model, "sources"):
        return None
    return [
        _provision(row, lang)
        for row in model.sources(lang)
        if tables is None or str(row["path"]).split("[")[0] in tables
    ]


def _short(value: str) -> str:
    """Cut a long list of values for paper; the whole stands in the planning model."""
    return value if len(value) <= _LONGEST else value[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _provision(row: Mapping[str, Any], lang: Lang) -> Provision:
    dates = []
    if not missing(row.get("date")):
        dates.append(tr("dated {date}", lang, date=date_text(row["date"], lang)))
    if not missing(row.get("valid_from")):
        dates.append(tr("from {date}", lang, date=date_text(row["valid_from"], lang)))
    if not missing(row.get("valid_to")):
        dates.append(tr("until {date}", lang, date=date_text(row["valid_to"], lang)))
    return Provision(
        title=text(row.get("what")),
        values=_short(text(row.get("value"))),
        status=text(row.get("status_code")),
        source=text(row.get("source")),
        dates=", ".join(dates),
        note=text(row.get("note")),
        in_force=bool(row.get("in_force", True)),
        reason=text(row.get("reason")),
    )
