"""The fixed-time core: tasks with fixed times to the fewest people who can do them (SMPTSP).

The number of people starts at a proven bound and rises only with a proof: sweeps from the busiest moment,
local search and days by column generation look for a hand-out; prices of tasks prove that there is none.
Where neither is found in time, larger numbers are tried, and value and bound stay apart.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from vitri.optimise.crew.conflict_set import busiest_moment, largest_conflict_set, overlaps
from vitri.optimise.crew.day_columns import dive
from vitri.optimise.crew.day_prices import DayPrices
from vitri.optimise.crew.ejection import Ejection
from vitri.optimise.crew.paths import Days
from vitri.optimise.crew.plain import plain_programme
from vitri.optimise.crew.problem import (
    CrewOptions,
    CrewStatus,
    FixedTimeAnswer,
    FixedTimeProblem,
    IntArray,
)
from vitri.optimise.crew.programme import solve
from vitri.optimise.crew.sweep import Sweep

_SET_STEPS = 30_000
_FIRST_STEPS = 8_000
_REPAIR_STEPS = 12_000
_SMALL = 4_000
_STEPS = (20, 80, 20)
_QUICK_TRIES = 2
_TRIES = 3
_TRY_STEPS = 150
_UNLIMITED_DIVES = 8
_SHARES = (0.15, 0.08, 0.25, 0.04)
_COVERS = (0.9, 1.0, 0.8, 1.0)


def solve_fixed_time(problem: FixedTimeProblem, options: CrewOptions | None = None) -> FixedTimeAnswer:
    """Return a hand-out to the fewest people, or the best found in time with a proven bound."""
    return _Search(problem, options or CrewOptions()).run()


@dataclass
class _Search:
    """One search: the best hand-out, the bound and what proves it."""

    problem: FixedTimeProblem
    options: CrewOptions
    started: float = field(default_factory=time.monotonic)
    owners: IntArray | None = None
    value: int | None = None
    bound: int = 0
    conflict: tuple[int, ...] = ()
    prices: IntArray | None = None
    priced: int | None = None
    steps: list[tuple[str, float, int | None, int | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        limit = self.options.time_limit_s
        self.until = math.inf if limit is None else self.started + limit
        self.staff, self.tasks = self.problem.qualified.shape

    def left(self) -> float:
        return self.until - time.monotonic()

    def note(self, what: str) -> None:
        self.steps.append((what, round(time.monotonic() - self.started, 3), self.value, self.bound))

    def offer(self, owners: IntArray, what: str) -> None:
        value = len(np.unique(owners))
        if self.value is None or value < self.value:
            self.owners, self.value = owners.copy(), value
            self.note(what)

    def answer(self, infeasible: bool = False) -> FixedTimeAnswer:
        status: CrewStatus = "infeasible" if infeasible else "no_plan_yet"
        owners = None
        if self.owners is not None:
            status = "optimal" if self.value == self.bound else "feasible"
            owners = tuple(self.owners.tolist())
            if self.problem.people_of(owners) != self.value:
                raise ArithmeticError("a hand-out that was found breaks a limit of its problem")
        return FixedTimeAnswer(
            status=status,
            owners=owners,
            value=self.value,
            bound=self.bound,
            conflict_set=self.conflict,
            prices=None if self.prices is None else tuple(self.prices.tolist()),
            priced_bound=self.priced,
            seconds=time.monotonic() - self.started,
            steps=tuple(self.steps),
        )

    def run(self) -> FixedTimeAnswer:
        """Search in the order of the module's description."""
        if self.tasks == 0:
            self.owners, self.value = np.zeros(0, dtype=np.int64), 0
            return self.answer()
        if not bool(self.problem.qualified.any(axis=0).all()):
            return self.answer(infeasible=True)
        self.overlap = overlaps(self.problem)
        self.days = Days(self.problem)
        moment = busiest_moment(self.problem)
        self.raise_bound(moment)
        if self.bound > self.staff:
            return self.answer(infeasible=True)
        first = self.swept(self.bound, self.until, [], _QUICK_TRIES)
        if first is False:
            self.bound += 1
            self.note("one more is needed")
        if not first:
            wider = largest_conflict_set(
                self.problem, moment, min(_SET_STEPS, 100 * self.tasks), self.options.seed
            )
            if len(wider) > len(moment):
                self.raise_bound(wider)
            if self.bound > self.staff:
                return self.answer(infeasible=True)
            if not self.quick(self.bound) and self.bound == len(moment):
                self.from_above()
        if self.climb():
            return self.answer(infeasible=True)
        return self.answer()

    def raise_bound(self, conflict: IntArray) -> None:
        self.conflict, self.bound = tuple(conflict.tolist()), max(self.bound, len(conflict))
        self.note("conflict set")

    def quick(self, people: int) -> bool:
        """Local search alone; True if this many people are enough."""
        search = Ejection(self.problem, self.overlap, people, self.options.seed)
        good = search.run(
            min(_FIRST_STEPS, 60 * self.tasks), min(self.until, self.started + 0.3 * self.whole())
        )
        self.partial = search.best
        if good:
            self.offer(search.owner, "local search")
        return good

    def whole(self) -> float:
        return 1e9 if self.options.time_limit_s is None else self.options.time_limit_s

    def climb(self) -> bool:
        """Prove the numbers of people one by one; where one stays open try larger ones. True: impossible."""
        while self.value != self.bound and self.left() > 0:
            settled = self.settle(self.bound, time.monotonic() + 0.8 * min(self.left(), 1e9))
            if settled is None:
                break
            if not settled:
                self.bound += 1
                self.note("one more is needed")
                if self.bound > self.staff:
                    return True
        reach = 1
        while self.value != self.bound and self.left() > 0:
            top = self.staff if self.value is None else self.value - 1
            more = min(top, self.bound + reach)
            good = self.settle(more, time.monotonic() + 0.5 * min(self.left(), 1e9))
            if good is None and more == top and (self.until == math.inf or self.left() < 0.05 * self.whole()):
                break
            reach = max(1, reach // 2) if good else 2 * reach
        return False

    def settle(self, people: int, until: float) -> bool | None:
        """Whether this many people are enough: True with a hand-out, False with a proof, None if open."""
        start, turn = [self.partial], 0
        swept = self.swept(people, until, start, _TRIES)
        if swept is not None:
            return swept
        # without a limit a number of people that stays open is given up after so many dives
        while time.monotonic() < until and (self.until < math.inf or turn < _UNLIMITED_DIVES):
            found = dive(
                self.problem,
                self.days,
                people,
                until,
                turn + 1,
                start,
                _SHARES[turn % 4],
                _COVERS[turn % 4],
            )
            if found.prices is not None:
                if people >= self.bound:
                    self.prices, self.priced = found.prices, people + 1
                return False
            turn += 1
            repair = Ejection(self.problem, self.overlap, people, self.options.seed + turn, found.owners)
            good = repair.run(min(_REPAIR_STEPS, 60 * self.tasks), until, exchange_every=2000)
            if good:
                self.offer(repair.owner, f"days, {people} people")
                return True
            if people == len(busiest_moment(self.problem)) and self.mend(repair.best, people, turn, until):
                return True
            start = [self.partial, found.owners, repair.best]
            if turn % 2 == 0:
                complete = self.complete(people, until - time.monotonic(), 2.0**turn)
                if complete is not None:
                    return complete
        return None

    def swept(self, people: int, until: float, start: list[IntArray], tries: int) -> bool | None:
        """Hand out moment by moment at several prices, and repair; what stays open is added to `start`."""
        weights = DayPrices(self.problem, self.days, people)
        moment = busiest_moment(self.problem)
        self.weights = weights
        # where the busiest moment needs fewer, the choice of people is hard: days find it sooner
        wide = self.bound > len(moment)
        tries = 1 if wide else tries
        for turn in range(tries):
            prices = weights.improve(_STEPS[min(turn, len(_STEPS) - 1)], until)
            if prices is not None:
                self.prices, self.priced = prices, people + 1
                return False
            if time.monotonic() > until:
                return None
            search = Sweep(self.problem, self.overlap, people, self.options.seed + turn)
            search.build(moment, weights.mean)
            if search.repair(weights.mean, 10 if turn == 0 or wide else _TRY_STEPS, until):
                self.offer(search.owner, f"moments, {people} people")
                return True
            start.append(search.owner.copy())
            if turn > 0:
                weights.raise_on(search.open())
        return None

    def from_above(self) -> None:
        """Find a good hand-out to more people than the bound by sweeps alone, in half of the time."""
        failed, reach = self.bound, max(1, self.tasks // 150)
        half = self.until - 0.5 * self.whole() if self.until < math.inf else math.inf
        while time.monotonic() < half and (self.value is None or self.value - failed > 1):
            top = self.staff if self.value is None else self.value - 1
            more = min(top, failed + reach)
            if self.swept(more, half, [], _QUICK_TRIES):
                assert self.value is not None
                reach = max(1, (self.value - failed) // 2)
            elif more == top:
                return
            else:
                failed, reach = more, 2 * reach

    def mend(self, owners: IntArray, people: int, turn: int, until: float) -> bool:
        """Repair what a dive left open; True if nothing stays open."""
        search = Sweep(self.problem, self.overlap, people, self.options.seed + 100 + turn)
        search.load(owners)
        good = search.repair(self.weights.mean, _TRY_STEPS, until)
        if good:
            self.offer(search.owner, f"days, repaired, {people} people")
        return good

    def complete(self, people: int, seconds: float, effort: float) -> bool | None:
        """Ask an integer engine about the plain programme, where it is small."""
        if int(self.problem.qualified.sum()) > _SMALL or seconds <= 0:
            return None
        programme, person, task = plain_programme(self.problem, people)
        engine = "cp_sat" if "cp_sat" in self.options.engines else self.options.engines[0]
        found = solve(programme, engine, seconds, effort=effort, workers=1, seed=self.options.seed)
        if found.chosen is not None:
            pairs = found.chosen[found.chosen < len(person)]
            owners = np.zeros(self.tasks, dtype=np.int64)
            owners[task[pairs]] = person[pairs]
            self.offer(owners, f"plain programme, {people} people")
            return True
        return False if found.outcome == "infeasible" else None
