"""One office's month as plain whole numbers: people with their time, lines of work, who may do what, pins.

A line is the part of one registration that falls into the month in one pool; it goes whole to one responsible
official. `people` of them work on it at once: the helpers take equal whole shares, the responsible the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

Cell = tuple[str, str]
"""A pool and a task group."""


@dataclass(frozen=True)
class Member:
    """Someone of the office in the month, times in minutes.

    `extra` is the overtime still allowed, `free` the time a leader may give to work that is not of their own
    position (None: no such limit), `groups` the most task groups. `past_time` and `past_work` are the time
    and the work of earlier months, which the fair load counts in.
    """

    code: str
    time: int
    extra: int = 0
    free: int | None = None
    groups: int = 99
    past_time: int = 0
    past_work: int = 0


@dataclass(frozen=True)
class Line:
    """A line of work; `before` is who did it last (blank: nobody)."""

    code: str
    cell: Cell
    minutes: int
    priority: int = 2
    people: int = 1
    before: str = ""

    @property
    def helper_minutes(self) -> int:
        """The share of each helper."""
        return self.minutes // self.people

    @property
    def own_minutes(self) -> int:
        """The share of the responsible official."""
        return self.minutes - (self.people - 1) * self.helper_minutes


@dataclass(frozen=True)
class Fit:
    """Somebody may do a cell's work: `own` if it is of today's positions, `free` if it takes a leader's
    free share."""

    own: bool
    free: bool = False


@dataclass(frozen=True)
class OfficeMonth:
    """Everything the assignment of one office and month is made of.

    `fits[cell][official]`; `duty[cell]` the duty tag of a cell; `apart` pairs of duties that one person may
    not hold together. Pins: `pinned_main[line]`, `pinned_helpers[line]`, `mains` and `backups` (cell,
    official), `excluded` (line, official). `bands` are the model's load bands in percent. Codes of people and
    lines are sorted.
    """

    office: str
    month: str
    people: tuple[Member, ...]
    lines: tuple[Line, ...]
    fits: Mapping[Cell, Mapping[str, Fit]]
    duty: Mapping[Cell, str] = field(default_factory=dict)
    apart: frozenset[frozenset[str]] = frozenset()
    people_per_group: int = 4
    bands: tuple[int, ...] = ()
    pinned_main: Mapping[str, str] = field(default_factory=dict)
    pinned_helpers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mains: tuple[tuple[Cell, str], ...] = ()
    backups: tuple[tuple[Cell, str], ...] = ()
    excluded: frozenset[tuple[str, str]] = frozenset()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that have work, sorted."""
        return tuple(sorted({line.cell for line in self.lines}))

    @property
    def asked(self) -> int:
        """All minutes of the month's lines that somebody may do."""
        return sum(line.minutes for line in self.lines if self.able(line))

    @cached_property
    def steps(self) -> dict[str, tuple[int, ...]]:
        """Minutes above which work makes the load uneven, earlier months included: the even share, the bands.

        The even share is a person's part of all work that somebody may do, in proportion to their time.
        """
        work = sum(person.past_work for person in self.people)
        work += self.asked
        time = sum(person.past_time + person.time for person in self.people)
        found: dict[str, tuple[int, ...]] = {}
        for person in self.people:
            own = person.past_time + person.time
            even = -(-own * work // time) if time else 0
            found[person.code] = tuple(sorted({even, *(own * band // 100 for band in self.bands)}))
        return found

    def able(self, line: Line) -> tuple[str, ...]:
        """Return who may be responsible for a line, in order of codes."""
        if line.code in self.pinned_main:
            return (self.pinned_main[line.code],)
        return tuple(
            who for who in sorted(self.fits.get(line.cell, {})) if (line.code, who) not in self.excluded
        )

    def may_help(self, line: Line) -> tuple[str, ...]:
        """Return who may help with a line."""
        able = {who for who in self.fits.get(line.cell, {}) if (line.code, who) not in self.excluded}
        return tuple(sorted(able | set(self.pinned_helpers.get(line.code, ()))))


@dataclass(frozen=True)
class Given:
    """An assignment: who is responsible for and who helps with each line that is done, main and backup
    official of each cell that has one."""

    responsible: Mapping[str, str]
    helpers: Mapping[str, tuple[str, ...]]
    main: Mapping[Cell, str]
    backup: Mapping[Cell, str]


def work_of(case: OfficeMonth, given: Given) -> dict[str, list[tuple[Line, int, str]]]:
    """Return (line, minutes, role) of everybody, in order of lines."""
    work: dict[str, list[tuple[Line, int, str]]] = {person.code: [] for person in case.people}
    for line in case.lines:
        if line.code in given.responsible:
            work[given.responsible[line.code]].append((line, line.own_minutes, "main"))
            for who in given.helpers.get(line.code, ()):
                work[who].append((line, line.helper_minutes, "helper"))
    return work


def share_up(part: int, whole: int) -> int:
    """Return part of whole in whole percent, rounded up."""
    return -(-100 * part // whole)
