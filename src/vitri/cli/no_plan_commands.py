"""The command around scenarios without a plan: why, what to concede, and which rules conflict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vitri.cli.data_commands import PATH, usable
from vitri.cli.output import line
from vitri.cli.plan_commands import changed
from vitri.cli.words import Command, common, language, option
from vitri.errors import Findings
from vitri.i18n import N_, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from vitri.data.instance import Instance
    from vitri.optimise.conflict import Concession, Question, RankQuestion
    from vitri.optimise.engine import Watch
    from vitri.policy import PlanningModel


@click.command(
    "concessions",
    cls=Command,
    help=N_("Say what to concede where limits leave no plan, and which rules conflict."),
)
@click.argument("path", type=PATH, metavar="DIR")
@option(
    "--sizing",
    type=click.Choice(["ceiling", "need"]),
    help=N_("Share out the given ceiling, or propose the fewest posts that meet the service rule."),
)
@option("--variant", metavar="NAME", help=N_("Solve a variant of the scenario (variants/NAME.toml)."))
@option("--allow-legal", is_flag=True, help=N_("Offer rules of law as concessions too."))
@common
def concessions(path: Path, sizing: str | None, variant: str | None, allow_legal: bool) -> int:
    """Print the causes, the cheapest concessions and a minimal conflict."""
    instance, _, _ = changed(usable(path), variant)
    from vitri.optimise.conflict import causes, question_of, solves_after
    from vitri.optimise.engine import SolveOptions, Watch
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    model = model_for(instance, None)
    fund = time_fund(instance, model)
    watch = Watch(SolveOptions(sizing=sizing))  # type: ignore[arg-type]  # click has checked the choice
    question = question_of(instance, model, compute(instance, model, fund), fund, watch)
    lang = language()
    exists = question.exists(frozenset(question.members))
    if exists:
        found = _ranks(instance, model, watch)
        if found is None:
            line(tr("The limits on posts leave a plan; nothing has to be conceded.", lang))
            return 0
        ranks, findings = found
        return _answer(ranks, findings, lambda c: _ranked(ranks, c), allow_legal)
    told = causes(question, instance, model) if exists is False else Findings()
    return _answer(question, told, lambda c: solves_after(question, c, watch), allow_legal)


def _ranks(instance: Instance, model: PlanningModel, watch: Watch) -> tuple[RankQuestion, Findings] | None:
    """Put the question of ranks for the plan that sizing finds, with what sums say of it.

    None where the ranks can keep every limit.
    """
    if not instance.has("officials") or not (model.salary_budget or model.ratio_cap):
        return None
    from vitri.optimise.conflict import rank_question
    from vitri.optimise.ranks import mix_ranks
    from vitri.optimise.size import size_posts
    from vitri.optimise.staffing import place_people
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    if not model.salary_budget and all(cap.count.rank is None for cap in model.ratio_cap):
        return None
    fund = time_fund(instance, model)
    sized = size_posts(instance, model, compute(instance, model, fund), fund, watch)
    staffing = place_people(instance, model, sized).staffing
    question = rank_question(instance, model, sized, staffing)
    if question.exists(frozenset(question.members)):
        return None
    return question, mix_ranks(instance, model, sized, staffing).findings.errors


def _ranked(question: RankQuestion, concession: Concession) -> bool:
    from vitri.optimise.conflict import ranks_after

    return ranks_after(question, frozenset(question.members), concession.grants)


def _answer(
    question: Question, causes: Findings, confirm: Callable[[Concession], bool], allow_legal: bool
) -> int:
    """Print causes, concessions that help with their check, and the conflict."""
    from vitri.explain.no_plan import concession_text, conflict_text, family_text
    from vitri.optimise.conflict import minimal_conflict

    lang = language()
    if len(causes):
        line(tr("Why, by plain sums:", lang))
        for row in causes.render(lang):
            line(f"  - {row['message']} {row['advice']}".rstrip())
    found = question.concessions(allow_legal=allow_legal)
    helping = [
        c
        for at, c in enumerate(found)
        if c.helps and not any(c.grants == earlier.grants for earlier in found[:at])
    ]
    if helping:
        line(tr("What to concede; each line alone is enough:", lang))
        for concession in helping:
            text = concession_text(concession, confirm(concession), lang)
            line(f"  - {family_text(concession.family, lang)}: {text}")
    else:
        line(tr("No concession that may be offered leads to a plan.", lang))
    rest = [family_text(c.family, lang) for c in found if not c.helps and c.family != "mixed"]
    if rest:
        line(tr("Not enough alone: {families}.", lang, families="; ".join(rest)))
    if not allow_legal and any(member.legal for member in question.members):
        line(tr("Rules of law are not offered; --allow-legal offers them too.", lang))
    conflict = minimal_conflict(question)
    if conflict is None:
        line(tr("Whether a plan exists was not decided.", lang))
    else:
        line(conflict_text(conflict, lang))
    return 3


COMMANDS = (concessions,)
