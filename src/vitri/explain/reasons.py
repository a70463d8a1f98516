"""The reason for each number: for every office, every position with posts, every ceiling, and the whole.

A figure is named ``total``, ``office:<office>``, ``quota:<unit>`` or ``posts:<office>:<position>`` (with
``:<pool>`` where the posts are not of the shared pool). Its reasons come in the order of telling: the chain
from work to posts, the peak, fixed posts, duties kept apart, rounding, ceiling, value of a post.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.certificates import certificates as certify
from vitri.explain.certificates import recheck as recheck
from vitri.explain.facts import FTE, Facts, Office, SizedLike, WorkloadLike, fte_dec4, gather, peak
from vitri.explain.positions import posts_today, tell_positions
from vitri.explain.ranks import tell_ranks
from vitri.explain.sentences import (
    Reasons,
    counted,
    filled,
    fte,
    listed,
    month,
    share,
    source_of,
    whole,
    words,
)
from vitri.explain.units import Units, tell_units
from vitri.i18n import N_
from vitri.policy import PlanningModel

__all__ = ["reasons", "recheck"]


def reasons(
    instance: Instance,
    model: PlanningModel,
    workload: WorkloadLike,
    time_fund: pd.DataFrame,
    sized: SizedLike,
    tables: Mapping[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the run tables ``reasons`` and ``certificates``.

    `tables` are the run's tables so far; what they hold of `posts` wins over the sizing's own.
    """
    facts = gather(instance, model, workload, time_fund, sized)
    told = Reasons()
    units = Units.of(instance, sized)
    _tell_total(told, facts, sized)
    needs = _needs(workload.needs)
    frontier = _frontier(sized.frontier)
    today = posts_today(tables.get("posts", sized.posts))
    for office in facts.offices:
        _tell_work(told, facts, office)
        _tell_fixed(told, facts, office)
        _tell_apart(told, facts, office, model)
        _tell_rounding(told, office, needs.get(office.code))
        units.tell_limits(told, facts, office)
        _tell_price(told, office, frontier.get(office.code, {}))
        tell_positions(told, facts, office, model, today)
    tell_units(told, facts, units)
    tell_ranks(told, facts, instance, model, tables)
    frame = pd.DataFrame(
        told.rows, columns=["figure", "order", "kind", "numbers", "sentence_vi", "sentence_en"]
    )
    bounds = pd.DataFrame(certify(facts, model), columns=["figure", "kind", "data", "lower_bound"])
    texts = {"figure": "str", "kind": "str"}
    frame = frame.astype(
        texts | {"order": "Int64", "numbers": "str", "sentence_vi": "str", "sentence_en": "str"}
    )
    bounds = bounds.astype(texts | {"data": "str", "lower_bound": "Int64"})
    return (
        frame.sort_values(["figure", "order"], kind="stable", ignore_index=True),
        bounds.sort_values(["figure", "kind"], kind="stable", ignore_index=True),
    )


def _needs(needs: pd.DataFrame) -> dict[str, dict[str, int]]:
    rows = needs[needs["office"].notna() & needs["pool"].isna() & needs["task_group"].isna()]
    columns = ["posts_by_position", "posts_by_pool", "posts_by_office"]
    return {
        str(office): dict(zip(columns, (int(value) for value in values), strict=True))
        for office, *values in zip(rows["office"], *(rows[c] for c in columns), strict=True)
    }


def _frontier(frontier: pd.DataFrame) -> dict[str, dict[int, int]]:
    """Return office → posts → minutes unmet or in overtime."""
    found: dict[str, dict[int, int]] = {}
    for office, posts, unmet, overtime in zip(
        *(frontier[c] for c in ("office", "posts", "unmet_minutes", "overtime_minutes")), strict=True
    ):
        found.setdefault(str(office), {})[int(posts)] = int(unmet) + int(overtime)
    return found


def _tell_total(told: Reasons, facts: Facts, sized: SizedLike) -> None:
    minutes = sum(int(office.months().sum()) for office in facts.offices)
    estimated = sum(office.estimated for office in facts.offices)
    exact = sum(
        (Fraction(int(office.months().sum()), office.year) for office in facts.offices if office.year),
        Fraction(0),
    )
    need = int(exact * FTE + Fraction(1, 2))
    posts = int(sized.totals.get("posts") or 0)
    fixed = sum(office.fixed_posts for office in facts.offices)
    told.tell(
        "total",
        "workload",
        N_(
            "{minutes} minutes of work in {offices} offices, each divided by the time of one post there: "
            "{fte} full-time equivalents; the plan has {posts} posts, {fixed} of them fixed."
        ),
        {"minutes": minutes, "offices": len(facts.offices), "fte_dec4": need, "posts": posts, "fixed": fixed},
        minutes=whole(minutes),
        offices=whole(len(facts.offices)),
        fte=fte(need),
        posts=whole(posts),
        fixed=whole(fixed),
    )
    if estimated:
        below = sum(office.below for office in facts.offices)
        above = sum(office.above for office in facts.offices)
        _tell_estimate(told, "total", minutes, estimated, below, above)
    bound = sized.totals.get("bound")
    if bound is not None:
        told.tell(
            "total",
            "workload",
            N_("It is proven that no plan that meets the service rule has fewer than {bound} posts."),
            {"bound": int(bound), "posts": posts},
            bound=whole(int(bound)),
        )
    steps = sized.steps.get("sequential_posts")
    if steps is not None:
        told.tell(
            "total",
            "rounding",
            N_(
                "With each task group rounded up by itself, the offices would ask for {steps} posts; decided "
                "together, with combined duties, the plan has {posts}."
            ),
            {"sequential_posts": int(steps), "posts": posts},
            steps=whole(int(steps)),
            posts=whole(posts),
        )


def _tell_estimate(told: Reasons, figure: str, minutes: int, estimated: int, below: int, above: int) -> None:
    told.tell(
        figure,
        "workload",
        N_(
            "{estimated} minutes of it ({share}) are estimated, not registered; by the range of the "
            "estimates all work is {low} to {high} minutes."
        ),
        {"estimated_minutes": estimated, "minutes": minutes, "low": minutes - below, "high": minutes + above},
        estimated=whole(estimated),
        share=share(estimated, minutes),
        low=whole(minutes - below),
        high=whole(minutes + above),
    )


def _tell_work(told: Reasons, facts: Facts, office: Office) -> None:
    figure = f"office:{office.code}"
    by_month = office.months()
    minutes, fund = int(by_month.sum()), office.year
    need = fte_dec4(minutes, fund)
    told.tell(
        figure,
        "workload",
        N_(
            "{minutes} minutes of work in {months} months; one post has {fund} minutes: {minutes} / {fund} = "
            "{fte} full-time equivalents."
        ),
        {"minutes": minutes, "months": len(facts.months), "fund_minutes": fund, "fte_dec4": need},
        minutes=whole(minutes),
        months=whole(len(facts.months)),
        fund=whole(fund),
        fte=fte(need),
    )
    if office.irregular:
        told.tell(
            figure,
            "workload",
            N_("{minutes} minutes of irregular work are assigned each month, but are no basis for posts."),
            {"irregular_minutes": office.irregular},
            minutes=whole(office.irregular),
        )
    if office.estimated:
        _tell_estimate(told, figure, minutes, office.estimated, office.below, office.above)
    if minutes:
        at = peak(by_month, office.fund)
        top = fte_dec4(int(by_month[at]), int(office.fund[at]))
        told.tell(
            figure,
            "peak",
            N_(
                "Peak month {month}: {minutes} minutes against the {fund} of one post are {fte} full-time "
                "equivalents, {share} of the average."
            ),
            {
                "month": facts.months[at],
                "minutes": int(by_month[at]),
                "fund_minutes": int(office.fund[at]),
                "fte_dec4": top,
                "average_fte_dec4": need,
            },
            month=month(facts.months[at]),
            minutes=whole(int(by_month[at])),
            fund=whole(int(office.fund[at])),
            fte=fte(top),
            share=share(top, need),
        )


def _tell_fixed(told: Reasons, facts: Facts, office: Office) -> None:
    figure = f"office:{office.code}"
    fixed = [group for group in office.groups if group.fixed and group.posts]
    own = sum(first for first, _ in office.by_fixed.values())
    free = sum(second for _, second in office.by_fixed.values())
    if fixed:
        heads: dict[str, int] = {}
        for group in fixed:
            heads[group.position] = heads.get(group.position, 0) + group.posts
        told.tell(
            figure,
            "fixed",
            N_(
                "{posts} fixed posts, elected or leading, not sized by workload: {positions}. They do "
                "{minutes} minutes, {free} of them other work from the free share of their time."
            ),
            {"fixed_posts": office.fixed_posts, "minutes": own + free, "free_minutes": free},
            posts=whole(office.fixed_posts),
            positions=counted(
                [(facts.name("positions", code), count) for code, count in sorted(heads.items())]
            ),
            minutes=whole(own + free),
            free=whole(free),
        )
    left = int(office.left(office.sized_cells).sum())
    excess = int(office.months().sum()) - own - free - left
    if excess > 0:
        told.tell(
            figure,
            "fixed",
            N_("{minutes} minutes of leadership work exceed their time; no sized post may take them."),
            {"excess_minutes": excess},
            minutes=whole(excess),
        )
    need = fte_dec4(left, office.year)
    sized = office.posts - office.fixed_posts
    told.tell(
        figure,
        "workload",
        N_(
            "{left} minutes are left for the sized posts: {left} / {fund} = {fte} full-time equivalents; the "
            "plan gives {posts} posts."
        ),
        {"left_minutes": left, "fund_minutes": office.year, "fte_dec4": need, "sized_posts": sized},
        left=whole(left),
        fund=whole(office.year),
        fte=fte(need),
        posts=whole(sized),
    )


def _tell_apart(told: Reasons, facts: Facts, office: Office, model: PlanningModel) -> None:
    """Say which duties with work here may not be held by one person, and what that asks for."""
    figure = f"office:{office.code}"
    groups: dict[str, list[str]] = {}
    for group in sorted({group for _, group in office.work}):
        if group in facts.duty:
            groups.setdefault(facts.duty[group], []).append(facts.name("task_groups", group))
    for pair in model.forbidden_pair:
        if pair.a not in groups or pair.b not in groups:
            continue
        told.tell(
            figure,
            "forbidden_pair",
            N_(
                "{first} ({a}) and {second} ({b}) may not be held by one person: doing both takes two people "
                "{source}."
            ),
            {"duties": [pair.a, pair.b], "people": 2, "legal": pair.status == "law"},
            first=listed(groups[pair.a]),
            second=listed(groups[pair.b]),
            a=facts.name("duty", pair.a),
            b=facts.name("duty", pair.b),
            source=source_of(pair.source, pair.status),
        )


def _tell_rounding(told: Reasons, office: Office, need: Mapping[str, int] | None) -> None:
    if need is None:
        return
    told.tell(
        f"office:{office.code}",
        "rounding",
        N_(
            "Rounded task group by task group this work would ask for {by_group} posts, pool by pool for "
            "{by_pool}, over the whole office for {by_office}. The plan has {posts}: posts are rounded once "
            "over all that one person may hold, never position by position."
        ),
        {**need, "posts": office.posts},
        by_group=whole(need["posts_by_position"]),
        by_pool=whole(need["posts_by_pool"]),
        by_office=whole(need["posts_by_office"]),
        posts=whole(office.posts),
    )


def _tell_price(told: Reasons, office: Office, undone: Mapping[int, int]) -> None:
    """Say what one more post would buy and what one fewer would cost, from the office's curve."""
    posts = office.posts
    if posts not in undone:
        return
    figure = f"office:{office.code}"
    here = undone[posts]
    more = None if posts + 1 not in undone else here - undone[posts + 1]
    less = None if posts - 1 not in undone else undone[posts - 1] - here
    numbers: dict[str, object] = {
        "posts": posts,
        "undone_minutes": here,
        "one_more_minutes": more,
        "one_fewer_minutes": less,
    }
    buys = (
        words(N_("No larger number of posts was priced."))
        if more is None
        else words(N_("One more post would bring nothing."))
        if more <= 0
        else filled(N_("One more post would take off {minutes} of them."), minutes=whole(more))
    )
    costs = (
        words(N_("With one post fewer no plan keeps the rules of the planning model."))
        if less is None
        else filled(N_("One post fewer would add {minutes}."), minutes=whole(less))
    )
    told.tell(
        figure,
        "price",
        N_("With {posts} posts {minutes} minutes are overtime or stay undone. {more} {less}"),
        numbers,
        posts=whole(posts),
        minutes=whole(here),
        more=buys,
        less=costs,
    )
