"""Whether any plan keeps the limits on posts, and what bending them costs at least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from vitri.data.instance import Instance
from vitri.optimise.conflict.members import Concession, Grant, Member
from vitri.optimise.conflict.need import NeedCurve, need_bound, need_curve, required
from vitri.optimise.conflict.places import limit_members, pair_members, structure_members
from vitri.optimise.conflict.slack import IMPOSSIBLE, bend
from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.office_plan import Positions
from vitri.optimise.search import Task, first_structures
from vitri.policy import PlanningModel
from vitri.rules.limits import NO_LIMIT, Limits

MOST = ("ceiling", "cap", "size_cap")
LEAST = ("floor", "size_floor")
EASED = (*MOST, *LEAST, "fixed", "work")
#: One place eased counts as one part in this of a minute: among equals, fewer places.
_PLACES = 1 << 12


class SizingQuestion:
    """The limits on posts as rules that can be left out one by one; satisfies `members.Question`.

    A plan exists if a structure lets every office's required work fit into numbers of posts that keep all
    floors and ceilings. Sizing by ceiling asks for no work. By need, "no" is proven by bounds that hold for
    every structure, "yes" by a structure; between them the answer is None.
    """

    def __init__(
        self,
        instance: Instance,
        model: PlanningModel,
        limits: Limits,
        task: Task,
        fixed: Sequence[tuple[int, str, int]],
        watch: Watch,
    ) -> None:
        self.task, self.limits, self.watch = task, limits, watch
        self.by_need = task.setting.by_need
        cube = task.cube
        self.units = [node.code for node in task.tree.nodes]
        found = limit_members(instance, model, set(self.units), by_need=self.by_need)
        found += [Member("fixed", cube.offices[o], name, posts) for o, name, posts in fixed if posts]
        self.periods = _periods(task)
        if self.by_need:
            for office, code in enumerate(cube.offices):
                must = required(task.minutes[cube.units_of(office)].sum(axis=(0, 1)), task.setting.service)
                found += [
                    Member("work", code, self.periods[p], int(minutes))
                    for p, minutes in enumerate(must)
                    if minutes
                ]
            found += pair_members(model, limits, instance, np.asarray(task.needed().any(axis=0)))
            found += structure_members(model, limits)
        self._members = tuple(sorted(set(found)))
        self._bounds: dict[frozenset[Member], list[NeedCurve]] = {}
        self._tasks: dict[frozenset[Member], tuple[Task, list[tuple[Positions, ...]]]] = {}
        self._curves: dict[tuple[frozenset[Member], int], list[NeedCurve]] = {}

    @property
    def members(self) -> tuple[Member, ...]:
        """Every rule in force, sorted."""
        return self._members

    def exists(self, kept: frozenset[Member]) -> bool | None:
        """Whether a plan keeps the rules `kept`: proven, disproven, or (None) not decided."""
        if not self._fits(kept, self.bound(kept)):
            return False
        if not self.by_need:
            return True
        return True if any(self._fits(kept, curves) for curves in self.structures(kept)) else None

    def bound(self, kept: frozenset[Member]) -> list[NeedCurve]:
        """Return what every office leaves undone at least, whatever the structure."""
        key = _key(kept)
        if key not in self._bounds:
            self._bounds[key] = self._bound(key)
        return self._bounds[key]

    def structures(self, kept: frozenset[Member]) -> Iterator[list[NeedCurve]]:
        """Yield the curves of the offices under one structure after the other; worked out once."""
        key = _key(kept)
        if key not in self._tasks:
            task = self.task_of(key)
            self._tasks[key] = (task, self._structures(task))
        task, found = self._tasks[key]
        for number, positions in enumerate(found):
            if (key, number) not in self._curves:
                self._curves[key, number] = [
                    need_curve(task.cube, task.minutes, o, positions[task.scope_of[o]], task.setting)
                    for o in range(len(task.cube.offices))
                ]
            yield self._curves[key, number]

    def task_of(self, kept: frozenset[Member]) -> Task:
        """Return the plain sizing problem without the work, pairs and structure limits left out."""
        task, cube = self.task, self.task.cube
        left = task.minutes
        if not self.by_need:
            return task
        left = left.copy()
        told = {(m.unit, m.detail) for m in kept if m.family == "work"}
        for unit, (office, _) in enumerate(cube.units):
            for month, period in enumerate(task.setting.service.period_of):
                if (cube.offices[office], self.periods[period]) not in told:
                    left[unit, :, :, month] = 0
        pairs = {m.unit for m in kept if m.family == "pair"}
        cover, position = task.setting.cover.copy(), task.position.copy()
        for member in self._members:
            if member.family == "pair" and member.unit not in pairs:
                a, b = (cube.groups.index(code) for code in member.unit.split("–"))
                cover[a, b] = cover[b, a] = position[a, b] = position[b, a] = True
        numbers = {m.unit: m.number for m in kept if m.family == "structure"}
        setting = replace(
            task.setting,
            cover=cover,
            most_positions=numbers.get("max_positions_per_post", NO_LIMIT),
            most_groups=numbers.get("max_groups_per_person", NO_LIMIT),
            most_combined=numbers.get("max_posts_per_combination", NO_LIMIT),
            known={},
        )
        most = numbers.get("max_groups_per_position", len(cube.groups))
        return replace(task, minutes=left, setting=setting, position=position, most_groups=most)

    def _bound(self, key: frozenset[Member]) -> list[NeedCurve]:
        task = self.task_of(key)
        offices = range(len(task.cube.offices))
        if not self.by_need:
            free = task.setting.quota_free
            grows = [
                any(
                    not free[g] and task.minutes[u, g].any()
                    for u in task.cube.units_of(o)
                    for g in range(len(free))
                )
                for o in offices
            ]
            return [NeedCurve(np.zeros(1, dtype=np.int64), more) for more in grows]
        held = max(task.setting.most_groups, task.most_groups)
        return [need_bound(task.cube, task.minutes, o, task.setting, held) for o in offices]

    def _structures(self, task: Task) -> list[tuple[Positions, ...]]:
        finest = tuple(tuple((int(g),) for g in np.flatnonzero(row)) for row in task.needed())
        found, _ = first_structures(task, self.watch)
        return [*found, *([] if finest in found else [finest])]

    def _fits(self, kept: frozenset[Member], curves: Sequence[NeedCurve]) -> bool:
        """Whether numbers of posts within the limits leave none of the required work undone."""
        most, least, fixed = self.numbers(kept)
        low, high = [0] * len(self.units), [IMPOSSIBLE] * len(self.units)
        for index, node in enumerate(self.task.tree.nodes):
            if node.office is not None:
                curve = curves[node.office]
                if curve.least is None:
                    return False
                low[index] = fixed[node.office] + curve.least
                high[index] = IMPOSSIBLE if curve.grows else low[index]
            else:
                low[index] = sum(low[c] for c in node.children)
                high[index] = min(IMPOSSIBLE, sum(high[c] for c in node.children))
            low[index] = max(low[index], least[index])
            high[index] = min(high[index], most[index])
            if low[index] > high[index]:
                return False
        return True

    def numbers(self, kept: frozenset[Member]) -> tuple[list[int], list[int], list[int]]:
        """Return the most and least posts of every node, and the fixed posts of every office."""
        most, least = [IMPOSSIBLE] * len(self.units), [0] * len(self.units)
        at = {code: index for index, code in enumerate(self.units)}
        fixed = [0] * len(self.task.cube.offices)
        for m in kept:
            if m.family in MOST:
                most[at[m.unit]] = min(most[at[m.unit]], m.number)
            elif m.family in LEAST:
                least[at[m.unit]] = max(least[at[m.unit]], m.number)
            elif m.family == "fixed":
                fixed[self.task.cube.offices.index(m.unit)] += m.number
        return most, least, fixed

    def concessions(
        self, *, allow_legal: bool = False, weights: Mapping[str, int] | None = None
    ) -> tuple[Concession, ...]:
        """Return the cheapest easing of every family alone, and of all together at the end.

        One post counts as the minutes of a full-time post over the horizon unless `weights` says otherwise
        (per family, in minutes; a minute of work is 1).
        """
        post = max(1, int(self.task.cube.fund.sum(axis=1).max(initial=1)))
        price = dict.fromkeys(EASED, post) | {"work": 1} | dict(weights or {})
        allowed = {m for m in self._members if allow_legal or not m.legal}
        found = []
        for family in EASED:
            if any(m.family == family for m in allowed):
                found.append(self._cheapest(family, {m for m in allowed if m.family == family}, price))
        if self.by_need:
            found += [self._freed(family, allowed) for family in ("pair", "structure")]
        found.append(self._cheapest("mixed", {m for m in allowed if m.family in EASED}, price))
        return tuple(found)

    def _freed(self, family: str, allowed: set[Member]) -> Concession:
        """Ease rules on who may hold what: one if that is enough, else a set none of which can stay."""
        everything = frozenset(self._members)
        chosen = sorted(m for m in allowed if m.family == family)
        if not chosen or self.exists(everything - frozenset(chosen)) is not True:
            return Concession(family, False)
        unit = "pairs" if family == "pair" else "times"
        proven = True
        for member in chosen:
            answer = self.exists(everything - {member})
            if answer:
                return Concession(family, True, (Grant(member, 1, unit),), 1, 1)  # type: ignore[arg-type]
            proven = proven and answer is False
        eased = frozenset(chosen)
        for member in chosen:
            if self.exists(everything - (eased - {member})):
                eased -= {member}
        grants = tuple(Grant(m, 1, unit) for m in sorted(eased))  # type: ignore[arg-type]
        bound = 2 if proven else 1
        status = "optimal" if len(grants) == bound else "feasible"
        return Concession(family, True, grants, len(grants), bound, status)  # type: ignore[arg-type]

    def _cheapest(self, family: str, eased: set[Member], price: Mapping[str, int]) -> Concession:
        everything = frozenset(self._members)
        bound = self.bound(everything)
        low = self._bent(bound, eased, price)
        if low is None:
            return Concession(family, False)
        best = None
        for curves in self.structures(everything) if self.by_need else [bound]:
            tried = self._bent(curves, eased, price)
            if tried is not None and (best is None or tried[0] < best[0]):
                best = tried
            if best is not None and best[0] // _PLACES == low[0] // _PLACES:
                break
        if best is None:
            return Concession(family, False, bound=low[0] // _PLACES, status="feasible")
        cost, least = best[0] // _PLACES, low[0] // _PLACES
        status = "optimal" if cost == least else "feasible"
        return Concession(family, True, best[1], cost, least, status)  # type: ignore[arg-type]

    def _bent(
        self, curves: Sequence[NeedCurve], eased: set[Member], price: Mapping[str, int]
    ) -> tuple[int, tuple[Grant, ...]] | None:
        """Bend the rules `eased` for given curves of undone work; return the packed cost and the grants."""
        _, least, fixed = self.numbers(frozenset(self._members))
        tree = self.task.tree
        above = [max((least[n] for n in chain), default=0) for chain in tree.ancestors()]
        tables = []
        for o, curve in enumerate(curves):
            reach = fixed[o] + max(len(curve.minutes) - 1, above[o] if curve.grows else 0)
            tables.append(self._office(o, curve, reach, fixed[o], eased, price))
        sizes = [0] * len(tree.nodes)
        local: list[IntArray] = []
        for index, node in enumerate(tree.nodes):
            sizes[index] = (
                len(tables[node.office]) - 1
                if node.office is not None
                else sum(sizes[c] for c in node.children)
            )
            posts = np.arange(sizes[index] + 1, dtype=np.int64)
            cost = np.zeros(len(posts), dtype=np.int64)
            for m in self._members:
                if m.unit == node.code and m.family in (*MOST, *LEAST):
                    cost = np.minimum(IMPOSSIBLE, cost + _over(m, posts, m in eased, price))
            local.append(cost)
        bent = bend(tree, tables, local)
        if bent is None:
            return None
        grants: list[Grant] = []
        for index, node in enumerate(tree.nodes):
            at = bent.posts[index]
            for m in self._members:
                if m.unit != node.code or m.family not in (*MOST, *LEAST):
                    continue
                over = at - m.number if m.family in MOST else m.number - at
                if over > 0:
                    grants.append(Grant(m, over, "posts"))
            if node.office is not None:
                grants += self._office_grants(node.office, curves[node.office], at, fixed, eased, price)
        return bent.cost, tuple(sorted(grants, key=lambda g: g.member))

    def _office(
        self,
        office: int,
        curve: NeedCurve,
        reach: int,
        fixed: int,
        eased: set[Member],
        price: Mapping[str, int],
    ) -> IntArray:
        """Return the cost of an office for every number of its posts, fixed ones included."""
        return np.array(
            [self._best(office, curve, t, fixed, eased, price)[0] for t in range(reach + 1)], dtype=np.int64
        )

    def _best(
        self,
        office: int,
        curve: NeedCurve,
        total: int,
        fixed: int,
        eased: set[Member],
        price: Mapping[str, int],
    ) -> tuple[int, int, int]:
        """Return (cost, fixed posts not counted, minutes undone) of the cheapest way to `total` posts."""
        code = self.task.cube.offices[office]
        loose = sum(m.number for m in eased if m.family == "fixed" and m.unit == code)
        works = any(m.family == "work" and m.unit == code for m in eased)
        best = (IMPOSSIBLE, 0, 0)
        for out in range(min(loose, fixed) + 1):
            sized = total - fixed + out
            if sized < 0 or (sized >= len(curve.minutes) and not curve.grows):
                continue
            undone = int(curve.minutes[min(sized, len(curve.minutes) - 1)])
            if undone and not works:
                continue
            cost = out * price["fixed"] * _PLACES + (out > 0)
            cost += undone * price["work"] * _PLACES + (undone > 0)
            if cost < best[0]:
                best = (cost, out, undone)
        return best

    def _office_grants(
        self,
        office: int,
        curve: NeedCurve,
        at: int,
        fixed: Sequence[int],
        eased: set[Member],
        price: Mapping[str, int],
    ) -> list[Grant]:
        code = self.task.cube.offices[office]
        _, out, undone = self._best(office, curve, at, fixed[office], eased, price)
        grants = []
        for m in sorted((m for m in eased if m.family == "fixed" and m.unit == code), reverse=True):
            if out:
                grants.append(Grant(m, min(out, m.number), "posts"))
                out -= min(out, m.number)
        if undone:
            split = self._undone(office, curve, at - fixed[office] + sum(g.amount for g in grants))
            for m in sorted(m for m in eased if m.family == "work" and m.unit == code):
                if split.get(m.detail):
                    grants.append(Grant(m, split[m.detail], "minutes"))
        return grants

    def _undone(self, office: int, curve: NeedCurve, sized: int) -> dict[str, int]:
        """Split the undone work of an office over the periods."""
        service, fund = self.task.setting.service, self.task.cube.fund[office]
        split: dict[str, int] = {}
        if curve.parts:
            bundles = [(sum(n.minutes for n in nodes), column.posts) for nodes, column in curve.undone(sized)]
        else:
            units = self.task.cube.units_of(office)
            bundles = [(self.task.minutes[units].sum(axis=(0, 1)), sized)]
        for demand, posts in bundles:
            must = required(np.asarray(demand), service)
            for p in range(service.periods):
                time = sum(int(fund[m]) for m, q in enumerate(service.period_of) if p == q)
                rest = max(0, int(must[p]) - posts * time)
                if rest:
                    split[self.periods[p]] = split.get(self.periods[p], 0) + rest
        return split


def _key(kept: frozenset[Member]) -> frozenset[Member]:
    """Return the rules that decide how many posts the work needs."""
    return frozenset(m for m in kept if m.family in ("work", "pair", "structure"))


def _over(member: Member, posts: IntArray, eased: bool, price: Mapping[str, int]) -> IntArray:
    """Return what every number of posts asks one limit to give."""
    over = posts - member.number if member.family in MOST else member.number - posts
    over = np.maximum(0, over)
    if not eased:
        return np.where(over > 0, IMPOSSIBLE, 0)
    return np.asarray(over * price[member.family] * _PLACES + (over > 0))


def _periods(task: Task) -> list[str]:
    """Name every service period by its months: first, or first and last joined by a dash."""
    names = []
    for period in range(task.setting.service.periods):
        months = [task.cube.months[m] for m, p in enumerate(task.setting.service.period_of) if p == period]
        names.append(months[0] if len(months) == 1 else f"{months[0]}–{months[-1]}")
    return names
