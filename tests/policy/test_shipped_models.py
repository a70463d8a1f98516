"""The shipped models: they load without a finding and say what the data contract promises."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from vitri.policy import PlanningModel, list_models, list_policies, load_model, load_policy

MODELS = ("abk-75000", "mttq-xa-2025", "van-phong-khoi-2019")
DAY = {
    "abk-75000": dt.date(2026, 1, 1),
    "mttq-xa-2025": dt.date(2026, 1, 1),
    "van-phong-khoi-2019": dt.date(2021, 6, 1),
}


POLICIES = (
    "abk-72000", "abk-75000", "abk-kes", "abk-van-phong", "fte-2080", "he-so-80", "lam-tron-bang-cat",
    "lam-tron-dia-ban", "lam-tron-nua", "lam-tron-tung-viec", "lam-tron-van-phong", "lam-tron-wisn",
    "quay-truc", "quy-thoi-gian-vn", "wisn",
)  # fmt: skip


def test_the_three_models_and_the_policies_are_found() -> None:
    """The listing names every shipped model and policy, sorted."""
    assert list_models() == MODELS
    assert list_policies() == POLICIES


@pytest.mark.parametrize("name", MODELS)
def test_a_shipped_model_has_no_finding(name: str) -> None:
    """Each shipped model loads, and warns of nothing on a day of its own time."""
    model = load_model(name)
    assert model.name == name
    assert len(model.warnings) == 0
    assert len(model.in_force(DAY[name]).warnings) == 0


@pytest.mark.parametrize("name", MODELS)
def test_a_shipped_model_has_its_mathematics_beside_it(name: str, models: Path) -> None:
    """Each model folder holds the mathematics in words."""
    assert "## " in (models / name / "model.md").read_text("utf-8")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("policy", ["abk-72000", "he-so-80", "wisn"])
def test_every_policy_fits_every_model(name: str, policy: str) -> None:
    """A policy replaces whole tables, names itself, and leaves the rest as it was."""
    model = load_model(name)
    other = model.with_policy(load_policy(policy))
    assert other.policy == policy
    assert other.time_fund == load_policy(policy).time_fund
    assert other.structure is model.structure
    assert other.workload is model.workload


def test_the_objective_levels_are_the_nine_in_order() -> None:
    """Unmet work by priority comes first, then overtime, posts, kiêm nhiệm, moves, training, imbalance."""
    wanted = [
        ("unmet_minutes", (1,)),
        ("unmet_minutes", (2,)),
        ("unmet_minutes", (3,)),
        ("overtime_minutes", ()),
        ("posts", ()),
        ("extra_duties", ()),
        ("moved_people", ()),
        ("retrained_levels", ()),
        ("imbalance_minutes", ()),
    ]
    for name in MODELS:
        levels = load_model(name).level
        assert [(level.measure, level.priority) for level in levels] == wanted
        assert [level.order for level in levels] == list(range(1, 10))


def test_the_figures_of_the_district_model() -> None:
    """The district model has the values printed in the data contract, exact and typed."""
    model = load_model("van-phong-khoi-2019")
    assert (model.time_fund.minutes_per_day, model.time_fund.useful_time_pct) == (480, Decimal(85))
    assert model.service.unmet_pct == {1: Decimal(0), 2: Decimal(2), 3: Decimal(20)}
    assert model.service.at == "quarter"
    assert model.costs.unmet_minute == {1: 100, 2: 10, 3: 1}
    assert (model.costs.overtime_minute, model.leadership.free_pct) == (2, Decimal(40))
    assert (model.structure.max_groups_per_post, model.structure.max_distance) == (5, 2)
    assert (model.structure.max_positions_per_post, model.structure.cover_max_distance) == (3, 9)
    assert model.structure.max_groups_per_person == 8
    assert model.quota.if_unassigned == "current"
    assert model.report.rank_columns == ("CVCC", "CVC", "CV", "CS", "NV")


def test_the_vocabulary_is_the_same_in_both_vietnamese_models() -> None:
    """A scenario can change between the district and the commune model without new codes."""
    old, new = load_model("van-phong-khoi-2019"), load_model("mttq-xa-2025")
    codes = ["HC", "VT", "KT", "VD", "TG", "TC", "PL", "CS", "CN", "HT", "LDQL"]
    for model in (old, new):
        assert [row.code for row in model.competency] == codes
        assert {"accountant", "chief_accountant", "cashier", "storekeeper", "seal", "approver"} == {
            row.code for row in model.duty
        }
        assert {"01.003", "02.007", "06.031"} < {row.code for row in model.rank}
        law = {(pair.a, pair.b) for pair in model.forbidden_pair if pair.status == "law"}
        assert law == {
            ("accountant", "cashier"),
            ("accountant", "storekeeper"),
            ("chief_accountant", "cashier"),
        }


def test_the_register_model_has_75000_minutes_and_no_vocabulary() -> None:
    """The register brings no ranks or competencies, so its model invents none and lets all groups combine."""
    model = load_model("abk-75000")
    assert (model.time_fund.method, model.time_fund.minutes_per_year) == ("constant_year", 75_000)
    assert (model.rank, model.competency, model.duty) == ((), (), ())
    assert (model.structure.max_groups_per_post, model.structure.default_distance) == (12, 0)
    assert (model.service.at, model.quota.if_unassigned) == ("year", "need")
    assert model.with_policy(load_policy("abk-72000")).time_fund.minutes_per_year == 72_000


def test_distance_is_symmetric_and_falls_back() -> None:
    """One family is at distance 0, a listed pair at its own, any other at the default."""
    model = load_model("van-phong-khoi-2019")
    assert model.distance("KT", "KT") == 0
    assert model.distance("HC", "KT") == model.distance("KT", "HC") == 2
    assert model.distance("KT", "VD") == 9


def test_every_law_has_a_source_and_a_date() -> None:
    """Nothing is printed as law without the text and its date."""
    laws = [row for name in MODELS for row in load_model(name).sources("vi") if row["status_code"] == "law"]
    assert len(laws) >= 8
    assert all(row["source"] and row["date"] for row in laws)


def test_the_state_decree_stands_in_the_district_model_only_as_a_method() -> None:
    """NĐ 62/2020 is a method followed by analogy there: dated, and never law."""
    rows = [row for row in load_model("van-phong-khoi-2019").sources("vi") if "NĐ 62/2020" in row["source"]]
    assert rows
    assert {row["status_code"] for row in rows} == {"assumption"}
    assert all(row["date"] == dt.date(2020, 6, 1) and "vận dụng" in row["source"] for row in rows)


def test_digest_follows_content_only() -> None:
    """Two loads have one digest; another policy has another."""
    first: PlanningModel = load_model("mttq-xa-2025")
    assert first.digest() == load_model("mttq-xa-2025").digest()
    assert first.digest() != first.with_policy(load_policy("he-so-80")).digest()
