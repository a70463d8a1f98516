"""What each member registered each month: complete, partial, nil or missing.

A row of `submissions` decides. Where there is none:

- a month with a line of a monthly or dated period (not an order, not an inventory line) is complete;
- a month that only an inventory covers (a longer period, or basis ``inventory``) is partial, because others
  registered monthly programmes and this member did not;
- any other month is missing;
- if nobody in the scenario registered monthly, nothing is missing: a register made of yearly inventories
  only is complete as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.data.instance import Instance
from vitri.workload.arrays import Bools, Columns, Ints, group_rows, repeats
from vitri.workload.pools import Pools
from vitri.workload.register import Register
from vitri.workload.spread import month_number, months_of

STATES = ("missing", "partial", "complete", "nil")
MISSING, PARTIAL, COMPLETE, NIL = range(4)


@dataclass(frozen=True, eq=False)
class Coverage:
    """States of the (office, organisation) pairs of members by month.

    `office`, `organisation` are positions in `Pools` (organisation -1 is the office itself); `state[pair,
    month]` is a position in `STATES`; `guessed[pair, month]` marks months in which the planner estimated a
    line by hand.
    """

    office: Ints
    organisation: Ints
    state: Ints
    guessed: Bools

    def pair_of(self, office: Ints, organisation: Ints) -> Ints:
        """Return the pair of each (office, organisation), -1 if it is not a member."""
        width = int(max(self.organisation.max(initial=0), organisation.max(initial=0))) + 2
        keys = self.office * width + self.organisation + 1
        order = np.argsort(keys, kind="stable")
        wanted = office * width + organisation + 1
        place = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
        if len(keys) == 0:
            return np.full(len(office), -1, dtype=np.int64)
        found: Ints = np.where(keys[order][place] == wanted, order[place], -1)
        return found


def is_inventory(register: Register) -> Bools:
    """Whether a line is an inventory line: its basis says so, or its period is longer than a month."""
    longer = months_of(register.first) != months_of(register.last)
    result: Bools = np.logical_or(longer, register.basis == "inventory")
    return result


def coverage(instance: Instance, register: Register, pools: Pools) -> Coverage:
    """Return the states of all members, and of the offices themselves (as organisation -1)."""
    months = len(instance.info.months)
    start = month_number(instance.info.first_month)
    offices = np.arange(len(pools.offices), dtype=np.int64)
    office = np.concatenate([pools.members[0], offices])
    organisation = np.concatenate([pools.members[1], np.full(len(offices), -1, dtype=np.int64)])
    result = Coverage(
        office,
        organisation,
        np.full((len(office), months), MISSING),
        np.zeros((len(office), months), dtype=np.bool_),
    )
    shape = (len(office), months)

    live = ~register.order & ~register.cancelled
    stock = is_inventory(register)
    programme, inventory = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    if (live & ~stock).any():
        lines = np.flatnonzero(live)
        _, first = group_rows(
            [
                register.office[lines],
                register.organisation[lines],
                months_of(register.first[lines]),
                months_of(register.last[lines]),
                stock[lines],
                register.basis[lines] == "estimated",
            ]
        )
        lines = lines[first]
        begin = np.clip(months_of(register.first[lines]) - start, 0, months)
        end = np.clip(months_of(register.last[lines]) - start + 1, 0, months)
        owner, within = repeats(np.maximum(end - begin, 0))
        line, month = lines[owner], begin[owner] + within
        pair = result.pair_of(register.office[line], register.organisation[line])
        line, month, pair = line[pair >= 0], month[pair >= 0], pair[pair >= 0]
        programme[pair[~stock[line]], month[~stock[line]]] = True
        inventory[pair[stock[line]], month[stock[line]]] = True
        guess = register.basis[line] == "estimated"
        result.guessed[pair[guess], month[guess]] = True
        result.state[inventory] = PARTIAL
        result.state[programme] = COMPLETE
    else:
        result.state[:] = COMPLETE

    columns = Columns(instance, "submissions")
    if columns.rows:
        pair = result.pair_of(
            columns.places("office", pools.offices), columns.places("organisation", pools.organisations)
        )
        month = (
            np.array([month_number(text) if text else -1 for text in columns.text("month")], dtype=np.int64)
            - start
        )
        said = np.array(
            [STATES.index(text) if text in STATES else -1 for text in columns.text("state")], dtype=np.int64
        )
        keep = (pair >= 0) & (month >= 0) & (month < months) & (said >= 0)
        keep &= columns.places("organisation", pools.organisations) >= 0
        result.state[pair[keep], month[keep]] = said[keep]
    _office_work(result, programme | inventory)
    return result


def _office_work(cover: Coverage, registered: Bools) -> None:
    """Settle offices' own work: missing where an office has no line of its own while others have some."""
    own = np.flatnonzero(cover.organisation < 0)
    some: Bools = np.asarray(registered[own].any(axis=1))
    states = np.full((len(own), registered.shape[1]), COMPLETE)
    if some.any():
        states[~some] = MISSING
        # A month without a line says nothing about other offices: it is neither filled nor used as a donor.
        states[some[:, None] & ~registered[own]] = NIL
        cover.guessed[own] |= some[:, None] & ~registered[own]
    cover.state[own] = states
