"""Column generation over whole days of people, and a dive that fixes days until every task is done.

The master programme asks, for a fixed number of people, how few tasks stay open: at most one day per person,
at most so many people. It stops as soon as nothing stays open, because only feasibility is asked. Prices for
which the tasks are worth more than any choice of people can do prove that so few people are not enough.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vitri.optimise.crew.paths import SCALE, Days, shortfall
from vitri.optimise.crew.problem import BoolArray, FixedTimeProblem, IntArray

Column = tuple[int, BoolArray]
_ZERO = 1e-6


class _Master:
    """The restricted master programme in GLOP, columns added while it is warm."""

    def __init__(self, tasks: list[int], people: list[int], most: int) -> None:
        from ortools.linear_solver import pywraplp

        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        kind = pywraplp.MPSolverParameters
        self.parameters = kind()
        self.parameters.SetIntegerParam(kind.PRESOLVE, kind.PRESOLVE_OFF)
        self.parameters.SetIntegerParam(kind.LP_ALGORITHM, kind.PRIMAL)
        self.parameters.SetIntegerParam(kind.INCREMENTALITY, kind.INCREMENTALITY_ON)
        infinity = self.solver.infinity()
        self.infinity = infinity
        self.task = {t: self.solver.Constraint(1, infinity) for t in tasks}
        self.person = {p: self.solver.Constraint(-infinity, 1) for p in people}
        self.count = self.solver.Constraint(-infinity, most)
        self.objective = self.solver.Objective()
        self.objective.SetMinimization()
        self.variables: list = []  # type: ignore[type-arg]
        self.columns: list[Column] = []
        self.known: set[tuple[int, bytes]] = set()
        for row in self.task.values():
            open_task = self.solver.NumVar(0, infinity, "")
            row.SetCoefficient(open_task, 1)
            self.objective.SetCoefficient(open_task, 1)

    def add(self, columns: list[Column], alive: BoolArray) -> int:
        """Add the days that are new, restricted to tasks still alive; return how many."""
        added = 0
        for person, day in columns:
            day = day & alive
            key = (person, day.tobytes())
            if person not in self.person or key in self.known or not day.any():
                continue
            self.known.add(key)
            variable = self.solver.NumVar(0, self.infinity, "")
            for task in np.flatnonzero(day).tolist():
                self.task[task].SetCoefficient(variable, 1)
            self.person[person].SetCoefficient(variable, 1)
            self.count.SetCoefficient(variable, 1)
            self.variables.append(variable)
            self.columns.append((person, day))
            added += 1
        return added

    def solve(self, seconds: float) -> float | None:
        """Return how many tasks stay open, None if the clock or the solver gave up."""
        self.solver.SetTimeLimit(int(max(1.0, min(seconds, 1e6) * 1000)))
        if self.solver.Solve(self.parameters) != 0:
            return None
        return float(self.objective.Value())


@dataclass
class Dive:
    """The outcome of a dive: owners (−1 open), or prices that prove the number of people too small."""

    owners: IntArray
    prices: IntArray | None = None
    root_open: float | None = None


@dataclass
class _Node:
    """What is still to be done at one depth of the dive."""

    alive: BoolArray
    people: IntArray
    most: int
    owners: IntArray
    pool: list[Column]
    ranked: list[tuple[float, int, BoolArray]] = field(default_factory=list)
    share: float = 0.15

    def copy(self) -> _Node:
        return _Node(
            self.alive.copy(),
            self.people,
            self.most,
            self.owners.copy(),
            self.pool,
            self.ranked,
            self.share,
        )


def dive(
    problem: FixedTimeProblem,
    days: Days,
    people: int,
    until: float,
    seed: int,
    start: list[IntArray],
    share: float,
    cover: float,
    returns: int = 8,
) -> Dive:
    """Dive for a hand-out to at most this many people, until a moment of the clock.

    `start` holds hand-outs (−1 open) whose days are the first columns; a round fixes `share` of the people
    whose days keep at least `cover` of their tasks; at most `returns` times a round is taken back.
    """
    staff, tasks = problem.qualified.shape
    pool: list[Column] = []
    for owners in start:
        pool += [(int(p), owners == p) for p in np.unique(owners[owners >= 0])]
    node = _Node(
        np.ones(tasks, dtype=np.bool_),
        np.arange(staff),
        people,
        np.full(tasks, -1, dtype=np.int64),
        pool,
        share=share,
    )
    saved: _Node | None = None
    result = Dive(node.owners)
    back = 0
    while time.monotonic() < until and len(node.people) and node.alive.any() and node.most > 0:
        alive_tasks = np.flatnonzero(node.alive)
        master = _Master(alive_tasks.tolist(), node.people.tolist(), node.most)
        master.add(node.pool, node.alive)
        left, prices = _generate(master, days, node, until)
        if left is None:
            break
        if result.root_open is None:
            result.root_open = left
            if prices is not None:
                result.prices = prices
                return result
        if left > _ZERO and saved is not None and back < returns:
            back += 1
            node = saved.copy()
            node.share = max(0.35 * node.share, 1.01 / max(1, node.most))
            if back > 1:
                mixed = np.random.default_rng(seed * 100 + back)
                node.ranked = sorted(node.ranked, key=lambda entry: -entry[0] * mixed.uniform(0.6, 1.0))
            saved = node.copy()
        else:
            weights = np.array([v.solution_value() for v in master.variables])
            reduced = np.array([v.reduced_cost() for v in master.variables])
            order = [int(i) for i in np.argsort(-weights, kind="stable") if weights[i] > _ZERO]
            node.ranked = [(float(weights[i]), *master.columns[i]) for i in order]
            if not node.ranked:
                break
            kept = np.flatnonzero((weights > 1e-9) | (reduced <= 0.02))
            if len(kept) > 12 * len(node.people):
                kept = np.union1d(np.flatnonzero(weights > 1e-9), kept[-10 * len(node.people) :])
            node.pool = [master.columns[i] for i in kept.tolist()]
            node.share = share
            saved = node.copy()
        _fix(node, cover, back)
        result.owners = node.owners
    return result


def _generate(master: _Master, days: Days, node: _Node, until: float) -> tuple[float | None, IntArray | None]:
    """Add days until nothing stays open, none helps, or prices prove that something must stay open."""
    tasks = np.flatnonzero(node.alive)
    centre: npt.NDArray[np.float64] | None = None
    while True:
        left = master.solve(until - time.monotonic() + 0.2)
        if left is None:
            return None, None
        if left < _ZERO or time.monotonic() > until:
            return left, None
        duals = np.zeros(len(node.alive))
        duals[tasks] = np.maximum([master.task[int(t)].dual_value() for t in tasks], 0.0)
        person = -np.array([master.person[int(p)].dual_value() for p in node.people])
        count = -master.count.dual_value()
        centre = duals if centre is None else centre
        added = 0
        for mix in (0.6, 0.0):
            prices = np.rint(SCALE * (mix * centre + (1 - mix) * duals)).astype(np.int64)
            values, found = days.best(prices, node.people)
            if shortfall(values, prices, node.most) > 0:
                return max(left, 1.0), prices
            gain = found @ duals - person - count
            added = master.add(
                [(int(node.people[i]), found[i]) for i in np.flatnonzero(gain > 1e-6)], node.alive
            )
            if added:
                break
        centre = 0.5 * centre + 0.5 * duals
        if not added:
            return left, None


def _fix(node: _Node, cover: float, back: int) -> None:
    """Give the days of largest weight to their people, a share of them a round, and all that are whole."""
    rounds = max(1, int(node.share * node.most))
    fixed: set[int] = set()
    for weight, person, day in node.ranked:
        if person in fixed:
            continue
        if len(fixed) >= rounds and (weight < 0.999 or back > 0):
            break
        rest = day & node.alive
        if fixed and int(rest.sum()) < cover * int(day.sum()):
            continue
        node.owners[rest] = person
        node.alive = node.alive & ~rest
        fixed.add(person)
        node.most -= 1
        if node.most == 0:
            break
    node.people = np.array([p for p in node.people.tolist() if p not in fixed], dtype=np.int64)
