"""The tables of a study: every office under every plan, and what each number of posts would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.optimise.uncertainty.expected import at, joined
from vitri.optimise.uncertainty.interval import interval_dec2
from vitri.optimise.uncertainty.prospect import Plan, Prospect
from vitri.optimise.uncertainty.reliable import best_split, kept_weight
from vitri.optimise.uncertainty.sharing import excess

BoolArray = npt.NDArray[np.bool_]

#: Posts beyond the largest plan that the curves still show.
BEYOND = 3


def quota_table(p: Prospect, plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Write posts, costs and coverage of every office under every plan; a blank office is all together.

    Shares are hundredths of a percent. In all, `planned_pct` and `simulated_pct` are the mean over offices,
    `all_pct` the simulated share in which every office keeps the rule; the value of the fair plan is the
    lowest probability of an office. Costs are the model's, per draw.
    """
    records: list[dict[str, object]] = []
    fixed = _fixed(p)
    for name, plan in plans.items():
        by_office = [int(plan.posts[list(crews)].sum()) for crews in p.crews_of]
        over = _over(p, by_office)
        planned: list[int] = []
        kept: list[BoolArray] = []
        sums = np.zeros(2, dtype=object)
        for office, crews in enumerate(p.crews_of):
            split = tuple(int(k) for k in plan.posts[list(crews)])
            outlook = p.offices[office]
            weight = kept_weight(outlook.needs, p.uncertain.planned.weight, split)
            keeps = np.asarray((outlook.fresh <= np.array(split)).all(axis=1))
            costs = np.array(
                [
                    sum(at(o.expected, k) for o, k in zip(outlook.outlooks, split, strict=True)),
                    sum(at(o.worst.bound, k) for o, k in zip(outlook.outlooks, split, strict=True)),
                ],
                dtype=object,
            )
            planned.append(weight)
            kept.append(keeps)
            sums = sums + costs
            own = _own_bound(p, name, office)
            records.append(
                {
                    "office": p.posed.cube.offices[office],
                    "plan": name,
                    "posts": by_office[office] + fixed[office],
                    "fixed_posts": fixed[office],
                    "measure": plan.measure,
                    "value": None if own is None else by_office[office] + fixed[office],
                    "bound": None if own is None else own + fixed[office],
                    "status": plan.status if own is None or own != by_office[office] else "optimal",
                    **_shares(p, weight, int(keeps.sum())),
                    "expected_cost": _mean(costs[0], p.uncertain.planned.total),
                    "worst_cost": costs[1],
                    "over_ceiling": over[office],
                }
            )
        records.append(_together(p, name, plan, planned, kept, sums, sum(fixed), over[-1]))
    return pd.DataFrame(records)


def _together(
    p: Prospect,
    name: str,
    plan: Plan,
    planned: Sequence[int],
    kept: Sequence[BoolArray],
    sums: np.ndarray,
    fixed: int,
    over: int,
) -> dict[str, object]:
    """Return the row of all offices under one plan."""
    shift = fixed if plan.measure == "posts" else 0
    scale = p.uncertain.planned.total if name in ("expected", "fair") else 1
    unit = 10_000 if name == "fair" else 1
    given = name == "nominal" and plan.measure == "posts" and plan.bound == 0
    count = len(kept) * len(p.uncertain.fresh.future)
    return {
        "office": None,
        "plan": name,
        "posts": int(plan.posts.sum()) + fixed,
        "fixed_posts": fixed,
        "measure": plan.measure,
        "value": _mean(unit * plan.value, scale) + shift,
        "bound": None if given else _mean(unit * plan.bound, scale) + shift,
        "status": plan.status,
        "planned_pct": _mean(10_000 * sum(planned), len(planned) * p.uncertain.planned.total),
        "simulated_pct": _mean(10_000 * sum(int(k.sum()) for k in kept), count),
        "all_pct": _mean(10_000 * int(np.all(kept, axis=0).sum()), len(p.uncertain.fresh.future)),
        "expected_cost": _mean(sums[0], p.uncertain.planned.total),
        "worst_cost": sums[1],
        "over_ceiling": over,
    }


def _shares(p: Prospect, weight: int, kept: int) -> dict[str, object]:
    """Return the planned and the simulated share of draws that keep the rule, with exact intervals.

    Where only declared futures vary, the planned share is exact and needs no interval.
    """
    total, trials = p.uncertain.planned.total, len(p.uncertain.fresh.future)
    shares: dict[str, object] = {
        "planned_pct": _mean(10_000 * weight, total),
        "simulated_pct": _mean(10_000 * kept, trials),
    }
    if p.uncertain.variation is not None:
        shares["planned_low_pct"], shares["planned_high_pct"] = interval_dec2(weight, total)
    shares["simulated_low_pct"], shares["simulated_high_pct"] = interval_dec2(kept, trials)
    return shares


def _own_bound(p: Prospect, name: str, office: int) -> int | None:
    """Return the office's own bound in posts, where its plan does not depend on other offices."""
    outlook = p.offices[office]
    floor = p.tree.nodes[p.tree.ancestors()[office][0]].floor
    if name == "average":
        return max(floor, sum(o.nominal_need for o in outlook.outlooks))
    if name == "service":
        return max(floor, outlook.reliable.bound)
    if name == "robust":
        return max(floor, sum(o.worst_need.bound for o in outlook.outlooks))
    return None


def _mean(total: int, count: int) -> int:
    """Divide, halves up."""
    return int((2 * total + count) // (2 * count)) if count else 0


def _fixed(p: Prospect) -> list[int]:
    return [sum(post.posts for post in p.posed.fixed if post.office == o) for o in range(len(p.crews_of))]


def _over(p: Prospect, posts: Sequence[int]) -> list[int]:
    """Return the posts of each office above its own limit, and last those without room anywhere."""
    over = excess(p.tree, posts)
    leaves = [chain[0] for chain in p.tree.ancestors()]
    return [*(over[leaf] for leaf in leaves), over[-1]]


def curve_table(p: Prospect, plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Write for every office and number of posts the planned, expected and worst cost and the coverage."""
    records: list[dict[str, object]] = []
    weight, total = p.uncertain.planned.weight, p.uncertain.planned.total
    trials = len(p.uncertain.fresh.future)
    for office, (crews, fixed) in enumerate(zip(p.crews_of, _fixed(p), strict=True)):
        outlook = p.offices[office]
        last = max(int(plan.posts[list(crews)].sum()) for plan in plans.values()) + BEYOND
        nominal = joined([o.nominal for o in outlook.outlooks])
        expected = joined([o.expected for o in outlook.outlooks])
        worst = joined([o.worst.bound for o in outlook.outlooks])
        for posts in range(last + 1):
            split = best_split(outlook.needs, weight, posts)
            fresh = int((outlook.fresh <= np.array(split.posts)).all(axis=1).sum())
            records.append(
                {
                    "office": p.posed.cube.offices[office],
                    "posts": posts + fixed,
                    "nominal_cost": at(nominal, posts),
                    "expected_cost": _mean(at(expected, posts), total),
                    "worst_cost": at(worst, posts),
                    "planned_pct": _mean(10_000 * split.kept, total),
                    "simulated_pct": _mean(10_000 * fresh, trials),
                }
            )
    return pd.DataFrame(records)
