"""Rewriting the tables that name an office: codes replaced, rows that then share a key joined."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change

MAPPED = (
    "registrations",
    "memberships",
    "current_posts",
    "officials",
    "drivers",
    "norms",
    "calendar",
    "submissions",
    "resources",
    "events",
    "previous_assignments",
)
"""Tables with a column `office`."""

_SUMS = {"current_posts": ("posts", "incumbents"), "drivers": ("value",)}
_STATES = ("missing", "partial", "nil", "complete")
_QUOTA_FIGURES = ("posts", "floor", "cap")


def known_code(draft: Draft, change: Change, column: str, table: str, code: str) -> bool:
    """Whether a code is in a table; a finding if not."""
    if code in draft.codes(table):
        return True
    draft.findings.append(
        change.finding(
            "unknown_code",
            column,
            N_('There is no "{value}" in {tables}.'),
            value=code,
            fields={"value": code, "tables": table},
        )
    )
    return False


def one_code(draft: Draft, change: Change, column: str, table: str) -> str | None:
    """Return the one code that `where` gives for a column."""
    values = change.where[column]
    if len(values) != 1 or values[0] == "*":
        draft.findings.append(
            change.finding(
                "variant_bad_value",
                f"where.{column}",
                N_("This change needs exactly one code here."),
                N_("Write one change for each."),
                value=", ".join(values),
            )
        )
        return None
    return values[0] if known_code(draft, change, f"where.{column}", table, values[0]) else None


def mapped(draft: Draft, name: str, codes: Mapping[str, str]) -> int:
    """Replace office codes in a table and join rows of one key; return the rows touched."""
    table = draft.table(name)
    here = table["office"].isin(codes)
    if not here.any():
        return 0
    frame = table.copy()
    if name == "memberships":
        frame = _members(frame, set(codes))
        here = frame["office"].isin(codes)
    frame.loc[here, "office"] = frame.loc[here, "office"].map(codes)
    draft.replace(name, dedupe(name, frame))
    return int(here.sum())


def _members(table: pd.DataFrame, old: set[str]) -> pd.DataFrame:
    """Keep a row that says "outside" only if the organisation is outside in every office that merges."""
    out = table["office"].isin(old) & table["pool"].eq("outside") & table["organisation"].ne("*")
    offices = table[out].groupby("organisation")["office"].nunique()
    everywhere = set(offices.index[offices == len(old)])
    return table[~out | table["organisation"].isin(everywhere)]


def dedupe(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Join rows of a table that share a key: posts and drivers add up, the worst submission state holds.

    Of other tables the first row stands.
    """
    from vitri.data.tables import TABLES

    keys = list(TABLES[name].keys)
    if not keys or not table.duplicated(keys).any():
        return table
    if name == "submissions":
        order = table["state"].map({state: rank for rank, state in enumerate(_STATES)})
        return table.loc[order.sort_values(kind="stable").index].drop_duplicates(keys).sort_index()
    first = table.drop_duplicates(keys).copy()
    for column in _SUMS.get(name, ()):
        sums = table.groupby(keys, dropna=False, sort=False)[column].sum(min_count=1)
        first[column] = sums.to_numpy() if first[column].dtype != "Int64" else sums.astype("Int64").array
    return first


def merged_quotas(table: pd.DataFrame) -> pd.DataFrame:
    """Add up the quota rows of one key."""
    from vitri.data.tables import TABLES

    keys = list(TABLES["quotas"].keys)
    if not table.duplicated(keys).any():
        return table
    first = table.drop_duplicates(keys).copy()
    for column in _QUOTA_FIGURES:
        sums = table.groupby(keys, dropna=False, sort=False)[column].sum(min_count=1)
        first[column] = sums.astype("Int64").array
    return first


def leaders(draft: Draft, old: tuple[str, ...], keep: str) -> int:
    """Say which leaders of merging offices stay; the others lose their position. Returns how many do.

    Posts of leading positions are those of the first office that has them, unless all are kept.
    """
    if keep == "all":
        return 0
    positions = draft.table("positions")
    leading = set(positions["code"][positions["leader_role"].isin(["head", "deputy"])])
    people = draft.table("officials").copy()
    lead = people["office"].isin(old) & people["position"].isin(leading)
    posts = draft.table("current_posts").copy()
    rank = {code: index for index, code in enumerate(old)}
    mine = posts["office"].isin(old) & posts["position"].isin(leading)
    order = posts[mine].assign(rank=posts["office"].map(rank)).sort_values("rank", kind="stable")
    stay = order.drop_duplicates(["organisation", "position"]).index
    first = set(
        zip(
            posts["office"][stay],
            posts["organisation"].fillna("")[stay],
            posts["position"][stay],
            strict=True,
        )
    )
    own = pd.Series(
        list(zip(people["office"], people["organisation"].fillna(""), people["position"], strict=True)),
        index=people.index,
    )
    loses = lead & (~own.isin(first) if keep == "first" else True)
    people.loc[loses, "position"] = None
    draft.replace("officials", people)
    draft.replace("current_posts", posts[~mine | posts.index.isin(stay)])
    return int(loses.sum())


def orphans(draft: Draft) -> None:
    """Drop what speaks of lines of work that are gone: outcomes and pins; events stay without their line."""
    lines = draft.codes("registrations")
    for name in ("outcomes", "pins", "previous_assignments"):
        table = draft.table(name)
        gone = table["registration"].notna() & ~table["registration"].isin(lines)
        if gone.any():
            draft.drop(name, list(table.index[gone]))
    for name, column in (("events", "registration"), ("registrations", "merged_into")):
        table = draft.table(name)
        gone = table[column].notna() & ~table[column].isin(lines)
        if gone.any():
            frame = table.copy()
            frame.loc[gone, column] = None
            draft.replace(name, frame)
