"""Rules of a month assigned by registrations: whole lines, pins, real time, own people, duties kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_least, at_most, equal, law, tuples
from vitri.rules.case import OWN, Case


def tasks(case: Case) -> pd.DataFrame:
    """Return the rows of assignments that are about one registration."""
    frame = case.table("assignments")
    return frame[frame["registration"].notna()] if len(frame) else frame


class WholeRegistration(Rule):
    """A line that is done has exactly one responsible official, helpers who are others, and all its minutes.

    Its helpers take equal whole shares; a line without responsible official is undone as a whole.
    """

    name = "whole_registration"
    title = N_("Each registration to one responsible official")
    sentence = N_("{place}: {actual} instead of {required} ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare every line of work with the people who were given it."""
        given: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
        for row in tuples(tasks(case), ["registration", "pool", "official", "role", "minutes"]):
            given.setdefault((row[0], row[1]), []).append((row[2], row[3], int(row[4])))
        frame = case.lines
        assert frame is not None
        frame = frame[frame["counted"] & (frame["minutes"] > 0)]
        undone = 0
        for line, pool, minutes in tuples(frame, ["registration", "pool", "minutes"]):
            place = f"{line}/{pool}"
            people = given.pop((line, pool), [])
            if not people:
                undone += int(minutes)
                continue
            mains = [who for who, role, _ in people if role == "main"]
            yield equal(place, 1, len(mains), "main")
            yield equal(place, len(people), len({who for who, _, _ in people}), "helpers")
            yield equal(place, int(minutes), sum(part for _, _, part in people), "minutes")
            shares = {part for _, role, part in people if role == "helper"}
            yield at_most(place, 1, len(shares), "helpers")
            if shares:
                yield equal(place, int(minutes) // len(people), max(shares), "minutes")
        for line, pool in sorted(given):
            yield equal(f"{line}/{pool}", 0, 1, "rows")
        unmet = case.table("unmet")
        yield equal("*", undone, int(unmet["minutes"].sum()) if len(unmet) else 0, "unmet")


class PinsRespected(Rule):
    """What the head has fixed stands: who is responsible, helps, is main or backup official, is left out."""

    name = "pins_respected"
    title = N_("The head's pins")
    sentence = N_("{place}: the pin does not hold ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Look for every pin of the month among the assignments."""
        frame = case.table("assignments")
        if frame.empty:
            return
        months = set(frame["month"])
        held = set(tuples(frame[frame["registration"].notna()], ["registration", "official", "role"]))
        doing = {line for line, _, _ in held}
        roles = frame[frame["registration"].isna()]
        named = set(tuples(roles, ["office", "task_group", "official", "role"]))
        groups = set(tuples(frame, ["office", "task_group"]))
        works = set(tuples(frame[frame["registration"].notna()], ["task_group", "official"]))
        for row in case.instance.table("pins").astype(object).to_dict("records"):
            pin = {str(key): None if pd.isna(value) else value for key, value in row.items()}
            who, line, group = pin["official"], pin["registration"], pin["task_group"]
            if who is None or not any(_holds(pin, month) for month in months):
                continue
            place, kind = f"{pin['code']}/{who}", pin["kind"]
            if kind == "exclude":
                wrong = (
                    {w for ln, w, _ in held if ln == line} if line else {w for g, w in works if g == group}
                )
                yield at_most(place, 0, int(who in wrong), kind)
            elif kind in ("main", "helper") and line in doing:
                yield equal(place, 1, int((line, who, kind) in held), kind)
            elif kind in ("main", "backup") and group is not None and line is None:
                office = str(case.officials[who]["office"])
                if (office, group) in groups:
                    yield at_least(place, 1, int((office, group, who, kind) in named), kind)


def _holds(pin: dict[str, Any], month: str) -> bool:
    return (pin["from_month"] or "0") <= month <= (pin["to_month"] or "9")


class MonthTime(Rule):
    """Nobody works longer than their real month and the overtime that the month and the year still allow."""

    name = "month_time"
    title = N_("Real time of the officials in the month")
    sentence = N_("{place}: {actual} minutes, {required} are there ({detail}).")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `overtime` is."""
        return law(model.overtime)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure normal time and overtime of every official, earlier months of the year counted in."""
        frame = case.table("assignments")
        if frame.empty:
            return
        before = case.instance.filled("previous_assignments")
        keys = ["official", "month"]
        sums = frame.groupby(keys, sort=True)[["minutes", "overtime_minutes"]].sum().reset_index()
        for who, month, minutes, over in tuples(sums, [*keys, "minutes", "overtime_minutes"]):
            time, extra = case.time.get((who, month), (0, 0))
            year = before[(before["official"] == who) & (before["month"].str[:4] == month[:4])]
            year = year[year["month"] < month]
            most = case.model.overtime.max_hours_year * 60 - int(year["overtime_minutes"].sum())
            place = f"{who}/{month}"
            yield at_most(place, time, int(minutes) - int(over), "minutes")
            yield at_most(place, max(0, min(extra, most)), int(over), "overtime_minutes")


class MonthPeople(Rule):
    """Own work stays with its own people, duties that law keeps apart stay apart, teams and people keep their
    limits of groups, main and backup official are two people."""

    name = "month_people"
    title = N_("Who works on what in the month")
    sentence = N_("{place}: {actual}, at most {required} ({detail}).")

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every official and every cell of the month."""
        frame = case.table("assignments")
        if frame.empty:
            return
        limit = case.model.structure.max_groups_per_person
        pairs = [(pair.a, pair.b) for pair in case.model.forbidden_pair if pair.a != pair.b]
        for (who, _month), part in frame.groupby(["official", "month"], sort=True):
            record = case.officials[str(who)]
            home = record["organisation"]
            strange = [
                pool
                for pool in sorted(set(part["pool"]))
                if pool.startswith(OWN) and pool != f"{OWN}{'' if pd.isna(home) else home}"
            ]
            strange += [office for office in sorted(set(part["office"])) if office != record["office"]]
            yield at_most(str(who), 0, len(strange), ", ".join(strange))
            groups = set(part["task_group"])
            most = limit if pd.isna(record["max_groups"]) else int(record["max_groups"])
            yield at_most(str(who), most, len(groups), "task_groups")
            tags = {case.groups[group].duty for group in groups}
            for a, b in pairs:
                yield at_most(str(who), 1, int(a in tags) + int(b in tags), f"{a}, {b}")
        people = frame.groupby(["office", "pool", "task_group", "month"], sort=True)["official"].nunique()
        for key, number in people.items():
            place = "/".join(str(part) for part in key)  # type: ignore[attr-defined]
            yield at_most(place, case.model.staffing.max_people_per_group, int(number), "people")
        roles = frame[frame["registration"].isna()]
        twice = roles.duplicated(["office", "pool", "task_group", "month", "role"]).sum()
        same = roles.duplicated(["office", "pool", "task_group", "month", "official"]).sum()
        yield at_most("*", 0, int(twice) + int(same), "main, backup")


MONTH_RULES: tuple[Rule, ...] = (WholeRegistration(), PinsRespected(), MonthTime(), MonthPeople())
"""The rules of a month assigned by registrations, in the order in which they are measured."""
