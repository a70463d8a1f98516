"""The quotas in force: one row per unit, organisation, class and category, its statuses put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance

KEYS = ("unit", "organisation", "position_class", "category")


def quotas_in_force(instance: Instance) -> pd.DataFrame:
    """Return the quotas in force on the scenario's `as_of` date.

    One row per unit, organisation, position class and category ("" = the whole, category filled in), sorted,
    with `allocated`, `provisional` and `reserve` posts and `floor` and `cap` (``Int64``, missing when not
    given) and `unassigned` (bool: no number was given by anyone above). Within one status the newest row not
    after the date holds.
    """
    return in_force(instance.filled("quotas"), instance.info.as_of)


def in_force(quotas: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the quotas of a filled table that hold on a date; see `quotas_in_force`."""
    columns = [*KEYS, "allocated", "provisional", "reserve", "floor", "cap", "unassigned"]
    rows = quotas[quotas["unit"].notna() & quotas["status"].notna()].copy()
    rows[list(KEYS)] = rows[list(KEYS)].fillna("").astype("str")
    start = rows["valid_from"].fillna(pd.Timestamp(1, 1, 1).as_unit("s"))
    rows = rows[start <= pd.Timestamp(as_of)].assign(start=start)
    rows = rows.sort_values([*KEYS, "status", "start"], kind="stable")
    rows = rows.drop_duplicates([*KEYS, "status"], keep="last")
    records: dict[tuple[str, ...], dict[str, object]] = {}
    given = rows[[*KEYS, "status", "posts", "floor", "cap"]].astype(object).itertuples(index=False, name=None)
    for *names, status, posts, floor, cap in given:
        key = tuple(str(name) for name in names)
        record = records.setdefault(key, dict.fromkeys(columns, pd.NA) | dict(zip(KEYS, key, strict=True)))
        if status in ("allocated", "provisional", "reserve"):
            record[status] = posts
        record["floor"] = _extreme(max, record["floor"], floor)
        record["cap"] = _extreme(min, record["cap"], cap)
    for record in records.values():
        record["unassigned"] = all(_missing(record[status]) for status in ("allocated", "provisional"))
    frame = pd.DataFrame([records[key] for key in sorted(records)], columns=columns)
    for column in columns[len(KEYS) : -1]:
        frame[column] = frame[column].astype("Int64")
    for column in KEYS:
        frame[column] = frame[column].astype("str")
    frame["unassigned"] = frame["unassigned"].astype(np.bool_)
    return frame


def _missing(value: Any) -> bool:
    return bool(pd.isna(value))


def _extreme(choose: Callable[[int, int], int], left: Any, right: Any) -> Any:
    """Return the higher or lower of two numbers, either of which may be missing."""
    if _missing(left) or _missing(right):
        return right if _missing(left) else left
    return choose(int(left), int(right))
