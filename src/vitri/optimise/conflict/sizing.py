"""Whether any plan keeps the limits on posts, and what bending them costs at least."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vitri.data.instance import Instance
from vitri.optimise.class_sides import fixed_labels
from vitri.optimise.conflict.bending import Bending
from vitri.optimise.conflict.elastic import BY_CLASS, LEAST, MOST, Eased, FixedMember, Shape, ease
from vitri.optimise.conflict.every_structure import coarse_structure, every_structure
from vitri.optimise.conflict.members import Concession, Member
from vitri.optimise.conflict.need import NeedCurve, need_bound, need_curve, required
from vitri.optimise.conflict.offers import CLASSES, Offers, offers_by_class, plain_offers
from vitri.optimise.conflict.places import class_members, limit_members, pair_members, structure_members
from vitri.optimise.conflict.slack import IMPOSSIBLE
from vitri.optimise.engine import UndecidedError, Watch
from vitri.optimise.leading_caps import LeadingCap, leading_caps
from vitri.optimise.office_plan import Positions
from vitri.optimise.search import Task, finest_structure, first_structures
from vitri.optimise.size import Posed
from vitri.policy import PlanningModel
from vitri.rules.class_quota import CLASSES as CLASS_NAMES
from vitri.rules.limits import NO_LIMIT, Draft

#: Offices × structures that are all tried where bounds and designed structures leave a question open.
_ALL = 1_500
#: Posts beyond what work asks for, so that a floor of a class can be met.
_EXTRA = 24

Curves = list[NeedCurve]
Key = frozenset[Member]


class SizingQuestion:
    """The limits on posts as rules that can be left out one by one; satisfies `members.Question`.

    A plan exists if a structure lets every office's required work fit into numbers of posts that keep all
    floors, ceilings, quotas of a class and caps on leading posts. Sizing by ceiling asks for no work. By
    need, "no" is proven by bounds that hold for every structure, or by all structures where they are few,
    "yes" by a structure; between them the answer is None.
    """

    def __init__(
        self, instance: Instance, model: PlanningModel, posed: Posed, task: Task, watch: Watch
    ) -> None:
        self.task, self.posed, self.watch = task, posed, watch
        self.by_need = task.setting.by_need
        cube = task.cube
        self.units = [node.code for node in task.tree.nodes]
        draft = Draft(instance, model)
        found = limit_members(draft, set(self.units), by_need=self.by_need)
        found += class_members(instance, model, set(self.units), by_need=self.by_need)
        klass = dict(zip(*(instance.table("task_groups")[c] for c in ("code", "class")), strict=True))
        self.label_of = tuple(CLASS_NAMES.index(str(klass[code])) for code in cube.groups)
        fixed = _fixed_members(instance, posed, klass)
        found += [f.member for f in fixed]
        caps = _cap_members(instance, model)
        found += caps
        self.shape = Shape(task.tree, cube.offices, fixed, caps, self.by_need)
        self.classes = _classes(task, self.label_of)
        self.periods = _periods(task)
        self._bars = {}
        if self.by_need:
            for office, code in enumerate(cube.offices):
                must = required(task.minutes[cube.units_of(office)].sum(axis=(0, 1)), task.setting.service)
                found += [
                    Member("work", code, self.periods[p], int(minutes))
                    for p, minutes in enumerate(must)
                    if minutes
                ]
            self._bars = pair_members(draft, np.asarray(task.needed().any(axis=0)))
            found += list(self._bars)
            found += structure_members(model, posed.limits)
        self._members = tuple(sorted(set(found)))
        self._tasks: dict[Key, Task] = {}
        self._bounds: dict[Key, Curves] = {}
        self._start: list[tuple[Positions, ...]] | None = None
        self._first: dict[Key, list[tuple[Positions, ...]]] = {}
        self._curves: dict[tuple[Key, int, Positions, int], NeedCurve] = {}
        self._offers: dict[tuple[int, tuple[int, ...]], Offers] = {}

    @property
    def members(self) -> tuple[Member, ...]:
        """Every rule in force, sorted."""
        return self._members

    def exists(self, kept: frozenset[Member]) -> bool | None:
        """Whether a plan keeps the rules `kept`: proven, disproven, or (None) not decided."""
        try:
            return self._exists(kept)
        except UndecidedError:
            return None

    def _exists(self, kept: frozenset[Member]) -> bool | None:
        if not self.fits(kept, [plain_offers(curve) for curve in self.bound(kept)]):
            return False
        if not self.by_need:
            return True
        for _, offers in self.structures(kept):
            if self.fits(kept, offers):
                return True
        rest = self.all_structures(kept)
        if rest is None:
            return None
        exact = True
        for _, offers in rest:
            if self.fits(kept, offers):
                return True
            exact = exact and all(own.exact for own in offers)
        return False if exact else None

    def bound(self, kept: frozenset[Member]) -> Curves:
        """Return what every office leaves undone at least, whatever the structure."""
        key = _key(kept)
        if key not in self._bounds:
            self._bounds[key] = self._bound(key)
        return self._bounds[key]

    def structures(self, kept: frozenset[Member]) -> Iterator[tuple[tuple[Positions, ...], list[Offers]]]:
        """Yield designed structures, the finest last, with what the offices can do under each."""
        key = _key(kept)
        if key not in self._first:
            task = self.task_of(key)
            candidates = [
                tuple(_cut(own, row) for own, row in zip(positions, task.needed(), strict=True))
                for positions in self._designed()
            ]
            self._first[key] = list(
                dict.fromkeys([*candidates, coarse_structure(task), finest_structure(task)])
            )
        for positions in self._first[key]:
            yield positions, self.offers(kept, positions)

    def _designed(self) -> list[tuple[Positions, ...]]:
        """Return the structures designed for all rules; fewer rules allow them as well."""
        if self._start is None:
            self._start = first_structures(self.task_of(frozenset(self._members)), self.watch)[0]
        return self._start

    def all_structures(
        self, kept: frozenset[Member]
    ) -> Iterator[tuple[tuple[Positions, ...], list[Offers]]] | None:
        """Yield every structure with what the offices can do under it; None where they are too many."""
        task = self.task_of(_key(kept))
        found = every_structure(task, _ALL // max(1, len(task.cube.offices)))
        return None if found is None else ((positions, self.offers(kept, positions)) for positions in found)

    def offers(self, kept: frozenset[Member], positions: tuple[Positions, ...]) -> list[Offers]:
        """Return what every office can do under a structure; posts by class where a kept rule counts them."""
        key = _key(kept)
        task = self.task_of(key)
        labels = tuple(sorted({CLASS_NAMES.index(m.detail) for m in kept if m.family in BY_CLASS}))
        extra, enough = self._extra(kept) if labels else (0, True)
        found = []
        for office in range(len(task.cube.offices)):
            own = positions[task.scope_of[office]]
            name = (key, office, own, extra)
            if name not in self._curves:
                self._curves[name] = need_curve(task.cube, task.minutes, office, own, task.setting, extra)
            curve = self._curves[name]
            if not labels:
                found.append(plain_offers(replace(curve, grows=any(self.classes[office]))))
                continue
            at = (id(curve), labels)
            if at not in self._offers:
                self._offers[at] = offers_by_class(curve, self.label_of, labels)
            own_offers = self._offers[at]
            exact = own_offers.exact and enough
            found.append(replace(own_offers, exact=exact, free=tuple(self._idle(task, office))))
        return found

    def _extra(self, kept: frozenset[Member]) -> tuple[int, bool]:
        """Return how many posts beyond what work asks for are tried, and whether no rule asks for more."""
        least = [m.number for m in kept if m.family in (*LEAST, "class_floor")]
        least += [self.shape.least_base(m) for m in kept if m.family == "ratio_cap"]
        most = max(least, default=0)
        return min(_EXTRA, most), most <= _EXTRA

    def task_of(self, kept: frozenset[Member]) -> Task:
        """Return the plain sizing problem without the work, pairs and structure limits left out."""
        key = _key(kept)
        if not self.by_need:
            return self.task
        if key not in self._tasks:
            self._tasks[key] = self._task(key)
        return self._tasks[key]

    def _task(self, key: Key) -> Task:
        task, cube = self.task, self.task.cube
        left = task.minutes.copy()
        told = {(m.unit, m.detail) for m in key if m.family == "work"}
        for unit, (office, _) in enumerate(cube.units):
            for month, period in enumerate(task.setting.service.period_of):
                if (cube.offices[office], self.periods[period]) not in told:
                    left[unit, :, :, month] = 0
        apart = ~np.eye(len(cube.groups), dtype=bool)
        cover, position = apart.copy(), apart.copy()
        for member, bars in self._bars.items():
            if member in key:
                for a, b in ((bars.a, bars.b), (bars.b, bars.a)):
                    cover[a, b] &= not bars.cover
                    position[a, b] &= not (bars.position or bars.cover)
        numbers = {m.unit: m.number for m in key if m.family == "structure"}
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

    def _bound(self, key: Key) -> Curves:
        task = self.task_of(key)
        offices = range(len(task.cube.offices))
        if not self.by_need:
            return [NeedCurve(np.zeros(1, dtype=np.int64), any(self.classes[o])) for o in offices]
        held = max(task.setting.most_groups, task.most_groups)
        curves = [need_bound(task.cube, task.minutes, o, task.setting, held) for o in offices]
        # work that need not be done is work all the same: posts may be had for it
        return [replace(curve, grows=any(self.classes[o])) for o, curve in enumerate(curves)]

    def _idle(self, task: Task, office: int) -> list[bool]:
        """Say which classes have work in an office none of which has to be done any more."""
        idle = [False] * CLASSES
        for unit in task.cube.units_of(office):
            for g in np.flatnonzero(self.task.minutes[unit].any(axis=(1, 2))).tolist():
                gone = not task.minutes[unit, g].any() and not task.setting.quota_free[g]
                idle[self.label_of[g]] |= gone
        return idle

    def fits(self, kept: frozenset[Member], offers: Sequence[Offers]) -> bool:
        """Whether numbers of posts within the limits leave none of the required work undone."""
        if _crossing(kept):
            return ease(self.shape, offers, self.classes, kept, frozenset(), {}) is not None
        return self._nests(kept, [own.curve for own in offers])

    def _nests(self, kept: frozenset[Member], curves: Sequence[NeedCurve]) -> bool:
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
        from vitri.optimise.conflict.cheapest import cheapest_concessions

        return cheapest_concessions(self, allow_legal=allow_legal, weights=weights)

    def plan_of(self, kept: frozenset[Member]) -> tuple[Positions, ...] | None:
        """Return a structure under which a plan keeps the rules; None where none of those tried does."""
        if not self.by_need:
            return finest_structure(self.task)
        for positions, offers in self.structures(kept):
            if self.fits(kept, offers):
                return positions
        rest = self.all_structures(kept) or ()
        return next((positions for positions, offers in rest if self.fits(kept, offers)), None)

    def bend(self, offers: Sequence[Offers], eased: Set[Member], price: Mapping[str, int]) -> Eased | None:
        """Return the cheapest easing of some rules for what the offices can do; None where none is enough."""
        kept = frozenset(self._members)
        if _crossing(kept):
            return ease(self.shape, offers, self.classes, kept, eased, price)
        bending = Bending(self.task.tree, self.task.cube.offices, kept, eased, price)
        return bending.bent([own.curve for own in offers])


def _classes(task: Task, label_of: Sequence[int]) -> list[list[bool]]:
    """Say of every office which classes of posts in the quota its work allows."""
    there = [[False] * CLASSES for _ in task.cube.offices]
    for unit, (office, _) in enumerate(task.cube.units):
        for g in np.flatnonzero(task.minutes[unit].any(axis=(1, 2))).tolist():
            there[office][label_of[g]] |= not task.setting.quota_free[g]
    return there


def _cut(positions: Positions, needed: npt.NDArray[np.bool_]) -> Positions:
    """Return the positions without the groups that have no work, those with none left out."""
    cut = (tuple(g for g in groups if needed[g]) for groups in positions)
    return tuple(sorted(groups for groups in cut if groups))


def _crossing(kept: frozenset[Member]) -> bool:
    """Whether a rule does not nest in the tree of units, so that an integer programme is asked."""
    return any(m.family in (*BY_CLASS, "ratio_cap") for m in kept)


def _key(kept: frozenset[Member]) -> Key:
    """Return the rules that decide how many posts the work needs."""
    return frozenset(m for m in kept if m.family in ("work", "pair", "structure"))


def _fixed_members(instance: Instance, posed: Posed, klass: Mapping[str, str]) -> tuple[FixedMember, ...]:
    roles = dict(
        zip(posed.limits.fixed_posts["position"], posed.limits.fixed_posts["leader_role"], strict=True)
    )
    labels = fixed_labels(instance, posed.cube, posed.fixed, klass)
    return tuple(
        FixedMember(
            Member(
                "fixed",
                posed.cube.offices[p.office],
                f"{p.organisation}/{p.position}" if p.organisation else p.position,
                p.posts,
            ),
            p.office,
            label,
            str(roles.get(p.position, "")),
        )
        for p, label in zip(posed.fixed, labels, strict=True)
        if p.posts
    )


def _cap_members(instance: Instance, model: PlanningModel) -> dict[Member, LeadingCap]:
    """Return the caps on leading posts in force, each in its place."""
    return {
        Member("ratio_cap", cap.place, cap.name, cap.pct, cap.legal): cap
        for cap in leading_caps(instance, model)
        if cap.binding
    }


def _periods(task: Task) -> list[str]:
    """Name every service period by its months: first, or first and last joined by a dash."""
    names = []
    for period in range(task.setting.service.periods):
        months = [task.cube.months[m] for m, p in enumerate(task.setting.service.period_of) if p == period]
        names.append(months[0] if len(months) == 1 else f"{months[0]}–{months[-1]}")
    return names
