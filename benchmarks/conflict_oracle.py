"""A second answer to "is there a plan": one plain integer programme a structure, read from the data.

It shares no code with the search for conflicts: offices, bundles, limits and rules are written out in full,
so it is for small cases only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from vitri.data.instance import Instance
from vitri.optimise.conflict import Member
from vitri.optimise.engine import IntArray
from vitri.optimise.task import Task
from vitri.policy import PlanningModel
from vitri.rules.task_groups import TaskGroup, task_groups

_MOST = ("ceiling", "cap", "size_cap", "class_most", "class_cap")
_LEAST = ("floor", "size_floor", "class_floor")
_LARGEST = 200


class Oracle:
    """The problem of one case; every question names the rules that hold."""

    def __init__(self, instance: Instance, model: PlanningModel, task: Task) -> None:
        self.instance, self.model, self.task = instance, model, task
        self.groups = task_groups(instance, model)
        self.by_need = task.setting.by_need
        self.periods = _periods(task)
        areas = instance.table("areas")
        offices = instance.table("offices")
        self.above = dict(zip(areas["code"], areas["parent"], strict=True))
        self.above |= dict(zip(offices["code"], offices["area"], strict=True))
        positions = instance.table("positions")
        self.class_of = dict(zip(positions["code"], positions["class"], strict=True))
        self.role_of = dict(zip(positions["code"], positions["leader_role"], strict=True))

    def exists(
        self,
        rules: Sequence[Member],
        minutes: IntArray | None = None,
        more: Mapping[Member, int] | None = None,
    ) -> bool:
        """Whether a plan keeps the rules; `minutes` is the work left, `more` posts allowed over caps."""
        work = self._work(rules, self.task.minutes if minutes is None else minutes)
        position, cover = self._apart(rules)
        numbers = {m.unit: m.number for m in rules if m.family == "structure"}
        used = [g for g in range(len(self.task.cube.groups)) if work[:, g].any()]
        most = numbers.get("max_groups_per_position", _LARGEST) if self.by_need else 1
        for positions in _partitions(used, position, most, ()):
            if self._fits(rules, work, positions, cover, numbers, more or {}):
                return True
        return False

    def _work(self, rules: Sequence[Member], minutes: IntArray) -> IntArray:
        if not self.by_need:
            return minutes
        told = {(m.unit, m.detail) for m in rules if m.family == "work"}
        work = minutes.copy()
        for unit, (office, _) in enumerate(self.task.cube.units):
            for month, period in enumerate(self.task.setting.service.period_of):
                if (self.task.cube.offices[office], self.periods[period]) not in told:
                    work[unit, :, :, month] = 0
        return work

    def _apart(self, rules: Sequence[Member]) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
        """Return the pairs kept out of one position and out of one person's hands, by the rules' own text."""
        position: set[frozenset[int]] = set()
        cover: set[frozenset[int]] = set()
        at = {code: index for index, code in enumerate(self.task.cube.groups)}
        for m in rules:
            if m.family != "pair":
                continue
            a, b = (self.groups[code] for code in m.unit.split("–"))
            pair = frozenset((at[a.code], at[b.code]))
            joined, held = self._forbids(m.detail, a, b)
            if joined or held:
                position.add(pair)
            if held:
                cover.add(pair)
        return position, cover

    def _forbids(self, rule: str, a: TaskGroup, b: TaskGroup) -> tuple[bool, bool]:
        limit = self.model.structure
        if rule == "forbidden_pair":
            return True, True
        if rule == "competency_distance":
            far = self.model.distance(a.family, b.family) if a.family and b.family else 0
            return far > limit.max_distance, far > limit.cover_max_distance
        if rule == "class_mixing":
            leads = a.klass != b.klass and "I" in (a.klass, b.klass)
            return leads or (limit.same_class and a.klass != b.klass), leads
        if rule == "category_mixing":
            return a.category != b.category, a.category != b.category
        return not set(a.rank_levels) & set(b.rank_levels), False

    def _fits(
        self,
        rules: Sequence[Member],
        work: IntArray,
        positions: Sequence[tuple[int, ...]],
        cover: set[frozenset[int]],
        numbers: Mapping[str, int],
        more: Mapping[Member, int],
    ) -> bool:
        model = cp_model.CpModel()
        posts: dict[tuple[str, str], list[cp_model.LinearExpr | int]] = {}
        for office, code in enumerate(self.task.cube.offices):
            nodes = [
                (index, unit, tuple(g for g in held if work[unit, g].any()))
                for unit in self.task.cube.units_of(office)
                for index, held in enumerate(positions)
            ]
            nodes = [node for node in nodes if node[2]]
            taken: list[tuple[set[int], cp_model.IntVar]] = []
            for size in range(1, len(nodes) + 1):
                for chosen in combinations(range(len(nodes)), size):
                    held = [nodes[i] for i in chosen]
                    if not self._holdable(held, cover, numbers):
                        continue
                    least = self._enough(office, held, work)
                    last = _LARGEST
                    if len({index for index, _, _ in held}) > 1:
                        last = min(last, numbers.get("max_posts_per_combination", _LARGEST))
                    if least > last:
                        continue
                    use = model.new_bool_var("")
                    number = model.new_int_var(0, last, "")
                    model.add(number <= last * use)
                    model.add(number >= least * use)
                    taken.append((set(chosen), use))
                    posts.setdefault((code, self._label(held, work)), []).append(number)
            for klass in self._idle(office, work):
                posts.setdefault((code, klass), []).append(model.new_int_var(0, _LARGEST, ""))
            for node in range(len(nodes)):
                model.add_exactly_one(use for chosen, use in taken if node in chosen)
        self._limits(model, rules, posts, more)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(model)
        assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
        return bool(status != cp_model.INFEASIBLE)

    def _idle(self, office: int, work: IntArray) -> set[str]:
        """Return the classes with work none of which has to be done: posts may be had for it."""
        return {
            self.groups[code].klass
            for unit in self.task.cube.units_of(office)
            for g, code in enumerate(self.task.cube.groups)
            if self.task.minutes[unit, g].any() and not work[unit, g].any()
        }

    def _holdable(
        self, held: Sequence[tuple[int, int, tuple[int, ...]]], cover: set[frozenset[int]],
        numbers: Mapping[str, int],
    ) -> bool:  # fmt: skip
        groups = sorted({g for _, _, own in held for g in own})
        if len(held) > 1 and len(groups) > numbers.get("max_groups_per_person", _LARGEST):
            return False
        if len({index for index, _, _ in held}) > numbers.get("max_positions_per_post", _LARGEST):
            return False
        return not any(frozenset(pair) in cover for pair in combinations(groups, 2))

    def _enough(self, office: int, held: Sequence[tuple[int, int, tuple[int, ...]]], work: IntArray) -> int:
        """Return the fewest posts that do the work of some nodes; by ceiling none has to be done."""
        if not self.by_need:
            return 0
        service = self.task.setting.service
        least = 1
        for period in range(service.periods):
            months = [m for m, p in enumerate(service.period_of) if p == period]
            must = 0
            for priority, share in enumerate(service.unmet_bp):
                asked = sum(
                    int(work[unit, g, priority, m]) for _, unit, own in held for g in own for m in months
                )
                must += asked - asked * share // 10_000
            time = sum(int(self.task.cube.fund[office, m]) for m in months)
            least = max(least, -(-must // time))
        return least

    def _label(self, held: Sequence[tuple[int, int, tuple[int, ...]]], work: IntArray) -> str:
        """Return the class of posts that hold some nodes: the highest in the position with most work."""

        def minutes(node: tuple[int, int, tuple[int, ...]]) -> int:
            return sum(int(work[node[1], g].sum()) for g in node[2])

        main = min(held, key=lambda node: (-minutes(node), node[0], node[1]))[0]
        codes = [self.task.cube.groups[g] for index, _, own in held if index == main for g in own]
        return min(self.groups[code].klass for code in codes)

    def _limits(
        self,
        model: cp_model.CpModel,
        rules: Sequence[Member],
        posts: Mapping[tuple[str, str], list[cp_model.LinearExpr | int]],
        more: Mapping[Member, int],
    ) -> None:
        fixed = [m for m in rules if m.family == "fixed"]

        def inside(office: str, unit: str) -> bool:
            at: object = office
            while isinstance(at, str):
                if at == unit:
                    return True
                at = self.above.get(at)
            return False

        def total(unit: str, klass: str = "") -> cp_model.LinearExpr | int:
            sized = [v for (o, k), own in posts.items() for v in own if inside(o, unit) and klass in ("", k)]
            held = [
                m.number
                for m in fixed
                if inside(m.unit, unit) and klass in ("", str(self.class_of[m.detail.split("/")[-1]]))
            ]
            return sum(sized) + sum(held)

        def leaders(unit: str, role: str) -> int:
            return sum(
                m.number
                for m in fixed
                if inside(m.unit, unit) and self.role_of[m.detail.split("/")[-1]] == role
            )

        for m in rules:
            klass = m.detail if m.family.startswith("class") else ""
            if m.family in _MOST:
                _keep(model, total(m.unit, klass), m.number, upper=True)
            elif m.family in _LEAST:
                _keep(model, total(m.unit, klass), m.number, upper=False)
            elif m.family == "ratio_cap":
                cap = next(cap for cap in self.model.ratio_cap if cap.name == m.detail)
                ceiling = [r.number for r in rules if r.family == "ceiling" and r.unit == m.unit]
                base: cp_model.LinearExpr | int
                if cap.of != "quota":
                    base = leaders(m.unit, str(cap.of.leader_role))
                else:
                    base = ceiling[0] if ceiling else total(m.unit)
                counted = leaders(m.unit, str(cap.count.leader_role)) - more.get(m, 0)
                _keep(model, base * int(cap.max_pct) - 100 * counted, 0, upper=False)


def _keep(model: cp_model.CpModel, value: cp_model.LinearExpr | int, limit: int, *, upper: bool) -> None:
    if isinstance(value, int):
        if value > limit if upper else value < limit:
            model.add_bool_or([])
    elif upper:
        model.add(value <= limit)
    else:
        model.add(value >= limit)


def _partitions(
    groups: Sequence[int], apart: set[frozenset[int]], most: int, made: tuple[tuple[int, ...], ...]
) -> Iterator[tuple[tuple[int, ...], ...]]:
    if not groups:
        yield made
        return
    group, rest = groups[0], groups[1:]
    for index, held in enumerate(made):
        if len(held) < most and not any(frozenset((group, other)) in apart for other in held):
            yield from _partitions(rest, apart, most, (*made[:index], (*held, group), *made[index + 1 :]))
    yield from _partitions(rest, apart, most, (*made, (group,)))


def _periods(task: Task) -> list[str]:
    names = []
    for period in range(task.setting.service.periods):
        months = [task.cube.months[m] for m, p in enumerate(task.setting.service.period_of) if p == period]
        names.append(months[0] if len(months) == 1 else f"{months[0]}–{months[-1]}")
    return names
