"""Re-evaluate a plan straight from the work and the limits of its case, without any code of the engine."""

from __future__ import annotations

import numpy as np

from benchmarks.quota_cases import HOURS, MONTHS, OVER, OVERTIME, UNMET, Made
from vitri.optimise.structure import StructurePlan


def faults(made: Made, plan: StructurePlan) -> list[str]:
    """Return what is wrong with a plan: duties held once, limits kept, and the cost it claims."""
    case = made.case
    held = [made.masks[bundle] for bundle in plan.positions[0]]
    found = []
    if sum(held) != (1 << case.groups) - 1 or any(a & b for i, a in enumerate(held) for b in held[:i]):
        found.append("not every group is in exactly one position")
    posts = np.array([plan.posts_of(bundle) for bundle in plan.positions[0]])
    if (posts < 1).any() or int(posts.sum()) != int(plan.posts.sum()):
        found.append("a position without a post, or a post without a position")
    found += _limits(made, posts.sum(axis=0))
    cost = sum(_cost(made, mask, posts[place]) for place, mask in enumerate(held))
    if cost != plan.cost:
        found.append(f"the cost claimed is {plan.cost:,}, the cost is {cost:,}")
    return found


def _limits(made: Made, posts: np.ndarray) -> list[str]:
    total: list[int] = []
    found = []
    for node in made.tree.nodes:
        own = 0 if node.office is None else int(posts[node.office])
        total.append(own + sum(total[child] for child in node.children))
        # what a floor asks for beyond the posts that save work is met by posts in no position
        if total[-1] > node.ceiling:
            found.append(f"{node.code}: {total[-1]} posts above {node.ceiling}")
    return found


def _cost(made: Made, mask: int, posts: np.ndarray) -> int:
    """Price a position with its posts in every office: overtime up to the limit, the rest undone."""
    case = made.case
    groups = [group for group in range(case.groups) if mask >> group & 1]
    if case.exact_hours:
        # a table cut off says that more posts save nothing more
        given = np.minimum(posts, case.most_posts) if case.most_posts else posts
        work, time = made.hours[:, groups].sum(axis=1), given[:, None] * HOURS
        over, undone = work - time, work - time * (1 + OVERTIME)
        cost = OVER * np.maximum(0, over) + (UNMET - OVER) * np.maximum(0, undone)
        return int(np.rint(100 * cost.sum(axis=1)).astype(np.int64).sum())
    fund = round(HOURS * 60)
    allowed = fund * round(OVERTIME * 10_000) // 10_000
    minutes = np.rint(made.hours[:, groups] * 60).astype(np.int64).sum(axis=1)
    undone = np.maximum(0, minutes - posts[:, None] * (fund + allowed))
    over = np.maximum(0, minutes - posts[:, None] * fund) - undone
    assert minutes.shape[1] == MONTHS
    return int((OVER * over + UNMET * undone).sum())
