"""The command around the scheme itself: how far each office has put it into practice."""

from __future__ import annotations

from pathlib import Path

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, tr


@click.command(
    "adoption",
    cls=Command,
    help=N_("Show per office which goals of the scheme are met: registration, assignment, orders ..."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Save the figures as a table (CSV)."))
@common
def adoption(path: Path, output: Path | None) -> None:
    """Print the goals of the scheme, office by office, and the summary sentence."""
    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)
    from vitri.explain.adoption import GOAL_NAMES, STATE_NAMES, adoption_sentences
    from vitri.report.cliff_names import Places
    from vitri.workload.adoption import GOALS
    from vitri.workload.adoption import adoption as measure

    lang = language()
    found = measure(instance)
    places = Places(instance, lang)
    names = {code: places.office(code) for code in found.offices}
    columns = (found.rows[name] for name in ("office", "goal", "reached", "of", "state"))
    told = {(str(o), str(g)): (int(r), int(n), str(s)) for o, g, r, n, s in zip(*columns, strict=True)}
    rows = []
    for office in found.offices:
        cells = [names[office]]
        for goal in GOALS:
            reached, of, state = told[office, goal]
            cells.append(f"{tr(STATE_NAMES[state], lang)} ({reached}/{of})")
        rows.append(cells)
    table([tr("Office", lang), *(tr(GOAL_NAMES[goal], lang) for goal in GOALS)], rows)
    line()
    for sentence in adoption_sentences(found, names, lang):
        line(sentence)
    if output is not None:
        draft = output.with_name(f".{output.name}.tmp")
        found.rows.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")
        draft.replace(output)
        line(tr("Table written: {path}", lang, path=output))


COMMANDS = (adoption,)
