"""The command that shows the way to a number of posts: derive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite
from vitri.cli.plan_commands import input_of, load_run
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel


@click.command(
    "derive",
    cls=Command,
    help=N_("Write how each office's posts follow from its work: a workbook of formulas to check by hand."),
)
@click.argument("path", type=PATH, metavar="DIR|RUN")
@option("-o", "--output", type=PATH, required=True, metavar="FILE.xlsx", help=N_("The workbook to write."))
@option(
    "--office", "offices", multiple=True, metavar="CODE", help=N_("Only this office; may be given again.")
)
@option("--policy", metavar="NAME", help=N_("Count work and time by another dated policy."))
@common
def derive(path: Path, output: Path, offices: tuple[str, ...], policy: str | None) -> None:
    """Write the derivation of a scenario, or of a run with the plan's posts beside the need."""
    if output.suffix.lower() != ".xlsx":
        raise click.BadParameter(
            tr("the name of the workbook must end in .xlsx", language()), param_hint="-o"
        )
    refuse_to_overwrite(output)
    instance, model, run = _source(path, policy)

    from vitri.report.derivation import write_derivation

    write_derivation(instance, model, output, language(), offices or None, run)
    line(tr("Workbook written: {path}", language(), path=output))


def _source(path: Path, policy: str | None) -> tuple[Instance, PlanningModel, Result | None]:
    """Return the scenario, the rules in force and, for a run under those rules, the run."""
    from vitri.policy import model_for

    if not (path / "result.json").is_file():
        instance = usable(path)
        return instance, model_for(instance, policy), None
    run = load_run(path)
    instance, model = input_of(path, run)
    if policy is None or policy == model.policy:
        return instance, model, run
    line(
        tr("The run was made under other rules: its posts are left out of the workbook.", language()),
        error=True,
    )
    return instance, model_for(instance, policy), None


COMMANDS = (derive,)
