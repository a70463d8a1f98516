"""The plan answers to its input: the work and the time in its tables are those computed afresh."""

from __future__ import annotations

from collections.abc import Iterator

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, equal
from vitri.rules.case import Case
from vitri.rules.conservation import KEYS, sums


class WorkUnchanged(Rule):
    """The demand and the workload of the run are those that the register gives."""

    name = "work_unchanged"
    title = N_("Work as registered")
    sentence = N_("{place}: the table {detail} says {actual} minutes, the register gives {required}.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the demand by cell, month and priority, and the workload by cell and month."""
        for name, keys in (("demand", [*KEYS, "priority"]), ("workload", KEYS)):
            wanted, told = sums(case.demand, keys), sums(case.table(name), keys)
            for key in sorted(set(wanted) | set(told)):
                yield equal("/".join(key), wanted.get(key, 0), told.get(key, 0), name)


class TimeUnchanged(Rule):
    """The time fund of the run is the one that calendar and planning model give."""

    name = "time_unchanged"
    title = N_("Time fund as computed")
    sentence = N_("{place}: the time fund says {actual} minutes, the calendar gives {required}.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare the minutes of a post by office and month."""
        told = {
            (str(row["office"]), str(row["month"])): int(row["minutes"]) for row in case.rows("time_fund")
        }
        for key in sorted(set(case.fund) | set(told)):
            yield equal("/".join(key), case.fund.get(key, 0), told.get(key, 0))
