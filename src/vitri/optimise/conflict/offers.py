"""What an office can do, row by row: sized posts, posts by class, and required minutes left undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitri.optimise.class_options import Room, office_options
from vitri.optimise.combine import Column, Node
from vitri.optimise.conflict.need import NeedCurve
from vitri.optimise.engine import IntArray
from vitri.optimise.office_plan import OfficePlan
from vitri.optimise.quota import Curve

_WIDE = 1 << 40
CLASSES = 3


@dataclass(frozen=True)
class Offers:
    """The rows of one office: `posts` and `undone` minutes; `classes` (rows × classes), None where open.

    With `grows` any row may have more posts, of any class; those of a class in `free` may be added even where
    classes are told, because nothing has to be done by them. `exact` says that no row is missing.
    """

    posts: IntArray
    undone: IntArray
    classes: IntArray | None
    grows: bool
    exact: bool
    curve: NeedCurve
    picks: tuple[tuple[tuple[int, ...], ...], ...] = ()
    free: tuple[bool, ...] = (False,) * CLASSES

    def bundles(self, row: int) -> list[tuple[list[Node], Column]]:
        """Return the bundles of a row: their nodes, and posts (none: all undone)."""
        if self.classes is None:
            return self.curve.undone(int(self.posts[row]))
        found = []
        for (nodes, curve), chosen in zip(self.curve.parts, self.picks[row], strict=True):
            ways = curve.ways
            for i in chosen:
                values = (ways.masks, ways.posts, ways.quota, ways.holders, ways.main)
                column = Column(*(int(part[i]) for part in values))
                found.append(([node for j, node in enumerate(nodes) if column.mask >> j & 1], column))
        return found


def plain_offers(curve: NeedCurve) -> Offers:
    """Return a row for every number of posts, without saying of which class they are."""
    posts = np.arange(len(curve.minutes), dtype=np.int64)
    return Offers(posts, curve.minutes, None, curve.grows, curve.exact, curve)


def offers_by_class(curve: NeedCurve, label_of: Sequence[int], labels: Sequence[int]) -> Offers:
    """Return a row for every number of posts by class; classes that are not limited are added up."""
    room = Room(_WIDE, (_WIDE,) * CLASSES, tuple(labels), trim=False)
    plan = OfficePlan(0, Curve(curve.minutes[:, None]), curve.parts, curve.choices)
    options = office_options(plan, label_of, room)
    exact = curve.exact and options.exact
    return Offers(options.posts, options.costs[:, 0], options.classes, False, exact, curve, options.picks)
