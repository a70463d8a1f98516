"""Generalised assignment through the capacity core, file by file, beside plain HiGHS and CP-SAT (--peers).

    python -m benchmarks gap FILE... --time 30 [--peers]     one line per file
    python -m benchmarks gap --quick                         made-up instances, proven and asserted

A line: name, value, bound, gap, proven or not, wall seconds (processor seconds), verified or not by a checker
of its own; the published value where `best_known.csv` lies beside. Value and bound come from the same run.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.crew_files import GapFile, best_known, check_gap, made_up_gap, read_gap
from vitri.optimise.crew import CapacityProblem, CrewOptions, solve_capacity
from vitri.optimise.crew.programme import Programme, solve

QUICK = ((5, 30, "a", 1), (5, 40, "c", 2))


def problem_of(file: GapFile) -> CapacityProblem:
    """Turn a file into the problem that offices use."""
    return CapacityProblem(
        minutes=np.array(file.minutes), costs=np.array(file.costs), capacities=np.array(file.capacities)
    )


def plain(problem: CapacityProblem) -> Programme:
    """The plain integer programme with every pair, for the peers."""
    jobs = problem.minutes.shape[1]
    person, job = np.nonzero(problem.minutes <= problem.capacities[:, None])
    index = np.arange(len(person))
    return Programme(
        costs=problem.costs[person, job],
        rows=np.concatenate([job, jobs + person]),
        columns=np.concatenate([index, index]),
        values=np.concatenate([np.ones(len(index), dtype=np.int64), problem.minutes[person, job]]),
        exact_rows=jobs,
        upper=problem.capacities,
    )


def line(
    name: str,
    value: int | None,
    bound: int | None,
    seconds: tuple[float, float],
    verified: bool,
    known: int | None,
) -> str:
    """One line of the table."""
    gap = "-" if value is None or bound is None else f"{100 * (value - bound) / max(1, abs(bound)):.3f}"
    proven = "proven" if value is not None and value == bound else "open"
    best = "" if known is None else f"  published {known}"
    check = "verified" if verified else "NOT VERIFIED"
    return (
        f"{name:<22} value {value!s:>7}  bound {bound!s:>7}  gap {gap:>6} %  {proven:<6} "
        f"{seconds[0]:7.2f} s ({seconds[1]:6.2f})  {check}{best}"
    )


def run(file: GapFile, limit: float, peers: bool, known: int | None) -> bool:
    """Solve one file, print its lines; True if proven and verified."""
    problem = problem_of(file)
    busy = time.process_time()
    answer = solve_capacity(problem, CrewOptions(time_limit_s=limit))
    busy = time.process_time() - busy
    verified = check_gap(file, answer.owners) == answer.value and answer.value is not None
    print(line(file.name, answer.value, answer.bound, (answer.seconds, busy), verified, known), flush=True)
    for engine in ("highs", "cp_sat") if peers else ():
        began, busy = time.monotonic(), time.process_time()
        programme = plain(problem)
        found = solve(programme, engine, limit, workers=1 if engine == "highs" else 8)
        spent = time.monotonic() - began, time.process_time() - busy
        bound = found.value if found.outcome == "optimal" else found.bound
        owners = None
        if found.chosen is not None:
            person, job = np.nonzero(problem.minutes <= problem.capacities[:, None])
            owners = tuple(person[found.chosen][np.argsort(job[found.chosen], kind="stable")].tolist())
        print(line(f"  {engine}", found.value, bound, spent, check_gap(file, owners) == found.value, None))
    return answer.status == "optimal" and verified


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks gap")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--time", type=float, default=30.0, help="wall seconds per file (default 30)")
    parser.add_argument("--peers", action="store_true", help="HiGHS and CP-SAT on the plain programme")
    parser.add_argument("--quick", action="store_true", help="small made-up instances")
    arguments = parser.parse_args()
    if arguments.quick or not arguments.files:
        for people, jobs, kind, seed in QUICK:
            assert run(made_up_gap(people, jobs, kind, seed), arguments.time, arguments.peers, None)
        return
    known: dict[str, int] = {}
    proven = 0
    for path in arguments.files:
        known = known or best_known(path.parent)
        proven += run(read_gap(path), arguments.time, arguments.peers, known.get(path.stem))
    print(f"{proven} of {len(arguments.files)} proven and verified")


if __name__ == "__main__":
    main()
