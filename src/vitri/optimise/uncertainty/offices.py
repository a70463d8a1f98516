"""What is known of every office before posts are shared out: curves of its crews, and their needs by draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.cost import posts_needed
from vitri.optimise.demand_cube import remainder
from vitri.optimise.engine import IntArray
from vitri.optimise.size import Posed
from vitri.optimise.uncertainty.crews import Crew
from vitri.optimise.uncertainty.draws import office_demand, stream
from vitri.optimise.uncertainty.expected import expected_curve
from vitri.optimise.uncertainty.reliable import Reliable, least_posts
from vitri.optimise.uncertainty.scenarios import UNIT, Draws, Futures
from vitri.optimise.uncertainty.variation import Variation
from vitri.optimise.uncertainty.worst import WorstCost, WorstNeed, worst_cost, worst_need

MOST_POSTS = 10_000


@dataclass(frozen=True)
class Outlook:
    """One crew: its cost by posts as planned, expected and at worst, and its needs.

    `nominal` and `expected` are cost by number of posts (`expected` times the draws' total weight);
    `nominal_need` the posts the planned work needs.
    """

    nominal: IntArray
    expected: IntArray
    worst: WorstCost
    nominal_need: int
    worst_need: WorstNeed


@dataclass(frozen=True)
class OfficeOutlook:
    """One office: its crews' outlooks, their needs (draw, crew) planned and simulated, its own quota.

    `fresh` are the needs in the simulation, which no quota was made from.
    """

    outlooks: tuple[Outlook, ...]
    needs: IntArray
    fresh: IntArray
    reliable: Reliable


@dataclass(frozen=True)
class Uncertain:
    """What varies: the declared futures, the cells' variation (None: nothing), the draws, and the seed."""

    futures: Futures
    variation: Variation | None
    planned: Draws
    fresh: Draws
    seed: int


def outlook_of(
    posed: Posed,
    crews: Sequence[Crew],
    uncertain: Uncertain,
    left: IntArray,
    *,
    probability_dec2: int,
    budget: int,
    most: int,
    upper_deviations: float,
) -> OfficeOutlook:
    """Work out one office; `left` is the planned work that fixed posts leave, `most` its ceiling in posts."""
    service = posed.setting.service
    code = posed.cube.offices[crews[0].office]
    nominal_fund = posed.cube.fund[crews[0].office]
    args = (posed, crews, uncertain.futures, uncertain.variation)
    demand = office_demand(*args, uncertain.planned, stream(uncertain.seed, "plan", code))
    fresh = office_demand(*args, uncertain.fresh, stream(uncertain.seed, "simulation", code))
    needs = np.stack([posts_needed(minutes, demand.fund, service) for minutes in demand.minutes], axis=1)
    outlooks = []
    for crew, minutes in zip(crews, demand.minutes, strict=True):
        base, rise = deviations(posed, crew, uncertain, left, upper_deviations)
        outlooks.append(
            Outlook(
                expected_curve(base[None], nominal_fund[None], np.ones(1, dtype=np.int64), service, most),
                expected_curve(minutes, demand.fund, uncertain.planned.weight, service, most),
                worst_cost(base, rise, nominal_fund, service, budget, most),
                int(posts_needed(base, nominal_fund, service)),
                worst_need(base, rise, nominal_fund, service, budget),
            )
        )
    return OfficeOutlook(
        tuple(outlooks),
        needs,
        np.stack([posts_needed(minutes, fresh.fund, service) for minutes in fresh.minutes], axis=1),
        least_posts(needs, uncertain.planned.weight, probability_dec2),
    )


def planned_left(posed: Posed) -> IntArray:
    """Return the planned work that fixed posts leave, in the shape of the cube's minutes."""
    return remainder(posed.cube, posed.fixed, posed.leadership)


def deviations(
    posed: Posed, crew: Crew, uncertain: Uncertain, left: IntArray, upper_deviations: float
) -> tuple[IntArray, IntArray]:
    """Return the planned work of a crew (priority, month) and how far each group may rise (group, ...).

    The upper value of a cell: its largest declared future, times 1 + so many standard deviations of its
    norms, times the high end of its estimate. It is never below the plan.
    """
    cube = posed.cube
    groups = sorted({group for _, group in crew.cells})
    base = np.zeros(cube.minutes.shape[2:], dtype=np.int64)
    rise = np.zeros((len(groups), *base.shape), dtype=np.int64)
    possible = uncertain.futures.probability_bp > 0
    volume = uncertain.futures.volume_dec6[possible].max(axis=0) / UNIT
    for unit, group in crew.cells:
        factor = volume[group]
        if uncertain.variation is not None:
            spread = 1.0 + upper_deviations * uncertain.variation.cv[unit, group]
            factor = factor * spread * uncertain.variation.high[unit, group]
        work = left[unit, group]
        base += work
        more = np.rint(work * np.maximum(factor - 1.0, 0.0)).astype(np.int64)
        rise[groups.index(group)] += more
    return base, rise
