"""Structure and quotas under ceilings: vitri's engine beside what else could be done, on the same cases.

Every case is one line: value, proven bound, gap, seconds, processor seconds, memory; below it the peers of
the same run. Proven values must agree and every plan must be worth what it claims when re-evaluated straight
from the hours, or the exit code is 1; times are printed, never judged.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.quota_cases import (
    NATIONAL,
    ONE_CEILING,
    PRINTED,
    SMALL_NESTED,
    Case,
    Made,
    as_json,
    graded,
    make,
    write,
)
from benchmarks.quota_check import faults
from benchmarks.quota_peers import Answer, greedy, monolith, on_columns, rounding
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.structure import StructurePlan, design_structure

SCALING = (100, 200, 500, 1000, 2000, 5000, 10_000)
PEER_BINARIES = 150_000


def solve(made: Made, seconds: float | None, workers: int) -> tuple[StructurePlan | None, float, float]:
    """Solve one case; return the plan, seconds and processor seconds."""
    wall, used = time.perf_counter(), time.process_time()
    watch = Watch(SolveOptions(time_limit_s=seconds, workers=workers))
    plan = design_structure(made.data, made.tree, watch)
    return plan, time.perf_counter() - wall, time.process_time() - used


def shown(plan: StructurePlan | None, wall: float, used: float) -> str:
    """Say what was found."""
    if plan is None:
        return f"no plan {wall:.2f} s"
    gap = 100 * (plan.cost - plan.bound) / max(1, plan.cost)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return (
        f"value {plan.cost:,} bound {plan.bound:,} gap {gap:.3f} % ({plan.status}) "
        f"positions {len(plan.positions[0])} valued {plan.listed} parts {plan.parts} "
        f"{wall:.2f} s (processor {used:.2f}) peak {memory:.2f} GB"
    )


def peers_of(made: Made, options: argparse.Namespace) -> dict[str, Callable[[], Answer]]:
    """Return the peers that a case of this size can be given to."""
    seconds = options.time
    found: dict[str, Callable[[], Answer]] = {"in steps (round, then cut)": lambda: rounding(made)}
    if len(made.masks) * len(made.data.office_of) < 20_000:
        found["greedy mergers"] = lambda: greedy(made)
    binaries = 8 * len(made.masks) * len(made.data.office_of)
    if binaries < PEER_BINARIES and not (options.quick and binaries > 20_000):
        found["HiGHS, one programme"] = lambda: monolith(made, seconds)
        if not made.case.provinces:
            found["HiGHS on merged columns"] = lambda: on_columns(made, "highs", seconds)
            found["CP-SAT on merged columns"] = lambda: on_columns(made, "cp-sat", seconds)
    return found


def disagrees(plan: StructurePlan | None, answer: Answer) -> bool:
    """Whether a peer's answer shows a proven plan to be wrong."""
    if plan is None or plan.status != "optimal" or answer.value is None:
        return False
    return answer.value < plan.cost or (answer.proven and answer.value != plan.cost)


def said(plan: StructurePlan | None, answers: list[Answer], walls: list[float]) -> str:
    """Say what a peer answered, and how many times longer it took: the median, and every run."""
    answer = answers[0]
    text = "no plan" if answer.value is None else f"{answer.value:,}"
    if answer.value is not None and plan is not None:
        text += f" (+{100 * (answer.value - plan.cost) / max(1, plan.cost):.2f} %)"
    if answer.bound is not None:
        text += f" bound {answer.bound:,} {'proven' if answer.proven else 'not proven'}"
    ratios = [each.seconds / max(wall, 1e-9) for each, wall in zip(answers, walls, strict=True)]
    more = "" if answer.proven or answer.bound is None else "> "
    text += f" {median(each.seconds for each in answers):.2f} s = {more}{median(ratios):.1f}×"
    if len(ratios) > 1:
        text += f" (median of {len(ratios)}: {', '.join(f'{ratio:.1f}' for ratio in ratios)})"
    return text


def run(cases: tuple[Case, ...], options: argparse.Namespace) -> int:
    """Run cases; return how many answers were wrong."""
    wrong = 0
    for case in cases:
        made = make(case)
        named = {} if options.no_peers else peers_of(made, options)
        answers: dict[str, list[Answer]] = {name: [] for name in named}
        walls: list[float] = []
        used: list[float] = []
        plan: StructurePlan | None = None
        for _ in range(options.runs):
            # vitri and its peers in turn, so that a ratio compares what ran side by side
            plan, wall, worked = solve(made, options.limit, options.workers)
            walls.append(wall)
            used.append(worked)
            for name, peer in named.items():
                answers[name].append(peer())
        text = shown(plan, median(walls), median(used))
        print(f"{case.name} · {len(made.masks)} bundles | {text}", flush=True)
        if case in PRINTED and (plan is None or plan.cost != PRINTED[case]):
            print(f"    expected {PRINTED[case]:,}")
            wrong += 1
        for fault in [] if plan is None else faults(made, plan):
            print(f"    wrong plan: {fault}")
            wrong += 1
        for name, given in answers.items():
            print(f"    {name:<28} {said(plan, given, walls)}", flush=True)
            wrong += any(disagrees(plan, answer) for answer in given)
    return wrong


def scaling(options: argparse.Namespace) -> int:
    """Solve the same problem for more and more offices; print the fitted exponent of time."""
    sizes, times = [], []
    for offices in SCALING[:4] if options.quick else SCALING:
        made = make(Case(offices, options.groups, options.size, 1.05, options.seed, provinces=34))
        plan, wall, used = solve(made, options.limit, 1)
        print(f"{offices:>6} offices · {len(made.masks)} bundles | {shown(plan, wall, used)}", flush=True)
        sizes.append(offices)
        times.append(used)
    slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
    print(f"time grows like offices^{slope:.2f} (processor seconds, least squares on logarithms)")
    return 0


def write_set(folder: Path, options: argparse.Namespace) -> int:
    """Write the graded set with value and bound of every instance."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for index, case in enumerate(graded()):
        made = make(case)
        plan, wall, used = solve(made, options.limit, options.workers)
        value, bound = (None, 0) if plan is None else (plan.cost, plan.bound)
        name = f"quota-{index:02d}.json"
        write(folder / name, as_json(made, value, bound))
        lines.append(f"{name}\t{case.name}\t{value}\t{bound}\n")
        print(f"{name} {case.name} | {shown(plan, wall, used)}", flush=True)
    write(folder / "index.tsv", "".join(["file\tcase\tvalue\tbound\n", *lines]))
    return 0


def main(arguments: list[str]) -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks quota", description=__doc__)
    parser.add_argument("--offices", type=int, help="make one case of this many offices")
    parser.add_argument("--groups", type=int, default=30)
    parser.add_argument(
        "--size", "--most-duties", type=int, default=5, help="groups in a position at most (default 5)"
    )
    parser.add_argument("--share", type=float, default=1.05, help="ceiling as a share of the work")
    parser.add_argument("--ceilings", choices=("one", "provinces", "offices"), default="provinces")
    parser.add_argument("--floors", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="small cases only")
    parser.add_argument("--national", action="store_true", help="the cases of a whole country only")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--runs", type=int, default=1, help="how often each case runs; medians are shown")
    parser.add_argument("--time", "--peer-seconds", type=float, default=60.0, help="seconds for every peer")
    parser.add_argument("--small", action="store_true", help="without the cases of a whole country")
    parser.add_argument("--limit", type=float, help="seconds for vitri (default: none)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write-set", type=Path, metavar="FOLDER")
    options = parser.parse_args(arguments)
    if options.write_set:
        return write_set(options.write_set, options)
    if options.scaling:
        return scaling(options)
    if options.offices:
        provinces = 0 if options.ceilings == "one" else min(34, options.offices)
        case = Case(
            options.offices,
            options.groups,
            options.size,
            options.share,
            options.seed,
            provinces=provinces,
            office_caps=options.ceilings == "offices",
            floors=options.floors,
        )
        return min(1, run((case,), options))
    if options.national:
        return min(1, run(NATIONAL, options))
    if options.quick:
        return min(1, run((*SMALL_NESTED[:2], ONE_CEILING[0]), options))
    return min(1, run((*ONE_CEILING, *SMALL_NESTED, *(() if options.small else NATIONAL)), options))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
