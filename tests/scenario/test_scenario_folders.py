"""The shipped scenarios: synthetic, generated from a seed, of the size and shape their README states."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vitri.data import check, check_with_model
from vitri.data.instance import Instance
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.workload import Workload, compute

SCENARIOS = ("bac-kan-2021", "thai-nguyen-2026")
STAFF = "civil_servant"


@pytest.fixture(scope="module")
def bac_kan_work(bac_kan: Instance) -> tuple[Workload, dict[str, int]]:
    """The workload of bac-kan-2021 and the yearly time fund of one post of each office."""
    model = load_model(bac_kan.info.model).in_force(bac_kan.info.as_of)
    fund = time_fund(bac_kan, model)
    return compute(bac_kan, model, fund), fund.groupby("office")["minutes"].sum().to_dict()


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_finding_but_who_did_not_register(root: Path, name: str) -> None:
    """A shipped scenario has no finding, alone or with its model, but for months not registered."""
    instance, findings = check(root / "scenarios" / name)
    assert {(finding.code, finding.severity) for finding in findings} <= {("not_submitted", "warning")}
    assert instance is not None
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    assert list(check_with_model(instance, model).errors) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_generator_gives_the_same_bytes(root: Path, tmp_path: Path, name: str) -> None:
    """Running the generator again writes exactly the committed files, and nothing else."""
    folder = root / "scenarios" / name
    subprocess.run([sys.executable, str(folder / "generate.py"), str(tmp_path)], check=True, timeout=120)
    committed = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.csv")}
    written = {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert written == committed
    assert sum(map(len, committed.values())) < 6_000_000


@pytest.mark.parametrize("name", SCENARIOS)
def test_says_it_is_synthetic(root: Path, name: str) -> None:
    """Settings and README of a shipped scenario say that it is synthetic; no table holds a person's name."""
    folder = root / "scenarios" / name
    assert "synthetic = true" in (folder / "scenario.toml").read_text(encoding="utf-8")
    assert "**Synthetic data.**" in (folder / "README.md").read_text(encoding="utf-8")
    assert not (folder / "official_details.csv").exists()
    header = (folder / "officials.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "name" not in header.split(",")


def test_bac_kan_has_the_shape_of_the_case(bac_kan: Instance) -> None:
    """Eight offices, 5-6 organisations, 10-16 officials each, 17 task groups, no quota ever assigned."""
    tables = bac_kan.tables
    assert sorted(tables["offices"]["code"]) == ["BB", "BT", "CD", "CM", "NR", "NS", "PN", "TPBK"]
    people = tables["officials"].groupby("office").size()
    assert people.between(10, 16).all()
    members = tables["submissions"].groupby("office")["organisation"].nunique()
    assert set(members) == {5, 6}
    assert len(tables["task_groups"]) == 17
    assert set(tables["quotas"]["status"]) == {"unassigned"}
    assert set(tables["quotas"]["unit"]) == {"BK", *tables["offices"]["code"]}
    duties = set(tables["task_groups"]["duty"].dropna())
    assert duties == {"accountant", "cashier", "storekeeper", "seal"}
    assert bac_kan.info.sizing == "ceiling"


def test_bac_kan_registers_monthly_in_three_offices_only(bac_kan: Instance) -> None:
    """Three offices register all twelve months; the other five gave one yearly inventory, in part."""
    lines = bac_kan.tables["registrations"]
    lines = lines[lines["kind"] != "order"]
    monthly = {office for office, part in lines.groupby("office") if part["period"].str.len().eq(7).all()}
    yearly = {office for office, part in lines.groupby("office") if part["period"].eq("2021").all()}
    assert monthly == {"BT", "PN", "TPBK"}
    assert yearly == {"BB", "CD", "CM", "NR", "NS"}
    for office in sorted(monthly):
        assert lines[lines["office"] == office]["period"].nunique() == 12
    states = bac_kan.tables["submissions"].groupby("office")["state"].agg(set)
    assert all(states[office] == {"complete"} for office in sorted(monthly))
    assert all(states[office] == {"partial", "missing"} for office in sorted(yearly))


def test_bac_kan_work_nearly_fills_todays_staff(
    bac_kan: Instance, bac_kan_work: tuple[Workload, dict[str, int]]
) -> None:
    """Shared work is 85-95 % of today's staff; some offices have more heads than work, others fewer."""
    workload, fund = bac_kan_work
    people = bac_kan.tables["officials"]
    staff = people[people["category"] == STAFF].groupby("office").size()
    shared = workload.demand[workload.demand["pool"] == "shared"].groupby("office")["minutes"].sum()
    load = {office: shared[office] / fund[office] / staff[office] for office in staff.index}
    total = sum(shared[office] / fund[office] for office in staff.index) / staff.sum()
    assert 0.85 <= total <= 0.95
    assert sum(value < 0.9 for value in load.values()) >= 2
    assert sum(value > 1.0 for value in load.values()) >= 2


def test_bac_kan_mandatory_work_fits_everywhere(
    bac_kan_work: tuple[Workload, dict[str, int]], bac_kan: Instance
) -> None:
    """Mandatory shared work takes at most 70 % of today's staff in every office and month."""
    workload, _ = bac_kan_work
    model = load_model(bac_kan.info.model).in_force(bac_kan.info.as_of)
    fund = time_fund(bac_kan, model).set_index(["office", "month"])["minutes"]
    people = bac_kan.tables["officials"]
    staff = people[people["category"] == STAFF].groupby("office").size()
    demand = workload.demand[(workload.demand["pool"] == "shared") & (workload.demand["priority"] == 1)]
    worst = max(
        minutes / fund[office, month] / staff[office]
        for (office, month), minutes in demand.groupby(["office", "month"])["minutes"].sum().items()
    )
    assert worst <= 0.7
    share = workload.demand.groupby("priority")["minutes"].sum() / workload.demand["minutes"].sum()
    assert 0.30 <= share[1] <= 0.42
    assert 0.42 <= share[2] <= 0.55
    assert 0.10 <= share[3] <= 0.20


def test_bac_kan_leaders_can_carry_their_own_work(
    bac_kan_work: tuple[Workload, dict[str, int]], bac_kan: Instance
) -> None:
    """Leadership and movement work of every organisation fits into its leaders' time over the year."""
    workload, fund = bac_kan_work
    people = bac_kan.tables["officials"]
    leaders = people[people["category"] == "cadre"].groupby(["office", "organisation"]).size()
    own = workload.demand[workload.demand["pool"] != "shared"]
    totals = own.groupby(["office", "pool"])["minutes"].sum()
    loads = [
        minutes / fund[office] / leaders[office, pool.removeprefix("own.")]
        for (office, pool), minutes in totals.items()
    ]
    assert len(loads) == len(leaders)
    assert max(loads) <= 1.0


def test_bac_kan_estimates_only_silent_offices(bac_kan_work: tuple[Workload, dict[str, int]]) -> None:
    """Only the five offices without monthly registration hold estimated minutes, and each holds some."""
    workload, _ = bac_kan_work
    estimated = workload.demand[workload.demand["estimated"]]
    assert set(estimated["office"]) == {"BB", "CD", "CM", "NR", "NS"}


def test_thai_nguyen_has_the_shape_of_the_case(thai_nguyen: Instance) -> None:
    """92 agencies of 8-10 people: up to 6 leaders, 3-4 civil servants; a ceiling below the wishes."""
    tables = thai_nguyen.tables
    assert len(tables["offices"]) == 92
    assert len(tables["task_groups"]) == 14
    people = tables["officials"]
    assert people.groupby("office").size().between(8, 10).all()
    leaders = people[people["category"] == "cadre"].groupby("office").size()
    staff = people[people["category"] == STAFF].groupby("office").size()
    assert leaders.between(4, 6).all()
    assert staff.between(3, 4).all()
    quotas = tables["quotas"].set_index("unit")
    assert quotas.loc["TN", "status"] == "allocated"
    offices = quotas.drop(index="TN")
    assert set(offices["status"]) == {"provisional", "unassigned"}
    given = offices["posts"].dropna().astype(int)
    assert given.between(8, 10).all()
    open_units = offices.index[offices["posts"].isna()]
    wishes = int(given.sum()) + int(people.groupby("office").size()[open_units].clip(8, 10).sum())
    assert wishes - 25 <= int(quotas.loc["TN", "posts"]) < wishes + 1
    assert thai_nguyen.tables["memberships"]["pool"].eq("own").sum() == 3
