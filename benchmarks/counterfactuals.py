"""Counterfactuals: the stated change moves the number of posts, one unit fewer does not; counted and
asserted.

    python -m benchmarks counterfactuals            at least 50 numbers of posts by need and under ceilings
    python -m benchmarks counterfactuals --quick    a handful of them
    python -m benchmarks counterfactuals RUN --offices 4    offices of a saved run instead

For every office and one post more and one fewer: `why_not` states the smallest change of the registered work,
of a norm and of a ceiling. Each change is then written as a variant, applied, and planned whole by
`vitri.solve`, with the amount stated and with one unit fewer; what the two plans give is compared with what
was stated.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

import vitri
from vitri.data.instance import Instance
from vitri.explain.whynot import KINDS, Counterfactual, WhyNot, why_not
from vitri.policy import PlanningModel
from vitri.variant import parse

SCENARIO = Path(__file__).resolve().parents[1] / "scenarios" / "bac-kan-2021"
PEOPLE = ("officials", "absences", "official_competencies", "pins", "previous_assignments", "outcomes")
GROWTH = (110, 150, 190, 230)
SHORT = (2, 3, 4)
GROUPS = ("LD", "KT", "TQ", "TH", "VT", "TG")


@dataclass(frozen=True)
class Case:
    """A scenario, planned: its name, the plan, and the offices asked about."""

    name: str
    instance: Instance
    model: PlanningModel
    info: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    offices: tuple[str, ...]


def part(instance: Instance, offices: list[str], pct: int, **settings: Any) -> Instance:
    """Return some offices as a scenario of their own: the work of `GROUPS`, at another volume, without
    people."""
    tables = {}
    for name in instance.present:
        frame = instance.table(name)
        if name in PEOPLE:
            frame = frame.iloc[:0]
        elif name == "offices":
            frame = frame[frame["code"].isin(offices)]
        elif name == "quotas":
            frame = frame.iloc[:0]
        elif "office" in frame.columns:
            frame = frame[frame["office"].isin([*offices, "*"]) | frame["office"].isna()]
        tables[name] = frame.reset_index(drop=True)
    lines = tables["registrations"]
    items = instance.table("work_items").set_index("code")["task_group"]
    group = lines["task_group"].fillna(lines["work_item"].map(items))
    lines = lines[group.isin(GROUPS)].reset_index(drop=True)
    for column in ("quantity", "approved_quantity"):
        lines[column] = (lines[column] * pct + 50) // 100
    tables["registrations"] = lines
    kept = instance.with_tables(**tables).with_info(estimate_enabled=False, **settings)
    gone = instance.present & frozenset(PEOPLE)
    from dataclasses import replace

    return replace(kept, present=kept.present - gone)


def under_ceiling(instance: Instance, units: Mapping[str, int]) -> Instance:
    """Return a scenario in which some units have a ceiling."""
    changes = [
        {"do": "set_ceiling", "where": {"unit": unit}, "posts": posts} for unit, posts in units.items()
    ]
    variant = parse({"name": "ceilings", "why": "ceilings", "change": changes}, "ceilings")
    return vitri.apply_variant(instance, variant)[0]


def planned(name: str, instance: Instance, offices: list[str]) -> Case:
    """Plan a scenario."""
    result = vitri.solve(instance)
    model = result.model
    assert model is not None
    return Case(name, instance, model, result.info, result.tables, tuple(offices))


def cases(*, quick: bool, only: str = "") -> Iterator[Case]:
    """Yield the cases: single offices by need at several volumes; pairs of offices under several ceilings."""
    whole = vitri.read(SCENARIO)
    area = str(whole.table("areas")["code"].iloc[0])
    codes = sorted(whole.table("offices")["code"])
    if only in ("", "need"):
        for pct in GROWTH[:1] if quick else GROWTH:
            for code in codes[:2] if quick else codes:
                yield planned(f"{code} {pct} % by need", part(whole, [code], pct, sizing="need"), [code])
    pairs = list(zip(codes[::2], codes[1::2], strict=True))
    for pair in [] if only == "need" else pairs[:1] if quick else pairs:
        alone = part(whole, list(pair), GROWTH[0], sizing="need")
        posts = int(vitri.solve(alone).table("posts")["posts"].sum())
        for less in SHORT[:1] if quick else SHORT:
            limited = under_ceiling(alone.with_info(sizing="ceiling"), {area: posts - less})
            yield planned(f"{'+'.join(pair)} under {posts - less}", limited, list(pair))


def of_run(path: Path, offices: int) -> Case:
    """Return a saved run as a case."""
    result = vitri.Result.load(path)
    instance, model = result.instance, result.model
    assert instance is not None
    assert model is not None
    codes = sorted(instance.table("offices")["code"])[:offices]
    return Case(path.name, instance, model, result.info, result.tables, tuple(codes))


def posts_after(case: Case, row: Counterfactual, amount: int, office: str) -> int | None:
    """Plan the changed scenario whole, through the public names, and return the posts of an office."""
    raw = {"name": "check", "why": "check", "change": [row.lever.change(amount)]}
    changed = case.instance if amount == 0 else vitri.apply_variant(case.instance, parse(raw, "check"))[0]
    try:
        result = vitri.solve(changed, options=vitri.SolveOptions(**case.info["options"]))
    except vitri.NoPlanError:
        return None
    posts = result.table("posts")
    return int(posts.loc[posts["office"] == office, "posts"].sum())


def moved(answer: WhyNot, posts: int | None) -> bool:
    """Whether a number of posts is the one asked for or beyond it."""
    if posts is None:
        return False
    return posts >= answer.wanted if answer.wanted > answer.now else posts <= answer.wanted


def main() -> None:
    """Run the cases, print a line for every number and the counts, and assert them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--offices", type=int, default=4)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("need", "ceiling"), default="")
    parser.add_argument("--lever", action="append", choices=KINDS)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    seconds: list[float] = []
    for case in (
        [of_run(given.run, given.offices)] if given.run else cases(quick=given.quick, only=given.only)
    ):
        for office in case.offices:
            posts = case.tables["posts"]
            now = int(posts.loc[posts["office"] == office, "posts"].sum())
            for wanted in (now + 1, now - 1):
                ask(case, office, wanted, given.lever or KINDS, counts, seconds)
    print(
        f"{counts['numbers']} numbers of posts, {counts['moved']} with a change that moves them; "
        f"{counts['stated']} changes stated: {counts['verified']} move it and one unit fewer does not, "
        f"{counts['open']} not narrowed to one unit, {counts['wrong']} wrong; median {median(seconds):.1f} s "
        "of processor time a number"
    )
    kinds = ", ".join(f"{kind} {counts['kind ' + kind]}" for kind in ("work", "norm", "ceiling"))
    print(f"verified by lever: {kinds}")
    assert counts["wrong"] == 0
    assert given.quick or given.run or given.only or counts["moved"] >= 50


def ask(
    case: Case,
    office: str,
    wanted: int,
    kinds: Sequence[str],
    counts: Counter[str],
    seconds: list[float],
) -> None:
    """Ask about one number, check what is stated by planning both sides of every step, and count."""
    started = time.process_time()
    answer = why_not(case.info, case.tables, case.instance, case.model, office, wanted, kinds=kinds)
    seconds.append(time.process_time() - started)
    counts["numbers"] += 1
    told, sound = [], False
    for row in answer.found:
        counts["stated"] += 1
        does = moved(answer, posts_after(case, row, row.amount, office))
        does_not = not moved(answer, posts_after(case, row, row.not_yet, office))
        if not (does and does_not):
            counts["wrong"] += 1
        elif row.verified:
            counts["verified"] += 1
            counts[f"kind {row.lever.kind}"] += 1
            sound = True
        else:
            counts["open"] += 1
        mark = "ok" if does and does_not and row.verified else "open" if does and does_not else "WRONG"
        told.append(f"{row.lever.kind} {row.amount} {mark}")
    counts["moved"] += sound
    print(
        f"{case.name:<22} {office:<5} {answer.now:>3} -> {wanted:<3} {'; '.join(told) or 'nothing moves it'} "
        f"({answer.solves} sizings, {seconds[-1]:.1f} s)",
        flush=True,
    )


if __name__ == "__main__":
    main()
