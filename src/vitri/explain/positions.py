"""Reasons for the posts of one position in one office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import pandas as pd

from vitri.explain.facts import Cell, Facts, Group, Office, fte_dec4, peak
from vitri.explain.sentences import Reasons, fte, listed, month, share, source_of, whole
from vitri.i18n import N_
from vitri.policy import PlanningModel

SHARED = "shared"
Today = Mapping[tuple[str, str, str], int]


def figure_of(office: str, position: str, pool: str) -> str:
    """Return the name of the figure: the posts of a position; the pool is named where it is not shared."""
    return f"posts:{office}:{position}" + ("" if pool == SHARED else f":{pool}")


def posts_today(posts: pd.DataFrame) -> Today:
    """Return (office, pool, position) → posts today, where they are known."""
    rows = posts[posts["posts_now"].notna()]
    columns = (rows[name].tolist() for name in ("office", "pool", "position", "posts_now"))
    return {(office, pool, position): int(now) for office, pool, position, now in zip(*columns, strict=True)}


def tell_positions(told: Reasons, facts: Facts, office: Office, model: PlanningModel, today: Today) -> None:
    """Tell the chain of every position with posts, and who covers the positions without."""
    for group in office.groups:
        if group.posts == 0:
            _tell_none(told, facts, office, group)
            continue
        figure = figure_of(office.code, group.position, group.pool)
        if group.fixed:
            _tell_fixed(told, facts, office, group, figure)
        else:
            _tell_sized(told, facts, office, group, figure)
            _tell_apart(told, facts, office, group, figure, model)
            _tell_covered(told, facts, office, group)
        now = today.get((office.code, group.pool, group.position))
        if now is not None:
            told.tell(
                figure,
                "workload",
                N_("Posts today: {now}; in the plan: {posts}."),
                {"posts_now": now, "posts": group.posts},
                now=whole(now),
                posts=whole(group.posts),
            )


def _groups(facts: Facts, cells: Sequence[Cell]) -> list[str]:
    return [facts.name("task_groups", code) for code in sorted({group for _, group in cells})]


def _tell_none(told: Reasons, facts: Facts, office: Office, group: Group) -> None:
    """Say what stays undone because no post was left for it, position by position."""
    for (position, pool), cells in groupby(
        sorted(group.cells, key=lambda cell: _home(office, group, cell)),
        key=lambda cell: _home(office, group, cell),
    ):
        held = list(cells)
        minutes = int(office.left(held).sum())
        if minutes:
            need = fte_dec4(minutes, office.year)
            told.tell(
                figure_of(office.code, position, pool),
                "ceiling",
                N_(
                    "No posts for {groups}: {minutes} minutes / {fund} = {fte} full-time equivalents stay "
                    "undone."
                ),
                {"minutes": minutes, "fund_minutes": office.year, "fte_dec4": need, "posts": 0},
                groups=listed(_groups(facts, held)),
                minutes=whole(minutes),
                fund=whole(office.year),
                fte=fte(need),
            )


def _home(office: Office, group: Group, cell: Cell) -> tuple[str, str]:
    """Return the position a cell belongs to, and its pool."""
    return office.home.get(cell, group.position), cell[0]


def _tell_fixed(told: Reasons, facts: Facts, office: Office, group: Group, figure: str) -> None:
    own, free = office.by_fixed.get((group.position, group.pool), (0, 0))
    need = fte_dec4(own + free, office.year)
    told.tell(
        figure,
        "fixed",
        N_(
            "Elected or leading, not sized by workload; posts: {posts}. Work done {minutes} / {fund} = {fte} "
            "full-time equivalents, of it {free} minutes for others; {share} of the time is free for that."
        ),
        {
            "posts": group.posts,
            "minutes": own + free,
            "free_minutes": free,
            "free_pct_dec2": group.free_pct,
            "fund_minutes": office.year,
            "fte_dec4": need,
        },
        posts=whole(group.posts),
        minutes=whole(own + free),
        fund=whole(office.year),
        fte=fte(need),
        free=whole(free),
        share=share(group.free_pct, 10_000),
    )


def _tell_sized(told: Reasons, facts: Facts, office: Office, group: Group, figure: str) -> None:
    main = int(office.left(group.main).sum())
    need = fte_dec4(main, office.year)
    told.tell(
        figure,
        "workload",
        N_("{groups}: {minutes} minutes / {fund} = {fte} full-time equivalents."),
        {"minutes": main, "fund_minutes": office.year, "fte_dec4": need},
        groups=listed(_groups(facts, group.main)),
        minutes=whole(main),
        fund=whole(office.year),
        fte=fte(need),
    )
    by_month = office.left(group.cells)
    total = int(by_month.sum())
    both = fte_dec4(total, office.year)
    if group.covered:
        told.tell(
            figure,
            "workload",
            N_(
                "Combined duties: these posts also do {groups}, {minutes} minutes; together {fte} full-time "
                "equivalents."
            ),
            {"covered_minutes": total - main, "minutes": total, "fte_dec4": both},
            groups=listed(_groups(facts, group.covered)),
            minutes=whole(total - main),
            fte=fte(both),
        )
    _tell_posts(told, facts, office, group, figure)


def _tell_posts(told: Reasons, facts: Facts, office: Office, group: Group, figure: str) -> None:
    """Say how the work becomes whole posts, and what the peak month asks of them."""
    by_month = office.left(group.cells)
    total, capacity = int(by_month.sum()), group.posts * office.year
    both = fte_dec4(total, office.year)
    over = total > capacity
    told.tell(
        figure,
        "ceiling" if over else "rounding",
        N_(
            "{fte} full-time equivalents on {posts} posts, {share} of their time: what is over is done in "
            "overtime or stays undone, for want of posts."
        )
        if over
        else N_(
            "{fte} full-time equivalents on {posts} posts, {share} of their time: rounded once over all they "
            "hold."
        ),
        {"fte_dec4": both, "posts": group.posts, "minutes": total, "capacity_minutes": capacity},
        fte=fte(both),
        posts=whole(group.posts),
        share=share(total, capacity),
    )
    if total:
        at = peak(by_month, office.fund)
        time = group.posts * int(office.fund[at])
        told.tell(
            figure,
            "peak",
            N_("Peak month {month}: {minutes} minutes against {time} minutes of these posts, {share}."),
            {"month": facts.months[at], "minutes": int(by_month[at]), "capacity_minutes": time},
            month=month(facts.months[at]),
            minutes=whole(int(by_month[at])),
            time=whole(time),
            share=share(int(by_month[at]), time),
        )


def _tell_apart(
    told: Reasons, facts: Facts, office: Office, group: Group, figure: str, model: PlanningModel
) -> None:
    """Say which work of the office these posts may not take, because of what they hold."""
    held = {facts.duty[code] for _, code in group.cells if code in facts.duty}
    inside = {code for _, code in group.cells}
    others = {code: facts.duty[code] for _, code in office.work if code in facts.duty and code not in inside}
    for pair in model.forbidden_pair:
        for own, other in ((pair.a, pair.b), (pair.b, pair.a)):
            names = [facts.name("task_groups", code) for code in sorted(others) if others[code] == other]
            if own not in held or not names:
                continue
            told.tell(
                figure,
                "forbidden_pair",
                N_("{groups} ({other}) may not be added, because these posts hold {own} {source}."),
                {"duties": [own, other], "legal": pair.status == "law"},
                groups=listed(names),
                other=facts.name("duty", other),
                own=facts.name("duty", own),
                source=source_of(pair.source, pair.status),
            )


def _tell_covered(told: Reasons, facts: Facts, office: Office, group: Group) -> None:
    """Say of every position without posts of its own which posts do its work."""
    for (position, pool), cells in groupby(
        sorted(group.covered, key=lambda cell: _home(office, group, cell)),
        key=lambda cell: _home(office, group, cell),
    ):
        if (position, pool) == (group.position, group.pool):
            continue
        minutes = int(office.left(list(cells)).sum())
        need = fte_dec4(minutes, office.year)
        told.tell(
            figure_of(office.code, position, pool),
            "workload",
            N_(
                "No post of its own: {minutes} minutes / {fund} = {fte} full-time equivalents, covered by "
                "{position}."
            ),
            {"minutes": minutes, "fund_minutes": office.year, "fte_dec4": need, "covered_by": group.position},
            minutes=whole(minutes),
            fund=whole(office.year),
            fte=fte(need),
            position=facts.name("positions", group.position),
        )
