"""The capacity core against complete enumeration on tiny made-up cases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vitri.optimise.crew import CapacityProblem, CrewOptions, solve_capacity
from vitri.optimise.crew.knapsack_bound import SCALE, Matrix, climb, surcharges


def tiny(seed: int) -> CapacityProblem:
    """A made-up tight case of two to four people and one to six jobs, some forbidden, some optional."""
    draw = np.random.default_rng(seed)
    people, jobs = int(draw.integers(2, 5)), int(draw.integers(1, 7))
    if people == 4:
        jobs = min(jobs, 5)
    minutes = draw.integers(0, 12, (people, jobs))
    optional = draw.random(jobs) < 0.3 if seed % 2 else None
    return CapacityProblem(
        minutes=minutes,
        costs=draw.integers(-5, 30, (people, jobs)),
        capacities=(draw.uniform(0.7, 1.4) * minutes.sum(axis=1) / people).astype(np.int64),
        allowed=draw.random((people, jobs)) < 0.85 if seed % 3 else None,
        optional=optional,
        undone_costs=None if optional is None else draw.integers(0, 60, jobs),
    )


def best_of(problem: CapacityProblem) -> int | None:
    """The least cost over every hand-out there is, by the rules of the problem written out again."""
    people, jobs = problem.minutes.shape
    best: int | None = None
    for owners in itertools.product([None, *range(people)], repeat=jobs):
        left = [int(c) for c in problem.capacities]
        cost, good = 0, True
        for job, person in enumerate(owners):
            if person is None:
                good = problem.optional is not None and bool(problem.optional[job])
                cost += int(problem.undone_costs[job]) if good and problem.undone_costs is not None else 0
            else:
                good = problem.allowed is None or bool(problem.allowed[person, job])
                left[person] -= int(problem.minutes[person, job])
                good = good and left[person] >= 0
                cost += int(problem.costs[person, job])
            if not good:
                break
        if good and (best is None or cost < best):
            best = cost
    return best


@pytest.mark.parametrize("block", range(4))
def test_equals_enumeration(block: int) -> None:
    """On 200 tiny cases value, status and bound are those of complete enumeration."""
    impossible = 0
    for seed in range(50 * block, 50 * block + 50):
        problem = tiny(seed)
        best = best_of(problem)
        answer = solve_capacity(problem)
        if best is None:
            impossible += 1
            assert answer.status == "infeasible"
            assert answer.owners is None
            continue
        assert answer.status == "optimal"
        assert answer.owners is not None
        assert (answer.value, answer.bound, answer.gap_pct) == (best, best, 0.0)
        assert problem.cost_of(answer.owners) == best
    assert impossible < 40


@pytest.mark.parametrize("engine", ["highs", "cp_sat"])
def test_each_engine_alone_proves_the_same(engine: str) -> None:
    """Either engine alone reaches the enumerated optimum."""
    for seed in range(300, 325):
        problem = tiny(seed)
        answer = solve_capacity(problem, CrewOptions(engines=(engine,)))
        assert answer.value == best_of(problem)
        assert answer.status == ("infeasible" if answer.value is None else "optimal")


def test_the_knapsack_bound_and_its_surcharges_are_never_too_high() -> None:
    """For any prices the bound is at most the optimum, and a pair of an optimum is never excluded."""
    for seed in range(400, 460):
        problem = tiny(3 * (seed // 2 * 2))
        best = best_of(problem)
        if best is None:
            continue
        draw = np.random.default_rng(seed)
        matrix = Matrix(
            problem.minutes, problem.costs, problem.capacities, problem.minutes <= problem.capacities[:, None]
        )
        prices = draw.integers(-5 * SCALE, 40 * SCALE, problem.minutes.shape[1])
        for bound, extra in (
            surcharges(matrix, prices),
            surcharges(matrix, climb(matrix, prices, best, 1.0)[1]),
        ):
            assert bound <= SCALE * best
            owners = solve_capacity(problem).owners
            assert owners is not None
            for job, person in enumerate(owners):
                assert person is not None
                assert bound + extra[person, job] <= SCALE * best


def test_a_known_hand_out_is_kept_or_improved_and_nonsense_is_ignored() -> None:
    """A start that breaks a limit changes nothing; a good one is never made worse."""
    problem = tiny(6)
    best = best_of(problem)
    jobs = problem.minutes.shape[1]
    assert best is not None
    assert solve_capacity(problem, start=(99,) * jobs).value == best
    owners = solve_capacity(problem).owners
    assert solve_capacity(problem, start=owners).value == best


def test_too_much_work_is_proven_impossible() -> None:
    """A planted case with one minute too few in all is infeasible, and with that minute it is solved."""
    minutes = np.full((3, 6), 10)
    costs = np.arange(18).reshape(3, 6)
    short = CapacityProblem(minutes=minutes, costs=costs, capacities=np.array([20, 20, 19]))
    assert solve_capacity(short).status == "infeasible"
    enough = CapacityProblem(minutes=minutes, costs=costs, capacities=np.array([20, 20, 20]))
    assert solve_capacity(enough).status == "optimal"


def test_the_same_question_has_the_same_answer() -> None:
    """Two runs without a time limit return the same hand-out and the same steps."""
    draw = np.random.default_rng(11)
    minutes = draw.integers(5, 26, (5, 30))
    problem = CapacityProblem(
        minutes=minutes,
        costs=draw.integers(10, 51, (5, 30)),
        capacities=(0.16 * minutes.sum(axis=1)).astype(int),
    )
    first, second = solve_capacity(problem), solve_capacity(problem)
    assert first.status == "optimal"
    assert first.owners == second.owners
    assert [(s[0], *s[2:]) for s in first.steps] == [(s[0], *s[2:]) for s in second.steps]


def test_shapes_that_do_not_fit_are_refused() -> None:
    """A problem whose arrays do not belong together is an error at once."""
    with pytest.raises(ValueError, match="shapes"):
        CapacityProblem(minutes=np.ones((2, 3)), costs=np.ones((2, 2)), capacities=np.ones(2))
