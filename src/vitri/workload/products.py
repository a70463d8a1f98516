"""Products: how many of each registration fall into a month and a pool, and the factor K that converts them.

The quantity of a line is split as its minutes are, by cumulative rounding in hundredths of a product, so that
the parts of a line add up to its quantity. A line repeated in every pool makes its products in each of them.
K of NĐ 335/2025 is the item's own, else the planning model's for the item's complexity; where there is
neither it stays blank, never 1.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.policy.worktime import half_up as rounded
from vitri.workload.arrays import Ints, half_up, half_up_ratio, packed, running_sums, segments

COLUMNS = ("registration", "office", "pool", "task_group", "month", "minutes", "quantity_dec2")


def factor_of_item(instance: Instance, model: PlanningModel) -> pd.Series:
    """Return K in thousandths by work item (``Int64``, blank where it has neither a K nor a complexity)."""
    items = instance.tables["work_items"]
    given = model.conversion.k if model.conversion is not None else {}
    by_class = {level: rounded(Fraction(Decimal(str(k))) * 1000) for level, k in given.items()}
    own = items["conversion_k"].astype("Int64")
    factors = own.where(own.notna(), items["complexity"].map(by_class).astype("Int64"))
    return pd.Series(factors.to_numpy(), index=items["code"].to_numpy(dtype=object), dtype="Int64")


def factor_of_line(lines: pd.DataFrame, factors: pd.Series) -> pd.Series:
    """Return K in thousandths for every row that names a `work_item`; blank without an item or its K."""
    codes, names = pd.factorize(lines["work_item"])
    known = factors[~factors.index.duplicated()].reindex(names).astype("Int64").tolist()
    values = pd.array([*known, pd.NA], dtype="Int64")
    return pd.Series(values.take(codes), index=lines.index)


def products(lines: pd.DataFrame, factors: pd.Series) -> pd.DataFrame:
    """Return the products of every counted line by month and pool.

    Parameters
    ----------
    lines
        The workload lines, whole lines with all their rows (`vitri.workload.Workload.lines`).
    factors
        K by work item (`factor_of_item`).

    Returns
    -------
    DataFrame
        registration, office, pool, task_group, month, minutes, quantity_dec2 (hundredths),
        conversion_k_dec3 (thousandths, blank where unknown); rows that do not count are left out.
    """
    frame = lines.reset_index(drop=True)
    line = _codes(frame["registration"])
    repeated = (frame["pooling"] == "repeated").fillna(False).to_numpy(dtype=bool)
    pool, month = _codes(frame["pool"]), _codes(frame["month"])
    order = np.argsort(packed([line, np.where(repeated, pool, -1), month, pool]), kind="stable")
    number, starts = segments([line[order], np.where(repeated, pool, -1)[order]])
    minutes = frame["minutes"].to_numpy(dtype=np.int64)[order]
    whole = frame["line_minutes"].to_numpy(dtype=np.int64)[order]
    # A line too small for a minute has all its products where it has its first row.
    first = np.zeros(len(order), dtype=np.int64)
    first[starts] = 1
    weight, total = np.where(whole == 0, first, minutes), np.where(whole == 0, 1, whole)
    after = running_sums(weight, number, starts)
    quantity = frame["quantity_dec2"].to_numpy(dtype=np.int64)[order]
    part = half_up_ratio(quantity, after, total) - half_up_ratio(quantity, after - weight, total)
    made = frame.take(order)[["registration", "office", "pool", "task_group", "month", "minutes"]]
    made = made.assign(quantity_dec2=part, conversion_k_dec3=factor_of_line(frame, factors).take(order))
    return made[frame["counted"].to_numpy(dtype=bool)[order]].reset_index(drop=True)


def _codes(values: pd.Series) -> Ints:
    """Number texts in their order; missing is -1."""
    return pd.factorize(values, sort=True)[0].astype(np.int64)


def deducted(done: Ints, faults: Ints, deduction_bp: int) -> Ints:
    """Return the share of points kept by products with faults, in hundredths of a percent, at least 0.

    Each fault takes `deduction_bp` (hundredths of a percent) off the points of one product, and the faults of
    a row are those of different products while there are enough. `done` is in hundredths of a product; less
    than one product counts as one.
    """
    points = np.maximum(done, 100)
    left = 10_000 * points - np.asarray(faults, dtype=np.int64) * deduction_bp * 100
    return half_up(np.maximum(left, 0), points)
