"""The head's pins that hold for a whole plan: main officials, stand-ins, seats, work kept from people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vitri.data.instance import Instance
from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_least, at_most, tuples
from vitri.rules.case import Case
from vitri.rules.people import post_of


@dataclass(frozen=True)
class YearPins:
    """Pins on whole task groups and positions for the whole horizon, by task group and by official.

    `main` and `backup` are task group → officials, `excluded` (task group, official), `position` official →
    position. Pins on single registrations, sessions or some months belong to the plan of a month.
    """

    main: Mapping[str, frozenset[str]] = field(default_factory=dict)
    backup: Mapping[str, frozenset[str]] = field(default_factory=dict)
    excluded: frozenset[tuple[str, str]] = frozenset()
    position: Mapping[str, str] = field(default_factory=dict)


def year_pins(instance: Instance) -> YearPins:
    """Read the pins that hold from the first to the last month of the scenario."""
    months = instance.info.months
    main: dict[str, set[str]] = {}
    backup: dict[str, set[str]] = {}
    excluded: set[tuple[str, str]] = set()
    position: dict[str, str] = {}
    rows = instance.table("pins").sort_values("code", kind="stable").astype(object)
    for row in rows.where(rows.notna(), None).to_dict("records"):
        if row["registration"] or not row["official"]:
            continue
        if (row["from_month"] or months[0]) > months[0] or (row["to_month"] or months[-1]) < months[-1]:
            continue
        who, group, kind = str(row["official"]), row["task_group"], row["kind"]
        if kind == "hold_position" and row["position"]:
            position.setdefault(who, str(row["position"]))
        elif not group:
            continue
        elif kind == "exclude":
            excluded.add((str(group), who))
        elif kind in ("main", "backup"):
            (main if kind == "main" else backup).setdefault(str(group), set()).add(who)
    return YearPins(
        {group: frozenset(people) for group, people in main.items()},
        {group: frozenset(people) for group, people in backup.items()},
        frozenset(excluded),
        position,
    )


class PinsKept(Rule):
    """Whom the head fixed to a task group is its main official wherever their post holds the work and they
    are there; whom the head keeps from a task group does none of it. A pinned stand-in and a pinned seat are
    reported, not enforced."""

    name = "pins_kept"
    title = N_("The head's pins for the whole plan")
    sentence = N_("{place}: {actual} instead of {required} as the head pinned ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare main officials, stand-ins, work done and seats with the pins."""
        pins = year_pins(case.instance)
        frame = case.table("assignments")
        if frame.empty or pins == YearPins():
            return
        yield from self._responsible(case, pins)
        worked = frame[frame["minutes"] > 0].groupby(["task_group", "official"])["minutes"].sum()
        for group, who in sorted(pins.excluded):
            yield at_most(f"{who}/{group}", 0, int(worked.get((group, who), 0)), "exclude")
        seats = post_of(case)
        for who, position in sorted(pins.position.items()):
            held = who in seats and position in _names(case, seats[who].position)
            yield at_least(who, 1, int(held), position, binding=False)

    def _responsible(self, case: Case, pins: YearPins) -> Iterator[Measured]:
        frame = case.table("assignments")
        load = case.table("load")
        present = set(load[load["available_minutes"] > 0]["official"].astype(str))
        seats = post_of(case)
        named = frame[frame["role"].isin(["main", "backup"])]
        cells = named[["office", "pool", "task_group", "official", "role"]].drop_duplicates()
        found: dict[tuple[str, str, str], dict[str, set[str]]] = {}
        for office, pool, group, who, role in tuples(cells, list(cells.columns)):
            part = found.setdefault((str(office), str(pool), str(group)), {"main": set(), "backup": set()})
            part[str(role)].add(str(who))
        for (office, pool, group), roles in sorted(found.items()):
            place = f"{office}/{pool}/{group}"
            able = [
                who
                for who in sorted(pins.main.get(group, ()))
                if who in present
                and who in seats
                and (group, who) not in pins.excluded
                and seats[who].office == office
                and any((duty.pool, duty.group) == (pool, group) for duty in seats[who].duties)
            ]
            if able:
                yield at_least(place, 1, int(bool(roles["main"] & set(able))), ", ".join(able))
            here = {who for who in pins.backup.get(group, ()) if who in seats and seats[who].office == office}
            for who in sorted(here - roles["main"]):
                yield at_least(f"{place}/{who}", 1, int(who in roles["backup"]), who, binding=False)


def _names(case: Case, position: str) -> set[str]:
    """Return the codes under which a proposed position is known: its own, and the existing one it matches."""
    structure = case.table("structure")
    rows = structure[structure["position"].astype(str) == position]
    return {position, *(name for cell in rows["matches_position"].dropna() for name in str(cell).split(";"))}
