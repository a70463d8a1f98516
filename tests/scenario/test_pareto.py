"""The Pareto front of posts against undone work, and the plan of a point."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from vitri.cli import run
from vitri.cli.pareto_commands import point_changes
from vitri.data import build_instance, read
from vitri.data.instance import Instance
from vitri.errors import UsageError
from vitri.optimise.ceilings import CeilingStudy, ceilings_of
from vitri.optimise.ceilings.front import nearest_posts, pareto_front
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.size import size_posts
from vitri.plan.result import Result
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.variant import apply, parse
from vitri.workload import compute


def three_offices(posts: str = "4") -> Instance:
    """Three offices in one area with 2.5, 1.2 and 0.3 posts of one kind of work (synthetic)."""
    info = {
        "schema": 1,
        "code": "ba-van-phong",
        "name": "Ba văn phòng (mô phỏng)",
        "synthetic": True,
        "model": "abk-75000",
        "first_month": "2025-01",
        "last_month": "2025-12",
        "sizing": "ceiling",
    }
    codes, minutes = ["A", "B", "C"], (187_500, 90_000, 22_500)
    tables = {
        "areas": pd.DataFrame({"code": ["T"], "name": ["Tỉnh giả định"]}),
        "offices": pd.DataFrame({"code": codes, "name": codes, "area": "T"}),
        "organisations": pd.DataFrame({"code": ["X"], "name": ["X"]}),
        "task_groups": pd.DataFrame({"code": ["N1"], "name": ["Một"], "class": ["II"]}),
        "quotas": pd.DataFrame({"unit": ["T"], "status": ["allocated"], "posts": [posts]}),
        "registrations": pd.DataFrame(
            [
                {"office": office, "task_name": "Việc", "task_group": "N1", "unit_minutes": "60",
                 "quantity": str(share // 60), "period": "2025", "basis": "inventory", "profile": "equal"}
                for office, share in zip(codes, minutes, strict=True)
            ]
        ),
    }  # fmt: skip
    return build_instance(info, tables)


def study_of(instance: Instance) -> CeilingStudy:
    """Return the study of ceilings of a scenario."""
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    fund = time_fund(instance, model)
    return ceilings_of(instance, model, compute(instance, model, fund), fund)


def test_no_point_dominates_another() -> None:
    """Along the front posts rise and undone work falls, and every point of this small case is proven."""
    front = pareto_front(study_of(three_offices()))
    assert front["posts"].is_monotonic_increasing
    assert front["undone"].is_monotonic_decreasing
    assert front["posts"].is_unique
    assert (front["status"] == "optimal").all()
    assert (front["undone"] == front["bound_undone"]).all()
    assert front["undone"].iloc[-1] == 0


@pytest.mark.parametrize("posts", [3, 4, 5])
def test_a_point_is_what_solving_at_its_ceiling_gives(posts: int) -> None:
    """Sizing the scenario with the ceiling of a point leaves exactly the work undone that the point says."""
    base = three_offices()
    front = pareto_front(study_of(base)).set_index("posts")
    raw = {"name": "d", "why": "d", "change": point_changes(base, posts)}
    if posts == 4:  # the ceiling it has: a change of the same number is still an explicit ceiling
        instance = base
    else:
        instance = apply(base, parse(raw, "d"))[0]
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    fund = time_fund(instance, model)
    plan = size_posts(instance, model, compute(instance, model, fund), fund, Watch(SolveOptions(workers=1)))
    assert int(plan.unmet["minutes"].sum()) == int(front.loc[posts, "undone"])


def test_neighbours_of_a_number_that_is_not_there() -> None:
    """A number beside the front is told its neighbours."""
    front = pd.DataFrame({"posts": [3, 5, 9]})
    assert nearest_posts(front, 6) == (5, 9)
    assert nearest_posts(front, 1) == (None, 3)


def test_offices_without_a_common_area_cannot_be_given_one_ceiling() -> None:
    """Two roots have no one ceiling; that is said, not guessed."""
    base = three_offices()
    areas = base.tables["areas"]
    two = pd.concat([areas, areas.assign(code="U", name="Tỉnh khác")], ignore_index=True)
    with pytest.raises(UsageError) as error:
        point_changes(base.with_tables(areas=two), 4)
    assert [finding.code for finding in error.value.findings] == ["no_root"]


def test_the_command_makes_the_plan_of_a_point(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`vitri pareto DIR --pick N --out RUN` saves an audited run with N posts; a number beside is refused."""
    from vitri.data import write_folder

    folder = tmp_path / "ba"
    write_folder(three_offices(), folder)
    assert run(["pareto", str(folder), "--pick", "3", "--out", str(tmp_path / "run"), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "points" in shown
    assert "proven" in shown
    result = Result.load(tmp_path / "run")
    assert result.info["totals"]["posts"] == 3
    assert result.info["audit"]["passed"]
    code = run(["pareto", str(folder), "--pick", "99", "--out", str(tmp_path / "b"), "--lang", "en"])
    assert code == 2
    assert "nearest" in capsys.readouterr().err
    assert read(folder).info.code == "ba-van-phong"
