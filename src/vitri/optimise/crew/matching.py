"""Tasks under way together to different people at least cost: one assignment, solved as a flow.

Tasks that overlap pairwise need different people, so that giving them out anew is a bipartite matching, exact
in polynomial time.
"""

from __future__ import annotations

import numpy as np

from vitri.optimise.crew.problem import BoolArray, IntArray


def match(costs: IntArray, able: BoolArray, open_costs: IntArray) -> IntArray:
    """Return each task's person (−1 open) of least cost; a person takes one task at most.

    `costs` and `able` have the shape (person, task); `open_costs` (task) is the price of leaving one open.
    """
    from ortools.graph.python import min_cost_flow

    people, tasks = costs.shape
    person, task = np.nonzero(able)
    sink = tasks + people
    shift = min(0, int(costs.min(initial=0)))
    each_task, each_person = np.arange(tasks), tasks + np.arange(people)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([task, each_task, each_person]),
        np.concatenate([tasks + person, np.full(tasks + people, sink)]),
        np.ones(len(task) + tasks + people, dtype=np.int64),
        np.concatenate([costs[person, task] - shift, open_costs - shift, np.zeros(people, dtype=np.int64)]),
    )
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[:tasks] = 1
    supplies[sink] = -tasks
    flow.set_nodes_supplies(np.arange(sink + 1), supplies)
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("a matching with the choice to leave tasks open has no solution")
    used = flow.flows(np.arange(len(task))) > 0
    owners = np.full(tasks, -1, dtype=np.int64)
    owners[task[used]] = person[used]
    return owners
