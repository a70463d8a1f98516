"""Changes of ceilings: set them, cut or add once at the unit named, and share the rest out below it."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import pandas as pd

from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.units import apportion, children, current_heads, offices_of

_COUNTED = ("allocated", "provisional")


def _group_rows(draft: Draft, change: Change) -> list[list[int]]:
    """Return the quota rows that `where` names, grouped by unit and organisation; only rows in force.

    Without `organisation`, `position_class` or `category` in `where`, only rows of the whole are meant; a
    reserve only when asked for. Where a unit known by name has no row yet, an unassigned one is added.
    """
    where = dict(change.where)
    for column in ("organisation", "position_class"):
        where.setdefault(column, ("",))
    where.setdefault("category", ("", "quota"))
    where.setdefault("status", (*_COUNTED, "unassigned"))
    found = len(draft.findings)
    labels = draft.rows("quotas", change, where)
    if len(draft.findings) > found:
        return []
    if not labels and set(change.where) == {"unit"} and "*" not in change.where["unit"]:
        rows = [{"unit": unit, "status": "unassigned"} for unit in change.where["unit"]]
        labels = draft.append("quotas", rows, change)
    table = draft.table("quotas")
    as_of = pd.Timestamp(draft.setting("as_of"))
    groups: dict[tuple[str, ...], dict[str, int]] = {}
    for label in labels:
        row = table.loc[label]
        if not pd.isna(row["valid_from"]) and row["valid_from"] > as_of:
            continue
        key = tuple(
            "" if pd.isna(row[c]) else str(row[c])
            for c in ("unit", "organisation", "position_class", "category")
        )
        group = groups.setdefault(key, {})
        other = group.get(str(row["status"]))
        if other is None or _date(table, label) >= _date(table, other):
            group[str(row["status"])] = label
    return [list(group.values()) for group in groups.values()]


def _date(table: pd.DataFrame, label: int) -> pd.Timestamp:
    """Return from when a row holds; a blank is the beginning of time."""
    value = table["valid_from"][label]
    return pd.Timestamp.min.as_unit("s") if pd.isna(value) else value


def _numbered(draft: Draft, labels: list[int]) -> list[int]:
    """Return the rows with a number, provisional ones first."""
    table = draft.table("quotas")
    order = {"provisional": 0, "allocated": 1}
    rows = [
        label for label in labels if table["status"][label] in order and not pd.isna(table["posts"][label])
    ]
    return sorted(rows, key=lambda label: order[str(table["status"][label])])


def change_quota(draft: Draft, change: Change) -> Outcome | None:
    """Cut or add posts at the units named, by a share (rounded down once) or a number, then share out below.

    An unassigned unit gets a provisional number first: the heads counted there today.
    """
    by_pct, posts = change.keys.get("by_pct"), change.keys.get("posts")
    if (by_pct is None) == (posts is None):
        draft.findings.append(
            change.finding(
                "missing_value",
                "by_pct",
                N_("Give either by_pct or posts."),
                N_("by_pct is a share of the quota, posts a number."),
            )
        )
        return None
    groups = _group_rows(draft, change)
    sign = -1 if change.do == "cut_quota" else 1
    befores, afters, touched, counted = [], [], 0, False
    for labels in groups:
        table = draft.table("quotas")
        rows = _numbered(draft, labels)
        if rows:
            before = sum(int(table["posts"][row]) for row in rows)
        else:
            row: dict[str, Any] = {
                str(name): value for name, value in table.loc[labels[0]].items() if not pd.isna(value)
            }
            before = current_heads(
                draft, row["unit"], row.get("organisation"), row.get("category"), row.get("position_class")
            )
            rows, counted = labels[:1], True
            if not draft.put("quotas", rows, "status", "provisional", change):
                return None
        moved = Decimal(before) * by_pct / 100 if by_pct is not None else Decimal(posts or 0)
        after = int((before + sign * moved).to_integral_value(ROUND_FLOOR))
        if after < 0:
            draft.findings.append(
                change.finding(
                    "negative",
                    "posts",
                    N_("The quota would fall to {after}."),
                    N_("It is {before} today."),
                    value=str(after),
                    fields={"after": after, "before": before},
                )
            )
            return None
        if not _spread_over_rows(draft, rows, before, after, change):
            return None
        draft.put("quotas", rows, "document", change.variant, change)
        touched += len(rows) + _share_out(draft, rows[0], before, after, change)
        befores.append(before)
        afters.append(after)
    if not befores or befores == afters:
        draft.nothing(change)
        return None
    amount = f"{Decimal(by_pct).normalize():f} %" if by_pct is not None else str(posts)
    note = N_(" (counted from today's heads)") if counted else ""
    return Outcome(
        rows=touched,
        before=sum(befores),
        after=sum(afters),
        measure="posts",
        fields={"amount": amount, "note": note},
    )


def _spread_over_rows(draft: Draft, rows: list[int], before: int, after: int, change: Change) -> bool:
    """Give a unit its new number: what changes is taken from (or added to) provisional posts first."""
    table = draft.table("quotas")
    if len(rows) == 1:
        return draft.put("quotas", rows, "posts", [after], change)
    rest = after - before
    new = []
    for row in rows:
        old = int(table["posts"][row])
        step = rest if rest >= 0 else max(rest, -old)
        new.append(old + step)
        rest -= step
    return draft.put("quotas", rows, "posts", new, change)


def _share_out(draft: Draft, row: int, before: int, after: int, change: Change) -> int:
    """Fit the numbers below a unit to its new one, by largest remainders; return how many rows changed.

    Numbers below are left alone when they still fit and were not the whole of the old number.
    """
    table = draft.table("quotas")
    below = [label for label in children(draft, row) if _numbered(draft, [label])]
    old = [int(table["posts"][label]) for label in below]
    if not below or (sum(old) <= after and sum(old) != before):
        return 0
    new = apportion(after, old)
    changed = [(label, a, b) for label, a, b in zip(below, old, new, strict=True) if a != b]
    if changed and not draft.put(
        "quotas", [label for label, _, _ in changed], "posts", [b for _, _, b in changed], change
    ):
        return 0
    return len(changed) + sum(_share_out(draft, label, a, b, change) for label, a, b in changed)


def set_ceiling(draft: Draft, change: Change) -> Outcome | None:
    """Give units a ceiling and say whether it is allocated, provisional or not assigned."""
    if change.keys.get("per") == "office":
        units = sorted({o for unit in change.where["unit"] for o in offices_of(draft, unit)})
        change = replace(change, where={**change.where, "unit": tuple(units)}) if units else change
        have = set(draft.table("quotas")["unit"])
        draft.append("quotas", [{"unit": u, "status": "unassigned"} for u in units if u not in have], change)
    groups = _group_rows(draft, change)
    table = draft.table("quotas")
    status = change.keys.get("status", "allocated")
    if (status == "unassigned") == ("posts" in change.keys):
        draft.findings.append(
            change.finding(
                "quota_blank",
                "posts",
                N_("A ceiling has a number of posts; an unassigned one has none."),
                N_('Give posts, or status = "unassigned".'),
            )
        )
        return None
    befores: list[int] = []
    for labels in groups:
        before = sum(int(table["posts"][row]) for row in _numbered(draft, labels))
        befores.append(before)
        first, rest = labels[0], labels[1:]
        value = change.keys.get("posts", pd.NA)
        done = draft.put("quotas", [first], "status", status, change) and draft.put(
            "quotas", [first], "posts", [value], change
        )
        if not done:
            return None
        draft.put("quotas", [first], "document", change.variant, change)
        draft.drop("quotas", rest)
        table = draft.table("quotas")
    if not groups:
        draft.nothing(change)
        return None
    after: int | str = change.keys["posts"] * len(groups) if "posts" in change.keys else status
    each = change.keys.get("per") == "office"
    amount = f"{change.keys['posts']} × {len(groups)}" if each and "posts" in change.keys else after
    return Outcome(
        rows=len(groups),
        before=sum(befores),
        after=after,
        measure="posts",
        fields={"status": status, "amount": amount},
    )


def set_limit(draft: Draft, change: Change) -> Outcome | None:
    """Set the least or the greatest number of posts of units."""
    column = "floor" if change.do == "set_floor" else "cap"
    labels = [label for group in _group_rows(draft, change) for label in group]
    if not labels:
        draft.nothing(change)
        return None
    old = draft.table("quotas").loc[labels, column].dropna()
    if not draft.put("quotas", labels, column, [change.keys["posts"]] * len(labels), change):
        return None
    return Outcome(
        rows=len(labels),
        before=int(old.sum()) if len(old) else "–",
        after=change.keys["posts"] * len(labels),
        measure=column,
    )


_POSTS = Key("posts", "int", minimum=Decimal(0), maximum=Decimal(10**6))
_NEEDED = Key("posts", "int", required=True, minimum=Decimal(0), maximum=Decimal(10**6))
_PCT = Key("by_pct", "decimal", minimum=Decimal(0), above=True, maximum=Decimal(100))
_STATUS = Key("status", "choice", choices=("allocated", "provisional", "unassigned"))


def _kind(do: str, keys: tuple[Key, ...], apply: object, sentence: str) -> Kind:
    """Return one kind of quota change; all need the unit."""
    return Kind(do=do, table="quotas", keys=keys, apply=apply, sentence=sentence, where_required=("unit",))  # type: ignore[arg-type]


KINDS = (
    _kind(
        "set_ceiling",
        (_POSTS, _STATUS, Key("per", "choice", choices=("unit", "office"))),
        set_ceiling,
        N_("The ceiling of {where} is {amount} posts ({status})."),
    ),
    _kind("set_floor", (_NEEDED,), set_limit, N_("{where}: at least {posts} posts.")),
    _kind("set_cap", (_NEEDED,), set_limit, N_("{where}: at most {posts} posts.")),
    _kind(
        "cut_quota",
        (_PCT, _POSTS),
        change_quota,
        N_("The quota of {where} is cut by {amount}: from {before} to {after}{note}."),
    ),
    _kind(
        "add_quota",
        (_PCT, _POSTS),
        change_quota,
        N_("The quota of {where} is raised by {amount}: from {before} to {after}{note}."),
    ),
)
