"""The study of a scenario's quotas under uncertainty: seven ways to set them, side by side, and simulated.

`nominal` knows the planned work only. Under the same ceilings, `expected` shares posts out at the least
expected cost, `worst` at the least cost of the worst case, and `fair` so that the office that keeps the
service rule least often keeps it as often as can be. Without ceilings, `average` is the fewest posts that
keep the rule if all goes as planned, `service` the fewest that keep it with the probability asked for,
`robust` the fewest that keep it whichever task groups of the budget rise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.optimise.engine import IntArray, SolveOptions, Watch
from vitri.optimise.size import Posed, pose
from vitri.optimise.uncertainty.crews import Crew, crews_of_run, pooled_crews
from vitri.optimise.uncertainty.draws import stream
from vitri.optimise.uncertainty.fair import fair_plan
from vitri.optimise.uncertainty.offices import MOST_POSTS, Uncertain, outlook_of, planned_left
from vitri.optimise.uncertainty.prospect import Plan, Prospect, Question
from vitri.optimise.uncertainty.scenarios import Futures, fresh_draws, futures_of, planned_draws
from vitri.optimise.uncertainty.sharing import limited, office_floors, office_room, share, with_crews
from vitri.optimise.uncertainty.variation import Variation, variation_of
from vitri.policy import PlanningModel
from vitri.workload import Workload

#: The ways to set quotas, in the order of the tables.
PLANS = ("nominal", "expected", "worst", "fair", "average", "service", "robust")


@dataclass(frozen=True)
class Study:
    """What was found; `quotas` and `curves` are run tables (`vitri.plan.uncertainty_tables`).

    `total` is the sum of the draws' weights, `random` whether anything was drawn at all, `varying_pct` the
    share of minutes with a stated variation, in hundredths of a percent, `class_quotas` whether quotas by
    class of post are in force, which crews do not know.
    """

    question: Question
    plans: Mapping[str, Plan]
    quotas: pd.DataFrame
    curves: pd.DataFrame
    futures: tuple[str, ...]
    draws: int
    total: int
    random: bool
    varying_pct: int
    pooled: bool
    class_quotas: bool = False


def assess(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    time_fund: pd.DataFrame,
    question: Question | None = None,
    *,
    run: Mapping[str, pd.DataFrame] | None = None,
    watch: Watch | None = None,
) -> Study:
    """Set quotas in seven ways and try each on fresh demand.

    `run` are the tables of a run: its sets of posts are then the crews, and its posts the nominal plan;
    without one every office is pooled. Raises `NoPlanError` where limits leave no way, `DataError` where the
    demand scenarios cannot be used.
    """
    question = question or Question()
    posed = pose(instance, model, workload, time_fund, watch or Watch(SolveOptions()))
    crews = pooled_crews(posed) if run is None else crews_of_run(posed, run["post_groups"], run["duties"])
    futures = futures_of(model, posed.cube.groups, posed.cube.months)
    variation = variation_of(instance, model, workload, posed.cube)
    return judge(
        posed,
        crews,
        futures,
        variation,
        question,
        upper_deviations=float(model.uncertainty.upper_deviations),
        pooled=run is None,
    )


def judge(
    posed: Posed,
    crews: tuple[Crew, ...],
    futures: Futures,
    variation: Variation,
    question: Question,
    *,
    upper_deviations: float,
    pooled: bool,
) -> Study:
    """Set the quotas of crews (every office has one or more, in the order of offices) and try them."""
    from vitri.optimise.uncertainty.tables import curve_table, quota_table

    uncertain = Uncertain(
        futures,
        variation if variation.any else None,
        planned_draws(futures, question.scenarios, random=variation.any),
        fresh_draws(futures, question.simulations, stream(question.seed, "simulation", "")),
        question.seed,
    )
    left = planned_left(posed)
    room = office_room(posed.tree)
    crews_of = tuple(
        tuple(i for i, crew in enumerate(crews) if crew.office == office) for office in range(len(room))
    )
    offices = tuple(
        outlook_of(
            posed,
            [crews[i] for i in crews_of[office]],
            uncertain,
            left,
            probability_dec2=question.probability_dec2,
            budget=question.budget,
            most=min(room[office], MOST_POSTS),
            upper_deviations=upper_deviations,
        )
        for office in range(len(room))
    )
    prospect = Prospect(posed, posed.tree, crews, crews_of, offices, uncertain, question)
    plans = _plans(prospect)
    return Study(
        question,
        plans,
        quota_table(prospect, plans),
        curve_table(prospect, plans),
        tuple(name for name in futures.names if name),
        len(uncertain.planned.weight),
        uncertain.planned.total,
        variation.any,
        0 if not variation.minutes else round(10_000 * variation.varying_minutes / variation.minutes),
        pooled,
        posed.sides is not None,
    )


def _plans(p: Prospect) -> dict[str, Plan]:
    """Set the posts of every crew in each of the ways."""
    outlooks = [outlook for office in p.offices for outlook in office.outlooks]
    order = [i for office in p.crews_of for i in office]
    assert order == list(range(len(p.crews)))
    nominal = _nominal(p)
    tree = limited(p.tree, int(nominal.posts.sum()))
    opened = with_crews(tree, p.crews_of)
    expected = share([o.expected for o in outlooks], opened)
    # a cost that no set exceeds is the promise; the cost that some set reaches bounds every other plan
    worst = share([o.worst.bound for o in outlooks], opened)
    reached = share([o.worst.cost for o in outlooks], opened).value
    service = np.array([k for office in p.offices for k in office.reliable.posts], dtype=np.int64)
    robust = np.array([o.worst_need.posts for o in outlooks], dtype=np.int64)
    return {
        "nominal": nominal,
        "expected": Plan(expected.posts, "cost", expected.value, expected.value, "optimal"),
        "worst": Plan(
            worst.posts, "cost", worst.value, reached, "optimal" if worst.value == reached else "feasible"
        ),
        "fair": fair_plan(p, tree),
        "average": _average(p),
        "service": _needed(p, service, [office.reliable.bound for office in p.offices]),
        "robust": _needed(
            p, robust, [sum(o.worst_need.bound for o in office.outlooks) for office in p.offices]
        ),
    }


def _needed(p: Prospect, posts: IntArray, bounds: list[int]) -> Plan:
    """Return posts that are needed, raised to the offices' floors; `bounds` are by office."""
    posts = posts.copy()
    floors = office_floors(p.tree)
    bound = 0
    for crews, floor, least in zip(p.crews_of, floors, bounds, strict=True):
        posts[crews[0]] += max(0, floor - int(posts[list(crews)].sum()))
        bound += max(least, floor)
    total = int(posts.sum())
    return Plan(posts, "posts", total, bound, "optimal" if total == bound else "feasible")


def _nominal(p: Prospect) -> Plan:
    """Return the run's posts, else the planned work's need, else its least cost under the ceilings."""
    outlooks = [outlook for office in p.offices for outlook in office.outlooks]
    given = [crew.posts for crew in p.crews if crew.posts is not None]
    if len(given) == len(p.crews):
        return Plan(np.array(given, dtype=np.int64), "posts", sum(given), 0, "feasible")
    if p.posed.sizing == "need":
        return _average(p)
    found = share([o.nominal for o in outlooks], with_crews(p.tree, p.crews_of))
    return Plan(found.posts, "cost", found.value, found.value, "optimal")


def _average(p: Prospect) -> Plan:
    """Return the fewest posts that keep the rule if all goes as planned."""
    needs = [o.nominal_need for office in p.offices for o in office.outlooks]
    bounds = [sum(o.nominal_need for o in office.outlooks) for office in p.offices]
    return _needed(p, np.array(needs, dtype=np.int64), bounds)
