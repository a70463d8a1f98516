"""Working time: the time fund of a post, the time and half-days of each official, the days of an office."""

from vitri.policy.calendars import WorkCalendar, calendars, working_days
from vitri.policy.fund import half_up, parts, time_fund
from vitri.policy.people import person_time
from vitri.policy.sessions import session_grid, session_time
from vitri.policy.time_checks import check_time

__all__ = [
    "WorkCalendar",
    "calendars",
    "check_time",
    "half_up",
    "parts",
    "person_time",
    "session_grid",
    "session_time",
    "time_fund",
    "working_days",
]
