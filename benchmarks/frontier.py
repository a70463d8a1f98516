"""The frontier of one office beside HiGHS and CP-SAT on the same columns, number of posts by number of posts.

Every case is planned for 0 … 16 posts. HiGHS and CP-SAT (one worker) get the same set partition
for each number at which there is a plan, and stop after --limit seconds; their totals are lower bounds where
something is unproven (then the ratio has a >).
Answers proven by both are asserted equal; times are printed and never judged. Synthetic data.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sys
import time
from statistics import median

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from benchmarks.offices import Office, draw
from vitri.optimise.frontier import Columns, Frontier, office_frontier

MOST_POSTS = 16
CASES = (
    Office(14, "family", 0, 4, 85, 3),
    Office(14, "random", 80, 4, 85, 3),
    Office(18, "family", 0, 4, 85, 3),
    Office(18, "random", 50, 4, 130, 3),
    Office(18, "random", 80, 4, 85, 3),
    Office(24, "random", 30, 4, 130, 3),
    Office(24, "family", 0, 4, 85, 3),
    Office(24, "family", 0, 4, 130, 3),
    Office(24, "random", 50, 4, 130, 3),
    Office(24, "random", 80, 4, 85, 3),
    Office(24, "random", 100, 4, 85, 3),
    Office(30, "family", 0, 5, 130, 3),
    Office(30, "random", 50, 4, 130, 5),
    Office(30, "random", 80, 4, 85, 3),
    Office(40, "family", 0, 5, 130, 5),
)
QUICK = (CASES[0], CASES[3], CASES[6])

Peer = tuple[float, int, dict[int, int]]
"""Seconds, numbers left unproven, proven values by number of posts."""


def by_highs(columns: Columns, numbers: list[int], limit: float) -> Peer:
    """Solve every number as an integer program by HiGHS; its own solving time counts, not the modelling."""
    model = mathopt.Model()
    ways = [model.add_binary_variable() for _ in range(len(columns))]
    held = columns.membership()
    for duty in range(columns.duties):
        model.add_linear_constraint(mathopt.fast_sum([ways[i] for i in np.flatnonzero(held[:, duty])]) == 1)
    budget = model.add_linear_constraint(ub=0.0)
    for way, posts in zip(ways, columns.posts.tolist(), strict=True):
        budget.set_coefficient(way, float(posts))
    model.minimize(mathopt.fast_sum([c * way for way, c in zip(ways, columns.costs.tolist(), strict=True)]))
    spent, unproven, proven = 0.0, 0, {}
    parameters = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=limit), relative_gap_tolerance=0.0)
    for posts in numbers:
        budget.upper_bound = float(posts)
        result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
        spent += result.solve_stats.solve_time.total_seconds()
        if result.termination.reason == mathopt.TerminationReason.OPTIMAL:
            proven[posts] = round(result.objective_value())
        else:
            unproven += 1
    return spent, unproven, proven


def by_cp_sat(columns: Columns, numbers: list[int], limit: float) -> Peer:
    """Solve every number by CP-SAT with one worker; its own wall time counts."""
    spent, unproven, proven = 0.0, 0, {}
    held = columns.membership()
    for posts in numbers:
        model = cp_model.CpModel()
        ways = [model.new_bool_var("") for _ in range(len(columns))]
        for duty in range(columns.duties):
            model.add_exactly_one(ways[int(i)] for i in np.flatnonzero(held[:, duty]))
        model.add(cp_model.LinearExpr.weighted_sum(ways, columns.posts.tolist()) <= posts)
        model.minimize(cp_model.LinearExpr.weighted_sum(ways, columns.costs.tolist()))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = limit
        status = solver.solve(model)
        spent += solver.wall_time
        if status == cp_model.OPTIMAL:
            proven[posts] = round(solver.objective_value)
        else:
            unproven += 1
    return spent, unproven, proven


def repeated(columns: Columns, times: int) -> tuple[Frontier, float, float]:
    """Compute the frontier several times; return it with the median wall time and processor time."""
    spent, worked = [], []
    frontier = None
    for _ in range(times):
        started, before = time.perf_counter(), time.process_time()
        frontier = office_frontier(columns, MOST_POSTS)
        spent.append(time.perf_counter() - started)
        worked.append(time.process_time() - before)
    assert frontier is not None
    return frontier, median(spent), median(worked)


def mismatches(frontier: Frontier, peers: list[Peer]) -> int:
    """Count the numbers at which a proven value differs from a peer's proven value."""
    return sum(
        frontier.points[posts].status == "optimal" and frontier.points[posts].value != value
        for _, _, proven in peers
        for posts, value in proven.items()
    )


def shown(peers: list[Peer], owns: list[float]) -> str:
    """Return a peer's seconds, what it left unproven and how many times longer it took, run by run."""
    if not peers:
        return "–"
    more = ">" if peers[0][1] else ""
    ratios = [peer[0] / own for peer, own in zip(peers, owns, strict=True)]
    text = f"{median(p[0] for p in peers):.2f} ({peers[0][1]} unproven) {more}{median(ratios):.0f}×"
    return text + (f" ({', '.join(f'{ratio:.0f}' for ratio in ratios)})" if len(ratios) > 1 else "")


def main(arguments: list[str]) -> int:
    """Run the cases and print one line for each; returns 1 where proven answers differ or none is proven."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks frontier", description=__doc__)
    parser.add_argument("--groups", type=int, help="only cases with so many task groups")
    parser.add_argument("--quick", action="store_true", help="three small cases")
    parser.add_argument("--runs", type=int, default=1, help="runs beside the peers; medians are shown")
    parser.add_argument(
        "--limit",
        "--peer-seconds",
        type=float,
        default=5.0,
        help="seconds for a peer on each number of posts",
    )
    parser.add_argument("--no-cp-sat", action="store_true", help="leave CP-SAT out")
    parser.add_argument("--no-peers", action="store_true", help="time vitri alone")
    parser.add_argument("--times", type=int, default=3, help="how often vitri runs; the median is shown")
    options = parser.parse_args(arguments)
    cases = QUICK if options.quick else CASES
    print(
        "groups graph · bundles · columns | vitri s (processor s), proven | "
        "HiGHS s, ratio | CP-SAT s, ratio | differ | MB"
    )
    wrong = 0
    for case in cases:
        if options.groups not in (None, case.groups):
            continue
        columns, count = draw(case)
        owns: list[float] = []
        used: list[float] = []
        highs: list[Peer] = []
        cp_sat: list[Peer] = []
        for _ in range(options.runs):
            frontier, own, worked = repeated(columns, options.times)
            owns.append(own)
            used.append(worked)
            numbers = [point.posts for point in frontier.points if point.value is not None]
            if not options.no_peers:
                highs.append(by_highs(columns, numbers, options.limit))
            if not (options.no_peers or options.no_cp_sat):
                cp_sat.append(by_cp_sat(columns, numbers, options.limit))
        assert all(point.check(columns) for point in frontier.points)
        assert all(prices.verify(columns) for prices in frontier.certificates)
        differ = mismatches(frontier, [*highs, *cp_sat])
        wrong += differ
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{case.name} · {count} · {len(columns)} | "
            f"{median(owns):.3f} ({median(used):.3f}), {frontier.proven()} of {len(frontier.points)} | "
            f"{shown(highs, owns)} | {shown(cp_sat, owns)} | {differ} | {memory}",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
