"""Time of the people: nobody works longer than their month, nor more overtime than allowed."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_most, equal, law, tuples
from vitri.rules.case import Case
from vitri.rules.people import VACANCY, post_of

WORKED = ["official", "month", "minutes", "overtime_minutes"]


def worked(case: Case) -> pd.DataFrame:
    """Return official, month, minutes and overtime_minutes: what each is given in the table assignments."""
    frame = case.table("assignments")
    if frame.empty:
        return pd.DataFrame(columns=WORKED)
    return frame.groupby(WORKED[:2], sort=True)[WORKED[2:]].sum().reset_index()


class WorkingTime(Rule):
    """In no month does an official work more than their time, beyond the overtime counted as such.

    A vacancy has the time of a standard post; someone outside the plan has none.
    """

    name = "working_time"
    title = N_("Working time of the officials")
    sentence = N_("{place}: {actual} minutes of normal time are assigned, {required} are available.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `time_fund` is."""
        return law(model.time_fund)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure the normal time of every official and month."""
        posts = post_of(case)
        for who, month, minutes, overtime in tuples(worked(case), WORKED):
            time = case.time.get((who, month), (0, 0))[0] if who in posts else 0
            yield at_most(f"{who}/{month}", time, int(minutes) - int(overtime))


class Overtime(Rule):
    """Overtime stays within the share of time, the hours a month and the hours a year of the model."""

    name = "overtime"
    title = N_("Overtime")
    sentence = N_("{place}: {actual} minutes of overtime; at most {required} are allowed.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `overtime` is."""
        return law(model.overtime)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure the overtime of every official by month and by year."""
        rule = case.model.overtime
        years: dict[tuple[str, str], int] = {}
        for who, month, _, overtime in tuples(worked(case), WORKED):
            most = 0 if who.startswith(VACANCY) else case.time.get((who, month), (0, 0))[1]
            yield at_most(f"{who}/{month}", min(most, rule.max_hours_month * 60), int(overtime))
            years[who, month[:4]] = years.get((who, month[:4]), 0) + int(overtime)
        for (who, year), overtime in sorted(years.items()):
            yield at_most(f"{who}/{year}", rule.max_hours_year * 60, overtime)


class FreeTimeUsed(Rule):
    """Holders of fixed posts give no more than the free share of their time to work outside their pool."""

    name = "free_time_used"
    title = N_("Free time used by elected and leading officials")
    sentence = N_("{place}: {actual} minutes for other work; {required} are free.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `leadership` is."""
        return law(model.leadership)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure the minutes of every holder of a fixed post on cells served from free time."""
        frame = case.table("assignments")
        fixed = {who: post for who, post in post_of(case).items() if post.fixed}
        if frame.empty or not fixed:
            return
        frame = frame[frame["official"].isin(list(fixed)) & (frame["minutes"] > 0)]
        used: dict[tuple[str, str], int] = {}
        columns = ["official", "month", "pool", "task_group", "minutes"]
        for who, month, pool, group, minutes in tuples(frame, columns):
            if any(d.free for d in fixed[who].duties if (d.pool, d.group) == (pool, group)):
                used[who, month] = used.get((who, month), 0) + int(minutes)
        for (who, month), minutes in sorted(used.items()):
            time = case.time.get((who, month), (0, 0))[0]
            yield at_most(f"{who}/{month}", time * fixed[who].free_bp // 10_000, minutes)


class Load(Rule):
    """The table of loads says what is assigned, against the time there is, in the right percentage."""

    name = "load"
    title = N_("Loads recomputed")
    sentence = N_("{place}: the table of loads says {actual}, the plan {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare every row of the table of loads with assignments and time."""
        done = {
            (str(who), str(month)): int(minutes) for who, month, minutes, _ in tuples(worked(case), WORKED)
        }
        seen: set[tuple[str, str]] = set()
        for row in case.rows("load"):
            key = (row["official"], row["month"])
            seen.add(key)
            place = "/".join(key)
            time, work = case.time.get(key, (0, 0))[0], done.get(key, 0)
            yield equal(place, work, int(row["assigned_minutes"]), "assigned_minutes")
            yield equal(place, time, int(row["available_minutes"]), "available_minutes")
            if time and not pd.isna(row["load_pct_dec2"]):
                share = (20_000 * work + time) // (2 * time)
                yield equal(place, share, int(row["load_pct_dec2"]), "load_pct_dec2")
        for who, month in sorted(set(done) - seen):
            if done[who, month]:
                yield equal(f"{who}/{month}", 1, 0, "rows")
