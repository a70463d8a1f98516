"""Who has registered which month, and how far each line has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from vitri.cycle.ledger import Changed, Ledger
from vitri.cycle.states import STATES
from vitri.data.fields import period_bounds
from vitri.data.instance import Instance
from vitri.workload.pools import Pools

COLUMNS = ("office", "organisation", "month", "state", "said", "submitted_on", "lines", "orders", *STATES)
_SENT = ("registered", "approved", "assigned", "done", "merged")


def completeness(instance: Instance, months: Sequence[str]) -> pd.DataFrame:
    """Return one row per office, organisation (blank: the office itself) and month, sorted.

    `state`: what `submissions` says (`said` is yes); else ``complete`` if a line of the month itself was
    sent, ``partial`` if only an inventory or a longer programme covers it, ``missing`` otherwise: drafts,
    returned and cancelled lines are not a registration. `orders` are counted apart and are none either.
    The eight states count the lines whose period touches the month.
    """
    pools = Pools(instance)
    office_codes, body_codes = pools.offices.tolist(), pools.organisations.tolist()
    pairs = [
        (office_codes[o], body_codes[r])
        for o, r in zip(pools.members[0].tolist(), pools.members[1].tolist(), strict=True)
    ]
    pairs += [(office, "") for office in office_codes]
    base = pd.DataFrame(pairs, columns=["office", "organisation"], dtype="str")
    frame = instance.filled("registrations")
    frame["organisation"] = frame["organisation"].fillna("")
    bounds = {period: period_bounds(period) for period in frame["period"].dropna().unique()}
    first = frame["period"].map({key: f"{value[0]:%Y-%m}" for key, value in bounds.items()})
    last = frame["period"].map({key: f"{value[1]:%Y-%m}" for key, value in bounds.items()})
    stock = ((first != last) | (frame["basis"] == "inventory")).to_numpy(dtype=bool)
    order = (frame["kind"] == "order").to_numpy(dtype=bool)
    sent = frame["status"].isin(_SENT).to_numpy(dtype=bool)
    said = _said(instance)
    parts: list[pd.DataFrame] = []
    for month in months:
        here = ((first <= month) & (last >= month)).to_numpy(dtype=bool)
        lines = frame[here & ~order]
        counts = pd.crosstab([lines["office"], lines["organisation"]], lines["status"]).reindex(
            columns=list(STATES), fill_value=0
        )
        part = base.assign(month=month).merge(counts.reset_index(), how="left", on=["office", "organisation"])
        for name, mask in (
            ("own", here & ~order & sent & ~stock),
            ("stock", here & ~order & sent & stock),
            ("orders", here & order),
        ):
            number = frame[mask].groupby(["office", "organisation"]).size().rename(name)
            part = part.merge(number.reset_index(), how="left", on=["office", "organisation"])
        numbers = [*STATES, "own", "stock", "orders"]
        part[numbers] = part[numbers].fillna(0).astype("int64")
        part["state"] = np.select(
            [part["own"] > 0, part["stock"] > 0], ["complete", "partial"], default="missing"
        )
        parts.append(part)
    table = pd.concat(parts, ignore_index=True).merge(
        said, how="left", on=["office", "organisation", "month"]
    )
    table["said"] = table["state_said"].notna()
    table["state"] = table["state_said"].fillna(table["state"])
    table["lines"] = table[list(STATES)].sum(axis=1)
    table = table.sort_values(["office", "organisation", "month"], kind="stable")
    return table[list(COLUMNS)].reset_index(drop=True)


def _said(instance: Instance) -> pd.DataFrame:
    frame = instance.table("submissions")[["office", "organisation", "month", "state", "submitted_on"]]
    return frame.rename(columns={"state": "state_said"})


def record(instance: Instance, months: Sequence[str], who: str, when: dt.datetime | None = None) -> Changed:
    """Write the states into the table `submissions`; what was said there before stays."""
    ledger = Ledger(instance, who, when)
    for office, body, month, state, said in completeness(instance, months)[
        ["office", "organisation", "month", "state", "said"]
    ].itertuples(index=False, name=None):
        if body and not said:
            ledger.submit(office, body, month, state)
    return ledger.close()
