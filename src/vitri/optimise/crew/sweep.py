"""A hand-out moment by moment, and its repair: each moment is a matching that looks ahead.

From the busiest moment outwards, the tasks under way at each moment are matched to people. A person who takes
a task gives up part of the best day that is still ahead; that loss, at the prices of tasks, is the cost.
Repair opens a stretch of time around an open task and sweeps it anew, between what stays fixed.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from vitri.optimise.crew.matching import match
from vitri.optimise.crew.problem import BoolArray, FixedTimeProblem, IntArray

FloatArray = npt.NDArray[np.float64]
_CONFLICT = 100_000
_LOSS = 20_000.0
_DEAR = 30_000
_NEVER = -1e9


def ahead(
    starts: IntArray, ends: IntArray, able: BoolArray, prices: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Return the starts in order, and each person's best value of tasks from each start on (person × k)."""
    order = np.argsort(starts, kind="stable")
    sorted_starts = starts[order]
    after = np.searchsorted(sorted_starts, ends[order], side="left")
    best = np.zeros((len(starts) + 1, len(able)))
    gains = np.where(able.T[order], prices[order][:, None], _NEVER)
    for k in range(len(starts) - 1, -1, -1):
        np.maximum(best[k + 1], best[after[k]] + gains[k], out=best[k])
    return sorted_starts, best.T


class Sweep:
    """The state: each task's person (−1 open, inside this file only), who is busy, what would clash."""

    def __init__(self, problem: FixedTimeProblem, overlap: BoolArray, people: int, seed: int) -> None:
        self.problem, self.overlap, self.people = problem, overlap, people
        self.able = problem.qualified
        self.staff, self.tasks = self.able.shape
        self.near = [np.flatnonzero(row) for row in overlap]
        self.draw = np.random.default_rng(seed)
        self.owner = np.full(self.tasks, -1, dtype=np.int64)
        self.busy = np.zeros(self.staff, dtype=np.bool_)
        self.clash = np.zeros((self.staff, self.tasks), dtype=np.int64)

    def open(self) -> IntArray:
        """Return the tasks that nobody has."""
        return np.flatnonzero(self.owner < 0)

    def give(self, task: int, person: int) -> None:
        """Let a person have a task."""
        self.owner[task] = person
        self.clash[person, self.near[task]] += 1

    def take(self, task: int) -> None:
        """Take a task away from whoever has it."""
        if self.owner[task] >= 0:
            self.clash[self.owner[task], self.near[task]] -= 1
            self.owner[task] = -1

    def load(self, owners: IntArray) -> None:
        """Start from a partial hand-out (−1 open)."""
        self.owner[:] = -1
        self.clash[:] = 0
        self.busy[:] = False
        for task in np.flatnonzero(owners >= 0).tolist():
            self.give(task, int(owners[task]))
        self.busy[np.unique(owners[owners >= 0])] = True
        self._more_busy(self.able.sum(axis=1).astype(np.float64))

    def _more_busy(self, worth: FloatArray) -> None:
        """Fill up the number of busy people with those of most worth."""
        for person in np.argsort(-worth, kind="stable").tolist():
            if int(self.busy.sum()) >= self.people:
                break
            self.busy[person] = True

    def build(self, moment: IntArray, prices: FloatArray) -> None:
        """Hand everything out, from the tasks under way at the busiest moment outwards."""
        starts, ends = self.problem.starts, self.problem.ends
        self.load(np.full(self.tasks, -1, dtype=np.int64))
        self.busy[:] = False
        late, later = ahead(starts, ends, self.able, prices)
        early, earlier = ahead(-ends, -starts, self.able, prices)
        at = int(starts[moment].max())
        idle = later[:, np.searchsorted(late, at + 1)] + earlier[:, np.searchsorted(early, -at)]
        gained = later[:, np.searchsorted(late, ends[moment])]
        gained = gained + earlier[:, np.searchsorted(early, -starts[moment])]
        # where the moment needs everybody, whoever it leaves out has no day at all
        lost = -gained if len(moment) >= self.people else idle[:, None] - gained
        costs = np.rint(_LOSS * lost).astype(np.int64) + self.draw.integers(0, 31, lost.shape)
        dear = np.full(len(moment), int(max(costs.max(initial=0), 0)) + 100 * _CONFLICT)
        for task, person in zip(
            moment.tolist(), match(costs, self.able[:, moment], dear).tolist(), strict=True
        ):
            if person >= 0:
                self.give(task, person)
                self.busy[person] = True
        self._more_busy(idle)
        self.sweep(np.flatnonzero((self.owner < 0) & (ends > at)), prices, forwards=True)
        self.sweep(np.flatnonzero((self.owner < 0) & (starts < at)), prices, forwards=False)

    def sweep(self, free: IntArray, prices: FloatArray, forwards: bool) -> None:
        """Hand the free tasks out anew, moment by moment, around what is fixed."""
        for task in free.tolist():
            self.take(task)
        if not len(free):
            return
        team = np.flatnonzero(self.busy)
        able = self.able[np.ix_(team, free)] & (self.clash[np.ix_(team, free)] == 0)
        starts, ends = self.problem.starts[free], self.problem.ends[free]
        if not forwards:
            starts, ends = -ends, -starts
        dear = np.rint(_CONFLICT + _DEAR * np.minimum(prices[free], 5.0)).astype(np.int64)
        sorted_starts, later = ahead(starts, ends, able, prices[free])
        near = self.overlap[np.ix_(free, free)]
        owner = np.full(len(free), -1, dtype=np.int64)
        clash = np.zeros((len(team), len(free)), dtype=np.int64)
        moments = np.unique(starts)
        for index, moment in enumerate(moments):
            now = np.flatnonzero((starts <= moment) & (ends > moment))
            if index + 1 < len(moments) and bool((ends[now] > moments[index + 1]).all()):
                continue
            before = owner[now]
            mine = np.zeros(len(team), dtype=np.int64)
            mine[before[before >= 0]] = 1
            thrown = clash[:, now] - mine[:, None]
            next_start = moment + 1
            rest = later[:, np.searchsorted(sorted_starts, next_start)][:, None]
            lost = rest - later[:, np.searchsorted(sorted_starts, np.maximum(ends[now], next_start))]
            costs = thrown * _CONFLICT + np.rint(_LOSS * lost).astype(np.int64)
            costs += self.draw.integers(0, 31, costs.shape)
            after = match(costs, able[:, now] & (thrown <= 1), dear[now])
            changed = np.flatnonzero(before != after)
            for task in now[changed].tolist():
                if owner[task] >= 0:
                    clash[owner[task], near[task]] -= 1
                    owner[task] = -1
            for task, person in zip(now[changed].tolist(), after[changed].tolist(), strict=True):
                if person < 0:
                    continue
                for other in np.flatnonzero(near[task] & (owner == person)).tolist():
                    clash[person, near[other]] -= 1
                    owner[other] = -1
                owner[task] = person
                clash[person, near[task]] += 1
        for task, person in zip(free.tolist(), owner.tolist(), strict=True):
            if person >= 0:
                self.give(task, int(team[person]))
        for task in self.open().tolist():
            can = np.flatnonzero(self.busy & self.able[:, task] & (self.clash[:, task] == 0))
            if len(can):
                self.give(task, int(can[0]))

    def replace_one(self) -> None:
        """Let an idle person take the place of a busy one, where it costs least."""
        idle, busy = np.flatnonzero(~self.busy), np.flatnonzero(self.busy)
        if not len(idle):
            return
        given = np.flatnonzero(self.owner >= 0)
        held = np.zeros((self.tasks, self.staff), dtype=np.float32)
        held[given, self.owner[given]] = 1
        lost = (~self.able[idle]).astype(np.float32) @ held[:, busy]
        gained = self.able[np.ix_(idle, self.open())].sum(axis=1)
        pick = int(np.argmin(lost - 0.9 * gained[:, None] + 1.5 * self.draw.random(lost.shape)))
        comes, goes = int(idle[pick // len(busy)]), int(busy[pick % len(busy)])
        self.busy[goes], self.busy[comes] = False, True
        for task in np.flatnonzero(self.owner == goes).tolist():
            self.take(task)
            if self.able[comes, task] and self.clash[comes, task] == 0:
                self.give(task, comes)

    def repair(self, prices: FloatArray, steps: int, until: float) -> bool:
        """Sweep stretches of time around open tasks anew; True if no task is open at the end."""
        starts, ends = self.problem.starts, self.problem.ends
        whole = float(ends.max() - starts.min())
        extra = np.zeros(self.tasks)
        fewest = len(self.open())
        for _ in range(steps):
            waiting = self.open()
            if not len(waiting) or time.monotonic() > until:
                break
            kept = self.owner.copy(), self.clash.copy(), self.busy.copy()
            extra *= 0.97
            extra[waiting] += 0.15
            task = int(self.draw.choice(waiting))
            worse = 0
            if self.people < self.staff and self.draw.random() < 0.05:
                self.replace_one()
                worse = 1
            length = whole * self.draw.uniform(0.1, 0.6)
            room = max(0.0, length - float(ends[task] - starts[task]))
            begin = float(starts[task]) - self.draw.uniform(0.0, 1.0) * room
            finish = max(float(ends[task]), begin + length)
            inside = np.flatnonzero((starts >= begin) & (ends <= finish))
            mixed = prices * np.exp(self.draw.normal(0.0, 0.15, self.tasks) + extra)
            self.sweep(inside, mixed, bool(self.draw.integers(2)))
            now = len(self.open())
            if now > len(waiting) + worse or now > fewest + 2:
                self.owner, self.clash, self.busy = kept
            fewest = min(fewest, now)
        return not len(self.open())
