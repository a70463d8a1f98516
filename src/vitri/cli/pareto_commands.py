"""The command around the Pareto front: posts against undone work; a point picked becomes a full plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, show_summary, table
from vitri.cli.words import Command, common, language, option
from vitri.errors import Finding, UsageError
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from vitri.data.instance import Instance

SHOWN = 40


@click.command(
    "pareto",
    cls=Command,
    help=N_("Show the trade-off of posts against undone work; make the plan of one point."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--pick", type=click.IntRange(min=0), metavar="N", help=N_("The point with N posts: make its full plan.")
)
@option("--out", type=PATH, metavar="RUN", help=N_("The run folder of the plan that is picked."))
@option("-o", "--output", type=PATH, metavar="FILE.csv", help=N_("Save the figures as a table (CSV)."))
@common
def pareto(path: Path, pick: int | None, out: Path | None, output: Path | None) -> None:
    """Print the front, mark which points are proven, and solve the point picked."""
    if (pick is None) != (out is None):
        raise click.UsageError(tr("--pick and --out belong together.", language()))
    if out is not None:
        refuse_to_overwrite(out, run=True)
    if output is not None:
        refuse_to_overwrite(output)
    instance = usable(path)

    from vitri.optimise.ceilings import ceilings_of
    from vitri.optimise.ceilings.front import nearest_posts, pareto_front
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    model = model_for(instance, None)
    fund = time_fund(instance, model)
    study = ceilings_of(instance, model, compute(instance, model, fund), fund)
    front = pareto_front(study)
    _show(front, study.present)
    if output is not None:
        draft = output.with_name(f".{output.name}.tmp")
        front.to_csv(draft, index=False, lineterminator="\n", encoding="utf-8")
        draft.replace(output)
        line(tr("Table written: {path}", language(), path=output))
    if pick is None or out is None:
        return
    if pick not in set(front["posts"]):
        near = [str(posts) for posts in nearest_posts(front, pick) if posts is not None]
        raise UsageError(
            Finding(
                code="not_on_the_front",
                column="--pick",
                value=str(pick),
                allowed=", ".join(near),
                message=N_("No point of the front has {posts} posts."),
                advice=N_("The nearest are: {near}."),
                fields={"posts": pick, "near": ", ".join(near)},
            )
        )
    _plan(instance, front[front["posts"] == pick].iloc[0].to_dict(), out)


def _show(front: pd.DataFrame, present: int | None) -> None:
    """Print the points, at most so many evenly chosen, and how many are proven."""
    lang = language()
    keys = [key for key in front.columns if key.startswith("unmet_")]
    titles = [
        tr("Posts", lang),
        *(tr("Priority {which}", lang, which=", ".join(key.removeprefix("unmet_"))) for key in keys),
        tr("Undone (hours)", lang),
        tr("Saved by the last post (hours)", lang),
        tr("Proof", lang),
    ]
    records = front.to_dict("records")
    step = max(1, -(-len(records) // SHOWN))
    rows = []
    for index, record in enumerate(records):
        if index % step and index != len(records) - 1 and record["posts"] != present:
            continue
        bound, saved = record["bound_undone"], record["saved"]
        proof = tr("proven", lang)
        if record["status"] != "optimal":
            proof = tr("at least {hours} hours", lang, hours=_hours(bound))
        rows.append(
            [
                number(int(record["posts"]), lang) + (" *" if record["posts"] == present else ""),
                *(_hours(record[key]) for key in keys),
                _hours(record["undone"]),
                _hours(saved),
                proof,
            ]
        )
    table(titles, rows, title=tr("Posts against undone work", lang), right=range(len(titles) - 1))
    if present is not None and present in set(front["posts"]):
        line(tr("* The ceiling in force.", lang))
    proven = int((front["status"] == "optimal").sum())
    line(
        tr(
            "{count} points, {proven} of them proven: no structure of positions leaves less undone with as "
            "many posts. Of the others the structure found is shared out exactly; the bound holds for any "
            "structure.",
            lang,
            count=len(front),
            proven=proven,
        )
    )


def _hours(minutes: object) -> str:
    """Write minutes in hours with one decimal; a blank as a dash."""
    import pandas as pd

    return "–" if minutes is None or minutes is pd.NA else number(int(str(minutes)) / 60, language(), 1)


def point_changes(instance: Instance, posts: int) -> list[dict[str, Any]]:
    """Return the changes that give the whole scenario this ceiling."""
    areas, offices = instance.table("areas"), instance.table("offices")
    roots = sorted(areas["code"][areas["parent"].isna()])
    unit = roots[0] if len(roots) == 1 else offices["code"].iloc[0] if len(offices) == 1 else None
    if unit is None:
        raise UsageError(
            Finding(
                code="no_root",
                table="areas",
                message=N_("There is no one area above all offices that could have this ceiling."),
                advice=N_("Add one to the table areas."),
            )
        )
    changes: list[dict[str, Any]] = [
        {"do": "set_ceiling", "where": {"unit": unit}, "posts": posts, "status": "allocated"}
    ]
    if instance.info.sizing == "need":
        changes.append({"do": "set_sizing", "value": "ceiling"})
    return changes


def _plan(instance: Instance, point: Mapping[Any, Any], out: Path) -> None:
    """Solve the scenario with the ceiling picked, save the run and say how it stands to the point."""
    from vitri.cli.progress import ConsoleReporter, run_stoppable
    from vitri.solve import solve
    from vitri.variant import apply, parse

    lang = language()
    posts = int(point["posts"])
    name = f"pareto-{posts}"
    raw = {"name": name, "why": name, "change": point_changes(instance, posts)}
    changed, reports = apply(instance, parse(raw, name))
    reporter = ConsoleReporter()
    result = run_stoppable(
        lambda: solve(changed, report=reporter, variant=name, changes=[r.as_dict() for r in reports]),
        reporter,
    )
    result.save(out)
    show_summary(result.summary(lang))
    levels = [row for row in result.info["levels"] if row["stage"] == "sizing"]
    plan = [int(row["value"]) for row in levels if row["measure"] == "unmet_minutes"]
    front = [int(value) for key, value in point.items() if str(key).startswith("unmet_")]
    line(
        tr(
            "Hours left undone by priority, highest first: the point picked {front}, the full plan {plan}.",
            lang,
            front="; ".join(map(_hours, front)),
            plan="; ".join(map(_hours, plan)),
        )
    )
    if plan < front:
        line(tr("The full plan is better: with this ceiling in force another structure was found.", lang))
    elif plan > front:
        line(tr("The full plan is worse than the point; its search may need more time.", lang))
    line(tr("Run saved: {path}", lang, path=out))


COMMANDS = (pareto,)
