"""Half-days: which mornings and afternoons an official is there, and how many minutes each of them offers.

A half-day offers its clock time, times useful time where the model says so (`[sessions] use_k`), times part
time; reduced hours come off the end of the day. Dated absences take half-days away, while leave and other
absence without a date lie somewhere in the month: the half-days of a month less that undated part are the
official's minutes of `person_time`, within the rounding of one minute, where the model counts days and
morning and afternoon are half a working day each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import Finding, UsageError
from vitri.i18n import N_
from vitri.policy.calendars import COMMON, Ints, WorkCalendar, calendars
from vitri.policy.fund import horizon_months, useful_times
from vitri.policy.people import undated_units
from vitri.policy.planning_model import PlanningModel
from vitri.policy.presence import HALF, Presence, absences_by_official, by_month, whole
from vitri.policy.sections import Session

HALF_DAYS = ("morning", "afternoon")
#: Minutes are counted in 1/10^12 of a minute: share of the half-day, part time and useful time, each in
#: hundredths of a percent.
UNIT = 10_000**3
_NUMBERS = (
    "working_half_days",
    "half_days",
    "partial_half_days",
    "morning_minutes",
    "afternoon_minutes",
    "minutes",
    "undated_minutes",
)


def clock_minutes(session: Session) -> int:
    """Return how many minutes a session lasts by the clock."""
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (session.start, session.end))
    return end - start


@dataclass(frozen=True)
class _Offer:
    """What one official offers day by day: minutes of each half-day in `UNIT`, and who they are that day."""

    calendar: WorkCalendar
    presence: Presence
    lengths: tuple[int, int]
    fte: int
    useful: int

    def halves(self) -> tuple[Ints, Ints]:
        """Return the exact minutes of each morning and each afternoon; reduced hours end the day early."""
        free = [
            share * length * self.fte
            for share, length in zip(self.presence.halves, self.lengths, strict=True)
        ]
        lost = self.presence.reduction * (HALF * HALF)
        late = np.minimum(lost, free[1])
        return (free[0] - np.minimum(lost - late, free[0])) * self.useful, (free[1] - late) * self.useful


def _offers(
    instance: Instance, model: PlanningModel, office: str | None
) -> Iterator[tuple[Any, _Offer, bool]]:
    """Go through the officials in order of their codes: the row, the offer, whether others are just alike."""
    officials = instance.table("officials").sort_values("code", kind="stable")
    if office is not None:
        officials = officials[officials["office"] == office]
    found, useful = calendars(instance, model), useful_times(instance, model)
    absences = absences_by_official(instance)
    lengths = (clock_minutes(model.sessions.morning), clock_minutes(model.sessions.afternoon))
    present: dict[str, Presence] = {}
    rows: Iterator[Any] = officials.itertuples(index=False)
    for row in rows:
        place = str(row.office) if row.office in found else COMMON
        own = absences.get(str(row.code), [])
        usual = not own and pd.isna(row.from_date) and pd.isna(row.to_date)
        if usual and place in present:
            presence = present[place]
        else:
            presence = Presence(found[place], row, own)
            if usual:
                present[place] = presence
        share = int(useful[row.office]) if model.sessions.use_k else HALF
        yield row, _Offer(found[place], presence, lengths, whole(row.fte_pct, HALF), share), usual


def _rounded(values: Ints) -> Ints:
    """Round exact minutes half-up."""
    result: Ints = (2 * values + UNIT) // (2 * UNIT)
    return result


def _monthly(calendar: WorkCalendar, values: Ints) -> Ints:
    """Add up exact minutes by month, in whole numbers."""
    starts = np.searchsorted(calendar.month, np.arange(calendar.months))
    return np.add.reduceat(values, starts)


def session_time(instance: Instance, model: PlanningModel) -> pd.DataFrame:
    """Return the half-days of each official in each month of the horizon.

    Returns
    -------
    DataFrame
        official, month, working_half_days (of the calendar, while they serve), half_days (free of dated
        absence, whole), partial_half_days (free in part), morning_minutes and afternoon_minutes (what a whole
        half-day offers), minutes (all half-days of the month), undated_minutes (leave and other absence
        without a date, which lies somewhere in them); ``Int64``, one row per official and month, sorted.
    """
    months, horizon = instance.info.months, horizon_months(instance)
    codes: list[str] = []
    blocks: list[Ints] = []
    cache: dict[tuple[Any, ...], Ints] = {}
    for row, offer, usual in _offers(instance, model, None):
        codes.append(str(row.code))
        alike = (
            id(offer.calendar), offer.useful, offer.fte,
            whole(row.leave_days, -1), whole(row.seniority_years, -1),
        )  # fmt: skip
        if usual and alike in cache:
            blocks.append(cache[alike])
            continue
        block = _block(instance, model, row, offer)[:, horizon]
        if usual:
            cache[alike] = block
        blocks.append(block)
    result = pd.DataFrame(
        {
            "official": np.repeat(np.array(codes, dtype=object), len(months)),
            "month": np.tile(np.array(months, dtype=object), len(codes)),
        }
    ).astype("str")
    values = np.concatenate(blocks, axis=1) if blocks else np.empty((len(_NUMBERS), 0), dtype=np.int64)
    for name, column in zip(_NUMBERS, values, strict=True):
        result[name] = pd.array(column, dtype="Int64")
    return result


def _block(instance: Instance, model: PlanningModel, row: Any, offer: _Offer) -> Ints:
    """Return the figures of one official, one row per name in `_NUMBERS`, one column per month."""
    calendar, presence = offer.calendar, offer.presence
    morning, afternoon = offer.halves()
    free = np.stack(presence.halves)
    intact = by_month(calendar, (free == HALF).sum(axis=0))
    partial = by_month(calendar, ((free > 0) & (free < HALF)).sum(axis=0))
    exact = _monthly(calendar, morning + afternoon)
    undated = undated_units(instance, model, calendar, presence, row)
    # A day without a date is taken as an average day: morning and afternoon.
    away = np.minimum(undated * sum(offer.lengths) * offer.fte * offer.useful // 2, exact)
    most = [np.full(calendar.months, size * offer.fte * HALF * offer.useful) for size in offer.lengths]
    return np.stack(
        [
            presence.employed // HALF,
            intact,
            partial,
            *(_rounded(values) for values in most),
            _rounded(exact),
            _rounded(away),
        ]
    )


def session_grid(
    instance: Instance, model: PlanningModel, office: str | None = None, month: str | None = None
) -> pd.DataFrame:
    """Return the minutes that each official has in every half-day, of one office and month or of all.

    Weekends, holidays and absences have 0, make-up Saturdays are half-days like others. Minutes are rounded
    cumulatively over the month, so that they add up to `minutes` of `session_time`.

    Returns
    -------
    DataFrame
        office, official, date, session (morning, afternoon), minutes (``Int64``); two rows for each official
        and calendar day, sorted by official, date and session in the order of the day.

    Raises
    ------
    UsageError
        For an office or a month that the scenario does not have.
    """
    known_place(instance, office, month)
    start = int(instance.info.first_month[:4])
    months = instance.info.months if month is None else (month,)
    since = [(int(text[:4]) - start) * 12 + int(text[5:]) - 1 for text in months]
    people: list[tuple[str, str]] = []
    blocks: list[Ints] = []
    dates = np.empty(0, dtype="datetime64[s]")
    cache: dict[tuple[int, int, int], Ints] = {}
    for row, offer, usual in _offers(instance, model, office):
        people.append((str(row.office), str(row.code)))
        # who is away is looked at for themselves: their presence is gone with them, and its id with it
        alike = (id(offer.presence), offer.fte, offer.useful)
        if usual and alike in cache:
            blocks.append(cache[alike])
            continue
        calendar = offer.calendar
        inside = (calendar.month >= since[0]) & (calendar.month <= since[-1])
        exact = np.stack([half[inside] for half in offer.halves()], axis=1).reshape(-1)
        block = _by_cumulation(exact, np.repeat(calendar.month[inside], 2))
        if usual:
            cache[alike] = block
        dates = calendar.dates[inside].to_numpy().astype("datetime64[s]")
        blocks.append(block)
    rows = len(dates) * 2
    made = pd.DataFrame(
        {
            "office": pd.array([place for place, _ in people], dtype="str").repeat(rows),
            "official": pd.array([code for _, code in people], dtype="str").repeat(rows),
            "date": np.tile(np.repeat(dates, 2), len(people)),
            "session": pd.array(list(HALF_DAYS), dtype="str").take(np.arange(rows * len(people)) % 2),
            "minutes": np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64),
        }
    )
    return made.astype({"minutes": "Int64"})


def _by_cumulation(exact: Ints, month: Ints) -> Ints:
    """Round exact minutes so that those of each month add up to the rounded sum of the month."""
    starts = np.flatnonzero(np.diff(month, prepend=-1))
    ends = np.append(starts[1:], len(month))
    result = np.empty(len(exact), dtype=np.int64)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        after = np.cumsum(exact[start:end])
        result[start:end] = _rounded(after) - _rounded(after - exact[start:end])
    return result


def known_place(instance: Instance, office: str | None, month: str | None) -> None:
    """Raise UsageError for an office or a month that the scenario does not have; None asks for nothing."""
    offices = sorted(instance.tables["offices"]["code"].astype(str))
    for column, value, valid, message in (
        ("office", office, offices, N_('The scenario has no office "{value}".')),
        ("month", month, list(instance.info.months), N_("The scenario has no month {value}.")),
    ):
        if value is not None and value not in valid:
            shown = ", ".join(valid[:12]) + (" ..." if len(valid) > 12 else "")
            raise UsageError(
                Finding(
                    code="unknown_code",
                    table="offices" if column == "office" else "scenario.toml",
                    column=column,
                    value=value,
                    allowed=N_("one of {valid}"),
                    message=message,
                    advice=N_("Give one of those that it has."),
                    fields={"valid": shown, "value": value},
                )
            )
