"""What others do with the same case: one integer programme, solvers on fixed columns, rounding in steps."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from benchmarks.quota_cases import Made
from vitri.optimise.engine import IntArray
from vitri.optimise.laminar import hand_out, laminar_of
from vitri.optimise.quota_tree import NO_CEILING


@dataclass(frozen=True)
class Answer:
    """A peer's value and proven bound (None: none), its seconds, and whether it proved its value."""

    value: int | None
    bound: int | None
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether value and bound meet."""
        return self.value is not None and self.bound is not None and self.bound >= self.value


def dense(made: Made) -> IntArray:
    """Return the whole table of costs (bundle, unit, posts), the last column the first with nothing left."""
    data = made.data
    runs = data.runs(np.arange(len(data.membership)))
    units = len(data.office_of)
    steps = np.bincount(runs.pair, weights=runs.count).astype(np.int64).max(initial=0)
    table = np.repeat(runs.first.reshape(-1, 1), int(steps) + 1, axis=1)
    order = np.lexsort((-runs.gain, runs.pair))
    gains = np.zeros_like(table)
    pair = np.repeat(runs.pair[order], runs.count[order])
    gain = np.repeat(runs.gain[order], runs.count[order])
    starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]])
    place = np.arange(len(pair)) - np.repeat(starts, np.diff(np.r_[starts, len(pair)]))
    gains[pair, place + 1] = gain
    return (table - np.cumsum(gains, axis=1)).reshape(-1, units, int(steps) + 1)


def _limits(made: Made) -> list[tuple[list[int], int, int]]:
    """Return offices, ceiling and floor of every limited node."""
    nodes = made.tree.nodes
    below: list[list[int]] = []
    for node in nodes:
        inside = [] if node.office is None else [node.office]
        for child in node.children:
            inside += below[child]
        below.append(inside)
    return [
        (inside, node.ceiling, node.floor)
        for node, inside in zip(nodes, below, strict=True)
        if node.ceiling < NO_CEILING or node.floor > 0
    ]


def monolith(made: Made, seconds: float, bundles: Sequence[int] | None = None) -> Answer:
    """Solve as one integer programme in HiGHS: a binary per bundle, office and number of posts.

    `bundles` restricts it to some columns, as a restricted programme would have them.
    """
    table = dense(made)
    least = made.data.least
    asked = range(len(table)) if bundles is None else bundles
    model = mathopt.Model()
    offices = table.shape[1]
    chosen = {bundle: model.add_binary_variable() for bundle in asked}
    cost: list[mathopt.LinearTypes] = []
    posts: list[list[mathopt.LinearTypes]] = [[] for _ in range(offices)]
    for bundle in asked:
        for office in range(offices):
            column = table[bundle, office]
            ways = [model.add_binary_variable() for _ in range(int(np.argmin(column)) + 1)]
            model.add_linear_constraint(mathopt.fast_sum(ways) == chosen[bundle])
            cost += [int(column[k]) * way for k, way in enumerate(ways)]
            posts[office] += [(k + least) * way for k, way in enumerate(ways)]
    for group in range(made.data.membership.shape[1]):
        holding = [chosen[b] for b in asked if made.data.membership[b, group]]
        model.add_linear_constraint(mathopt.fast_sum(holding) == 1)
    for inside, ceiling, floor in _limits(made):
        total = [term for office in inside for term in posts[office]]
        if ceiling < NO_CEILING:
            model.add_linear_constraint(mathopt.fast_sum(total) <= ceiling)
        if floor > 0:
            idle = model.add_variable(lb=0.0)
            # posts beyond all gains save nothing but count for the floor
            model.add_linear_constraint(mathopt.fast_sum([*total, idle]) >= floor)
    model.minimize(mathopt.fast_sum(cost))
    started = time.perf_counter()
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(
            time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5
        ),
    )
    spent = time.perf_counter() - started
    value = round(result.objective_value()) if result.has_primal_feasible_solution() else None
    bound = result.best_objective_bound()
    return Answer(value, int(np.ceil(bound - 0.51)) if np.isfinite(bound) else None, spent)


def merged_columns(made: Made) -> tuple[list[int], list[int], list[int]]:
    """Return columns (bundle, posts, cost) of one ceiling: the offices of a bundle merged into one curve."""
    data = made.data
    bundle_of, posts, cost = [], [], []
    for bundle in range(len(data.membership)):
        runs = data.runs([bundle])
        gains = np.sort(np.repeat(runs.gain, runs.count))[::-1]
        values = int(runs.first.sum()) - np.r_[0, np.cumsum(gains)]
        base = data.least * len(data.office_of)
        bundle_of += [bundle] * len(values)
        posts += (base + np.arange(len(values))).tolist()
        cost += values.tolist()
    return bundle_of, posts, cost


def on_columns(made: Made, engine: str, seconds: float) -> Answer:
    """Give HiGHS or CP-SAT the merged columns of one ceiling."""
    bundle_of, posts, cost = merged_columns(made)
    membership = made.data.membership
    ceiling = made.tree.nodes[-1].ceiling
    if engine == "cp-sat":
        model = cp_model.CpModel()
        use = [model.new_bool_var("") for _ in cost]
        for group in range(membership.shape[1]):
            model.add_exactly_one(use[i] for i, b in enumerate(bundle_of) if membership[b, group])
        model.add(cp_model.LinearExpr.weighted_sum(use, posts) <= ceiling)
        model.minimize(cp_model.LinearExpr.weighted_sum(use, cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = seconds
        started = time.perf_counter()
        status = solver.solve(model)
        spent = time.perf_counter() - started
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(None, None, spent)
        return Answer(round(solver.objective_value), int(np.ceil(solver.best_objective_bound - 1e-6)), spent)
    program = mathopt.Model()
    way = [program.add_binary_variable() for _ in cost]
    for group in range(membership.shape[1]):
        holding = [way[i] for i, b in enumerate(bundle_of) if membership[b, group]]
        program.add_linear_constraint(mathopt.fast_sum(holding) == 1)
    program.add_linear_constraint(
        mathopt.LinearSum(p * w for p, w in zip(posts, way, strict=True)) <= ceiling
    )
    program.minimize(mathopt.LinearSum(c * w for c, w in zip(cost, way, strict=True)))
    started = time.perf_counter()
    result = mathopt.solve(
        program,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(
            time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5
        ),
    )
    spent = time.perf_counter() - started
    value = round(result.objective_value()) if result.has_primal_feasible_solution() else None
    bound = result.best_objective_bound()
    return Answer(value, int(np.ceil(bound - 0.51)) if np.isfinite(bound) else None, spent)


def _worth(made: Made, chosen: Sequence[int]) -> int | None:
    """Return the least cost of a partition: its posts shared out exactly."""
    data = made.data
    limits = laminar_of(made.tree)
    runs = data.runs(list(chosen))
    unit = runs.pair % len(data.office_of)
    offices = np.array(data.office_of, dtype=np.int64)
    fixed = limits.below(np.full((1, len(offices)), data.least * len(chosen), dtype=np.int64))[0]
    share = hand_out(limits, limits.node_of[offices[unit]], runs.gain, runs.count, fixed)
    return None if share is None else int(runs.first.sum() - (runs.gain * share.taken).sum())


def rounding(made: Made) -> Answer:
    """In steps, as workload norms do: fewest posts rounded position by position, then cut to the ceilings."""
    started = time.perf_counter()
    data = made.data
    posts = np.zeros(len(data.membership))
    for bundle, held in enumerate(data.membership):
        need = made.hours[:, held].sum(axis=(1, 2)) / (150.0 * 12)
        posts[bundle] = np.maximum(1, np.ceil(need - 1e-9)).sum()
    chosen = _cheapest(data.membership, posts)
    value = None if chosen is None else _worth(made, chosen)
    return Answer(value, None, time.perf_counter() - started)


def greedy(made: Made) -> Answer:
    """Merge positions as long as the plan gets cheaper, the best merger first."""
    started = time.perf_counter()
    held = made.data.membership
    at = {row.tobytes(): index for index, row in enumerate(held)}
    now = [at[row.tobytes()] for row in np.eye(held.shape[1], dtype=bool)]
    value = _worth(made, now)
    while True:
        best: tuple[int, list[int]] | None = None
        for i, first in enumerate(now):
            for second in now[:i]:
                union = at.get((held[first] | held[second]).tobytes())
                if union is not None:
                    trial = [b for b in now if b not in (first, second)] + [union]
                    cost = _worth(made, trial)
                    if cost is not None and (best is None or cost < best[0]):
                        best = cost, trial
                    elif cost is None and value is None and best is None:
                        best = 1 << 60, trial
        if best is None or (value is not None and best[0] >= value):
            break
        value, now = (None if best[0] == 1 << 60 else best[0]), best[1]
    return Answer(value, None, time.perf_counter() - started)


def _cheapest(membership: np.ndarray, cost: np.ndarray) -> list[int] | None:
    from vitri.optimise.engine import UndecidedError, set_partition

    scaled = np.rint(cost * 1000).astype(np.int64) + 1
    try:
        found = set_partition(membership, scaled, effort=20.0)
    except UndecidedError:
        return None
    return None if found is None else list(found.columns)
