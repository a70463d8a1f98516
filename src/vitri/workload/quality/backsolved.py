"""Sign 4: figures that look worked out backwards from a wanted total.

Three traces of it: a need that is a whole number to the minute; lines that make a round share of a post; and
one far too large line in a position that, with it, ends just under a whole post.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from vitri.i18n import N_
from vitri.workload.arrays import Bools, Ints, group_rows
from vitri.workload.quality.comparisons import Compared
from vitri.workload.quality.fractions import Needs, chance_of
from vitri.workload.quality.lines import Figures, Totals
from vitri.workload.quality.question import SHOWN, Question, some, tenth, weightiest
from vitri.workload.quality.statistics import Floats, strength_of

#: A round share is a multiple of five hundredths of a post.
PARTS = 20
#: "Far too large" beside comparable offices: robust spreads, and ratio.
_FAR, _RATIO = 3.0, 1.3
_FEWEST = 6


def grain(figures: Figures, totals: Totals) -> Ints:
    """Return, for each position, the greatest common divisor of its totals' minutes (1 without any).

    Totals of a position can only be whole steps of it, so it bounds how close to a whole post chance comes.
    """
    result = np.ones(len(figures.cell_minutes), dtype=np.int64)
    if len(totals.cell):
        order = np.argsort(totals.cell, kind="stable")
        cell = totals.cell[order]
        starts = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        result[cell[starts]] = np.maximum(np.gcd.reduceat(totals.minutes[order], starts), 1)
    return result


def closes_exactly(figures: Figures, totals: Totals, needs: Needs) -> list[Question]:
    """Ask about needs above one post that end at a whole number to within minutes.

    Chance: (minutes missing + one grain) / minutes of a post, times the number of different positions.
    """
    rows = np.flatnonzero(needs.large)
    if not len(rows):
        return []
    alike, first = group_rows([figures.cell_group[rows], figures.cell_minutes[rows], figures.cell_fund[rows]])
    copies = np.bincount(alike)
    step = np.maximum(grain(figures, totals)[rows], 1)
    fund = figures.cell_fund[rows]
    chance = np.minimum(1.0, len(first) * (needs.gap[rows] + step) / np.maximum(fund, 1))
    asked = first[chance[first] < SHOWN]
    strength = np.array([strength_of(float(p)) for p in chance[asked]], dtype=np.int64)
    minutes = fund[asked]
    questions = []
    for at in weightiest(strength, minutes).tolist():
        row = int(asked[at])
        cell = int(rows[row])
        questions.append(
            Question(
                kind="closes_exactly",
                text=N_(
                    "The work adds up to {posts} posts to within {gap} minutes ({copies} positions alike)."
                    " Which line was settled last, and how? Innocent reasons: the work was divided among that"
                    " many people, or one line holds the rest of their time on purpose."
                ),
                seen=N_("{gap} minutes from {posts} posts"),
                usual=N_("anything up to {fund} minutes"),
                strength=int(strength[at]),
                minutes=int(minutes[at]),
                fields={
                    "posts": int(needs.whole[cell]) + 1,
                    "gap": int(needs.gap[cell]),
                    "copies": int(copies[alike[row]]),
                    "fund": int(fund[row]),
                },
                office=int(figures.cell_office[cell]),
                group=int(figures.cell_group[cell]),
                lines=some(_largest(figures, cell)),
            )
        )
    return questions


def _largest(figures: Figures, cell: int) -> Ints:
    """Return the lines of a position, largest first."""
    lines = np.flatnonzero(figures.cell == cell)
    order: Ints = lines[np.argsort(-figures.minutes[lines], kind="stable")]
    return order


def round_shares(figures: Figures, totals: Totals) -> list[Question]:
    """Ask when more totals are the nearest count to a round share of a post than chance explains.

    A total hits a multiple of a twentieth of a post if no other whole quantity comes nearer to it. The
    quantities one below and one above are as likely as the one that hits, so a third of these three would hit
    by chance. Only totals with units small enough for it (a tenth of a twentieth) are looked at; calendar
    rhythms and round quantities have reasons of their own, and a total that several positions share counts
    once.
    """
    if not len(totals.cell):
        return []
    fund = figures.cell_fund[totals.cell]
    unit = totals.minutes * 100.0 / totals.quantity_dec2
    share = np.maximum(fund / PARTS, 1.0)
    nearest = np.rint(totals.minutes / share)
    away = np.abs(totals.minutes - nearest * share) / np.maximum(unit, 1e-9)
    # Two quantities at the same distance are no hit: half a step is as far as can be.
    hit = away < 0.5 - 1e-9
    usable = (10 * unit <= share) & (nearest >= 1) & (away < 1.5 - 1e-9) & (totals.quantity_dec2 % 500 != 0)
    rows = np.flatnonzero(usable & ~figures.rhythmic[totals.line])
    if not len(rows):
        return []
    rows = rows[group_rows([totals.task[rows], totals.minutes[rows], fund[rows]])[1]]
    questions = []
    office = figures.cell_office[totals.cell[rows]]
    counts, met = np.bincount(office), np.bincount(office, weights=hit[rows])
    asked = np.flatnonzero((counts >= _FEWEST) & (met >= _FEWEST // 2))
    tests = [(-1, len(rows), float(hit[rows].sum()), 1)]
    tests += [
        (one, int(counts[one]), float(met[one]), int((counts >= _FEWEST).sum())) for one in asked.tolist()
    ]
    for number, count, meeting, times in tests:
        p = min(1.0, times * chance_of(meeting, float(count), 1 / 3))
        if count < _FEWEST or p >= SHOWN:
            continue
        here = rows if number < 0 else rows[office == number]
        hits = here[hit[here]]
        questions.append(
            Question(
                kind="round_share",
                text=N_(
                    "Of {count} totals near a round share of a post (5 %, 10 % ...) {hits} meet it as nearly"
                    " as a whole quantity can, {expected} would by chance. Were the quantities counted, or"
                    " set so that the shares come out? An innocent"
                    " reason: time was given out in shares and then put into products."
                ),
                seen=N_("{hits} of {count}"),
                usual=N_("{expected} of {count}"),
                strength=strength_of(p),
                minutes=int(totals.minutes[hits].sum()),
                fields={
                    "hits": len(hits),
                    "count": len(here),
                    "expected": tenth(len(here) / 3),
                },
                office=number,
                lines=some(totals.line[hits]),
            )
        )
    return questions


def closing_candidates(figures: Figures, totals: Totals, needs: Needs, seen: Compared) -> tuple[Ints, Bools]:
    """Return the totals that stand out alone in a position, and whether it ends just under a whole post.

    A total stands out if it is at least 1.3 times what comparable offices have and three spreads away, its
    excess is at least a twentieth of a post, and no other total of the position does so.
    """
    excess = _excess(totals, seen)
    out = seen.known & (seen.distance >= _FAR) & (seen.ratio >= _RATIO)
    out &= PARTS * excess >= figures.cell_fund[totals.cell]
    alone = np.bincount(totals.cell[out], minlength=len(figures.cell_minutes)) == 1
    rows = np.flatnonzero(out & alone[totals.cell] & needs.large[totals.cell])
    return rows, needs.under[totals.cell[rows]]


def _excess(totals: Totals, seen: Compared) -> Floats:
    """Return the minutes of each total above what would be usual."""
    share = np.maximum(0.0, 1 - 1 / np.maximum(seen.ratio, 1e-12))
    result: Floats = totals.minutes.astype(np.float64) * share
    return result


def closing_lines(figures: Figures, totals: Totals, needs: Needs, seen: Compared) -> list[Question]:
    """Ask about single large totals that bring a need just under a whole post.

    In an honest register a tenth of the totals that stand out sits in such a position; the binomial tail of
    what is seen gives the strength, the same for all of them.
    """
    rows, under = closing_candidates(figures, totals, needs, seen)
    p = chance_of(float(under.sum()), float(len(rows)))
    hits = rows[under]
    if not len(hits) or p >= SHOWN:
        return []
    excess = _excess(totals, seen)
    strength = np.full(len(hits), strength_of(p), dtype=np.int64)
    questions = []
    for at in hits[weightiest(strength, excess[hits])].tolist():
        cell = int(totals.cell[at])
        need = posts_of(int(figures.cell_minutes[cell]), int(figures.cell_fund[cell]))
        questions.append(
            Question(
                kind="closing_line",
                text=N_(
                    "With {seen} products ({usual} would be usual) this one task brings the position to"
                    " {need} posts; everything else in it is as usual. What does the figure rest on? Innocent"
                    " reasons: a real peak of that task, or a wider definition of the product."
                ),
                seen="{seen}",
                usual="{usual}",
                strength=strength_of(p),
                minutes=int(excess[at]),
                fields={
                    "seen": tenth(float(totals.quantity_dec2[at]) / 100),
                    "usual": tenth(float(seen.usual[at])),
                    "need": need,
                },
                office=int(figures.cell_office[cell]),
                organisation=int(totals.organisation[at]),
                group=int(figures.cell_group[cell]),
                task=int(totals.task[at]),
                lines=some(np.flatnonzero(totals.of_line == at)),
            )
        )
    return questions


def posts_of(minutes: int, fund: int) -> Decimal:
    """Return minutes as posts with two decimals, cut off."""
    return Decimal(minutes * 100 // fund) / 100
