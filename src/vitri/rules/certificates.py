"""Lower bounds that anyone can check: each certificate is computed again from work, time and rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from vitri.i18n import N_
from vitri.rules.base import Measured, Rule, at_most, equal
from vitri.rules.case import Case


class Certificates(Rule):
    """Every certificate follows from the register, the calendar, the fixed posts and the model.

    Bounds on posts and people are also compared with the plan, which may not lie below what is proven.
    """

    name = "certificates"
    title = N_("Certificates recomputed")
    sentence = N_("{place}: the certificate says {actual}, the arithmetic gives {required} ({detail}).")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compute every certificate again; one that cannot be read is wrong."""
        for row in case.rows("certificates"):
            place = f"{str(row['figure']).removeprefix('office:')}/{row['kind']}"
            try:
                data = json.loads(row["data"])
                bound, told = _bound(case, str(row["kind"]), data), int(row["lower_bound"])
            except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
                yield at_most(place, 0, 1, "data")
                continue
            yield equal(place, bound, told, "lower_bound")
            yield equal(place, told, int(data["bound"]), "data")
            if row["kind"] == "forbidden_pair" or (row["kind"] != "price" and case.sizing == "need"):
                posts = sum(post.posts for post in case.posts if post.office == data["office"])
                people = row["kind"] == "forbidden_pair" and case.sizing != "need"
                yield at_most(place, posts, told, "posts", binding=not people)


def _work(case: Case, data: Mapping[str, Any]) -> dict[str, dict[int, int]]:
    """Return the work of the certificate's cells: month → priority → minutes."""
    frame = case.demand
    if not data["irregular"]:
        frame = frame[frame["regular"].astype(bool)]
    cells = {(str(pool), str(group)) for pool, group in data["cells"]}
    frame = frame[(frame["office"] == data["office"]) & frame["month"].isin(data["months"])]
    found: dict[str, dict[int, int]] = {month: {1: 0, 2: 0, 3: 0} for month in data["months"]}
    columns = ["pool", "task_group", "month", "priority", "minutes"]
    for pool, group, month, priority, minutes in frame[columns].itertuples(index=False):
        if (pool, group) in cells:
            found[month][int(priority)] += int(minutes)
    return found


def _done(case: Case, data: Mapping[str, Any]) -> dict[str, int]:
    """Return what fixed posts do of the certificate's cells, by month."""
    return {
        month: sum(
            case.fixed_work.get((data["office"], str(pool), str(group)), {}).get(month, 0)
            for pool, group in data["cells"]
        )
        for month in data["months"]
    }


def _bound(case: Case, kind: str, data: Mapping[str, Any]) -> int:
    """Return the lower bound that the data of a certificate prove, taken from the input, not believed."""
    office = str(data["office"])
    if kind == "forbidden_pair":
        return _people(case, data)
    if kind not in ("workload", "peak", "price"):
        raise ValueError(kind)
    work, done = _work(case, data), _done(case, data)
    fixed = sum(post.posts for post in case.fixed if post.office == office)
    fund = {month: case.fund[office, month] for month in data["months"]}
    if kind == "price":
        sized = sum(post.posts for post in case.sized if post.office == office)
        return sum(
            max(0, sum(work[month].values()) - done[month] - sized * fund[month]) for month in data["months"]
        )
    share = {p: int(case.model.service.unmet_pct.get(p, 0) * 100) for p in (1, 2, 3)}
    must = sum(work[month][p] * (10_000 - share[p]) for month in data["months"] for p in share)
    must -= 10_000 * sum(done.values())
    return fixed + max(0, -(-must // (10_000 * sum(fund.values()))))


def _people(case: Case, data: Mapping[str, Any]) -> int:
    """Return how many of the duties named are in the office's work and pairwise forbidden."""
    pairs = {frozenset((pair.a, pair.b)) for pair in case.model.forbidden_pair}
    present = {
        case.groups[group].duty
        for office, _, group in case.sizing_demand
        if office == data["office"] and group in case.groups
    }
    duties = sorted(set(data["duties"]) & present)
    apart = all(frozenset(pair) in pairs for pair in combinations(duties, 2))
    return len(duties) if apart else 0
