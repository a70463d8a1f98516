"""Ranks: the rank of every post, cheapest under caps and budgets, keeping what today's holders have.

A post admits the ranks that all task groups of its main position share (or those its position states). Each
post first takes its holder's rank if it is admitted, else the admitted rank with the lowest salary
coefficient. Where that respects every ratio cap and salary budget nothing cheaper exists. Where it does not,
the offices that broken limits join are solved exactly: as little as possible over the caps, then over the
budgets (normally nothing), then as few changed ranks of holders as possible, then the lowest sum of
coefficients. Elected posts carry no rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from vitri.errors import Finding, Findings
from vitri.i18n import N_, Lang, number
from vitri.optimise.engine import LevelValue
from vitri.optimise.people_data import Sized, read_groups, read_posts, texts
from vitri.optimise.rank_mix import (
    UNIT,
    Cap,
    Seat,
    broken_caps,
    components,
    is_changed,
    kept_by_more,
    least_cost,
    solve_mix,
    spent,
)
from vitri.optimise.sized_office import frame_of
from vitri.rules.limits import SalaryLimit
from vitri.rules.quota_tree import unit_parents
from vitri.rules.salary_budget import salary_limits

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.policy import PlanningModel

COLUMNS = ("office", "position", "rank", "posts")
BUDGET_COLUMNS = {
    "place": "str",
    "budget": "str",
    "budget_dec2": "Int64",
    "used_dec2": "Int64",
    "left_dec2": "Int64",
    "least_dec2": "Int64",
    "changed_ranks": "Int64",
    "kept_by_one_unit": "Int64",
    "next_step_dec2": "Int64",
}


@dataclass(frozen=True)
class RankMix:
    """The table of ranks, findings on limits that cannot be kept (or do not bind yet), the proven levels.

    `budgets` is the run table ``salary_budgets``: for each budget what is used and left, the least its
    offices could cost under the caps, and what more would buy: `changed_ranks` holders change rank under the
    limits that bind together with it, `kept_by_one_unit` fewer with one coefficient more, and
    `next_step_dec2` more hundredths keep the next holder's rank. None where the model has no budget.
    """

    post_ranks: pd.DataFrame
    findings: Findings
    levels: tuple[LevelValue, ...]
    budgets: pd.DataFrame | None = None


def rank_posts(
    instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame
) -> pd.DataFrame:
    """Return the run table ``post_ranks.csv``: posts by office, position and rank (blank: no rank)."""
    return mix_ranks(instance, model, sized, staffing).post_ranks


def mix_ranks(instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame) -> RankMix:
    """Choose the rank of every post and say what could not be kept."""
    seats = seats_of(instance, model, sized, staffing)
    caps = caps_of(instance, model)
    budgets = salary_limits(instance, model)
    salary = {rank.code: int((rank.salary_coefficient or Decimal(0)) * 100) for rank in model.rank}
    chosen = [_wish(seat) for seat in seats]
    binding = [cap for cap in caps if cap.binding]
    over = 0
    findings: list[Finding] = []
    records: list[Mapping[str, object]] = []
    for members in components(seats, binding, budgets):
        part = [seats[index] for index in members]
        offices = {seat.office for seat in part}
        own = [budget for budget in budgets if budget.offices & offices]
        ranks = [chosen[index] for index in members]
        missed = 0
        if not _kept(part, ranks, binding, own, salary):
            mixed = solve_mix(part, binding, own, salary)
            ranks, missed = list(mixed.ranks), mixed.over_caps
            over += missed
            for index, rank in zip(members, ranks, strict=True):
                chosen[index] = rank
        changed = sum(map(is_changed, part, ranks))
        for budget in own:
            used = spent(budget, part, ranks, salary)
            least = least_cost(part, binding, budget, salary, missed)
            if used > budget.limit_dec2:
                findings.append(_over_budget(budget, used, least))
                continue
            kept, step = (0, None) if missed else kept_by_more(part, binding, own, budget, salary, changed)
            records.append(_budget_record(budget, used, least, changed, kept, step))
    findings += [
        _finding(cap, place, counted, allowed)
        for cap in caps
        for place, counted, allowed, _, broken in broken_caps(cap, seats, chosen)
        if broken
    ]
    records += [
        _budget_record(budget, 0, 0, 0, 0, None)
        for budget in budgets
        if not budget.offices & {seat.office for seat in seats}
    ]
    levels = _levels(model, seats, chosen, salary, over)
    spending = frame_of(records, BUDGET_COLUMNS).sort_values(["place", "budget"], ignore_index=True)
    return RankMix(_table(seats, chosen), Findings.of(findings), levels, spending if budgets else None)


def _kept(
    seats: Sequence[Seat],
    ranks: Sequence[str],
    caps: Sequence[Cap],
    budgets: Sequence[SalaryLimit],
    salary: Mapping[str, int],
) -> bool:
    """Whether some ranks keep every cap and budget."""
    return not any(row[4] for cap in caps for row in broken_caps(cap, seats, ranks)) and all(
        spent(budget, seats, ranks, salary) <= budget.limit_dec2 for budget in budgets
    )


def _budget_record(
    budget: SalaryLimit, used: int, least: int, changed: int, kept: int, step: int | None
) -> dict[str, object]:
    return {
        "place": budget.place,
        "budget": budget.name,
        "budget_dec2": budget.limit_dec2,
        "used_dec2": used,
        "left_dec2": budget.limit_dec2 - used,
        "least_dec2": least,
        "changed_ranks": changed,
        "kept_by_one_unit": kept,
        "next_step_dec2": step,
    }


def _wish(seat: Seat) -> str:
    """Return the rank a seat takes where no cap is in the way."""
    if seat.held in seat.ranks:
        return seat.held
    return seat.ranks[0] if seat.ranks else ""


def seats_of(instance: Instance, model: PlanningModel, sized: Sized, staffing: pd.DataFrame) -> list[Seat]:
    """List the seats in order of their posts, with the ranks they admit and their holders' ranks."""
    groups = read_groups(instance, model)
    area_of = {
        code: above or "*" for code, (kind, above) in unit_parents(instance).items() if kind == "office"
    }
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
            area = area_of.get(post.office, "*")
            seats.append(Seat(post.office, area, post.position, role, tuple(admitted), rank))
    return seats


def caps_of(instance: Instance, model: PlanningModel) -> list[Cap]:
    """Read the ratio caps that count a rank; those of leading roles alone leave no choice here."""
    caps: list[Cap] = []
    for cap in model.ratio_cap:
        if not cap.count.rank or model.applies_to.level in cap.except_level:
            continue
        base = ("", "") if cap.of == "quota" else (cap.of.leader_role or "", cap.of.rank or "")
        slack = {"down": 0, "half_up": UNIT // 2, "up": UNIT - 1}[cap.rounding]
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


_OVER = N_(
    "{place}: the ranks of the posts need {needs} salary coefficients, even each at the cheapest rank it "
    "admits; the budget {name} is {budget}."
)
_OVER_ADVICE = N_("Raise the budget by {short}, admit lower ranks, or plan fewer posts.")
_TOGETHER = N_(
    "{place}: the budget {name} of {budget} salary coefficients cannot be kept together with the other "
    "budgets and caps; the nearest mix needs {needs}."
)
_OVER_ALLOWED = N_("at most {budget} coefficients")


class BudgetFinding(Finding):
    """A finding whose coefficients are hundredths, said with two decimals in the reader's language."""

    def render(self, lang: Lang) -> dict[str, str]:
        """Return the nine columns."""
        said = {
            key: number(Decimal(value) / 100, lang, 2) if isinstance(value, int) else value
            for key, value in self.fields.items()
        }
        return Finding.render(replace(self, fields=said), lang)


def _over_budget(budget: SalaryLimit, used: int, least: int) -> Finding:
    """Say by how much a budget is too small: at the cheapest ranks, or because of the other limits."""
    alone = least > budget.limit_dec2
    needs = least if alone else used
    return BudgetFinding(
        code="salary_over_budget",
        table="post_ranks",
        row_key=budget.place,
        column="rank",
        value=str(Decimal(needs) / 100),
        allowed=_OVER_ALLOWED,
        message=_OVER if alone else _TOGETHER,
        advice=_OVER_ADVICE,
        fields={
            "place": budget.place,
            "name": budget.name,
            "needs": needs,
            "budget": budget.limit_dec2,
            "short": needs - budget.limit_dec2,
        },
    )


def _levels(
    model: PlanningModel, seats: Sequence[Seat], ranks: Sequence[str], salary: Mapping[str, int], over: int
) -> tuple[LevelValue, ...]:
    """Say what the mix reached: posts over caps, holders' ranks changed, coefficients in hundredths."""
    changed = sum(map(is_changed, seats, ranks))
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
