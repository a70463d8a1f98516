"""Synthetic cases for the quota engine: offices, task groups, ceilings; and a published set of them.

Groups have a competency family and a level; two may share a position if family and level differ by at most
one. Hours of a group scale with the office and vary by month. All from a seed; no real figure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitri.optimise.bundles import bundles, members, membership
from vitri.optimise.cost import Service
from vitri.optimise.engine import IntArray
from vitri.optimise.quota_tree import NO_CEILING, Node, Tree
from vitri.optimise.structure import DemandBundles, PricedBundles

MONTHS = 12
HOURS = 150.0
OVERTIME = 0.15
UNMET, OVER = 10, 1
FAMILIES = 5


@dataclass(frozen=True)
class Case:
    """What makes a case; `share` is the ceiling as a share of the workload, `provinces` 0: one ceiling.

    `exact_hours` prices in hundredths of an hour from fractional hours, as the printed optima of small cases
    do; otherwise work is whole minutes. `most_posts` cuts that table off (0: never).
    """

    offices: int
    groups: int
    size: int
    share: float
    seed: int = 1
    provinces: int = 0
    office_caps: bool = False
    floors: bool = False
    exact_hours: bool = False
    most_posts: int = 0

    @property
    def name(self) -> str:
        """Return a short name."""
        kind = f" {self.provinces}p" if self.provinces else ""
        kind += " caps" if self.office_caps else ""
        kind += " floors" if self.floors else ""
        kind += f" ≤ {self.most_posts} posts" if self.most_posts else ""
        return f"{self.offices}×{self.groups} K{self.size} s{self.seed} {self.share:g}{kind}"


@dataclass(frozen=True)
class Made:
    """A case made: the work in hours, who may share a position, and the limits."""

    case: Case
    hours: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    masks: list[int]
    tree: Tree
    data: PricedBundles | DemandBundles


def make(case: Case) -> Made:
    """Make a case from its seed."""
    rng = np.random.default_rng(case.seed)
    family = rng.integers(0, FAMILIES, case.groups)
    level = rng.integers(1, 4, case.groups)
    scale = rng.lognormal(0, 0.4, case.offices)
    base = rng.lognormal(4.2, 0.8, case.groups)
    hours = (
        base[None, :, None] * scale[:, None, None] * rng.gamma(6, 1 / 6, (case.offices, case.groups, MONTHS))
    )
    near = np.abs(level[:, None] - level[None, :]) <= 1
    near &= np.abs(family[:, None] - family[None, :]) <= 1
    masks = bundles(near, case.size)
    held = membership(masks, case.groups)
    tree = _tree(case, hours)
    common = (
        tuple(range(case.offices)),
        (0,) * case.offices,
        np.ones((1, case.groups), dtype=bool),
        1,
    )
    if case.exact_hours:
        return Made(
            case, hours, masks, tree, PricedBundles(held, _hour_table(held, hours, case.most_posts), *common)
        )
    minutes = np.zeros((case.offices, case.groups, 3, MONTHS), dtype=np.int64)
    minutes[:, :, 0, :] = np.rint(hours * 60)
    service = Service(
        round(OVERTIME * 10_000), (True,) * 3, (UNMET,) * 3, OVER, (0, 0, 0), tuple(range(MONTHS))
    )
    fund = np.full((case.offices, MONTHS), round(HOURS * 60), dtype=np.int64)
    return Made(case, hours, masks, tree, DemandBundles(held, minutes, fund, service, *common))


def _hour_table(held: np.ndarray, hours: np.ndarray, most_posts: int) -> IntArray:
    """Price in hundredths of an hour, until nothing more is gained."""
    demand = np.einsum("bg,ogm->bom", held.astype(np.int64), hours)
    layers = []
    posts = 0
    while posts == 0 or (layers[-1].any() and not 0 < most_posts < posts):
        over = np.maximum(0, demand - posts * HOURS)
        beyond = np.maximum(0, demand - posts * HOURS * (1 + OVERTIME))
        layers.append(np.rint(100 * (OVER * over + (UNMET - OVER) * beyond).sum(axis=2)).astype(np.int64))
        posts += 1
    return np.stack(layers, axis=-1)


def _tree(case: Case, hours: np.ndarray) -> Tree:
    """Nest offices in provinces in a nation; ceilings near a share of the work, drawn from a fixed seed."""
    need = hours.sum(axis=(1, 2)) / (HOURS * MONTHS)
    total = int(case.share * need.sum())
    rng = np.random.default_rng(5)
    provinces = max(1, case.provinces)
    at = np.sort(rng.integers(0, provinces, case.offices))
    loose = rng.uniform(0.9, 1.2, provinces)
    caps = rng.uniform(0.8, 1.6, case.offices)
    floors = rng.uniform(0.5, 0.9, case.offices)
    fewest = -(-case.groups // case.size)
    nodes = [
        Node(
            f"o{o}",
            int(np.ceil(caps[o] * need[o])) + fewest + 2 if case.office_caps else NO_CEILING,
            int(floors[o] * need[o]) if case.floors else 0,
            (),
            o,
        )
        for o in range(case.offices)
    ]
    if not case.provinces:
        return Tree((*nodes, Node("nation", total, 0, tuple(range(case.offices)))))
    share = np.bincount(at, weights=need, minlength=provinces) * case.share
    for province in range(provinces):
        children = tuple(int(o) for o in np.flatnonzero(at == province))
        nodes.append(Node(f"p{province}", int(np.round(share[province] * loose[province])), 0, children))
    below = tuple(range(case.offices, case.offices + provinces))
    return Tree((*nodes, Node("nation", total, 0, below)))


PRINTED = {
    Case(8, 20, 5, 1.05, 1, exact_hours=True): 9_396_691,
    Case(8, 30, 5, 1.0, 1, exact_hours=True): 10_685_584,
    Case(40, 20, 5, 1.05, 1, exact_hours=True): 36_386_372,
    Case(8, 30, 5, 1.0, 3, exact_hours=True): 11_456_893,
    Case(40, 30, 5, 1.05, 1, exact_hours=True, most_posts=8): 39_245_224,
}
"""Optima of one-ceiling cases found by a separate programme, in hundredths of an hour.

That programme looked at eight posts a position at most. In the last case this binds: one office of the best
plan without that limit has nine in one position, and costs 39,233,034.
"""

UNLIMITED = Case(40, 30, 5, 1.05, 1, exact_hours=True)

ONE_CEILING = (
    *PRINTED,
    UNLIMITED,
    Case(8, 30, 5, 1.1, 2, exact_hours=True),
    Case(200, 30, 5, 1.05, 1, exact_hours=True),
)
SMALL_NESTED = (
    Case(9, 12, 4, 1.1, 1, provinces=3),
    Case(12, 12, 4, 1.1, 2, provinces=3),
    Case(10, 14, 4, 1.1, 3, provinces=3, floors=True),
    Case(12, 14, 4, 1.2, 4, provinces=3, office_caps=True, floors=True),
)
NATIONAL = (
    Case(3321, 30, 5, 1.05, 1, provinces=34),
    Case(3321, 30, 5, 1.05, 2, provinces=34),
    Case(3321, 30, 5, 1.05, 3, provinces=34),
)


def as_json(made: Made, value: int | None, bound: int) -> str:
    """Write an instance so that another programme can read it: work, bundles, limits, value and bound."""
    case = made.case
    record = {
        "synthetic": True,
        "name": case.name,
        "unit": "minutes",
        "fund": round(HOURS * 60),
        "overtime": round(HOURS * OVERTIME * 60),
        "unmet_cost": UNMET,
        "overtime_cost": OVER,
        "least_posts": 1,
        "minutes": np.rint(made.hours * 60).astype(int).tolist(),
        "bundles": [list(members(mask)) for mask in made.masks],
        "limits": [
            {
                "code": node.code,
                "ceiling": None if node.ceiling >= NO_CEILING else node.ceiling,
                "floor": node.floor,
                "children": list(node.children),
                "office": node.office,
            }
            for node in made.tree.nodes
        ],
        "value": value,
        "bound": bound,
    }
    return json.dumps(record, separators=(",", ":")) + "\n"


def graded() -> list[Case]:
    """Return the cases of the published set, from small to hard."""
    cases = []
    for offices, groups, size in ((3, 8, 3), (5, 10, 4), (8, 14, 4), (8, 18, 5), (20, 20, 5), (40, 24, 5)):
        for seed in (1, 2, 3):
            cases.append(Case(offices, groups, size, 1.05, seed))
            cases.append(Case(offices, groups, size, 1.15, seed, provinces=min(4, offices)))
            cases.append(Case(offices, groups, size, 1.25, seed, provinces=min(4, offices), office_caps=True))
            cases.append(Case(offices, groups, size, 1.2, seed, provinces=min(3, offices), floors=True))
    return cases


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
