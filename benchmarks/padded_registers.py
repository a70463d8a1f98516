"""Synthetic registers for `padding`: honest ones, and the same inflated towards a whole number of posts.

The honest ones follow quantiles of a real register of some seven thousand rows (tasks per position, minutes
per row, the commonest volumes and unit times). Nothing in them is copied; every figure is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vitri.workload.quality.lines import RHYTHMS, Figures, Names

#: Minutes of a row at these shares (5 %, 25 % ...): the quantiles to draw from.
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
MINUTES = (30, 120, 600, 7_200, 14_400, 94_740, 162_000, 260_000)
TASKS = (6, 6, 7, 7, 7, 8, 9, 10, 12, 16, 26)
COMMON_VOLUMES = (2, 12, 8, 1, 6, 4, 24, 52)
UNITS = np.array(
    [5, 10, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 420, 600, 900, 1080, 1260, 1800, 2400, 3300]
)
FUNDS = (75_000, 72_000, 102_816, 99_330)
STYLES = (
    "one line",
    "all lines",
    "unit time",
    "new line",
    "to the minute",
    "just past",
    "round shares",
    "template",
)
#: The share of positions that are inflated.
LEVELS = {"slight": 0.1, "weak": 0.3, "medium": 0.6, "strong": 0.9}


@dataclass
class Draft:
    """A register being made: [position, task] tables; a position is an office and a group."""

    office: np.ndarray
    group: np.ndarray
    quantity: np.ndarray
    unit: np.ndarray
    rhythm: np.ndarray
    there: np.ndarray
    own: np.ndarray
    size: np.ndarray
    fund: int

    @property
    def minutes(self) -> np.ndarray:
        """Minutes of every line."""
        return np.where(self.there, self.quantity * self.unit, 0)

    @property
    def need(self) -> np.ndarray:
        """Posts of every position."""
        return self.minutes.sum(axis=1) / self.fund


def honest(rng: np.random.Generator) -> Draft:
    """Draw a register that nobody bent: templates, rounded norms, estimates and one-person posts included."""
    offices, groups = int(rng.integers(10, 41)), int(rng.integers(5, 13))
    fund = int(rng.choice(FUNDS))
    width = max(TASKS) + 1
    tasks = rng.choice(TASKS, groups)
    there = np.arange(width)[None, :] < tasks[:, None]
    rows = np.exp(np.interp(rng.random((groups, width)), SHARES, np.log(MINUTES)))
    common = rng.random((groups, width)) < 0.5
    volume = np.where(common, rng.choice(COMMON_VOLUMES, (groups, width)), 0)
    wanted = np.where(common, rows / np.maximum(volume, 1), np.clip(rows / 60, 5, 2_400))
    unit = UNITS[np.abs(np.log(UNITS)[None, None, :] - np.log(wanted)[:, :, None]).argmin(axis=2)]
    volume = np.where(common, volume, np.maximum(1, np.rint(rows / unit))).astype(np.int64)

    size = rng.lognormal(0, 0.35, offices)
    office, group = (
        axis.ravel() for axis in np.meshgrid(np.arange(offices), np.arange(groups), indexing="ij")
    )
    shape = (len(office), width)
    # Some registers are one template for all; in the others volumes follow the size of the office.
    copied = rng.random() < 0.25
    noise = np.exp(rng.normal(0, 0.25, shape))
    noise *= np.where(rng.random(shape) < 0.02, np.exp(rng.normal(0, 0.7, shape)), 1)
    scaled = np.maximum(1, np.rint(volume[group] * size[office][:, None] * noise)).astype(np.int64)
    quantity = np.where(common[group] | copied, volume[group], scaled)
    if copied:
        odd = rng.random(shape) < 0.02
        quantity = np.where(odd & ~common[group], scaled, quantity)
    estimates = (rng.random(offices) < 0.4)[office][:, None] & ~common[group] & (quantity > 20)
    step = np.where(quantity > 200, 50, np.where(quantity > 60, 10, 5))
    quantity = np.where(
        estimates & (rng.random(shape) < 0.7), np.maximum(step, quantity // step * step), quantity
    )
    units = unit[group].astype(np.int64)
    own = rng.random(shape) < 0.03
    units = np.where(own, np.maximum(5, np.rint(units * np.exp(rng.normal(0, 0.3, shape)) / 5) * 5), units)
    draft = Draft(
        office,
        group,
        quantity,
        units.astype(np.int64),
        np.isin(quantity, RHYTHMS),
        there[group],
        own,
        size,
        fund,
    )
    _one_person(draft, rng.random(groups) < 0.3, rng)
    return draft


def _one_person(draft: Draft, groups: np.ndarray, rng: np.random.Generator) -> None:
    """Set positions of some groups to what one person does: 0.85 to 0.99 of a post, honestly planned so."""
    rows = np.flatnonzero(groups[draft.group])
    target = rng.uniform(0.85, 0.99, len(rows)) * draft.fund
    factor = target / np.maximum(draft.minutes[rows].sum(axis=1), 1)
    draft.quantity[rows] = np.maximum(1, np.rint(draft.quantity[rows] * factor[:, None]))
    draft.rhythm[rows] = np.isin(draft.quantity[rows], RHYTHMS)


def padded(draft: Draft, style: str, share: float, rng: np.random.Generator) -> Draft:
    """Inflate a share of the positions to a whole number of posts, in one of `STYLES`."""
    result = replace(
        draft,
        quantity=draft.quantity.copy(),
        unit=draft.unit.copy(),
        there=draft.there.copy(),
        own=draft.own.copy(),
    )
    need = draft.need
    if style == "template":
        # The form is bent once, where it is written, and every office copies it.
        source = {int(g): int(np.flatnonzero(draft.group == g)[0]) for g in np.unique(draft.group)}
        first = np.array([source[int(g)] for g in draft.group])
        for name in ("quantity", "unit", "there", "own"):
            setattr(result, name, getattr(result, name)[first].copy())
        need = result.need
    chosen = np.flatnonzero((need > 0.3) & (rng.random(len(need)) < share))
    if style == "template":
        keep = rng.random(draft.group.max() + 1) < share
        chosen = np.flatnonzero((need > 0.3) & keep[draft.group])
    gap = rng.uniform(0.0, 0.08, len(need))
    if style == "template":
        gap = rng.uniform(0.0, 0.08, draft.group.max() + 1)[draft.group]
    for row in chosen.tolist():
        top = np.ceil(need[row])
        if style == "just past":
            target = top + rng.uniform(0.005, 0.08)
        elif style == "to the minute":
            target = top
        else:
            target = top - gap[row]
        missing = target * draft.fund - result.minutes[row].sum()
        if missing <= 0 and style != "round shares":
            continue
        _inflate(result, row, missing, style, rng)
    return result


def _inflate(draft: Draft, row: int, missing: float, style: str, rng: np.random.Generator) -> None:
    """Add so many minutes to one position."""
    loose = np.flatnonzero(draft.there[row] & ~draft.rhythm[row])
    if not len(loose):
        loose = np.flatnonzero(draft.there[row])
    small = loose[draft.unit[row, loose] <= 300]
    if style == "round shares":
        # Time is given out in twentieths of a post, then put into products.
        share = draft.fund / 20
        parts = np.ceil(draft.minutes[row, small] / share)
        draft.quantity[row, small] = np.rint(parts * share / draft.unit[row, small]).astype(np.int64)
        return
    if style == "all lines":
        minutes = draft.minutes[row, loose]
        extra = np.floor(missing * minutes / minutes.sum() / draft.unit[row, loose])
        draft.quantity[row, loose] += extra.astype(np.int64)
    elif style == "unit time":
        line = int(loose[np.argmax(draft.quantity[row, loose])])
        draft.unit[row, line] += max(5, int(missing / draft.quantity[row, line] // 5 * 5))
        draft.own[row, line] = True
    elif style == "new line":
        # An invented task, in the spare last column.
        unit = int(rng.choice([30, 60, 120, 240]))
        draft.there[row, -1] = True
        draft.unit[row, -1] = unit
        draft.quantity[row, -1] = max(1, int(missing // unit))
        draft.own[row, -1] = True
    else:
        pick = small if len(small) else loose
        line = int(pick[0] if style == "template" else rng.choice(pick))
        extra = missing / draft.unit[row, line]
        draft.quantity[row, line] += int(np.ceil(extra) if style == "just past" else np.floor(extra))


def figures(draft: Draft) -> Figures:
    """Return a register as the signs look at it."""
    cell, column = np.nonzero(draft.there)
    width = draft.there.shape[1]
    offices, groups = int(draft.office.max()) + 1, int(draft.group.max()) + 1
    minutes = draft.minutes[cell, column].astype(np.int64)
    lines = len(cell)
    task = draft.group[cell] * width + column
    zeros = np.zeros(lines, dtype=np.int64)
    total = np.bincount(cell, weights=minutes, minlength=len(draft.office)).astype(np.int64)
    tasks = [f"G{g:02d}T{t:02d}" for g in range(groups) for t in range(width)]
    names = Names(
        [f"O{number:02d}" for number in range(offices)], [], [f"G{g:02d}" for g in range(groups)],
        tasks, tasks, ("2026-01",),
    )  # fmt: skip
    return Figures(
        names=names,
        code=np.array([f"R{number:05d}" for number in range(lines)], dtype=object),
        office=draft.office[cell],
        organisation=zeros - 1,
        group=draft.group[cell],
        task=task,
        item=task,
        period=zeros,
        month=zeros - 1,
        yearly=np.ones(lines, dtype=np.bool_),
        inventory=np.ones(lines, dtype=np.bool_),
        details=zeros,
        quantity_dec2=draft.quantity[cell, column].astype(np.int64) * 100,
        unit=draft.unit[cell, column].astype(np.float64),
        own_norm=draft.own[cell, column],
        minutes=minutes,
        cell=cell.astype(np.int64),
        cell_office=draft.office.astype(np.int64),
        cell_group=draft.group.astype(np.int64),
        cell_minutes=total,
        cell_fund=np.full(len(total), draft.fund, dtype=np.int64),
        office_class=np.zeros(offices, dtype=np.int64),
        drivers=np.rint(draft.size * 10_000)[:, None] / 10_000,
    )
