"""The sheets around the offices: their totals, linked; how to read; the rules and where they come from."""

from __future__ import annotations

from typing import Any

from vitri.i18n import N_, Lang, tr
from vitri.report.derivation.formulas import Formula, Rounding, at
from vitri.report.derivation.page import Look
from vitri.report.derivation.posts import Figures
from vitri.report.derivation.words import LEVELS, RULES
from vitri.report.measure import column_pixels, lines_needed, row_height
from vitri.report.provenance import provisions
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.table import SERIAL, Column, Table
from vitri.report.words import SOURCES, say

CONTENTS, GUIDE, RULE_SHEET = N_("Contents"), N_("How to read"), N_("Rules and sources")
#: Column: figure's name, title, width, look, whether it is added up.
COLUMNS: tuple[tuple[str, str, float, str, bool], ...] = (
    ("minutes", N_("Minutes"), 13, "int", True),
    ("fte", N_("FTE"), 10.5, "fte", True),
    ("peak", N_("Peak month"), 10, "code", False),
    ("peak_fte", N_("FTE at the peak"), 10.5, "fte", False),
    ("by_position", N_("Posts by task group"), 9.5, "zero", True),
    ("by_pool", N_("Posts by pool"), 9.5, "zero", True),
    ("by_office", N_("Posts by office"), 9.5, "zero", True),
    ("needed", N_("Posts needed"), 9.5, "zero:sum", True),
    ("people", N_("Existing"), 9, "zero", True),
    ("wisn", N_("WISN ratio"), 8.5, "dec2", False),
    ("quota", N_("Quota assigned"), 9.5, "zero", True),
    ("over_quota", N_("Needed − quota"), 9.5, "change", True),
    ("plan", N_("Plan of the run"), 9.5, "zero", True),
)
WIDTHS = (5, 12, 36, *(column[2] for column in COLUMNS))
GUIDE_WIDTHS = (4, 120)
RULE_WIDTHS = (5, 16, 34, 56, 42)
#: The tables of a planning model that this computation reads.
TABLES = ("time_fund", "allowance", "rounding", "spread", "profile", "workload", "quota", "conversion")

GUIDE_SENTENCES: tuple[str, ...] = (
    N_(
        "Each office has one sheet. It leads from the registered work to the number of posts in four "
        "blocks, and every figure on the way is a formula that can be followed with a pocket calculator."
    ),
    N_(
        "Block 1, time fund: the minutes that one post has for product work in each month. Block 1b: "
        "allowances, if the policy has any. Block 1c: the weights by which a line's minutes fall into "
        "months."
    ),
    N_(
        "Block 2: minutes of a line = quantity approved × norm × coefficients, rounded once, halves up, to "
        "a whole minute. Block 2b: a month gets the line's minutes × weight up to its end / whole weight, "
        "rounded, less what the earlier months got; so the months always add up to the line."
    ),
    N_(
        "Work that several pools of staff share is divided in the same way; rows that begin with an arrow "
        "show the part of each pool. Work repeated in every pool stands in each of them in full."
    ),
    N_(
        "Block 3 adds up the lines by pool and task group (SUMIFS over block 2b) and adds the allowance of "
        "each month. FTE = minutes / time fund."
    ),
    N_(
        "Block 4 rounds to whole posts by the rule of the policy and lays existing people, the quota "
        "assigned with its status and, if there is one, the plan of a run beside the need. The plan's posts"
        " are figures of the optimiser, not formulas."
    ),
    N_(
        "Yellow cells are input and may be changed. A norm (one cell for each work item on the sheet of "
        "norms) moves every office; quantities, coefficients, days, existing people and quotas move their "
        "own office. Days move the time fund, not the weights of block 1c."
    ),
    N_(
        "Orange cells are estimates. Estimates by comparison with other offices are figures: they do not "
        "move when a norm is changed here; run vitri again for that."
    ),
    N_(
        "ROUND(ROUND(x,6),0) rounds x to a whole number; the inner rounding only takes away the error of "
        "binary arithmetic, so that an exact half goes up, as it does on paper."
    ),
    N_(
        "A line with a figure instead of a formula says why in its remark: work counted by a queueing or "
        "presence rule, or a figure that a spreadsheet would round differently."
    ),
    N_(
        "One-off work is listed and added up separately; it is no basis for quota unless the planning model"
        " says so. Lines that do not count are listed with the reason."
    ),
)


def write_contents(
    sheet: Sheet, look: Look, source: Source, figures: dict[str, Figures], model_line: str
) -> None:
    """Write the totals of every office, each linked to the office's sheet."""
    lang = source.lang
    sheet.title(tr("Derivation of the need for posts", lang))
    sheet.note(model_line)
    sheet.row += 1
    header = sheet.row
    titles = [tr("No.", lang), tr("Code", lang), tr("Office", lang), *(tr(c[1], lang) for c in COLUMNS)]
    lines = 1
    for column, title in enumerate(titles):
        sheet.write(header, column, title, look("header"))
        lines = max(lines, lines_needed(title, column_pixels(WIDTHS[column]), 11, True))
    sheet.set_height(header, row_height(lines, 11) + 3)
    sheet.repeat(header, header)
    first = header + 1
    for serial, (office, own) in enumerate(figures.items(), 1):
        row = header + serial
        sheet.write(row, 0, str(serial), look("code"))
        sheet.page.write_url(row, 1, f"internal:'{own.sheet}'!A1", look.styles.fixed("link"), office)
        name = source.office(office)
        sheet.write(row, 2, name, look("text"))
        sheet.set_height(row, row_height(lines_needed(name, column_pixels(WIDTHS[2]), 11), 11))
        for column, (key, _, _, kind, _) in enumerate(COLUMNS, 3):
            _cell(sheet, row, column, own.formula(key), look(kind))
    last = header + len(figures)
    row = last + 1
    sheet.write(row, 0, None, look("text:total"))
    sheet.write(row, 1, None, look("text:total"))
    sheet.write(row, 2, tr("Total", lang), look("text:total"))
    for column, (key, _, _, kind, added) in enumerate(COLUMNS, 3):
        style = look(kind.partition(":")[0] + ":total")
        known = [own.cells[key][1] for own in figures.values() if key in own.cells]
        if added and known:
            run = f"{at(first, column)}:{at(last, column)}"
            _cell(sheet, row, column, Formula(f"=SUM({run})", round(sum(known), 4)), style)
        else:
            sheet.write(row, column, None, style)
    sheet.row = row + 2
    sheet.note(tr("A click on a code opens the office's sheet. Blank: the data does not say.", lang))


def _cell(sheet: Sheet, row: int, column: int, value: Formula | None, style: Any) -> None:
    if value is None:
        sheet.write(row, column, None, style)
    else:
        sheet.formula(row, column, value.text, value.value, style)


def write_guide(sheet: Sheet, look: Look, source: Source) -> None:
    """Write how to read the workbook."""
    lang = source.lang
    sheet.page.fit_to_pages(1, 1)
    sheet.title(tr("How to read this workbook", lang))
    for serial, sentence in enumerate(GUIDE_SENTENCES, 1):
        text = tr(sentence, lang)
        sheet.write(sheet.row, 0, f"{serial}.", look.styles.fixed("sentence"))
        sheet.write(sheet.row, 1, text, look.styles.fixed("sentence"))
        lines = lines_needed(text, column_pixels(GUIDE_WIDTHS[1]), 11)
        sheet.set_height(sheet.row, row_height(lines, 11) + 5)
        sheet.row += 1
    for kind, said in (
        ("dec2:input", N_("input, may be changed")),
        ("text:estimated", N_("estimate")),
        ("text:cell", N_("formula")),
    ):
        sheet.write(sheet.row, 0, "", look(kind))
        sheet.page.write_blank(sheet.row, 0, None, look(kind))
        sheet.write(sheet.row, 1, tr(said, lang), look.styles.fixed("sentence"))
        sheet.row += 1


class RuleSheet:
    """The sheet of rules: the rounding rule with its cut-off table, then the sources of every figure."""

    FIRST_ROW = 9

    def __init__(self, name: str, rows: int) -> None:
        self.name, self.rows = name, rows

    @property
    def table(self) -> tuple[str, str]:
        """The ranges of the cut-off table: limits and posts."""
        if not self.rows:
            return "", ""
        first, last = self.FIRST_ROW, self.FIRST_ROW + self.rows - 1
        limits, posts = (f"'{self.name}'!{at(first, c, 'both')}:{at(last, c, 'both')}" for c in (1, 2))
        return limits, posts

    def write(self, sheet: Sheet, look: Look, source: Source, rounding: Rounding, level: str) -> None:
        """Write the sheet."""
        lang: Lang = source.lang
        sheet.title(tr("Rules of the computation and their sources", lang))
        text = tr(
            "Rounding rule of the policy: {rule}; rounded for {level}.",
            lang,
            rule=say(RULES, rounding.rule, lang),
            level=say(LEVELS, level, lang),
        )
        sheet.sentence(text)
        if self.rows:
            sheet.row = self.FIRST_ROW - 1
            for column, title in ((1, tr("FTE up to", lang)), (2, tr("Posts", lang))):
                sheet.write(sheet.row, column, title, look("header"))
            for place, (limit, posts) in enumerate(rounding.cutoff):
                sheet.write(self.FIRST_ROW + place, 1, float(limit), look("dec3:input"))
                sheet.write(self.FIRST_ROW + place, 2, posts, look("zero:input"))
            sheet.row = self.FIRST_ROW + self.rows
        self._sources(sheet, source)

    def _sources(self, sheet: Sheet, source: Source) -> None:
        lang = source.lang
        sheet.heading(tr("Sources of the policy's figures", lang))
        known = provisions(source.model, lang, TABLES)
        if not known:
            sheet.sentence(tr("The planning model is not at hand; see the model named in the summary.", lang))
            return
        names = (N_("Status"), N_("Rule"), N_("Values"), N_("Source, dates, remark"))
        columns = [
            Column(f"c{place}", name, width)
            for place, (name, width) in enumerate(zip(names, RULE_WIDTHS[1:], strict=True))
        ]
        table = Table(sheet, [SERIAL, *columns])
        table.header(repeat=False)
        serial = 0
        for row in known:
            if not row.in_force:
                continue
            serial += 1
            origin = ", ".join(part for part in (row.source, row.dates, row.note) if part)
            values = (say(SOURCES, row.status, lang), row.title, row.values, origin)
            table.write({"tt": str(serial), **{f"c{place}": value for place, value in enumerate(values)}})
        table.finish()
