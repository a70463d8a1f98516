"""The question that a month's calendar answers, in whole minutes and numbered people and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]

#: The sessions of a day in their order; the third dimension of `MonthProblem.regular` and `extra`.
SESSIONS = ("morning", "afternoon", "evening")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A registration's work in this month: minutes for each of `crew` people, to be done in a window of days.

    `first`..`last` are day numbers, both inside. `people` may do it; those in `must` have to be in the crew
    (a pin). Work that may not be split is done within one day. `weight` multiplies the minutes where undone
    work is counted (1 in an office).
    """

    code: str
    minutes: int
    first: int
    last: int
    people: tuple[int, ...]
    priority: int = 2
    crew: int = 1
    must: tuple[int, ...] = ()
    split: bool = True
    weight: int = 1
    title: str = ""
    group: str = ""
    organisation: str = ""
    place: str = ""
    resources: tuple[str, ...] = ()
    registration: str = ""
    pool: str = ""

    @property
    def cost(self) -> int:
        """What leaving it undone counts."""
        return self.minutes * self.crew * self.weight


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fixed time: who is there already (`fixed`), and how many more of `people` have to come.

    `sessions` are the numbers of the sessions that it takes; `start`..`end` minutes after midnight. At least
    one of `experts` has to be among those who come, if any are named. Chair and `fixed` are kept out of the
    sessions that overlap; those who are chosen give their whole free time of the sessions. `registration` is
    the line that it serves, or is itself.
    """

    code: str
    day: int
    sessions: tuple[int, ...]
    start: int
    end: int
    fixed: tuple[int, ...] = ()
    places: int = 0
    people: tuple[int, ...] = ()
    experts: tuple[int, ...] = ()
    chair: int | None = None
    title: str = ""
    place: str = ""
    organisation: str = ""
    resources: tuple[str, ...] = ()
    preparation: str = ""
    registration: str = ""
    movable: bool = False


@dataclass(frozen=True)
class OvertimeLimit:
    """A person's overtime from day `first` to day `last`, both inside, is `minutes` at most."""

    person: int
    first: int
    last: int
    minutes: int


@dataclass(frozen=True, kw_only=True, eq=False)
class MonthProblem:
    """One office's month.

    `regular` holds the minutes that each person has for work in each session (people × days × sessions) once
    absences and fixed events are taken off; `extra` the minutes of overtime that the session may hold
    (evenings, and weekends where they are allowed). A session has one or the other. `carry` is the overtime
    of the month before by person: who carried the overload then is spared now. `clock` holds the start and
    end of each session in minutes after midnight.
    """

    office: str
    days: tuple[dt.date, ...]
    people: tuple[str, ...]
    regular: Ints
    extra: Ints
    limits: tuple[OvertimeLimit, ...]
    tasks: tuple[Task, ...]
    events: tuple[Event, ...]
    carry: tuple[int, ...] = ()
    clock: tuple[tuple[int, int], ...] = ((450, 690), (810, 1050), (1110, 1290))
    names: dict[str, str] = field(default_factory=dict)

    def task(self, code: str) -> int:
        """Return the number of a task by its code."""
        return next(number for number, task in enumerate(self.tasks) if task.code == code)

    def taken(self, event: Event, person: int) -> tuple[int, int]:
        """Return the regular and the overtime minutes that someone chosen for an event gives it."""
        sessions = list(event.sessions)
        return (
            int(self.regular[person, event.day, sessions].sum()),
            int(self.extra[person, event.day, sessions].sum()),
        )


def each_row(frame: pd.DataFrame) -> Iterator[Any]:
    """Go through the rows of a small table by column name."""
    yield from frame.itertuples(index=False)
