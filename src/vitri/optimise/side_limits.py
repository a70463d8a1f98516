"""Side limits: posts shared out under nested ceilings while limits on classes of posts cross the tree.

Every office brings alternatives: a cost, its posts, and its posts by class (I, II, III, or any other label).
Nested ceilings are a min-plus convolution (`quota.share_by_curve`). A limit on one class does not nest in
them, so it gets a price of its own: for fixed prices the shares are exact, and cost plus priced excess is a
proven lower bound (Lagrangian relaxation, Everett 1963; Fisher 1981). What prices leave open is closed
by enumeration where there are few combinations, else by an integer programme; the gap that remains is told.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from ortools.sat.python import cp_model

from vitri.optimise.engine import IntArray, Status, UndecidedError
from vitri.optimise.lex import INFEASIBLE
from vitri.optimise.quota import NO_CEILING, Curve, Tree, share_by_curve

#: Prices are whole multiples of one over this, so that every bound is exact.
_SCALE = 256
_FEW = 2_000
_LARGEST = 1 << 50
_ROUNDS = 120


@dataclass(frozen=True)
class Choices:
    """The alternatives of one office: `cost` and `posts` (options), `classes` (options × labels); whole."""

    cost: IntArray
    posts: IntArray
    classes: IntArray


@dataclass(frozen=True)
class SideLimit:
    """A limit on one label's sum below a node of the tree: at least `least`, at most `most` (None: open)."""

    node: int
    label: int
    most: int | None = None
    least: int = 0


@dataclass(frozen=True)
class SideShare:
    """What was chosen: an alternative per office, its cost, the proven bound and the gap between them.

    `prices` are per side limit what one more unit is worth in cost, read off the best bound: positive where
    `most` holds the plan back, negative where `least` does.
    """

    option: IntArray
    posts: IntArray
    cost: int
    bound: int
    gap: int
    status: Status
    prices: tuple[Fraction, ...]


@dataclass(frozen=True)
class _Row:
    """One inequality: the sum of `amount[office][option]` over all offices is at most `most`."""

    side: int
    sign: int
    amount: tuple[IntArray, ...]
    most: int


def share_with_sides(
    choices: Sequence[Choices],
    tree: Tree,
    sides: Sequence[SideLimit],
    *,
    rounds: int = _ROUNDS,
    effort: float = 20.0,
    start: Sequence[int] | None = None,
    seconds: float = math.inf,
) -> SideShare | None:
    """Choose one alternative per office at least cost; None where it is proven that none keeps all limits.

    Parameters
    ----------
    choices
        By office index, as in the tree's leaves.
    rounds
        Price steps at most.
    effort
        Deterministic time of the integer programme; 0 leaves it out, so that the gap of the prices shows.
    start
        A plan known to keep all limits: what is found is not worse.
    seconds
        Wall time of the integer programme at most.

    Raises
    ------
    UndecidedError
        Where effort ran out before any plan was found.
    OverflowError
        Where costs are too large to be priced in 64 bits.
    """
    if sum(int(np.abs(c.cost).max(initial=0)) for c in choices) >= _LARGEST:
        raise OverflowError("the costs are too large to be priced in 64 bits")
    below = offices_below(tree)
    rows = _rows(choices, sides, below)
    priced = _by_price(choices, tree, rows, rounds)
    if priced is None:
        return None
    best, bound, prices = priced
    if start is not None and (best is None or _cost(choices, start) < _cost(choices, best)):
        best = list(start)
    value = None if best is None else _cost(choices, best)
    if value is None or value > bound:
        if np.prod([len(c.cost) for c in choices], dtype=float) <= _FEW:
            best = _enumerated(choices, tree, below, rows)
            if best is None:
                return None
            value = bound = _cost(choices, best)
        elif effort > 0:
            found = _programme(choices, tree, below, rows, best, bound, effort, seconds)
            if found is None:
                return None
            best, bound = found
            value = None if best is None else _cost(choices, best)
    if best is None or value is None:
        raise UndecidedError
    told = [Fraction(0)] * len(sides)
    for row, price in zip(rows, prices, strict=True):
        told[row.side] += row.sign * Fraction(int(price), _SCALE)
    posts = np.array([int(c.posts[j]) for c, j in zip(choices, best, strict=True)], dtype=np.int64)
    return SideShare(
        option=np.array(best, dtype=np.int64),
        posts=posts,
        cost=value,
        bound=bound,
        gap=value - bound,
        status="optimal" if value == bound else "feasible",
        prices=tuple(told),
    )


def offices_below(tree: Tree) -> list[frozenset[int]]:
    """Return for every node the offices below it."""
    below: list[frozenset[int]] = []
    for node in tree.nodes:
        own = frozenset() if node.office is None else frozenset({node.office})
        below.append(own.union(*(below[child] for child in node.children)))
    return below


def _rows(
    choices: Sequence[Choices], sides: Sequence[SideLimit], below: Sequence[frozenset[int]]
) -> list[_Row]:
    rows = []
    for index, side in enumerate(sides):
        amount = tuple(
            c.classes[:, side.label] if office in below[side.node] else np.zeros(len(c.cost), dtype=np.int64)
            for office, c in enumerate(choices)
        )
        if side.most is not None:
            rows.append(_Row(index, 1, amount, side.most))
        if side.least > 0:
            rows.append(_Row(index, -1, tuple(-a for a in amount), -side.least))
    return rows


def _cost(choices: Sequence[Choices], option: Sequence[int]) -> int:
    return sum(int(c.cost[j]) for c, j in zip(choices, option, strict=True))


def _by_price(
    choices: Sequence[Choices], tree: Tree, rows: Sequence[_Row], rounds: int
) -> tuple[list[int] | None, int, IntArray] | None:
    """Search the prices: return the best plan that keeps all limits, the best bound and its prices.

    Subgradient steps in whole multiples of the price unit (Held, Wolfe and Crowder 1974), so that every
    bound is computed in whole numbers. None where the nested limits alone allow nothing.
    """
    prices = np.zeros(len(rows), dtype=np.int64)
    best: list[int] | None = None
    value: int | None = None
    top: int | None = None
    kept = prices
    pace, idle = Fraction(1), 0
    for _ in range(max(1, rounds)):
        option, total = _at(choices, tree, rows, prices)
        if option is None:
            return None
        scaled = total - sum(int(p) * row.most for p, row in zip(prices, rows, strict=True))
        bound = -(-scaled // _SCALE)
        if top is None or bound > top:
            top, kept, idle = bound, prices.copy(), 0
        else:
            idle += 1
        over = np.array(
            [sum(int(a[j]) for a, j in zip(r.amount, option, strict=True)) - r.most for r in rows],
            dtype=np.int64,
        )
        cost = _cost(choices, option)
        if (over <= 0).all() and (value is None or cost < value):
            best, value = option, cost
        if value is not None and value <= top:
            break
        active = np.where((prices == 0) & (over < 0), 0, over)
        norm = int((active * active).sum())
        if norm == 0:
            break
        if idle >= 6:
            pace, idle = pace / 2, 0
        target = value if value is not None else top + max(1, abs(top) // 20)
        reach = max(_SCALE, target * _SCALE - scaled)
        step = [pace * reach * int(a) / norm for a in active]
        moved = [max(0, int(p) + _whole(s)) for p, s in zip(prices, step, strict=True)]
        # a step below the unit still moves, else the search would stand
        if moved == prices.tolist():
            moved = [max(0, int(p) + int(np.sign(a))) for p, a in zip(prices, active, strict=True)]
        prices = np.array(moved, dtype=np.int64)
    assert top is not None
    return best, top, kept


def _whole(value: Fraction) -> int:
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))


def _at(
    choices: Sequence[Choices], tree: Tree, rows: Sequence[_Row], prices: IntArray
) -> tuple[list[int] | None, int]:
    """Solve the problem without side limits at given prices; ties go to the first alternative."""
    curves, picks = [], []
    for office, c in enumerate(choices):
        scaled = c.cost * _SCALE
        for price, row in zip(prices, rows, strict=True):
            scaled = scaled + int(price) * row.amount[office]
        size = int(c.posts.max()) + 1 if len(c.posts) else 1
        curve = np.full((size, 1), INFEASIBLE, dtype=np.int64)
        pick = np.full(size, -1, dtype=np.int64)
        order = np.lexsort((np.arange(len(scaled)), scaled))
        counts, first = np.unique(c.posts[order], return_index=True)
        pick[counts] = order[first]
        curve[counts, 0] = scaled[order[first]]
        curves.append(Curve(curve))
        picks.append(pick)
    share = share_by_curve(curves, tree)
    if share is None:
        return None, 0
    option = [int(pick[int(k)]) for pick, k in zip(picks, share.posts, strict=True)]
    return option, int(share.cost[0])


def _fits(
    choices: Sequence[Choices],
    tree: Tree,
    below: Sequence[frozenset[int]],
    rows: Sequence[_Row],
    option: Sequence[int],
) -> bool:
    posts = [int(c.posts[j]) for c, j in zip(choices, option, strict=True)]
    for node, offices in zip(tree.nodes, below, strict=True):
        if not node.floor <= sum(posts[o] for o in offices) <= node.ceiling:
            return False
    return all(sum(int(a[j]) for a, j in zip(row.amount, option, strict=True)) <= row.most for row in rows)


def _enumerated(
    choices: Sequence[Choices], tree: Tree, below: Sequence[frozenset[int]], rows: Sequence[_Row]
) -> list[int] | None:
    """Try every combination, cheapest first among equals by order; None where none keeps all limits."""
    best: tuple[int, list[int]] | None = None
    for option in itertools.product(*(range(len(c.cost)) for c in choices)):
        cost = _cost(choices, option)
        if (best is None or cost < best[0]) and _fits(choices, tree, below, rows, option):
            best = cost, list(option)
    return None if best is None else best[1]


def choose_one_each(
    model: cp_model.CpModel, choices: Sequence[Choices], tree: Tree, below: Sequence[frozenset[int]]
) -> list[list[cp_model.IntVar]]:
    """Add the choice of one alternative per office under the nested limits on posts; return its variables."""
    taken = [[model.new_bool_var("") for _ in c.cost] for c in choices]
    for row_of in taken:
        model.add_exactly_one(row_of)
    for node, offices in zip(tree.nodes, below, strict=True):
        posts = sum(
            int(k) * v for o in sorted(offices) for k, v in zip(choices[o].posts, taken[o], strict=True)
        )
        if node.ceiling < NO_CEILING:
            model.add(posts <= node.ceiling)
        if node.floor > 0:
            model.add(posts >= node.floor)
    return taken


def row_use(taken: Sequence[Sequence[cp_model.IntVar]], amount: Sequence[IntArray]) -> cp_model.LinearExpr:
    """Return what the alternatives taken use of one limit."""
    terms = [
        int(a) * v for vs, own in zip(taken, amount, strict=True) for a, v in zip(own, vs, strict=True) if a
    ]
    return cp_model.LinearExpr.sum(terms)


def programme_solver(effort: float, seconds: float = math.inf) -> cp_model.CpSolver:
    """Return a solver that repeats itself: one worker, a fixed seed, an effort in deterministic time."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    solver.parameters.relative_gap_limit = 0.0
    solver.parameters.catch_sigint_signal = False
    if seconds < math.inf:
        solver.parameters.max_time_in_seconds = max(0.05, seconds)
    return solver


def _programme(
    choices: Sequence[Choices],
    tree: Tree,
    below: Sequence[frozenset[int]],
    rows: Sequence[_Row],
    hint: Sequence[int] | None,
    bound: int,
    effort: float,
    seconds: float,
) -> tuple[list[int] | None, int] | None:
    """Solve the whole as an integer programme from the plan and the bound that the prices gave.

    Returns (plan or None, bound); None alone where it is proven that nothing keeps all limits.
    """
    model = cp_model.CpModel()
    taken = choose_one_each(model, choices, tree, below)
    for row in rows:
        model.add(row_use(taken, row.amount) <= row.most)
    cost = sum(
        int(k) * v for c, vs in zip(choices, taken, strict=True) for k, v in zip(c.cost, vs, strict=True)
    )
    model.add(cost >= bound)
    if hint is not None:
        model.add(cost <= _cost(choices, hint))
        for vs, j in zip(taken, hint, strict=True):
            for index, v in enumerate(vs):
                model.add_hint(v, index == j)
    model.minimize(cost)
    solver = programme_solver(effort, seconds)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        plan = [next(j for j, v in enumerate(vs) if solver.value(v)) for vs in taken]
        value = _cost(choices, plan)
        proven = (
            value if status == cp_model.OPTIMAL else max(bound, math.ceil(solver.best_objective_bound - 1e-6))
        )
        return plan, proven
    return (None if hint is None else list(hint)), bound
