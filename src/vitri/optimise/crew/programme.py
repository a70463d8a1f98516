"""One seam for two integer engines: a programme in binary columns, solved by HiGHS or CP-SAT.

Coefficients and costs are whole numbers, so that a bound is rounded up safely: an integer engine's floating
bound `b` proves ``ceil(b − 1e-6)``. A relaxation is solved by GLOP, which returns duals.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from vitri.optimise.crew.problem import IntArray

FloatArray = npt.NDArray[np.float64]
Outcome = Literal["optimal", "feasible", "infeasible", "unknown"]
_SAFE = 1e-6


@dataclass(frozen=True)
class Programme:
    """Least cost over binary columns; row sums between `lower` and `upper` (None: no limit on that side).

    Entries are given as triples (`rows`, `columns`, `values`). The first `exact_rows` rows ask for exactly
    one of their columns, the others for at most `upper`.
    """

    costs: IntArray
    rows: IntArray
    columns: IntArray
    values: IntArray
    exact_rows: int
    upper: IntArray

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return self.exact_rows + len(self.upper)


@dataclass(frozen=True)
class Found:
    """What an engine found: the columns chosen, their cost, and a proven lower bound (None: nothing)."""

    outcome: Outcome
    chosen: IntArray | None
    value: int | None
    bound: int | None


@dataclass(frozen=True)
class Relaxed:
    """The relaxation: its value, the duals (exact rows, then limits, these not positive), the columns."""

    feasible: bool
    value: float
    duals: FloatArray
    columns: FloatArray


def rounded_up(bound: float) -> int | None:
    """Return the whole number that a floating bound proves, None for an infinite one."""
    return math.ceil(bound - _SAFE * max(1.0, abs(bound) * 1e-6)) if math.isfinite(bound) else None


def _clock(seconds: float) -> datetime.timedelta:
    """A time limit that an engine takes: never zero, never endless."""
    return datetime.timedelta(seconds=min(max(seconds, 0.05), 1e6))


def solve(
    programme: Programme,
    engine: str,
    seconds: float,
    *,
    start: IntArray | None = None,
    lower: int | None = None,
    most: int | None = None,
    workers: int = 1,
    seed: int = 0,
    effort: float | None = None,
) -> Found:
    """Solve with the engine named (``highs`` or ``cp_sat``) within a number of seconds.

    One worker repeats itself; more do not. `start` holds the columns of a known solution, `lower` a proven
    bound, `most` a cost that may not be exceeded (``infeasible`` then proves that the optimum lies above it).
    `effort` limits the search in units that repeat themselves: nodes for HiGHS, deterministic seconds for
    CP-SAT.
    """
    if engine == "cp_sat":
        return _cp_sat(programme, seconds, start, lower, most, workers, seed, effort)
    return _highs(programme, seconds, start, most, seed, effort)


def _model_proto(programme: Programme, integer: bool, most: int | None = None):  # type: ignore[no-untyped-def]
    from ortools.math_opt import model_pb2

    proto = model_pb2.ModelProto()
    count, rows = len(programme.costs), programme.row_count
    extra = 1 if most is not None else 0
    proto.variables.ids.extend(range(count))
    proto.variables.lower_bounds.extend([0.0] * count)
    proto.variables.upper_bounds.extend([1.0 if integer else math.inf] * count)
    proto.variables.integers.extend([integer] * count)
    used = np.flatnonzero(programme.costs)
    proto.objective.linear_coefficients.ids.extend(used.tolist())
    proto.objective.linear_coefficients.values.extend(programme.costs[used].astype(float).tolist())
    proto.linear_constraints.ids.extend(range(rows + extra))
    lower = [1.0] * programme.exact_rows + [-math.inf] * (rows - programme.exact_rows + extra)
    proto.linear_constraints.lower_bounds.extend(lower)
    proto.linear_constraints.upper_bounds.extend([1.0] * programme.exact_rows)
    proto.linear_constraints.upper_bounds.extend(programme.upper.astype(float).tolist())
    at_rows, at_columns, values = programme.rows, programme.columns, programme.values
    if most is not None:
        proto.linear_constraints.upper_bounds.append(float(most))
        at_rows = np.concatenate([at_rows, np.full(len(used), rows)])
        at_columns = np.concatenate([at_columns, used])
        values = np.concatenate([values, programme.costs[used]])
    keep = values != 0
    order = np.lexsort((at_columns[keep], at_rows[keep]))
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(at_rows[keep][order].tolist())
    matrix.column_ids.extend(at_columns[keep][order].tolist())
    matrix.coefficients.extend(values[keep][order].astype(float).tolist())
    return proto


def _highs(
    programme: Programme,
    seconds: float,
    start: IntArray | None,
    most: int | None,
    seed: int,
    effort: float | None,
) -> Found:
    from ortools.math_opt.python import mathopt
    from ortools.math_opt.solvers import highs_pb2

    model = mathopt.Model.from_model_proto(_model_proto(programme, integer=True, most=most))
    variables = list(model.variables())
    own = highs_pb2.HighsOptionsProto()
    own.int_options["threads"] = 1
    own.int_options["random_seed"] = seed
    if effort is not None:
        own.int_options["mip_max_nodes"] = int(effort)
    own.double_options["mip_rel_gap"] = 0.0
    own.double_options["mip_abs_gap"] = 0.999
    parameters = mathopt.SolveParameters(time_limit=_clock(seconds), highs=own, enable_output=False)
    hints = mathopt.ModelSolveParameters()
    if start is not None:
        chosen = set(start.tolist())
        values = {v: float(i in chosen) for i, v in enumerate(variables)}
        hints.solution_hints.append(mathopt.SolutionHint(variable_values=values))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, model_params=hints)
    reason = result.termination.reason
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return Found("infeasible", None, None, None)
    bound = rounded_up(result.termination.objective_bounds.dual_bound)
    if not result.has_primal_feasible_solution():
        return Found("unknown", None, None, bound)
    numbers = np.array(result.variable_values(variables))
    columns = np.flatnonzero(numbers > 0.5)
    value = int(programme.costs[columns].sum())
    optimal = reason == mathopt.TerminationReason.OPTIMAL
    if optimal and bound is not None and bound < value:
        optimal = False
    return Found("optimal" if optimal else "feasible", columns, value, bound)


def _cp_sat(
    programme: Programme,
    seconds: float,
    start: IntArray | None,
    lower: int | None,
    most: int | None,
    workers: int,
    seed: int,
    effort: float | None,
) -> Found:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    columns = [model.new_bool_var("") for _ in range(len(programme.costs))]
    order = np.argsort(programme.rows, kind="stable")
    cuts = np.searchsorted(programme.rows[order], np.arange(programme.row_count + 1))
    for row in range(programme.row_count):
        entries = order[cuts[row] : cuts[row + 1]]
        inside = [columns[c] for c in programme.columns[entries].tolist()]
        if row < programme.exact_rows:
            model.add_exactly_one(inside)
        elif inside:
            total = cp_model.LinearExpr.weighted_sum(inside, programme.values[entries].tolist())
            model.add(total <= int(programme.upper[row - programme.exact_rows]))
    cost = cp_model.LinearExpr.weighted_sum(columns, programme.costs.tolist())
    if lower is not None:
        model.add(cost >= lower)
    if most is not None:
        model.add(cost <= most)
    if start is not None:
        chosen = set(start.tolist())
        for i, column in enumerate(columns):
            model.add_hint(column, i in chosen)
    model.minimize(cost)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = _clock(seconds).total_seconds()
    if effort is not None:
        solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Found("infeasible", None, None, None)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found("unknown", None, None, rounded_up(solver.best_objective_bound))
    found = np.array([i for i, column in enumerate(columns) if solver.boolean_value(column)], dtype=np.int64)
    value = int(programme.costs[found].sum())
    if status == cp_model.OPTIMAL:
        return Found("optimal", found, value, value)
    return Found("feasible", found, value, rounded_up(solver.best_objective_bound))


def relax(programme: Programme, seconds: float) -> Relaxed | None:
    """Solve the relaxation; None where the clock ran out."""
    from ortools.math_opt.python import mathopt

    model = mathopt.Model.from_model_proto(_model_proto(programme, integer=False))
    parameters = mathopt.SolveParameters(time_limit=_clock(seconds))
    result = mathopt.solve(model, mathopt.SolverType.GLOP, params=parameters)
    reason = result.termination.reason
    if reason in (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED):
        return Relaxed(False, math.inf, np.zeros(programme.row_count), np.zeros(0))
    if reason != mathopt.TerminationReason.OPTIMAL or not result.has_dual_feasible_solution():
        return None
    duals = np.array(result.dual_values(list(model.linear_constraints())))
    columns = np.array(result.variable_values(list(model.variables())))
    return Relaxed(True, float(result.objective_value()), duals, columns)
