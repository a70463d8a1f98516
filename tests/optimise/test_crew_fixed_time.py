"""The fixed-time core against complete enumeration on tiny made-up cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vitri.optimise.crew import CrewOptions, FixedTimeProblem, solve_fixed_time
from vitri.optimise.crew.paths import Days, shortfall


def tiny(seed: int) -> FixedTimeProblem:
    """A made-up case of two to four people and one to six tasks."""
    draw = np.random.default_rng(seed)
    people, tasks = int(draw.integers(2, 5)), int(draw.integers(1, 7))
    starts = draw.integers(0, 10, tasks)
    return FixedTimeProblem(
        starts=starts,
        ends=starts + draw.integers(1, 6, tasks),
        qualified=draw.random((people, tasks)) < 0.7,
    )


def fewest(problem: FixedTimeProblem) -> int | None:
    """The fewest people over every hand-out, by the rules of the problem written out again."""
    people, tasks = problem.qualified.shape
    best: int | None = None
    for owners in itertools.product(range(people), repeat=tasks):
        good = all(problem.qualified[p, t] for t, p in enumerate(owners)) and not any(
            owners[a] == owners[b]
            and problem.starts[a] < problem.ends[b]
            and problem.starts[b] < problem.ends[a]
            for a, b in itertools.combinations(range(tasks), 2)
        )
        if good and (best is None or len(set(owners)) < best):
            best = len(set(owners))
    return best


@pytest.mark.parametrize("block", range(3))
def test_equals_enumeration(block: int) -> None:
    """On 150 tiny cases the number of people, the bound and the status are those of enumeration."""
    impossible = 0
    for seed in range(50 * block, 50 * block + 50):
        problem = tiny(seed)
        best = fewest(problem)
        answer = solve_fixed_time(problem, CrewOptions(time_limit_s=5.0))
        if best is None:
            impossible += 1
            assert answer.status == "infeasible"
            continue
        assert answer.owners is not None
        assert (answer.status, answer.value, answer.bound) == ("optimal", best, best)
        assert problem.people_of(answer.owners) == best
        assert answer.readable_bound <= best
    assert impossible < 40


def planted(seed: int) -> tuple[FixedTimeProblem, int]:
    """A made-up case of 12 people whose tasks were cut out of full days, so that 12 are needed and enough."""
    draw = np.random.default_rng(seed)
    starts, ends, owner = [], [], []
    for person in range(12):
        cuts = [0, *sorted(draw.choice(np.arange(5, 95), 5, replace=False).tolist()), 100]
        for a, b in itertools.pairwise(cuts):
            starts.append(a)
            ends.append(b)
            owner.append(person)
    qualified = draw.random((16, len(starts))) < 0.35
    qualified[owner, np.arange(len(owner))] = True
    return FixedTimeProblem(starts=np.array(starts), ends=np.array(ends), qualified=qualified), 12


@pytest.mark.parametrize("seed", range(3))
def test_full_days_are_found_again(seed: int) -> None:
    """Where every moment needs 12 people and 12 full days were planted, 12 are found and proven."""
    problem, people = planted(seed)
    answer = solve_fixed_time(problem, CrewOptions(time_limit_s=20.0))
    assert (answer.status, answer.value, answer.readable_bound) == ("optimal", people, people)


def test_the_conflict_set_is_one() -> None:
    """No two tasks of the conflict set can be done by one person."""
    for seed in range(20):
        problem = planted(seed)[0] if seed < 3 else tiny(seed)
        answer = solve_fixed_time(problem, CrewOptions(time_limit_s=2.0))
        for a, b in itertools.combinations(answer.conflict_set, 2):
            overlap = problem.starts[a] < problem.ends[b] and problem.starts[b] < problem.ends[a]
            assert overlap or not (problem.qualified[:, a] & problem.qualified[:, b]).any()


def ring() -> FixedTimeProblem:
    """Five tasks one after the other; person p does tasks p and p + 1 only: three people, pairs allow two."""
    qualified = np.zeros((5, 5), dtype=bool)
    for person in range(5):
        qualified[person, [person, (person + 1) % 5]] = True
    return FixedTimeProblem(starts=np.arange(5) * 10, ends=np.arange(5) * 10 + 10, qualified=qualified)


def test_prices_prove_what_the_conflict_set_cannot() -> None:
    """In a ring of skills the conflict set says two and the prices of tasks prove three."""
    problem = ring()
    answer = solve_fixed_time(problem)
    assert (answer.status, answer.value, answer.bound, answer.readable_bound) == ("optimal", 3, 3, 2)
    assert answer.prices is not None
    prices = np.array(answer.prices)
    values, _ = Days(problem).best(prices, np.arange(5))
    assert shortfall(values, prices, 2) > 0


def test_one_clash_too_many_is_proven_impossible() -> None:
    """Two people, three tasks at once: impossible; so is a task nobody can do."""
    times = np.array([0, 0, 0]), np.array([5, 5, 5])
    crowd = FixedTimeProblem(starts=times[0], ends=times[1], qualified=np.ones((2, 3), dtype=bool))
    assert solve_fixed_time(crowd).status == "infeasible"
    nobody = FixedTimeProblem(
        starts=np.array([0]), ends=np.array([5]), qualified=np.zeros((2, 1), dtype=bool)
    )
    assert solve_fixed_time(nobody).status == "infeasible"


def test_a_day_is_the_most_valuable_one() -> None:
    """The priced day of each person equals the best of all subsets of tasks that do not overlap."""
    for seed in range(40):
        problem = tiny(seed)
        people, tasks = problem.qualified.shape
        prices = np.random.default_rng(seed).integers(0, 9, tasks)
        values, days = Days(problem).best(prices, np.arange(people))
        for person in range(people):
            best = 0
            for size in range(1, tasks + 1):
                for some in itertools.combinations(np.flatnonzero(problem.qualified[person]).tolist(), size):
                    clear = all(
                        problem.ends[a] <= problem.starts[b] or problem.ends[b] <= problem.starts[a]
                        for a, b in itertools.combinations(some, 2)
                    )
                    best = max(best, int(prices[list(some)].sum())) if clear else best
            assert values[person] == best == int(prices[days[person]].sum())
