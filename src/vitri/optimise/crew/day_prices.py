"""Prices of tasks that make every person's best day look alike: multiplicative weights over days.

A task that too few best days hold becomes dearer, one that too many hold cheaper (Arora, Hazan and Kale
2012). The prices guide a hand-out; where the tasks turn out to be worth more than the most valuable days of
so many people, they prove that so few are not enough.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from vitri.optimise.crew.paths import SCALE, Days, shortfall
from vitri.optimise.crew.problem import FixedTimeProblem, IntArray

_PACE = 0.25
_SETTLES = 20.0
_MEMORY = 0.1


class DayPrices:
    """The state of the weights for one number of people; `mean` are the prices to use (mean 1)."""

    def __init__(self, problem: FixedTimeProblem, days: Days, people: int) -> None:
        self.days, self.people = days, people
        self.everybody = np.arange(len(problem.qualified))
        lengths = (problem.ends - problem.starts).astype(np.float64)
        self.now: npt.NDArray[np.float64] = lengths / lengths.mean()
        self.mean = self.now.copy()
        self.drift = np.zeros(len(lengths))
        self.steps = 0

    def improve(self, steps: int, until: float) -> IntArray | None:
        """Take steps; return whole prices (millionths) that prove the people too few, None if none do."""
        for _ in range(steps):
            if time.monotonic() > until:
                break
            prices = np.rint(SCALE * self.now).astype(np.int64)
            values, days = self.days.best(prices, self.everybody)
            if shortfall(values, prices, self.people) > 0:
                return prices
            chosen = np.argsort(-values, kind="stable")[: self.people]
            missing = 1.0 - days[chosen].sum(axis=0)
            self.drift = 0.7 * self.drift + 0.3 * missing
            pace = _PACE / (1.0 + self.steps / _SETTLES)
            self.now = self.now * np.exp(pace * np.clip(self.drift, -1.5, 1.5))
            self.now /= self.now.mean()
            self.mean += _MEMORY * (self.now - self.mean)
            self.steps += 1
        return None

    def raise_on(self, tasks: IntArray) -> None:
        """Make tasks dearer that a hand-out left open, and let the weights move again."""
        self.now[tasks] *= 1.3
        self.now /= self.now.mean()
        self.steps = max(0, self.steps - 20)
