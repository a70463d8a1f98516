"""Splitting an office: work by shares or a driver, overhead in each part, people to be placed anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vitri.i18n import N_
from vitri.variant.draft import Draft
from vitri.variant.model import Change, Key, Kind, Outcome
from vitri.variant.offices import mapped, one_code, orphans
from vitri.variant.units import apportion

IntArray = npt.NDArray[np.int64]


def split_office(draft: Draft, change: Change) -> Outcome | None:
    """Make several offices of one: work by shares or a driver, overhead in each, leaders newly chosen.

    Quantities are divided exactly (largest remainders); overhead that repeats per pool is done whole in each.
    Work of `drop_task_groups` ends. People are counted with the new offices in proportion, without a position
    and free to move, until the plan places them; or go where the own column `x_new_office` says (`by_table`).
    """
    office = one_code(draft, change, "office", "offices")
    into: tuple[str, ...] = change.keys["into"]
    if office is None:
        return None
    taken = [code for code in into if code in draft.codes("offices")]
    if len(into) < 2 or len(set(into)) < len(into) or taken:
        draft.findings.append(
            change.finding(
                "variant_bad_value",
                "into",
                N_("An office is split into two or more new codes, each once, that no office has."),
                value=", ".join(taken or into),
            )
        )
        return None
    weights = _weights(draft, change, into)
    if weights is None:
        return None
    before = len(draft.codes("offices"))
    lines = draft.table("registrations")
    ended = _ended(draft, office, set(change.keys.get("drop_task_groups", ())))
    draft.drop("registrations", ended)
    here = lines["office"].eq(office)
    touched = int(here.sum())
    _split_lines(draft, office, into, weights)
    people = _split_people(draft, change, office, into, weights)
    if people is None:
        return None
    for name in ("current_posts", "memberships", "norms", "calendar", "submissions"):
        touched += _copied(draft, name, office, into)
    for name in ("resources", "events"):
        touched += mapped(draft, name, {office: into[0]})
    previous = draft.table("previous_assignments")
    draft.drop("previous_assignments", list(previous.index[previous["office"].eq(office)]))
    touched += _shared_out(draft, "quotas", "unit", ("posts", "floor", "cap"), office, into, weights)
    touched += _shared_out(draft, "drivers", "office", ("value",), office, into, weights)
    _copied(draft, "offices", office, into, "code")
    table = draft.table("offices").copy()
    names = change.keys.get("names", ())
    for code, name in zip(into, names, strict=False):
        table.loc[table["code"].eq(code), "name"] = name
    draft.replace("offices", table)
    orphans(draft)
    fields = {"office": office, "count": len(into), "ended": len(ended), "people": people}
    return Outcome(
        rows=touched + people, before=before, after=before + len(into) - 1, measure="offices", fields=fields
    )


def _weights(draft: Draft, change: Change, into: tuple[str, ...]) -> list[int] | None:
    """Return whole weights of the new offices: shares given, or the latest values of a driver."""
    shares, by = change.keys.get("shares"), change.keys.get("by")
    if (shares is None) == (by is None):
        message = N_("Give either shares or by.")
        advice = N_("shares are numbers in the order of `into`; by is a driver that the new offices have.")
        draft.findings.append(change.finding("missing_value", "by", message, advice))
        return None
    if shares is not None:
        weights = [int(Decimal(text).scaleb(6)) for text in shares] if _decimals(shares) else []
    else:
        table = draft.table("drivers")
        table = table[table["driver"].eq(str(by)) & table["organisation"].isna()].sort_values("year")
        latest = dict(zip(table["office"], table["value"], strict=True))
        weights = [int(latest[code]) for code in into if code in latest and not pd.isna(latest[code])]
    if len(weights) != len(into) or min(weights, default=0) <= 0:
        draft.findings.append(
            change.finding(
                "variant_bad_value",
                "shares" if shares is not None else "by",
                N_("Every new office needs a share above 0."),
                N_("Give as many shares as offices, or a driver with a value for each new office."),
                value=", ".join(shares or [str(by)]),
            )
        )
        return None
    return weights


def _decimals(texts: tuple[str, ...]) -> bool:
    try:
        return all(Decimal(text).is_finite() for text in texts)
    except ArithmeticError:
        return False


def _ended(draft: Draft, office: str, groups: set[str]) -> list[Any]:
    """Return the lines of an office whose task group ends."""
    lines, items = draft.table("registrations"), draft.table("work_items")
    own = lines["task_group"].fillna(
        lines["work_item"].map(dict(zip(items["code"], items["task_group"], strict=True)))
    )
    return list(lines.index[lines["office"].eq(office) & own.isin(groups)])


def _split_lines(draft: Draft, office: str, into: tuple[str, ...], weights: list[int]) -> None:
    """Replace every line of an office by its parts."""
    lines, items = draft.table("registrations"), draft.table("work_items")
    own = lines[lines["office"].eq(office)]
    repeating = set(items["code"][items["repeats_per_pool"].fillna(False).astype(bool)])
    whole = (own["organisation"].isna() & own["work_item"].isin(repeating)).to_numpy()
    parts = {
        column: np.where(whole[:, None], _column(own[column])[:, None], shared(_column(own[column]), weights))
        for column in ("quantity", "approved_quantity")
    }
    frames = []
    for index, code in enumerate(into):
        part = own.assign(office=code, code=own["code"] + f".{index + 1}")
        part["quantity"] = pd.array(parts["quantity"][:, index], dtype="Int64")
        approved = pd.Series(parts["approved_quantity"][:, index], index=own.index, dtype="Int64")
        part["approved_quantity"] = approved.mask(own["approved_quantity"].isna())
        part["merged_into"] = part["merged_into"] + f".{index + 1}"
        frames.append(part[parts["quantity"][:, index] > 0])
    draft.replace("registrations", lines[lines["office"].ne(office)])
    draft.extend("registrations", pd.concat(frames))


def _column(values: pd.Series) -> IntArray:
    return values.fillna(0).to_numpy(dtype=np.int64)


def shared(amounts: IntArray, weights: list[int]) -> IntArray:
    """Divide every amount in proportion to weights by largest remainders; ties go to the first."""
    parts = np.asarray(weights, dtype=object)
    total = int(sum(weights))
    exact = amounts.astype(object)[:, None] * parts[None, :]
    floor = exact // total
    rest = (exact - floor * total).astype(np.float64)
    order = np.argsort(np.argsort(-rest, axis=1, kind="stable"), axis=1, kind="stable")
    missing = (amounts - floor.sum(axis=1)).astype(np.int64)
    result: IntArray = (floor.astype(np.int64) + (order < missing[:, None])).astype(np.int64)
    return result


def _split_people(
    draft: Draft, change: Change, office: str, into: tuple[str, ...], weights: list[int]
) -> int | None:
    """Give the people of an office to the new ones, without a position; return how many."""
    table = draft.table("officials").copy()
    own = table.index[table["office"].eq(office)]
    if change.keys.get("officials", "unplaced") == "by_table":
        column = (
            table["x_new_office"] if "x_new_office" in table else pd.Series(index=table.index, dtype="str")
        )
        wanted = column.loc[own]
        if not wanted.isin(into).all():
            draft.findings.append(
                change.finding(
                    "unknown_code",
                    "officials",
                    N_("The column x_new_office must name one of the new offices for everybody."),
                    value=", ".join(sorted({str(v) for v in wanted[~wanted.isin(into)].fillna("–")})[:5]),
                )
            )
            return None
        table.loc[own, "office"] = wanted
    else:
        counts = apportion(len(own), weights)
        table.loc[own, "office"] = np.repeat(np.asarray(into, dtype=object), counts)
    table.loc[own, ["position", "also_positions"]] = None
    table.loc[own, "transferable"] = "any"
    draft.replace("officials", table)
    return len(own)


def _copied(draft: Draft, name: str, office: str, into: tuple[str, ...], column: str = "office") -> int:
    """Give every new office the rows of the old one; holders of posts are not known yet."""
    table = draft.table(name)
    own = table[table[column].eq(office)]
    draft.replace(name, table[table[column].ne(office).fillna(True)])
    for code in into:
        part = own.assign(**{column: code})
        if name == "current_posts":
            part["incumbents"] = pd.array([0] * len(part), dtype="Int64")
        draft.extend(name, part)
    return len(own)


def _shared_out(
    draft: Draft,
    name: str,
    column: str,
    figures: tuple[str, ...],
    office: str,
    into: tuple[str, ...],
    weights: list[int],
) -> int:
    """Divide the figures of the rows of an office; new offices that have rows already keep theirs."""
    table = draft.table(name)
    own = table[table[column].eq(office)]
    given = set(table[column]) & set(into)
    draft.replace(name, table[table[column].ne(office)])
    parts = {figure: shared(_column(own[figure]), weights) for figure in figures}
    for index, code in enumerate(into):
        if code in given:
            continue
        part = own.assign(**{column: code})
        for figure in figures:
            values = pd.Series(parts[figure][:, index], index=own.index, dtype="Int64")
            part[figure] = values.mask(own[figure].isna())
        draft.extend(name, part)
    return len(own)


KINDS = (
    Kind(
        do="split_office",
        table="offices",
        apply=split_office,
        where_columns=("office",),
        where_required=("office",),
        keys=(
            Key("into", "list", required=True),
            Key("names", "list"),
            Key("by", "text"),
            Key("shares", "list"),
            Key("drop_task_groups", "list"),
            Key("officials", "choice", choices=("by_table", "unplaced")),
        ),
        sentence=N_(
            "{office} is split into {count} offices; {ended} lines of work end, {people} people are not yet "
            "placed, leaders are newly chosen."
        ),
    ),
)
