"""What a number of posts leaves undone: overtime and unmet minutes, posts needed, and the price of it.

The convention everywhere: demand arrays end in (priority, month), capacity arrays in (month), all whole
minutes. Within a month work is done in the order of priority; overtime comes after normal time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from vitri.optimise.engine import IntArray

PRIORITIES = (1, 2, 3)


@dataclass(frozen=True)
class Service:
    """The service side of a planning model, in whole numbers.

    `overtime_bp` is the overtime allowed on top of a month's normal time, in hundredths of a percent;
    `overtime_for` says for each priority whether overtime is spent on it before leaving it undone;
    `unmet_weight` and `overtime_weight` are the model's ``[costs]``; `unmet_bp` the share of each priority
    that may stay undone when sizing by need; `period_of` maps a month's index to its period's index.
    """

    overtime_bp: int
    overtime_for: tuple[bool, ...]
    unmet_weight: tuple[int, ...]
    overtime_weight: int
    unmet_bp: tuple[int, ...]
    period_of: tuple[int, ...]

    @property
    def periods(self) -> int:
        """How many service periods the horizon has."""
        return max(self.period_of) + 1 if self.period_of else 0


def service_of(
    months: Sequence[str],
    at: str,
    unmet_pct: Mapping[int, object],
    overtime_share_pct: object,
    levels: Sequence[tuple[str, tuple[int, ...]]],
    unmet_minute: Mapping[int, int],
    overtime_minute: int,
) -> Service:
    """Read the service rule of a model; `levels` are (measure, priorities) in order."""
    keys = [
        month if at == "month" else month[:4] if at == "year" else f"{month[:4]}Q{(int(month[5:]) - 1) // 3}"
        for month in months
    ]
    first = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    measures = [name for name, _ in levels]
    overtime_at = measures.index("overtime_minutes") if "overtime_minutes" in measures else len(levels)
    before = {p for name, which in levels[:overtime_at] if name == "unmet_minutes" for p in which}
    if "overtime_minutes" not in measures:
        before = set(PRIORITIES)
    return Service(
        overtime_bp=round(Decimal(str(overtime_share_pct)) * 100),
        overtime_for=tuple(p in before for p in PRIORITIES),
        unmet_weight=tuple(int(unmet_minute.get(p, 0)) for p in PRIORITIES),
        overtime_weight=int(overtime_minute),
        unmet_bp=tuple(round(Decimal(str(unmet_pct.get(p, 0))) * 100) for p in PRIORITIES),
        period_of=tuple(first[key] for key in keys),
    )


def outcome(
    demand: IntArray, fund: IntArray, posts: IntArray | int, service: Service
) -> tuple[IntArray, IntArray]:
    """Return unmet minutes (…, priority) and overtime minutes (…) over all months.

    `demand` is (…, priority, month), `fund` (month) the time of one post, `posts` broadcasts to (…).
    Overtime is a whole number of minutes for each post.
    """
    count = np.asarray(posts, dtype=np.int64)[..., None]
    shape = np.broadcast_shapes(demand.shape[:-2] + demand.shape[-1:], count.shape)
    free = np.broadcast_to(count * fund, shape).copy()
    spare = np.broadcast_to(count * (fund * service.overtime_bp // 10_000), shape).copy()
    overtime = np.zeros(shape, dtype=np.int64)
    left = []
    for index in range(len(PRIORITIES)):
        wanted = np.broadcast_to(demand[..., index, :], shape)
        done = np.minimum(wanted, free)
        free -= done
        left.append(wanted - done)
    for index, allowed in enumerate(service.overtime_for):
        if allowed:
            extra = np.minimum(left[index], spare)
            spare -= extra
            overtime += extra
            left[index] = left[index] - extra
    unmet = np.stack([rest.sum(axis=-1) for rest in left], axis=-1)
    return unmet, overtime.sum(axis=-1)


def posts_needed(demand: IntArray, fund: IntArray, service: Service) -> IntArray:
    """Return the fewest posts (…) whose normal time meets the service rule in every period.

    `demand` is (…, priority, month), `fund` (month) or (…, month), the time of one post. Work of any
    size needs at least one post.
    """
    needed = np.zeros(demand.shape[:-2], dtype=np.int64)
    for period in range(service.periods):
        months = [m for m, p in enumerate(service.period_of) if p == period]
        asked = demand[..., months].sum(axis=-1)
        must = asked - asked * np.array(service.unmet_bp, dtype=np.int64) // 10_000
        time = fund[..., months].sum(axis=-1)
        needed = np.maximum(needed, -(-must.sum(axis=-1) // time))
    return np.asarray(np.maximum(needed, (demand.sum(axis=(-1, -2)) > 0).astype(np.int64)))


def price(demand: IntArray, fund: IntArray, posts: int, service: Service) -> IntArray:
    """Return the cost (…) of what `posts` posts leave over: convex and falling in `posts`.

    What does not fit in normal time goes, cheapest first, into leaving a priority undone or overtime; the
    value function of that small linear program is convex in its right-hand side, hence in the posts.
    """
    total = demand.sum(axis=-2)
    over = np.maximum(0, total - posts * fund)
    spare = np.broadcast_to(posts * (fund * service.overtime_bp // 10_000), over.shape)
    steps = [(weight, demand[..., i, :]) for i, weight in enumerate(service.unmet_weight)]
    steps.append((service.overtime_weight, spare))
    cost = np.zeros(over.shape, dtype=np.int64)
    for weight, room in sorted(steps, key=lambda step: step[0]):
        part = np.minimum(over, room)
        cost += weight * part
        over = over - part
    return np.asarray(cost.sum(axis=-1))
