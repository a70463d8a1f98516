"""Which rules of a model hold on a day, for its bodies and its level; the others are listed, with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from vitri.errors import Finding
from vitri.i18n import N_, Lang, date_text, tr
from vitri.policy.checks import starts
from vitri.policy.labels import code_label
from vitri.policy.origin import Origin, Table
from vitri.policy.parse import shown
from vitri.policy.rows import Compatible, ForbiddenPair, RatioCap
from vitri.policy.sections import AppliesTo, Overtime, TimeFund
from vitri.policy.twice import nominal_minutes
from vitri.policy.values import Status


class SwitchedOff(BaseModel):
    """A rule of the model that is not applied, or (`kept`) applied though its dates do not cover the day.

    `path` is its key path, `what` its name, `reason` an English message id filled from `fields`.
    """

    model_config = ConfigDict(frozen=True)

    path: str
    what: str = ""
    reason: str
    fields: dict[str, str] = {}
    source: str = ""
    date: dt.date | None = None
    status: Status = "assumption"
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    kept: bool = False

    def say(self, lang: Lang) -> str:
        """Return the reason as a sentence in one language."""
        words = {
            name: ", ".join(code_label(part, lang) for part in value.split(", "))
            for name, value in self.fields.items()
        }
        return tr(self.reason, lang, **words)


def why_off(record: Table, here: AppliesTo, as_of: dt.date) -> tuple[str, dict[str, str]] | None:
    """Say why a record is not applied on a day, to these bodies, on this level; None if it is."""
    start = starts(record)
    if start is not None and start > as_of:
        return N_("holds only from {day}"), {"day": date_text(start, "en")}
    if record.valid_to is not None and record.valid_to < as_of:
        return N_("held only until {day}"), {"day": date_text(record.valid_to, "en")}
    if record is here:
        return None
    if record.bodies is not None and not set(record.bodies) & set(here.bodies):
        return N_("is a rule for other bodies: {names}"), {"names": ", ".join(record.bodies)}
    if record.levels is not None and here.level not in record.levels:
        return N_("is a rule of another level: {names}"), {"names": ", ".join(record.levels)}
    if isinstance(record, RatioCap) and here.level in record.except_level:
        return N_("does not hold on this level: {names}"), {"names": here.level}
    return None


#: What stands in for a table that may be switched off.
NEUTRAL: dict[str, Any] = {
    "overtime": Overtime(max_hours_month=0, max_hours_year=0),
    "conversion": None,
    "counter": None,
    "shift": None,
}


def switched_off(
    path: str, what: str, record: Origin, reason: tuple[str, dict[str, str]], kept: bool
) -> SwitchedOff:
    """List a rule as off, or as kept though it does not hold."""
    return SwitchedOff(
        path=path,
        what=what or path,
        reason=reason[0],
        fields=reason[1],
        source=record.source,
        date=record.date,
        status=record.status,
        valid_from=starts(record),
        valid_to=record.valid_to,
        kept=kept,
    )


def overtime_within_year(fund: TimeFund, overtime: Overtime) -> tuple[Overtime, SwitchedOff] | None:
    """Lower the overtime share where a time fund makes it pass the yearly cap; None where it need not be."""
    hours = nominal_minutes(fund) / 60
    if hours <= 0 or hours * overtime.max_share_pct / 100 <= overtime.max_hours_year:
        return None
    share = (Decimal(100 * overtime.max_hours_year) / hours).quantize(Decimal("0.01"), ROUND_FLOOR)
    lowered = overtime.model_copy(update={"max_share_pct": share})
    reason = (
        N_("is lowered to {share} %, so that the yearly cap of {cap} hours holds under the policy"),
        {"share": str(share), "cap": str(overtime.max_hours_year)},
    )
    return lowered, switched_off("overtime", "overtime", overtime, reason, kept=False)


def known_codes(tables: Mapping[str, Any], here: AppliesTo, as_of: dt.date) -> dict[str, set[str]]:
    """Return the codes of each vocabulary that hold on a day."""
    return {
        name: {row.code for row in tables[name] if why_off(row, here, as_of) is None}
        for name in ("duty", "competency", "rank")
    }


def needs_what_is_off(record: Table, known: Mapping[str, set[str]]) -> tuple[str, dict[str, str]] | None:
    """Say which duty, family or rank a pair or ratio needs that is itself switched off; else None."""
    words: tuple[str | None, ...] = ()
    kind = ""
    if isinstance(record, ForbiddenPair):
        kind, words = "duty", (record.a, record.b)
    elif isinstance(record, Compatible):
        kind, words = "competency", (record.a, record.b)
    elif isinstance(record, RatioCap):
        kind, words = "rank", (record.count.rank, getattr(record.of, "rank", None))
    missing = sorted(word for word in words if word is not None and word not in known[kind])
    return (
        (N_("needs what is itself switched off: {names}"), {"names": ", ".join(missing)}) if missing else None
    )


def off_warnings(switched: tuple[SwitchedOff, ...], as_of: dt.date | None, file: str) -> list[Finding]:
    """Warn of laws that come into force later, and of tables kept though they do not hold."""
    return [*_future_laws(switched, as_of, file), *_kept(switched, as_of, file)]


def _kept(switched: tuple[SwitchedOff, ...], as_of: dt.date | None, file: str) -> list[Finding]:
    return [
        Finding(
            code="kept_out_of_date",
            severity="warning",
            table=file,
            column=off.path,
            value=date_text(off.valid_to or off.valid_from, "en"),
            allowed=N_("in force on {as_of}"),
            message=N_("{path} does not hold on {as_of}; it is kept, since the computation needs it."),
            advice=N_("Choose another model, or another as_of."),
            fields={"path": off.path, "as_of": date_text(as_of, "en")},
        )
        for off in switched
        if off.kept
    ]


def _future_laws(switched: tuple[SwitchedOff, ...], as_of: dt.date | None, file: str) -> list[Finding]:
    return [
        Finding(
            code="law_not_in_force",
            severity="warning",
            table=file,
            column=off.path,
            value=shown(off.valid_from),
            allowed=N_("in force on {as_of}"),
            message=N_("{what}: {source} holds from {valid_from}, after {as_of}. The rule is switched off."),
            advice=N_("Choose another model, or a later as_of."),
            fields={
                "what": off.what,
                "source": off.source,
                "valid_from": date_text(off.valid_from, "en"),
                "as_of": date_text(as_of, "en"),
            },
        )
        for off in switched
        if off.status == "law" and as_of and off.valid_from and off.valid_from > as_of and not off.kept
    ]
