"""Changes about fixed events: moved to another session, cancelled."""

from __future__ import annotations

import pandas as pd

from vitri.data.choices import SESSION
from vitri.data.fields import column_text
from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome

_HOURS = ("start_time", "end_time")


def move_event(draft: Draft, change: Change) -> Outcome | None:
    """Move the events named to a day and a session; the hours are the session's unless they are given."""
    given = {name: change.keys[name] for name in ("date", "session", *_HOURS) if name in change.keys}
    if not {"date", "session"} & set(given):
        draft.findings.append(
            change.finding(
                "missing_value",
                "date",
                N_("An event moves to another day or another session."),
                N_("Give date, session, or both."),
            )
        )
        return None
    from vitri.data.tables import TABLES

    spec = TABLES["events"].by_name
    count = len(draft.findings)
    stored = {name: draft.stored(spec[name], text, change, name) for name, text in given.items()}
    labels = draft.rows("events", change)
    if len(draft.findings) > count:
        return None
    table = draft.table("events")
    labels = [x for x in labels if any(_differs(table[name][x], value) for name, value in stored.items())]
    if not labels:
        draft.nothing(change)
        return None
    before, sessions, days = _places(draft, labels)
    blank = {name: None for name in _HOURS if name not in stored and "session" in stored}
    for name, value in {**stored, **blank}.items():
        if not draft.put("events", labels, name, [value] * len(labels), change):
            return None
    after, new_sessions, new_days = _places(draft, labels)
    return Outcome(
        rows=len(labels),
        before=before,
        after=after,
        measure="events",
        fields={
            "what": _titles(draft, labels),
            "old_session": sessions,
            "old_day": days,
            "new_session": new_sessions,
            "new_day": new_days,
        },
    )


def cancel_event(draft: Draft, change: Change) -> Outcome | None:
    """Cancel the events named; the rows stay, so that the calendar can say what is cancelled."""
    labels = draft.rows("events", change)
    status = draft.table("events")["status"]
    held = int((status.fillna("planned") != "cancelled").sum())
    labels = [label for label in labels if status[label] != "cancelled"]
    if not labels:
        draft.nothing(change)
        return None
    if not draft.put("events", labels, "status", ["cancelled"] * len(labels), change):
        return None
    return Outcome(
        rows=len(labels), before=held, after=held - len(labels), measure="events",
        fields={"what": _titles(draft, labels)},
    )  # fmt: skip


def _differs(old: object, new: object) -> bool:
    return bool(pd.isna(old)) or old != new  # type: ignore[call-overload]


def _titles(draft: Draft, labels: list[int]) -> str:
    return ", ".join(
        f'"{title}"' for title in column_text(draft.table("events").loc[labels, "title"], "text")
    )


def _places(draft: Draft, labels: list[int]) -> tuple[str, str, str]:
    """Return days with sessions, sessions, and days of events, each once and in order of time."""
    rows = draft.table("events").loc[labels].sort_values("date")
    days = rows["date"].dt.strftime("%d/%m/%Y").tolist()
    sessions = rows["session"].astype(str).tolist()
    both = [f"{day} {session}" for day, session in zip(days, sessions, strict=True)]
    return tuple(", ".join(dict.fromkeys(part)) for part in (both, sessions, days))  # type: ignore[return-value]


KINDS = (
    Kind(
        do="move_event",
        table="events",
        apply=move_event,
        where_required=("code",),
        keys=(
            Key("date", "text"),
            Key("session", "choice", choices=tuple(choice.code for choice in SESSION)),
            Key("start_time", "text"),
            Key("end_time", "text"),
        ),
        sentence=N_("{what} moves from {old_session} of {old_day} to {new_session} of {new_day}."),
    ),
    Kind(
        do="cancel_event",
        table="events",
        apply=cancel_event,
        where_required=("code",),
        keys=(),
        sentence=N_("{what} is cancelled."),
    ),
)
