"""Planning in steps, as it is done by hand: size each task group apart, cut to the ceiling, then assign.

The same exact costs as the joint plan, so that the two compare. Posts are cut by largest remainders
(`sharing.apportionment.hamilton`), from the root down to the offices and within each office to its groups;
every post then does its own group's work only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vitri.optimise.cost import outcome, posts_needed
from vitri.optimise.engine import IntArray
from vitri.optimise.search import Task
from vitri.optimise.sharing.apportionment import hamilton


@dataclass(frozen=True)
class Stepwise:
    """The posts each task group asks for by itself, and what fewer of them would leave undone.

    `wanted[office]` are the posts of the office's cells (pool, group) that count against the quota,
    `tables[office]` their costs in limbs for 0, 1, … posts; `uncounted` is the cost of groups served
    by contracts, which are never cut.
    """

    task: Task
    wanted: tuple[tuple[int, ...], ...]
    tables: tuple[tuple[IntArray, ...], ...]
    uncounted: IntArray
    uncounted_posts: int

    @property
    def posts(self) -> int:
        """The posts all groups ask for together, each rounded up, within the quota."""
        return sum(sum(wanted) for wanted in self.wanted)

    def reach(self) -> int:
        """Return the most posts that are of any use under the limits."""
        return self._limits[1][-1]

    def cost(self, ceiling: int) -> IntArray | None:
        """Return the cost in limbs under a ceiling on sized posts; None where floors do not fit."""
        return self._costs[min(ceiling, self.reach())] if ceiling >= 0 else None

    @cached_property
    def _costs(self) -> list[IntArray | None]:
        return [self._cost(ceiling) for ceiling in range(self.reach() + 1)]

    def _cost(self, ceiling: int) -> IntArray | None:
        given = self.given(ceiling)
        if given is None:
            return None
        total = self.uncounted.copy()
        for office, posts in enumerate(given):
            wanted = self.wanted[office]
            seats = min(posts, sum(wanted))
            cut = hamilton(wanted, seats) if seats else (0,) * len(wanted)
            for table, count in zip(self.tables[office], cut, strict=True):
                total = total + table[count]
        return total

    def given(self, ceiling: int) -> tuple[int, ...] | None:
        """Return every office's posts: floors first, the rest by largest remainders of what is asked for."""
        least, most = self._limits
        nodes = self.task.tree.nodes
        if ceiling < least[-1]:
            return None
        seats = [0] * len(nodes)
        seats[-1] = min(ceiling, most[-1])
        posts = [0] * len(self.wanted)
        for index in range(len(nodes) - 1, -1, -1):
            office, children = nodes[index].office, nodes[index].children
            if office is not None:
                posts[office] = seats[index]
                continue
            sizes = [most[child] - least[child] for child in children]
            free = min(seats[index] - sum(least[child] for child in children), sum(sizes))
            extra = hamilton(sizes, free) if free > 0 else (0,) * len(children)
            for child, more in zip(children, extra, strict=True):
                seats[child] = least[child] + more
        return tuple(posts)

    @cached_property
    def _limits(self) -> tuple[list[int], list[int]]:
        """Return for every unit the posts its floors take and the most that are asked for and allowed."""
        least: list[int] = []
        most: list[int] = []
        for node in self.task.tree.nodes:
            if node.office is not None:
                least.append(node.floor)
                asked = sum(self.wanted[node.office])
            else:
                least.append(max(node.floor, sum(least[child] for child in node.children)))
                asked = sum(most[child] for child in node.children)
            most.append(min(node.ceiling, max(least[-1], asked)))
        return least, most


def stepwise(task: Task) -> Stepwise:
    """Size every task group of every office and pool by itself, rounded up by the service rule."""
    setting = task.setting
    uncounted = np.zeros(setting.objective.packing.limbs, dtype=np.int64)
    uncounted_posts = 0
    wanted: list[tuple[int, ...]] = []
    tables: list[tuple[IntArray, ...]] = []
    for office in range(len(task.cube.offices)):
        fund = task.cube.fund[office]
        own: list[int] = []
        costs: list[IntArray] = []
        for unit in task.cube.units_of(office):
            for group in np.flatnonzero(task.minutes[unit].any(axis=(1, 2))):
                demand = task.minutes[unit, group]
                need = int(posts_needed(demand, fund, setting.service))
                posts = np.arange(need + 1, dtype=np.int64)
                unmet, overtime = outcome(demand, fund, posts, setting.service)
                table = setting.objective.vector(unmet, overtime, posts, np.zeros_like(posts))
                if setting.quota_free[group]:
                    uncounted = uncounted + table[need]
                    uncounted_posts += need
                else:
                    own.append(need)
                    costs.append(table)
        wanted.append(tuple(own))
        tables.append(tuple(costs))
    return Stepwise(task, tuple(wanted), tuple(tables), uncounted, uncounted_posts)
