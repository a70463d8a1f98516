"""How often posts are enough: the scenarios in which a crew, or all crews of an office, keep the rule.

`needs` (draw, crew) is the fewest posts of each crew in each draw. One crew keeps the rule in a draw if it
has as many; an office if all its crews do. For one crew the fewest posts for a probability is a quantile.
For several it is a search over how to split the posts: exact by branch and bound, with a stated bound
where that would take too long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray, Status

#: Nodes that the search for one split may look at.
NODES = 4_000
#: Splits with more posts beyond the bound than this are not searched for one by one.
STRETCH = 200


@dataclass(frozen=True)
class Split:
    """Posts of each crew, the weight of the draws in which they are enough, and what no split exceeds."""

    posts: tuple[int, ...]
    kept: int
    bound: int


@dataclass(frozen=True)
class Reliable:
    """The fewest posts found that are enough in the wanted weight of draws; `bound`: fewer are not."""

    posts: tuple[int, ...]
    kept: int
    bound: int

    @property
    def status(self) -> Status:
        """Whether fewer posts are proven to fail."""
        return "optimal" if sum(self.posts) == self.bound else "feasible"


def kept_weight(needs: IntArray, weight: IntArray, posts: tuple[int, ...]) -> int:
    """Return the weight of the draws in which every crew has the posts it needs."""
    return int(weight[(needs <= np.array(posts, dtype=np.int64)).all(axis=1)].sum())


def quantile(need: IntArray, weight: IntArray, wanted: int) -> int:
    """Return the fewest posts that are enough in draws of at least the wanted weight."""
    order = np.argsort(need, kind="stable")
    reached = np.cumsum(weight[order])
    at = int(np.searchsorted(reached, wanted, side="left"))
    return int(need[order[min(at, len(order) - 1)]])


def wanted_weight(total: int, probability_dec2: int) -> int:
    """Return the least whole weight that is at least the probability (hundredths of a percent)."""
    return -(-total * probability_dec2 // 10_000)


def least_posts(needs: IntArray, weight: IntArray, probability_dec2: int) -> Reliable:
    """Return the fewest posts, and their split over crews, that keep the rule with the probability."""
    wanted = wanted_weight(int(weight.sum()), probability_dec2)
    crews = range(needs.shape[1])
    floor = [quantile(needs[:, c], weight, wanted) for c in crews]
    if needs.shape[1] == 1:
        return Reliable((floor[0],), kept_weight(needs, weight, (floor[0],)), floor[0])
    bound = sum(floor)
    proven = True
    for total in range(bound, min(int(needs.max(axis=0).sum()), bound + STRETCH) + 1):
        split = best_split(needs, weight, total, enough=wanted)
        if split.kept >= wanted:
            return Reliable(split.posts, split.kept, bound)
        proven = proven and split.bound < wanted
        bound = total + 1 if proven else bound
    most = tuple(int(n) for n in needs.max(axis=0))
    return Reliable(most, int(weight.sum()), bound)


def best_split(needs: IntArray, weight: IntArray, total: int, *, enough: int | None = None) -> Split:
    """Split posts over the crews so that they are enough as often as can be; never more than `total`.

    `enough` ends the search at the first split that reaches it. A crew gets only numbers that some draw
    needs: others waste posts.
    """
    if needs.shape[1] == 1:
        posts = min(total, int(needs.max(initial=0)))
        kept = kept_weight(needs, weight, (posts,))
        return Split((posts,), kept, kept)
    search = _Search(needs, weight, enough)
    search.best, search.kept = _greedy(needs, weight, total)
    every = np.ones(len(weight), dtype=bool)
    root = search.limit(every, 0, total)
    if not search.done() and root > search.kept:
        search.go(every, 0, total, ())
    stopped = search.done() or search.left <= 0
    return Split(search.best, search.kept, max(root, search.kept) if stopped else search.kept)


def _greedy(needs: IntArray, weight: IntArray, total: int) -> tuple[tuple[int, ...], int]:
    """Start at the most and take posts away where fewest draws are lost; then what is left is the split."""
    posts = needs.max(axis=0).astype(np.int64)
    while int(posts.sum()) > total:
        kept = (needs <= posts).all(axis=1)
        ways: list[tuple[float, int, int]] = []
        for crew in range(len(posts)):
            lower = needs[needs[:, crew] < posts[crew], crew]
            step = int(lower.max()) if len(lower) else 0
            if posts[crew] > step:
                lost = int(weight[kept & (needs[:, crew] > step)].sum())
                ways.append((lost / (int(posts[crew]) - step), crew, step))
        _, crew, step = min(ways)
        posts[crew] = max(step, int(posts[crew]) - (int(posts.sum()) - total))
    split = tuple(int(p) for p in posts)
    return split, kept_weight(needs, weight, split)


class _Search:
    """Depth first over crews; what the crews still to come could keep at best bounds every branch."""

    def __init__(self, needs: IntArray, weight: IntArray, enough: int | None) -> None:
        self.needs, self.weight, self.enough = needs, weight, enough
        self.levels = [np.unique(needs[:, c]) for c in range(needs.shape[1])]
        self.least = [int(levels[0]) for levels in self.levels]
        self.best: tuple[int, ...] = ()
        self.kept = -1
        self.left = NODES

    def done(self) -> bool:
        """Whether the split found is as good as was asked for."""
        return self.enough is not None and self.kept >= self.enough

    def limit(self, alive: npt.NDArray[np.bool_], crew: int, rest: int) -> int:
        """Return the weight that no split of the rest over the crews from `crew` on can exceed."""
        spare = rest - sum(self.least[crew:])
        if spare < 0:
            return 0
        found = int(self.weight[alive].sum())
        for later in range(crew, self.needs.shape[1]):
            fits = alive & (self.needs[:, later] <= self.least[later] + spare)
            found = min(found, int(self.weight[fits].sum()))
        return found

    def go(self, alive: npt.NDArray[np.bool_], crew: int, rest: int, posts: tuple[int, ...]) -> None:
        """Try every number of posts for this crew, most first."""
        last = crew == self.needs.shape[1] - 1
        room = rest - sum(self.least[crew + 1 :])
        levels = [int(level) for level in self.levels[crew] if level <= room]
        for level in reversed(levels[-1:] if last else levels):
            if self.done() or self.left <= 0:
                return
            self.left -= 1
            kept = alive & (self.needs[:, crew] <= level)
            if last:
                weight = int(self.weight[kept].sum())
                if weight > self.kept:
                    self.kept, self.best = weight, (*posts, level)
            elif self.limit(kept, crew + 1, rest - level) > self.kept:
                self.go(kept, crew + 1, rest - level, (*posts, level))
