"""Block 2c: the lines that do not count, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from vitri.i18n import tr
from vitri.report.derivation.page import CODE, FIRST, NUMBER, TEXT, Page
from vitri.report.derivation.words import REASONS, STATUSES
from vitri.report.words import say
from vitri.workload.derivation import LeftOut


def write_left_out(page: Page, left: Sequence[LeftOut]) -> None:
    """Write the lines that do not count; nothing if every line counts."""
    if not left:
        return
    lang = page.lang
    page.heading(tr("2c. Lines that do not count", lang))
    columns = [
        tr("Who for", lang),
        tr("Task group", lang),
        tr("Status", lang),
        tr("Period", lang),
        tr("Minutes", lang),
        tr("Counted", lang),
    ]
    page.header(
        [
            (NUMBER, tr("No.", lang)),
            (CODE, tr("Registration", lang)),
            (TEXT, tr("Task and reason", lang)),
            *((FIRST + place, name) for place, name in enumerate(columns)),
        ]
    )
    for serial, line in enumerate(left, 1):
        reason = say(REASONS, line.reason, lang)
        page.write(
            [
                (NUMBER, str(serial), "code"),
                (CODE, line.code, "code"),
                (TEXT, f"{line.task} – {reason}", "text"),
                (FIRST, line.organisation or "–", "code"),
                (FIRST + 1, line.group, "code"),
                (FIRST + 2, say(STATUSES, line.status, lang), "code"),
                (FIRST + 3, line.period, "code"),
                (FIRST + 4, line.minutes, "zero"),
                (FIRST + 5, 0, "zero"),
            ]
        )
