"""Sign 6: the same work written twice: lines alike or nearly so, yearly and monthly lines of one task."""

from __future__ import annotations

import numpy as np

from vitri.i18n import N_
from vitri.workload.arrays import Ints, group_rows
from vitri.workload.quality.lines import Figures
from vitri.workload.quality.question import Question, some, weightiest

_EXACT, _NEAR, _BASES = 70, 45, 60


def repeated_lines(figures: Figures) -> list[Question]:
    """Ask about lines of one office, organisation, task, period and quantity.

    Exact twins agree in dates, session, kind, name and norm as well; near ones do not, and are not asked
    about when the quantity is 1 (two single events of one month are two events).
    """
    rows = np.flatnonzero((figures.quantity_dec2 > 0) & (figures.period >= 0))
    if not len(rows):
        return []
    key, first = group_rows(
        [figures.office[rows], figures.organisation[rows], figures.task[rows], figures.period[rows],
         figures.quantity_dec2[rows]]
    )  # fmt: skip
    sizes = np.bincount(key)
    exact, first_exact = group_rows([key, figures.details[rows]])
    twins = np.bincount(key[first_exact], weights=np.bincount(exact) > 1) > 0
    asked = np.flatnonzero((sizes > 1) & (twins | (figures.quantity_dec2[rows[first]] > 100)))
    minutes = np.bincount(key, weights=figures.minutes[rows]) * (sizes - 1) / np.maximum(sizes, 1)
    strength = np.where(twins, _EXACT, _NEAR)
    questions = []
    for at in asked[weightiest(strength[asked], minutes[asked])].tolist():
        lines = rows[key == at]
        text = N_(
            "{count} lines give the same quantity of the same task for the same period and differ only in"
            " particulars. Are they different pieces of work? An innocent reason: several events of one kind."
        )
        if twins[at]:
            text = N_(
                "{count} lines are alike in everything. Is it the same work, written down twice? An innocent"
                " reason: equal pieces of work, listed one by one."
            )
        questions.append(
            _question(
                figures, "duplicate" if twins[at] else "near_duplicate", text, int(strength[at]),
                int(minutes[at]), lines,
            )
        )  # fmt: skip
    return questions


def two_bases(figures: Figures) -> list[Question]:
    """Ask about tasks that are in the yearly inventory and registered for months as well."""
    key, first = group_rows([figures.office, figures.organisation, figures.task])
    count = len(first)
    if not count:
        return []
    whole = figures.yearly & (figures.quantity_dec2 > 0)
    part = (figures.month >= 0) & (figures.quantity_dec2 > 0) & ~figures.inventory
    yearly = np.bincount(key, weights=whole * figures.minutes, minlength=count)
    monthly = np.bincount(key, weights=part * figures.minutes, minlength=count)
    asked = np.flatnonzero((yearly > 0) & (monthly > 0))
    stake = np.minimum(yearly, monthly)
    questions = []
    for at in asked[weightiest(np.full(len(asked), _BASES), stake[asked])].tolist():
        lines = np.flatnonzero((key == at) & (whole | part))
        text = N_(
            "The task stands in a line for the whole year and in {count} lines in all. Is the monthly work"
            " part of the yearly figure? An innocent reason: the months hold only what came on top."
        )
        questions.append(_question(figures, "annual_and_monthly", text, _BASES, int(stake[at]), lines))
    return questions


def _question(figures: Figures, kind: str, text: str, strength: int, minutes: int, lines: Ints) -> Question:
    line = int(lines[0])
    return Question(
        kind=kind,
        text=text,
        seen=N_("{count} lines"),
        usual=N_("1 line"),
        strength=strength,
        minutes=minutes,
        fields={"count": len(lines)},
        office=int(figures.office[line]),
        organisation=int(figures.organisation[line]),
        group=int(figures.group[line]),
        task=int(figures.task[line]),
        lines=some(lines),
    )
