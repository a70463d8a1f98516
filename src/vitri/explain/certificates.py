"""Certificates: lower bounds as plain arithmetic, each with all the figures that a program needs to check it.

Four kinds. ``workload`` and ``peak``: the work that the service rule wants done in some months (all, or the
tightest service period), less what fixed posts do, over the time of one post, rounded up, plus the fixed
posts: no plan that meets the service rule has fewer posts. ``forbidden_pair``: duties of which no person may
hold two take as many people, if all their work is done. ``price``: with the posts proposed, at least so many
minutes stay undone or need overtime, even if every sized post could do all work of its office.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from vitri.errors import Finding
from vitri.explain.facts import PRIORITIES, Facts, Office
from vitri.i18n import N_
from vitri.policy import PlanningModel

_BP = 10_000


def dump(data: Mapping[str, Any]) -> str:
    """Return JSON in one form: sorted keys, no spaces, letters as they are."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def periods(months: Sequence[str], at: str) -> list[list[int]]:
    """Return the months (as positions) of each service period."""
    found: dict[str, list[int]] = {}
    for index, month in enumerate(months):
        year, number = month.split("-")
        key = month if at == "month" else year if at == "year" else f"{year}-{(int(number) - 1) // 3}"
        found.setdefault(key, []).append(index)
    return list(found.values())


def posts_bound(
    minutes: Sequence[int], unmet: Sequence[int], fixed_minutes: int, fund: int, fixed: int
) -> int:
    """Return the fewest posts that meet a service rule.

    `minutes` and `unmet` (the share that may stay undone, in hundredths of a percent) are by priority. What
    fixed posts do is taken off whole: whichever priority it served, no more than that can be spared.
    """
    must = sum(m * (_BP - u) for m, u in zip(minutes, unmet, strict=True)) - _BP * fixed_minutes
    return fixed + max(0, -(-must // (_BP * fund)))


def undone_bound(
    minutes: Sequence[int], fixed_minutes: Sequence[int], fund: Sequence[int], posts: int
) -> int:
    """Return the least minutes, over all months, that do not fit in the normal time of sized posts."""
    return sum(max(0, m - a - posts * f) for m, a, f in zip(minutes, fixed_minutes, fund, strict=True))


def apart(duties: set[str], forbidden: set[frozenset[str]]) -> tuple[str, ...]:
    """Return the largest set of duties of which no person may hold two; the first in order of equals."""
    for size in range(len(duties), 1, -1):
        for chosen in combinations(sorted(duties), size):
            if all(frozenset(pair) in forbidden for pair in combinations(chosen, 2)):
                return chosen
    return ()


def certificates(facts: Facts, model: PlanningModel) -> list[tuple[str, str, str, int]]:
    """Return (figure, kind, data, lower bound) for every office."""
    unmet = [int(model.service.unmet_pct.get(p, 0) * 100) for p in PRIORITIES]
    forbidden = {frozenset((pair.a, pair.b)) for pair in model.forbidden_pair}
    spans = periods(facts.months, model.service.at)
    rows: list[tuple[str, str, str, int]] = []
    for office in facts.offices:
        figure = f"office:{office.code}"
        if office.sized_cells:
            whole = _posts_row(facts, office, list(range(len(facts.months))), unmet)
            rows.append((figure, "workload", dump(whole), int(whole["bound"])))
            tightest = max((_posts_row(facts, office, span, unmet) for span in spans), key=_tightness)
            rows.append((figure, "peak", dump(tightest), int(tightest["bound"])))
            price = _price_row(facts, office)
            if price["bound"]:
                rows.append((figure, "price", dump(price), int(price["bound"])))
        pair = _pair_row(facts, office, forbidden)
        if pair is not None:
            rows.append((figure, "forbidden_pair", dump(pair), int(pair["bound"])))
    return rows


def _tightness(row: Mapping[str, Any]) -> tuple[int, float]:
    return int(row["bound"]), (sum(row["minutes"]) - row["fixed_minutes"]) / row["fund_minutes"]


def _posts_row(facts: Facts, office: Office, span: list[int], unmet: list[int]) -> dict[str, Any]:
    cells = office.sized_cells
    minutes = [int(value) for value in office.priorities(cells, span)]
    fixed_minutes = int(office.done_by_fixed(cells)[span].sum())
    fund = int(office.fund[span].sum())
    return {
        "bound": posts_bound(minutes, unmet, fixed_minutes, fund, office.fixed_posts),
        "cells": [list(cell) for cell in cells],
        "fixed_minutes": fixed_minutes,
        "fixed_posts": office.fixed_posts,
        "fund_minutes": fund,
        "irregular": facts.counts_irregular,
        "minutes": minutes,
        "months": [facts.months[index] for index in span],
        "office": office.code,
        "unit": "posts",
        "unmet_pct_dec2": unmet,
    }


def _price_row(facts: Facts, office: Office) -> dict[str, Any]:
    cells = office.sized_cells
    minutes, fixed = office.months(cells).tolist(), office.done_by_fixed(cells).tolist()
    posts = office.posts - office.fixed_posts
    return {
        "bound": undone_bound(minutes, fixed, office.fund.tolist(), posts),
        "cells": [list(cell) for cell in cells],
        "fixed_minutes": fixed,
        "fund_minutes": office.fund.tolist(),
        "irregular": facts.counts_irregular,
        "minutes": minutes,
        "months": list(facts.months),
        "office": office.code,
        "sized_posts": posts,
        "unit": "minutes",
    }


def _pair_row(facts: Facts, office: Office, forbidden: set[frozenset[str]]) -> dict[str, Any] | None:
    minutes: dict[str, int] = {}
    held: dict[str, set[str]] = {}
    for (_, group), work in office.work.items():
        if group in facts.duty:
            duty = facts.duty[group]
            minutes[duty] = minutes.get(duty, 0) + int(work.sum())
            held.setdefault(duty, set()).add(group)
    chosen = apart(set(minutes), forbidden)
    if not chosen:
        return None
    return {
        "bound": len(chosen),
        "duties": list(chosen),
        "irregular": facts.counts_irregular,
        "minutes": [minutes[duty] for duty in chosen],
        "office": office.code,
        "task_groups": [sorted(held[duty]) for duty in chosen],
        "unit": "people",
    }


def recheck(
    certificates: pd.DataFrame,
    demand: pd.DataFrame,
    time_fund: pd.DataFrame,
    *,
    cover: pd.DataFrame | None = None,
    model: PlanningModel | None = None,
) -> list[Finding]:
    """Compute every certificate again from the work and the time, and return what does not agree.

    `demand`, `time_fund` and `cover` are the run's tables of those names. Without `cover` the minutes that
    fixed posts do are believed; without `model` the forbidden pairs and the shares that may stay undone are.
    """
    at = _Source(demand, time_fund, cover, model)
    found: list[Finding] = []
    columns = (certificates[name] for name in ("figure", "kind", "data", "lower_bound"))
    for figure, kind, text, bound in zip(*columns, strict=True):
        try:
            data = json.loads(text)
            wrong = at.wrong(str(kind), data)
            if not wrong and (pd.isna(bound) or data["bound"] != bound):
                wrong = "lower_bound"
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError, IndexError):
            wrong = "data"
        if wrong:
            found.append(
                Finding(
                    code="certificate_wrong",
                    table="certificates",
                    row_key=f"{figure} {kind}",
                    column=wrong,
                    value="" if pd.isna(bound) else str(bound),
                    allowed=N_("what the tables of the run give"),
                    message=N_(
                        "The certificate {kind} of {figure} does not follow from the work and the time."
                    ),
                    advice=N_("Do not rely on this bound; solve the scenario again."),
                    fields={"figure": figure, "kind": kind},
                )
            )
    return found


class _Source:
    """The tables against which certificates are checked."""

    def __init__(
        self,
        demand: pd.DataFrame,
        time_fund: pd.DataFrame,
        cover: pd.DataFrame | None,
        model: PlanningModel | None,
    ) -> None:
        self.work: dict[tuple[str, str, str], dict[tuple[str, int, bool], int]] = {}
        columns = ("office", "pool", "task_group", "month", "priority", "regular", "minutes")
        for office, pool, group, month, priority, regular, minutes in zip(
            *(demand[name].tolist() for name in columns), strict=True
        ):
            cell = self.work.setdefault((office, pool, group), {})
            key = (month, int(priority), bool(regular))
            cell[key] = cell.get(key, 0) + int(minutes)
        self.fund = {
            (office, month): int(minutes)
            for office, month, minutes in zip(
                *(time_fund[name].tolist() for name in ("office", "month", "minutes")), strict=True
            )
        }
        self.fixed: dict[tuple[str, str, str, str], int] | None = None
        if cover is not None:
            self.fixed = {}
            rows = cover[cover["month"].notna()]
            names = ("office", "pool", "task_group", "month", "minutes")
            for office, pool, group, month, minutes in zip(*(rows[n].tolist() for n in names), strict=True):
                spot = (office, pool, group, month)
                self.fixed[spot] = self.fixed.get(spot, 0) + int(minutes)
        self.model = model

    def _work(
        self, office: str, cells: Sequence[Sequence[str]], months: Sequence[str], irregular: bool
    ) -> Any:
        total = np.zeros((len(PRIORITIES), len(months)), dtype=np.int64)
        at = {month: index for index, month in enumerate(months)}
        for pool, group in cells:
            for (month, priority, regular), minutes in self.work.get((office, pool, group), {}).items():
                if month in at and (regular or irregular):
                    total[priority - 1, at[month]] += minutes
        return total

    def _fixed(self, office: str, cells: Sequence[Sequence[str]], months: Sequence[str]) -> list[int] | None:
        if self.fixed is None:
            return None
        return [sum(self.fixed.get((office, p, g, month), 0) for p, g in cells) for month in months]

    def wrong(self, kind: str, data: Mapping[str, Any]) -> str:
        """Return the name of the first figure that does not agree; blank if all do."""
        if kind == "forbidden_pair":
            return self._wrong_pair(data)
        if kind not in ("workload", "peak", "price"):
            return "kind"
        office, cells, months = data["office"], data["cells"], data["months"]
        if len({tuple(cell) for cell in cells}) != len(cells) or len(set(months)) != len(months):
            return "cells"
        work = self._work(office, cells, months, data["irregular"])
        fund = [self.fund[office, month] for month in months]
        fixed = self._fixed(office, cells, months)
        if kind == "price":
            if data["minutes"] != work.sum(axis=0).tolist():
                return "minutes"
            if data["fund_minutes"] != fund:
                return "fund_minutes"
            if fixed is not None and data["fixed_minutes"] != fixed:
                return "fixed_minutes"
            least = undone_bound(data["minutes"], data["fixed_minutes"], fund, data["sized_posts"])
            return "" if least == data["bound"] else "lower_bound"
        if data["minutes"] != work.sum(axis=1).tolist():
            return "minutes"
        if data["fund_minutes"] != sum(fund):
            return "fund_minutes"
        if fixed is not None and data["fixed_minutes"] != sum(fixed):
            return "fixed_minutes"
        if self.model is not None:
            shares = self.model.service.unmet_pct
            if data["unmet_pct_dec2"] != [int(shares.get(p, 0) * 100) for p in PRIORITIES]:
                return "unmet_pct_dec2"
        least = posts_bound(
            data["minutes"], data["unmet_pct_dec2"], data["fixed_minutes"], sum(fund), data["fixed_posts"]
        )
        return "" if least == data["bound"] else "lower_bound"

    def _wrong_pair(self, data: Mapping[str, Any]) -> str:
        duties, groups, irregular = data["duties"], data["task_groups"], data["irregular"]
        if data["bound"] != len(set(duties)) or len(duties) != len(groups) or len(duties) < 2:
            return "lower_bound"
        for members, minutes in zip(groups, data["minutes"], strict=True):
            total = sum(
                value
                for (office, _, group), cell in self.work.items()
                if office == data["office"] and group in members
                for (_, _, regular), value in cell.items()
                if regular or irregular
            )
            if total != minutes or total <= 0:
                return "minutes"
        if self.model is not None:
            forbidden = {frozenset((pair.a, pair.b)) for pair in self.model.forbidden_pair}
            if not all(frozenset(pair) in forbidden for pair in combinations(duties, 2)):
                return "duties"
        return ""
