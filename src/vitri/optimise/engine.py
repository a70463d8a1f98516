"""The seam to the solvers: options, limits, progress, stop, and the exact set partition they are asked for.

Everything else in this room is arithmetic on integers; CP-SAT is called here for the integer programs,
with integer costs, so that a bound is a bound and not a floating-point promise.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from vitri.data.instance import Sizing, Structure

Status = Literal["optimal", "feasible", "infeasible", "no_plan_yet", "cancelled", "invalid"]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SolveOptions:
    """How to solve: a blank `structure`, `sizing` or `policy` takes the scenario's own.

    `time_limit_s` is the wall time of the whole run in seconds (None: no limit); `workers` the threads a
    solver may use; `seed` is recorded and passed to every solver.
    """

    structure: Structure | None = None
    sizing: Sizing | None = None
    time_limit_s: float | None = None
    seed: int = 0
    workers: int = 2
    policy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A line of live progress: the stage, the seconds since the start, the best value, the proven bound."""

    stage: str
    seconds: float
    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    unit: str = ""


class Reporter(Protocol):
    """Whoever watches a run: receives progress and says whether to stop."""

    def progress(self, progress: Progress) -> None:
        """Take one line of progress."""

    def stopped(self) -> bool:
        """Whether the user asked to stop and keep the best plan."""


class SilentReporter:
    """The reporter of a run nobody watches."""

    def progress(self, progress: Progress) -> None:
        """Ignore the line."""

    def stopped(self) -> bool:
        """Never stop."""
        return False


@dataclass
class Watch:
    """The clock of one run: joins the time limit and the reporter's stop into one question."""

    options: SolveOptions
    reporter: Reporter = field(default_factory=SilentReporter)
    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    def left(self) -> float:
        """Return the seconds left, or infinity."""
        if self.options.time_limit_s is None:
            return float("inf")
        return max(0.0, self.options.time_limit_s - self.seconds())

    def over(self) -> bool:
        """Whether to stop now and keep the best plan."""
        return self.left() <= 0.0 or self.reporter.stopped()

    def tell(
        self, stage: str, value: float | None = None, bound: float | None = None, unit: str = ""
    ) -> None:
        """Report progress; the gap is in percent of the value."""
        gap = None
        if value is not None and bound is not None:
            gap = 0.0 if value == bound else 100.0 * abs(value - bound) / max(1.0, abs(value))
        self.reporter.progress(
            Progress(stage=stage, seconds=self.seconds(), value=value, bound=bound, gap=gap, unit=unit)
        )


@dataclass(frozen=True, kw_only=True)
class LevelValue:
    """One level of the objective: its value in the plan, the proven bound, and how far apart they are.

    `gap` is value − bound in the level's own unit (0 means proven); `bound` and `gap` are None where an
    earlier level is not proven, because a bound of a later level then says nothing.
    """

    order: int
    name: str
    measure: str
    value: int
    unit: str
    bound: int | None
    gap: int | None
    status: Status
    tolerance: int = 0


class UndecidedError(Exception):
    """A solver stopped before it found a solution or proved that there is none."""


@dataclass(frozen=True)
class Partition:
    """A partition found: the chosen columns in rising order, its exact cost, and a proven lower bound."""

    columns: tuple[int, ...]
    cost: int
    bound: int


def set_partition(
    membership: npt.NDArray[np.bool_],
    costs: IntArray,
    *,
    forbidden: Sequence[tuple[int, ...]] = (),
    watch: Watch | None = None,
    seed: int = 0,
    effort: float | None = None,
) -> Partition | None:
    """Cover every row by exactly one column at least cost; None if that is proven impossible.

    `membership` is columns × rows, `costs` whole numbers per column. `forbidden` lists partitions (as
    columns) that may not be returned again. `effort` limits the search in the solver's own deterministic
    time, so that a run repeats itself; the bound then may lie below the cost. One worker, fixed seed.
    Raises `UndecidedError` where the limit or the clock ran out before anything was known.
    """
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(costs))]
    for row in range(membership.shape[1]):
        model.add_exactly_one(chosen[int(i)] for i in np.flatnonzero(membership[:, row]))
    for columns in forbidden:
        model.add_bool_or([chosen[i].negated() for i in columns])
    model.minimize(cp_model.LinearExpr.weighted_sum(chosen, costs.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    # Ctrl-C belongs to the caller, who keeps the best plan
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed
    if effort is not None:
        solver.parameters.max_deterministic_time = effort
    if watch is not None and watch.left() < float("inf"):
        solver.parameters.max_time_in_seconds = max(0.05, watch.left())
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise UndecidedError
    columns = tuple(i for i, var in enumerate(chosen) if solver.boolean_value(var))
    cost = int(sum(int(costs[i]) for i in columns))
    bound = cost if status == cp_model.OPTIMAL else int(np.floor(solver.best_objective_bound))
    return Partition(columns, cost, bound)
