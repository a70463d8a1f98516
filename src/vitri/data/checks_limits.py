"""Checks of pools, quotas, areas and positions: who serves whom, and limits that contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from vitri.data.checks_work import LINES, report_circles
from vitri.data.draft import Draft
from vitri.data.quota_rows import in_force
from vitri.i18n import N_

_CELL = ("office", "organisation", "task_group")


def check_unit_codes(draft: Draft) -> None:
    """Offices and areas share one code space; areas do not contain themselves."""
    offices = set(draft.codes("offices"))
    for position, code in enumerate(draft.frames["areas"]["code"]):
        if code in offices:
            draft.report(
                "unit_clash",
                "areas",
                position,
                "code",
                message=N_("{code} is the code of an office as well."),
                advice=N_("Rename one of the two: quotas name both by code."),
                fields={"code": code},
            )
    report_circles(draft, "areas", "parent")


@dataclass(frozen=True)
class _Membership:
    """One membership row as the check of ambiguity sees it."""

    position: int
    cell: tuple[str, ...]
    pool: str
    start: str
    end: str

    @property
    def pattern(self) -> tuple[bool, ...]:
        return tuple(value != "*" for value in self.cell)


def check_pools(draft: Draft) -> None:
    """28: no two equally specific membership rows name different pools for one cell."""
    frame = draft.frames["memberships"]
    columns = [frame[name].fillna("").tolist() for name in (*_CELL, "pool", "from_month", "to_month")]
    rows = [
        _Membership(position, values[:3], values[3], values[4] or "0000-00", values[5] or "9999-99")
        for position, values in enumerate(zip(*columns, strict=True))
    ]
    exact = {row.cell for row in rows}
    by_pattern: dict[tuple[bool, ...], list[_Membership]] = {}
    for row in rows:
        by_pattern.setdefault(row.pattern, []).append(row)
    seen: set[tuple[str, ...]] = set()
    for one, two in combinations_with_replacement(sorted(by_pattern), 2):
        if sum(one) != sum(two):
            continue
        for first, second in _clashes(by_pattern[one], by_pattern[two]):
            cell = tuple(a if a != "*" else b for a, b in zip(first.cell, second.cell, strict=True))
            if (one != two and cell in exact) or cell in seen:
                continue
            seen.add(cell)
            _report_pools(draft, first, second, cell)


def _clashes(left: list[_Membership], right: list[_Membership]) -> Iterator[tuple[_Membership, _Membership]]:
    """Yield the pairs of rows of two patterns that meet in a cell and a month but differ in pool."""
    shared = [k for k in range(3) if left[0].pattern[k] and right[0].pattern[k]]
    meeting: dict[tuple[str, ...], list[_Membership]] = {}
    for row in right:
        meeting.setdefault(tuple(row.cell[k] for k in shared), []).append(row)
    for row in left:
        for other in meeting.get(tuple(row.cell[k] for k in shared), ()):
            if left is right and other.position <= row.position:
                continue
            if row.pool != other.pool and row.start <= other.end and other.start <= row.end:
                yield row, other


def _report_pools(draft: Draft, one: _Membership, two: _Membership, cell: tuple[str, ...]) -> None:
    if one.position > two.position:
        one, two = two, one
    first, second = ",".join(one.cell), ",".join(two.cell)
    draft.report(
        "pool_ambiguous",
        "memberships",
        two.position,
        "pool",
        value=f"{one.pool}, {two.pool}",
        row_key=f"{first} / {second}",
        message=N_("Two rows of equal weight disagree for {cell}: {first} says {one}, {second} says {two}."),
        advice=N_("Delete one, or let their months not overlap.")
        if one.cell == two.cell
        else N_("Add a row {cell}."),
        allowed=N_("one pool"),
        fields={"cell": ",".join(cell), "first": first, "second": second, "one": one.pool, "two": two.pool},
    )


def check_members(draft: Draft) -> None:
    """29: an organisation registers only where it is served; orders may come from anyone."""
    lines = draft.frames[LINES]
    orders = (draft.filled(LINES, "kind") == "order").to_numpy(dtype=bool)
    usable = lines["office"].notna().to_numpy() & lines["organisation"].notna().to_numpy() & ~orders
    external = set(
        draft.frames["organisations"]["code"][
            (draft.filled("organisations", "kind") == "external").to_numpy()
        ]
    )
    office_codes, offices = draft.coded(LINES, "office")
    own_codes, organisations = draft.coded(LINES, "organisation")
    known_offices, known_organisations = set(draft.codes("offices")), set(draft.codes("organisations"))
    width = len(organisations) + 1
    pairs = office_codes.astype(np.int64) * width + own_codes
    members = draft.frames["memberships"]
    served = {(str(o), str(g)) for o, g in zip(members["office"], members["organisation"], strict=True)}
    for pair in np.unique(pairs[usable]):
        office, organisation = str(offices[pair // width]), str(organisations[pair % width])
        if office not in known_offices or organisation not in known_organisations:
            continue
        ways = {(o, g) for o in (office, "*") for g in (organisation, "*")}
        if organisation not in external and (not draft.has("memberships") or ways & served):
            continue
        rows = np.flatnonzero(usable & (pairs == pair))
        draft.report_rows(
            "not_member",
            LINES,
            rows,
            "organisation",
            message=N_("{organisation} is not served by {office}."),
            advice=N_("Add a membership row or make it an order.")
            if organisation not in external
            else N_("An external body only orders: make it an order, or a member."),
            allowed=N_("members of {office}"),
            fields={"organisation": organisation, "office": office},
        )


def check_elected(draft: Draft) -> None:
    """30: elected posts are never pooled."""
    tenure, pooling = draft.filled("positions", "tenure"), draft.frames["positions"]["pooling"]
    draft.report_rows(
        "elected_pooled",
        "positions",
        np.flatnonzero(((tenure == "elected") & (pooling == "allowed")).to_numpy(dtype=bool)),
        "pooling",
        message=N_("An elected post cannot be pooled."),
        advice=N_("Clear the cell."),
        allowed=N_("never"),
    )


def check_quota_numbers(draft: Draft) -> None:
    """31: a quota has a number, or is marked unassigned; organisations hold quotas at offices only."""
    if not draft.has("quotas"):
        return
    frame = draft.frames["quotas"]
    blank = frame["posts"].isna().to_numpy() & ~draft.is_bad("quotas", "posts")
    unassigned = (frame["status"] == "unassigned").to_numpy(dtype=bool)
    known = frame["status"].notna().to_numpy()
    draft.report_rows(
        "quota_blank",
        "quotas",
        np.flatnonzero(blank & known & ~unassigned),
        "posts",
        message=N_("Posts is blank."),
        advice=N_('If none was assigned yet choose "unassigned"; 0 means nobody.'),
        allowed=N_("a number, or status unassigned"),
    )
    draft.report_rows(
        "quota_given",
        "quotas",
        np.flatnonzero(~blank & unassigned & frame["posts"].notna().to_numpy()),
        "posts",
        message=N_("The quota is marked unassigned but has a number."),
        advice=N_("Clear the number, or choose allocated or provisional."),
        allowed=N_("blank"),
    )
    offices = set(draft.codes("offices"))
    held = frame["organisation"].notna() & ~frame["unit"].isin(offices) & frame["unit"].notna()
    draft.report_rows(
        "conditional",
        "quotas",
        np.flatnonzero(held.to_numpy(dtype=bool)),
        "organisation",
        message=N_("An organisation holds a quota in an office only, not in an area."),
        advice=N_("Name the office, or clear the organisation."),
    )


def check_nesting(draft: Draft) -> None:
    """32: what is given below does not add up to more than the unit above has.

    Whether provisional posts count is the model's choice, so the numbers must clash either way.
    """
    if not draft.has("quotas"):
        return
    clashes = [set(_nesting(draft, counted)) for counted in (True, False)]
    totals = _nesting(draft, True)
    for unit in sorted(clashes[0] & clashes[1]):
        below, own = totals[unit]
        rows = draft.frames["quotas"]
        position = int(np.flatnonzero(((rows["unit"] == unit) & rows["organisation"].isna()).to_numpy())[0])
        draft.report(
            "children_over_parent",
            "quotas",
            position,
            "posts",
            value=str(own),
            row_key=unit,
            message=N_("Units below {unit} add up to {below}, it has {own}."),
            advice=N_("Cut {over} below, or raise the number of {unit}."),
            allowed=N_("at least {below}"),
            fields={"unit": unit, "below": below, "own": own, "over": below - own},
        )


def _nesting(draft: Draft, count_provisional: bool) -> dict[str, tuple[int, int]]:
    """Return unit → (sum below, own posts) where the sum is the greater."""
    rows = in_force(_filled_quotas(draft), draft.info.as_of)
    rows = rows[(rows["position_class"] == "") & (rows["category"] == "quota")]
    own: dict[tuple[str, str], int] = {}
    kept_back: dict[str, int] = {}
    for row in rows.to_dict("records"):
        posts = row["allocated"]
        if count_provisional and not pd.isna(row["provisional"]):
            posts = row["provisional"] + (0 if pd.isna(posts) else posts)
        if not pd.isna(posts):
            own[(row["unit"], row["organisation"])] = int(posts)
        if not pd.isna(row["reserve"]) and not row["organisation"]:
            kept_back[row["unit"]] = int(row["reserve"])
    children: dict[str, list[str]] = {}
    for table, column in (("offices", "area"), ("areas", "parent")):
        frame = draft.frames[table]
        for code, parent in zip(frame["code"], frame[column], strict=True):
            if isinstance(code, str) and isinstance(parent, str):
                children.setdefault(parent, []).append(code)
    over: dict[str, tuple[int, int]] = {}

    def total(unit: str, path: tuple[str, ...]) -> int:
        if unit in path:
            return 0
        below = sum(total(child, (*path, unit)) for child in children.get(unit, ()))
        below += sum(posts for (place, org), posts in own.items() if place == unit and org)
        if (unit, "") not in own:
            return below
        mine = own[(unit, "")]
        if below > mine - kept_back.get(unit, 0):
            over[unit] = (below, mine - kept_back.get(unit, 0))
        return mine

    for unit in sorted({place for place, _ in own}):
        total(unit, ())
    return over


def _filled_quotas(draft: Draft) -> pd.DataFrame:
    frame = draft.frames["quotas"].copy()
    frame["category"] = draft.filled("quotas", "category")
    frame["floor"] = draft.filled("quotas", "floor")
    return frame


def fixed_leaders(draft: Draft) -> dict[str, int]:
    """Return office → number of fixed posts (leaders, elected) of today."""
    positions, posts = draft.frames["positions"], draft.frames["current_posts"]
    leader = (draft.filled("positions", "leader_role") != "none").fillna(False)
    fixed = positions["fixed"].fillna(leader).astype(bool)
    codes = set(positions["code"][fixed])
    rows = posts[posts["position"].isin(codes)]
    counts = rows["posts"].fillna(rows["incumbents"]).fillna(0)
    return {str(office): int(number) for office, number in counts.groupby(rows["office"]).sum().items()}


def check_floors(draft: Draft) -> None:
    """33: no ceiling or cap below its floor or below the posts fixed by election."""
    if not draft.has("quotas"):
        return
    rows = in_force(_filled_quotas(draft), draft.info.as_of)
    whole = rows[
        (rows["organisation"] == "") & (rows["position_class"] == "") & (rows["category"] == "quota")
    ]
    leaders = fixed_leaders(draft)
    for row in whole.to_dict("records"):
        given = 0 if pd.isna(row["allocated"]) else int(row["allocated"])
        given += 0 if pd.isna(row["provisional"]) else int(row["provisional"])
        limits = [] if row["unassigned"] else [("posts", given)]
        limits += [] if pd.isna(row["cap"]) else [("cap", int(row["cap"]))]
        if not limits:
            continue
        column, limit = min(limits, key=lambda pair: pair[1])
        floor = int(row["floor"])
        fixed = leaders.get(str(row["unit"]), 0)
        if limit >= max(floor, fixed):
            continue
        quotas = draft.frames["quotas"]
        held = (quotas["unit"] == row["unit"]) & quotas["organisation"].isna() & quotas[column].notna()
        draft.report(
            "ceiling_below_floor",
            "quotas",
            int(np.flatnonzero(held.to_numpy(dtype=bool))[0]),
            column,
            value=str(limit),
            row_key=str(row["unit"]),
            message=N_("The limit {limit} of {unit} is below the floor {floor} ({fixed} fixed leaders)."),
            advice=N_("Raise it to {floor}."),
            allowed=N_("at least {floor}"),
            fields={"limit": limit, "unit": row["unit"], "floor": max(floor, fixed), "fixed": fixed},
        )


LIMIT_CHECKS: tuple[Callable[[Draft], None], ...] = (
    check_unit_codes,
    check_pools,
    check_elected,
    check_quota_numbers,
    check_nesting,
    check_floors,
)
"""Checks that do not need registrations."""
