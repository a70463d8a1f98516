"""A scenario without a plan, asked in one call: causes, concessions with their check, a minimal conflict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitri.errors import Findings
from vitri.explain.no_plan import concession_text, conflict_text, family_text
from vitri.i18n import Lang, tr

if TYPE_CHECKING:
    from vitri.data.instance import Instance
    from vitri.optimise.conflict import Concession, Conflict
    from vitri.optimise.engine import SolveOptions


@dataclass(frozen=True)
class NoPlanAnswer:
    """Why limits on posts leave no plan, and what to do.

    `exists` whether there is a plan (None: not decided); `causes` what plain sums say; `concessions` the
    cheapest ones of every family of rule and mixed, each enough alone, `confirmed` whether a plan was found
    with each; `conflict` a minimal set of rules that cannot be kept together (None: none found).
    """

    exists: bool | None
    causes: Findings
    concessions: tuple[Concession, ...]
    confirmed: tuple[bool, ...]
    conflict: Conflict | None

    def sentences(self, lang: Lang = "vi") -> list[str]:
        """Tell the answer, a sentence for every cause and concession, then the conflict."""
        if self.exists:
            return [tr("The limits on posts leave a plan; nothing has to be conceded.", lang)]
        said = [f"{row['message']} {row['advice']}".strip() for row in self.causes.render(lang)]
        for concession, confirmed in zip(self.concessions, self.confirmed, strict=True):
            family = family_text(concession.family, lang)
            said.append(f"{family}: {concession_text(concession, confirmed, lang)}")
        if self.conflict is None:
            said.append(tr("Whether a plan exists was not decided.", lang))
        else:
            said.append(conflict_text(self.conflict, lang))
        return said


def no_plan(
    instance: Instance, *, options: SolveOptions | None = None, allow_legal: bool = False
) -> NoPlanAnswer:
    """Ask why a scenario has no plan of posts; rules of law are offered only if `allow_legal`.

    Each concession is checked by letting the sizing plan with it. Ranks and salary budgets are not asked
    about here. Raises `DataError` for a planning model that cannot be used.
    """
    from vitri.optimise.conflict import causes, minimal_conflict, question_of, solves_after
    from vitri.optimise.engine import SolveOptions, Watch
    from vitri.policy import model_for
    from vitri.policy.worktime import time_fund
    from vitri.workload import compute

    options = options or SolveOptions()
    model = model_for(instance, options.policy)
    fund = time_fund(instance, model)
    watch = Watch(options)
    question = question_of(instance, model, compute(instance, model, fund), fund, watch)
    exists = question.exists(frozenset(question.members))
    if exists:
        return NoPlanAnswer(True, Findings(), (), (), None)
    told = causes(question, instance, model) if exists is False else Findings()
    helping: list[Concession] = []
    for concession in question.concessions(allow_legal=allow_legal):
        if concession.helps and all(concession.grants != earlier.grants for earlier in helping):
            helping.append(concession)
    confirmed = tuple(solves_after(question, concession, watch) for concession in helping)
    return NoPlanAnswer(exists, told, tuple(helping), confirmed, minimal_conflict(question))
