"""The integer programme of the rank mix: seats, ratio caps and salary budgets, solved to proven optima.

Seats that are alike are one count per rank. The goals come one after the other, each kept before the next:
posts over the caps, coefficients over the budgets, holders whose rank changes, coefficients in all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from vitri.rules.limits import SalaryLimit

UNIT = 10_000
#: One whole unit of salary coefficients, in hundredths.
ONE_UNIT = 100


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

    `counted` and `base` are (leading role, rank), ``""`` for any; without `base` every post counts. `more`
    are (place, posts allowed beyond the share).
    """

    name: str
    by_area: bool
    counted: tuple[str, str]
    base: tuple[str, str]
    pct: int
    slack: int
    binding: bool
    more: tuple[tuple[str, int], ...] = ()

    def place_of(self, seat: Seat) -> str:
        """Return the office or area a seat counts in."""
        return seat.area if self.by_area else seat.office


@dataclass(frozen=True)
class Mixed:
    """The ranks of some seats, and by how much caps (posts) and budgets (hundredths) are exceeded."""

    ranks: tuple[str, ...]
    over_caps: int
    over_budgets: int


def matches(selector: tuple[str, str], seat: Seat, rank: str) -> bool:
    """Whether a seat that has a rank is counted by a selector."""
    role, wanted = selector
    return (not role or role == seat.role) and (not wanted or wanted == rank)


def is_changed(seat: Seat, rank: str) -> bool:
    """Whether the holder has an admitted rank and the seat gets another one."""
    return seat.held in seat.ranks and rank != seat.held


def broken_caps(
    cap: Cap, seats: Sequence[Seat], ranks: Sequence[str]
) -> Iterable[tuple[str, int, int, int, bool]]:
    """Yield (place, posts counted, posts allowed, base, broken) of a cap, in order of the places."""
    counted: dict[str, int] = {}
    base: dict[str, int] = {}
    for seat, rank in zip(seats, ranks, strict=True):
        place = cap.place_of(seat)
        counted[place] = counted.get(place, 0) + matches(cap.counted, seat, rank)
        base[place] = base.get(place, 0) + matches(cap.base, seat, rank)
    for place in sorted(base):
        allowed = (cap.pct * base[place] + cap.slack) // UNIT + dict(cap.more).get(place, 0)
        yield place, counted[place], allowed, base[place], counted[place] > allowed


def spent(budget: SalaryLimit, seats: Sequence[Seat], ranks: Sequence[str], salary: Mapping[str, int]) -> int:
    """Return the coefficients (hundredths) of the seats a budget pays for."""
    return sum(
        salary.get(rank, 0) for seat, rank in zip(seats, ranks, strict=True) if seat.office in budget.offices
    )


def components(seats: Sequence[Seat], caps: Sequence[Cap], budgets: Sequence[SalaryLimit]) -> list[list[int]]:
    """Divide the seats (by index) into parts that no cap and no budget joins, in order of first offices."""
    leader: dict[str, str] = {}

    def find(office: str) -> str:
        while leader[office] != office:
            leader[office] = leader[leader[office]]
            office = leader[office]
        return office

    def join(group: Iterable[str]) -> None:
        members = sorted(set(group) & set(leader))
        for other in members[1:]:
            first, second = sorted((find(members[0]), find(other)))
            leader[second] = first

    for seat in seats:
        leader.setdefault(seat.office, seat.office)
    if any(cap.by_area for cap in caps):
        areas: dict[str, set[str]] = {}
        for seat in seats:
            areas.setdefault(seat.area, set()).add(seat.office)
        for group in areas.values():
            join(group)
    for budget in budgets:
        join(budget.offices)
    parts: dict[str, list[int]] = {}
    for index, seat in enumerate(seats):
        parts.setdefault(find(seat.office), []).append(index)
    return [parts[first] for first in sorted(parts)]


class Programme:
    """The rank mix of some seats as one integer programme; every question builds its own.

    `most_changed` bounds the holders whose rank changes; caps and budgets may be exceeded at a count that
    is minimised first, or not at all (`strict`).
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        caps: Sequence[Cap],
        budgets: Sequence[SalaryLimit],
        salary: Mapping[str, int],
        *,
        strict: bool = False,
        over_caps: int | None = None,
        most_changed: int | None = None,
    ) -> None:
        self.seats, self.salary = seats, salary
        self.kinds: dict[Seat, list[int]] = {}
        for index, seat in enumerate(seats):
            self.kinds.setdefault(seat, []).append(index)
        self.model = cp_model.CpModel()
        self.number: dict[tuple[Seat, str], cp_model.IntVar] = {}
        for seat, members in self.kinds.items():
            for rank in seat.ranks or ("",):
                self.number[seat, rank] = self.model.new_int_var(0, len(members), "")
            self.model.add(sum(self.number[seat, rank] for rank in seat.ranks or ("",)) == len(members))
        self.excess = self._caps(caps)
        if over_caps is not None:
            self.model.add(sum(self.excess) <= over_caps)
        self.overshoot = self._budgets(budgets, strict)
        self.changed = sum(var for (seat, rank), var in self.number.items() if is_changed(seat, rank))
        if most_changed is not None:
            self.model.add(self.changed <= most_changed)
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        # Ctrl-C belongs to the caller, who keeps the best plan
        self.solver.parameters.catch_sigint_signal = False
        self.solver.parameters.random_seed = 0

    def _caps(self, caps: Sequence[Cap]) -> list[cp_model.IntVar]:
        excess = []
        for cap in caps:
            for place in sorted({cap.place_of(seat) for seat in self.kinds}):
                here = [key for key in self.number if place == cap.place_of(key[0])]
                over = self.model.new_int_var(0, len(self.seats), "")
                counted = sum(self.number[key] for key in here if matches(cap.counted, *key))
                base = sum(self.number[key] for key in here if matches(cap.base, *key))
                more = dict(cap.more).get(place, 0)
                self.model.add(UNIT * (counted - over - more) <= cap.pct * base + cap.slack)
                excess.append(over)
        return excess

    def _budgets(self, budgets: Sequence[SalaryLimit], strict: bool) -> list[cp_model.IntVar]:
        overshoot = []
        most = sum(max((self.salary.get(rank, 0) for rank in seat.ranks), default=0) for seat in self.seats)
        for budget in budgets:
            over = self.model.new_int_var(0, 0 if strict else most, "")
            self.model.add(self.cost(budget) <= budget.limit_dec2 + over)
            overshoot.append(over)
        return overshoot

    def cost(self, budget: SalaryLimit | None = None) -> cp_model.LinearExprT:
        """Return the coefficients of all seats, or of those a budget pays for."""
        return sum(
            self.salary.get(rank, 0) * var
            for (seat, rank), var in self.number.items()
            if budget is None or seat.office in budget.offices
        )

    def least(self, goal: cp_model.LinearExprT) -> int | None:
        """Return the proven least value of a goal and keep it from now on; None where nothing is possible."""
        self.model.minimize(goal)
        status = self.solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            raise ArithmeticError("the rank mix was not solved to its proven optimum")
        value = round(self.solver.objective_value)
        self.model.add(goal == value)
        return value

    def ranks(self) -> tuple[str, ...]:
        """Return the rank of every seat in the last solution."""
        ranks = [""] * len(self.seats)
        for seat, members in self.kinds.items():
            queue = list(members)
            for rank in seat.ranks or ("",):
                for _ in range(self.solver.value(self.number[seat, rank])):
                    ranks[queue.pop(0)] = rank
        return tuple(ranks)


def solve_mix(
    seats: Sequence[Seat], caps: Sequence[Cap], budgets: Sequence[SalaryLimit], salary: Mapping[str, int]
) -> Mixed:
    """Rank the seats exactly under their caps and budgets, goal after goal."""
    programme = Programme(seats, caps, budgets, salary)
    over_caps = programme.least(sum(programme.excess)) or 0
    over_budgets = (programme.least(sum(programme.overshoot)) or 0) if budgets else 0
    programme.least(programme.changed)
    programme.least(programme.cost())
    return Mixed(programme.ranks(), over_caps, over_budgets)


def least_cost(
    seats: Sequence[Seat],
    caps: Sequence[Cap],
    budget: SalaryLimit,
    salary: Mapping[str, int],
    over_caps: int = 0,
) -> int:
    """Return the least coefficients (hundredths) a budget's offices can have under the caps alone."""
    cheapest = [seat.ranks[0] if seat.ranks else "" for seat in seats]
    if not any(row[4] for cap in caps for row in broken_caps(cap, seats, cheapest)):
        return spent(budget, seats, cheapest, salary)
    programme = Programme(seats, caps, (), salary, over_caps=over_caps)
    return programme.least(programme.cost(budget)) or 0


def kept_by_more(
    seats: Sequence[Seat],
    caps: Sequence[Cap],
    budgets: Sequence[SalaryLimit],
    at: SalaryLimit,
    salary: Mapping[str, int],
    changed: int,
) -> tuple[int, int | None]:
    """Return what more of one budget would buy, all other limits kept.

    First the holders that would keep their rank with one whole unit of coefficients more, then the fewest
    hundredths beyond the budget with which one more holder would; None where no amount does.
    """
    if not changed:
        return 0, None
    larger = SalaryLimit(at.name, at.place, at.offices, at.limit_dec2 + ONE_UNIT)
    others = [budget for budget in budgets if budget != at]
    wider = Programme(seats, caps, [*others, larger], salary, strict=True, over_caps=0)
    least = wider.least(wider.changed)
    kept = changed - (changed if least is None else least)
    freer = Programme(seats, caps, others, salary, strict=True, over_caps=0, most_changed=changed - 1)
    price = freer.least(freer.cost(at))
    return kept, None if price is None else max(0, price - at.limit_dec2)
