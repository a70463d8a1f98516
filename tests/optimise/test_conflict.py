"""Concessions and minimal conflicts where limits leave no plan: eight offices, rules of all kinds planted."""

from pathlib import Path

import pytest
from benchmarks import rank_conflicts
from benchmarks.conflict_cases import KINDS
from benchmarks.conflicts import examine, examine_ranks, ranks_without_plan, without_plan

from vitri.data import read
from vitri.data.instance import Instance
from vitri.optimise.conflict import SizingQuestion, causes, minimal_conflict, question_of, solves_after
from vitri.optimise.engine import SolveOptions, Watch
from vitri.policy import PlanningModel, model_for
from vitri.policy.worktime import time_fund
from vitri.workload import Workload, compute

ROOT = Path(__file__).resolve().parents[2]
#: One kind of each family: the benchmark looks at all of them, many times.
FAMILIES = tuple({row[0]: kind for kind, row in KINDS.items() if row[0]}.values())


@pytest.fixture(scope="module")
def eight() -> tuple[Instance, PlanningModel, Workload]:
    """The eight synthetic shared offices with their model and work."""
    instance = read(ROOT / "scenarios" / "bac-kan-2021")
    model = model_for(instance, instance.info.policy)
    return instance, model, compute(instance, model, time_fund(instance, model))


def question(
    eight: tuple[Instance, PlanningModel, Workload], limits: dict[tuple[str, str], int], sizing: str
) -> tuple[SizingQuestion, Watch, Instance]:
    """Put the question for the eight offices with limits of their quotas set."""
    instance, model, work = eight
    quotas = instance.table("quotas").copy()
    for (unit, column), number in limits.items():
        quotas.loc[quotas["unit"] == unit, column] = number
        if column == "posts":
            quotas.loc[quotas["unit"] == unit, "status"] = "allocated"
    instance = instance.with_tables(quotas=quotas)
    watch = Watch(SolveOptions(sizing=sizing))  # type: ignore[arg-type]
    return question_of(instance, model, work, time_fund(instance, model), watch), watch, instance


@pytest.mark.parametrize(
    ("limits", "sizing", "amount", "cause"),
    [
        ({("BK", "posts"): 80, ("BB", "floor"): 90}, "ceiling", 50, "floors_over_ceiling"),
        ({("NR", "cap"): 7}, "need", 5, "need_over_cap"),
    ],
)
def test_a_planted_conflict_is_conceded_and_minimal(
    eight: tuple[Instance, PlanningModel, Workload],
    limits: dict[tuple[str, str], int],
    sizing: str,
    amount: int,
    cause: str,
) -> None:
    """Posts and hours conceded lead to a plan; the conflict has none, and one without any of its members."""
    asked, watch, instance = question(eight, limits, sizing)
    helping = [c for c in asked.concessions() if c.helps]
    posts = next(c for c in helping if c.family in ("ceiling", "cap"))
    assert (posts.cost, sum(g.amount for g in posts.grants)) == (posts.bound, amount)
    assert all(solves_after(asked, concession, watch) for concession in helping)
    assert [finding.code for finding in causes(asked, instance, eight[1])] == [cause]
    found = minimal_conflict(asked)
    assert found is not None
    assert found.proven
    kept = frozenset(found.members)
    assert asked.exists(kept) is False
    assert all(asked.exists(kept - {member}) for member in kept)


@pytest.mark.parametrize("kind", FAMILIES)
def test_a_rule_planted_is_conceded_and_stands_in_a_minimal_conflict(kind: str) -> None:
    """Every answer of a case of the kind is verified by the engine and by a plain programme of its own."""
    for asked in without_plan(kind, 1):
        tally = examine(asked)
        assert tally.wrong == []
        assert tally.conceded == tally.concessions > 0
        assert tally.needed == tally.members > 0


@pytest.mark.parametrize("kind", rank_conflicts.KINDS)
def test_ranks_are_conceded_and_conflict_minimally(kind: str) -> None:
    """Every answer on ranks is verified by the rank mix and by trying all ranks."""
    for seed, asked in ranks_without_plan(kind, 5):
        tally = examine_ranks(kind, seed, asked)
        assert tally.wrong == []
        assert tally.conceded == tally.concessions > 0


def test_rules_of_law_are_conceded_only_when_asked() -> None:
    """A pair that the law keeps apart is in the conflict and is offered with `allow_legal` alone."""
    (asked,) = without_plan("forbidden pair (law)", 1)
    offered = {c.family for c in asked.question.concessions() if c.helps}
    assert "pair" not in offered
    assert "pair" in {c.family for c in asked.question.concessions(allow_legal=True) if c.helps}
