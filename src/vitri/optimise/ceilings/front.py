"""The Pareto front of posts against undone work: ceilings at which one more post buys something."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vitri.optimise.ceilings.study import CeilingStudy


def pareto_front(study: CeilingStudy) -> pd.DataFrame:
    """Return the points of a study that no other point dominates, fewest posts first.

    Undone work is compared level by level as the planning model orders it: a point stays if it leaves less
    undone than every point with fewer posts. Columns: posts (fixed ones included), the minutes undone of each
    level, undone, bound_undone (no structure at all can leave less), saved (minutes less than the point
    before), status (optimal: proven for any structure).
    """
    unmet = [level.key for level in study.levels if level.measure == "unmet_minutes"]
    points = study.points.sort_values(["posts", "ceiling"], kind="stable")
    rows: list[dict[str, Any]] = []
    best: tuple[int, ...] | None = None
    for record in points.to_dict("records"):
        value = tuple(int(record[key]) for key in unmet)
        if best is not None and value >= best:
            continue
        best = value
        bound = record["bound_undone"]
        rows.append(
            {
                "posts": int(record["posts"]),
                **{key: int(record[key]) for key in unmet},
                "undone": int(record["undone"]),
                "bound_undone": None if pd.isna(bound) else int(bound),
                "saved": None if not rows else rows[-1]["undone"] - int(record["undone"]),
                "status": str(record["status"]),
            }
        )
    front = pd.DataFrame(rows)
    return front.astype({"bound_undone": "Int64", "saved": "Int64"})


def nearest_posts(front: pd.DataFrame, posts: int) -> tuple[int | None, int | None]:
    """Return the points just below and just above a number that is not on the front."""
    known = sorted(int(value) for value in front["posts"])
    below = [value for value in known if value < posts]
    above = [value for value in known if value > posts]
    return (below[-1] if below else None, above[0] if above else None)
