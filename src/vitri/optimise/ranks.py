"""Ranks: the rank of every post, cheapest under the ratio caps, keeping what today's holders have.

A post admits the ranks that all task groups of its main position share (or those its position states). Each
post first takes its holder's rank if it is admitted, else the admitted rank with the lowest salary
coefficient. Where that respects every ratio cap nothing cheaper exists. Where it does not, the offices under
the broken cap are solved exactly: as little as possible over the caps (normally nothing), then as few changed
ranks of holders as possible, then the lowest sum of coefficients. Elected posts carry no rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
from ortools.sat.python import cp_model

from vitri.errors import Finding, Findings
from vitri.i18n import N_
from vitri.optimise.engine import LevelValue
from vitri.optimise.people_data import Sized, read_groups, read_posts, texts

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

COLUMNS = ("office", "position", "rank", "posts")


@dataclass(frozen=True)
class RankMix:
    """The table of ranks, findings on caps that cannot be kept (or do not bind yet), the proven levels."""

    post_ranks: pd.DataFrame
    findings: Findings
    levels: tuple[LevelValue, ...]


@dataclass(frozen=True)
class Seat:
    """A seat to rank: `ranks` are those admitted, cheapest first; `held` is its holder's rank or ``""``."""

    office: str
    area: str
    position: str
    role: str
    ranks: tuple[str, ...]
    held: str


@dataclass(frozen=True)
class Cap:
    """One ratio cap in one place: 100 × `scale` × counted ≤ `pct` × base + `slack`, all whole numbers.

    `counted` and `base` are (leading role, rank), ``""`` for any; without `base` every post counts.
    """

    name: str
    by_area: bool
    counted: tuple[str, str]
    base: tuple[str, str]
    pct: int
    slack: int
    binding: bool


_UNIT = 10_000


def rank_posts(
    instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame
) -> pd.DataFrame:
    """Return the run table ``post_ranks.csv``: posts by office, position and rank (blank: no rank)."""
    return mix_ranks(instance, model, sized, staffing).post_ranks


def mix_ranks(instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame) -> RankMix:
    """Choose the rank of every post and say what could not be kept."""
    seats = _seats(instance, model, sized, staffing)
    caps = _caps(instance, model)
    salary = {rank.code: int((rank.salary_coefficient or Decimal(0)) * 100) for rank in model.rank}
    chosen = [_wish(seat) for seat in seats]
    over = 0
    places: dict[str, list[int]] = {}
    by_area = any(cap.by_area and cap.binding for cap in caps)
    for index, seat in enumerate(seats):
        places.setdefault(seat.area if by_area else seat.office, []).append(index)
    binding = [cap for cap in caps if cap.binding]
    for place in sorted(places):
        members = places[place]
        if any(_excess(cap, [seats[i] for i in members], [chosen[i] for i in members]) for cap in binding):
            part, missed = _solve([seats[i] for i in members], binding, salary)
            over += missed
            for index, rank in zip(members, part, strict=True):
                chosen[index] = rank
    findings = [
        _finding(cap, place, counted, allowed)
        for cap in caps
        for place, counted, allowed in _broken(cap, seats, chosen)
    ]
    return RankMix(_table(seats, chosen), Findings.of(findings), _levels(model, seats, chosen, salary, over))


def _wish(seat: Seat) -> str:
    """Return the rank a seat takes where no cap is in the way."""
    if seat.held in seat.ranks:
        return seat.held
    return seat.ranks[0] if seat.ranks else ""


def _seats(instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame) -> list[Seat]:
    """List the seats in order of their posts, with the ranks they admit and their holders' ranks."""
    groups = read_groups(instance, model)
    offices = instance.filled("offices")
    area_of = dict(zip(texts(offices, "code"), texts(offices, "area"), strict=True))
    positions = instance.filled("positions")
    role_of = dict(zip(texts(positions, "code"), texts(positions, "leader_role"), strict=True))
    tenure_of = dict(zip(texts(positions, "code"), texts(positions, "tenure"), strict=True))
    officials = instance.filled("officials")
    rank_of = dict(zip(texts(officials, "code"), texts(officials, "rank"), strict=True))
    held: dict[str, list[str]] = {}
    for official, code in zip(texts(staffing, "official"), texts(staffing, "post_group"), strict=True):
        if official and code:
            held.setdefault(code, []).append(rank_of.get(official, ""))
    price = {
        rank.code: (rank.salary_coefficient or Decimal(0), rank.level, index)
        for index, rank in enumerate(model.rank)
    }
    seats: list[Seat] = []
    for post in read_posts(instance, model, sized, groups):
        elected = post.fixed and tenure_of.get(post.position) == "elected"
        admitted = (
            [] if elected else sorted((r for r in post.kind.ranks or () if r in price), key=price.__getitem__)
        )
        role = role_of.get(post.position, "") if post.fixed else ""
        holders = held.get(post.code, [])
        for index in range(post.posts):
            rank = holders[index] if index < len(holders) else ""
            area = area_of.get(post.office, "")
            seats.append(Seat(post.office, area, post.position, role, tuple(admitted), rank))
    return seats


def _caps(instance: Instance, model: PlanningModel) -> list[Cap]:
    """Read the ratio caps that count a rank; those of leading roles alone leave no choice here."""
    caps: list[Cap] = []
    for cap in model.ratio_cap:
        if not cap.count.rank or model.applies_to.level in cap.except_level:
            continue
        base = ("", "") if cap.of == "quota" else (cap.of.leader_role or "", cap.of.rank or "")
        slack = {"down": 0, "half_up": _UNIT // 2, "up": _UNIT - 1}[cap.rounding]
        binding = cap.binding_from is None or cap.binding_from <= instance.info.as_of
        caps.append(
            Cap(
                cap.name,
                cap.scope == "area",
                (cap.count.leader_role or "", cap.count.rank),
                base,
                int(cap.max_pct * 100),
                slack,
                binding,
            )
        )
    return caps


def _matches(selector: tuple[str, str], seat: Seat, rank: str) -> bool:
    """Whether a seat that has a rank is counted by a selector."""
    role, wanted = selector
    return (not role or role == seat.role) and (not wanted or wanted == rank)


def _broken(cap: Cap, seats: Sequence[Seat], ranks: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return (place, posts counted, posts allowed) wherever a cap is exceeded."""
    counted: dict[str, int] = {}
    base: dict[str, int] = {}
    for seat, rank in zip(seats, ranks, strict=True):
        place = seat.area if cap.by_area else seat.office
        counted[place] = counted.get(place, 0) + _matches(cap.counted, seat, rank)
        base[place] = base.get(place, 0) + _matches(cap.base, seat, rank)
    allowed = {place: (cap.pct * base[place] + cap.slack) // _UNIT for place in base}
    return [
        (place, counted[place], allowed[place]) for place in sorted(base) if counted[place] > allowed[place]
    ]


def _excess(cap: Cap, seats: Sequence[Seat], ranks: Sequence[str]) -> int:
    return sum(counted - allowed for _, counted, allowed in _broken(cap, seats, ranks))


def _solve(seats: Sequence[Seat], caps: Sequence[Cap], salary: Mapping[str, int]) -> tuple[list[str], int]:
    """Rank the seats of one place exactly under its caps; return the ranks and the posts over the caps."""
    kinds: dict[Seat, list[int]] = {}
    for index, seat in enumerate(seats):
        kinds.setdefault(seat, []).append(index)
    model = cp_model.CpModel()
    number: dict[tuple[Seat, str], cp_model.IntVar] = {}
    for seat, members in kinds.items():
        for rank in seat.ranks or ("",):
            number[seat, rank] = model.new_int_var(0, len(members), "")
        model.add(sum(number[seat, rank] for rank in seat.ranks or ("",)) == len(members))
    excess: list[cp_model.IntVar] = []
    for cap in caps:
        for place in sorted({seat.area if cap.by_area else seat.office for seat in kinds}):
            here = [key for key in number if place == (key[0].area if cap.by_area else key[0].office)]
            over = model.new_int_var(0, len(seats), "")
            counted = sum(number[key] for key in here if _matches(cap.counted, *key))
            base = sum(number[key] for key in here if _matches(cap.base, *key))
            model.add(_UNIT * (counted - over) <= cap.pct * base + cap.slack)
            excess.append(over)
    changed = sum(
        var for (seat, rank), var in number.items() if seat.held in seat.ranks and rank != seat.held
    )
    cost = sum(salary.get(rank, 0) * var for (_, rank), var in number.items())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    # Ctrl-C belongs to the caller, who keeps the best plan
    solver.parameters.catch_sigint_signal = False
    solver.parameters.random_seed = 0
    missed = 0
    for stage, goal in enumerate((sum(excess), changed, cost)):
        model.minimize(goal)
        if solver.solve(model) != cp_model.OPTIMAL:
            raise ArithmeticError("the rank mix was not solved to its proven optimum")
        value = round(solver.objective_value)
        missed = value if stage == 0 else missed
        model.add(goal == value)
    ranks = [""] * len(seats)
    for seat, members in kinds.items():
        queue = list(members)
        for rank in seat.ranks or ("",):
            for _ in range(solver.value(number[seat, rank])):
                ranks[queue.pop(0)] = rank
    return ranks, missed


_BROKEN = N_("{place}: {counted} posts under the cap {name}; at most {most} are allowed.")
_BROKEN_ADVICE = N_("Admit a lower rank in these positions, or ask for another ratio.")
_LATER = N_("{place}: {counted} posts under the cap {name}; at most {most} once it binds.")
_LATER_ADVICE = N_("Plan the change of ranks before the cap binds.")
_ALLOWED = N_("at most {most} posts of this kind")


def _finding(cap: Cap, place: str, counted: int, allowed: int) -> Finding:
    return Finding(
        code="rank_cap" if cap.binding else "rank_cap_later",
        severity="error" if cap.binding else "warning",
        table="post_ranks",
        row_key=place,
        column="rank",
        value=str(counted),
        allowed=_ALLOWED,
        message=_BROKEN if cap.binding else _LATER,
        advice=_BROKEN_ADVICE if cap.binding else _LATER_ADVICE,
        fields={"place": place, "name": cap.name, "counted": counted, "most": allowed},
    )


def _levels(
    model: PlanningModel, seats: Sequence[Seat], ranks: Sequence[str], salary: Mapping[str, int], over: int
) -> tuple[LevelValue, ...]:
    """Say what the mix reached: posts over caps, holders' ranks changed, coefficients in hundredths."""
    changed = sum(
        seat.held in seat.ranks and rank != seat.held for seat, rank in zip(seats, ranks, strict=True)
    )
    cost = sum(salary.get(rank, 0) for rank in ranks)
    found = next((level for level in model.level if level.measure == "salary"), None)
    rows = (
        (101, N_("Posts over ratio caps"), "rank_excess", over, "posts"),
        (102, N_("Holders whose rank changes"), "changed_ranks", changed, "posts"),
        (
            found.order if found else 103,
            found.name if found else N_("Salary coefficients"),
            "salary",
            cost,
            "hundredths",
        ),
    )
    return tuple(
        LevelValue(
            order=order,
            name=name,
            measure=measure,
            value=value,
            unit=unit,
            bound=value,
            gap=0,
            status="optimal",
        )
        for order, name, measure, value, unit in rows
    )


def _table(seats: Sequence[Seat], ranks: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [(seat.office, seat.position, rank or None) for seat, rank in zip(seats, ranks, strict=True)],
        columns=["office", "position", "rank"],
    )
    counted = frame.groupby(["office", "position", "rank"], dropna=False).size().reset_index(name="posts")
    counted = counted.astype({"office": "str", "position": "str", "rank": "str", "posts": "Int64"})
    counted = counted.reindex(columns=list(COLUMNS))
    return counted.sort_values(["office", "position", "rank"], kind="stable").reset_index(drop=True)
