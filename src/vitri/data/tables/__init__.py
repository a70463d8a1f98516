"""Every table and column of the data contract, declared once (`TABLES`)."""

from __future__ import annotations

from vitri.data.fields import TableSpec
from vitri.data.tables.needed import OFFICES, ORGANISATIONS, REGISTRATIONS, TASK_GROUPS
from vitri.data.tables.optional_people import (
    EVENTS,
    HISTORY,
    OFFICIAL_DETAILS,
    PINS,
    POSITION_TEXTS,
    PREVIOUS_ASSIGNMENTS,
    RESOURCES,
)
from vitri.data.tables.optional_work import (
    AREAS,
    CALENDAR,
    DRIVERS,
    NORMS,
    OUTCOMES,
    PROFILES,
    REQUIREMENTS,
    SUBMISSIONS,
)
from vitri.data.tables.recommended_people import (
    ABSENCES,
    CURRENT_POSTS,
    OFFICIAL_COMPETENCIES,
    OFFICIALS,
    POSITIONS,
)
from vitri.data.tables.recommended_work import MEMBERSHIPS, QUOTAS, WORK_ITEMS

_ORDER = (
    OFFICES,
    ORGANISATIONS,
    TASK_GROUPS,
    REGISTRATIONS,
    WORK_ITEMS,
    MEMBERSHIPS,
    QUOTAS,
    POSITIONS,
    CURRENT_POSTS,
    OFFICIALS,
    OFFICIAL_COMPETENCIES,
    ABSENCES,
    AREAS,
    DRIVERS,
    NORMS,
    REQUIREMENTS,
    PROFILES,
    CALENDAR,
    SUBMISSIONS,
    RESOURCES,
    EVENTS,
    PINS,
    PREVIOUS_ASSIGNMENTS,
    OUTCOMES,
    POSITION_TEXTS,
    OFFICIAL_DETAILS,
    HISTORY,
)

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in _ORDER}
"""Table name → declaration, in the order in which tables are written."""
