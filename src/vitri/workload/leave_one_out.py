"""How good the estimates are: each donor office is hidden, estimated from the rest, and compared.

Hidden is the whole office, with all its organisations: who does not register seldom registers for one of
them. Its complete months are then estimated as any missing month is, and laid beside what was registered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.workload.arrays import Bools, Ints
from vitri.workload.comparison import fit
from vitri.workload.coverage import coverage
from vitri.workload.evidence import Evidence, gather
from vitri.workload.ground import registered

#: Of more donor offices than this, so many are tested, evenly spaced by code.
MOST_OFFICES = 200
#: The row of all organisations together.
ALL = "*"


@dataclass
class _Score:
    """Sums over the tested offices of one organisation."""

    offices: int = 0
    months: int = 0
    tested: int = 0
    cells: int = 0
    minutes: int = 0
    error: int = 0
    year_error: int = 0
    bias: int = 0
    inside: int = 0
    year_inside: int = 0

    def add(self, other: _Score) -> None:
        """Add the sums of another."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def row(self, organisation: str) -> dict[str, object]:
        """Return the row of the table."""

        def share(part: int, whole: int) -> object:
            return pd.NA if whole <= 0 else (1 if part >= 0 else -1) * _divided(abs(part) * 10_000, whole)

        return {
            "organisation": organisation,
            "offices": self.offices,
            "months": self.months,
            "tested": self.tested,
            "cells": self.cells,
            "minutes": self.minutes,
            "cell_error_minutes": _divided(self.error, self.cells) if self.cells else pd.NA,
            "cell_error_pct_dec2": share(self.error, self.minutes),
            "year_error_minutes": _divided(self.year_error, self.tested) if self.tested else pd.NA,
            "year_error_pct_dec2": share(self.year_error, self.minutes),
            "bias_pct_dec2": share(self.bias, self.minutes),
            "cells_inside_pct_dec2": share(self.inside, self.cells),
            "years_inside_pct_dec2": share(self.year_inside, self.tested),
        }


def _divided(value: int, by: int) -> int:
    return (2 * value + by) // (2 * by)


def leave_one_out(
    instance: Instance, model: PlanningModel, time_fund: pd.DataFrame, most: int = MOST_OFFICES
) -> pd.DataFrame:
    """Return how far estimates are from what was registered, by organisation and together (``*``).

    One row per organisation with donors (blank: the offices' own work): `offices`, `months` donor offices and
    their complete months; `tested` offices that could be hidden (one needs another donor, and at most `most`
    offices are hidden, evenly spaced); `cells` compared (office, task group, month) and their registered
    `minutes`; `cell_error_minutes` the mean absolute error of a cell and `cell_error_pct_dec2` the sum of
    these errors in hundredths of a percent of the registered minutes; the same for the total of an office
    over all its groups and months (`year_error_...`); `bias_pct_dec2` estimated less registered minutes;
    `cells_inside_pct_dec2`, `years_inside_pct_dec2` how many registered values lie in their ranges. Blank
    where nothing could be tested. The fit is made anew for each office: minutes of work for hundreds of them.
    """
    read = registered(instance, model, time_fund)
    pools = read.pools
    cover = coverage(instance, read.register, pools)
    evidence = gather(instance, read.register, read.counted, pools, cover)
    scores = [
        _Score(offices=int(one.gives.any(axis=1).sum()), months=int(one.gives.sum())) for one in evidence
    ]
    for office in _spaced(_donors(evidence), most).tolist():
        hidden = [one.without(office) for one in evidence]
        left = [place for place, one in enumerate(hidden) if one.gives.any()]
        for place, fitted in zip(left, fit([hidden[place] for place in left]) if left else [], strict=True):
            one = evidence[place]
            row = np.flatnonzero((one.office == office) & one.gives.any(axis=1))
            if len(row):
                gives = one.gives[row][:, None, :]
                expected = fitted.expected(row) * gives
                reach, year = fitted.reach(row, expected), int(fitted.total_reach(row, expected)[0])
                scores[place].add(_score(one.known[row] * gives, expected, reach, year, gives))
    together = _Score()
    for score in scores:
        together.add(score)
    together.offices = len(_donors(evidence))
    names = ["" if one.organisation < 0 else str(pools.organisations[one.organisation]) for one in evidence]
    table = [score.row(name) for name, score in zip(names, scores, strict=True)]
    frame = pd.DataFrame([*table, together.row(ALL)])
    return frame.astype({name: "Int64" for name in frame.columns if name != "organisation"})


def _donors(evidence: list[Evidence]) -> Ints:
    """Return the positions of the offices that donate anything."""
    found = [one.office[one.gives.any(axis=1)] for one in evidence]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _spaced(offices: Ints, most: int) -> Ints:
    """Return at most so many of the offices, evenly spaced."""
    if len(offices) <= most:
        return offices
    return offices[np.arange(most) * len(offices) // most]


def _score(known: Ints, expected: Ints, reach: Ints, year_reach: int, gives: Bools) -> _Score:
    """Compare one office's hidden months; all arrays [1, group, month]."""
    off = expected - known
    inside = (np.abs(off) <= reach) & gives
    total = int(off.sum())
    return _Score(
        tested=1,
        cells=int(gives.sum()) * known.shape[1],
        minutes=int(known.sum()),
        error=int(np.abs(off).sum()),
        year_error=abs(total),
        bias=total,
        inside=int(inside.sum()),
        year_inside=int(abs(total) <= year_reach),
    )
