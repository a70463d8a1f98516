"""Time beside product work (WISN category allowances): a factor 1 / (1 − Σ shares) on everybody's work.

A share is given as a percentage, or as minutes per day, week, month or year of one post, which are divided
by the useful minutes that one post has in that time. Individual allowances (work items with `counts_as =
individual_allowance`) are plain minutes and are not multiplied.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.policy.fund import BP
from vitri.workload.arrays import Columns, Ints

CLASSES = ("I", "II", "III")


def allowance_shares(
    instance: Instance, model: PlanningModel, fund: Ints, offices: pd.Index, useful_bp: int = 0
) -> tuple[Ints, Ints]:
    """Return Σ shares / (1 − Σ shares) as whole numerators and denominators, both shaped (office, class).

    `fund[office, month]` is the time fund in minutes; `useful_bp` changes the useful time of a day, in
    1/100 % (minutes a day and a week are shares of it). Raises `DataError` if the allowances take all the
    time of a class.
    """
    top = np.zeros((len(offices), len(CLASSES)), dtype=np.int64)
    bottom = np.ones_like(top)
    if not model.allowance:
        return top, bottom
    known: dict[tuple[Fraction, Fraction], list[Fraction]] = {}
    for number, day in enumerate(useful_days(instance, model, offices, useful_bp)):
        year = Fraction(int(fund[number].sum()) * 12, fund.shape[1])
        if (day, year) not in known:
            known[day, year] = shares_of_time(model, day, year)
        for place, share in enumerate(known[day, year]):
            if share >= 1:
                raise DataError(
                    Finding(
                        code="allowances_too_large",
                        table="model.toml",
                        row_key=str(offices[number]),
                        column="allowance",
                        value=f"{float(share * 100):.2f}",
                        allowed=N_("below 100 %"),
                        message=N_("The allowances of class {name} take all working time."),
                        advice=N_("Lower the shares or minutes of the allowances."),
                        fields={"name": CLASSES[place]},
                    )
                )
            factor = surcharge(share)
            top[number, place], bottom[number, place] = factor.numerator, factor.denominator
    return top, bottom


def surcharge(share: Fraction) -> Fraction:
    """Return share / (1 − share), with a denominator of at most nine digits."""
    return (share / (1 - share)).limit_denominator(10**9)


def useful_days(
    instance: Instance, model: PlanningModel, offices: pd.Index, useful_bp: int = 0
) -> list[Fraction]:
    """Return the useful minutes of one working day of a post, for each office."""
    columns = Columns(instance, "offices")
    own = dict(zip(columns.text("code"), columns.ints("useful_time_pct").tolist(), strict=True))
    usual = Fraction(str(model.time_fund.useful_time_pct))
    shares = [Fraction(own[code], 100) if own[code] >= 0 else usual for code in offices]
    if useful_bp:
        shares = [min(share * (BP + useful_bp) / BP, max(share, Fraction(100))) for share in shares]
    return [Fraction(model.time_fund.minutes_per_day) * share / 100 for share in shares]


def shares_of_time(model: PlanningModel, day: Fraction, year: Fraction) -> list[Fraction]:
    """Return the share of a post's time that allowances take, by class; minutes of a useful day and year."""
    return [_share(model, name, day, year) for name in CLASSES]


def _share(model: PlanningModel, name: str, day: Fraction, year: Fraction) -> Fraction:
    """Return the sum of the shares of one class of positions."""
    days = Fraction(str(model.time_fund.days_per_week or 5))
    spans = {"day": day, "week": day * days, "month": year / 12, "year": year}
    total = Fraction(0)
    for allowance in model.allowance:
        if name not in allowance.classes:
            continue
        if allowance.share_pct is not None:
            total += Fraction(str(allowance.share_pct)) / 100
        if allowance.minutes is not None and allowance.per is not None:
            total += Fraction(allowance.minutes) / spans[allowance.per]
    return total
