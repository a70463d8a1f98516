"""Exact lexicographic minimum-cost flow in whole numbers, with a certificate of optimality.

People are placed, work is handed out and ranks are mixed on networks whose arcs carry a *vector* of costs,
compared level by level. There are no weights to choose: a flow is lexicographically best exactly when no
cycle of its residual network has a lexicographically negative cost (Klein's condition, level by level), and
on a simple cycle the sum of a level is at most its *swing*, a small number the caller derives from the shape
of the network. With ``weight[k] = 1 + Σ_{j>k} swing[j] · weight[j]`` the packed cost of every simple cycle
therefore has the sign of its vector, and one integer flow is lexicographically optimal. Where the packed
costs would not fit into 64 bits, the levels are solved in stages: after each stage only the flows that obey
complementary slackness with its potentials, i.e. exactly the optimal ones, remain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

from vitri.optimise.engine import IntArray

_WORD = 62


@dataclass(frozen=True)
class Network:
    """Arcs tail → head with a capacity and a vector of unit costs; nodes with a supply.

    `costs` has the shape (arc, level), costs are not negative; `supplies` (node) is positive at sources and
    adds up to zero. Several networks that share no arc may stand side by side: their optima add up.
    """

    tails: IntArray
    heads: IntArray
    capacities: IntArray
    costs: IntArray
    supplies: IntArray


@dataclass(frozen=True)
class Flow:
    """The optimal flow on each arc and the total of each level.

    The totals are also proven lower bounds, level by level: `solve` refuses to return a flow whose residual
    network has a negative cycle.
    """

    flows: IntArray
    totals: tuple[int, ...]


class NoFlowError(ArithmeticError):
    """No flow satisfies the supplies: the network was built wrongly."""


def weights_of(swings: Sequence[int]) -> list[int]:
    """Return one weight per level such that a unit of a level outweighs everything below it on a cycle."""
    weights: list[int] = []
    below = 0
    for swing in reversed(swings):
        weights.append(1 + below)
        below += swing * (1 + below)
    return weights[::-1]


def stages_of(swings: Sequence[int], largest: Sequence[int], nodes: int) -> list[range]:
    """Split the levels into runs whose packed costs, times the number of nodes, stay below 2^62.

    `largest` is the largest unit cost of each level. The solver multiplies costs by the number of nodes.
    """
    room = (1 << _WORD) // (2 * (nodes + 2))
    stages: list[range] = []
    start = 0
    while start < len(swings):
        stop = start + 1
        while stop < len(swings):
            weights = weights_of(swings[start : stop + 1])
            if sum(w * c for w, c in zip(weights, largest[start : stop + 1], strict=True)) >= room:
                break
            stop += 1
        stages.append(range(start, stop))
        start = stop
    return stages


def potentials(network: Network, capacities: IntArray, costs: IntArray, flows: IntArray) -> IntArray:
    """Return node potentials that prove a flow optimal for one vector of packed costs (arc).

    Bellman and Ford's shortest distances in the residual network, from everywhere at zero. Every residual
    arc then has ``cost + potential[tail] − potential[head] ≥ 0``. Raises ArithmeticError if there are none,
    i.e. if the flow is not optimal.
    """
    forward = flows < capacities
    backward = flows > 0
    tails = np.concatenate([network.tails[forward], network.heads[backward]])
    heads = np.concatenate([network.heads[forward], network.tails[backward]])
    lengths = np.concatenate([costs[forward], -costs[backward]])
    distance = np.zeros(len(network.supplies), dtype=np.int64)
    if len(tails) == 0:
        return distance
    order = np.argsort(heads, kind="stable")
    tails, heads, lengths = tails[order], heads[order], lengths[order]
    starts = np.flatnonzero(np.r_[True, heads[1:] != heads[:-1]])
    targets = heads[starts]
    for _ in range(len(distance) + 1):
        nearest = np.minimum.reduceat(distance[tails] + lengths, starts)
        better = nearest < distance[targets]
        if not better.any():
            return distance
        distance[targets[better]] = nearest[better]
    raise ArithmeticError("a flow that was reported optimal has a residual cycle of negative cost")


def solve(network: Network, swings: Sequence[int]) -> Flow:
    """Solve one network lexicographically over its levels.

    `swings[level]` bounds the absolute sum of that level on any simple cycle of the residual network.
    Raises NoFlowError if the supplies cannot be met.
    """
    levels = network.costs.shape[1]
    arcs = len(network.tails)
    if arcs == 0:
        return Flow(np.zeros(0, dtype=np.int64), (0,) * levels)
    largest = [int(value) for value in network.costs.max(axis=0)]
    capacities = network.capacities.copy()
    supplies = network.supplies.copy()
    settled = np.zeros(arcs, dtype=np.int64)
    free = settled
    for stage in stages_of(swings, largest, len(supplies)):
        weights = np.array(weights_of([swings[k] for k in stage]), dtype=np.int64)
        packed = network.costs[:, stage.start : stage.stop] @ weights
        free = _solve_once(network, capacities, packed, supplies)
        price = potentials(network, capacities, packed, free)
        if stage.stop == levels:
            break
        reduced = packed + price[network.tails] - price[network.heads]
        full = np.where(reduced < 0, capacities, 0)
        settled = settled + full
        np.subtract.at(supplies, network.tails, full)
        np.add.at(supplies, network.heads, full)
        capacities = np.where(reduced == 0, capacities, 0)
    flows = settled + free
    totals = tuple(int(value) for value in flows @ network.costs)
    return Flow(flows, totals)


def _solve_once(network: Network, capacities: IntArray, costs: IntArray, supplies: IntArray) -> IntArray:
    """Run the network simplex's cousin (cost scaling) on the arcs that are still open."""
    open_arcs = np.flatnonzero(capacities > 0)
    flows = np.zeros(len(capacities), dtype=np.int64)
    if not len(open_arcs):
        if supplies.any():
            raise NoFlowError
        return flows
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        network.tails[open_arcs].astype(np.int32),
        network.heads[open_arcs].astype(np.int32),
        capacities[open_arcs],
        costs[open_arcs],
    )
    solver.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise NoFlowError(str(status))
    found: npt.NDArray[np.int64] = solver.flows(arcs)
    flows[open_arcs] = found
    return flows
