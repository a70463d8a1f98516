"""Calendars as iCalendar files (RFC 5545): one per official and one per office, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri._version import __version__
from vitri.i18n import N_, Lang, nfc, tr
from vitri.workload.month.problem import each_row

if TYPE_CHECKING:
    from vitri.plan.result import Result

ZONE = "Asia/Ho_Chi_Minh"
_OCTETS = 75
#: Viet Nam keeps +07:00 all year, without summer time.
_TIMEZONE = (
    "BEGIN:VTIMEZONE",
    f"TZID:{ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0700",
    "TZOFFSETTO:+0700",
    "TZNAME:+07",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def escaped(text: str) -> str:
    """Return a text value as RFC 5545 section 3.3.11 writes it."""
    text = nfc(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = re.sub(r"\r\n|\r|\n", r"\\n", text)
    return "".join(char for char in text if char >= " " and char != "\x7f")


def folded(line: str) -> str:
    """Fold a content line at 75 octets, never inside a letter (section 3.1)."""
    parts: list[str] = []
    part, size = "", 0
    for char in line:
        octets = len(char.encode())
        if size + octets > _OCTETS:
            parts.append(part)
            part, size = " ", 1
        part += char
        size += octets
    return "\r\n".join([*parts, part])


def _stamp(date: str, clock: str) -> str:
    return f"{date.replace('-', '')}T{clock.replace(':', '')}00"


def calendar_text(rows: pd.DataFrame, name: str, stamp: dt.date, scenario: str, lang: Lang) -> str:
    """Return rows of the table `sessions` as one iCalendar file.

    `stamp` is the day that DTSTAMP tells: the scenario's, not the clock's. UIDs come from codes, so that a
    later file updates the same entries.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//vitri//vitri {__version__}//{lang.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{ZONE}",
        *_TIMEZONE,
    ]
    seen: dict[str, int] = {}
    for row in each_row(rows):
        what = f"event.{row.event}" if isinstance(row.event, str) else _work_key(row)
        seen[what] = seen.get(what, 0) + 1
        uid = f"{scenario}.{row.office}.{what}" + (f".{seen[what]}" if seen[what] > 1 else "")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@vitri",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;TZID={ZONE}:{_stamp(row.date, row.start_time)}",
            f"DTEND;TZID={ZONE}:{_stamp(row.date, row.end_time)}",
            f"SUMMARY:{escaped(str(row.title))}",
        ]
        if isinstance(row.place, str):
            lines.append(f"LOCATION:{escaped(row.place)}")
        notes = _notes(row, lang)
        if notes:
            lines.append(f"DESCRIPTION:{escaped(notes)}")
        lines += ["STATUS:CONFIRMED", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _work_key(row: Any) -> str:
    pool = f".{row.pool}" if isinstance(row.pool, str) and row.pool != "shared" else ""
    return f"work.{row.registration}{pool}.{row.officials}.{row.date.replace('-', '')}.{row.session}"


def _notes(row: Any, lang: Lang) -> str:
    told = []
    for value, label in (
        (row.chair, N_("Chair: {text}")),
        (row.officials, N_("Participants: {text}")),
        (row.resources, N_("Rooms, vehicles: {text}")),
        (row.preparation, N_("Preparation: {text}")),
        (row.registration, N_("Registration: {text}")),
    ):
        if isinstance(value, str):
            told.append(tr(label, lang, text=value.replace(";", "; ") if value is row.officials else value))
    return "\n".join(told)


def write_calendars(result: Result, folder: Path, lang: Lang = "vi") -> list[Path]:
    """Write ``<office>.ics`` and ``<official>.ics`` into a folder, whole, and return their paths."""
    frame = result.table("sessions")
    stamp = dt.date.fromisoformat(result.info["scenario"]["as_of"])
    code = str(result.info["scenario"]["code"])
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []

    def write(name: str, choose: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
        title = tr("Work calendar {name}", lang, name=name)
        path = folder / f"{name}.ics"
        draft = folder / f".{name}.ics.tmp"
        draft.write_bytes(calendar_text(choose(frame), title, stamp, code, lang).encode())
        draft.replace(path)
        written.append(path)

    for office in sorted(frame["office"].dropna().unique()):
        write(str(office), lambda f, office=office: f[(f["office"] == office) & f["event"].notna()])  # type: ignore[misc]
    people = sorted({code for cell in frame["officials"].dropna() for code in str(cell).split(";")})
    for person in people:
        write(
            person,
            lambda f, person=person: f[  # type: ignore[misc]
                [person in str(cell).split(";") for cell in f["officials"].fillna("")]
            ],
        )
    return written
