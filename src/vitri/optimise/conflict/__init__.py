"""Why no plan exists: causes, cheapest concessions by family of rule, a minimal conflict by deletion.

Sizing can be without a plan for these rules of the registry: ceilings, floors, caps and size rules of units,
fixed posts, quotas by class of post, caps on leading posts (`SizingQuestion`, all sizings); by need also the
service rule, pairs of task groups kept apart (forbidden pairs, competencies, ranks, classes, kinds of labour)
and how much a position, a post and a person may hold. Ranks can be: caps on ranks, salary budgets and the
ranks that posts admit (`RankQuestion`). The other rules cannot: which pool work lies in is data; seats nobody
fits are vacancies, people without a seat surplus, work nobody qualified may do is left undone and told; rules
that say the tables agree hold by construction. A month's pins can contradict each other: `assigning` then
names the fewest that have to give.
"""

from vitri.optimise.conflict.causes import causes
from vitri.optimise.conflict.confirm import plans, solves_after
from vitri.optimise.conflict.deletion import minimal_conflict
from vitri.optimise.conflict.members import Concession, Conflict, Grant, Member, Question
from vitri.optimise.conflict.ranking import RankQuestion, rank_question, ranks_after
from vitri.optimise.conflict.sizing import SizingQuestion
from vitri.optimise.conflict.study import NoPlanStudy, question_of, study_no_plan

__all__ = [
    "Concession",
    "Conflict",
    "Grant",
    "Member",
    "NoPlanStudy",
    "Question",
    "RankQuestion",
    "SizingQuestion",
    "causes",
    "minimal_conflict",
    "plans",
    "question_of",
    "rank_question",
    "ranks_after",
    "solves_after",
    "study_no_plan",
]
