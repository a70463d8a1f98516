"""Who does which jobs: the two cores that assignments are built on, and their exact answers.

`solve_capacity` hands jobs to people with limited time (generalised assignment); `solve_fixed_time` gives
tasks with fixed times to the fewest people (shift minimisation, SMPTSP). Both take neutral problems of whole
numbers and return the value, a proven bound and whether they meet.
"""

from vitri.optimise.crew.capacity import solve_capacity
from vitri.optimise.crew.fixed_time import solve_fixed_time
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
    "solve_fixed_time",
]
