"""The quotas in force: one row per unit, organisation, class and category, its statuses put together."""

from __future__ import annotations

import datetime as dt

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
    records: list[dict[str, object]] = []
    for key, group in rows.groupby(list(KEYS), sort=True):
        record: dict[str, object] = dict(zip(KEYS, key, strict=True))
        for status in ("allocated", "provisional", "reserve"):
            posts = group.loc[group["status"] == status, "posts"].dropna()
            record[status] = posts.iloc[0] if len(posts) else pd.NA
        record["floor"] = group["floor"].max()
        record["cap"] = group["cap"].min() if group["cap"].notna().any() else pd.NA
        record["unassigned"] = record["allocated"] is pd.NA and record["provisional"] is pd.NA
        records.append(record)
    frame = pd.DataFrame(records, columns=columns)
    for column in columns[len(KEYS) : -1]:
        frame[column] = frame[column].astype("Int64")
    for column in KEYS:
        frame[column] = frame[column].astype("str")
    frame["unassigned"] = frame["unassigned"].astype(np.bool_)
    return frame
