"""A month of one office: what has to be done, when, and who is there to do it."""

from __future__ import annotations

from vitri.workload.month.problem import SESSIONS, Event, MonthProblem, OvertimeLimit, Task

__all__ = ["SESSIONS", "Event", "MonthProblem", "OvertimeLimit", "Task"]
