"""The command around ceilings: what each leaves undone, what the next post buys, what steps cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from vitri.optimise.ceilings import CeilingStudy


@click.command(
    "ceilings",
    cls=Command,
    help=N_("Show what every ceiling leaves undone, what the next post buys and where, and who loses."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--at",
    type=click.IntRange(min=0),
    multiple=True,
    metavar="N",
    help=N_("A ceiling to show, fixed posts included; may be given several times."),
)
@option(
    "--from", "first", type=click.IntRange(min=0), metavar="N", help=N_("The first ceiling of a row of them.")
)
@option(
    "--to", "last", type=click.IntRange(min=0), metavar="N", help=N_("The last ceiling of a row of them.")
)
@option("--policy", metavar="NAME", help=N_("Count work and time by another dated policy."))
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER|FILE.xlsx",
    help=N_("Save the workbook and the picture (SVG); in a folder the tables (CSV) too."),
)
@common
def ceilings(
    path: Path,
    at: tuple[int, ...],
    first: int | None,
    last: int | None,
    policy: str | None,
    output: Path | None,
) -> None:
    """Print the curve of undone work against the ceiling of a scenario, and save it if asked."""
    targets = _targets(output) if output is not None else None
    for target in targets or ():
        refuse_to_overwrite(target)
    instance = usable(path)

    from vitri.optimise.ceilings import ceilings_of
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.report.cliff_names import Places
    from vitri.workload import compute

    model = model_for(instance, policy)
    fund = time_fund(instance, model)
    workload = compute(instance, model, fund)
    study = ceilings_of(instance, model, workload, fund, at=at or None, first=first, last=last)
    places = Places(instance, language(), model)
    names = {code: places.office(code) for code in study.offices}
    _show(study, names)
    if targets is not None:
        from vitri.report.ceilings import write_ceiling_plot, write_ceiling_workbook

        write_ceiling_workbook(study, targets[0], instance, model, names, language())
        write_ceiling_plot(study, targets[1], instance, language())
        if output is not None and output.suffix.lower() != ".xlsx":
            _save_tables(study, output)
        line(tr("Workbook written: {path}", language(), path=targets[0]))
        line(tr("Picture written: {path}", language(), path=targets[1]))


def _targets(output: Path) -> tuple[Path, Path]:
    """Return where the workbook and the picture go."""
    if output.suffix.lower() == ".xlsx":
        return output, output.with_suffix(".svg")
    return output / "ceilings.xlsx", output / "ceilings.svg"


def _save_tables(study: CeilingStudy, folder: Path) -> None:
    """Save the tables of a study as UTF-8 CSV files; each is written under another name first."""
    tables: dict[str, pd.DataFrame] = {
        "ceilings": study.points,
        "shares": study.shares,
        "house_losses": study.house,
        "population_losses": study.population,
        "monotone_order": study.order,
    }
    for name, frame in tables.items():
        draft = folder / f".{name}.csv.tmp"
        frame.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")
        draft.replace(folder / f"{name}.csv")


def _show(study: CeilingStudy, names: Mapping[str, str]) -> None:
    """Print the ceilings asked for in a table, then what they mean in words."""
    from vitri.explain.ceilings import (
        amount_text,
        ceiling_sentences,
        hours_text,
        offices_text,
        paradox_sentences,
        proof_text,
        step_sentences,
    )

    lang = language()
    unmet = [level.key for level in study.levels if level.measure == "unmet_minutes"]
    titles = [
        tr("Ceiling (posts)", lang),
        tr("Posts in use", lang),
        *(tr("Priority {which}", lang, which=", ".join(k.removeprefix("unmet_"))) for k in unmet),
        tr("Undone (hours)", lang),
        tr("In steps (hours)", lang),
        tr("Proof", lang),
        tr("The next post saves", lang),
        tr("It goes to", lang),
        tr("One fewer is taken from", lang),
    ]
    rows = []
    for ceiling in study.asked:
        row = study.at(ceiling)
        mark = " *" if ceiling == study.present else ""
        rows.append(
            [
                number(ceiling, lang) + mark,
                number(int(row["posts"]), lang),
                *(hours_text(row[key], lang) for key in unmet),
                hours_text(row["undone"], lang),
                hours_text(row["steps_undone"], lang),
                proof_text(row, lang),
                amount_text(row["next_level"], row["next_saved"], lang),
                offices_text(row["next_gains"], names, lang),
                offices_text(row["cut_losses"], names, lang),
            ]
        )
    title = tr("Hours left undone by ceiling", lang)
    table(titles, rows, title=title, right=range(len(unmet) + 4))
    if study.present is not None and study.present in study.asked:
        line(tr("* The ceiling in force.", lang))
    line()
    for part in (
        ceiling_sentences(study, names, lang),
        paradox_sentences(study, names, lang),
        step_sentences(study, lang),
    ):
        for sentence in part:
            line(sentence)


COMMANDS = (ceilings,)
