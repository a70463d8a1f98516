"""When work is done: the months of a line's minutes.

Decision order: a dated line → that day; a release or due date → the working days of the window; a profile →
its monthly shares within the period; otherwise the model's default (``workdays``: equal load per working
day, ``equal``: the same in every month, or a profile). Work counted by ratio follows the time fund.

One-off work (not regular) that is not done yet is spread over what is left of its window: from the scenario's
day (`as_of`) or the first day of the horizon on, where the window reaches so far.

Many lines share one pattern (same calendar, period, window and profile), so patterns are built once and
lines only point to them. A part is the difference of two rounded cumulative sums, so that the parts add up
to the line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from vitri.data.fields import period_bounds
from vitri.data.instance import Instance
from vitri.policy import PlanningModel
from vitri.policy.worktime import working_days
from vitri.workload.arrays import NO_DAY, Bools, Columns, Ints, group_rows, half_up_ratio, repeats

#: Built-in ways to spread; their numbers stand below those of profiles.
WORKDAYS, EQUAL = 0, 1
#: Ways a pattern is weighed: one day, working days of a window, monthly shares, the time fund.
_BY_DAY, _BY_WORKDAYS, _BY_SHARES, _BY_FUND = range(4)


def day_number(day: dt.date) -> int:
    """Return a date as days since 1970-01-01."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def month_number(month: str) -> int:
    """Return a month ``2021-06`` as a running number: year × 12 + month − 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def period_days(period: str) -> tuple[int, int]:
    """Return the first and the last day of a period as days since 1970-01-01."""
    first, last = period_bounds(period)
    return day_number(first), day_number(last)


@dataclass(frozen=True, eq=False)
class Profiles:
    """Monthly shares by profile: `shares[i, month − 1]`, in a unit of their row; codes by number."""

    codes: tuple[str, ...]
    shares: Ints
    replaced: tuple[str, ...]

    @classmethod
    def of(cls, instance: Instance, model: PlanningModel) -> Profiles:
        """Collect the built-in ways, the model's profiles and the scenario's, which replace the model's."""
        rows: dict[str, list[int]] = {"workdays": [0] * 12, "equal": [1] * 12}
        for profile in model.profile:
            rows[profile.code] = [int(Decimal(str(share)) * 10**6) for share in profile.shares]
        columns = Columns(instance, "profiles")
        given: dict[str, list[int]] = {}
        for code, month, share in zip(
            columns.text("profile"), columns.ints("month"), columns.ints("share_pct", 0), strict=True
        ):
            given.setdefault(code, [0] * 12)[int(month) - 1] += int(share)
        replaced = tuple(sorted(set(given) & set(rows)))
        rows.update({code: given[code] for code in sorted(given)})
        return cls(tuple(rows), np.array(list(rows.values()), dtype=np.int64), replaced)


@dataclass(frozen=True, eq=False)
class Lines:
    """What the spread needs to know of each line; equally long arrays, days since 1970-01-01.

    `first`..`last` are the period, `release` and `due` `NO_DAY` if not given, `profile` a position in
    `Profiles.codes` or -1, `ratio` marks lines that follow the time fund, `office` is the office's position,
    `open_once` marks one-off work that is not done yet.
    """

    office: Ints
    first: Ints
    last: Ints
    release: Ints
    due: Ints
    profile: Ints
    ratio: Bools
    open_once: Bools


@dataclass(frozen=True, eq=False)
class Patterns:
    """The spread of every distinct pattern over the months of the horizon.

    Line i follows pattern `of_line[i]`. Pattern p owns the entries `start[p] : start[p] + count[p]` of
    `month` (position in the horizon), `before` and `after` (cumulative weights) out of `weight[p]` in all;
    a smaller sum means that some of the work lies outside the horizon. `fund[p]` is the time fund of its
    months (ratio work). `from_month`, `to_month` are the months in which the work may be done (-1: exactly
    where the spread puts it). `no_share` marks patterns whose profile has no share in the period.
    """

    of_line: Ints
    start: Ints
    count: Ints
    month: Ints
    before: Ints
    after: Ints
    weight: Ints
    fund: Ints
    from_month: Ints
    to_month: Ints
    no_share: Bools


def _calendars(instance: Instance, model: PlanningModel, first: int, last: int) -> tuple[Ints, list[Ints]]:
    """Return each office's calendar number and the sorted working days (as day numbers) of each calendar."""
    codes = sorted(str(code) for code in instance.tables["offices"]["code"].dropna().unique())
    wide = instance.with_info(first_month=_month_text(first), last_month=_month_text(last))
    special = set(Columns(instance, "calendar").text("office")) - {""}
    special |= {day.office for day in model.calendar}
    number: list[int] = []
    days: list[Ints] = []
    common = -1
    for code in codes:
        if code not in special and common >= 0:
            number.append(common)
            continue
        index = working_days(wide, model, code)
        days.append(np.sort(index.to_numpy(dtype="datetime64[D]").astype(np.int64)))
        number.append(len(days) - 1)
        if code not in special:
            common = number[-1]
    return np.array(number, dtype=np.int64), days


def _month_text(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_of(days: Ints) -> Ints:
    """Return the running month of each day."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def build_patterns(
    instance: Instance,
    model: PlanningModel,
    lines: Lines,
    profiles: Profiles,
    fund: Ints,
) -> Patterns:
    """Group the lines by pattern and weigh every pattern's months.

    `fund[office, month]` is the time fund in minutes over the horizon. Working days are asked for a longer
    horizon where windows reach further.
    """
    dated = lines.first == lines.last
    window = ~dated & ((lines.release != NO_DAY) | (lines.due != NO_DAY)) & ~lines.ratio
    default = profiles.codes.index(model.spread.default)
    profile = np.where(lines.profile >= 0, lines.profile, default)
    first = np.where(window & (lines.release != NO_DAY), lines.release, lines.first)
    last = np.where(window & (lines.due != NO_DAY), lines.due, lines.last)
    first, last = np.minimum(first, last), np.maximum(first, last)
    # One-off work can only be done from today on, inside the horizon: it falls on what is left of its window.
    today = max(day_number(instance.info.as_of), period_days(instance.info.first_month)[0])
    first = np.where(window & lines.open_once & (first < today) & (last >= today), today, first)
    mode = np.select(
        [lines.ratio, dated, window | (profile == WORKDAYS)], [_BY_FUND, _BY_DAY, _BY_WORKDAYS], _BY_SHARES
    ).astype(np.int64)
    free = window | ((lines.profile < 0) & (mode != _BY_FUND) & (mode != _BY_DAY))

    low = month_number(instance.info.first_month)
    high = month_number(instance.info.last_month)
    if len(first):
        low, high = min(low, int(months_of(first).min())), max(high, int(months_of(last).max()))
    calendar_of, days = _calendars(instance, model, low, high)
    place = np.where(
        mode == _BY_FUND, lines.office, np.where(mode == _BY_WORKDAYS, calendar_of[lines.office], 0)
    )
    # A profile without a share in the period falls back to working days, so shares keep the calendar as well.
    place = np.where(mode == _BY_SHARES, calendar_of[lines.office], place)
    of_line, sample = group_rows([mode, place, first, last, np.where(mode == _BY_SHARES, profile, -1), free])
    return _weigh(
        instance, profiles, fund, days, of_line, mode[sample], place[sample], first[sample], last[sample],
        profile[sample], free[sample],
    )  # fmt: skip


def _weigh(
    instance: Instance,
    profiles: Profiles,
    fund: Ints,
    days: Sequence[Ints],
    of_line: Ints,
    mode: Ints,
    place: Ints,
    first: Ints,
    last: Ints,
    profile: Ints,
    free: Bools,
) -> Patterns:
    """Weigh the months of each pattern; all arrays but `of_line` have one entry per pattern."""
    horizon = month_number(instance.info.first_month)
    months = len(instance.info.months)
    begin, end = months_of(first), months_of(last)
    pattern, within = repeats(end - begin + 1)
    month = begin[pattern] + within
    inside = (month >= horizon) & (month < horizon + months)

    shares = np.zeros(len(pattern), dtype=np.int64)
    rows = np.flatnonzero(mode[pattern] == _BY_SHARES)
    shares[rows] = profiles.shares[profile[pattern[rows]], month[rows] % 12]
    total = np.bincount(pattern, weights=shares, minlength=len(mode))
    no_share = (mode == _BY_SHARES) & (total == 0)
    mode = np.where(no_share, _BY_WORKDAYS, mode)

    weights = shares
    weights[mode[pattern] == _BY_DAY] = 1
    rows = np.flatnonzero((mode[pattern] == _BY_FUND) & inside)
    weights[rows] = fund[place[pattern[rows]], month[rows] - horizon]
    rows = np.flatnonzero(mode[pattern] == _BY_WORKDAYS)
    starts = month[rows] - 1970 * 12
    from_day = np.maximum(
        starts.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), first[pattern[rows]]
    )
    to_day = (starts + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    to_day = np.minimum(to_day, last[pattern[rows]])
    for number, working in enumerate(days):
        mine = place[pattern[rows]] == number
        at = np.searchsorted(working, from_day[mine])
        weights[rows[mine]] = np.searchsorted(working, to_day[mine], side="right") - at
    # A window without any working day is worked on its calendar days.
    total = np.bincount(pattern, weights=weights, minlength=len(mode))
    idle = (total == 0)[pattern[rows]]
    weights[rows[idle]] = to_day[idle] - from_day[idle] + 1

    length = end - begin + 1
    starts = np.cumsum(length) - length
    running = np.cumsum(weights)
    base = (running - weights)[starts] if len(starts) else running
    after = running - base[pattern]
    weight = after[np.cumsum(length) - 1] if len(length) else after
    entry = np.flatnonzero(inside & (weights > 0))
    count = np.bincount(pattern[entry], minlength=len(mode)).astype(np.int64)
    from_month = np.where(free, np.clip(begin - horizon, 0, months - 1), -1)
    to_month = np.where(free, np.clip(end - horizon, 0, months - 1), -1)
    return Patterns(
        of_line=of_line,
        start=np.cumsum(count) - count,
        count=count,
        month=month[entry] - horizon,
        before=(after - weights)[entry],
        after=after[entry],
        weight=weight,
        fund=np.where(mode == _BY_FUND, weight, 0),
        from_month=from_month,
        to_month=to_month,
        no_share=no_share,
    )


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of lines inside the horizon: line, month (position in the horizon), minutes.

    `outside[line]` are the minutes of a line that lie outside the horizon.
    """

    line: Ints
    month: Ints
    minutes: Ints
    outside: Ints


def split(patterns: Patterns, minutes: Ints, lines: Ints) -> Parts:
    """Split the minutes of some lines (their numbers in `lines`) by cumulative rounding.

    Parts of zero minutes are left out, except that a line without any minutes keeps its first month.
    """
    pattern = patterns.of_line[lines]
    owner, within = repeats(patterns.count[pattern])
    entry = patterns.start[pattern][owner] + within
    whole, weight = minutes[lines][owner], patterns.weight[pattern][owner]
    alone = (patterns.before[entry] == 0) & (patterns.after[entry] == weight)
    parts = whole.copy()
    some = np.flatnonzero(~alone)
    parts[some] = half_up_ratio(whole[some], patterns.after[entry[some]], weight[some])
    parts[some] -= half_up_ratio(whole[some], patterns.before[entry[some]], weight[some])
    keep = (parts != 0) | ((whole == 0) & (within == 0))
    running = np.concatenate([np.zeros(1, np.int64), np.cumsum(parts)])
    ends = np.cumsum(patterns.count[pattern])
    done = running[ends] - running[ends - patterns.count[pattern]]
    return Parts(lines[owner[keep]], patterns.month[entry[keep]], parts[keep], minutes[lines] - done)
