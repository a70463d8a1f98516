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
from vitri.rules.base import Measured, Rule, at_most, equal, law
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


def salary_limits(instance: Instance, model: PlanningModel) -> list[SalaryLimit]:
    """Return every budget in every place it speaks of, in order of the budgets and places."""
    return [
        SalaryLimit(budget.name, place.code, place.offices, int(budget.coefficients * 100))
        for budget in model.salary_budget
        for place in _places(instance, budget.unit)
    ]


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
        draft.salary += salary_limits(draft.instance, draft.model)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Add up the table of ranks below every unit that has a budget."""
        if not case.with_people:
            return
        legal = {budget.name: law(budget) for budget in case.model.salary_budget}
        for limit, used in _spent(case):
            yield at_most(limit.place, limit.limit_dec2, used, limit.name, legal=legal[limit.name])

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


class SalaryTotals(Rule):
    """The table of salary budgets says what the ranks add up to, against the budgets in force."""

    name = "salary_totals"
    title = N_("Salary budgets add up")
    sentence = N_("{place}: the table of salary budgets says {actual}, the plan {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare budget, used and left of every place; every budget has its row."""
        if not case.with_people:
            return
        told = {(row["place"], row["budget"]): row for row in case.rows("salary_budgets")}
        wanted = {(limit.place, limit.name): (limit.limit_dec2, used) for limit, used in _spent(case)}
        for place, name in sorted(set(told) | set(wanted)):
            key = (place, name)
            yield equal(f"{place}/{name}", int(key in wanted), int(key in told), "rows")
            if key in told and key in wanted:
                row, (limit, used) = told[key], wanted[key]
                figures = {"budget_dec2": limit, "used_dec2": used, "left_dec2": limit - used}
                for column, figure in figures.items():
                    yield equal(f"{place}/{name}", figure, int(row[column]), column)
                yield at_most(f"{place}/{name}", used, int(row["least_dec2"]), "least_dec2")


def _spent(case: Case) -> Iterator[tuple[SalaryLimit, int]]:
    """Yield every budget in every place, with the coefficients the table of ranks adds up to."""
    price = coefficients_dec2(case.model)
    spent: dict[str, int] = {}
    for row in case.rows("post_ranks") if case.model.salary_budget else ():
        spent[row["office"]] = spent.get(row["office"], 0) + price.get(row["rank"], 0) * int(row["posts"])
    for limit in salary_limits(case.instance, case.model):
        yield limit, sum(spent.get(office, 0) for office in limit.offices)


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
