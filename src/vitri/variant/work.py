"""Changes of the work: its volume, its growth, its norms, its state."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from vitri.data.fields import column_text, period_bounds
from vitri.i18n import N_
from vitri.variant.draft import Draft, scaled
from vitri.variant.model import Change, Key, Kind, Outcome

_QUANTITIES = ("quantity", "approved_quantity")


def minutes(draft: Draft, labels: list[int]) -> int:
    """Return the minutes of some registrations: quantity × norm × coefficients of item and line.

    Local norms and office coefficients are left out: this is the figure of a change's record, not of a plan.
    """
    lines = draft.table("registrations").loc[labels]
    items = draft.table("work_items").set_index("code")
    norm = (
        lines["unit_minutes"]
        .astype("Float64")
        .fillna(lines["work_item"].map(items["unit_minutes"]).astype("Float64"))
    )
    item = lines["work_item"].map(items["coefficient"]).astype("Float64").fillna(1000)
    amount = lines["approved_quantity"].fillna(lines["quantity"]).astype("Float64")
    total = (amount * norm * item * lines["coefficient"].astype("Float64").fillna(1000)).sum()
    return int((Decimal(str(float(total))) / Decimal(10**10)).to_integral_value(ROUND_HALF_UP))


def _scale_lines(draft: Draft, change: Change, factors: dict[int, Decimal]) -> Outcome | None:
    """Multiply the quantities of some registrations, line by line."""
    if not factors:
        draft.nothing(change)
        return None
    labels = list(factors)
    before = minutes(draft, labels)
    for column in _QUANTITIES:
        values = draft.table("registrations")[column]
        given = [label for label in labels if not pd.isna(values[label])]
        new = [scaled(int(values[label]), factors[label]) for label in given]
        if given and not draft.put("registrations", given, column, new, change):
            return None
    return Outcome(rows=len(labels), before=before, after=minutes(draft, labels), measure="minutes")


def scale_work(draft: Draft, change: Change) -> Outcome | None:
    """Multiply the volume of the registrations named."""
    by: Decimal = change.keys["by"]
    return _scale_lines(draft, change, dict.fromkeys(draft.rows("registrations", change), by))


def growth(draft: Draft, change: Change) -> Outcome | None:
    """Let the volume grow by so many percent a year, compounded, from a month on.

    The first twelve months after `from_month` already stand one step higher. A line over several months grows
    by the mean factor of its months.
    """
    step = 1 + Decimal(change.keys["by_pct"]) / 100
    start = _index(change.keys.get("from_month", draft.setting("first_month")))
    table = draft.table("registrations")
    factors: dict[int, Decimal] = {}
    for label in draft.rows("registrations", change):
        first, last = period_bounds(str(table["period"][label]))
        months = range(_of(first), _of(last) + 1)
        powers = [step ** ((month - start) // 12 + 1) if month >= start else Decimal(1) for month in months]
        if any(month >= start for month in months):
            factors[label] = sum(powers, Decimal(0)) / len(powers)
    return _scale_lines(draft, change, factors)


def _of(day: dt.date) -> int:
    """Number the months."""
    return day.year * 12 + day.month


def _index(month: str) -> int:
    """Number a month given as text."""
    return _of(period_bounds(month)[0])


def set_norm(draft: Draft, change: Change) -> Outcome | None:
    """Give work items another norm: everywhere, or from a month or in an office as a row of `norms`."""
    keys = change.keys
    if ("unit_minutes" in keys) == ("by" in keys):
        draft.findings.append(
            change.finding(
                "missing_value",
                "unit_minutes",
                N_("Give either unit_minutes or by."),
                N_("unit_minutes is the new norm, by a factor on the old one."),
            )
        )
        return None
    where = dict(change.where)
    offices = tuple(v for v in where.pop("office", ("*",)) if v != "*")
    where["code"] = where.pop("work_item", ("*",))
    labels = [
        x
        for x in draft.rows("work_items", change, where)
        if not pd.isna(draft.table("work_items")["unit_minutes"][x])
    ]
    if not labels:
        draft.nothing(change)
        return None
    items = draft.table("work_items").loc[labels]
    old = [int(value) for value in items["unit_minutes"]]
    new = [scaled(v, keys["by"]) if "by" in keys else scaled(100, keys["unit_minutes"]) for v in old]
    local = "from_month" in keys or bool(offices)
    month = keys.get("from_month", draft.setting("first_month"))
    if local:
        source = keys.get("source", change.variant)
        day = pd.Timestamp(f"{month}-01").as_unit("s")
        rows = [
            {"work_item": code, "office": office, "valid_from": day, "unit_minutes": value, "source": source}
            for office in offices or ("*",)
            for code, value in zip(items["code"], new, strict=True)
        ]
        draft.append("norms", rows, change)
    else:
        if not draft.put("work_items", labels, "unit_minutes", new, change):
            return None
        _set_local(draft, change, set(items["code"]))
    fields = {
        "a": Decimal(sum(old)) / 100 / len(old),
        "b": Decimal(sum(new)) / 100 / len(new),
        "month": month,
    }
    return Outcome(
        rows=len(labels) * max(1, len(offices)),
        before=_minutes(old),
        after=_minutes(new),
        measure="unit_minutes",
        fields=fields,
    )


def digitise(draft: Draft, change: Change) -> Outcome | None:
    """Let products take so many percent less time, everywhere or from a month or in an office on."""
    factor = 1 - Decimal(change.keys["by_pct"]) / 100
    keys = {name: value for name, value in change.keys.items() if name != "by_pct"}
    return set_norm(draft, replace(change, keys=keys | {"by": factor}))


def _set_local(draft: Draft, change: Change, codes: set[str]) -> None:
    """Carry a norm that changes everywhere over to its dated and local rows, which would win otherwise."""
    norms = draft.table("norms")
    labels = [
        x for x in norms.index if norms["work_item"][x] in codes and not pd.isna(norms["unit_minutes"][x])
    ]
    if labels:
        keys = change.keys
        old = [int(norms["unit_minutes"][x]) for x in labels]
        new = [scaled(v, keys["by"]) if "by" in keys else scaled(100, keys["unit_minutes"]) for v in old]
        draft.put("norms", labels, "unit_minutes", new, change)


def _minutes(hundredths: list[int]) -> str:
    """Write norms: one number, or the smallest and the largest."""
    low, high = (f"{Decimal(value) / 100:f}" for value in (min(hundredths), max(hundredths)))
    return low if low == high else f"{low}–{high}"


def set_status(draft: Draft, change: Change) -> Outcome | None:
    """Move registrations to another state; the reason is added to their note."""
    labels = draft.rows("registrations", change)
    table = draft.table("registrations")
    status = change.keys["status"]
    labels = [
        label
        for label in labels
        if (table["status"][label] if not pd.isna(table["status"][label]) else "approved") != status
    ]
    if not labels:
        draft.nothing(change)
        return None
    old = sorted({text or "approved" for text in column_text(table.loc[labels, "status"], "enum")})
    if not draft.put("registrations", labels, "status", status, change):
        return None
    if "reason" in change.keys:
        notes = column_text(table.loc[labels, "note"], "text")
        draft.put(
            "registrations",
            labels,
            "note",
            [f"{note}; {change.keys['reason']}" if note else change.keys["reason"] for note in notes],
            change,
        )
    return Outcome(rows=len(labels), before=", ".join(old), after=status, measure="status")


_BY = Key("by", "decimal", required=True, minimum=Decimal(0), above=True, maximum=Decimal(1000))
_STATES = ("draft", "registered", "approved", "returned", "assigned", "done", "cancelled")

KINDS = (
    Kind(
        do="scale_work",
        table="registrations",
        keys=(_BY,),
        apply=scale_work,
        sentence=N_("The volume of work of {where} is multiplied by {by}."),
    ),
    Kind(
        do="growth",
        table="registrations",
        apply=growth,
        keys=(
            Key("by_pct", "decimal", required=True, minimum=Decimal(-99), maximum=Decimal(1000)),
            Key("per", "choice", choices=("year",)),
            Key("from_month", "month"),
        ),
        sentence=N_("The volume of work of {where} grows by {by_pct} % a year."),
    ),
    Kind(
        do="set_norm",
        table="work_items",
        apply=set_norm,
        where_columns=("work_item", "office", "task_group", "organisation", "complexity"),
        keys=(
            Key("unit_minutes", "decimal", minimum=Decimal(0), above=True, maximum=Decimal(100000)),
            Key("by", "decimal", minimum=Decimal(0), above=True, maximum=Decimal(1000)),
            Key("from_month", "month"),
            Key("source", "text"),
        ),
        sentence=N_("The norm of {where} changes from {before} to {after} minutes from {month}."),
    ),
    Kind(
        do="digitise",
        table="work_items",
        apply=digitise,
        where_columns=("work_item", "office", "task_group", "organisation", "complexity"),
        where_required=("work_item",),
        keys=(
            Key("by_pct", "decimal", required=True, minimum=Decimal(0), above=True, maximum=Decimal(99)),
            Key("from_month", "month"),
            Key("source", "text"),
        ),
        sentence=N_(
            "{where} is digitised, {by_pct} % less time: {before} becomes {after} minutes from {month}."
        ),
    ),
    Kind(
        do="set_status",
        table="registrations",
        apply=set_status,
        keys=(Key("status", "choice", required=True, choices=_STATES), Key("reason", "text")),
        sentence=N_("{rows} registrations move to the state {status}."),
    ),
)
