"""A month's plan: who does what, who goes where, and the work laid out over sessions by earliest deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vitri.optimise.engine import LevelValue
from vitri.workload.month.problem import Ints, MonthProblem


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Work of one task by one person in one session, in minutes."""

    task: int
    person: int
    day: int
    session: int
    minutes: int


@dataclass(frozen=True, kw_only=True)
class MonthPlan:
    """Owners by task (none: left undone), people sent by event, pieces of work, and the levels reached.

    `overtime` is what each person may work beyond regular time on each day (people × days), `unsplit` the day
    of each (task, person) that is done within one day.
    """

    problem: MonthProblem
    owners: tuple[tuple[int, ...], ...]
    sent: tuple[tuple[int, ...], ...]
    pieces: tuple[Piece, ...]
    levels: tuple[LevelValue, ...]
    overtime: Ints
    unsplit: Mapping[tuple[int, int], int]

    @property
    def undone(self) -> tuple[int, ...]:
        """The numbers of the tasks left undone."""
        return tuple(k for k, owners in enumerate(self.owners) if not owners)


def free_time(problem: MonthProblem, sent: tuple[tuple[int, ...], ...]) -> tuple[Ints, Ints]:
    """Return the regular and the overtime minutes left once people are sent to events."""
    regular, extra = problem.regular.copy(), problem.extra.copy()
    for event, people in zip(problem.events, sent, strict=True):
        for person in people:
            regular[person, event.day, list(event.sessions)] = 0
            extra[person, event.day, list(event.sessions)] = 0
    return regular, extra


def lay_out(
    problem: MonthProblem,
    owners: tuple[tuple[int, ...], ...],
    sent: tuple[tuple[int, ...], ...],
    overtime: Ints,
    unsplit: Mapping[tuple[int, int], int],
) -> tuple[Piece, ...] | None:
    """Spread each person's work over their sessions, the earliest deadline first; None if something is late.

    `overtime` is what each person may work beyond regular time on each day (people × days); `unsplit` the day
    of each (task, person) that is done within one day.
    """
    regular, extra = free_time(problem, sent)
    pieces: list[Piece] = []
    for p in range(len(problem.people)):
        jobs: list[list[int]] = []
        for k, who in enumerate(owners):
            if p in who:
                task = problem.tasks[k]
                day = unsplit.get((k, p))
                first, last = (task.first, task.last) if day is None else (day, day)
                jobs.append([last, k, first, task.minutes])
        jobs.sort()
        for d in range(len(problem.days)):
            room = [int(value) for value in regular[p, d]]
            over = int(overtime[p, d])
            evening = [int(value) for value in extra[p, d]]
            for session in range(3):
                more = min(over, evening[session])
                over -= more
                left = room[session] + more
                for job in jobs:
                    if left == 0:
                        break
                    if job[2] <= d and job[3] > 0:
                        now = min(left, job[3])
                        job[3] -= now
                        left -= now
                        pieces.append(Piece(task=job[1], person=p, day=d, session=session, minutes=now))
            if any(job[3] > 0 and job[0] <= d for job in jobs):
                return None
    return tuple(sorted(pieces, key=lambda piece: (piece.day, piece.session, piece.person, piece.task)))


def overtime_worked(plan: MonthPlan) -> int:
    """Return the minutes of overtime in the pieces of work and in the events people are sent to."""
    problem = plan.problem
    regular, _ = free_time(problem, plan.sent)
    used = np.zeros_like(regular)
    for piece in plan.pieces:
        used[piece.person, piece.day, piece.session] += piece.minutes
    total = int(np.maximum(used - regular, 0).sum())
    for event, people in zip(problem.events, plan.sent, strict=True):
        total += sum(problem.taken(event, person)[1] for person in people)
    return total
