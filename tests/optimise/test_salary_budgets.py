"""Salary budgets in the rank mix: against trying every mix, at the edge, past it, and what more would buy."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from typing import Any

import pytest
from test_ranks import RANKS, case_of, with_caps

from vitri.optimise.ranks import RankMix, mix_ranks
from vitri.policy import PlanningModel
from vitri.policy.rows import SalaryBudget

PRICE = dict(zip(RANKS, (440, 234, 186), strict=True))
EVERY = ";".join(RANKS)
Seats = list[tuple[str, str, str | None]]


def budgeted(*budgets: tuple[str, str], caps: tuple[dict[str, Any], ...] = ()) -> PlanningModel:
    """Return the model of three ranks with budgets (unit, coefficients)."""
    rows = tuple(
        SalaryBudget.model_validate({"name": f"budget {i}", "unit": unit, "coefficients": Decimal(most)})
        for i, (unit, most) in enumerate(budgets)
    )
    return with_caps(*caps).model_copy(update={"salary_budget": rows})


def solved(seats: Seats, rules: PlanningModel, areas: dict[str, str] | None = None) -> RankMix:
    """Mix the ranks of some seats."""
    scenario, sized, staffing = case_of(seats, areas or {"O": "X"})
    return mix_ranks(scenario, rules, sized, staffing)


def places(rules: PlanningModel, areas: dict[str, str]) -> list[tuple[set[str], int]]:
    """Return (offices, hundredths) of every budget in every place."""
    found = []
    for budget in rules.salary_budget:
        most = int(budget.coefficients * 100)
        if budget.unit == "office":
            found += [({office}, most) for office in areas]
        elif budget.unit == "area":
            found += [({o for o in areas if areas[o] == a}, most) for a in set(areas.values())]
        elif budget.unit == "*":
            found.append((set(areas), most))
        else:
            found.append(({o for o in areas if budget.unit in (o, areas[o])}, most))
    return found


def every_mix(
    seats: Seats, areas: dict[str, str], limits: list[tuple[set[str], int]], cap: int | None
) -> tuple[int, int, int, int]:
    """Try every mix: least (posts over the cap, hundredths over budgets, holders changed, hundredths)."""
    best: tuple[int, int, int, int] | None = None
    for mix in itertools.product(*(ranks.split(";") for _, ranks, _ in seats)):
        homes = [office for office, _, _ in seats]
        over = 0
        for office in areas if cap is not None else ():
            here = [rank for home, rank in zip(homes, mix, strict=True) if home == office]
            over += max(0, here.count(RANKS[0]) - len(here) * (cap or 0) // 100)
        short = sum(
            max(0, sum(PRICE[rank] for home, rank in zip(homes, mix, strict=True) if home in offices) - most)
            for offices, most in limits
        )
        changed = sum(
            bool(held) and str(held) in ranks.split(";") and held != rank
            for (_, ranks, held), rank in zip(seats, mix, strict=True)
        )
        value = over, short, changed, sum(PRICE[rank] for rank in mix)
        best = value if best is None or value < best else best
    assert best is not None
    return best


def test_budgets_equal_brute_force() -> None:
    """On 110 random cases caps come first, then budgets, holders, cost; what more would buy is exact."""
    bound = broken = buying = 0
    for seed in range(110):
        rng = random.Random(seed)
        areas = {"O0": "X", "O1": rng.choice(["X", "Y"])}
        seats: Seats = [
            (
                rng.choice(["O0", "O1"]),
                ";".join(rng.sample(RANKS, rng.randint(2, 3))),
                rng.choice([None, *RANKS, RANKS[0], RANKS[0]]),
            )
            for _ in range(rng.randint(2, 5))
        ]
        units = rng.sample(["office", "area", "*", "O0", "X"], rng.randint(1, 2))
        budgets = [
            (unit, f"{rng.choice([6, 8, 9, 10, 11, 12, 14])}.{rng.randint(0, 99):02}") for unit in units
        ]
        cap = rng.choice([None, None, 50])
        caps = () if cap is None else ({"rank": RANKS[0], "max_pct": cap},)
        rules = budgeted(*budgets, caps=caps)
        limits = places(rules, areas)
        over, short, changed, cost = every_mix(seats, areas, limits, cap)
        mix = solved(seats, rules, areas)
        assert bool(mix.findings.errors) == bool(over or short), seed
        if over or short:
            broken += 1
            assert any(f.code == "salary_over_budget" for f in mix.findings) == bool(short)
            continue
        assert [level.value for level in mix.levels] == [0, changed, cost], seed
        assert mix.budgets is not None
        bound += changed > 0
        for row in mix.budgets.to_dict("records"):
            budget = next(b for b in rules.salary_budget if b.name == row["budget"])
            asked = row["place"]
            offices = {o for o in areas if asked in ("*", o, areas[o])}
            others = list(limits)
            others.remove((offices, int(budget.coefficients * 100)))
            wider = [*others, (offices, row["budget_dec2"] + 100)]
            if len(areas) == len(set(areas.values())) and len(rules.salary_budget) > 1:
                continue  # parts may be apart: what changes elsewhere is not this budget's
            if row["changed_ranks"] == changed:
                assert row["kept_by_one_unit"] == changed - every_mix(seats, areas, wider, cap)[2], seed
            step = row["next_step_dec2"]
            if row["changed_ranks"] == changed and isinstance(step, int):
                buying += 1
                enough = [*others, (offices, row["budget_dec2"] + step)]
                too_little = [*others, (offices, row["budget_dec2"] + step - 1)]
                assert every_mix(seats, areas, enough, cap)[:3] <= (0, 0, changed - 1), seed
                assert every_mix(seats, areas, too_little, cap)[2] == changed, seed
    assert min(bound, broken, buying) > 10


@pytest.mark.parametrize("unit", ["office", "area", "*", "O", "X"])
def test_a_budget_holds_at_its_edge_and_is_refused_one_hundredth_below(unit: str) -> None:
    """Two seats at 1.86 and one at 2.34 keep 6.06 exactly; 6.05 is an error that says 6.06 and 6.05."""
    seats: Seats = [("O", RANKS[2], None), ("O", EVERY, None), ("O", RANKS[1], None)]
    kept = solved(seats, budgeted((unit, "6.06")))
    assert len(kept.findings) == 0
    assert kept.budgets is not None
    assert kept.budgets[["used_dec2", "left_dec2", "least_dec2"]].to_numpy().tolist() == [[606, 0, 606]]
    found = list(solved(seats, budgeted((unit, "6.05"))).findings)
    assert [(f.code, f.severity) for f in found] == [("salary_over_budget", "error")]
    english, vietnamese = found[0].render("en"), found[0].render("vi")
    assert "6.06" in english["message"]
    assert "6.05" in english["message"]
    assert "6,06" in vietnamese["message"]
    assert "0,01" in vietnamese["advice"]


def test_a_tight_budget_changes_as_few_holders_as_it_can_and_says_what_more_would_buy() -> None:
    """Three holders of 4.40 under 11: two change, 1.68 more keeps the next (4.40 + 4.40 + 1.86 + ...)."""
    mix = solved([("O", EVERY, RANKS[0])] * 3, budgeted(("O", "9.00")))
    assert sorted(mix.post_ranks["rank"]) == [RANKS[0], RANKS[2], RANKS[2]]
    assert [level.value for level in mix.levels] == [0, 2, 812]
    assert mix.budgets is not None
    row = mix.budgets.to_dict("records")[0]
    assert (row["changed_ranks"], row["kept_by_one_unit"], row["next_step_dec2"]) == (2, 0, 166)
    wider = solved([("O", EVERY, RANKS[0])] * 3, budgeted(("O", "9.66")))
    assert wider.budgets is not None
    assert wider.budgets.loc[0, "kept_by_one_unit"] == 1


def test_without_a_budget_there_is_no_table_and_a_wide_one_changes_nothing() -> None:
    """A budget that is not reached leaves ranks and levels as they are without it."""
    seats: Seats = [("O", EVERY, RANKS[0]), ("O", EVERY, None)]
    free, wide = solved(seats, budgeted()), solved(seats, budgeted(("*", "100")))
    assert free.budgets is None
    assert free.levels == wide.levels
    assert free.post_ranks.equals(wide.post_ranks)
    assert wide.budgets is not None
    assert wide.budgets["left_dec2"].tolist() == [10_000 - 440 - 186]


def test_a_budget_that_only_another_limit_breaks_is_said_so() -> None:
    """Two seats of one office admit 1.86 or 2.34; no post may be 01.004, so 4.68 is needed, not 3.72."""
    seats: Seats = [("O", f"{RANKS[1]};{RANKS[2]}", None)] * 2
    rules = budgeted(("O", "4.00"), caps=({"rank": RANKS[2], "max_pct": 0},))
    found = [f for f in solved(seats, rules).findings if f.code == "salary_over_budget"]
    assert ["4.68" in f.render("en")["message"] for f in found] == [True]
