"""The capacity core: jobs to people within their time, at least cost, with a proven bound.

A portfolio behind one function. The relaxation gives first prices, a programme over the pairs that look cheap
a first hand-out, and the knapsack bound exact surcharges. Then *windows*: a hand-out of cost ≤ z uses only
pairs whose surcharge fits below z, so the programme over those few pairs is exact for the question "is there
one of cost ≤ z?". Its answer is either the optimum or the bound z + 1. Where windows stay open, groups of
people and all their jobs are re-planned (large neighbourhoods) under the same exact exclusions.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import numpy as np

from vitri.optimise.crew.exchange import exchange
from vitri.optimise.crew.knapsack_bound import SCALE, Matrix, climb, surcharges
from vitri.optimise.crew.problem import (
    BoolArray,
    CapacityAnswer,
    CapacityProblem,
    CrewOptions,
    CrewStatus,
    IntArray,
)
from vitri.optimise.crew.programme import Found, Programme, Relaxed, relax, rounded_up, solve

_FIRST_PAIRS = 3
_FIRST_NODES = 2
_WINDOW_NODES = 4_000
_WINDOW_EFFORT = 20.0
_GROUP_NODES = 100
_NEAR_PAIRS = 3.0
_SMALL_WINDOW = 250
_NARROW_GAP = 4
_CORE_PAIRS = 2.0
_CORE_NODES = 1_000
_PROBE_EFFORT = 1.0


def solve_capacity(
    problem: CapacityProblem,
    options: CrewOptions | None = None,
    start: tuple[int | None, ...] | None = None,
) -> CapacityAnswer:
    """Return the cheapest hand-out, or the best found in time with a proven bound.

    `start` is a known hand-out (job → person) to improve; one that breaks a limit is ignored.
    """
    search = _Search(problem, options or CrewOptions())
    if start is not None and problem.cost_of(start) is not None:
        nobody = len(problem.capacities)
        search.offer(np.array([nobody if p is None else p for p in start], dtype=np.int64), "start")
    return search.run()


@dataclass
class _Search:
    """One search: the best hand-out, the bound, and the exclusions that hold for anything better."""

    problem: CapacityProblem
    options: CrewOptions
    started: float = field(default_factory=time.monotonic)
    owners: IntArray | None = None
    value: int | None = None
    bound: int | None = None
    steps: list[tuple[str, float, int | None, int | None]] = field(default_factory=list)
    total: int = 0
    extra: IntArray | None = None

    def __post_init__(self) -> None:
        self.matrix = _matrix(self.problem)
        self.jobs = self.matrix.costs.shape[1]

    def left(self) -> float:
        limit = self.options.time_limit_s
        return math.inf if limit is None else limit - (time.monotonic() - self.started)

    def share(self, part: float) -> float:
        """A part of the whole time, at most what is left."""
        limit = self.options.time_limit_s
        return 1e6 if limit is None else max(0.05, min(self.left(), part * limit))

    def note(self, what: str) -> None:
        self.steps.append((what, round(time.monotonic() - self.started, 3), self.value, self.bound))

    def offer(self, owners: IntArray, what: str) -> bool:
        """Keep a hand-out if it is better; True if it is."""
        value = int(self.matrix.costs[owners, np.arange(self.jobs)].sum())
        if self.value is not None and value >= self.value:
            return False
        self.owners, self.value = owners, value
        self.note(what)
        return True

    def raise_bound(self, bound: int | None, what: str) -> None:
        if bound is not None and (self.bound is None or bound > self.bound):
            self.bound = bound if self.value is None else min(bound, self.value)
            self.note(what)

    def done(self) -> bool:
        return self.value is not None and self.bound is not None and self.bound >= self.value

    def distance(self) -> int:
        """How far value and bound are apart; both must be known."""
        assert self.value is not None
        assert self.bound is not None
        return self.value - self.bound

    def answer(self, infeasible: bool = False) -> CapacityAnswer:
        status: CrewStatus = "infeasible" if infeasible else "no_plan_yet"
        owners = None
        if self.owners is not None:
            status = "optimal" if self.done() else "feasible"
            nobody = len(self.problem.capacities)
            owners = tuple(None if p == nobody else p for p in self.owners.tolist())
            if self.problem.cost_of(owners) != self.value:
                raise ArithmeticError("a hand-out that was found breaks a limit of its problem")
        return CapacityAnswer(
            status=status,
            owners=owners,
            value=self.value,
            bound=self.bound,
            seconds=time.monotonic() - self.started,
            steps=tuple(self.steps),
        )

    def run(self) -> CapacityAnswer:
        """Search in the order of the module's description."""
        if self.jobs == 0:
            self.owners, self.value, self.bound = np.zeros(0, dtype=np.int64), 0, 0
            return self.answer()
        if not bool(self.matrix.open.any(axis=0).all()):
            return self.answer(infeasible=True)
        relaxed = relax(self.programme(self.matrix.open)[0], self.left())
        if relaxed is None:
            return self.answer()
        if not relaxed.feasible:
            return self.answer(infeasible=True)
        self.raise_bound(rounded_up(relaxed.value), "relaxation")
        self.rounded(relaxed)
        if self.value is None and self.first(relaxed):
            return self.answer(infeasible=True)
        if self.done() or self.value is None:
            return self.answer()
        prices = np.rint(SCALE * relaxed.duals[: self.jobs]).astype(np.int64)
        self.total, kept = climb(self.matrix, prices, self.value, self.share(0.15))
        self.total, self.extra = surcharges(self.matrix, kept)
        self.raise_bound(-(-self.total // SCALE), "knapsack bound")
        self.windows()
        return self.answer()

    def programme(
        self, keep: BoolArray, people: IntArray | None = None, jobs: IntArray | None = None
    ) -> tuple[Programme, IntArray, IntArray]:
        """Build the programme over the pairs kept; also returns their people and jobs."""
        people = np.arange(len(self.matrix.capacities)) if people is None else people
        jobs = np.arange(self.jobs) if jobs is None else jobs
        at_person, at_job = np.nonzero(keep[np.ix_(people, jobs)])
        person, job = people[at_person], jobs[at_job]
        index = np.arange(len(person))
        programme = Programme(
            costs=self.matrix.costs[person, job],
            rows=np.concatenate([at_job, len(jobs) + at_person]),
            columns=np.concatenate([index, index]),
            values=np.concatenate([np.ones(len(person), dtype=np.int64), self.matrix.minutes[person, job]]),
            exact_rows=len(jobs),
            upper=self.matrix.capacities[people],
        )
        return programme, person, job

    def ask(
        self,
        keep: BoolArray,
        engine: str,
        seconds: float,
        effort: float | None,
        what: str,
        lower: int | None = None,
        most: int | None = None,
    ) -> Found:
        """Solve over the pairs kept, starting from the best hand-out, and keep what is better."""
        programme, person, job = self.programme(keep)
        start = None
        if self.owners is not None and most is None:
            start = np.flatnonzero(self.owners[job] == person)
        found = solve(
            programme,
            engine,
            seconds,
            start=start,
            lower=lower,
            most=most,
            seed=self.options.seed,
            effort=effort,
        )
        if found.chosen is not None:
            owners = np.zeros(self.jobs, dtype=np.int64)
            owners[job[found.chosen]] = person[found.chosen]
            self.offer(owners, what)
        return found

    def rounded(self, relaxed: Relaxed) -> None:
        """Round the relaxation to its largest shares and search near it."""
        _, person, job = self.programme(self.matrix.open)
        share = np.zeros(self.matrix.costs.shape)
        share[person, job] = relaxed.columns
        near = share.argmax(axis=0)
        self.polish(np.where(share.max(axis=0) > 0, near, self.matrix.open.argmax(axis=0)), "rounding", 0.08)

    def polish(self, owners: IntArray, what: str, part: float) -> None:
        """Search by shifts and exchanges from a hand-out, which may break limits."""
        steps = min(30 * self.jobs, max(300, min(3_000, 50_000_000 // self.jobs**2)))
        until = time.monotonic() + self.share(part)
        better, _ = exchange(self.matrix, owners, steps, until, self.options.seed)
        if better is not None:
            self.offer(better, what)

    def first(self, relaxed: Relaxed) -> bool:
        """Find a first hand-out among the pairs that look cheap; True if there is provably none at all."""
        duals = relaxed.duals
        prices = duals[: self.jobs][None, :] + self.matrix.minutes * duals[self.jobs :][:, None]
        reduced = np.where(self.matrix.open, self.matrix.costs - prices, math.inf)
        flat = np.sort(reduced[self.matrix.open])
        pairs = _FIRST_PAIRS * self.jobs
        part = 0.1
        while self.left() > 0:
            whole = pairs >= len(flat)
            reach = flat[-1] if whole else max(float(flat[pairs]), 1.0)
            keep = reduced <= reach + 1e-9
            # the last try has every pair, and then only the clock ends it
            effort = None if whole else _FIRST_NODES
            found = self.ask(keep, self.options.engines[0], self.share(part), effort, "cheap pairs")
            if self.value is not None:
                if whole:
                    self.raise_bound(self.value if found.outcome == "optimal" else found.bound, "all pairs")
                return False
            if whole:
                if found.outcome == "infeasible":
                    return True
                part = 1.0
                if found.outcome == "unknown" and self.left() > 0:
                    found = self.ask(keep, self.options.engines[-1], self.left(), None, "all pairs")
                    return found.outcome == "infeasible"
            pairs *= 4
        return False

    def window(self, most: int) -> BoolArray:
        """The pairs that a hand-out of at most this cost may use."""
        assert self.extra is not None
        return self.matrix.open & (self.extra <= SCALE * most - self.total)

    def windows(self) -> None:
        """Close the gap from below, window by window; re-plan groups where a window stays open."""
        effort, rounds = 1.0, 0
        while not self.done() and self.left() > 0 and rounds != self.options.rounds:
            rounds += 1
            if self.distance() > _NARROW_GAP:
                self.probe()
            elif self.close(self.bound_now(), self.turns(effort)):
                continue
            if not self.done() and self.distance() > _NARROW_GAP:
                self.regroup(effort)
            if not self.done() and self.distance() > _NARROW_GAP:
                self.core(effort)
            if not self.done() and (effort > 1 or self.distance() <= _NARROW_GAP):
                self.improve(effort)
            effort *= 4.0

    def bound_now(self) -> int:
        """The bound, which must be known."""
        assert self.bound is not None
        return self.bound

    def probe(self) -> None:
        """Raise the bound by small windows above it, each wider than the last, as long as they close fast."""
        step = 0
        while self.left() > 0 and not self.done():
            assert self.value is not None
            most = min(self.bound_now() + step, self.value - 1)
            turns = [("cp_sat", _PROBE_EFFORT)] if "cp_sat" in self.options.engines else []
            if int(self.window(most).sum()) > _SMALL_WINDOW or not self.close(most, turns):
                return
            step = 2 * step + 1

    def turns(self, times: float) -> list[tuple[str, float]]:
        """Which engines look at a window, and with how much effort."""
        efforts = {"highs": _WINDOW_NODES * times, "cp_sat": _WINDOW_EFFORT * times}
        turns = [(engine, efforts[engine]) for engine in self.options.engines]
        if int(self.window(self.bound_now()).sum()) > _SMALL_WINDOW:
            return turns[:1]
        last = turns[-1]
        return [(last[0], 0.05 * last[1]), *turns]

    def close(self, most: int, turns: list[tuple[str, float]]) -> bool:
        """Ask whether there is a hand-out of at most this cost; True if that is settled."""
        keep = self.window(most)
        for engine, effort in turns:
            if self.left() <= 0:
                return False
            what = f"window {most}, {engine}"
            found = self.ask(keep, engine, self.share(0.5), effort, what, self.bound, most)
            if found.outcome in ("optimal", "infeasible"):
                settled = most + 1 if found.value is None else min(found.value, most + 1)
                self.raise_bound(settled, what + " settled")
                return True
            if found.bound is not None:
                self.raise_bound(min(found.bound, most + 1), what)
            if self.done():
                return True
        return False

    def core(self, times: float) -> None:
        """Search the pairs of least surcharge; a hand-out outside costs what the first one left out adds."""
        assert self.extra is not None
        assert self.value is not None
        keep = self.window(self.value - 1)
        ranked = np.sort(self.extra[keep])
        pairs = int(_CORE_PAIRS * self.jobs * times**0.5)
        if pairs >= len(ranked):
            return
        outside = int(ranked[pairs])
        keep &= self.extra < outside
        keep[self.owners, np.arange(self.jobs)] = True
        found = self.ask(keep, self.options.engines[0], self.share(0.25), _CORE_NODES * times, "core")
        inside = found.value if found.outcome == "optimal" else found.bound
        if inside is not None:
            self.raise_bound(min(inside, -(-(self.total + outside) // SCALE)), "core")

    def improve(self, times: float) -> None:
        """Search everything that could be better than the best hand-out, from that hand-out."""
        assert self.value is not None
        most = self.value - 1
        keep = self.window(most)
        keep[self.owners, np.arange(self.jobs)] = True
        engine = self.options.engines[0]
        effort = (_WINDOW_NODES if engine == "highs" else _WINDOW_EFFORT) * times
        part = 0.25 if times < 2 and self.distance() > _NARROW_GAP else 1.0
        found = self.ask(keep, engine, self.share(part), effort, "all pairs left")
        if found.outcome == "infeasible" or (found.outcome == "optimal" and found.value is not None):
            self.raise_bound(
                most + 1 if found.value is None else min(found.value, most + 1), "all pairs left"
            )
        elif found.bound is not None:
            self.raise_bound(min(found.bound, most + 1), "all pairs left")

    def regroup(self, times: float) -> None:
        """Re-plan a few people and all their jobs at a time; the size of the groups follows the effort."""
        assert self.owners is not None
        draw = np.random.default_rng(self.options.seed + int(times))
        people = len(self.matrix.capacities)
        until = 0.4 * self.left() if self.options.time_limit_s is not None else 60.0
        size, stale = min(3, people), 0
        began = time.monotonic()
        assert self.extra is not None
        ranked = np.sort(self.extra[self.matrix.open])
        near = int(ranked[min(len(ranked) - 1, int(_NEAR_PAIRS * self.jobs * times**0.5))])
        while not self.done() and time.monotonic() - began < until and stale < 40:
            assert self.value is not None
            size = min(size, people)
            keep = self.window(self.value)
            keep &= self.extra <= near
            keep[self.owners, np.arange(self.jobs)] = True
            group = np.sort(draw.choice(people, size, replace=False))
            jobs = np.flatnonzero(np.isin(self.owners, group))
            if not len(jobs):
                stale += 1
                continue
            programme, person, job = self.programme(keep, group, jobs)
            start = np.flatnonzero(self.owners[job] == person)
            found = solve(
                programme,
                self.options.engines[0],
                max(0.05, min(1.5, self.left())),
                start=start,
                seed=self.options.seed,
                effort=_GROUP_NODES,
            )
            size += 1 if found.outcome == "optimal" else -1 if size > 2 else 0
            stale += 1
            if found.chosen is None:
                continue
            owners = self.owners.copy()
            owners[job[found.chosen]] = person[found.chosen]
            if self.offer(owners, f"group of {len(group)}"):
                stale = 0
            elif int(self.matrix.costs[owners, np.arange(self.jobs)].sum()) == self.value:
                self.owners = owners


def _matrix(problem: CapacityProblem) -> Matrix:
    """Write leaving undone as one more person without limits."""
    minutes, costs = problem.minutes.astype(np.int64), problem.costs.astype(np.int64)
    capacities = problem.capacities.astype(np.int64)
    allowed = np.ones(minutes.shape, dtype=np.bool_) if problem.allowed is None else problem.allowed
    allowed = allowed & (minutes <= capacities[:, None])
    # more time than all one's possible work takes the same place as exactly that
    capacities = np.minimum(capacities, np.where(allowed, minutes, 0).sum(axis=1))
    if problem.optional is None or problem.undone_costs is None:
        return Matrix(minutes, costs, capacities, allowed)
    jobs = minutes.shape[1]
    return Matrix(
        np.vstack([minutes, np.zeros((1, jobs), dtype=np.int64)]),
        np.vstack([costs, problem.undone_costs.astype(np.int64)[None, :]]),
        np.concatenate([capacities, np.zeros(1, dtype=np.int64)]),
        np.vstack([allowed, problem.optional[None, :]]),
    )
