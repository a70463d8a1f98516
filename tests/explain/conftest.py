"""The synthetic scenario `vi-du-nho` explained: as it is (by need), and with much work under a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from vitri.data import read
from vitri.data.instance import Instance
from vitri.explain.reasons import reasons
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.size import size_posts
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.workload import compute

WORK = 40
CEILING = 6


@dataclass(frozen=True)
class Explained:
    """A sized scenario with its reasons and certificates."""

    instance: Instance
    model: Any
    workload: Any
    fund: pd.DataFrame
    sized: Any
    reasons: pd.DataFrame
    certificates: pd.DataFrame


def explain(instance: Instance) -> Explained:
    """Size a scenario and explain it."""
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    fund = time_fund(instance, model)
    workload = compute(instance, model, fund)
    sized = size_posts(instance, model, workload, fund, Watch(SolveOptions()))
    told, bounds = reasons(instance, model, workload, fund, sized, {"posts": sized.posts})
    return Explained(instance, model, workload, fund, sized, told, bounds)


@pytest.fixture(scope="session")
def tiny(root: Path) -> Instance:
    """The tiny scenario."""
    return read(root / "tests" / "fixtures" / "vi-du-nho")


@pytest.fixture(scope="session")
def by_need(tiny: Instance) -> Explained:
    """The tiny scenario, sized by need."""
    return explain(tiny.with_info(sizing="need"))


@pytest.fixture(scope="session")
def by_ceiling(tiny: Instance) -> Explained:
    """The tiny scenario with forty times the work and six posts for it."""
    lines, quotas = tiny.table("registrations"), tiny.table("quotas")
    lines["quantity"] = lines["quantity"] * WORK
    row = pd.DataFrame({column: pd.Series([None], dtype=quotas[column].dtype) for column in quotas})
    row["unit"], row["status"], row["posts"] = "SM", "allocated", CEILING
    return explain(tiny.with_tables(registrations=lines, quotas=row).with_info(sizing="ceiling"))


@pytest.fixture(params=["by_need", "by_ceiling"])
def explained(request: pytest.FixtureRequest) -> Explained:
    """Each of the two explained scenarios."""
    found: Explained = request.getfixturevalue(request.param)
    return found
