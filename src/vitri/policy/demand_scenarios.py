"""Checks of the demand scenarios of a model: their names, their probabilities, the groups they speak of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from vitri.errors import Finding
from vitri.i18n import N_
from vitri.policy.parse import nearest, shown
from vitri.policy.rows import DemandScenario
from vitri.policy.sections import Service


def unplanned_probability(service: Service, file: str) -> Iterator[Finding]:
    """Warn that a probability of the service rule is judged by `vitri uncertainty`, not planned for."""
    if service.probability_pct > 0:
        yield Finding(
            code="probability_not_planned",
            severity="warning",
            table=file,
            column="service.probability_pct",
            value=shown(service.probability_pct),
            allowed=N_("0, or judged by vitri uncertainty"),
            message=N_("Plans keep the service rule for the work as registered, not with a probability."),
            advice=N_("Run vitri uncertainty for the posts that keep it with this probability."),
        )


def scenario_findings(rows: Sequence[DemandScenario], file: str) -> Iterator[Finding]:
    """Refuse scenarios of one name, and probabilities that do not add up to 100."""
    for name, count in sorted(Counter(row.name for row in rows).items()):
        if count > 1:
            yield Finding(
                code="duplicate_code",
                table=file,
                row_key=name,
                column="demand_scenario.name",
                value=name,
                allowed=N_("each name once"),
                message=N_('The demand scenario "{name}" is declared {count} times.'),
                advice=N_("Rename or delete one."),
                fields={"name": name, "count": count},
            )
    total = sum((row.probability_pct for row in rows), Decimal(0))
    if rows and total != 100:
        names = ", ".join(row.name for row in rows)
        yield Finding(
            code="probabilities_not_100",
            table=file,
            row_key=names,
            column="demand_scenario.probability_pct",
            value=shown(total),
            allowed=N_("100 in sum"),
            message=N_("The probabilities of the demand scenarios {names} add up to {total} %."),
            advice=N_("Change the probabilities until they add up to 100."),
            fields={"names": names, "total": shown(total)},
        )


def group_findings(rows: Sequence[DemandScenario], groups: Sequence[str], file: str) -> Iterator[Finding]:
    """Refuse task groups that the plan's tables do not have."""
    for index, row in enumerate(rows):
        for group in row.group_pct:
            if group in groups:
                continue
            near = nearest(group, groups)
            yield Finding(
                code="unknown_reference",
                table=file,
                row_key=row.name,
                column=f"demand_scenario[{index + 1}].group_pct.{group}",
                value=group,
                allowed=N_("one of {choices}"),
                message=N_('"{group}" is no task group of this plan. Did you mean "{nearest}"?')
                if near
                else N_('"{group}" is no task group of this plan.'),
                advice=N_("Write the code of a task group, or add it to task_groups."),
                fields={"group": group, "nearest": near, "choices": ", ".join(groups)},
            )
