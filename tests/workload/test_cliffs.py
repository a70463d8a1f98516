"""The cliff map against fresh runs: plain bisection, both sides of every step, and places in between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vitri.data.instance import Instance
from vitri.errors import DataError, UsageError
from vitri.policy import PlanningModel
from vitri.policy.worktime import time_fund
from vitri.workload import Levers, compute
from vitri.workload.arrays import Ints
from vitri.workload.cliffs import CliffMap, cliff_map, fresh_run
from vitri.workload.cliffs.grid import rises_with_minutes
from vitri.workload.levers import KINDS, LeverKind
from vitri.workload.rounding import round_posts

from .cliff_builders import ALLOWANCES, CALENDAR, CUTOFF, ROUNDINGS, posts_by_scope, rules, scenarios
from .frames import instance

Key = tuple[str, ...]


class Fresh:
    """Fresh runs under one lever, each made once: posts by scope."""

    def __init__(self, inst: Instance, model: PlanningModel, found: CliffMap, lever: LeverKind) -> None:
        self.inst, self.model, self.found, self.lever = inst, model, found, lever
        self.fund = time_fund(inst, model)
        self._known: dict[int, dict[Key, int]] = {}

    def __call__(self, change_bp: int, key: Key) -> int:
        """Return the posts of one scope at a change."""
        if change_bp not in self._known:
            levers = Levers.of(self.lever, change_bp)
            if self.lever in ("time_fund", "useful_time"):
                work = fresh_run(self.inst, self.model, levers)
            else:
                work = compute(self.inst, self.model, self.fund, levers=levers)
            self._known[change_bp] = posts_by_scope(work, self.found.scope, self.found.level)
        return self._known[change_bp].get(key, 0)

    def bisect(self, end: int, key: Key) -> int | None:
        """Return the first change towards `end` at which posts differ from now, by plain bisection."""
        sign, low, high = int(np.sign(end)), 0, abs(end)
        now = self(0, key)
        if self(end, key) == now:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self(sign * middle, key) == now:
                low = middle
            else:
                high = middle
        return sign * high


def steps_of(found: CliffMap, lever: str) -> dict[Key, pd.DataFrame]:
    """Return the cliffs of one lever by scope."""
    frame = found.cliffs[found.cliffs["lever"] == lever]
    keys = frame[["office", "pool", "task_group"]].astype(object).fillna("")
    return {tuple(key): frame.loc[rows.index] for key, rows in keys.groupby(list(keys.columns))}


def posts_at(rows: pd.DataFrame, now: int, change_bp: int) -> int:
    """Return the posts that the reported cliffs give at some change."""
    sign = 1 if change_bp > 0 else -1
    side = rows[(rows["change_bp"] * sign > 0) & (rows["change_bp"].abs() <= abs(change_bp))]
    return now if side.empty else int(side.loc[side["change_bp"].abs().idxmax(), "posts_to"])


@given(
    scenarios(),
    st.sampled_from(KINDS),
    st.sampled_from(["office", "pool", "position"]),
    st.integers(1, 3),
    st.sampled_from([-1, 1]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=64)
def test_cliffs_equal_plain_bisection(
    case: tuple[Instance, PlanningModel], lever: LeverKind, scope: Any, reach: int, sign: int, chance: Any
) -> None:
    """Each reported step is where fresh runs change, the first is what bisection finds, none is missed."""
    inst, model = case
    try:
        found = cliff_map(inst, model, levers=[lever], reach_pct=reach, scope=scope, work_items=[])
    except DataError:
        assume(False)
    fresh = Fresh(inst, model, found, lever)
    steps = steps_of(found, lever)
    scopes = found.scopes.copy()
    scopes[["pool", "task_group"]] = scopes[["pool", "task_group"]].astype(object).fillna("")
    empty = found.cliffs.iloc[:0]
    for row in scopes.itertuples(index=False):
        assert row.posts_now == fresh(0, (row.office, row.pool, row.task_group))
    keys = [tuple(key) for key in scopes[["office", "pool", "task_group"]].itertuples(index=False)]
    key = chance.choice([key for key in keys if key in steps] or keys)
    rows, now, end = steps.get(key, empty), fresh(0, key), sign * 100 * reach
    side = rows[rows["change_bp"] * end > 0]
    for cliff in side[side["rank"].isin([1, side["rank"].max()])].itertuples(index=False):
        toward = cliff.change_bp - int(np.sign(cliff.change_bp))
        assert fresh(cliff.change_bp, key) == cliff.posts_to != cliff.posts_from
        assert fresh(toward, key) == cliff.posts_from
    step = fresh.bisect(end, key)
    first = side.loc[side["rank"] == 1, "change_bp"].tolist()
    if step is None:
        # Posts that come back within the reach are seen by the map, not by bisection.
        assert not first or side["posts_to"].nunique() > 1
    else:
        assert step in set(side["change_bp"])
        path = [now, *side.loc[side["change_bp"].abs().sort_values().index, "posts_to"]]
        if path in (sorted(path), sorted(path, reverse=True)):
            assert first == [step]
    change = chance.randint(-100 * reach, 100 * reach)
    assert posts_at(rows, now, change) == fresh(change, key)


@given(scenarios(), st.sampled_from(["office", "pool", "position"]))
@settings(max_examples=15)
def test_single_items_move_posts_where_reported(case: tuple[Instance, PlanningModel], scope: Any) -> None:
    """A fresh run with one item's norm, or volume, changed moves the number there, not one step before."""
    inst, model = case
    try:
        found = cliff_map(inst, model, levers=["norm"], reach_pct=5, scope=scope)
    except DataError:
        assume(False)
    for row in found.fragile.head(2).itertuples(index=False):
        key = tuple("" if pd.isna(side) else side for side in (row.office, row.pool, row.task_group))
        toward = row.change_bp - int(np.sign(row.change_bp))
        for kind in ("norm", "volume"):
            posts = [
                posts_by_scope(
                    fresh_run(inst, model, Levers.of(kind, change, work_items=[row.work_item])),
                    found.scope,
                    found.level,
                ).get(key, 0)
                for change in (row.change_bp, toward)
            ]
            assert posts == [row.posts_to, row.posts_now]
    nearest = found.items["change_bp"].abs().groupby(found.items["office"]).min()
    if scope == "office":
        best = found.fragile.set_index("office")["change_bp"].abs()
        assert best.to_dict() == nearest.to_dict()


@pytest.mark.parametrize(("rule", "cutoff"), ROUNDINGS)
def test_posts_never_fall_with_minutes(rule: str, cutoff: Any) -> None:
    """All five rounding rules are monotone in minutes: WISN and a rising cut-off table too."""
    minutes: Ints = np.arange(0, 12_001, dtype=np.int64)
    fund = np.full(len(minutes), 1_000, dtype=np.int64)
    posts = round_posts(minutes, fund, rule, cutoff)
    assert (np.diff(posts) >= 0).all()
    assert posts[-1] == 12
    assert rises_with_minutes(rules(rule, cutoff=cutoff).rounding)


def test_a_cut_off_table_that_falls_is_followed_step_by_step() -> None:
    """Where more minutes can mean fewer posts, every step is evaluated and the map shows the fall."""
    table = ((CUTOFF[0][0], 3), (CUTOFF[1][0], 2))
    model = rules("cutoff", "office", cutoff=table)
    assert not rises_with_minutes(model.rounding)
    inst = one_office("37500", "2")
    found = cliff_map(inst, model, levers=["norm"], reach_pct=10, work_items=["A"])
    assert found.cliffs[["change_bp", "posts_from", "posts_to"]].to_numpy().tolist() == [[771, 3, 2]]
    assert found.items[["change_bp", "posts_to"]].to_numpy().tolist() == [[771, 2]]


def one_office(minutes: str, quantity: str, **office: Any) -> Instance:
    """Return an invented office with one item."""
    return instance(
        offices=[{"code": "VP", "name": "Văn phòng mô phỏng", **office}],
        organisations=[],
        task_groups=[{"code": "TH", "class": "II"}],
        work_items=[{"code": "A", "task_group": "TH", "unit_minutes": minutes}],
        registrations=[
            {"code": "R1", "office": "VP", "work_item": "A", "quantity": quantity, "period": "2021"}
        ],
        estimate=False,
    )


def test_one_office_by_hand() -> None:
    """144,000 minutes at 75,000: 1.92 posts. A second step needs 1/0.96 of the work or 24/25 of the time."""
    found = cliff_map(one_office("1440", "100"), rules("up", "office"), reach_pct=50)
    assert found.posts_now == 2
    rows = {
        lever: frame[["change_bp", "posts_from", "posts_to"]].to_numpy().tolist()
        for lever, frame in found.cliffs.groupby("lever")
    }
    # 75,000 × 0.96 = 72,000 still holds 144,000; the next step does not. 1.0416 × 144,000 = 149,990.4.
    assert rows["time_fund"] == [[-3601, 3, 4], [-401, 2, 3]]
    assert rows["norm"] == rows["volume"] == rows["coefficient"] == [[-4792, 2, 1], [417, 2, 3]]
    norm = found.summary[found.summary["lever"] == "norm"].set_index("change_bp")
    assert norm["posts"].to_dict() == dict(
        zip([-2000, -1000, -500, -100, 100, 500, 1000, 2000], [2, 2, 2, 2, 2, 3, 3, 3], strict=True)
    )
    assert norm["difference"].tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    assert found.fragile[["office", "work_item", "change_bp"]].to_numpy().tolist() == [["VP", "A", 417]]
    totals = found.totals[found.totals["lever"] == "norm"]
    assert totals[["change_bp", "posts"]].to_numpy().tolist() == [
        [-5000, 1], [-4791, 2], [0, 2], [417, 3], [5000, 3]
    ]  # fmt: skip


def test_useful_time_stops_at_all_the_time_there_is() -> None:
    """Useful time of 80 % may rise by a quarter; above that nothing moves, and at 100 % nothing rises."""
    model = rules("up", "office", fund=CALENDAR)
    inst = one_office("600", "1000", useful_time_pct="80")
    found = cliff_map(inst, model, levers=["useful_time"], reach_pct=60)
    assert 0 < found.cliffs["change_bp"].max() <= 2500
    full = one_office("600", "1000", useful_time_pct="100")
    found = cliff_map(full, model, levers=["useful_time"], reach_pct=60)
    assert len(found.cliffs) > 0
    assert found.cliffs["change_bp"].max() < 0


def test_changes_that_leave_no_time_are_not_answered() -> None:
    """Allowances of 900 minutes a month take all of a post's time at −86 %; the map ends before."""
    model = rules("up", "office", allowance=ALLOWANCES[3])
    found = cliff_map(one_office("1440", "100"), model, levers=["time_fund"], reach_pct=90)
    assert found.cliffs["change_bp"].min() > -8560
    assert found.totals["change_bp"].min() == -8559
    with pytest.raises(DataError) as error:
        fresh_run(one_office("1440", "100"), model, Levers.of("time_fund", -8560))
    assert error.value.findings.rows[0].code == "allowances_too_large"


def test_work_counted_by_ratio_is_computed_by_fresh_runs() -> None:
    """A ratio item follows the time fund: posts stay when that moves; its rows are marked as searched."""
    inst = instance(
        offices=[{"code": "VP"}],
        organisations=[],
        task_groups=[{"code": "TH", "class": "II"}],
        work_items=[{"code": "LX", "task_group": "TH", "method": "ratio", "posts_per_unit": "0.5"}],
        registrations=[{"code": "R1", "office": "VP", "work_item": "LX", "quantity": 5, "period": "2021"}],
        estimate=False,
    )
    found = cliff_map(inst, rules("half_up", "office"), reach_pct=2)
    assert found.posts_now == 3
    assert found.cliffs["searched"].all()
    assert set(found.cliffs["lever"]) == {"norm", "volume", "coefficient"}
    norm = found.cliffs[found.cliffs["lever"] == "norm"]
    assert norm[["change_bp", "posts_to"]].to_numpy().tolist() == [[-1, 2]]


def test_bad_questions_are_findings() -> None:
    """Reach, scope, lever, item out of range, a scenario without work: findings in both languages."""
    inst, model = one_office("1440", "100"), rules()
    with pytest.raises(UsageError) as error:
        cliff_map(inst, model, levers=["wind"], reach_pct=0, scope="area")  # type: ignore[list-item, arg-type]
    assert [row.code for row in error.value.findings] == ["unknown_lever", "bad_reach", "unknown_scope"]
    for row in error.value.findings:
        assert row.render("vi")["message"] != row.render("en")["message"]
    for reach in (-1, 91):
        with pytest.raises(UsageError):
            cliff_map(inst, model, reach_pct=reach)
    with pytest.raises(DataError) as error_data:
        cliff_map(inst, model, work_items=["A", "Z"])
    assert [row.value for row in error_data.value.findings] == ["Z"]
    with pytest.raises(DataError) as error_data:
        cliff_map(one_office("1440", "0"), model)
    assert error_data.value.findings.rows[0].code == "no_work"
