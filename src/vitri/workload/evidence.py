"""What estimates rest on: the regular work of every member by task group and month, and who may donate.

A donor is a month that the organisation registered completely (``nil`` is a complete month of nothing) and
in which the planner guessed no line. Orders, irregular and cancelled work are nobody's regular work: they
neither donate nor cover anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.data.instance import Instance
from vitri.workload.arrays import Bools, Ints
from vitri.workload.coverage import COMPLETE, MISSING, NIL, PARTIAL, Coverage, is_inventory
from vitri.workload.demand import Rows
from vitri.workload.drivers import driver_values, office_coefficients
from vitri.workload.levers import NO_LEVERS, Levers
from vitri.workload.pools import Pools
from vitri.workload.register import Register


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of one organisation (or of the offices' own work): one entry per office that has it.

    `pair` places in the `Coverage`, `office` positions; `known[office, group, month]` minutes of regular
    work, of which `stock` from inventories; `by_priority[group, month, priority]` the donors' minutes;
    `gives[office, month]` donors; `coefficient` in millionths; `drivers[office, driver]` in hundredths,
    `UNKNOWN` where not given.
    """

    organisation: int
    pair: Ints
    office: Ints
    known: Ints
    stock: Ints
    by_priority: Ints
    gives: Bools
    coefficient: Ints
    drivers: Ints

    def without(self, office: int) -> Evidence:
        """Return the evidence as if one office had registered nothing (priorities left as they are)."""
        gives = self.gives & (self.office != office)[:, None]
        kept = {name: getattr(self, name) for name in Evidence.__dataclass_fields__}
        return Evidence(**{**kept, "gives": gives})


def targets(cover: Coverage) -> Bools:
    """Return the months that ask for an estimate, [pair, month]."""
    result: Bools = (cover.state == MISSING) | (cover.state == PARTIAL)
    return result


def donors(cover: Coverage) -> Bools:
    """Return the months that others may be estimated from, [pair, month]."""
    result: Bools = ((cover.state == COMPLETE) | (cover.state == NIL)) & ~cover.guessed
    return result


def asking(cover: Coverage) -> Bools:
    """Return the pairs that ask for an estimate and whose organisation has a donor."""
    wanted, given = targets(cover).any(axis=1), donors(cover).any(axis=1)
    result: Bools = wanted & np.isin(cover.organisation, np.unique(cover.organisation[given]))
    return result


def gather(
    instance: Instance,
    register: Register,
    rows: Rows,
    pools: Pools,
    cover: Coverage,
    levers: Levers = NO_LEVERS,
) -> list[Evidence]:
    """Return the evidence of every organisation that has a donor, offices' own work first."""
    donor = donors(cover)
    line = rows.line
    keep = np.flatnonzero((rows.month >= 0) & register.regular[line] & ~register.order[line])
    line = line[keep]
    pair = cover.pair_of(register.office[line], register.organisation[line])
    keep, line, pair = keep[pair >= 0], line[pair >= 0], pair[pair >= 0]
    group, month, minutes = register.group[line], rows.month[keep], rows.minutes[keep]
    priority = np.clip(register.priority[line], 1, 3) - 1
    stock = is_inventory(register)[line]
    coefficient = office_coefficients(instance, pools, levers)
    drivers = driver_values(instance, pools, cover.office, cover.organisation)
    body = cover.organisation[pair]
    order = np.argsort(body, kind="stable")
    ends = body[order]
    place = np.empty(len(cover.office), dtype=np.int64)
    result = []
    for organisation in np.unique(cover.organisation).tolist():
        pairs = np.flatnonzero(cover.organisation == organisation)
        gives = donor[pairs]
        if not gives.any():
            continue
        place[pairs] = np.arange(len(pairs))
        part = order[slice(*np.searchsorted(ends, [organisation, organisation + 1]).tolist())]
        where = (place[pair[part]], group[part], month[part])
        known = np.zeros((len(pairs), len(pools.groups), gives.shape[1]), dtype=np.int64)
        np.add.at(known, where, minutes[part])
        if organisation < 0 and not known.any():
            # Offices without any work of their own say nothing about one another.
            continue
        inventory = np.zeros_like(known)
        in_stock = stock[part]
        np.add.at(inventory, tuple(side[in_stock] for side in where), minutes[part][in_stock])
        by_priority = np.zeros((*known.shape[1:], 3), dtype=np.int64)
        given = gives[where[0], where[2]]
        levels = (where[1][given], where[2][given], priority[part][given])
        np.add.at(by_priority, levels, minutes[part][given])
        result.append(
            Evidence(
                organisation=organisation,
                pair=pairs,
                office=cover.office[pairs],
                known=known,
                stock=inventory,
                by_priority=by_priority,
                gives=gives,
                coefficient=coefficient[cover.office[pairs]],
                drivers=drivers[pairs],
            )
        )
    return result
