"""`questions`: every sign run on a register, as one table ranked by weight."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vitri.data.findings import shown
from vitri.data.instance import Instance
from vitri.i18n import N_, Lang, tr
from vitri.policy import PlanningModel
from vitri.workload.assemble import Workload
from vitri.workload.quality.backsolved import closes_exactly, closing_lines, round_shares
from vitri.workload.quality.comparisons import compared, norm_differs, volume_outliers
from vitri.workload.quality.duplicates import repeated_lines, two_bases
from vitri.workload.quality.fractions import just_past, just_under, needs_of
from vitri.workload.quality.gaps import missing_months
from vitri.workload.quality.heaping import heaped_times, heaped_volumes
from vitri.workload.quality.lines import Figures, figures_of, totals_of
from vitri.workload.quality.question import Question

KINDS: dict[str, str] = {
    "just_under_whole": N_("needs just under whole posts"),
    "just_past_threshold": N_("needs just past the next post"),
    "heaped_volumes": N_("round volumes"),
    "heaped_times": N_("round unit times"),
    "norm_differs": N_("unit times that differ"),
    "closes_exactly": N_("total exactly whole"),
    "closing_line": N_("one line that fills a post"),
    "round_share": N_("round shares of a post"),
    "missing_months": N_("months missing"),
    "duplicate": N_("lines alike"),
    "near_duplicate": N_("lines nearly alike"),
    "annual_and_monthly": N_("yearly and monthly"),
    "volume_high": N_("large volume"),
    "volume_low": N_("small volume"),
}
"""Kind of question → its name, as an English message id."""

PADDING = ("just_under_whole", "just_past_threshold", "closes_exactly", "closing_line", "round_share")
"""Kinds that look at the register as a whole; each is one test, corrected for what it compares."""

REMARK = N_("These are questions to ask, not findings of fault: each of them has innocent answers.")

COLUMNS = ("rank", "kind", "office", "organisation", "task_group", "work_item", "registrations", "seen",
           "usual", "strength", "minutes", "weight", "question")  # fmt: skip


def signs(figures: Figures) -> list[Question]:
    """Run every sign; the questions come in the order of weight, heaviest first."""
    totals = totals_of(figures)
    needs = needs_of(figures, totals)
    seen = compared(figures, totals)
    found = [
        *just_under(figures, needs),
        *just_past(figures, needs),
        *heaped_volumes(figures),
        *heaped_times(figures),
        *norm_differs(figures),
        *closes_exactly(figures, totals, needs),
        *round_shares(figures, totals),
        *closing_lines(figures, totals, needs, seen),
        *missing_months(figures),
        *repeated_lines(figures),
        *two_bases(figures),
        *volume_outliers(figures, totals, seen),
    ]
    kinds = list(KINDS)
    return sorted(
        found,
        key=lambda one: (
            -one.weight, -one.strength, kinds.index(one.kind), one.office, one.organisation, one.group,
            one.task, one.lines,
        ),
    )  # fmt: skip


def questions(
    instance: Instance,
    model: PlanningModel,
    workload: Workload,
    time_fund: pd.DataFrame,
    lang: Lang = "vi",
) -> pd.DataFrame:
    """Return what is worth asking about a register, heaviest first; none of it is a finding of fault.

    Parameters
    ----------
    instance, model, workload, time_fund
        A checked scenario, its planning model in force, and what `compute` and `time_fund` made of them.
    lang
        The language of the texts.

    Returns
    -------
    DataFrame
        rank (1, 2 ...), kind (see `KINDS`), office ("; " between offices with the very same figure),
        organisation, task_group, work_item (codes, or the task's name without a catalogue; blank = all),
        registrations (codes, "; " between, the first twelve), seen and usual (the figure and what would be
        usual, as text), strength (0..100), minutes (work that the answer may change), weight = strength ×
        minutes / 100 (the order), question.

        Strength is 20 × -log10(p) for tests with a p-value, corrected for the number of comparisons (26 = 1
        in 20, 40 = 1 in 100, 100 = 1 in 100,000); 25 for each doubling of the distance for figures compared
        with other offices'; fixed for repeated lines (70 alike, 60 two bases, 45 nearly alike).
    """
    figures = figures_of(instance, model, workload, time_fund)
    return frame_of(figures, signs(figures), lang)


def frame_of(figures: Figures, found: Sequence[Question], lang: Lang) -> pd.DataFrame:
    """Write questions as a table in one language."""
    names = figures.names
    rows = []
    for rank, one in enumerate(found, start=1):
        fields = {name: shown(value, lang) for name, value in one.fields.items()}
        rows.append(
            {
                "rank": rank,
                "kind": one.kind,
                "office": "; ".join(_code(names.offices, office) for office in (one.office, *one.alike)),
                "organisation": _code(names.organisations, one.organisation),
                "task_group": _code(names.groups, one.group),
                "work_item": _code(names.tasks, one.task),
                "registrations": "; ".join(str(figures.code[line]) for line in one.lines),
                "seen": tr(one.seen, lang, **fields),
                "usual": tr(one.usual, lang, **fields),
                "strength": one.strength,
                "minutes": one.minutes,
                "weight": one.weight,
                "question": tr(one.text, lang, **fields),
            }
        )
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = dict.fromkeys(("rank", "strength", "minutes", "weight"), "int64")
    return frame.astype({name: numbers.get(name, "str") for name in COLUMNS})


def _code(codes: Sequence[str], number: int) -> str:
    """Return a code by its number; blank for none."""
    return codes[number] if number >= 0 else ""
