"""Why a position of an office has its posts: its work item by item, and the division."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.why.chain import Chain, PostRow, chain_of
from vitri.explain.why.office import post_sets, reasons_of
from vitri.explain.why.section import Section, named
from vitri.i18n import Lang, number, signed, tr
from vitri.policy import PlanningModel


def why_position(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    instance: Instance,
    model: PlanningModel,
    office: str,
    position: str,
    lang: Lang,
) -> list[Section]:
    """Answer why a position of an office has so many posts: its work item by item, and the division."""
    chain = chain_of(tables, instance, model, office)
    rows = chain.of_position(position)
    posts = sum(row.group.posts for row in rows if row.group.position == position)
    name = named(chain.facts.name("positions", position), position)
    place = named(chain.facts.name("offices", office), office)
    figures = sorted(
        figure
        for figure in tables["reasons"]["figure"].unique()
        if figure == f"posts:{office}:{position}" or figure.startswith(f"posts:{office}:{position}:")
    )
    told = tuple(sentence for figure in figures for sentence in reasons_of(tables, figure, lang))
    title = tr("Why {position} has {posts} posts in {office}", lang, position=name, posts=posts, office=place)
    cells = [cell for row in rows for cell in row.group.cells if _home(chain, row, cell) == position]
    return [
        Section(title, told),
        _items(chain, cells, rows, position, lang),
        post_sets(info, _part(chain, rows), lang) if rows else Section(title),
    ]


def _home(chain: Chain, row: PostRow, cell: tuple[str, str]) -> str:
    """Return the position a cell belongs to."""
    return row.group.position if cell in row.group.main else chain.office.home.get(cell, row.group.position)


def _part(chain: Chain, rows: list[PostRow]) -> Chain:
    """Return a chain of some sets of posts only."""
    return Chain(chain.office, chain.facts, chain.items, chain.cells, tuple(rows))


def _items(
    chain: Chain, cells: list[tuple[str, str]], rows: list[PostRow], position: str, lang: Lang
) -> Section:
    """Lay out the work of a position item by item; the last rows lead to what these posts have to do."""
    wanted = set(cells)
    mine = [
        record
        for record in chain.items[chain.items["basis"] != "estimated"].to_dict("records")
        if (record["pool"], record["task_group"]) in wanted
    ]
    lines = []
    for record in mine:
        unit = record["unit_minutes_dec2"]
        item = record["work_item"]
        lines.append(
            (
                chain.facts.name("task_groups", record["task_group"]),
                "–" if pd.isna(item) else named(chain.facts.name("work_items", item), str(item)),
                number(int(record["lines"]), lang),
                "–" if pd.isna(record["quantity_dec2"]) else hundredths(int(record["quantity_dec2"]), lang),
                "–" if pd.isna(unit) else hundredths(int(unit), lang),
                exact(record["coefficient"], lang),
                number(int(record["minutes"]), lang),
            )
        )
    inside = zip(chain.cells["pool"], chain.cells["task_group"], strict=True)
    steps = chain.cells[[cell in wanted for cell in inside]]
    blank = ("", "", "", "", "")
    names = (
        (tr("+ estimated", lang), int(steps["estimated"].sum())),
        (tr("+ allowances", lang), int(steps["allowances"].sum())),
        (tr("− irregular", lang), -int(steps["irregular"].sum())),
        (tr("− fixed posts do", lang), -int(steps["fixed"].sum()) if not _fixed(rows) else 0),
    )
    lines += [(name, *blank, signed(amount, lang)) for name, amount in names if amount]
    total = int(steps["work"].sum()) if _fixed(rows) else int(steps["left"].sum())
    lines.append((tr("= work of the position", lang), *blank, number(total, lang)))
    heads = (
        tr("Task group", lang),
        tr("Work item", lang),
        tr("Lines", lang),
        tr("Quantity", lang),
        tr("Norm (minutes)", lang),
        tr("Coefficients", lang),
        tr("Minutes", lang),
    )
    return Section(tr("Quantity × norm × coefficients", lang), (), heads, tuple(lines), (2, 3, 4, 5, 6))


def _fixed(rows: list[PostRow]) -> bool:
    return bool(rows) and all(row.group.fixed for row in rows)


def hundredths(value: int, lang: Lang) -> str:
    """Write a number kept in hundredths, without trailing zeros."""
    return exact(Decimal(value) / 100, lang)


def exact(value: Decimal, lang: Lang) -> str:
    """Write a decimal with all its digits and no trailing zeros."""
    shown = value.normalize()
    return number(shown, lang, max(0, -int(shown.as_tuple().exponent)))
