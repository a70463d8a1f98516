"""`Question`: one thing worth asking about a register, with the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from vitri.workload.arrays import Ints
from vitri.workload.quality.statistics import Floats

#: At most so many questions of one kind; the weightiest are kept.
LIMIT = 200
#: Questions from this strength on are asked first (a chance of 1 in 100, after correction).
ASK_FIRST = 40
#: A sign is shown when chance alone would give it less often than this, after correction.
SHOWN = 0.05


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question: where (numbers into `Names`, -1 = all), which lines, the figures, how strong, how much.

    `text`, `seen` and `usual` are English message ids filled from `fields`. `strength` is 0..100 and says how
    hard chance alone finds it to bring about the figure, not how likely a fault is. `minutes` is the work
    that the answer may change.
    """

    kind: str
    text: str
    seen: str
    usual: str
    strength: int
    minutes: int
    fields: Mapping[str, object] = field(default_factory=dict)
    office: int = -1
    organisation: int = -1
    group: int = -1
    task: int = -1
    lines: tuple[int, ...] = ()
    alike: tuple[int, ...] = ()

    @property
    def weight(self) -> int:
        """Return strength × minutes, in whole minutes: what questions are ranked by."""
        return self.strength * self.minutes // 100


def weightiest(strength: Ints | Floats, minutes: Ints | Floats, limit: int = LIMIT) -> Ints:
    """Return the places of the largest strength × minutes, largest first, at most `limit` of them."""
    order: Ints = np.argsort(-(strength.astype(np.float64) * minutes), kind="stable")[:limit]
    return order


def some(lines: Sequence[int] | Ints, limit: int = 12) -> tuple[int, ...]:
    """Return the first few lines to name."""
    return tuple(int(line) for line in lines[:limit])


def tenth(value: float) -> Decimal:
    """Return a number as shown to a reader: one decimal at most."""
    return Decimal(str(round(value, 1)))
