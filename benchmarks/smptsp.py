"""Shift minimisation through the fixed-time core, file by file, beside plain HiGHS and CP-SAT (--peers).

    python -m benchmarks smptsp FILE... --time 30 [--out FOLDER] [--peers]     one line per file
    python -m benchmarks smptsp --quick                                        made-up instances

A line: name, people, bound, readable bound (a set of tasks no two of which one person can do), proven or not,
wall seconds (processor seconds), verified or not by checkers of their own (hand-out, conflict set, prices).
With --out each verified hand-out is written as ``task,start,end,person``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from benchmarks.crew_files import (
    ShiftFile,
    best_known,
    check_conflicts,
    check_prices,
    check_shifts,
    made_up_shifts,
    read_shifts,
)
from vitri.optimise.crew import CrewOptions, FixedTimeAnswer, FixedTimeProblem, solve_fixed_time
from vitri.optimise.crew.plain import plain_programme
from vitri.optimise.crew.programme import solve

QUICK = ((8, 3, 4, 30, 1), (15, 5, 4, 30, 2), (25, 10, 3, 50, 3))


def problem_of(file: ShiftFile) -> FixedTimeProblem:
    """Turn a file into the problem that offices use."""
    qualified = np.zeros((len(file.able), len(file.jobs)), dtype=np.bool_)
    for person, able in enumerate(file.able):
        qualified[person, able] = True
    times = np.array(file.jobs, dtype=np.int64)
    return FixedTimeProblem(starts=times[:, 0], ends=times[:, 1], qualified=qualified)


def assignment_verified(file: ShiftFile, answer: FixedTimeAnswer) -> bool:
    """Whether the hand-out stands up to the checker; False without one."""
    return answer.value is not None and check_shifts(file, answer.owners) == answer.value


def bound_verified(file: ShiftFile, answer: FixedTimeAnswer) -> str | None:
    """How the bound was verified: ``set`` by hand, ``prices`` by best days, ``search`` only by an engine.

    None where a conflict set or prices do not stand up to the checkers.
    """
    if not check_conflicts(file, answer.conflict_set):
        return None
    by = "set" if len(answer.conflict_set) >= answer.bound else "search"
    if answer.prices is not None and answer.priced_bound is not None:
        if not check_prices(file, answer.prices, answer.priced_bound - 1):
            return None
        if by == "search" and answer.priced_bound >= answer.bound:
            by = "prices"
    return by


def write(file: ShiftFile, owners: tuple[int, ...], folder: Path) -> None:
    """Write a hand-out under a temporary name, then rename it."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.name}.csv"
    part = target.with_suffix(".part")
    rows = [f"{t},{start},{end},{owners[t]}" for t, (start, end) in enumerate(file.jobs)]
    part.write_text("\n".join(["task,start,end,person", *rows, ""]), encoding="utf-8")
    part.replace(target)


def run(
    file: ShiftFile, limit: float, peers: bool, out: Path | None, known: int | None
) -> tuple[bool, float]:
    """Solve one file and print its lines; returns whether it is proven and verified, and the seconds."""
    busy = time.process_time()
    answer = solve_fixed_time(problem_of(file), CrewOptions(time_limit_s=limit))
    busy = time.process_time() - busy
    good, bound_by = assignment_verified(file, answer), bound_verified(file, answer)
    words = {
        "set": "bound verified by readable set",
        "prices": "bound verified by prices",
        "search": "bound by complete search only",
        None: "BOUND NOT VERIFIED",
    }
    hand_out = "assignment verified" if good else "NO ASSIGNMENT" if answer.value is None else "NOT VERIFIED"
    proven = answer.status == "optimal"
    best = "" if known is None else f"  published {known}"
    print(
        f"{file.name:<38} people {answer.value!s:>5}  bound {answer.bound:>4}  readable "
        f"{answer.readable_bound:>4}  {'proven' if proven else 'open':<6} "
        f"{answer.seconds:6.2f} s ({busy:6.2f})  "
        f"{hand_out}, {words[bound_by]}{best}",
        flush=True,
    )
    if out is not None and good and answer.owners is not None:
        write(file, answer.owners, out)
    for engine in ("highs", "cp_sat") if peers else ():
        began = time.monotonic()
        programme, _, _ = plain_programme(problem_of(file))
        found = solve(programme, engine, limit, workers=1 if engine == "highs" else 8)
        bound = found.value if found.outcome == "optimal" else found.bound
        print(
            f"  {engine:<36} people {found.value!s:>5}  bound {bound!s:>4}  "
            f"{'proven' if found.outcome == 'optimal' else 'open':<6} {time.monotonic() - began:6.2f} s",
            flush=True,
        )
    return proven and good and bound_by is not None, answer.seconds


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks smptsp")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--time", type=float, default=30.0, help="wall seconds per file (default 30)")
    parser.add_argument("--out", type=Path, help="folder for the verified hand-outs")
    parser.add_argument("--peers", action="store_true", help="HiGHS and CP-SAT on the plain programme")
    parser.add_argument("--quick", action="store_true", help="small made-up instances with known optimum")
    arguments = parser.parse_args()
    if arguments.quick or not arguments.files:
        for people, idle, each, skill, seed in QUICK:
            file = made_up_shifts(people, idle, each, skill, seed)
            assert run(file, arguments.time, arguments.peers, arguments.out, people)[0]
        return
    known: dict[str, int] = {}
    results: list[tuple[bool, float]] = []
    for path in arguments.files:
        known = known or best_known(path.parent)
        result = run(read_shifts(path), arguments.time, arguments.peers, arguments.out, known.get(path.stem))
        results.append(result)
    times = sorted(seconds for _, seconds in results)
    done = sum(good for good, _ in results)
    print(f"{done} of {len(results)} proven and verified; median {times[len(times) // 2]:.2f} s")


if __name__ == "__main__":
    main()
