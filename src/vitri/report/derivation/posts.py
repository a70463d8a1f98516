"""Block 4: from full-time equivalents to posts, beside what is there, was assigned and is planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from vitri.i18n import month_text, tr
from vitri.report.derivation.facts import Facts, Plan
from vitri.report.derivation.formulas import Formula, Rounding, at, fte, fte_value, on_sheet, span
from vitri.report.derivation.fund import FundBlock
from vitri.report.derivation.page import CODE, FIRST, TEXT, Cell, Page, pool_short
from vitri.report.derivation.sums import Sums, Total
from vitri.report.derivation.words import LEVELS, RULES
from vitri.report.source import Source
from vitri.report.words import CEILING_STATUS, STATUS, say

MINUTES, FUND, FTE, PEAK, PEAK_FTE, POSTS = range(FIRST, FIRST + 6)


@dataclass
class Figures:
    """The figures of an office that the first sheet repeats: name → (address on its sheet, value)."""

    sheet: str
    cells: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def put(self, name: str, row: int, column: int, value: Any) -> None:
        """Remember a cell."""
        self.cells[name] = (on_sheet(self.sheet, row, column), value)

    def formula(self, name: str) -> Formula | None:
        """Return a formula that shows a remembered cell."""
        if name not in self.cells:
            return None
        address, value = self.cells[name]
        return Formula(f"={address}", value)


class PostWriter:
    """Writes the posts of one office; `area_posts` are those of a rounding by area, where known."""

    def __init__(
        self,
        page: Page,
        source: Source,
        rounding: Rounding,
        level: str,
        fund: FundBlock,
        sums: Sums,
        facts: Facts,
        plan: Plan | None,
        area_posts: int | None,
    ) -> None:
        self.page, self.source, self.rounding, self.level = page, source, rounding, level
        self.fund, self.sums, self.facts, self.plan = fund, sums, facts, plan
        self.area_posts = area_posts
        self.lang = page.lang
        self.figures = Figures(page.name)

    def write(self) -> Figures:
        """Write the block and return the office's figures."""
        self._write_needs()
        self._write_outcome()
        return self.figures

    # -- 4: FTE and posts ----------------------------------------------------------------------------------

    def _write_needs(self) -> None:
        page, lang = self.page, self.lang
        page.heading(tr("4. Full-time equivalents and posts", lang), keep=130)
        page.note(
            tr(
                "Rounding rule of the policy: {rule}; rounded for {level}.",
                lang,
                rule=say(RULES, self.rounding.rule, lang),
                level=say(LEVELS, self.level, lang),
            )
        )
        page.header(
            [
                (CODE, tr("Task group", lang)),
                (TEXT, tr("Pool, task group", lang)),
                (MINUTES, tr("Minutes", lang)),
                (FUND, tr("Time fund", lang)),
                (FTE, tr("FTE", lang)),
                (PEAK, tr("Peak month", lang)),
                (PEAK_FTE, tr("FTE at the peak", lang)),
                (POSTS, tr("Posts, rounded by itself", lang)),
            ]
        )
        sums = self.sums
        many = len(sums.pools) > 1
        groups: dict[str, list[int]] = {}
        by_pool = 0
        start = page.row
        for pool, total in sums.pools.items():
            for (own, group), cell in sums.groups.items():
                if own != pool:
                    continue
                key = f"G/{group}"
                self._row(
                    group, self.source.group(group), cell, [(page.key, key), (page.key2, "" if many else "A")]
                )
                groups.setdefault(group, []).append(cell.whole)
            row, posts = self._row(
                "",
                tr("Pool: {pool}", lang, pool=self.source.names.pool(pool)),
                total,
                [(page.key, "P")],
                "sum",
            )
            by_pool += posts
        by_group = sum(self.rounding.posts(sum(values), self.fund.year) for values in groups.values())
        end = page.row - 1
        if many:
            page.write([(TEXT, tr("Task groups over all pools", lang), "long")], "section")
            for group in sorted(groups):
                self._over_pools(group, sum(groups[group]), start, end)
        last = page.row - 1
        office = sums.office
        if office is None:
            return
        label = tr("Office", lang)
        row, posts = self._row("", label, office, [], "total")
        self.figures.put("minutes", row, MINUTES, office.whole)
        self.figures.put("fte", row, FTE, fte_value(office.whole, self.fund.year))
        self.figures.put("peak", row, PEAK, self._peak(office)[0])
        self.figures.put("peak_fte", row, PEAK_FTE, self._peak(office)[1])
        self.figures.put("by_office", row, POSTS, posts)
        self._start, self._last = start, last
        self._by = {"position": ("A", by_group), "pool": ("P", by_pool)}

    def _peak(self, total: Total) -> tuple[str, float]:
        """Return the peak month as text and its FTE; blank and 0 without work."""
        best, month = Fraction(0), -1
        for position, minutes in enumerate(total.minutes):
            now = Fraction(minutes, self.fund.minutes[position])
            if now > best:
                best, month = now, position
        if month < 0:
            return "", 0.0
        return self._title(month), fte_value(total.minutes[month], self.fund.minutes[month])

    def _title(self, month: int) -> str:
        return month_text(self.source.months[month], self.lang)

    def _row(
        self, code: str, label: str, total: Total, keys: list[tuple[int, str]], role: str = "cell"
    ) -> tuple[int, int]:
        """Write minutes, fund, FTE, peak and posts of one scope; return its row and posts."""
        page, row = self.page, self.page.place()
        months = range(FIRST, FIRST + self.fund.months)
        run = f"{at(total.fte_row, months[0])}:{at(total.fte_row, months[-1])}"
        titles = f"{at(self.fund.header, months[0], 'both')}:{at(self.fund.header, months[-1], 'both')}"
        minutes, fund = at(row, MINUTES), at(row, FUND)
        peak, at_peak = self._peak(total)
        posts = self.rounding.posts(total.whole, self.fund.year)
        cells: list[Cell] = [
            (CODE, code, "code"),
            (TEXT, label, "text"),
            (MINUTES, Formula(f"={at(total.row, page.total)}", total.whole), "int"),
            (FUND, Formula(f"={self.fund.year_at}", self.fund.year), "int"),
            (FTE, Formula(f"={fte(minutes, fund)}", fte_value(total.whole, self.fund.year)), "fte"),
            (
                PEAK,
                Formula(f'=IF(MAX({run})=0,"",INDEX({titles},MATCH(MAX({run}),{run},0)))', peak),
                "code",
            ),
            (PEAK_FTE, Formula(f"=ROUND(ROUND(MAX({run})*10000,6),0)/10000", at_peak), "fte"),
            (POSTS, Formula(f"={self.rounding.formula(minutes, fund)}", posts), "zero"),
        ]
        cells += [(column, key, "text") for column, key in keys if key]
        return page.write(cells, role), posts

    def _over_pools(self, group: str, minutes: int, start: int, end: int) -> None:
        """Write one task group over all pools of the office."""
        page, row = self.page, self.page.place()
        keys = span(start, end, page.key, "both")
        cell, fund = at(row, MINUTES), at(row, FUND)
        text = f'=SUMIFS({span(start, end, MINUTES, "both")},{keys},"G/{group}")'
        page.write(
            [
                (CODE, group, "code"),
                (TEXT, self.source.group(group), "text"),
                (MINUTES, Formula(text, minutes), "int"),
                (FUND, Formula(f"={self.fund.year_at}", self.fund.year), "int"),
                (FTE, Formula(f"={fte(cell, fund)}", fte_value(minutes, self.fund.year)), "fte"),
                (
                    POSTS,
                    Formula(
                        f"={self.rounding.formula(cell, fund)}", self.rounding.posts(minutes, self.fund.year)
                    ),
                    "zero",
                ),
                (page.key2, "A", "text"),
            ]
        )

    # -- 4b: beside what is there --------------------------------------------------------------------------

    def _write_outcome(self) -> None:
        page, lang, facts = self.page, self.lang, self.facts
        page.heading(tr("4b. Posts needed, existing, assigned", lang), keep=170)
        page.header(
            [
                (CODE, tr("No.", lang)),
                (TEXT, tr("Figure", lang)),
                (FIRST, tr("Number", lang)),
                (FIRST + 1, tr("Status", lang)),
            ]
        )
        self._serial = 0
        by_office = self.figures.cells["by_office"][1]
        rows: dict[str, tuple[int, int]] = {}
        for level, label in (
            ("position", tr("Posts if each task group is rounded", lang)),
            ("pool", tr("Posts if each pool of staff is rounded", lang)),
        ):
            key, value = self._by[level]
            column = page.key if key == "P" else page.key2
            text = (
                f"=SUMIFS({span(self._start, self._last, POSTS, 'both')},"
                f'{span(self._start, self._last, column, "both")},"{key}")'
            )
            rows[level] = (self._figure(label, Formula(text, value), "zero"), value)
            self.figures.put(f"by_{level}", rows[level][0], FIRST, value)
        address = self.figures.cells["by_office"][0]
        row = self._figure(
            tr("Posts if the office is rounded", lang), Formula(f"={address}", by_office), "zero"
        )
        rows["office"] = (row, by_office)
        label = tr(
            "POSTS NEEDED under the policy (rounded for {level})", lang, level=say(LEVELS, self.level, lang)
        )
        if self.level in rows:
            source_row, needed = rows[self.level]
            cell: Formula | int = Formula(f"={at(source_row, FIRST)}", needed)
            status = ""
        else:
            needed = self.area_posts if self.area_posts is not None else by_office
            cell, status = needed, tr("figure: rounded over the area", lang)
            if self.area_posts is None:
                cell = Formula(f"={at(row, FIRST)}", needed)
                status = tr("office alone", lang)
        row = self._figure(label, cell, "zero", status, "total")
        self.figures.put("needed", row, FIRST, needed)
        if facts.people is not None:
            have = self._figure(tr("Existing people", lang), facts.people, "zero:input")
            self.figures.put("people", have, FIRST, facts.people)
            ratio = facts.people / needed if needed else ""
            text = f'=IF({at(row, FIRST)}=0,"",{at(have, FIRST)}/{at(row, FIRST)})'
            line = self._figure(tr("WISN ratio = existing / needed", lang), Formula(text, ratio), "dec2")
            self.figures.put("wisn", line, FIRST, ratio)
            text = f"={at(have, FIRST)}-{at(row, FIRST)}"
            self._figure(
                tr("Difference = existing − needed", lang), Formula(text, facts.people - needed), "change"
            )
        self._quota(row, needed)
        if self.plan is not None:
            self._planned(self.plan)

    def _quota(self, needed_row: int, needed: int) -> None:
        lang, facts = self.lang, self.facts
        if not facts.quota:
            said = tr("not assigned yet", lang) if facts.unassigned else tr("no quota in the data", lang)
            self._figure(tr("Quota assigned", lang), None, "text", said)
            return
        first = -1
        for status, posts in facts.quota.items():
            said = say(CEILING_STATUS, status, lang)
            row = self._figure(tr("Quota assigned", lang), posts, "zero:input", said)
            first = row if first < 0 else first
        if facts.assigned is None:
            return
        if len(facts.quota) == 1:
            quota = at(first, FIRST)
        else:
            row = self._figure(tr("Quota that counts under the model", lang), facts.assigned, "zero:input")
            quota, first = at(row, FIRST), row
        self.figures.put("quota", first, FIRST, facts.assigned)
        label = tr("Difference = needed − quota", lang)
        row = self._figure(
            label, Formula(f"={at(needed_row, FIRST)}-{quota}", needed - facts.assigned), "change"
        )
        self.figures.put("over_quota", row, FIRST, needed - facts.assigned)

    def _planned(self, plan: Plan) -> None:
        lang = self.lang
        status = say(STATUS, plan.status, lang)
        for own in plan.rows:
            said = say(STATUS, own.status, lang) if own.status else status
            label = tr("Plan of the run: {pool}", lang, pool=pool_short(own.pool or "shared", lang))
            self._figure(label, own.posts, "zero", said)
        bound = tr("proven bound {bound}", lang, bound=plan.bound) if plan.bound is not None else ""
        said = "; ".join(part for part in (status, bound) if part)
        row = self._figure(
            tr("Plan of the run: posts of the office", lang), plan.posts, "zero", said, "total"
        )
        self.figures.put("plan", row, FIRST, plan.posts)

    def _figure(
        self, label: str, value: Formula | float | int | None, look: str, said: str = "", role: str = "cell"
    ) -> int:
        self._serial += 1
        return self.page.write(
            [
                (CODE, str(self._serial), "code"),
                (TEXT, label, "text"),
                (FIRST, value, look),
                (FIRST + 1, said or None, "free:cell"),
            ],
            role,
        )
