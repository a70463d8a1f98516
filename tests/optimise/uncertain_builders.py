"""Small synthetic questions for the tests of uncertainty: offices, groups, variation; nothing is real."""

from __future__ import annotations

from typing import Any

import numpy as np

from vitri.optimise.cost import Service
from vitri.optimise.demand_cube import SHARED, Cube
from vitri.optimise.lex import packing
from vitri.optimise.office_plan import Objective, Setting
from vitri.optimise.quota import NO_CEILING, Node, Tree
from vitri.optimise.size import Posed
from vitri.optimise.uncertainty import Question, Study
from vitri.optimise.uncertainty.crews import Crew, pooled_crews
from vitri.optimise.uncertainty.scenarios import UNIT, WHOLE, Futures
from vitri.optimise.uncertainty.study import judge
from vitri.optimise.uncertainty.variation import Variation

SERVICE = Service(1000, (True, True, False), (100, 10, 1), 2, (0, 200, 2000), (0, 0, 1, 1))


def posed(
    seed: int, *, offices: int = 2, groups: int = 3, ceiling: int | None = None, size: float = 150.0
) -> Posed:
    """Make offices with one pool, four months in two service periods, 1,000 minutes a post and month."""
    rng = np.random.default_rng(seed)
    minutes = rng.gamma(3.0, size, (offices, groups, 3, 4)).astype(np.int64)
    cube = Cube(
        tuple(f"O{o}" for o in range(offices)),
        tuple((o, SHARED) for o in range(offices)),
        tuple(f"G{g}" for g in range(groups)),
        ("2026-01", "2026-02", "2026-03", "2026-04"),
        minutes,
        np.full((offices, 4), 1000, dtype=np.int64),
    )
    setting = Setting(
        np.ones((groups, groups), dtype=bool),
        3,
        8,
        2,
        (False,) * groups,
        SERVICE,
        Objective((("posts", ()),), packing([10**6])),
        by_need=ceiling is None,
    )
    leaves = tuple(Node(f"O{o}", NO_CEILING, 0, (), o) for o in range(offices))
    root = Node("all", NO_CEILING if ceiling is None else ceiling, 0, tuple(range(offices)))
    nothing: Any = None
    sizing: Any = "need" if ceiling is None else "ceiling"
    return Posed(nothing, cube, (), (False,) * groups, sizing, Tree((*leaves, root)), setting, ())


def futures(question: Posed, *rows: tuple[int, float, int]) -> Futures:
    """Declare futures as (probability in hundredths of a percent, factor on the volume, absence)."""
    listed = rows or ((WHOLE, 1.0, 0),)
    shape = (len(question.cube.groups), len(question.cube.months))
    return Futures(
        tuple(f"F{i}" for i in range(len(rows))) or ("",),
        np.array([row[0] for row in listed], dtype=np.int64),
        np.array([np.full(shape, round(row[1] * UNIT)) for row in listed], dtype=np.int64),
        np.array([row[2] for row in listed], dtype=np.int64),
    )


def variation(question: Posed, cv: float = 0.0) -> Variation:
    """Give every cell the same coefficient of variation."""
    units, groups, _, months = question.cube.minutes.shape
    shape = (units, groups, months)
    return Variation(np.full(shape, cv), np.ones(shape), np.ones(shape), 0, int(question.cube.minutes.sum()))


def study(
    asked: Posed,
    declared: Futures,
    cv: float = 0.0,
    crews: tuple[Crew, ...] | None = None,
    **question: int,
) -> Study:
    """Judge a question with few draws, unless the test asks for more."""
    settings = {"scenarios": 200, "simulations": 400} | question
    return judge(
        asked,
        crews or pooled_crews(asked),
        declared,
        variation(asked, cv),
        Question(**settings),
        upper_deviations=2.0,
        pooled=crews is None,
    )


def by_office(found: Study, plan: str, column: str) -> list[int]:
    """Return a column of one plan by office."""
    rows = found.quotas[found.quotas["office"].notna() & (found.quotas["plan"] == plan)]
    return [int(value) for value in rows[column]]
