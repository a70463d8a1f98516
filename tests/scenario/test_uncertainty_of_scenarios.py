"""Uncertainty of a scenario's own data: variation of norms, declared futures, refusals, and the command."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vitri.cli import run as run_command
from vitri.data import read
from vitri.data.instance import Instance
from vitri.errors import DataError, ModelError
from vitri.explain.uncertainty import basis_sentences
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.size import pose
from vitri.optimise.uncertainty import PLANS, Question, assess
from vitri.optimise.uncertainty.scenarios import UNIT, futures_of
from vitri.optimise.uncertainty.variation import variation_of
from vitri.policy import load_model, model_for
from vitri.policy.worktime import time_fund
from vitri.workload import compute

Own = Callable[..., Instance]


@pytest.fixture(scope="module")
def eight(root: Path) -> Instance:
    """Return the eight synthetic shared offices."""
    return read(root / "scenarios" / "bac-kan-2021")


@pytest.fixture
def own(root: Path, eight: Instance) -> Own:
    """Return the eight offices under a model of their own, with rows of [[demand_scenario]] and settings."""

    def make(*rows: dict[str, Any], **settings: Any) -> Instance:
        text = (root / "models" / "van-phong-khoi-2019" / "model.toml").read_text("utf-8")
        raw = tomllib.loads(text, parse_float=Decimal) | {"name": "rieng"}
        raw["time_fund"].pop("overrides")
        if rows:
            raw["demand_scenario"] = list(rows)
        if settings:
            raw["uncertainty"] = settings
        return replace(eight, info=replace(eight.info, model="model.toml"), local_model=raw)

    return make


def test_probabilities_that_miss_100_are_refused_by_name(own: Own) -> None:
    """Futures that add up to 90 %, and two of one name, are refused; the right ones pass."""
    rows = [{"name": "thường", "probability_pct": 60}, {"name": "tăng", "probability_pct": 30}]
    with pytest.raises(ModelError) as caught:
        load_model("model.toml", own(*rows).local_model)
    (finding,) = caught.value.findings
    assert (finding.code, finding.row_key, finding.value) == ("probabilities_not_100", "thường, tăng", "90")
    assert "90" in finding.render("vi")["message"]
    rows[1] = {"name": "thường", "probability_pct": 40}
    with pytest.raises(ModelError) as caught:
        load_model("model.toml", own(*rows).local_model)
    assert [finding.code for finding in caught.value.findings] == ["duplicate_code"]
    rows[1]["name"] = "tăng"
    assert len(load_model("model.toml", own(*rows).local_model).demand_scenario) == 2


def test_a_future_of_a_group_that_does_not_exist_is_refused(own: Own) -> None:
    """A task group that the scenario does not have is named with the nearest one."""
    model = model_for(own({"name": "x", "probability_pct": 100, "group_pct": {"KTT": 120}}))
    with pytest.raises(DataError) as caught:
        futures_of(model, ("KT", "TH"), ("2021-01",))
    assert caught.value.findings.render("en")[0]["message"].endswith('Did you mean "KT"?')


def test_a_future_is_growth_times_season_times_group(own: Own) -> None:
    """10 % growth stands in the first twelve months and compounds after; factors multiply exactly."""
    row = {
        "name": "tăng",
        "probability_pct": 100,
        "growth_pct": 10,
        "absence_pct": 5,
        "group_pct": {"KT": 150},
        "month_pct": [100] * 11 + [200],
    }
    months = ("2021-01", "2021-12", *(f"2022-{m:02d}" for m in range(1, 12)))
    found = futures_of(model_for(own(row)), ("KT", "TH"), months)
    assert found.volume_dec6[0, 1, 0] == UNIT * 11 // 10
    assert found.volume_dec6[0, 0, 1] == UNIT * 33 // 10
    assert found.volume_dec6[0, 1, 12] == UNIT * 121 // 100
    assert found.absence_bp.tolist() == [500]


def test_variation_comes_from_norms_and_estimates(own: Own) -> None:
    """A cell varies where its items state cv_pct, less with more products; correlation raises it."""
    found = []
    for correlation in (0, 100):
        instance = own(norm_correlation_pct=correlation)
        model = model_for(instance)
        fund = time_fund(instance, model)
        work = compute(instance, model, fund)
        cube = pose(instance, model, work, fund, Watch(SolveOptions())).cube
        found.append((variation_of(instance, model, work, cube), cube, work))
    (free, cube, work), (tied, _, _) = found
    assert (free.cv <= tied.cv + 1e-12).all()
    assert free.cv.sum() < tied.cv.sum()
    stated = instance.filled("work_items").set_index("code")["cv_pct"].dropna()
    assert tied.cv.max() <= int(stated.max()) / 10_000
    lines = work.lines
    group = set(lines.loc[lines["work_item"].isin(stated.index), "task_group"])
    assert {cube.groups[g] for g in np.flatnonzero((free.cv > 0).any(axis=(0, 2)))} <= group
    assert (free.low <= 1).all()
    assert (free.high >= 1).all()
    assert (free.high > 1).any()
    assert 0 < free.varying_minutes < free.minutes


def test_declared_futures_change_what_the_offices_need(own: Own) -> None:
    """With a year of more work possible, the expected cost rises and no office needs fewer posts."""
    rows = (
        {"name": "thường", "probability_pct": 70},
        {"name": "tăng", "probability_pct": 30, "growth_pct": 15, "absence_pct": 3},
    )
    question = Question(scenarios=60, simulations=60)
    needs = []
    for instance in (own(), own(*rows)):
        model = model_for(instance)
        fund = time_fund(instance, model)
        study = assess(instance, model, compute(instance, model, fund), fund, question)
        table = study.quotas[study.quotas["office"].notna()].set_index(["plan", "office"])
        needs.append(table.loc["service", "posts"])
        average = table.loc["average", "posts"]
    assert (needs[1] >= needs[0]).all()
    assert needs[1].sum() > needs[0].sum()
    assert (needs[1] >= average).all()
    assert study.futures == ("thường", "tăng")


def test_a_probability_of_the_service_rule_is_not_passed_over(own: Own) -> None:
    """A model that asks for a probability warns that plans keep the rule for the work as registered only."""
    plain = own()
    service = plain.local_model["service"]
    assert not [f for f in model_for(plain).warnings if f.code == "probability_not_planned"]
    asked = replace(plain, local_model=plain.local_model | {"service": service | {"probability_pct": 90}})
    (finding,) = [f for f in model_for(asked).warnings if f.code == "probability_not_planned"]
    assert (finding.value, finding.severity) == ("90", "warning")


def test_class_quotas_in_force_are_said(eight: Instance) -> None:
    """Where a quota of a class is in force, the study says that it does not count it."""
    table = eight.table("quotas")
    row = {"unit": "BK", "position_class": "II", "status": "allocated", "posts": 90}
    frame = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    typed = pd.DataFrame({column: frame[column].astype(table[column].dtype) for column in table})
    said = []
    for instance in (eight, eight.with_tables(quotas=typed)):
        model = model_for(instance)
        fund = time_fund(instance, model)
        question = Question(scenarios=10, simulations=10)
        study = assess(instance, model, compute(instance, model, fund), fund, question)
        said.append([lang_text for lang_text in basis_sentences(study, "en") if "by class" in lang_text])
    assert [len(texts) for texts in said] == [0, 1]


def test_the_command_prints_and_saves(root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`vitri uncertainty` prints a row and a sentence for every office and saves tables that repeat."""
    from vitri.plan.run_tables import RUN_TABLES

    folder = root / "scenarios" / "bac-kan-2021"
    few = ["--scenarios", "30", "--simulations", "50", "--probability", "95"]
    for name in ("one", "two"):
        code = run_command(["uncertainty", str(folder), "--lang", "vi", *few, "-o", str(tmp_path / name)])
        assert code == 0
    out = capfd.readouterr().out
    assert out.count("hoàn thành quy tắc phục vụ trong") == 16
    assert "Nhu cầu với xác suất 95 %" in out
    for table in ("uncertainty_quotas", "uncertainty_curves"):
        file = RUN_TABLES[table].file
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    quotas = pd.read_csv(tmp_path / "one" / "uncertainty_quotas.csv")
    assert set(quotas["plan"]) == set(PLANS)
    assert quotas.groupby("plan")["office"].nunique().tolist() == [8] * len(PLANS)
    whole = quotas[quotas["office"].isna()].set_index("plan")["posts"]
    assert (quotas.groupby("plan")["posts"].sum() == 2 * whole).all()
