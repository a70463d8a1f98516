"""The shipped variants: what their authors expect comes true, in a bounded time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from vitri.compare import compare
from vitri.data.instance import Instance
from vitri.optimise.engine import SilentReporter, SolveOptions, Watch
from vitri.optimise.size import size_posts
from vitri.policy import model_for
from vitri.policy.worktime import time_fund
from vitri.variant import apply, find
from vitri.workload import compute

LIMIT_S = 0.6
FIVE = ("cat-5-phan-tram", "dang-ky-day-du", "dung-de-an", "mot-phan", "tiep-tuc")


def sized(instance: Instance, name: str | None) -> Any:
    """Return what sizing the posts of a variant gives, in the shape of a run; the search stops early."""
    expected = [asdict(row) for row in find(instance, name).expected] if name else []
    if name:
        instance = apply(instance, name)[0]
    model = model_for(instance, None)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    watch = Watch(SolveOptions(time_limit_s=LIMIT_S, workers=2), SilentReporter())
    found = size_posts(instance, model, work, fund, watch)
    minutes = work.demand["minutes"]
    guessed = int(minutes[work.demand["estimated"].astype(bool)].sum())
    info = {
        "variant": name,
        "scenario": {"code": "goc", "first_month": "2021-01", "last_month": "2021-12"},
        "expected": expected,
        "levels": [asdict(level) | {"stage": "sizing", "name_vi": None} for level in found.levels],
        "totals": dict(found.totals) | {"estimated_share_pct_dec2": 10_000 * guessed // int(minutes.sum())},
    }
    tables = {"workload_lines": work.lines, "estimates": work.estimates, "posts": found.posts}
    return SimpleNamespace(info=info, tables=tables)


@pytest.fixture(scope="module")
def runs(bac_kan: Instance) -> Mapping[str, Any]:
    """The base and its five variants, sized."""
    return {name or "goc": sized(bac_kan, name) for name in (None, *FIVE)}


def test_the_five_variants_ship(bac_kan: Instance, thai_nguyen: Instance) -> None:
    """The five of the story, and ceilings, growth and merger of the province, each state a direction."""
    assert tuple(sorted(bac_kan.variants)) == FIVE
    assert {"tran-8", "tran-9", "tran-10", "tang-truong", "hop-nhat-hanh-chinh"} <= set(thai_nguyen.variants)
    for instance in (bac_kan, thai_nguyen):
        assert all(find(instance, name).expected for name in instance.variants)


def test_expected_directions_come_true(runs: Mapping[str, Any]) -> None:
    """Every direction that a variant of bac-kan-2021 states is what sizing its posts gives."""
    found = compare(list(runs.values()))
    assert len(found.expected) >= 11
    wrong = found.expected[~found.expected["met"].fillna(False)]
    assert wrong.to_dict("records") == []


def test_stopping_costs_repeated_overhead(runs: Mapping[str, Any]) -> None:
    """Stopping does accounts and seal in every organisation: thousands of hours that pooling does once."""
    found = compare([runs["goc"], runs["dung-de-an"], runs["mot-phan"]])
    assert found.total("goc", "repeated_minutes") == 0
    stopped, part = (found.total(name, "repeated_minutes") or 0 for name in ("dung-de-an", "mot-phan"))
    assert stopped > 10 * part > 60_000
    first = found.verdicts[0]  # lower levels may trade; the first that differs is undone work, and it grows
    assert first.verdict in ("worse", "mixed")
    assert first.measure == "unmet_minutes"
    assert first.after > first.before


def test_full_registration_brings_its_own_lines(bac_kan: Instance) -> None:
    """With all eight offices registering nothing is estimated, and the three that did keep their lines."""
    changed, reports = apply(bac_kan, "dang-ky-day-du")
    model = model_for(changed, None)
    work = compute(changed, model, time_fund(changed, model))
    assert not work.demand["estimated"].astype(bool).any()
    kept = ["BT", "PN", "TPBK"]
    before, after = (i.tables["registrations"] for i in (bac_kan, changed))
    assert (
        before[before["office"].isin(kept)]["code"].tolist()
        == after[after["office"].isin(kept)]["code"].tolist()
    )
    assert [report.do for report in reports] == ["remove_rows", "add_rows", "set_value"]


@pytest.mark.parametrize(
    ("name", "offices", "change"),
    [("tran-8", 92, 0), ("hop-nhat-hanh-chinh", 85, -1)],
)
def test_directions_of_work_in_the_province(
    thai_nguyen: Instance, name: str, offices: int, change: int
) -> None:
    """Ceilings leave the work as it is, merged administration does overhead once."""
    work = []
    changed = apply(thai_nguyen, name)[0]
    for instance in (thai_nguyen, changed):
        model = model_for(instance, None)
        work.append(int(compute(instance, model, time_fund(instance, model)).demand["minutes"].sum()))
    assert (work[1] > work[0]) - (work[1] < work[0]) == change
    assert len(changed.tables["offices"]) == offices
    if name == "tran-8":
        quotas = changed.tables["quotas"].set_index("unit")["posts"]
        assert int(quotas.drop("TN").sum()) == int(quotas["TN"]) == 736


def test_expected_directions_come_true_in_the_province(thai_nguyen: Instance) -> None:
    """A low ceiling, growth and merged administration of the province do what their authors state."""
    runs = [sized(thai_nguyen, name) for name in (None, "tran-8", "tang-truong", "hop-nhat-hanh-chinh")]
    found = compare(runs)
    assert len(found.expected) >= 6
    assert found.expected[~found.expected["met"].fillna(False)].to_dict("records") == []
