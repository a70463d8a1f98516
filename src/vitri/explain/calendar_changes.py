"""What differs between two calendars, in words, in both languages."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.i18n import N_, Lang, date_text, number, tr
from vitri.workload.month.problem import each_row

if TYPE_CHECKING:
    from vitri.plan.result import Result

_SESSIONS = {
    "morning": N_("morning of {day}"),
    "afternoon": N_("afternoon of {day}"),
    "evening": N_("evening of {day}"),
    "full_day": N_("all of {day}"),
}
_ORDER = ("full_day", "morning", "afternoon", "evening")


def when_text(session: str, date: str, lang: Lang) -> str:
    """Return a session and its day in words."""
    return tr(_SESSIONS[session], lang, day=date_text(dt.date.fromisoformat(date), lang))


def calendar_changes(before: Result, after: Result, lang: Lang = "vi") -> list[str]:
    """Return a sentence for each difference: events, people of tasks, then sessions of work that moved."""
    return [*_events(before, after, lang), *_owners(before, after, lang), *_moves(before, after, lang)]


def _events(before: Result, after: Result, lang: Lang) -> list[str]:
    old, new = (_by_event(run.table("sessions")) for run in (before, after))
    told: list[str] = []
    for code in sorted(old.keys() | new.keys()):
        was, now = old.get(code), new.get(code)
        row: Any = now or was
        fields = {"code": code, "title": row.title, "when": when_text(row.session, row.date, lang)}
        if now is None:
            told.append(tr('"{title}" ({code}, {when}) is cancelled.', lang, **fields))
            continue
        if was is None:
            told.append(tr('"{title}" ({code}) is new: {when}.', lang, **fields))
            continue
        if (was.date, was.session, was.start_time) != (now.date, now.session, now.start_time):
            then = when_text(was.session, was.date, lang)
            told.append(tr('"{title}" ({code}) moves from {then} to {when}.', lang, then=then, **fields))
        gone, come = _people(was) - _people(now), _people(now) - _people(was)
        if come:
            told.append(tr('{who} now go to "{title}" ({code}, {when}).', lang, who=_list(come), **fields))
        if gone:
            told.append(
                tr('{who} no longer go to "{title}" ({code}, {when}).', lang, who=_list(gone), **fields)
            )
    return told


def _by_event(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(row.event): row for row in each_row(frame[frame["event"].notna()])}


def _people(row: Any) -> set[str]:
    return set(row.officials.split(";")) if isinstance(row.officials, str) else set()


def _list(codes: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(codes))


def _titles(*runs: Result) -> Mapping[str, str]:
    titles: dict[str, str] = {}
    for run in runs:
        instance = run.instance
        items: dict[str, str] = {}
        if instance is not None:
            frame = instance.table("work_items")
            items = dict(zip(frame["code"], frame["name"], strict=True))
            for row in each_row(instance.table("registrations")):
                own = row.task_name if isinstance(row.task_name, str) else items.get(row.work_item, "")
                titles[str(row.code)] = str(own)
    return titles


def _who(run: Result) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in each_row(run.table("assignments")):
        found[str(row.registration), str(row.pool)].add(str(row.official))
    return {key: frozenset(people) for key, people in found.items()}


def _owners(before: Result, after: Result, lang: Lang) -> list[str]:
    titles = _titles(before, after)
    old, new = _who(before), _who(after)
    known = _registered(after)
    told: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, frozenset()), new.get(key, frozenset())
        if was == now:
            continue
        fields = {
            "code": key[0],
            "title": titles.get(key[0], ""),
            "was": _list(was),
            "now": _list(now),
            "when": _first(after, key, lang),
        }
        if not was:
            told.append(tr("{code} ({title}) is given to {now}, starting in the {when}.", lang, **fields))
        elif now:
            told.append(tr("{code} ({title}) goes from {was} to {now}.", lang, **fields))
        elif key[0] in known:
            told.append(tr("{code} ({title}), which {was} had, is left undone.", lang, **fields))
        else:
            told.append(tr("{code} ({title}), which {was} had, is withdrawn.", lang, **fields))
    return told


def _registered(run: Result) -> set[str]:
    instance = run.instance
    if instance is None:
        return set()
    frame = instance.filled("registrations")
    return set(frame.loc[~frame["status"].isin(["cancelled", "returned", "merged"]), "code"].astype(str))


def _first(run: Result, key: tuple[str, str], lang: Lang) -> str:
    frame = run.table("sessions")
    mine = frame[frame["event"].isna() & (frame["registration"] == key[0]) & (frame["pool"] == key[1])]
    if not len(mine):
        return ""
    slots = sorted({(row.date, _ORDER.index(row.session)) for row in each_row(mine)})
    return when_text(_ORDER[slots[0][1]], slots[0][0], lang)


def _slots(run: Result) -> dict[tuple[str, str, str], dict[tuple[str, str], int]]:
    found: dict[tuple[str, str, str], dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    frame = run.table("sessions")
    for row in each_row(frame[frame["event"].isna()]):
        found[str(row.registration), str(row.pool), str(row.officials)][row.date, row.session] += int(
            row.minutes
        )
    return found


def _moves(before: Result, after: Result, lang: Lang) -> list[str]:
    """Return the work that the same person does in other sessions than before."""
    titles = _titles(before, after)
    old, new = _slots(before), _slots(after)
    told: list[str] = []
    for key in sorted(old.keys() & new.keys()):
        was, now = old[key], new[key]
        left = [slot for slot in was if was[slot] > now.get(slot, 0)]
        more = [slot for slot in now if now[slot] > was.get(slot, 0)]
        minutes = sum(now[slot] - was.get(slot, 0) for slot in more)
        if not left or not more:
            continue
        told.append(
            tr(
                "{who} does {minutes} minutes of {code} ({title}) in the {now} instead of the {was}.",
                lang,
                who=key[2],
                minutes=number(minutes, lang),
                code=key[0],
                title=titles.get(key[0], ""),
                was=_slot_list(left, lang),
                now=_slot_list(more, lang),
            )
        )
    return told


def _slot_list(slots: list[tuple[str, str]], lang: Lang) -> str:
    ordered = sorted(slots, key=lambda slot: (slot[0], _ORDER.index(slot[1])))
    return ", ".join(when_text(session, date, lang) for date, session in ordered)
