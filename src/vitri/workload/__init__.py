"""How much work there is: registrations → minutes by office, pool, task group and month, factors kept."""

from vitri.workload.assemble import Workload, compute
from vitri.workload.pools import pools_of
from vitri.workload.quality import questions

__all__ = ["Workload", "compute", "pools_of", "questions"]
