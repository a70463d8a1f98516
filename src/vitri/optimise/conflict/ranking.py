"""Whether the posts of a plan can have ranks that keep every cap and budget, and what bending them costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from vitri.optimise.conflict.members import Concession, Grant, Member, Unit
from vitri.optimise.engine import Status, UndecidedError
from vitri.optimise.rank_mix import UNIT, Cap, Seat, matches, solve_mix
from vitri.optimise.side_limits import programme_solver
from vitri.rules.base import law
from vitri.rules.limits import SalaryLimit
from vitri.rules.salary_budget import salary_limits

if TYPE_CHECKING:
    import pandas as pd

    from vitri.data.instance import Instance
    from vitri.optimise.people_data import Sized
    from vitri.policy import PlanningModel

FAMILIES = ("rank_cap", "salary_budget", "seat")
#: What a post over a cap, or of a rank not admitted, costs beside hundredths of a coefficient.
POST_DEC2 = 100
_PLACES = 1 << 12
_EFFORT = 10.0
_LARGEST = 1_000_000


@dataclass(frozen=True)
class _Answer:
    cost: int
    bound: int
    grants: tuple[Grant, ...]


class RankQuestion:
    """Caps on ranks, salary budgets and the ranks that posts admit, for the posts of one plan.

    Satisfies `members.Question`. Every answer is exact: one small integer programme each.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        caps: Sequence[Cap],
        budgets: Sequence[SalaryLimit],
        salary: Mapping[str, int],
        legal: Set[str] = frozenset(),
    ) -> None:
        """Put the question; `legal` are the names of caps and budgets that are law."""
        self.seats, self.salary = tuple(seats), dict(salary)
        self.every = tuple(sorted(salary, key=lambda rank: (salary[rank], rank)))
        self.caps: dict[Member, tuple[Cap, str]] = {}
        for cap in caps:
            for place in sorted({cap.place_of(seat) for seat in seats}):
                self.caps[Member("rank_cap", place, cap.name, cap.pct, cap.name in legal)] = cap, place
        self.budgets = {
            Member("salary_budget", b.place, b.name, b.limit_dec2, b.name in legal): b for b in budgets
        }
        number: dict[tuple[str, str], int] = {}
        for seat in seats:
            if seat.ranks and set(seat.ranks) != set(self.every):
                number[seat.office, seat.position] = number.get((seat.office, seat.position), 0) + 1
        self.held = {Member("seat", o, position, n): (o, position) for (o, position), n in number.items()}

    @property
    def members(self) -> tuple[Member, ...]:
        """Every rule in force, sorted."""
        return tuple(sorted([*self.caps, *self.budgets, *self.held]))

    def exists(self, kept: frozenset[Member]) -> bool | None:
        """Whether ranks keep the rules `kept`: proven, disproven, or (None) not decided."""
        try:
            return self._ask(kept, frozenset(), {}) is not None
        except UndecidedError:
            return None

    def concessions(
        self, *, allow_legal: bool = False, weights: Mapping[str, int] | None = None
    ) -> tuple[Concession, ...]:
        """Return the cheapest easing of every family alone, and of all together at the end.

        A post over a cap, or of a rank not admitted, counts as one whole coefficient, unless `weights` (per
        family, in hundredths of a coefficient) says otherwise.
        """
        price = {"rank_cap": POST_DEC2, "seat": POST_DEC2, "salary_budget": 1} | dict(weights or {})
        allowed = {m for m in self.members if allow_legal or not m.legal}
        families = [f for f in FAMILIES if any(m.family == f for m in allowed)]
        found = []
        for family in (*families, "mixed"):
            eased = frozenset(m for m in allowed if family in ("mixed", m.family))
            try:
                answer = self._ask(frozenset(self.members), eased, price)
            except UndecidedError:
                found.append(Concession(family, False, status="feasible"))
                continue
            if answer is None:
                found.append(Concession(family, False))
                continue
            status: Status = "optimal" if answer.cost == answer.bound else "feasible"
            cost, bound = answer.cost // _PLACES, answer.bound // _PLACES
            found.append(Concession(family, True, answer.grants, cost, bound, status))
        return tuple(found)

    def _ask(self, kept: Set[Member], eased: Set[Member], price: Mapping[str, int]) -> _Answer | None:
        model = cp_model.CpModel()
        terms: list[cp_model.LinearExpr | int] = []
        slack: dict[Member, cp_model.IntVar] = {}

        def give(member: Member, most: int) -> cp_model.IntVar | int:
            if member not in eased:
                return 0
            if member not in slack:
                amount, used = model.new_int_var(0, most, ""), model.new_bool_var("")
                model.add(amount <= most * used)
                terms.append(price[member.family] * _PLACES * amount + used)
                slack[member] = amount
            return slack[member]

        holds = {place: member for member, place in self.held.items() if member in kept}
        kinds: dict[Seat, int] = {}
        for seat in self.seats:
            bare = replace(seat, held="")
            kinds[bare] = kinds.get(bare, 0) + 1
        number: dict[tuple[Seat, str], cp_model.IntVar] = {}
        outside: dict[Member, list[cp_model.IntVar]] = {}
        for seat, posts in kinds.items():
            member = holds.get((seat.office, seat.position))
            free = bool(seat.ranks) and (member is None or member in eased)
            ranks = self.every if free else seat.ranks or ("",)
            for rank in ranks:
                number[seat, rank] = model.new_int_var(0, posts, "")
                if member is not None and rank not in seat.ranks and rank:
                    outside.setdefault(member, []).append(number[seat, rank])
            model.add(sum(number[seat, rank] for rank in ranks) == posts)
        for member, parts in outside.items():
            model.add(sum(parts) <= give(member, member.number))
        for member, (cap, place) in self.caps.items():
            if member in kept:
                here = [key for key in number if cap.place_of(key[0]) == place]
                counted = sum(number[key] for key in here if matches(cap.counted, *key))
                base = sum(number[key] for key in here if matches(cap.base, *key))
                over = give(member, len(self.seats))
                model.add(UNIT * (counted - over) <= cap.pct * base + cap.slack)
        for member, budget in self.budgets.items():
            if member in kept:
                cost = sum(
                    self.salary.get(rank, 0) * var
                    for (seat, rank), var in number.items()
                    if seat.office in budget.offices
                )
                model.add(cost <= budget.limit_dec2 + give(member, _LARGEST))
        model.minimize(sum(terms))
        solver = programme_solver(_EFFORT)
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise UndecidedError
        value = round(solver.objective_value) if terms else 0
        low = value if status == cp_model.OPTIMAL else math.ceil(solver.best_objective_bound - 1e-6)
        grants = tuple(
            Grant(member, int(solver.value(amount)), _unit(member))
            for member, amount in sorted(slack.items())
            if solver.value(amount)
        )
        return _Answer(value, low, grants)


def _unit(member: Member) -> Unit:
    return "hundredths" if member.family == "salary_budget" else "posts"


def rank_question(
    instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame
) -> RankQuestion:
    """Put the question of ranks for the posts of a plan and the people placed in them."""
    from vitri.optimise.ranks import caps_of, seats_of

    salary = {rank.code: int((rank.salary_coefficient or Decimal(0)) * 100) for rank in model.rank}
    legal = {cap.name for cap in model.ratio_cap if law(cap)}
    legal |= {budget.name for budget in model.salary_budget if law(budget)}
    caps = [cap for cap in caps_of(instance, model) if cap.binding]
    seats = seats_of(instance, model, sized, staffing)
    return RankQuestion(seats, caps, salary_limits(instance, model), salary, legal)


def ranks_after(question: RankQuestion, kept: Set[Member], grants: Sequence[Grant] = ()) -> bool:
    """Ease the rules as granted, drop those not kept, and let the rank mix itself look for ranks."""
    given = {grant.member: grant.amount for grant in grants}
    seats = []
    free = {place: given.get(member, 0) if member in kept else _LARGEST
            for member, place in question.held.items()}  # fmt: skip
    for seat in question.seats:
        place = seat.office, seat.position
        if seat.ranks and free.get(place, 0) > 0:
            free[place] -= 1
            seat = replace(seat, ranks=question.every)
        seats.append(seat)
    caps: dict[str, Cap] = {}
    for member, (cap, where) in question.caps.items():
        more = given.get(member, 0) if member in kept else _LARGEST
        old = caps.get(cap.name, cap)
        caps[cap.name] = replace(old, more=(*old.more, (where, more)))
    budgets = [
        replace(budget, limit_dec2=budget.limit_dec2 + given.get(member, 0))
        for member, budget in question.budgets.items()
        if member in kept
    ]
    mixed = solve_mix(seats, list(caps.values()), budgets, question.salary)
    return not mixed.over_caps and not mixed.over_budgets
