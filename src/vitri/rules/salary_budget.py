"""Salary budgets: the coefficients of the posts' ranks that offices and areas may add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vitri.data.instance import Instance
from vitri.errors import Finding, Findings
from vitri.i18n import N_, Lang, number, tr
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_most, law
from vitri.rules.case import Case
from vitri.rules.limits import Draft, SalaryLimit
from vitri.rules.quota_tree import unit_parents

EVERYWHERE = "*"


@dataclass(frozen=True)
class _Place:
    code: str
    offices: frozenset[str]


def _places(instance: Instance, unit: str) -> Iterator[_Place]:
    """Yield what a budget speaks of, with its offices; an area holds the offices of all areas in it."""
    tree = unit_parents(instance)
    offices: dict[str, set[str]] = {code: set() for code in tree}
    for code, (kind, _) in tree.items():
        above: str | None = code
        while kind == "office" and above is not None:
            offices[above].add(code)
            above = tree[above][1]
    if unit == EVERYWHERE:
        every = frozenset(code for code, (kind, _) in tree.items() if kind == "office")
        yield _Place(EVERYWHERE, every)
    elif unit in ("office", "area"):
        for code, (kind, _) in sorted(tree.items()):
            if kind == unit:
                yield _Place(code, frozenset(offices[code]))
    elif unit in tree:
        yield _Place(unit, frozenset(offices[unit]))


def coefficients_dec2(model: PlanningModel) -> dict[str, int]:
    """Return the starting coefficient of every rank in hundredths; 0 where the model gives none."""
    return {rank.code: int((rank.salary_coefficient or Decimal(0)) * 100) for rank in model.rank}


class SalaryBudget(Rule):
    """The starting coefficients of a unit's posts add up to no more than its budget.

    Figures are in hundredths. Posts without a rank (elected) cost nothing here. Without officials no rank is
    planned, and the rule does not apply.
    """

    name = "salary_budget"
    title = N_("Salary budget")
    sentence = N_(
        "{place}: the ranks of the posts add up to {actual} salary coefficients; the budget “{detail}” is "
        "{required}."
    )

    def build(self, draft: Draft) -> None:
        """Set the budgets of offices and areas."""
        for budget in draft.model.salary_budget:
            limit = int(budget.coefficients * 100)
            for place in _places(draft.instance, budget.unit):
                draft.salary.append(SalaryLimit(budget.name, place.code, place.offices, limit))

    def rows(self, case: Case) -> Iterator[Measured]:
        """Add up the table of ranks below every unit that has a budget."""
        if not case.with_people or not case.model.salary_budget:
            return
        price = coefficients_dec2(case.model)
        spent: dict[str, int] = {}
        for row in case.rows("post_ranks"):
            cost = price.get(row["rank"], 0) * int(row["posts"])
            spent[row["office"]] = spent.get(row["office"], 0) + cost
        for budget in case.model.salary_budget:
            for place in _places(case.instance, budget.unit):
                used = sum(spent.get(office, 0) for office in place.offices)
                limit = int(budget.coefficients * 100)
                yield at_most(place.code, limit, used, budget.name, legal=law(budget))

    def say(self, row: Mapping[str, Any], lang: Lang) -> str:
        """Say coefficients with two decimals."""
        return tr(
            self.sentence,
            lang,
            place=row["place"],
            detail=str(row["detail"] or ""),
            actual=number(Decimal(int(row["actual"])) / 100, lang, 2),
            required=number(Decimal(int(row["required"])) / 100, lang, 2),
        )


def check_salary_budgets(instance: Instance, model: PlanningModel) -> Findings:
    """Return an error for a budget of a unit that is not there, a warning where no rank is planned."""
    found = []
    known = unit_parents(instance)
    for budget in model.salary_budget:
        if budget.unit not in (EVERYWHERE, "office", "area") and budget.unit not in known:
            found.append(
                Finding(
                    code="unknown_budget_unit",
                    table=model.file,
                    row_key=budget.name,
                    column="salary_budget.unit",
                    value=budget.unit,
                    allowed=N_("office, area, * or the code of an office or area"),
                    message=N_("The salary budget {name} is for {unit}, which is no office or area."),
                    advice=N_("Write the code as it stands in the tables of offices and areas."),
                    fields={"name": budget.name, "unit": budget.unit},
                )
            )
    if model.salary_budget and not instance.has("officials"):
        found.append(
            Finding(
                code="budget_without_officials",
                severity="warning",
                table=model.file,
                column="salary_budget",
                message=N_("Salary budgets are not looked at: without officials no rank is planned."),
                advice=N_("Add the table of officials, with the ranks they hold."),
            )
        )
    return Findings.of(found)
