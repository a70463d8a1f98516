"""Planted conflicts of ranks: posts, ranks they admit, caps on ranks and salary budgets; tried in full."""

from __future__ import annotations

import random
from itertools import combinations_with_replacement, product

from vitri.optimise.conflict.members import Concession, Member
from vitri.optimise.conflict.ranking import RankQuestion
from vitri.optimise.rank_mix import UNIT, Cap, Seat, matches
from vitri.rules.limits import SalaryLimit

RANKS = {"A": 440, "B": 234, "C": 186}
#: Kind → the family planted.
KINDS = {
    "cap on a rank": "rank_cap",
    "salary budget": "salary_budget",
    "ranks admitted": "seat",
    "mixed, of ranks": "",
}


def drawn(kind: str, seed: int) -> RankQuestion:
    """Draw some posts in two offices with caps and budgets tight enough to conflict often."""
    rng = random.Random(f"{kind}/{seed}")
    family = KINDS[kind]
    seats = []
    for office in ("O0", "O1"):
        for position in range(rng.randint(1, 2)):
            least = rng.choice((1, 1, 2)) if family in ("seat", "rank_cap", "") else 2
            ranks = tuple(sorted(rng.sample(sorted(RANKS), least), key=RANKS.__getitem__))
            seats += [Seat(office, "T", f"P{position}", "", ranks, "")] * rng.randint(1, 2)
    caps, budgets = [], []
    if family in ("rank_cap", "seat", ""):
        caps.append(
            Cap(
                "hạng",
                rng.random() < 0.4,
                ("", rng.choice("AB")),
                ("", ""),
                rng.choice((0, 2500, 5000)),
                0,
                True,
            )
        )
    if family in ("salary_budget", "seat", ""):
        for index, offices in enumerate((frozenset(("O0", "O1")), frozenset(("O0",)))):
            here = [s for s in seats if s.office in offices]
            least = sum(min(RANKS[r] for r in s.ranks) for s in here)
            budgets.append(
                SalaryLimit(
                    f"quỹ {index}",
                    "*" if index == 0 else "O0",
                    offices,
                    max(0, least + rng.randint(-200, 120)),
                )
            )
    return RankQuestion(seats, caps, budgets, RANKS)


def tried(question: RankQuestion, kept: frozenset[Member], concession: Concession | None = None) -> bool:
    """Whether some ranks keep the rules, by trying every mix of every kind of seat."""
    given = {g.member: g.amount for g in concession.grants} if concession else {}
    kinds: dict[Seat, int] = {}
    for seat in question.seats:
        kinds[seat] = kinds.get(seat, 0) + 1
    options = [list(combinations_with_replacement(sorted(RANKS), posts)) for posts in kinds.values()]
    for mix in product(*options):
        plan = [(seat, rank) for seat, ranks in zip(kinds, mix, strict=True) for rank in ranks]
        if _keeps(question, kept, given, plan):
            return True
    return False


def _keeps(
    question: RankQuestion, kept: frozenset[Member], given: dict[Member, int], plan: list[tuple[Seat, str]]
) -> bool:
    for member, (office, position) in question.held.items():
        own = [(s, r) for s, r in plan if (s.office, s.position) == (office, position)]
        if member in kept and sum(r not in s.ranks for s, r in own) > given.get(member, 0):
            return False
    for member, (cap, place) in question.caps.items():
        here = [(s, r) for s, r in plan if cap.place_of(s) == place]
        counted = sum(matches(cap.counted, s, r) for s, r in here) - given.get(member, 0)
        base = sum(matches(cap.base, s, r) for s, r in here)
        if member in kept and UNIT * counted > cap.pct * base + cap.slack:
            return False
    for member, budget in question.budgets.items():
        spent = sum(RANKS[r] for s, r in plan if s.office in budget.offices)
        if member in kept and spent > budget.limit_dec2 + given.get(member, 0):
            return False
    return True
