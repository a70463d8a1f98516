"""Staffing: officials of today placed into the seats of the proposed posts, with the least disruption.

Elected and leading people keep their fixed post. Everybody else is matched to the seats of sized posts, one
person a seat, at the lexicographic optimum of: people left without a seat; then the planning model's levels
`moved_people` (and, among equals, transfers to another office) and `retrained_levels`, in the model's order;
then task groups new to a person. A seat admits a person by kind of labour, by rank (if one is given) and by
the competencies that must be held on entry; other missing levels are trained. Offices between which nobody
may be transferred are solved apart; the result is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.optimise.engine import LevelValue
from vitri.optimise.people_data import (
    Group,
    Person,
    PostGroup,
    Sized,
    read_groups,
    read_people,
    read_posts,
    texts,
)
from vitri.optimise.people_match import RANGE, Batch, Pair, Rules, is_position, missing_levels, order_of
from vitri.rules.pins import year_pins

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

COLUMNS = (
    "official",
    "office_now",
    "position_now",
    "office",
    "position",
    "share_pct",
    "action",
    "fit",
    "training_days",
    "post_group",
    "seat",
)
_BATCH_ARCS = 20_000
NO_FINDINGS = Findings.of([])


@dataclass(frozen=True)
class Placed:
    """The staffing table, the proven value of each level of the placement, and pins that cannot be kept."""

    staffing: pd.DataFrame
    levels: tuple[LevelValue, ...]
    warnings: Findings = NO_FINDINGS


def place(instance: Instance, model: PlanningModel, sized: Sized) -> pd.DataFrame:
    """Return the staffing table (run file ``staffing.csv`` with `post_group` and `seat`).

    Every official has one row; a seat nobody fills is a row without official and the action ``recruit``.
    Empty if the scenario names no officials.
    """
    return place_people(instance, model, sized).staffing


def place_people(instance: Instance, model: PlanningModel, sized: Sized) -> Placed:
    """Place the officials and return the table with the proven levels."""
    if not instance.has("officials"):
        return Placed(_table([]), ())
    groups = read_groups(instance, model)
    people = read_people(instance, model, groups)
    posts = read_posts(instance, model, sized, groups)
    pinned, warnings = seats_pinned(year_pins(instance).position, people, posts)
    rules = rules_of(instance, model, groups, people, pinned)
    first = pd.Timestamp(instance.info.first_month + "-01").date()
    last = (pd.Timestamp(instance.info.last_month + "-01") + pd.offsets.MonthEnd(0)).date()
    gone = [p for p in people if p.ends is not None and p.ends < first]
    here = [p for p in people if not (p.ends and p.ends < first) and not (p.starts and p.starts > last)]
    outside = [p for p in here if p.category == "part_time_activist"]
    pairs = _place_fixed([p for p in here if p.category != "part_time_activist"], posts)
    seated = {pair.person.code for pair in pairs}
    others = [p for p in here if p.code not in seated and p.category != "part_time_activist"]
    sized_posts = [post for post in posts if not post.fixed and post.posts > 0]
    chosen, totals = _match(rules, others, sized_posts)
    pairs += chosen
    days = {family.code: family.training_days_per_level for family in model.competency}
    rows = _rows(pairs, posts, groups, days)
    placed = {pair.person.code for pair in pairs}
    rows += [_idle(person, "surplus") for person in others if person.code not in placed]
    rows += [_idle(person, "leave") for person in gone]
    rows += [_idle(person, "stay") for person in outside]
    vacancies = sum(post.posts for post in sized_posts) - len(chosen)
    return Placed(_table(rows), _levels(model, vacancies, totals), warnings)


def seats_pinned(
    wanted: Mapping[str, str], people: Sequence[Person], posts: Sequence[PostGroup]
) -> tuple[dict[str, str], Findings]:
    """Return the pins to positions that their office has posts of, and warn of the others."""
    kept: dict[str, str] = {}
    found = []
    for person in people:
        position = wanted.get(person.code)
        if position is None or any(
            post.fixed and (post.office, post.position) == (person.office, position) for post in posts
        ):
            continue
        if any(
            not post.fixed
            and post.posts
            and post.office == person.office
            and is_position(post.kind, position)
            for post in posts
        ):
            kept[person.code] = position
        else:
            found.append(_no_seat(person, position))
    return kept, Findings.of(found)


def _no_seat(person: Person, position: str) -> Finding:
    return Finding(
        code="pin_not_kept",
        severity="warning",
        table="pins",
        row_key=person.code,
        column="position",
        value=position,
        allowed=N_("a position that the plan has at {office}"),
        message=N_("{official} is to hold {position}, but the plan has no such post at {office}."),
        advice=N_("Take the pin away, or keep the position in the structure."),
        fields={"official": person.code, "position": position, "office": person.office},
    )


def rules_of(
    instance: Instance,
    model: PlanningModel,
    groups: Mapping[str, Group],
    people: Sequence[Person],
    pinned: Mapping[str, str],
) -> Rules:
    """Return what a placement goes by; `pinned` are the positions that officials must hold."""
    positions = instance.filled("positions")
    elected = {
        code
        for code, tenure in zip(texts(positions, "code"), texts(positions, "tenure"), strict=True)
        if tenure == "elected"
    }
    offices = instance.filled("offices")
    farthest = RANGE[model.staffing.transfer]
    return Rules(
        groups,
        model.staffing.keep_home_work,
        frozenset(elected),
        dict(zip(texts(offices, "code"), texts(offices, "area"), strict=True)),
        {person.code: min(farthest, RANGE[person.transferable]) for person in people},
        order_of(model),
        pinned,
    )


def _place_fixed(people: Sequence[Person], posts: Sequence[PostGroup]) -> list[Pair]:
    """Seat today's holders of fixed posts: same office and position, their own organisation's post first."""
    pairs: list[Pair] = []
    left = {post.code: post.posts for post in posts if post.fixed}
    waiting: dict[tuple[str, str], list[Person]] = {}
    for person in people:
        waiting.setdefault((person.office, person.position), []).append(person)
    for exact in (True, False):
        for post in posts:
            if not post.fixed or (not exact and post.organisation):
                continue
            queue = waiting.get((post.office, post.position), [])
            for person in list(queue):
                if left[post.code] and (not exact or person.organisation == post.organisation):
                    pairs.append(Pair(post, person, False))
                    queue.remove(person)
                    left[post.code] -= 1
    return pairs


def _match(
    rules: Rules, people: Sequence[Person], posts: Sequence[PostGroup]
) -> tuple[list[Pair], list[int]]:
    """Match people to the seats of sized posts; return the pairs and the totals of the levels."""
    widest = max((rules.reach[person.code] for person in people), default=0)
    parts: dict[str, tuple[list[Person], list[PostGroup]]] = {}

    def part_of(office: str) -> tuple[list[Person], list[PostGroup]]:
        name = "" if widest == 2 else rules.area_of.get(office, "") if widest == 1 else office
        return parts.setdefault(name, ([], []))

    for person in people:
        part_of(person.office)[0].append(person)
    for post in posts:
        part_of(post.office)[1].append(post)
    pairs: list[Pair] = []
    totals = [0] * (1 + len(rules.order))
    batch = Batch(rules)
    for name in sorted(parts):
        batch.add(*parts[name])
        if batch.arcs.count > _BATCH_ARCS:
            batch.finish(pairs, totals)
            batch = Batch(rules)
    batch.finish(pairs, totals)
    return pairs, totals


def _levels(model: PlanningModel, vacancies: int, totals: Sequence[int]) -> tuple[LevelValue, ...]:
    """Say what the placement reached, level by level, in the order it was optimised."""
    named = {str(level.measure): level for level in reversed(model.level)}
    value = dict(zip(order_of(model), totals[1:], strict=True))

    def level(order: int, name: str, measure: str, number: int, unit: str) -> LevelValue:
        return LevelValue(
            order=order,
            name=name,
            measure=measure,
            value=number,
            unit=unit,
            bound=number,
            gap=0,
            status="optimal",
        )

    rows = [level(0, N_("Seats left to recruit"), "vacancies", vacancies, "posts")]
    for name in order_of(model):
        if name in ("moved", "missing"):
            measure = "moved_people" if name == "moved" else "retrained_levels"
            default = N_("People moved") if name == "moved" else N_("Competency levels to train")
            found = named.get(measure)
            rows.append(
                level(
                    found.order if found else 99,
                    found.name if found else default,
                    measure,
                    value[name],
                    "people" if name == "moved" else "levels",
                )
            )
    return tuple(rows)


def _rows(
    pairs: Sequence[Pair],
    posts: Sequence[PostGroup],
    groups: Mapping[str, Group],
    training_days: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Number the seats, say what happens to each holder, and add a vacancy for every empty seat."""
    holders: dict[str, list[Pair]] = {}
    for pair in pairs:
        holders.setdefault(pair.post.code, []).append(pair)
    rows: list[dict[str, Any]] = []
    for post in posts:
        taken = sorted(
            holders.get(post.code, []), key=lambda p: (p.person.office != post.office, p.person.code)
        )
        for seat in range(1, post.posts + 1):
            row: dict[str, Any] = {
                "office": post.office,
                "position": post.position,
                "post_group": post.code,
                "seat": seat,
            }
            if seat <= len(taken):
                person = taken[seat - 1].person
                lacking = missing_levels(person, post.kind, groups)
                days = sum(number * training_days.get(family, 0) for family, number in lacking.items())
                row |= {
                    "official": person.code,
                    "office_now": person.office,
                    "position_now": person.position or None,
                    "share_pct": person.fte_bp,
                    "action": _action(taken[seat - 1], lacking),
                    "fit": sum(lacking.values()) if person.known else None,
                    "training_days": days if person.known else None,
                }
            else:
                row |= {"share_pct": 10_000, "action": "recruit"}
            rows.append(row)
    return rows


def _action(pair: Pair, lacking: Mapping[str, int]) -> str:
    """Name the change: another office, another position, training for today's position, or none."""
    if pair.post.fixed:
        return "stay"
    if pair.person.office != pair.post.office:
        return "transfer"
    if pair.moved:
        return "move"
    return "retrain" if lacking else "stay"


def _idle(person: Person, action: str) -> dict[str, Any]:
    """Return the row of someone without a seat."""
    return {
        "official": person.code,
        "office_now": person.office,
        "position_now": person.position or None,
        "share_pct": person.fte_bp,
        "action": action,
    }


def _table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the staffing table, sorted by office, seat and person."""
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
    for column in COLUMNS:
        number = column in ("share_pct", "fit", "training_days", "seat")
        frame[column] = frame[column].astype("Int64" if number else "str")
    place_ = frame["office"].fillna(frame["office_now"])
    order = pd.DataFrame(
        {
            "place": place_,
            "idle": frame["post_group"].isna(),
            "post_group": frame["post_group"],
            "seat": frame["seat"],
            "official": frame["official"],
        }
    ).sort_values(["place", "idle", "post_group", "seat", "official"], kind="stable")
    return frame.loc[order.index].reset_index(drop=True)
