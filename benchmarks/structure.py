"""Structure and quota together: vitri's price search beside one big integer programme given to HiGHS.

Both get the same bundles, costs and ceiling in the same run, and the answers are compared. Synthetic data.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time

import numpy as np
from ortools.math_opt.python import mathopt

from vitri.optimise.bundles import bundles, membership
from vitri.optimise.cost import Service, price
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.structure import PricedBundles, design_structure

MONTHS = 12
FUND = np.full(MONTHS, 8568, dtype=np.int64)
SERVICE = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 200, 2000), tuple(range(MONTHS)))
CASES = ((8, 12, 4, 1.05), (8, 16, 5, 1.0), (8, 20, 5, 1.05), (40, 16, 5, 1.05))


def make(offices: int, groups: int, size: int, share: float, seed: int) -> tuple[PricedBundles, Tree, int]:
    """Make a case: offices × groups, bundles of at most `size`, a ceiling of `share` times the workload."""
    rng = np.random.default_rng(seed)
    scale = (
        rng.lognormal(8.0, 0.8, groups)[None, :, None, None]
        * rng.lognormal(0, 0.4, offices)[:, None, None, None]
    )
    mix = rng.dirichlet([3, 4, 2], (offices, groups))[:, :, :, None]
    minutes = (scale * mix * rng.gamma(6, 1 / 6, (offices, groups, 1, MONTHS))).astype(np.int64)
    upper = np.triu(rng.random((groups, groups)) < 0.6, 1)
    held = membership(bundles(upper | upper.T, size), groups)
    demand = np.einsum("bg,ogpm->bopm", held.astype(np.int64), minutes)
    layers = [price(demand, FUND, 0, SERVICE)]
    while layers[-1].any():
        layers.append(price(demand, FUND, len(layers), SERVICE))
    ceiling = int(share * minutes.sum() / (FUND.sum()))
    leaves = tuple(Node(str(o), NO_CEILING, 0, (), o) for o in range(offices))
    tree = Tree((*leaves, Node("all", ceiling, 0, tuple(range(offices)))))
    data = PricedBundles(
        held,
        np.stack(layers, axis=-1),
        tuple(range(offices)),
        (0,) * offices,
        np.ones((1, groups), dtype=bool),
    )
    return data, tree, ceiling


def monolith(data: PricedBundles, ceiling: int, seconds: float) -> tuple[float | None, float, float]:
    """Solve the same problem as one integer programme in HiGHS; return value, bound and seconds."""
    count, offices = data.cost.shape[:2]
    model = mathopt.Model()
    chosen = [model.add_binary_variable() for _ in range(count)]
    cost: list[mathopt.LinearTypes] = []
    posts: list[mathopt.LinearTypes] = []
    for bundle in range(count):
        for office in range(offices):
            column = data.cost[bundle, office]
            last = int(np.argmin(column))
            ways = [model.add_binary_variable() for _ in range(last + 1)]
            model.add_linear_constraint(mathopt.fast_sum(ways) == chosen[bundle])
            cost += [int(column[k]) * way for k, way in enumerate(ways)]
            posts += [k * way for k, way in enumerate(ways)]
    for group in range(data.membership.shape[1]):
        model.add_linear_constraint(
            mathopt.fast_sum([chosen[int(b)] for b in np.flatnonzero(data.membership[:, group])]) == 1
        )
    model.add_linear_constraint(mathopt.fast_sum(posts) <= ceiling)
    model.minimize(mathopt.fast_sum(cost))
    started = time.perf_counter()
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(time_limit=dt.timedelta(seconds=seconds), relative_gap_tolerance=0.0),
    )
    spent = time.perf_counter() - started
    value = result.objective_value() if result.has_primal_feasible_solution() else None
    return value, result.best_objective_bound(), spent


def main(arguments: list[str]) -> int:
    """Run the cases and print one line for each; returns 1 where proven answers differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks structure", description=__doc__)
    parser.add_argument("--time", type=float, default=60.0, help="seconds for HiGHS on each case")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print("case · bundles · ceiling | vitri: value bound seconds | HiGHS: value bound seconds | ratio")
    wrong = 0
    for offices, groups, size, share in CASES:
        data, tree, ceiling = make(offices, groups, size, share, options.seed)
        started = time.perf_counter()
        plan = design_structure(data, tree, Watch(SolveOptions()))
        spent = time.perf_counter() - started
        assert plan is not None
        value, bound, peer = monolith(data, ceiling, options.time)
        proven = value is not None and value - bound < 0.5
        if plan.status == "optimal" and proven and abs(plan.cost - (value or 0)) > 0.5:
            wrong = 1
        shown = "–" if value is None else f"{value:,.0f}"
        print(
            f"{offices} × {groups} · {len(data.membership)} · {ceiling} | "
            f"{plan.cost:,} {plan.bound:,} {spent:.2f} {plan.status} | "
            f"{shown} {bound:,.0f} {peer:.2f} {'proven' if proven else 'not proven'} | "
            f"{peer / spent:.0f}×"
        )
    return wrong


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
