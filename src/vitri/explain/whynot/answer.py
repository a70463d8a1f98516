"""The smallest change that moves a number of posts, found with the positions kept and settled by fresh
sizings.

Whether an amount moves the number is a yes or no. Between an amount that does not and one that does, halving
finds two neighbours of which the larger moves it and the smaller does not: that pair is what is stated, and
both are sizings of the changed scenario from nothing. Where amounts do not act in order (a search for
structures that is not proven best) a smaller change elsewhere may exist; the pair stands all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError
from vitri.explain.whynot.levers import Lever, levers_of
from vitri.explain.whynot.sizer import Kept, Sized, Sizer
from vitri.optimise.engine import SolveOptions
from vitri.optimise.quota import Tree
from vitri.policy import PlanningModel
from vitri.variant import apply, parse
from vitri.variant.model import ChangeReport

#: Fresh sizings that one lever may take.
MOST_SOLVES = 32


@dataclass(frozen=True)
class Counterfactual:
    """One change that moves the number: `amount` units of a lever do, one unit fewer does not.

    `change` is the row of a variant file; `report` what applying it did; `after` and `short` are the fresh
    sizings with `amount` and with one unit fewer (None: no plan, or for zero units the plan as it is).
    `moved` lists the other offices whose posts change, with by how much. `verified` is False where the two
    sizings were not brought together within the budget: then `amount` moves the number and `not_yet` does
    not.
    """

    lever: Lever
    amount: int
    not_yet: int
    change: Mapping[str, Any]
    report: ChangeReport
    after: Sized | None
    short: Sized | None
    kept_amount: int
    moved: tuple[tuple[str, int], ...]
    solves: int

    @property
    def verified(self) -> bool:
        """Whether one unit fewer was sized afresh and does not move the number."""
        return self.amount - self.not_yet == 1


@dataclass(frozen=True)
class Forced:
    """The posts simply given, all other limits and the positions of the run kept; exact.

    Not `possible`: no plan keeps the rules so. `moved` are the other offices whose posts change, `levels`
    what every level of the sizing changes by, in order.
    """

    possible: bool
    moved: tuple[tuple[str, int], ...] = ()
    levels: tuple[int, ...] = ()


@dataclass(frozen=True)
class WhyNot:
    """The answer for one office: posts now and asked for, the plan sized again, and the changes, smallest
    first.

    `found` holds at most one counterfactual of every kind; `without` the kinds that move nothing within
    reach.
    """

    office: str
    now: int
    wanted: int
    base: Sized | None
    forced: Forced | None
    found: tuple[Counterfactual, ...]
    without: tuple[str, ...]
    solves: int

    @property
    def repeated(self) -> bool:
        """Whether sizing the scenario again gave the office the number of the run."""
        return self.base is not None and self.base.posts.get(self.office) == self.now


def why_not(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    instance: Instance,
    model: PlanningModel,
    office: str,
    wanted: int,
    *,
    kinds: Sequence[str] = ("work", "norm", "ceiling"),
    sizer: Sizer | None = None,
    base: Sized | None = None,
) -> WhyNot:
    """Find for each kind of lever the smallest change that brings an office to a number of posts or beyond.

    `sizer` and `base` (the scenario of the run sized again) may be given where several offices are asked
    about.
    """
    posts = tables["posts"]
    now = int(posts.loc[posts["office"] == office, "posts"].sum())
    sizer = sizer or Sizer(model, options_of(info))
    before = sizer.solves
    base = base or sizer.fresh(instance)
    kept = Kept(instance, model, sizer.options, tables)
    asked = _Question(instance, model, tables, office, now, wanted, sizer, base)
    found: list[Counterfactual] = []
    if kept.usable and asked.open:
        levers = levers_of(kept, instance, tables, office, wanted, now)
        for kind in kinds:
            best = asked.best(kept, [lever for lever in levers if lever.kind == kind])
            settled = None if best is None else asked.settle(kept, *best)
            if settled is not None:
                found.append(settled)
    without = tuple(kind for kind in kinds if kind not in {row.lever.kind for row in found})
    forced = _forced(kept, office, wanted, now) if kept.usable else None
    return WhyNot(office, now, wanted, base, forced, tuple(found), without, sizer.solves - before)


def _forced(kept: Kept, office: str, wanted: int, now: int) -> Forced:
    """Share out the posts with at least (or at most) so many for the office."""
    offices = kept.task.cube.offices
    at = offices.index(office)
    sized = wanted - kept.fixed_of(at)
    base = kept.share()
    given = None if sized < 0 else kept.share(bounded(kept.task.tree, at, sized, least=wanted > now))
    if given is None or base is None:
        return Forced(False)
    moved = tuple(
        (code, int(given.posts[i] - base.posts[i]))
        for i, code in enumerate(offices)
        if i != at and given.posts[i] != base.posts[i]
    )
    unpack = kept.task.setting.objective.packing.unpack
    change = (unpack(given.cost) - unpack(base.cost)).tolist()[: len(kept.posed.reported)]
    return Forced(True, moved, tuple(int(value) for value in change))


def bounded(tree: Tree, office: int, posts: int, *, least: bool) -> Tree:
    """Return a tree in which an office has at least, or at most, so many sized posts."""
    index = tree.ancestors()[office][0]
    node = tree.nodes[index]
    nodes = list(tree.nodes)
    nodes[index] = (
        replace(node, floor=max(node.floor, posts))
        if least
        else replace(node, ceiling=min(node.ceiling, posts))
    )
    return Tree(tuple(nodes))


def options_of(info: Mapping[str, Any]) -> SolveOptions:
    """Return the options that a run was made with."""
    return SolveOptions(**info["options"])


@dataclass
class _Question:
    """One office, one number; what was sized is remembered."""

    instance: Instance
    model: PlanningModel
    tables: Mapping[str, pd.DataFrame]
    office: str
    now: int
    wanted: int
    sizer: Sizer
    base: Sized | None

    @property
    def open(self) -> bool:
        """Whether the number asked for is not what sizing gives anyway."""
        return self.base is not None and not self.reached(self.base.posts.get(self.office))

    def reached(self, posts: int | None) -> bool:
        """Whether a number of posts is the one asked for or lies beyond it."""
        if posts is None:
            return False
        return posts >= self.wanted if self.wanted > self.now else posts <= self.wanted

    def best(self, kept: Kept, levers: list[Lever]) -> tuple[Lever, int] | None:
        """Return the lever of the smallest amount that moves the number with the positions kept."""
        found: list[tuple[Decimal, int, Lever, int]] = []
        for order, lever in enumerate(levers):
            amount = self._first(kept, lever)
            if amount is not None:
                found.append((lever.size(amount), order, lever, amount))
        if not found:
            return None
        _, _, lever, amount = min(found, key=lambda row: row[:2])
        return lever, amount

    def _first(self, kept: Kept, lever: Lever) -> int | None:
        """Return the least amount that moves the number with some positions kept; None where none does.

        An amount after which no plan is left lies too far.
        """
        if lever.kind == "ceiling":
            tried = range(1, lever.most + 1)
            return next((n for n in tried if self.reached(lever.posts(kept, self.office, n))), None)
        low, high, far = 0, None, lever.most + 1
        while (far if high is None else high) - low > 1:
            middle = (
                lever.most if low == 0 and high is None and far > lever.most else (low + (high or far)) // 2
            )
            posts = lever.posts(kept, self.office, middle)
            if posts is None:
                far = middle
            elif self.reached(posts):
                high = middle
            else:
                low = middle
        return high

    def changed(self, lever: Lever, amount: int) -> tuple[Instance, ChangeReport]:
        """Apply an amount of a lever."""
        raw = {"name": "whynot", "why": "whynot", "change": [lever.change(amount)]}
        instance, reports = apply(self.instance, parse(raw, "whynot"))
        return instance, reports[0]

    def settle(self, kept: Kept, lever: Lever, guess: int) -> Counterfactual | None:
        """Bring the guess to two neighbouring amounts by fresh sizings; the positions that a sizing finds say
        where to look next."""
        start = self.sizer.solves
        sized: dict[int, Sized | None] = {0: self.base}

        def moves(amount: int) -> bool:
            sized[amount] = answer = self.sizer.fresh(self.changed(lever, amount)[0])
            return answer is not None and self.reached(answer.posts.get(self.office))

        def hint(amount: int) -> int | None:
            answer = sized[amount]
            other = None if answer is None else kept.under(answer.tables)
            return None if other is None or not other.usable else self._first(other, lever)

        try:
            low, high = neighbours(moves, guess, lever.most, MOST_SOLVES, hint)
            if high is None:
                return None
            _, report = self.changed(lever, high)
        except DataError:
            return None
        return Counterfactual(
            lever,
            high,
            low,
            lever.change(high),
            report,
            sized[high],
            sized[low],
            guess,
            self._moved(sized[high]),
            self.sizer.solves - start,
        )

    def _moved(self, after: Sized | None) -> tuple[tuple[str, int], ...]:
        if after is None or self.base is None:
            return ()
        before = self.base.posts
        offices = sorted({*before, *after.posts} - {self.office})
        changes = [(code, after.posts.get(code, 0) - before.get(code, 0)) for code in offices]
        return tuple((code, change) for code, change in changes if change)


def neighbours(
    moves: Callable[[int], bool],
    guess: int,
    most: int,
    budget: int,
    hint: Callable[[int], int | None] = lambda _: None,
) -> tuple[int, int | None]:
    """Return two amounts, the larger of which moves the number and the smaller not; zero does not move it.

    `hint` may say, after a question about an amount, where the step may lie; every third question ignores it,
    so that the two close in on each other whatever it says. They are neighbours unless `budget` questions did
    not suffice; None where no amount that moves it was met.
    """
    low, high, step = 0, None, 1
    place = min(max(1, guess), most)
    for asked in range(1, budget + 1):
        moved = moves(place)
        low, high = (low, place) if moved else (place, high)
        if high is not None and high - low <= 1:
            break
        if high is None and low >= most:
            break
        near = hint(place) if asked % 3 else None
        if near is not None and near == place and moved:
            near = place - 1
        if near is not None and low < near < (most + 1 if high is None else high):
            place = near
        elif high is None:
            place = min(most, low + step)
        elif low == 0:
            place = max(1, high - step)
        else:
            place = (low + high) // 2
        step = max(4 * step, guess // 64)
    return low, high
