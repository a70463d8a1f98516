"""Who does which jobs: the two cores that assignments are built on, and their exact answers.

`solve_capacity` hands jobs to people with limited time (generalised assignment). It takes a neutral
problem of whole numbers and returns the value, a proven bound and whether they meet.
"""

from vitri.optimise.crew.capacity import solve_capacity
from vitri.optimise.crew.problem import (
    CapacityAnswer,
    CapacityProblem,
    CrewOptions,
    FixedTimeAnswer,
    FixedTimeProblem,
)

__all__ = [
    "CapacityAnswer",
    "CapacityProblem",
    "CrewOptions",
    "FixedTimeAnswer",
    "FixedTimeProblem",
    "solve_capacity",
]
