"""The command around fragility: cliffs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_warnings, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from vitri.report.cliff_names import Places
    from vitri.workload.cliffs import CliffMap


@click.command(
    "cliffs",
    cls=Command,
    help=N_("Show which posts change when the time fund, a norm, a volume or a coefficient changes by x %."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option("--policy", metavar="NAME", help=N_("Count work and time by another dated policy."))
@option(
    "--reach", type=int, default=20, show_default=True, metavar="PCT", help=N_("How far to look, in percent.")
)
@option(
    "--scope",
    default="office",
    show_default=True,
    metavar="office|pool|position",
    help=N_("Whose posts: offices, the staff within them, or task groups."),
)
@option(
    "--lever",
    "levers",
    multiple=True,
    metavar="NAME",
    help=N_("What changes: time_fund, useful_time, norm, volume, coefficient; may be given several times."),
)
@option("--items/--no-items", default=True, help=N_("Try every work item by itself as well."))
@option(
    "--top", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help=N_("Rows to print.")
)
@option(
    "-o",
    "--output",
    type=PATH,
    metavar="FOLDER|FILE.xlsx",
    help=N_("Save the workbook and the picture (SVG); in a folder the tables (CSV) too."),
)
@common
def cliffs(
    path: Path,
    policy: str | None,
    reach: int,
    scope: str,
    levers: tuple[str, ...],
    items: bool,
    top: int,
    output: Path | None,
) -> None:
    """Print the cliff map of a scenario, most fragile first, and save it if asked."""
    targets = _targets(output) if output is not None else None
    for target in targets or ():
        refuse_to_overwrite(target)
    instance = usable(path)

    from vitri.policy import model_for
    from vitri.report.cliff_names import Places
    from vitri.workload.cliffs import LEVERS, cliff_map

    model = model_for(instance, policy)
    found = cliff_map(
        instance,
        model,
        levers=levers or LEVERS,  # type: ignore[arg-type]  # unknown ones become findings
        reach_pct=reach,
        scope=scope,  # type: ignore[arg-type]
        work_items=None if items else (),
    )
    show_warnings(found.findings)
    places = Places(instance, language(), model)
    _show(found, places, top)
    if targets is not None:
        from vitri.report.cliffs import write_cliff_plot, write_cliff_workbook

        write_cliff_workbook(found, targets[0], instance, model, language())
        write_cliff_plot(found, targets[1], instance, language())
        if output is not None and output.suffix.lower() != ".xlsx":
            _save_tables(found, output)
        line(tr("Workbook written: {path}", language(), path=targets[0]))
        line(tr("Picture written: {path}", language(), path=targets[1]))


def _targets(output: Path) -> tuple[Path, Path]:
    """Return where the workbook and the picture go."""
    if output.suffix.lower() == ".xlsx":
        return output, output.with_suffix(".svg")
    return output / "cliffs.xlsx", output / "cliffs.svg"


def _save_tables(found: CliffMap, folder: Path) -> None:
    """Save the tables of a map as UTF-8 CSV files; each is written under another name first."""
    for name in ("cliffs", "summary", "totals", "items", "fragile"):
        draft = folder / f".{name}.csv.tmp"
        getattr(found, name).to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")
        draft.replace(folder / f"{name}.csv")


def _show(found: CliffMap, places: Places, top: int) -> None:
    """Print the sentences, the nearest cliffs, the fragile norms and the totals."""
    from vitri.explain.cliffs import cliffs_of, sentence
    from vitri.report.cliffs import leading, rules_text, searched_text

    lang = language()
    line(rules_text(found, lang))
    first = cliffs_of(found, first=True)
    for cliff in leading(first):
        line(sentence(cliff, places.place(cliff.office, cliff.pool, cliff.task_group), lang))
    line()
    _show_nearest(found, places, top)
    _show_items(found, places, top)
    _show_totals(found)
    if found.cliffs["searched"].any() or found.items["searched"].any():
        line(searched_text(lang))


def _signed(change_bp: int) -> str:
    from vitri.explain.cliffs import change_text

    return f"{'+' if change_bp > 0 else '-'}{change_text(change_bp, language())}"


def _show_nearest(found: CliffMap, places: Places, top: int) -> None:
    from vitri.explain.cliffs import cliffs_of, levers_text
    from vitri.report.cliffs import how_text

    lang = language()
    first = cliffs_of(found, first=True)
    titles = (N_("Row"), N_("Posts now"), N_("Change"), N_("Posts after"), N_("What changes"), N_("Computed"))
    rows = [
        [
            places.place(cliff.office, cliff.pool, cliff.task_group),
            number(cliff.posts_now, lang),
            _signed(cliff.change_bp),
            number(cliff.posts_to, lang),
            levers_text(cliff.levers, lang),
            how_text(cliff.searched, lang),
        ]
        for cliff in first[:top]
    ]
    if not rows:
        line(tr("Nothing moves within ±{reach} %.", lang, reach=found.reach_pct))
        return
    title = tr("The nearest breakpoints, the most fragile first", lang)
    table([tr(text, lang) for text in titles], rows, title=title, right=(1, 2, 3))
    if len(first) > top:
        line(tr("... and {count} more; save them all with -o.", lang, count=number(len(first) - top, lang)))
    line()


def _show_items(found: CliffMap, places: Places, top: int) -> None:
    from vitri.explain.cliffs import fragile_items

    lang = language()
    titles = (N_("Row"), N_("Posts now"), N_("Change"), N_("Posts after"), N_("Work item"))
    rows = [
        [
            places.place(row.office, row.pool, row.task_group),
            number(row.posts_now, lang),
            _signed(row.change_bp),
            number(row.posts_to, lang),
            places.item(row.work_item),
        ]
        for row in fragile_items(found)[:top]
    ]
    if rows:
        title = tr("The single norm or volume that moves each number with the least change", lang)
        table([tr(text, lang) for text in titles], rows, title=title, right=(1, 2, 3))
        line()


def _show_totals(found: CliffMap) -> None:
    from vitri.explain.cliffs import LEVER_WORDS
    from vitri.report.cliffs import posts_text

    lang = language()
    changes = sorted(set(found.summary["change_bp"]))
    rows = []
    for lever in found.levers:
        part = found.summary[found.summary["lever"] == lever]
        cells = [
            posts_text(posts, difference, lang)
            for posts, difference in zip(part["posts"], part["difference"], strict=True)
        ]
        rows.append([tr(LEVER_WORDS[lever], lang), *cells])
    title = tr(
        "Posts in all when one figure changes ({count} posts now)", lang, count=number(found.posts_now, lang)
    )
    titles = [
        tr("What changes", lang),
        *(f"{'+' if bp > 0 else '-'}{number(abs(bp) // 100, lang)} %" for bp in changes),
    ]
    table(titles, rows, title=title, right=range(1, len(titles)))


COMMANDS = (cliffs,)
