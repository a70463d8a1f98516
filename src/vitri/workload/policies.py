"""The same register under other policies, side by side: one row for each policy."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.policy import PlanningModel, list_policies, load_policy, model_for
from vitri.policy.fund import hundredths
from vitri.policy.worktime import time_fund
from vitri.workload.assemble import compute

#: Columns of `by_policy` that are whole numbers (or blank).
FIGURES = (
    "post_minutes_low",
    "post_minutes_high",
    "useful_time_pct",
    "minutes",
    "allowance_minutes",
    "year_fte_dec4",
    "peak_fte_dec4",
    "posts_by_position",
    "posts_by_pool",
    "posts_by_office",
    "posts",
)


def by_policy(instance: Instance, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Compute one register under several policies.

    Parameters
    ----------
    instance
        A checked scenario.
    names
        Policies by name; blank takes the scenario's own and every shipped one.

    Returns
    -------
    DataFrame
        policy ("" is the scenario's own model), name_vi, name_en, rounding_rule, rounding_level, status (the
        weaker of the origins of time fund and rounding), post_minutes_low and _high (a post's minutes in the
        horizon, over the offices), useful_time_pct (hundredths of a percent), minutes and allowance_minutes
        of all work, and the figures of the row of everything in `needs`; `refused_vi` and `refused_en` say
        why a policy cannot be used; its figures are then blank. In the order given.
    """
    wanted = list(names) if names is not None else ["", *list_policies()]
    rows = [_row(instance, name) for name in wanted]
    frame = pd.DataFrame(rows, columns=[*_TEXTS, *FIGURES, "refused_vi", "refused_en"])
    for column in FIGURES:
        frame[column] = frame[column].astype("Int64")
    return frame


_TEXTS = ("policy", "name_vi", "name_en", "rounding_rule", "rounding_level", "status")


def _row(instance: Instance, name: str) -> dict[str, object]:
    try:
        model = model_for(instance, name or None)
        fund = time_fund(instance, model)
        work = compute(instance, model, fund)
    except DataError as problem:
        first = problem.findings.rows[0]
        row: dict[str, object] = dict.fromkeys((*_TEXTS, *FIGURES))
        said = first.render("vi")["message"], first.render("en")["message"]
        return row | {"policy": name, "refused_vi": said[0], "refused_en": said[1]}
    everything = work.needs[work.needs[["office", "pool", "task_group"]].isna().all(axis=1)]
    whole = everything.iloc[0]
    post = fund.groupby("office")["minutes"].sum()
    figures = {column: whole[column] for column in FIGURES if column in work.needs.columns}
    return {
        "policy": name,
        **_names(name, model),
        "rounding_rule": model.rounding.rule,
        "rounding_level": model.rounding.level,
        "status": _weaker(model),
        **figures,
        "post_minutes_low": int(post.min()),
        "post_minutes_high": int(post.max()),
        "useful_time_pct": hundredths(model.time_fund.useful_time_pct),
        "minutes": int(np.asarray(work.cells["minutes"]).sum()),
        "allowance_minutes": int(np.asarray(work.cells["allowance_minutes"]).sum()),
        "refused_vi": "",
        "refused_en": "",
    }


def _names(name: str, model: PlanningModel) -> dict[str, str]:
    if not name:
        return {"name_vi": model.title("vi"), "name_en": model.title("en")}
    policy = load_policy(name)
    return {"name_vi": policy.name_vi or name, "name_en": policy.name_en or name}


def _weaker(model: PlanningModel) -> str:
    """Return the weaker status of the figures that move the number most: time fund and rounding."""
    order = ("law", "policy", "assumption")
    return max(model.time_fund.status, model.rounding.status, key=order.index)
