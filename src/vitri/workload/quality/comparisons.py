"""Signs 3 and 7: what one office gives for a task, beside what comparable offices give.

Distances are robust (median and median absolute deviation of logarithms), so that one strange figure does not
hide itself. A question needs both: far in spreads, and a ratio that matters to a planner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitri.i18n import N_
from vitri.workload.arrays import Bools, Ints, group_rows
from vitri.workload.quality.lines import Figures, Totals
from vitri.workload.quality.question import Question, some, tenth, weightiest
from vitri.workload.quality.statistics import Floats, robust_distance

#: How far is far: robust spreads from the median.
FAR = 4.0
#: The least ratio to the median that is asked about.
RATIO = 2.0
#: The least spread of logarithms that a comparison assumes (a fifth).
LEAST = 0.2
_NORM_OFFICES = 3
_VOLUME_OFFICES = 5


def ratio_strength(ratio: Floats) -> Ints:
    """Return 0..80: 25 for each doubling of the ratio (2 → 25, 4 → 50, 8 → 75)."""
    result: Ints = np.minimum(80, 25 * np.log2(np.maximum(ratio, 1)) + 1e-9).astype(np.int64)
    return result


def norm_differs(figures: Figures) -> list[Question]:
    """Ask the office whose minutes for one product lie farthest from the others'; one for each task."""
    rows = np.flatnonzero(figures.unit > 0)
    if not len(rows):
        return []
    unit = np.rint(figures.unit[rows] * 100).astype(np.int64)
    place, first = group_rows([figures.task[rows], figures.office[rows], unit])
    minutes = np.bincount(place, weights=figures.minutes[rows])
    rows = rows[first]
    task = figures.task[rows]
    values = np.log(figures.unit[rows])
    count = len(figures.names.tasks)
    middle, distance, _ = robust_distance(task, values, count, LEAST)
    # How many offices give the task, each once.
    _, one = group_rows([task, figures.office[rows]])
    offices = np.bincount(task[one], minlength=count)[task]
    ratio = np.exp(np.abs(values - middle))
    far = (offices >= _NORM_OFFICES) & (ratio >= RATIO) & (np.abs(distance) >= FAR)
    asked = np.flatnonzero(far)
    # The farthest of each task; of equals the one with more minutes, then the first.
    asked = asked[np.lexsort((asked, -minutes[asked], -ratio[asked].round(9), task[asked]))]
    asked = asked[np.append(True, np.diff(task[asked]) != 0)] if len(asked) else asked
    others = np.bincount(task[far], minlength=count)
    stake = np.abs(minutes * (1 - np.exp(middle - values)))
    strength = ratio_strength(ratio)
    questions = []
    for at in asked[weightiest(strength[asked], stake[asked])].tolist():
        low = values[at] < middle[at]
        line = int(rows[at])
        questions.append(
            Question(
                kind="norm_differs",
                text=N_(
                    "One product takes {seen} minutes here, {usual} as a rule ({ratio} times apart,"
                    " {others} figures this far off in all). Is it the same product? Innocent reasons: other"
                    " conditions, a wider task under the same name, or hours and minutes mixed up."
                ),
                seen=N_("{seen} minutes"),
                usual=N_("{usual} minutes"),
                strength=int(strength[at]) // (2 if low else 1),
                minutes=int(stake[at]),
                fields={
                    "seen": tenth(figures.unit[line]),
                    "usual": tenth(float(np.exp(middle[at]))),
                    "ratio": tenth(float(ratio[at])),
                    "others": int(others[task[at]]),
                },
                office=int(figures.office[line]),
                organisation=int(figures.organisation[line]),
                group=int(figures.group[line]),
                task=int(figures.task[line]),
                lines=(line,),
            )
        )
    return questions


@dataclass(frozen=True, eq=False)
class Compared:
    """Volumes of totals beside comparable offices: usual quantity, ratio, distance, whether comparable.

    `driver` is the number of the driver that the volumes were divided by, -1 for none.
    """

    usual: Floats
    ratio: Floats
    distance: Floats
    known: Bools
    driver: Ints


def compared(figures: Figures, totals: Totals) -> Compared:
    """Compare each total with the same task and organisation in offices of one class.

    Volumes are compared as they are and for each unit of every driver; for each task the measure that leaves
    the least spread is taken. Fewer than five offices are no comparison.
    """
    size = len(totals.cell)
    if not size:
        none = np.zeros(0)
        return Compared(none, none, none, np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64))
    office = figures.cell_office[totals.cell]
    key, _ = group_rows([totals.task, totals.organisation, figures.office_class[office]])
    count = int(key.max()) + 1
    quantity = np.log(totals.quantity_dec2)
    middle, distance, members = robust_distance(key, quantity, count, LEAST)
    spread = np.abs(quantity - middle)
    best_spread = _mean(key, np.minimum(spread, 1.0), count)
    driver = np.full(size, -1, dtype=np.int64)
    usual = middle.copy()
    for number in range(figures.drivers.shape[1]):
        known = figures.drivers[office, number]
        whole = np.bincount(key, weights=np.isnan(known), minlength=count)[key] == 0
        scale = np.log(np.where(whole, known, 1.0))
        mid, far, _ = robust_distance(key, quantity - scale, count, LEAST)
        spread_here = _mean(key, np.minimum(np.abs(quantity - scale - mid), 1.0), count)
        # A driver has to explain a good deal more before it takes the place of the plain volume.
        better = whole & (spread_here[key] < 0.8 * best_spread[key])
        usual[better], distance[better], driver[better] = (mid + scale)[better], far[better], number
        best_spread = np.where(
            np.bincount(key, weights=better, minlength=count) > 0, spread_here, best_spread
        )
    return Compared(
        np.exp(usual) / 100, np.exp(quantity - usual), distance, members >= _VOLUME_OFFICES, driver
    )


def _mean(key: Ints, values: Floats, count: int) -> Floats:
    sums = np.bincount(key, weights=values, minlength=count)
    return np.asarray(sums / np.maximum(np.bincount(key, minlength=count), 1), dtype=np.float64)


def volume_outliers(figures: Figures, totals: Totals, seen: Compared) -> list[Question]:
    """Ask about volumes far from comparable offices': more than twice, or less than half of the usual."""
    away = np.maximum(seen.ratio, 1 / np.maximum(seen.ratio, 1e-12))
    # Small counts vary by chance: five products where two are usual is no question.
    quantity = totals.quantity_dec2 / 100
    noise = np.abs(quantity - seen.usual) > 3 * np.sqrt(np.maximum(seen.usual, 1))
    # Among many totals some lie far by chance: sqrt(2 ln n) is where the farthest of n is expected.
    limit = max(FAR, float(np.sqrt(2 * np.log(max(int(seen.known.sum()), 1)))))
    far = np.flatnonzero(seen.known & noise & (np.abs(seen.distance) >= limit) & (away >= RATIO))
    stake = totals.minutes * np.abs(1 - 1 / seen.ratio)
    strength = ratio_strength(away)
    strength = np.where(seen.ratio < 1, strength // 2, strength)
    # Offices that were given one figure by one hand are asked together.
    same, first = group_rows(
        [totals.task[far], totals.organisation[far], totals.quantity_dec2[far], (seen.ratio[far] > 1)]
    )
    together = np.bincount(same, weights=stake[far])
    questions = []
    for place in weightiest(strength[far[first]], together).tolist():
        members = far[same == place]
        at = int(members[0])
        high = seen.ratio[at] > 1
        offices = list(dict.fromkeys(figures.cell_office[totals.cell[members]].tolist()))
        name = _driver_words(seen, at)
        text = N_(
            "{seen} products in all, where {usual} would be usual beside comparable offices{measure}. What"
            " was counted? Innocent reasons: a larger area, a campaign of that year, or a wider definition."
        )
        if not high:
            text = N_(
                "Only {seen} products in all, where {usual} would be usual beside comparable"
                " offices{measure}. Is anything missing? Innocent reasons: less demand there, or work"
                " registered elsewhere."
            )
        questions.append(
            Question(
                kind="volume_high" if high else "volume_low",
                text=text,
                seen="{seen}",
                usual="{usual}",
                strength=int(strength[at]),
                minutes=int(together[place]),
                fields={"seen": tenth(float(quantity[at])), "usual": tenth(float(seen.usual[at])),
                        "measure": name},
                office=offices[0],
                alike=tuple(offices[1:]),
                organisation=int(totals.organisation[at]),
                group=int(figures.cell_group[totals.cell[at]]),
                task=int(totals.task[at]),
                lines=some(np.flatnonzero(np.isin(totals.of_line, members))),
            )
        )  # fmt: skip
    return questions


def _driver_words(seen: Compared, at: int) -> object:
    from vitri.data.findings import Both

    if seen.driver[at] < 0:
        return ""
    return Both(" theo cùng mức yếu tố ảnh hưởng", " for the same driver")
