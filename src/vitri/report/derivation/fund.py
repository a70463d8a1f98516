"""Block 1: the time of one post, month by month, and the shares of time beside product work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.i18n import N_, Lang, tr
from vitri.policy.fund import MONTHS, days_by_calendar, horizon_months
from vitri.report.derivation.formulas import CLASSES, Formula, at, half_up, rounded, rounded_float
from vitri.report.derivation.page import CODE, FIRST, NUMBER, TEXT, Cell, Page, month_titles
from vitri.workload.derivation import Derivation

PERIODS = {
    "day": N_("minutes a day"),
    "week": N_("minutes a week"),
    "month": N_("minutes a month"),
    "year": N_("minutes a year"),
}


@dataclass(frozen=True)
class FundBlock:
    """Where the time fund stands: the row of minutes, its values, and the addresses of the shares.

    `minutes[m]` are the minutes of month m; `share` is class → address of the sum of its allowances, for
    classes that have any.
    """

    months: int
    header: int
    row: int
    total: int
    minutes: tuple[int, ...]
    share: dict[str, str] = field(default_factory=dict)

    def at(self, month: int) -> str:
        """Return the address of one month's fund, its row fixed."""
        return at(self.row, FIRST + month, "row")

    @property
    def year_at(self) -> str:
        """The address of the fund of the whole period."""
        return at(self.row, self.total, "both")

    @property
    def year(self) -> int:
        """The fund of the whole period, in minutes."""
        return sum(self.minutes)


class _Rows:
    """The rows of the block; the per-office factors stand in the column of totals."""

    def __init__(self, page: Page, months: int) -> None:
        self.page = page
        self.months = months
        self.serial = 0

    def row(
        self,
        label: str,
        unit: str,
        values: Sequence[Formula | float | int | str | None],
        look: str,
        total: Formula | float | int | None = None,
        total_look: str = "",
        role: str = "cell",
    ) -> int:
        self.serial += 1
        cells: list[Cell] = [
            (NUMBER, str(self.serial), "code"),
            (CODE, unit, "code"),
            (TEXT, label, "text"),
        ]
        cells += [(FIRST + month, value, look) for month, value in enumerate(values)]
        if total is not None:
            cells.append((self.page.total, total, total_look or look))
        return self.page.write(cells, role)

    def sums(self, values: Sequence[float]) -> Formula:
        return self.page.sum(self.page.place(), self.months, _plain(sum(values)))


def _plain(value: float) -> float:
    return round(value, 6)


#: Writes the rows of one method; returns the row of minutes and the addresses of the day's factors.
_Method = Callable[[_Rows, Lang, Instance, Any, pd.DataFrame, str], tuple[int, str, str]]


def write_fund(page: Page, derivation: Derivation, office: str) -> FundBlock:
    """Write the time fund of an office and, if the policy has any, its allowances."""
    lang, instance, model, frame = page.lang, derivation.instance, derivation.model, derivation.fund
    rows = frame[frame["office"] == office].sort_values("month")
    months = [str(month) for month in rows["month"]]
    page.heading(tr("1. Time fund of one post", lang), keep=240)
    titles = month_titles(months)
    header = page.row
    page.header(
        [
            (NUMBER, tr("No.", lang)),
            (CODE, tr("Unit", lang)),
            (TEXT, tr("Figure", lang)),
            *((FIRST + at_, title) for at_, title in enumerate(titles)),
            (page.total, tr("Whole period", lang)),
        ]
    )
    minutes = tuple(int(value) for value in rows["minutes"])
    writers: dict[str, _Method] = {
        "calendar": _calendar,
        "constant_year": _constant,
        "office_year": _constant,
        "weeks": _weeks,
    }
    write: _Method = writers.get(str(model.time_fund.method), _given)
    grid = _Rows(page, len(months))
    row, day, useful = write(grid, lang, instance, model, rows, office)
    block = FundBlock(len(months), header, row, page.total, minutes)
    if not model.allowance:
        return block
    exact = Fraction(int(rows["minutes_per_day"].iloc[0]) * int(rows["useful_time_pct"].iloc[0]), 10_000)
    return _allowances(page, model, block, f"{day}*{useful}", exact)


def _factors(grid: _Rows, lang: Lang, model: Any, rows: pd.DataFrame) -> tuple[str, str, int, int]:
    """Write minutes a day and useful time; return their addresses and values."""
    day, useful = int(rows["minutes_per_day"].iloc[0]), int(rows["useful_time_pct"].iloc[0])
    blank: list[None] = [None] * grid.months
    at_day = grid.row(tr("Working minutes a day", lang), tr("min.", lang), blank, "zero", day, "zero:input")
    at_useful = grid.row(
        tr("Useful-time coefficient", lang), "%", blank, "percent", useful / 10_000, "percent:input"
    )
    total = grid.page.total
    return at(at_day, total, "both"), at(at_useful, total, "both"), day, useful


def _minutes(
    grid: _Rows, lang: Lang, rows: pd.DataFrame, formulas: Sequence[tuple[str, int]], said: str
) -> int:
    """Write the row of minutes; a formula whose value is not the fund's gives way to the figure itself."""
    values = [int(value) for value in rows["minutes"]]
    cells: list[Formula | int] = [
        Formula(text, value) if found == value else value
        for (text, found), value in zip(formulas, values, strict=True)
    ]
    total = grid.page.sum(grid.page.place(), grid.months, sum(values))
    label = tr("Time fund", lang) + (f" = {said}" if said else "")
    return grid.row(label, tr("min.", lang), cells, "int", total, role="total")


def _calendar(
    grid: _Rows, lang: Lang, instance: Instance, model: Any, rows: pd.DataFrame, office: str
) -> tuple[int, str, str]:
    days = tr("days", lang)
    labels = (
        ("weekdays", tr("Weekdays", lang), "zero", 1),
        ("holidays", tr("Public holidays", lang), "int", 1),
        ("makeup_days", tr("Make-up days", lang), "int", 1),
        ("leave_days_dec2", tr("Annual leave", lang), "dec2", 100),
        ("other_days_dec2", tr("Other absence", lang), "dec2", 100),
    )
    first = grid.page.row
    columns: list[list[int]] = []
    for name, label, look, scale in labels:
        values = [int(value) for value in rows[name]]
        columns.append([value * 100 // scale for value in values])
        shown = [value / scale for value in values]
        grid.row(label, days, shown, f"{look}:input", grid.sums(shown), look)
    net = [w - h + m - leave - other for w, h, m, leave, other in zip(*columns, strict=True)]
    cells = [
        Formula(
            "="
            + f"{at(first, c)}-{at(first + 1, c)}+{at(first + 2, c)}-{at(first + 3, c)}-{at(first + 4, c)}",
            value / 100,
        )
        for c, value in enumerate(net, FIRST)
    ]
    total = grid.page.sum(grid.page.place(), grid.months, sum(net) / 100)
    row = grid.row(tr("Working days = 1 − 2 + 3 − 4 − 5", lang), days, cells, "dec2", total)
    day, useful, day_value, useful_value = _factors(grid, lang, model, rows)
    formulas = [
        (
            "=" + rounded(f"{at(row, c)}*{day}*{useful}"),
            rounded_float(value / 100 * day_value * (useful_value / 10_000)),
        )
        for c, value in enumerate(net, FIRST)
    ]
    return _minutes(grid, lang, rows, formulas, "6 × 7 × 8"), day, useful


def _month_numbers(grid: _Rows, lang: Lang, rows: pd.DataFrame) -> tuple[int, list[int]]:
    """Write the number of each month within its calendar year; return the row and the numbers."""
    numbers = [int(str(month)[5:7]) for month in rows["month"]]
    return grid.row(tr("Month of the year", lang), tr("no.", lang), numbers, "zero"), numbers


def _twelfths(row: int, year: str, exact: Fraction, numbers: Sequence[int]) -> list[tuple[str, int]]:
    """Return, for each month, the formula of a year shared out by cumulative rounding, and its value."""
    result = []
    for column, number in enumerate(numbers, FIRST):
        cell = at(row, column)
        text = "=" + "-".join(rounded(f"{year}*{cell if upto else f'({cell}-1)'}/12") for upto in (1, 0))
        ends = [rounded_float(float(exact) * k / 12) for k in (number, number - 1)]
        result.append((text, ends[0] - ends[1]))
    return result


def _constant(
    grid: _Rows, lang: Lang, instance: Instance, model: Any, rows: pd.DataFrame, office: str
) -> tuple[int, str, str]:
    year = int(model.time_fund.minutes_per_year or 0)
    if model.time_fund.method == "office_year":
        offices = instance.table("offices")
        if "minutes_per_year" in offices.columns:
            own = offices.loc[offices["code"] == office, "minutes_per_year"].dropna()
            year = int(own.iloc[0]) if len(own) else year
    blank: list[None] = [None] * grid.months
    row = grid.row(tr("Effective minutes a year", lang), tr("min.", lang), blank, "zero", year, "zero:input")
    day, useful, _, useful_value = _factors(grid, lang, model, rows)
    at_number, numbers = _month_numbers(grid, lang, rows)
    whole = f"{at(row, grid.page.total, 'both')}*{useful}"
    formulas = _twelfths(at_number, whole, Fraction(year * useful_value, 10_000), numbers)
    return _minutes(grid, lang, rows, formulas, tr("1 × 3 / 12, added up month by month", lang)), day, useful


def _weeks(
    grid: _Rows, lang: Lang, instance: Instance, model: Any, rows: pd.DataFrame, office: str
) -> tuple[int, str, str]:
    fund = model.time_fund
    found, days = days_by_calendar(instance, model)
    frame = days[office if office in found else ""]
    window = horizon_months(instance)
    years = [month // MONTHS for month in range(window.start, window.stop)]

    def yearly(name: str, scale: int) -> list[float]:
        sums = [int(frame[name].iloc[y * MONTHS : (y + 1) * MONTHS].sum()) for y in range(max(years) + 1)]
        return [sums[y] / scale for y in years]

    unit, first = tr("days", lang), grid.page.row
    blank: list[None] = [None] * grid.months
    grid.row(tr("Weeks a year", lang), tr("weeks", lang), blank, "dec2", float(fund.weeks or 0), "dec2:input")
    grid.row(
        tr("Working days a week", lang), unit, blank, "dec2", float(fund.days_per_week or 0), "dec2:input"
    )
    off = yearly("holidays", 1)
    leave, other = yearly("leave_days_dec2", 100), yearly("other_days_dec2", 100)
    grid.row(tr("Public holidays less make-up days, a year", lang), unit, off, "dec2:input")
    grid.row(tr("Annual leave, a year", lang), unit, leave, "dec2:input")
    grid.row(tr("Other absence, a year", lang), unit, other, "dec2:input")
    gross = Fraction(fund.weeks or 0) * Fraction(fund.days_per_week or 0)
    net = [
        half_up((gross - Fraction(str(o)) - Fraction(str(e)) - Fraction(str(x))) * 100)
        for o, e, x in zip(off, leave, other, strict=True)
    ]
    total = grid.page.total
    weeks = f"{at(first, total, 'both')}*{at(first + 1, total, 'both')}"
    cells = [
        Formula(
            f"=ROUND(ROUND(({weeks}-{at(first + 2, c)}-{at(first + 3, c)}-{at(first + 4, c)})*100,6),0)/100",
            value / 100,
        )
        for c, value in enumerate(net, FIRST)
    ]
    row = grid.row(tr("Working days a year = 1 × 2 − 3 − 4 − 5", lang), unit, cells, "dec2")
    day, useful, day_value, useful_value = _factors(grid, lang, model, rows)
    at_number, numbers = _month_numbers(grid, lang, rows)
    formulas = []
    for position, (value, number) in enumerate(zip(net, numbers, strict=True)):
        exact = Fraction(value * day_value * useful_value, 1_000_000)
        whole = f"{at(row, FIRST + position)}*{day}*{useful}"
        one = _twelfths(at_number, whole, exact, [0] * position + [number])[position]
        formulas.append(one)
    said = tr("6 × 7 × 8 / 12, added up month by month", lang)
    return _minutes(grid, lang, rows, formulas, said), day, useful


def _given(
    grid: _Rows, lang: Lang, instance: Instance, model: Any, rows: pd.DataFrame, office: str
) -> tuple[int, str, str]:
    """Write the fund of a method that has no formula here as figures."""
    day, useful, _, _ = _factors(grid, lang, model, rows)
    formulas = [("", -1)] * len(rows)
    return _minutes(grid, lang, rows, formulas, tr("as computed by vitri", lang)), day, useful


def _allowances(page: Page, model: Any, block: FundBlock, day: str, exact: Fraction) -> FundBlock:
    """Write the allowances and the sum of shares of each class; return the block with their addresses.

    `day` is the formula of the useful minutes of a day, `exact` its value.
    """
    lang = page.lang
    page.heading(tr("1b. Time beside product work (allowances)", lang))
    base, share, first = FIRST + 1, FIRST + 2, FIRST + 3
    page.header(
        [
            (NUMBER, tr("No.", lang)),
            (CODE, tr("Unit", lang)),
            (TEXT, tr("Allowance", lang)),
            (FIRST, tr("Given", lang)),
            (base, tr("Of minutes", lang)),
            (share, tr("Share", lang)),
            *((first + k, tr("Class {name}", lang, name=name)) for k, name in enumerate(CLASSES)),
        ]
    )
    spans, sizes = _spans(model, block, day, exact)
    start = page.row
    sums = dict.fromkeys(CLASSES, Fraction(0))
    for serial, allowance in enumerate(model.allowance, 1):
        row = page.place()
        name = (allowance.name_vi or allowance.name) if lang == "vi" else allowance.name
        cells: list[Cell] = [(NUMBER, str(serial), "code"), (TEXT, str(name), "text")]
        if allowance.share_pct is not None:
            part = Fraction(str(allowance.share_pct)) / 100
            cells += [(CODE, "%", "code"), (FIRST, float(part), "percent:input")]
            cells.append((share, Formula(f"={at(row, FIRST)}", float(part)), "percent"))
        else:
            part = Fraction(allowance.minutes) / sizes[allowance.per]
            cells += [
                (CODE, tr(PERIODS[allowance.per], lang), "code"),
                (FIRST, int(allowance.minutes), "zero:input"),
                (base, Formula(f"={spans[allowance.per]}", float(sizes[allowance.per])), "dec2"),
                (share, Formula(f"={at(row, FIRST)}/{at(row, base)}", float(part)), "percent"),
            ]
        for place, of_class in enumerate(CLASSES):
            if of_class in allowance.classes:
                sums[of_class] += part
                cells.append((first + place, Formula(f"={at(row, share)}", float(part)), "percent"))
        page.write(cells)
    end = page.row - 1
    row = page.place()
    cells = [(TEXT, tr("Sum of shares S", lang), "text")]
    cells += [
        (column, Formula(f"=SUM({at(start, column)}:{at(end, column)})", float(sums[name])), "percent")
        for column, name in enumerate(CLASSES, first)
    ]
    page.write(cells, "sum")
    cells = [(TEXT, tr("Added for each minute of work = S / (1 − S)", lang), "text")]
    cells += [
        (
            column,
            Formula(f"={at(row, column)}/(1-{at(row, column)})", float(sums[name] / (1 - sums[name]))),
            "percent",
        )
        for column, name in enumerate(CLASSES, first)
    ]
    page.write(cells, "sum")
    shares = {name: at(row, column, "both") for column, name in enumerate(CLASSES, first) if sums[name]}
    return FundBlock(block.months, block.header, block.row, block.total, block.minutes, shares)


def _spans(
    model: Any, block: FundBlock, said: str, exact: Fraction
) -> tuple[dict[str, str], dict[str, Fraction]]:
    """Return the useful minutes of one post in a day, week, month and year, as formulas and exactly."""
    days = Fraction(str(model.time_fund.days_per_week or 5))
    year = Fraction(block.year * 12, block.months)
    formulas = {
        "day": said,
        "week": f"{said}*{float(days):g}",
        "month": f"{block.year_at}/{block.months}",
        "year": f"{block.year_at}*12/{block.months}",
    }
    return formulas, {"day": exact, "week": exact * days, "month": year / 12, "year": year}
