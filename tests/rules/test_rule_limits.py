"""The limits the optimiser reads: compatible groups, the quota tree, fixed posts."""

from __future__ import annotations

from itertools import combinations

import pytest
from plan_builders import GIVEN, Plan, build_scenario, table

from vitri.errors import DataError
from vitri.policy.rows import Leader, SizeRule
from vitri.rules import build_limits
from vitri.rules.limits import Limits, Unit

PAIR_RULES = ("forbidden_pair", "competency_distance", "shared_rank", "class_mixing", "category_mixing")


def limits(plan: Plan) -> Limits:
    """Build the limits of a plan's scenario."""
    return build_limits(plan.instance, plan.model)


def units(plan: Plan) -> dict[str, Unit]:
    """Return the units by code."""
    return {unit.code: unit for unit in limits(plan).units}


def quotas(*rows: str) -> list[dict[str, object]]:
    """Return rows of the table quotas."""
    return table("unit organisation status posts", *rows)


def test_build_and_measure_agree_on_every_pair() -> None:
    """Two groups go together in a position exactly where no rule finds such a position broken."""
    plan = Plan().given(
        task_groups=[
            *GIVEN["task_groups"],
            *table(
                "code name class scope competency min_level category ranks",
                "LX LX III shared HT 1 contract_111 -",
                "CS CS II shared CS 1 - 01.002",
                "XX XX II shared - 1 - 01.003",
            ),
        ]
    )
    built = limits(plan)
    structure = plan.tables["structure"].iloc[:1]
    seen = {True: 0, False: 0}
    for (i, a), (j, b) in combinations(enumerate(built.groups), 2):
        plan.tables["structure"] = structure.assign(position="VT09", task_groups=f"{a};{b}")
        plan.tables["post_groups"] = plan.tables["post_groups"].iloc[:0]
        broken = any(plan.broken(name) for name in PAIR_RULES)
        assert built.position_compatible[i, j] == built.position_compatible[j, i] == (not broken), (a, b)
        seen[broken] += 1
    assert min(seen.values()) >= 5


def test_combined_duties_are_looser_than_positions() -> None:
    """What one position may hold, one person may hold; far competencies only by combined duties."""
    built = limits(Plan())
    assert (built.cover_compatible | ~built.position_compatible).all()
    at = {code: index for index, code in enumerate(built.groups)}
    assert built.cover_compatible[at["KT"], at["PT"]]
    assert not built.position_compatible[at["KT"], at["PT"]]
    assert not built.cover_compatible[at["KT"], at["TQ"]]
    assert not built.cover_compatible[at["LD"], at["PT"]]
    assert built.ranks_of["TH"] == tuple(r.code for r in Plan().model.rank if "II" in r.classes)


def test_fixed_posts_are_those_of_today() -> None:
    """A leading position is fixed with its number, its organisation and its share of free time."""
    fixed = limits(Plan()).fixed_posts.to_dict("records")
    assert fixed == [
        {"office": "A", "organisation": "O1", "position": "CT", "posts": 1, "free_pct": 4000,
         "task_groups": "LD;PT", "leader_role": "head"}
    ]  # fmt: skip


def test_a_leading_post_without_a_number_is_one_post() -> None:
    """Listed without posts and without anybody in it, a leading position still counts once."""
    plan = Plan().given(current_posts=table("office organisation position posts", "A O2 CT -"), officials=[])
    assert limits(plan).fixed_posts["posts"].tolist() == [1]


def test_prescribed_leaders_stand_where_nothing_is_said_of_today() -> None:
    """Offices without posts or people get the leaders of the model, one for each member that registered."""
    registered = table(
        "code office organisation quantity period",
        "R1 A O2 1 2021-01",
        "R2 A O1 1 2021-01",
        "R3 B - 1 2021-01",
    )
    plan = Plan().given(current_posts=[], officials=[], positions=[], registrations=registered)
    plan.instance = build_scenario(
        current_posts=[], officials=[], positions=[], registrations=registered,
        organisations=table("code name kind", "O1 O1 member", "O2 O2 external"),
    )  # fmt: skip
    plan.ruled(
        leader=(Leader(position="CTMT", posts=1, per="organisation"), Leader(position="CVP", per="office"))
    )
    fixed = limits(plan).fixed_posts
    assert [tuple(row) for row in fixed[["office", "position", "posts"]].itertuples(index=False)] == [
        ("A", "CVP", 1),
        ("A", "CTMT", 1),
        ("B", "CVP", 1),
    ]
    assert fixed["organisation"].fillna("").tolist() == ["", "O1", ""]


@pytest.mark.parametrize(
    ("rows", "rule", "expected"),
    [
        (("X - unassigned -",), "current", {"X": (6, "current"), "A": (None, "from_above")}),
        (
            ("X - unassigned -", "A - unassigned -"),
            "current",
            {"X": (6, "current"), "A": (None, "from_above")},
        ),
        (("X - unassigned -", "A - allocated 9"), "current", {"X": (11, "current"), "A": (9, "allocated")}),
        (("A - unassigned -",), "current", {"X": (None, ""), "A": (4, "current"), "B": (None, "")}),
        (("X - unassigned -",), "need", {"X": (None, "unassigned"), "A": (None, "")}),
        (
            ("X - allocated 8", "A - unassigned -"),
            "current",
            {"X": (8, "allocated"), "A": (None, "from_above")},
        ),
        (("X - allocated 8", "X - provisional 2"), "current", {"X": (10, "allocated;provisional")}),
        (("X - allocated 8", "X - reserve 2"), "current", {"X": (6, "allocated")}),
        (
            ("A O1 allocated 2", "A O2 allocated 3"),
            "current",
            {"A": (5, "allocated"), "A:O1": (2, "allocated")},
        ),
        (("A O1 allocated 2", "A O2 unassigned -"), "current", {"A": (4, "current")}),
        ((), "refuse", {"X": (None, ""), "A": (None, "")}),
    ],
)
def test_ceilings_nest_and_stand_in(
    rows: tuple[str, ...], rule: str, expected: dict[str, tuple[int | None, str]]
) -> None:
    """A quota never assigned is replaced at the topmost such unit; the others share what is above them."""
    plan = Plan().given(quotas=quotas(*rows)).ruled(quota={"if_unassigned": rule})
    found = units(plan)
    assert {code: (found[code].ceiling, found[code].ceiling_status) for code in expected} == expected


def test_a_refused_unassigned_quota_is_a_finding() -> None:
    """Where the model lets nothing stand in, every topmost unassigned unit is named."""
    plan = Plan().given(quotas=quotas("A - unassigned -", "B - unassigned -"))
    with pytest.raises(DataError) as caught:
        limits(plan.ruled(quota={"if_unassigned": "refuse"}))
    assert [finding.row_key for finding in caught.value.findings] == ["A", "B"]


def test_a_provisional_quota_may_not_count() -> None:
    """If the model does not count provisional posts, such a unit is as good as unassigned."""
    plan = Plan().given(quotas=quotas("X - provisional 2")).ruled(quota={"count_provisional": False})
    assert (units(plan)["X"].ceiling, units(plan)["X"].ceiling_status) == (6, "current")


def test_a_released_reserve_is_shared_out() -> None:
    """If the model releases the reserve, nothing is kept back."""
    plan = (
        Plan().given(quotas=quotas("X - allocated 8", "X - reserve 2")).ruled(quota={"release_reserve": True})
    )
    assert units(plan)["X"].ceiling == 8


def test_size_rules_narrow_floors_and_caps() -> None:
    """The stricter of quota and size rule holds, for the office class the rule names."""
    rules = (
        SizeRule(unit="office", office_class="large", floor=2, cap=4),
        SizeRule(unit="area", floor=3, cap=None),
    )
    found = units(Plan().ruled(size_rule=rules))
    assert (found["B"].floor, found["B"].cap) == (2, 4)
    assert (found["A"].floor, found["A"].cap) == (0, None)
    assert (found["X"].floor, found["X"].cap) == (3, None)


def test_units_are_nested_in_a_stable_order() -> None:
    """Parents come before children, codes in order; an office without an area lies in the only root."""
    plan = Plan().given(
        areas=table("code name parent", "X X -", "Y Y X"),
        offices=table("code name area", "B B -", "A A Y"),
        quotas=quotas("A O1 allocated 1", "A - allocated 4"),
    )
    found = [(unit.code, unit.kind, unit.parent) for unit in limits(plan).units]
    assert found == [
        ("X", "area", None),
        ("B", "office", "X"),
        ("Y", "area", "X"),
        ("A", "office", "Y"),
        ("A:O1", "organisation", "A"),
    ]
