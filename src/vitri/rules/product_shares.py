"""Whose are the products of a line: the people who hold its cell in that month, by the minutes assigned."""

from __future__ import annotations

import pandas as pd

CELL = ["office", "pool", "task_group", "month"]


def product_shares(made: pd.DataFrame, assignments: pd.DataFrame, unmet: pd.DataFrame) -> pd.DataFrame:
    """Return who shares the products of each row of `vitri.workload.products.products`.

    Work assigned by registration is shared by those assigned to it, what is left of its minutes by nobody;
    all other work of a cell by those who hold the cell, and what is unmet there by nobody.

    Returns
    -------
    DataFrame
        row (position in `made`), official (missing: nobody), weight (minutes above zero, or 1 where nobody
        is known); every row of `made` at least once, sorted by row and official, nobody last.
    """
    done = assignments[assignments["minutes"] > 0]
    named = done["registration"].notna() if "registration" in done.columns else done["minutes"] < 0
    by_line = _sum(done[named], ["registration", *CELL, "official"])
    undone = unmet.assign(official=None) if len(unmet) else unmet.assign(official=[])
    by_cell = pd.concat(
        [_sum(done[~named], [*CELL, "official"]), _sum(undone[undone["minutes"] > 0], [*CELL, "official"])]
    )
    rows = made[["registration", *CELL, "minutes"]].assign(row=range(len(made)))
    frames = []
    if len(by_line):
        own = rows.merge(by_line, on=["registration", *CELL], how="inner")
        given = own.groupby("row")["weight"].sum()
        mine = rows[rows["row"].isin(given.index)]
        left = (mine["minutes"].to_numpy() - given.reindex(mine["row"]).to_numpy()).clip(min=0)
        frames += [own, mine.assign(official=None, weight=left)]
        rows = rows[~rows["row"].isin(given.index)]
    cells = rows.merge(by_cell, on=CELL, how="left")
    cells["weight"] = cells["weight"].fillna(1)
    frames.append(cells)
    found = pd.concat([frame[["row", "official", "weight"]] for frame in frames], ignore_index=True)
    found = found[found["weight"] > 0].astype({"weight": "int64", "official": "str"})
    return found.sort_values(["row", "official"], kind="stable", na_position="last", ignore_index=True)


def _sum(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up minutes by keys, of which the official may be missing; a column `weight`."""
    if frame.empty:
        return pd.DataFrame({**{name: pd.Series([], dtype="str") for name in keys}, "weight": []}).astype(
            {"weight": "int64"}
        )
    total = frame.groupby(keys, dropna=False, sort=True)["minutes"].sum()
    return total.astype("int64").rename("weight").reset_index().astype({"official": "str"})
