"""Working time: the time fund of a post, the time of each official, the working days of an office."""

from vitri.policy.calendars import WorkCalendar, calendars, working_days
from vitri.policy.fund import half_up, parts, time_fund
from vitri.policy.people import person_time

__all__ = ["WorkCalendar", "calendars", "half_up", "parts", "person_time", "time_fund", "working_days"]
