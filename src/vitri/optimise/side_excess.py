"""How far side limits are missed at the least where no choice of alternatives keeps them all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.sat.python import cp_model

from vitri.optimise.engine import UndecidedError
from vitri.optimise.quota import Tree
from vitri.optimise.side_limits import (
    Choices,
    SideLimit,
    choose_one_each,
    offices_below,
    programme_solver,
    row_use,
)

_EFFORT = 10.0


def least_excess(
    choices: Sequence[Choices], tree: Tree, sides: Sequence[SideLimit]
) -> tuple[int, ...] | None:
    """Return per side limit the units beyond `most` (positive) or short of `least` (negative), least in all.

    Costs do not count. None where the nested limits alone allow nothing; raises `UndecidedError` where the
    effort ran out before the least was proven.
    """
    below = offices_below(tree)
    model = cp_model.CpModel()
    taken = choose_one_each(model, choices, tree, below)
    above, short = [], []
    for side in sides:
        amount = [
            c.classes[:, side.label] if office in below[side.node] else np.zeros(len(c.cost), dtype=np.int64)
            for office, c in enumerate(choices)
        ]
        largest = sum(int(a.max(initial=0)) for a in amount)
        used = row_use(taken, amount)
        over = model.new_int_var(0, largest, "")
        under = model.new_int_var(0, max(0, side.least), "")
        if side.most is not None:
            model.add(used - over <= side.most)
        model.add(used + under >= side.least)
        above.append(over)
        short.append(under)
    model.minimize(sum(above) + sum(short))
    solver = programme_solver(_EFFORT)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise UndecidedError
    return tuple(int(solver.value(o)) - int(solver.value(u)) for o, u in zip(above, short, strict=True))
