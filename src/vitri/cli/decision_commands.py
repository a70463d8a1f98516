"""The command around decisions: mark a run as chosen, show the record, lay what came beside the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH
from vitri.cli.output import line, table
from vitri.cli.plan_commands import input_of, load_run
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, date_text, number, percent, tr

if TYPE_CHECKING:
    from vitri.compare.actuals import Actuals
    from vitri.plan.decision import Decision


@click.command(
    "decide", cls=Command, help=N_("Record that a run was chosen, and lay what came of it beside the plan.")
)
@click.argument("run", type=PATH, metavar="RUN")
@option("--who", metavar="CODE", help=N_("The code of who decided; never a name."))
@option("--why", metavar="TEXT", help=N_("Why this run was chosen."))
@option(
    "--expect", multiple=True, metavar="TEXT", help=N_("What is expected of it; may be given several times.")
)
@option("--on", metavar="YYYY-MM-DD", help=N_("The day of the decision; today if left out."))
@option("--replace", is_flag=True, help=N_("Write a new record in the place of an earlier one."))
@option(
    "--actuals",
    type=PATH,
    metavar="FILE.csv",
    help=N_("Outcomes (columns of the table outcomes) to lay beside the plan."),
)
@common
def decide(
    run: Path,
    who: str | None,
    why: str | None,
    expect: tuple[str, ...],
    on: str | None,
    replace: bool,
    actuals: Path | None,
) -> None:
    """Record, show or follow up the decision for a run."""
    result = load_run(run)
    from vitri.plan.decision import decided, read_decision, write_decision

    lang = language()
    if who is not None or why is not None or expect:
        if who is None or why is None or not expect:
            raise click.UsageError(tr("A decision needs --who, --why and --expect.", lang))
        decision = decided(result.digest, result.info["totals"], who=who, on=_day(on), why=why, expect=expect)
        place = write_decision(run, decision, replace=replace)
        line(tr("Decision recorded: {path}", lang, path=place))
    found = read_decision(run, result.digest)
    if found is None:
        line(tr("No decision is recorded for this run.", lang))
    else:
        _show(found)
    if actuals is not None:
        from vitri.compare.actuals import actuals as lay
        from vitri.compare.actuals import with_outcomes
        from vitri.report.cliff_names import Places

        instance, model = input_of(run, result)
        laid = lay(with_outcomes(instance, actuals), result.tables["workload_lines"])
        places = Places(instance, lang, model)
        offices = {str(code): places.office(str(code)) for code in laid.by_office["office"]}
        line()
        _follow(laid, offices)


def _day(on: str | None) -> str:
    """Return the day of the decision."""
    if on is None:
        return dt.date.today().isoformat()
    try:
        return dt.date.fromisoformat(on).isoformat()
    except ValueError:
        raise click.BadParameter(tr("write the day as YYYY-MM-DD", language()), param_hint="--on") from None


def _show(decision: Decision) -> None:
    """Print a record."""
    lang = language()
    line(
        tr(
            "Chosen on {day} by {who}: {why}",
            lang,
            day=date_text(dt.date.fromisoformat(decision.on), lang),
            who=decision.who,
            why=decision.why,
        )
    )
    for text in decision.expect:
        line(tr("Expected: {text}", lang, text=text))
    posts, undone = decision.planned.get("posts"), decision.planned.get("unmet_minutes")
    if posts is not None and undone is not None:
        line(
            tr(
                "Planned then: {posts} posts, {hours} hours left undone.",
                lang,
                posts=number(posts, lang),
                hours=number((undone + 30) // 60, lang),
            )
        )


def _follow(laid: Actuals, names: Mapping[str, str]) -> None:
    """Print plan beside outcome, office by office, and the sentence."""
    lang = language()
    titles = [
        tr("Office", lang),
        tr("Lines", lang),
        tr("Planned (hours)", lang),
        tr("Spent (hours)", lang),
        tr("Spent of planned", lang),
        tr("Products planned", lang),
        tr("Products done", lang),
        tr("Delays", lang),
        tr("Content errors", lang),
    ]
    rows = []
    for row in laid.by_office.to_dict("records"):
        planned, spent = int(row["planned_minutes"]), int(row["minutes_spent"])
        rows.append(
            [
                names[str(row["office"])],
                number(int(row["lines"]), lang),
                number((planned + 30) // 60, lang),
                number((spent + 30) // 60, lang),
                percent(100 * spent / planned, lang, 1) if planned else "–",
                number(int(row["planned_dec2"]) / 100, lang, 1),
                number(int(row["done_dec2"]) / 100, lang, 1),
                number(int(row["delays"]), lang),
                number(int(row["content_errors"]), lang),
            ]
        )
    table(titles, rows, title=tr("What came of the plan", lang), right=range(1, len(titles)))
    planned, spent = laid.total("planned_minutes"), laid.total("minutes_spent")
    line(
        tr(
            "Outcomes are known for {lines} of {planned} planned lines of {months} months: {spent} hours "
            "spent where {hours} were planned, {done} of the products planned.",
            lang,
            lines=number(laid.lines, lang),
            planned=number(laid.planned_lines, lang),
            months=len(laid.months),
            spent=number((spent + 30) // 60, lang),
            hours=number((planned + 30) // 60, lang),
            done=percent(100 * laid.total("done_dec2") / max(1, laid.total("planned_dec2")), lang, 1),
        )
    )


COMMANDS = (decide,)
