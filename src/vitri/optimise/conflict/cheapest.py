"""The cheapest concessions of a sizing question: for every family of rules alone, and for all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

from vitri.optimise.conflict.elastic import CLASS_MOST, LEAST, MOST, PLACES, Eased
from vitri.optimise.conflict.members import Concession, Grant, Member, Proposal, Unit
from vitri.optimise.conflict.need import left_after, split_by_period
from vitri.optimise.conflict.offers import Offers, plain_offers
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.engine import Status, UndecidedError
from vitri.optimise.office_plan import Positions

EASED = (*MOST, *CLASS_MOST, *LEAST, "class_floor", "ratio_cap", "fixed", "work")

Tried = Iterable[tuple[tuple[Positions, ...], list[Offers]]]
Best = tuple[Eased, Proposal] | None


def cheapest_concessions(
    question: SizingQuestion, *, allow_legal: bool, weights: Mapping[str, int] | None
) -> tuple[Concession, ...]:
    """Return the cheapest easing of every family that has rules, and of all together at the end."""
    post = max(1, int(question.task.cube.fund.sum(axis=1).max(initial=1)))
    price = dict.fromkeys(EASED, post) | {"work": 1} | dict(weights or {})
    allowed = {m for m in question.members if allow_legal or not m.legal}
    found = []
    for family in EASED:
        if any(m.family == family for m in allowed):
            found.append(_cheapest(question, family, {m for m in allowed if m.family == family}, price))
    if question.by_need:
        found += [_freed(question, family, allowed) for family in ("pair", "structure")]
    found.append(_cheapest(question, "mixed", {m for m in allowed if m.family in EASED}, price))
    return tuple(found)


def _freed(question: SizingQuestion, family: str, allowed: set[Member]) -> Concession:
    """Ease rules on who may hold what: one if that is enough, else a set none of which can stay."""
    everything = frozenset(question.members)
    chosen = sorted(m for m in allowed if m.family == family)
    if not chosen or question.exists(everything - frozenset(chosen)) is not True:
        return Concession(family, False)
    unit: Unit = "pairs" if family == "pair" else "times"
    proven = True
    eased = frozenset(chosen)
    for member in chosen:
        answer = question.exists(everything - {member})
        if answer:
            eased = frozenset({member})
            break
        proven = proven and answer is False
    if len(eased) > 1:
        for member in chosen:
            if question.exists(everything - (eased - {member})):
                eased -= {member}
    grants = tuple(Grant(m, 1, unit) for m in sorted(eased))
    bound = min(len(grants), 2 if proven else 1)
    status: Status = "optimal" if len(grants) == bound else "feasible"
    proposal = Proposal(question.plan_of(everything - eased))
    return Concession(family, True, grants, len(grants), bound, status, proposal)


def _cheapest(
    question: SizingQuestion, family: str, eased: Set[Member], price: Mapping[str, int]
) -> Concession:
    everything = frozenset(question.members)
    rows = [plain_offers(curve) for curve in question.bound(everything)]
    try:
        low = question.bend(rows, eased, price)
    except UndecidedError:
        return Concession(family, False, status="feasible")
    if low is None:
        return Concession(family, False)
    least = low.bound // PLACES
    if not question.by_need:
        return _told(family, low, least, Proposal(question.plan_of(everything)))
    best, _ = _best_of(question, question.structures(everything), eased, price, least)
    if best is None or best[0].cost // PLACES > least:
        rest = question.all_structures(everything)
        if rest is not None:
            other, exact = _best_of(question, rest, eased, price, least)
            if best is None or (other is not None and other[0].cost < best[0].cost):
                best = other
            if exact and best is None:
                return Concession(family, False)
            if exact and best is not None:
                least = best[0].cost // PLACES
    if best is None:
        return Concession(family, False, bound=least, status="feasible")
    return _told(family, best[0], least, best[1])


def _best_of(
    question: SizingQuestion, tried: Tried, eased: Set[Member], price: Mapping[str, int], least: int
) -> tuple[Best, bool]:
    """Return the cheapest easing over some structures, and whether each was answered exactly.

    The search ends where the cost is the least there can be.
    """
    best: tuple[Eased, tuple[Positions, ...], list[Offers]] | None = None
    exact = True
    for positions, offers in tried:
        try:
            found = question.bend(offers, eased, price)
        except UndecidedError:
            exact = False
            continue
        exact = exact and all(own.exact for own in offers) and (found is None or found.cost == found.bound)
        if found is not None and (best is None or found.cost < best[0].cost):
            best = found, positions, offers
            if found.cost // PLACES == least:
                break
    return (None if best is None else _with_work(question, *best, eased)), exact


def _with_work(
    question: SizingQuestion,
    found: Eased,
    positions: tuple[Positions, ...],
    offers: Sequence[Offers],
    eased: Set[Member],
) -> tuple[Eased, Proposal]:
    """Say where the work left undone lies: grants by office and period, and the work that stays."""
    task = question.task_of(frozenset(question.members))
    chosen = {o: offers[o].bundles(found.rows[o]) for o in found.undone}
    grants = list(found.grants)
    for office, bundles in chosen.items():
        split = split_by_period(task, office, bundles)
        for m in sorted(m for m in eased if m.family == "work"):
            if m.unit == task.cube.offices[office] and question.periods.index(m.detail) in split:
                grants.append(Grant(m, split[question.periods.index(m.detail)], "minutes"))
    told = replace(found, grants=tuple(sorted(grants, key=lambda g: g.member)))
    return told, Proposal(positions, left_after(task, chosen) if chosen else None)


def _told(family: str, found: Eased, least: int, proposal: Proposal) -> Concession:
    cost = found.cost // PLACES
    status: Status = "optimal" if cost == least else "feasible"
    return Concession(family, True, found.grants, cost, least, status, proposal)
