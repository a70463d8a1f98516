"""A concession put to the sizing engine itself: the eased problem, planned afresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from vitri.errors import NoPlanError, NoPlanYetError
from vitri.optimise.class_share import keep_class_quotas, share_again
from vitri.optimise.class_share import kept as quotas_kept
from vitri.optimise.class_sides import ClassSides
from vitri.optimise.conflict.elastic import BY_CLASS, LEAST, MOST
from vitri.optimise.conflict.members import Concession, Grant, Member
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.engine import IntArray, SolveOptions, UndecidedError, Watch
from vitri.optimise.office_plan import Positions
from vitri.optimise.quota import NO_CEILING, Tree
from vitri.optimise.search import evaluate, improve
from vitri.optimise.side_limits import SideLimit, offices_below
from vitri.optimise.task import Task
from vitri.rules.class_quota import CLASSES, ClassLimit

Structure = tuple[Positions, ...]


def eased_rules(question: SizingQuestion, grants: Sequence[Grant]) -> frozenset[Member]:
    """Return the rules as they stand after some grants, work left undone excepted."""
    given = {grant.member: grant.amount for grant in grants}
    members = []
    for m in question.members:
        amount = given.get(m, 0)
        if m.family in ("pair", "structure") and amount:
            continue
        if m.family in (*MOST, "class_most", "class_cap"):
            m = replace(m, number=m.number + amount)
        elif m.family in (*LEAST, "class_floor", "fixed"):
            m = replace(m, number=m.number - amount)
        members.append(m)
    return frozenset(members)


def solves_after(
    question: SizingQuestion, concession: Concession, watch: Watch, *, fresh: bool = False
) -> bool:
    """Ease the rules as granted and let the sizing engine plan: under the structure proposed, else any.

    `fresh` leaves the structure proposed aside, so that the engine searches one itself.
    """
    rules = eased_rules(question, concession.grants)
    more = {g.member: g.amount for g in concession.grants if g.member.family == "ratio_cap"}
    proposal = concession.proposal
    start = None if proposal is None or fresh else proposal.positions
    minutes = None if proposal is None else proposal.minutes
    return plans(question, rules, watch, start=start, minutes=minutes, more=more)


def plans(
    question: SizingQuestion,
    rules: frozenset[Member],
    watch: Watch,
    *,
    start: Structure | None = None,
    minutes: IntArray | None = None,
    more: dict[Member, int] | None = None,
) -> bool:
    """Whether the sizing engine finds a plan that keeps some rules; `more` posts over caps are allowed.

    Work that need not be done is left out; where a floor asks for posts, or anywhere, a minute of it is kept,
    so that posts can be had for it.
    """
    task = engine_task(question, rules, more or {})
    if task is None:
        return False
    if minutes is not None:
        task = replace(task, minutes=minutes)
    sides = engine_sides(question, rules)
    if sides is not None and any(limit.most is not None and limit.most < 0 for limit in sides.limits):
        return False
    tried: list[IntArray] = []
    offices = range(len(task.cube.offices))
    floored = {o: _floored(question, task, sides, o) for o in offices}
    every = set(range(len(CLASSES)))
    for kept in (
        {},
        floored,
        {o: every for o, labels in floored.items() if labels},
        dict.fromkeys(offices, every),
    ):
        work = _with_tokens(question, task.minutes, kept)
        if not any(np.array_equal(work, one) for one in tried):
            tried.append(work)
            if _plans(question, replace(task, minutes=work), sides, watch, start):
                return True
    return False


def _floored(question: SizingQuestion, task: Task, sides: ClassSides | None, office: int) -> set[int]:
    """Return the classes of which floors of an office itself ask for posts; for any of them, the largest."""
    leaf = task.tree.ancestors()[office][0]
    own = {limit.label for limit in sides.limits if limit.node == leaf and limit.least} if sides else set()
    work = question.task.minutes[question.task.cube.units_of(office)].sum(axis=(0, 2, 3))
    if task.tree.nodes[leaf].floor > 0 and not own and work.any():
        own.add(question.label_of[int(work.argmax())])
    return own


def _with_tokens(question: SizingQuestion, work: IntArray, kept: Mapping[int, Set[int]]) -> IntArray:
    """Keep a minute of the largest group of some classes in offices of which no such work is left."""
    found = work.copy()
    whole = question.task.minutes
    for office, labels in kept.items():
        for label in sorted(labels):
            cells = [
                (-int(whole[u, g].sum()), u, g)
                for u in question.task.cube.units_of(office)
                for g in range(whole.shape[1])
                if question.label_of[g] == label and whole[u, g].any()
            ]
            if cells and not any(work[u, g].any() for _, u, g in cells):
                _, u, g = min(cells)
                found[(u, g, *np.argwhere(whole[u, g])[0])] = 1
    return found


def _plans(
    question: SizingQuestion, task: Task, sides: ClassSides | None, watch: Watch, start: Structure | None
) -> bool:
    if start is not None:
        start = tuple(
            tuple(
                sorted([*own, *((g,) for g in np.flatnonzero(row).tolist() if not any(g in p for p in own))])
            )
            for own, row in zip(start, task.needed(), strict=True)
        )
        # by ceiling any plan will do: work counts later, so offices need not be planned at their best
        quick = None if question.by_need else Watch(SolveOptions(time_limit_s=0.0))
        plan = evaluate(task, start, watch=quick)
        if plan is not None and (sides is None or quotas_kept(plan, sides)):
            return True
        if plan is not None and sides is not None:
            try:
                if share_again(task, start, sides, watch, {})[0] is not None:
                    return True
            except UndecidedError:
                pass
    found = improve(task, watch, start)
    if found.plan is None or sides is None:
        return found.plan is not None
    try:
        return keep_class_quotas(task, found, sides, watch).plan is not None
    except (NoPlanError, NoPlanYetError):
        return False


def engine_task(question: SizingQuestion, rules: frozenset[Member], more: dict[Member, int]) -> Task | None:
    """Return the sizing problem under some rules; None where fixed posts alone break one."""
    most, least, fixed = question.numbers(rules)
    below = offices_below(question.task.tree)
    at = {node.code: index for index, node in enumerate(question.task.tree.nodes)}
    for member, cap in question.shape.caps.items():
        if member not in rules:
            continue
        offices = [o for o, code in enumerate(question.shape.offices) if code in cap.offices]

        def leaders(role: str | None, here: Sequence[int] = offices) -> int:
            told = {(m.unit, m.detail): m.number for m in rules if m.family == "fixed"}
            return sum(
                told.get((f.member.unit, f.member.detail), 0)
                for f in question.shape.fixed
                if f.office in here and f.role == role
            )

        counted = leaders(cap.role) - more.get(member, 0)
        ceiling = next((m.number for m in rules if m.family == "ceiling" and m.unit == cap.place), None)
        base = cap.given if question.by_need else ceiling
        if cap.of_role is not None:
            base = leaders(cap.of_role)
        if base is not None:
            if counted > cap.allowed(base):
                return None
            continue
        posts = cap.least_base(counted)
        if posts is None or (posts and cap.place not in at):
            return None
        if posts:
            least[at[cap.place]] = max(least[at[cap.place]], posts)
    nodes = []
    for index, node in enumerate(question.task.tree.nodes):
        held = sum(fixed[o] for o in below[index])
        ceiling = NO_CEILING if most[index] >= NO_CEILING else most[index] - held
        if ceiling < 0:
            return None
        nodes.append(replace(node, ceiling=ceiling, floor=max(0, least[index] - held)))
    return replace(question.task_of(rules), tree=Tree(tuple(nodes)))


def engine_sides(question: SizingQuestion, rules: frozenset[Member]) -> ClassSides | None:
    """Return the quotas by class under some rules as limits on sized posts."""
    below = offices_below(question.task.tree)
    at = {node.code: index for index, node in enumerate(question.task.tree.nodes)}
    told = {(m.unit, m.detail): m.number for m in rules if m.family == "fixed"}
    limits, rows, held = [], [], []
    for unit, klass in sorted({(m.unit, m.detail) for m in rules if m.family in BY_CLASS}):
        own = [m for m in rules if (m.unit, m.detail) == (unit, klass) and m.family in BY_CLASS]
        most = min((m.number for m in own if m.family != "class_floor"), default=None)
        least = max((m.number for m in own if m.family == "class_floor"), default=0)
        label = CLASSES.index(klass)
        taken = sum(
            told.get((f.member.unit, f.member.detail), 0)
            for f in question.shape.fixed
            if f.office in below[at[unit]] and f.label == label
        )
        limits.append(
            SideLimit(at[unit], label, None if most is None else most - taken, max(0, least - taken))
        )
        rows.append(ClassLimit(unit, klass, None, least, most))
        held.append(taken)
    if not limits:
        return None
    return ClassSides(question.label_of, tuple(limits), tuple(rows), tuple(held))
