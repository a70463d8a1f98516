"""Concessions and minimal conflicts where limits on posts leave no plan."""

from pathlib import Path

import pytest

from vitri.data import read
from vitri.optimise.conflict import SizingQuestion, minimal_conflict, question_of, solves_after
from vitri.optimise.engine import SolveOptions, Watch
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute

ROOT = Path(__file__).resolve().parents[2]


def question(limits: dict[tuple[str, str], int], sizing: str) -> tuple[SizingQuestion, Watch]:
    """Put the question for the eight offices with limits of their quotas set."""
    instance = read(ROOT / "scenarios" / "bac-kan-2021")
    quotas = instance.table("quotas").copy()
    for (unit, column), number in limits.items():
        quotas.loc[quotas["unit"] == unit, column] = number
        if column == "posts":
            quotas.loc[quotas["unit"] == unit, "status"] = "allocated"
    instance = instance.with_tables(quotas=quotas)
    model = model_for(instance, instance.info.policy)
    fund = time_fund(instance, model)
    watch = Watch(SolveOptions(sizing=sizing))  # type: ignore[arg-type]
    return question_of(instance, model, compute(instance, model, fund), fund, watch), watch


@pytest.mark.parametrize(
    ("limits", "sizing", "amount"),
    [({("BK", "posts"): 80, ("BB", "floor"): 90}, "ceiling", 50), ({("NR", "cap"): 7}, "need", None)],
)
def test_a_planted_conflict_is_conceded_and_minimal(
    limits: dict[tuple[str, str], int], sizing: str, amount: int | None
) -> None:
    """Posts conceded lead to a plan; the conflict has none, and has one without any of its members."""
    asked, watch = question(limits, sizing)
    helping = [c for c in asked.concessions() if c.helps]
    posts = next(c for c in helping if c.family in ("ceiling", "cap"))
    assert solves_after(asked, posts, watch)
    if amount is not None:
        assert (posts.cost, sum(g.amount for g in posts.grants)) == (posts.bound, amount)
    found = minimal_conflict(asked)
    assert found is not None
    assert found.proven
    kept = frozenset(found.members)
    assert asked.exists(kept) is False
    assert all(asked.exists(kept - {member}) for member in kept)
