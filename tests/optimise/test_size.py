"""Sizing end to end: the tiny example, a register of many small offices, and scenarios of pooling."""

from pathlib import Path

import pandas as pd
import pytest

from vitri.data import build_instance, read
from vitri.data.instance import Instance
from vitri.errors import NoPlanError
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.size import SizedPlan, size_posts
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.variant import apply
from vitri.workload import compute

ROOT = Path(__file__).resolve().parents[2]


def size(instance: Instance, **options: object) -> SizedPlan:
    """Size a scenario under its own model."""
    model = load_model(instance.info.model, instance.local_model).in_force(instance.info.as_of)
    fund = time_fund(instance, model)
    return size_posts(instance, model, compute(instance, model, fund), fund, Watch(SolveOptions(**options)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def bac_kan() -> Instance:
    """The eight synthetic shared offices."""
    return read(ROOT / "scenarios" / "bac-kan-2021")


@pytest.fixture(scope="module")
def plan(bac_kan: Instance) -> SizedPlan:
    """Their plan."""
    return size(bac_kan)


def test_the_tiny_example_needs_two_people_beside_its_three_leaders() -> None:
    """Accountant and cashier are two people: five posts, proven, although the work is far less than one."""
    found = size(read(ROOT / "tests" / "fixtures" / "vi-du-nho"))
    assert found.totals["posts"] == found.totals["bound"] == 5
    assert found.totals["fixed_posts"] == 3
    assert all(level.gap == 0 for level in found.levels)
    duties = found.duties.merge(found.post_groups, on="post_group")
    sized = duties[duties["kind"] == "sized"].groupby("post_group")["task_group"].agg(set)
    assert not any({"KT", "TQ"} <= groups for groups in sized)


def test_the_eight_offices_are_proven_at_the_first_level(plan: SizedPlan) -> None:
    """No mandatory work is left undone, and nothing can beat that."""
    first = plan.levels[0]
    assert (first.measure, first.value, first.bound, first.status) == ("unmet_minutes", 0, 0, "optimal")


def test_a_quota_never_assigned_is_todays_heads_and_marked(plan: SizedPlan) -> None:
    """The province shares out its 103 heads of today; offices share from above."""
    quotas = plan.quotas.set_index("unit")
    assert quotas.at["BK", "ceiling_status"] == "current"
    assert quotas.at["BK", "ceiling"] == plan.totals["posts_now"] == plan.totals["incumbents_now"]
    assert int(quotas.at["BK", "used"]) <= int(quotas.at["BK", "ceiling"])
    assert set(quotas.drop("BK")["ceiling_status"]) == {"from_above"}


def test_positions_without_posts_are_covered(plan: SizedPlan) -> None:
    """Every position with quota 0 and work is in the cover table, led by a position that has posts."""
    posts = plan.posts
    covered = posts[posts["kind"] == "covered"]
    assert len(covered) > 0
    key = ["office", "pool", "position"]
    told = set(plan.cover[plan.cover["month"].isna()][key].itertuples(index=False, name=None))
    assert set(covered[key].itertuples(index=False, name=None)) == told
    groups = (
        plan.post_groups.set_index(["office", "position", "pool"])["posts"].groupby(level=[0, 1, 2]).sum()
    )
    rows = plan.cover[plan.cover["month"].isna()]
    for office, by, pool in rows[["office", "covered_by", "covered_by_pool"]].itertuples(
        index=False, name=None
    ):
        assert (office, by, pool) in groups.index


def test_the_same_input_gives_the_same_plan(bac_kan: Instance, plan: SizedPlan) -> None:
    """Two runs agree in every table, and the order of rows in the input does not matter."""
    shuffled = bac_kan.with_tables(
        registrations=bac_kan.table("registrations").sample(frac=1, random_state=3).reset_index(drop=True),
        officials=bac_kan.table("officials").sample(frac=1, random_state=4).reset_index(drop=True),
    )
    again = size(shuffled)
    pd.testing.assert_frame_equal(again.posts, plan.posts)
    pd.testing.assert_frame_equal(again.structure, plan.structure)
    assert again.levels == plan.levels


def test_pooled_is_never_worse_than_separate_on_the_first_level(bac_kan: Instance, plan: SizedPlan) -> None:
    """Stopping the shared office, with the same posts, leaves at least as much mandatory work undone."""
    separate, _ = apply(bac_kan, "dung-de-an")
    apart = size(separate)
    assert apart.levels[0].value >= plan.levels[0].value
    assert apart.totals["fte_dec4"] > plan.totals["fte_dec4"]


def test_a_cut_of_five_percent_is_kept(bac_kan: Instance, plan: SizedPlan) -> None:
    """The ceiling falls by 5 %, rounded down once, and work done never rises."""
    cut, _ = apply(bac_kan, "cat-5-phan-tram")
    found = size(cut)
    now = plan.totals["posts_now"] or 0
    assert found.quotas.set_index("unit").at["BK", "ceiling"] == now * 95 // 100
    assert (found.totals["posts"] or 0) <= now * 95 // 100
    before = tuple(level.value for level in plan.levels[:3])
    after = tuple(level.value for level in found.levels[:3])
    assert after >= before


@pytest.mark.parametrize("kind", ["class", "free"])
def test_freer_structures_solve_too(bac_kan: Instance, plan: SizedPlan, kind: str) -> None:
    """Structures of classes or of single offices have codes of their own and keep the ceiling."""
    found = size(bac_kan, structure=kind)
    scopes = set(found.structure["structure"]) - {"all"}
    assert len(scopes) >= 2
    assert (found.totals["posts"] or 0) <= (plan.totals["posts_now"] or 0)
    assert found.levels[0].value == 0


def test_sizing_by_need_reports_the_bound(bac_kan: Instance) -> None:
    """By need, posts are between the pooled bound and rounding up position by position."""
    found = size(bac_kan, sizing="need")
    posts, bound = found.totals["posts"] or 0, found.totals["bound"] or 0
    assert bound <= posts <= found.steps["rounded_positions_posts"]
    assert found.levels[0].measure == "posts"
    assert found.levels[0].value == posts


def test_fixed_posts_over_the_ceiling_are_refused_by_arithmetic(bac_kan: Instance) -> None:
    """A ceiling below the elected posts is no plan, and the message says by how much."""
    quotas = bac_kan.table("quotas")
    quotas.loc[quotas["unit"] == "BK", ["status", "posts"]] = ["allocated", 40]
    with pytest.raises(NoPlanError) as caught:
        size(bac_kan.with_tables(quotas=quotas))
    row = caught.value.findings.rows[0]
    assert row.code == "fixed_over_ceiling"
    assert row.row_key == "BK"
    assert row.fields["excess"] == 7


def test_a_cap_below_the_need_is_refused_with_the_posts_missing(bac_kan: Instance) -> None:
    """By need, a cap that the pooled work of an office exceeds is named, with the posts missing."""
    quotas = bac_kan.table("quotas")
    quotas.loc[quotas["unit"] == "CD", "cap"] = 9
    with pytest.raises(NoPlanError) as caught:
        size(bac_kan.with_tables(quotas=quotas), sizing="need")
    row = caught.value.findings.rows[0]
    assert (row.code, row.row_key) == ("need_over_cap", "CD")
    assert row.fields["cap"] == 2
    assert int(str(row.fields["least"])) > 2


def many_offices() -> Instance:
    """Three offices of 2.5, 1.2 and 0.3 posts of one kind of work, and a head each (synthetic)."""
    offices = ["A", "B", "C"]
    minutes = {"A": 187_500, "B": 90_000, "C": 22_500}
    info = {
        "schema": 1,
        "code": "ba-van-phong",
        "name": "Ba văn phòng (mô phỏng)",
        "synthetic": True,
        "model": "abk-75000",
        "first_month": "2025-01",
        "last_month": "2025-12",
        "sizing": "need",
    }
    tables = {
        "offices": pd.DataFrame({"code": offices, "name": offices}),
        "organisations": pd.DataFrame({"code": ["X"], "name": ["X"]}),
        "task_groups": pd.DataFrame(
            {"code": ["N1", "N2", "LD"], "name": ["Một", "Hai", "Lãnh đạo"], "class": ["II", "II", "I"]}
        ),
        "positions": pd.DataFrame(
            {
                "code": ["TT"],
                "name": ["Trưởng"],
                "class": ["I"],
                "task_groups": ["LD"],
                "leader_role": ["head"],
                "fixed": ["yes"],
            }
        ),
        "current_posts": pd.DataFrame({"office": offices, "position": ["TT"] * 3}),
        "registrations": pd.DataFrame(
            [
                {
                    "office": office,
                    "task_name": f"Việc {group}",
                    "task_group": group,
                    "unit_minutes": "60",
                    "quantity": str(share // 60),
                    "period": "2025",
                    "basis": "inventory",
                    "profile": "equal",
                }
                for office in offices
                for group, share in (("N1", minutes[office] // 2), ("N2", minutes[office] // 2), ("LD", 6000))
            ]
        ),
    }
    return build_instance(info, tables)


def test_posts_are_rounded_once_per_office() -> None:
    """2.5, 1.2 and 0.3 posts become 3 + 2 + 1, not two positions rounded up apart; heads are added."""
    found = size(many_offices())
    assert found.totals["posts"] == found.totals["bound"] == 3 + 2 + 1 + 3
    assert found.totals["fixed_posts"] == 3
    per_position = 2 + 2 + 1 + 1 + 1 + 1 + 3
    assert per_position > (found.totals["posts"] or 0)


def test_a_leading_post_listed_without_a_number_is_one_post() -> None:
    """A vacant head is still a fixed post, taken off first."""
    found = size(many_offices())
    fixed = found.post_groups[found.post_groups["kind"] == "fixed"]
    assert fixed["posts"].tolist() == [1, 1, 1]
