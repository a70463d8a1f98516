"""Two engines behind one seam: CP-SAT, and HiGHS in MathOpt; each minimises one sum over a linear model."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vitri.optimise.month.linear import INFINITE, Linear

if TYPE_CHECKING:
    from ortools.math_opt.python import mathopt

EngineName = Literal["cp-sat", "highs"]
Terms = list[tuple[int, int]]
_SLACK = 1e-6


@dataclass(frozen=True)
class Found:
    """What an engine found: values of the variables (None: nothing), the bound, whether none can exist."""

    values: list[int] | None
    bound: int
    infeasible: bool = False


def minimise(
    engine: EngineName,
    linear: Linear,
    terms: Terms,
    *,
    seconds: float,
    hint: Sequence[int] | None = None,
    workers: int = 2,
    seed: int = 0,
    floor: int = -INFINITE,
    known: int | None = None,
) -> Found:
    """Minimise a sum with gap 0 asked for; `floor` is a bound, `known` a value, that are there already.

    HiGHS takes no hint, so it is asked for less than `known` only: that there is none proves `known`, and
    its presolve sees far more than without. CP-SAT starts from the hint.
    """
    run = _cp_sat if engine == "cp-sat" else _highs
    better = engine == "highs" and known is not None
    if better:
        assert known is not None
        linear = Linear(linear.lows, linear.highs, list(linear.rows))
        linear.row(terms, high=known - 1)
    found = run(linear, terms, max(0.05, seconds), hint, workers, seed)
    if better and found.infeasible:
        assert known is not None
        return Found(None, known)
    if found.values is not None and not linear.holds(found.values):
        return Found(None, max(floor, found.bound))
    return Found(found.values, max(floor, found.bound), found.infeasible)


def relaxed(linear: Linear, terms: Terms, *, seconds: float = 2.0) -> int:
    """Return a bound of a sum: the linear relaxation, rounded up; it costs a tenth of a search."""
    from ortools.math_opt.python import mathopt

    model, _ = _mathopt(linear, terms, whole=False)
    limit = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds))
    result = mathopt.solve(model, mathopt.SolverType.GLOP, params=limit)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return -INFINITE
    raw = result.best_objective_bound()
    return math.ceil(raw - _SLACK) if math.isfinite(raw) else -INFINITE


def _cp_sat(
    linear: Linear, terms: Terms, seconds: float, hint: Sequence[int] | None, workers: int, seed: int
) -> Found:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    variables = [
        model.new_int_var(low, high, "") for low, high in zip(linear.lows, linear.highs, strict=True)
    ]
    for chosen, factors, low, high in linear.rows:
        row = cp_model.LinearExpr.weighted_sum([variables[i] for i in chosen], factors)
        model.add_linear_constraint(row, low, high)
    model.minimize(
        cp_model.LinearExpr.weighted_sum([variables[i] for i, _ in terms], [factor for _, factor in terms])
    )
    if hint is not None:
        for variable, value in zip(variables, hint, strict=False):
            model.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.catch_sigint_signal = False
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Found(None, INFINITE, infeasible=True)
    bound = math.ceil(solver.best_objective_bound - _SLACK)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(None, max(bound, -INFINITE))
    return Found([solver.value(variable) for variable in variables], bound)


def _mathopt(linear: Linear, terms: Terms, *, whole: bool) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    """Return the model in MathOpt and its variables, whole or relaxed."""
    from ortools.math_opt.python import mathopt

    model = mathopt.Model()
    variables = [
        model.add_variable(lb=low, ub=high, is_integer=whole)
        for low, high in zip(linear.lows, linear.highs, strict=True)
    ]
    for chosen, factors, low, high in linear.rows:
        model.add_linear_constraint(
            expr=mathopt.fast_sum(variables[i] * factor for i, factor in zip(chosen, factors, strict=True)),
            lb=-math.inf if low <= -INFINITE else low,
            ub=math.inf if high >= INFINITE else high,
        )
    model.minimize(mathopt.fast_sum(variables[i] * factor for i, factor in terms))
    return model, variables


def _highs(
    linear: Linear, terms: Terms, seconds: float, hint: Sequence[int] | None, workers: int, seed: int
) -> Found:
    from ortools.math_opt.python import mathopt

    model, variables = _mathopt(linear, terms, whole=True)
    parameters = mathopt.SolveParameters(
        time_limit=dt.timedelta(seconds=seconds),
        random_seed=seed,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.999,
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    reason = result.termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return Found(None, INFINITE, infeasible=True)
    raw = result.best_objective_bound()
    bound = math.ceil(raw - _SLACK) if math.isfinite(raw) else -INFINITE
    if not result.has_primal_feasible_solution():
        return Found(None, bound)
    return Found([round(value) for value in result.variable_values(variables)], bound)
