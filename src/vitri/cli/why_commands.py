"""The commands that defend a number: why, whynot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH
from vitri.cli.output import line, refuse_to_overwrite, table
from vitri.cli.plan_commands import load_run
from vitri.cli.words import Command, common, language, option
from vitri.errors import Finding, UsageError
from vitri.i18n import N_, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.explain.why.section import Section
    from vitri.explain.whynot import WhyNot
    from vitri.plan.result import Result
    from vitri.policy import PlanningModel


@click.command(
    "why",
    cls=Command,
    help=N_(
        "Say why an office or a position of a run has its number of posts, or a person a seat or a task."
    ),
)
@click.argument("run", type=PATH, metavar="RUN")
@option("--office", default="", metavar="CODE", help=N_("Code of an office."))
@option("--position", default="", metavar="CODE", help=N_("Code of a position of that office."))
@option("--official", default="", metavar="CODE", help=N_("Code of an official."))
@option("--task", default="", metavar="ID", help=N_("Code of a registration."))
@option("-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Save the chain as a table (CSV)."))
@common
def why(run: Path, office: str, position: str, official: str, task: str, output: Path | None) -> None:
    """Print why a number or a person of a saved run is what it is."""
    asked = bool(office) + bool(official) + bool(task)
    if asked != 1 or ((position or output) and not office):
        raise UsageError(
            Finding(
                code="bad_options",
                column="--office",
                message=N_("It is not said what to explain.")
                if not asked
                else N_("One thing can be explained at a time."),
                advice=N_(
                    "Give --office CODE, perhaps with --position CODE or -o FILE.csv, or --official CODE, or "
                    "--task ID."
                ),
            )
        )
    if output is not None:
        refuse_to_overwrite(output)
    result = load_run(run)
    from vitri.explain.why.ask import planned
    from vitri.explain.why.ask import why as why_of

    show(why_of(result, office=office, position=position, official=official, task=task, lang=language()))
    if output is not None:
        instance, model = planned(result)
        _save(result, instance, model, office, output)
        line(tr("Table saved: {path}", language(), path=output))


def show(sections: Sequence[Section]) -> None:
    """Print an answer: the title, the sentences and the table of every piece."""
    for index, section in enumerate(sections):
        if index:
            line()
        line(section.title)
        for sentence in section.sentences:
            line(f"  {sentence}")
        if section.rows:
            table(section.heads, section.rows, right=section.right)


def _save(result: Result, instance: Instance, model: PlanningModel, office: str, output: Path) -> None:
    """Save the items of an office as UTF-8 CSV, written under another name first."""
    from vitri.explain.why.chain import chain_of

    frame = chain_of(result.tables, instance, model, office).items
    draft = output.with_name(f".{output.name}.tmp")
    frame.to_csv(draft, index=False, encoding="utf-8-sig")
    draft.replace(output)


@click.command(
    "whynot",
    cls=Command,
    help=N_(
        "Say what would have to change for an office to have another number of posts, and who would lose."
    ),
)
@click.argument("run", type=PATH, metavar="RUN")
@option("--office", required=True, metavar="CODE", help=N_("Code of an office."))
@option(
    "--posts",
    "wanted",
    type=click.IntRange(0, 10_000),
    required=True,
    metavar="N",
    help=N_("The number asked about, fixed posts included."),
)
@option(
    "--lever",
    "kinds",
    multiple=True,
    type=click.Choice(["work", "norm", "ceiling"]),
    help=N_("What may move: work, norm, ceiling; may be given several times, all if left out."),
)
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER",
    help=N_("Save every change as a variant file (TOML), to be solved with --variant."),
)
@common
def whynot(run: Path, office: str, wanted: int, kinds: tuple[str, ...], output: Path | None) -> None:
    """Find and check the smallest changes that move a number of posts."""
    if output is not None:
        refuse_to_overwrite(output)
    result = load_run(run)
    from vitri.explain.why.ask import known, planned

    instance, model = planned(result)
    known("--office", office, sorted(str(code) for code in instance.tables["offices"]["code"]))
    posts = result.tables["posts"]
    now = int(posts.loc[posts["office"] == office, "posts"].sum())
    if wanted == now:
        raise UsageError(
            Finding(
                code="same_number",
                table=str(run),
                column="--posts",
                value=str(wanted),
                allowed=N_("another number than that of the plan"),
                message=N_("The plan gives {office} {posts} posts already."),
                advice=N_("Ask about another number, or see `vitri why`."),
                fields={"office": office, "posts": now},
            )
        )
    from vitri.explain.whynot import KINDS, why_not
    from vitri.explain.whynot.answer import options_of
    from vitri.explain.whynot.sizer import Sizer
    from vitri.explain.whynot.told import why_not_sections

    lang = language()
    sizer = Sizer(model, options_of(result.info), _told_of_solve)
    answer = why_not(
        result.info, result.tables, instance, model, office, wanted, kinds=kinds or KINDS, sizer=sizer
    )
    show(why_not_sections(answer, result.info, _names(instance), lang))
    line(tr("Sizings of changed scenarios: {count}.", lang, count=answer.solves))
    if output is not None:
        _save_variants(answer, output)
        line(tr("Variants saved: {path}", lang, path=output))


def _told_of_solve(count: int) -> None:
    line(tr("Sizing again ({count}) ...", language(), count=count), error=True)


def _names(instance: Instance) -> dict[str, dict[str, str]]:
    """Return the names of the codes that sentences speak of."""
    names: dict[str, dict[str, str]] = {}
    for table_name in ("offices", "areas", "task_groups", "work_items"):
        frame = instance.tables[table_name].dropna(subset=["name"])
        names[table_name] = dict(zip(frame["code"].astype(str), frame["name"].astype(str), strict=True))
    return names


def _save_variants(answer: WhyNot, folder: Path) -> None:
    """Save every change found as a variant file of its own, written under another name first."""
    from vitri.data.toml_text import write_toml

    folder.mkdir(parents=True, exist_ok=True)
    for row in answer.found:
        name = f"{answer.office}-{answer.wanted}-{row.lever.kind}"
        why = f"{answer.office}: {answer.now} → {answer.wanted}"
        draft = folder / f".{name}.tmp"
        draft.write_text(
            write_toml({"name": name, "why": why, "change": [dict(row.change)]}),
            encoding="utf-8",
            newline="\n",
        )
        draft.replace(folder / f"{name}.toml")


COMMANDS = (why, whynot)
