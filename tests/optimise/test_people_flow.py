"""The exact lexicographic flow against another engine, with and without splitting levels into stages."""

from __future__ import annotations

import random

import numpy as np
import pytest
from ortools.sat.python import cp_model

from vitri.optimise import people_flow
from vitri.optimise.people_flow import Network, NoFlowError, potentials, solve, stages_of, weights_of


def random_network(seed: int, levels: int) -> Network:
    """Return a feasible network of sources, middle nodes and a sink, with an escape arc from every source."""
    rng = random.Random(seed)
    sources, middles = rng.randint(1, 4), rng.randint(1, 4)
    sink = sources + middles
    supplies = [rng.randint(1, 9) for _ in range(sources)]
    arcs: list[tuple[int, int, int, list[int]]] = []
    for source in range(sources):
        arcs.append((source, sink, supplies[source], [rng.randint(0, 3) for _ in range(levels)]))
        for middle in range(middles):
            if rng.random() < 0.7:
                costs = [rng.randint(0, 3) for _ in range(levels)]
                arcs.append((source, sources + middle, rng.randint(0, 9), costs))
    for middle in range(middles):
        for _ in range(rng.randint(1, 2)):
            costs = [rng.randint(0, 3) for _ in range(levels)]
            arcs.append((sources + middle, sink, rng.randint(0, 7), costs))
    columns = list(zip(*arcs, strict=True))
    return Network(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=np.int64),
        np.array(columns[3], dtype=np.int64),
        np.array([*supplies, *[0] * middles, -sum(supplies)], dtype=np.int64),
    )


def oracle(network: Network) -> tuple[int, ...]:
    """Return the lexicographic optimum by one CP-SAT solve per level, each level frozen before the next."""
    model = cp_model.CpModel()
    flows = [model.new_int_var(0, int(c), "") for c in network.capacities]
    for node, supply in enumerate(network.supplies.tolist()):
        out = sum(f for f, tail in zip(flows, network.tails, strict=True) if tail == node)
        into = sum(f for f, head in zip(flows, network.heads, strict=True) if head == node)
        model.add(out - into == supply)
    totals: list[int] = []
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    for level in range(network.costs.shape[1]):
        goal = cp_model.LinearExpr.weighted_sum(flows, network.costs[:, level].tolist())
        model.minimize(goal)
        assert solver.solve(model) == cp_model.OPTIMAL
        totals.append(round(solver.objective_value))
        model.add(goal == totals[-1])
    return tuple(totals)


@pytest.mark.parametrize("word", [62, 14, 9])
def test_flow_is_the_lexicographic_optimum(monkeypatch: pytest.MonkeyPatch, word: int) -> None:
    """On 60 random networks every level equals CP-SAT's, packed into one solve or split into many stages."""
    monkeypatch.setattr(people_flow, "_WORD", word)
    staged = 0
    for seed in range(60):
        network = random_network(seed, levels=4)
        swings = [3 * len(network.supplies)] * 4
        staged += len(stages_of(swings, [3] * 4, len(network.supplies))) > 1
        flow = solve(network, swings)
        assert flow.totals == oracle(network)
        balance = np.zeros(len(network.supplies), dtype=np.int64)
        np.add.at(balance, network.tails, flow.flows)
        np.subtract.at(balance, network.heads, flow.flows)
        assert balance.tolist() == network.supplies.tolist()
        assert (flow.flows <= network.capacities).all()
        assert (flow.flows >= 0).all()
    assert staged == (0 if word == 62 else 60)


def test_a_weight_outweighs_everything_below_it() -> None:
    """Each weight is one more than the most that all lower levels can change on a cycle."""
    weights = weights_of([1, 5, 40])
    assert weights == [1 + 5 * 41 + 40, 41, 1]
    assert all(
        w > sum(s * v for s, v in zip([1, 5, 40][i + 1 :], weights[i + 1 :], strict=True))
        for i, w in enumerate(weights)
    )


def test_a_flow_that_is_not_optimal_has_no_potentials() -> None:
    """The certificate rejects a flow that takes the dear arc while the cheap one is open."""
    network = Network(
        np.array([0, 0]), np.array([1, 1]), np.array([5, 5]), np.array([[1], [2]]), np.array([5, -5])
    )
    packed = network.costs[:, 0]
    assert potentials(network, network.capacities, packed, np.array([5, 0])).shape == (2,)
    with pytest.raises(ArithmeticError, match="residual cycle"):
        potentials(network, network.capacities, packed, np.array([0, 5]))


def test_supplies_that_cannot_be_met_are_refused() -> None:
    """A network that cannot carry its supply raises instead of returning half a flow."""
    network = Network(np.array([0]), np.array([1]), np.array([2]), np.array([[1]]), np.array([5, -5]))
    with pytest.raises(NoFlowError):
        solve(network, [1])
