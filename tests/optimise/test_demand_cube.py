"""The demand cube, and what fixed posts take out of it."""

import numpy as np
import pandas as pd

from vitri.optimise.demand_cube import Cube, FixedPost, absorb, cube_of, may_serve

MONTHS = ("2021-01", "2021-02")


def cube(minutes: dict[tuple[str, int, int, int], int]) -> Cube:
    """One office; cells as (pool, group, priority - 1, month): minutes; 100 minutes a post and month."""
    pools = sorted({pool for pool, *_ in minutes})
    table = np.zeros((len(pools), 3, 3, 2), dtype=np.int64)
    for (pool, group, priority, month), value in minutes.items():
        table[pools.index(pool), group, priority, month] = value
    fund = np.full((1, 2), 100, dtype=np.int64)
    return Cube(("X",), tuple((0, pool) for pool in pools), ("G0", "G1", "G2"), MONTHS, table, fund)


LEADER = FixedPost(0, "A", "CT", 1, 4500, (0, 1))
LEADS = (True, False, False)


def test_the_cube_counts_regular_work_only_unless_told() -> None:
    """Irregular work is left out of the basis for quota, and counted where the model says so."""
    demand = pd.DataFrame(
        {
            "office": ["X", "X"],
            "pool": ["shared", "shared"],
            "task_group": ["G0", "G0"],
            "month": ["2021-01", "2021-01"],
            "priority": [1, 2],
            "regular": [True, False],
            "estimated": [False, False],
            "minutes": [30, 50],
        }
    )
    fund = pd.DataFrame({"office": ["X", "X"], "month": list(MONTHS), "minutes": [100, 90]})
    regular = cube_of(demand, fund, ["X"], ["G0"], MONTHS, count_irregular=False)
    both = cube_of(demand, fund, ["X"], ["G0"], MONTHS, count_irregular=True)
    assert regular.minutes.sum() == 30
    assert both.minutes.sum() == 80
    assert both.fund.tolist() == [[100, 90]]


def test_leadership_work_is_never_sized() -> None:
    """What a leader cannot do of the leadership work is overload, not a reason for more posts."""
    done = absorb(cube({("own.A", 0, 0, 0): 130}), [LEADER], LEADS)
    assert done.left.sum() == 0
    assert done.overload.sum() == 30
    assert done.rows == ((0, 0, 0, 0, 100, False),)


def test_own_work_may_take_all_of_a_leaders_time_and_shared_work_the_free_share_only() -> None:
    """45 % of 100 minutes serve the shared pool; own work of the position is limited by the time left."""
    own = absorb(cube({("own.A", 1, 1, 0): 80}), [LEADER], LEADS)
    assert own.left.sum() == 0
    shared = absorb(cube({("shared", 1, 1, 0): 80}), [LEADER], LEADS)
    assert shared.left.sum() == 80 - 45
    both = absorb(cube({("own.A", 0, 0, 0): 70, ("shared", 1, 1, 0): 80}), [LEADER], LEADS)
    assert both.left.sum() == 80 - 30


def test_the_most_important_work_is_taken_first() -> None:
    """Within a cell priority 1 is done before priority 3."""
    done = absorb(cube({("own.A", 1, 0, 0): 60, ("own.A", 1, 2, 0): 60}), [LEADER], LEADS)
    assert done.left[0, 1, 0, 0] == 0
    assert done.left[0, 1, 2, 0] == 20


def test_a_leader_serves_no_other_organisation_and_no_group_outside_the_position() -> None:
    """Own work of another organisation, named pools and other groups stay for sized posts."""
    minutes = {("own.B", 1, 0, 0): 10, ("own.A", 2, 0, 0): 10, ("joint", 1, 0, 0): 10}
    done = absorb(cube(minutes), [LEADER], LEADS)
    assert done.left.sum() == 30
    assert may_serve(LEADER, "own.B", 1, False) is None
    assert may_serve(LEADER, "shared", 1, False) is True
    assert may_serve(LEADER, "own.A", 1, False) is False


def test_minutes_are_conserved() -> None:
    """Left, overload and rows add up to the demand, month by month, and no leader exceeds their time."""
    rng = np.random.default_rng(7)
    leaders = [LEADER, FixedPost(0, "B", "CT", 2, 3000, (0, 1, 2)), FixedPost(0, "", "CVP", 1, 0, (1,))]
    taken = 0
    for _ in range(30):
        minutes = {
            (pool, g, p, m): int(rng.integers(0, 90))
            for pool in ("own.A", "own.B", "shared")
            for g in range(3)
            for p in range(3)
            for m in range(2)
        }
        given = cube(minutes)
        done = absorb(given, leaders, LEADS)
        rows = sum(row[4] for row in done.rows)
        taken += rows
        assert done.left.sum() + done.overload.sum() + rows == given.minutes.sum()
        assert (done.left >= 0).all()
        for index, post in enumerate(leaders):
            for month in range(2):
                mine = [row for row in done.rows if row[0] == index and row[3] == month]
                assert sum(row[4] for row in mine) <= 100 * post.posts
                assert sum(row[4] for row in mine if row[5]) <= 100 * post.posts * post.free_bp // 10_000
    assert taken > 0
