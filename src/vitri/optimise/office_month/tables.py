"""A month's assignment as run tables, and the case read back from them, so that it can be asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from vitri.optimise.office_month.case import Given, OfficeMonth, work_of
from vitri.optimise.office_month.restore import TABLES, Answer, restore_records


def registration_of(line: str) -> str:
    """Return the registration of a line (the part of one pool is written ``code@pool``)."""
    return line.partition("@")[0]


def month_tables(answers: Sequence[Answer]) -> dict[str, pd.DataFrame]:
    """Return assignments, load, unmet and the tables ``month_…`` of a month's answers."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: []
        for name in (
            "assignments",
            "load",
            "unmet",
            "month_lines",
            "month_people",
            "month_fits",
            "month_pins",
        )
    }
    for case, given in answers:
        place = {"office": case.office, "month": case.month}
        _people(rows, case, given, place)
        for line in case.lines:
            pool, group = line.cell
            rows["month_lines"].append(
                {
                    **place, "registration": registration_of(line.code), "pool": pool, "task_group": group,
                    "priority": line.priority, "minutes": line.minutes, "people": line.people,
                    "responsible": given.responsible.get(line.code), "before": line.before or None,
                }
            )  # fmt: skip
            if line.code not in given.responsible:
                rows["unmet"].append(
                    {**place, "pool": pool, "task_group": group, "priority": line.priority,
                     "minutes": line.minutes}
                )  # fmt: skip
        for (pool, group), reach in sorted(case.fits.items()):
            for who, fit in sorted(reach.items()):
                rows["month_fits"].append(
                    {**place, "pool": pool, "task_group": group, "official": who,
                     "duty": case.duty.get((pool, group)), "own": fit.own, "free": fit.free}
                )  # fmt: skip
        rows["month_pins"] += [{**place, **pin} for pin in _pins(case)]
    frames = {name: pd.DataFrame(part) for name, part in rows.items()}
    if len(frames["unmet"]):
        keys = ["office", "month", "pool", "task_group", "priority"]
        frames["unmet"] = frames["unmet"].groupby(keys, sort=True)["minutes"].sum().reset_index()
    return frames


def _people(
    rows: dict[str, list[dict[str, Any]]], case: OfficeMonth, given: Given, place: Mapping[str, str]
) -> None:
    work = work_of(case, given)
    pinned = {(line, who) for line, who in case.pinned_main.items()}
    pinned |= {(line, who) for line, team in case.pinned_helpers.items() for who in team}
    for person in case.people:
        own = sorted(work[person.code], key=lambda row: (-row[1], row[0].code))
        load = sum(minutes for _, minutes, _ in own)
        over = max(0, load - person.time)
        for line, minutes, role in own:
            part = min(over, minutes)
            over -= part
            rows["assignments"].append(
                {
                    **place, "official": person.code, "pool": line.cell[0], "task_group": line.cell[1],
                    "registration": registration_of(line.code), "role": role, "minutes": minutes,
                    "overtime_minutes": part, "pinned": (line.code, person.code) in pinned,
                }
            )  # fmt: skip
        rows["load"].append(
            {
                "official": person.code, "month": case.month, "available_minutes": person.time,
                "assigned_minutes": load,
                "load_pct_dec2": (20_000 * load + person.time) // (2 * person.time) if person.time else None,
            }
        )  # fmt: skip
        rows["month_people"].append(
            {
                **place, "official": person.code, "available_minutes": person.time,
                "overtime_cap": person.extra, "free_minutes": person.free, "max_groups": person.groups,
                "past_time": person.past_time, "past_minutes": person.past_work,
            }
        )  # fmt: skip
    for role, held, wanted in (("main", given.main, case.mains), ("backup", given.backup, case.backups)):
        for (pool, group), who in held.items():
            rows["assignments"].append(
                {
                    **place, "official": who, "pool": pool, "task_group": group, "registration": None,
                    "role": role, "minutes": 0, "overtime_minutes": 0,
                    "pinned": ((pool, group), who) in wanted,
                }
            )  # fmt: skip


def _pins(case: OfficeMonth) -> list[dict[str, Any]]:
    pins: list[dict[str, Any]] = [
        {"kind": "main", "official": who, "registration": line} for line, who in case.pinned_main.items()
    ]
    pins += [
        {"kind": "helper", "official": who, "registration": line}
        for line, team in case.pinned_helpers.items()
        for who in team
    ]
    pins += [
        {"kind": "exclude", "official": who, "registration": line} for line, who in sorted(case.excluded)
    ]
    for kind, wanted in (("main", case.mains), ("backup", case.backups)):
        pins += [
            {"kind": kind, "official": who, "pool": pool, "task_group": group}
            for (pool, group), who in wanted
        ]
    return pins


def restore(
    tables: Mapping[str, pd.DataFrame],
    apart: frozenset[frozenset[str]],
    people_per_group: int,
    bands: tuple[int, ...] = (),
) -> list[Answer]:
    """Return the cases and answers of saved tables; the other arguments are the model's."""
    return restore_records({name: _records(tables[name]) for name in TABLES}, apart, people_per_group, bands)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): value for key, value in row.items()}
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
