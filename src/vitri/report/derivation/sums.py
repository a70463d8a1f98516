"""Block 3: minutes of each pool and task group by month, allowances added, and full-time equivalents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from vitri.i18n import tr
from vitri.report.derivation.formulas import Formula, at, half_up, rounded, rounded_float, span
from vitri.report.derivation.fund import FundBlock
from vitri.report.derivation.lines import INDIVIDUAL, ONCE, ONCE_INDIVIDUAL, SERVICE, Lines
from vitri.report.derivation.page import CODE, FIRST, TEXT, Cell, Page, month_titles
from vitri.report.source import Source
from vitri.workload.derivation import Derivation, OfficeWork


@dataclass(frozen=True)
class Total:
    """A row of minutes by month and the row of its full-time equivalents."""

    row: int
    fte_row: int
    minutes: tuple[int, ...]

    @property
    def whole(self) -> int:
        """The minutes of the whole period."""
        return sum(self.minutes)


@dataclass
class Sums:
    """The totals of an office: by (pool, task group), by pool, and of the office; all a basis for quota."""

    groups: dict[tuple[str, str], Total] = field(default_factory=dict)
    pools: dict[str, Total] = field(default_factory=dict)
    office: Total | None = None
    every_row: int = -1


class SumWriter:
    """Writes the sums of one office."""

    def __init__(
        self,
        page: Page,
        source: Source,
        derivation: Derivation,
        work: OfficeWork,
        fund: FundBlock,
        lines: Lines,
    ) -> None:
        self.page, self.source, self.derivation = page, source, derivation
        self.work, self.fund, self.lines = work, fund, lines
        self.months = list(derivation.months)
        self.lang = page.lang
        self.result = Sums()
        self._service: dict[tuple[str, str], tuple[int, list[int]]] = {}
        self._extra: dict[tuple[str, str], tuple[int, list[int]]] = {}

    def write(self) -> Sums:
        """Write the block."""
        page, lang = self.page, self.lang
        page.heading(
            tr("3. Minutes by pool and task group, allowances added, full-time equivalents", lang), 130
        )
        titles = month_titles(self.months)
        header = [
            (CODE, tr("Task group", lang)),
            (TEXT, tr("Figure", lang)),
            *((FIRST + month, title) for month, title in enumerate(titles)),
            (page.total, tr("Whole period", lang)),
        ]
        page.header(header)
        cells = sorted(
            {(pool, group) for pool, group, kind in self.lines.sums if kind in (SERVICE, INDIVIDUAL)}
        )
        start = page.row
        for pool in sorted({pool for pool, _ in cells}):
            page.write([(TEXT, self.source.names.pool(pool), "long")], "section")
            for group in (group for own, group in cells if own == pool):
                self.result.groups[pool, group] = self._cell(pool, group)
            minutes = _added(
                [total.minutes for (own, _), total in self.result.groups.items() if own == pool], self.months
            )
            label = tr("Total of the pool", lang)
            self.result.pools[pool] = self._total(label, minutes, start, f"T/{pool}", "P")
        minutes = _added([total.minutes for total in self.result.pools.values()], self.months)
        self.result.office = self._total(
            tr("Office: basis for quota", lang), minutes, start, "P", "", "total"
        )
        self._beside()
        return self.result

    # -- the basis for quota -------------------------------------------------------------------------------

    def _sumifs(self, row: int) -> list[str]:
        page = self.page
        keys = span(self.lines.first, self.lines.last, page.key, "both")
        key = at(row, page.key, "column")
        return [
            f"=SUMIFS({span(self.lines.first, self.lines.last, FIRST + month)},{keys},{key})"
            for month in range(len(self.months))
        ]

    def _minutes_of(self, pool: str, group: str, kind: str) -> list[int] | None:
        return self.lines.sums.get((pool, group, kind))

    def _line(
        self,
        code: str,
        label: str,
        texts: Sequence[str],
        values: Sequence[int],
        keys: tuple[str, str] = ("", ""),
        role: str = "cell",
    ) -> int:
        page, row = self.page, self.page.place()
        cells: list[Cell] = [(CODE, code, "code"), (TEXT, label, "text")]
        for month, (text, value) in enumerate(zip(texts, values, strict=True)):
            cells.append((FIRST + month, Formula(text, value) if text else value, "int"))
        cells.append((page.total, page.sum(row, len(self.months), sum(values)), "int"))
        for column, key in zip((page.key, page.key2), keys, strict=True):
            if key:
                cells.append((column, key, "text"))
        return page.write(cells, role)

    def _ratio_row(self, row: int, minutes: Sequence[int]) -> int:
        """Write minutes / time fund for a row of minutes."""
        page, fund = self.page, self.fund
        cells: list[Cell] = [(TEXT, tr("full-time equivalents (FTE)", self.lang), "text")]
        for month, value in enumerate(minutes):
            text = f"={at(row, FIRST + month)}/{fund.at(month)}"
            cells.append((FIRST + month, Formula(text, value / fund.minutes[month]), "fte"))
        text = f"={at(row, page.total)}/{fund.year_at}"
        cells.append((page.total, Formula(text, sum(minutes) / fund.year), "fte"))
        return page.write(cells, "part")

    def _cell(self, pool: str, group: str) -> Total:
        """Write one task group of one pool."""
        lang, page = self.lang, self.page
        service = self._minutes_of(pool, group, SERVICE)
        individual = self._minutes_of(pool, group, INDIVIDUAL)
        share = self.fund.share.get(self.derivation.class_of(group), "")
        values = service or [0] * len(self.months)
        name = self.source.group(group)
        if not share and individual is None:
            key = "/".join((pool, group, SERVICE))
            row = self._line(group, name, self._sumifs(page.place()), values, (key, f"T/{pool}"), "sum")
            self._service[pool, group] = (row, values)
            return Total(row, self._ratio_row(row, values), tuple(values))
        parts: list[int] = []
        key = "/".join((pool, group, SERVICE))
        row = self._line(
            group, tr("{group}: work", lang, group=name), self._sumifs(page.place()), values, (key, "")
        )
        self._service[pool, group] = (row, values)
        parts.append(row)
        total = list(values)
        if share:
            texts, more = self._allowance(
                [at(row, FIRST + m) for m in range(len(self.months))], values, group
            )
            row = self._line("", tr("allowance = work × S / (1 − S)", lang), texts, more)
            self._extra[pool, group] = (row, more)
            parts.append(row)
            total = [a + b for a, b in zip(total, more, strict=True)]
        if individual is not None:
            key = "/".join((pool, group, INDIVIDUAL))
            row = self._line(
                "",
                tr("individual allowance (not multiplied)", lang),
                self._sumifs(page.place()),
                individual,
                (key, ""),
            )
            parts.append(row)
            total = [a + b for a, b in zip(total, individual, strict=True)]
        texts = ["=" + "+".join(at(r, FIRST + m) for r in parts) for m in range(len(self.months))]
        row = self._line("", tr("{group}: total", lang, group=name), texts, total, ("", f"T/{pool}"), "sum")
        return Total(row, self._ratio_row(row, total), tuple(total))

    def _allowance(
        self, cells: Sequence[str], values: Sequence[int], group: str
    ) -> tuple[list[str], list[int]]:
        """Return formulas and values of the allowance on minutes given as formulas and values."""
        name = self.derivation.class_of(group)
        share = self.fund.share[name]
        top, bottom = self.work.allowance[name]
        texts, found = [], []
        for cell, value in zip(cells, values, strict=True):
            exact = half_up(Fraction(value * top, bottom))
            part = float(Fraction(top, top + bottom))
            agrees = rounded_float(value * part / (1 - part)) == exact
            texts.append("=" + rounded(f"{cell}*{share}/(1-{share})") if agrees else "")
            found.append(exact)
        return texts, found

    def _total(
        self, label: str, minutes: Sequence[int], start: int, key: str, own: str, role: str = "sum"
    ) -> Total:
        """Write a total over the rows above that carry a key."""
        page, row = self.page, self.page.place()
        keys = span(start, row - 1, page.key2, "both")
        texts = [
            f'=SUMIFS({span(start, row - 1, FIRST + month)},{keys},"{key}")'
            for month in range(len(self.months))
        ]
        if not minutes or row == start:
            texts = [""] * len(self.months)
        row = self._line("", label, texts, minutes, ("", own), role)
        return Total(row, self._ratio_row(row, minutes), tuple(minutes))

    # -- one-off work beside it ----------------------------------------------------------------------------

    def _beside(self) -> None:
        """Write the work that is no basis for quota, with the allowance that it adds, and all work."""
        cells = sorted(
            {(pool, group) for pool, group, kind in self.lines.sums if kind in (ONCE, ONCE_INDIVIDUAL)}
        )
        office = self.result.office
        if not cells or office is None:
            return
        page, lang = self.page, self.lang
        start = page.row
        page.write([(TEXT, tr("Beside it: one-off work, not a basis for quota", lang), "long")], "section")
        every = list(office.minutes)
        for pool, group in cells:
            name = f"{self.source.group(group)} ({self.source.names.pool(pool)})"
            once = self._minutes_of(pool, group, ONCE)
            if once is not None:
                key = "/".join((pool, group, ONCE))
                row = self._line(group, name, self._sumifs(page.place()), once, (key, "B"))
                every = [a + b for a, b in zip(every, once, strict=True)]
                if self.fund.share.get(self.derivation.class_of(group)):
                    every = self._beside_allowance(pool, group, row, once, every)
            alone = self._minutes_of(pool, group, ONCE_INDIVIDUAL)
            if alone is not None:
                key = "/".join((pool, group, ONCE_INDIVIDUAL))
                label = tr("{group}: individual allowance", lang, group=name)
                self._line(group, label, self._sumifs(page.place()), alone, (key, "B"))
                every = [a + b for a, b in zip(every, alone, strict=True)]
        last = page.row - 1
        keys = span(start, last, page.key2, "both")
        texts = [
            f'={at(office.row, FIRST + m)}+SUMIFS({span(start, last, FIRST + m)},{keys},"B")'
            for m in range(len(self.months))
        ]
        self.result.every_row = self._line("", tr("Office: all work", lang), texts, every, role="total")

    def _beside_allowance(
        self, pool: str, group: str, row: int, once: Sequence[int], every: Sequence[int]
    ) -> list[int]:
        """Write what one-off work adds to the allowance of its cell; return the new sums of all work."""
        at_service, service = self._service.get((pool, group), (-1, [0] * len(self.months)))
        at_extra, extra = self._extra.get((pool, group), (-1, [0] * len(self.months)))
        columns = range(FIRST, FIRST + len(self.months))
        cells = [f"({at(row, c)}+{at(at_service, c)})" if at_service >= 0 else at(row, c) for c in columns]
        both = [a + b for a, b in zip(once, service, strict=True)]
        texts, found = self._allowance(cells, both, group)
        if at_extra >= 0:
            texts = [f"{t}-{at(at_extra, c)}" if t else "" for t, c in zip(texts, columns, strict=True)]
        more = [a - b for a, b in zip(found, extra, strict=True)]
        self._line("", tr("allowance on it", self.lang), texts, more, ("", "B"))
        return [a + b for a, b in zip(every, more, strict=True)]


def _added(rows: Sequence[Sequence[int]], months: Sequence[str]) -> list[int]:
    """Add rows of minutes up, month by month."""
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * len(months)
