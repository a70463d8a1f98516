"""The commands around scenarios: run all variants of a scenario, lay runs side by side."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_findings
from vitri.cli.plan_commands import changed, load_run
from vitri.cli.words import Command, common, language, option, time_limit, workers
from vitri.errors import NoPlanError
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from vitri.plan.result import Result

#: Scenarios solved at once at most: each takes up to half a gigabyte.
MOST_PROCESSES = 4


@click.command("run-scenarios", cls=Command, help=N_("Solve a scenario and its variants and compare them."))
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--variant",
    "wanted",
    multiple=True,
    metavar="NAME",
    help=N_("Only this variant beside the base; may be given several times."),
)
@option(
    "--out", type=PATH, metavar="FOLDER", help=N_("Keep every run in a folder of its own below this one.")
)
@option(
    "--workbook",
    type=PATH,
    metavar="FILE.xlsx",
    help=N_("Write the comparison as a workbook, and its picture (SVG) beside it."),
)
@time_limit(N_("Stop each scenario after so many seconds and keep its best plan."))
@workers
@common
def run_scenarios(
    path: Path,
    wanted: tuple[str, ...],
    out: Path | None,
    workbook: Path | None,
    time_limit: float | None,
    workers: int,
) -> int:
    """Solve the base and every variant, some beside each other, and print them side by side."""
    _check_workbook(workbook)
    instance = usable(path)
    from vitri.variant import find

    found = [find(instance, name).name for name in wanted or sorted(instance.variants)]
    names = [None, *dict.fromkeys(found)]
    folders = {name: out / (name or "base") for name in names} if out is not None else {}
    for folder in folders.values():
        refuse_to_overwrite(folder, run=True)

    from vitri.cli.several_runs import Job, solve_side_by_side
    from vitri.optimise.engine import SolveOptions

    options = SolveOptions(time_limit_s=time_limit, workers=workers)
    lang = language()
    start = time.monotonic()
    shown = {name: name or instance.info.code for name in names}
    for name in names[1:]:
        line(tr("Scenario: {name}", lang, name=name), error=True)
        changed(instance, name)  # tells what it changes, and refuses a wrong variant before any is solved
    with tempfile.TemporaryDirectory() as spare:
        places = folders or {name: Path(spare) / (name or "base") for name in names}
        stop = Path(spare) / "stop"
        jobs = [Job(path, name, options, places[name], stop) for name in names]
        outcomes = solve_side_by_side(jobs, [shown[name] for name in names], min(workers, MOST_PROCESSES))
        results: list[Result] = []
        code = 0
        for name, outcome in zip(names, outcomes, strict=True):
            if outcome is None:
                continue
            problem = outcome.error
            if problem is None:
                results.append(load_run(places[name]))
                if folders:
                    line(tr("Run saved: {path}", lang, path=folders[name]), error=True)
                continue
            line(tr("{name}: no plan.", lang, name=shown[name]), error=True)
            show_findings(problem.findings, to_stderr=True)
            code = 3 if isinstance(problem, NoPlanError) else 4
            if name is None:
                return code
        seconds = time.monotonic() - start
        line(
            tr(
                "{count} scenarios in {seconds} s.",
                lang,
                count=len(results),
                seconds=number(seconds, lang, 1),
            ),
            error=True,
        )
        if len(results) < 2 and None in outcomes:
            text = N_("Stopped before two scenarios were solved; there is nothing to compare.")
            line(tr(text, lang), error=True)
            return 4
        _show(results, workbook, different_months=False)
    return code


@click.command("compare", cls=Command, help=N_("Lay runs side by side; the first one is the base."))
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN RUN...")
@option(
    "--workbook",
    type=PATH,
    metavar="FILE.xlsx",
    help=N_("Write the comparison as a workbook, and its picture (SVG) beside it."),
)
@option(
    "--allow-different-months",
    is_flag=True,
    help=N_("Compare runs that plan different months all the same, with a warning."),
)
@common
def compare(runs: tuple[Path, ...], workbook: Path | None, allow_different_months: bool) -> None:
    """Print totals and differences of two or more runs."""
    if len(runs) < 2:
        raise click.UsageError(tr("Name at least two runs to compare.", language()))
    _check_workbook(workbook)
    _show([load_run(path) for path in runs], workbook, different_months=allow_different_months)


def _check_workbook(workbook: Path | None) -> None:
    """Refuse a workbook that is not one, or that would replace something else."""
    if workbook is not None and workbook.suffix.lower() != ".xlsx":
        message = tr("the name of the workbook must end in .xlsx", language())
        raise click.BadParameter(message, param_hint="--workbook")


def _show(results: Sequence[Result], workbook: Path | None, *, different_months: bool) -> None:
    """Print a comparison and write its workbook and picture if asked."""
    from vitri.compare import compare as compare_results

    lang = language()
    found = compare_results(results, different_months=different_months)
    line(found.text(lang))
    if workbook is not None:
        from vitri.report.comparison import write_comparison_plot, write_comparison_workbook

        write_comparison_workbook(found, results, workbook, lang)
        picture = write_comparison_plot(found, workbook.with_suffix(".svg"), lang)
        line(tr("Workbook written: {path}", lang, path=workbook))
        line(tr("Picture written: {path}", lang, path=picture))


COMMANDS = (run_scenarios, compare)
