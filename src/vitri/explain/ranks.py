"""Reasons from the rank mix: ratio caps that leave no room, and what salary budgets allow and would buy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.facts import Facts
from vitri.explain.sentences import Reasons, Said, filled, source_of, whole, words
from vitri.explain.units import unit_name
from vitri.i18n import N_, number, percent
from vitri.policy import PlanningModel
from vitri.policy.rows import RatioCap, SalaryBudget
from vitri.rules.leaders import fixed_posts
from vitri.rules.quota_tree import unit_parents

_UNIT = 10_000


def coefficients(dec2: int) -> Said:
    """Say salary coefficients kept in hundredths."""
    return lambda lang: number(Decimal(dec2) / 100, lang, 2)


def tell_ranks(
    told: Reasons,
    facts: Facts,
    instance: Instance,
    model: PlanningModel,
    tables: Mapping[str, pd.DataFrame],
) -> None:
    """Say of every rank cap that is used up and of every salary budget what it means for the ranks."""
    if "post_ranks" in tables:
        kinds = {code: kind for code, (kind, _) in unit_parents(instance).items()}
        _tell_caps(told, facts, instance, model, tables["post_ranks"])
        if "salary_budgets" in tables:
            _tell_budgets(told, facts, kinds, model.salary_budget, tables["salary_budgets"])


def _tell_caps(
    told: Reasons, facts: Facts, instance: Instance, model: PlanningModel, ranks: pd.DataFrame
) -> None:
    frame = fixed_posts(instance, model)
    role_of = {str(k): str(v) for k, v in zip(frame["position"], frame["leader_role"], strict=True)}
    area_of = {code: above or "*" for code, (_, above) in unit_parents(instance).items()}
    rows = [
        (str(office), role_of.get(str(position), ""), "" if pd.isna(rank) else str(rank), int(posts))
        for office, position, rank, posts in zip(
            *(ranks[name] for name in ("office", "position", "rank", "posts")), strict=True
        )
    ]
    for cap in model.ratio_cap:
        later = cap.binding_from is not None and cap.binding_from > instance.info.as_of
        if later or not cap.count.rank or model.applies_to.level in cap.except_level:
            continue
        for place, counted, base in _counts(cap, rows, area_of):
            slack = {"down": 0, "half_up": _UNIT // 2, "up": _UNIT - 1}[cap.rounding]
            allowed = (int(cap.max_pct * 100) * base + slack) // _UNIT
            if counted < allowed or not base:
                continue
            figure = "total" if place == "*" else f"{'quota' if cap.scope == 'area' else 'office'}:{place}"
            told.tell(
                figure,
                "ratio",
                N_(
                    "The cap “{name}” is used up: {counted} posts count, at most {allowed} of {base} may "
                    "({share}) {source}. No further post gets this rank."
                ),
                {"counted": counted, "allowed": allowed, "base": base, "legal": cap.status == "law"},
                name=cap.name,
                counted=whole(counted),
                allowed=whole(allowed),
                base=whole(base),
                share=_percent(cap.max_pct),
                source=source_of(cap.source, cap.status),
            )


def _percent(value: Decimal) -> Said:
    return lambda lang: percent(value, lang)


def _counts(
    cap: RatioCap, rows: Sequence[tuple[str, str, str, int]], area_of: Mapping[str, str]
) -> Iterator[tuple[str, int, int]]:
    """Yield (place, posts counted, base) of a cap."""
    totals: dict[str, list[int]] = {}
    for office, role, rank, posts in rows:
        total = totals.setdefault(area_of[office] if cap.scope == "area" else office, [0, 0])
        if rank == cap.count.rank and cap.count.leader_role in (None, role):
            total[0] += posts
        if cap.of == "quota" or (cap.of.rank in (None, rank) and cap.of.leader_role in (None, role)):
            total[1] += posts
    for place, (counted, base) in sorted(totals.items()):
        yield place, counted, base


def _tell_budgets(
    told: Reasons,
    facts: Facts,
    kinds: Mapping[str, str],
    budgets: Sequence[SalaryBudget],
    table: pd.DataFrame,
) -> None:
    model_row = {budget.name: budget for budget in budgets}
    for row in table.to_dict("records"):
        place, budget = str(row["place"]), model_row[str(row["budget"])]
        office = kinds.get(place) == "office"
        figure = "total" if place == "*" else f"{'office' if office else 'quota'}:{place}"
        changed, kept = int(row["changed_ranks"]), int(row["kept_by_one_unit"])
        step = None if pd.isna(row["next_step_dec2"]) else int(row["next_step_dec2"])
        told.tell(
            figure,
            "salary_budget",
            N_(
                "The salary budget “{name}” of {unit} allows {limit} coefficients {source}; the ranks of the "
                "posts use {used} and leave {left} (the cheapest ranks admitted would use {least}). {more}"
            ),
            {
                "budget_dec2": int(row["budget_dec2"]),
                "used_dec2": int(row["used_dec2"]),
                "least_dec2": int(row["least_dec2"]),
                "changed_ranks": changed,
                "kept_by_one_unit": kept,
                "next_step_dec2": step,
            },
            name=budget.name,
            unit=words(N_("all offices")) if place == "*" else unit_name(facts, place),
            limit=coefficients(int(row["budget_dec2"])),
            source=source_of(budget.source, budget.status),
            used=coefficients(int(row["used_dec2"])),
            left=coefficients(int(row["left_dec2"])),
            least=coefficients(int(row["least_dec2"])),
            more=_more(changed, kept, step),
        )


def _more(changed: int, kept: int, step: int | None) -> Said:
    """Say what a larger budget would buy on the level before it: ranks that holders keep."""
    if not changed:
        return words(N_("Every holder keeps an admitted rank: a larger budget would buy nothing."))
    if step is None:
        return filled(
            N_("Holders whose rank changes: {changed}; a larger budget alone would not spare one."),
            changed=whole(changed),
        )
    return filled(
        N_(
            "Holders whose rank changes under the limits that bind: {changed}; one coefficient more would "
            "spare {kept}, and the next one is spared at {step} more."
        ),
        changed=whole(changed),
        kept=whole(kept),
        step=coefficients(step),
    )
