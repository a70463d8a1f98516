"""Input at the edge: a clear finding or a right answer, through the command that planners use, in time."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from stress_builders import Stress, write_scenario

from vitri.cli import run
from vitri.optimise.bundles import bundles, bundles_within, membership

EVERY_FAMILY = ("HC", "VT", "KT", "VD", "TG")
REFUSED = {
    "ceiling below the floors": (
        Stress(ceilings=(("T", "3", ""), ("V0", "", "4"), ("V1", "", "4"))),
        "floors_over_ceiling",
        "5 posts more",
    ),
    "an office's ceiling below its floor": (
        Stress(ceilings=(("T", "20", ""), ("V0", "3", "5"))),
        "ceiling_below_floor",
        "Raise it to 5",
    ),
    "contradictory limits": (
        Stress(ceilings=(("T", "20", "15"), ("V0", "3", ""), ("V1", "3", ""))),
        "floor_out_of_reach",
        "the limits below allow 6",
    ),
    "no line of work": (Stress(work=False), "empty_table", "registrations"),
    "more work than any office does": (
        Stress(minutes=100_000, quantity=10_000, equal=True, ceilings=()),
        "too_many_posts",
        "Check the quantities and unit times",
    ),
}
PLANNED = {
    "all work zero": Stress(quantity=0),
    "a ceiling of zero": Stress(ceilings=(("T", "0", ""),)),
    "one office": Stress(offices=1),
    "one task group": Stress(groups=1),
    "one office, one task group": Stress(offices=1, groups=1),
    "a thousand million minutes a month": Stress(minutes=100_000, quantity=10_000, equal=True),
    "equal prices everywhere": Stress(offices=4, groups=8, equal=True, ceilings=(("T", "24", ""),)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_planned_is_said(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario that no plan can meet ends in a finding with its code and what to do, never in a fault."""
    stress, code, words = REFUSED[name]
    folder = write_scenario(tmp_path / "kich-ban", stress)
    ended = run(["solve", str(folder), "-o", str(tmp_path / "run"), "--time-limit", "10", "--lang", "en"])
    told = capsys.readouterr()
    assert ended in (1, 3)
    assert code in told.out + told.err
    assert words in told.out + told.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", PLANNED)
def test_odd_work_is_planned_and_proven(name: str, tmp_path: Path) -> None:
    """Odd but possible scenarios are planned, audited and proven within the limit."""
    stress = PLANNED[name]
    folder = write_scenario(tmp_path / "kich-ban", stress)
    started = time.monotonic()
    assert run(["solve", str(folder), "-o", str(tmp_path / "run"), "--time-limit", "10"]) == 0
    assert time.monotonic() - started < 15
    told = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert told["status"] == "optimal"
    assert told["audit"]["passed"]
    # the ceiling is kept, and nothing is asked for where there is nothing to do
    ceiling = int(stress.ceilings[0][1])
    assert 0 <= told["totals"]["posts"] <= ceiling
    unmet = told["totals"]["unmet_minutes"]
    assert unmet == 0 if stress.quantity == 0 else unmet >= 0
    if ceiling == 0:
        # all the work stands in the registrations: 600 minutes × factor × quantity, twelve months
        factors = sum(1 + (7 * o + 3 * g) % 5 for o in range(2) for g in range(4))
        assert unmet == 600 * 10 * 12 * factors


def test_an_office_of_two_hundred_task_groups_keeps_the_time_limit(tmp_path: Path) -> None:
    """Where any task group goes with any, millions of bundles are not listed: a plan comes in time."""
    stress = Stress(offices=1, groups=200, minutes=60, quantity=2, months=(1, 1), ceilings=(("T", "60", ""),))
    folder = write_scenario(tmp_path / "kich-ban", stress)
    assert run(["solve", str(folder), "-o", str(tmp_path / "run"), "--time-limit", "2"]) == 0
    told = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert told["audit"]["passed"]
    assert told["seconds"] <= 7
    assert told["totals"]["posts"] <= 60


def test_few_bundles_are_all_listed_and_many_are_cut_to_near_ones() -> None:
    """Within the number asked for the list is the whole one; beyond it, a part that covers every node."""
    import numpy as np

    rng = np.random.default_rng(7)
    for nodes in (1, 5, 12, 20):
        pairs = np.triu(rng.random((nodes, nodes)) < 0.6, 1)
        pairs |= pairs.T
        whole = bundles(pairs, 4)
        assert bundles_within(pairs, 4, len(whole)) == (whole, True)
        if len(whole) > 2 * nodes:
            some, complete = bundles_within(pairs, 4, len(whole) // 2)
            assert not complete
            assert set(some) < set(whole)
            assert {1 << node for node in range(nodes)} <= set(some)
            held = membership(some, nodes)
            assert [sum(1 << int(g) for g in np.flatnonzero(row)) for row in held] == some
