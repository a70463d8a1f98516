"""The commands of the monthly cycle: register, approve, done, cancel, status."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vitri.cli.data_commands import PATH, checked
from vitri.cli.output import line, show_warnings, table
from vitri.cli.words import Command, common, language, option
from vitri.errors import DataError, Finding, Findings, UsageError
from vitri.i18n import N_, date_text, month_text, number, tr

if TYPE_CHECKING:
    import pandas as pd

    from vitri.cycle import Changed
    from vitri.data.instance import Instance

F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 40


def by_whom(function: F) -> F:
    """Give a command that changes a scenario the options that say who changes it and when."""
    function = option(
        "--when", metavar="TIME", help=N_("The moment of the change, such as 2021-03-01T08:00; default: now.")
    )(function)
    return option(
        "--who", required=True, metavar="CODE", help=N_("Code of the person who does this (never a name).")
    )(function)


def check_month(month: str, name: str = "--month") -> str:
    """Return a month that is in form, or end with a sentence."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise click.BadParameter(tr("a month such as 2026-03", language()), param_hint=name)
    return month


def moment(when: str | None) -> dt.datetime | None:
    """Return the moment of ``--when``."""
    if when is None:
        return None
    try:
        return dt.datetime.fromisoformat(when)
    except ValueError:
        raise click.BadParameter(
            tr("a day or moment such as 2021-03-01 or 2021-03-01T08:00", language()), param_hint="--when"
        ) from None


def readable(path: Path) -> Instance:
    """Read a scenario whose data is sound, or raise DataError with every error."""
    instance, found = checked(path)
    errors = found.errors
    if instance is None or len(errors):
        raise DataError(errors)
    return instance


def keep(changed: Changed, path: Path) -> None:
    """Write the changed tables back, say what was noted, and show warnings about new lines."""
    from vitri.data.rewrite import rewrite

    lang = language()
    show_warnings(changed.warnings)
    if not changed.tables:
        line(tr("Nothing to change.", lang))
        return
    written = rewrite(changed.instance, path, changed.tables, lang)
    rows = changed.rows
    shown = [
        [str(row[name]) for name in ("row_key", "column", "before", "after", "reason")]
        for row in rows.head(SHOWN).to_dict("records")
    ]
    titles = (N_("Row"), N_("Column"), N_("Before"), N_("After"), N_("Reason"))
    table([tr(title, lang) for title in titles], shown)
    if len(rows) > SHOWN:
        line(tr("... and {count} more changes.", lang, count=number(len(rows) - SHOWN, lang)))
    line(
        tr(
            "{count} changes kept in the history; written: {files}",
            lang,
            count=number(len(rows), lang),
            files=", ".join(file.name for file in written),
        )
    )


def _bad_use(message: str, advice: str, column: str) -> UsageError:
    return UsageError(Finding(code="bad_options", column=column, message=message, advice=advice))


@click.command(
    "register",
    cls=Command,
    help=N_("Register work: import an organisation's lines from a file, or add one line by options."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--office", required=True, metavar="CODE", help=N_("The office that will do the work."))
@option("--organisation", default="", metavar="CODE", help=N_("Who registers; blank: the office itself."))
@option("--month", required=True, metavar="YYYY-MM", help=N_("The month that is registered."))
@option("--file", type=PATH, metavar="FILE", help=N_("The organisation's lines: CSV or .xlsx."))
@option("--code", metavar="CODE", help=N_("Code of the line; a draft or returned one is corrected."))
@option("--item", metavar="CODE", help=N_("Work item of the line."))
@option("--task", metavar="TEXT", help=N_("Name of work that has no work item (with --group, --minutes)."))
@option("--group", metavar="CODE", help=N_("Task group of work without a work item."))
@option("--minutes", metavar="N", help=N_("Minutes per product of work without a work item."))
@option("--quantity", metavar="N", help=N_("Number of products."))
@option("--period", metavar="PERIOD", help=N_("Period of the line, such as 2021-03-25; default: the month."))
@option("--due", metavar="DATE", help=N_("Due date, such as 2021-03-25."))
@option(
    "--kind",
    type=click.Choice(("program", "order", "urgent")),
    help=N_("Programme, order (by a member or an outside body) or urgent work."),
)
@option("--priority", type=click.Choice(("1", "2", "3")), help=N_("1 mandatory, 2 normal, 3 may wait."))
@option("--note", metavar="TEXT", help=N_("A note on the line."))
@option("--draft", is_flag=True, help=N_("Keep the lines as drafts; the month is not yet registered."))
@option("--partial", is_flag=True, help=N_("More lines of this month will follow."))
@option("--nil", is_flag=True, help=N_("The organisation has no work in this month."))
@by_whom
@common
def register_command(
    path: Path, office: str, organisation: str, month: str, who: str, when: str | None, **given: Any
) -> None:
    """Add or correct lines of one organisation and month."""
    from vitri.cycle import Sender, read_lines, register, register_nothing

    names = {
        "code": "code", "item": "work_item", "task": "task_name", "group": "task_group",
        "minutes": "unit_minutes", "quantity": "quantity", "period": "period", "due": "due_date",
        "kind": "kind", "priority": "priority", "note": "note",
    }  # fmt: skip
    own = {column: given[name] for name, column in names.items() if given[name]}
    ways = sum((bool(given["file"]), bool(own), given["nil"]))
    if ways != 1:
        message = N_("Say one thing: a file of lines, one line by options, or --nil.")
        raise _bad_use(message, N_("For example: --file lines.xlsx, or --item TH2 --quantity 1."), "--file")
    sender = Sender(office, organisation, check_month(month), given["draft"], given["partial"])
    instance = readable(path)
    if unknown := unknown_places(instance, office, organisation, month):
        raise DataError(Findings.of(unknown))
    at = moment(when)
    if given["nil"]:
        if not organisation:
            message = N_("Only an organisation can say that it has no work.")
            raise _bad_use(message, N_("Give --organisation."), "--nil")
        changed = register_nothing(instance, sender, who, at)
    else:
        lines, places = read_lines(given["file"]) if given["file"] else ([own], ["--item"])
        changed = register(instance, sender, lines, who, at, places)
    keep(changed, path)


def unknown_places(instance: Instance, office: str, organisation: str, month: str) -> list[Finding]:
    """Return a finding for an office, organisation or month that the scenario does not have."""
    from vitri.data.findings import nearest

    found: list[Finding] = []
    for value, name, option_name in (
        (office, "offices", "--office"),
        (organisation, "organisations", "--organisation"),
    ):
        codes = sorted(instance.tables[name]["code"].dropna().tolist())
        if value and value not in codes:
            near = nearest(value, codes)
            found.append(
                Finding(
                    code="unknown_code",
                    table=name,
                    column=option_name,
                    value=value,
                    message=N_('There is no "{code}" in this table.'),
                    advice=N_('Did you mean "{near}"?') if near else N_("The codes are: {codes}."),
                    fields={"code": value, "near": near, "codes": ", ".join(codes[:12])},
                )
            )
    info = instance.info
    if not info.first_month <= month <= info.last_month:
        found.append(
            Finding(
                code="outside_horizon",
                column="--month",
                value=month,
                allowed=f"{info.first_month}..{info.last_month}",
                message=N_("The month lies outside the planning horizon."),
                advice=N_("Give a month of the horizon, or lengthen it in scenario.toml."),
            )
        )
    return found


@click.command(
    "approve",
    cls=Command,
    help=N_("Decide on a month's registrations: approve (in part), return, or merge; all or nothing."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--month", required=True, metavar="YYYY-MM", help=N_("The month to decide on."))
@option("--office", default="", metavar="CODE", help=N_("With --all: only this office."))
@option("--all", "every", is_flag=True, help=N_("Approve every line that waits, as registered."))
@option("--code", "codes", multiple=True, metavar="CODE", help=N_("A line to approve; may be repeated."))
@option(
    "--quantity",
    "quantities",
    multiple=True,
    metavar="N",
    help=N_("The quantity approved, one after each --code; default: as registered."),
)
@option("--return", "returned", multiple=True, metavar="CODE", help=N_("A line to return for correction."))
@option("--merge", "merged", multiple=True, metavar="CODE", help=N_("A line to merge into another one."))
@option("--into", default="", metavar="CODE", help=N_("The line that takes the merged ones over."))
@option("--reason", default="", metavar="TEXT", help=N_("Why; needed to return, merge or cancel."))
@by_whom
@common
def approve(
    path: Path,
    month: str,
    office: str,
    every: bool,
    codes: tuple[str, ...],
    quantities: tuple[str, ...],
    returned: tuple[str, ...],
    merged: tuple[str, ...],
    into: str,
    reason: str,
    who: str,
    when: str | None,
) -> None:
    """Carry out the head's decisions on the lines of one month."""
    from vitri.cycle import Decision, decide, waiting

    check_month(month)
    if quantities and len(quantities) != len(codes):
        message = N_("Give as many --quantity as --code, or none.")
        raise _bad_use(
            message, N_("For example: --code R1 --quantity 3 --code R2 --quantity 1."), "--quantity"
        )
    if not (every or codes or returned or merged):
        message = N_("Nothing is decided.")
        raise _bad_use(message, N_("Give --all, --code, --return or --merge with --into."), "--code")
    instance = readable(path)
    amounts = quantities or ("",) * len(codes)
    decisions = [Decision("approve", code, amount) for code, amount in zip(codes, amounts, strict=True)]
    decisions += [Decision("return", code, reason=reason) for code in returned]
    decisions += [Decision("merge", code, into=into, reason=reason) for code in merged]
    if every:
        named = {decision.code for decision in decisions}
        decisions += [
            Decision("approve", code) for code in waiting(instance, month, office) if code not in named
        ]
    keep(decide(instance, decisions, who, moment(when), month), path)


@click.command("done", cls=Command, help=N_("Report assigned work done; an order with delivery and verdict."))
@click.argument("path", type=PATH, metavar="DIR")
@option("--code", "codes", multiple=True, required=True, metavar="CODE", help=N_("A line; may be repeated."))
@option("--delivered", metavar="DATE", help=N_("Day on which the product of an order was delivered."))
@option(
    "--acceptance",
    type=click.Choice(("accepted", "rework", "refused")),
    help=N_("Verdict on the product of an order."),
)
@option("--reason", default="", metavar="TEXT", help=N_("Why; needed for rework."))
@by_whom
@common
def done(
    path: Path,
    codes: tuple[str, ...],
    delivered: str | None,
    acceptance: str | None,
    reason: str,
    who: str,
    when: str | None,
) -> None:
    """Move assigned lines to done, or back for rework."""
    from vitri.cycle import Decision, decide

    try:
        day = dt.date.fromisoformat(delivered) if delivered else None
    except ValueError:
        raise click.BadParameter(
            tr("a day such as 2021-03-25", language()), param_hint="--delivered"
        ) from None
    decisions = [
        Decision("finish", code, reason=reason, delivered=day, acceptance=acceptance or "") for code in codes
    ]
    keep(decide(readable(path), decisions, who, moment(when)), path)


@click.command("cancel", cls=Command, help=N_("Cancel lines that are not done, with the reason."))
@click.argument("path", type=PATH, metavar="DIR")
@option("--code", "codes", multiple=True, required=True, metavar="CODE", help=N_("A line; may be repeated."))
@option("--reason", default="", metavar="TEXT", help=N_("Why."))
@by_whom
@common
def cancel(path: Path, codes: tuple[str, ...], reason: str, who: str, when: str | None) -> None:
    """Move lines to cancelled."""
    from vitri.cycle import Decision, decide

    decisions = [Decision("cancel", code, reason=reason) for code in codes]
    keep(decide(readable(path), decisions, who, moment(when)), path)


@click.command(
    "status",
    cls=Command,
    help=N_("Show a month's registrations: who has not registered, and how many lines are in each state."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--month", "months", multiple=True, metavar="YYYY-MM", help=N_("A month; default: every month."))
@option("--office", default="", metavar="CODE", help=N_("One office only."))
@option("-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Write the table as CSV."))
@option("--record", is_flag=True, help=N_("Write the states into the table submissions (with --who)."))
@option("--who", default="", metavar="CODE", help=N_("Code of the person who does this (never a name)."))
@option("--when", metavar="TIME", help=N_("The moment of the change; default: now."))
@common
def status(
    path: Path,
    months: tuple[str, ...],
    office: str,
    output: Path | None,
    record: bool,
    who: str,
    when: str | None,
) -> None:
    """Print completeness per organisation and month."""
    from vitri.cycle import completeness
    from vitri.cycle import record as record_states

    for month in months:
        check_month(month)
    if record and not who:
        raise _bad_use(N_("It is not said who records."), N_("Give --who CODE."), "--who")
    instance = readable(path)
    chosen = months or instance.info.months
    frame = completeness(instance, chosen)
    if office:
        frame = frame[frame["office"] == office]
    if output is not None:
        from vitri.data.workbook_write import into_place

        into_place(
            output, lambda file: frame.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        )
        line(tr("Table written: {path}", language(), path=output))
    _show_status(frame, instance)
    if record:
        keep(record_states(instance, chosen, who, moment(when)), path)


def _show_status(frame: pd.DataFrame, instance: Instance) -> None:
    """Print the rows of members and of offices with work, then who has not registered."""
    from vitri.cycle.states import STATE_WORDS, STATES
    from vitri.data.choices import SUBMISSION_STATE

    lang = language()
    words = {choice.code: choice.label(lang) for choice in SUBMISSION_STATE}
    rows = frame[(frame["organisation"] != "") | (frame["lines"] + frame["orders"] > 0)]
    used = [name for name in STATES if int(rows[name].sum())]
    shown = [
        [
            row["office"], row["organisation"] or tr("(the office)", lang), month_text(row["month"], lang),
            words[row["state"]] if row["organisation"] else "",
            "" if row["submitted_on"] is None else date_text(row["submitted_on"].date(), lang),
            *(number(row[name], lang) for name in used), number(row["orders"], lang),
        ]
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records")
    ]  # fmt: skip
    titles = [
        tr("Office", lang), tr("Organisation", lang), tr("Month", lang), tr("Registered?", lang),
        tr("Sent on", lang), *(STATE_WORDS[name].of(lang) for name in used), tr("Orders", lang),
    ]  # fmt: skip
    table(titles, shown, right=range(5, len(titles)))
    members = frame[frame["organisation"] != ""]
    absent = members[members["state"] == "missing"]
    if absent.empty:
        line(tr("Every organisation has registered.", lang))
        return
    names = dict(
        zip(instance.tables["organisations"]["code"], instance.tables["organisations"]["name"], strict=True)
    )
    line(
        tr(
            "Not registered: {count} of {all} organisation-months.",
            lang,
            count=number(len(absent), lang),
            all=number(len(members), lang),
        )
    )
    for place, body, month in (
        absent[["office", "organisation", "month"]].head(SHOWN).itertuples(index=False, name=None)
    ):
        line(f"  {place} · {body} · {names.get(body, '')} · {month_text(month, lang)}")


COMMANDS = (register_command, approve, done, cancel, status)
