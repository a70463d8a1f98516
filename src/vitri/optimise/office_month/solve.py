"""The month of one office assigned level by level: an integer program in CP-SAT, each level kept in the next.

Variables: responsible and helpers of each line, main and backup official of each cell, who works in a cell at
all. A level that is not proven in its share of the effort is kept at the value found, with its bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from vitri.optimise.engine import LevelValue, Status
from vitri.optimise.office_month.capacity import responsible_of, undone_at_least
from vitri.optimise.office_month.case import Cell, Given, OfficeMonth
from vitri.optimise.office_month.levels import Level, broken, values


@dataclass(frozen=True)
class Assigned:
    """An assignment with the values of its levels."""

    given: Given
    levels: tuple[LevelValue, ...]


class PinsConflict(Exception):
    """The pins cannot all hold; `drop` is a smallest set of (kind, cell, official) that has to go."""

    def __init__(self, drop: Sequence[tuple[str, Cell, str]]) -> None:
        super().__init__(str(drop))
        self.drop = tuple(drop)


class _Program:
    """The integer program of one office and month."""

    def __init__(self, case: OfficeMonth, levels: Sequence[Level]) -> None:
        self.case = case
        self.model = cp_model.CpModel()
        new = self.model.new_bool_var
        self.x = {(line.code, who): new("") for line in case.lines for who in case.able(line)}
        self.h = {
            (line.code, who): new("") for line in case.lines if line.people > 1 for who in case.may_help(line)
        }
        seats = {(cell, who) for cell in case.cells for who in case.fits.get(cell, {})}
        seats |= {pin for pin in (*case.mains, *case.backups) if pin[0] in case.cells}
        self.main = {seat: new("") for seat in sorted(seats)}
        self.backup = {seat: new("") for seat in sorted(seats)}
        self.pins = self._pins()
        self.work: dict[str, list[tuple[int, cp_model.IntVar, Cell]]] = {p.code: [] for p in case.people}
        self._lines()
        self._roles()
        self.over = self._people()
        self.costs = [self._cost(level) for level in levels]

    def _pins(self) -> dict[tuple[str, Cell, str], cp_model.IntVar]:
        """Return a literal for each pinned role, true where the pin holds."""
        pins: dict[tuple[str, Cell, str], cp_model.IntVar] = {}
        for kind, wanted, roles in (
            ("main", self.case.mains, self.main),
            ("backup", self.case.backups, self.backup),
        ):
            for cell, who in wanted:
                if (cell, who) in roles:
                    pins[kind, cell, who] = roles[cell, who]
        return pins

    def _lines(self) -> None:
        self.done: dict[str, cp_model.LinearExprT] = {}
        for line in self.case.lines:
            takers = [(who, self.x[line.code, who]) for who in self.case.able(line)]
            self.done[line.code] = sum(var for _, var in takers)
            self.model.add_at_most_one(var for _, var in takers)
            for who, var in takers:
                self.work[who].append((line.own_minutes, var, line.cell))
            if line.people == 1:
                continue
            helpers = {who: self.h[line.code, who] for who in self.case.may_help(line)}
            self.model.add(sum(helpers.values()) == (line.people - 1) * self.done[line.code])
            for who, var in helpers.items():
                self.work[who].append((line.helper_minutes, var, line.cell))
                if (line.code, who) in self.x:
                    self.model.add_at_most_one((var, self.x[line.code, who]))
                if who in self.case.pinned_helpers.get(line.code, ()):
                    self.model.add(var == self.done[line.code])

    def _roles(self) -> None:
        for cell in self.case.cells:
            seats = [seat for seat in self.main if seat[0] == cell]
            self.model.add_at_most_one(self.main[seat] for seat in seats)
            self.model.add_at_most_one(self.backup[seat] for seat in seats)
            for seat in seats:
                self.model.add_at_most_one((self.main[seat], self.backup[seat]))

    def _people(self) -> dict[str, cp_model.IntVar]:
        """Add the limits of each person and of each cell; return everybody's overtime."""
        case, model = self.case, self.model
        over: dict[str, cp_model.IntVar] = {}
        here: dict[tuple[Cell, str], cp_model.IntVar] = {}
        for person in case.people:
            rows = self.work[person.code]
            over[person.code] = model.new_int_var(0, person.extra, "")
            model.add(sum(m * var for m, var, _ in rows) - over[person.code] <= person.time)
            if person.free is not None:
                fits = {cell: case.fits.get(cell, {}).get(person.code) for _, _, cell in rows}
                free = [m * v for m, v, cell in rows if (fit := fits[cell]) is not None and fit.free]
                model.add(sum(free) <= person.free)
            cells: dict[Cell, list[cp_model.IntVar]] = {}
            for _, var, cell in rows:
                cells.setdefault(cell, []).append(var)
            for roles in (self.main, self.backup):
                for (cell, who), var in roles.items():
                    if who == person.code:
                        cells.setdefault(cell, []).append(var)
            groups: dict[str, list[cp_model.IntVar]] = {}
            for cell, parts in sorted(cells.items()):
                held = here[cell, person.code] = model.new_bool_var("")
                model.add_max_equality(held, parts)
                groups.setdefault(cell[1], []).append(held)
            counted = []
            for _, parts in sorted(groups.items()):
                one = parts[0]
                if len(parts) > 1:
                    one = model.new_bool_var("")
                    model.add_max_equality(one, parts)
                counted.append(one)
            model.add(sum(counted) <= person.groups)
            tagged = [(case.duty.get(cell, ""), here[cell, person.code]) for cell in sorted(cells)]
            for place, (tag, held) in enumerate(tagged):
                for other, second in tagged[place + 1 :]:
                    if tag and other and tag != other and frozenset((tag, other)) in case.apart:
                        model.add_at_most_one((held, second))
        for cell in case.cells:
            model.add(sum(v for (c, _), v in here.items() if c == cell) <= case.people_per_group)
        return over

    def _cost(self, level: Level) -> cp_model.LinearExprT:
        """Return what a level minimises."""
        case = self.case
        if level.key == "unmet":
            return sum(
                line.minutes * (1 - self.done[line.code])
                for line in case.lines
                if line.priority in level.priorities
            )
        if level.key == "overtime":
            return sum(self.over.values())
        if level.key == "roles":
            return 2 * len(case.cells) - sum(self.main.values()) - sum(self.backup.values())
        if level.key == "highest":
            return self._highest()
        if level.key == "uneven":
            return self._uneven()
        if level.key == "foreign":
            return sum(
                minutes * var
                for who, rows in sorted(self.work.items())
                for minutes, var, cell in rows
                if (fit := case.fits.get(cell, {}).get(who)) is None or not fit.own
            )
        if level.key == "changed":
            return sum(
                var
                for line in case.lines
                if line.before
                for who in case.able(line)
                if who != line.before
                for var in (self.x[line.code, who],)
            )
        return self._spread()

    def _highest(self) -> cp_model.LinearExprT:
        whole = [p for p in self.case.people if p.past_time + p.time > 0]
        tops = [100 * (p.past_work + p.time + p.extra) // (p.past_time + p.time) + 1 for p in whole]
        most = max(tops, default=0)
        high = self.model.new_int_var(0, most, "")
        for p in whole:
            load = sum(minutes * var for minutes, var, _ in self.work[p.code])
            self.model.add(100 * (p.past_work + load) <= (p.past_time + p.time) * high)
        return high

    def _uneven(self) -> cp_model.LinearExprT:
        """Return the minutes of everybody above each of their steps."""
        parts: list[cp_model.IntVar] = []
        for p in self.case.people:
            load = p.past_work + sum(minutes * var for minutes, var, _ in self.work[p.code])
            for step in self.case.steps[p.code]:
                above = self.model.new_int_var(0, p.past_work + p.time + p.extra, "")
                self.model.add(above >= load - step)
                parts.append(above)
        return sum(parts)

    def _spread(self) -> cp_model.LinearExprT:
        """Return the minutes done by others than the main official of the cell."""
        parts: list[cp_model.LinearExprT] = []
        for who, rows in sorted(self.work.items()):
            for minutes, var, cell in rows:
                main = self.main.get((cell, who))
                if main is None:
                    parts.append(minutes * var)
                    continue
                away = self.model.new_bool_var("")
                self.model.add(away >= var - main)
                parts.append(minutes * away)
        return sum(parts)


def assign_month(
    case: OfficeMonth,
    levels: Sequence[Level],
    *,
    effort: float = 6.0,
    seconds: float | None = None,
    seed: int = 0,
) -> Assigned:
    """Assign one office's month; each level is the least that the levels before it allow.

    `effort` is the solver's deterministic time for all levels together, so that a run repeats itself;
    `seconds` is a limit on the clock. Raises `PinsConflict` where the pinned roles cannot all hold.
    """
    program = _Program(case, levels)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.catch_sigint_signal = False
    solver.parameters.linearization_level = 2
    _check_pins(program, solver)
    best: Given | None = None
    told: list[LevelValue] = []
    proven = True
    for index, (level, cost) in enumerate(zip(levels, program.costs, strict=True)):
        share = 0.5 if index + 1 < len(levels) else 1.0
        solver.parameters.max_deterministic_time = max(0.2, effort * share)
        clock = None if seconds is None else max(0.3, seconds * share)
        if clock is not None:
            solver.parameters.max_time_in_seconds = clock
        program.model.minimize(cost)
        status = solver.solve(program.model)
        effort -= solver.response_proto.deterministic_time
        used, least = solver, float("-inf")
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            best = _read(program, solver)
        if level.key == "unmet" and status != cp_model.OPTIMAL:
            capacity = undone_at_least(case, level, seconds=clock, seed=seed)
            least = max(solver.best_objective_bound, float(capacity.bound or 0))
            now = None if best is None else values(case, best, levels)[index]
            if capacity.value is not None and (now is None or capacity.value < now):
                _start(program, responsible_of(case, level, capacity))
                if now is not None:
                    program.model.add(cost <= now)
                second = cp_model.CpSolver()
                second.parameters.copy_from(solver.parameters)
                again = second.solve(program.model)
                effort -= second.response_proto.deterministic_time
                if again in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                    best, used, status = _read(program, second), second, again
                    least = max(least, second.best_objective_bound)
        if best is None:
            best = Given({}, {}, {}, {})
        value = values(case, best, levels)[index]
        done: Status = "optimal" if status == cp_model.OPTIMAL else "feasible"
        low = value if done == "optimal" else _floor(max(least, used.best_objective_bound), value)
        done = "optimal" if low == value else "feasible"
        bound = low if proven else None
        slack = level.tolerance
        if level.key == "uneven":
            slack = level.tolerance * case.asked // 100
        told.append(
            LevelValue(
                order=level.order,
                name=level.name,
                measure=level.measure,
                value=value,
                unit=level.unit,
                bound=bound,
                gap=None if bound is None else value - bound,
                status=done if proven else "feasible",
                tolerance=slack,
            )
        )
        proven = proven and done == "optimal"
        program.model.add(cost <= value + slack)
        _hint(program, used, status)
    assert best is not None
    final = values(case, best, levels)
    wrong = broken(case, best)
    if wrong:
        raise AssertionError(f"an assignment broke its own limits: {wrong[:3]}")
    rows = [
        LevelValue(**{**vars(row), "value": now, "gap": None if row.bound is None else now - row.bound})
        for row, now in zip(told, final, strict=True)
    ]
    return Assigned(best, tuple(rows))


def _start(program: _Program, responsible: dict[str, str]) -> None:
    """Let a search start from a hand-out by capacity."""
    program.model.clear_hints()  # type: ignore[no-untyped-call]
    for (code, who), var in program.x.items():
        program.model.add_hint(var, responsible.get(code) == who)


def _floor(bound: float, value: int) -> int:
    """Return a proven lower bound as a whole number, never above the value."""
    return min(value, max(0, math.ceil(bound - 1e-6)))


def _hint(program: _Program, solver: cp_model.CpSolver, status: object) -> None:
    """Let the next level start from this level's answer."""
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return
    program.model.clear_hints()  # type: ignore[no-untyped-call]
    for group in (program.x, program.h, program.main, program.backup):
        for var in group.values():
            program.model.add_hint(var, solver.value(var))


def _check_pins(program: _Program, solver: cp_model.CpSolver) -> None:
    """Hold the pinned roles; raise `PinsConflict` with the fewest that must give if they cannot all hold."""
    if not program.pins:
        return
    pins = sorted(program.pins.items(), key=lambda item: item[0])
    program.model.maximize(sum(var for _, var in pins))
    solver.parameters.max_deterministic_time = 5.0
    status = solver.solve(program.model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        drop = [key for key, var in pins if not solver.boolean_value(var)]
        if drop:
            raise PinsConflict(drop)
    for _, var in pins:
        program.model.add(var == 1)


def _read(program: _Program, solver: cp_model.CpSolver) -> Given:
    yes = solver.boolean_value
    helpers: dict[str, tuple[str, ...]] = {}
    for (code, who), var in sorted(program.h.items()):
        if yes(var):
            helpers[code] = (*helpers.get(code, ()), who)
    return Given(
        {code: who for (code, who), var in program.x.items() if yes(var)},
        helpers,
        {cell: who for (cell, who), var in program.main.items() if yes(var)},
        {cell: who for (cell, who), var in program.backup.items() if yes(var)},
    )
