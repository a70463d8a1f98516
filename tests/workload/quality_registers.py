"""Small synthetic registers for the tests of questions: one row for each line, in plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vitri.workload.quality.lines import Figures, Names

FUND = 100_000


def register(
    rows: Sequence[dict[str, Any]],
    fund: int = FUND,
    months: int = 12,
    drivers: dict[int, float] | None = None,
    past_dec4: int = 0,
) -> Figures:
    """Return figures of lines given as office, group, task (numbers), quantity, unit; the rest is optional.

    ``month`` makes a line monthly, ``own`` its norm its own, ``details`` tells twins apart.
    """
    count = len(rows)

    def ints(name: str, default: int) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows], dtype=np.int64)

    office, group, task = ints("office", 0), ints("group", 0), ints("task", 0)
    quantity, unit = ints("quantity", 1), ints("unit", 60)
    minutes = quantity * unit
    pairs = sorted(set(zip(office.tolist(), group.tolist(), strict=True)))
    cell = np.array([pairs.index(pair) for pair in zip(office.tolist(), group.tolist(), strict=True)])
    offices, groups, tasks = (int(values.max(initial=0)) + 1 for values in (office, group, task))
    known = np.full((offices, 1 if drivers else 0), np.nan)
    for number, value in (drivers or {}).items():
        known[number, 0] = value
    codes = [f"T{number}" for number in range(tasks)]
    month = ints("month", -1)
    return Figures(
        names=Names(
            [f"O{number}" for number in range(offices)], ["A", "B"], [f"G{n}" for n in range(groups)], codes,
            codes, tuple(f"2026-{number:02d}" for number in range(1, months + 1)),
        ),
        code=np.array([f"R{number}" for number in range(count)], dtype=object),
        office=office,
        organisation=ints("organisation", -1),
        group=group,
        task=task,
        item=task,
        period=month + 1,
        month=month,
        yearly=month < 0,
        inventory=month < 0,
        details=ints("details", 0),
        quantity_dec2=quantity * 100,
        unit=unit.astype(np.float64),
        own_norm=np.array([bool(row.get("own", False)) for row in rows]),
        minutes=minutes,
        cell=cell.astype(np.int64),
        cell_office=np.array([pair[0] for pair in pairs], dtype=np.int64),
        cell_group=np.array([pair[1] for pair in pairs], dtype=np.int64),
        cell_minutes=np.bincount(cell, weights=minutes).astype(np.int64),
        cell_fund=np.full(len(pairs), fund, dtype=np.int64),
        office_class=np.zeros(offices, dtype=np.int64),
        drivers=known,
        past_dec4=past_dec4,
    )  # fmt: skip


def positions(needs: Sequence[float], groups: int = 1, fund: int = FUND) -> Figures:
    """Return a register whose positions need so many posts, each with one line of its own."""
    rows = [
        {"office": number // groups, "group": number % groups, "task": number % groups,
         "quantity": round(need * fund), "unit": 1}
        for number, need in enumerate(needs)
    ]  # fmt: skip
    return register(rows, fund)
