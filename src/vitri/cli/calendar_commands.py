"""The commands around a month's calendar: make it, plan it again after changes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_findings, table
from vitri.cli.words import Command, common, language, option, time_limit
from vitri.i18n import N_, date_text, number, tr

if TYPE_CHECKING:
    from vitri.plan.result import Result


@click.command(
    "calendar",
    cls=Command,
    help=N_("Make the work calendar of a month: who does what in which half-day, around the fixed events."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--month", required=True, metavar="YYYY-MM", help=N_("The month, such as 2021-03."))
@option("--office", metavar="CODE", help=N_("Only this office; otherwise all that have officials."))
@option(
    "--out",
    "-o",
    "output",
    type=PATH,
    metavar="RUN",
    help=N_("Write the run folder: tables, workbook and a calendar file (.ics) per official and office."),
)
@time_limit(N_("Stop after so many seconds and keep the best plan."))
@common
def calendar(
    path: Path, month: str, office: str | None, output: Path | None, time_limit: float | None
) -> None:
    """Plan a month, print its events and levels, and save it if asked."""
    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)

    from vitri.optimise.engine import SolveOptions
    from vitri.plan.calendar import plan_calendar

    options = SolveOptions(time_limit_s=time_limit)
    show(plan_calendar(instance, month, office=office, options=options), output)


def show(result: Result, output: Path | None) -> None:
    """Print a calendar, and save it with its workbook and calendar files."""
    from vitri.errors import Finding, Findings
    from vitri.explain.month_gives import what_must_give
    from vitri.report.work_calendar import COLUMNS, calendar_lines, level_lines, undone_lines

    lang = language()
    for office in result.info["offices"]:
        rows = [[cell.replace("\n", " ") for cell in row] for row in calendar_lines(result, office, lang)]
        if rows:
            title = tr("Calendar {office}", lang, office=office)
            table([tr(name, lang) for name, _ in COLUMNS], rows, title=title)
            line()
    for text in [*level_lines(result, lang), *undone_lines(result, lang)]:
        line(text)
    gives = what_must_give(result, lang)
    if gives:
        line(
            tr(
                "What must give, the least urgent first (each is enough for its work, all else as planned):",
                lang,
            )
        )
    for text in gives:
        line(f"- {text}")
    told = [row[lang] for row in result.info["warnings"]]
    rows_ = [Finding(**{**row, "severity": "warning"}) for row in told]
    show_findings(Findings.of(rows_), to_stderr=True)
    if output is not None:
        from vitri.report.ics import write_calendars
        from vitri.report.work_calendar import write_work_calendar

        result.save(output)
        book = write_work_calendar(result, output / "calendar.xlsx", lang)
        files = write_calendars(result, output / "ics", lang)
        line(tr("Calendar written: {path}", lang, path=output))
        line(tr("Workbook written: {path}", lang, path=book))
        line(tr("Calendar files written: {count}", lang, count=len(files)))


@click.command(
    "replan",
    cls=Command,
    help=N_(
        "Plan a published calendar again after changes, close to it; show what changes and what it buys."
    ),
)
@click.argument("run", type=PATH, metavar="RUN")
@option(
    "--changes",
    "changes",
    type=PATH,
    required=True,
    metavar="FILE.toml",
    help=N_("The changes, written as a variant: new registrations, absences, cancelled or moved events."),
)
@option(
    "--budget",
    type=click.IntRange(min=0),
    metavar="N",
    help=N_("At most so many tasks and events of an office may go to other people."),
)
@option(
    "--today",
    "--from",
    "today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help=N_("Sessions before this day stay as published; default: the day in the changes file, or none."),
)
@option(
    "--front",
    is_flag=True,
    help=N_("Show what each number of changes buys; --budget N then picks a point and gives its calendar."),
)
@time_limit(
    N_("Solving time of an office in seconds: 1 by default; with --front, of each level of each point."),
    "seconds",
)
@option("--out", "-o", "output", type=PATH, metavar="RUN", help=N_("The run folder to write."))
@common
def replan_command(
    run: Path,
    changes: Path,
    budget: int | None,
    today: dt.datetime | None,
    front: bool,
    seconds: float | None,
    output: Path | None,
) -> None:
    """Apply changes to the scenario of a calendar, plan it again, and tell the difference in words."""
    if output is not None:
        refuse_to_overwrite(output)

    from vitri.cli.plan_commands import input_of, load_run
    from vitri.explain.calendar_changes import calendar_changes
    from vitri.plan.calendar import replan
    from vitri.variant import apply, read_variant

    lang = language()
    published = load_run(run)
    instance, _ = input_of(run, published)
    variant = read_variant(changes)
    day = variant.today if today is None else today.date()
    changed, reports = apply(instance, variant)
    for report in reports:
        line(report.sentence_vi if lang == "vi" else report.sentence_en, error=True)
    after, points = replan(published, changed, budget=budget, today=day, front=front, seconds=seconds)
    show(after, output)
    line()
    if after.info.get("today"):
        line(tr("Sessions before {day} stay as published.", lang, day=date_text(day, lang) if day else ""))
    told = calendar_changes(published, after, lang)
    line(tr("What changes:", lang) if told else tr("Nothing changes.", lang))
    for sentence in told:
        line(f"- {sentence}")
    line()
    titles = [
        tr("Office", lang),
        tr("Changes of people", lang),
        tr("Undone (minutes)", lang),
        tr("Empty places", lang),
        tr("Proof", lang),
    ]
    rows = []
    for point in points:
        if point.proven:
            proof = tr("proven", lang)
        elif point.gap is None:
            proof = tr("no bound", lang)
        else:
            proof = tr("gap {gap}", lang, gap=number(point.gap, lang))
        mark = " *" if point.chosen else ""
        rows.append(
            [
                point.office,
                number(point.changes, lang) + mark,
                number(point.unmet_minutes, lang),
                number(point.empty_places, lang),
                proof,
            ]
        )
    table(titles, rows, title=tr("What changes buy (* chosen)", lang), right=(1, 2, 3))


COMMANDS = (calendar, replan_command)
