"""Random demand of an office: every draw a horizon of its own, what fixed posts do taken off.

Norms vary by a gamma factor of mean 1 for each cell and month; an estimate stays at one place of its range
for the whole horizon, below and above the estimate with equal chance. Each office has a stream of its own,
made from the seed, the purpose and its code: what other offices do changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vitri.optimise.demand_cube import Cube, remainder
from vitri.optimise.engine import IntArray
from vitri.optimise.size import Posed
from vitri.optimise.uncertainty.crews import Crew
from vitri.optimise.uncertainty.scenarios import UNIT, WHOLE, Draws, Futures
from vitri.optimise.uncertainty.variation import FloatArray, Variation

Purpose = Literal["plan", "simulation"]
#: Draws worked on at one time; part of the definition of the streams.
BLOCK = 250


@dataclass(frozen=True)
class Demand:
    """Demand of crews in every draw: `minutes[c]` is (draw, priority, month), `fund` (draw, month)."""

    minutes: tuple[IntArray, ...]
    fund: IntArray


def stream(seed: int, purpose: Purpose, name: str) -> np.random.Generator:
    """Return the random stream of one purpose and name under a seed."""
    digest = hashlib.sha256(f"{purpose}:{name}".encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def office_demand(
    posed: Posed,
    crews: Sequence[Crew],
    futures: Futures,
    variation: Variation | None,
    draws: Draws,
    rng: np.random.Generator,
) -> Demand:
    """Draw the demand of the crews of one office; without `variation` only the futures differ."""
    office = crews[0].office
    blocks = [
        _block(posed, office, crews, futures, variation, draws.future[start : start + BLOCK], rng)
        for start in range(0, len(draws.future), BLOCK)
    ]
    minutes = tuple(np.concatenate([block.minutes[c] for block in blocks]) for c in range(len(crews)))
    return Demand(minutes, np.concatenate([block.fund for block in blocks]))


def _block(
    posed: Posed,
    office: int,
    crews: Sequence[Crew],
    futures: Futures,
    variation: Variation | None,
    future: IntArray,
    rng: np.random.Generator,
) -> Demand:
    cube = posed.cube
    units = cube.units_of(office)
    planned = cube.minutes[units]
    count, (_, groups, priorities, months) = len(future), planned.shape
    fund = cube.fund[office] * (WHOLE - futures.absence_bp[future])[:, None] // WHOLE
    volume = futures.volume_dec6[future]
    # axes: draw, unit, group, priority, month
    drawn = (2 * planned[None] * volume[:, None, :, None, :] + UNIT) // (2 * UNIT)
    if variation is not None and units:
        factor = _noise(variation, units, count, rng)
        drawn = np.rint(drawn * factor[:, :, :, None, :]).astype(np.int64)
    long = drawn.transpose(1, 2, 3, 0, 4).reshape(len(units), groups, priorities, count * months)
    here = Cube(
        (cube.offices[office],),
        tuple((0, cube.units[unit][1]) for unit in units),
        cube.groups,
        cube.months,
        long,
        fund.reshape(1, count * months),
    )
    own = [replace(post, office=0) for post in posed.fixed if post.office == office]
    left = remainder(here, own, posed.leadership).reshape(len(units), groups, priorities, count, months)
    local = {unit: index for index, unit in enumerate(units)}
    minutes = []
    for crew in crews:
        total = np.zeros((priorities, count, months), dtype=np.int64)
        for unit, group in crew.cells:
            total += left[local[unit], group]
        minutes.append(total.transpose(1, 0, 2))
    return Demand(tuple(minutes), fund)


def _noise(variation: Variation, units: Sequence[int], count: int, rng: np.random.Generator) -> FloatArray:
    """Return random factors (draw, unit, group, month); the mean of a norm's factor is 1."""
    cv, low, high = (table[list(units)] for table in (variation.cv, variation.low, variation.high))
    factor = np.ones((*cv.shape, count))
    at = np.nonzero(cv > 0)
    if len(at[0]):
        shape = 1.0 / cv[at] ** 2
        factor[at] = (rng.standard_gamma(shape, (count, len(shape))) / shape).T
    ranged = np.nonzero(((low < 1) | (high > 1)).any(axis=2))
    if len(ranged[0]):
        place = rng.uniform(-1.0, 1.0, (count, len(ranged[0]))).T[:, None, :]
        below, above = 1.0 - low[ranged], high[ranged] - 1.0
        factor[ranged] *= 1.0 + np.where(place < 0, place * below[..., None], place * above[..., None])
    return factor.transpose(3, 0, 1, 2)
