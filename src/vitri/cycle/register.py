"""Registering: an organisation's lines come in, as drafts or as registered work, or it says it has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vitri.cycle.ledger import Changed, Ledger
from vitri.data.fields import period_bounds
from vitri.data.instance import Instance
from vitri.i18n import N_

HEADS = (
    "approved_quantity",
    "status",
    "merged_into",
    "accepted_on",
    "delivered_on",
    "acceptance",
    "current_official",
)
"""Columns that only the head of the office fills in."""


@dataclass(frozen=True)
class Sender:
    """Who registers: an office, an organisation (blank: the office itself) and the month meant."""

    office: str
    organisation: str
    month: str
    draft: bool = False
    partial: bool = False


def register(
    instance: Instance,
    sender: Sender,
    lines: Sequence[Mapping[str, str]],
    who: str,
    when: dt.datetime | None = None,
    places: Sequence[str] = (),
) -> Changed:
    """Add lines (column → text), or correct and submit lines of drafts and returned ones by their code.

    Blank office, organisation and period are filled from the sender. The month counts as registered, fully
    or partially, unless these are drafts. Raises DataError with every finding; nothing is changed then.
    """
    ledger = Ledger(instance, who, when)
    numbers = _Numbers(ledger, sender)
    for index, given in enumerate(lines):
        line = {name: text for name, text in given.items() if text}
        place = places[index] if index < len(places) else ""
        code = line.get("code") or numbers.next()
        ledger.places[code] = place
        line["code"] = code
        _foreign(ledger, sender, line)
        if ledger.knows(code):
            _correct(ledger, sender, line)
            continue
        line.setdefault("office", sender.office)
        line.setdefault("period", sender.month)
        if sender.organisation:
            line.setdefault("organisation", sender.organisation)
        line["status"] = "draft" if sender.draft else "registered"
        _in_month(ledger, sender, line)
        ledger.add(line)
    if sender.organisation and not sender.draft and lines and not ledger.findings:
        state = "partial" if sender.partial else "complete"
        ledger.submit(sender.office, sender.organisation, sender.month, state)
    return ledger.close()


def register_nothing(
    instance: Instance, sender: Sender, who: str, when: dt.datetime | None = None
) -> Changed:
    """Say that an organisation has no work in a month, which is not the same as not registering."""
    ledger = Ledger(instance, who, when)
    frame = ledger.lines
    mine = frame[(frame["office"] == sender.office) & (frame["organisation"] == sender.organisation)]
    for code, period in zip(mine["code"], mine["period"], strict=True):
        if period[:7] == sender.month and ledger.state(code) in (
            "registered",
            "approved",
            "assigned",
            "done",
        ):
            ledger.refuse(
                "nil_with_lines",
                row_key=code,
                column="period",
                value=period,
                message=N_('{organisation} registered "{code}" in {month}, so it is not without work.'),
                advice=N_("Cancel the line first, or leave out --nil."),
                organisation=sender.organisation,
                code=code,
                month=sender.month,
            )
    ledger.submit(sender.office, sender.organisation, sender.month, "nil")
    return ledger.close()


class _Numbers:
    """Codes for lines without one: office, organisation (VP: the office itself), month and a number."""

    def __init__(self, ledger: Ledger, sender: Sender) -> None:
        month = sender.month.replace("-", "")[2:]
        owner = sender.organisation or "VP"
        self._stem = f"{sender.office[:14]}-{owner[:14]}-{month}"
        self._ledger = ledger
        self._last = 0

    def next(self) -> str:
        """Return the next code that is not taken."""
        while True:
            self._last += 1
            code = f"{self._stem}-{self._last:02d}"
            if not self._ledger.knows(code):
                return code


def _foreign(ledger: Ledger, sender: Sender, line: dict[str, str]) -> None:
    """Note cells that are not the sender's to fill in: the head's columns, other offices, other bodies."""
    code = line["code"]
    for column in HEADS:
        if column in line:
            ledger.refuse(
                "not_yours",
                row_key=code,
                column=column,
                value=line.pop(column),
                message=N_("This cell is filled in by the head of the office."),
                advice=N_("Clear it; the head decides with `vitri approve`."),
            )
    for column, own in (("office", sender.office), ("organisation", sender.organisation)):
        value = line.get(column) or (ledger.get(code, column) if ledger.knows(code) else "")
        if value and value != own:
            ledger.refuse(
                "other_sender",
                row_key=code,
                column=column,
                value=value,
                allowed=own,
                message=N_('The line belongs to "{other}", not to "{own}".'),
                advice=N_("Register it apart, in the name of the one it belongs to."),
                other=value,
                own=own,
            )


def _in_month(ledger: Ledger, sender: Sender, line: dict[str, str]) -> None:
    """Note a period that does not touch the month; one that cannot be read is found when all is checked."""
    try:
        first, last = period_bounds(line["period"])
    except (ValueError, IndexError):
        return
    if not f"{first:%Y-%m}" <= sender.month <= f"{last:%Y-%m}":
        ledger.refuse(
            "other_month",
            row_key=line["code"],
            column="period",
            value=line["period"],
            allowed=sender.month,
            message=N_("The period {period} does not touch {month}."),
            advice=N_("Mend the period, or register it with its own month."),
            period=line["period"],
            month=sender.month,
        )


def _correct(ledger: Ledger, sender: Sender, line: dict[str, str]) -> None:
    """Change the cells given of a draft or returned line, and submit it again."""
    code = line["code"]
    transition = ledger.may("save" if sender.draft else "register", code)
    if transition is None:
        return
    line.setdefault("period", ledger.get(code, "period"))
    _in_month(ledger, sender, line)
    if "unit_hours" in line:
        ledger.refuse(
            "two_units",
            row_key=code,
            column="unit_hours",
            value=line["unit_hours"],
            message=N_("A line that is there already is corrected in minutes."),
            advice=N_("Write unit_minutes."),
        )
        return
    for column, value in line.items():
        if column != "code":
            ledger.put(code, column, value)
    ledger.put(code, "status", transition.after)
