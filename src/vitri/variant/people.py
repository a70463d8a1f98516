"""Changes about people: absences, leaving, pins, no recruitment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.data.fields import column_text
from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.units import current_heads

_ABSENCES = (
    "annual_leave",
    "sick",
    "maternity",
    "training",
    "secondment",
    "unpaid",
    "reduced_hours",
    "other",
)
_PINS = ("hold_position", "main", "backup", "helper", "exclude", "at_session")
_REASONS = ("retirement", "term_end", "transfer", "contract_end", "other")


def _days(draft: Draft, change: Change, *names: str) -> dict[str, Any] | None:
    """Return the days named by some keys in stored form, or None after a finding."""
    from vitri.data.tables import TABLES

    field = TABLES["absences"].by_name["from_date"]
    count = len(draft.findings)
    days = {name: draft.stored(field, change.keys[name], change, name) for name in names}
    return days if len(draft.findings) == count else None


def add_absence(draft: Draft, change: Change) -> Outcome | None:
    """Let the officials named be absent from one day to another, all day or for a share of it."""
    days = _days(draft, change, "from_date", "to_date")
    labels = draft.rows("officials", change)
    if days is None:
        return None
    if not labels:
        draft.nothing(change)
        return None
    if days["to_date"] < days["from_date"]:
        draft.findings.append(
            change.finding(
                "dates_reversed",
                "to_date",
                N_("The absence ends before it begins."),
                N_("Exchange from_date and to_date."),
                value=str(change.keys["to_date"]),
            )
        )
        return None
    before = len(draft.table("absences"))
    share = change.keys.get("share_pct")
    rows = [
        {
            "official": code,
            **days,
            "kind": change.keys["kind"],
            **({} if share is None else {"share_pct": int(share)}),
        }
        for code in column_text(draft.table("officials").loc[labels, "code"], "code")
    ]
    draft.append("absences", rows, change)
    return Outcome(rows=len(rows), before=before, after=before + len(rows), measure="absences")


def retire(draft: Draft, change: Change) -> Outcome | None:
    """Let the officials named leave service on a day."""
    days = _days(draft, change, "on")
    labels = draft.rows("officials", change)
    if days is None:
        return None
    table = draft.table("officials")
    day = days["on"]
    labels = [label for label in labels if pd.isna(table["to_date"][label]) or table["to_date"][label] > day]
    if not labels:
        draft.nothing(change)
        return None
    as_of = pd.Timestamp(draft.setting("as_of"))
    serving = int((table["to_date"].isna() | (table["to_date"] >= as_of)).sum())
    if not draft.put("officials", labels, "to_date", [day] * len(labels), change):
        return None
    reason = change.keys.get("reason", "retirement")
    draft.put("officials", labels, "to_reason", [reason] * len(labels), change)
    return Outcome(rows=len(labels), before=serving, after=serving - len(labels), measure="officials")


def pin(draft: Draft, change: Change) -> Outcome | None:
    """Fix who does what: one row of `pins` for every official named."""
    labels = draft.rows("officials", change)
    if not labels:
        draft.nothing(change)
        return None
    before = len(draft.table("pins"))
    columns = ("position", "task_group", "registration")
    given = {column: change.keys[column] for column in columns if column in change.keys}
    if not given:
        draft.findings.append(
            change.finding(
                "missing_value",
                "task_group",
                N_("A pin names what the official is fixed to."),
                N_("Give position, task_group or registration."),
            )
        )
        return None
    codes = column_text(draft.table("officials").loc[labels, "code"], "code")
    rows = [
        {"code": f"{change.variant}.{change.order}.{code}", "kind": change.keys["kind"], "official": code}
        | given
        | {"reason": change.keys.get("reason", change.variant)}
        for code in codes
    ]
    draft.append("pins", rows, change)
    fields = {"what": ", ".join(given.values()), "who": ", ".join(codes)}
    return Outcome(rows=len(rows), before=before, after=before + len(rows), measure="pins", fields=fields)


def unpin(draft: Draft, change: Change) -> Outcome | None:
    """Take pins away."""
    labels = draft.rows("pins", change)
    if not labels:
        draft.nothing(change)
        return None
    before = len(draft.table("pins"))
    draft.drop("pins", labels)
    return Outcome(rows=len(labels), before=before, after=before - len(labels), measure="pins")


def freeze_recruitment(draft: Draft, change: Change) -> Outcome | None:
    """Let units have no more posts than heads today: nobody is hired, people may still move inside."""
    units = change.where["unit"]
    known = draft.codes("offices") | draft.codes("areas")
    if not set(units) <= known:
        draft.rows("quotas", change)  # records the code that is not known
        draft.nothing(change)
        return None
    heads, befores = [], []
    for unit in units:
        table = draft.table("quotas")
        same = table["unit"].eq(unit)
        for column in ("organisation", "position_class", "category"):
            same &= table[column].isna()
        labels = list(table.index[same])
        if not labels:
            labels = draft.append("quotas", [{"unit": unit, "status": "unassigned"}], change)
        count = current_heads(draft, unit)
        old = draft.table("quotas").loc[labels, "cap"].dropna()
        befores += [int(value) for value in old]
        if not draft.put("quotas", labels[:1], "cap", [count], change):
            return None
        heads.append(count)
    return Outcome(
        rows=len(units),
        before=sum(befores) if befores else "–",
        after=sum(heads),
        measure="cap",
    )


KINDS = (
    Kind(
        do="add_absence",
        table="officials",
        apply=add_absence,
        where_required=("code",),
        keys=(
            Key("from_date", "text", required=True),
            Key("to_date", "text", required=True),
            Key("kind", "choice", required=True, choices=_ABSENCES),
            Key("share_pct", "int", minimum=Decimal(0), above=True, maximum=Decimal(100)),
        ),
        sentence=N_("{where}: absent from {from_date} to {to_date}."),
    ),
    Kind(
        do="retire",
        table="officials",
        apply=retire,
        keys=(Key("on", "text", required=True), Key("reason", "choice", choices=_REASONS)),
        sentence=N_("{where}: {rows} leave service on {on}."),
    ),
    Kind(
        do="pin",
        table="officials",
        apply=pin,
        where_required=("code",),
        keys=(
            Key("kind", "choice", required=True, choices=_PINS),
            Key("position", "text"),
            Key("task_group", "text"),
            Key("registration", "text"),
            Key("reason", "text"),
        ),
        sentence=N_("{who} is fixed to {what}."),
    ),
    Kind(
        do="unpin",
        table="pins",
        apply=unpin,
        keys=(),
        sentence=N_("{rows} pins are taken away ({where})."),
    ),
    Kind(
        do="freeze_recruitment",
        table="quotas",
        apply=freeze_recruitment,
        where_columns=("unit",),
        where_required=("unit",),
        keys=(),
        sentence=N_("Nobody is recruited at {where}: at most {after} posts, the heads of today."),
    ),
)
