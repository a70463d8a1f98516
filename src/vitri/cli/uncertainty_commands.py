"""The command `uncertainty`: quotas set in several ways, and how often each is enough."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line, refuse_to_overwrite, save_tables, table
from vitri.cli.words import Command, common, language, option
from vitri.i18n import N_, number, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.optimise.uncertainty import Study
    from vitri.policy import PlanningModel

#: The probability asked for where neither the command nor the model states one, in percent.
USUAL_PROBABILITY = 90


@click.command(
    "uncertainty",
    cls=Command,
    help=N_("Say how often quotas are enough: expected cost, worst case, service level, simulation."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--probability",
    type=click.FloatRange(0, 100, min_open=True),
    metavar="PERCENT",
    help=N_("Keep the service rule with this probability; blank: the model's, else 90."),
)
@option(
    "--budget",
    type=click.IntRange(0, 40),
    default=2,
    show_default=True,
    metavar="N",
    help=N_("Worst case: so many task groups rise to their upper value at once."),
)
@option(
    "--scenarios",
    type=click.IntRange(10, 100_000),
    default=2000,
    show_default=True,
    metavar="N",
    help=N_("Demand scenarios that quotas are set on."),
)
@option(
    "--simulations",
    type=click.IntRange(10, 100_000),
    default=4000,
    show_default=True,
    metavar="N",
    help=N_("Fresh scenarios that quotas are tried on."),
)
@option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    metavar="N",
    help=N_("Random seed."),
)
@option("-o", "--output", type=PATH, metavar="FOLDER", help=N_("Save quotas and curves of every office."))
@common
def uncertainty(
    path: Path,
    probability: float | None,
    budget: int,
    scenarios: int,
    simulations: int,
    seed: int,
    output: Path | None,
) -> None:
    """Judge a scenario, every office pooled, or the structure of a run folder."""
    from vitri.optimise.uncertainty import Question, assess
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    if output is not None:
        refuse_to_overwrite(output)
    instance, model, run = _question_of(path)
    asked = model.service.probability_pct if probability is None else probability
    fund = time_fund(instance, model)
    study = assess(
        instance,
        model,
        compute(instance, model, fund),
        fund,
        Question(
            probability_dec2=round(100 * asked) or 100 * USUAL_PROBABILITY,
            budget=budget,
            scenarios=scenarios,
            simulations=simulations,
            seed=seed,
        ),
        run=run,
    )
    _show(study, instance)
    if output is not None:
        save_tables({"uncertainty_quotas": study.quotas, "uncertainty_curves": study.curves}, output)
        line(tr("Tables saved: {path}", language(), path=output))


def _question_of(path: Path) -> tuple[Instance, PlanningModel, Any]:
    """Return scenario and rules in force; for a run folder also its tables."""
    if (path / "result.json").is_file():
        from vitri.cli.plan_commands import input_of, load_run

        result = load_run(path)
        instance, model = input_of(path, result)
        return instance, model, {name: result.table(name) for name in ("post_groups", "duties")}
    from vitri.policy import model_for

    instance = usable(path)
    return instance, model_for(instance), None


def _show(study: Study, instance: Instance) -> None:
    """Print posts and simulated share of every office under every plan, then what it means in words."""
    from vitri.explain.uncertainty import (
        basis_sentences,
        ceiling_sentences,
        office_sentences,
        probability_text,
        share_text,
    )
    from vitri.optimise.uncertainty import PLANS

    lang = language()
    offices = instance.tables["offices"]
    names = dict(zip(offices["code"], offices["name"], strict=True))
    rows: list[list[str]] = []
    whole: list[str] = []
    cells: dict[str, dict[str, str]] = {}
    for row in study.quotas.to_dict("records"):
        share = share_text(int(row["simulated_pct"]), lang, 0)
        text = f"{number(int(row['posts']), lang)} ({share})"
        if isinstance(row["office"], str):
            cells.setdefault(row["office"], {})[str(row["plan"])] = text
        else:
            whole.append(text)
    rows += [[code, str(names[code]), *(cells[code][plan] for plan in PLANS)] for code in sorted(cells)]
    rows.append([tr("Together", lang), "", *whole])
    asked = probability_text(study, lang)
    titles = [
        tr(text, lang, probability=asked, budget=number(study.question.budget, lang)) for text in TITLES
    ]
    table(titles, rows, right=range(2, len(titles)))
    line(tr("In brackets: the share of simulations in which the service rule is kept.", lang))
    line("")
    for sentence in [*office_sentences(study, names, lang), *ceiling_sentences(study, lang)]:
        line(sentence)
    line("")
    for sentence in basis_sentences(study, lang):
        line(sentence)


TITLES = (
    N_("Office"),
    N_("Name"),
    N_("As planned"),
    N_("Expected cost"),
    N_("Worst cost"),
    N_("Fair share"),
    N_("Need by the average"),
    N_("Need at {probability}"),
    N_("Need, {budget} groups rise"),
)

COMMANDS = (uncertainty,)
