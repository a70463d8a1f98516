"""Every sign fires on what it is for and keeps silent on its innocent neighbour."""

from __future__ import annotations

import numpy as np
import pytest

from vitri.workload.quality.backsolved import closes_exactly, closing_lines, round_shares
from vitri.workload.quality.comparisons import compared, norm_differs, volume_outliers
from vitri.workload.quality.duplicates import repeated_lines, two_bases
from vitri.workload.quality.fractions import just_past, just_under, needs_of
from vitri.workload.quality.gaps import missing_months
from vitri.workload.quality.heaping import CAP, heaped_times, heaped_volumes
from vitri.workload.quality.lines import Figures, totals_of
from vitri.workload.quality.question import ASK_FIRST, Question

from .quality_registers import FUND, positions, register


def under(figures: Figures) -> list[Question]:
    """Ask about fractions just under a whole post."""
    return just_under(figures, needs_of(figures, totals_of(figures)))


def test_needs_just_under_whole_posts_are_asked_about() -> None:
    """Twelve different needs of 2.9 to 3.0 posts are no chance; the question counts them."""
    found = under(positions([2.905 + 0.007 * number for number in range(12)]))
    assert [one.office for one in found] == [-1]
    assert found[0].strength > ASK_FIRST
    assert (found[0].fields["hits"], found[0].fields["count"]) == (12, 12)


def test_needs_spread_over_the_whole_post_are_not() -> None:
    """Needs spread evenly between two and four posts give no question."""
    assert under(positions([2 + 0.05 * number + 0.01 for number in range(40)])) == []


def test_positions_of_one_person_are_never_accused() -> None:
    """Forty positions that need 0.91 to 0.99 of a post, or one whole post, say nothing."""
    figures = positions([*(0.91 + 0.002 * number for number in range(40)), 1.0])
    assert under(figures) == []
    assert closes_exactly(figures, totals_of(figures), needs_of(figures, totals_of(figures))) == []


def test_copies_of_one_form_count_once() -> None:
    """Forty offices with one form, whose need ends just under three posts, are one observation."""
    figures = positions([2.95] * 40)
    assert under(figures) == []
    needs = needs_of(figures, totals_of(figures))
    assert needs.weight.sum() == pytest.approx(0.75)


def test_an_office_is_asked_by_itself() -> None:
    """One office with eight needs just under whole posts is named; the others are not."""
    rng = np.random.default_rng(3)
    needs = [*(3.91 + 0.01 * number for number in range(8)), *(2 + 3 * rng.random(80))]
    found = under(positions(needs, groups=8))
    assert 0 in {one.office for one in found}
    assert {one.office for one in found} <= {-1, 0}


def test_larger_positions_carry_more_evidence() -> None:
    """The evidence of a position grows with its whole posts and never passes one."""
    figures = positions([0.95, 1.95, 2.95, 9.95])
    weight = needs_of(figures, totals_of(figures)).weight
    assert list(weight.round(3)) == [0.0, 0.5, 0.75, 0.998]


def test_needs_just_past_the_next_post() -> None:
    """Twenty needs just above three posts and none below are asked about; half and half are not."""
    past = positions([3.001 + 0.004 * number for number in range(20)])
    both = positions([2.92 + 0.008 * number for number in range(20)])
    found = just_past(past, needs_of(past, totals_of(past)))
    assert [one.kind for one in found] == ["just_past_threshold"]
    assert just_past(both, needs_of(both, totals_of(both))) == []


def test_a_need_whole_to_the_minute() -> None:
    """A total of exactly three posts is asked about; one that is 5,000 minutes short is not."""
    rows = [{"task": 0, "quantity": 3_001, "unit": 61}, {"task": 1, "quantity": 299_999 - 183_061, "unit": 1}]
    figures = register([*rows, {"task": 2, "unit": 1}])
    totals = totals_of(figures)
    found = closes_exactly(figures, totals, needs_of(figures, totals))
    assert [(one.fields["posts"], one.fields["gap"]) for one in found] == [(3, 0)]
    short = register([*rows[:1], {**rows[1], "quantity": rows[1]["quantity"] - 5_000}])
    totals = totals_of(short)
    assert closes_exactly(short, totals, needs_of(short, totals)) == []


def test_coarse_figures_meet_a_whole_post_by_chance() -> None:
    """Where work comes in steps of 10,000 minutes a whole post is met once in ten: no question."""
    figures = register([{"quantity": 30, "unit": 10_000}])
    totals = totals_of(figures)
    assert closes_exactly(figures, totals, needs_of(figures, totals)) == []


def closing(short: bool) -> Figures:
    """Return 24 offices of one task group; eight have one swollen line, that closes the post or not."""
    rows = []
    rng = np.random.default_rng(5)
    for office in range(24):
        base = rng.integers(2_280, 2_320)
        rest = 231_000 - int(base) * 20 + int(rng.integers(-900, 900))
        if office < 8:
            base += (67_900 - 4_000 * office * (not short) - (20_000 if not short else 0)) // 20
        rows += [
            {"office": office, "task": 0, "quantity": int(base), "unit": 20},
            {"office": office, "task": 1, "quantity": rest, "unit": 1},
        ]
    return register(rows)


def test_a_line_that_closes_the_post_is_asked_about() -> None:
    """Single swollen lines are asked about if they all end just under a post, not if they end anywhere."""
    for short in (True, False):
        figures = closing(short)
        totals = totals_of(figures)
        found = closing_lines(figures, totals, needs_of(figures, totals), compared(figures, totals))
        assert len(found) == (8 if short else 0)
        assert all(one.task == 0 for one in found)


def shares(offset: int) -> list[Question]:
    """Ask about thirty totals that lie so many products from a round share of a post."""
    rows = [
        {"task": number, "office": number % 3, "quantity": round(5_000 * (1 + number % 4) / unit) + offset,
         "unit": unit}
        for number, unit in enumerate([7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61] * 2)
    ]  # fmt: skip
    figures = register(rows)
    return [one for one in round_shares(figures, totals_of(figures)) if one.office < 0]


def test_round_shares_of_a_post() -> None:
    """Thirty totals that meet a twentieth of a post are asked about; one product off they are not."""
    assert [one.kind for one in shares(0)] == ["round_share"]
    assert shares(1) == []


def test_round_volumes_are_a_remark_only() -> None:
    """Round volumes are asked about below the strength of first questions; counted ones not at all."""
    rng = np.random.default_rng(1)
    drawn = [int(value) for value in rng.choice(np.arange(21, 2_000), 60, replace=False)]
    round_rows = [{"task": number, "quantity": 110 + 10 * (number % 30)} for number in range(60)]
    counted = [{"task": number, "quantity": value} for number, value in enumerate(drawn)]
    found = heaped_volumes(register(round_rows))
    assert [one.office for one in found] == [-1]
    assert 0 < found[0].strength <= CAP < ASK_FIRST
    assert heaped_volumes(register(counted)) == []


def test_an_office_that_rounds_more_than_the_others() -> None:
    """An office with only round volumes among counting ones is named."""
    rng = np.random.default_rng(1)
    rows = [
        {"office": number % 6, "task": number,
         "quantity": 130 + 10 * (number // 6) if number % 6 == 0 else int(rng.integers(101, 400))}
        for number in range(180)
    ]  # fmt: skip
    assert 0 in {one.office for one in heaped_volumes(register(rows))}


def test_calendar_rhythms_are_innocent() -> None:
    """Quantities of 12, 52 and 250 are no sign of estimates."""
    rows = [{"task": number, "quantity": (12, 52, 250, 240)[number % 4]} for number in range(60)]
    assert heaped_volumes(register(rows)) == []


@pytest.mark.parametrize(("catalogue", "asked"), [(47, True), (60, False)])
def test_round_unit_times_beside_the_catalogue(catalogue: int, asked: bool) -> None:
    """Own unit times in whole hours are asked about only if the catalogue's norms are not such themselves."""
    rows = [{"task": number, "unit": catalogue * (1 + number)} for number in range(20)]
    rows += [{"task": 20 + number, "unit": 60 * (1 + number), "own": True} for number in range(20)]
    assert bool(heaped_times(register(rows))) is asked


def test_a_norm_far_from_the_others() -> None:
    """Of offices with 100 minutes and one with 400, that one is asked, with the ratio; 150 would pass."""
    rows = [{"office": number, "unit": 100 + number} for number in range(6)]
    found = norm_differs(register([*rows, {"office": 6, "unit": 412, "quantity": 9}]))
    assert [(one.office, str(one.fields["ratio"]), one.strength) for one in found] == [(6, "4.0", 50)]
    assert norm_differs(register([*rows, {"office": 6, "unit": 150}])) == []


def test_two_offices_cannot_say_which_is_odd() -> None:
    """With two offices there is no usual norm, and nothing is asked."""
    assert norm_differs(register([{"office": 0, "unit": 60}, {"office": 1, "unit": 600}])) == []


def volumes(last: int, **settings: object) -> list[Question]:
    """Ask about eight offices with about a hundred products and one with `last`."""
    rows = [{"office": number, "quantity": 96 + number} for number in range(8)]
    figures = register([*rows, {"office": 8, "quantity": last}], **settings)  # type: ignore[arg-type]
    totals = totals_of(figures)
    return volume_outliers(figures, totals, compared(figures, totals))


def test_volumes_far_from_comparable_offices() -> None:
    """Eight times the usual is a large volume, an eighth a small one of half the strength; 150 is neither."""
    assert [(one.kind, one.office, one.strength) for one in volumes(800)] == [("volume_high", 8, 75)]
    assert [(one.kind, one.strength) for one in volumes(12)] == [("volume_low", 38)]
    assert volumes(150) == []


def test_a_driver_explains_a_large_volume() -> None:
    """Eight times the volume is in order where the driver is eight times as large and explains the others."""
    drivers = {number: 96.0 + number for number in range(8)} | {8: 800.0}
    assert volumes(800, drivers=drivers) == []


def test_offices_with_one_figure_are_asked_together() -> None:
    """Three offices with the very same far figure make one question that names them all."""
    rows = [{"office": number, "quantity": 96 + number} for number in range(12)]
    rows += [{"office": number, "quantity": 900} for number in (12, 13, 14)]
    figures = register(rows)
    totals = totals_of(figures)
    found = volume_outliers(figures, totals, compared(figures, totals))
    assert [(one.office, one.alike) for one in found] == [(12, (13, 14))]
    assert found[0].lines == (12, 13, 14)


def months_of(missing: tuple[int, ...], season: bool = False) -> list[Question]:
    """Ask about five offices with a monthly task and other work; the last lacks it in some months."""
    rows = []
    for office in range(5):
        for month in range(12):
            rows.append({"office": office, "task": 1, "month": month, "unit": 30})
            if month not in missing or (office < 4 and not season):
                rows.append({"office": office, "task": 0, "month": month, "quantity": 4})
    return missing_months(register(rows))


def test_months_without_a_monthly_task() -> None:
    """Two months missing at one office only are named; a season that all have is not, nor a full year."""
    found = months_of((3, 7))
    assert [(one.office, one.task) for one in found] == [(4, 0)]
    assert "04/2026" in str(found[0].fields["months"])
    assert months_of((6, 7), season=True) == []
    assert months_of(()) == []


def test_lines_alike_and_nearly_alike() -> None:
    """Equal lines are duplicates; other particulars make them near ones, unless they are single events."""
    line = {"office": 0, "task": 0, "quantity": 7, "month": 2}
    other = {"office": 0, "task": 1, "quantity": 3, "month": 2}
    assert [one.kind for one in repeated_lines(register([line, line, other]))] == ["duplicate"]
    assert [one.kind for one in repeated_lines(register([line, {**line, "details": 1}]))] == [
        "near_duplicate"
    ]
    single = {**line, "quantity": 1}
    assert repeated_lines(register([single, {**single, "details": 1}])) == []
    assert repeated_lines(register([line, {**line, "month": 3}, {**line, "organisation": 1}])) == []


def test_a_task_on_two_bases() -> None:
    """A yearly line and monthly ones of the same task are asked about; of two organisations they are not."""
    yearly, monthly = {"quantity": 120}, {"quantity": 10, "month": 5}
    found = two_bases(register([yearly, monthly]))
    assert [(one.kind, one.minutes, one.lines) for one in found] == [("annual_and_monthly", 600, (0, 1))]
    assert two_bases(register([yearly, {**monthly, "organisation": 1}])) == []


def test_the_fund_of_the_tests_is_round() -> None:
    """The positions helper gives needs in whole minutes, so that the cases above mean what they say."""
    assert list(positions([2.95]).cell_minutes) == [round(2.95 * FUND)]
