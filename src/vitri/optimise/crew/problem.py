"""The neutral problems of the people room, their options and their answers.

Everything is a whole number: minutes, costs, times. Nothing here knows a solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
CrewStatus = Literal["optimal", "feasible", "infeasible", "no_plan_yet"]


@dataclass(frozen=True, kw_only=True)
class CrewOptions:
    """How to solve: wall seconds (None: no clock) and seed; every engine uses one thread.

    `engines` names the integer engines that may be used, in order of preference: ``highs``, ``cp_sat``.
    The answer depends on the clock only through the time limit. Without one, the fixed-time core gives up a
    number of people that stays open after a number of dives; the capacity core stops after `rounds` of
    growing effort (None: when proven).
    """

    time_limit_s: float | None = None
    rounds: int | None = None
    seed: int = 0
    engines: tuple[str, ...] = ("highs", "cp_sat")


@dataclass(frozen=True, kw_only=True)
class CapacityProblem:
    """Jobs to people, each job to exactly one, each person within a capacity, at least cost.

    `minutes` and `costs` have the shape (person, job), `capacities` (person). `allowed` (person, job) marks
    the pairs that may be used, None means all. `optional` (job) marks jobs that may be left undone at
    `undone_costs` (job); both None means that every job must be done. Minutes and capacities are not
    negative; costs may be any whole numbers below 2^40 in size.
    """

    minutes: IntArray
    costs: IntArray
    capacities: IntArray
    allowed: BoolArray | None = None
    optional: BoolArray | None = None
    undone_costs: IntArray | None = None

    def __post_init__(self) -> None:
        people, jobs = self.minutes.shape
        wrong = (
            self.costs.shape != (people, jobs)
            or self.capacities.shape != (people,)
            or (self.allowed is not None and self.allowed.shape != (people, jobs))
            or ((self.optional is None) != (self.undone_costs is None))
            or (self.optional is not None and self.optional.shape != (jobs,))
            or (self.undone_costs is not None and self.undone_costs.shape != (jobs,))
        )
        if wrong:
            raise ValueError("the shapes of a capacity problem do not fit together")
        if self.minutes.size and (int(self.minutes.min()) < 0 or int(self.capacities.min()) < 0):
            raise ValueError("minutes and capacities are not negative")

    def cost_of(self, owners: tuple[int | None, ...]) -> int | None:
        """Return the cost of a hand-out (job → person, None: undone), or None where it breaks a limit."""
        people, jobs = self.minutes.shape
        if len(owners) != jobs:
            return None
        load = [0] * people
        total = 0
        for job, person in enumerate(owners):
            if person is None:
                if self.optional is None or self.undone_costs is None or not self.optional[job]:
                    return None
                total += int(self.undone_costs[job])
                continue
            if not 0 <= person < people or (self.allowed is not None and not self.allowed[person, job]):
                return None
            load[person] += int(self.minutes[person, job])
            total += int(self.costs[person, job])
        if any(used > int(most) for used, most in zip(load, self.capacities, strict=True)):
            return None
        return total


@dataclass(frozen=True, kw_only=True)
class CapacityAnswer:
    """Who does each job (job → person, None: undone), its cost, the proven lower bound and how it was found.

    `owners` and `value` are None without a plan; `bound` is None where nothing is proven. ``optimal`` only
    where value and bound are equal, ``infeasible`` only where it is proven. `steps` tells the search:
    (what, seconds, value, bound).
    """

    status: CrewStatus
    owners: tuple[int | None, ...] | None
    value: int | None
    bound: int | None
    seconds: float
    steps: tuple[tuple[str, float, int | None, int | None], ...] = ()

    @property
    def gap_pct(self) -> float | None:
        """How far the value may be above the optimum, in percent of the bound."""
        if self.value is None or self.bound is None:
            return None
        if self.value == self.bound:
            return 0.0
        return 100.0 * (self.value - self.bound) / max(1, abs(self.bound))


@dataclass(frozen=True, kw_only=True)
class FixedTimeProblem:
    """Tasks with fixed times, people who can do some of them, one at a time; the fewest people.

    `starts` and `ends` (task) bound half-open times [start, end); `qualified` (person, task).
    """

    starts: IntArray
    ends: IntArray
    qualified: BoolArray

    def __post_init__(self) -> None:
        if self.starts.shape != self.ends.shape or self.qualified.shape[1:] != self.starts.shape:
            raise ValueError("the shapes of a fixed-time problem do not fit together")
        if self.starts.size and bool((self.starts >= self.ends).any()):
            raise ValueError("a task ends after it starts")

    def people_of(self, owners: tuple[int, ...]) -> int | None:
        """Return how many people a hand-out (task → person) uses, or None where it breaks a limit."""
        if len(owners) != len(self.starts):
            return None
        days: dict[int, list[tuple[int, int]]] = {}
        for task, person in enumerate(owners):
            if not 0 <= person < len(self.qualified) or not self.qualified[person, task]:
                return None
            days.setdefault(person, []).append((int(self.starts[task]), int(self.ends[task])))
        for day in days.values():
            day.sort()
            if any(later[0] < earlier[1] for earlier, later in pairwise(day)):
                return None
        return len(days)


@dataclass(frozen=True, kw_only=True)
class FixedTimeAnswer:
    """Who does each task (task → person), how many people, the proven bound and the readable one.

    `conflict_set` holds tasks no two of which one person can do: its size is a bound that can be checked by
    hand (`readable_bound`). `prices` (task) prove more where they are given: all tasks together are worth
    more than the `priced_bound` − 1 most valuable days of different people. Beyond both, only a complete
    search of the plain programme has raised the bound.
    ``infeasible`` is proven: the people cannot do all tasks even together.
    """

    status: CrewStatus
    owners: tuple[int, ...] | None
    value: int | None
    bound: int
    conflict_set: tuple[int, ...]
    prices: tuple[int, ...] | None
    priced_bound: int | None
    seconds: float
    steps: tuple[tuple[str, float, int | None, int | None], ...] = ()

    @property
    def readable_bound(self) -> int:
        """The size of the conflict set."""
        return len(self.conflict_set)
