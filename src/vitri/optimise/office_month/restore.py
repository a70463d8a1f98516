"""The case of a month read back from the rows of a run, so that it can be asked again without delay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vitri.optimise.office_month.case import Cell, Fit, Given, Line, Member, OfficeMonth

Answer = tuple[OfficeMonth, Given]
Record = dict[str, Any]

#: The tables that a case is read back from.
TABLES = ("assignments", "month_fits", "month_lines", "month_people", "month_pins")


def restore_records(
    tables: Mapping[str, list[Record]],
    apart: frozenset[frozenset[str]],
    people_per_group: int,
    bands: tuple[int, ...] = (),
) -> list[Answer]:
    """Return the cases and answers of saved tables, a cell without value being None.

    Whole numbers may be texts of digits; the other arguments are the model's.
    """
    answers: list[Answer] = []
    people, lines = tables["month_people"], tables["month_lines"]
    fits, pins, tasks = tables["month_fits"], tables["month_pins"], tables["assignments"]
    twice = Counter(row["registration"] for row in lines)
    for office, month in sorted({(row["office"], row["month"]) for row in people}):

        def here(rows: list[Record], key: tuple[str, str] = (office, month)) -> list[Record]:
            return [row for row in rows if (row["office"], row["month"]) == key]

        reach: dict[Cell, dict[str, Fit]] = {}
        duty: dict[Cell, str] = {}
        for row in here(fits):
            cell = (row["pool"], row["task_group"])
            reach.setdefault(cell, {})[row["official"]] = Fit(bool(row["own"]), bool(row["free"]))
            if row["duty"]:
                duty[cell] = row["duty"]
        made, name = _lines(here(lines), twice)
        helpers: dict[str, tuple[str, ...]] = {}
        roles: dict[str, dict[Cell, str]] = {"main": {}, "backup": {}}
        for row in here(tasks):
            cell = (row["pool"], row["task_group"])
            if row["registration"] is None:
                roles[row["role"]][cell] = row["official"]
            elif row["role"] == "helper":
                line = name[row["registration"], row["pool"]]
                helpers[line] = (*helpers.get(line, ()), row["official"])
        own = here(pins)
        team: dict[str, tuple[str, ...]] = {}
        for row in own:
            if row["kind"] == "helper":
                team[row["registration"]] = (*team.get(row["registration"], ()), row["official"])
        case = OfficeMonth(
            office=office,
            month=month,
            people=tuple(_member(row) for row in here(people)),
            lines=tuple(made),
            fits=reach,
            duty=duty,
            apart=apart,
            people_per_group=people_per_group,
            bands=bands,
            pinned_main={
                r["registration"]: r["official"] for r in own if r["kind"] == "main" and r["registration"]
            },
            pinned_helpers=team,
            mains=_roles(own, "main"),
            backups=_roles(own, "backup"),
            excluded=frozenset((r["registration"], r["official"]) for r in own if r["kind"] == "exclude"),
        )
        responsible = {
            line.code: row["responsible"]
            for line, row in zip(made, here(lines), strict=True)
            if row["responsible"] is not None
        }
        answers.append((case, Given(responsible, helpers, roles["main"], roles["backup"])))
    return answers


def _lines(rows: list[Record], twice: Counter[str]) -> tuple[list[Line], dict[tuple[str, str], str]]:
    made: list[Line] = []
    name: dict[tuple[str, str], str] = {}
    for row in rows:
        code = row["registration"]
        if twice[code] > 1:
            code = f"{code}@{row['pool']}"
        name[row["registration"], row["pool"]] = code
        cell = (row["pool"], row["task_group"])
        made.append(
            Line(
                code, cell, int(row["minutes"]), int(row["priority"]), int(row["people"]), row["before"] or ""
            )
        )
    return made, name


def _member(row: Mapping[str, Any]) -> Member:
    free = row["free_minutes"]
    return Member(
        row["official"],
        int(row["available_minutes"]),
        int(row["overtime_cap"]),
        None if free is None else int(free),
        int(row["max_groups"]),
        int(row["past_time"]),
        int(row["past_minutes"]),
    )


def _roles(rows: list[Record], kind: str) -> tuple[tuple[Cell, str], ...]:
    return tuple(
        ((row["pool"], row["task_group"]), row["official"])
        for row in rows
        if row["kind"] == kind and row["registration"] is None
    )
