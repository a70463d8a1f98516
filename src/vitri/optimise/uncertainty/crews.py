"""Crews: the sized posts of an office that share their work, pooled or as a run has bundled them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from vitri.optimise.demand_cube import OWN, SHARED
from vitri.optimise.size import Posed


@dataclass(frozen=True)
class Crew:
    """Posts that do the same work: `cells` are (unit, group) indices of the cube, `posts` those of a run.

    `name` is the pool, or the set of posts of the run.
    """

    office: int
    name: str
    cells: tuple[tuple[int, int], ...]
    posts: int | None = None


def pooled_crews(posed: Posed) -> tuple[Crew, ...]:
    """Pool each office: shared and own work together, every named pool by itself.

    Pooling is a bound: no structure needs fewer posts. Work of support contracts is outside the quota and
    left out. An office without work has one crew without cells.
    """
    cube = posed.cube
    crews: list[Crew] = []
    for office in range(len(cube.offices)):
        units = cube.units_of(office)
        shared = any(cube.units[u][1] == SHARED for u in units)
        pools: dict[str, list[tuple[int, int]]] = {}
        for unit in units:
            pool = cube.units[unit][1]
            name = SHARED if shared and pool.startswith(OWN) else pool
            cells = [
                (unit, group)
                for group in range(len(cube.groups))
                if not posed.setting.quota_free[group] and cube.minutes[unit, group].any()
            ]
            pools.setdefault(name, []).extend(cells)
        found = [Crew(office, name, tuple(pools[name])) for name in sorted(pools) if pools[name]]
        crews += found or [Crew(office, "", ())]
    return tuple(crews)


def crews_of_run(posed: Posed, post_groups: pd.DataFrame, duties: pd.DataFrame) -> tuple[Crew, ...]:
    """Read the crews off a run: every set of sized posts with the cells it holds, and its posts.

    `post_groups` and `duties` are the run's tables. Sets of posts outside the quota are left out.
    """
    cube = posed.cube
    office_at = {code: i for i, code in enumerate(cube.offices)}
    group_at = {code: i for i, code in enumerate(cube.groups)}
    unit_at = {unit: i for i, unit in enumerate(cube.units)}
    held: dict[str, list[tuple[int, int]]] = {}
    columns = ["post_group", "office", "pool", "task_group"]
    for name, office, pool, group in duties[columns].itertuples(index=False, name=None):
        cell = (unit_at.get((office_at[str(office)], str(pool))), group_at[str(group)])
        if cell[0] is not None:
            held.setdefault(str(name), []).append((cell[0], cell[1]))
    sized = post_groups[post_groups["kind"] == "sized"].sort_values("post_group")
    crews: list[Crew] = []
    for name, office, posts in sized[["post_group", "office", "posts"]].itertuples(index=False, name=None):
        cells = tuple(sorted(held.get(str(name), ())))
        if cells and not any(posed.setting.quota_free[group] for _, group in cells):
            crews.append(Crew(office_at[str(office)], str(name), cells, int(posts)))
    bare = sorted(set(range(len(cube.offices))) - {crew.office for crew in crews})
    crews += [Crew(office, "", (), 0) for office in bare]
    return tuple(sorted(crews, key=lambda crew: (crew.office, crew.name)))
