"""When each official is there: the half-days of their calendar less dated absences, day by day.

A day is counted in units of 1/20,000 (two halves, each in hundredths of a percent), so that half days and
shares stay exact until minutes are rounded, once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy.calendars import Ints, WorkCalendar

DAY = 20_000
HALF = 10_000
#: Kinds of dated absence that use up the model's yearly days of other absence.
COUNTED_AS_OTHER = frozenset({"sick", "training", "other"})


def whole(value: Any, default: int) -> int:
    """Read a cell that may be blank."""
    return default if pd.isna(value) else int(value)


def spans(dates: pd.DatetimeIndex, row: Any) -> tuple[int, int]:
    """Return the first day of a span and the day after its last, as positions among the dates."""
    start = 0 if pd.isna(row.from_date) else int(dates.searchsorted(pd.Timestamp(row.from_date)))
    stop = (
        len(dates)
        if pd.isna(row.to_date)
        else int(dates.searchsorted(pd.Timestamp(row.to_date), side="right"))
    )
    return start, max(start, stop)


def _absent_halves(calendar: WorkCalendar, row: Any) -> tuple[Ints, Ints]:
    """Return how much of each morning and each afternoon an absence takes, in hundredths of a percent."""
    morning = np.zeros(len(calendar.dates), dtype=np.int64)
    afternoon = np.zeros(len(calendar.dates), dtype=np.int64)
    start, stop = spans(calendar.dates, row)
    share = whole(row.share_pct, HALF)
    morning[start:stop] = share
    afternoon[start:stop] = share
    inside = stop > start
    if (
        inside
        and calendar.dates[start] == pd.Timestamp(row.from_date)
        and row.from_session in ("afternoon", "evening")
    ):
        morning[start] = 0
        afternoon[start] = 0 if row.from_session == "evening" else afternoon[start]
    if inside and calendar.dates[stop - 1] == pd.Timestamp(row.to_date) and row.to_session == "morning":
        afternoon[stop - 1] = 0
    return morning, afternoon


def by_month(calendar: WorkCalendar, values: Ints) -> Ints:
    """Add up daily figures by month."""
    return np.bincount(calendar.month, weights=values, minlength=calendar.months).astype(np.int64)


class Presence:
    """The units of presence and of each kind of absence of one official.

    `halves` are what is left of each morning and each afternoon, by day, in hundredths of a percent;
    `reduction` the minutes that reduced hours take off each day. The rest is by month: `employed` before
    absences, `free` after them, dated annual `leave` and `other` dated absence, all in units of a day.
    """

    def __init__(self, calendar: WorkCalendar, official: Any, absences: list[Any]) -> None:
        start, stop = spans(calendar.dates, official)
        present = np.zeros(len(calendar.dates), dtype=bool)
        present[start:stop] = True
        works = calendar.works & present
        free = [np.where(works, HALF, 0).astype(np.int64) for _ in range(2)]
        self.employed = by_month(calendar, free[0] + free[1])
        taken = {"annual_leave": np.zeros_like(self.employed), "other": np.zeros_like(self.employed)}
        for row in absences:
            if row.kind == "reduced_hours":
                continue
            gone = [
                np.minimum(half, loss) for half, loss in zip(free, _absent_halves(calendar, row), strict=True)
            ]
            free = [half - loss for half, loss in zip(free, gone, strict=True)]
            kind = (
                "annual_leave"
                if row.kind == "annual_leave"
                else "other"
                if row.kind in COUNTED_AS_OTHER
                else ""
            )
            if kind:
                taken[kind] = taken[kind] + by_month(calendar, gone[0] + gone[1])
        self.halves = (free[0], free[1])
        self.free = by_month(calendar, free[0] + free[1])
        self.leave, self.other = taken["annual_leave"], taken["other"]
        self.reduction = np.zeros(len(calendar.dates), dtype=np.int64)
        for row in absences:
            if row.kind == "reduced_hours":
                begin, end = spans(calendar.dates, row)
                self.reduction[begin:end] += whole(row.minutes_per_day, 0)

    def reduced(self, calendar: WorkCalendar, minutes_per_day: int, fte: int) -> Ints:
        """Return what reduced hours take off each month, in 1/200,000,000 of a minute.

        A day loses at most what is left of it: its minutes times `fte` (hundredths of a percent).
        """
        left = (self.halves[0] + self.halves[1]) * minutes_per_day * fte
        return by_month(calendar, np.minimum(self.reduction * (DAY * HALF), left))


def absences_by_official(instance: Instance) -> dict[str, list[Any]]:
    """Return the absences of each official in a fixed order."""
    found: dict[str, list[Any]] = {}
    if instance.has("absences"):
        ordered = instance.table("absences").sort_values(["official", "from_date", "kind"], kind="stable")
        for row in ordered.itertuples(index=False):
            found.setdefault(str(row.official), []).append(row)
    return found
