"""How far the work of a cell may stray: the variation of its norms, and the range of what was estimated.

A month's work of an item with n products varies by cv × √(r + (1 − r) / n), where cv is the item's
coefficient of variation and r the correlation between products of one month; items vary independently, so
the variances of a cell add up. What was estimated lies between the quartiles of comparable offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.data.instance import Instance
from vitri.optimise.demand_cube import Cube
from vitri.policy import PlanningModel
from vitri.workload import Workload

FloatArray = npt.NDArray[np.float64]
_CELL = ["office", "pool", "task_group", "month"]


@dataclass(frozen=True)
class Variation:
    """Variation by (unit, group, month) of a cube.

    `cv` is the coefficient of variation of the cell's minutes (1.0 = 100 %); `low` and `high` are what
    the whole cell becomes at the ends of its estimates' range, as a factor (1.0: nothing estimated).
    `varying_minutes` is how many of the `minutes` come from work with a stated variation or a range.
    """

    cv: FloatArray
    low: FloatArray
    high: FloatArray
    varying_minutes: int
    minutes: int

    @property
    def any(self) -> bool:
        """Whether anything varies at all."""
        return bool((self.cv > 0).any() or (self.low < 1).any() or (self.high > 1).any())


def no_variation(cube: Cube) -> Variation:
    """Return a variation under which every cell is just as planned."""
    shape = (cube.minutes.shape[0], cube.minutes.shape[1], cube.minutes.shape[3])
    return Variation(np.zeros(shape), np.ones(shape), np.ones(shape), 0, int(cube.minutes.sum()))


def variation_of(instance: Instance, model: PlanningModel, workload: Workload, cube: Cube) -> Variation:
    """Measure the variation of every cell from the items' `cv_pct` and the estimates' ranges."""
    still = no_variation(cube)
    place = _Places(cube)
    cv, varying = _norms(instance, model, workload, place, still.cv.shape)
    low, high = still.low.copy(), still.high.copy()
    cells = workload.cells
    ranged = cells[(cells["low_minutes"] != cells["minutes"]) | (cells["high_minutes"] != cells["minutes"])]
    where, known = place.of(ranged)
    whole = cube.minutes.sum(axis=2)[where]
    planned = ranged["minutes"].to_numpy(dtype=np.int64)[known]
    for factor, column in ((low, "low_minutes"), (high, "high_minutes")):
        shift = ranged[column].to_numpy(dtype=np.int64)[known] - planned
        factor[where] = np.maximum(whole + shift, 0) / np.maximum(whole, 1)
    varying[where] = np.maximum(
        varying[where], np.minimum(ranged["estimated_minutes"].to_numpy(dtype=np.float64)[known], whole)
    )
    return Variation(
        cv, np.minimum(low, 1.0), np.maximum(high, 1.0), round(float(varying.sum())), still.minutes
    )


class _Places:
    """Finds the (unit, group, month) of a cube for rows of a table."""

    def __init__(self, cube: Cube) -> None:
        self.unit = {(cube.offices[office], pool): i for i, (office, pool) in enumerate(cube.units)}
        self.group = {code: i for i, code in enumerate(cube.groups)}
        self.month = {code: i for i, code in enumerate(cube.months)}

    def of(self, frame: pd.DataFrame) -> tuple[tuple[Any, Any, Any], npt.NDArray[np.bool_]]:
        """Return the indices of the rows inside the cube, and which rows those are."""
        pairs = pd.MultiIndex.from_frame(frame[["office", "pool"]])
        units = pd.Series(self.unit).reindex(pairs) if self.unit else pd.Series(np.nan, index=pairs)
        unit = units.fillna(-1).to_numpy(dtype=np.int64)
        group = frame["task_group"].map(self.group).fillna(-1).to_numpy(dtype=np.int64)
        month = frame["month"].map(self.month).fillna(-1).to_numpy(dtype=np.int64)
        known = (unit >= 0) & (group >= 0) & (month >= 0)
        return (unit[known], group[known], month[known]), known


def _norms(
    instance: Instance, model: PlanningModel, workload: Workload, place: _Places, shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """Return the coefficient of variation of every cell, and its minutes that have one."""
    lines = workload.lines
    lines = lines[lines["counted"].astype(bool) & (lines["minutes"] > 0)]
    if not model.workload.count_irregular_in_quota:
        lines = lines[lines["regular"].astype(bool)]
    items = instance.filled("work_items")[["code", "cv_pct"]].dropna()
    stated = dict(zip(items["code"], items["cv_pct"].astype("int64"), strict=True))
    default = int(model.uncertainty.default_cv_pct * 100)
    share = float(model.uncertainty.norm_correlation_pct) / 100
    code = lines["work_item"]
    rows = pd.DataFrame(
        {
            **{name: lines[name] for name in _CELL},
            "item": code.where(code.notna(), lines["registration"]),
            "cv": code.map(stated).fillna(default).astype("float64") / 10_000,
            "minutes": lines["minutes"].astype("float64"),
            "products": lines["quantity_dec2"].astype("float64")
            / 100
            * lines["minutes"]
            / np.maximum(lines["line_minutes"].to_numpy(dtype=np.float64), 1.0),
        }
    )
    kinds = rows.groupby([*_CELL, "item"], sort=True, as_index=False).agg(
        cv=("cv", "max"), minutes=("minutes", "sum"), products=("products", "sum")
    )
    products = np.maximum(kinds["products"].to_numpy(dtype=np.float64), 1.0)
    kinds["variance"] = (kinds["minutes"] * kinds["cv"]) ** 2 * (share + (1 - share) / products)
    kinds["varying"] = kinds["minutes"].where(kinds["cv"] > 0, 0.0)
    cells = kinds.groupby(_CELL, sort=True, as_index=False)[["variance", "minutes", "varying"]].sum()
    guessed = workload.estimates.groupby(_CELL, as_index=False)["minutes"].sum()
    cells = cells.merge(guessed, on=_CELL, how="left", suffixes=("", "_guessed"))
    whole = cells["minutes"] + cells["minutes_guessed"].fillna(0)
    where, known = place.of(cells)
    cv = np.zeros(shape)
    cv[where] = (np.sqrt(cells["variance"]) / whole).to_numpy(dtype=np.float64)[known]
    varying = np.zeros(shape)
    varying[where] = cells["varying"].to_numpy(dtype=np.float64)[known]
    return cv, varying
