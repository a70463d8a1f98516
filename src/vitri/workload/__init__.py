"""How much work there is: registrations → minutes by office, pool, task group and month, factors kept."""

from vitri.workload.assemble import Workload, compute
from vitri.workload.estimate import estimate_totals
from vitri.workload.leave_one_out import leave_one_out
from vitri.workload.levers import Levers
from vitri.workload.policies import by_policy
from vitri.workload.pools import pools_of
from vitri.workload.quality import questions

__all__ = [
    "Levers",
    "Workload",
    "by_policy",
    "compute",
    "estimate_totals",
    "leave_one_out",
    "pools_of",
    "questions",
]
