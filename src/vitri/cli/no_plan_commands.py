"""The command around scenarios without a plan: what to concede, and which rules conflict."""

from __future__ import annotations

from pathlib import Path

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, tr


@click.command(
    "concessions",
    cls=Command,
    help=N_("Say what to concede where limits leave no plan, and which rules conflict."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--sizing",
    type=click.Choice(["ceiling", "need"]),
    help=N_("Share out the given ceiling, or propose the fewest posts that meet the service rule."),
)
@option("--allow-legal", is_flag=True, help=N_("Offer rules of law as concessions too."))
@common
def concessions(path: Path, sizing: str | None, allow_legal: bool) -> int:
    """Print the cheapest concessions of a scenario and a minimal conflict."""
    instance = usable(path)
    from vitri.explain.no_plan import concession_text, conflict_text
    from vitri.optimise.conflict import minimal_conflict, question_of, solves_after
    from vitri.optimise.engine import SolveOptions, Watch
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    model = model_for(instance, None)
    fund = time_fund(instance, model)
    watch = Watch(SolveOptions(sizing=sizing))  # type: ignore[arg-type]  # click has checked the choice
    question = question_of(instance, model, compute(instance, model, fund), fund, watch)
    lang = language()
    exists = question.exists(frozenset(question.members))
    if exists:
        line(tr("The limits on posts leave a plan; nothing has to be conceded.", lang))
        return 0
    for concession in question.concessions(allow_legal=allow_legal):
        if concession.helps:
            confirmed = solves_after(question, concession, watch)
            line(concession_text(concession, confirmed, lang))
    conflict = minimal_conflict(question)
    if conflict is None:
        line(tr("Whether a plan exists was not decided.", lang))
    else:
        line(conflict_text(conflict, lang))
    return 3


COMMANDS = (concessions,)
