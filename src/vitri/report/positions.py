"""Sheet: positions, posts and ranks of every office (tổng hợp VTVL, biên chế và cơ cấu ngạch)."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from vitri.i18n import N_, tr
from vitri.i18n import number as say_number
from vitri.report.book import Book, section_number
from vitri.report.figures import post_rows
from vitri.report.source import Source, number, text
from vitri.report.table import SERIAL, Column, Table

NAME = N_("Positions, posts and ranks")
_DEFAULT_COLUMNS = ("CVCC", "CVC", "CV", "CS", "NV")


def columns_of(rank_columns: tuple[str, ...], *, salary: bool = False) -> tuple[Column, ...]:
    """Return the columns of the official table, with the planning model's rank columns.

    With `salary` the last column adds up the starting salary coefficients of the ranks.
    """
    paid = (Column("salary", N_("Salary coefficients"), 10, "fte", total=True),) if salary else ()
    over = N_("Of which by rank")
    ranks = (Column(f"rank_{name}", name, 6.5, "dash", over, True, literal=True) for name in rank_columns)
    return (
        SERIAL,
        Column("name", N_("Job position"), 37),
        Column("assigned", N_("Posts assigned"), 9.5, "int", total=True),
        Column("present", N_("Posts filled now"), 9.5, "int", total=True),
        Column("posts", N_("Posts proposed"), 9.5, "int", total=True),
        *ranks,
        Column("rest", N_("Cadres, others"), 9, "dash", total=True),
        *paid,
    )


def add(book: Book) -> None:
    """Write, office by office, each position with its posts assigned, filled and proposed, and its ranks."""
    source = book.source
    rank_columns = tuple(source.setting("report", "rank_columns", _DEFAULT_COLUMNS))
    salaries = _salaries(source)
    table = book.table(NAME, columns_of(rank_columns, salary=bool(salaries)))
    table.sheet.title(
        tr("Job positions, posts and rank structure", book.lang), unit=tr("Unit: posts", book.lang)
    )
    frame = _by_position(source)
    if frame.empty:
        table.sheet.sentence(tr("The run proposes no post.", book.lang))
        return
    table.header()
    ranks = _ranks(source)
    offices = [office for office in source.offices if (frame["office"] == office).any()]
    for order, office in enumerate(offices, 1):
        table.section(source.office(office), section_number(order, len(offices)))
        rows = frame.loc[frame["office"] == office].set_index("position").to_dict("index")
        for serial, code in enumerate(source.positions_in_order([str(key) for key in rows]), 1):
            row = rows[code]
            posts = number(row["posts"])
            mix = ranks.get((office, code), {})
            values = {f"rank_{name}": mix.get(name, 0) for name in rank_columns}
            rest = None if posts is None else posts - sum(values.values())
            table.write(
                {
                    "tt": str(serial),
                    "name": source.position(code),
                    "assigned": number(row["posts_now"]),
                    "present": number(row["incumbents_now"]),
                    "posts": posts,
                    **values,
                    "rest": rest,
                    "salary": salaries.get((office, code)),
                }
            )
    table.finish(tr("Total", book.lang))
    _budgets(book, table)
    if not ranks:
        table.sheet.note(
            tr("The run gives no rank structure; every post stands in the last column.", book.lang)
        )


def _salaries(source: Source) -> dict[tuple[str, str], float]:
    """Return the starting coefficients of every office and position; nothing where the model gives none."""
    of_rank = {
        str(rank.code): Decimal(rank.salary_coefficient)
        for rank in getattr(source.model, "rank", None) or ()
        if getattr(rank, "salary_coefficient", None) is not None
    }
    sums: dict[tuple[str, str], Decimal] = {}
    for row in source.table("post_ranks", "office", "position", "rank", "posts").to_dict("records"):
        posts, code = number(row["posts"]), text(row["rank"])
        if posts and code in of_rank:
            key = (text(row["office"]), text(row["position"]))
            sums[key] = sums.get(key, Decimal(0)) + of_rank[code] * int(posts)
    return {key: float(value) for key, value in sums.items()}


def _budgets(book: Book, table: Table) -> None:
    """Write under the table what every salary budget allows and what the ranks use of it."""
    columns = ("place", "budget", "budget_dec2", "used_dec2", "left_dec2")
    for row in book.source.table("salary_budgets", *columns).to_dict("records"):
        place = text(row["place"])
        names = book.source.names
        known = names("areas", place) if names.has("areas", place) else book.source.office(place)
        unit = tr("All offices", book.lang) if place == "*" else known
        figures = {
            name.removesuffix("_dec2"): say_number(Decimal(int(number(row[name]) or 0)) / 100, book.lang, 2)
            for name in columns[2:]
        }
        table.sheet.note(
            tr(
                "Salary budget “{name}”, {unit}: {budget} coefficients; used {used}, left {left}.",
                book.lang,
                name=text(row["budget"]),
                unit=unit,
                **figures,
            )
        )


def _by_position(source: Source) -> pd.DataFrame:
    frame = post_rows(source)
    frame = frame.loc[frame["position"] != ""]
    sums = frame.groupby(["office", "position"], sort=True)[["posts_now", "incumbents_now", "posts"]]
    return sums.sum(min_count=1).reset_index()


def _ranks(source: Source) -> dict[tuple[str, str], dict[str, float]]:
    column_of = {str(rank.code): str(rank.column) for rank in getattr(source.model, "rank", None) or ()}
    mixes: dict[tuple[str, str], dict[str, float]] = {}
    for row in source.table("post_ranks", "office", "position", "rank", "posts").to_dict("records"):
        posts = number(row["posts"])
        if posts:
            code = text(row["rank"])
            mix = mixes.setdefault((text(row["office"]), text(row["position"])), {})
            column = column_of.get(code, code)
            mix[column] = mix.get(column, 0) + posts
    return mixes
