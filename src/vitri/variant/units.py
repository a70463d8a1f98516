"""The tree of units (areas, offices, organisations in an office): heads today, children, sharing out."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vitri.variant.draft import Draft

QUOTA_CATEGORIES = frozenset({"civil_servant", "cadre"})


def offices_of(draft: Draft, unit: str) -> set[str]:
    """Return the offices at or below a unit; an office without an area hangs under the only root area."""
    offices = draft.table("offices")
    if unit in set(offices["code"]):
        return {unit}
    areas = draft.table("areas")
    parents = dict(zip(areas["code"], areas["parent"], strict=True))
    roots = [code for code, parent in parents.items() if pd.isna(parent)]
    result = set()
    for office, area in zip(offices["code"], offices["area"], strict=True):
        node = area if not pd.isna(area) else (roots[0] if len(roots) == 1 else None)
        seen: set[str] = set()
        while node is not None and not pd.isna(node) and node not in seen:
            if node == unit:
                result.add(office)
                break
            seen.add(node)
            node = parents.get(node)
    return result


def current_heads(
    draft: Draft,
    unit: str,
    organisation: str | None = None,
    category: str | None = None,
    position_class: str | None = None,
) -> int:
    """Count the people at or below a unit today: officials in service on `as_of`, else `incumbents`.

    Civil servants and cadres count, or one other `category`; of one class of position if that is named.
    Officials are counted where an office has any.
    """
    offices = offices_of(draft, unit)
    people = draft.table("officials")
    people = people[people["office"].isin(offices)]
    with_people = set(people["office"])
    as_of = pd.Timestamp(draft.setting("as_of"))
    wanted = QUOTA_CATEGORIES if category in {None, "quota"} else frozenset({category})
    here = people["category"].fillna("civil_servant").isin(wanted)
    here &= people["from_date"].isna() | (people["from_date"] <= as_of)
    here &= people["to_date"].isna() | (people["to_date"] >= as_of)
    posts = draft.table("current_posts")
    posts = posts[posts["office"].isin(offices - with_people)]
    if organisation is not None:
        here &= people["organisation"] == organisation
        posts = posts[posts["organisation"] == organisation]
    if position_class is not None:
        positions = draft.table("positions")
        classes = dict(zip(positions["code"], positions["class"], strict=True))
        here &= people["position"].map(classes) == position_class
        posts = posts[posts["position"].map(classes) == position_class]
    return int(here.sum()) + int(posts["incumbents"].fillna(0).sum())


def children(draft: Draft, row: int) -> list[int]:
    """Return the quota rows directly below one row: sub-areas and offices, or organisations of an office."""
    table = draft.table("quotas")
    unit, organisation = table["unit"][row], table["organisation"][row]
    if not pd.isna(organisation):
        return []
    same = pd.Series(True, index=table.index)
    for column in ("position_class", "category"):
        value = table[column][row]
        same &= table[column].isna() if pd.isna(value) else table[column] == value
    offices, areas = draft.table("offices"), draft.table("areas")
    if unit in set(offices["code"]):
        return list(table.index[same & (table["unit"] == unit) & table["organisation"].notna()])
    below = set(areas["code"][areas["parent"] == unit]) | set(offices["code"][offices["area"] == unit])
    if int(areas["parent"].isna().sum()) == 1 and unit in set(areas["code"][areas["parent"].isna()]):
        below |= set(offices["code"][offices["area"].isna()])
    return list(table.index[same & table["unit"].isin(below) & table["organisation"].isna()])


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number out in proportion to weights, by largest remainders; ties go to the first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(shares)]:
        shares[index] += 1
    return shares
