"""Reads one office's month from the tables: people with their real time, lines, who may do what, pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.errors import Finding, Findings
from vitri.optimise.office_month.case import Cell, Fit, Line, Member, OfficeMonth
from vitri.optimise.office_month.findings import Notes
from vitri.optimise.people_data import (
    OWN,
    QUOTA_CATEGORIES,
    Group,
    Person,
    read_groups,
    read_people,
    texts,
    wholes,
)

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel
    from vitri.workload import Workload


@dataclass(frozen=True)
class Read:
    """The offices of a month and what was found on the way."""

    cases: tuple[OfficeMonth, ...]
    findings: Findings


@dataclass(frozen=True)
class Leader:
    """What today's position says of a person: a leader, and the share of time for other work (hundredths)."""

    leader: bool
    free_bp: int


def read_month(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    person_time: pd.DataFrame,
    month: str,
    office: str = "",
) -> Read:
    """Return every office's month (or one office's) with findings about what cannot be assigned as it is.

    `person_time` is the table of `vitri.policy.worktime`: leave by seniority, part time, maternity and dated
    absence are in it. Overtime is what the month allows, less what `previous_assignments` already used up of
    the yearly cap. Raises nothing: errors are in the findings.
    """
    notes = Notes(month)
    groups = read_groups(instance, model)
    people = read_people(instance, model, groups)
    leaders = leaders_of(instance, model)
    members = _members(instance, model, people, leaders, person_time, month)
    lines = workload.lines
    lines = lines[(lines["month"] == month) & lines["counted"] & (lines["minutes"] > 0)]
    if office:
        lines = lines[lines["office"] == office]
    made = _lines(instance, lines, month)
    duty_pairs = frozenset(frozenset((pair.a, pair.b)) for pair in model.forbidden_pair)
    trainable = trainable_of(instance)
    cases: list[OfficeMonth] = []
    for place, own in sorted(made.items()):
        here = [person for person in people if person.office == place and person.code in members]
        cells = sorted({line.cell for line in own})
        fits: dict[Cell, dict[str, Fit]] = {}
        for cell in cells:
            group = groups[cell[1]]
            learnt = trainable.get(group.code, frozenset())
            reach = {
                person.code: fit
                for person in here
                if members[person.code].time > 0
                and (fit := fit_of(person, group, cell, leaders[person.code], learnt))
            }
            fits[cell] = reach
            if not reach:
                rows = [line.code for line in own if line.cell == cell]
                notes.nobody(place, cell, group, here, rows)
        crew = tuple(members[person.code] for person in sorted(here, key=lambda p: p.code))
        notes.people(place, crew)
        case = OfficeMonth(
            office=place,
            month=month,
            people=crew,
            lines=tuple(sorted(own, key=lambda line: line.code)),
            fits=fits,
            duty={cell: groups[cell[1]].duty for cell in cells if groups[cell[1]].duty},
            apart=duty_pairs,
            people_per_group=model.staffing.max_people_per_group,
            bands=bands_of(model),
        )
        cases.append(_pinned(instance, case, month, notes))
    for case in cases:
        notes.lines(case)
    return Read(tuple(cases), Findings.of(notes.found))


def bands_of(model: PlanningModel) -> tuple[int, ...]:
    """Return the load bands of a planning model in whole percent."""
    return tuple(sorted(int(band) for band in model.report.load_bands_pct))


def leaders_of(instance: Instance, model: PlanningModel) -> dict[str, Leader]:
    """Return what today's position says of every official."""
    rows: dict[str, Any] = {str(row["code"]): row for row in instance.filled("positions").to_dict("records")}
    result: dict[str, Leader] = {}
    frame = instance.table("officials")
    for code, position in zip(texts(frame, "code"), texts(frame, "position"), strict=True):
        if position not in rows:
            result[code] = Leader(False, 10_000)
            continue
        row = rows[position]
        leader = str(row["tenure"]) == "elected" or str(row["leader_role"]) in ("head", "deputy", "member")
        share = int(model.leadership.free_pct * 100) if pd.isna(row["free_pct"]) else int(row["free_pct"])
        result[code] = Leader(leader, share if leader else 10_000)
    return result


def trainable_of(instance: Instance) -> dict[str, frozenset[str]]:
    """Return the competencies of each group that may still be learnt on the job."""
    frame = instance.tables["requirements"]
    rows = frame[frame["force"] == "trainable"]
    found: dict[str, frozenset[str]] = {}
    for group, family in zip(texts(rows, "task_group"), texts(rows, "competency"), strict=True):
        found[group] = found.get(group, frozenset()) | {family}
    return found


def missing(person: Person, group: Group, learnt: frozenset[str] = frozenset()) -> dict[str, int]:
    """Return the levels that someone lacks for a group (family → level asked); none if nothing is known."""
    if not person.known:
        return {}
    return {
        family: level
        for family, level in group.needs.items()
        if family not in learnt and person.level_of.get(family, 0) < level
    }


def fit_of(
    person: Person, group: Group, cell: Cell, leader: Leader, learnt: frozenset[str] = frozenset()
) -> Fit | None:
    """Say whether someone may do a cell's work, None if not; `obstacle` says why not."""
    if obstacle(person, group, cell, leader, learnt) is not None:
        return None
    own = group.code in person.all_groups
    return Fit(own, leader.leader and not own)


def obstacle(
    person: Person, group: Group, cell: Cell, leader: Leader, learnt: frozenset[str] = frozenset()
) -> tuple[str, str] | None:
    """Return what keeps someone from a cell's work as (kind, codes), None if nothing does.

    An organisation's own work stays with its own people; shared work, and that of a named pool, is open to
    everyone of the office. Work of today's positions is always one's own. Other work asks the kind of labour,
    the rank and the competency levels; leading work is for leaders, who give other work their free share.
    """
    if cell[0].startswith(OWN) and cell[0] != OWN + person.organisation:
        return "own_people", cell[0].removeprefix(OWN)
    if group.code in person.all_groups:
        return None
    labour = QUOTA_CATEGORIES if group.category in QUOTA_CATEGORIES else {group.category}
    if group.klass == "I" and not leader.leader:
        return "leading", group.code
    if person.category not in labour:
        return "labour", person.category
    if leader.leader and leader.free_bp == 0:
        return "no_free_share", person.position
    if person.rank and group.ranks is not None and person.rank not in group.ranks:
        return "rank", person.rank
    short = missing(person, group, learnt)
    if short:
        return "competency", "; ".join(f"{family} {level}" for family, level in sorted(short.items()))
    return None


def _members(
    instance: Instance,
    model: PlanningModel,
    people: list[Person],
    leaders: Mapping[str, Leader],
    person_time: pd.DataFrame,
    month: str,
) -> dict[str, Member]:
    """Return everybody's time of the month, the overtime left of the year, and the earlier months."""
    keys = zip(texts(person_time, "official"), texts(person_time, "month"), strict=True)
    both = zip(wholes(person_time, "minutes", 0), wholes(person_time, "overtime_minutes", 0), strict=True)
    time = dict(zip(keys, both, strict=True))
    before = instance.filled("previous_assignments")
    before = before[before["month"] < month]
    work: dict[Any, int] = before.groupby(["official", "month"])["minutes"].sum().to_dict()
    this_year = before[before["month"].str[:4] == month[:4]]
    year: dict[Any, int] = this_year.groupby("official")["overtime_minutes"].sum().to_dict()
    cap = model.overtime.max_hours_year * 60
    months = sorted(before["month"].unique())
    members: dict[str, Member] = {}
    for person in people:
        if (person.code, month) not in time:
            continue
        minutes, extra = time[person.code, month]
        past = [m for m in months if (person.code, m) in time]
        leader = leaders[person.code]
        members[person.code] = Member(
            person.code,
            time=minutes,
            extra=max(0, min(extra, cap - int(year.get(person.code, 0)))),
            free=minutes * leader.free_bp // 10_000 if leader.leader else None,
            groups=person.max_groups,
            past_time=sum(time[person.code, m][0] for m in past),
            past_work=sum(int(work.get((person.code, m), 0)) for m in past),
        )
    return members


def _lines(instance: Instance, lines: pd.DataFrame, month: str) -> dict[str, list[Line]]:
    """Return each office's lines; a registration divided over several pools gives a line for each."""
    frame = instance.filled("registrations")
    told = dict(zip(frame["code"], frame["people_needed"], strict=True))
    item_of = dict(zip(texts(frame, "code"), texts(frame, "work_item"), strict=True))
    held = dict(zip(texts(frame, "code"), texts(frame, "current_official"), strict=True))
    catalogue = instance.filled("work_items")
    usual = dict(zip(texts(catalogue, "code"), wholes(catalogue, "people_needed", 1), strict=True))
    before = instance.filled("previous_assignments")
    before = before[(before["month"] < month) & (before["role"] == "main") & before["registration"].notna()]
    last = before.sort_values("month").groupby("registration")["official"].last().to_dict()
    made: dict[str, list[Line]] = {}
    parts = lines.groupby("registration").size()
    for code, office, pool, group, minutes, priority in zip(
        texts(lines, "registration"),
        texts(lines, "office"),
        texts(lines, "pool"),
        texts(lines, "task_group"),
        wholes(lines, "minutes", 0),
        wholes(lines, "priority", 2),
        strict=True,
    ):
        people = told[code]
        name = code if parts[code] == 1 else f"{code}@{pool}"
        made.setdefault(office, []).append(
            Line(
                name,
                (pool, group),
                minutes,
                priority,
                usual.get(item_of[code], 1) if pd.isna(people) else int(people),
                str(last.get(code, held[code])),
            )
        )
    return made


def _pinned(instance: Instance, case: OfficeMonth, month: str, notes: Notes) -> OfficeMonth:
    """Return the case with the head's pins of the month; a pin on someone absent is a finding."""
    frame = instance.tables["pins"]
    if frame.empty:
        return case
    known = {person.code: person for person in case.people}
    lines = {line.code: line for line in case.lines}
    fits = {cell: dict(reach) for cell, reach in case.fits.items()}
    main: dict[str, str] = {}
    helpers: dict[str, tuple[str, ...]] = {}
    mains: list[tuple[Cell, str]] = []
    backups: list[tuple[Cell, str]] = []
    excluded: set[tuple[str, str]] = set()
    for code, kind, who, group, line, first, last in zip(
        *(texts(frame, c) for c in ("code", "kind", "official", "task_group", "registration")),
        texts(frame, "from_month"),
        texts(frame, "to_month"),
        strict=True,
    ):
        if who not in known or kind not in ("main", "backup", "helper", "exclude"):
            continue
        if not (first or "0") <= month <= (last or "9"):
            continue
        targets = [line] if line in lines else []
        cells = [cell for cell in case.cells if not line and cell[1] == group]
        if kind == "exclude":
            excluded |= {(item.code, who) for item in case.lines if item.code == line or item.cell in cells}
            continue
        if (targets or cells) and known[who].time + known[who].extra == 0:
            notes.pin_absent(case, code, who)
            continue
        for name in targets:
            cell = lines[name].cell
            if who not in fits[cell]:
                notes.pin_unfit(case, code, who, cell[1])
                fits[cell][who] = Fit(False)
            if kind == "main":
                if name in main and main[name] != who:
                    notes.pin_twice(case, code, name)
                main[name] = who
            elif kind == "helper":
                helpers[name] = (*helpers.get(name, ()), who)
        own = [cell for cell in cells if who in fits[cell]] or cells[:1]
        if kind in ("main", "backup"):
            for cell in own:
                if who not in fits[cell]:
                    notes.pin_unfit(case, code, who, cell[1])
                    fits[cell][who] = Fit(False)
            (mains if kind == "main" else backups).extend((cell, who) for cell in own)
    notes.circles(mains, backups)
    grown = tuple(
        Line(
            item.code,
            item.cell,
            item.minutes,
            item.priority,
            max(item.people, 1 + len(helpers.get(item.code, ()))),
            item.before,
        )
        for item in case.lines
    )
    return OfficeMonth(
        office=case.office,
        month=case.month,
        people=case.people,
        lines=grown,
        fits=fits,
        duty=case.duty,
        apart=case.apart,
        people_per_group=case.people_per_group,
        bands=case.bands,
        pinned_main=main,
        pinned_helpers=helpers,
        mains=tuple(sorted(set(mains))),
        backups=tuple(sorted(set(backups))),
        excluded=frozenset(excluded),
    )


def nothing_registered(month: str) -> Finding:
    """Return the finding that a month has no work to assign."""
    return Notes(month).empty()
