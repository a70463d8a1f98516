"""The most valuable day of every person at once: longest paths over tasks with fixed times.

One step per task, all people side by side (weighted interval scheduling). Prices are whole millionths, so
what is proven with them is exact.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.crew.problem import BoolArray, FixedTimeProblem, IntArray

SCALE = 1_000_000


class Days:
    """Prices days for the people of one problem."""

    def __init__(self, problem: FixedTimeProblem) -> None:
        self.order = np.lexsort((problem.starts, problem.ends))
        self.starts, self.ends = problem.starts, problem.ends
        self.able = np.ascontiguousarray(problem.qualified.T)

    def best(self, prices: IntArray, people: IntArray) -> tuple[IntArray, BoolArray]:
        """Return each person's best value of a day, and that day (person × task)."""
        tasks = self.order[prices[self.order] > 0]
        count = len(tasks)
        able = self.able[np.ix_(tasks, people)]
        before = np.searchsorted(self.ends[tasks], self.starts[tasks], side="right")
        value = np.zeros((count + 1, len(people)), dtype=np.int64)
        gains = np.where(able, prices[tasks][:, None], np.int64(-1) << 50)
        for step in range(count):
            np.maximum(value[step], value[before[step]] + gains[step], out=value[step + 1])
        taken = value[1:] > value[:-1]
        days = np.zeros((len(people), len(prices)), dtype=np.bool_)
        at = np.full(len(people), count)
        for step in range(count - 1, -1, -1):
            here = taken[step] & (at == step + 1)
            at = np.where(here, before[step], np.minimum(at, step))
            days[:, tasks[step]] = here
        return value[-1], days


def shortfall(values: IntArray, prices: IntArray, people: int) -> int:
    """How much the tasks are worth beyond what this many people can do at most; above 0 it is impossible."""
    most = int(np.sort(values)[::-1][:people].sum())
    return int(prices.sum()) - most
