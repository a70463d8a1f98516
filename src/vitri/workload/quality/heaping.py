"""Sign 2: round figures. Volumes and unit times that end in 0 or 5 more often than counting would give.

Counted work ends in any digit; estimated work ends in round ones. Quantities that follow the calendar (12,
52, 250 ...) are left out, and a figure that several offices share for one task is counted once. Rounding is
common and honest, and in synthetic registers it tells nothing about inflation: these questions are about how
work is counted, and never come first.
"""

from __future__ import annotations

import numpy as np

from vitri.i18n import N_
from vitri.workload.arrays import Bools, Ints, group_rows
from vitri.workload.quality.lines import Figures
from vitri.workload.quality.question import SHOWN, Question, some
from vitri.workload.quality.statistics import binomial_tail, hypergeometric_tail, strength_of

#: Below `ASK_FIRST`: honest offices round estimates too.
CAP = 35
_FEWEST = 12
_SMALL = 21


def round_level(quantity_dec2: Ints) -> tuple[Bools, Bools]:
    """Return which quantities are large enough to have a digit preference, and which of them are round.

    Round means a multiple of 5 (up to 99), of 10 (up to 499), of 50 (up to 1999), of 100 above: chances of
    1/5, 1/10, 1/50 and 1/100 for counted work; all are tested against the largest that applies, see `CHANCE`.
    """
    whole = quantity_dec2 % 100 == 0
    quantity = quantity_dec2 // 100
    usable = whole & (quantity >= _SMALL)
    step = np.select([quantity < 100, quantity < 500, quantity < 2_000], [5, 10, 50], default=100)
    return usable, usable & (quantity % step == 0)


#: The chance that a counted quantity is round; the largest of the four, so that the test is on the safe side.
CHANCE = 0.2


def heaped_volumes(figures: Figures) -> list[Question]:
    """Ask about round quantities: in the whole register, and of offices that round more than the others."""
    usable, is_round = round_level(figures.quantity_dec2)
    rows = np.flatnonzero(usable & ~figures.rhythmic)
    if len(rows) < _FEWEST:
        return []
    _, first = group_rows([figures.task[rows], figures.quantity_dec2[rows]])
    once = rows[first]
    hits, count = int(is_round[once].sum()), len(once)
    questions: list[Question] = []
    p = binomial_tail(hits, count, CHANCE)
    if count >= _FEWEST and p < SHOWN:
        questions.append(
            Question(
                kind="heaped_volumes",
                text=N_(
                    "{hits} of {count} different volumes are round figures. Were they counted or estimated?"
                    " Innocent reasons: plans are set in round figures, or no records are kept."
                ),
                seen=N_("{share} % round"),
                usual=N_("20 % at most for counted work"),
                strength=min(CAP, strength_of(p)),
                minutes=int(figures.minutes[rows[is_round[rows]]].sum()) // 10,
                fields={"hits": hits, "count": count, "share": 100 * hits // count},
                lines=some(once[is_round[once]]),
            )
        )
    return questions + _offices(figures, rows, is_round)


def _offices(figures: Figures, rows: Ints, is_round: Bools) -> list[Question]:
    """Compare each office's round volumes with those of all offices together (Fisher's exact test)."""
    _, first = group_rows([figures.office[rows], figures.task[rows], figures.quantity_dec2[rows]])
    rows = rows[first]
    # A figure that other offices have too for the task was handed down, and says nothing about one office.
    same, _ = group_rows([figures.task[rows], figures.quantity_dec2[rows]])
    rows = rows[np.bincount(same)[same] == 1] if len(rows) else rows
    if not len(rows):
        return []
    office, hit = figures.office[rows], is_round[rows]
    counts = np.bincount(office)
    rounds = np.bincount(office, weights=hit).astype(np.int64)
    asked = np.flatnonzero(counts >= _FEWEST)
    questions = []
    for number in asked.tolist():
        if counts[number] == len(rows):
            continue
        p = len(asked) * hypergeometric_tail(
            int(rounds[number]), int(counts[number]), int(rounds.sum()), len(rows)
        )
        if p >= SHOWN:
            continue
        mine = rows[(office == number) & hit]
        others = len(rows) - int(counts[number])
        questions.append(
            Question(
                kind="heaped_volumes",
                text=N_(
                    "{hits} of {count} volumes are round figures, among the other offices {share} %. How were"
                    " the volumes counted here? An innocent reason: this office keeps no records and gave"
                    " estimates in good faith."
                ),
                seen=N_("{hits} of {count} round"),
                usual=N_("{share} % round elsewhere"),
                strength=min(CAP, strength_of(p)),
                minutes=int(figures.minutes[mine].sum()) // 10,
                fields={
                    "hits": int(rounds[number]),
                    "count": int(counts[number]),
                    "share": 100 * int(rounds.sum() - rounds[number]) // others,
                },
                office=number,
                lines=some(mine),
            )
        )
    return questions


def heaped_times(figures: Figures) -> list[Question]:
    """Ask about unit times that offices gave themselves, if rounder than the catalogue's own norms.

    Round means whole hours. What the catalogue's norms do themselves is the measure: without at least twelve
    of them there is none, and nothing is asked.
    """
    own = np.flatnonzero(figures.own_norm & (figures.unit > 0))
    given = np.flatnonzero(~figures.own_norm & (figures.unit > 0) & (figures.item >= 0))
    if not len(own) or not len(given):
        return []
    own = own[group_rows([figures.task[own], np.rint(figures.unit[own] * 100).astype(np.int64)])[1]]
    given = given[group_rows([figures.task[given]])[1]]
    if len(own) < _FEWEST or len(given) < _FEWEST:
        return []
    hit = np.rint(figures.unit[own] * 100).astype(np.int64) % 6_000 == 0
    usual = int((np.rint(figures.unit[given] * 100).astype(np.int64) % 6_000 == 0).sum())
    # Fisher's test of both groups together: the catalogue is a sample too.
    hits = int(hit.sum())
    p = hypergeometric_tail(hits, len(own), hits + usual, len(own) + len(given))
    if p >= SHOWN:
        return []
    return [
        Question(
            kind="heaped_times",
            text=N_(
                "{hits} of {count} unit times that offices gave themselves are whole hours, of the"
                " catalogue's norms {share} %. Was the time measured or estimated? An innocent reason: long"
                " work is usually planned in hours."
            ),
            seen=N_("{hits} of {count} whole hours"),
            usual=N_("{share} % in the catalogue"),
            strength=min(CAP, strength_of(p)),
            minutes=int(figures.minutes[own[hit]].sum()) // 10,
            fields={"hits": hits, "count": len(own), "share": 100 * usual // len(given)},
            lines=some(own[hit]),
        )
    ]
