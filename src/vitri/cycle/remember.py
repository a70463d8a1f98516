"""Keeping what a month's assignment gave to whom, for fairness and continuity in the months after."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from vitri.cycle.ledger import Changed
from vitri.data.build import check_tables, texts_of
from vitri.data.instance import Instance
from vitri.data.tables import TABLES
from vitri.errors import DataError

TABLE = "previous_assignments"


def remember(changed: Changed, assignments: pd.DataFrame) -> Changed:
    """Add a month's run table `assignments` to the table of earlier assignments; a month again replaces it.

    Only the offices and months of the run table are replaced. Raises DataError if the rows do not fit the
    scenario.
    """
    instance: Instance = changed.instance
    columns = list(TABLES[TABLE].columns)
    rows = assignments[columns].copy()
    rows["pinned"] = rows["pinned"].map({True: "yes", False: "no"})
    rows = rows.astype(object).where(rows.notna(), "").astype("str")
    tables = {name: texts_of(instance, name) for name in instance.present}
    if TABLE in tables:
        kept = tables[TABLE]
        keys = pd.MultiIndex.from_frame(rows[["office", "month"]].drop_duplicates())
        old = pd.MultiIndex.from_frame(kept[["office", "month"]]).isin(keys)
        rows = pd.concat([kept[~old], rows], ignore_index=True).fillna("")
    tables[TABLE] = rows
    made, found = check_tables(instance.info, tables, local_model=instance.local_model)
    if made is None:
        raise DataError(found.errors)
    result = replace(instance, tables=made.tables, present=made.present)
    return replace(changed, instance=result, tables=(*changed.tables, TABLE))
