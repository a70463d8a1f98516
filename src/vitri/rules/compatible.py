"""Which task groups go together: by competency, by rank, by class and by kind of labour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.rules.base import Measured, Rule, at_most, law
from vitri.rules.case import Case
from vitri.rules.limits import Draft
from vitri.rules.structure import proposed_positions
from vitri.rules.task_groups import TaskGroup


def _bundles(case: Case) -> Iterator[tuple[str, bool, list[TaskGroup]]]:
    """Yield (place, whether a position, groups) of every proposed position and set of sized posts."""
    for position in proposed_positions(case):
        yield position.place, True, [case.groups[g] for g in position.groups if g in case.groups]
    for post in case.sized:
        yield f"{post.office}/{post.code}", False, [case.groups[g] for g in post.groups if g in case.groups]


def _apart(groups: list[TaskGroup], wrong: Callable[[TaskGroup, TaskGroup], bool]) -> list[str]:
    """Return the pairs of groups, as text, that may not be together."""
    return [f"{a.code}–{b.code}" for a, b in combinations(groups, 2) if wrong(a, b)]


def _distance(model: PlanningModel, a: TaskGroup, b: TaskGroup) -> int:
    return model.distance(a.family, b.family) if a.family and b.family else 0


class CompetencyDistance(Rule):
    """The competency families of one position lie close; those of combined duties may lie farther apart.

    A group that needs no competency goes with any.
    """

    name = "competency_distance"
    title = N_("Competencies that go together")
    sentence = N_("{place} joins competencies {actual} apart ({detail}); at most {required} is allowed.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Refuse pairs that lie too far apart."""
        model, rule = draft.model, draft.model.structure
        draft.refuse(lambda a, b: _distance(model, a, b) > rule.max_distance, position=True, cover=False)
        draft.refuse(
            lambda a, b: _distance(model, a, b) > rule.cover_max_distance, position=False, cover=True
        )

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure the farthest pair of every position and every set of posts."""
        rule = case.model.structure
        for place, tight, groups in _bundles(case):
            limit = rule.max_distance if tight else rule.cover_max_distance
            pairs = [(_distance(case.model, a, b), f"{a.code}–{b.code}") for a, b in combinations(groups, 2)]
            far, which = max(pairs, default=(0, ""), key=lambda pair: pair[0])
            yield at_most(place, limit, far, which)


class SharedRank(Rule):
    """Any two task groups of one position admit ranks of a common level: one official can hold both."""

    name = "shared_rank"
    title = N_("A rank for every position")
    sentence = N_("Position {place} joins task groups that no rank may hold together: {detail}.")

    def build(self, draft: Draft) -> None:
        """Refuse pairs without a common rank within a position."""
        draft.refuse(self._wrong, position=True, cover=False)

    @staticmethod
    def _wrong(a: TaskGroup, b: TaskGroup) -> bool:
        return bool(a.rank_levels and b.rank_levels) and not a.rank_levels & b.rank_levels

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every proposed position: pairs bind; one rank for the whole position is reported."""
        for place, tight, groups in _bundles(case):
            if not tight:
                continue
            wrong = _apart(groups, self._wrong)
            yield at_most(place, 0, len(wrong), ", ".join(wrong))
            levels = [group.rank_levels for group in groups if group.rank_levels]
            if not wrong and levels and not frozenset.intersection(*levels):
                yield at_most(place, 0, 1, ", ".join(g.code for g in groups), binding=False)


class ClassMixing(Rule):
    """Leadership work never mixes with other work; a position keeps to one class if the model says so."""

    name = "class_mixing"
    title = N_("Position classes kept apart")
    sentence = N_("{place} mixes position classes: {detail}.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Refuse pairs of classes that may not mix."""
        draft.refuse(self._leads, position=True, cover=True)
        if draft.model.structure.same_class:
            draft.refuse(lambda a, b: a.klass != b.klass, position=True, cover=False)

    @staticmethod
    def _leads(a: TaskGroup, b: TaskGroup) -> bool:
        return a.klass != b.klass and "I" in (a.klass, b.klass)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every proposed position and set of sized posts."""
        same = case.model.structure.same_class
        for place, tight, groups in _bundles(case):
            wrong = _apart(groups, lambda a, b: a.klass != b.klass) if same and tight else []
            wrong = wrong or _apart(groups, self._leads)
            yield at_most(place, 0, len(wrong), ", ".join(wrong))


class CategoryMixing(Rule):
    """One post keeps to one kind of labour, unless the model lets them mix."""

    name = "category_mixing"
    title = N_("Kinds of labour kept apart")
    sentence = N_("{place} mixes kinds of labour: {detail}.")

    def legal(self, model: PlanningModel) -> bool:
        """Law if the model's table `structure` is."""
        return law(model.structure)

    def build(self, draft: Draft) -> None:
        """Refuse pairs of different kinds of labour."""
        if not draft.model.structure.mix_category:
            draft.refuse(lambda a, b: a.category != b.category, position=True, cover=True)

    def rows(self, case: Case) -> Iterator[Measured]:
        """Measure every proposed position and set of sized posts; nothing if they may mix."""
        if case.model.structure.mix_category:
            return
        for place, _, groups in _bundles(case):
            wrong = _apart(groups, lambda a, b: a.category != b.category)
            yield at_most(place, 0, len(wrong), ", ".join(wrong))
