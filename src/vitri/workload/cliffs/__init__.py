"""The cliff map: which posts move when time, a norm, a volume or a coefficient moves by x percent."""

from vitri.workload.cliffs.map import LEVERS, SCOPES, SUMMARY_PCT, CliffMap, cliff_map
from vitri.workload.cliffs.reruns import fresh_run

__all__ = ["LEVERS", "SCOPES", "SUMMARY_PCT", "CliffMap", "cliff_map", "fresh_run"]
