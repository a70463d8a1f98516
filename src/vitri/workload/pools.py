"""Which pool of staff does a piece of work: the wildcard table `memberships`, resolved by cell and month.

A pool is the office's common staff (``shared``), one organisation's own staff (``own.<ORG>``) or a named,
partial pool (its code). Work routed ``outside`` is not the office's to do.

Rules, in this order:

- *A member's work*: the row of `memberships` with the most named columns among those in force that month;
  without a row (or without the table) the task group's scope: shared → ``shared``, specific → own.
- *An order* asks the shared staff. In an office where no member has a shared cell in any task group it
  falls to the orderer's own staff, and to all members (as office work) if the orderer is not a member.
- *Work of the office itself* (no organisation) is ``shared`` as long as one member's work of that task
  group is shared that month, or the office has no members to pass it to. Otherwise it is divided equally
  over the members' pools, or repeated in full in each of them if its work item says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.workload.arrays import Bools, Columns, Ints, group_rows, name_ranks, repeats

OUTSIDE, SHARED, OWN = "outside", "shared", "own"
#: Positions of the two fixed pools in `Pools.names`.
OUTSIDE_ID, SHARED_ID = 0, 1
#: How a pool was found, as written in the column `pooling` of the workload lines.
POOLING = ("membership", "office", "order", "divided", "repeated")
_MEMBER, _OFFICE, _ORDER, _DIVIDED, _REPEATED = range(5)


@dataclass(frozen=True, eq=False)
class Routes:
    """Pools of some cells: entry i owns `pool[start[i] : start[i] + count[i]]`, found in the way `how[i]`."""

    start: Ints
    count: Ints
    pool: Ints
    how: Ints


@dataclass(frozen=True, eq=False)
class _Rule:
    """The membership rows of one wildcard pattern, as sorted keys and their pools."""

    named: tuple[bool, bool, bool]
    keys: Ints
    pools: Ints


@dataclass(eq=False)
class Pools:
    """The pooling table of an instance, ready to be asked for whole arrays of cells.

    Offices, organisations and task groups are positions in the indexes of the same name (codes in sorted
    order); an *epoch* is a set of months in which the same membership rows hold.
    """

    instance: Instance
    offices: pd.Index = field(init=False)
    organisations: pd.Index = field(init=False)
    groups: pd.Index = field(init=False)
    names: list[str] = field(init=False)
    epoch: Ints = field(init=False)

    def __post_init__(self) -> None:
        tables = self.instance.tables
        self.offices, self.organisations, self.groups = (
            pd.Index(sorted(str(code) for code in tables[name]["code"].dropna().unique()), dtype=object)
            for name in ("offices", "organisations", "task_groups")
        )
        self._specific = np.zeros(len(self.groups) + 1, dtype=np.bool_)
        scope = Columns(self.instance, "task_groups")
        places = scope.places("code", self.groups)
        self._specific[places] = scope.text("scope") == "specific"
        self._rules: list[list[_Rule]] = []
        named = self._read_memberships()
        self.names = [OUTSIDE, SHARED, *named, *(f"{OWN}.{code}" for code in self.organisations)]
        self._own = 2 + len(named)

    # -- the table ---------------------------------------------------------------------------------------

    def _read_memberships(self) -> list[str]:
        """Sort the rows by wildcard pattern and by epoch; return the codes of named pools."""
        months = self.instance.info.months
        columns = Columns(self.instance, "memberships")
        pool = columns.text("pool")
        starts, ends = columns.text("from_month"), columns.text("to_month")
        sides = (self.offices, self.organisations, self.groups)
        places, wild = [], []
        for name, known in zip(("office", "organisation", "task_group"), sides, strict=True):
            star = columns.text(name) == "*"
            places.append(np.where(star, len(known), columns.places(name, known)))
            wild.append(star)
        known_rows = (
            (np.stack(places) >= 0).all(axis=0) & (pool != "") if columns.rows else np.zeros(0, np.bool_)
        )
        named = sorted(set(pool[known_rows]) - {OUTSIDE, SHARED, OWN})
        codes = {OUTSIDE: OUTSIDE_ID, SHARED: SHARED_ID, OWN: -1}
        codes.update({name: 2 + index for index, name in enumerate(named)})

        active = np.array(
            [
                [(not s or s <= month) and (not e or month <= e) for s, e in zip(starts, ends, strict=True)]
                for month in months
            ],
            dtype=np.bool_,
        ).reshape(len(months), columns.rows)
        epochs: dict[bytes, int] = {}
        self.epoch = np.array(
            [epochs.setdefault(row.tobytes(), len(epochs)) for row in active], dtype=np.int64
        )
        # Newest first: of two rows with one key the later start wins; the pool's name settles the rest.
        order = sorted(range(columns.rows), key=lambda i: (starts[i], pool[i]), reverse=True)
        for number in range(len(epochs)):
            rows = [i for i in order if known_rows[i] and active[int(np.argmax(self.epoch == number)), i]]
            found: dict[tuple[bool, bool, bool], dict[int, int]] = {}
            for i in rows:
                pattern = (not wild[0][i], not wild[1][i], not wild[2][i])
                key = int(self._key(*(np.array([place[i]]) for place in places))[0])
                found.setdefault(pattern, {}).setdefault(key, codes[pool[i]])
            self._rules.append(
                [
                    _Rule(
                        p, np.array(sorted(found[p])), np.array([found[p][key] for key in sorted(found[p])])
                    )
                    for p in sorted(found, key=lambda p: (sum(p), p), reverse=True)
                ]
            )
        self._named_member = [
            (int(o), int(r))
            for o, r, name, known in zip(places[0], places[1], pool, known_rows, strict=True)
            if known and name != OUTSIDE and o < len(self.offices) and r < len(self.organisations)
        ]
        return named

    def _key(self, office: Ints, organisation: Ints, group: Ints) -> Ints:
        """Pack a cell into one number; the wildcard is one past the last position."""
        return (office * (len(self.organisations) + 1) + organisation) * (len(self.groups) + 1) + group

    def member_pool(self, office: Ints, organisation: Ints, group: Ints, epoch: Ints) -> Ints:
        """Return the pool of members' own work, by position in `names`; equally long arrays in, one out."""
        result = np.full(len(office), -2, dtype=np.int64)
        stars = (len(self.offices), len(self.organisations), len(self.groups))
        for number, rules in enumerate(self._rules):
            inside = epoch == number
            for rule in rules:
                rows = np.flatnonzero(inside & (result == -2))
                if len(rows) == 0:
                    break
                cell = [
                    side[rows] if named else np.full(len(rows), star)
                    for side, named, star in zip(
                        (office, organisation, group), rule.named, stars, strict=True
                    )
                ]
                keys = self._key(*cell)
                place = np.minimum(np.searchsorted(rule.keys, keys), len(rule.keys) - 1)
                hit = rule.keys[place] == keys
                result[rows[hit]] = rule.pools[place[hit]]
        result[result == -2] = np.where(self._specific[group[result == -2]], -1, SHARED_ID)
        own = result == -1
        result[own] = self._own + organisation[own]
        return result

    # -- members and what their offices share ------------------------------------------------------------

    @cached_property
    def members(self) -> tuple[Ints, Ints]:
        """The (office, organisation) pairs of members, sorted.

        An organisation of kind *member* belongs to an office if it registered work there (not only orders),
        or has a quota, a post, an official or a submission there, or a row of `memberships` names both and
        does not send it outside.
        """
        kinds = Columns(self.instance, "organisations")
        is_member = np.zeros(len(self.organisations) + 1, dtype=np.bool_)
        is_member[kinds.places("code", self.organisations)] = kinds.text("kind") == "member"
        is_member[-1] = False
        pairs: set[tuple[int, int]] = set(self._named_member)
        for table, office in (
            ("registrations", "office"),
            ("quotas", "unit"),
            ("current_posts", "office"),
            ("officials", "office"),
            ("submissions", "office"),
        ):
            columns = Columns(self.instance, table)
            if columns.rows == 0:
                continue
            o, r = columns.places(office, self.offices), columns.places("organisation", self.organisations)
            keep = (o >= 0) & (r >= 0)
            if table == "registrations":
                keep &= columns.text("kind") != "order"
            if keep.any():
                o, r = o[keep], r[keep]
                _, first = group_rows([o, r])
                pairs.update(zip(o[first].tolist(), r[first].tolist(), strict=True))
        chosen = sorted(pair for pair in pairs if is_member[pair[1]])
        array = np.array(chosen, dtype=np.int64).reshape(-1, 2)
        return array[:, 0], array[:, 1]

    @cached_property
    def _cells(self) -> tuple[Bools, Bools, Ints, Ints, Ints]:
        """What the members of every office share.

        Returns shared[epoch, office, group], any_shared[epoch, office] and, for the cells of that shape
        (flat), where the list of the members' distinct pools starts, how long it is, and the lists
        themselves.
        """
        epochs, offices, groups = len(self._rules), len(self.offices), len(self.groups)
        member_office, member_org = self.members
        count = len(member_office)
        grid = np.arange(epochs * count * groups, dtype=np.int64)
        epoch, pair, group = (
            grid // max(count * groups, 1),
            grid // max(groups, 1) % max(count, 1),
            grid % max(groups, 1),
        )
        pool = self.member_pool(member_office[pair], member_org[pair], group, epoch)
        cell = (epoch * offices + member_office[pair]) * groups + group
        shared = np.zeros(epochs * offices * groups, dtype=np.bool_)
        shared[cell[pool == SHARED_ID]] = True
        inside = pool != OUTSIDE_ID
        rank = name_ranks(self.names)
        keys = np.unique(cell[inside] * len(self.names) + rank[pool[inside]])
        by_rank = np.argsort(rank, kind="stable")
        length = np.bincount(keys // len(self.names), minlength=len(shared)).astype(np.int64)
        start = np.cumsum(length) - length
        view = shared.reshape(epochs, offices, groups)
        return (
            view,
            np.asarray(view.any(axis=2)),
            start,
            length,
            np.asarray(by_rank[keys % len(self.names)], dtype=np.int64),
        )

    def route(
        self, office: Ints, organisation: Ints, group: Ints, epoch: Ints, order: Bools, repeat: Bools
    ) -> Routes:
        """Return the pools of any work; `organisation` is -1 for work of the office itself.

        `order` marks ordered work, `repeat` work that every pool repeats in full. All arrays are equally
        long.
        """
        size = len(office)
        how = np.where(order, _ORDER, np.where(organisation < 0, _OFFICE, _MEMBER)).astype(np.int64)
        single = np.full(size, SHARED_ID, dtype=np.int64)
        plain = np.flatnonzero(how == _MEMBER)
        single[plain] = self.member_pool(office[plain], organisation[plain], group[plain], epoch[plain])
        rest = np.flatnonzero(how != _MEMBER)
        passed_on = np.zeros(size, dtype=np.bool_)
        start, count, pool = np.zeros(size, np.int64), np.ones(size, np.int64), np.zeros(0, np.int64)
        if len(rest):
            shared, any_shared, first, length, pool = self._cells
            o, r, g, e = office[rest], organisation[rest], group[rest], epoch[rest]
            cell = (e * len(self.offices) + o) * len(self.groups) + g
            kept = np.where(order[rest], any_shared[e, o], shared[e, o, g]) | (length[cell] == 0)
            fallback = np.full(len(rest), OUTSIDE_ID, dtype=np.int64)
            known = np.flatnonzero(order[rest] & ~kept & self._is_member(o, r))
            fallback[known] = self.member_pool(o[known], r[known], g[known], e[known])
            single[rest] = np.where(kept, SHARED_ID, fallback)
            divided = ~kept & (fallback == OUTSIDE_ID)
            rows = rest[divided]
            passed_on[rows] = True
            start[rows], count[rows] = first[cell[divided]], length[cell[divided]]
            how[rows] = np.where(repeat[rows], _REPEATED, _DIVIDED)
        start[~passed_on] = len(pool) + np.arange(int((~passed_on).sum()), dtype=np.int64)
        return Routes(start, count, np.concatenate([pool, single[~passed_on]]), how)

    def _is_member(self, office: Ints, organisation: Ints) -> Bools:
        width = len(self.organisations) + 1
        keys = self.members[0] * width + self.members[1]
        result: Bools = np.isin(office * width + organisation, keys) & (organisation >= 0)
        return result


def pools_of(
    instance: Instance,
    office: str,
    organisation: str | None,
    task_group: str,
    month: str,
    *,
    order: bool = False,
) -> tuple[str, ...]:
    """Return the pools that do one cell's work in one month; several where office work is passed on."""
    pools = Pools(instance)
    cell = [
        np.array([index.get_indexer(pd.Index([code], dtype=object))[0]], dtype=np.int64)
        for index, code in zip(
            (pools.offices, pools.organisations, pools.groups),
            (office, organisation, task_group),
            strict=True,
        )
    ]
    epoch = pools.epoch[[instance.info.months.index(month)]]
    routes = pools.route(cell[0], cell[1], cell[2], epoch, np.array([order]), np.array([False]))
    return tuple(pools.names[i] for i in routes.pool[routes.start[0] :][: routes.count[0]])


def expand(routes: Routes, which: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Expand rows to one per pool: row, pool, place among the row's pools, and number of the row's pools.

    `which` gives the entry of `routes` for each row.
    """
    owner, within = repeats(routes.count[which])
    entry = which[owner]
    return owner, routes.pool[routes.start[entry] + within], within, routes.count[entry]
