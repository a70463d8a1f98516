"""The commands around a plan: solve, show, export, audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_findings, show_summary, show_warnings
from vitri.cli.words import Command, common, language, option, time_limit, workers
from vitri.errors import DataError, Finding, NoPlanError
from vitri.i18n import N_, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel


@click.command(
    "solve", cls=Command, help=N_("Make a plan: positions, quotas, people and months, with proofs.")
)
@click.argument("path", type=PATH, metavar="DIR")
@option("-o", "--output", type=PATH, required=True, metavar="RUN", help=N_("The run folder to write."))
@option(
    "--structure",
    type=click.Choice(["common", "class", "free"]),
    help=N_("One structure of positions for all offices, one per class of offices, or one per office."),
)
@option(
    "--sizing",
    type=click.Choice(["ceiling", "need"]),
    help=N_("Share out the given ceiling, or propose the fewest posts that meet the service rule."),
)
@option("--variant", metavar="NAME", help=N_("Solve a variant of the scenario (variants/NAME.toml)."))
@option("--policy", metavar="NAME", help=N_("Count work and time by another dated policy."))
@option(
    "--continue",
    "earlier",
    type=PATH,
    metavar="RUN",
    help=N_("Go on from an earlier run: start with its structure; the plan is never worse."),
)
@time_limit(N_("Stop after so many seconds and keep the best plan."))
@workers
@option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    metavar="N",
    help=N_("Random seed."),
)
@common
def solve(
    path: Path,
    output: Path,
    structure: str | None,
    sizing: str | None,
    variant: str | None,
    policy: str | None,
    earlier: Path | None,
    time_limit: float | None,
    workers: int,
    seed: int,
) -> int:
    """Solve a scenario, save the run and print its summary."""
    refuse_to_overwrite(output, run=True)
    before = load_run(earlier) if earlier is not None else None
    instance = usable(path)

    from vitri.cli.progress import ConsoleReporter, run_stoppable
    from vitri.optimise.engine import SolveOptions
    from vitri.solve import solve as solve_instance

    options = SolveOptions(
        structure=structure,  # type: ignore[arg-type]  # click has checked the choice
        sizing=sizing,  # type: ignore[arg-type]
        time_limit_s=time_limit,
        seed=seed,
        workers=workers,
        policy=policy,
    )
    instance, changes, expected = changed(instance, variant)
    reporter = ConsoleReporter()
    try:
        result = run_stoppable(
            lambda: solve_instance(
                instance,
                options=options,
                report=reporter,
                variant=variant,
                changes=changes,
                expected=expected,
                earlier=before,
            ),
            reporter,
        )
    except NoPlanError as problem:
        show_findings(problem.findings, to_stderr=True)
        asked = "".join([f" --variant {variant}" if variant else "", f" --sizing {sizing}" if sizing else ""])
        hint = tr(
            "What to concede, and which rules conflict: vitri concessions {path}", language(), path=path
        )
        line(hint + asked, error=True)
        return 3
    result.save(output)
    show_summary(result.summary(language()))
    line(tr("Run saved: {path}", language(), path=output))
    line(tr("Workbook: vitri export {path} -o FILE.xlsx", language(), path=output))
    line(tr("Why a number: vitri why {path} --office CODE", language(), path=output))
    return 0


def changed(
    instance: Instance, variant: str | None
) -> tuple[Instance, list[dict[str, Any]], list[dict[str, Any]]]:
    """Apply a variant, tell what each change did; return the scenario, the changes and what is expected."""
    from vitri.variant import applied

    instance, changes, expected = applied(instance, variant)
    for change in changes:
        line(change[f"sentence_{language()}"], error=True)
    return instance, changes, expected


def load_run(path: Path) -> Result:
    """Load a run folder, or raise DataError with every row that says what is missing or was changed."""
    from vitri.plan.result import Result

    return Result.load(path)


def input_of(run: Path, result: Result) -> tuple[Instance, PlanningModel]:
    """Return the scenario a run was made from and the rules it was made under, as its folder keeps them."""
    instance, model = result.instance, result.model
    if instance is None or model is None:
        raise DataError(
            Finding(
                code="no_input",
                table=str(run),
                column="input",
                allowed=N_("a run folder written by `vitri solve -o`"),
                message=N_("This run does not keep the scenario it was made from."),
                advice=N_("Make the run again: vitri solve DIR -o RUN."),
            )
        )
    return instance, model


@click.command("show", cls=Command, help=N_("Show the summary of a run."))
@click.argument("run", type=PATH, metavar="RUN")
@common
def show(run: Path) -> None:
    """Print the summary of a saved run."""
    show_summary(load_run(run).summary(language()))


@click.command("export", cls=Command, help=N_("Write a run as a formatted workbook."))
@click.argument("run", type=PATH, metavar="RUN")
@option("-o", "--output", type=PATH, required=True, metavar="FILE.xlsx", help=N_("The workbook to write."))
@common
def export(run: Path, output: Path) -> None:
    """Write the workbook of a saved run."""
    if output.suffix.lower() != ".xlsx":
        raise click.BadParameter(
            tr("the name of the workbook must end in .xlsx", language()), param_hint="-o"
        )
    result = load_run(run)
    from vitri.report import names_of, write_workbook

    if result.info.get("kind") == "calendar":
        from vitri.report.work_calendar import write_work_calendar

        write_work_calendar(result, output, language())
        line(tr("Workbook written: {path}", language(), path=output))
        return
    if result.info.get("kind") == "month":
        from vitri.report.month_sheets import write_month

        write_month(result, output, language())
        line(tr("Workbook written: {path}", language(), path=output))
        return
    instance, model = input_of(run, result)
    write_workbook(result, output, language(), names_of(instance, model), model=model, instance=instance)
    line(tr("Workbook written: {path}", language(), path=output))


@click.command("audit", cls=Command, help=N_("Check a run again, against every rule, without the optimiser."))
@click.argument("run", type=PATH, metavar="RUN")
@common
def audit(run: Path) -> int:
    """Audit a saved run with the copy of its input that the run folder keeps."""
    result = load_run(run)
    from vitri.plan.audit import audit as audit_plan
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    instance, model = input_of(run, result)
    work = compute(instance, model, time_fund(instance, model))
    if result.info.get("kind") == "calendar":
        from vitri.plan.calendar.check import audit_calendar
        from vitri.plan.month_audit import RULES

        broken = audit_calendar(instance, model, work, result)
        show_findings(broken)
        return _verdict(not len(broken), RULES)
    if result.info.get("kind") == "month":
        from vitri.plan.assigned_month_audit import audit_assigned_month

        lines = work.lines[work.lines["office"].isin(set(result.table("month_lines")["office"]))]
        report = audit_assigned_month(instance, model, result.tables, lines, result.info["month"])
    else:
        report = audit_plan(instance, model, work, result.tables, result.info)
    show_findings(report.findings.errors)
    show_warnings(report.findings, tr("All of them: rules.csv in the run folder.", language()))
    return _verdict(report.passed, report.rules_checked)


def _verdict(passed: bool, rules: int) -> int:
    if not passed:
        line(tr("The plan breaks rules; do not use it.", language()))
        return 1
    line(tr("The plan passes: {count} rules checked.", language(), count=rules))
    return 0


COMMANDS = (solve, show, export, audit)
