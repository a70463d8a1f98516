"""`write_derivation`: from a scenario to the workbook whose formulas an appraisal board can follow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from vitri.data.instance import Instance
from vitri.errors import Finding, UsageError
from vitri.i18n import N_, Lang, tr
from vitri.policy import PlanningModel
from vitri.policy.parse import nearest
from vitri.policy.worktime import time_fund
from vitri.report.derivation import contents, norms
from vitri.report.derivation.facts import facts_of, plan_of
from vitri.report.derivation.formulas import Rounding, at, cutoff_of
from vitri.report.derivation.fund import write_fund
from vitri.report.derivation.lines import LineWriter
from vitri.report.derivation.page import FIRST, NUMBER, TEXT, Look, Page, decimals
from vitri.report.derivation.posts import Figures, PostWriter
from vitri.report.derivation.sums import SumWriter
from vitri.report.sheet import Sheet
from vitri.report.source import Source
from vitri.report.styles import FONT, SIZE, Styles
from vitri.workload.derivation import Derivation, OfficeWork

_LONGEST_NAME = 31


def write_derivation(
    instance: Instance,
    model: PlanningModel,
    path: str | os.PathLike[str],
    lang: Lang = "vi",
    offices: Sequence[str] | None = None,
    run: Any = None,
) -> Path:
    """Write the derivation of every office's posts as a workbook of live formulas, and return its path.

    Parameters
    ----------
    instance
        A checked scenario.
    model
        The planning model in force, its policy included.
    path
        The file to write; written under another name first, so that a failure leaves no half file.
    lang
        Language of titles and remarks: ``vi`` or ``en``. Names come from the data.
    offices
        Codes of the offices wanted; None wants all. The norms of a sheet serve the offices that are there.
    run
        A run of the same scenario (`vitri.plan.result.Result`): its posts stand beside the need, as figures.

    Raises
    ------
    UsageError
        For a code that is no office, with the nearest one.
    DataError
        Where the workload cannot be computed.
    OSError
        If the file cannot be written.
    """
    import xlsxwriter

    wanted = _wanted(instance, offices)
    derivation = Derivation(instance, model, time_fund(instance, model))
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    options = {"default_format_properties": {"font_name": FONT, "font_size": SIZE}, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(draft), options) as workbook:
            _Writer(workbook, derivation, lang, wanted, run).write()
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return target


def _wanted(instance: Instance, offices: Sequence[str] | None) -> list[str]:
    """Return the offices to write, sorted; refuse what is no office."""
    known = sorted(str(code) for code in instance.tables["offices"]["code"].dropna())
    if offices is None:
        return known
    wrong = [code for code in offices if code not in known]
    if wrong:
        raise UsageError(_unknown(code, known) for code in wrong)
    return sorted(set(offices))


def _unknown(code: str, known: list[str]) -> Finding:
    near = nearest(code, known)
    return Finding(
        code="unknown_code",
        table="offices",
        column="code",
        value=code,
        allowed=N_("a code of the table of offices"),
        message=N_('There is no office "{name}". Did you mean "{nearest}"?')
        if near
        else N_('There is no office "{name}".'),
        advice=N_("Write the code of an office of this scenario."),
        fields={"name": code, "nearest": near},
    )


def sheet_names(offices: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """Return office → sheet name: at most 31 characters, each name once whatever its case."""
    used = {name.lower() for name in taken} | {"history"}
    names: dict[str, str] = {}
    for office in offices:
        name, number = office[:_LONGEST_NAME], 1
        while name.lower() in used:
            number += 1
            name = f"{office[: _LONGEST_NAME - 4]}~{number}"
        used.add(name.lower())
        names[office] = name
    return names


class _Writer:
    """Writes one workbook."""

    def __init__(
        self, workbook: Any, derivation: Derivation, lang: Lang, offices: list[str], run: Any
    ) -> None:
        self.workbook, self.derivation, self.lang, self.run = workbook, derivation, lang, run
        instance, model = derivation.instance, derivation.model
        result = SimpleNamespace(
            info={}, tables={"time_fund": derivation.fund, "workload": derivation.work.cells}
        )
        self.source = Source(result, lang, None, model, instance)
        self.styles = Styles(workbook)
        self.look = Look(workbook, self.styles)
        self.look.base = f'"{tr("cumulative; before the period:", lang)} "0'
        self.works = {office: derivation.office(office) for office in offices}
        titles = [
            tr(name, lang) for name in (contents.CONTENTS, contents.GUIDE, norms.NAME, contents.RULE_SHEET)
        ]
        self.titles = titles
        self.names = sheet_names(offices, titles)
        rounding = model.rounding
        cutoff = cutoff_of(rounding.cutoff) if rounding.rule == "cutoff" else ()
        self.rules = contents.RuleSheet(titles[3], len(cutoff))
        self.rounding = Rounding(rounding.rule, cutoff, self.rules.table)
        self.level = rounding.level
        lines = (line for work in self.works.values() for line in work.lines)
        self.norms = norms.Norms(titles[2], lines, instance)
        self.facts = facts_of(instance, model)
        self.plans = plan_of(run) if run is not None else {}

    @property
    def model_line(self) -> str:
        """The planning model and the policy, in a line."""
        model, info = self.derivation.model, self.derivation.instance.info
        title = model.title(self.lang) if hasattr(model, "title") else model.name
        policy = model.policy or info.policy
        parts = [tr("Planning model: {name}", self.lang, name=f"{title} ({model.name})")]
        parts.append(
            tr("workload policy: {name}", self.lang, name=policy or tr("the model's own", self.lang))
        )
        return "; ".join(parts)

    def write(self) -> None:
        """Write every sheet."""
        self.workbook.set_properties(
            {
                "title": self.source.title,
                "subject": tr("Derivation of the need for posts", self.lang),
                "author": "vitri",
                "comments": tr("Simulated data", self.lang) if self.source.synthetic else "",
                "created": _fixed_date(),
            }
        )
        first = self._sheet(self.titles[0], contents.WIDTHS)
        guide = self._sheet(self.titles[1], contents.GUIDE_WIDTHS)
        contents.write_guide(guide, self.look, self.source)
        figures = {office: self._office(office, work) for office, work in self.works.items()}
        contents.write_contents(first, self.look, self.source, figures, self.model_line)
        sheet = self._sheet(self.titles[2], norms.WIDTHS)
        complexity = bool(self.derivation.model.workload.complexity_in_minutes)
        self.norms.write(self.look, self.source, sheet, complexity)
        sheet = self._sheet(self.titles[3], contents.RULE_WIDTHS)
        self.rules.write(sheet, self.look, self.source, self.rounding, self.level)

    def _sheet(self, name: str, widths: Sequence[float]) -> Sheet:
        return Sheet(self.workbook, self.styles, self.source, name, widths, landscape=True)

    def _office(self, office: str, work: OfficeWork) -> Figures:
        """Write the sheet of one office."""
        months = self.derivation.months
        page = Page(self.workbook, self.look, self.source, self.names[office], len(months))
        page.sheet.title(tr("Derivation of posts: {office}", self.lang, office=self.source.office(office)))
        page.sheet.row -= 1
        page.note(self.model_line)
        coefficient = self._coefficient(page, office)
        model = self.derivation.model
        fund = write_fund(page, self.derivation, office)
        writer = LineWriter(page, self.source, model, fund, self.norms, work, coefficient, months)
        lines = writer.write()
        sums = SumWriter(page, self.source, self.derivation, work, fund, lines).write()
        posts = PostWriter(
            page,
            self.source,
            self.rounding,
            self.level,
            fund,
            sums,
            self.facts[office],
            self.plans.get(office),
            self._area_posts(office),
        )
        figures = posts.write()
        page.finish()
        return figures

    def _coefficient(self, page: Page, office: str) -> str:
        """Write the coefficient of the office, which all its lines use; return its address."""
        offices = self.derivation.instance.filled("offices")
        value = int(offices.loc[offices["code"] == office, "coefficient"].iloc[0])
        sheet, row = page.sheet, page.row
        sheet.write(row, TEXT, tr("Coefficient of the office", self.lang), self.look("text"))
        sheet.write(row, FIRST, value / 1000, self.look(f"{decimals(value, 1000)}:input"))
        sheet.write(row, NUMBER, None, self.look("text"))
        sheet.write(row, NUMBER + 1, office, self.look("code"))
        sheet.set_height(row, 16)
        sheet.row += 1
        return at(row, FIRST, "both")

    def _area_posts(self, office: str) -> int | None:
        """Return the posts of a rounding by area, where the table of needs tells them."""
        needs = self.derivation.work.needs
        if "posts" not in needs.columns:
            return None
        rows = needs[(needs["office"] == office) & needs["pool"].isna() & needs["task_group"].isna()]
        return int(rows["posts"].iloc[0]) if len(rows) and rows["posts"].notna().all() else None


def _fixed_date() -> Any:
    """Return a fixed time of creation, so that the same scenario gives the same bytes."""
    import datetime as dt

    return dt.datetime(2000, 1, 1)
