"""Raising the bound of a part of the search, and splitting it where that is not enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vitri.optimise.engine import IntArray, Watch
from vitri.optimise.structure.cover_lp import Relaxed
from vitri.optimise.structure.master import PriceModel
from vitri.optimise.structure.plans import Chosen, Plans
from vitri.optimise.structure.relax import MODELS, NODE_ROUNDS, ROOT_ROUNDS, Part, Relaxation, Solved

CUT_ROUNDS = 6
# with more columns than this the fewest positions are bounded first: a small program, and a better bound
FEWEST_COLUMNS = 300
STALLS = 3
SHORT_GAIN = 0.02
# rounds after which to look whether few enough partitions are left
LOOKS = (5, 10, 20, 40)
# how far prices may move at first, as a share of themselves, and at most
FIRST_RADIUS, WIDE = 0.3, 1e4


class Raiser:
    """Raises bounds with prices and cuts; finds plans on the way."""

    def __init__(self, relaxation: Relaxation, plans: Plans, watch: Watch) -> None:
        self.relaxation = relaxation
        self.plans = plans
        self.watch = watch
        # whether a bound leaves so few partitions that raising it further is a waste
        self.enough: Callable[[Part, Solved], bool] | None = None

    def whole_part(self, price: IntArray | None = None) -> Part | None:
        """Return the part that holds everything, starting at a price per node of the plans' limits."""
        relaxation = self.relaxation
        high = [len(groups) for groups in relaxation.groups]
        if self.plans.bundles.least:
            few = [min(1, most) for most in high]
            for scope, most in enumerate(high):
                while most and not self.plans.holds([*few[:scope], most, *few[scope + 1 :]]):
                    most -= 1
                high[scope] = most
            if any(h < 1 and len(g) for h, g in zip(high, relaxation.groups, strict=True)):
                return None
        places = np.zeros(len(relaxation.prices.nodes), dtype=np.int64)
        if price is not None:
            places = self.places_from(price)
        low = [1 if len(groups) else 0 for groups in relaxation.groups]
        for scope, program in enumerate(relaxation.programs):
            if program is not None and program.columns > FEWEST_COLUMNS:
                low[scope] = max(low[scope], program.fewest())
        if any(least > most for least, most in zip(low, high, strict=True)):
            return None
        return Part(0, tuple(low), tuple(high), (), places)

    def places_from(self, price: IntArray) -> IntArray:
        """Translate prices by node of the exact limits to places of the priced limits."""
        exact, priced = self.plans.limits, self.relaxation.prices.limits
        at = {node: int(price[i]) for i, node in enumerate(exact.source)}
        wanted = np.array([at.get(node, 0) for node in priced.source], dtype=np.int64)
        return self.relaxation.prices.places(wanted)

    def _better(self, base: int) -> bool:
        best = self.plans.best
        return best is not None and -(-base >> self.relaxation.shift) >= best[0]

    def raise_bound(self, part: Part, effort: int) -> Solved | None:
        """Return the best bound found for a part; None if the limits clash.

        `effort` 0 is for the whole, 1 for a part of it, larger numbers limit the rounds.
        """
        relaxation = self.relaxation
        rounds = {0: ROOT_ROUNDS, 1: NODE_ROUNDS}.get(effort, effort)
        best: Solved | None = None
        model = PriceModel(relaxation.prices, relaxation.worst)
        solutions: list[Solved] = []
        visited: set[tuple[int, ...]] = set()
        at = part.places
        settled = -(1 << 62)
        stalls = 0
        known_best = self.plans.best
        radius = WIDE if not part.places.any() else FIRST_RADIUS
        for step in range(rounds):
            solved = relaxation.solve(part, at)
            if solved is None:
                return None
            if best is not None:
                grown = solved.base > best.base
                radius = min(WIDE, 1.7 * radius) if grown else 0.5 * radius
            if best is None or solved.base >= best.base:
                best = solved
            self._value_if_whole(solved)
            if self._better(best.base) or (step and self.watch.over()):
                return best
            self._learn(model, solutions, solved)
            visited.add(tuple(at.tolist()))
            if step + 1 in LOOKS and self.enough is not None and self.enough(part, best):
                return best
            following, height = model.next_places(best.places, radius)
            gap = self._gap(best)
            rise = height * float(1 << relaxation.shift) - best.base
            if tuple(following.tolist()) not in visited and rise > 1e-3 * gap:
                at = following
                continue
            if self.plans.best is not None and self.plans.best != known_best:
                known_best = self.plans.best
                hint = self.places_from(self.plans.prices(known_best[1]))
                if tuple(hint.tolist()) not in visited:
                    at = hint
                    continue
            # prices have settled: cuts next
            if best.base - settled < SHORT_GAIN * gap:
                stalls += 1
                if stalls >= STALLS:
                    break
            else:
                stalls = 0
            settled = best.base
            radius = max(radius, 0.1)
            cut = self._cut(part, best, fives=stalls > 0 or step > 6)
            if cut is None:
                break
            best = cut if cut.base >= best.base else best
            if self._better(best.base) or self.watch.over():
                return best
            at = best.places
            model.keep([self._keeps_cuts(s) for s in solutions for r in s.scopes if r is not None])
            solutions = [s for s in solutions if self._keeps_cuts(s)]
            visited = set()
            self._learn(model, solutions, cut)
            following, _ = model.next_places(at, radius)
            if tuple(following.tolist()) != tuple(at.tolist()):
                visited.add(tuple(at.tolist()))
                at = following
        return best

    def _gap(self, best: Solved) -> float:
        """Return the scaled distance to the best plan, or a share of the bound while there is none."""
        if self.plans.best is None:
            return 0.01 * abs(best.base) + 1.0
        return float((self.plans.best[0] << self.relaxation.shift) - best.base) + 1.0

    def _learn(self, model: PriceModel, solutions: list[Solved], solved: Solved) -> None:
        """Enter a solved relaxation into the model of prices; the oldest makes room."""
        if len(solutions) >= MODELS:
            oldest = solutions.pop(0)
            gone = sum(relaxed is not None for relaxed in oldest.scopes)
            model.keep([index >= gone for index in range(len(model.curves))])
        solutions.append(solved)
        model.add(self.relaxation.curves(solved), solved.places)

    def _cut(self, part: Part, solved: Solved, *, fives: bool) -> Solved | None:
        """Cut and solve again at the same prices a few times; None if there was nothing to cut."""
        at: Solved | None = None
        for _ in range(CUT_ROUNDS):
            if not self.relaxation.separate(solved if at is None else at, fives=fives):
                break
            again = self.relaxation.solve(part, solved.places)
            if again is None:
                break
            at = again
            self._value_if_whole(at)
            if self._better(at.base) or self.watch.over():
                break
        return at

    def _keeps_cuts(self, solved: Solved) -> bool:
        for program, relaxed in zip(self.relaxation.programs, solved.scopes, strict=True):
            if program is None or relaxed is None or not len(program.rhs):
                continue
            if (program.coefficients @ relaxed.value > program.rhs + 1e-6).any():
                return False
        return True

    def _value_if_whole(self, solved: Solved) -> None:
        chosen: list[tuple[int, ...]] = []
        for scope, relaxed in enumerate(solved.scopes):
            if relaxed is None:
                chosen.append(())
                continue
            if not relaxed.whole:
                return
            used = np.flatnonzero(relaxed.value > 0.5)
            program = self.relaxation.programs[scope]
            assert program is not None
            if (program.held[used].sum(axis=0) != 1).any():
                return
            chosen.append(tuple(int(b) for b in self.relaxation.columns[scope][used]))
        self.plans.value(tuple(chosen))

    def split(self, part: Part, solved: Solved, bound: int) -> list[Part]:
        """Split a part in two or three: by a number of positions, else by a pair of groups."""
        child = replace(part, bound=bound, places=solved.places)
        numbers = [
            (scope, relaxed.positions) for scope, relaxed in enumerate(solved.scopes) if relaxed is not None
        ]
        for scope, number in sorted(numbers, key=lambda n: (-abs(n[1] - round(n[1])), n[0])):
            low, high = part.low[scope], part.high[scope]
            if abs(number - round(number)) > 1e-3:
                cut = int(np.floor(number))
                ranges = [(low, cut), (cut + 1, high)]
            elif low < high:
                cut = round(number)
                ranges = [(low, cut - 1), (cut, cut), (cut + 1, high)]
            else:
                continue
            return [self._ranged(child, scope, a, b) for a, b in ranges if a <= b]
        pair = self._pair(part, solved)
        if pair is None:
            return []
        return [replace(child, pairs=(*part.pairs, (*pair, together))) for together in (True, False)]

    @staticmethod
    def _ranged(part: Part, scope: int, low: int, high: int) -> Part:
        return replace(
            part,
            low=(*part.low[:scope], low, *part.low[scope + 1 :]),
            high=(*part.high[:scope], high, *part.high[scope + 1 :]),
        )

    def _pair(self, part: Part, solved: Solved) -> tuple[int, int, int] | None:
        """Choose two groups that are together by about half; a whole relaxation offers its own pairs."""
        done = {(scope, a, b) for scope, a, b, _ in part.pairs}
        best: tuple[float, int, int, int] | None = None
        for scope, relaxed in enumerate(solved.scopes):
            program = self.relaxation.programs[scope]
            if relaxed is None or program is None:
                continue
            used = np.flatnonzero(relaxed.value)
            held = program.held[used].astype(np.float64)
            together = held.T @ (held * relaxed.value[used][:, None])
            open_ = self._open_pairs(part, scope, relaxed)
            for a, b in np.argwhere(np.triu(open_, 1)).tolist():
                if (scope, a, b) not in done:
                    key = (abs(float(together[a, b]) - 0.5), scope, a, b)
                    best = key if best is None or key < best else best
        return None if best is None else best[1:]

    def _open_pairs(
        self, part: Part, scope: int, relaxed: Relaxed
    ) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Return the pairs that some allowed bundle still holds together."""
        program = self.relaxation.programs[scope]
        assert program is not None
        held = program.held[~self.relaxation.barred(part, scope)]
        return np.asarray(held.T @ held > 0)


__all__ = ["Chosen", "Raiser"]
