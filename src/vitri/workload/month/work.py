"""A month's registrations as tasks with windows, and as sessions where a line names one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.data.fields import split_list
from vitri.workload.month.events import takes, text
from vitri.workload.month.people import Staff
from vitri.workload.month.problem import Event, Ints, Task, each_row

if TYPE_CHECKING:
    from vitri.data.instance import Instance


class Work:
    """Reads the registrations of an office's month; `served` the events that stand for a line already."""

    def __init__(
        self,
        instance: Instance,
        staff: Staff,
        days: tuple[dt.date, ...],
        clock: tuple[tuple[int, int], ...],
        regular: Ints,
        extra: Ints,
        offers: Ints,
        served: dict[str, Event],
    ) -> None:
        self.staff, self.days, self.clock, self.served = staff, days, clock, served
        self.regular, self.extra, self.offers = regular, extra, offers
        registrations = each_row(instance.filled("registrations"))
        self.rows: dict[str, Any] = {str(row.code): row for row in registrations}
        items = each_row(instance.filled("work_items"))
        self.items: dict[str, Any] = {str(row.code): row for row in items}
        self.instance = instance

    def read(self, lines: pd.DataFrame, office: str, month: str) -> tuple[list[Task], list[Event]]:
        """Return the tasks and the sessions; a line served from two pools is two tasks."""
        pins = self.staff.pins(self.instance, month)
        here = (lines["office"] == office) & (lines["month"] == month) & lines["counted"].astype(bool)
        mine = lines[here & (lines["minutes"] > 0)]
        several = mine["registration"].duplicated(keep=False).tolist()
        tasks: list[Task] = []
        sessions: list[Event] = []
        for line, twice in zip(each_row(mine), several, strict=True):
            code, pool, group = str(line.registration), str(line.pool), str(line.task_group)
            row = self.rows[code]
            item = self.items.get(text(row.work_item))
            able = set(self.staff.able(group, pool))
            wanted = pins.wanted.get(code, frozenset()) | (pins.wanted.get(group, frozenset()) & able)
            out = pins.ruled_out.get(code, frozenset()) | pins.ruled_out.get(group, frozenset())
            people = tuple(sorted((able | set(wanted)) - out))
            first, last = self._window(row, pins.days.get(code))
            minutes = int(line.minutes)
            common = {
                "people": people,
                "title": text(row.task_name) or (text(item.name) if item is not None else code),
                "organisation": text(row.organisation),
                "place": text(row.place),
                "resources": tuple(split_list(row.resources)),
                "registration": code,
            }
            name = f"{code}.{pool}" if twice else code
            crew = self._number(row.people_needed, item, "people_needed", 1)
            if isinstance(row.session, str) and code not in self.served and first == last:
                event = self._session(name, code, row.session, first, crew, common)
                sessions.append(event)
                offered = [int(self.regular[p, first, list(event.sessions)].sum()) for p in people]
                minutes -= event.places * max(offered, default=0)
                first, last = 0, max(0, first - 1)
            elif code in self.served:
                # The meeting is part of the work; what is left prepares it.
                minutes -= self._spent(self.served[code])
                last = max(0, min(last, self.served[code].day - 1))
                first = min(first, last) if len(str(row.period)) < 10 else 0
            if minutes <= 0:
                continue
            split = bool(self._number(row.splittable, item, "splittable", 1))
            common["pool"] = pool
            tasks.append(
                self._task(name, group, minutes, first, last, int(line.priority), crew, split, wanted, common)
            )
        return tasks, sessions

    def _spent(self, event: Event) -> int:
        """Return the useful minutes of those who are at an event, by its share of their sessions."""
        length = sum(self.clock[s][1] - self.clock[s][0] for s in event.sessions)
        shared = sum(
            max(0, min(event.end, self.clock[s][1]) - max(event.start, self.clock[s][0]))
            for s in event.sessions
        )
        offered = sum(int(self.offers[p, event.day, s]) for p in event.fixed for s in event.sessions)
        return offered * shared // max(1, length)

    def _number(self, value: Any, item: Any, name: str, default: int) -> int:
        """Return a cell of the line, else of its work item, else the default."""
        for cell in (value, getattr(item, name, None)):
            if cell is not None and not pd.isna(cell):
                return int(cell)
        return default

    def _window(self, row: Any, pinned: dt.date | None) -> tuple[int, int]:
        """Return the first and last day of the month on which a line may be worked on."""
        if pinned in self.days:
            assert pinned is not None
            return self.days.index(pinned), self.days.index(pinned)
        period = str(row.period)
        if len(period) == 10:
            day = dt.date.fromisoformat(period)
            if pd.isna(row.release_date) and pd.isna(row.due_date):
                return self.days.index(day), self.days.index(day)
        start, end = self.days[0], self.days[-1]
        if not pd.isna(row.release_date):
            start = min(max(start, row.release_date.date()), end)
        if not pd.isna(row.due_date):
            end = max(min(end, row.due_date.date()), self.days[0])
        return self.days.index(min(start, end)), self.days.index(end)

    def _session(
        self, name: str, code: str, session: str, day: int, crew: int, common: dict[str, Any]
    ) -> Event:
        sessions = takes(session)
        people = tuple(
            p
            for p in common["people"]
            if all(self.regular[p, day, s] + self.extra[p, day, s] > 0 for s in sessions)
        )
        return Event(
            code=name,
            day=day,
            sessions=sessions,
            start=self.clock[sessions[0]][0],
            end=self.clock[sessions[-1]][1],
            places=crew,
            people=people,
            title=common["title"],
            organisation=common["organisation"],
            place=common["place"],
            resources=common["resources"],
            registration=code,
        )

    def _task(
        self,
        name: str,
        group: str,
        minutes: int,
        first: int,
        last: int,
        priority: int,
        crew: int,
        split: bool,
        wanted: frozenset[int],
        common: dict[str, Any],
    ) -> Task:
        """Share the minutes out over a crew: as many as asked for, and as half a window needs."""
        people = common["people"]
        room = max((int(self.regular[p, first : last + 1].sum()) for p in people), default=0)
        if split and room:
            crew = max(crew, -(-2 * minutes // room) if minutes > room // 2 else 1)
        crew = max(1, min(crew, len(people)))
        each = -(-minutes // crew)
        day = max((int(self.regular[p, d].sum()) for p in people for d in range(first, last + 1)), default=0)
        return Task(
            code=name,
            minutes=each,
            first=first,
            last=last,
            priority=priority,
            crew=crew,
            must=tuple(sorted(wanted))[:crew],
            split=split or each > day,
            group=group,
            **common,
        )
