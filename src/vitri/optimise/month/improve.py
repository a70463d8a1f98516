"""Better plans by freeing a few people at a time: their work is shared out anew among them.

Large neighbourhood search (P. Shaw 1998) with people as the neighbourhood: each part is a small model that is
solved to its end, so a part that finds nothing better says that these people alone cannot.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from vitri.optimise.month.build import MonthModel
from vitri.optimise.month.engines import Terms, minimise
from vitri.optimise.month.linear import INFINITE, Linear

_PEOPLE = 4
_ROUNDS = 4
_PART_SECONDS = 0.6


class Parts:
    """The rows of each variable and the person of each, of a model that does not change any more."""

    def __init__(self, model: MonthModel) -> None:
        self.linear = model.linear
        self.people = len(model.problem.people)
        self.person: dict[int, int] = {}
        for (_, p), variable in chain(model.owner.items(), model.sent.items()):
            self.person[variable] = p
        for (_, p, _), variable in model.on_day.items():
            self.person[variable] = p
        for (p, _), variable in model.overtime.items():
            self.person[variable] = p
        self.rows: dict[int, list[int]] = defaultdict(list)
        for number, (variables, _, _, _) in enumerate(self.linear.rows):
            for variable in variables:
                self.rows[variable].append(number)
        self.left = [0] * self.people
        for p in range(self.people):
            self.left[p] = int(model.problem.regular[p].sum())

    def about(self, variable: int) -> list[int]:
        """Return the people that a variable is about, sorted: its own, or those of the rows it stands in."""
        if variable in self.person:
            return [self.person[variable]]
        near = {
            self.person[other]
            for number in self.rows[variable]
            if len(self.linear.rows[number][0]) <= 2 * self.people
            for other in self.linear.rows[number][0]
            if other in self.person
        }
        return sorted(near)

    def part(self, chosen: set[int], values: list[int], terms: Terms) -> tuple[Linear, list[int], Terms]:
        """Return the model in which only some people's variables are free, which they are, and its sum."""
        free = [v for v, p in self.person.items() if p in chosen]
        touched = sorted({number for v in free for number in self.rows[v]})
        alone = {
            v
            for number in touched
            for v in self.linear.rows[number][0]
            if v not in self.person and len(self.linear.rows[number][0]) <= 2 * self.people
        }
        free = sorted([*free, *alone])
        touched = sorted({number for v in free for number in self.rows[v]})
        place = {v: at for at, v in enumerate(free)}
        small = Linear([self.linear.lows[v] for v in free], [self.linear.highs[v] for v in free])
        for number in touched:
            variables, factors, low, high = self.linear.rows[number]
            inside: list[tuple[int, int]] = []
            fixed = 0
            for v, factor in zip(variables, factors, strict=True):
                if v in place:
                    inside.append((place[v], factor))
                else:
                    fixed += factor * values[v]
            small.row(
                inside,
                low=low if low <= -INFINITE else low - fixed,
                high=high if high >= INFINITE else high - fixed,
            )
        return small, free, [(place[v], factor) for v, factor in terms if v in place]


def _choices(parts: Parts, terms: Terms, values: list[int], turn: int) -> Iterator[set[int]]:
    """Yield sets of people: around each thing that counts, the costliest first."""
    counting = sorted(
        (v for v, factor in terms if factor > 0 and values[v] > parts.linear.lows[v]),
        key=lambda v: (-values[v] * next(f for w, f in terms if w == v), v),
    )
    seen: set[frozenset[int]] = set()
    for place, variable in enumerate(counting):
        near = parts.about(variable)
        shift = (turn + place) % max(1, len(near))
        seeds = [*near[shift:], *near[:shift]][:_PEOPLE]
        others = [(place + turn + p) % parts.people for p in range(parts.people)]
        for p in others:
            if len(seeds) == _PEOPLE:
                break
            if p not in seeds:
                seeds.append(p)
        key = frozenset(seeds)
        if key not in seen:
            seen.add(key)
            yield set(seeds)


def improve(
    model: MonthModel, terms: Terms, values: list[int], bound: int, *, seconds: float, seed: int = 0
) -> list[int]:
    """Return values that keep every row and whose sum is not more than before; stop at `bound`."""
    parts = Parts(model)
    end = time.monotonic() + seconds
    best = model.linear.value(terms, values)
    idle = turn = 0
    while idle < _ROUNDS and best > bound:
        tried = False
        for chosen in _choices(parts, terms, values, turn):
            if idle >= _ROUNDS or best <= bound or time.monotonic() > end:
                return values
            tried = True
            small, free, some = parts.part(chosen, values, terms)
            own = small.value(some, [values[v] for v in free])
            limit = min(_PART_SECONDS, end - time.monotonic())
            found = minimise("highs", small, some, seconds=limit, seed=seed, known=own)
            idle += 1
            if found.values is None:
                continue
            values = list(values)
            for v, value in zip(free, found.values, strict=True):
                values[v] = value
            best, idle = model.linear.value(terms, values), 0
            break
        if not tried:
            break
        turn += 1
    return values
