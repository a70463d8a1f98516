"""The calendar of a month: planned, audited, written as run tables, planned again after changes."""

from __future__ import annotations

from vitri.plan.calendar.job import plan_calendar


__all__ = ["plan_calendar"]
