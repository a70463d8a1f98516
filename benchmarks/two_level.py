"""Two-level kiêm nhiệm: common positions, office-level posts; plan and proven bound on synthetic cases.

Every case is one line: for each level up to the first one open its value, the proven bound for every
structure and the gap; then structures tried, seconds, processor seconds and peak memory. Below it the bound
that pools everything and the same structure without combined duties, from the same run. A bound above a plan
makes the exit code 1; times are printed, never judged.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.quota_cases import HOURS, MONTHS, Case, make
from vitri.optimise.cost import Service
from vitri.optimise.demand_cube import SHARED, Cube
from vitri.optimise.engine import IntArray, SolveOptions, Watch
from vitri.optimise.free_bound import FreeBound
from vitri.optimise.lex import packing
from vitri.optimise.office_bounds import bound_curves, bound_of, raised
from vitri.optimise.office_plan import MOST_POSTS, Objective, Setting
from vitri.optimise.quota import CurveShare, share_by_curve
from vitri.optimise.search import Found, Task, evaluate, improve
from vitri.optimise.task import undone

LEVELS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("unmet_minutes", (1,)),
    ("unmet_minutes", (2,)),
    ("unmet_minutes", (3,)),
    ("overtime_minutes", ()),
    ("posts", ()),
    ("extra_duties", ()),
)
SHARES = (0.6, 0.3, 0.1)
SHORT = ("must", "normal", "may wait")


@dataclass(frozen=True)
class Size:
    """A case: so many offices and task groups, groups in a position at most, ceiling as a share of work."""

    offices: int
    groups: int
    provinces: int = 0
    share: float = 1.05
    seed: int = 1
    size: int = 5


CASES = (
    Size(8, 20),
    Size(8, 20, share=0.9),
    Size(8, 20, share=1.2),
    Size(92, 18, provinces=1),
    Size(3321, 20, provinces=34),
)
QUICK = (Size(3, 10), Size(8, 12))


def task_of(size: Size) -> Task:
    """Make the sizing problem: six minutes in ten must be done, three are normal, one may wait."""
    made = make(Case(size.offices, size.groups, size.size, size.share, size.seed, size.provinces))
    rng = np.random.default_rng(size.seed)
    family = rng.integers(0, 5, size.groups)
    level = rng.integers(1, 4, size.groups)
    spread = np.abs(family[:, None] - family[None, :])
    apart = ~np.eye(size.groups, dtype=bool)
    position = (spread <= 1) & (np.abs(level[:, None] - level[None, :]) <= 1) & apart
    cover = (spread <= 2) & apart
    minutes = np.zeros((size.offices, size.groups, 3, MONTHS), dtype=np.int64)
    total = np.rint(made.hours * 60).astype(np.int64)
    for index, part in enumerate(SHARES[1:], start=1):
        minutes[:, :, index] = (total * part).astype(np.int64)
    minutes[:, :, 0] = total - minutes.sum(axis=2)
    cube = Cube(
        tuple(f"o{o:04d}" for o in range(size.offices)),
        tuple((o, SHARED) for o in range(size.offices)),
        tuple(f"G{g:02d}" for g in range(size.groups)),
        tuple(f"2026-{m + 1:02d}" for m in range(MONTHS)),
        minutes,
        np.full((size.offices, MONTHS), round(HOURS * 60), dtype=np.int64),
    )
    service = Service(1500, (True,) * 3, (100, 10, 1), 2, (0, 0, 0), tuple(range(MONTHS)))
    posts = MOST_POSTS * size.offices
    largest = {"posts": posts, "extra_duties": 3 * posts}
    pack = packing([largest.get(name, int(minutes.sum())) for name, _ in LEVELS])
    setting = Setting(
        cover, 3, 10, 2, (False,) * size.groups, service, Objective(LEVELS, pack), by_need=False
    )
    return Task(cube, minutes, made.tree, setting, position, size.size, (0,) * size.offices)


def levels_of(task: Task, found: Found) -> str:
    """Say value, bound and gap of every level of undone work up to the first that is open."""
    assert found.plan is not None
    if found.bound is None:
        return "no bound"
    text = []
    for name, value, low in zip(
        SHORT, undone(task, found.plan.share), undone(task, found.bound), strict=False
    ):
        gap = 100 * (value - low) / max(1, value)
        text.append(f"{name} {value:,} bound {low:,} gap {gap:.2f} %")
        if value != low:
            break
    return " · ".join(text)


def _higher(one: CurveShare | None, two: CurveShare | None) -> CurveShare | None:
    """Return the higher of two bounds."""
    if one is None or two is None:
        return one or two
    return max(one, two, key=lambda share: tuple(share.cost.tolist()))


def alone(task: Task, found: Found) -> str:
    """Say what the same positions leave undone where no post holds more than one of them."""
    assert found.plan is not None
    single = replace(task, setting=replace(task.setting, most_positions=1, known={}))
    plan = evaluate(single, found.plan.positions)
    if plan is None:
        return "no plan"
    values: IntArray = np.array(undone(task, plan.share))
    return " · ".join(f"{name} {int(value):,}" for name, value in zip(SHORT, values, strict=False))


def run(size: Size, options: argparse.Namespace) -> int:
    """Run one case; return 1 where the bound lies above the plan."""
    task = task_of(size)
    watch = Watch(SolveOptions(time_limit_s=options.limit))
    wall, used = time.perf_counter(), time.process_time()
    found = improve(task, watch)
    if found.plan is None:
        print(f"{size.offices}×{size.groups}: no plan")
        return 1
    if options.refine:
        free = FreeBound(
            task.setting, task.position, task.most_groups, most_cells=options.cells, most_work=options.work
        )
        start = replace(found, bound=bound_of(task))
        again = raised(task, start, bound_curves(task), Watch(SolveOptions()), options.refine, free)
        found = replace(found, bound=_higher(found.bound, again))
    wall, used = time.perf_counter() - wall, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    name = f"{size.offices}×{size.groups} K{size.size} s{size.seed} {size.share:g}"
    print(
        f"{name} | {levels_of(task, found)} | positions {len(found.plan.positions[0])} "
        f"tried {found.evaluations} {wall:.1f} s (processor {used:.1f}) peak {memory:.2f} GB",
        flush=True,
    )
    pooled = share_by_curve(bound_curves(task), task.tree)
    if pooled is not None:
        low = " · ".join(f"{n} {v:,}" for n, v in zip(SHORT, undone(task, pooled), strict=False))
        print(f"    {'bound that pools everything':<34} {low}")
    print(f"    {'same positions, nothing combined':<34} {alone(task, found)}", flush=True)
    low_cost, cost = found.bound, found.plan.share.cost
    return int(low_cost is not None and tuple(low_cost.cost.tolist()) > tuple(cost.tolist()))


def main(arguments: list[str]) -> int:
    """Run the cases asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks two-level", description=__doc__)
    parser.add_argument("--offices", type=int, help="make one case of this many offices")
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--share", type=float, default=1.05, help="ceiling as a share of the work")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, help="time limit of a search, in seconds")
    parser.add_argument("--refine", type=int, default=0, help="offices bounded again (0: as sizing does)")
    parser.add_argument("--cells", type=int, default=18, help="groups of an office bounded exactly then")
    parser.add_argument("--work", type=int, default=4_000_000, help="steps of the bound of an office then")
    parser.add_argument("--quick", action="store_true", help="small cases only")
    options = parser.parse_args(arguments)
    cases = QUICK if options.quick else CASES
    if options.offices:
        provinces = 34 if options.offices > 500 else 1 if options.offices > 40 else 0
        cases = (Size(options.offices, options.groups, provinces, options.share, options.seed),)
    wrong = sum(run(size, options) for size in cases)
    print("every bound lies below its plan" if not wrong else f"{wrong} cases are wrong")
    return min(1, wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
