"""Why no plan exists: cheapest concessions by family of rule, and a minimal conflict by deletion."""

from vitri.optimise.conflict.confirm import plans, solves_after
from vitri.optimise.conflict.deletion import minimal_conflict
from vitri.optimise.conflict.members import Concession, Conflict, Grant, Member, Question
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.conflict.study import NoPlanStudy, question_of, study_no_plan

__all__ = [
    "Concession",
    "Conflict",
    "Grant",
    "Member",
    "NoPlanStudy",
    "Question",
    "SizingQuestion",
    "minimal_conflict",
    "plans",
    "question_of",
    "solves_after",
    "study_no_plan",
]
