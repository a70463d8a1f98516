"""Work that is presence: service counters (Erlang C) and manned stations (shift relief).

Here the minutes of a month are not quantity × norm: a counter must have enough places open for the people
who come, a station must be manned whether anything happens or not.

- ``counter``: the norm is the minutes of one contact, the quantity the contacts of the whole period. A
  month's share of them, per working day and interval, asks for places by Erlang C (`vitri.policy.erlang`);
  minutes = places × minutes open a day × working days / (1 − shrinkage). One line is one queue.
- ``shift``: the norm is the minutes a station is manned on a day, the quantity the stations manned at the
  same time; minutes = stations × norm × days, where days are all days or the working days. Time at a station
  is working time in full: unless the model says otherwise it is multiplied by the office's useful time, so
  that minutes / time fund is stations × (hours manned / hours of one post), the shift-relief factor.

Coefficients multiply the norm. Minutes fall in the months in which people must be there; months outside the
horizon are left out.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.errors import DataError, Finding
from vitri.i18n import N_
from vitri.policy import PlanningModel
from vitri.policy.erlang import places_needed
from vitri.policy.fund import BP, changed_useful, useful_times
from vitri.policy.sections import Counter, Shift
from vitri.policy.worktime import calendars
from vitri.workload.arrays import NO_DAY, Ints, Objects, repeats
from vitri.workload.spread import Lines, Patterns

#: How the minutes of a line come about; the first two are quantity × norm.
METHODS = ("unit_time", "ratio", "counter", "shift")
UNIT_TIME, RATIO, COUNTER, SHIFT = range(4)


@lru_cache(maxsize=100_000)
def _places(counter: Counter, daily: Fraction, service: Fraction) -> int:
    """Return the places of a counter with so many contacts a day; raises ValueError if none are enough."""
    return places_needed(
        arrivals=daily * counter.interval_minutes / counter.open_minutes_per_day,
        interval_minutes=Fraction(counter.interval_minutes),
        service_minutes=service,
        target_minutes=Fraction(counter.target_answer_seconds, 60),
        target_share=Fraction(counter.target_pct) / 100,
        most_occupancy=Fraction(counter.max_occupancy_pct) / 100,
    ).places


def with_presence(
    instance: Instance,
    model: PlanningModel,
    lines: Lines,
    patterns: Patterns,
    minutes: Ints,
    *,
    method: Ints,
    code: Objects,
    quantity: list[Fraction],
    norm: list[Fraction],
    useful_bp: int = 0,
) -> tuple[Patterns, Ints]:
    """Give lines of presence their minutes and a spread of their own.

    Parameters
    ----------
    lines, patterns, minutes
        As of all lines; `minutes` of other lines stay as they are.
    method
        The position of each line's method in `METHODS`.
    code
        The code of each line.
    quantity, norm
        Quantity, and minutes of one contact or one day with all coefficients, exact, for each line of
        presence in order.
    useful_bp
        A change of useful time in 1/100 % (see `vitri.workload.levers`).

    Raises
    ------
    DataError
        If the model has no rules for counters, or no number of places meets their target.
    """
    special = np.flatnonzero(method >= COUNTER)
    if len(special) == 0:
        return patterns, minutes
    rules = _Rules(instance, model, lines, patterns, useful_bp)
    minutes, of_line = minutes.copy(), patterns.of_line.copy()
    own: list[Ints] = []
    source: list[int] = []
    wrong: list[Finding] = []
    for line, amount, exact in zip(special.tolist(), quantity, norm, strict=True):
        if method[line] == COUNTER and rules.counter is None:
            wrong.append(_refused(str(code[line]), "no_counter", N_("a model or policy with [counter]")))
            continue
        try:
            found = rules.months(line, amount, exact, bool(method[line] == SHIFT))
        except ValueError:
            wrong.append(_refused(str(code[line]), "counter_target", N_("a target that can be met")))
            continue
        minutes[line] = found.sum()
        if minutes[line]:
            source.append(int(patterns.of_line[line]))
            of_line[line] = len(patterns.count) + len(own)
            own.append(found)
    if wrong:
        raise DataError(wrong)
    return _with_own(patterns, of_line, np.array(source, dtype=np.int64), own), minutes


def _with_own(patterns: Patterns, of_line: Ints, source: Ints, own: list[Ints]) -> Patterns:
    """Add a pattern for each line of presence: the months of its `source` pattern, weighed by its minutes."""
    if not own:
        return replace(patterns, of_line=of_line)
    none = np.full(len(own), -1, dtype=np.int64)
    count = patterns.count[source]
    owner, within = repeats(count)
    entry = patterns.start[source][owner] + within
    running = [np.cumsum(found) for found in own]
    return Patterns(
        of_line=of_line,
        start=np.concatenate([patterns.start, len(patterns.month) + np.cumsum(count) - count]),
        count=np.concatenate([patterns.count, count]),
        month=np.concatenate([patterns.month, patterns.month[entry]]),
        before=np.concatenate([patterns.before, *(r - f for r, f in zip(running, own, strict=True))]),
        after=np.concatenate([patterns.after, *running]),
        weight=np.concatenate([patterns.weight, np.array([r[-1] for r in running], dtype=np.int64)]),
        fund=np.concatenate([patterns.fund, none * 0]),
        from_month=np.concatenate([patterns.from_month, none]),
        to_month=np.concatenate([patterns.to_month, none]),
        no_share=np.concatenate([patterns.no_share, none > 0]),
    )


class _Rules:
    """What the minutes of presence depend on: the model's rules, the lines and their spread, the calendar."""

    def __init__(
        self, instance: Instance, model: PlanningModel, lines: Lines, patterns: Patterns, useful_bp: int
    ) -> None:
        self.counter: Counter | None = getattr(model, "counter", None)
        self._shift: Shift = getattr(model, "shift", None) or Shift()
        self._days = _Days(instance, model)
        useful = useful_times(instance, model).sort_index(kind="stable")
        self._offices = [str(code) for code in useful.index]
        change = np.array([useful_bp], dtype=np.int64)
        self._useful = [Fraction(changed_useful(int(share), change)[0], BP * BP) for share in useful]
        self._lines, self._patterns = lines, patterns

    def months(self, line: int, quantity: Fraction, norm: Fraction, manned: bool) -> Ints:
        """Return the minutes of a line in each month of its pattern; ValueError if no counter is enough."""
        patterns = self._patterns
        pattern = int(patterns.of_line[line])
        start, count = int(patterns.start[pattern]), int(patterns.count[pattern])
        place = int(self._lines.office[line])
        office = self._offices[place]
        found: list[int] = []
        for entry in range(start, start + count):
            month = int(patterns.month[entry])
            everyday = manned and self._shift.days == "all"
            days = self._days.between(office, self._lines, line, month, everyday=everyday)
            if manned:
                exact = quantity * norm * days * (1 if self._shift.use_k else self._useful[place])
            else:
                weighed = int(patterns.after[entry] - patterns.before[entry])
                share = Fraction(weighed, int(patterns.weight[pattern]))
                exact = self._counter_minutes(quantity * share, norm, days)
            found.append(int(exact + Fraction(1, 2)))
        return np.array(found, dtype=np.int64)

    def _counter_minutes(self, contacts: Fraction, norm: Fraction, days: int) -> Fraction:
        counter = self.counter
        if counter is None or days == 0:
            return Fraction(0)
        places = _places(counter, contacts / days, norm)
        return places * counter.open_minutes_per_day * days / (1 - Fraction(counter.shrinkage_pct) / 100)


class _Days:
    """The days of a month that a line's period or window covers: all of them, or those worked."""

    def __init__(self, instance: Instance, model: PlanningModel) -> None:
        found = calendars(instance, model)
        self._common = found[""]
        self._found = found
        self._first = pd.Period(instance.info.first_month, "M").ordinal

    def between(self, office: str, lines: Lines, line: int, month: int, *, everyday: bool) -> int:
        """Count the days of a month (by its position in the horizon) on which an office's line is at work."""
        calendar = self._found.get(office, self._common)
        start, end = int(lines.first[line]), int(lines.last[line])
        if start != end:
            start = int(lines.release[line]) if lines.release[line] != NO_DAY else start
            end = int(lines.due[line]) if lines.due[line] != NO_DAY else end
        period = pd.Period(ordinal=self._first + month, freq="M")
        origin = calendar.dates[0]
        epoch = (origin - pd.Timestamp(0)).days
        low = max(min(start, end), (period.start_time - pd.Timestamp(0)).days) - epoch
        high = min(max(start, end), (period.end_time.normalize() - pd.Timestamp(0)).days) - epoch
        if high < low:
            return 0
        return high - low + 1 if everyday else int(calendar.works[low : high + 1].sum())


def _refused(line: str, code: str, allowed: str) -> Finding:
    messages = {
        "no_counter": N_("Line {line} is a counter, but the model has no rules for counters."),
        "counter_target": N_("Line {line}: no number of places meets the target of the counter."),
    }
    return Finding(
        code=code,
        table="registrations",
        row_key=line,
        column="work_item",
        allowed=allowed,
        message=messages[code],
        advice=N_("Mend the table [counter] of the model, or count the work by unit time."),
        fields={"line": line},
    )
