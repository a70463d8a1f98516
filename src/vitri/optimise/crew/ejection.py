"""Local search for a fixed number of people: put an open task in, throw out what it overlaps.

A partial hand-out with a set of open tasks (partial colouring with tabu); from time to time an idle person
changes places with a busy one. Counted in steps, so that it repeats itself.
"""

from __future__ import annotations

import random
import time

import numpy as np

from vitri.optimise.crew.problem import BoolArray, FixedTimeProblem, IntArray

_CLOSED = 1000
_LOOK = 5


class Ejection:
    """The state of one search: who has which task (−1 open, inside this file only), who is busy."""

    def __init__(
        self,
        problem: FixedTimeProblem,
        overlap: BoolArray,
        people: int,
        seed: int,
        owners: IntArray | None = None,
    ) -> None:
        self.able = problem.qualified
        self.staff, self.tasks = self.able.shape
        self.overlap = overlap
        self.near = [np.flatnonzero(row) for row in overlap]
        self.draw = random.Random(seed)
        self.people = people
        mixed = np.random.default_rng(seed)
        skills = self.able.sum(axis=1)
        self.clash = np.where(self.able, 0, _CLOSED).astype(np.int32)
        self.busy = np.zeros(self.staff, dtype=np.bool_)
        if owners is not None:
            self.busy[np.unique(owners[owners >= 0])] = True
        taste = skills + mixed.random(self.staff) * max(1.0, 0.05 * float(skills.max(initial=0)))
        for person in np.argsort(-taste, kind="stable").tolist():
            if int(self.busy.sum()) >= people:
                break
            self.busy[person] = True
        self.clash[~self.busy] += _CLOSED
        self.owner = np.full(self.tasks, -1, dtype=np.int64)
        self.day: list[set[int]] = [set() for _ in range(self.staff)]
        self.open: list[int] = []
        self.place: dict[int, int] = {}
        self.tabu = np.zeros((self.staff, self.tasks), dtype=np.int64)
        self.step = self.last = 0
        for task in range(self.tasks):
            self._open(task)
        if owners is not None:
            for task in np.flatnonzero(owners >= 0).tolist():
                if self.clash[owners[task], task] == 0:
                    self._take(task, int(owners[task]))
        for task in np.lexsort((problem.ends, problem.starts)).tolist():
            if self.owner[task] < 0:
                free = np.flatnonzero(self.clash[:, task] == 0)
                if len(free):
                    pick = np.argmin(skills[free] * (1 + 0.3 * mixed.random(len(free))))
                    self._take(task, int(free[pick]))
        self.best = self.owner.copy()
        self.fewest = len(self.open)

    def _open(self, task: int) -> None:
        self.place[task] = len(self.open)
        self.open.append(task)

    def _take(self, task: int, person: int) -> None:
        spot, moved = self.place.pop(task), self.open.pop()
        if moved != task:
            self.open[spot] = moved
            self.place[moved] = spot
        self.owner[task] = person
        self.day[person].add(task)
        self.clash[person, self.near[task]] += 1

    def _drop(self, task: int, person: int) -> None:
        self.owner[task] = -1
        self.day[person].discard(task)
        self.clash[person, self.near[task]] -= 1
        self._open(task)

    def _exchange(self) -> None:
        """Let an idle person take the place of a busy one, where it costs least."""
        idle, busy = np.flatnonzero(~self.busy), np.flatnonzero(self.busy)
        if not len(idle) or not len(busy):
            return
        if len(idle) > 30:
            idle = np.array(sorted(self.draw.sample(idle.tolist(), 30)))
        given = np.flatnonzero(self.owner >= 0)
        held = np.zeros((self.tasks, self.staff), dtype=np.float32)
        held[given, self.owner[given]] = 1
        lost = (~self.able[idle]).astype(np.float32) @ held[:, busy]
        gained = self.able[np.ix_(idle, np.array(self.open))].sum(axis=1)
        noise = np.random.default_rng(self.draw.randrange(1 << 30)).random(lost.shape)
        pick = int(np.argmin(lost - 0.9 * gained[:, None] + 1.5 * noise))
        comes, goes = int(idle[pick // len(busy)]), int(busy[pick % len(busy)])
        day = sorted(self.day[goes])
        for task in day:
            self._drop(task, goes)
        self.busy[goes], self.busy[comes] = False, True
        self.clash[goes] += _CLOSED
        self.clash[comes] -= _CLOSED
        self.tabu[comes] = 0
        for task in day:
            if self.able[comes, task]:
                self._take(task, comes)

    def run(self, steps: int, until: float, exchange_every: int = 150) -> bool:
        """Search for a number of steps, at most until a moment of the clock; True if no task is open."""
        draw = self.draw
        for _ in range(steps):
            if not self.open or (self.step % 64 == 0 and time.monotonic() > until):
                break
            self.step += 1
            looked = self.open if len(self.open) <= _LOOK else draw.choices(self.open, k=_LOOK)
            least, chosen, costs = _CLOSED * 10, -1, self.clash[:, 0]
            for task in looked:
                cost = self.clash[:, task] + (self.tabu[:, task] > self.step) * 500
                low = int(cost.min())
                if chosen < 0 or low < least or (low == least and draw.random() < 0.4):
                    least, chosen, costs = low, task, cost
            if least < _CLOSED:
                equal = np.flatnonzero(costs == least)
                person = int(equal[draw.randrange(len(equal))])
                for other in sorted(t for t in self.day[person] if self.overlap[chosen, t]):
                    self._drop(other, person)
                    self.tabu[person, other] = self.step + int(0.6 * len(self.open)) + draw.randrange(10)
                self._take(chosen, person)
                if len(self.open) < self.fewest:
                    self.fewest, self.last = len(self.open), self.step
                    self.best = self.owner.copy()
            stuck = (self.step - self.last) % exchange_every == exchange_every - 1
            if self.open and self.people < self.staff and (least >= _CLOSED or stuck):
                self._exchange()
                if len(self.open) < self.fewest:
                    self.fewest, self.last = len(self.open), self.step
                    self.best = self.owner.copy()
        return not self.open
