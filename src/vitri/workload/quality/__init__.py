"""The quality of a register: which questions are worth asking, ranked, each with innocent answers named."""

from vitri.workload.quality.table import KINDS, REMARK, questions

__all__ = ["KINDS", "REMARK", "questions"]
