"""The commands before a plan: template, check, workload, import, models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.output import (
    line,
    refuse_to_overwrite,
    save_findings,
    save_tables,
    show_findings,
    show_warnings,
    table,
)
from vitri.cli.words import Command, Group, common, language, option
from vitri.errors import DataError, Findings, ModelError
from vitri.i18n import N_, month_text, number, percent, tr

if TYPE_CHECKING:
    import pandas as pd

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

    instance, found = check_data(path)
    if instance is None:
        return None, found
    try:
        model = model_for(instance)
    except ModelError as problem:
        return instance, found + problem.findings
    if len(found.errors):
        return instance, found + model.warnings + check_with_model(instance, model)
    timed = check_time(instance, model)
    return instance, found + model.warnings + check_with_model(instance, model) + timed


def usable(path: Path) -> Instance:
    """Read a scenario that can be solved, or raise DataError with every error; warnings go to the user."""
    instance, found = checked(path)
    if instance is None or len(found.errors):
        raise DataError(found)
    show_warnings(found, tr("All of them: vitri check {path}", language(), path=path))
    return instance


@click.command(
    "workload", cls=Command, help=N_("Compute the workload: minutes, time fund and need, without a plan.")
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER",
    help=N_("Save the tables of the workload, every factor kept."),
)
@common
def workload(path: Path, output: Path | None) -> None:
    """Print the year's work per office with its estimated share, and save the tables if asked."""
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)
    model = model_for(instance)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    show_warnings(work.findings)
    lang = language()
    guessed, counted = _sums(work.cells, "estimated_minutes"), _sums(work.cells, "minutes")
    names = dict(zip(instance.tables["offices"]["code"], instance.tables["offices"]["name"], strict=True))
    whole = work.needs[work.needs["pool"].isna() & work.needs["task_group"].isna()]
    rows: list[list[str]] = []
    for need in whole[whole["office"].notna()].sort_values("office").itertuples(index=False):
        office = str(need.office)
        share = 100 * guessed[office] / counted[office] if counted.get(office) else 0.0
        rows.append([office, str(names.get(office, "")), *_need(need), percent(share, lang)])
    for need in whole[whole["office"].isna()].itertuples(index=False):
        share = 100 * sum(guessed.values()) / sum(counted.values()) if sum(counted.values()) else 0.0
        rows.append([tr("Together", lang), "", *_need(need), percent(share, lang)])
    table([tr(text, lang) for text in WORKLOAD_TITLES], rows, right=(2, 3, 5, 6, 7, 8, 9))
    irregular = sum(counted.values()) - int(whole.loc[whole["office"].isna(), "minutes"].sum())
    line(
        tr(
            "Regular work only; {hours} hours beside it are no basis for quotas.",
            lang,
            hours=_hours(irregular),
        )
    )
    if output is not None:
        save_tables(
            {
                "workload_lines": work.lines,
                "workload": work.cells,
                "time_fund": fund,
                "needs": work.needs,
                "estimates": work.estimates,
            },
            output,
        )
        line(tr("Tables saved: {path}", lang, path=output))


def _sums(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """Return office → sum of a column."""
    return {
        str(office): int(total) for office, total in frame.groupby("office", sort=True)[column].sum().items()
    }


def _hours(minutes: int) -> str:
    """Write minutes as whole hours."""
    return number(round(minutes / 60), language())


def _need(need: Any) -> list[str]:
    """Return the figures of one row of needs as text."""
    lang = language()
    return [
        _hours(int(need.minutes)),
        number(need.year_fte_dec4 / 10_000, lang, 2),
        month_text(need.peak_month, lang),
        number(need.peak_fte_dec4 / 10_000, lang, 2),
        number(int(need.posts_by_position), lang),
        number(int(need.posts_by_pool), lang),
        number(int(need.posts_by_office), lang),
    ]


WORKLOAD_TITLES = (
    N_("Office"),
    N_("Name"),
    N_("Hours"),
    N_("Full-time equivalents"),
    N_("Peak month"),
    N_("At the peak"),
    N_("Rounded by task group"),
    N_("by pool"),
    N_("by office"),
    N_("Estimated share"),
)


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
    """Print name, title and level of government of every shipped model."""
    from vitri.policy import list_models, load_model

    lang = language()
    rows = []
    for name in list_models():
        model = load_model(name)
        rows.append([name, model.title(lang), tr(MODEL_LEVELS[model.applies_to.level], lang)])
    table([tr("Model", lang), tr("Full title", lang), tr("Used for", lang)], rows)


MODEL_LEVELS = {
    "commune": N_("communes"),
    "district": N_("districts"),
    "province": N_("provinces"),
    "other": N_("other"),
}
"""The level of government that a planning model is for, as people read it."""

COMMANDS = (template, check, workload, import_group, models)
