"""Who does whose work: the wildcard table and what happens where it leaves nothing shared."""

from __future__ import annotations

from typing import Any

import pytest

from vitri.workload import compute, pools_of

from .frames import fund, instance, model

BASE: dict[str, Any] = {
    "offices": [{"code": "SM"}, {"code": "BB"}],
    "organisations": [
        {"code": "HND"},
        {"code": "MTTQ"},
        {"code": "LDLD"},
        {"code": "NGOAI", "kind": "external"},
    ],
    "task_groups": [{"code": "KT", "class": "II"}, {"code": "PT", "class": "II", "scope": "specific"}],
    "current_posts": [
        {"office": office, "organisation": organisation, "position": "X"}
        for office in ("SM", "BB")
        for organisation in ("HND", "MTTQ")
    ],
}


def rows(*lines: str) -> list[dict[str, str]]:
    """Write memberships as "office organisation group pool [from] [to]"; a dash is a blank."""
    names = ("office", "organisation", "task_group", "pool", "from_month", "to_month")
    return [
        dict(zip(names, ["" if part == "-" else part for part in line.split()], strict=False))
        for line in lines
    ]


def pool(
    memberships: list[dict[str, str]], *cell: Any, order: bool = False, month: str = "2021-06"
) -> tuple[str, ...]:
    """Resolve one cell in an instance with these memberships."""
    return pools_of(instance(**BASE, memberships=memberships), *cell, month, order=order)


def test_without_a_table_the_scope_decides() -> None:
    """Shared groups go to the shared staff, specific groups to the organisation's own."""
    assert pool([], "SM", "HND", "KT") == ("shared",)
    assert pool([], "SM", "HND", "PT") == ("own.HND",)
    assert pools_of(instance(**BASE), "SM", "HND", "PT", "2021-06") == ("own.HND",)


def test_the_most_specific_row_wins() -> None:
    """A row that names more columns beats one that names fewer, whatever their order."""
    table = rows("* * * own", "SM * * shared", "SM HND * TO1", "SM HND KT outside")
    for memberships in (table, table[::-1]):
        assert pool(memberships, "BB", "HND", "KT") == ("own.HND",)
        assert pool(memberships, "SM", "MTTQ", "KT") == ("shared",)
        assert pool(memberships, "SM", "HND", "PT") == ("TO1",)
        assert pool(memberships, "SM", "HND", "KT") == ("outside",)


def test_months_outside_a_row_fall_through() -> None:
    """A dated row holds in its months only; in the others the next specific row does."""
    table = rows("* * * shared", "SM HND * own 2021-04 2021-06")
    found = [pool(table, "SM", "HND", "KT", month=f"2021-0{month}") for month in (3, 4, 6, 7)]
    assert found == [("shared",), ("own.HND",), ("own.HND",), ("shared",)]


def test_a_later_row_of_one_key_replaces_the_earlier() -> None:
    """Of two rows with one key, the one that starts later holds from its start."""
    table = rows("* * * shared", "* * * own 2021-07")
    assert pool(table, "SM", "HND", "KT", month="2021-06") == ("shared",)
    assert pool(table, "SM", "HND", "KT", month="2021-07") == ("own.HND",)


def test_office_work_is_shared_while_anything_of_the_group_is() -> None:
    """One member's shared cell keeps the office's own work of that group with the shared staff."""
    assert pool(rows("* * * own", "SM HND KT shared"), "SM", None, "KT") == ("shared",)
    assert pool(rows("* * * own", "SM HND KT shared"), "SM", None, "PT") == ("own.HND", "own.MTTQ")
    assert pool(rows("* * * own"), "BB", None, "KT") == ("own.HND", "own.MTTQ")


def test_office_work_follows_a_partial_pool() -> None:
    """Where all members share a named pool, the office's work of that group goes there."""
    assert pool(rows("* * KT TO1"), "SM", None, "KT") == ("TO1",)
    assert pool(rows("* * KT TO1", "SM HND KT own"), "SM", None, "KT") == ("TO1", "own.HND")


def test_an_office_without_members_keeps_its_work() -> None:
    """Without members all work is shared, also of specific groups."""
    bare = instance(**{**BASE, "current_posts": [], "memberships": rows("* * * own")})
    assert pools_of(bare, "SM", None, "PT", "2021-06") == ("shared",)
    assert pools_of(bare, "SM", "NGOAI", "PT", "2021-06", order=True) == ("shared",)


def test_orders_ask_the_shared_staff() -> None:
    """An order is shared even for a specific group; without shared staff it is the orderer's, or all's."""
    mixed = rows("* * * shared", "* * PT own")
    assert pool(mixed, "SM", "HND", "PT", order=True) == ("shared",)
    assert pool(mixed, "SM", "NGOAI", "PT", order=True) == ("shared",)
    stopped = rows("* * * own")
    assert pool(stopped, "SM", "HND", "PT", order=True) == ("own.HND",)
    assert pool(stopped, "SM", "NGOAI", "PT", order=True) == ("own.HND", "own.MTTQ")
    assert pool(stopped, "SM", None, "PT", order=True) == ("own.HND", "own.MTTQ")


def test_who_is_a_member() -> None:
    """Work, a quota, a post, an official, a submission or a row makes a member; an order does not."""
    for table, row in (
        (
            "registrations",
            {"code": "R1", "office": "SM", "organisation": "LDLD", "quantity": 1, "period": "2021"},
        ),
        ("quotas", {"unit": "SM", "organisation": "LDLD", "status": "allocated", "posts": 1}),
        ("officials", {"code": "C1", "office": "SM", "organisation": "LDLD"}),
        ("submissions", {"office": "SM", "organisation": "LDLD", "month": "2021-06", "state": "nil"}),
    ):
        one = instance(**{**BASE, "memberships": rows("* * * own"), table: [row]})
        assert pools_of(one, "SM", None, "KT", "2021-06") == ("own.HND", "own.LDLD", "own.MTTQ"), table
    named = rows("* * * own", "SM LDLD PT own")
    assert pool(named, "SM", None, "KT") == ("own.HND", "own.LDLD", "own.MTTQ")
    sent_away = rows("* * * own", "SM LDLD * outside")
    assert pool(sent_away, "SM", None, "KT") == ("own.HND", "own.MTTQ")
    order = {
        "code": "R1", "office": "SM", "organisation": "LDLD",
        "quantity": 1, "period": "2021", "kind": "order",
    }  # fmt: skip
    ordered = instance(**{**BASE, "memberships": rows("* * * own"), "registrations": [order]})
    assert pools_of(ordered, "SM", None, "KT", "2021-06") == ("own.HND", "own.MTTQ")


@pytest.mark.parametrize(("repeats", "parts"), [("no", [501, 500]), ("yes", [1001, 1001])])
def test_stopping_divides_or_repeats_the_office_work(repeats: str, parts: list[int]) -> None:
    """Office work without shared staff is divided to the minute, or repeated if its item says so."""
    inst = instance(
        estimate=False,
        **BASE,
        memberships=rows("* * * own"),
        work_items=[{"code": "KT1", "task_group": "KT", "unit_minutes": 1001, "repeats_per_pool": repeats}],
        registrations=[
            {"code": "R1", "office": "SM", "work_item": "KT1", "quantity": 1, "period": "2021-06"}
        ],
    )
    result = compute(inst, model(), fund(inst))
    assert result.demand["pool"].tolist() == ["own.HND", "own.MTTQ"]
    assert result.demand["minutes"].tolist() == parts
    assert set(result.lines["pooling"]) == {"repeated" if repeats == "yes" else "divided"}


def test_outside_work_is_listed_but_not_counted() -> None:
    """Work that is not served stays in the lines with its reason and leaves the demand."""
    inst = instance(
        estimate=False,
        **BASE,
        memberships=rows("* HND * outside"),
        registrations=[
            {
                "code": f"R{i}",
                "office": "SM",
                "organisation": organisation,
                "task_name": "x",
                "task_group": "KT",
                "unit_minutes": 60,
                "quantity": 2,
                "period": "2021-06",
            }
            for i, organisation in enumerate(("HND", "MTTQ"))
        ],
    )
    result = compute(inst, model(), fund(inst))
    assert result.minutes == 120
    assert result.lines.loc[~result.lines["counted"], "counted_reason"].tolist() == ["outside_pool"]
