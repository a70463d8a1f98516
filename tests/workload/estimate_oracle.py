"""A slow, plain re-computation of the estimates, cell by cell, written from the description of the method.

Everything is in ordinary numbers and loops over dictionaries: no arrays, no shared sums, no rounding on the
way. One body is an organisation: office → (known[group][month], gives[month], coefficient, drivers).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HALF, ONE = 0.25, 1.0
"""The weak prior: a relative variance of one quarter, worth one observation."""


@dataclass
class Member:
    """One office of a body."""

    known: Sequence[Sequence[int]]
    gives: Sequence[bool]
    coefficient: float
    drivers: Sequence[float | None]


Body = Mapping[str, Member]


def ratio(value: float, expected: float) -> float:
    """Return value ÷ expected; 1 where nothing is expected."""
    return min(value / expected, 1000.0) if expected > 0 else 1.0


def pull(weight: float, between: float, within: float) -> float:
    """Return the credibility of an observation."""
    return weight * between / (weight * between + within) if weight * between > 0 else 0.0


def variance(squares: float, freedom: float, within: float, spread: float, mean: float) -> float:
    """Return the variance between units by moments, with the weak prior."""
    prior = ONE * max(mean, 1.0)
    return (max(squares - freedom * within, 0.0) + HALF * prior) / (spread + prior)


def inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Invert a small matrix by Cramer's rule."""

    def det(m: list[list[float]]) -> float:
        if not m:
            return 1.0
        minors = ([row[:j] + row[j + 1 :] for row in m[1:]] for j in range(len(m)))
        return sum((-1) ** j * m[0][j] * det(minor) for j, minor in enumerate(minors))

    size, whole = len(matrix), det(matrix)
    return [
        [
            (-1) ** (i + j) * det([row[:i] + row[i + 1 :] for k, row in enumerate(matrix) if k != j]) / whole
            for j in range(size)
        ]
        for i in range(size)
    ]


class Oracle:
    """The method on a list of bodies."""

    def __init__(self, bodies: Sequence[Body]) -> None:
        self.bodies = bodies
        some = next(iter(bodies[0].values()))
        self.groups, self.months = range(len(some.known)), range(len(some.gives))
        self.x = [self.relative(body) for body in bodies]
        self.size = [self.table(body, lambda o, g, b=body: b[o].coefficient) for body in bodies]
        self.habit = [self.table(body, lambda o, g: 1.0) for body in bodies]
        self.season = [[[1.0 for _ in self.months] for _ in self.groups] for _ in bodies]
        self.slopes()
        for _ in range(2):
            self.within = [self.find_within(g) for g in self.groups]
            self.seasons()
            self.slopes()
            self.between = [self.find_between(g) for g in self.groups]
            for r, body in enumerate(bodies):
                for o in body:
                    for g in self.groups:
                        mean = self.mean(r, o, g, self.size[r])
                        trust = pull(mean, self.between[g], self.within[g])
                        self.habit[r][o, g] = 1 + trust * (ratio(self.own(r, o, g), mean) - 1)

    def table(self, body: Body, value: Callable[[str, int], float]) -> dict[tuple[str, int], float]:
        """Make a table by office and group."""
        return {(o, g): value(o, g) for o in body for g in self.groups}

    @staticmethod
    def relative(body: Body) -> dict[str, list[float]]:
        """Return driver ÷ mean − 1 of each office."""
        result: dict[str, list[float]] = {o: [] for o in body}
        for k in range(len(next(iter(body.values())).drivers)):
            given = [m.drivers[k] for m in body.values()]
            values = [value for value in given if value is not None]
            for o, value in zip(body, given, strict=True):
                usable = value is not None and sum(values) > 0
                result[o].append((value or 0) * len(values) / sum(values) - 1 if usable else 0.0)
        return result

    def work(self, r: int, o: str, g: int, m: int) -> int:
        """Return the donated minutes of a cell."""
        member = self.bodies[r][o]
        return member.known[g][m] if member.gives[m] else 0

    def own(self, r: int, o: str, g: int) -> int:
        """Return the donated minutes of an office."""
        return sum(self.work(r, o, g, m) for m in self.months)

    def total(self, r: int, g: int, m: int) -> int:
        """Return the donated minutes of a month."""
        return sum(self.work(r, o, g, m) for o in self.bodies[r])

    def exposure(self, r: int, g: int, m: int) -> float:
        """Return size × habit of the donors of a month."""
        return sum(
            self.size[r][o, g] * self.habit[r][o, g] for o, one in self.bodies[r].items() if one.gives[m]
        )

    def behind(self, r: int, o: str, g: int, size: Mapping[tuple[str, int], float]) -> float:
        """Return size × season of an office's donor months."""
        return sum(size[o, g] * self.season[r][g][m] for m in self.months if self.bodies[r][o].gives[m])

    def level(self, r: int, g: int, size: Mapping[tuple[str, int], float]) -> float:
        """Return the donors' mean for an office of size 1 in an average month."""
        whole = sum(self.behind(r, o, g, size) for o in self.bodies[r])
        return sum(self.own(r, o, g) for o in self.bodies[r]) / whole if whole > 0 else 0.0

    def mean(self, r: int, o: str, g: int, size: Mapping[tuple[str, int], float]) -> float:
        """Return what the donors' mean says for an office's donor months."""
        return self.level(r, g, size) * self.behind(r, o, g, size)

    def find_within(self, g: int) -> float:
        """Return the variance within a group per expected minute."""
        squares = freedom = cells = total = 0.0
        for r, body in enumerate(self.bodies):
            rate = [
                self.total(r, g, m) / self.exposure(r, g, m) if self.exposure(r, g, m) else 0.0
                for m in self.months
            ]
            offices, months, count = set(), set(), 0
            for o, one in body.items():
                whole = sum(rate[m] for m in self.months if one.gives[m])
                for m in self.months:
                    expected = self.own(r, o, g) * rate[m] / whole if one.gives[m] and whole > 0 else 0.0
                    if expected > 0:
                        squares += (one.known[g][m] - expected) ** 2 / expected
                        total += expected
                        count += 1
                        offices.add(o)
                        months.add(m)
            freedom += max(count - len(offices) - max(len(months) - 1, 0), 0)
            cells += count
        return (squares + HALF * total / max(cells, 1)) / (freedom + ONE)

    def share(self, r: int, g: int, season: Sequence[float]) -> list[float]:
        """Share a body's minutes out over its months by exposure and season."""
        weight = [self.exposure(r, g, m) * season[m] for m in self.months]
        whole = sum(self.total(r, g, m) for m in self.months)
        return [whole * w / sum(weight) if sum(weight) > 0 else 0.0 for w in weight]

    def seasons(self) -> None:
        """Set the seasons of all bodies."""
        everyone = range(len(self.bodies))

        def pooled(season: Sequence[float]) -> list[list[float]]:
            shares = [[self.share(r, g, season) for g in self.groups] for r in everyone]
            return [[sum(shares[r][g][m] for r in everyone) for m in self.months] for g in self.groups]

        seen = [[sum(self.total(r, g, m) for r in everyone) for m in self.months] for g in self.groups]
        flat = pooled([1.0] * len(self.months))
        common = [
            ratio(sum(seen[g][m] for g in self.groups), sum(flat[g][m] for g in self.groups))
            for m in self.months
        ]
        expected = pooled(common)
        cells = [(g, m) for g in self.groups for m in self.months if expected[g][m] > 0]
        squares = sum(expected[g][m] * (ratio(seen[g][m], expected[g][m]) - 1) ** 2 for g, m in cells)
        lost = sum(
            max(sum(expected[g][m] > 0 for m in self.months) - 1, 0) * self.within[g] for g in self.groups
        )
        whole = sum(expected[g][m] for g, m in cells)
        spread = variance(squares, 1.0, lost, whole, whole / max(len(cells), 1))
        group = [[0.0 for _ in self.months] for _ in self.groups]
        for g in self.groups:
            for m in self.months:
                trust = pull(expected[g][m], spread, self.within[g])
                group[g][m] = common[m] * (1 + trust * (ratio(seen[g][m], expected[g][m]) - 1))
        for g in self.groups:
            shares = [self.share(r, g, group[g]) for r in everyone]
            own = [(r, m) for r in everyone for m in self.months if shares[r][m] > 0]
            off = sum(shares[r][m] * (ratio(self.total(r, g, m), shares[r][m]) - 1) ** 2 for r, m in own)
            free = max(len(own) - len({m for _, m in own}) - len({r for r, _ in own}) + 1, 0)
            mean = sum(shares[r][m] for r, m in own) / max(len(own), 1)
            spread_of_bodies = variance(off, free, self.within[g], mean * free, mean)
            for r in everyone:
                for m in self.months:
                    trust = pull(shares[r][m], spread_of_bodies, self.within[g])
                    self.season[r][g][m] = group[g][m] * (
                        1 + trust * (ratio(self.total(r, g, m), shares[r][m]) - 1)
                    )

    def witnesses(self, g: int, size: Sequence[Mapping[tuple[str, int], float]]) -> dict[int, list[str]]:
        """Return the offices that say something about a group, by body."""
        found = {
            r: [o for o in body if self.mean(r, o, g, size[r]) > 0] for r, body in enumerate(self.bodies)
        }
        return {r: offices for r, offices in found.items() if offices}

    def slopes(self) -> None:
        """Set the sizes from coefficients and drivers."""
        count = len(next(iter(self.x[0].values())))
        if count == 0:
            return
        bare = [self.table(body, lambda o, g, b=body: b[o].coefficient) for body in self.bodies]
        drivers = range(count)
        for g in self.groups:
            sq = [[0.0 for _ in drivers] for _ in drivers]
            pr, rest = [0.0 for _ in drivers], 0.0
            found = self.witnesses(g, bare)
            for r, offices in found.items():
                weight = {o: sum(self.bodies[r][o].gives) / len(self.months) for o in offices}

                def average(values: Mapping[str, float], weight: Mapping[str, float] = weight) -> float:
                    return sum(weight[o] * values[o] for o in weight) / sum(weight.values())

                typical = average({o: self.size[r][o, g] / bare[r][o, g] for o in offices})
                z = {o: ratio(self.own(r, o, g), self.mean(r, o, g, bare[r])) * typical for o in offices}
                x = [{o: self.x[r][o][k] for o in offices} for k in drivers]
                zc = {o: z[o] - average(z) for o in offices}
                xc = [{o: x[k][o] - average(x[k]) for o in offices} for k in drivers]
                for o in offices:
                    rest += weight[o] * zc[o] ** 2
                    for k in drivers:
                        pr[k] += weight[o] * zc[o] * xc[k][o]
                        for j in drivers:
                            sq[k][j] += weight[o] * xc[k][o] * xc[j][o]
            distinct = len({o for offices in found.values() for o in offices})
            voices = max(sum(len(offices) for offices in found.values()) / max(distinct, 1), 1)
            slope = [0.5 / count] * count
            for _ in range(3):
                bent = sum(slope[k] * sq[k][j] * slope[j] for k in drivers for j in drivers)
                left = rest - 2 * sum(slope[k] * pr[k] for k in drivers) + bent
                noise = (max(left, 0.0) / voices + ONE * HALF) / (max(distinct - 1, 0) + ONE)
                precision = [
                    [sq[k][j] / voices / noise + (12 * count if k == j else 0) for j in drivers]
                    for k in drivers
                ]
                right = [pr[k] / voices / noise + 0.5 / count * 12 * count for k in drivers]
                turned = inverse(precision)
                slope = [sum(turned[k][j] * right[j] for j in drivers) for k in drivers]
            slope = [max(value, 0.0) for value in slope]
            slope = [value / max(sum(slope), 1.0) for value in slope]
            for r, body in enumerate(self.bodies):
                for o in body:
                    scale = 1 + sum(slope[k] * self.x[r][o][k] for k in drivers)
                    self.size[r][o, g] = bare[r][o, g] * max(scale, 0.0001)

    def find_between(self, g: int) -> float:
        """Return the variance between offices."""
        found = self.witnesses(g, self.size)
        squares = freedom = spread = weight = count = 0.0
        for r, offices in found.items():
            mean = {o: self.mean(r, o, g, self.size[r]) for o in offices}
            squares += sum(w * (ratio(self.own(r, o, g), w) - 1) ** 2 for o, w in mean.items())
            freedom += len(offices) - 1
            spread += sum(mean.values()) - sum(w * w for w in mean.values()) / sum(mean.values())
            weight += sum(mean.values())
            count += len(offices)
        distinct = len({o for offices in found.values() for o in offices})
        voices = max(count / max(distinct, 1), 1)
        mean_weight = weight / max(count, 1)
        return variance(squares / voices, freedom / voices, self.within[g], spread / voices, mean_weight)

    def expected(self, r: int, o: str, g: int, m: int) -> float:
        """Return the expected minutes of a cell."""
        factor = self.size[r][o, g] * self.habit[r][o, g] * self.season[r][g][m]
        return self.level(r, g, self.size[r]) * factor


def expectation(bodies: Sequence[Body]) -> Callable[[int, str, int, int], float]:
    """Return the expectation of (body, office, group, month)."""
    return Oracle(bodies).expected


def member(known: Sequence[Sequence[int]], gives: Sequence[bool], **more: Any) -> Member:
    """Build a member with a coefficient of 1 and no drivers unless given."""
    return Member(known, gives, more.get("coefficient", 1.0), more.get("drivers", ()))
