"""Quotas under uncertainty: how often they hold on fresh demand, beside what they claim. Synthetic data.

Every setting makes offices with routine and casework groups, sets quotas in every way and simulates them.
The claim of a quota is its probability on the scenarios it was set on; the coverage is its share in fresh
draws. Returns 1 where a coverage is more than two points off its claim.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import numpy as np

from vitri.optimise.cost import Service
from vitri.optimise.demand_cube import SHARED, Cube
from vitri.optimise.lex import packing
from vitri.optimise.office_plan import Objective, Setting
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.size import Posed
from vitri.optimise.uncertainty import PLANS, Question, Study
from vitri.optimise.uncertainty.crews import pooled_crews
from vitri.optimise.uncertainty.scenarios import UNIT, Futures
from vitri.optimise.uncertainty.study import judge
from vitri.optimise.uncertainty.variation import Variation

MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
#: Name, offices, groups, variation of routine and of casework, futures as (probability, growth, absence).
CASES: tuple[tuple[str, int, int, float, float, tuple[tuple[int, float, int], ...]], ...] = (
    ("routine work", 8, 8, 0.10, 0.20, ((10_000, 0.0, 0),)),
    ("half casework", 8, 8, 0.15, 0.60, ((10_000, 0.0, 0),)),
    ("casework, many offices", 40, 6, 0.20, 0.80, ((10_000, 0.0, 0),)),
    ("futures: growth, sick year", 8, 8, 0.15, 0.40, ((6_000, 0.0, 0), (2_500, 0.08, 0), (1_500, 0.0, 600))),
)


def make(
    offices: int,
    groups: int,
    routine: float,
    casework: float,
    declared: tuple[tuple[int, float, int], ...],
    seed: int,
) -> tuple[Posed, Futures, Variation]:
    """Make offices whose even groups are routine work and odd ones casework, sized by need."""
    rng = np.random.default_rng(seed)
    mean = (
        rng.lognormal(9.0, 0.5, (offices, groups, 1, 1))
        * rng.dirichlet([3, 4, 2], (offices, groups))[:, :, :, None]
    )
    minutes = (mean * rng.gamma(40, 1 / 40, (offices, groups, 1, 12))).astype(np.int64)
    cube = Cube(
        tuple(f"O{o:03d}" for o in range(offices)),
        tuple((o, SHARED) for o in range(offices)),
        tuple(f"G{g:02d}" for g in range(groups)),
        MONTHS,
        minutes,
        np.full((offices, 12), 8568, dtype=np.int64),
    )
    service = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 200, 2000), tuple(range(12)))
    setting = Setting(
        np.ones((groups, groups), dtype=bool),
        3,
        8,
        2,
        (False,) * groups,
        service,
        Objective((("posts", ()),), packing([10**6])),
        by_need=True,
    )
    leaves = tuple(Node(code, NO_CEILING, 0, (), o) for o, code in enumerate(cube.offices))
    tree = Tree((*leaves, Node("all", NO_CEILING, 0, tuple(range(offices)))))
    unused: Any = None  # the limits of a real plan are not looked at here
    posed = Posed(unused, cube, (), (False,) * groups, "need", tree, setting, ())
    volume = np.array([[[UNIT * (1 + growth)] * 12] * groups for _, growth, _ in declared])
    futures = Futures(
        tuple(str(i) for i in range(len(declared))),
        np.array([probability for probability, _, _ in declared], dtype=np.int64),
        np.rint(volume).astype(np.int64),
        np.array([absence for _, _, absence in declared], dtype=np.int64),
    )
    shape = (offices, groups, 12)
    cv = np.where(np.arange(groups)[None, :, None] % 2, casework, routine) * np.ones(shape)
    return posed, futures, Variation(cv, np.ones(shape), np.ones(shape), 0, int(minutes.sum()))


def study(case: tuple[Any, ...], question: Question, seed: int) -> Study:
    """Make a case and judge it, every office pooled."""
    posed, futures, variation = make(*case, seed)
    return judge(posed, pooled_crews(posed), futures, variation, question, upper_deviations=2.0, pooled=True)


def main(arguments: list[str]) -> int:
    """Run the settings and print claim beside coverage; returns 1 where one is two points or more off."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks uncertainty", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three settings, fewer draws")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    cases = [case for case in CASES if case[1] <= 8] if options.quick else CASES
    draws = (2_000, 4_000) if options.quick else (4_000, 20_000)
    worst = 0.0
    print("setting · asked | posts: average → service | claim, coverage: mean over offices | largest error")
    for name, *case in cases:
        for probability in (8_000, 9_000, 9_500):
            question = Question(
                probability_dec2=probability, scenarios=draws[0], simulations=draws[1], seed=options.seed
            )
            started = time.process_time()
            found = study(tuple(case), question, options.seed)
            spent = time.process_time() - started
            rows = found.quotas.set_index(["plan", found.quotas["office"].fillna("")])
            off = (rows["planned_pct"] - rows["simulated_pct"]).abs() / 100
            of_whole = {plan: rows.loc[(plan, "")] for plan in PLANS}
            worst = max(worst, float(off.loc["service"].max()))
            average, service = of_whole["average"], of_whole["service"]
            print(
                f"{name} · {probability / 100:.0f} % | {average['posts']} → {service['posts']} | "
                f"service {service['planned_pct'] / 100:.2f} %, {service['simulated_pct'] / 100:.2f} %; "
                f"average alone {average['simulated_pct'] / 100:.2f} % "
                f"(fails {100 - average['simulated_pct'] / 100:.0f} %); "
                f"expected cost {of_whole['expected']['simulated_pct'] / 100:.2f} %; "
                f"Γ=2 {of_whole['robust']['simulated_pct'] / 100:.2f} % | "
                f"{float(off.loc['service'].max()):.2f} points | {spent:.1f} s"
            )
    print(f"largest error of a claim: {worst:.2f} points ({'within' if worst <= 2 else 'beyond'} 2)")
    return int(worst > 2)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
