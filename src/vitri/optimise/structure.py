"""One structure for many offices together with their posts: a price per post and exact set partitions.

The problem: choose one partition of the task groups into positions for every scope (all offices, a class of
offices, or one office) and whole posts for every position and unit, at least cost under nested ceilings.

With a price on posts what is left is a set partition whose columns cost
``Σ_units min_k (P(unit, bundle, k) + price · k)``: every price gives a proven lower bound. For a fixed
partition posts go by falling gain, which is exact because P is convex and ceilings are nested. The exact
finish ranks partitions by their priced cost until the next one cannot beat the best plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vitri.optimise.engine import IntArray, Partition, Status, UndecidedError, Watch, set_partition
from vitri.optimise.quota import NO_CEILING, Tree, share_by_gain

PRICE_STEPS = 24
# work limits, in (bundle, unit) pairs priced: a number, not a clock, so that a run repeats itself
RANKED_PAIRS = 200_000
STEP_PAIRS = 1_000_000
RANKED_EFFORT = 0.5


@dataclass(frozen=True)
class PricedBundles:
    """The priced input of the search.

    `membership` is bundles × groups. `cost` is (bundle, unit, posts) in whole cost units, convex and
    falling along posts; `office_of[u]` the office of a unit, `scope_of[u]` the scope whose structure it
    follows. Groups without work in a scope need no position there: `needed` is (scope, group).
    """

    membership: npt.NDArray[np.bool_]
    cost: IntArray
    office_of: tuple[int, ...]
    scope_of: tuple[int, ...]
    needed: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class StructurePlan:
    """Positions per scope (bundle indices), posts (bundle, unit), the cost reached and its proven bound."""

    positions: tuple[tuple[int, ...], ...]
    posts: IntArray
    cost: int
    bound: int
    status: Status
    prices: tuple[int, ...]


class _Search:
    def __init__(self, data: PricedBundles, tree: Tree, watch: Watch) -> None:
        self.data = data
        self.tree = tree
        self.watch = watch
        self.scopes = len(data.needed)
        self.units = [
            np.array([u for u, s in enumerate(data.scope_of) if s == scope], dtype=np.int64)
            for scope in range(self.scopes)
        ]
        self.gains = data.cost[:, :, :-1] - data.cost[:, :, 1:]
        self.steps = np.arange(data.cost.shape[2], dtype=np.int64)
        self.chains = tree.ancestors()
        self.best: tuple[int, tuple[tuple[int, ...], ...], IntArray] | None = None
        self.refused: IntArray = np.zeros(len(self.chains), dtype=np.int64)
        self.seen: dict[tuple[tuple[int, ...], ...], int] = {}
        capped = [i for i, node in enumerate(tree.nodes) if node.ceiling < NO_CEILING]
        self.capped = capped

    def plan_cost(self, positions: tuple[tuple[int, ...], ...]) -> int:
        """Share out the posts of fixed structures exactly; remember the best plan."""
        if positions in self.seen:
            return self.seen[positions]
        items = [
            (b, int(u)) for scope, chosen in enumerate(positions) for b in chosen for u in self.units[scope]
        ]
        share = share_by_gain(
            [self.gains[b, u] for b, u in items], [self.data.office_of[u] for _, u in items], self.tree
        )
        cost = int(sum(int(self.data.cost[b, u, k]) for (b, u), k in zip(items, share.posts, strict=True)))
        self.seen[positions] = cost
        if self.best is None or cost < self.best[0]:
            posts = np.zeros(self.data.cost.shape[:2], dtype=np.int64)
            for (b, u), k in zip(items, share.posts, strict=True):
                posts[b, u] = k
            self.best = (cost, positions, posts)
            self.refused = share.refused
        return cost

    def priced(self, prices: Sequence[int]) -> tuple[IntArray, IntArray]:
        """Return the priced cost (scope, bundle) and the posts each takes (scope, bundle, office)."""
        at_office = np.array([sum(prices[n] for n in chain) for chain in self.chains], dtype=np.int64)
        cost = np.zeros((self.scopes, len(self.data.membership)), dtype=np.int64)
        posts = np.zeros((self.scopes, len(self.data.membership), len(self.chains)), dtype=np.int64)
        for scope, units in enumerate(self.units):
            offices = np.array([self.data.office_of[u] for u in units], dtype=np.int64)
            table = self.data.cost[:, units] + at_office[offices][None, :, None] * self.steps
            best = table.argmin(axis=2)
            cost[scope] = np.take_along_axis(table, best[:, :, None], axis=2).sum(axis=(1, 2))
            for column, office in enumerate(offices):
                posts[scope, :, office] += best[:, column]
        return cost, posts

    def partition(
        self,
        scope: int,
        cost: IntArray,
        forbidden: Sequence[tuple[int, ...]] = (),
        effort: float | None = None,
    ) -> Partition | None:
        needed = self.data.needed[scope]
        usable = np.flatnonzero(~(self.data.membership & ~needed).any(axis=1))
        if not needed.any():
            return None if forbidden else Partition((), 0, 0)
        at = {int(b): i for i, b in enumerate(usable)}
        found = set_partition(
            self.data.membership[usable][:, needed],
            cost[usable],
            forbidden=[tuple(at[b] for b in columns) for columns in forbidden],
            watch=self.watch,
            seed=self.watch.options.seed,
            effort=effort,
        )
        if found is None:
            return None
        return Partition(tuple(int(usable[i]) for i in found.columns), found.cost, found.bound)

    def evaluate(self, prices: Sequence[int]) -> tuple[int, list[Partition], IntArray] | None:
        """Return the bound at these prices, the partitions, and the posts they use per node."""
        cost, posts = self.priced(prices)
        try:
            found = [self.partition(scope, cost[scope]) for scope in range(self.scopes)]
        except UndecidedError:
            return None
        if any(item is None for item in found):
            return None
        partitions = [item for item in found if item is not None]
        bound = sum(item.bound for item in partitions)
        bound -= sum(prices[n] * self.tree.nodes[n].ceiling for n in self.capped)
        use = np.zeros(len(self.tree.nodes), dtype=np.int64)
        for scope, item in enumerate(partitions):
            for bundle in item.columns:
                for office, chain in enumerate(self.chains):
                    for node in chain:
                        use[node] += posts[scope, bundle, office]
        self.plan_cost(tuple(item.columns for item in partitions))
        return bound, partitions, use


def design_structure(data: PricedBundles, tree: Tree, watch: Watch) -> StructurePlan | None:
    """Choose structures and posts together; None where no partition exists.

    Returns the best plan found with its proven bound; status "optimal" means cost == bound.
    """
    search = _Search(data, tree, watch)
    prices = [0] * len(tree.nodes)
    at = search.evaluate(prices)
    if at is None:
        return None
    best_bound, best_prices = at[0], list(prices)
    step = _first_step(search)
    tried = {tuple(prices)}
    pairs = data.cost.shape[0] * data.cost.shape[1]
    for _ in range(max(6, min(PRICE_STEPS, STEP_PAIRS // pairs))):
        if search.best is None or search.best[0] <= best_bound or watch.over():
            break
        following = _next_prices(search, at[2], best_prices, step, tried)
        if following is None:
            break
        prices = following
        tried.add(tuple(prices))
        result = search.evaluate(prices)
        if result is None:
            break
        at = result
        if at[0] > best_bound:
            best_bound, best_prices = at[0], list(prices)
        else:
            step = max(1, step // 2)
        watch.tell("structure", search.best[0], best_bound, "cost")
    bound = _finish(search, best_prices, best_bound)
    assert search.best is not None
    cost, positions, posts = search.best
    bound = min(bound, cost)
    status: Status = "optimal" if bound == cost else "feasible"
    watch.tell("structure", cost, bound, "cost")
    return StructurePlan(positions, posts, cost, bound, status, tuple(best_prices))


def _first_step(search: _Search) -> int:
    return max(1, int(search.gains.max(initial=1)) // 8)


def _next_prices(
    search: _Search,
    use: IntArray,
    best_prices: list[int],
    step: int,
    tried: set[tuple[int, ...]],
) -> list[int] | None:
    """Prices read off the best plan's refused gains first, then a subgradient step from the best prices."""
    tree = search.tree
    guess = [0] * len(tree.nodes)
    refused = search.refused.astype(object)
    for index in reversed(range(len(tree.nodes))):
        if index not in search.capped:
            continue
        below = [o for o, chain in enumerate(search.chains) if index in chain]
        above = [sum(guess[n] for n in search.chains[o]) for o in below]
        guess[index] = max(0, min(int(refused[o]) - paid for o, paid in zip(below, above, strict=True)))
    if tuple(guess) not in tried:
        return guess
    over = {n: int(use[n]) - tree.nodes[n].ceiling for n in search.capped}
    moved = list(best_prices)
    for node, excess in over.items():
        if excess > 0:
            moved[node] = moved[node] + step
        elif excess < 0:
            moved[node] = max(0, moved[node] - step)
    while tuple(moved) in tried and step > 1:
        step //= 2
        moved = [
            max(0, p + (step if over.get(n, 0) > 0 else -step if over.get(n, 0) < 0 else 0))
            for n, p in enumerate(best_prices)
        ]
    return None if tuple(moved) in tried else moved


def _finish(search: _Search, prices: list[int], bound: int) -> int:
    """Rank partitions at the best prices until none can beat the best plan; return the proven bound.

    With one scope the k-th best partition is found by forbidding the ones before it, so the next priced
    cost bounds everything not yet looked at. With several scopes only the price bound is returned.
    """
    assert search.best is not None
    if search.scopes != 1 or search.best[0] <= bound:
        return bound
    cost, _ = search.priced(prices)
    paid = sum(prices[n] * search.tree.nodes[n].ceiling for n in search.capped)
    ranked: list[tuple[int, ...]] = []
    pairs = search.data.cost.shape[0] * search.data.cost.shape[1]
    for _ in range(max(8, min(400, RANKED_PAIRS // pairs))):
        if search.watch.over():
            return bound
        try:
            found = search.partition(0, cost[0], ranked, RANKED_EFFORT)
        except UndecidedError:
            return bound
        if found is None:
            return search.best[0]
        bound = max(bound, min(found.bound - paid, search.best[0]))
        if found.bound - paid >= search.best[0]:
            return search.best[0]
        search.plan_cost((found.columns,))
        ranked.append(found.columns)
        search.watch.tell("structure", search.best[0], bound, "cost")
    return bound
