"""`Levers`: the time fund, norms, volumes and coefficients changed by so many hundredths of a percent.

A lever is exact: its factor (10,000 + change) / 10,000 joins the rounded product of a line, or of the time
fund's month, so that there is still one rounding. A coefficient lever reaches the estimates too, which
scale with the coefficients of offices. Levers at zero change nothing at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
import pandas as pd

from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.policy.fund import BP
from vitri.workload.arrays import Ints
from vitri.workload.pools import Pools

LeverKind = Literal["time_fund", "useful_time", "norm", "volume", "coefficient"]
KINDS: tuple[LeverKind, ...] = get_args(LeverKind)
#: Furthest change of one lever, in 1/100 %: down by 99 %, up to a hundredfold.
LOWEST_BP, HIGHEST_BP = -9_900, 990_000

_SIDES = ("offices", "organisations", "task_groups", "work_items")


@dataclass(frozen=True)
class Change:
    """A change in 1/100 % of the lines of some offices, organisations, task groups and work items.

    A blank side means all of them; a line must match every side that is named.
    """

    change_bp: int
    offices: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    task_groups: tuple[str, ...] = ()
    work_items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Levers:
    """What is changed, in 1/100 %, before the workload is computed.

    `time_fund_bp` changes the minutes of a post, `useful_time_bp` the useful time (at most 100 %); both act
    through `vitri.policy.worktime.time_fund`. `norm` changes unit minutes (posts per unit of work counted
    by ratio), `volume` quantities, `coefficient` the coefficients of offices.
    """

    time_fund_bp: int = 0
    useful_time_bp: int = 0
    norm: tuple[Change, ...] = ()
    volume: tuple[Change, ...] = ()
    coefficient: tuple[Change, ...] = ()

    @classmethod
    def of(
        cls,
        kind: LeverKind,
        change_bp: int,
        *,
        offices: Sequence[str] = (),
        organisations: Sequence[str] = (),
        task_groups: Sequence[str] = (),
        work_items: Sequence[str] = (),
    ) -> Levers:
        """Return one lever, moved by so many hundredths of a percent; blank sides mean everything."""
        sides = tuple(tuple(side) for side in (offices, organisations, task_groups, work_items))
        if kind == "time_fund":
            return cls(time_fund_bp=change_bp)
        if kind == "useful_time":
            return cls(useful_time_bp=change_bp)
        change = Change(change_bp, *sides)
        if kind == "norm":
            return cls(norm=(change,))
        if kind == "volume":
            return cls(volume=(change,))
        if kind == "coefficient":
            return cls(coefficient=(change,))
        raise DataError(unknown_lever(kind))

    def require(self, pools: Pools, items: pd.Index) -> None:
        """Raise `DataError` for codes that do not exist, sides that make no sense, changes out of range."""
        known = dict(zip(_SIDES, (pools.offices, pools.organisations, pools.groups, items), strict=True))
        bad: list[Finding] = []
        for kind, change in self._changes():
            for side in _SIDES:
                allowed = known[side] if kind != "coefficient" or side == "offices" else ()
                bad += [
                    _unknown_code(kind, side, code) for code in getattr(change, side) if code not in allowed
                ]
        for kind, bp in [
            ("time_fund", self.time_fund_bp),
            ("useful_time", self.useful_time_bp),
            *((kind, change.change_bp) for kind, change in self._changes()),
        ]:
            if not LOWEST_BP <= bp <= HIGHEST_BP:
                bad.append(_too_far(kind, bp))
        if bad:
            raise DataError(bad)

    def _changes(self) -> list[tuple[str, Change]]:
        return [
            (kind, change) for kind in ("norm", "volume", "coefficient") for change in getattr(self, kind)
        ]

    def line_factors(
        self, pools: Pools, items: pd.Index, office: Ints, organisation: Ints, group: Ints, item: Ints
    ) -> list[tuple[Ints, int]]:
        """Return the factors of each line as (values, scale), for `rounded_product`."""
        factors: list[tuple[Ints, int]] = []
        for _, change in self._changes():
            if not change.change_bp:
                continue
            hit = np.ones(len(office), dtype=np.bool_)
            for side, codes, known in (
                (office, change.offices, pools.offices),
                (organisation, change.organisations, pools.organisations),
                (group, change.task_groups, pools.groups),
                (item, change.work_items, items),
            ):
                if codes:
                    hit &= np.isin(side, known.get_indexer(pd.Index(list(codes), dtype=object)))
            factors.append((np.where(hit, BP + change.change_bp, BP).astype(np.int64), BP))
        return factors

    def office_factors(self, offices: pd.Index) -> list[Fraction]:
        """Return the factor of each office's coefficient."""
        factors = [Fraction(1)] * len(offices)
        for change in self.coefficient:
            for place, code in enumerate(offices):
                if not change.offices or code in change.offices:
                    factors[place] *= Fraction(BP + change.change_bp, BP)
        return factors


NO_LEVERS = Levers()


def unknown_lever(kind: str) -> Finding:
    """Return the finding about a lever that does not exist."""
    return Finding(
        code="unknown_lever",
        table="levers",
        column="lever",
        value=kind,
        allowed=N_("one of: {known}"),
        message=N_("There is no lever {kind}."),
        advice=N_("Name one of those that exist."),
        fields={"kind": kind, "known": ", ".join(KINDS)},
    )


def _unknown_code(kind: str, side: str, code: str) -> Finding:
    return Finding(
        code="unknown_code",
        table="levers",
        row_key=kind,
        column=side,
        value=code,
        message=N_(
            "The lever {kind} names {code}, which the scenario does not have or which it cannot move."
        ),
        advice=N_("Mend the code; a coefficient belongs to an office."),
        fields={"kind": kind, "code": code},
    )


def _too_far(kind: str, bp: int) -> Finding:
    return Finding(
        code="lever_out_of_range",
        table="levers",
        row_key=kind,
        column="change_bp",
        value=str(bp),
        allowed=N_("from -99 % to +9,900 %"),
        message=N_("The lever {kind} is moved too far."),
        advice=N_("Give the change in hundredths of a percent."),
        fields={"kind": kind},
    )
