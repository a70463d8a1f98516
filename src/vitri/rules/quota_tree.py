"""The quota tree: which unit lies in which, and the numbers each was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from vitri.data.heads import heads_today
from vitri.data.instance import Instance
from vitri.data.quota_rows import quotas_in_force
from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.policy import PlanningModel

UnitKind = Literal["area", "office", "organisation"]


@dataclass(frozen=True)
class Unit:
    """A node of the quota tree, with limits on all its posts (fixed ones included).

    `code` is the office's or area's, for an organisation's quota in an office ``OFFICE:ORGANISATION``.
    `ceiling_status` lists the statuses of its quota joined by ``;`` (allocated, provisional), ``current``
    where today's heads stand in for a quota never assigned, ``from_above`` where it shares what an upper unit
    has, ``unassigned`` where it has none, or "" where nothing is said.
    """

    code: str
    kind: UnitKind
    parent: str | None
    ceiling: int | None = None
    ceiling_status: str = ""
    floor: int = 0
    cap: int | None = None


@dataclass(frozen=True)
class Given:
    """What quota rows say of one unit: the usable number (None: none), its statuses, floor and cap."""

    posts: int | None = None
    status: str = ""
    unassigned: bool = False
    floor: int = 0
    cap: int | None = None


def unit_parents(instance: Instance) -> dict[str, tuple[UnitKind, str | None]]:
    """Return unit → (kind, unit above), parents before children, codes in order on every level.

    An office without an area lies in the only root area, if there is one.
    """
    areas = instance.table("areas")
    above: dict[str, tuple[UnitKind, str | None]] = {
        str(code): ("area", str(parent) if isinstance(parent, str) else None)
        for code, parent in zip(areas["code"], areas["parent"], strict=True)
    }
    roots = [code for code, (_, parent) in above.items() if parent is None]
    home = roots[0] if len(roots) == 1 else None
    offices = instance.table("offices")
    for code, area in zip(offices["code"], offices["area"], strict=True):
        known = isinstance(area, str) and area in above
        above[str(code)] = ("office", str(area) if known else home)
    order: list[str] = []
    level = sorted(code for code, (_, parent) in above.items() if parent is None)
    while level:
        order += level
        upper = set(level)
        level = sorted(code for code, (_, parent) in above.items() if parent in upper)
    return {code: above[code] for code in order}


def given_quotas(instance: Instance, model: PlanningModel) -> dict[tuple[str, str], Given]:
    """Return what was given to each (unit, organisation or ""), of all classes, counted in the quota.

    A reserve stays with an area: its children share what is left, unless the model releases it.
    """
    found: dict[tuple[str, str], Given] = {}
    areas = set(instance.table("areas")["code"])
    rows = quotas_in_force(instance)
    rows = rows[(rows["position_class"].isin(["", "all"])) & (rows["category"] == "quota")]
    for row in rows.to_dict("records"):
        statuses = ["allocated"] + (["provisional"] if model.quota.count_provisional else [])
        numbers = {name: int(row[name]) for name in statuses if not pd.isna(row[name])}
        posts = sum(numbers.values()) if numbers else None
        held = 0 if pd.isna(row["reserve"]) or row["unit"] not in areas else int(row["reserve"])
        if posts is not None and not model.quota.release_reserve:
            posts = max(0, posts - held)
        found[str(row["unit"]), str(row["organisation"])] = Given(
            posts=posts,
            status=";".join(numbers),
            unassigned=posts is None,
            floor=0 if pd.isna(row["floor"]) else int(row["floor"]),
            cap=None if pd.isna(row["cap"]) else int(row["cap"]),
        )
    return found


def organisation_rows(given: Mapping[tuple[str, str], Given], office: str) -> Iterator[tuple[str, Given]]:
    """Yield (organisation, what it was given) of one office, in order."""
    for (unit, organisation), row in sorted(given.items()):
        if unit == office and organisation:
            yield organisation, row


def whole_unit(given: Mapping[tuple[str, str], Given], unit: str) -> Given | None:
    """Return what a unit was given: its own row, else the sum of its organisations' quotas."""
    own = given.get((unit, ""))
    parts = [row for _, row in organisation_rows(given, unit)]
    if own is not None or not parts:
        return own
    numbers = [row.posts for row in parts if row.posts is not None]
    caps = [row.cap for row in parts]
    statuses = sorted({name for row in parts for name in row.status.split(";") if name})
    complete = len(numbers) == len(parts)
    return Given(
        posts=sum(numbers) if complete else None,
        status=";".join(statuses) if complete else "",
        unassigned=not complete,
        floor=sum(row.floor for row in parts),
        cap=None if None in caps else sum(cap for cap in caps if cap is not None),
    )


def ceilings(instance: Instance, model: PlanningModel) -> dict[str, tuple[int | None, str]]:
    """Return unit → (ceiling, status) of every area and office.

    A quota never assigned is replaced, as the model says, at the topmost such unit of a branch; units below
    it, and unassigned units below a unit with a number, share what is above them. Today's heads stand in;
    below the unit, an office or area that has a number counts with it. Raises `DataError` where the model
    refuses an unassigned quota.
    """
    tree = unit_parents(instance)
    given = given_quotas(instance, model)
    heads = heads_today(instance).groupby("office")["posts"].sum().to_dict()
    children: dict[str, list[str]] = {}
    for code, (_, parent) in tree.items():
        if parent is not None:
            children.setdefault(parent, []).append(code)

    def stand_in(code: str) -> int:
        if tree[code][0] == "office":
            return int(heads.get(code, 0))
        total = 0
        for child in children.get(code, ()):
            row = whole_unit(given, child)
            total += row.posts if row is not None and row.posts is not None else stand_in(child)
        return total

    found: dict[str, tuple[int | None, str]] = {}
    bound: dict[str | None, bool] = {None: False}
    refused: list[Finding] = []
    for code, (_, parent) in tree.items():
        row = whole_unit(given, code)
        ceiling, status = None, "from_above" if bound[parent] else ""
        if row is not None and row.posts is not None:
            ceiling, status = row.posts, row.status
        elif row is not None and not bound[parent]:
            status = "unassigned"
            if model.quota.if_unassigned == "refuse":
                refused.append(_refused(code))
            elif model.quota.if_unassigned == "current":
                ceiling, status = stand_in(code), "current"
        found[code] = (ceiling, status)
        bound[code] = bound[parent] or ceiling is not None
    if refused:
        raise DataError(refused)
    return found


def _refused(unit: str) -> Finding:
    return Finding(
        code="quota_unassigned",
        table="quotas",
        row_key=unit,
        column="status",
        value="unassigned",
        allowed=N_("an allocated or provisional number"),
        message=N_("No quota was assigned to {unit}, and the planning model does not let anything stand in."),
        advice=N_("Enter the quota of {unit}, or use a model that takes current heads or need instead."),
        fields={"unit": unit},
    )
