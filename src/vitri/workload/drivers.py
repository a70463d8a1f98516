"""What explains how much work there is: population, communes, members ... of offices and organisations."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vitri.data.instance import Instance
from vitri.workload.arrays import Columns, Ints, sorted_order
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.pools import Pools

#: A driver that nobody gave for an office.
UNKNOWN = -1


def office_coefficients(instance: Instance, pools: Pools, levers: Levers = NO_LEVERS) -> Ints:
    """Return what multiplies all work of each office, as levers change it, in millionths."""
    offices = Columns(instance, "offices")
    known = np.full(len(pools.offices), 1000, dtype=np.int64)
    known[offices.places("code", pools.offices)] = offices.ints("coefficient")
    factors = levers.office_factors(pools.offices)
    exact = [int(value) * 1000 * factor for value, factor in zip(known, factors, strict=True)]
    return np.array([max(int(value + Fraction(1, 2)), 1) for value in exact], dtype=np.int64)


def driver_values(instance: Instance, pools: Pools, office: Ints, organisation: Ints) -> Ints:
    """Return the drivers of the (office, organisation) pairs, [pair, driver] in hundredths.

    Drivers in the order of their codes: those the scenario names, else all. For each, the organisation's own
    value, else the office's; of several years the newest not after the horizon, else the oldest. `UNKNOWN`
    where there is neither; a driver without any value above zero is left out.
    """
    columns = Columns(instance, "drivers")
    code, names = columns.coded("driver")
    wanted = instance.info.estimate_drivers
    chosen = np.array([wanted is None or name in wanted for name in names] + [False], dtype=np.bool_)
    value, year = columns.ints("value"), columns.ints("year")
    place = columns.places("office", pools.offices)
    body = columns.places("organisation", pools.organisations)
    blank = columns.text("organisation") == ""
    keep = np.flatnonzero(chosen[code] & (value >= 0) & (place >= 0) & (blank | (body >= 0)))
    last = int(instance.info.last_month[:4])
    code, value, year, place, body = (side[keep] for side in (code, value, year, place, body))
    # Later in this order goes before: years after the horizon from the last to the first, then the others.
    order = sorted_order([(year <= last).astype(np.int64), np.where(year <= last, year, -year)])
    table = np.full((len(names), len(pools.offices), len(pools.organisations) + 1), UNKNOWN, dtype=np.int64)
    table[code[order], place[order], body[order]] = value[order]
    own, whole = table[:, office, organisation], table[:, office, -1]
    result: Ints = np.where(own != UNKNOWN, own, whole).T
    return result[:, (result > 0).any(axis=0)]
