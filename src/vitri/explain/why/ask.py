"""`why`: one question to a saved or fresh result, answered in sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitri.errors import DataError, Finding, UsageError
from vitri.explain.why.section import Section
from vitri.i18n import N_, Lang

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitri.data.instance import Instance
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel


def why(
    result: Result,
    *,
    office: str = "",
    position: str = "",
    official: str = "",
    task: str = "",
    lang: Lang = "vi",
) -> list[Section]:
    """Answer why an office (or a position of it) has its posts, an official a seat or work, a task its
    person.

    Nothing is solved. Raises `UsageError` unless one thing is asked about that the result has, `DataError`
    where the result is of another kind or does not keep its input.
    """
    if bool(office) + bool(official) + bool(task) != 1 or (position and not office):
        raise UsageError(
            Finding(
                code="bad_options",
                column="--office",
                message=N_("One thing can be explained at a time."),
                advice=N_("Name an office, perhaps with a position, or an official, or a task."),
            )
        )
    if result.info.get("kind") == "month" and not office:
        from vitri.explain.why.task import Month, why_official, why_task

        month = Month(result.info, result.tables, *kept_input(result))
        if task:
            known("--task", task, sorted(month.tasks()))
            return why_task(month, task, lang)
        known("--official", official, sorted(month.officials()))
        return why_official(month, official, lang)
    if task:
        raise DataError(
            Finding(
                code="not_a_month",
                column="--task",
                value=task,
                message=N_("This run is not the assignment of a month."),
                advice=N_("Make one: vitri assign DIR --month YYYY-MM --out RUN."),
            )
        )
    instance, model = planned(result)
    if official:
        from vitri.explain.why.seat import why_seat

        people = result.table("staffing")["official"].dropna()
        known("--official", official, sorted(str(code) for code in people))
        return why_seat(result.info, result.tables, instance, model, official, lang)
    known("--office", office, sorted(str(code) for code in instance.tables["offices"]["code"]))
    if not position:
        from vitri.explain.why.office import why_office

        return why_office(result.info, result.tables, instance, model, office, lang)
    from vitri.explain.why.position import why_position

    posts = result.tables["posts"]
    known("--position", position, sorted(set(posts.loc[posts["office"] == office, "position"])))
    return why_position(result.info, result.tables, instance, model, office, position, lang)


def kept_input(result: Result) -> tuple[Instance, PlanningModel]:
    """Return scenario and rules of a result; raises DataError where they were not kept."""
    instance, model = result.instance, result.model
    if instance is None or model is None:
        raise DataError(
            Finding(
                code="no_input",
                table="input",
                column="input",
                allowed=N_("a run folder written by `vitri solve -o`"),
                message=N_("This run does not keep the scenario it was made from."),
                advice=N_("Make the run again: vitri solve DIR -o RUN."),
            )
        )
    return instance, model


def planned(result: Result) -> tuple[Instance, PlanningModel]:
    """Return scenario and rules of a plan of posts; raises DataError where the result is of another kind."""
    kind = result.info.get("kind")
    if kind is not None or "post_groups" not in result.tables:
        raise DataError(
            Finding(
                code="not_a_plan",
                column="kind",
                value=str(kind or ""),
                message=N_("This run is no plan of posts."),
                advice=N_("Ask about a run of `vitri solve`."),
            )
        )
    return kept_input(result)


def known(name: str, code: str, codes: Sequence[str]) -> None:
    """Raise UsageError with the nearest code where a code is not among those known."""
    if code in codes:
        return
    from vitri.data.findings import nearest

    near = nearest(code, list(codes))
    raise UsageError(
        Finding(
            code="unknown_code",
            column=name,
            value=code,
            message=N_('The run has no "{code}".'),
            advice=N_('Did you mean "{near}"?') if near else N_("The codes are: {codes}."),
            fields={"code": code, "near": near, "codes": ", ".join(codes[:40])},
        )
    )
