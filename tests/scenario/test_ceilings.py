"""`vitri ceilings`: every point against a fresh share-out, bound and steps; the real register if present."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vitri.cli.app import run
from vitri.data import read
from vitri.data.abk import import_abk
from vitri.data.instance import Instance
from vitri.errors import UsageError
from vitri.optimise.ceilings import CeilingStudy, ceilings_of
from vitri.optimise.ceilings.stepwise import stepwise
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.quota import NO_CEILING, Tree, share_by_curve
from vitri.optimise.search import Evaluated, Task, bound_of, evaluate
from vitri.optimise.size import design, pose
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute


@dataclass(frozen=True)
class Cold:
    """A scenario posed by ceiling with its own packing, independent of the study: for fresh solves."""

    task: Task
    plan: Evaluated
    fixed: int

    def solve(self, ceiling: int) -> tuple[Task, Evaluated]:
        """Put one ceiling (fixed posts included) at the root and share out afresh."""
        nodes = self.task.tree.nodes
        tree = Tree((*nodes[:-1], replace(nodes[-1], ceiling=ceiling - self.fixed)))
        task = replace(self.task, tree=tree)
        found = evaluate(task, self.plan.positions)
        assert found is not None
        return task, found


def studied(instance: Instance, **asked: object) -> tuple[CeilingStudy, Cold]:
    """Return the study of a scenario and the means to solve one ceiling afresh."""
    model = model_for(instance)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    watch = Watch(SolveOptions())
    found = design(instance, pose(instance, model, work, fund, watch), watch)
    posed = pose(instance, model, work, fund, Watch(SolveOptions(sizing="ceiling")))
    assert found.found.plan is not None
    task = replace(found.task, tree=posed.tree, setting=posed.setting)
    fixed = sum(post.posts for post in posed.fixed)
    return ceilings_of(instance, model, work, fund, **asked), Cold(task, found.found.plan, fixed)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bac_kan_study(bac_kan: Instance) -> tuple[CeilingStudy, Cold]:
    """The study of the eight shared offices."""
    return studied(bac_kan)


@pytest.fixture(scope="module")
def tiny_study(root: Path) -> tuple[CeilingStudy, Cold]:
    """The study of the one tiny office."""
    return studied(read(root / "tests" / "fixtures" / "vi-du-nho"))


def compare(study: CeilingStudy, cold: Cold, ceilings: list[int]) -> int:
    """Hold chosen ceilings against fresh solves of plan and bound; return how many were open."""
    columns = [level.key for level in study.levels if level.measure != "posts"]
    unmet = [key for key in columns if key.startswith("unmet")]
    unpack = cold.task.setting.objective.packing.unpack
    opened = 0
    for ceiling in ceilings:
        row = study.at(ceiling)
        task, fresh = cold.solve(ceiling)
        value = dict(zip([lv.key for lv in study.levels], unpack(fresh.share.cost).tolist(), strict=True))
        assert {key: int(row[key]) for key in columns} == {key: value[key] for key in columns}
        assert int(row["posts"]) == int(fresh.share.posts.sum()) + study.fixed
        bound = bound_of(task)
        assert bound is not None
        low = unpack(bound.cost).tolist()[: len(unmet)]
        assert [int(row[f"bound_{key}"]) for key in unmet] == low
        assert low <= [value[key] for key in unmet]
        same = low == [value[key] for key in unmet]
        assert row["status"] == ("optimal" if same else "feasible")
        assert (int(row["gap"]) == 0) == same
        opened += not same
    return opened


def test_every_point_is_a_fresh_share_out(
    bac_kan_study: tuple[CeilingStudy, Cold], tiny_study: tuple[CeilingStudy, Cold]
) -> None:
    """Every ceiling is shared out as afresh; every twentieth, and the tiny office, solved whole afresh."""
    study, cold = tiny_study
    compare(study, cold, study.points["ceiling"].tolist())
    study, cold = bac_kan_study
    every = study.points["ceiling"].tolist()
    assert every == list(range(study.lowest, study.saturation + 1))
    assert compare(study, cold, every[::20]) > 0
    free = replace(cold.task.tree.nodes[-1], ceiling=NO_CEILING)
    task = replace(cold.task, tree=Tree((*cold.task.tree.nodes[:-1], free)))
    found = evaluate(task, cold.plan.positions)
    assert found is not None
    curves = [plan.curve for plan in found.offices]
    keys = [level.key for level in study.levels]
    for ceiling in every:
        root = replace(free, ceiling=ceiling - study.fixed)
        share = share_by_curve(curves, Tree((*task.tree.nodes[:-1], root)))
        assert share is not None
        fresh = task.setting.objective.packing.unpack(share.cost).tolist()
        row = study.at(ceiling)
        value = [int(row["posts"]) - study.fixed if key == "posts" else int(row[key]) for key in keys]
        assert value == fresh


def test_more_posts_never_leave_more_undone(bac_kan_study: tuple[CeilingStudy, Cold]) -> None:
    """The levels of undone work fall lexicographically, and what one post saves is what the next lacks."""
    study, _ = bac_kan_study
    keys = [level.key for level in study.levels if level.measure == "unmet_minutes"]
    rows = study.points[keys].to_numpy(dtype=np.int64).tolist()
    assert all(after <= before for before, after in pairwise(rows))
    records = study.points.to_dict("records")
    for before, after in pairwise(records):
        if before["next_level"] in keys:
            saved = int(before[before["next_level"]]) - int(after[before["next_level"]])
            assert saved == int(before["next_saved"]) == int(after["cut_cost"])
            assert before["next_gains"] == after["cut_losses"]
    assert int(records[-1]["undone"]) == 0
    assert study.done_at == next(r["ceiling"] for r in records if not r["undone"])


def test_steps_never_beat_the_joint_plan(
    bac_kan_study: tuple[CeilingStudy, Cold], tiny_study: tuple[CeilingStudy, Cold]
) -> None:
    """Sizing, cutting, assigning apart leaves no less undone, level by level, and asks for no fewer posts."""
    worse = 0
    for study, _ in (bac_kan_study, tiny_study):
        keys = [level.key for level in study.levels if level.measure == "unmet_minutes"]
        for row in study.points.to_dict("records"):
            steps = [int(row[f"steps_{key}"]) for key in keys]
            joint = [int(row[key]) for key in keys]
            assert steps >= joint
            worse += steps > joint
        assert study.need.joint is not None
        assert study.need.bound is not None
        assert study.need.bound <= study.need.joint <= study.need.steps
    assert worse > 60


def test_steps_keep_the_limits_and_give_every_seat(bac_kan_study: tuple[CeilingStudy, Cold]) -> None:
    """The seats of a plan in steps add up to the ceiling, and with all that is asked for nothing is cut."""
    _, cold = bac_kan_study
    steps = stepwise(cold.task)
    for ceiling in range(steps.reach() + 3):
        given = steps.given(ceiling)
        assert given is not None
        assert sum(given) == min(ceiling, steps.reach())
    nodes = cold.task.tree.nodes
    limited = replace(nodes[0], ceiling=3), *nodes[1:-1]
    floored = replace(limited[1], floor=2)
    tree = Tree((limited[0], floored, *limited[2:], nodes[-1]))
    tight = stepwise(replace(cold.task, tree=tree))
    assert tight.given(1) is None
    for ceiling in range(2, tight.reach() + 1):
        given = tight.given(ceiling)
        assert given is not None
        first, second = nodes[0].office, nodes[1].office
        assert first is not None
        assert second is not None
        assert given[first] <= 3
        assert given[second] >= 2
        assert sum(given) == ceiling


def test_the_rule_and_the_paradoxes(bac_kan_study: tuple[CeilingStudy, Cold]) -> None:
    """The rule's order hands out one post a row, its excess is never negative, losses are of real steps."""
    study, _ = bac_kan_study
    assert (study.points["rule_excess"].dropna() >= 0).all()
    assert study.order["ceiling"].is_monotonic_increasing
    assert study.population_at == study.present == 103
    losing = study.points[study.points["next_losses"] != ""]["ceiling"] + 1
    assert sorted(set(study.house["ceiling"])) == sorted(losing)
    given = study.shares[study.shares["ceiling"] == study.present]
    assert int(given["posts"].sum()) + study.fixed == study.present


def test_a_ceiling_below_the_fixed_posts_is_refused(tiny_of: Callable[..., Instance]) -> None:
    """One fixed post: a ceiling of none has no plan, and a range from high to low is no range."""
    instance = tiny_of()
    model = model_for(instance)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    with pytest.raises(UsageError) as error:
        ceilings_of(instance, model, work, fund, at=[0])
    assert [finding.code for finding in error.value.findings] == ["ceiling_too_low"]
    with pytest.raises(UsageError) as error:
        ceilings_of(instance, model, work, fund, first=9, last=4)
    assert [finding.code for finding in error.value.findings] == ["bad_range"]


def test_the_command(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both languages print the sentences; workbook, picture and tables are saved, the same bytes always."""
    place = root / "tests" / "fixtures" / "vi-du-nho"
    files = []
    for name, lang, words in (
        ("a", "vi", "Từ 5 biên chế trở lên thì không còn việc nào chưa làm."),
        ("b", "vi", "cần 7 biên chế, tính chung một lần cần 5"),
        ("c", "en", "asks for 7 posts, the joint plan for 5"),
    ):
        target = tmp_path / name
        assert run(["ceilings", str(place), "--lang", lang, "-o", str(target)]) == 0
        assert words in capsys.readouterr().out
        files.append([(target / f"ceilings{end}").read_bytes() for end in (".xlsx", ".svg", ".csv")])
    assert files[0] == files[1]
    assert files[0][2] == files[2][2]
    saved = pd.read_csv(tmp_path / "a" / "ceilings.csv")
    assert saved["ceiling"].tolist() == [3, 4, 5]
    picture = ET.fromstring(files[0][1].decode())
    texts = " ".join(node.text or "" for node in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert "Phương án tính chung" in texts
    with zipfile.ZipFile(tmp_path / "a" / "ceilings.xlsx") as book:
        assert len(re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())) == 4
        assert any("chart" in name for name in book.namelist())
    assert run(["ceilings", str(place), "-o", str(tmp_path / "a"), "--lang", "en"]) == 2
    assert run(["ceilings", str(place), "--at", "1", "--lang", "en"]) == 2
    shown = capsys.readouterr().err
    assert "output_exists" in shown
    assert "fixed posts and floors take 3" in shown


@pytest.fixture(scope="module")
def register(root: Path) -> Instance:
    """The real register; the tests that need it are skipped where it is absent."""
    shared = os.environ.get("VITRI_SHARED_DATA")
    place = (Path(shared) if shared else root.parent / "shared" / "data") / "abk-provincial"
    if not place.is_dir():
        pytest.skip(f"the real register is not in {place}; set VITRI_SHARED_DATA to its parent folder")
    return import_abk(place, period="2024")


def test_the_curve_of_the_real_register(register: Instance) -> None:
    """152 fixed and 677 others: proven at every ceiling, nothing undone from 829 on, 857 in steps."""
    model = model_for(register)
    fund = time_fund(register, model)
    work = compute(register, model, fund)
    study = ceilings_of(register, model, work, fund, at=[181, 600, 700, 800, 825, 829])
    assert (study.fixed, study.present, study.positions) == (152, None, 1)
    assert study.proven
    assert (study.need.steps, study.need.joint, study.need.bound) == (857, 829, 829)
    assert study.done_at == study.saturation == 829
    undone = [int(study.at(ceiling)["undone"]) for ceiling in study.asked]
    assert all(minutes > 0 for minutes in undone[:-1])
    assert undone[-1] == 0
    assert all(int(study.at(c)["steps_undone"]) >= int(study.at(c)["undone"]) for c in study.asked)
