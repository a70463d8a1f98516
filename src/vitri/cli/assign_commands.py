"""The commands about a month's assignment: assign, alternatives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.cycle_commands import check_month, keep, moment, unknown_places
from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, table
from vitri.cli.words import Command, common, language, option
from vitri.errors import DataError, Finding, Findings, UsageError
from vitri.explain.why.section import level_name
from vitri.i18n import N_, month_text, number, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.plan.result import Result

SHOWN = 12
UNITS = {
    "minutes": N_("minutes"),
    "roles": N_("roles"),
    "percent": N_("%"),
    "lines": N_("lines"),
}
WITHIN = N_("proven, within the tolerance")
STATUS = {"optimal": N_("proven"), "feasible": N_("not proven")}


@click.command(
    "assign",
    cls=Command,
    help=N_("Assign a month's approved registrations: responsible officials, helpers, main and backup."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--month", required=True, metavar="YYYY-MM", help=N_("The month to assign."))
@option("--office", default="", metavar="CODE", help=N_("One office only."))
@option("--out", "output", type=PATH, metavar="RUN", help=N_("Keep the run in this folder."))
@option("--workbook", type=PATH, metavar="FILE.xlsx", help=N_("Write the sheets of offices and officials."))
@option(
    "--tolerance",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    metavar="POINTS",
    help=N_("How far fairness may give way to own work and continuity: percentage points of load."),
)
@option("--time", "seconds", type=click.FloatRange(1), metavar="SECONDS", help=N_("Time limit per office."))
@option(
    "--record",
    is_flag=True,
    help=N_("Mark the lines as assigned and keep who did what for later months (with --who)."),
)
@option("--who", default="", metavar="CODE", help=N_("Code of the person who does this (never a name)."))
@option("--when", metavar="TIME", help=N_("The moment of the change; default: now."))
@common
def assign(
    path: Path,
    month: str,
    office: str,
    output: Path | None,
    workbook: Path | None,
    tolerance: int,
    seconds: float | None,
    record: bool,
    who: str,
    when: str | None,
) -> None:
    """Assign one month, print its levels and loads, and keep what was asked for."""
    from vitri.assigning import assign_month

    check_month(month)
    if record and not who:
        raise UsageError(
            Finding(
                code="bad_options",
                column="--who",
                message=N_("It is not said who records."),
                advice=N_("Give --who CODE."),
            )
        )
    if output is not None:
        refuse_to_overwrite(output, run=True)
    instance = usable(path)
    _known(instance, month, office)
    result = assign_month(instance, month, office=office, tolerance=tolerance, seconds=seconds)
    _tell(result)
    if output is not None:
        result.save(output)
        line(tr("Run kept: {path}", language(), path=output))
    if workbook is not None:
        from vitri.report.month_sheets import write_month

        write_month(result, workbook, language())
        line(tr("Workbook written: {path}", language(), path=workbook))
    if record:
        _record(result, instance, path, month, who, when)


def _known(instance: Instance, month: str, office: str) -> None:
    found = unknown_places(instance, office, "", month)
    if not instance.has("officials"):
        found.append(
            Finding(
                code="no_officials",
                table="officials",
                message=N_("The scenario names no officials: nobody can be assigned."),
                advice=N_("Fill in the table officials."),
            )
        )
    if found:
        raise DataError(Findings.of(found))


def _tell(result: Result) -> None:
    """Print the warnings, the levels of all offices together, and the busiest officials."""
    lang = language()
    for warning in result.info["warnings"][:SHOWN]:
        said = warning[lang]
        line(f"{said['table']} · {said['row_key']}: {said['message']} {said['advice']}", error=True)
    more = len(result.info["warnings"]) - SHOWN
    if more > 0:
        line(
            tr("... and {count} more warnings, kept in the run.", lang, count=number(more, lang)), error=True
        )
    totals = result.info["totals"]
    line(
        tr(
            "{month}: {lines} lines, {hours} hours; {undone} lines undone ({left} hours).",
            lang,
            month=month_text(result.info["month"], lang),
            lines=number(totals["lines"], lang),
            hours=number(totals["minutes"] / 60, lang, 1),
            undone=number(totals["undone_lines"], lang),
            left=number(totals["unmet_minutes"] / 60, lang, 1),
        )
    )
    rows = [
        [
            level_name(level, lang),
            number(level["value"], lang),
            "" if level["bound"] is None else number(level["bound"], lang),
            "" if level["gap"] is None else number(level["gap"], lang),
            tr(UNITS[level["unit"]], lang),
            tr(WITHIN if level["status"] == "optimal" and level["gap"] else STATUS[level["status"]], lang),
        ]
        for level in result.info["levels"]
    ]
    titles = (N_("Level"), N_("Value"), N_("Bound"), N_("Gap"), N_("Unit"), N_("Status"))
    table([tr(title, lang) for title in titles], rows, right=(1, 2, 3))
    _undone(result)
    load = (
        result.table("load").sort_values(["load_pct_dec2", "official"], ascending=[False, True]).head(SHOWN)
    )
    shown = [
        [who, number(int(work) / 60, lang, 1), number(int(time) / 60, lang, 1), f"{int(pct) // 100} %"]
        for who, time, work, pct in zip(
            load["official"],
            load["available_minutes"],
            load["assigned_minutes"],
            load["load_pct_dec2"].fillna(0),
            strict=True,
        )
    ]
    heads = (N_("Official"), N_("Hours assigned"), N_("Time fund (hours)"), N_("Load"))
    table([tr(title, lang) for title in heads], shown, title=tr("Highest loads", lang), right=(1, 2, 3))


def _undone(result: Result) -> None:
    """Print the lines that have to give, the least urgent first, and whether people or time are missing."""
    lang = language()
    lines = result.table("month_lines")
    lines = lines[lines["responsible"].isna()]
    if lines.empty:
        return
    lines = lines.sort_values(["priority", "minutes", "registration"], ascending=[False, True, True])
    fits = result.table("month_fits")
    reached = set(zip(fits["office"], fits["pool"], fits["task_group"], strict=True))
    columns = ["office", "pool", "task_group", "registration", "priority", "minutes"]
    rows = [
        [
            code,
            group,
            number(int(priority), lang),
            number(int(minutes) / 60, lang, 1),
            tr("no time left", lang) if (office, pool, group) in reached else tr("nobody qualified", lang),
        ]
        for office, pool, group, code, priority, minutes in lines[columns]
        .head(SHOWN)
        .itertuples(index=False, name=None)
    ]
    heads = (N_("Registration"), N_("Task group"), N_("Priority"), N_("Hours"), N_("Why"))
    title = tr("What must give, the least urgent first", lang)
    table([tr(head, lang) for head in heads], rows, title=title, right=(2, 3))
    if len(lines) > SHOWN:
        line(tr("... and {count} more lines.", lang, count=number(len(lines) - SHOWN, lang)))


def _record(result: Result, instance: Instance, path: Path, month: str, who: str, when: str | None) -> None:
    """Move the approved lines that have a responsible official to assigned."""
    from vitri.cycle import Decision, decide, in_state, remember

    frame = result.table("month_lines")
    given = set(frame.loc[frame["responsible"].notna(), "registration"])
    codes = [code for code in in_state(instance, month, "approved") if code in given]
    changed = decide(instance, [Decision("assign", code) for code in codes], who, moment(when), month)
    keep(remember(changed, result.table("assignments")), path)


@click.command(
    "alternatives",
    cls=Command,
    help=N_("Rank the other officials for one registration, or the moves of one official, with their cost."),
)
@click.argument("run", type=PATH, metavar="RUN")
@option("--task", default="", metavar="ID", help=N_("Code of a registration."))
@option("--official", default="", metavar="CODE", help=N_("Code of an official."))
@option("--top", type=click.IntRange(1), default=20, show_default=True, help=N_("How many moves to show."))
@common
def alternatives(run: Path, task: str, official: str, top: int) -> None:
    """Print the ranked single moves of a task or an official from the assigned run."""
    from vitri.optimise.office_month.levels import levels_from
    from vitri.optimise.office_month.moves import alternatives as moves_of
    from vitri.optimise.office_month.restore import TABLES, restore_records
    from vitri.plan.saved_month import read_saved_month

    lang = language()
    if bool(task) == bool(official):
        raise UsageError(
            Finding(
                code="bad_options",
                column="--task",
                message=N_("Say one thing: a task or an official."),
                advice=N_("Give --task ID or --official CODE."),
            )
        )
    result = read_saved_month(run, TABLES)
    if result.info.get("kind") != "month" or result.limits is None:
        raise DataError(
            Finding(
                code="not_a_month",
                table=str(run),
                message=N_("This run is not the assignment of a month."),
                advice=N_("Make one: vitri assign DIR --month YYYY-MM --out RUN."),
            )
        )
    answers = restore_records(result.rows, *result.limits)
    known = (
        {line_.code.partition("@")[0] for case, _ in answers for line_ in case.lines}
        if task
        else {person.code for case, _ in answers for person in case.people}
    )
    if (task or official) not in known:
        raise DataError(_unknown(task or official, sorted(known), run))
    levels = levels_from(result.info["levels"])
    moves = [
        move
        for case, given in answers
        for move in moves_of(case, given, levels, (task,) if task else (), official)
    ]
    moves.sort(key=lambda move: (not move.allowed, move.change, move.line, move.after or "~"))
    nobody = tr("nobody", lang)
    names = [level_name(dict(row), lang) for row in result.info["levels"]]
    rows = []
    for place, move in enumerate(moves[:top], start=1):
        costs = [
            f"{name}: {'+' if change > 0 else '-'}{number(abs(change), lang)} {tr(UNITS[level.unit], lang)}"
            for name, change, level in zip(names, move.change, levels, strict=True)
            if change
        ]
        if move.broken:
            limits = sorted({tr(LIMITS[limit], lang) for limit, _ in move.broken})
            costs.insert(0, tr("breaks: {limits}", lang, limits=", ".join(limits)))
        cost = "; ".join(costs) or tr("nothing changes", lang)
        rows.append([str(place), move.line, move.before or nobody, move.after or nobody, cost])
    titles = (N_("No."), N_("Registration"), N_("Now"), N_("Instead"), N_("Cost"))
    table([tr(title, lang) for title in titles], rows)
    if not moves:
        line(tr("There is no other move: nobody else may do this work.", lang))
        return
    if len(moves) > top:
        line(tr("... and {count} more moves (--top).", lang, count=number(len(moves) - top, lang)))
    line(
        tr(
            "Exact for one move at a time, all else as assigned; moves that break limits come last.",
            lang,
        )
    )


LIMITS = {
    "time": N_("time and overtime"),
    "free_share": N_("time for other work"),
    "groups": N_("task groups of one person"),
    "forbidden_pair": N_("duties that must be apart"),
    "people": N_("people in one task group"),
    "backup_is_main": N_("backup is someone else"),
}


def _unknown(code: str, known: list[str], run: Path) -> Finding:
    from vitri.data.findings import nearest

    near = nearest(code, known)
    return Finding(
        code="unknown_code",
        table=str(run),
        value=code,
        message=N_('The run has no "{code}".'),
        advice=N_('Did you mean "{near}"?') if near else N_("The codes are: {codes}."),
        fields={"code": code, "near": near, "codes": ", ".join(known[:12])},
    )


COMMANDS = (assign, alternatives)
