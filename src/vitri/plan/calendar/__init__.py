"""The calendar of a month: planned, audited, written as run tables, planned again after changes."""

from __future__ import annotations

from vitri.plan.calendar.job import plan_calendar
from vitri.plan.calendar.replan import FrontPoint, replan

__all__ = ["FrontPoint", "plan_calendar", "replan"]
