"""The commands before a plan: template, check, import, models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.output import (
    line,
    refuse_to_overwrite,
    save_findings,
    show_findings,
    show_warnings,
    table,
)
from vitri.cli.words import Command, Group, common, language, option
from vitri.errors import DataError, Findings, ModelError
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance

PATH = click.Path(path_type=Path)


@click.command("template", cls=Command, help=N_("Write an empty workbook to fill in: one sheet per table."))
@option("-o", "--output", type=PATH, metavar="FILE.xlsx", help=N_("The workbook to write."))
@common
def template(output: Path | None) -> None:
    """Write the blank workbook, never over an existing file."""
    from vitri.data import write_template

    path = output or Path(tr("vitri-template.xlsx", language()))
    refuse_to_overwrite(path)
    write_template(path, language())
    line(tr("Template written: {path}", language(), path=path))
    line(
        tr(
            "Four sheets are needed (offices, organisations, task groups, registrations); the rest can wait.",
            language(),
        )
    )


@click.command(
    "check",
    cls=Command,
    help=N_("Check a scenario, a folder or a workbook: everything that is wrong, all at once."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--findings", type=PATH, metavar="FILE.csv", help=N_("Save the findings as a table that opens in Excel.")
)
@common
def check(path: Path, findings: Path | None) -> int:
    """Print every finding; 0 if the scenario can be solved, 1 if not."""
    instance, found = checked(path)
    if findings is not None:
        save_findings(found, findings)
        line(tr("Findings saved: {path}", language(), path=findings), error=True)
    show_findings(found)
    if instance is None or len(found.errors):
        line(tr("The scenario cannot be solved as it is.", language()))
        return 1
    rows = sum(len(instance.tables[name]) for name in sorted(instance.present))
    summary = tr(
        "{name}: {tables} tables, {rows} rows, model {model}. Ready to solve.",
        language(),
        name=instance.info.name,
        tables=len(instance.present),
        rows=number(rows, language()),
        model=instance.info.model,
    )
    line(summary)
    return 0


def checked(path: Path) -> tuple[Instance | None, Findings]:
    """Read a scenario and join the findings about its data, its planning model, and the two together."""
    from vitri.data import check as check_data
    from vitri.data import check_with_model
    from vitri.policy import model_for
    from vitri.policy.worktime import check_time
    from vitri.rules.class_quota import check_class_quotas
    from vitri.rules.salary_budget import check_salary_budgets

    instance, found = check_data(path)
    if instance is None:
        return None, found
    try:
        model = model_for(instance)
    except ModelError as problem:
        return instance, found + problem.findings
    if len(found.errors):
        return instance, found + model.warnings + check_with_model(instance, model)
    timed = check_time(instance, model) + check_salary_budgets(instance, model)
    timed = timed + check_class_quotas(instance, model)
    return instance, found + model.warnings + check_with_model(instance, model) + timed


def usable(path: Path) -> Instance:
    """Read a scenario that can be solved, or raise DataError with every error; warnings go to the user."""
    instance, found = checked(path)
    if instance is None or len(found.errors):
        raise DataError(found)
    show_warnings(found, tr("All of them: vitri check {path}", language(), path=path))
    return instance


@click.group(
    "import", cls=Group, help=N_("Bring a register that was written for something else into a scenario.")
)
@common
def import_group() -> None:
    """Foreign registers; each has a command of its own."""


@import_group.command(
    "abk", help=N_("The Indonesian workload register (ABK): offices, positions, tasks as CSV.")
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "-o", "--output", type=PATH, required=True, metavar="SCENARIO", help=N_("The scenario folder to write.")
)
@option(
    "--period",
    default="2025",
    show_default=True,
    metavar="YEAR",
    help=N_("The year the yearly volumes are for."),
)
@common
def import_abk(path: Path, output: Path, period: str) -> None:
    """Write a scenario from an ABK register."""
    if not (period.isascii() and period.isdigit() and len(period) == 4):
        raise click.BadParameter(tr("a year of four digits, such as 2025", language()), param_hint="--period")
    refuse_to_overwrite(output)
    from vitri.data import write_folder
    from vitri.data.abk import import_abk as read_abk

    instance = read_abk(path, period)
    write_folder(instance, output)
    tables = instance.tables
    line(
        tr(
            "{offices} offices, {positions} positions, {lines} lines of work written to {path}.",
            language(),
            offices=number(len(tables["offices"]), language()),
            positions=number(len(tables["current_posts"]), language()),
            lines=number(len(tables["registrations"]), language()),
            path=output,
        )
    )


@click.command(
    "models", cls=Command, help=N_("List the planning models: the rules a scenario can be solved under.")
)
@common
def models() -> None:
    """Print every shipped model and every workload policy that may stand in for parts of one."""
    from vitri.policy import list_models, list_policies, load_model, load_policy
    from vitri.policy.labels import code_label

    lang = language()
    rows = []
    for name in list_models():
        model = load_model(name)
        rows.append([name, model.title(lang), tr(MODEL_LEVELS[model.applies_to.level], lang)])
    table([tr("Model", lang), tr("Full title", lang), tr("Used for", lang)], rows)
    line()
    rows = []
    for name in list_policies():
        policy = load_policy(name)
        title = policy.name_vi if lang == "vi" else policy.name_en
        tables = (policy.time_fund, policy.rounding, policy.counter, policy.shift)
        sources = dict.fromkeys(
            part.source or code_label(part.status, lang) for part in tables if part is not None
        )
        rows.append([name, title or name, "; ".join(sources)])
    table([tr("Workload policy (--policy)", lang), tr("Full title", lang), tr("Source", lang)], rows)


MODEL_LEVELS = {
    "commune": N_("communes"),
    "district": N_("districts"),
    "province": N_("provinces"),
    "other": N_("other"),
}
"""The level of government that a planning model is for, as people read it."""

COMMANDS = (template, check, import_group, models)
