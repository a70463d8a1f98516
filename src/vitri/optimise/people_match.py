"""Who suits which seat, and the network on which people are matched to seats.

People reach the seats of their own office directly and those of other offices through a hub per kind of seat,
because a transfer costs the same wherever a seat of that kind stands; so the network grows with people times
kinds of seats, not with people times seats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray
from vitri.optimise.people_data import Group, Kind, Person, PostGroup
from vitri.optimise.people_flow import Network, solve

if TYPE_CHECKING:
    from vitri.policy import PlanningModel

BoolArray = npt.NDArray[np.bool_]
RANGE = {"no": 0, "none": 0, "area": 1, "any": 2}


@dataclass(frozen=True)
class Rules:
    """What the placement goes by: the task groups, whether people keep their own organisation's work, which
    positions are elected (their holders take no other seat), areas of offices, and how far each may go.

    `reach` is by official: 0 own office, 1 its area, 2 anywhere. `order` names the levels below the first.
    `pinned` is official → the position the head keeps them in: they take no seat of another.
    """

    groups: Mapping[str, Group]
    keep_home_work: bool
    elected: frozenset[str]
    area_of: Mapping[str, str]
    reach: Mapping[str, int]
    order: tuple[str, ...]
    pinned: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fits:
    """How people suit kinds of seats, all (person, kind).

    `admits` by labour, rank and competencies to be held on entry; `kept` whether the seat counts as today's
    position if it is in the same office; `missing` competency levels to train; `new` groups not done today.
    """

    admits: BoolArray
    kept: BoolArray
    missing: IntArray
    new: IntArray


def missing_levels(person: Person, kind: Kind, groups: Mapping[str, Group]) -> dict[str, int]:
    """Return the levels a person lacks for a kind of seat, by competency; nothing if none are known."""
    if not person.known:
        return {}
    lacking: dict[str, int] = {}
    for group in sorted(kind.groups):
        for family, level in groups[group].needs.items():
            short = level - person.level_of.get(family, 0)
            if short > lacking.get(family, 0):
                lacking[family] = short
    return lacking


def fits_of(people: Sequence[Person], kinds: Sequence[Kind], rules: Rules) -> Fits:
    """Compare every person with every kind of seat."""
    groups = sorted(rules.groups)
    column = {code: index for index, code in enumerate(groups)}
    families = sorted({family for group in rules.groups.values() for family in group.needs})
    family_at = {code: index for index, code in enumerate(families)}

    def incidence(sets: Sequence[frozenset[str]]) -> IntArray:
        table = np.zeros((len(sets), len(groups)), dtype=np.int64)
        for row, members in enumerate(sets):
            table[row, [column[code] for code in members if code in column]] = 1
        return table

    held = np.zeros((len(people), len(families)), dtype=np.int64)
    for row, person in enumerate(people):
        for family, level in person.levels:
            if family in family_at:
                held[row, family_at[family]] = level
    asked = np.zeros((len(kinds), len(families)), dtype=np.int64)
    for row, kind in enumerate(kinds):
        for code in kind.groups:
            for family, level in rules.groups[code].needs.items():
                asked[row, family_at[family]] = max(level, asked[row, family_at[family]])
    known = np.array([person.known for person in people], dtype=bool)
    missing = np.zeros((len(people), len(kinds)), dtype=np.int64)
    for at in range(len(families)):
        missing += np.maximum(0, asked[:, at] - held[:, at, None])
    missing[~known] = 0

    done = incidence([person.all_groups for person in people])
    unable = np.zeros((len(people), len(groups)), dtype=np.int64)
    for code in groups:
        for family, level in rules.groups[code].must.items():
            unable[:, column[code]] |= (held[:, family_at[family]] < level) & known
    unable *= 1 - done
    every = incidence([kind.groups for kind in kinds])
    main = incidence([kind.main for kind in kinds])
    admits = (unable @ every.T == 0) & _labour(people, kinds) & _ranks(people, kinds)
    admits &= ~np.array([person.position in rules.elected for person in people], dtype=bool)[:, None]

    for row, person in enumerate(people):
        if person.code in rules.pinned:
            admits[row] &= [is_position(kind, rules.pinned[person.code]) for kind in kinds]

    today = incidence([person.groups for person in people])
    kept = (today @ main.T > 0) | (today.sum(axis=1) == 0)[:, None] | _same_position(people, kinds)
    if rules.keep_home_work:
        homes = np.array([kind.home for kind in kinds], dtype=object)
        own = np.array([person.organisation for person in people], dtype=object)
        kept &= (homes == "")[None, :] | (own[:, None] == homes[None, :])
    new = main.sum(axis=1)[None, :] - done @ main.T
    new[done.sum(axis=1) == 0] = 0
    return Fits(admits, np.asarray(kept, dtype=bool), missing, new)


def is_position(kind: Kind, position: str) -> bool:
    """Whether seats of a kind are of a position, by its own code or that of the existing one it matches."""
    return position == kind.position or position in kind.matches


def _table(values: Sequence[str], kinds: Sequence[Kind], admits: Mapping[str, Sequence[bool]]) -> BoolArray:
    """Look each value up in a table of rows over kinds."""
    return np.array([admits[value] for value in values], dtype=bool).reshape(len(values), len(kinds))


def _labour(people: Sequence[Person], kinds: Sequence[Kind]) -> BoolArray:
    values = [person.category for person in people]
    return _table(values, kinds, {v: [v in kind.categories for kind in kinds] for v in set(values)})


def _ranks(people: Sequence[Person], kinds: Sequence[Kind]) -> BoolArray:
    values = [person.rank for person in people]
    rows = {v: [not v or kind.ranks is None or v in kind.ranks for kind in kinds] for v in set(values)}
    return _table(values, kinds, rows)


def _same_position(people: Sequence[Person], kinds: Sequence[Kind]) -> BoolArray:
    values = [person.position for person in people]
    rows = {v: [v == kind.position or v in kind.matches for kind in kinds] for v in set(values)}
    return _table(values, kinds, rows)


def order_of(model: PlanningModel) -> tuple[str, ...]:
    """Return the levels below the first: moved, transferred, retrained as the model orders them, then new."""
    listed = [level.measure for level in model.level if level.measure in ("moved_people", "retrained_levels")]
    measures: list[str] = list(dict.fromkeys([*listed, "moved_people", "retrained_levels"]))
    order: list[str] = []
    for measure in measures:
        order += ["moved", "transferred"] if measure == "moved_people" else ["missing"]
    return (*order, "new")


@dataclass(frozen=True)
class Pair:
    """A person in a seat; `moved` says that it is not today's position or not today's office."""

    post: PostGroup
    person: Person
    moved: bool


@dataclass
class _Arcs:
    """Columns of a network under construction."""

    tails: list[IntArray] = field(default_factory=list)
    heads: list[IntArray] = field(default_factory=list)
    capacities: list[IntArray] = field(default_factory=list)
    costs: list[IntArray] = field(default_factory=list)
    count: int = 0

    def add(self, tails: IntArray, heads: IntArray, capacities: IntArray, costs: IntArray) -> int:
        """Add arcs and return the number of the first."""
        first = self.count
        self.tails.append(tails)
        self.heads.append(heads)
        self.capacities.append(capacities)
        self.costs.append(costs)
        self.count += len(tails)
        return first


class Batch:
    """One network of several parts that share nobody; `finish` solves it and reads the pairs."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.arcs = _Arcs()
        self.supplies: list[IntArray] = []
        self.nodes = 0
        self.longest = 1
        self.direct: list[tuple[int, list[tuple[Person, PostGroup, bool]]]] = []
        self.hubs: list[tuple[int, list[tuple[Person, int]], int, list[tuple[int, PostGroup]]]] = []

    def add(self, people: Sequence[Person], posts: Sequence[PostGroup]) -> None:
        """Add a part: everyone may stay without a seat, take one here, or one elsewhere through a hub."""
        if not people:
            return
        levels = 1 + len(self.rules.order)
        sink, first_post = self.nodes, self.nodes + 1
        first_person = first_post + len(posts)
        persons = first_person + np.arange(len(people))
        alone = np.zeros((len(people), levels), dtype=np.int64)
        alone[:, 0] = 1
        ones = np.ones(len(people), dtype=np.int64)
        self.arcs.add(persons, np.full(len(people), sink), ones, alone)
        seats = np.array([post.posts for post in posts], dtype=np.int64)
        nothing = np.zeros((len(posts), levels), dtype=np.int64)
        self.arcs.add(first_post + np.arange(len(posts)), np.full(len(posts), sink), seats, nothing)
        kinds = list(dict.fromkeys(post.kind for post in posts))
        kind_at = {kind: index for index, kind in enumerate(kinds)}
        kind_of = np.array([kind_at[post.kind] for post in posts], dtype=np.int64)
        fits = fits_of(people, kinds, self.rules)
        codes = [person.office for person in people] + [post.office for post in posts]
        offices = {code: index for index, code in enumerate(dict.fromkeys(codes))}
        office_of_post = np.array([offices[post.office] for post in posts], dtype=np.int64)
        office_of_person = np.array([offices[person.office] for person in people], dtype=np.int64)
        order = np.argsort(office_of_post, kind="stable")
        start = np.searchsorted(office_of_post[order], np.arange(len(offices) + 1))
        counts = np.diff(start)[office_of_person]
        who = np.repeat(np.arange(len(people)), counts)
        within = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
        where = order[start[office_of_person][who] + within] if len(who) else who
        able = fits.admits[who, kind_of[where]] if len(who) else np.zeros(0, dtype=bool)
        who, where = who[able], where[able]
        moved = ~fits.kept[who, kind_of[where]]
        arc = self.arcs.add(
            persons[who],
            first_post + where,
            np.ones(len(who), dtype=np.int64),
            self._costs(fits, who, kind_of[where], moved, transferred=False),
        )
        triples = zip(who.tolist(), where.tolist(), moved.tolist(), strict=True)
        self.direct.append((arc, [(people[i], posts[j], m) for i, j, m in triples]))
        first_hub = first_person + len(people)
        hubs = self._add_hubs(people, posts, kinds, kind_of, fits, first_hub, (first_person, first_post))
        self.nodes = first_hub + hubs
        supply = np.zeros(self.nodes - sink, dtype=np.int64)
        supply[0] = -len(people)
        supply[first_person - sink : first_hub - sink] = 1
        self.supplies.append(supply)
        self.longest = max(self.longest, min(len(people), len(posts) + hubs + 1))

    def _add_hubs(
        self,
        people: Sequence[Person],
        posts: Sequence[PostGroup],
        kinds: Sequence[Kind],
        kind_of: IntArray,
        fits: Fits,
        first_hub: int,
        firsts: tuple[int, int],
    ) -> int:
        """Add a hub per scope (an area, or everywhere) and kind of seat there; return how many."""
        area_of, reach = self.rules.area_of, self.rules.reach
        far = {reach[person.code] for person in people} - {0}
        hub_at: dict[tuple[str, int], int] = {}
        kinds_in: dict[str, list[int]] = {}
        out: list[tuple[int, int]] = []
        for index, post in enumerate(posts):
            scopes = [f"area {area_of.get(post.office, '')}"] if 1 in far else []
            for scope in [*scopes, "any"] if 2 in far else scopes:
                key = (scope, int(kind_of[index]))
                if key not in hub_at:
                    hub_at[key] = first_hub + len(hub_at)
                    kinds_in.setdefault(scope, []).append(key[1])
                out.append((hub_at[key], index))
        if not out:
            return 0
        hubs, ends = np.array(out, dtype=np.int64).T
        seats = np.array([post.posts for post in posts], dtype=np.int64)[ends]
        nothing = np.zeros((len(out), 1 + len(self.rules.order)), dtype=np.int64)
        out_arc = self.arcs.add(hubs, firsts[1] + ends, seats, nothing)
        by_scope: dict[str, list[int]] = {}
        for index, person in enumerate(people):
            if reach[person.code]:
                scope = "any" if reach[person.code] == 2 else f"area {area_of.get(person.office, '')}"
                by_scope.setdefault(scope, []).append(index)
        into: list[tuple[Person, int]] = []
        in_arc = self.arcs.count
        for scope, members in by_scope.items():
            reachable = np.array(kinds_in.get(scope, []), dtype=np.int64)
            row, at = np.nonzero(fits.admits[members][:, reachable])
            who, kind = np.array(members, dtype=np.int64)[row], reachable[at]
            target = np.array([hub_at[scope, k] for k in reachable.tolist()], dtype=np.int64)[at]
            costs = self._costs(fits, who, kind, np.ones(len(who), dtype=bool), transferred=True)
            self.arcs.add(firsts[0] + who, target, np.ones(len(who), dtype=np.int64), costs)
            into += [(people[i], h) for i, h in zip(who.tolist(), target.tolist(), strict=True)]
        self.hubs.append((in_arc, into, out_arc, [(hub, posts[index]) for hub, index in out]))
        return len(hub_at)

    def _costs(
        self, fits: Fits, who: IntArray, kind: IntArray, moved: BoolArray, *, transferred: bool
    ) -> IntArray:
        values = {
            "moved": moved.astype(np.int64),
            "transferred": np.full(len(who), int(transferred), dtype=np.int64),
            "missing": fits.missing[who, kind],
            "new": fits.new[who, kind],
        }
        zero = np.zeros(len(who), dtype=np.int64)
        return np.stack([zero, *(values[name] for name in self.rules.order)], axis=-1)

    def finish(self, pairs: list[Pair], totals: list[int]) -> None:
        """Solve the network, add its pairs and its totals."""
        if not self.arcs.count:
            return
        network = Network(
            np.concatenate(self.arcs.tails),
            np.concatenate(self.arcs.heads),
            np.concatenate(self.arcs.capacities),
            np.concatenate(self.arcs.costs),
            np.concatenate(self.supplies),
        )
        # A simple cycle passes a person, a set of posts, a hub and the sink once each, so at most `longest`
        # people change seats on it, and one at most gains or loses a seat.
        swings = [self.longest * int(value) for value in network.costs.max(axis=0)]
        flow = solve(network, [1, *swings[1:]])
        for first, triples in self.direct:
            for at in np.flatnonzero(flow.flows[first : first + len(triples)]).tolist():
                person, post, moved = triples[at]
                pairs.append(Pair(post, person, moved))
        for in_arc, into, out_arc, out in self.hubs:
            arrivals: dict[int, list[Person]] = {}
            for at in np.flatnonzero(flow.flows[in_arc : in_arc + len(into)]).tolist():
                arrivals.setdefault(into[at][1], []).append(into[at][0])
            for at in np.flatnonzero(flow.flows[out_arc : out_arc + len(out)]).tolist():
                hub, post = out[at]
                pairs += [
                    Pair(post, arrivals[hub].pop(0), True) for _ in range(int(flow.flows[out_arc + at]))
                ]
        for index, value in enumerate(flow.totals):
            totals[index] += value
