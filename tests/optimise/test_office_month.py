"""A month of one office against brute force: every level of every tiny month has the best value there is."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

from vitri.optimise.office_month.case import Cell, Fit, Given, Line, Member, OfficeMonth
from vitri.optimise.office_month.levels import REST, Level, broken, values
from vitri.optimise.office_month.solve import PinsConflict, assign_month

LEVELS = (
    Level("unmet", 1, "unmet 1", "unmet_minutes", priorities=(1,)),
    Level("unmet", 2, "unmet 2", "unmet_minutes", priorities=(2, 3)),
    Level("overtime", 3, "overtime", "overtime_minutes"),
    *REST,
)
CELLS: tuple[Cell, ...] = (("shared", "KT"), ("shared", "TQ"))


def tiny(seed: int) -> OfficeMonth:
    """Draw a month of two or three people, one or two cells and up to four lines."""
    draw = random.Random(seed)
    cells = CELLS[: draw.choice((1, 2, 2))]
    people = tuple(
        Member(
            code,
            time=draw.choice((0, 4, 6, 8, 10)),
            extra=draw.choice((0, 0, 2)),
            free=draw.choice((None, None, 3)),
            groups=draw.choice((1, 2, 2)),
            past_time=draw.choice((0, 10)),
            past_work=draw.choice((0, 5, 12)),
        )
        for code in ("A", "B", "C")[: 3 if len(cells) == 1 else 2]
    )
    people = tuple(
        Member(p.code, p.time, p.extra, p.free, p.groups, p.past_time, p.past_work * bool(p.past_time))
        for p in people
    )
    lines = tuple(
        Line(
            f"R{number}",
            draw.choice(cells),
            minutes=draw.randint(1, 7),
            priority=draw.choice((1, 2, 3)),
            people=draw.choice((1, 1, 1, 2)),
            before=draw.choice(("", "A", "B")),
        )
        for number in range(draw.randint(1, 4 if len(cells) == 1 else 3))
    )
    fits = {
        cell: {
            person.code: Fit(own=draw.random() < 0.5, free=draw.random() < 0.3)
            for person in people
            if draw.random() < 0.85
        }
        for cell in cells
    }
    pinned = {lines[0].code: "B"} if draw.random() < 0.15 else {}
    return OfficeMonth(
        office="VP",
        month="2021-03",
        people=people,
        lines=lines,
        fits=fits,
        duty={CELLS[0]: "accountant", CELLS[1]: "cashier"},
        apart=frozenset([frozenset(("accountant", "cashier"))]) if draw.random() < 0.3 else frozenset(),
        people_per_group=draw.choice((1, 2, 4)),
        pinned_main=pinned,
        bands=draw.choice(((), (70, 110))),
        excluded=frozenset([(lines[-1].code, "A")]) if draw.random() < 0.2 else frozenset(),
    )


def every_answer(case: OfficeMonth) -> Iterator[Given]:
    """Yield every choice of responsible officials, helpers and roles, allowed or not."""
    choices: list[list[tuple[str | None, tuple[str, ...]]]] = []
    for line in case.lines:
        ways: list[tuple[str | None, tuple[str, ...]]] = [(None, ())]
        for who in case.able(line):
            others = [other for other in case.may_help(line) if other != who]
            ways += [(who, team) for team in itertools.combinations(others, line.people - 1)]
        choices.append(ways)
    seats = [[None, *sorted(case.fits.get(cell, {}))] for cell in case.cells]
    roles = list(itertools.product(*seats, *seats))
    for picked in itertools.product(*choices):
        responsible = {
            line.code: who for line, (who, _) in zip(case.lines, picked, strict=True) if who is not None
        }
        helpers = {line.code: team for line, (_, team) in zip(case.lines, picked, strict=True) if team}
        for chosen in roles:
            first, second = chosen[: len(case.cells)], chosen[len(case.cells) :]
            yield Given(
                responsible,
                helpers,
                {cell: who for cell, who in zip(case.cells, first, strict=True) if who is not None},
                {cell: who for cell, who in zip(case.cells, second, strict=True) if who is not None},
            )


def test_level_values_equal_brute_force() -> None:
    """On 320 tiny months every level has the value of the best of all assignments, and is proven."""
    undone = helped = pinned = 0
    for seed in range(320):
        case = tiny(seed)
        best = min(values(case, given, LEVELS) for given in every_answer(case) if not broken(case, given))
        found = assign_month(case, LEVELS)
        assert [level.value for level in found.levels] == best, f"month {seed}"
        assert [level.bound for level in found.levels] == best, f"month {seed}"
        assert broken(case, found.given) == []
        undone += best[0] + best[1] > 0
        helped += bool(found.given.helpers)
        pinned += bool(case.pinned_main)
    assert undone >= 60
    assert helped >= 30
    assert pinned >= 20


def test_the_values_are_counted_by_hand() -> None:
    """One line each of known size: undone work, overtime, roles and loads are what a pencil gives."""
    people = (Member("A", 100, 10, past_time=100, past_work=90), Member("B", 100))
    lines = (Line("R1", CELLS[0], 60), Line("R2", CELLS[0], 50, before="B"), Line("R3", CELLS[1], 40, 1))
    case = OfficeMonth("VP", "2021-03", people, lines, {CELLS[0]: {"A": Fit(True), "B": Fit(False)}})
    given = Given({"R1": "A", "R2": "A"}, {}, {CELLS[0]: "A"}, {CELLS[0]: "B"})
    assert values(case, given, LEVELS) == [40, 0, 10, 2, 100, 66, 0, 1, 0]
    assert broken(case, given) == []
    assert broken(case, Given({"R1": "A"}, {}, {CELLS[0]: "A"}, {CELLS[0]: "A"})) == [
        ("backup_is_main", "shared/KT")
    ]


def test_pins_that_cannot_all_hold_name_the_fewest_to_drop() -> None:
    """Two main officials of one cell cannot both be pinned: exactly one of the pins has to give."""
    people = (Member("A", 100), Member("B", 100))
    fits = {CELLS[0]: {"A": Fit(True), "B": Fit(True)}}
    case = OfficeMonth(
        "VP",
        "2021-03",
        people,
        (Line("R1", CELLS[0], 10),),
        fits,
        mains=((CELLS[0], "A"), (CELLS[0], "B")),
        backups=((CELLS[0], "B"),),
    )
    with pytest.raises(PinsConflict) as problem:
        assign_month(case, LEVELS)
    assert problem.value.drop == (("main", CELLS[0], "B"),)


def test_who_carried_the_overload_last_month_gets_less_now() -> None:
    """Of two equals the one with the heavier last month gets the lighter part of this month."""
    lines = tuple(Line(f"R{number}", CELLS[0], minutes) for number, minutes in enumerate((30, 40, 50)))
    fits = {CELLS[0]: {"A": Fit(True), "B": Fit(True)}}
    for heavy, light in (("A", "B"), ("B", "A")):
        people = tuple(
            Member(code, 100, past_time=100, past_work=110 if code == heavy else 20) for code in ("A", "B")
        )
        found = assign_month(OfficeMonth("VP", "2021-03", people, lines, fits), LEVELS)
        load = dict.fromkeys(("A", "B"), 0)
        for line in lines:
            load[found.given.responsible[line.code]] += line.minutes
        assert load[heavy] < load[light]


def _hold(case: OfficeMonth, pins: tuple[tuple[str, Cell, str], ...]) -> bool:
    """Whether pinned roles can all hold, by counting: nobody has to do any line."""
    seats = [(kind, cell) for kind, cell, _ in pins]
    people = {person.code: person for person in case.people}
    held: dict[str, set[Cell]] = {}
    for _, cell, who in pins:
        held.setdefault(who, set()).add(cell)
    for who, cells in held.items():
        tags = {case.duty.get(cell, "") for cell in cells}
        if len({group for _, group in cells}) > people[who].groups:
            return False
        if any(frozenset(pair) in case.apart for pair in itertools.combinations(sorted(tags), 2)):
            return False
    both = {(cell, who) for kind, cell, who in pins if kind == "main"}
    both &= {(cell, who) for kind, cell, who in pins if kind == "backup"}
    return len(seats) == len(set(seats)) and not both


def test_pins_that_give_are_the_fewest_and_the_others_hold() -> None:
    """In 60 planted months pins meet forbidden pairs, groups per person and each other: the fewest give."""
    planted = 0
    for seed in range(400):
        draw = random.Random(f"pins/{seed}")
        cells = CELLS[: draw.choice((1, 2, 2))]
        people = tuple(Member(code, 10, groups=draw.choice((1, 2))) for code in ("A", "B"))
        pins = tuple(
            sorted(
                {(draw.choice(("main", "backup")), draw.choice(cells), draw.choice("AB")) for _ in range(4)}
            )
        )
        case = OfficeMonth(
            "VP",
            "2021-03",
            people,
            tuple(Line(f"R{n}", cell, 3) for n, cell in enumerate(cells)),
            {cell: {"A": Fit(True), "B": Fit(True)} for cell in cells},
            duty={CELLS[0]: "accountant", CELLS[1]: "cashier"},
            apart=frozenset({frozenset(("accountant", "cashier"))}) if draw.random() < 0.5 else frozenset(),
            mains=tuple((cell, who) for kind, cell, who in pins if kind == "main"),
            backups=tuple((cell, who) for kind, cell, who in pins if kind == "backup"),
        )
        fewest = next(
            n
            for n in range(len(pins) + 1)
            if any(_hold(case, kept) for kept in itertools.combinations(pins, len(pins) - n))
        )
        if not fewest:
            continue
        planted += 1
        with pytest.raises(PinsConflict) as problem:
            assign_month(case, LEVELS)
        assert len(problem.value.drop) == fewest
        rest = tuple(pin for pin in pins if pin not in problem.value.drop)
        assert _hold(case, rest)
        if planted == 60:
            break
    assert planted == 60
