"""Checks of the salary budgets of a planning model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.policy.rows import Rank, SalaryBudget


def salary_budget_findings(
    budgets: Sequence[SalaryBudget], ranks: Sequence[Rank], file: str
) -> Iterator[Finding]:
    """Yield a rank without coefficient, where a budget adds coefficients up, and names used twice."""
    if not budgets:
        return
    for index, rank in enumerate(ranks):
        if rank.salary_coefficient is None:
            yield Finding(
                code="rank_without_coefficient",
                table=file,
                row_key=rank.code,
                column=f"rank[{index + 1}].salary_coefficient",
                allowed=N_("a number above 0"),
                message=N_("The rank {code} has no salary coefficient, but the model has a salary budget."),
                advice=N_("Give the starting coefficient of every rank, or leave the budget out."),
                fields={"code": rank.code},
            )
    for name, count in sorted(Counter(budget.name for budget in budgets).items()):
        if count > 1:
            yield Finding(
                code="duplicate_name",
                table=file,
                row_key=name,
                column="salary_budget.name",
                value=name,
                allowed=N_("each name once"),
                message=N_("Several salary budgets are called {name}."),
                advice=N_("Give each salary budget a name of its own."),
                fields={"name": name},
            )
