"""Shared or separate staff: rewriting the table of memberships so that a region has one pool."""

from __future__ import annotations

from itertools import product
from typing import Any

import pandas as pd

from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.words import nearest

_COLUMNS = ("office", "organisation", "task_group")
_TABLES = {"office": "offices", "organisation": "organisations", "task_group": "task_groups"}


def set_pool(draft: Draft, change: Change) -> Outcome | None:
    """Serve a region (offices × organisations × task groups) from one pool, its more specific rows included.

    A row that says `outside` is kept: it states who is a member, not whose staff does the work. Where a row
    that reaches over the region's edge would win or tie inside, a row for the common part is added.
    """
    if not _codes_known(draft, change):
        return None
    start: str | None = change.keys.get("from_month")
    pool = change.keys["pool"]
    if not draft.has("memberships"):
        write_default(draft)
    before = _shares(draft)
    touched = 0
    for cell in product(*(change.where.get(column, ("*",)) for column in _COLUMNS)):
        touched += _inside(draft, change, cell, pool, start)
        touched += _edges(draft, change, cell, pool, start)
    if not touched:
        draft.nothing(change)
        return None
    return Outcome(rows=touched, before=before, after=_shares(draft), measure="memberships")


def _codes_known(draft: Draft, change: Change) -> bool:
    """Record every code of `where` that no table has."""
    count = len(draft.findings)
    for column, values in change.where.items():
        known = draft.codes(_TABLES[column])
        for value in values:
            if value != "*" and value not in known:
                draft.findings.append(
                    change.finding(
                        "unknown_code",
                        f"where.{column}",
                        N_('There is no "{value}" in {tables}.'),
                        N_("Did you mean: {near}?"),
                        value=value,
                        fields={"value": value, "tables": _TABLES[column], "near": nearest(value, known)},
                    )
                )
    return len(draft.findings) == count


def write_default(draft: Draft) -> None:
    """Write out what an absent table means: shared groups are shared, specific ones stay with their owner."""
    groups = draft.table("task_groups")
    own = groups["code"][groups["scope"] == "specific"]
    rows = [{"office": "*", "organisation": "*", "task_group": "*", "pool": "shared"}]
    rows += [{"office": "*", "organisation": "*", "task_group": code, "pool": "own"} for code in own]
    draft.append("memberships", rows, None)


def _row(draft: Draft, label: int) -> dict[str, Any]:
    """Return one membership."""
    return dict(draft.table("memberships").loc[label])


def _within(row: dict[str, Any], cell: tuple[str, ...]) -> bool:
    """Whether a row lies inside a region."""
    return all(value == "*" or row[column] == value for column, value in zip(_COLUMNS, cell, strict=True))


def _previous(month: str) -> str:
    """Return the month before."""
    return str(pd.Period(month, freq="M") - 1)


def _inside(draft: Draft, change: Change, cell: tuple[str, ...], pool: str, start: str | None) -> int:
    """Change the rows inside the region and make sure that the region itself has one; return rows touched."""
    touched, present = 0, False
    for label in list(draft.table("memberships").index):
        row = _row(draft, label)
        if not _within(row, cell) or (row["pool"] == "outside" and pool != "outside"):
            continue
        ended = start is not None and not pd.isna(row["to_month"]) and row["to_month"] < start
        if ended:
            continue
        whole = tuple(row[column] for column in _COLUMNS) == cell and pd.isna(row["to_month"])
        late = not pd.isna(row["from_month"]) and (start is None or row["from_month"] > start)
        if row["pool"] == pool:
            present |= whole and not late
            continue
        if start is None or (not pd.isna(row["from_month"]) and row["from_month"] >= start):
            touched += draft.put("memberships", [label], "pool", pool, change)
            present |= whole and not late
        else:
            touched += draft.put("memberships", [label], "to_month", _previous(start), change)
            draft.append("memberships", [{**_kept(row), "pool": pool, "from_month": start}], change)
            touched += 1
            present |= whole
    if not present:
        new: dict[str, Any] = {**dict(zip(_COLUMNS, cell, strict=True)), "pool": pool}
        draft.append("memberships", [new | ({"from_month": start} if start else {})], change)
        touched += 1
    return touched


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """Return the cells of a row that are not blank."""
    return {column: value for column, value in row.items() if not pd.isna(value)}


def _edges(draft: Draft, change: Change, cell: tuple[str, ...], pool: str, start: str | None) -> int:
    """Add rows for the parts the region shares with rows that reach over its edge and would win or tie."""
    weight = sum(value != "*" for value in cell)
    new: list[dict[str, Any]] = []
    for label in list(draft.table("memberships").index):
        row = _row(draft, label)
        own = [row[column] for column in _COLUMNS]
        apart = any("*" not in (a, b) and a != b for a, b in zip(own, cell, strict=True))
        if apart or _within(row, cell) or row["pool"] == pool or sum(value != "*" for value in own) < weight:
            continue
        outside = row["pool"] == "outside"
        both = [b if a == "*" else a for a, b in zip(own, cell, strict=True)]
        if both == list(cell) or (outside and sum(value != "*" for value in own) > weight):
            continue  # the region is inside the row and wins; or the row says who is not a member
        months = {} if start is None or outside else {"from_month": start}
        candidate = {
            **dict(zip(_COLUMNS, both, strict=True)),
            "pool": row["pool"] if outside else pool,
            **months,
        }
        table = draft.table("memberships")
        known = (table[list(_COLUMNS)] == both).all(axis=1)
        if not known.any():
            new.append(candidate)
    if new:
        draft.append("memberships", new, change)
    return len(new)


def _shares(draft: Draft) -> str:
    """Write how many rows name each pool, for the record."""
    counts = draft.table("memberships")["pool"].value_counts()
    return ", ".join(f"{name} {counts[name]}" for name in sorted(counts.index))


KINDS = (
    Kind(
        do="set_pool",
        table="memberships",
        apply=set_pool,
        where_columns=_COLUMNS,
        keys=(Key("pool", "text", required=True), Key("from_month", "month")),
        sentence=N_("Who does the work of {where}: {pool}."),
    ),
)
