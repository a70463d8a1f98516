"""Planted conflicts: concessions and minimal conflicts of scenarios without a plan, each verified afresh.

Per kind of rule: the concessions that a plan was found with (by the sizing engine, and by a second, plain
programme), the conflicts that have no plan, the members without which there is one, the amounts proven least,
and times. Anything not verified makes the exit code 1; times are printed, never judged.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks import rank_conflicts
from benchmarks.conflict_cases import KINDS, Case, drawn
from benchmarks.conflict_concede import solved_afresh
from benchmarks.conflict_oracle import Oracle
from vitri.errors import DataError
from vitri.optimise.conflict import (
    Concession,
    SizingQuestion,
    minimal_conflict,
    plans,
    question_of,
    solves_after,
)
from vitri.optimise.conflict.confirm import eased_rules
from vitri.optimise.conflict.ranking import RankQuestion, ranks_after
from vitri.optimise.engine import SolveOptions, Watch
from vitri.policy.worktime import time_fund
from vitri.workload import compute

#: Scenarios drawn for one case at most: not every drawing has no plan.
_DRAWINGS = 40


@dataclass
class Tally:
    """What was found and verified for one kind of rule."""

    cases: int = 0
    concessions: int = 0
    conceded: int = 0
    least: int = 0
    conflicts: int = 0
    members: int = 0
    needed: int = 0
    run: int = 0
    solved: int = 0
    concession_s: list[float] = field(default_factory=list)
    conflict_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def join(self, other: Tally) -> None:
        """Add another tally."""
        for name in (
            "cases",
            "concessions",
            "conceded",
            "least",
            "conflicts",
            "members",
            "needed",
            "run",
            "solved",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.concession_s += other.concession_s
        self.conflict_s += other.conflict_s
        self.wrong += other.wrong


@dataclass(frozen=True)
class Put:
    """A case with its question."""

    case: Case
    question: SizingQuestion
    watch: Watch


def put(case: Case) -> Put:
    """Put the question of a case."""
    watch = Watch(SolveOptions(sizing=case.sizing))  # type: ignore[arg-type]
    fund = time_fund(case.instance, case.model)
    work = compute(case.instance, case.model, fund)
    return Put(case, question_of(case.instance, case.model, work, fund, watch), watch)


def without_plan(kind: str, count: int) -> Iterable[Put]:
    """Yield so many scenarios of a kind that have no plan, in order of their seeds.

    Without the rules of the family planted there must be one, so that every conflict speaks of the family.
    """
    found = 0
    for seed in range(count * _DRAWINGS):
        try:
            asked = put(drawn(kind, seed))
        except DataError:
            continue  # the checks of the data refuse some contradictions before any question
        rules = frozenset(asked.question.members)
        family = frozenset(m for m in rules if m.family == asked.case.family)
        planted = asked.question.exists(rules - family) is True if family else not asked.case.family
        if planted and asked.question.exists(rules) is False:
            found += 1
            yield asked
        if found == count:
            return
    raise ValueError(f"{kind}: {found} of {count} scenarios without a plan")


def examine(asked: Put, *, afresh: bool = False) -> Tally:
    """Ask for concessions and a conflict of one case, and verify every answer.

    With `afresh` each concession that the tables can say is written into them and sized from the beginning.
    """
    question, watch = asked.question, asked.watch
    name = f"{asked.case.kind} #{asked.case.seed}"
    tally = Tally(cases=1)
    start = time.perf_counter()
    concessions = question.concessions(allow_legal=True)
    tally.concession_s.append(time.perf_counter() - start)
    start = time.perf_counter()
    conflict = minimal_conflict(question)
    tally.conflict_s.append(time.perf_counter() - start)
    oracle = Oracle(asked.case.instance, asked.case.model, question.task)
    if oracle.exists(sorted(question.members)):
        tally.wrong.append(f"{name}: the plain programme finds a plan")
    for concession in concessions:
        if not concession.helps:
            continue
        tally.concessions += 1
        tally.least += concession.status == "optimal"
        if _conceded(asked, oracle, concession):
            tally.conceded += 1
        else:
            tally.wrong.append(f"{name}: {concession.family} concession not verified")
        solved = solved_afresh(asked.case, question, concession) if afresh else None
        if solved is not None:
            tally.run += 1
            tally.solved += solved
            if not solved:
                tally.wrong.append(f"{name}: {concession.family} concession not solved afresh")
    if not any(concession.helps for concession in concessions):
        tally.wrong.append(f"{name}: no concession")
    if conflict is None:
        tally.wrong.append(f"{name}: no conflict")
        return tally
    rules = frozenset(conflict.members)
    if conflict.proven and not oracle.exists(conflict.members) and not plans(question, rules, watch):
        tally.conflicts += 1
    else:
        tally.wrong.append(f"{name}: conflict not verified")
    if asked.case.family and not any(m.family == asked.case.family for m in rules):
        tally.wrong.append(f"{name}: the rule planted is not in the conflict")
    for member in conflict.members:
        tally.members += 1
        rest = rules - {member}
        if oracle.exists(sorted(rest)) and plans(question, rest, watch, start=question.plan_of(rest)):
            tally.needed += 1
        else:
            tally.wrong.append(f"{name}: {member} is not shown to be needed")
    return tally


def ranks_without_plan(kind: str, count: int) -> Iterable[tuple[int, RankQuestion]]:
    """Yield so many questions of ranks of a kind that have no answer, with their seeds."""
    family, found = rank_conflicts.KINDS[kind], 0
    for seed in range(count * _DRAWINGS):
        asked = rank_conflicts.drawn(kind, seed)
        rules = frozenset(asked.members)
        own = frozenset(m for m in rules if m.family == family)
        if asked.exists(rules) is False and (not family or asked.exists(rules - own)):
            found += 1
            yield seed, asked
        if found == count:
            return
    raise ValueError(f"{kind}: {found} of {count} questions without an answer")


def examine_ranks(kind: str, seed: int, question: RankQuestion) -> Tally:
    """Ask for concessions and a conflict of ranks, and verify them by the rank mix and by trying all."""
    name = f"{kind} #{seed}"
    tally = Tally(cases=1)
    everything = frozenset(question.members)
    start = time.perf_counter()
    concessions = [c for c in question.concessions(allow_legal=True) if c.helps]
    tally.concession_s.append(time.perf_counter() - start)
    start = time.perf_counter()
    conflict = minimal_conflict(question)
    tally.conflict_s.append(time.perf_counter() - start)
    if rank_conflicts.tried(question, everything):
        tally.wrong.append(f"{name}: trying all finds ranks")
    for concession in concessions:
        tally.concessions += 1
        tally.least += concession.status == "optimal"
        shown = ranks_after(question, everything, concession.grants)
        if shown and rank_conflicts.tried(question, everything, concession):
            tally.conceded += 1
        else:
            tally.wrong.append(f"{name}: {concession.family} concession not verified")
    rules = frozenset(conflict.members) if conflict else frozenset()
    if (
        conflict
        and conflict.proven
        and not (rank_conflicts.tried(question, rules) or ranks_after(question, rules))
    ):
        tally.conflicts += 1
    else:
        tally.wrong.append(f"{name}: conflict not verified")
    for member in sorted(rules):
        tally.members += 1
        rest = rules - {member}
        if rank_conflicts.tried(question, rest) and ranks_after(question, rest):
            tally.needed += 1
        else:
            tally.wrong.append(f"{name}: {member} is not shown to be needed")
    return tally


def _conceded(asked: Put, oracle: Oracle, concession: Concession) -> bool:
    rules = eased_rules(asked.question, concession.grants)
    more = {g.member: g.amount for g in concession.grants if g.member.family == "ratio_cap"}
    minutes = concession.proposal.minutes if concession.proposal else None
    return solves_after(asked.question, concession, asked.watch) and oracle.exists(
        sorted(rules), minutes, more
    )


def _times(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], ordered[-1]]
    return " / ".join(f"{value:.2f}" for value in at)


def row(name: str, tally: Tally) -> str:
    """Return one line of the table."""
    return (
        f"{name:<28} {tally.cases:>5} {tally.conceded:>5}/{tally.concessions:<5} "
        f"{tally.solved:>4}/{tally.run:<4} {tally.least:>5} "
        f"{tally.conflicts:>5}/{tally.cases:<5} {tally.needed:>5}/{tally.members:<5} "
        f"{_times(tally.concession_s):>20} {_times(tally.conflict_s):>20}"
    )


def main(arguments: list[str]) -> int:
    """Draw the cases, examine them, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks conflicts", description=__doc__)
    parser.add_argument("--cases", type=int, default=210, help="cases in all, shared out over the kinds")
    parser.add_argument(
        "--afresh", type=int, default=1, help="cases of each kind whose concessions are sized from the tables"
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=sorted([*KINDS, *rank_conflicts.KINDS]),
        help="only this kind (repeatable)",
    )
    options = parser.parse_args(arguments)
    kinds = options.kind or [*KINDS, *rank_conflicts.KINDS]
    total = Tally()
    print(
        f"{'kind of rule':<28} {'cases':>5} {'conceded':>11} {'afresh':>9} {'least':>5} {'conflicts':>11} "
        f"{'needed':>11} {'concessions s *':>20} {'conflict s *':>20}"
    )
    for index, kind in enumerate(kinds):
        count = options.cases // len(kinds) + (index < options.cases % len(kinds))
        if not count:
            continue
        own = Tally()
        if kind in KINDS:
            for number, asked in enumerate(without_plan(kind, count)):
                own.join(examine(asked, afresh=number < options.afresh))
        else:
            for seed, ranks in ranks_without_plan(kind, count):
                own.join(examine_ranks(kind, seed, ranks))
        print(row(kind, own), flush=True)
        total.join(own)
    print(row("all", total))
    print("* median / 95 % / longest, wall seconds")
    for line in total.wrong:
        print(line)
    print("every answer is verified" if not total.wrong else f"{len(total.wrong)} answers are not verified")
    return min(1, len(total.wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
