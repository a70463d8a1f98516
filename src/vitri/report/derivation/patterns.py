"""Block 1c: the patterns by which lines fall into months, each with its weights and their running sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from vitri.i18n import date_text, tr
from vitri.report.derivation.formulas import Formula, at
from vitri.report.derivation.fund import FundBlock
from vitri.report.derivation.page import CODE, FIRST, NUMBER, TEXT, Cell, Page, month_titles
from vitri.workload.derivation import Line, Spread

_Key = tuple[str, int, tuple[int, ...], int]


@dataclass(frozen=True)
class Pattern:
    """Where the cumulative weights of a pattern stand, and what they are."""

    name: str
    cumulative: int
    weight: str
    values: tuple[int, ...]
    before: int
    whole: int


class PatternBlock:
    """The patterns of one office, each written once."""

    def __init__(self, page: Page, fund: FundBlock, months: Sequence[str]) -> None:
        self.page, self.fund, self.months = page, fund, list(months)
        self.lang = page.lang
        self._patterns: dict[_Key, Pattern] = {}

    def of(self, spread: Spread) -> Pattern:
        """Return the written pattern of a line's spread."""
        return self._patterns[self._key(spread)]

    def name(self, spread: Spread) -> str:
        """Return the name of a line's pattern: P1, P2 ..."""
        return self.of(spread).name

    def write(self, lines: Sequence[Line]) -> None:
        """Write every pattern that some line needs."""
        found: dict[_Key, Spread] = {}
        for line in lines:
            if line.spread is not None and (line.spread.kind == "fund" or line.spread.only_month < 0):
                found.setdefault(self._key(line.spread), line.spread)
        if not found:
            return
        page, lang = self.page, self.lang
        page.heading(tr("1c. How the minutes of a line fall into months (weights)", lang))
        titles = month_titles(self.months)
        page.header(
            [
                (NUMBER, tr("No.", lang)),
                (CODE, tr("Pattern", lang)),
                (TEXT, tr("Rule", lang)),
                *((FIRST + month, title) for month, title in enumerate(titles)),
                (page.total, tr("Weight", lang)),
            ]
        )
        for serial, (key, spread) in enumerate(found.items(), 1):
            self._patterns[key] = self._pattern(serial, spread)

    def _key(self, spread: Spread) -> _Key:
        return self.spread_text(spread), spread.before, spread.after, spread.weight

    def _pattern(self, serial: int, spread: Spread) -> Pattern:
        page, row = self.page, self.page.place(2)
        ends = (spread.before, *spread.after)
        steps = [after - before for before, after in pairwise(ends)]
        by_fund = spread.kind == "fund"
        cells: list[Cell] = [(NUMBER, str(serial), "code"), (CODE, f"P{serial}", "code")]
        cells.append((TEXT, self.spread_text(spread), "text"))
        for month, step in enumerate(steps):
            value: Formula | int = step
            if by_fund and step:
                value = Formula(f"={self.fund.at(month)}", step)
            cells.append((FIRST + month, value, "int"))
        whole: Formula | int = spread.weight
        if by_fund:
            whole = page.sum(row, len(steps), spread.weight)
        cells.append((page.total, whole, "zero"))
        page.write(cells)
        row = page.row
        cells = [(TEXT, spread.before, "base")]
        cells += [
            (
                FIRST + month,
                Formula(f"={at(row, FIRST + month - 1)}+{at(row - 1, FIRST + month)}", after),
                "zero",
            )
            for month, after in enumerate(spread.after)
        ]
        page.write(cells, "part")
        weight = at(row - 1, page.total, "both")
        return Pattern(f"P{serial}", row, weight, spread.after, spread.before, spread.weight)

    def spread_text(self, spread: Spread) -> str:
        """Say how a line is spread over the months."""
        lang = self.lang
        first, last = (
            date_text(dt.date(1970, 1, 1) + dt.timedelta(days=n), lang) for n in (spread.first, spread.last)
        )
        if spread.kind == "fund":
            return tr("In proportion to the time fund, {first} – {last}", lang, first=first, last=last)
        if spread.kind == "equal":
            return tr("The same in every month, {first} – {last}", lang, first=first, last=last)
        if spread.kind == "profile":
            return tr(
                "By the profile {profile}, {first} – {last}",
                lang,
                profile=spread.profile,
                first=first,
                last=last,
            )
        return tr("By working days, {first} – {last}", lang, first=first, last=last)
