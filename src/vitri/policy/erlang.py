"""Erlang C: how many places of a counter must be open so that few people wait long.

Arrivals are random (Poisson), service times exponential, one queue for all places. With traffic
A = arrivals × service time / interval and n > A places, the probability of having to wait is

    P_w = (A^n / n! · n / (n − A)) / (Σ_{k<n} A^k / k! + A^n / n! · n / (n − A)),

the share served within T is SL = 1 − P_w · exp(−(n − A) T / service time), and the occupancy is A / n
(A. K. Erlang 1917). P_w comes from the recursion of Erlang B, which stays exact to the last digits for
hundreds of places.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

MOST_PLACES = 100_000


@dataclass(frozen=True)
class Places:
    """The fewest places that meet a target: places open, people employed, and what the target comes to.

    `places` are open at the same time; `people` also makes up for shrinkage, rounded up.
    """

    places: int
    people: int
    waiting: float
    served_in_time: float
    occupancy: float


def waiting_probability(traffic: float, places: int) -> float:
    """Return the Erlang C probability of having to wait; 1 where the places cannot keep up."""
    if traffic <= 0:
        return 0.0
    if places <= traffic:
        return 1.0
    blocked = 1.0
    for n in range(1, places + 1):
        blocked = traffic * blocked / (n + traffic * blocked)
    return blocked / (1 - (traffic / places) * (1 - blocked))


def served_in_time(traffic: float, places: int, service: float, target: float) -> float:
    """Return the share of people served within `target`, in the unit of the service time."""
    if places <= traffic:
        return 0.0
    return 1 - waiting_probability(traffic, places) * math.exp(-(places - traffic) * target / service)


def places_needed(
    *,
    arrivals: Fraction,
    interval_minutes: Fraction,
    service_minutes: Fraction,
    target_minutes: Fraction,
    target_share: Fraction,
    most_occupancy: Fraction = Fraction(1),
    shrinkage: Fraction = Fraction(0),
) -> Places:
    """Return the fewest places for a number of arrivals in an interval.

    Parameters
    ----------
    arrivals
        People who come in one interval, on average.
    interval_minutes, service_minutes, target_minutes
        Length of the interval, minutes that one person is served, minutes that one may wait.
    target_share
        Share of people to be served within the target, 0 to 1.
    most_occupancy
        Highest share of the time that a place may be busy, above 0 to 1.
    shrinkage
        Share of employed time in which people are away from their place, 0 to below 1.

    Raises
    ------
    ValueError
        If no number of places meets the target, or more than 100,000 would be needed.
    """
    traffic = arrivals * service_minutes / interval_minutes
    if traffic <= 0:
        return Places(0, 0, 0.0, 1.0, 0.0)
    offered, service, target = float(traffic), float(service_minutes), float(target_minutes)
    # The occupancy is compared exactly; the first candidate is also the first with more places than traffic.
    first = max(math.floor(traffic) + 1, math.ceil(traffic / most_occupancy))
    if first > MOST_PLACES:
        raise ValueError("too many places")
    blocked = 1.0
    for n in range(1, first):
        blocked = offered * blocked / (n + offered * blocked)
    for places in range(first, MOST_PLACES + 1):
        blocked = offered * blocked / (places + offered * blocked)
        waiting = blocked / (1 - (offered / places) * (1 - blocked))
        served = 1 - waiting * math.exp(-(places - offered) * target / service)
        if served >= float(target_share):
            people = math.ceil(places / (1 - shrinkage))
            return Places(places, people, waiting, served, offered / places)
    raise ValueError("no number of places meets the target")
