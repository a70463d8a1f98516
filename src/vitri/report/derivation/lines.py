"""Block 2: the lines of work: how they fall into months, quantity × norm × coefficients, months and pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitri.i18n import Lang, tr
from vitri.report.derivation.formulas import (
    SAFE,
    Formula,
    at,
    difference,
    half_up,
    part,
    product_exact,
    product_float,
    rounded,
    rounded_float,
)
from vitri.report.derivation.fund import FundBlock
from vitri.report.derivation.left_out import write_left_out
from vitri.report.derivation.norms import Norms, catalogue_key, local_key
from vitri.report.derivation.page import (
    CODE,
    FIRST,
    NUMBER,
    TEXT,
    Cell,
    Page,
    decimals,
    month_titles,
    pool_short,
)
from vitri.report.derivation.patterns import PatternBlock
from vitri.report.derivation.words import BASIS
from vitri.report.source import Source
from vitri.report.words import say
from vitri.workload.derivation import Line, OfficeWork, Spread

SERVICE, INDIVIDUAL, ONCE, ONCE_INDIVIDUAL = "S", "I", "N", "M"


@dataclass
class Lines:
    """What the lines of an office come to: where their months stand, and their sums in whole minutes.

    `sums` is (pool, task group, kind) → minutes by month; kind tells service from individual allowance, and
    what is a basis for quota from what is not.
    """

    first: int = 0
    last: int = 0
    sums: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)

    def add(self, key: tuple[str, str, str], months: Mapping[int, int], count: int) -> None:
        """Add minutes to a cell of work."""
        row = self.sums.setdefault(key, [0] * count)
        for month, minutes in months.items():
            row[month] += minutes


class LineWriter:
    """Writes the lines of one office; `basis` says whether a line is a basis for quota."""

    def __init__(
        self,
        page: Page,
        source: Source,
        model: Any,
        fund: FundBlock,
        norms: Norms,
        work: OfficeWork,
        office_coefficient: str,
        months: Sequence[str],
    ) -> None:
        self.page, self.source, self.model, self.fund, self.norms = page, source, model, fund, norms
        self.work, self.office = work, office_coefficient
        self.months = list(months)
        self.lang: Lang = page.lang
        self.complexity = bool(model.workload.complexity_in_minutes)
        self.all_count = bool(model.workload.count_irregular_in_quota)
        self.result = Lines()
        self.patterns = PatternBlock(page, fund, months)
        self._minutes: dict[str, tuple[int, int]] = {}

    def write(self) -> Lines:
        """Write the whole block."""
        regular = [line for line in self.work.lines if line.regular or self.all_count]
        once = [line for line in self.work.lines if not (line.regular or self.all_count)]
        sections = [
            (tr("Regular work: the basis for quota", self.lang), regular),
            (tr("One-off work: assigned, but not a basis for quota", self.lang), once),
        ]
        sections = [(title, lines) for title, lines in sections if lines]
        self.patterns.write(self.work.lines)
        self._write_factors(sections)
        self._write_months(sections)
        write_left_out(self.page, self.work.left_out)
        return self.result

    # -- quantity × norm × coefficients --------------------------------------------------------------------

    def _write_factors(self, sections: Sequence[tuple[str, list[Line]]]) -> None:
        page, lang = self.page, self.lang
        page.heading(tr("2. Work: quantity × norm × coefficients = minutes", lang), keep=130)
        names = [
            tr("Who for", lang),
            tr("Done by", lang),
            tr("Task group", lang),
            tr("Basis", lang),
            tr("Quantity approved", lang),
            tr("Norm (min.)", lang),
            tr("Coeff. of item", lang),
            tr("Coeff. of norm", lang),
            tr("Coeff. of office", lang),
            tr("Coeff. of line", lang),
        ]
        if self.complexity:
            names.append(tr("Coeff. of complexity", lang))
        page.header(
            [
                (NUMBER, tr("No.", lang)),
                (CODE, tr("Registration", lang)),
                (TEXT, tr("Task, product", lang)),
                *((FIRST + place, name) for place, name in enumerate(names)),
                (page.total, tr("Minutes", lang)),
                (page.remark, tr("Remark", lang)),
            ]
        )
        serial = 0
        for title, lines in sections:
            page.write([(TEXT, title, "long")], "section")
            for line in lines:
                serial += 1
                self._minutes[line.code] = (self._factors(serial, line), serial)

    def _factors(self, serial: int, line: Line) -> int:
        """Write the factors of one line; return its row."""
        page, lang, row = self.page, self.lang, self.page.place()
        pools = [pool_short(part_.pool, lang) for part_ in line.parts]
        who = pools[0] if len(pools) == 1 else tr("{count} pools", lang, count=len(pools))
        guessed = line.basis == "estimated"
        cells: list[Cell] = [
            (NUMBER, str(serial), "code"),
            (CODE, line.code, "code"),
            (TEXT, line.task + (f" ({line.product})" if line.product else ""), "text"),
            (FIRST, line.organisation or "–", "code"),
            (FIRST + 1, who, "code"),
            (FIRST + 2, line.group, "code"),
            (FIRST + 3, say(BASIS, line.basis, lang), "code:estimated" if guessed else "code"),
        ]
        scale = 1000 if line.method == "ratio" else 100
        constant = line.values is not None
        inputs: list[tuple[int, int, str]] = [
            (line.quantity_dec2, 100, "input"),
            (line.unit, scale, "" if line.norm != "own" else "input"),
            (line.coefficients[0], 1000, ""),
            (line.coefficients[1], 1000, ""),
            (line.coefficients[2], 1000, ""),
            (line.coefficients[3], 1000, "input"),
        ]
        if self.complexity:
            inputs.append((line.coefficients[4], 1000, ""))
        links = self._links(line)
        for place, (value, unit, role) in enumerate(inputs):
            if constant and place == 1 and value < 0:
                continue
            look = decimals(value, unit) + (f":{role}" if role and not constant else "")
            link = links.get(place)
            shown: Formula | float = Formula(f"={link}", value / unit) if link else value / unit
            cells.append((FIRST + 4 + place, shown, look))
        minutes, remark = self._product(line, row, [(v, u) for v, u, _ in inputs])
        cells.append((page.total, minutes, "int:sum"))
        cells.append((page.remark, remark, "text"))
        return page.write(cells)

    def _links(self, line: Line) -> dict[int, str]:
        """Return the factors that stand elsewhere: place among the factors → address."""
        links = {4: self.office}
        if not line.work_item:
            return links
        item, local = catalogue_key(line), local_key(line)
        if line.norm == "catalogue" and line.unit >= 0:
            links[1] = self.norms.unit(item)
        elif line.norm == "norms" and local is not None:
            links[1] = self.norms.unit(local)
        links[2] = self.norms.coefficient(item)
        if local is not None:
            links[3] = self.norms.coefficient(local)
        if self.complexity:
            links[6] = self.norms.complexity(item)
        return links

    def _product(self, line: Line, row: int, factors: list[tuple[int, int]]) -> tuple[Formula | int, str]:
        """Return the minutes of a line as a formula, or as a figure with the reason."""
        lang = self.lang
        if line.values is not None:
            return line.minutes, tr("computed by vitri (no product of factors)", lang)
        cells = [at(row, FIRST + 4 + place) for place in range(len(factors))]
        remark = ""
        if line.method == "ratio" and line.spread is not None:
            pattern = self.patterns.of(line.spread)
            cells.append(pattern.weight)
            factors = [*factors, (pattern.whole, 1)]
            remark = tr("posts per unit × time fund", lang)
        if line.individual:
            remark = tr("individual allowance", lang)
        if rounded_float(product_float(factors)) != line.minutes:
            exact = half_up(product_exact(factors)) == line.minutes
            why = tr("exact figure; a formula would miss the half", lang) if exact else ""
            return line.minutes, why or tr("computed by vitri (no product of factors)", lang)
        return Formula("=" + rounded("*".join(cells)), line.minutes), remark

    # -- months and pools ----------------------------------------------------------------------------------

    def _write_months(self, sections: Sequence[tuple[str, list[Line]]]) -> None:
        page, lang = self.page, self.lang
        page.heading(tr("2b. Minutes by month and by who does the work", lang), keep=130)
        titles = month_titles(self.months)
        page.header(
            [
                (NUMBER, tr("No.", lang)),
                (CODE, tr("Registration", lang)),
                (TEXT, tr("How it is spread; who does it", lang)),
                *((FIRST + month, title) for month, title in enumerate(titles)),
                (page.total, tr("Total counted", lang)),
                (page.remark, tr("Outside the period", lang)),
            ]
        )
        self.result.first = page.row
        for title, lines in sections:
            page.write([(TEXT, title, "long")], "section")
            for line in lines:
                self._months(line)
        if self.work.estimates:
            page.write(
                [(TEXT, tr("Estimates for what was not registered (figures, not formulas)", lang), "long")],
                "section",
            )
            for line in self.work.estimates:
                who = self.source.names("organisations", line.organisation) if line.organisation else "–"
                label = tr("Estimated: {who}, {group}", lang, who=who, group=self.source.group(line.group))
                self._values(line, label, "estimated")
        if page.row == self.result.first:
            page.write([(TEXT, tr("No line counts.", lang), "text")])
        self.result.last = page.row - 1

    def _kind(self, line: Line) -> str:
        counts = line.regular or self.all_count
        if line.individual:
            return INDIVIDUAL if counts else ONCE_INDIVIDUAL
        return SERVICE if counts else ONCE

    def _keyed(self, line: Line, pool: str) -> tuple[str, str, str]:
        return pool, line.group, self._kind(line)

    def _months(self, line: Line) -> None:
        if line.spread is None:
            self._values(line, tr("months as computed by vitri", self.lang), "cell")
            return
        row, serial = self._minutes[line.code]
        minutes = at(row, self.page.total, "column")
        whole = self._whole(line, line.spread, minutes)
        simple = len(line.parts) == 1 and all(share == (0, 1) for share in line.parts[0].share.values())
        key = self._keyed(line, line.parts[0].pool) if simple else None
        label = self._label(line, line.spread)
        if simple:
            label = f"{label}; {pool_short(line.parts[0].pool, self.lang)}"
        self._row(line, serial, label, whole, key, minutes)
        if simple:
            return
        top = self.page.row - 1
        for part_ in line.parts:
            cells: dict[int, Formula | int] = {}
            for month, (place, number) in part_.share.items():
                if month not in whole:
                    continue
                value = _value(whole[month])
                cell = at(top, FIRST + month)
                text = cell if number == 1 else difference(cell, str(place + 1), str(place), str(number))
                cells[month] = Formula(f"={text}", part(value, place + 1, place, number))
            numbers = {number for _, number in part_.share.values()} - {1}
            name = pool_short(part_.pool, self.lang)
            label = f"→ {name}" + (f" (1/{max(numbers)})" if numbers else "")
            outside = part_.pool == "outside"
            self._row(line, 0, label, cells, None if outside else self._keyed(line, part_.pool), "", "part")

    def _label(self, line: Line, spread: Spread) -> str:
        if spread.only_month >= 0:
            return tr("all in one month", self.lang)
        return self.patterns.name(spread)

    def _whole(self, line: Line, spread: Spread, minutes: str) -> dict[int, Formula | int]:
        """Return the months of a line before it is divided over pools."""
        if spread.only_month >= 0:
            return {spread.only_month: Formula(f"={minutes}", line.minutes)}
        pattern = self.patterns.of(spread)
        cells: dict[int, Formula | int] = {}
        before = pattern.before
        for month, after in enumerate(pattern.values):
            if after != before:
                value = part(line.minutes, after, before, pattern.whole)
                upto, start = (at(pattern.cumulative, FIRST + m, "row") for m in (month, month - 1))
                text = "=" + difference(minutes, upto, start, pattern.weight)
                cells[month] = Formula(text, value) if line.minutes * pattern.whole < SAFE else value
            before = after
        return cells

    def _row(
        self,
        line: Line,
        serial: int,
        label: str,
        months: Mapping[int, Formula | int],
        key: tuple[str, str, str] | None,
        minutes: str,
        role: str = "cell",
    ) -> None:
        page, row = self.page, self.page.place()
        cells: list[Cell] = [(TEXT, label, "text")]
        if serial:
            cells += [(NUMBER, str(serial), "code"), (CODE, line.code, "code")]
        guessed = line.basis == "estimated"
        cells += [
            (FIRST + month, value, "int:estimated" if guessed else "int") for month, value in months.items()
        ]
        total = sum(_value(value) for value in months.values())
        cells.append((page.total, page.sum(row, len(self.months), total), "int:sum"))
        if (
            minutes
            and line.spread is not None
            and line.spread.before + line.spread.weight - line.spread.after[-1]
        ):
            left = Formula(f"={minutes}-{at(row, page.total)}", line.minutes - total)
            cells.append((page.remark, left, "int"))
        if key is not None:
            cells.append((page.key, "/".join(key), "text"))
            self.result.add(key, {m: _value(v) for m, v in months.items()}, len(self.months))
        page.write(cells, role)

    def _values(self, line: Line, label: str, role: str) -> None:
        """Write months that are figures, pool by pool."""
        serial = self._minutes[line.code][1] if line.code in self._minutes else 0
        for pool, months in (line.values or {}).items():
            said = f"{label}; {pool_short(pool, self.lang)}"
            self._row(line, serial, said, dict(months), self._keyed(line, pool), "", role)
            serial = 0


def _value(value: Formula | int) -> int:
    """Return the whole number of a cell."""
    return int(value.value) if isinstance(value, Formula) else value
