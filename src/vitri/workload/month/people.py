"""Who may do which work in an office, and what the head has fixed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.data.fields import split_list
from vitri.policy.presence import absences_by_official
from vitri.workload.month.problem import each_row

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

OWN = "own."


@dataclass(frozen=True)
class Pins:
    """Officials named for a registration or task group, those ruled out, and the days work is fixed to."""

    wanted: dict[str, frozenset[int]]
    ruled_out: dict[str, frozenset[int]]
    days: dict[str, dt.date]


@dataclass(frozen=True)
class Staff:
    """The officials of an office in order of their codes.

    `groups` are the task groups that each may do: those of their positions, and those whose competency they
    hold at the level asked, with a rank that the group admits.
    """

    office: str
    codes: tuple[str, ...]
    organisation: tuple[str, ...]
    groups: tuple[frozenset[str], ...]
    main: tuple[frozenset[str], ...]
    absences: dict[str, list[Any]]

    @classmethod
    def of(cls, instance: Instance, model: PlanningModel, office: str) -> Staff:
        """Read the officials of an office."""
        frame = instance.filled("officials").sort_values("code", kind="stable")
        frame = frame[frame["office"] == office]
        positions = {
            row.code: frozenset(split_list(row.task_groups)) for row in each_row(instance.filled("positions"))
        }
        levels: dict[str, dict[str, int]] = defaultdict(dict)
        for row in each_row(instance.filled("official_competencies")):
            levels[str(row.official)][str(row.competency)] = int(row.level)
        groups = list(each_row(instance.filled("task_groups")))
        codes, homes, able, mains = [], [], [], []
        for person in each_row(frame):
            held = positions.get(person.position, frozenset())
            own = held.union(
                *(positions.get(code, frozenset()) for code in split_list(person.also_positions))
            )
            skills = levels[str(person.code)]
            more = {
                str(group.code)
                for group in groups
                if isinstance(group.competency, str)
                and skills.get(group.competency, 0) >= int(group.min_level)
                and (pd.isna(group.ranks) or person.rank in split_list(group.ranks))
            }
            codes.append(str(person.code))
            homes.append(person.organisation if isinstance(person.organisation, str) else "")
            able.append(own | more)
            mains.append(held)
        return cls(
            office,
            tuple(codes),
            tuple(homes),
            tuple(able),
            tuple(mains),
            absences_by_official(instance),
        )

    def able(self, group: str, pool: str) -> tuple[int, ...]:
        """Return who may do work of a group: own staff in an own pool, anybody able in a shared one."""
        home = pool.removeprefix(OWN) if pool.startswith(OWN) else None
        return tuple(
            p
            for p, groups in enumerate(self.groups)
            if group in groups and (home is None or self.organisation[p] == home)
        )

    def named(self, cell: object) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the people of a list of participants: those named, and those meant by ``@``."""
        named: set[int] = set()
        meant: set[int] = set()
        for code in split_list(cell):
            if code == "@*":
                meant |= set(range(len(self.codes)))
            elif code.startswith("@"):
                meant |= {p for p, home in enumerate(self.organisation) if home == code[1:]}
            elif code in self.codes:
                named.add(self.codes.index(code))
        return tuple(sorted(named)), tuple(sorted(meant - named))

    def here(self, official: str, day: dt.date) -> bool:
        """Whether no absence of whole days covers a day."""
        return not any(
            row.kind != "reduced_hours"
            and pd.Timestamp(row.from_date).date() <= day <= pd.Timestamp(row.to_date).date()
            for row in self.absences.get(official, [])
        )

    def pins(self, instance: Instance, month: str) -> Pins:
        """Read the pins that hold in a month."""
        wanted: dict[str, set[int]] = defaultdict(set)
        ruled_out: dict[str, set[int]] = defaultdict(set)
        days: dict[str, dt.date] = {}
        for row in each_row(instance.filled("pins").sort_values("code", kind="stable")):
            if isinstance(row.from_month, str) and row.from_month > month:
                continue
            if isinstance(row.to_month, str) and row.to_month < month:
                continue
            what = row.registration if isinstance(row.registration, str) else row.task_group
            if not isinstance(what, str):
                continue
            if row.kind == "at_session" and not pd.isna(row.date):
                days[what] = pd.Timestamp(row.date).date()
            elif row.official in self.codes:
                place = self.codes.index(row.official)
                if row.kind in ("main", "helper"):
                    wanted[what].add(place)
                elif row.kind == "exclude":
                    ruled_out[what].add(place)
        return Pins(
            {what: frozenset(people) for what, people in wanted.items()},
            {what: frozenset(people) for what, people in ruled_out.items()},
            days,
        )
