"""The command about the quality of a register: which questions to ask before it is planned with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_warnings, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    import pandas as pd

    from vitri.data.instance import Instance

TITLES = (
    N_("No."),
    N_("Sign"),
    N_("Office"),
    N_("Task group"),
    N_("Work"),
    N_("Seen"),
    N_("Usual"),
    N_("Strength"),
    N_("Hours"),
)


@click.command(
    "questions",
    cls=Command,
    help=N_("List what is worth asking about a register, heaviest first: questions, not findings of fault."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Save all questions as a table."))
@option(
    "--top",
    type=click.IntRange(1, 1000),
    default=15,
    show_default=True,
    metavar="N",
    help=N_("How many questions to print."),
)
@common
def questions(path: Path, output: Path | None, top: int) -> None:
    """Print the ranked questions with the sentence that says what they are, and save them if asked."""
    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)

    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute
    from vitri.workload import questions as ask
    from vitri.workload.quality import KINDS, REMARK

    model = model_for(instance)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    show_warnings(work.findings)
    lang = language()
    found = ask(instance, model, work, fund, lang)
    if output is not None:
        _save(found, output)
    if not len(found):
        line(tr("Nothing in this register stands out.", lang))
    else:
        shown = found.head(top)
        rows = [
            [
                number(int(row["rank"]), lang),
                tr(KINDS[str(row["kind"])], lang),
                _short(str(row["office"])) or tr("all", lang),
                str(row["task_group"]),
                _short(str(row["work_item"])),
                str(row["seen"]),
                str(row["usual"]),
                number(int(row["strength"]), lang),
                number(round(row["minutes"] / 60), lang),
            ]
            for row in shown.to_dict("records")
        ]
        table([tr(text, lang) for text in TITLES], rows, right=(0, 7, 8))
        line()
        names = _names(instance)
        for row in shown.to_dict("records"):
            name = _short(names.get(str(row["work_item"]), ""), 60)
            about = f"{name}: " if name else ""
            lines = f" [{_short(str(row['registrations']))}]" if row["registrations"] else ""
            line(f"{number(int(row['rank']), lang)}. {about}{row['question']}{lines}")
        if len(found) > len(shown):
            line(tr("... and {count} more; see them with --top or -o.", lang, count=len(found) - len(shown)))
        line()
        line(tr(REMARK, lang))
    if output is not None:
        line(tr("Questions saved: {path}", lang, path=output))


def _names(instance: Instance) -> dict[str, str]:
    """Return work item → name."""
    items = instance.tables["work_items"]
    return dict(zip(items["code"].astype(str), items["name"].fillna("").astype(str), strict=True))


def _short(text: str, longest: int = 40) -> str:
    """Cut a list or a name that would not fit a column."""
    return text if len(text) <= longest else text[: longest - 1].rstrip("; ") + "…"


def _save(found: pd.DataFrame, path: Path) -> None:
    """Write the table as a CSV that Excel opens with its diacritics, whole or not at all."""
    part = path.with_name(path.name + ".part")
    found.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    part.replace(path)


COMMANDS = (questions,)
