"""Random cases small enough to try everything: is what is called proven really the least, every time?

Run ``python -m benchmarks tiny [--cases N] [--quick]``. Each line is one question over so many cases drawn by
number (the same every time): how many points were compared, how many had no plan by both, how many were
wrong. Then what must hold between neighbouring cases. Anything wrong is printed and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from benchmarks.oracles import frontier as frontiers
from benchmarks.oracles import office as offices
from benchmarks.oracles import pooling, sharing, structure
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.frontier import office_frontier
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.office_plan import plan_office
from vitri.optimise.quota import Tree, share_by_curve
from vitri.optimise.sharing.ceilings import ceiling_curve
from vitri.optimise.structure import StructurePlan, design_structure

CASES = 1_000
QUICK = 40


@dataclass(frozen=True)
class Compared:
    """One case: points compared, whether there was no plan at all, and what is wrong."""

    points: int
    none: bool
    wrong: tuple[str, ...] = ()


def _solved(seed: int, **changes: object) -> StructurePlan | None:
    data, tree = structure.tiny(seed, floors=seed % 2 == 0)
    return design_structure(replace(data, **changes), tree, Watch(SolveOptions()))  # type: ignore[arg-type]


def nested_structure(seed: int) -> Compared:
    """Structure and quotas under nested ceilings, floors and caps: the least over all partitions."""
    data, tree = structure.tiny(seed, floors=seed % 2 == 0)
    plan, least = _solved(seed), structure.brute_force(data, tree)
    if plan is None or least is None:
        return Compared(1, True, () if plan is least else (f"{plan and plan.cost} instead of {least}",))
    structure.check(data, tree, plan)
    right = plan.cost == plan.bound == least and plan.status == "optimal"
    return Compared(1, False, () if right else (f"{plan.cost} ≥ {plan.bound} instead of {least}",))


def whole_frontier(seed: int) -> Compared:
    """One office, every number of posts, by both methods; every second case has nothing convex."""
    columns = (frontiers.tiny if seed % 2 else frontiers.odd)(seed)
    expected = frontiers.enumerate_frontier(columns)
    wrong = []
    for method in ("subsets", "prices"):
        found = office_frontier(columns, frontiers.MOST, method=method)  # type: ignore[arg-type]
        if found.values() != expected:
            wrong.append(f"{method}: {found.values()} instead of {expected}")
        if found.proven() < len(found.points) or not all(p.check(columns) for p in found.points):
            wrong.append(f"{method}: a point is not proven")
    known = sum(value is not None for value in expected)
    return Compared(2 * len(expected), not known, tuple(wrong))


def combined_duties(seed: int) -> Compared:
    """One office with kiêm nhiệm and pools, every number of posts: the least over all ways to combine."""
    cube, setting, positions = offices.tiny(seed, by_need=bool(seed % 2))
    if not cube.minutes.any():
        return Compared(0, True)
    curve = plan_office(cube, cube.minutes, 0, positions, setting, most_posts=3).curve
    expected = offices.enumerate_curve(cube, setting, positions)
    found = {k: tuple(map(int, row)) for k, row in enumerate(curve.cost) if row[0] < INFEASIBLE}
    wrong = [f"{k} posts: {c} instead of {expected.get(k)}" for k, c in found.items() if expected.get(k) != c]
    # posts beyond what the work asks for only stand idle: the curve ends where nothing is saved
    missing = [k for k in expected if k < len(curve.cost) and k not in found]
    return Compared(len(found), False, (*wrong, *(f"{k} posts: no plan" for k in missing)))


def shared_out(seed: int) -> Compared:
    """Posts shared out under nested limits at every ceiling: the least of all ways, as solved alone."""
    curves, tree = sharing.tiny(seed)
    every = sharing.shares(curves, tree)
    wrong = []
    points = 0
    for ceiling, share in enumerate(ceiling_curve(curves, tree).shares):
        best = min((cost for used, cost in every if used <= ceiling), default=None)
        cold = share_by_curve(curves, sharing.capped(tree, ceiling))
        warm = None if share is None else tuple(share.cost.tolist())
        points += best is not None
        if warm != best or (cold is None) != (share is None):
            wrong.append(f"ceiling {ceiling}: {warm} instead of {best}")
        elif share is not None and cold is not None and share.posts.tolist() != cold.posts.tolist():
            wrong.append(f"ceiling {ceiling}: another plan than solved alone")
    return Compared(points, not points, tuple(wrong))


def higher_ceiling(seed: int) -> Compared:
    """A post more at the top is never worse."""
    data, tree = structure.tiny(seed, floors=seed % 2 == 0)
    root = tree.nodes[-1]
    costs = []
    for more in range(3):
        wider = Tree((*tree.nodes[:-1], replace(root, ceiling=root.ceiling + more)))
        plan = design_structure(data, wider, Watch(SolveOptions()))
        costs.append(None if plan is None else plan.cost)
    known = [cost for cost in costs if cost is not None]
    falls = known == sorted(known, reverse=True) and costs == [None] * (3 - len(known)) + known
    return Compared(len(known), not known, () if falls else (str(costs),))


def scaled(seed: int) -> Compared:
    """Seven times the hours of work and of every post: seven times the cost, nothing else."""
    data, _ = structure.tiny(seed, floors=seed % 2 == 0)
    service = replace(structure.SERVICE, overtime_bp=0)
    one = _solved(seed, service=service)
    seven = _solved(seed, service=service, minutes=data.minutes * 7, fund=data.fund * 7)
    if one is None or seven is None:
        return Compared(1, True, () if one is seven else ("only one has a plan",))
    return Compared(1, False, () if seven.cost == 7 * one.cost else (f"{seven.cost} for {one.cost}",))


QUESTIONS: dict[str, Callable[[int], Compared]] = {
    "structure and quota": nested_structure,
    "frontier": whole_frontier,
    "kiêm nhiệm": combined_duties,
    "sharing out": shared_out,
    "higher ceiling": higher_ceiling,
    "scaled": scaled,
}


def pooled(count: int) -> Iterable[Compared]:
    """First-priority work undone, pooled and separate, each office its own case; both proven."""
    plans = [pooling.sized(pooling.cases(pool, count)) for pool in ("shared", "own")]
    for plan, first, _ in plans:
        if (plan.levels[0].status, plan.levels[0].value) != ("optimal", int(first.sum())):
            yield Compared(0, False, ("level one is not proven",))
    for code, together, apart in zip(plans[0][1].index, plans[0][1], plans[1][1], strict=True):
        yield Compared(1, False, () if together <= apart else (f"{code}: {together} above {apart}",))


def line(name: str, cases: Iterable[Compared]) -> bool:
    """Print one line about all cases of a question; return whether nothing was wrong."""
    start = time.process_time()
    count = points = none = 0
    wrong: list[str] = []
    for count, case in enumerate(cases, 1):
        points += case.points
        none += case.none
        wrong += [f"case {count - 1}: {text}" for text in case.wrong]
    seconds = time.process_time() - start
    print(
        f"{name:<22} cases {count:>6,}  points {points:>6,}  no plan {none:>4,}  wrong {len(wrong):>3,}  "
        f"processor {seconds:6.1f} s",
        flush=True,
    )
    for text in wrong[:5]:
        print(f"    {text}")
    return not wrong


def lines(count: int) -> Iterator[bool]:
    """Ask every question of `count` cases."""
    for name, compare in QUESTIONS.items():
        yield line(name, map(compare, range(count)))
    yield line("pooled, separate", pooled(min(count, 200)))


def main(arguments: list[str] | None = None) -> int:
    """Print one line per question; 1 if any answer was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=CASES, help="cases of every question")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} cases of every question")
    options = parser.parse_args(arguments)
    return 0 if all(list(lines(QUICK if options.quick else options.cases))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
