"""Sign 5: months that lack an activity which runs in all the others."""

from __future__ import annotations

import numpy as np

from vitri.data.findings import Both
from vitri.i18n import N_, month_text
from vitri.workload.arrays import Ints, group_rows, sum_by
from vitri.workload.quality.lines import Figures
from vitri.workload.quality.question import SHOWN, Question, some, weightiest
from vitri.workload.quality.statistics import binomial_tail, strength_of

_FEWEST = 6


def missing_months(figures: Figures) -> list[Question]:
    """Ask about months without a monthly activity, where its organisation registered other work.

    An activity is monthly if it stands in at least six months and in two thirds of the months in which its
    organisation registered anything at that office; the months between its first and last and the ends are
    looked at alike. How often other offices lack a month of the same task is the measure, month by month:
    what most of them lack is a season and is not asked about.
    """
    count = len(figures.names.months)
    rows = np.flatnonzero((figures.month >= 0) & (figures.quantity_dec2 > 0))
    if not len(rows) or count < _FEWEST:
        return []
    who, first_who = group_rows([figures.office[rows], figures.organisation[rows]])
    active = np.zeros((len(first_who), count), dtype=np.bool_)
    active[who, figures.month[rows]] = True
    unit, first = group_rows([who, figures.task[rows]])
    present = np.zeros((len(first), count), dtype=np.bool_)
    present[unit, figures.month[rows]] = True
    owner, task = who[first], figures.task[rows[first]]
    lacks = active[owner] & ~present
    seen, absent = present.sum(axis=1), lacks.sum(axis=1)
    monthly = (seen >= _FEWEST) & (3 * seen >= 2 * (seen + absent))
    # Whoever does the task in a monthly way is a peer; a month that half of them lack is a season.
    of_task = task[monthly]
    tasks = len(figures.names.tasks)
    peers = np.zeros((tasks, count))
    lacking = np.zeros((tasks, count))
    np.add.at(peers, of_task, active[owner[monthly]])
    np.add.at(lacking, of_task, lacks[monthly])
    season = 2 * (lacking[task] - lacks) >= np.maximum(peers[task] - 1, 1)
    odd = lacks & ~season
    odd_count = odd.sum(axis=1)
    total = np.where(monthly[:, None], active[owner] & ~season, False).sum(axis=1)
    (task_key,), (all_odd, all_total) = sum_by([of_task], [odd_count[monthly], total[monthly]])
    sums = np.zeros((2, tasks), dtype=np.int64)
    sums[0, task_key], sums[1, task_key] = all_odd, all_total
    candidates = np.flatnonzero(monthly & (odd_count > 0))
    chances = [
        _chance(
            int(odd_count[at]), int(total[at]), int(sums[0, task[at]] - odd_count[at]),
            int(sums[1, task[at]] - total[at]),
        )
        for at in candidates.tolist()
    ]  # fmt: skip
    minutes = np.bincount(unit, weights=figures.minutes[rows]) / np.maximum(seen, 1) * odd_count
    strength = np.minimum(60, np.array([strength_of(p) for p in chances], dtype=np.int64))
    keep = np.flatnonzero(np.array(chances) < SHOWN)
    questions = []
    for place in keep[weightiest(strength[keep], minutes[candidates[keep]])].tolist():
        at = int(candidates[place])
        names = [month_text(figures.names.months[m], "vi") for m in np.flatnonzero(odd[at]).tolist()]
        line = int(rows[first[at]])
        questions.append(
            Question(
                kind="missing_months",
                text=N_(
                    "The task stands in {seen} months but not in {months}, when other work was registered."
                    " Was there none, or was it left out? Innocent reasons: a holiday, a vacancy, or work put"
                    " together with the next month's."
                ),
                seen=N_("{seen} months"),
                usual=N_("{usual} months"),
                strength=int(strength[place]),
                minutes=int(minutes[at]),
                fields={
                    "seen": int(seen[at]),
                    "usual": int(seen[at] + odd_count[at]),
                    "months": Both(", ".join(names), ", ".join(names)),
                },
                office=int(figures.office[line]),
                organisation=int(figures.organisation[line]),
                group=int(figures.group[line]),
                task=int(figures.task[line]),
                lines=some(_lines_of(rows, unit, at)),
            )
        )
    return questions


def _lines_of(rows: Ints, unit: Ints, at: int) -> Ints:
    lines: Ints = rows[unit == at]
    return lines


def _chance(odd: int, total: int, other_odd: int, other_total: int) -> float:
    """Return the chance of so many missing months, by how often others lack one (once more, for safety)."""
    usual = (other_odd + 1) / (other_total + 2)
    return binomial_tail(odd, total, usual)
