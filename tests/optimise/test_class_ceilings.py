"""Every ceiling under quotas by class of post: against trying every pair, and on the eight offices."""

from dataclasses import replace
from pathlib import Path

import pytest
from test_class_quota import least_of, quoted, two_offices

from vitri.data import read
from vitri.explain.ceilings import ceiling_sentences, paradox_sentences
from vitri.optimise.ceilings import ceilings_of
from vitri.optimise.ceilings.by_class import class_curve
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.quota import NO_CEILING, Tree
from vitri.optimise.search import plan_under
from vitri.optimise.sharing.ceilings import ceiling_curve
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute

ROOT = Path(__file__).resolve().parents[2]


def test_every_ceiling_equals_trying_every_pair() -> None:
    """On 20 random cases of two offices each ceiling has the least cost under the quotas, or no plan."""
    points = changed = none = 0
    for seed in range(20):
        task, positions, sides = two_offices(seed)
        nodes = task.tree.nodes
        open_tree = Tree((*nodes[:-1], replace(nodes[-1], ceiling=NO_CEILING)))
        task = replace(task, tree=open_tree)
        plans = [plan_under(task, office, positions) for office in range(2)]
        free = ceiling_curve([plan.curve for plan in plans], open_tree)
        found = class_curve(free, plans, task, positions, sides, Watch(SolveOptions()))
        for ceiling, share in enumerate(found.shares):
            tree = Tree((*nodes[:-1], replace(nodes[-1], ceiling=ceiling)))
            expected = least_of(replace(task, tree=tree), positions[0], sides)
            assert (None if share is None else tuple(share.cost.tolist())) == expected, (seed, ceiling)
            points += expected is not None
            none += expected is None
            changed += share != free.shares[ceiling] if share is None else share is not free.shares[ceiling]
    assert points > 40
    assert none > 15
    assert changed > 10


@pytest.fixture(scope="module")
def asked() -> tuple[int, ...]:
    """Ceilings of the eight offices: tight, about the present one, and wide."""
    return (60, 80, 103, 120)


def test_a_quota_of_a_class_caps_what_ceilings_can_give(asked: tuple[int, ...]) -> None:
    """Thirty posts of class II: above that a ceiling buys no more of them, and the sentences say why."""
    plain = read(ROOT / "scenarios" / "bac-kan-2021")
    row = {"unit": "BK", "position_class": "II", "status": "allocated", "posts": 30}
    model = model_for(plain)
    fund = time_fund(plain, model)
    work = compute(plain, model, fund)
    free = ceilings_of(plain, model, work, fund, at=asked)
    bound = ceilings_of(quoted(plain, row), model, work, fund, at=asked)
    assert not free.by_class
    assert bound.by_class
    for ceiling in asked:
        assert int(bound.at(ceiling)["undone"]) >= int(free.at(ceiling)["undone"])
        assert int(bound.at(ceiling)["posts"]) <= int(bound.fixed) + 30
    assert int(bound.at(120)["undone"]) > int(free.at(120)["undone"])
    undone = bound.points["undone"].tolist()
    assert undone == sorted(undone, reverse=True)
    assert bound.points["steps_undone"].isna().all()
    assert bound.shares["rule_posts"].isna().all()
    names = {code: code for code in bound.offices}
    said = " ".join(ceiling_sentences(bound, names, "en"))
    assert "Quotas by class of post decide" in said
    assert "hạng" in " ".join(ceiling_sentences(bound, names, "vi"))
    assert not any("never takes back" in text for text in paradox_sentences(bound, names, "en"))
