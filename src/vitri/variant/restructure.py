"""Changes of the map: an organisation moves, offices merge.

They rewrite every table that names an office and claim no cells: changes after them see the new offices, and
overwriting a figure they carried over is no conflict.
"""

from __future__ import annotations

from typing import Any

from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.offices import (
    MAPPED,
    dedupe,
    known_code,
    leaders,
    mapped,
    merged_quotas,
    one_code,
    orphans,
)
from vitri.variant.units import current_heads
from vitri.variant.work import minutes

_ORGANISATION_TABLES = ("registrations", "officials", "current_posts", "drivers", "submissions", "events")
_OF_PEOPLE = (
    "official_competencies",
    "absences",
    "pins",
    "previous_assignments",
    "official_details",
    "outcomes",
)


def move_organisation(draft: Draft, change: Change) -> Outcome | None:
    """Move an organisation with its people and its work to another office, or out of the shared offices."""
    office = one_code(draft, change, "office", "offices")
    organisation = one_code(draft, change, "organisation", "organisations")
    to: str = change.keys["to"]
    if office is None or organisation is None:
        return None
    if to != "outside" and not known_code(draft, change, "to", "offices", to):
        return None
    labels: dict[str, list[Any]] = {}
    for name in _ORGANISATION_TABLES:
        table = draft.table(name)
        here = table["office"].eq(office) & table["organisation"].eq(organisation)
        labels[name] = list(table.index[here.fillna(False)])
    rows = sum(map(len, labels.values()))
    if not rows or to == office:
        draft.nothing(change)
        return None
    work = minutes(draft, labels["registrations"])
    people = set(draft.table("officials").loc[labels["officials"], "code"])
    for name, some in labels.items():
        if not some:
            continue
        if to == "outside":
            draft.drop(name, some)
        else:
            table = draft.table(name).copy()
            table.loc[some, "office"] = to
            draft.replace(name, dedupe(name, table))
    if to == "outside":
        for name in _OF_PEOPLE:
            table = draft.table(name)
            draft.drop(name, list(table.index[table["official"].isin(people)]))
    _members(draft, office, organisation, to)
    quotas = draft.table("quotas")
    own = quotas["unit"].eq(office) & quotas["organisation"].eq(organisation)
    if own.any():
        if to == "outside":
            draft.drop("quotas", list(quotas.index[own]))
        else:
            draft.replace("quotas", merged_quotas(quotas.assign(unit=quotas["unit"].mask(own, to))))
    orphans(draft)
    return Outcome(
        rows=rows,
        before=work,
        after=0 if to == "outside" else work,
        measure="minutes",
        fields={"organisation": organisation, "office": office, "people": len(people), "minutes": work},
    )


def _members(draft: Draft, office: str, organisation: str, to: str) -> None:
    """Write who is a member now: no longer of the old office; of the new one like everybody there."""
    table = draft.table("memberships")
    own = table["office"].eq(office) & table["organisation"].eq(organisation)
    there = table["office"].eq(to) & table["organisation"].eq(organisation) & table["pool"].eq("outside")
    draft.replace("memberships", table[~(own | there)])
    if not len(table):
        from vitri.variant.pools import write_default

        write_default(draft)
    row = {"office": office, "organisation": organisation, "task_group": "*", "pool": "outside"}
    draft.append("memberships", [row], None)


def merge_offices(draft: Draft, change: Change) -> Outcome | None:
    """Make one office of several: people, work and posts together, overhead once, leaders as told.

    Overhead that the offices register for themselves (items that repeat per pool) is kept once: of each item
    the lines of the office where it is largest. `keep_leaders`: those of the first office, all, or none;
    whoever is not kept is without a position and waits to be placed.
    """
    old = tuple(dict.fromkeys(change.where["office"]))
    if not all(known_code(draft, change, "where.office", "offices", code) for code in old):
        return None
    into: str = change.keys["into"]
    if len(old) < 2 or (into in draft.codes("offices") and into not in old):
        draft.findings.append(
            change.finding(
                "variant_bad_value",
                "into",
                N_("Two offices or more merge into a code that no other office has."),
                value=into,
            )
        )
        return None
    before = [len(draft.codes("offices")), sum(current_heads(draft, code) for code in old)]
    touched = _once(draft, old)
    quotas = draft.table("quotas").copy()
    mine = quotas["unit"].isin(old)
    if quotas.loc[mine, "status"].nunique() > 1:  # a part without a number would empty the whole
        blank = mine & quotas["status"].eq("unassigned")
        heads = {code: current_heads(draft, code) for code in old}
        quotas.loc[blank, "posts"] = quotas.loc[blank, "unit"].map(heads).astype("Int64")
        quotas.loc[blank, "status"] = "provisional"
    quotas.loc[mine, "unit"] = into
    unplaced = leaders(draft, old, change.keys.get("keep_leaders", "first"))
    draft.replace("quotas", merged_quotas(quotas))
    for name in MAPPED:
        touched += mapped(draft, name, dict.fromkeys(old, into))
    table = draft.table("offices")
    first = table.index[table["code"].eq(old[0])][0]
    frame = table[~table["code"].isin(old[1:])].copy()
    frame.loc[first, "code"] = into
    if "name" in change.keys:
        frame.loc[first, "name"] = change.keys["name"]
    draft.replace("offices", frame)
    orphans(draft)
    return Outcome(
        rows=touched + len(old),
        before=before[0],
        after=len(draft.codes("offices")),
        measure="offices",
        fields={"offices": ", ".join(old), "heads": before[1], "unplaced": unplaced},
    )


def _once(draft: Draft, old: tuple[str, ...]) -> int:
    """Drop the overhead that offices register for themselves more than once; return the lines dropped."""
    items = draft.table("work_items")
    repeating = set(items["code"][items["repeats_per_pool"].fillna(False).astype(bool)])
    lines = draft.table("registrations")
    own = lines[lines["office"].isin(old) & lines["organisation"].isna() & lines["work_item"].isin(repeating)]
    amount = own["approved_quantity"].fillna(own["quantity"]).astype("int64")
    sums: dict[Any, int] = amount.groupby([own["work_item"], own["office"]]).sum().to_dict()
    rank = {code: index for index, code in enumerate(old)}
    best: dict[str, tuple[int, int, str]] = {}
    for (item, office), value in sums.items():  # a few items, not register rows
        key: tuple[int, int, str] = (-int(value), rank[office], str(office))
        best[item] = min(best.get(item, key), key)
    keep = {item: key[2] for item, key in best.items()}
    gone = list(own.index[own["office"].ne(own["work_item"].map(keep))])
    draft.drop("registrations", gone)
    return len(gone)


_CODE = Key("into", "text", required=True)
KINDS = (
    Kind(
        do="move_organisation",
        table="memberships",
        apply=move_organisation,
        where_columns=("office", "organisation"),
        where_required=("office", "organisation"),
        keys=(Key("to", "text", required=True),),
        sentence=N_(
            "{organisation} leaves {office} for {to}, with {people} people and {minutes} minutes of work."
        ),
    ),
    Kind(
        do="merge_offices",
        table="offices",
        apply=merge_offices,
        where_columns=("office",),
        where_required=("office",),
        keys=(_CODE, Key("name", "text"), Key("keep_leaders", "choice", choices=("first", "all", "none"))),
        sentence=N_("{offices} merge into {into}: {heads} people, {unplaced} of them to be placed anew."),
    ),
)
