"""Runs the named checks that look at more than one cell; each is a function from a draft to findings."""

from __future__ import annotations

from collections.abc import Callable

from vitri.data.checks_limits import LIMIT_CHECKS, check_members
from vitri.data.checks_people import PEOPLE_CHECKS
from vitri.data.checks_quantities import QUANTITY_CHECKS
from vitri.data.checks_units import UNIT_CHECKS, UNIT_LINE_CHECKS
from vitri.data.checks_work import LINE_CHECKS, LINES, WORK_CHECKS
from vitri.data.draft import Draft

DATA_CHECKS: tuple[Callable[[Draft], None], ...] = (
    *WORK_CHECKS,
    *UNIT_CHECKS,
    *LIMIT_CHECKS,
    *PEOPLE_CHECKS,
)
"""Checks that run on every scenario."""


def run_checks(draft: Draft) -> None:
    """Run every data check on a draft; no check stops another."""
    checks = DATA_CHECKS
    if draft.has(LINES):
        checks = (*checks, *LINE_CHECKS, *QUANTITY_CHECKS, *UNIT_LINE_CHECKS, check_members)
    for check in checks:
        check(draft)
