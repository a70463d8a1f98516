"""Sign 1: positions whose need ends just under a whole number of posts, more often than chance allows.

Only needs above one post are looked at: a position of one person that needs 0.97 of a post says nothing, as
it was planned for one person. Below whole part 1 nothing counts, from there on the evidence of a position is
1 - 2^-whole (1 → 1/2, 2 → 3/4 ...): the whole part says nothing about the fraction under the uniform law, so
the test stays exact in its size, and larger positions carry more. Positions copied from one template are not
independent: each task total shared by n positions counts 1/n, see `evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.data.findings import Both
from vitri.i18n import N_
from vitri.workload.arrays import Bools, Ints, group_rows
from vitri.workload.quality.lines import Figures, Totals
from vitri.workload.quality.question import SHOWN, Question, tenth
from vitri.workload.quality.statistics import Floats, binomial_tail, strength_of, too_high

#: "Just under" is less than a tenth of a post below the whole number.
TENTH = 10
#: A density that falls with the need puts a little more above a threshold than below it.
ABOVE_SHARE = 0.55
_SMALLEST = 3.0


@dataclass(frozen=True, eq=False)
class Needs:
    """Needs of all positions: what is missing to the next whole post, and how much evidence each is.

    `gap` is in minutes (0 = exactly whole); `whole` the posts below; `large` whether the need is above one.
    """

    gap: Ints
    whole: Ints
    large: Bools
    under: Bools
    weight: Floats


def evidence(figures: Figures, totals: Totals) -> Floats:
    """Return how far each position is an observation of its own, 0..1.

    The share of its minutes that it does not share (a task total found in n positions counts 1/n), or, if
    larger, twice the posts of task totals found nowhere else: half a post of its own moves the fraction
    anywhere.
    """
    count = len(figures.cell_minutes)
    alike, _ = group_rows([figures.cell_group[totals.cell], totals.task, totals.minutes])
    shared = np.bincount(alike)[alike] if len(alike) else alike
    minutes = totals.minutes.astype(np.float64)
    part = np.bincount(totals.cell, weights=minutes / np.maximum(shared, 1), minlength=count)
    plain = np.bincount(totals.cell, weights=minutes, minlength=count)
    alone = np.bincount(totals.cell, weights=np.where(shared == 1, minutes, 0.0), minlength=count)
    share = np.divide(part, plain, out=np.zeros(count), where=plain > 0)
    return np.maximum(share, np.minimum(1.0, 2 * alone / np.maximum(figures.cell_fund, 1)))


def needs_of(figures: Figures, totals: Totals) -> Needs:
    """Return the needs of positions with the evidence that each carries."""
    minutes, fund = figures.cell_minutes, np.maximum(figures.cell_fund, 1)
    gap = -minutes % fund
    whole = (minutes + gap) // fund - 1
    large = minutes > fund
    weight = np.where(large, evidence(figures, totals) * (1 - 0.5 ** np.minimum(whole, 60)), 0.0)
    return Needs(gap, whole, large, large & (TENTH * gap < fund), weight)


def chance_of(hits: float, count: float, chance: float = 0.1) -> float:
    """Return the binomial tail for weighted counts, rounded to the safe side."""
    return binomial_tail(int(hits + 1e-9), int(np.ceil(count - 1e-9)), chance)


def just_under(figures: Figures, needs: Needs) -> list[Question]:
    """Ask about an excess of needs just under a whole post: in the whole register, and office by office."""
    rows = np.flatnonzero(needs.weight > 0)
    if not len(rows):
        return []
    weight, under = needs.weight[rows], needs.under[rows]
    fund = figures.cell_fund[rows]
    fraction = 1 - needs.gap[rows] / fund
    started = figures.cell_minutes[rows] - needs.whole[rows] * fund
    questions: list[Question] = []
    hits, count = float(weight[under].sum()), float(weight.sum())
    _, by_shape = too_high(fraction, weight)
    p = min(1.0, 2 * min(chance_of(hits, count), by_shape))
    if count >= _SMALLEST and p < SHOWN and under.any():
        questions.append(
            _question("just_under_whole", figures, rows, under, started, strength_of(p), -1, weight)
        )
    office = figures.cell_office[rows]
    by_office = np.bincount(office, weights=weight)
    hit_office = np.bincount(office, weights=weight * under)
    asked = np.flatnonzero((by_office >= _SMALLEST) & (hit_office > 0))
    for number in asked.tolist():
        p = min(1.0, len(asked) * chance_of(float(hit_office[number]), float(by_office[number])))
        if p < SHOWN:
            here = office == number
            questions.append(
                _question(
                    "just_under_whole", figures, rows[here], under[here], started[here], strength_of(p),
                    number, weight[here],
                )
            )  # fmt: skip
    return questions


def just_past(figures: Figures, needs: Needs) -> list[Question]:
    """Ask when more needs lie just past the point where one more post is given than just before it.

    The density of needs is taken to run on smoothly through that point (McCrary 2008, J. Econometrics 142).
    """
    if figures.past_dec4 < 0:
        return []
    fund = np.maximum(figures.cell_fund, 1)
    minutes = figures.cell_minutes
    # Minutes past the threshold of the post before; a need exactly on the point of `up` gets no further one.
    turn = fund * figures.past_dec4 // 10_000
    past = (minutes - turn - (figures.past_dec4 == 0)) % fund
    near_past, near_before = TENTH * past < fund, TENTH * (fund - past) <= fund
    rows = np.flatnonzero((needs.weight > 0) & (near_past | near_before))
    weight, hit = needs.weight[rows], near_past[rows]
    hits, count = float(weight[hit].sum()), float(weight.sum())
    p = chance_of(hits, count, ABOVE_SHARE)
    if count < 2 * _SMALLEST or p >= SHOWN:
        return []
    return [_question("just_past_threshold", figures, rows, hit, past[rows], strength_of(p), -1, weight)]


def _question(
    kind: str, figures: Figures, cells: Ints, hit: Bools, minutes: Ints, strength: int, office: int,
    weight: Floats,
) -> Question:  # fmt: skip
    """Word a question about positions `cells`, of which those that `hit` are meant."""
    meant = cells[hit]
    names = figures.names
    if office >= 0:
        where: object = ", ".join(names.groups[g] for g in dict.fromkeys(figures.cell_group[meant].tolist()))
    else:
        offices = len(set(figures.cell_office[meant].tolist()))
        where = Both(f"{offices} văn phòng", f"{offices} offices")
    past = kind == "just_past_threshold"
    text = N_(
        "{hits} of {count} positions that need more than one post ({where}) end less than a tenth of a post"
        " below a whole number; with copies and small positions counted for less, {worth_hits} of {worth}."
        " How were their volumes arrived at? Innocent reasons: one form filled in for all, or work that was"
        " divided so as to fill whole posts."
    )
    if past:
        text = N_(
            "{hits} positions ({where}) need just enough for one more post and only {fewer} just too little."
            " Which volumes were settled last, and on what ground? Innocent reasons: a minimum service, or"
            " volumes that were rounded up out of caution."
        )
    return Question(
        kind=kind,
        text=text,
        seen=N_("{hits} of {count}"),
        usual=N_("about half") if past else N_("one in ten"),
        strength=strength,
        minutes=int(minutes[hit].sum()),
        fields={
            "hits": len(meant), "count": len(cells), "where": where, "fewer": len(cells) - len(meant),
            "worth_hits": tenth(float(weight[hit].sum())), "worth": tenth(float(weight.sum())),
        },
        office=office,
        group=int(figures.cell_group[meant[0]]) if office >= 0 and len(meant) == 1 else -1,
    )  # fmt: skip
