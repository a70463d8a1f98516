"""Converted products conserve: each line's products of a month, times K, are those that people are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from vitri.i18n import N_
from vitri.rules.base import WORST, Measured, Rule, at_most, equal, tuples
from vitri.rules.case import Case
from vitri.rules.product_shares import product_shares
from vitri.workload.arrays import Ints, half_up, half_up_ratio
from vitri.workload.products import deducted, factor_of_item, factor_of_line, products

LINE = ["office", "registration", "month"]
PERSON = ["office", "official", "month"]
_NOBODY = "-"


class ConvertedProducts(Rule):
    """Products and converted products add up to the line, go by minutes assigned, and are judged as told."""

    name = "converted_products"
    title = N_("Converted products conserve")
    sentence = N_("{place}: {detail} are {actual}; {required} follow from the register.")
    integrity = True

    def rows(self, case: Case) -> Iterator[Measured]:
        """Compare sums by line and month, shares by minutes, outcomes and sums by person."""
        if "converted" not in case.tables or case.lines is None:
            return
        told = case.table("converted").copy()
        told["official"] = told["official"].astype("str").fillna(_NOBODY)
        made = products(case.lines, factor_of_item(case.instance, case.model))
        yield from _sums(made, told)
        yield from _shares(case, made, told)
        yield from _outcomes(case, told)
        if "converted_people" in case.tables:
            yield from _people(told, case.table("converted_people"))


def _worst(
    frame: pd.DataFrame,
    keys: Sequence[str],
    required: Ints,
    actual: Ints,
    detail: str,
    *,
    spare: int = 0,
    kept: bool = False,
) -> Iterator[Measured]:
    """Yield the broken rows of a comparison that may differ by `spare`; if asked, one kept per office."""
    away = np.abs(actual - required)
    rows = np.flatnonzero(away > spare)[:WORST]
    if kept:
        fine = np.flatnonzero(away <= spare)
        first = ~frame["office"].iloc[fine].duplicated().to_numpy()
        rows = np.concatenate([rows, fine[first]])
    for at, place in zip(rows.tolist(), tuples(frame.iloc[rows], keys), strict=True):
        name = "/".join(str(part) for part in place)
        if spare:
            yield at_most(name, spare, int(away[at]), detail)
        else:
            yield equal(name, int(required[at]), int(actual[at]), detail)


def _joined(wanted: pd.DataFrame, told: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Join what is wanted and what is told by some columns, both added up, 0 where one has no row."""
    left = wanted.groupby(keys, sort=True, as_index=False).sum()
    right = told.groupby(keys, sort=True, as_index=False).sum()
    joined = left.merge(right, on=keys, how="outer", suffixes=("_wanted", "_told"))
    numbers = [name for name in joined.columns if name not in keys]
    return joined.fillna(dict.fromkeys(numbers, 0)).astype(dict.fromkeys(numbers, "int64"))


def _ints(values: pd.Series) -> Ints:
    return values.fillna(0).to_numpy(dtype=np.int64)


def _sums(made: pd.DataFrame, told: pd.DataFrame) -> Iterator[Measured]:
    """Products and converted products by line and month; K of every row."""
    factor = made.drop_duplicates("registration").set_index("registration")["conversion_k_dec3"]
    both = _joined(made[[*LINE, "quantity_dec2"]], told[[*LINE, "quantity_dec2", "converted_dec2"]], LINE)
    quantity = _ints(both["quantity_dec2_wanted"])
    yield from _worst(both, LINE, quantity, _ints(both["quantity_dec2_told"]), "quantity_dec2", kept=True)
    wanted = half_up_ratio(quantity, _ints(factor.reindex(both["registration"])), 1000)
    yield from _worst(both, LINE, wanted, _ints(both["converted_dec2"]), "converted_dec2")
    planned = told[told["registration"].isin(factor.index)]
    known: Ints = factor.reindex(planned["registration"]).fillna(-1).to_numpy(dtype=np.int64)
    said: Ints = planned["conversion_k_dec3"].fillna(-1).to_numpy(dtype=np.int64)
    yield from _worst(planned, LINE, known, said, "conversion_k_dec3")
    exact = half_up_ratio(_ints(told["quantity_dec2"]), _ints(told["conversion_k_dec3"]), 1000)
    yield from _worst(
        told, [*LINE, "official"], exact, _ints(told["converted_dec2"]), "converted_dec2", spare=1
    )


def _shares(case: Case, made: pd.DataFrame, told: pd.DataFrame) -> Iterator[Measured]:
    """What a person is given of a line differs from the share of minutes by rounding alone."""
    shares = product_shares(made, case.table("assignments"), case.table("unmet"))
    row = shares["row"].to_numpy(dtype=np.int64)
    weight = shares["weight"].to_numpy(dtype=np.int64)
    total = np.bincount(row, weights=weight, minlength=len(made)).astype(np.int64)[row]
    cells = made.take(row)[LINE].assign(
        official=shares["official"].fillna(_NOBODY).to_numpy(),
        quantity_dec2=half_up_ratio(made["quantity_dec2"].to_numpy(dtype=np.int64)[row], weight, total),
        cells=1,
    )
    both = _joined(cells, told[[*LINE, "official", "quantity_dec2"]].assign(rows=1), [*LINE, "official"])
    wanted, given = _ints(both["quantity_dec2_wanted"]), _ints(both["quantity_dec2_told"])
    # A part of a cumulative rounding is within one of its exact value, in each pool of the line.
    most = np.maximum(_ints(both["cells"]), 1)
    over = np.maximum(np.abs(given - wanted) - most, 0)
    yield from _worst(both, [*LINE, "official"], over * 0, over, "shares")
    yield from _worst(both, [*LINE, "official"], over * 0, np.maximum(_ints(both["rows"]) - 1, 0), "rows")


def _outcomes(case: Case, told: pd.DataFrame) -> Iterator[Measured]:
    """What was done is what the table of outcomes says, converted, with the points that errors cost."""
    keys = ["registration", "official", "month"]
    done = case.instance.filled("outcomes")
    done = done[done["quantity_done"].notna() & done["month"].isin(case.months)]
    done = done.assign(delays=done["delays"].where(~done["objective_cause"].astype(bool), 0))
    done = done.groupby(keys, sort=True)[["quantity_done", "content_errors", "delays"]].sum().reset_index()
    rows = told[
        [*LINE, "official", "conversion_k_dec3", "done_converted_dec2", "quality_pct", "progress_pct"]
    ]
    both = rows.merge(done, on=keys, how="outer")
    both["office"] = both["office"].fillna("")
    lines = case.instance.tables["registrations"].set_index("code")
    factors = factor_of_item(case.instance, case.model)
    k = factor_of_line(lines.reindex(both["registration"]).reset_index(drop=True), factors).fillna(0)
    amount = _ints(both["quantity_done"])
    exact = half_up_ratio(amount, k.to_numpy(dtype=np.int64), 1000)
    place = [*LINE, "official"]
    yield from _worst(both, place, exact, _ints(both["done_converted_dec2"]), "done_converted_dec2", spare=1)
    rule = case.model.conversion
    for column, faults, deduction in (
        ("quality_pct", "content_errors", rule.error_deduction_pct if rule else None),
        ("progress_pct", "delays", rule.delay_deduction_pct if rule else None),
    ):
        kept = deducted(amount, _ints(both[faults]), int((deduction or 0) * 100))
        wanted = np.where((amount > 0) & (deduction is not None), kept, -1)
        given = both[column].fillna(-1).to_numpy(dtype=np.int64)
        yield from _worst(both, place, wanted, given, column)


def _people(told: pd.DataFrame, people: pd.DataFrame) -> Iterator[Measured]:
    """The sums by person and month are those of the rows, and the shares follow from them."""
    rows = told[(told["official"] != _NOBODY) & told["conversion_k_dec3"].notna()]
    names = ["converted_dec2", "compared_dec2", "done_converted_dec2"]
    done = rows["done_converted_dec2"]
    rows = rows.assign(
        compared_dec2=rows["converted_dec2"].where(done.notna(), 0), done_converted_dec2=done.fillna(0)
    )
    filled = people.fillna(dict.fromkeys(names, 0))
    both = _joined(rows[[*PERSON, *names]], filled[[*PERSON, *names]], PERSON)
    for name in names:
        yield from _worst(both, PERSON, _ints(both[f"{name}_wanted"]), _ints(both[f"{name}_told"]), name)
    base, amount = _ints(people["compared_dec2"]), _ints(people["done_converted_dec2"])
    share = np.where(base > 0, half_up(10_000 * amount, np.maximum(base, 1)), -1)
    given = people["quantity_pct"].fillna(-1).to_numpy(dtype=np.int64)
    yield from _worst(people, PERSON, share, given, "quantity_pct")
    shares = [_ints(people[name]) for name in ("quantity_pct", "quality_pct", "progress_pct")]
    result = half_up(np.minimum(shares[0], 10_000) + shares[1] + shares[2], 3)
    stated = people["result_pct"].notna().to_numpy(dtype=bool)
    yield from _worst(
        people[stated], PERSON, result[stated], _ints(people["result_pct"])[stated], "result_pct"
    )
