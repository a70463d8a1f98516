"""The same offices pooled and separate: random work of three organisations, sized under equal freedom."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd

from vitri.compare.parts import repeated_minutes
from vitri.data import build_instance
from vitri.data.instance import Instance
from vitri.optimise.engine import SolveOptions, Watch
from vitri.optimise.size import SizedPlan, size_posts
from vitri.policy import load_model
from vitri.policy.worktime import time_fund
from vitri.workload import compute

ORGANISATIONS = ("X", "Y", "Z")

GROUPS = ("N1", "N2", "N3")


def cases(pool: str, count: int) -> Instance:
    """`count` offices of three organisations with random work, each with its own ceiling (synthetic).

    Offices share nothing and each has a structure of its own: each is a case. Every other one registers
    overhead that repeats in every pool.
    """
    rng = np.random.default_rng(2021)
    codes = [f"A{index:03d}" for index in range(count)]
    info = {
        "schema": 1,
        "code": "dung-chung",
        "name": "Dùng chung (mô phỏng)",
        "synthetic": True,
        "model": "abk-75000",
        "first_month": "2025-01",
        "last_month": "2025-01",
        "sizing": "ceiling",
        "structure": "free",
    }
    keys = list(product(codes, ORGANISATIONS, GROUPS, (1,)))
    scale = np.repeat(rng.choice([0.3, 1.0], count), len(keys) // count)
    lines = pd.DataFrame(keys, columns=["office", "organisation", "task_group", "month"])
    lines["quantity"] = (rng.random(len(keys)) ** 2 * scale * 100).astype("int64").astype(str)
    lines["priority"] = rng.choice(["1", "1", "2"], len(keys))
    lines["period"] = "2025-0" + lines.pop("month").astype(str)
    lines = lines.assign(task_name="Việc", unit_minutes="60")
    overhead = pd.DataFrame({"office": codes[::2], "work_item": "KT1", "quantity": "10", "priority": "1"})
    rows = pd.concat([lines, overhead.assign(period="2025-01")], ignore_index=True).fillna("")
    rows.insert(0, "code", [f"R{index}" for index in range(len(rows))])
    tables = {
        "offices": pd.DataFrame({"code": codes, "name": codes}),
        "organisations": pd.DataFrame({"code": ORGANISATIONS, "name": ORGANISATIONS}),
        "task_groups": pd.DataFrame({"code": GROUPS, "name": GROUPS, "class": ["II"] * 3}),
        "work_items": pd.DataFrame(
            {
                "code": ["KT1"],
                "name": ["Bảng lương"],
                "task_group": ["N1"],
                "unit_minutes": ["60"],
                "repeats_per_pool": ["yes"],
            }
        ),
        "registrations": rows.assign(basis="registered"),
        "memberships": pd.DataFrame(
            {"office": ["*"], "organisation": ["*"], "task_group": ["*"], "pool": [pool]}
        ),
        "quotas": pd.DataFrame(
            {"unit": codes, "status": "allocated", "posts": rng.integers(3, 6, count).astype(str)}
        ),
    }
    return build_instance(info, tables)


def sized(instance: Instance) -> tuple[SizedPlan, pd.Series, int]:
    """Return the plan, first-priority minutes undone by office, minutes of repeated overhead."""
    model = load_model(instance.info.model).in_force(instance.info.as_of)
    fund = time_fund(instance, model)
    work = compute(instance, model, fund)
    plan = size_posts(instance, model, work, fund, Watch(SolveOptions(workers=1)))
    first = plan.unmet[plan.unmet["priority"] == 1].groupby("office")["minutes"].sum()
    repeated = repeated_minutes(SimpleNamespace(info={}, tables={"workload_lines": work.lines}))
    return (
        plan,
        first.reindex(instance.tables["offices"]["code"], fill_value=0).astype("int64"),
        repeated or 0,
    )
