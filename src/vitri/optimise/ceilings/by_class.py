"""Every ceiling under quotas by class of post: share-outs that break one are found again so that all hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vitri.optimise.class_options import Options
from vitri.optimise.class_share import kept, not_yet, share_again
from vitri.optimise.class_sides import ClassSides
from vitri.optimise.engine import UndecidedError, Watch
from vitri.optimise.lex import less
from vitri.optimise.office_plan import OfficePlan, Positions
from vitri.optimise.quota import CurveShare
from vitri.optimise.sharing.ceilings import CeilingCurve, Share
from vitri.optimise.task import Evaluated, Task


def class_curve(
    joint: CeilingCurve,
    plans: Sequence[OfficePlan],
    task: Task,
    positions: tuple[Positions, ...],
    sides: ClassSides,
    watch: Watch,
) -> CeilingCurve:
    """Return the curve whose share-outs keep the quotas by class; `joint` itself where all do already.

    `plans` are the offices under the structure. From the highest ceiling down: what uses fewer posts than
    allowed is the best of every ceiling between. Raises `NoPlanYetError` where a share-out stays undecided.
    """
    known: dict[tuple[int, Positions], tuple[OfficePlan, Options]] = {}
    curves = tuple(plan.curve.cost for plan in plans)
    shares: list[Share | None] = list(joint.shares)
    changed = False
    ceiling = len(shares) - 1
    while ceiling >= 0:
        share = shares[ceiling]
        if share is None:
            ceiling -= 1
            continue
        tree = task.tree.under(min(ceiling, task.tree.nodes[-1].ceiling))
        plain = Evaluated(
            positions, tuple(plans), CurveShare(share.posts, share.cost, curves, (share.used,)), tree
        )
        if not kept(plain, sides):
            changed = True
            share = _shared(replace(task, tree=tree), positions, sides, watch, known, plain)
        lowest = 0 if share is None else min(ceiling, share.used)
        for between in range(lowest, ceiling + 1):
            shares[between] = share
        ceiling = lowest - 1
    return CeilingCurve(_never_worse(shares), joint.tables) if changed else joint


def _shared(
    task: Task,
    positions: tuple[Positions, ...],
    sides: ClassSides,
    watch: Watch,
    known: dict[tuple[int, Positions], tuple[OfficePlan, Options]],
    plain: Evaluated,
) -> Share | None:
    try:
        found, _ = share_again(task, positions, sides, watch, known, plain)
    except UndecidedError as undecided:
        raise not_yet() from undecided
    if found is None:
        return None
    used = int(found.share.posts.sum())
    return Share(used, used, found.share.posts, found.share.cost)


def _never_worse(shares: Sequence[Share | None]) -> tuple[Share | None, ...]:
    """Keep the share-out of a lower ceiling where that of a higher one, not proven best, costs more."""
    kept_shares: list[Share | None] = []
    for share in shares:
        before = kept_shares[-1] if kept_shares else None
        worse = before is not None and (share is None or bool(less(before.cost, share.cost)))
        kept_shares.append(before if worse else share)
    return tuple(kept_shares)
