"""Instance files of assignment problems, made-up instances, and checkers that share no code with the solver.

Reading: generalised assignment as numbers in a row (people, jobs, costs, minutes, capacities); shift
minimisation as "Jobs = n" with start and end, then "Qualifications = n" with the jobs of each person.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class GapFile:
    """A generalised assignment instance as plain lists."""

    name: str
    costs: list[list[int]]
    minutes: list[list[int]]
    capacities: list[int]


@dataclass(frozen=True)
class ShiftFile:
    """A shift minimisation instance: (start, end) of each job, and each person's jobs."""

    name: str
    jobs: list[tuple[int, int]]
    able: list[list[int]]


def read_gap(path: Path) -> GapFile:
    """Read one generalised assignment file; raises ValueError where numbers are missing."""
    numbers = [int(word) for word in path.read_text(encoding="utf-8").split()]
    people, jobs = numbers[0], numbers[1]
    if len(numbers) < 2 + 2 * people * jobs + people:
        raise ValueError(f"{path.name}: numbers are missing")
    cells = numbers[2:]
    costs = [cells[i * jobs : (i + 1) * jobs] for i in range(people)]
    minutes = [cells[(people + i) * jobs : (people + i + 1) * jobs] for i in range(people)]
    return GapFile(path.stem, costs, minutes, cells[2 * people * jobs : 2 * people * jobs + people])


def read_shifts(path: Path) -> ShiftFile:
    """Read one shift minimisation file."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    jobs: list[tuple[int, int]] = []
    able: list[list[int]] = []
    for index, line in enumerate(lines):
        if line.startswith("Jobs"):
            for row in lines[index + 1 : index + 1 + int(line.split("=")[1])]:
                start, end = row.split()[:2]
                jobs.append((int(start), int(end)))
        elif line.startswith("Qualifications"):
            for row in lines[index + 1 : index + 1 + int(line.split("=")[1])]:
                able.append([int(word) for word in row.split(":")[1].split()])
    return ShiftFile(path.stem, jobs, able)


def best_known(folder: Path) -> dict[str, int]:
    """Return the published values in `best_known.csv` of a folder or the one above, by instance name."""
    for place in (folder, folder.parent):
        path = place / "best_known.csv"
        if path.exists():
            with path.open(encoding="utf-8") as stream:
                rows = list(csv.DictReader(stream))
            return {
                (row.get("instance") or row["path"].split("/")[-1]): int(
                    row.get("best_ub") or row["best_upper_bound"]
                )
                for row in rows
            }
    return {}


def check_gap(file: GapFile, owners: tuple[int | None, ...] | None) -> int | None:
    """Return the cost of a hand-out of all jobs, None where it breaks a limit."""
    if owners is None or len(owners) != len(file.costs[0]):
        return None
    left = list(file.capacities)
    cost = 0
    for job, person in enumerate(owners):
        if person is None or not 0 <= person < len(left):
            return None
        left[person] -= file.minutes[person][job]
        cost += file.costs[person][job]
    return cost if min(left) >= 0 else None


def check_shifts(file: ShiftFile, owners: tuple[int, ...] | None) -> int | None:
    """Return the number of people of a hand-out, None where it breaks a limit."""
    if owners is None or len(owners) != len(file.jobs):
        return None
    free_from: dict[int, int] = {}
    for job in sorted(range(len(owners)), key=lambda j: file.jobs[j]):
        person = owners[job]
        start, end = file.jobs[job]
        if job not in file.able[person] or free_from.get(person, start) > start:
            return None
        free_from[person] = end
    return len(free_from)


def check_conflicts(file: ShiftFile, jobs: tuple[int, ...]) -> bool:
    """Whether no two of these jobs can be done by one person."""
    for position, one in enumerate(jobs):
        for other in jobs[:position]:
            (a, b), (c, d) = file.jobs[one], file.jobs[other]
            if not (a < d and c < b) and any(one in able and other in able for able in map(set, file.able)):
                return False
    return True


def check_prices(file: ShiftFile, prices: tuple[int, ...], people: int) -> bool:
    """Whether all jobs at these prices are worth more than the `people` best days of different people."""
    best: list[int] = []
    for able in file.able:
        reached = [(-(10**9), 0)]  # (end, best value of a day that ends by then), both rising
        for job in sorted(able, key=lambda j: file.jobs[j][1]):
            start, end = file.jobs[job]
            low, high = 0, len(reached)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if reached[middle][0] <= start else (low, middle)
            value = reached[low][1] + prices[job]
            if value > reached[-1][1]:
                reached.append((end, value))
        best.append(reached[-1][1])
    return sum(prices) > sum(sorted(best, reverse=True)[:people])


def made_up_gap(people: int, jobs: int, kind: str, seed: int) -> GapFile:
    """Draw an instance of type A, C, D (Chu and Beasley 1997) or E (Laguna et al. 1995)."""
    draw = np.random.default_rng(seed)
    if kind in ("a", "c"):
        minutes = draw.integers(5, 26, (people, jobs))
        costs = draw.integers(10, 51, (people, jobs))
    elif kind == "d":
        minutes = draw.integers(1, 101, (people, jobs))
        costs = 111 - minutes + draw.integers(-10, 11, (people, jobs))
    else:
        minutes = np.floor(1 - 10 * np.log(draw.uniform(1e-9, 1, (people, jobs)))).astype(int)
        costs = np.floor(1000 / minutes - 10 * draw.uniform(0, 1, (people, jobs))).astype(int)
    share = 1.0 if kind == "a" else 0.8
    capacities = np.maximum(share * minutes.sum(axis=1) / people, minutes.max(axis=1)).astype(int)
    name = f"made-up-{kind}{people:02d}{jobs}"
    return GapFile(name, costs.tolist(), minutes.tolist(), capacities.tolist())


def made_up_shifts(people: int, idle: int, jobs_each: int, skill_pct: int, seed: int) -> ShiftFile:
    """Cut full days of so many people into jobs, add idle people and skills: the optimum is known."""
    draw = random.Random(seed)
    jobs: list[tuple[int, int]] = []
    able: list[list[int]] = [[] for _ in range(people + idle)]
    for person in range(people):
        cuts = [0, *sorted(draw.sample(range(20, 480), jobs_each - 1)), 500]
        for start, end in pairwise(cuts):
            able[person].append(len(jobs))
            jobs.append((start, end))
    for person in range(people + idle):
        extra = [j for j in range(len(jobs)) if j not in able[person] and draw.randrange(100) < skill_pct]
        able[person] = sorted(able[person] + extra)
    return ShiftFile(f"made-up-{people}-{len(jobs)}-{skill_pct}", jobs, able)
